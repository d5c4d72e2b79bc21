//! Days, months and their names, without zones.
//!
//! Main type: [`Civil`].

/// A day in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// A date and a time of day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Civil {
    /// As it is written.
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
    /// From 0 to 23.
    pub hour: i64,
    /// From 0.
    pub minute: i64,
    /// From 0.
    pub second: i64,
    /// Milliseconds of the second.
    pub milli: i64,
}

/// Days from the first of 1970; months may be beyond the year.
pub fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl Civil {
    /// The date and the time of milliseconds since 1970.
    pub fn of(ms: i64) -> Self {
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

    /// Milliseconds since 1970.
    pub fn ms(&self) -> i64 {
        days_of(self.year, self.month, self.day) * DAY_MS
            + self.hour * 3_600_000
            + self.minute * 60_000
            + self.second * 1000
            + self.milli
    }

    /// 0 for Monday.
    pub fn weekday(&self) -> usize {
        (days_of(self.year, self.month, self.day) + 3).rem_euclid(7) as usize
    }

    /// From 1.
    pub fn day_of_year(&self) -> i64 {
        days_of(self.year, self.month, self.day) - days_of(self.year, 1, 1) + 1
    }
}

/// Names of months and days in a language, with commas between them.
pub struct Names {
    language: &'static str,
    /// The months.
    pub months: &'static str,
    /// Their short forms.
    pub short_months: &'static str,
    /// The days from Monday.
    pub days: &'static str,
    /// Their short forms.
    pub short_days: &'static str,
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

/// The names of a locale's language; English when it is not known.
pub fn names(locale: &str) -> &'static Names {
    let language = locale.split(['_', '-']).next().unwrap_or_default();
    NAMES.iter().find(|names| names.language == language).unwrap_or(&NAMES[0])
}

/// One name of a list.
pub fn name(list: &'static str, at: usize) -> &'static str {
    list.split(',').nth(at).unwrap_or_default()
}
