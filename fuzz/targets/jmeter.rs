//! Plans of JMeter, as XML and as sketches of it.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| plan::fuzzing::jmeter(input));
