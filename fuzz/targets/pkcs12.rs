//! Stores of certificates and keys: PKCS#12 and Java's own, with their password.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| net::fuzzing::pkcs12(input));
