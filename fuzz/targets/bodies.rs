//! Packed bodies: no decoder goes past its limit, and what is packed comes back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use net::encoding::{Coding, Decoder, encode};

fuzz_target!(|input: (u8, &[u8])| {
    const LIMIT: usize = 1 << 20;
    let (which, body) = input;
    let coding = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd][usize::from(which) % 4];
    let mut decoder = Decoder::new();
    if let Ok(unpacked) = decoder.decode_one(body, coding, LIMIT) {
        assert!(unpacked.len() <= LIMIT);
    }
    let packed = encode(body, &[coding]);
    if body.len() <= LIMIT {
        assert_eq!(decoder.decode_one(&packed, coding, LIMIT).as_deref(), Ok(body));
    }
});
