//! Reading `multipart/form-data`, for `formData()`. Writing it is `net`'s.

/// One field of a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) name: String,
    /// Fields with one are files.
    pub(super) filename: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) data: &'a [u8],
}

/// The boundary in a content type of `multipart/form-data`.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let found = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"').to_owned())
    });
    found.filter(|boundary| !boundary.is_empty() && boundary.len() <= 200)
}

/// The fields of a body, or nothing when it is no such body.
pub(super) fn parse<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Field<'a>>> {
    let delimiter = format!("--{boundary}").into_bytes();
    // What stands before the first delimiter is not part of the form.
    let mut rest = &body[find(body, &delimiter)? + delimiter.len()..];
    let ending = [b"\r\n", &delimiter[..]].concat();
    let mut fields = Vec::new();
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let length = find(rest, &ending)?;
        fields.push(field(&rest[..length])?);
        rest = &rest[length + ending.len()..];
    }
    Some(fields)
}

fn field(part: &[u8]) -> Option<Field<'_>> {
    let end = find(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&part[..end]).ok()?;
    let mut field = Field { name: String::new(), filename: None, content_type: None, data: &part[end + 4..] };
    let mut named = false;
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-type") {
            field.content_type = Some(value.trim().to_owned());
        } else if name.eq_ignore_ascii_case("content-disposition") {
            for (key, value) in parameters(value) {
                match key {
                    "name" => (field.name, named) = (value, true),
                    "filename" => field.filename = Some(value),
                    _ => {}
                }
            }
        }
    }
    named.then_some(field)
}

/// The parameters of a header, whose values stand in quotes or do not.
fn parameters(mut text: &str) -> Vec<(&str, String)> {
    let mut all = Vec::new();
    while let Some((_, next)) = text.split_once(';') {
        let Some((name, value)) = next.split_once('=') else { break };
        let (value, rest) = match value.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value[..end].trim().to_owned(), &value[end..])
            }
        };
        all.push((name.trim(), value));
        text = rest;
    }
    all
}

/// The text up to the closing quote, and what comes after it. Browsers write a quote as `%22`, others put a
/// backslash before it.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (coded(&value), &text[at + 1..]),
            '\\' => match letters.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]),
                None => value.push('\\'),
            },
            _ => value.push(letter),
        }
    }
    (coded(&value), "")
}

fn coded(text: &str) -> String {
    text.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, filename, content type, data.
    type Shown<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a str);

    #[test]
    fn boundaries() {
        let check =
            |text: &str, expected: Option<&str>| assert_eq!(boundary(text).as_deref(), expected, "{text}");
        check("multipart/form-data; boundary=abc", Some("abc"));
        check("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"", Some("a b"));
        check("multipart/form-data", None);
        check("multipart/form-data; boundary=", None);
        check("text/plain; boundary=abc", None);
    }

    #[test]
    fn forms() {
        let check = |body: &str, expected: Option<&[Shown<'_>]>| {
            let found = parse(body.as_bytes(), "B").map(|fields| {
                let own = |field: &Field<'_>| {
                    let data = String::from_utf8_lossy(field.data).into_owned();
                    (field.name.clone(), field.filename.clone(), field.content_type.clone(), data)
                };
                fields.iter().map(own).collect::<Vec<_>>()
            });
            let expected = expected.map(|fields| {
                let own = |text: &str| text.to_owned();
                fields.iter().map(|f| (own(f.0), f.1.map(own), f.2.map(own), own(f.3))).collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{body:?}");
        };
        let field = "Content-Disposition: form-data; name=\"a\"\r\n\r\n";
        check("--B--\r\n", Some(&[]));
        check(&format!("--B\r\n{field}1\r\n--B--\r\n"), Some(&[("a", None, None, "1")]));
        check(
            &format!("preamble\r\n--B\r\n{field}\r\n--B\r\n{field}x\r\ny\r\n--B--"),
            Some(&[("a", None, None, ""), ("a", None, None, "x\r\ny")]),
        );
        check(
            "--B\r\ncontent-disposition: form-data; name=\"q\\\"%22\"; filename=\"f;g\"\r\nContent-Type: text/x\r\n\r\nhi\r\n--B--",
            Some(&[("q\"\"", Some("f;g"), Some("text/x"), "hi")]),
        );
        check(
            "--B\r\ncontent-disposition: form-data; name=q; x=y\r\n\r\n\r\n--B--",
            Some(&[("q", None, None, "")]),
        );
        check("", None);
        check("--B", None);
        check(&format!("--B\r\n{field}1"), None);
        check("--B\r\nno-colon\r\n\r\n1\r\n--B--", None);
        check("--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--", None);
    }
}
