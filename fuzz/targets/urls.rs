//! URLs, and references found at them.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| net::fuzzing::urls(input));
