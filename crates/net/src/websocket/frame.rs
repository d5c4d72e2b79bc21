//! One frame on the wire: reading the server's heads, writing the client's masked frames.

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The head of a frame that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    pub(super) opcode: Opcode,
    /// The last frame of its message.
    pub(super) last: bool,
    /// The message is packed; only its first frame says so.
    pub(super) packed: bool,
    /// Bytes of the head.
    pub(super) size: usize,
    /// Bytes behind the head.
    pub(super) length: u64,
}

/// What a frame's head is measured against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// A message of several frames has begun.
    pub(super) in_message: bool,
    /// The peer may pack messages.
    pub(super) packing: bool,
}

const LAST: u8 = 0x80;
const PACKED: u8 = 0x40;
const MASKED: u8 = 0x80;
/// The most that a control frame may carry, in bytes.
pub(super) const CONTROL_BYTES_MAX: usize = 125;

/// Reads the head at the start of `input`; `None` when it is not all there yet.
///
/// # Errors
/// Every rule that the head breaks, joined by commas.
pub(super) fn read(input: &[u8], rules: Rules) -> Result<Option<Head>, String> {
    let [first, second, rest @ ..] = input else { return Ok(None) };
    let (first, second) = (*first, *second);
    let (last, packed) = (first & LAST != 0, first & PACKED != 0);
    let opcode = Opcode::from_bits(first & 0x0f);
    let short = usize::from(second & 0x7f);
    let mut wrong: Vec<String> = Vec::new();
    let starts = matches!(opcode, Some(Opcode::Text | Opcode::Binary));
    let mut check = |broken: bool, what: &str| {
        if broken {
            wrong.push(what.to_owned());
        }
    };
    check(packed && !(rules.packing && starts), "RSV1 set");
    check(first & 0x20 != 0, "RSV2 set");
    check(first & 0x10 != 0, "RSV3 set");
    if opcode.is_some_and(Opcode::is_control) {
        check(short > CONTROL_BYTES_MAX, "len > 125 for control");
        check(!last, "FIN not set on control");
    }
    check(starts && rules.in_message, "data before FIN");
    check(opcode == Some(Opcode::Continuation) && !rules.in_message, "continuation after FIN");
    check(second & MASKED != 0, "bad MASK");
    let Some(opcode) = opcode.filter(|_| wrong.is_empty()) else {
        if opcode.is_none() {
            wrong.push(format!("bad opcode {}", first & 0x0f));
        }
        return Err(wrong.join(", "));
    };
    let (size, length) = match short {
        126 => match rest.first_chunk::<2>() {
            Some(bytes) => (4, u64::from(u16::from_be_bytes(*bytes))),
            None => return Ok(None),
        },
        127 => match rest.first_chunk::<8>() {
            Some(bytes) => (10, u64::from_be_bytes(*bytes)),
            None => return Ok(None),
        },
        short => (2, short as u64),
    };
    Ok(Some(Head { opcode, last, packed, size, length }))
}

/// Writes a whole masked frame.
pub(super) fn write(out: &mut Vec<u8>, opcode: Opcode, packed: bool, payload: &[u8], mask: [u8; 4]) {
    out.reserve(payload.len() + 14);
    out.push(LAST | if packed { PACKED } else { 0 } | opcode.bits());
    match payload.len() {
        length @ 0..=125 => out.push(MASKED | length as u8),
        length @ 126..=0xffff => {
            out.push(MASKED | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            out.push(MASKED | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&mask);
    let at = out.len();
    out.extend_from_slice(payload);
    // Four bytes at a time; what is left over is shorter than the mask.
    for piece in out[at..].chunks_mut(4) {
        for (byte, mask) in piece.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Rules = Rules { in_message: false, packing: false };

    #[test]
    fn heads_are_read_and_measured() {
        let check = |input: &[u8], rules: Rules, expected: Result<Option<(Opcode, usize, u64)>, &str>| {
            let got = read(input, rules).map(|head| head.map(|head| (head.opcode, head.size, head.length)));
            assert_eq!(got, expected.map_err(str::to_owned), "{input:02x?}");
        };
        let talking = Rules { in_message: true, packing: false };
        let packing = Rules { in_message: false, packing: true };
        check(&[0x81], IDLE, Ok(None));
        check(&[0x81, 5], IDLE, Ok(Some((Opcode::Text, 2, 5))));
        check(&[0x82, 126, 1], IDLE, Ok(None));
        check(&[0x82, 126, 1, 0], IDLE, Ok(Some((Opcode::Binary, 4, 256))));
        check(&[0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0], IDLE, Ok(Some((Opcode::Binary, 10, 1 << 32))));
        check(&[0x80, 1], talking, Ok(Some((Opcode::Continuation, 2, 1))));
        check(&[0xc1, 1], packing, Ok(Some((Opcode::Text, 2, 1))));
        check(&[0xc1, 1], IDLE, Err("RSV1 set"));
        check(&[0xc9, 1], packing, Err("RSV1 set"));
        check(&[0x80, 1], IDLE, Err("continuation after FIN"));
        check(&[0x81, 1], talking, Err("data before FIN"));
        check(&[0x81, 0x81], IDLE, Err("bad MASK"));
        check(&[0x83, 0], IDLE, Err("bad opcode 3"));
        check(&[0x09, 0], IDLE, Err("FIN not set on control"));
        check(&[0x39, 126], IDLE, Err("RSV2 set, RSV3 set, len > 125 for control, FIN not set on control"));
    }

    #[test]
    fn frames_are_masked() {
        let written = |length: usize| {
            let mut out = Vec::new();
            write(&mut out, Opcode::Text, false, &vec![b'a'; length], [1, 2, 3, 4]);
            out
        };
        assert_eq!(written(5), [0x81, 0x85, 1, 2, 3, 4, b'a' ^ 1, b'a' ^ 2, b'a' ^ 3, b'a' ^ 4, b'a' ^ 1]);
        assert_eq!(&written(126)[..4], [0x81, 0xfe, 0, 126]);
        assert_eq!(&written(70_000)[..10], [0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
        assert_eq!(written(70_000).len(), 14 + 70_000);
    }
}
