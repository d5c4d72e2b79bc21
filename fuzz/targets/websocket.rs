//! Frames, packed messages and ends of WebSocket servers.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| net::fuzzing::websocket(input));
