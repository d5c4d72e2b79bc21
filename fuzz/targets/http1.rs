//! The HTTP/1 codec: a response is the same however its bytes are cut, and no larger than what came.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<u8>, Vec<u8>, bool)| {
    let (cuts, bytes, no_body) = input;
    let whole = net::fuzzing::response(&[&bytes], no_body);
    let mut pieces = Vec::new();
    let mut rest = &bytes[..];
    for cut in cuts {
        let (piece, after) = rest.split_at(usize::from(cut).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    let cut = net::fuzzing::response(&pieces, no_body);
    assert_eq!(whole, cut, "{:?}", String::from_utf8_lossy(&bytes));
    if let Ok((_, head, body)) = whole {
        assert!(head.len() + body.len() <= bytes.len());
    }
});
