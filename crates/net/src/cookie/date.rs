//! Dates of cookies, in the forms that servers send.

/// Milliseconds since the Unix epoch that k6 shows for a cookie without an expiry.
pub(super) const NEVER_MS: i64 = -6_795_364_578_871;

/// Reads a date such as `Wed, 21 Oct 2099 07:28:00 GMT`, as seconds since the Unix epoch.
pub(super) fn parse(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut day, mut month, mut year, mut clock) = (None, None, None, None);
    for part in text.split([' ', ',', '-', '\t']).filter(|part| !part.is_empty()) {
        if part.contains(':') {
            let mut fields = part.splitn(3, ':').map(str::parse::<i64>);
            clock = match (fields.next(), fields.next(), fields.next()) {
                (Some(Ok(hour)), Some(Ok(minute)), Some(Ok(second))) => Some((hour, minute, second)),
                _ => return None,
            };
        } else if let Ok(number) = part.parse::<i64>() {
            if day.is_none() && part.len() <= 2 {
                day = Some(number);
            } else if year.is_none() {
                year = Some(match number {
                    0..=68 if part.len() == 2 => number + 2000,
                    69..=99 if part.len() == 2 => number + 1900,
                    _ => number,
                });
            }
        } else if month.is_none() && part.len() >= 3 && part.is_char_boundary(3) {
            let name = part[..3].to_ascii_lowercase();
            month = MONTHS.iter().position(|known| *known == name).map(|at| at as i64 + 1);
        }
    }
    let ((day, month, year), (hour, minute, second)) = ((day?, month?, year?), clock?);
    let valid = (1..=31).contains(&day) && (1601..=9999).contains(&year);
    if !valid || !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..61).contains(&second) {
        return None;
    }
    Some(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days since the Unix epoch of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is the last (Hinnant, "chrono-compatible low-level date
    // algorithms").
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn forms() {
        let table = [
            ("Wed, 21 Oct 2099 07:28:00 GMT", Some(4_096_250_880)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thursday, 01-Jan-70 00:00:10 GMT", Some(10)),
            ("rubbish", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in ".{0,40}") {
            let _ = parse(&text);
        }
    }
}
