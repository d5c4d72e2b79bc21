//! Functions of dates, with Java's patterns.

use std::time::{SystemTime, UNIX_EPOCH};

use super::super::text::{Call, Fault};
use super::super::user::User;
use super::super::zone::Zone;
use super::calendar::DAY_MS;
use super::fault;
use super::pattern::{format_java, parse_java};

/// Milliseconds since 1970 on the machine's clock.
#[must_use]
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// An ISO 8601 duration of days, hours, minutes and seconds, in ms.
fn duration_ms(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.strip_prefix(['P', 'p'])?;
    let (days, time) = text.split_once(['T', 't']).unwrap_or((text, ""));
    let mut total = 0.0;
    for (mut part, units) in [(days, "D"), (time, "HMS")] {
        while !part.is_empty() {
            let end = part.find(|c: char| c.is_ascii_alphabetic())?;
            let value: f64 = part[..end].parse().ok()?;
            let unit = part[end..].chars().next()?.to_ascii_uppercase();
            if !units.contains(unit) {
                return None;
            }
            total += value
                * match unit {
                    'D' => 86_400.0,
                    'H' => 3600.0,
                    'M' => 60.0,
                    _ => 1.0,
                };
            part = &part[end + 1..];
        }
    }
    (!text.is_empty()).then_some((sign * total * 1000.0) as i64)
}

pub(super) fn time(call: &Call, user: &mut User) -> Result<String, Fault> {
    let format = call.arg(0, user)?.into_owned();
    let now = now_ms();
    let alias = user.shared.prop(&format!("time.{format}"));
    let pattern = alias.unwrap_or_else(|| {
        match format.as_str() {
            "YMD" => "yyyyMMdd",
            "HMS" => "HHmmss",
            "YMDHMS" => "yyyyMMdd-HHmmss",
            other => other,
        }
        .to_owned()
    });
    let value = if pattern.is_empty() {
        now.to_string()
    } else if let Some(divisor) = pattern.strip_prefix('/').and_then(|text| text.parse::<i64>().ok()) {
        (now / divisor.max(1)).to_string()
    } else {
        format_java(&pattern, now, "en", &user.shared.zone).map_err(fault)?
    };
    call.keep(1, value, user)
}

pub(super) fn time_shift(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (pattern, date) = (call.arg(0, user)?.into_owned(), call.arg(1, user)?.into_owned());
    let (amount, locale) = (call.arg(2, user)?.into_owned(), call.arg(3, user)?.into_owned());
    let read = |text: &str| match pattern.as_str() {
        "" => text.trim().parse().map_err(|_| ()),
        pattern => parse_java(pattern, text, &locale, &user.shared.zone).map_err(|_| ()),
    };
    let from = if date.trim().is_empty() { Ok(now_ms()) } else { read(&date) };
    let Ok(from) = from else {
        user.shared.say(model::Level::Error, &format!("__timeShift: {date} does not follow {pattern}"));
        return Ok(String::new());
    };
    let shifted = i64::saturating_add(from, duration_ms(amount.trim()).unwrap_or(0));
    let value = if pattern.is_empty() {
        shifted.to_string()
    } else {
        format_java(&pattern, shifted, &locale, &user.shared.zone).map_err(fault)?
    };
    call.keep(4, value, user)
}

pub(super) fn date_time_convert(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (date, from) = (call.arg(0, user)?.into_owned(), call.arg(1, user)?.into_owned());
    let to = call.arg(2, user)?.into_owned();
    let read = if from.trim().is_empty() {
        date.trim().parse::<i64>().map_err(|error| error.to_string())
    } else {
        parse_java(&from, &date, "en", &user.shared.zone)
    };
    let value = match read.and_then(|ms| format_java(&to, ms, "en", &user.shared.zone)) {
        Ok(value) => value,
        Err(error) => {
            user.shared.say(model::Level::Error, &format!("__dateTimeConvert: {error}"));
            return Ok(String::new());
        }
    };
    call.keep(3, value, user)
}

pub(super) fn random_date(call: &Call, user: &mut User) -> Result<String, Fault> {
    let pattern = match call.arg(0, user)?.trim() {
        "" => "yyyy-MM-dd".to_owned(),
        pattern => pattern.to_owned(),
    };
    let (from, to) = (call.arg(1, user)?.into_owned(), call.arg(2, user)?.into_owned());
    let locale = call.arg(3, user)?.into_owned();
    // A day is one wherever clocks stand; only which one is today depends on them.
    let utc = Zone::utc();
    let day = |text: &str| parse_java(&pattern, text.trim(), &locale, &utc).map(|ms| ms.div_euclid(DAY_MS));
    let now = now_ms();
    let today = (now + user.shared.zone.offset_ms(now)).div_euclid(DAY_MS);
    let first = if from.trim().is_empty() { Ok(today) } else { day(&from) };
    let (Ok(first), Ok(last)) = (first, day(&to)) else {
        user.shared
            .say(model::Level::Error, &format!("__RandomDate: {from} or {to} does not follow {pattern}"));
        return Ok(String::new());
    };
    if last <= first {
        return Ok(String::new());
    }
    let drawn = user.random.between(first, last - 1);
    let value = format_java(&pattern, drawn * DAY_MS, &locale, &utc).map_err(fault)?;
    call.keep(4, value, user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_write_and_read() {
        let check = |pattern: &str, text: &str, ms: i64| {
            assert_eq!(parse_java(pattern, text, "en", &Zone::utc()), Ok(ms), "{pattern}");
            assert_eq!(format_java(pattern, ms, "en", &Zone::utc()).unwrap(), text, "{pattern}");
        };
        check("yyyy-MM-dd'T'HH:mm:ss.SSS", "2019-03-05T10:00:00.123", 1_551_780_000_123);
        check("yyyyMMddHHmmss", "20200229000000", 1_582_934_400_000);
        check("EEE, dd MMM yyyy HH:mm:ss z", "Fri, 02 Jan 1970 00:00:00 UTC", 86_400_000);
        check("d/M/yy h:mm a", "5/3/19 1:05 PM", 1_551_791_100_000);
        check("yyyy-MM-dd'T'HH:mm:ssX", "1969-12-31T23:59:59Z", -1000);
    }

    #[test]
    fn zones_are_written_and_read() {
        // 2026-07-01 12:00 UTC, in summer.
        let ms = 1_782_907_200_000;
        let check = |zone: &str, pattern: &str, wanted: &str| {
            let zone = Zone::named(zone).unwrap();
            assert_eq!(format_java(pattern, ms, "en", &zone).as_deref(), Ok(wanted), "{pattern}");
            let full = format!("yyyy-MM-dd HH:mm {pattern}");
            let text = format_java(&full, ms, "en", &zone).unwrap();
            assert_eq!(parse_java(&full, &text, "en", &Zone::utc()), Ok(ms), "{full}: {text}");
        };
        check("Europe/Berlin", "z", "CEST");
        check("Europe/Berlin", "zzzz", "Central European Summer Time");
        check("Europe/Berlin", "VV", "Europe/Berlin");
        check("Europe/Berlin", "Z", "+0200");
        check("Europe/Berlin", "ZZZZ", "GMT+02:00");
        check("Europe/Berlin", "X", "+02");
        check("Europe/Berlin", "XX", "+0200");
        check("Europe/Berlin", "XXX", "+02:00");
        check("Asia/Kolkata", "X", "+0530");
        check("America/New_York", "z XXX", "EDT -04:00");
        check("UTC", "z Z X x xxx", "UTC +0000 Z +00 +00:00");
    }

    #[test]
    fn durations_are_iso() {
        let check = |text: &str, wanted: Option<i64>| assert_eq!(duration_ms(text), wanted, "{text}");
        check("P1D", Some(86_400_000));
        check("-P2DT1H", Some(-176_400_000));
        check("P-1D", Some(-86_400_000));
        check("PT1.5S", Some(1500));
        check("P1M", None);
        check("junk", None);
        check("P", None);
    }

    #[test]
    fn parts_of_seconds_may_be_short() {
        let check = |pattern: &str, wanted: &str| {
            assert_eq!(format_java(pattern, 1_005, "en", &Zone::utc()).as_deref(), Ok(wanted), "{pattern}");
        };
        check("s.S", "1.5");
        check("s.SSSSSS", "1.005000");
        check("s n", "1 5000000");
        check("s nnnnnnnnn", "1 005000000");
    }

    #[test]
    fn years_without_milliseconds_are_not_read() {
        assert!(parse_java("yyyy-MM-dd", "99999999-01-01", "en", &Zone::utc()).is_ok());
        assert!(parse_java("yyyy-MM-dd", "777777777777-01-01", "en", &Zone::utc()).is_err());
    }
}
