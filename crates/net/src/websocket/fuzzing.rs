//! What holds for any bytes of a WebSocket server: [`websocket`] panics when it does not.

use super::Close;
use super::deflate::{Codec, Fault, agreement};
use super::frame::{CONTROL_BYTES_MAX, Opcode, Rules, read, write};

/// A frame's head is the same however much of it is there, what is written is read back, and no message grows
/// past its limit.
///
/// The input: a byte of flags (1 in a message, 2 packing, 4 keeps state; two bits pick the limit), then frames, a
/// packed message, the content of a close frame or an answer to the offer: it is taken for each.
pub fn websocket(input: &[u8]) {
    let Some((&flags, bytes)) = input.split_first() else { return };
    let rules = Rules { in_message: flags & 1 != 0, packing: flags & 2 != 0 };
    let limit = [1 << 20, 1 << 10, 16, 0][usize::from(flags >> 3) % 4];
    heads(bytes, rules);
    written(bytes);
    packed(bytes, flags & 4 != 0, limit);
    if let Ok(close) = Close::read(&bytes[..bytes.len().min(CONTROL_BYTES_MAX)]) {
        assert!((1000..5000).contains(&close.code), "{close}");
    }
    let _ = agreement(bytes.split(|&byte| byte == b'\n'));
}

fn heads(bytes: &[u8], rules: Rules) {
    let whole = read(bytes, rules);
    for cut in 0..bytes.len().min(12) {
        match read(&bytes[..cut], rules) {
            Ok(None) => {}
            verdict => assert_eq!(verdict, whole, "{cut} of {:02x?}", &bytes[..bytes.len().min(12)]),
        }
    }
    if let Ok(Some(head)) = whole {
        assert!(head.size <= bytes.len() && head.size <= 10, "{head:?}");
        assert!(!head.opcode.is_control() || (head.last && head.length <= 125 && !head.packed), "{head:?}");
        assert!(!head.packed || rules.packing, "{head:?}");
        assert_eq!(
            rules.in_message && !head.opcode.is_control(),
            head.opcode == Opcode::Continuation,
            "{head:?}"
        );
    }
}

fn written(payload: &[u8]) {
    let mask = [1, 2, 3, 4];
    let mut frame = Vec::new();
    write(&mut frame, Opcode::Binary, false, payload, mask);
    assert_eq!(frame[1] & 0x80, 0x80, "what a client sends is masked");
    frame[1] &= 0x7f;
    let head = read(&frame, Rules { in_message: false, packing: false });
    let head = head.expect("it keeps the rules").expect("it is whole");
    assert_eq!((head.length, frame.len()), (payload.len() as u64, head.size + 4 + payload.len()));
    let unmasked: Vec<u8> =
        frame[head.size + 4..].iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    assert_eq!(unmasked, payload);
}

fn packed(bytes: &[u8], keeps_state: bool, limit: usize) {
    let mut codec = Codec::default();
    for message in [bytes, bytes] {
        if let Ok(message) = codec.unpack(message, keeps_state, limit) {
            assert!(message.len() <= limit, "{} bytes where {limit} are allowed", message.len());
        }
    }
    // Whatever came before it, a message that stands for itself comes back.
    let packed = codec.pack(bytes);
    let back = codec.unpack(&packed, false, limit);
    let expected = if bytes.len() <= limit { Ok(bytes) } else { Err(Fault::TooBig) };
    assert_eq!(back.as_deref().map_err(|fault| *fault), expected);
}
