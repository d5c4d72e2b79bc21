//! The frame around a gzip member (RFC 1952): its header and trailer.

/// The bytes behind a member's data: CRC-32 and length.
pub(super) const TRAILER_BYTES: usize = 8;

const HAS_HEADER_CRC: u8 = 2;
const HAS_EXTRA: u8 = 4;
const HAS_NAME: u8 = 8;
const HAS_COMMENT: u8 = 16;

/// Why a header cannot be skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderFault {
    Invalid,
    Truncated,
}

/// The length of the header at the start of `bytes`.
pub(super) fn header_length(bytes: &[u8]) -> Result<usize, HeaderFault> {
    let Some(fixed) = bytes.first_chunk::<10>() else {
        // What cannot grow into a header is not one, however short it is.
        let known = bytes.len().min(3);
        return Err(if bytes[..known] == [0x1f, 0x8b, 8][..known] {
            HeaderFault::Truncated
        } else {
            HeaderFault::Invalid
        });
    };
    let [0x1f, 0x8b, 8, flags, ..] = *fixed else { return Err(HeaderFault::Invalid) };
    let mut length = fixed.len();
    if flags & HAS_EXTRA != 0 {
        let size = bytes.get(length..length + 2).ok_or(HeaderFault::Truncated)?;
        length += 2 + usize::from(u16::from_le_bytes([size[0], size[1]]));
    }
    for text in [HAS_NAME, HAS_COMMENT] {
        if flags & text != 0 {
            let rest = bytes.get(length..).ok_or(HeaderFault::Truncated)?;
            length += rest.iter().position(|&byte| byte == 0).ok_or(HeaderFault::Truncated)? + 1;
        }
    }
    if flags & HAS_HEADER_CRC != 0 {
        length += 2;
    }
    if length > bytes.len() { Err(HeaderFault::Truncated) } else { Ok(length) }
}

/// Checks the trailer at the start of `bytes` against the member's data.
pub(super) fn trailer_fits(trailer: [u8; TRAILER_BYTES], data: &[u8]) -> bool {
    let [c0, c1, c2, c3, l0, l1, l2, l3] = trailer;
    let mut sum = flate2::Crc::new();
    sum.update(data);
    u32::from_le_bytes([c0, c1, c2, c3]) == sum.sum()
        && u32::from_le_bytes([l0, l1, l2, l3]) == data.len() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(flags: u8, tail: &[u8], expected: Result<usize, HeaderFault>) {
        let bytes = [&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255], tail].concat();
        assert_eq!(header_length(&bytes), expected, "{flags} {tail:?}");
    }

    #[test]
    fn headers() {
        check(0, b"", Ok(10));
        check(HAS_EXTRA, b"\x02\0ab.", Ok(14));
        check(HAS_EXTRA, b"\x02\0a", Err(HeaderFault::Truncated));
        check(HAS_NAME, b"name\0data", Ok(15));
        check(HAS_NAME, b"name", Err(HeaderFault::Truncated));
        check(HAS_NAME | HAS_COMMENT | HAS_HEADER_CRC, b"n\0c\0xx", Ok(16));
        check(HAS_HEADER_CRC, b"x", Err(HeaderFault::Truncated));
        for (bytes, expected) in [
            (&b"not gzip at all"[..], HeaderFault::Invalid),
            (b"not", HeaderFault::Invalid),
            (b"\x1f", HeaderFault::Truncated),
            (b"\x1f\x8b\x08\0", HeaderFault::Truncated),
            (b"\x1f\x8b\x07\0\0\0\0\0\0\0", HeaderFault::Invalid),
        ] {
            assert_eq!(header_length(bytes), Err(expected));
        }
    }
}
