//! The HTTP/1 codec, fed in any pieces.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| net::fuzzing::http1(input));
