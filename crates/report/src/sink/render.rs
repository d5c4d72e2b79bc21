//! What the file outputs share: times, numbers, and tag lists that are rendered once.

use std::fmt::Write as _;
use std::sync::Arc;

use metrics::Tags;
use rustc_hash::FxHashMap;
use time::{OffsetDateTime, UtcOffset};

use super::Zone;

/// Tag lists kept rendered before all are forgotten; a run with more is one whose lists hardly repeat.
const KEPT: usize = 8192;

/// Remembers what shared tag lists look like.
pub(crate) struct Rendered<T> {
    // The list is kept too: as long as it lives, no other list has its address.
    known: FxHashMap<usize, (Tags, T)>,
}

impl<T> Rendered<T> {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self { known: FxHashMap::default() }
    }

    /// What `render` makes of `tags`, from memory where possible.
    pub fn get(&mut self, tags: &Tags, render: impl FnOnce(&Tags) -> T) -> &T {
        let address = tags.as_ptr().addr();
        if self.known.len() >= KEPT && !self.known.contains_key(&address) {
            self.known.clear();
        }
        &self.known.entry(address).or_insert_with(|| (Arc::clone(tags), render(tags))).1
    }
}

/// Writes times in RFC 3339; the part above a second is computed once a second.
pub(crate) struct Stamp {
    zone: Zone,
    second: u64,
    date: String,
    offset: String,
}

impl Stamp {
    pub fn new(zone: Zone) -> Self {
        Self { zone, second: u64::MAX, date: String::new(), offset: String::new() }
    }

    /// Appends the time with a fraction as long as it needs to be, or with none unless `fraction`.
    pub fn write(&mut self, unix_ns: u64, fraction: bool, out: &mut String) {
        let (second, nanos) = (unix_ns / 1_000_000_000, unix_ns % 1_000_000_000);
        if second != self.second {
            self.second = second;
            self.turn();
        }
        out.push_str(&self.date);
        if fraction && nanos > 0 {
            let digits = format!("{nanos:09}");
            out.push('.');
            out.push_str(digits.trim_end_matches('0'));
        }
        out.push_str(&self.offset);
    }

    fn turn(&mut self) {
        let unix = i64::try_from(self.second).unwrap_or(i64::MAX);
        let shift = self.zone.offset_at(unix);
        let time = OffsetDateTime::from_unix_timestamp(unix).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let time = time.to_offset(UtcOffset::from_whole_seconds(shift).unwrap_or(UtcOffset::UTC));
        self.date.clear();
        self.offset.clear();
        let (date, clock) = (time.date(), time.time());
        let _ = write!(
            self.date,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            date.year(),
            u8::from(date.month()),
            date.day(),
            clock.hour(),
            clock.minute(),
            clock.second(),
        );
        if shift == 0 {
            self.offset.push('Z');
        } else {
            let minutes = shift.abs() / 60;
            let sign = if shift < 0 { '-' } else { '+' };
            let _ = write!(self.offset, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        }
    }
}

/// Appends a number in JSON; what JSON cannot say becomes null.
pub(crate) fn json_number(value: f64, out: &mut String) {
    let size = value.abs();
    let _ = if !value.is_finite() {
        write!(out, "null")
    } else if size != 0.0 && !(1e-6..1e21).contains(&size) {
        write!(out, "{value:e}")
    } else {
        write!(out, "{value}")
    };
}

/// Appends a JSON string.
pub(crate) fn json_string(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).expect("text always has a JSON form"));
}

/// Appends a JSON object of tags.
pub(crate) fn json_tags<K: AsRef<str>, V: AsRef<str>>(tags: &[(K, V)], out: &mut String) {
    out.push('{');
    for (at, (key, value)) in tags.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        json_string(key.as_ref(), out);
        out.push(':');
        json_string(value.as_ref(), out);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_fraction_they_need() {
        let check = |zone: Zone, unix_ns: u64, fraction: bool, text: &str| {
            let mut out = String::new();
            Stamp::new(zone).write(unix_ns, fraction, &mut out);
            assert_eq!(out, text);
        };
        check(Zone::utc(), 1_700_000_000_000_000_000, true, "2023-11-14T22:13:20Z");
        check(Zone::utc(), 1_700_000_000_120_000_000, true, "2023-11-14T22:13:20.12Z");
        check(Zone::utc(), 1_700_000_000_120_000_001, false, "2023-11-14T22:13:20Z");
        check(Zone::fixed(-12_600), 1_700_000_000_000_000_001, true, "2023-11-14T18:43:20.000000001-03:30");
    }

    #[test]
    fn numbers_are_as_short_as_json_allows() {
        let check = |value: f64, text: &str| {
            let mut out = String::new();
            json_number(value, &mut out);
            assert_eq!(out, text);
        };
        check(1.0, "1");
        check(-1.5, "-1.5");
        check(0.000_000_1, "1e-7");
        check(1e21, "1e21");
        check(0.0, "0");
        check(f64::INFINITY, "null");
    }

    #[test]
    fn shared_lists_are_rendered_once() {
        let tags: Tags = Arc::new([(Arc::from("a"), Arc::from("b"))]);
        let other: Tags = Arc::new([(Arc::from("a"), Arc::from("b"))]);
        let mut rendered = Rendered::new();
        let mut times = 0;
        for tags in [&tags, &tags, &other, &tags.clone()] {
            rendered.get(tags, |_| times += 1);
        }
        assert_eq!(times, 2);
    }
}
