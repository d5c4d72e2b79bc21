//! Java's patterns of dates: how they write a time, and how they read one.
//!
//! Main type: [`Pattern`]. Which zone's clocks a time is read from and written for, the caller says.

use super::super::zone::{self, Taken, Zone};
use super::calendar::{Civil, Names, name, names};

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
