//! `Set-Cookie` and the jar, between two hosts.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| net::fuzzing::cookies(input));
