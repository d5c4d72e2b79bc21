//! Building `multipart/form-data` bodies, byte for byte as Go's `mime/multipart` lays them out.

use std::fmt::Write as _;

use crate::auth::random_bytes;

/// One field or file of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A plain field.
    Field {
        /// Its name in the form.
        name: &'a str,
        /// Its text.
        value: &'a [u8],
    },
    /// A file.
    File {
        /// The name of its field in the form.
        name: &'a str,
        /// The file's own name.
        filename: &'a str,
        /// Sent as given.
        content_type: &'a str,
        /// Its bytes.
        data: &'a [u8],
    },
}

/// A form in the making.
#[derive(Debug)]
pub struct Multipart {
    boundary: String,
    body: Vec<u8>,
}

impl Default for Multipart {
    fn default() -> Self {
        Self::new()
    }
}

impl Multipart {
    /// An empty form with a random boundary of 60 hexadecimal digits.
    #[must_use]
    pub fn new() -> Self {
        let mut boundary = String::with_capacity(60);
        for byte in random_bytes::<30>() {
            write!(boundary, "{byte:02x}").expect("writing to a string cannot fail");
        }
        Self::with_boundary(boundary)
    }

    /// An empty form with a boundary of the caller's, who must make sure that no part holds it.
    #[must_use]
    pub const fn with_boundary(boundary: String) -> Self {
        Self { boundary, body: Vec::new() }
    }

    /// The `Content-Type` of the request.
    #[must_use]
    pub fn content_type(&self) -> String {
        if self.boundary.contains(|char: char| "()<>@,;:\\\"/[]?= ".contains(char)) {
            format!("multipart/form-data; boundary=\"{}\"", self.boundary)
        } else {
            format!("multipart/form-data; boundary={}", self.boundary)
        }
    }

    /// Appends a part.
    pub fn push(&mut self, part: &Part<'_>) {
        let line_end = if self.body.is_empty() { "" } else { "\r\n" };
        let mut head = format!("{line_end}--{}\r\nContent-Disposition: form-data; name=\"", self.boundary);
        let data = match *part {
            Part::Field { name, value } => {
                push_quoted(&mut head, name);
                head.push('"');
                value
            }
            Part::File { name, filename, content_type, data } => {
                push_quoted(&mut head, name);
                head.push_str("\"; filename=\"");
                push_quoted(&mut head, filename);
                head.push_str("\"\r\nContent-Type: ");
                head.extend(content_type.chars().filter(|char| !matches!(char, '\r' | '\n')));
                data
            }
        };
        head.push_str("\r\n\r\n");
        self.body.reserve(head.len() + data.len() + self.boundary.len() + 8);
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(data);
    }

    /// Appends a plain field.
    pub fn add_field(&mut self, name: &str, value: &str) {
        self.push(&Part::Field { name, value: value.as_bytes() });
    }

    /// Appends a file.
    pub fn add_file(&mut self, name: &str, filename: &str, content_type: &str, data: &[u8]) {
        self.push(&Part::File { name, filename, content_type, data });
    }

    /// Closes the form; hands out its content type and its body.
    #[must_use]
    pub fn finish(mut self) -> (String, Vec<u8>) {
        let content_type = self.content_type();
        self.body.extend_from_slice(format!("\r\n--{}--\r\n", self.boundary).as_bytes());
        (content_type, self.body)
    }
}

/// Appends `text` for use inside quotes; a line break would end the header and is coded.
fn push_quoted(head: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '"' => head.push_str("\\\""),
            '\\' => head.push_str("\\\\"),
            '\r' => head.push_str("%0D"),
            '\n' => head.push_str("%0A"),
            _ => head.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parts: &[Part<'_>], expected: &str) {
        let mut form = Multipart::with_boundary("B".to_owned());
        parts.iter().for_each(|part| form.push(part));
        assert_eq!(String::from_utf8_lossy(&form.finish().1), expected);
    }

    #[test]
    fn bodies() {
        check(&[], "\r\n--B--\r\n");
        check(
            &[
                Part::Field { name: "field", value: b"v" },
                Part::File { name: "up", filename: "h.txt", content_type: "text/plain", data: b"hello\n" },
                Part::Field { name: "num", value: b"" },
            ],
            "--B\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nv\
             \r\n--B\r\nContent-Disposition: form-data; name=\"up\"; filename=\"h.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\n\
             \r\n--B\r\nContent-Disposition: form-data; name=\"num\"\r\n\r\n\
             \r\n--B--\r\n",
        );
        check(
            &[Part::File { name: "a\"b", filename: "c\\d\r\nX: y", content_type: "t/x\r\nX: y", data: b"" }],
            "--B\r\nContent-Disposition: form-data; name=\"a\\\"b\"; filename=\"c\\\\d%0D%0AX: y\"\r\n\
             Content-Type: t/xX: y\r\n\r\n\r\n--B--\r\n",
        );
    }

    #[test]
    fn boundaries() {
        let (first, second) = (Multipart::new(), Multipart::new());
        assert_ne!(first.boundary, second.boundary);
        assert_eq!(first.boundary.len(), 60);
        assert_eq!(first.content_type(), format!("multipart/form-data; boundary={}", first.boundary));
        assert_eq!(
            Multipart::with_boundary("a b".into()).content_type(),
            "multipart/form-data; boundary=\"a b\""
        );
    }
}
