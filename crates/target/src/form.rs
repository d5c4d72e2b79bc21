//! `application/x-www-form-urlencoded` and `multipart/form-data`, read.
//!
//! Lenient by design: a pair that does not decode is taken as it stands.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// The pairs of a query or form body, decoded, in order.
pub fn pairs(text: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte == b'+' || byte == b'%') {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned())
}

/// One part of a multipart body.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The field's name.
    pub name: String,
    /// The file's name, when the part is a file.
    pub file: Option<String>,
    /// The content.
    pub data: &'a [u8],
}

/// The parts of a multipart body with the boundary of `content_type`; parts that make no sense are left out.
pub fn parts<'a>(content_type: &str, body: &'a [u8]) -> Vec<Part<'a>> {
    let Some(boundary) = parameter(content_type, "boundary") else { return Vec::new() };
    let marker = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = match find(body, marker.as_bytes()) {
        Some(at) => &body[at + marker.len()..],
        None => return found,
    };
    let next = format!("\r\n--{boundary}");
    while let Some(end) = find(rest, next.as_bytes()) {
        let part = rest[..end].strip_prefix(b"\r\n").unwrap_or(&rest[..end]);
        if let Some(part) = part_of(part) {
            found.push(part);
        }
        rest = &rest[end + next.len()..];
    }
    found
}

fn part_of(part: &[u8]) -> Option<Part<'_>> {
    let split = find(part, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&part[..split]);
    let disposition =
        head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    Some(Part {
        name: parameter(disposition, "name")?,
        file: parameter(disposition, "filename"),
        data: &part[split + 4..],
    })
}

/// A parameter of a header value, such as `boundary` or `filename`, with its quotes removed.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// No body makes the readers fall over, and no part is larger than the body.
        #[test]
        fn any_body_can_be_read(body in prop::collection::vec(prop_oneof![Just(b'-'), Just(b'X'), Just(b'\r'),
            Just(b'\n'), Just(b'"'), any::<u8>()], 0..200))
        {
            let text = String::from_utf8_lossy(&body);
            prop_assert!(pairs(&text).count() <= body.len());
            for part in parts("multipart/form-data; boundary=X", &body) {
                prop_assert!(part.data.len() < body.len());
            }
        }
    }

    #[test]
    fn pairs_are_decoded() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let found: Vec<_> = pairs(text).collect();
            let expected: Vec<_> = expected.iter().map(|(k, v)| (Cow::from(*k), Cow::from(*v))).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("", &[]);
        check("a=1&b=2", &[("a", "1"), ("b", "2")]);
        check("q=a+b%20c%C3%A9&&flag", &[("q", "a b cé"), ("flag", "")]);
        check("a=%zz", &[("a", "%zz")]);
    }

    #[test]
    fn multipart_is_cut_at_its_boundary() {
        let body = b"--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X\r\n\
            Content-Disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\nx\r\ny\r\n--X--\r\n";
        let found = parts("multipart/form-data; boundary=X", body);
        assert_eq!(
            found,
            [
                Part { name: "a".into(), file: None, data: b"1" },
                Part { name: "f".into(), file: Some("f.txt".into()), data: b"x\r\ny" },
            ]
        );
        assert!(parts("multipart/form-data", body).is_empty());
        assert!(parts("multipart/form-data; boundary=Y", body).is_empty());
    }
}
