//! Quantities as people read them: plain numbers, percentages, byte counts and durations.
//!
//! The forms are those that k6 users know from its summary. Nothing here knows about metrics or columns.

/// The unit in which a summary shows durations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TimeUnit {
    /// The unit that suits each value: `350ns`, `12.34µs`, `1.5s`, `2h3m4s`.
    #[default]
    Auto,
    /// Seconds with two decimals.
    Seconds,
    /// Milliseconds with two decimals.
    Millis,
    /// Microseconds with two decimals.
    Micros,
}

impl TimeUnit {
    /// The unit that `summaryTimeUnit` names; any text but `s`, `ms` and `us` means [`TimeUnit::Auto`], as in k6.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "s" => Self::Seconds,
            "ms" => Self::Millis,
            "us" => Self::Micros,
            _ => Self::Auto,
        }
    }

    /// The text that [`TimeUnit::parse`] reads; empty for [`TimeUnit::Auto`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "",
            Self::Seconds => "s",
            Self::Millis => "ms",
            Self::Micros => "us",
        }
    }
}

/// A number with at most six decimals and no trailing zeros: `16.5`, `0.123457`, `1000000`.
#[must_use]
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value.abs() >= 1e21 {
        return format!("{value:e}");
    }
    let text = format!("{value:.6}");
    let short = without_trailing_zeros(&text);
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// A share between 0 and 1 as a percentage with two decimals. It is cut off, not rounded, so that 100% means all.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{}%", fixed_cut(share * 100.0, 2))
}

/// A share between 0 and 1 as a percentage with two decimals, rounded up: the upper end of what it may be.
#[must_use]
pub fn percent_up(share: f64) -> String {
    let cut = fixed_cut(share * 100.0, 2);
    let is_whole = cut.parse::<f64>().is_ok_and(|cut| cut + 1e-9 >= share * 100.0);
    if is_whole { format!("{cut}%") } else { percent(share + 0.0001) }
}

/// A number of bytes in powers of a thousand: `5 B`, `83 B`, `1.2 kB`, `102 MB`.
#[must_use]
pub fn bytes(count: f64) -> String {
    const UNITS: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    if !count.is_finite() {
        return format!("{count} B");
    }
    if count < 0.0 {
        return format!("-{}", bytes(-count));
    }
    if count < 10.0 {
        return format!("{} B", without_trailing_zeros(&format!("{count:.1}")));
    }
    let mut unit = 0;
    let mut scaled = count;
    while scaled >= 1000.0 && unit + 1 < UNITS.len() {
        scaled /= 1000.0;
        unit += 1;
    }
    let rounded = (scaled * 10.0).round() / 10.0;
    let decimals = usize::from(rounded < 10.0);
    format!("{rounded:.decimals$} {}", UNITS[unit])
}

/// A duration given in milliseconds, the unit of every time metric.
#[must_use]
pub fn duration(millis: f64, unit: TimeUnit) -> String {
    match unit {
        TimeUnit::Auto => in_suitable_unit(millis),
        TimeUnit::Seconds => format!("{:.2}s", millis / 1e3),
        TimeUnit::Millis => format!("{millis:.2}ms"),
        TimeUnit::Micros => format!("{:.2}µs", millis * 1e3),
    }
}

fn in_suitable_unit(millis: f64) -> String {
    if !millis.is_finite() {
        return format!("{millis}ms");
    }
    if millis < 0.0 {
        return format!("-{}", in_suitable_unit(-millis));
    }
    if millis == 0.0 {
        "0s".to_owned()
    } else if millis < 0.001 {
        format!("{}ns", cut(millis * 1e6, 0))
    } else if millis < 1.0 {
        format!("{}µs", cut(millis * 1e3, 2))
    } else if millis < 1e3 {
        format!("{}ms", cut(millis, 2))
    } else if millis < 60e3 {
        format!("{}s", cut(millis / 1e3, 2))
    } else {
        in_minutes((millis / 1e3) as u64)
    }
}

fn in_minutes(secs: u64) -> String {
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    if hours > 0 { format!("{hours}h{minutes}m{secs}s") } else { format!("{minutes}m{secs}s") }
}

/// `value` cut off after `decimals`, without trailing zeros.
fn cut(value: f64, decimals: usize) -> String {
    without_trailing_zeros(&fixed_cut(value, decimals)).to_owned()
}

/// `value` cut off after `decimals`. Cutting the decimal text instead of multiplying keeps 0.29 from becoming 0.28.
fn fixed_cut(value: f64, decimals: usize) -> String {
    let text = format!("{value:.9}");
    match text.split_once('.') {
        Some((whole, _)) if decimals == 0 => whole.to_owned(),
        Some((whole, rest)) => format!("{whole}.{}", &rest[..decimals.min(rest.len())]),
        None => text,
    }
}

fn without_trailing_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_decimals_at_most() {
        let check = |value: f64, text: &str| assert_eq!(number(value), text);
        check(123_456_789.0, "123456789");
        check(0.123_456_789, "0.123457");
        check(-5.0, "-5");
        check(411_522.963_67, "411522.96367");
        check(0.000_01, "0.00001");
        check(1_234_567.891, "1234567.891");
        check(987_654.512_800_000_1, "987654.5128");
        check(-0.000_000_01, "0");
        check(1e22, "1e22");
        check(f64::NAN, "NaN");
    }

    #[test]
    fn percentages_are_cut_off() {
        let check = |share: f64, text: &str| assert_eq!(percent(share), text);
        check(1.0, "100.00%");
        check(0.0, "0.00%");
        check(3.0 / 7.0, "42.85%");
        check(1.0 / 3.0, "33.33%");
        check(1.0 / 32.0, "3.12%");
        check(0.29, "29.00%");
        check(0.999_999, "99.99%");
        let check = |share: f64, text: &str| assert_eq!(percent_up(share), text);
        check(0.0, "0.00%");
        check(0.000_001, "0.01%");
        check(0.29, "29.00%");
        check(1.0 / 3.0, "33.34%");
        check(0.999_999, "100.00%");
        check(1.0, "100.00%");
    }

    #[test]
    fn bytes_are_in_powers_of_a_thousand() {
        let check = |count: f64, text: &str| assert_eq!(bytes(count), text);
        check(0.0, "0 B");
        check(7.25, "7.2 B");
        check(83.0, "83 B");
        check(999.0, "999 B");
        check(1000.0, "1.0 kB");
        check(1234.0, "1.2 kB");
        check(102_400.0, "102 kB");
        check(9_960_000.0, "10 MB");
        check(-2500.0, "-2.5 kB");
    }

    #[test]
    fn durations_choose_their_unit() {
        let check = |millis: f64, text: &str| assert_eq!(duration(millis, TimeUnit::Auto), text);
        check(7_384_000.0, "2h3m4s");
        check(123_456.789, "2m3s");
        check(60_000.0, "1m0s");
        check(59_999.9, "59.99s");
        check(12.3456, "12.34ms");
        check(20.0, "20ms");
        check(1234.5678, "1.23s");
        check(0.012_34, "12.34µs");
        check(0.000_000_5, "0ns");
        check(0.000_35, "350ns");
        check(0.0, "0s");
        check(-1.5, "-1.5ms");
    }

    #[test]
    fn durations_keep_to_a_given_unit() {
        let check = |unit: &str, millis: f64, text: &str| {
            assert_eq!(duration(millis, TimeUnit::parse(unit)), text);
        };
        for (millis, text) in [(0.012_34, "0.01ms"), (12.3456, "12.35ms"), (7_384_000.0, "7384000.00ms")] {
            check("ms", millis, text);
        }
        for (millis, text) in [(0.012_34, "0.00s"), (12.3456, "0.01s"), (1234.5678, "1.23s")] {
            check("s", millis, text);
        }
        for (millis, text) in
            [(0.012_34, "12.34µs"), (12.3456, "12345.60µs"), (7_384_000.0, "7384000000.00µs")]
        {
            check("us", millis, text);
        }
        check("h", 1500.0, "1.5s");
    }
}
