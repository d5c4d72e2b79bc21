//! Scripts of Groovy, BeanShell and JEXL.

#![no_main]

// The module alone: it needs nothing of the plans around it.
#[path = "../../crates/plan/src/groovy/mod.rs"]
#[expect(dead_code, unused_imports, reason = "plans use more of it")]
mod groovy;

libfuzzer_sys::fuzz_target!(|input: &[u8]| groovy::fuzzing::groovy(input));
