//! Scripts of Artillery.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| plan::fuzzing::artillery(input));
