//! Frames that came, and filters that throw some of them away.
//!
//! Main types: [`FrameFilter`] and [`Payload`].

use super::super::text::{Fault, Text};
use super::super::user::User;
use crate::extract::regex;

/// Which frames are welcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Payload {
    /// Texts.
    Text,
    /// Bytes.
    Binary,
    /// Both.
    Any,
}

/// Throws frames away that fit.
#[derive(Debug)]
pub struct FrameFilter {
    /// Its name.
    pub name: Text,
    /// Which frames it looks at.
    pub kind: Payload,
    /// How they are compared: `IsPlain`, `Contains`, `NotEqualsRegex` and so on.
    pub comparison: String,
    /// With what.
    pub value: Text,
    /// Where it has to stand in the frame; blank for anywhere.
    pub position: Text,
}

/// A frame that came.
pub(super) enum Frame {
    Text(String),
    Binary(Vec<u8>),
    Pong,
    Close(u16, String),
}

impl Frame {
    /// Its kind, in a word.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Binary(_) => "binary",
            Self::Pong => "pong",
            Self::Close(..) => "close",
        }
    }

    /// What it is, for people.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) if text.is_empty() => "Text frame, empty payload".to_owned(),
            Self::Text(text) => {
                format!("Text frame, payload (length {}): '{text}'", text.encode_utf16().count())
            }
            Self::Binary(data) if data.is_empty() => "Binary frame, empty payload".to_owned(),
            Self::Binary(data) => {
                let shown: Vec<String> = data.iter().take(16).map(|byte| format!("{byte:#04x}")).collect();
                let more = if data.len() > 16 { " ..." } else { "" };
                format!("Binary frame, payload (length {}): {}{more}", data.len(), shown.join(" "))
            }
            Self::Pong => "Pong frame".to_owned(),
            Self::Close(code, reason) => {
                format!("Close frame with status code {code} and close reason '{reason}'")
            }
        }
    }
}

/// Reads bytes written as hexadecimal digits, with or without `0x` and spaces.
pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.split_whitespace().map(|word| word.trim_start_matches("0x")).collect();
    if !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

impl FrameFilter {
    /// Whether it throws a frame away.
    pub(super) fn discards(&self, frame: &Frame, user: &mut User) -> Result<bool, Fault> {
        let value = self.value.eval(user)?.into_owned();
        let (base, inverted) = match self.comparison.strip_prefix("Not") {
            Some(base) => (base, true),
            None => (self.comparison.as_str(), false),
        };
        let found = match (frame, self.kind) {
            (Frame::Text(text), Payload::Text) => match base {
                "Contains" => text.contains(&value),
                "Equals" => *text == value,
                "StartsWith" => text.starts_with(&value),
                "EndsWith" => text.ends_with(&value),
                "ContainsRegex" => regex::compile(&value).and_then(|one| one.is_in(text)).unwrap_or(false),
                "EqualsRegex" => regex::compile(&value).and_then(|one| one.is_all_of(text)).unwrap_or(false),
                _ => true,
            },
            (Frame::Binary(data), Payload::Binary) => {
                let wanted = bytes_of(&value).unwrap_or_default();
                match base {
                    "Contains" => match self.position.eval(user)?.trim().parse::<usize>() {
                        Ok(at) => {
                            !wanted.is_empty() && data.get(at..).is_some_and(|d| d.starts_with(&wanted))
                        }
                        Err(_) => data.windows(wanted.len().max(1)).any(|part| part == wanted),
                    },
                    "Equals" => *data == wanted,
                    "StartsWith" => data.starts_with(&wanted),
                    "EndsWith" => data.ends_with(&wanted),
                    _ => true,
                }
            }
            _ => return Ok(false),
        };
        Ok(found != inverted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_from_digits() {
        let check =
            |text: &str, wanted: Option<&[u8]>| assert_eq!(bytes_of(text).as_deref(), wanted, "{text}");
        check("0xca 0xfe", Some(&[0xca, 0xfe]));
        check("ca fe", Some(&[0xca, 0xfe]));
        check("cafe", Some(&[0xca, 0xfe]));
        check("", Some(&[]));
        check("caf", None);
        check("zz", None);
    }

    #[test]
    fn filters_discard_what_fits() {
        let mut user = User::for_tests();
        let mut check = |kind, comparison: &str, value: &str, position: &str, frame: Frame, wanted: bool| {
            let filter = FrameFilter {
                name: Text::literal("f"),
                kind,
                comparison: comparison.to_owned(),
                value: Text::literal(value),
                position: Text::literal(position),
            };
            assert_eq!(filter.discards(&frame, &mut user).unwrap(), wanted, "{comparison} {value}");
        };
        let text = |text: &str| Frame::Text(text.to_owned());
        let data = |data: &[u8]| Frame::Binary(data.to_vec());
        check(Payload::Text, "IsPlain", "", "", text("x"), true);
        check(Payload::Text, "IsPlain", "", "", data(b"x"), false);
        check(Payload::Text, "Contains", "b", "", text("abc"), true);
        check(Payload::Text, "NotContains", "b", "", text("abc"), false);
        check(Payload::Text, "StartsWith", "b", "", text("abc"), false);
        check(Payload::Text, "EndsWith", "c", "", text("abc"), true);
        check(Payload::Text, "Equals", "abc", "", text("abc"), true);
        check(Payload::Text, "ContainsRegex", "b.", "", text("abc"), true);
        check(Payload::Text, "EqualsRegex", "b.", "", text("abc"), false);
        check(Payload::Text, "NotEqualsRegex", "b.", "", text("abc"), true);
        check(Payload::Binary, "IsBinary", "", "", data(b"x"), true);
        check(Payload::Binary, "Contains", "62", "", data(b"abc"), true);
        check(Payload::Binary, "Contains", "62", "0", data(b"abc"), false);
        check(Payload::Binary, "Contains", "62", "1", data(b"abc"), true);
        check(Payload::Binary, "NotStartsWith", "61", "", data(b"abc"), false);
    }
}
