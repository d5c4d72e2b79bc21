//! The character sets that plans and responses name.

/// What bytes say in a character set; what is unknown is taken for UTF-8.
#[must_use]
pub fn decode(bytes: &[u8], charset: &str) -> String {
    match kind(charset) {
        Kind::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Kind::Ascii => {
            bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '\u{fffd}' }).collect()
        }
        Kind::Utf16(big) => {
            let units = bytes.chunks_exact(2).map(|pair| {
                if big {
                    u16::from_be_bytes([pair[0], pair[1]])
                } else {
                    u16::from_le_bytes([pair[0], pair[1]])
                }
            });
            char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
        }
        Kind::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A text in a character set; what it does not have becomes a question mark.
#[must_use]
pub fn encode(text: &str, charset: &str) -> Vec<u8> {
    let narrow =
        |limit: u32| text.chars().map(|c| if u32::from(c) < limit { c as u8 } else { b'?' }).collect();
    match kind(charset) {
        Kind::Latin1 => narrow(256),
        Kind::Ascii => narrow(128),
        Kind::Utf16(big) => {
            let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            text.encode_utf16().flat_map(unit).collect()
        }
        Kind::Utf8 => text.as_bytes().to_vec(),
    }
}

enum Kind {
    Utf8,
    Latin1,
    Ascii,
    /// Whether the high byte comes first.
    Utf16(bool),
}

fn kind(charset: &str) -> Kind {
    match charset.trim().trim_matches('"').to_ascii_lowercase().as_str() {
        "iso-8859-1" | "iso8859-1" | "iso8859_1" | "latin1" | "windows-1252" | "cp1252" => Kind::Latin1,
        "us-ascii" | "ascii" => Kind::Ascii,
        "utf-16" | "utf-16be" => Kind::Utf16(true),
        "utf-16le" => Kind::Utf16(false),
        _ => Kind::Utf8,
    }
}

/// The character set that a `Content-Type` names.
#[must_use]
pub fn charset_of(content_type: &str) -> Option<&str> {
    // It is a parameter; most types have none.
    if !content_type.contains('=') {
        return None;
    }
    let at = content_type.to_ascii_lowercase().find("charset=")?;
    let rest = content_type[at + 8..].trim_start_matches(['"', '\'']);
    let end = rest.find([';', '"', '\'', ' ']).unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_sets_go_both_ways() {
        let check = |text: &str, charset: &str, bytes: &[u8]| {
            assert_eq!(encode(text, charset), bytes, "{charset}");
            assert_eq!(decode(bytes, charset), text, "{charset}");
        };
        check("é", "UTF-8", &[0xc3, 0xa9]);
        check("é", "ISO-8859-1", &[0xe9]);
        check("é", "UTF-16BE", &[0, 0xe9]);
        assert_eq!(encode("é世", "us-ascii"), b"??");
        assert_eq!(charset_of("text/html; Charset=\"utf-8\"; x"), Some("utf-8"));
        assert_eq!(charset_of("text/html"), None);
    }
}
