//! The two date formats in which Go reads a cookie's expiry, with its error texts.
//!
//! It does not read the other spellings RFC 6265 tolerates, because k6 takes such a cookie for a session cookie.

use crate::header::quote;

/// Why a date was not understood; the text is that of Go's `time.Parse`, which scripts see from `jar.set`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parsing time {}{detail}", quote(text))]
pub struct DateError {
    text: String,
    detail: String,
}

/// Reads `Mon, 02 Jan 2006 15:04:05 MST` into seconds since the Unix epoch.
///
/// As in Go the weekday need not fit the date and an unknown zone abbreviation counts as UTC.
pub fn parse_rfc1123(text: &str) -> Result<i64, DateError> {
    Reader { text, rest: text, separator: " " }.date()
}

/// Reads the date of an `Expires` attribute: RFC 1123, or the same with dashes in the date.
pub(super) fn parse_expires(text: &str) -> Option<i64> {
    let dashed = || Reader { text, rest: text, separator: "-" }.date();
    parse_rfc1123(text).or_else(|_| dashed()).ok()
}

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    separator: &'static str,
}

impl<'a> Reader<'a> {
    fn date(mut self) -> Result<i64, DateError> {
        self.name(&WEEKDAYS, "Mon")?;
        self.literal(", ")?;
        let day = self.number(2, 2, "02")?;
        self.literal(self.separator)?;
        let month = self.name(&MONTHS, "Jan")?;
        self.literal(self.separator)?;
        let year = self.number(4, 4, "2006")?;
        self.literal(" ")?;
        let hour = self.bounded(1, 24, "15", "hour")?;
        self.literal(":")?;
        let minute = self.bounded(2, 60, "04", "minute")?;
        self.literal(":")?;
        let second = self.bounded(2, 60, "05", "second")?;
        self.skip_fraction();
        self.literal(" ")?;
        let offset_hours = self.zone()?;
        if !self.rest.is_empty() {
            return Err(self.fault(format!(": extra text: {}", quote(self.rest))));
        }
        if day < 1 || day > days_in(month, year) {
            return Err(self.fault(": day out of range".to_owned()));
        }
        let days = days_since_epoch(year, month, day);
        Ok(days * 86_400 + (hour - offset_hours) * 3_600 + minute * 60 + second)
    }

    fn fault(&self, detail: String) -> DateError {
        DateError { text: self.text.to_owned(), detail }
    }

    fn cannot(&self, element: &str) -> DateError {
        let layout = format!("Mon, 02{0}Jan{0}2006 15:04:05 MST", self.separator);
        self.fault(format!(" as {}: cannot parse {} as {}", quote(&layout), quote(self.rest), quote(element)))
    }

    /// Skips `literal`, in which a space stands for any run of spaces.
    fn literal(&mut self, literal: &'static str) -> Result<(), DateError> {
        let mut rest = self.rest;
        for char in literal.chars() {
            if char == ' ' {
                if !rest.is_empty() && !rest.starts_with(' ') {
                    return Err(self.cannot(literal));
                }
                rest = rest.trim_start_matches(' ');
            } else {
                rest = rest.strip_prefix(char).ok_or_else(|| self.cannot(literal))?;
            }
        }
        self.rest = rest;
        Ok(())
    }

    /// The index of the three-letter name at the cursor, in any case.
    fn name(&mut self, names: &[&str], element: &str) -> Result<i64, DateError> {
        let head = self.rest.get(..3).ok_or_else(|| self.cannot(element))?;
        let index = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(head))
            .ok_or_else(|| self.cannot(element))?;
        self.rest = &self.rest[3..];
        Ok(index as i64)
    }

    fn number(&mut self, digits_min: usize, digits_max: usize, element: &str) -> Result<i64, DateError> {
        let digits = self.rest.bytes().take(digits_max).take_while(u8::is_ascii_digit).count();
        if digits < digits_min {
            return Err(self.cannot(element));
        }
        let (head, rest) = self.rest.split_at(digits);
        self.rest = rest;
        Ok(head.bytes().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
    }

    fn bounded(
        &mut self,
        digits_min: usize,
        limit: i64,
        element: &str,
        what: &str,
    ) -> Result<i64, DateError> {
        let value = self.number(digits_min, 2, element)?;
        if value >= limit {
            return Err(self.fault(format!(": {what} out of range")));
        }
        Ok(value)
    }

    /// Go lets a fraction follow the seconds even where the format has none.
    fn skip_fraction(&mut self) {
        let Some(fraction) = self.rest.strip_prefix(['.', ',']) else { return };
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            self.rest = &fraction[digits..];
        }
    }

    /// Reads a zone abbreviation; only `GMT+n` shifts the time, as only it says by how much.
    fn zone(&mut self) -> Result<i64, DateError> {
        let length = zone_length(self.rest.as_bytes()).ok_or_else(|| self.cannot("MST"))?;
        let (zone, rest) = self.rest.split_at(length);
        self.rest = rest;
        let shift = zone.strip_prefix("GMT").unwrap_or_default();
        Ok(shift.parse().unwrap_or(0))
    }
}

fn zone_length(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"UTC") {
        return Some(3);
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(shift) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_length(shift));
    }
    if text.len() >= 3 && matches!(text[0], b'+' | b'-') {
        return Some(signed_hours_length(text)).filter(|&length| length > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of `+h`, `-hh` and the like; zero when it is none or beyond a day.
fn signed_hours_length(text: &[u8]) -> usize {
    let Some((b'+' | b'-', digits)) = text.split_first() else { return 0 };
    let count = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
    let hours = std::str::from_utf8(&digits[..count]).ok().and_then(|digits| digits.parse::<u32>().ok());
    if hours.is_some_and(|hours| hours < 24) { count + 1 } else { 0 }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The length in days of `month` (0 is January).
const fn days_in(month: i64, year: i64) -> i64 {
    match month {
        1 if is_leap(year) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01; `month` 0 is January, `day` 1 the first.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: i64 = (0..month).map(|earlier| days_in(earlier, year)).sum();
    // 719,162 is the count for 1970-01-01 itself.
    before * 365 + leap_days + months + day - 1 - 719_162
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_read() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 21 Oct 2099 07:28:00 GMT", 4_096_250_880),
            ("Mon, 02 Jan 2006 15:04:05 MST", 1_136_214_245),
            ("mon,  02   jan 2006 15:04:05.123 UTC", 1_136_214_245),
            ("Fri, 02 Jan 2006 5:04:05 GMT", 1_136_178_245),
            ("Mon, 02 Jan 2006 15:04:05 GMT+3", 1_136_203_445),
            ("Thu, 29 Feb 2024 00:00:00 CEST", 1_709_164_800),
            ("Mon, 01 Jan 0001 00:00:00 GMT", -62_135_596_800),
        ] {
            assert_eq!(parse_rfc1123(text), Ok(expected), "{text}");
        }
        assert_eq!(parse_expires("Thu, 01-Jan-1970 00:00:01 GMT"), Some(1));
        for text in ["Thursday, 01-Jan-70 00:00:01 GMT", "Thu Jan  1 00:00:01 1970", "1970-01-01", "0", ""] {
            assert_eq!(parse_expires(text), None, "{text}");
        }
    }

    #[test]
    fn errors_read_as_gos() {
        let as_layout = |text: &str, rest: &str, element: &str| {
            format!(
                "parsing time \"{text}\" as \"Mon, 02 Jan 2006 15:04:05 MST\": cannot parse \"{rest}\" as \"{element}\""
            )
        };
        for (text, rest, element) in [
            ("rubbish", "rubbish", "Mon"),
            ("", "", "Mon"),
            ("Mon 02", " 02", ", "),
            ("Mon, 2 Jan 2006", "2 Jan 2006", "02"),
            ("Mon, 02 Foo 2006", "Foo 2006", "Jan"),
            ("Mon, 02 Jan 06 15", "06 15", "2006"),
            ("Mon, 02 Jan 2006 15:04:05 utc", "utc", "MST"),
        ] {
            assert_eq!(parse_rfc1123(text).expect_err(text).to_string(), as_layout(text, rest, element));
        }
        for (text, detail) in [
            ("Mon, 31 Feb 2006 15:04:05 GMT", ": day out of range"),
            ("Mon, 02 Jan 2006 24:04:05 GMT", ": hour out of range"),
            ("Mon, 02 Jan 2006 15:04:05 GMT x", ": extra text: \" x\""),
        ] {
            assert_eq!(
                parse_rfc1123(text).expect_err(text).to_string(),
                format!("parsing time \"{text}\"{detail}")
            );
        }
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(text in any::<String>(), tail in "[A-Z+0-9-]{0,8}") {
            let _ = parse_expires(&text);
            let _ = parse_rfc1123(&format!("Mon, 02 Jan 2006 15:04:05 {tail}{text}"));
        }

        #[test]
        fn consecutive_days_are_consecutive(year in 1i64..9999, month in 0i64..12) {
            let last = days_in(month, year);
            let (next_year, next_month) = if month == 11 { (year + 1, 0) } else { (year, month + 1) };
            prop_assert_eq!(days_since_epoch(year, month, last) + 1, days_since_epoch(next_year, next_month, 1));
        }
    }
}
