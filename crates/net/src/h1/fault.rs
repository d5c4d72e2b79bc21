//! What is wrong with the head of a response, in Go's words.
//!
//! [`of_head`] judges complete lines in their order, so that the verdict does not depend on how the bytes came.
//! It refuses everything that the parser of heads refuses, which knows neither lines nor reasons.

use super::Limits;
use crate::error::Kind;
use crate::header;
use crate::url::quoted;

/// The first fault in the complete lines of a head. Continued lines are none: they are obsolete, but good.
pub(super) fn of_head(lines: &[u8], limits: &Limits) -> Option<Kind> {
    let mut lines = lines
        .split_inclusive(|&byte| byte == b'\n')
        .filter_map(|line| line.strip_suffix(b"\n"))
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .skip_while(|line| line.is_empty());
    let reason = of_status_line(lines.next()?).or_else(|| {
        let mut headers = 0;
        lines.take_while(|line| !line.is_empty()).find_map(|line| {
            if headers > 0 && matches!(line[0], b' ' | b'\t') {
                return (!header::is_valid_value(line)).then(|| malformed_line(line));
            }
            headers += 1;
            of_header(line).or_else(|| (headers > limits.headers).then(|| too_many(limits)))
        })
    });
    reason.map(Kind::Malformed)
}

/// The fault of a head with more bytes than are accepted.
pub(super) fn too_long(limits: &Limits) -> Kind {
    let limit = limits.head_bytes;
    Kind::Malformed(format!("net/http: server response headers exceeded {limit} bytes; aborted"))
}

fn too_many(limits: &Limits) -> String {
    format!("net/http: server response headers exceeded {} headers; aborted", limits.headers)
}

fn of_status_line(line: &[u8]) -> Option<String> {
    let shown = |kind: &str, text: &[u8]| Some(format!("{kind} {}", quoted(text)));
    let mut parts = line.splitn(2, |&byte| byte == b' ');
    let (proto, Some(status)) = (parts.next().unwrap_or_default(), parts.next()) else {
        return shown("malformed HTTP response", line);
    };
    let code = status.split(|&byte| byte == b' ').find(|part| !part.is_empty()).unwrap_or_default();
    if code.len() != 3 || !code.iter().all(u8::is_ascii_digit) {
        return shown("malformed HTTP status code", code);
    }
    if !matches!(proto, b"HTTP/1.0" | b"HTTP/1.1") {
        return shown("malformed HTTP version", proto);
    }
    // Go lets control characters pass in the words behind the code; they are good for nothing but mischief.
    if header::is_valid_value(status) { None } else { shown("malformed HTTP response", line) }
}

fn of_header(line: &[u8]) -> Option<String> {
    let Some(colon) = line.iter().position(|&byte| byte == b':') else {
        return Some(format!("malformed MIME header: missing colon: {}", quoted(line)));
    };
    let good = header::is_token(&line[..colon]) && header::is_valid_value(&line[colon..]);
    (!good).then(|| malformed_line(line))
}

fn malformed_line(line: &[u8]) -> String {
    format!("malformed MIME header line: {}", String::from_utf8_lossy(line))
}
