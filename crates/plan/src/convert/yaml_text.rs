//! JSON as YAML that people like to read: blocks, and quotes only where they are needed.
//!
//! Main function: [`text`]. What is read back is what was written.

use serde_json::Value as Json;

/// Lists and mappings that are no longer than this stand in one line.
const WIDTH: usize = 76;
/// Keys that are longer, in bytes, need a mark of their own: YAML looks no farther for a colon than 1,024 characters.
const KEY_MAX: usize = 1_000;

/// A mapping as a document.
pub(super) fn text(document: &Json) -> String {
    let mut out = String::new();
    match document {
        Json::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                member(&mut out, key, value, 0);
            }
        }
        other => {
            out.push_str(&flow(other));
            out.push('\n');
        }
    }
    out
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n(' ', depth * 2));
}

fn member(out: &mut String, key: &str, value: &Json, depth: usize) {
    indent(out, depth);
    self::key(out, key, depth);
    below(out, value, depth);
}

/// A key with its colon.
fn key(out: &mut String, key: &str, depth: usize) {
    let text = scalar(key);
    if text.len() > KEY_MAX {
        out.push_str(&format!("? {text}\n"));
        indent(out, depth);
    } else {
        out.push_str(&text);
    }
    out.push(':');
}

/// What stands behind a colon.
fn below(out: &mut String, value: &Json, depth: usize) {
    match value {
        Json::Object(members) if !members.is_empty() && !is_short(value, depth) => {
            out.push('\n');
            for (key, value) in members {
                member(out, key, value, depth + 1);
            }
        }
        Json::Array(items) if !items.is_empty() && !is_short(value, depth) => {
            out.push('\n');
            for item in items {
                indent(out, depth + 1);
                out.push('-');
                self::item(out, item, depth + 1);
            }
        }
        other => {
            out.push(' ');
            out.push_str(&flow(other));
            out.push('\n');
        }
    }
}

/// What stands behind a dash: a mapping begins in the same line.
fn item(out: &mut String, value: &Json, depth: usize) {
    match value {
        Json::Object(members) if !members.is_empty() && !is_short(value, depth) => {
            let mut first = true;
            for (key, value) in members {
                if first {
                    out.push(' ');
                } else {
                    indent(out, depth + 1);
                }
                first = false;
                self::key(out, key, depth + 1);
                below(out, value, depth + 1);
            }
        }
        Json::Array(items) if !items.is_empty() && !is_short(value, depth) => {
            out.push('\n');
            for inner in items {
                indent(out, depth + 1);
                out.push('-');
                item(out, inner, depth + 1);
            }
        }
        other => {
            out.push(' ');
            out.push_str(&flow(other));
            out.push('\n');
        }
    }
}

/// Whether it is flat and fits into a line.
fn is_short(value: &Json, depth: usize) -> bool {
    let is_flat = |value: &Json| !matches!(value, Json::Array(_) | Json::Object(_));
    let flat = match value {
        Json::Array(items) => items.iter().all(is_flat),
        Json::Object(members) => members.len() <= 4 && members.values().all(is_flat),
        _ => true,
    };
    flat && flow(value).len() + depth * 2 <= WIDTH
}

/// In one line.
fn flow(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => scalar(text),
        Json::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Json::Object(members) if members.is_empty() => "{}".to_owned(),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}

/// A text: bare where nothing else could be meant, else in quotes.
fn scalar(text: &str) -> String {
    if is_bare(text) {
        text.to_owned()
    } else if text.chars().all(|letter| letter == ' ' || !letter.is_control() && !letter.is_whitespace())
        && !text.contains(['\u{feff}', '\u{2028}', '\u{2029}'])
    {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        double(text)
    }
}

fn is_bare(text: &str) -> bool {
    const WORDS: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"];
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '_'));
    let fits = |letter: char| {
        letter.is_ascii_alphanumeric()
            || matches!(
                letter,
                ' ' | '_' | '-' | '.' | '/' | ':' | '?' | '=' | '+' | '$' | '(' | ')' | ';' | '~'
            )
    };
    // A time such as 5s is no number, and reads best without quotes.
    let is_time = text.len() < 12
        && text.starts_with(|first: char| first.is_ascii_digit())
        && ["ms", "us", "s", "m", "h"].iter().any(|unit| {
            text.strip_suffix(unit).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        });
    is_time
        || begins
            && text.chars().all(fits)
            && !text.contains(": ")
            && !text.ends_with([' ', ':'])
            && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// With escapes.
fn double(text: &str) -> String {
    let mut made = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            ' ' => made.push(' '),
            letter if letter.is_control() || letter.is_whitespace() || letter == '\u{feff}' => {
                made.push_str(&match u32::from(letter) {
                    code @ 0..=0xff => format!("\\x{code:02x}"),
                    code @ 0x100..=0xffff => format!("\\u{code:04x}"),
                    code => format!("\\U{code:08x}"),
                });
            }
            letter => made.push(letter),
        }
    }
    made.push('"');
    made
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_read_back_is_what_was_written() {
        let (long, longer) = ("x".repeat(2_000), "é: ".repeat(700));
        let texts = [
            &long,
            &longer,
            "",
            " ",
            "a",
            "a b",
            "a: b",
            "a:b",
            "a #b",
            "#a",
            "- a",
            "-",
            "true",
            "No",
            "12",
            "1.5",
            "0x10",
            "1e3",
            "~",
            "null",
            "'",
            "\"",
            "it's",
            "a\nb",
            "\ta",
            "{{ x }}",
            "{a}",
            "[a]",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "ä",
            "\u{1f600}",
            "\u{7f}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "\u{0}",
            "5s",
            "100ms",
            "5e1s",
            "/a?b=c&d=e",
            "a,b",
            "=",
            "a\\b",
            "http://h/",
            "2026-01-01",
            "?",
            "? a",
            "|",
            ">",
            "\r",
            ".nan",
        ];
        for text in texts {
            let document = json!({ "plain": text, text: [text, { "in": text, text: null }], "list": [text] });
            let written = self::text(&document);
            let read =
                crate::yaml::parse(&written).unwrap_or_else(|fault| panic!("{text:?}: {fault:?}\n{written}"));
            assert_eq!(read.to_json(), document, "{text:?}\n{written}");
        }
        let deep = json!({ "a": [[1, [true, null]], {}, [], { "b": { "c": [{ "d": 1.5, "e": "x".repeat(90) }] } }] });
        let written = text(&deep);
        assert_eq!(crate::yaml::parse(&written).expect("it is YAML").to_json(), deep, "{written}");
    }

    #[test]
    fn it_reads_well() {
        let document = json!({ "plimsoll": 1, "steps": [
            { "get": { "url": "/a", "headers": { "Accept": "text/html, */*" }, "expect": 200 } },
            { "think": { "from": "50ms", "to": "1s" } },
        ] });
        let wanted = "plimsoll: 1\nsteps:\n  - get:\n      url: /a\n      headers: { Accept: 'text/html, */*' }\n      expect: \
                      200\n  - think: { from: 50ms, to: 1s }\n";
        assert_eq!(text(&document), wanted);
    }
}
