//! Forms as bodies: URL-encoded and multipart, by Go's rules.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// `name=value` pairs joined by `&`, in the order given.
#[must_use]
pub fn urlencode(pairs: &[(String, String)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    out
}

fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

/// A multipart body in the making.
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
    /// An empty form with a boundary that no other form of this process has.
    #[must_use]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let time =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { boundary: format!("{time:032x}{number:028x}"), body: Vec::new() }
    }

    fn part(&mut self, headers: &str, content: &[u8]) {
        self.body.extend_from_slice(format!("--{}\r\n{headers}\r\n", self.boundary).as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
    }

    /// Adds a field.
    pub fn add_field(&mut self, name: &str, value: &str) {
        let headers = format!("Content-Disposition: form-data; name=\"{}\"\r\n", quote(name));
        self.part(&headers, value.as_bytes());
    }

    /// Adds a file.
    pub fn add_file(&mut self, name: &str, filename: &str, content_type: &str, content: &[u8]) {
        let headers = format!(
            "Content-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {content_type}\r\n",
            quote(name),
            quote(filename)
        );
        self.part(&headers, content);
    }

    /// The content type and the body.
    #[must_use]
    pub fn finish(mut self) -> (String, Vec<u8>) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body)
    }
}

fn quote(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_encoding_is_gos() {
        let pairs = [("a b".to_owned(), "&=é+".to_owned()), ("z".to_owned(), String::new())];
        assert_eq!(urlencode(&pairs), "a+b=%26%3D%C3%A9%2B&z=");
    }
}
