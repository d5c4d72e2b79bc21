//! Plans of our own.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| plan::fuzzing::plimsoll(input));
