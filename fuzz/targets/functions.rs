//! JMeter's texts with references and functions.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| plan::fuzzing::functions(input));
