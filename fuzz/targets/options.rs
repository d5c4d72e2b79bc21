//! Options as scripts write them.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| model::fuzzing::options(input));
