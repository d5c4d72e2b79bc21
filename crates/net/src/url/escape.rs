//! Percent-escapes and quoting by Go's rules.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Which part of a URL text belongs to; the parts differ in what may stand unescaped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Path,
    Host,
    User,
    Fragment,
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// Whether `byte` has to be escaped in that part.
pub(super) fn must_escape(byte: u8, part: Part) -> bool {
    if is_unreserved(byte) {
        return false;
    }
    match part {
        Part::Host => !br#"!$&'()*+,;=:[]<>""#.contains(&byte),
        Part::Path => !b"$&+,/:;=@".contains(&byte),
        Part::User => !b"$&+,;=".contains(&byte),
        Part::Fragment => !b"$&+,/:;=?@!()*".contains(&byte),
    }
}

/// What is wrong with an escaped text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// A `%` without two hexadecimal digits, with what stands there.
    Escape(Vec<u8>),
    /// A character that cannot be in a host name.
    HostByte(u8),
}

fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

/// Undoes percent-escapes.
pub(super) fn unescape(text: &str, part: Part) -> Result<Cow<'_, [u8]>, Fault> {
    let bytes = text.as_bytes();
    if part != Part::Host && !bytes.contains(&b'%') {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'%' {
            let digits =
                bytes.get(at + 1).copied().and_then(hex).zip(bytes.get(at + 2).copied().and_then(hex));
            let shown = || bytes[at..bytes.len().min(at + 3)].to_vec();
            let (high, low) = digits.ok_or_else(|| Fault::Escape(shown()))?;
            // In a host only bytes beyond ASCII are escaped, and the percent sign of a zone.
            if part == Part::Host && high < 8 && (high, low) != (2, 5) {
                return Err(Fault::Escape(shown()));
            }
            plain.push(high << 4 | low);
            at += 3;
            continue;
        }
        if part == Part::Host && byte < 0x80 && must_escape(byte, part) {
            return Err(Fault::HostByte(byte));
        }
        plain.push(byte);
        at += 1;
    }
    Ok(Cow::Owned(plain))
}

/// Undoes percent-escapes in text that was checked when it was parsed.
pub(super) fn unescape_lossy(text: &str) -> String {
    match unescape(text, Part::User) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => text.to_owned(),
    }
}

/// Escapes what has to be escaped in that part.
pub(super) fn escape(plain: &[u8], part: Part) -> String {
    let mut text = String::with_capacity(plain.len() + 8);
    for &byte in plain {
        if must_escape(byte, part) {
            write!(text, "%{byte:02X}").expect("writing to a string does not fail");
        } else {
            text.push(byte as char);
        }
    }
    text
}

/// A path or fragment as it is sent: as typed when it may stand so, escaped anew otherwise.
pub(super) fn normal(text: &str, part: Part) -> Result<Cow<'_, str>, Fault> {
    let plain = unescape(text, part)?;
    let stands = |&byte: &u8| b"!$&'()*+,;=:@[]%/".contains(&byte) || !must_escape(byte, part);
    if text.as_bytes().iter().all(stands) {
        return Ok(Cow::Borrowed(text));
    }
    Ok(Cow::Owned(escape(&plain, part)))
}

/// Text between double quotes with Go's escapes, as its error messages show foreign text.
#[must_use]
pub fn quoted(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '"' | '\\' => out.extend(['\\', letter]),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\x07' => out.push_str("\\a"),
                '\x08' => out.push_str("\\b"),
                '\x0b' => out.push_str("\\v"),
                '\x0c' => out.push_str("\\f"),
                '\0'..='\x1f' | '\x7f' => push_escape(&mut out, 'x', u32::from(letter), 2),
                '\u{80}'..='\u{a0}' | '\u{ad}' => push_escape(&mut out, 'u', u32::from(letter), 4),
                _ => out.push(letter),
            }
        }
        for &byte in chunk.invalid() {
            push_escape(&mut out, 'x', u32::from(byte), 2);
        }
    }
    out.push('"');
    out
}

fn push_escape(out: &mut String, kind: char, value: u32, width: usize) {
    write!(out, "\\{kind}{value:0width$x}").expect("writing to a string does not fail");
}
