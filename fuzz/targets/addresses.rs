//! Proxies, exceptions from them, ranges of addresses and patterns of names.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| net::fuzzing::addresses(input));
