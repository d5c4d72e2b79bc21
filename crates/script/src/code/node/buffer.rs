//! `buffer`: bytes and the encodings of text.
//!
//! The objects are in `buffer.js`; [`decode`] and [`encode`] are the encodings of Node.js, which ignore what does
//! not fit instead of refusing it.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rquickjs::{ArrayBuffer, Result, Value};

use super::Builtin;
use crate::code::convert::lossy;
use crate::ffi::{Call, Member, Table};
use crate::modules::crypto::hex;
use crate::modules::globals::bytes_of;

pub(super) const MODULE: Builtin = Builtin::new(
    "buffer",
    "`Buffer` with all encodings, reads and writes, which is a global too; `Blob`, `File`, `atob`, `btoa`, \
     `transcode`, `isUtf8`, `isAscii`, `constants`",
    include_str!("buffer.js"),
)
.with(&NATIVE);

static NATIVE: Table = Table::new(&[
    Member::Method(c"encode", 2, |call| {
        let bytes = encode(&text(call, 0)?, &text(call, 1)?);
        Ok(ArrayBuffer::new(call.ctx.clone(), bytes)?.into_value())
    }),
    Member::Method(c"decode", 2, |call| {
        let bytes = bytes_of(&call.value(0)).unwrap_or_default();
        string(call, &decode(&bytes, &text(call, 1)?))
    }),
    Member::Method(c"find", 3, find),
    Member::Method(c"isUtf8", 1, |call| {
        let bytes = bytes_of(&call.value(0)).unwrap_or_default();
        Ok(Value::new_bool(call.ctx.clone(), std::str::from_utf8(&bytes).is_ok()))
    }),
    Member::Method(c"length", 2, |call| {
        let length = encode(&text(call, 0)?, &text(call, 1)?).len();
        Ok(Value::new_number(call.ctx.clone(), length as f64))
    }),
]);

fn string<'js>(call: &Call<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(call.ctx.clone(), text)?.into_value())
}

/// An argument that is a string.
fn text(call: &Call<'_>, index: usize) -> Result<String> {
    match call.value(index).as_string() {
        Some(text) => lossy(&call.ctx, text),
        None => Ok(String::new()),
    }
}

/// `find(haystack, needle, from)`: where the needle begins at or after `from`; -1 when nowhere.
fn find<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (haystack, needle) =
        (bytes_of(&call.value(0)).unwrap_or_default(), bytes_of(&call.value(1)).unwrap_or_default());
    let from: usize = call.get(2)?;
    let rest = haystack.get(from..).unwrap_or_default();
    let found = if needle.is_empty() {
        Some(0)
    } else {
        rest.windows(needle.len()).position(|part| part == &needle[..])
    };
    Ok(Value::new_number(call.ctx.clone(), found.map_or(-1.0, |at| (at + from) as f64)))
}

/// Base64 that takes whatever padding there is, or none.
fn forgiving(alphabet: &base64::alphabet::Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(alphabet, config)
}

/// The bytes of a text.
fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "hex" => {
            let digits = text.chars().map_while(|digit| digit.to_digit(16)).collect::<Vec<_>>();
            digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
        }
        "base64" | "base64url" => {
            // Both alphabets are understood, other letters are left out, and the first padding ends it.
            let letters =
                text.chars().take_while(|letter| *letter != '=').filter_map(|letter| match letter {
                    '-' => Some('+'),
                    '_' => Some('/'),
                    _ => (letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/')).then_some(letter),
                });
            let mut letters: String = letters.collect();
            if letters.len() % 4 == 1 {
                letters.pop();
            }
            forgiving(&STANDARD).decode(letters).unwrap_or_default()
        }
        "latin1" => text.encode_utf16().map(|unit| unit as u8).collect(),
        "ascii" => text.encode_utf16().map(|unit| unit as u8).collect(),
        "utf16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// The text of bytes.
fn decode(bytes: &[u8], encoding: &str) -> String {
    match encoding {
        "hex" => hex(bytes),
        "base64" => base64::engine::general_purpose::STANDARD.encode(bytes),
        "base64url" => GeneralPurpose::new(&URL_SAFE, base64::engine::general_purpose::NO_PAD).encode(bytes),
        "latin1" => bytes.iter().copied().map(char::from).collect(),
        "ascii" => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
        "utf16le" => {
            let units: Vec<u16> =
                bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_take_what_fits() {
        let check = |text: &str, encoding: &str, wanted: &[u8]| {
            assert_eq!(encode(text, encoding), wanted, "{encoding}: {text}");
        };
        check("6a6b", "hex", b"jk");
        check("6a6", "hex", b"j");
        check("6azz6b", "hex", b"j");
        check("aGk=", "base64", b"hi");
        check("aGk", "base64", b"hi");
        check("a G\nk", "base64", b"hi");
        check("_-8", "base64", &[0xff, 0xef]);
        check("aGk=aGk=", "base64", b"hi");
        check("a", "base64", b"");
        check("é€", "latin1", &[0xe9, 0xac]);
        check("hé", "utf8", &[0x68, 0xc3, 0xa9]);
        check("a", "utf16le", &[0x61, 0]);
    }

    #[test]
    fn bytes_have_a_text_in_each_encoding() {
        let check = |bytes: &[u8], encoding: &str, wanted: &str| {
            assert_eq!(decode(bytes, encoding), wanted, "{encoding}");
        };
        check(&[0xff, 0xef], "base64url", "_-8");
        check(&[0xff, 0xef], "base64", "/+8=");
        check(&[0xe9], "latin1", "é");
        check(&[0xe9], "ascii", "i");
        check(&[0xe9], "utf8", "\u{fffd}");
        check(&[0x61, 0, 0x62], "utf16le", "a");
    }
}
