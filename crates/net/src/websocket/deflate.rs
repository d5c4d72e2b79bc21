//! permessage-deflate: packing and unpacking of whole messages.
//!
//! Main type: [`Codec`]. A thread has one for all connections whose messages stand for themselves; a
//! connection whose server refers back to earlier messages has its own.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// The end of a flushed block, which is left out on the wire.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// How much room output gets at a time, in bytes.
const STEP: usize = 16 * 1024;

/// Why a message could not be unpacked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// More comes out than is taken.
    TooBig,
    /// It is no deflate data.
    Corrupt,
}

/// A packer and an unpacker, each made when it is first used.
#[derive(Default, Debug)]
pub(crate) struct Codec {
    pack: Option<Compress>,
    unpack: Option<Decompress>,
}

impl Codec {
    /// Packs a message that stands for itself.
    pub(super) fn pack(&mut self, message: &[u8]) -> Vec<u8> {
        let pack = self.pack.get_or_insert_with(|| Compress::new(Compression::fast(), false));
        pack.reset();
        let mut out = Vec::with_capacity(message.len() / 2 + 32);
        loop {
            let taken = usize::try_from(pack.total_in()).unwrap_or(usize::MAX).min(message.len());
            let outcome = pack.compress_vec(&message[taken..], &mut out, FlushCompress::Sync);
            let done = pack.total_in() >= message.len() as u64 && out.len() < out.capacity();
            // A packer that has nothing more to flush says so by an error of the buffer.
            if done || outcome.is_err() {
                break;
            }
            out.reserve(STEP);
        }
        if out.ends_with(&TAIL) {
            out.truncate(out.len() - TAIL.len());
        }
        out
    }

    /// Unpacks a message of at most `limit` bytes. Without `keeps_state` it stands for itself.
    pub(super) fn unpack(
        &mut self,
        packed: &[u8],
        keeps_state: bool,
        limit: usize,
    ) -> Result<Vec<u8>, Fault> {
        let unpack = self.unpack.get_or_insert_with(|| Decompress::new(false));
        if !keeps_state {
            unpack.reset(false);
        }
        let mut out = Vec::with_capacity((packed.len() * 3).clamp(64, STEP));
        for part in [packed, &TAIL] {
            let start = unpack.total_in();
            loop {
                let taken = usize::try_from(unpack.total_in() - start).unwrap_or(usize::MAX);
                let rest = part.get(taken..).unwrap_or_default();
                let before = (unpack.total_in(), out.len());
                let status = unpack.decompress_vec(rest, &mut out, FlushDecompress::Sync);
                if out.len() > limit {
                    return Err(Fault::TooBig);
                }
                match status {
                    Err(_) => return Err(Fault::Corrupt),
                    Ok(Status::StreamEnd) => {
                        // A server may end its stream with the message; the next one starts another.
                        unpack.reset(false);
                        return Ok(out);
                    }
                    Ok(Status::Ok | Status::BufError) => {}
                }
                let full = out.len() == out.capacity();
                let stuck = before == (unpack.total_in(), out.len());
                if !full && (stuck || unpack.total_in() - start >= part.len() as u64) {
                    break;
                }
                if full {
                    // Room grows with what has come out, so that a claim alone costs nothing.
                    out.reserve(out.len().min(limit).max(STEP));
                }
            }
        }
        Ok(out)
    }
}

/// What the server agreed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Agreement {
    /// Each message of the server stands for itself.
    pub(super) server_starts_anew: bool,
}

/// Reads the server's answer to the offer; `None` when it packs nothing.
///
/// # Errors
/// For a parameter that was not offered and cannot be ignored.
pub(super) fn agreement<'a>(values: impl Iterator<Item = &'a [u8]>) -> Result<Option<Agreement>, String> {
    for value in values {
        let text = String::from_utf8_lossy(value);
        for extension in text.split(',') {
            let mut words = extension.split(';').map(str::trim);
            if words.next() != Some("permessage-deflate") {
                continue;
            }
            let mut agreement = Agreement { server_starts_anew: false };
            for parameter in words {
                match parameter.split('=').next().unwrap_or_default().trim() {
                    "server_no_context_takeover" => agreement.server_starts_anew = true,
                    // We always start anew, and unpack with the largest window that there is.
                    "client_no_context_takeover" | "server_max_window_bits" | "" => {}
                    other => return Err(format!("permessage-deflate with {other}, which was not offered")),
                }
            }
            return Ok(Some(agreement));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back_whole() {
        let mut codec = Codec::default();
        let noise: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for message in [&b""[..], b"a", &b"hello ".repeat(10_000), &noise] {
            let packed = codec.pack(message);
            assert!(!packed.ends_with(&TAIL) && !packed.is_empty());
            assert_eq!(codec.unpack(&packed, false, 1 << 20).as_deref(), Ok(message));
        }
    }

    #[test]
    fn the_example_of_the_rfc_with_and_without_state() {
        let first = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        let second = [0xf2, 0x00, 0x11, 0x00, 0x00];
        let mut codec = Codec::default();
        assert_eq!(codec.unpack(&first, true, 100).as_deref(), Ok(&b"Hello"[..]));
        assert_eq!(codec.unpack(&second, true, 100).as_deref(), Ok(&b"Hello"[..]));
        assert_eq!(codec.unpack(&second, false, 100), Err(Fault::Corrupt));
    }

    #[test]
    fn bombs_and_garbage_are_refused() {
        let mut codec = Codec::default();
        let bomb = codec.pack(&vec![0; 8 << 20]);
        assert!(bomb.len() < 128 << 10);
        assert_eq!(codec.unpack(&bomb, false, 1 << 20), Err(Fault::TooBig));
        assert_eq!(codec.unpack(b"\xff\xff\xff\xff", false, 1 << 20), Err(Fault::Corrupt));
        assert_eq!(codec.unpack(&codec_of(b"ok"), false, 1 << 20).as_deref(), Ok(&b"ok"[..]));
    }

    fn codec_of(message: &[u8]) -> Vec<u8> {
        Codec::default().pack(message)
    }

    #[test]
    fn answers_to_the_offer() {
        let check = |answer: &str, expected: Result<Option<bool>, &str>| {
            let got = agreement(std::iter::once(answer.as_bytes()));
            let got = got.map(|agreed| agreed.map(|agreed| agreed.server_starts_anew));
            assert_eq!(got, expected.map_err(str::to_owned));
        };
        check("permessage-deflate; server_no_context_takeover; client_no_context_takeover", Ok(Some(true)));
        check("x-other, permessage-deflate", Ok(Some(false)));
        check("x-other", Ok(None));
        check(
            "permessage-deflate; client_max_window_bits=9",
            Err("permessage-deflate with client_max_window_bits, which was not offered"),
        );
    }
}
