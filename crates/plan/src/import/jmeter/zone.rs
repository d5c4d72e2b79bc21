//! Time zones, as a JVM has them.
//!
//! Main type: [`Zone`]. The rules of zones come from the machine, or from the program where the machine has none.

use jiff::Timestamp;
use jiff::tz::{Dst, Offset, TimeZone};

const MINUTE_MS: i64 = 60_000;

/// A time zone with its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    rules: TimeZone,
    id: String,
}

/// Names of three letters that Java reads as a place.
const SHORT_IDS: &[(&str, &str)] = &[
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// Short names that stand in texts: `(name, minutes east of UTC, long name)`.
const NAMES: &[(&str, i64, &str)] = &[
    ("UTC", 0, "Coordinated Universal Time"),
    ("GMT", 0, "Greenwich Mean Time"),
    ("WET", 0, "Western European Standard Time"),
    ("WEST", 60, "Western European Summer Time"),
    ("BST", 60, "British Summer Time"),
    ("CET", 60, "Central European Standard Time"),
    ("CEST", 120, "Central European Summer Time"),
    ("EET", 120, "Eastern European Standard Time"),
    ("EEST", 180, "Eastern European Summer Time"),
    ("MSK", 180, "Moscow Standard Time"),
    ("IST", 330, "India Standard Time"),
    ("JST", 540, "Japan Standard Time"),
    ("KST", 540, "Korean Standard Time"),
    ("AEST", 600, "Australian Eastern Standard Time"),
    ("AEDT", 660, "Australian Eastern Daylight Time"),
    ("NZST", 720, "New Zealand Standard Time"),
    ("NZDT", 780, "New Zealand Daylight Time"),
    ("AST", -240, "Atlantic Standard Time"),
    ("ADT", -180, "Atlantic Daylight Time"),
    ("EST", -300, "Eastern Standard Time"),
    ("EDT", -240, "Eastern Daylight Time"),
    ("CST", -360, "Central Standard Time"),
    ("CDT", -300, "Central Daylight Time"),
    ("MST", -420, "Mountain Standard Time"),
    ("MDT", -360, "Mountain Daylight Time"),
    ("PST", -480, "Pacific Standard Time"),
    ("PDT", -420, "Pacific Daylight Time"),
    ("AKST", -540, "Alaska Standard Time"),
    ("AKDT", -480, "Alaska Daylight Time"),
    ("HST", -600, "Hawaii-Aleutian Standard Time"),
];

impl Zone {
    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self { rules: TimeZone::UTC, id: "UTC".to_owned() }
    }

    /// Greenwich's, which is what Java has for names that it does not know.
    #[must_use]
    pub fn gmt() -> Self {
        Self { rules: TimeZone::get("GMT").unwrap_or(TimeZone::UTC), id: "GMT".to_owned() }
    }

    /// The machine's: that of `TZ`, else the one that the system is set to.
    #[must_use]
    pub fn of_machine() -> Self {
        let rules = TimeZone::system();
        if rules.is_unknown() {
            return Self::utc();
        }
        let id = rules.iana_name().map_or_else(|| "GMT".to_owned(), str::to_owned);
        Self { rules, id }
    }

    /// The zone of a run: that of its property `user.timezone`, else the machine's.
    #[must_use]
    pub fn of_run(property: Option<&str>) -> Self {
        let named = property.map(str::trim).filter(|id| !id.is_empty());
        named.map_or_else(Self::of_machine, |id| Self::named(id).unwrap_or_else(Self::gmt))
    }

    /// By what Java calls it: a place, `UTC`, `GMT+2`, `-03:30` or one of the old names of three letters.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        let id = id.trim();
        if matches!(id, "UTC" | "Z" | "UT" | "Etc/UTC" | "Zulu") {
            return Some(Self { rules: TimeZone::UTC, id: id.to_owned() });
        }
        if let Some(minutes) = minutes_of(id) {
            let offset = Offset::from_seconds(i32::try_from(minutes * 60).ok()?).ok()?;
            return Some(Self { rules: TimeZone::fixed(offset), id: id.to_owned() });
        }
        let place = SHORT_IDS.iter().find(|(short, _)| *short == id).map_or(id, |(_, place)| *place);
        let rules = TimeZone::get(place).ok()?;
        Some(Self { rules, id: id.to_owned() })
    }

    /// What it is called.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How far its clocks are ahead of UTC at a time, in ms.
    #[must_use]
    pub fn offset_ms(&self, ms: i64) -> i64 {
        match Timestamp::from_millisecond(ms) {
            Ok(at) => i64::from(self.rules.to_offset(at).seconds()) * 1000,
            Err(_) => 0,
        }
    }

    /// The time at which its clocks show what UTC's clocks show at `wall_ms`. Of two such times it is the one before the
    /// clocks are put back; where there is none, clocks run on as before they were put forward.
    #[must_use]
    pub fn moment(&self, wall_ms: i64) -> i64 {
        // A day is more than any zone is away from UTC, and clocks are not changed twice within two.
        let day = 1440 * MINUTE_MS;
        let (before, after) = (self.offset_ms(wall_ms - day), self.offset_ms(wall_ms + day));
        let early = wall_ms - before;
        let late = wall_ms - after;
        match self.offset_ms(early) == before {
            true => early,
            false if self.offset_ms(late) == after => late,
            false => early,
        }
    }

    /// What its clocks are said to show at a time: `CEST`, or in many letters.
    #[must_use]
    pub fn name(&self, ms: i64, is_long: bool) -> String {
        let minutes = self.offset_ms(ms) / MINUTE_MS;
        let Ok(at) = Timestamp::from_millisecond(ms) else { return self.id.clone() };
        let told = self.rules.to_offset_info(at);
        let short = told.abbreviation();
        let known = NAMES.iter().find(|(name, east, _)| *name == short && *east == minutes);
        match known {
            Some((_, _, long)) if is_long => (*long).to_owned(),
            Some((short, _, _)) => (*short).to_owned(),
            // Zones without letters of their own have numbers, which Java does not show.
            None if short.starts_with(['+', '-']) || self.rules.iana_name().is_none() => {
                format!("GMT{}", offset_text(minutes, true))
            }
            None => short.to_owned(),
        }
    }

    /// Whether clocks are put forward at a time.
    #[must_use]
    pub fn is_summer(&self, ms: i64) -> bool {
        Timestamp::from_millisecond(ms).is_ok_and(|at| self.rules.to_offset_info(at).dst() == Dst::Yes)
    }
}

/// `+0200` or `+02:00`.
#[must_use]
pub fn offset_text(minutes: i64, has_colon: bool) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    format!("{sign}{hours:02}{}{rest:02}", if has_colon { ":" } else { "" })
}

/// The offset that a short name such as `PDT` means.
#[must_use]
pub fn named_offset(name: &str) -> Option<String> {
    let (_, minutes, _) = NAMES.iter().find(|(short, ..)| *short == name)?;
    Some(offset_text(*minutes, true))
}

/// Takes a zone from the front of a text: its offset at the time that clocks show, in ms, and the rest.
#[must_use]
pub fn take(text: &str) -> Option<(Taken, &str)> {
    let head = ["GMT", "UTC"].into_iter().find_map(|name| text.strip_prefix(name));
    let numbered = head.unwrap_or(text);
    if numbered.starts_with(['+', '-']) {
        let length =
            1 + numbered[1..].bytes().take(5).take_while(|b| b.is_ascii_digit() || *b == b':').count();
        let minutes = minutes_of(&numbered[..length])?;
        return Some((Taken::Offset(minutes * MINUTE_MS), &numbered[length..]));
    }
    if let Some(rest) = head {
        return Some((Taken::Offset(0), rest));
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_-+".contains(byte);
    let length = text.bytes().take_while(is_part).count();
    let (word, rest) = text.split_at(length);
    if word == "Z" {
        return Some((Taken::Offset(0), rest));
    }
    // A long name has blanks in it.
    let long = NAMES.iter().find_map(|(_, minutes, long)| Some((*minutes, text.strip_prefix(*long)?)));
    if let Some((minutes, rest)) = long {
        return Some((Taken::Offset(minutes * MINUTE_MS), rest));
    }
    if let Some((_, minutes, _)) = NAMES.iter().find(|(name, ..)| *name == word) {
        return Some((Taken::Offset(minutes * MINUTE_MS), rest));
    }
    Zone::named(word).map(|zone| (Taken::Zone(zone), rest))
}

/// A zone that stood in a text.
#[derive(Clone, Debug)]
pub enum Taken {
    /// So many ms ahead of UTC.
    Offset(i64),
    /// A place, whose clocks are changed.
    Zone(Zone),
}

impl Taken {
    /// The time at which the clocks show this.
    #[must_use]
    pub fn moment(&self, wall_ms: i64) -> i64 {
        match self {
            Self::Offset(ms) => wall_ms - ms,
            Self::Zone(zone) => zone.moment(wall_ms),
        }
    }
}

/// `+02`, `+0200`, `+02:00`, `GMT+2` and the like in minutes.
fn minutes_of(text: &str) -> Option<i64> {
    let text = ["GMT", "UTC", "UT"].into_iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = &text[1..];
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 2 {
        true => text.parse::<i64>().ok(),
        false => None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 23 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-29 01:00 UTC, when clocks in Berlin go from 2 to 3; 2026-10-25 01:00 UTC, when they go back.
    const SPRING: i64 = 1_774_746_000_000;
    const AUTUMN: i64 = 1_792_890_000_000;
    const HOUR: i64 = 3_600_000;

    #[test]
    fn clocks_change() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        assert_eq!([berlin.offset_ms(SPRING - 1), berlin.offset_ms(SPRING)], [HOUR, 2 * HOUR]);
        assert_eq!([berlin.is_summer(SPRING - 1), berlin.is_summer(SPRING)], [false, true]);
        assert_eq!([berlin.name(SPRING - 1, false), berlin.name(SPRING, false)], ["CET", "CEST"]);
        assert_eq!(berlin.name(SPRING, true), "Central European Summer Time");
        // 02:30 is not there in spring, and there twice in autumn.
        assert_eq!(berlin.moment(SPRING + HOUR + HOUR / 2), SPRING + HOUR / 2);
        assert_eq!(berlin.moment(AUTUMN + HOUR + HOUR / 2), AUTUMN - HOUR / 2);
        assert_eq!(berlin.moment(SPRING), SPRING - HOUR);
        assert_eq!(berlin.moment(SPRING + 2 * HOUR), SPRING);
    }

    #[test]
    fn zones_have_names() {
        let check = |id: &str, wanted: Option<(i64, &str)>| {
            let zone = Zone::named(id);
            let got = zone.as_ref().map(|zone| (zone.offset_ms(0) / MINUTE_MS, zone.name(0, false)));
            assert_eq!(got.as_ref().map(|(at, name)| (*at, name.as_str())), wanted, "{id}");
        };
        check("UTC", Some((0, "UTC")));
        check("GMT+2", Some((120, "GMT+02:00")));
        check("-03:30", Some((-210, "GMT-03:30")));
        check("+0530", Some((330, "GMT+05:30")));
        check("PST", Some((-480, "PST")));
        check("America/New_York", Some((-300, "EST")));
        check("Asia/Kolkata", Some((330, "IST")));
        check("Nowhere/Land", None);
        check("GMT+99", None);
    }

    #[test]
    fn zones_stand_in_texts() {
        let check = |text: &str, wanted: Option<(i64, &str)>| {
            let got = take(text).map(|(zone, rest)| (-zone.moment(0) / MINUTE_MS, rest));
            assert_eq!(got, wanted, "{text}");
        };
        check("Z!", Some((0, "!")));
        check("+0130 x", Some((90, " x")));
        check("GMT-02:00", Some((-120, "")));
        check("GMT", Some((0, "")));
        check("PDT 1", Some((-420, " 1")));
        check("Central European Summer Time.", Some((120, ".")));
        check("Asia/Tokyo", Some((540, "")));
        check("nowhere", None);
    }
}
