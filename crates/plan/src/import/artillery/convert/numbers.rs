//! Numbers, times and rates as Artillery writes them.

use std::time::Duration;

use serde_json::Value;

/// A list of numbers as Artillery writes it: `1-3`.
pub(super) fn range(text: &str) -> Option<Value> {
    let (from, to) = text.split_once('-')?;
    let (from, to): (u64, u64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (to >= from && to - from < 10_000).then(|| (from..=to).map(Value::from).collect())
}

/// A number, also when it is written as text.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A time: a number of seconds, or with its unit.
pub(super) fn seconds(value: &Value) -> Option<Duration> {
    if let Some(seconds) = number(value) {
        return (0.0..1e9).contains(&seconds).then(|| Duration::from_secs_f64(seconds));
    }
    let text: String = value.as_str()?.split_whitespace().collect();
    let end = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (amount, unit) = text.split_at(end);
    let factor = match unit.trim_end_matches('s') {
        "m" if unit == "ms" => 1e-3,
        "m" | "min" | "minute" => 60.0,
        "h" | "hr" | "hour" => 3_600.0,
        "" | "sec" | "second" => 1.0,
        "d" | "day" => 86_400.0,
        "msec" | "millisecond" => 1e-3,
        _ => return None,
    };
    let time = amount.parse::<f64>().ok()? * factor;
    (0.0..1e9).contains(&time).then(|| Duration::from_secs_f64(time))
}

/// A rate as a whole number of arrivals and the time for them.
pub(super) fn whole_rate(per_second: f64) -> (u64, &'static str) {
    for (factor, every) in [(1.0, "1s"), (60.0, "1m"), (3_600.0, "1h")] {
        let count = per_second * factor;
        if (count - count.round()).abs() < 1e-6 || factor > 3_000.0 {
            return (count.round().max(0.0) as u64, every);
        }
    }
    (0, "1s")
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::json;

    #[test]
    fn rates_and_times_are_whole() {
        assert_eq!(whole_rate(3.0), (3, "1s"));
        assert_eq!(whole_rate(0.5), (30, "1m"));
        assert_eq!(whole_rate(0.01), (36, "1h"));
        let check = |value: Value, millis: Option<u64>| {
            assert_eq!(seconds(&value).map(|time| time.as_millis() as u64), millis, "{value}");
        };
        check(json!(2), Some(2_000));
        check(json!("0.25"), Some(250));
        check(json!("200ms"), Some(200));
        check(json!("1 minute"), Some(60_000));
        check(json!("2m"), Some(120_000));
        check(json!("soon"), None);
        assert_eq!(range("1-3"), Some(json!([1, 2, 3])));
        assert_eq!(range("list"), None);
    }
}
