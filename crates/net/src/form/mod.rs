//! Form bodies as Go writes them: `application/x-www-form-urlencoded` and `multipart/form-data`.
//!
//! Main items: [`urlencode`], [`Multipart`]. Which script value becomes which field is the script host's affair.

mod multipart;

pub use multipart::{Multipart, Part};

/// The content type of a body made by [`urlencode`].
pub const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// Encodes fields, sorted by name; fields of one name keep their order.
#[must_use]
pub fn urlencode<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> String {
    let mut sorted: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut body =
        String::with_capacity(sorted.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
    for (name, value) in sorted {
        if !body.is_empty() {
            body.push('&');
        }
        escape(&mut body, name);
        body.push('=');
        escape(&mut body, value);
    }
    body
}

/// Appends `text` as a query component: letters, digits and `-_.~` stand, a space becomes `+`.
fn escape(body: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'-' | b'_' | b'.' | b'~' => body.push(char::from(byte)),
            b' ' => body.push('+'),
            _ if byte.is_ascii_alphanumeric() => body.push(char::from(byte)),
            _ => {
                let (high, low) = (DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]);
                body.extend(['%', char::from(high), char::from(low)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_sorted_and_escaped() {
        for (fields, expected) in [
            (&[][..], ""),
            (
                &[("name", "a b"), ("sym", "&=é+"), ("num", "5"), ("bool", "true"), ("z", "")],
                "bool=true&name=a+b&num=5&sym=%26%3D%C3%A9%2B&z=",
            ),
            (&[("k", "2"), ("a", "x"), ("k", "1")], "a=x&k=2&k=1"),
            (&[("a b", "~-_."), ("A", "*'()!")], "A=%2A%27%28%29%21&a+b=~-_."),
        ] {
            assert_eq!(urlencode(fields), expected);
        }
    }

    proptest! {
        #[test]
        fn any_form_is_read_back(fields in prop::collection::vec((any::<String>(), any::<String>()), 1..6)) {
            let mut sorted = fields.clone();
            sorted.sort_by(|left, right| left.0.cmp(&right.0));
            let body = urlencode(&fields);
            let read: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
            prop_assert_eq!(read, sorted);
        }
    }
}
