//! Header names and values by the rules of Go's `net/textproto` and `httpguts`, which k6 scripts observe.
//!
//! Pure functions on text; [`Invalid`] is the one error. It does not know what any header means.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A header that may not be put on the wire; its text is what k6 shows as the request's `error`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The name is empty or holds a byte that is no token byte.
    #[error("net/http: invalid header field name {}", quote(.0))]
    Name(String),
    /// The value of the named header holds a control byte other than a tab.
    #[error("net/http: invalid header field value for {}", quote(.0))]
    Value(String),
}

/// Whether RFC 9110 allows `byte` in a token (names of headers, cookies, methods).
#[must_use]
pub const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// Whether `text` is a token: what a header name, a method and a cookie's name must be.
#[must_use]
pub fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().copied().all(is_token_byte)
}

/// Whether `value` may be sent: no control bytes but the tab; bytes above 127 pass, as scripts send UTF-8.
#[must_use]
pub fn is_valid_value(value: &[u8]) -> bool {
    value.iter().all(|&byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}

/// The canonical spelling of a header name: `x-api-key` becomes `X-Api-Key`.
///
/// A name with a byte that no token may hold comes back as it was; one already canonical is borrowed.
#[must_use]
pub fn canonical(name: &str) -> Cow<'_, str> {
    let mut upper = true;
    let mut changed = false;
    for byte in name.bytes() {
        if !is_token_byte(byte) {
            return Cow::Borrowed(name);
        }
        changed |= if upper { byte.is_ascii_lowercase() } else { byte.is_ascii_uppercase() };
        upper = byte == b'-';
    }
    if !changed {
        return Cow::Borrowed(name);
    }
    let mut spelled = String::with_capacity(name.len());
    let mut upper = true;
    for char in name.chars() {
        spelled.push(if upper { char.to_ascii_uppercase() } else { char.to_ascii_lowercase() });
        upper = char == '-';
    }
    Cow::Owned(spelled)
}

/// Checks one header as a script gave it; an error names it in its canonical spelling.
pub fn check(name: &str, value: &[u8]) -> Result<(), Invalid> {
    if !is_token(name.as_bytes()) {
        return Err(Invalid::Name(canonical(name).into_owned()));
    }
    if !is_valid_value(value) {
        return Err(Invalid::Value(canonical(name).into_owned()));
    }
    Ok(())
}

/// `value` without the spaces and tabs around it, as it is written to the wire.
#[must_use]
pub fn trimmed(value: &[u8]) -> &[u8] {
    const fn blank(byte: u8) -> bool {
        matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
    }
    let Some(start) = value.iter().position(|&byte| !blank(byte)) else { return &[] };
    let end = value.iter().rposition(|&byte| !blank(byte)).map_or(start, |last| last + 1);
    &value[start..end]
}

/// Response headers as scripts see them: canonical names in alphabetical order, repeats joined by `", "`.
///
/// Bytes that are not UTF-8 become the replacement character.
#[must_use]
pub fn joined<N: AsRef<[u8]>, V: AsRef<[u8]>>(
    headers: impl IntoIterator<Item = (N, V)>,
) -> Vec<(String, String)> {
    let mut list: Vec<(String, String)> = headers
        .into_iter()
        .map(|(name, value)| {
            let name = String::from_utf8_lossy(name.as_ref());
            (canonical(&name).into_owned(), String::from_utf8_lossy(value.as_ref()).into_owned())
        })
        .collect();
    // The sort is stable: repeats stay in the order in which the server sent them.
    list.sort_by(|left, right| left.0.cmp(&right.0));
    list.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1.push_str(", ");
            first.1.push_str(&later.1);
        }
        same
    });
    list
}

/// `text` in double quotes with Go's escapes, as `%q` prints it in messages that scripts compare.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\x07' => quoted.push_str("\\a"),
            '\x08' => quoted.push_str("\\b"),
            '\x0b' => quoted.push_str("\\v"),
            '\x0c' => quoted.push_str("\\f"),
            _ => quote_plain(&mut quoted, char),
        }
    }
    quoted.push('"');
    quoted
}

fn quote_plain(quoted: &mut String, char: char) {
    let code = u32::from(char);
    let written = if !char.is_control() {
        quoted.push(char);
        Ok(())
    } else if code < 0x80 {
        write!(quoted, "\\x{code:02x}")
    } else {
        write!(quoted, "\\u{code:04x}")
    };
    written.expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_spelled_as_go_spells_them() {
        for (name, expected) in [
            ("x-lower-case", "X-Lower-Case"),
            ("X-UPPER", "X-Upper"),
            ("content-type", "Content-Type"),
            ("Content-Type", "Content-Type"),
            ("x-nl", "X-Nl"),
            ("etag", "Etag"),
            ("WWW-AUTHENTICATE", "Www-Authenticate"),
            ("a--b-", "A--B-"),
            ("-x", "-X"),
            ("x_y.z", "X_y.z"),
            ("bad name", "bad name"),
            ("bad:name", "bad:name"),
            ("naïve", "naïve"),
            ("", ""),
        ] {
            assert_eq!(canonical(name), expected, "{name}");
        }
        assert!(matches!(canonical("User-Agent"), Cow::Borrowed(_)));
    }

    #[test]
    fn invalid_headers_are_refused_in_k6s_words() {
        for (name, value, expected) in [
            ("bad name", "x", "net/http: invalid header field name \"bad name\""),
            ("", "x", "net/http: invalid header field name \"\""),
            ("x-nl", "a\nb", "net/http: invalid header field value for \"X-Nl\""),
            ("x-nul", "a\0b", "net/http: invalid header field value for \"X-Nul\""),
            ("x-del", "\x7f", "net/http: invalid header field value for \"X-Del\""),
            ("q\"", "x", "net/http: invalid header field name \"q\\\"\""),
        ] {
            let error = check(name, value.as_bytes()).expect_err(name);
            assert_eq!(error.to_string(), expected);
        }
        for (name, value) in [("X-V", "é"), ("X-V", ""), ("X-V", "a\tb"), ("a|b", " x ")] {
            assert_eq!(check(name, value.as_bytes()), Ok(()), "{name}: {value}");
        }
    }

    #[test]
    fn repeats_are_joined_in_order() {
        let seen = joined([("x-multi", "a"), ("content-length", "2"), ("X-MULTI", "b"), ("x-lOWER", "c")]);
        let expected = [("Content-Length", "2"), ("X-Lower", "c"), ("X-Multi", "a, b")];
        assert_eq!(seen, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn values_lose_the_blanks_around_them() {
        for (value, expected) in [("", ""), ("  ", ""), (" a b\t", "a b"), ("a", "a")] {
            assert_eq!(trimmed(value.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn quoting_escapes_as_go() {
        for (text, expected) in [
            ("a\"b\\", r#""a\"b\\""#),
            ("\n\r\t\x01\x7f", r#""\n\r\t\x01\x7f""#),
            ("é\u{85}", "\"é\\u0085\""),
        ] {
            assert_eq!(quote(text), expected);
        }
    }

    proptest! {
        #[test]
        fn canonical_form_is_a_fixed_point(name in any::<String>()) {
            let once = canonical(&name).into_owned();
            prop_assert_eq!(canonical(&once), once.as_str());
            prop_assert!(once.eq_ignore_ascii_case(&name));
        }

        #[test]
        fn quoting_and_joining_never_panic(name in any::<Vec<u8>>(), value in any::<Vec<u8>>()) {
            let list = joined([(&name, &value), (&name, &value)]);
            prop_assert_eq!(list.len(), 1);
            let _ = check(&quote(&list[0].0), trimmed(&value));
        }
    }
}
