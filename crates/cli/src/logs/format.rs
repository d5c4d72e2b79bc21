//! Lines of the log: the text forms that k6 users and their tools know (logrus'), JSON, and the bare message.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::{Level, Nanos, Record};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// How a record becomes a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// `INFO[0001] message   key=value`, coloured, for a terminal.
    Terminal,
    /// `time="…" level=info msg="…" key=value`.
    Logfmt,
    /// One JSON object a line.
    Json,
    /// The message alone.
    Raw,
}

/// A record with the time it was made.
pub struct Stamped<'a> {
    /// The record.
    pub record: &'a Record,
    /// When, on the run's clock.
    pub since_start: Nanos,
    /// When, in nanoseconds since the Unix epoch.
    pub unix_ns: u64,
    /// Seconds that local clocks are ahead of UTC at that time.
    pub ahead_s: i32,
}

impl Format {
    /// The form for files: as this one, without colours.
    #[must_use]
    pub fn plain(self) -> Self {
        if self == Self::Terminal { Self::Logfmt } else { self }
    }

    /// Appends the line of a record.
    pub fn write(self, out: &mut String, stamped: &Stamped) {
        match self {
            Self::Terminal => terminal(out, stamped),
            Self::Logfmt => logfmt(out, stamped),
            Self::Json => json(out, stamped),
            Self::Raw => out.push_str(&stamped.record.message),
        }
        out.push('\n');
    }
}

fn sorted_fields(record: &Record) -> Vec<(&'static str, &str)> {
    let mut fields: Vec<_> = record.fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
    fields.sort_by_key(|(key, _)| *key);
    fields
}

fn terminal(out: &mut String, stamped: &Stamped) {
    let record = stamped.record;
    let (colour, name) = match record.level {
        Level::Trace => (37, "TRAC"),
        Level::Debug => (37, "DEBU"),
        Level::Info => (36, "INFO"),
        Level::Warning => (33, "WARN"),
        Level::Error => (31, "ERRO"),
    };
    let seconds = stamped.since_start.0 / 1_000_000_000;
    let message = record.message.strip_suffix('\n').unwrap_or(&record.message);
    let _ = write!(out, "\x1b[{colour}m{name}\x1b[0m[{seconds:04}] {message:<44} ");
    for (key, value) in sorted_fields(record) {
        let _ = write!(out, " \x1b[{colour}m{key}\x1b[0m=");
        push_value(out, value);
    }
    if let Some(detail) = &record.detail {
        out.push('\n');
        out.push_str(detail);
    }
}

fn logfmt(out: &mut String, stamped: &Stamped) {
    out.push_str("time=");
    push_value(out, &timestamp(stamped.unix_ns, stamped.ahead_s));
    out.push_str(" level=");
    out.push_str(stamped.record.level.name());
    // An empty message is left out altogether.
    if !stamped.record.message.is_empty() {
        out.push_str(" msg=");
        push_value(out, &stamped.record.message);
    }
    for (key, value) in sorted_fields(stamped.record) {
        let _ = write!(out, " {key}=");
        push_value(out, value);
    }
}

fn json(out: &mut String, stamped: &Stamped) {
    let time = timestamp(stamped.unix_ns, stamped.ahead_s);
    let mut object: BTreeMap<&str, &str> = sorted_fields(stamped.record).into_iter().collect();
    object.insert("level", stamped.record.level.name());
    object.insert("msg", &stamped.record.message);
    object.insert("time", &time);
    let text = serde_json::to_string(&object).expect("a map of texts is JSON");
    // Readers that put lines into a web page rely on these never standing bare.
    for letter in text.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
}

/// A time in nanoseconds since the Unix epoch, in RFC 3339 as clocks show it that are this far ahead of UTC.
#[must_use]
pub fn timestamp(unix_ns: u64, ahead_s: i32) -> String {
    let at = OffsetDateTime::from_unix_timestamp((unix_ns / 1_000_000_000).cast_signed()).ok();
    let at = at.zip(UtcOffset::from_whole_seconds(ahead_s).ok()).map(|(at, offset)| at.to_offset(offset));
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// Appends a value, in quotes when it has a letter that could be misread.
fn push_value(out: &mut String, value: &str) {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-._/@^+".contains(c);
    if value.chars().all(bare) { out.push_str(value) } else { push_quoted(out, value) }
}

/// Appends a text in double quotes with Go's escapes.
fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            _ if printable(letter) => out.push(letter),
            _ => {
                let code = u32::from(letter);
                let _ = match code {
                    0..=0x7f => write!(out, "\\x{code:02x}"),
                    0x80..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
}

fn printable(letter: char) -> bool {
    if letter.is_ascii() {
        return !letter.is_ascii_control();
    }
    // The standard library escapes what is not printable; a letter in front keeps it from also escaping marks
    // that combine with one.
    let mut pair = String::from("a");
    pair.push(letter);
    pair.escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: Format, record: &Record, line: &str) {
        let mut out = String::new();
        let at = Nanos::from_millis(61_500);
        format.write(
            &mut out,
            &Stamped { record, since_start: at, unix_ns: 1_767_225_600_123_456_789, ahead_s: 0 },
        );
        assert_eq!(out, format!("{line}\n"));
    }

    fn said(message: &str) -> Record {
        Record::new(Level::Info, message).with("source", "console")
    }

    #[test]
    fn logfmt_quotes_as_go_does() {
        let check = |message: &str, shown: &str| {
            let line = format!("time=\"2026-01-01T00:00:00Z\" level=info msg={shown} source=console");
            check(Format::Logfmt, &said(message), &line);
        };
        check("plain-text_1.0/a@b^c+d", "plain-text_1.0/a@b^c+d");
        check("two words", "\"two words\"");
        check("a=\"b\"\n\tc\\d", r#""a=\"b\"\n\tc\\d""#);
        check("\x1b[0m\u{7f}", r#""\x1b[0m\x7f""#);
        check("žluťoučký 世界 e\u{301} 🙂", "\"žluťoučký 世界 e\u{301} 🙂\"");
        check("\u{a0}\u{feff}\u{e0001}", r#""\u00a0\ufeff\U000e0001""#);
    }

    #[test]
    fn only_terminals_show_details() {
        let mut record = Record::new(Level::Error, "no");
        record.detail = Some("  1 | a\n    | ^".to_owned());
        let terminal = format!("\x1b[31mERRO\x1b[0m[0061] {:<44} \n  1 | a\n    | ^", "no");
        check(Format::Terminal, &record, &terminal);
        check(Format::Logfmt, &record, "time=\"2026-01-01T00:00:00Z\" level=error msg=no");
        check(Format::Raw, &record, "no");
    }

    #[test]
    fn an_empty_message_leaves_no_key() {
        let line = "time=\"2026-01-01T00:00:00Z\" level=info source=console";
        check(Format::Logfmt, &said(""), line);
    }

    #[test]
    fn fields_are_sorted() {
        let record = Record::new(Level::Error, "x").with("scenario", "s").with("executor", "constant-vus");
        let line = "time=\"2026-01-01T00:00:00Z\" level=error msg=x executor=constant-vus scenario=s";
        check(Format::Logfmt, &record, line);
    }

    #[test]
    fn a_terminal_gets_colour_and_padding() {
        let line = "\x1b[33mWARN\x1b[0m[0061] Request Failed                                \x1b[33merror\x1b[0m=\"a b\"";
        check(Format::Terminal, &Record::new(Level::Warning, "Request Failed").with("error", "a b"), line);
    }

    #[test]
    fn json_is_sorted_and_safe_in_a_page() {
        let line = r#"{"level":"info","msg":"\u003cb\u003e \"q\" \u0026","source":"console","time":"2026-01-01T00:00:00Z"}"#;
        check(Format::Json, &said("<b> \"q\" &"), line);
    }

    #[test]
    fn times_are_local() {
        assert_eq!(timestamp(1_767_225_600_123_456_789, 5_400), "2026-01-01T01:30:00+01:30");
    }

    #[test]
    fn raw_is_the_message() {
        check(Format::Raw, &said("just this"), "just this");
    }
}
