//! Functions of dates, with Java's patterns.
//!
//! Main type: [`Pattern`]. Which zone's clocks a time is read from and written for, the caller says.

use std::time::{SystemTime, UNIX_EPOCH};

use super::super::text::{Call, Fault};
use super::super::user::User;
use super::super::zone::{self, Taken, Zone};
use super::fault;

const DAY_MS: i64 = 86_400_000;

/// Milliseconds since 1970 on the machine's clock.
#[must_use]
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// A date and a time of day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    milli: i64,
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl Civil {
    fn of(ms: i64) -> Self {
        let (days, rest) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let part = (5 * day_of_year + 2) / 153;
        let month = if part < 10 { part + 3 } else { part - 9 };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * part + 2) / 5 + 1,
            hour: rest / 3_600_000,
            minute: rest / 60_000 % 60,
            second: rest / 1000 % 60,
            milli: rest % 1000,
        }
    }

    fn ms(&self) -> i64 {
        days_of(self.year, self.month, self.day) * DAY_MS
            + self.hour * 3_600_000
            + self.minute * 60_000
            + self.second * 1000
            + self.milli
    }

    /// 0 for Monday.
    fn weekday(&self) -> usize {
        (days_of(self.year, self.month, self.day) + 3).rem_euclid(7) as usize
    }

    fn day_of_year(&self) -> i64 {
        days_of(self.year, self.month, self.day) - days_of(self.year, 1, 1) + 1
    }
}

/// Names of months and days: `(months, their short forms, days, their short forms, AM and PM)`.
struct Names {
    language: &'static str,
    months: &'static str,
    short_months: &'static str,
    days: &'static str,
    short_days: &'static str,
}

const NAMES: &[Names] = &[
    Names {
        language: "en",
        months: "January,February,March,April,May,June,July,August,September,October,November,December",
        short_months: "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec",
        days: "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday",
        short_days: "Mon,Tue,Wed,Thu,Fri,Sat,Sun",
    },
    Names {
        language: "fr",
        months: "janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre",
        short_months: "janv.,févr.,mars,avr.,mai,juin,juil.,août,sept.,oct.,nov.,déc.",
        days: "lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
        short_days: "lun.,mar.,mer.,jeu.,ven.,sam.,dim.",
    },
    Names {
        language: "de",
        months: "Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember",
        short_months: "Jan.,Feb.,März,Apr.,Mai,Juni,Juli,Aug.,Sept.,Okt.,Nov.,Dez.",
        days: "Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag",
        short_days: "Mo.,Di.,Mi.,Do.,Fr.,Sa.,So.",
    },
    Names {
        language: "es",
        months: "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
        short_months: "ene.,feb.,mar.,abr.,may.,jun.,jul.,ago.,sept.,oct.,nov.,dic.",
        days: "lunes,martes,miércoles,jueves,viernes,sábado,domingo",
        short_days: "lun.,mar.,mié.,jue.,vie.,sáb.,dom.",
    },
];

fn names(locale: &str) -> &'static Names {
    let language = locale.split(['_', '-']).next().unwrap_or_default();
    NAMES.iter().find(|names| names.language == language).unwrap_or(&NAMES[0])
}

fn name(list: &'static str, at: usize) -> &'static str {
    list.split(',').nth(at).unwrap_or_default()
}

/// Later years are not read: their milliseconds are no number of 64 bits.
const YEAR_MAX: i64 = 99_999_999;

/// A part of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Field {
    Literal(String),
    Letter(char, usize),
}

/// A pattern of `SimpleDateFormat` or `DateTimeFormatter`.
#[derive(Clone, Debug)]
pub struct Pattern {
    fields: Vec<Field>,
}

/// What a text that was read says.
#[derive(Default)]
struct Found {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: Option<i64>,
    half: Option<i64>,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    milli: i64,
    zone: Option<Taken>,
}

/// A time on the clocks of a zone.
struct Shown<'z> {
    civil: Civil,
    ms: i64,
    offset_ms: i64,
    zone: &'z Zone,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// With Java's words for a letter that means nothing, and for a quote that is not closed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut fields: Vec<Field> = Vec::new();
        let mut chars = text.chars().peekable();
        let literal = |fields: &mut Vec<Field>, text: &str| match fields.last_mut() {
            Some(Field::Literal(last)) => last.push_str(text),
            _ => fields.push(Field::Literal(text.to_owned())),
        };
        while let Some(current) = chars.next() {
            match current {
                '\'' if chars.peek() == Some(&'\'') => {
                    chars.next();
                    literal(&mut fields, "'");
                }
                '\'' => loop {
                    match chars.next() {
                        Some('\'') if chars.peek() == Some(&'\'') => {
                            chars.next();
                            literal(&mut fields, "'");
                        }
                        Some('\'') => break,
                        Some(other) => literal(&mut fields, other.encode_utf8(&mut [0; 4])),
                        None => return Err("Unterminated quote".to_owned()),
                    }
                },
                'G' | 'y' | 'u' | 'Y' | 'M' | 'L' | 'd' | 'D' | 'E' | 'a' | 'H' | 'k' | 'K' | 'h' | 'm'
                | 's' | 'S' | 'n' | 'z' | 'Z' | 'X' | 'x' | 'V' | 'w' | 'W' | 'F' | 'e' => {
                    let mut count = 1;
                    while chars.peek() == Some(&current) {
                        chars.next();
                        count += 1;
                    }
                    fields.push(Field::Letter(current, count));
                }
                other if other.is_ascii_alphabetic() => {
                    return Err(format!("Illegal pattern character '{other}'"));
                }
                other => literal(&mut fields, other.encode_utf8(&mut [0; 4])),
            }
        }
        Ok(Self { fields })
    }

    /// A time as text, on the clocks of a zone; `ms` since 1970.
    #[must_use]
    pub fn format(&self, ms: i64, locale: &str, zone: &Zone) -> String {
        let offset_ms = zone.offset_ms(ms);
        let time = Shown { civil: Civil::of(ms.saturating_add(offset_ms)), ms, offset_ms, zone };
        let names = names(locale);
        let mut out = String::new();
        for field in &self.fields {
            match field {
                Field::Literal(text) => out.push_str(text),
                Field::Letter(letter, count) => write_field(&mut out, &time, *letter, *count, names),
            }
        }
        out
    }

    /// The time that a text says, in ms since 1970; what it leaves open is 1970-01-01 00:00 on the clocks of a zone.
    ///
    /// # Errors
    /// When the text does not follow the pattern.
    pub fn read(&self, text: &str, locale: &str, zone: &Zone) -> Result<i64, String> {
        let wrong = || format!("Unparseable date: \"{text}\"");
        let (mut rest, mut found, names) = (text, Found::default(), names(locale));
        for (at, field) in self.fields.iter().enumerate() {
            match field {
                Field::Literal(literal) => rest = rest.strip_prefix(literal.as_str()).ok_or_else(wrong)?,
                Field::Letter(letter, count) => {
                    // Digits that stand side by side are cut by their counts.
                    let tight = matches!(self.fields.get(at + 1), Some(Field::Letter(next, _)) if !"EazZXxV".contains(*next));
                    rest = found.take(rest, *letter, *count, tight, names).ok_or_else(wrong)?;
                }
            }
        }
        Ok(found.ms(zone))
    }
}

/// Writes what a pattern says of the zone.
fn write_zone(out: &mut String, time: &Shown<'_>, letter: char, count: usize) {
    let minutes = time.offset_ms / 60_000;
    let numbers = |has_colon: bool| zone::offset_text(minutes, has_colon);
    match (letter, count) {
        ('z', _) => out.push_str(&time.zone.name(time.ms, count >= 4)),
        ('V', _) => out.push_str(time.zone.id()),
        ('Z', ..=3) => out.push_str(&numbers(false)),
        ('Z', 4) if minutes == 0 => out.push_str("GMT"),
        ('Z', 4) => out.push_str(&format!("GMT{}", numbers(true))),
        ('X', _) if minutes == 0 => out.push('Z'),
        // Hours alone where the minutes are none.
        ('X' | 'x', 1) if minutes % 60 == 0 => out.push_str(&numbers(false)[..3]),
        ('X' | 'x', count) => out.push_str(&numbers(count == 3 || count == 5)),
        _ => out.push_str(&numbers(true)),
    }
}

fn write_field(out: &mut String, shown: &Shown<'_>, letter: char, count: usize, names: &Names) {
    let time = &shown.civil;
    let number = |out: &mut String, value: i64| out.push_str(&format!("{value:0count$}"));
    match letter {
        'G' => out.push_str("AD"),
        'y' | 'u' | 'Y' if count == 2 => out.push_str(&format!("{:02}", time.year.rem_euclid(100))),
        'u' if count == 1 => out.push_str(&(time.weekday() + 1).to_string()),
        'y' | 'u' | 'Y' => number(out, time.year),
        'M' | 'L' => match count {
            1 | 2 => number(out, time.month),
            3 => out.push_str(name(names.short_months, time.month as usize - 1)),
            _ => out.push_str(name(names.months, time.month as usize - 1)),
        },
        'd' => number(out, time.day),
        'D' => number(out, time.day_of_year()),
        'E' if count < 4 => out.push_str(name(names.short_days, time.weekday())),
        'E' => out.push_str(name(names.days, time.weekday())),
        'e' => number(out, time.weekday() as i64 + 1),
        'a' => out.push_str(if time.hour < 12 { "AM" } else { "PM" }),
        'H' => number(out, time.hour),
        'k' => number(out, if time.hour == 0 { 24 } else { time.hour }),
        'K' => number(out, time.hour % 12),
        'h' => number(out, if time.hour % 12 == 0 { 12 } else { time.hour % 12 }),
        'm' => number(out, time.minute),
        's' => number(out, time.second),
        'S' if count <= 3 => number(out, time.milli),
        'S' => out.push_str(&format!("{:03}{}", time.milli, "0".repeat(count - 3))),
        'n' => number(out, time.milli * 1_000_000),
        'z' | 'V' | 'Z' | 'X' | 'x' => write_zone(out, shown, letter, count),
        'w' => number(out, (time.day_of_year() + 6) / 7),
        'W' | 'F' => number(out, (time.day + 6) / 7),
        _ => {}
    }
}

impl Found {
    /// Takes one field from the front of a text; the rest of it.
    fn take<'t>(
        &mut self,
        text: &'t str,
        letter: char,
        count: usize,
        tight: bool,
        names: &Names,
    ) -> Option<&'t str> {
        let (at, rest) = match letter {
            'M' | 'L' if count >= 3 => {
                let list = if count == 3 { names.short_months } else { names.months };
                let (at, rest) = take_name(text, list).or_else(|| take_name(text, names.months))?;
                self.month = Some(at as i64 + 1);
                return Some(rest);
            }
            'E' => {
                return take_name(text, names.days)
                    .or_else(|| take_name(text, names.short_days))
                    .map(|(_, rest)| rest);
            }
            'a' => {
                let (at, rest) = take_name(text, "AM,PM")?;
                self.afternoon = Some(at == 1);
                return Some(rest);
            }
            'G' => return text.strip_prefix("AD"),
            'z' | 'Z' | 'X' | 'x' | 'V' => return self.take_zone(text),
            _ => {
                let most = if tight { count } else { usize::MAX };
                let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
                let signed = matches!(letter, 'y' | 'u') && text.starts_with('-');
                if digits == 0 || signed {
                    return None;
                }
                let most = if matches!(letter, 'y' | 'u' | 'Y') { YEAR_MAX } else { i64::from(i32::MAX) };
                let number = text[..digits].parse::<i64>().ok().filter(|number| *number <= most)?;
                (number, &text[digits..])
            }
        };
        match letter {
            'y' | 'u' | 'Y' if count == 2 => self.year = Some(if at < 70 { 2000 + at } else { 1900 + at }),
            'y' | 'u' | 'Y' => self.year = Some(at),
            'M' | 'L' => self.month = Some(at),
            'd' => self.day = Some(at),
            'D' => (self.month, self.day) = (Some(1), Some(at)),
            'H' => self.hour = Some(at),
            'k' => self.hour = Some(at % 24),
            'K' | 'h' => self.half = Some(at % 12),
            'm' => self.minute = at,
            's' => self.second = at,
            'S' if count > 3 => self.milli = at / 10i64.pow((count as u32 - 3).min(15)),
            'S' => self.milli = at,
            _ => {}
        }
        Some(rest)
    }

    fn take_zone<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let (zone, rest) = zone::take(text)?;
        self.zone = Some(zone);
        Some(rest)
    }

    fn ms(&self, zone: &Zone) -> i64 {
        let hour =
            self.hour.or(self.half.map(|half| half + if self.afternoon == Some(true) { 12 } else { 0 }));
        let civil = Civil {
            year: self.year.unwrap_or(1970),
            month: self.month.unwrap_or(1),
            day: self.day.unwrap_or(1),
            hour: hour.unwrap_or(0),
            minute: self.minute,
            second: self.second,
            milli: self.milli,
        };
        match &self.zone {
            Some(own) => own.moment(civil.ms()),
            None => zone.moment(civil.ms()),
        }
    }
}

fn take_name<'t>(text: &'t str, list: &'static str) -> Option<(usize, &'t str)> {
    let known = list.split(',').enumerate().filter(|(_, name)| {
        text.get(..name.len()).is_some_and(|start| start.to_lowercase() == name.to_lowercase())
    });
    known.max_by_key(|(_, name)| name.len()).map(|(at, name)| (at, &text[name.len()..]))
}

/// A time by a Java pattern, on the clocks of a zone.
///
/// # Errors
/// With Java's words for a bad pattern.
pub fn format_java(pattern: &str, ms: i64, locale: &str, zone: &Zone) -> Result<String, String> {
    Ok(Pattern::parse(pattern)?.format(ms, locale, zone))
}

/// The time that a text says by a Java pattern, on the clocks of a zone unless it names another; in ms since 1970.
///
/// # Errors
/// With Java's words.
pub fn parse_java(pattern: &str, text: &str, locale: &str, zone: &Zone) -> Result<i64, String> {
    Pattern::parse(pattern)?.read(text, locale, zone)
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
