//! Durations as users write them: Go's form with days, or a number of milliseconds.

use std::fmt::Write as _;
use std::time::Duration;

/// A duration that could not be read; the message is the one users of Go programs know.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("time: {reason} {text:?}")]
pub struct InvalidDuration {
    reason: &'static str,
    text: String,
}

/// The longest duration, about 292 years; Go counts nanoseconds in 63 bits.
const NANOS_MAX: u64 = i64::MAX as u64;

/// Reads `1m30s`, `1d12h`, `1.5s`, or a bare number of milliseconds. Negative durations are refused.
///
/// # Errors
/// When the text is no duration.
pub fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    let invalid = |reason| InvalidDuration { reason, text: text.to_owned() };
    if let Ok(milliseconds) = text.parse::<f64>() {
        return from_millis(milliseconds);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() {
        return Err(invalid("invalid duration"));
    }
    let mut total_ns = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let letters = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let unit_ns = match &behind[..letters] {
            "" => return Err(invalid("missing unit in duration")),
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            _ => return Err(invalid("invalid duration")),
        };
        total_ns = nanos_of(number, unit_ns)
            .and_then(|nanos| nanos.checked_add(total_ns))
            .filter(|&nanos| nanos <= NANOS_MAX)
            .ok_or_else(|| invalid("invalid duration"))?;
        rest = &behind[letters..];
    }
    Ok(Duration::from_nanos(total_ns))
}

/// The duration of so many milliseconds; what is less than a nanosecond is cut off.
///
/// # Errors
/// When the number is negative, too large or none.
pub fn from_millis(milliseconds: f64) -> Result<Duration, InvalidDuration> {
    let nanos = milliseconds * 1e6;
    // The limit itself is no number of this kind: the next one is above it.
    if (0.0..NANOS_MAX as f64).contains(&nanos) {
        return Ok(Duration::from_nanos(nanos as u64));
    }
    Err(InvalidDuration { reason: "invalid duration", text: milliseconds.to_string() })
}

/// `1.5` units in nanoseconds, without the errors of binary fractions; `None` for what is no number or too large.
fn nanos_of(number: &str, unit_ns: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // What stands behind the 18th place is no whole nanosecond of any unit.
    let places = &fraction[..fraction.len().min(18)];
    let part: u128 = if places.is_empty() { 0 } else { places.parse().ok()? };
    let part_ns = part * u128::from(unit_ns) / 10u128.pow(places.len() as u32);
    whole.checked_mul(unit_ns)?.checked_add(part_ns as u64)
}

/// Prints a duration as Go does: `1m30s`, `1h0m0s`, `1.5s`, `10ms`, `0s`.
#[must_use]
pub fn format_go(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    if nanos == 0 {
        return "0s".to_owned();
    }
    if nanos < 1_000_000_000 {
        let (unit, size) = match nanos {
            0..1_000 => ("ns", 1),
            1_000..1_000_000 => ("µs", 1_000),
            _ => ("ms", 1_000_000),
        };
        return format!("{}{unit}", decimal(nanos, size));
    }
    let seconds = nanos / 1_000_000_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let mut text = String::new();
    if hours > 0 {
        let _ = write!(text, "{hours}h");
    }
    if hours > 0 || minutes > 0 {
        let _ = write!(text, "{minutes}m");
    }
    let _ = write!(text, "{}s", decimal(nanos % 60_000_000_000, 1_000_000_000));
    text
}

/// `value / unit` without trailing zeros.
fn decimal(value: u128, unit: u128) -> String {
    let (whole, fraction) = (value / unit, value % unit);
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = unit.ilog10() as usize;
    let text = format!("{whole}.{fraction:0digits$}");
    text.trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_users_write() {
        let table = [
            ("1m30s", Some(90_000)),
            ("1.5s", Some(1_500)),
            ("500ms", Some(500)),
            ("1d12h30m", Some(131_400_000)),
            ("10", Some(10)),
            ("0", Some(0)),
            ("soon", None),
            ("", None),
            ("-1s", None),
            ("1", Some(1)),
            ("5x", None),
            (".5s", Some(500)),
            ("1.s", Some(1_000)),
            (".s", None),
            ("1.2.3s", None),
            ("1.0000000000000000000000000000001s", Some(1_000)),
            ("106751d", Some(106_751 * 86_400_000)),
            ("106752d", None),
            ("9223372036000", Some(9_223_372_036_000)),
            ("9223372036855", None),
            ("99999999999999999999s", None),
            ("1e300", None),
            ("NaN", None),
        ];
        for (text, millis) in table {
            assert_eq!(parse(text).ok(), millis.map(Duration::from_millis), "{text}");
        }
        assert_eq!(parse("soon").expect_err("no duration").to_string(), "time: invalid duration \"soon\"");
    }

    #[test]
    fn printed_as_go_prints() {
        let table = [
            (0, "0s"),
            (10_000_000, "10ms"),
            (1_500_000_000, "1.5s"),
            (60_000_000_000, "1m0s"),
            (3_600_000_000_000, "1h0m0s"),
            (90_500_000_000, "1m30.5s"),
            (1_500, "1.5µs"),
        ];
        for (nanos, text) in table {
            assert_eq!(format_go(Duration::from_nanos(nanos)), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_read_back(nanos in 0..=NANOS_MAX) {
            let duration = Duration::from_nanos(nanos);
            proptest::prop_assert_eq!(parse(&format_go(duration)).ok(), Some(duration));
        }
    }
}
