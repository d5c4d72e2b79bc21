//! Walking over JSON text: where values begin and end, and where the text stops being JSON.

use std::borrow::Cow;

/// How deep values may be nested.
const DEPTH_MAX: usize = 10_000;

/// The index of the first byte at or after `at` that is not white space.
pub(super) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// The end of the string that begins with a quote at `at`.
pub(super) fn string_end(text: &[u8], at: usize) -> usize {
    let mut index = at + 1;
    while let Some(&byte) = text.get(index) {
        match byte {
            b'\\' => index += 2,
            b'"' => return index + 1,
            _ => index += 1,
        }
    }
    text.len()
}

/// The end of the value that begins at `at`, which must not be white space.
pub(super) fn value_end(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'"') => string_end(text, at),
        Some(b'{' | b'[') => {
            let mut depth = 0usize;
            let mut index = at;
            while let Some(&byte) = text.get(index) {
                match byte {
                    b'"' => {
                        index = string_end(text, index);
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return index + 1;
                        }
                    }
                    _ => {}
                }
                index += 1;
            }
            text.len()
        }
        Some(_) => {
            let rest = &text[at..];
            at + rest
                .iter()
                .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r' | b':'))
                .unwrap_or(rest.len())
        }
        None => at,
    }
}

/// The members of an object or the elements of an array; keys are raw, with their quotes.
pub(super) struct Items<'a> {
    text: &'a str,
    at: usize,
    object: bool,
}

/// The items of `text`, when it is an object or array.
pub(super) fn items(text: &str) -> Option<Items<'_>> {
    let start = skip_space(text.as_bytes(), 0);
    match text.as_bytes().get(start)? {
        b'{' => Some(Items { text, at: start + 1, object: true }),
        b'[' => Some(Items { text, at: start + 1, object: false }),
        _ => None,
    }
}

impl Items<'_> {
    /// Whether these are an object's members.
    pub(super) fn is_object(&self) -> bool {
        self.object
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let mut at = skip_space(bytes, self.at);
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
        if matches!(bytes.get(at), None | Some(b'}' | b']')) {
            return None;
        }
        let mut key = "";
        if self.object {
            if bytes[at] != b'"' {
                return None;
            }
            let end = string_end(bytes, at);
            key = self.text.get(at..end)?;
            at = skip_space(bytes, end);
            if bytes.get(at) != Some(&b':') {
                return None;
            }
            at = skip_space(bytes, at + 1);
        }
        let end = value_end(bytes, at);
        if end == at {
            return None;
        }
        self.at = end;
        Some((key, self.text.get(at..end)?))
    }
}

/// The content of a JSON string with its quotes, unescaped.
pub(super) fn unquote(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('"').map_or(raw, |inner| inner.strip_suffix('"').unwrap_or(inner));
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str::<String>(raw).map_or_else(|_| Cow::Owned(lenient(inner)), Cow::Owned)
}

/// Unescapes what JSON would refuse, such as lone surrogates.
fn lenient(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                out.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// The values of text that holds one a line.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at = skip_space(text.as_bytes(), at);
        let end = value_end(text.as_bytes(), at);
        let value = text.get(at..end).filter(|value| !value.is_empty())?;
        at = end;
        Some(value)
    })
}

/// Where `text` stops being JSON, with what Go's parser says of it.
pub(super) fn first_error(text: &[u8]) -> Option<(usize, String)> {
    let mut checker = Checker { text, at: 0 };
    checker.value(0).and_then(|()| checker.end()).err()
}

/// k6's message for text that is not JSON.
pub(crate) fn syntax_error(text: &[u8]) -> Option<String> {
    let (offset, reason) = first_error(text)?;
    let before = &text[..offset.min(text.len())];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let character = before.len() - start;
    Some(format!("cannot parse json due to an error at line {line}, character {character} , error: {reason}"))
}

struct Checker<'a> {
    text: &'a [u8],
    at: usize,
}

type Checked = Result<(), (usize, String)>;

impl Checker<'_> {
    /// A fault at the byte that comes next. Offsets count the bytes that were read, the bad one included.
    fn fault(&self, wanted: &str) -> (usize, String) {
        match self.text.get(self.at) {
            Some(&byte) => (self.at + 1, format!("invalid character {} {wanted}", shown(byte))),
            None => (self.text.len(), "unexpected end of JSON input".to_owned()),
        }
    }

    fn space(&mut self) {
        self.at = skip_space(self.text, self.at);
    }

    fn end(&mut self) -> Checked {
        self.space();
        if self.at < self.text.len() { Err(self.fault("after top-level value")) } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Checked {
        self.space();
        if depth > DEPTH_MAX {
            return Err((self.at, "exceeded max depth".to_owned()));
        }
        match self.text.get(self.at) {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.fault("looking for beginning of value")),
        }
    }

    fn object(&mut self, depth: usize) -> Checked {
        self.at += 1;
        self.space();
        if self.text.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            if self.text.get(self.at) != Some(&b'"') {
                return Err(self.fault("looking for beginning of object key string"));
            }
            self.string()?;
            self.space();
            if self.text.get(self.at) != Some(&b':') {
                return Err(self.fault("after object key"));
            }
            self.at += 1;
            self.value(depth + 1)?;
            self.space();
            match self.text.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.fault("after object key:value pair")),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Checked {
        self.at += 1;
        self.space();
        if self.text.get(self.at) == Some(&b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.space();
            match self.text.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.fault("after array element")),
            }
        }
    }

    fn string(&mut self) -> Checked {
        self.at += 1;
        loop {
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                Some(&byte) if byte >= 0x20 => self.at += 1,
                _ => return Err(self.fault("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Checked {
        match self.text.get(self.at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.text.get(self.at).is_some_and(u8::is_ascii_hexdigit) {
                        return Err(self.fault("in \\u hexadecimal character escape"));
                    }
                    self.at += 1;
                }
                Ok(())
            }
            _ => Err(self.fault("in string escape code")),
        }
    }

    fn word(&mut self, word: &[u8]) -> Checked {
        for (index, &byte) in word.iter().enumerate() {
            if self.text.get(self.at) != Some(&byte) {
                let name = String::from_utf8_lossy(word);
                return Err(self.fault(&format!("in literal {name} (expecting '{}')", word[index] as char)));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Checked {
        if self.text[self.at] == b'-' {
            self.at += 1;
            if !self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
                return Err(self.fault("in numeric literal"));
            }
        }
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits();
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            if !self.digits() {
                return Err(self.fault("after decimal point in numeric literal"));
            }
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.digits() {
                return Err(self.fault("in exponent of numeric literal"));
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at > start
    }
}

/// A byte as Go quotes it.
fn shown(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        b'\n' => r"'\n'".to_owned(),
        b'\r' => r"'\r'".to_owned(),
        b'\t' => r"'\t'".to_owned(),
        0x20..=0x7e => format!("'{}'", byte as char),
        0x80.. => format!("'{}'", char::from(byte)),
        _ => format!("'\\x{byte:02x}'"),
    }
}
