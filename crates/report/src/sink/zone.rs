//! The local time zone: how far its clocks are from UTC at a given moment.
//!
//! Reads the compiled zone files of the tz database (RFC 8536), with the rule in their last line for the years
//! after the table. Names of zones are of no interest here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use time::{Date, Month, OffsetDateTime};

/// Where systems keep zone files.
const FOLDERS: [&str; 3] = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"];

/// A time zone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Zone {
    /// Moments from which an offset holds, in order.
    changes: Vec<(i64, i32)>,
    /// The offset before the first change.
    before: i32,
    /// What holds after the last change, unless that change simply stays.
    rule: Option<Rule>,
}

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self::default()
    }

    /// A zone whose clocks are always `secs` ahead of UTC.
    #[must_use]
    pub fn fixed(secs: i32) -> Self {
        Self { before: secs, ..Self::default() }
    }

    /// The zone of this machine: the variable `TZ`, then `/etc/localtime`, then UTC.
    #[must_use]
    pub fn local(env: &BTreeMap<String, String>) -> Self {
        let Some(name) = env.get("TZ") else {
            return Self::read(Path::new("/etc/localtime")).unwrap_or_default();
        };
        let name = name.strip_prefix(':').unwrap_or(name);
        let named = FOLDERS.iter().find_map(|folder| Self::read(&Path::new(folder).join(name)));
        named.or_else(|| Rule::parse(name).map(Self::from_rule)).unwrap_or_default()
    }

    /// Seconds that clocks here are ahead of UTC at `unix`, in seconds since the Unix epoch.
    #[must_use]
    pub fn offset_at(&self, unix: i64) -> i32 {
        let passed = self.changes.partition_point(|(at, _)| *at <= unix);
        match &self.rule {
            Some(rule) if passed == self.changes.len() => rule.offset_at(unix),
            _ if passed == 0 => self.before,
            _ => self.changes[passed - 1].1,
        }
    }

    fn from_rule(rule: Rule) -> Self {
        Self { before: rule.standard, rule: Some(rule), ..Self::default() }
    }

    fn read(path: &Path) -> Option<Self> {
        Self::parse(&fs::read(path).ok()?)
    }

    /// Reads a zone file of version 2 or later.
    fn parse(file: &[u8]) -> Option<Self> {
        let old = Counts::read(file, 4)?;
        let second = file.get(HEADER + old.len()..)?;
        let counts = Counts::read(second, 8)?;
        let body = second.get(HEADER..)?;
        let (times, body) = body.split_at_checked(counts.changes * 8)?;
        let (kinds, body) = body.split_at_checked(counts.changes)?;
        let (offsets, _) = body.split_at_checked(counts.kinds * 6)?;
        let offset =
            |kind: usize| Some(i32::from_be_bytes(offsets.get(kind * 6..kind * 6 + 4)?.try_into().ok()?));
        let mut changes = Vec::with_capacity(counts.changes);
        for (time, kind) in times.chunks_exact(8).zip(kinds) {
            changes.push((i64::from_be_bytes(time.try_into().ok()?), offset(usize::from(*kind))?));
        }
        let footer = std::str::from_utf8(second.get(HEADER + counts.len()..)?).ok()?.trim();
        Some(Self { changes, before: offset(0)?, rule: Rule::parse(footer) })
    }
}

/// Bytes of a zone file's header.
const HEADER: usize = 44;

/// The numbers in a header that say how long the block after it is.
struct Counts {
    changes: usize,
    kinds: usize,
    chars: usize,
    leaps: usize,
    flags: usize,
    time_size: usize,
}

impl Counts {
    fn read(block: &[u8], time_size: usize) -> Option<Self> {
        if !block.starts_with(b"TZif") || *block.get(4)? < b'2' {
            return None;
        }
        let count = |at: usize| {
            let bytes = block.get(20 + at * 4..24 + at * 4)?;
            usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
        };
        Some(Self {
            flags: count(0)? + count(1)?,
            leaps: count(2)?,
            changes: count(3)?,
            kinds: count(4)?,
            chars: count(5)?,
            time_size,
        })
    }

    fn len(&self) -> usize {
        self.changes * (self.time_size + 1)
            + self.kinds * 6
            + self.chars
            + self.leaps * (self.time_size + 4)
            + self.flags
    }
}

/// A zone in the form of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Rule {
    standard: i32,
    summer: Option<Summer>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Summer {
    offset: i32,
    start: Turn,
    end: Turn,
}

/// A moment of every year, on the local clock.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Turn {
    day: Day,
    secs: i32,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Day {
    /// The `week`th `weekday` (0 is Sunday) of `month`; 5 means the last.
    Weekday { month: u8, week: u8, weekday: u8 },
    /// The day of the year from 1 on, 29 February never counted.
    Julian(u16),
    /// The day of the year from 0 on.
    OfYear(u16),
}

impl Rule {
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        skip_name(&mut rest)?;
        let standard = -clock(&mut rest)?;
        if rest.is_empty() {
            return Some(Self { standard, summer: None });
        }
        skip_name(&mut rest)?;
        let offset = if rest.starts_with(',') { standard + 3600 } else { -clock(&mut rest)? };
        let mut turns = rest.strip_prefix(',')?.split(',');
        let (start, end) = (Turn::parse(turns.next()?)?, Turn::parse(turns.next()?)?);
        Some(Self { standard, summer: Some(Summer { offset, start, end }) })
    }

    fn offset_at(&self, unix: i64) -> i32 {
        let Some(summer) = &self.summer else { return self.standard };
        let year = OffsetDateTime::from_unix_timestamp(unix.saturating_add(i64::from(self.standard)))
            .map_or(1970, OffsetDateTime::year);
        let start = summer.start.unix(year).saturating_sub(i64::from(self.standard));
        let end = summer.end.unix(year).saturating_sub(i64::from(summer.offset));
        let in_summer =
            if start < end { (start..end).contains(&unix) } else { !(end..start).contains(&unix) };
        if in_summer { summer.offset } else { self.standard }
    }
}

impl Turn {
    fn parse(text: &str) -> Option<Self> {
        let (day, mut time) = text.split_once('/').unwrap_or((text, "2"));
        let day = if let Some(day) = day.strip_prefix('M') {
            let mut parts = day.split('.').map(|part| part.parse().ok());
            Day::Weekday { month: parts.next()??, week: parts.next()??, weekday: parts.next()?? }
        } else if let Some(day) = day.strip_prefix('J') {
            Day::Julian(day.parse().ok()?)
        } else {
            Day::OfYear(day.parse().ok()?)
        };
        Some(Self { day, secs: clock(&mut time)? })
    }

    /// The moment in `year` as if the local clock were UTC.
    fn unix(&self, year: i32) -> i64 {
        let days = self.date(year).map_or(0, |date| date.to_julian_day() - UNIX_EPOCH_JULIAN_DAY);
        i64::from(days) * 86_400 + i64::from(self.secs)
    }

    fn date(&self, year: i32) -> Option<Date> {
        match self.day {
            Day::OfYear(day) => Date::from_ordinal_date(year, day + 1).ok(),
            Day::Julian(day) => {
                let leap = time::util::is_leap_year(year) && day > 59;
                Date::from_ordinal_date(year, day + u16::from(leap)).ok()
            }
            Day::Weekday { month, week, weekday } => {
                let month = Month::try_from(month).ok()?;
                let first = Date::from_calendar_date(year, month, 1).ok()?;
                let ahead = (7 + weekday - first.weekday().number_days_from_sunday()) % 7;
                let mut day = 1 + ahead + 7 * (week.clamp(1, 5) - 1);
                if day > month.length(year) {
                    day -= 7;
                }
                first.replace_day(day).ok()
            }
        }
    }
}

/// The Julian day of 1 January 1970.
const UNIX_EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// Passes over the name of a zone: letters, or anything in angle brackets.
fn skip_name(rest: &mut &str) -> Option<()> {
    let len = if rest.starts_with('<') {
        rest.find('>')? + 1
    } else {
        rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())
    };
    *rest = rest.get(len..)?;
    (len >= 3).then_some(())
}

/// Takes `[+-]hh[:mm[:ss]]` in seconds.
fn clock(rest: &mut &str) -> Option<i32> {
    let len = rest.find(|c: char| !c.is_ascii_digit() && !"+-:".contains(c)).unwrap_or(rest.len());
    let (text, after) = rest.split_at(len);
    *rest = after;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut secs = 0;
    for (part, unit) in digits.split(':').zip([3600, 60, 1]) {
        let count: i32 = part.parse().ok().filter(|count| *count <= 167)?;
        secs += count * unit;
    }
    Some(sign * secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINTER_2030: i64 = 1_894_752_000;
    const SUMMER_2030: i64 = 1_909_872_000;

    #[test]
    fn rules_know_summer_and_winter() {
        let check = |rule: &str, winter: i32, summer: i32| {
            let zone = Zone::from_rule(Rule::parse(rule).expect(rule));
            assert_eq!(
                (zone.offset_at(WINTER_2030), zone.offset_at(SUMMER_2030)),
                (winter, summer),
                "{rule}"
            );
        };
        check("UTC0", 0, 0);
        check("CET-1CEST,M3.5.0,M10.5.0/3", 3600, 7200);
        check("EST5EDT,M3.2.0,M11.1.0", -18_000, -14_400);
        check("<+0330>-3:30", 12_600, 12_600);
        check("AEST-10AEDT,M10.1.0,M4.1.0/3", 39_600, 36_000);
        check("XXX3YYY2,J60,300", -10_800, -7200);
    }

    #[test]
    fn the_clock_turns_at_the_right_second() {
        let zone = Zone::from_rule(Rule::parse("CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule"));
        let check = |unix: i64, offset: i32| assert_eq!(zone.offset_at(unix), offset, "{unix}");
        check(1_711_846_799, 3600); // 2024-03-31 00:59:59 UTC
        check(1_711_846_800, 7200);
        check(1_729_990_799, 7200); // 2024-10-27 00:59:59 UTC
        check(1_729_990_800, 3600);
    }

    #[test]
    fn nonsense_is_no_rule() {
        for text in ["", "X1", "CET", "CET-1CEST", "CET-1CEST,M3,M4", "CET-999"] {
            assert_eq!(Rule::parse(text), None, "{text}");
        }
        for file in [&b""[..], b"TZif", b"TZif2\0\0\0", &[0; 200]] {
            assert_eq!(Zone::parse(file), None);
        }
    }

    #[test]
    fn zone_files_are_read() {
        // One change at 1000 s from 30 min to 1 h, then the rule.
        let mut file = Vec::new();
        for (size, footer) in [(4, ""), (8, "\nCET-1CEST,M3.5.0,M10.5.0/3\n")] {
            file.extend_from_slice(b"TZif2");
            file.extend_from_slice(&[0; 15]);
            for count in [0_u32, 0, 0, 1, 2, 4] {
                file.extend_from_slice(&count.to_be_bytes());
            }
            file.extend_from_slice(&1000_i64.to_be_bytes()[8 - size..]);
            file.push(1);
            for offset in [1800_i32, 3600] {
                file.extend_from_slice(&offset.to_be_bytes());
                file.extend_from_slice(&[0, 0]);
            }
            file.extend_from_slice(b"LMT\0");
            file.extend_from_slice(footer.as_bytes());
        }
        let zone = Zone::parse(&file).expect("a zone file");
        assert_eq!(zone.offset_at(999), 1800);
        assert_eq!(zone.offset_at(SUMMER_2030), 7200);
        assert_eq!(Zone { rule: None, ..zone }.offset_at(1000), 3600);
    }

    #[test]
    fn the_variable_names_a_zone() {
        let zone = |tz: &str| Zone::local(&BTreeMap::from([("TZ".to_owned(), tz.to_owned())]));
        assert_eq!(zone("XYZ-2").offset_at(0), 7200);
        assert_eq!(zone("").offset_at(0), 0);
        assert_eq!(zone("no/such/zone"), Zone::utc());
    }
}
