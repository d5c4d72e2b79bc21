//! Artillery's templates.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| plan::fuzzing::templates(input));
