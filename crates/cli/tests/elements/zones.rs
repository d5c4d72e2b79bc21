//! Dates on the clocks of a zone, by functions and by scripts.

use super::super::jmx::*;
use super::*;

/// What a zone's clocks show at 2026-01-15 12:00 UTC (winter) and at 2026-07-15 12:00 UTC (summer).
pub struct Clocks {
    winter: &'static str,
    summer: &'static str,
    /// A day of 24 hours after noon of 7 March.
    shifted: &'static str,
    /// The summer's time as scripts write it in several ways.
    written: &'static str,
    id: &'static str,
    /// What 00:30 of 1 July is in UTC.
    midnight: &'static str,
    /// 24 hours after noon of 28 March, and a day after it.
    later: &'static str,
}

pub const BERLIN: Clocks = Clocks {
    winter: "2026-01-15 13:00 CET +0100 +01 +01:00",
    summer: "2026-07-15 14:00 CEST +0200 +02 +02:00",
    shifted: "08 12:00 03 2026",
    written: "Wed Jul 15 14:00:00 CEST 2026 / 2026-07-15T14:00+02:00[Europe/Berlin] / 2026-07-15T14:00+02:00 / true 7200000",
    id: "Europe/Berlin Europe/Berlin 3600000",
    midnight: "2026-06-30T22:30:00Z",
    later: "29 13:00 / 29 12:00",
};

pub const NEW_YORK: Clocks = Clocks {
    winter: "2026-01-15 07:00 EST -0500 -05 -05:00",
    summer: "2026-07-15 08:00 EDT -0400 -04 -04:00",
    shifted: "08 13:00 03 2026",
    written: "Wed Jul 15 08:00:00 EDT 2026 / 2026-07-15T08:00-04:00[America/New_York] / 2026-07-15T08:00-04:00 / true -14400000",
    id: "America/New_York America/New_York -18000000",
    midnight: "2026-07-01T04:30:00Z",
    later: "29 12:00 / 29 12:00",
};

const SUMMER: &str =
    "java.time.Instant.ofEpochMilli(1784116800000L).atZone(java.time.ZoneId.systemDefault())";

/// The label of the second sample is what the script gives.
fn script(name: &str, code: &str) -> String {
    let script = format!("vars.put('{name}', String.valueOf({code}))");
    groovy("JSR223Sampler", name, &script) + &show(&format!("${{{name}}}"))
}

pub fn zones(clocks: &Clocks) -> Vec<Row> {
    let day = "new java.text.SimpleDateFormat('yyyy-MM-dd HH:mm').parse";
    let written = format!(
        "[new Date(1784116800000L), {SUMMER}, {SUMMER}.toOffsetDateTime(), \
          TimeZone.default.inDaylightTime(new Date(1784116800000L)) + ' ' + TimeZone.default.getOffset(1784116800000L)]\
          .join(' / ')"
    );
    let later = format!(
        "new Date({day}('2026-03-28 12:00').time + 24 * 3600000L).format('dd HH:mm') + ' / ' + \
         java.time.LocalDateTime.parse('2026-03-28T12:00').atZone(java.time.ZoneId.systemDefault()).plusDays(1)\
         .format(java.time.format.DateTimeFormatter.ofPattern('dd HH:mm'))"
    );
    vec![
        row(
            "functions",
            &[
                show("${__dateTimeConvert(1768478400000,,yyyy-MM-dd HH:mm z Z X XXX,)}"),
                show(
                    "${__dateTimeConvert(2026-07-15 12:00 GMT,yyyy-MM-dd HH:mm z,yyyy-MM-dd HH:mm z Z X XXX,)}",
                ),
                show("${__timeShift(dd HH:mm MM yyyy,07 12:00 03 2026,P1D,,)}"),
                script("same", "new Date().format('Z') == '${__time(Z,)}'"),
                show("${__RandomDate(yyyy-MM-dd,2026-03-29,2026-03-30,,)}"),
            ],
            &[clocks.winter, clocks.summer, clocks.shifted, "same", "true", "2026-03-29"],
        ),
        row(
            "scripts",
            &[
                script("written", &written),
                script(
                    "id",
                    "TimeZone.default.ID + ' ' + java.time.ZonedDateTime.now().zone.id + ' ' + TimeZone.default.rawOffset",
                ),
                script("midnight", &format!("{day}('2026-07-01 00:30').toInstant()")),
                script("later", &later),
                script("other", "new Date(1784116800000L).format('HH:mm z', TimeZone.getTimeZone('PST'))"),
                script(
                    "read",
                    "new java.text.SimpleDateFormat('yyyy-MM-dd HH:mm z').parse('2026-07-15 05:00 PDT').time",
                ),
            ],
            &[
                "written",
                clocks.written,
                "id",
                clocks.id,
                "midnight",
                clocks.midnight,
                "later",
                clocks.later,
                "other",
                "05:00 PDT",
                "read",
                "1784116800000",
            ],
        ),
    ]
}
