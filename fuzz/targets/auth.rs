//! What servers ask in `WWW-Authenticate`, NTLM's messages too.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| net::fuzzing::auth(input));
