//! Takes values out of texts whose names say that they are credentials.
//!
//! Main function: [`masked`]. It goes by names, in JSON, forms, addresses, XML and multipart bodies, cut off or not, and
//! knows two forms of credentials under any name: what stands behind `Bearer` or `Basic`, and JSON Web Tokens. It cannot know
//! a credential that has another name and no such form. Texts that are known to be secret are replaced elsewhere.

/// What stands in place of a value.
pub(super) const INSTEAD: &str = "***";

/// Words that names of credentials have in them, in lower case.
const WORDS: &[&str] = &[
    "api-key",
    "api_key",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "cvv",
    "passphrase",
    "passwd",
    "password",
    "private",
    "pwd",
    "secret",
    "session",
    "signature",
    "token",
];

/// Whether a value of this name is taken for a credential.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// The text without the values of such names.
#[must_use]
pub fn masked(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut shown = String::with_capacity(text.len());
    let (mut done, mut at) = (0, 0);
    while at < bytes.len() {
        if !is_of_name(bytes[at]) {
            at += 1;
            continue;
        }
        let from = at;
        while at < bytes.len() && is_of_name(bytes[at]) {
            at += 1;
        }
        let word = &text[from..at];
        let known = if is_web_token(word) {
            Some((from, at))
        } else if is_secret_name(word) {
            value_behind(bytes, from, at)
        } else {
            behind_scheme(bytes, word, at)
        };
        if let Some((begin, end)) = known.filter(|(begin, end)| begin < end) {
            shown.push_str(&text[done..begin]);
            shown.push_str(INSTEAD);
            (done, at) = (end, end);
        }
    }
    shown.push_str(&text[done..]);
    shown
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Whether a word is a JSON Web Token: three parts of which the first is an object of JSON in base64.
fn is_web_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() >= 20 && word.matches('.').count() == 2
}

/// What stands behind the name of a scheme of HTTP, when it is no word of a language.
fn behind_scheme(text: &[u8], word: &str, at: usize) -> Option<(usize, usize)> {
    if !(word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic"))
        || text.get(at) != Some(&b' ')
    {
        return None;
    }
    let end = find(text, at + 1, |byte| !(is_of_name(byte) || matches!(byte, b'~' | b'+' | b'/' | b'=')));
    let value = &text[at + 1..end];
    let is_word = value.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'-'));
    (value.len() >= 6 && !is_word).then_some((at + 1, end))
}

/// Where the value of a name begins and ends; the name stands from `from` to `to`.
fn value_behind(text: &[u8], from: usize, to: usize) -> Option<(usize, usize)> {
    let mut at = to;
    if text.get(at) == Some(&b'>') {
        let tag = text[..from].iter().rposition(|byte| !is_of_name(*byte) && *byte != b':');
        return (text[tag?] == b'<').then(|| (at + 1, find(text, at + 1, |byte| byte == b'<')));
    }
    // The quote that closes the name, in JSON within JSON behind a backslash.
    while matches!(text.get(at), Some(b'\\' | b'"' | b'\'')) {
        at += 1;
    }
    if at > to && text[at..].starts_with(b"\r\n") {
        return part_of_form(text, at);
    }
    // `%5D` and `]` close the name of a field within a field.
    if text.get(at) == Some(&b']') {
        at += 1;
    }
    at = find(text, at, |byte| !byte.is_ascii_whitespace());
    if !matches!(text.get(at), Some(b':' | b'=')) {
        return None;
    }
    at = find(text, at + 1, |byte| !matches!(byte, b' ' | b'\t'));
    let behind = find(text, at, |byte| byte != b'\\');
    if behind > at && text.get(behind) == Some(&b'"') {
        // A text within a text, whose quotes have backslashes.
        return Some((behind + 1, find(text, behind + 1, |byte| matches!(byte, b'\\' | b'"'))));
    }
    match text.get(at)? {
        b'{' => None,
        b'[' => Some((at + 1, find(text, at + 1, |byte| byte == b']'))),
        b'"' | b'\'' => Some((at + 1, end_of_quoted(text, at + 1, text[at]))),
        _ => Some((at, find(text, at, |byte| b"&,;}])<>\"'\r\n".contains(&byte)))),
    }
}

/// The first place from `at` on that fits; the end when there is none.
fn find(text: &[u8], at: usize, fits: impl Fn(u8) -> bool) -> usize {
    let at = at.min(text.len());
    text[at..].iter().position(|byte| fits(*byte)).map_or(text.len(), |found| at + found)
}

fn end_of_quoted(text: &[u8], mut at: usize, quote: u8) -> usize {
    while at < text.len() && text[at] != quote {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at.min(text.len())
}

/// A field of a multipart form: behind the empty line, up to the next one's boundary.
fn part_of_form(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let begin = at + text[at..].windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let length = text[begin..].windows(4).position(|window| window == b"\r\n--");
    Some((begin, length.map_or(text.len(), |length| begin + length)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_of_credentials_are_taken_out() {
        let check = |text: &str, expected: &str| assert_eq!(masked(text), expected);
        check("", "");
        check("tokens are fine in prose", "tokens are fine in prose");
        check("http://h/a?access_token=x1%2F&b=2", "http://h/a?access_token=***&b=2");
        check("http://h/token/a?b=2", "http://h/token/a?b=2");
        check("user[password]=geheim&user[name]=ann", "user[password]=***&user[name]=ann");
        check(r#"{"password": "a\"b", "n": 1}"#, r#"{"password": "***", "n": 1}"#);
        check(
            r#"{"token":123,"session":{"id":"a","secret":"b"}}"#,
            r#"{"token":***,"session":{"id":"a","secret":"***"}}"#,
        );
        check(r#"{"tokens":["a","b"],"n":1}"#, r#"{"tokens":[***],"n":1}"#);
        check(
            r#"{"inner":"{\"password\":\"abc\",\"n\":1}"}"#,
            r#"{"inner":"{\"password\":\"***\",\"n\":1}"}"#,
        );
        check("<a><password>x y</password><b>1</b></a>", "<a><password>***</password><b>1</b></a>");
        check("<s:Password>x</s:Password>", "<s:Password>***</s:Password>");
        check(
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nx\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n***\r\n--b--",
        );
        check(r#"{"refreshToken":"cut o"#, r#"{"refreshToken":"***"#);
        check("apiKey=ü&x=ü", "apiKey=***&x=ü");
        check("token=\\ü&x=1", "token=***&x=1");
        check("token=\\", "token=***");
        check("seen: Bearer a1b2-c3.~+/==, and more", "seen: Bearer ***, and more");
        check(r#"{"echo":"basic YW5uOjE="}"#, r#"{"echo":"basic ***"}"#);
        check("basic knowledge of a bearer certificate", "basic knowledge of a bearer certificate");
        check("id=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_9&n=1", "id=***&n=1");
        check("eyJ0.eyJ1 is none", "eyJ0.eyJ1 is none");
        check("{\"token\":\"\\ü\",\"x\":\"ü\"}", "{\"token\":\"***\",\"x\":\"ü\"}");
    }

    proptest! {
        #[test]
        fn any_text_can_be_masked(text in r#"[a-c"'\\{}\[\]<>=:& \r\n%ü-]{0,30}(password|token)?[a-c"'\\{}\[\]<>=:& \r\nü-]{0,30}"#) {
            // Half a character, or a place outside, would end the test; one name has one value.
            let shown = masked(&text);
            prop_assert!(shown.len() <= text.len() + INSTEAD.len());
        }
    }
}
