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

/// Reads `1m30s`, `1d12h`, `1.5s`, or a bare number of milliseconds. Negative durations are refused.
///
/// # Errors
/// When the text is no duration.
pub fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    let invalid = |reason| InvalidDuration { reason, text: text.to_owned() };
    if let Ok(milliseconds) = text.parse::<f64>() {
        let fits = milliseconds.is_finite() && (0.0..1e18).contains(&milliseconds);
        return if fits { Ok(from_nanos_f64(milliseconds * 1e6)) } else { Err(invalid("invalid duration")) };
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() {
        return Err(invalid("invalid duration"));
    }
    let mut total_ns = 0.0f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| invalid("invalid duration"))?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "" => return Err(invalid("missing unit in duration")),
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3_600e9,
            "d" => 86_400e9,
            _ => return Err(invalid("invalid duration")),
        };
        total_ns += number * unit;
        rest = &rest[letters..];
    }
    if total_ns > 9.2e18 {
        return Err(invalid("invalid duration"));
    }
    Ok(from_nanos_f64(total_ns))
}

fn from_nanos_f64(nanos: f64) -> Duration {
    Duration::from_nanos(nanos.round() as u64)
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
        fn what_is_printed_is_read_back(millis in 0u64..10_000_000_000) {
            let duration = Duration::from_millis(millis);
            proptest::prop_assert_eq!(parse(&format_go(duration)).ok(), Some(duration));
        }
    }
}
