//! Paths into JSON.

#![no_main]

// The module alone: it needs nothing of the JavaScript host around it.
#[path = "../../crates/script/src/gjson/mod.rs"]
#[expect(unused_imports, reason = "the host uses more of it")]
mod gjson;

libfuzzer_sys::fuzz_target!(|input: &[u8]| gjson::fuzzing::gjson(input));
