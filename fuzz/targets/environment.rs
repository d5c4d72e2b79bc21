//! Options in environment variables.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| model::fuzzing::environment(input));
