//! Dates as text, in UTC: `2024-02-29T12:34:56.789Z`.

const DAY_MS: i64 = 86_400_000;

/// Milliseconds since 1970 of `YYYY-MM-DD`, with a time behind it or not. Zones other than UTC are not read.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut parts = time.trim_end_matches('Z').splitn(3, ':');
    let mut number = |most: f64| match parts.next() {
        None => Some(0.0),
        Some(part) => part.parse::<f64>().ok().filter(|number| (0.0..most).contains(number)),
    };
    let (hours, minutes, seconds) = (number(24.0)?, number(60.0)?, number(60.0)?);
    let of_day = ((hours * 60.0 + minutes) * 60.0 + seconds) * 1e3;
    Some(days(year, month, day) * DAY_MS + of_day.round() as i64)
}

/// The text of a time in milliseconds since 1970.
pub(super) fn format(at_ms: i64) -> String {
    let (days, of_day) = (at_ms.div_euclid(DAY_MS), at_ms.rem_euclid(DAY_MS));
    let (year, month, day) = civil(days);
    let (hours, minutes, seconds) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", of_day % 1000)
}

/// Days since 1970. Years are counted from March, so that the leap day is a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let since_march = (month + 9) % 12;
    let of_year = (153 * since_march + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

/// Year, month and day of a day since 1970: what [`days`] was given.
fn civil(day: i64) -> (i64, i64, i64) {
    let mut year = (day + 719_468) * 400 / 146_097;
    let start = |year| days(year, 3, 1);
    while start(year) > day {
        year -= 1;
    }
    while start(year + 1) <= day {
        year += 1;
    }
    let of_year = day - start(year);
    let since_march = (5 * of_year + 2) / 153;
    let month = (since_march + 2) % 12 + 1;
    (if month > 2 { year } else { year + 1 }, month, of_year - (153 * since_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_both_ways() {
        let check = |text: &str, at_ms: i64, whole: &str| {
            assert_eq!(parse(text), Some(at_ms), "{text}");
            assert_eq!(format(at_ms), whole);
        };
        check("1970-01-01", 0, "1970-01-01T00:00:00.000Z");
        check("2000-02-29T12:34:56.789Z", 951_827_696_789, "2000-02-29T12:34:56.789Z");
        check("2038-01-19 03:14:08", 2_147_483_648_000, "2038-01-19T03:14:08.000Z");
        check("1969-12-31T23:59", -60_000, "1969-12-31T23:59:00.000Z");
        for text in ["", "yesterday", "2000-13-01", "2000-01", "2000-01-01T25:00", "20000-01-01"] {
            assert_eq!(parse(text), None, "{text}");
        }
        for day in (-300_000..300_000).step_by(7) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }
}
