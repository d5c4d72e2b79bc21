//! Threshold expressions, aggregations and metric selectors.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| model::fuzzing::thresholds(input));
