//! Packed bodies, and what a limit does to them.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| net::fuzzing::bodies(input));
