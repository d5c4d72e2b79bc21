//! What the fuzz targets need of the inside: [`response`]. No part of the program's interface.

use crate::h1::{Decoder, Expect, Limits};

/// Reads one HTTP/1 response from its pieces: status, block of headers, body; or the words of the failure.
///
/// # Errors
/// For anything that is no whole response.
pub fn response(pieces: &[&[u8]], no_body: bool) -> Result<(u16, Vec<u8>, Vec<u8>), String> {
    let limits = Limits { body_bytes: 1 << 20, ..Limits::default() };
    let mut decoder = Decoder::new(Expect { no_body, discard: false, limits });
    let mut surplus = false;
    for piece in pieces {
        let taken = decoder.feed(piece).map_err(|kind| kind.to_string())?;
        surplus |= taken < piece.len();
    }
    assert!(!surplus || decoder.is_done(), "bytes are left over only behind a whole response");
    decoder.end().map_err(|kind| kind.to_string())?;
    let (head, body) = decoder.into_parts();
    let head = head.expect("a whole response has a head");
    Ok((head.status, head.headers.block().to_vec(), body.to_vec()))
}
