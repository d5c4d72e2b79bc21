//! Phases of arrivals as a timetable.
//!
//! Main function: [`timetable`]. Rates are stairs of whole users a second, as in Artillery; nothing is carried from
//! one second to the next.

use std::time::Duration;

use model::{Leg, Rhythm};
use serde_json::Value;

use super::js;
use super::yaml::Places;
use crate::note::{Kind, Note};

/// Where random distances come from when the script names no seed.
const SEED: u64 = 0x5eed;

/// The arrivals of a test, with the most users that may be there in each leg.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Arrivals {
    /// The legs.
    pub legs: Vec<Leg>,
    /// When each phase begins, milliseconds from the start, and its `maxVusers`.
    pub limits: Vec<(u64, Option<u64>)>,
    /// The phases as the console tells of them.
    pub told: Vec<Told>,
    /// What is odd about them.
    pub notes: Vec<Note>,
}

/// A phase as the console tells of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// When it begins, milliseconds from the start.
    pub begin_ms: u64,
    /// When it is over.
    pub end_ms: u64,
    /// Its name, its number and how long it is as the script writes that.
    pub words: String,
}

/// A time as Artillery's scripts write it: seconds, or a text with a unit; in milliseconds.
#[must_use]
pub fn span_ms(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().map(|seconds| seconds * 1000.0),
        Value::String(text) => {
            let number = js::number_in(text);
            if number.is_finite() && !text.trim().is_empty() { Some(number * 1000.0) } else { unit_ms(text) }
        }
        _ => None,
    }
    .filter(|ms| ms.is_finite() && *ms >= 0.0)
}

/// A text such as `500ms`, `1.5 minutes`, `2h`, in milliseconds.
#[must_use]
pub fn unit_ms(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))?;
    let number: f64 = text[..end].parse().ok()?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1e3,
        "m" | "min" | "mins" | "minute" | "minutes" => 6e4,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3.6e6,
        "d" | "day" | "days" => 8.64e7,
        "w" | "week" | "weeks" => 6.048e8,
        "y" | "yr" | "yrs" | "year" | "years" => 3.155_76e10,
        _ => return None,
    };
    Some(number * unit)
}

/// The phases of a configuration. `solo` makes one user of them.
///
/// # Errors
/// A note when a phase makes no sense.
pub fn timetable(config: &Value, solo: bool, places: &Places) -> Result<Arrivals, Note> {
    let mut arrivals = Arrivals::default();
    let default = vec![serde_json::json!({ "duration": 1, "arrivalCount": 1 })];
    let phases = match &config["phases"] {
        Value::Array(phases) if !phases.is_empty() && !solo => phases.clone(),
        Value::Null | Value::Array(_) => default,
        _ if solo => default,
        _ => return Err(Note::new(Kind::Error, places.of("config.phases"), "phases must be a list")),
    };
    let mut begin = 0;
    for (nth, phase) in phases.iter().enumerate() {
        let path = format!("config.phases[{nth}]");
        if !phase.is_object() {
            return Err(Note::new(Kind::Error, places.of(&path), "a phase must be a mapping"));
        }
        let reader = Reader { phase, path: &path, places };
        arrivals.limits.push((begin, reader.whole("maxVusers")?));
        let legs = reader.legs(&mut arrivals.notes)?;
        let end = begin + legs.iter().map(|leg| leg.duration.as_millis() as u64).sum::<u64>();
        let length = [&phase["duration"], &phase["pause"]].into_iter().find(|length| !length.is_null());
        let length = js::text_of(length);
        let unit = if js::number_in(&length).is_finite() { "s" } else { "" };
        let name = phase["name"].as_str().unwrap_or("unnamed");
        let words = format!("{name} (index: {nth}, duration: {length}{unit})");
        arrivals.told.push(Told { begin_ms: begin, end_ms: end, words });
        begin = end;
        arrivals.legs.extend(legs);
    }
    Ok(arrivals)
}

struct Reader<'a> {
    phase: &'a Value,
    path: &'a str,
    places: &'a Places,
}

impl Reader<'_> {
    fn note(&self, kind: Kind, key: &str, message: impl Into<String>) -> Note {
        Note::new(kind, self.places.of(&format!("{}.{key}", self.path)), message)
    }

    fn number(&self, key: &str) -> Result<Option<f64>, Note> {
        let value = &self.phase[key];
        let number = match value {
            Value::Null => return Ok(None),
            Value::Number(number) => number.as_f64(),
            Value::String(text) if !text.trim().is_empty() => {
                Some(js::number_in(text)).filter(|number| number.is_finite())
            }
            _ => None,
        };
        match number.filter(|number| *number >= 0.0) {
            Some(number) => Ok(Some(number)),
            None => Err(self.note(Kind::Error, key, format!("{key} must be a number, not {value}"))),
        }
    }

    fn whole(&self, key: &str) -> Result<Option<u64>, Note> {
        match self.number(key)? {
            Some(number) if number.fract() != 0.0 => {
                let advice = "a rate below one user a second is an arrivalCount over a longer duration";
                Err(self
                    .note(Kind::Error, key, format!("{key} must be a whole number, not {number}"))
                    .with_help(advice))
            }
            number => Ok(number.map(|number| number as u64)),
        }
    }

    fn span(&self, key: &str) -> Result<Option<Duration>, Note> {
        let value = &self.phase[key];
        if value.is_null() {
            return Ok(None);
        }
        let ms = span_ms(value).filter(|ms| *ms < 1e15);
        match ms {
            Some(ms) => Ok(Some(Duration::from_micros((ms * 1000.0) as u64))),
            None => Err(self.note(
                Kind::Error,
                key,
                format!("{value} is no time: write seconds, or a text such as 500ms or 5m"),
            )),
        }
    }

    fn legs(&self, notes: &mut Vec<Note>) -> Result<Vec<Leg>, Note> {
        if let Some(duration) = self.span("pause")? {
            return Ok(vec![Leg { duration, rhythm: Rhythm::Pause }]);
        }
        let count = self.whole("arrivalCount")?;
        let ramp_to = self.number("rampTo")?;
        let rate = if ramp_to.is_some() {
            self.number("arrivalRate")?
        } else {
            self.whole("arrivalRate")?.map(|rate| rate as f64)
        };
        let duration = self.span("duration")?;
        let Some(duration) = duration else {
            return Err(self.note(Kind::Error, "duration", "a phase needs a duration, or a pause"));
        };
        // Without a unit they are whole seconds, at least one.
        if let Ok(Some(seconds)) = self.number("duration")
            && (seconds.fract() != 0.0 || seconds == 0.0)
        {
            let message = format!("Invalid duration for phase: {seconds}");
            return Err(self.note(Kind::Error, "duration", message).with_help("write a unit, as in 1500ms"));
        }
        match (count, rate, ramp_to) {
            (Some(count), _, _) => Ok(vec![Leg { duration, rhythm: Rhythm::Even { count } }]),
            (None, Some(0.0), None) => {
                let message =
                    "a phase with an arrivalRate of 0 takes no time at all in Artillery, and none here";
                notes
                    .push(self.note(Kind::Emulated, "arrivalRate", message).with_help("write pause to wait"));
                Ok(Vec::new())
            }
            (None, Some(rate), None) => Ok(vec![self.steady(rate, duration)]),
            (None, rate, Some(to)) => Ok(self.stairs(rate.unwrap_or(0.0), to, duration)),
            (None, None, None) => Err(self.note(
                Kind::Error,
                "arrivalRate",
                "a phase needs an arrivalRate, an arrivalCount or a pause",
            )),
        }
    }

    fn steady(&self, rate: f64, duration: Duration) -> Leg {
        let rhythm = if self.phase["mode"].as_str() == Some("poisson") {
            let seed = self.phase["seed"].as_u64().unwrap_or(SEED);
            Rhythm::Poisson { per_second: rate as u64, seed }
        } else {
            Rhythm::Even { count: (rate * duration.as_secs_f64() + 1e-6) as u64 }
        };
        Leg { duration, rhythm }
    }

    /// One second after the other, each with a whole number of users.
    fn stairs(&self, from: f64, to: f64, duration: Duration) -> Vec<Leg> {
        const SECOND: Duration = Duration::from_secs(1);
        let seconds = duration.as_secs();
        let round = |rate: f64| (rate + 0.5).floor();
        if seconds <= 1 {
            return vec![self.steady(round((from + to) / 2.0), duration)];
        }
        let step = (to - from) / (seconds - 1) as f64;
        let mut legs: Vec<Leg> =
            (0..seconds).map(|second| self.steady(round(from + step * second as f64), SECOND)).collect();
        let rest = duration.saturating_sub(SECOND * u32::try_from(seconds).unwrap_or(u32::MAX));
        if !rest.is_zero() {
            legs.push(Leg { duration: rest, rhythm: Rhythm::Pause });
        }
        legs
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn counts(phases: &Value) -> Result<Vec<(u64, u64)>, Note> {
        let arrivals = timetable(&json!({ "phases": phases.clone() }), false, &Places::default())?;
        let count = |rhythm| match rhythm {
            Rhythm::Pause => 0,
            Rhythm::Even { count } => count,
            Rhythm::Poisson { per_second, .. } => per_second,
        };
        Ok(arrivals.legs.iter().map(|leg| (leg.duration.as_millis() as u64, count(leg.rhythm))).collect())
    }

    #[test]
    fn phases_are_legs() {
        let check = |phases: Value, wanted: &[(u64, u64)]| {
            assert_eq!(counts(&phases).unwrap(), wanted, "{phases}");
        };
        check(json!(null), &[(1000, 1)]);
        check(json!([{"duration": 2, "arrivalRate": 3}]), &[(2000, 6)]);
        check(json!([{"duration": "1", "arrivalRate": "4"}]), &[(1000, 4)]);
        check(json!([{"duration": "2s", "arrivalCount": 7}, {"pause": "500ms"}]), &[(2000, 7), (500, 0)]);
        check(json!([{"duration": 3, "arrivalRate": 6, "rampTo": 2}]), &[(1000, 6), (1000, 4), (1000, 2)]);
        check(
            json!([{"duration": 4, "arrivalRate": 1, "rampTo": 3}]),
            &[(1000, 1), (1000, 2), (1000, 2), (1000, 3)],
        );
        check(json!([{"duration": 1, "arrivalRate": 2, "rampTo": 8}]), &[(1000, 5)]);
        check(
            json!([{"duration": 1, "arrivalRate": 0}, {"duration": "1 minute", "arrivalRate": 1}]),
            &[(60_000, 60)],
        );
        check(json!([{"duration": 2, "arrivalRate": 5, "mode": "poisson"}]), &[(2000, 5)]);
    }

    #[test]
    fn phases_without_sense_are_refused() {
        for phases in [
            json!([{"duration": 2, "arrivalRate": 1.5}]),
            json!([{"duration": 1.5, "arrivalRate": 2}]),
            json!([{"duration": 0, "arrivalCount": 1}]),
            json!([{"duration": 1, "arrivalRate": "lots"}]),
            json!([{"duration": "soon", "arrivalRate": 1}]),
            json!([{"arrivalRate": 1}]),
            json!([{"duration": 1}]),
            json!([5]),
            json!({"duration": 1}),
        ] {
            assert!(counts(&phases).is_err(), "{phases}");
        }
    }
}
