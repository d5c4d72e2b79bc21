//! What a search for capacity looks for: the objectives, the model of load, where to look and how long.
//!
//! Main type: [`Aim`].

use std::time::Duration;

use clap::ArgMatches;
use insight::capacity::Question;
use model::Sla;
use stats::search::Limits;

use crate::error::Error;
use crate::flags::{Flags, Given, capacity, judgement, runtime};
use crate::run::profile::Asked;
use crate::session::Session;

/// What breaks a target, when nobody says.
const BREAKS: [&str; 2] = ["http_req_failed rate < 5%", "http_req_duration p95 < 2s"];
/// How long a level of `run --profile breakpoint` measures, when nobody says, in seconds.
const STEP_S: f64 = 30.0;
/// Flags of runs that make no sense where each level is a run of its own.
const OF_ONE_RUN: [&str; 4] = ["linger", "out", "summary-export", "until-decided"];

/// What is looked for.
pub struct Aim {
    /// What must be kept.
    pub slas: Vec<Sla>,
    /// Loads are iterations a second; otherwise they are users.
    pub open: bool,
    /// Iterations arrive at random rather than evenly.
    pub poisson: bool,
    /// Look for where it breaks rather than for what is kept.
    pub breakpoint: bool,
    /// Overload it at the end and see how it recovers.
    pub recovery: bool,
    /// The question to the search.
    pub question: Question,
}

impl Aim {
    /// Reads the flags; `own` are the SLAs of the script, which stand in for `--slo`.
    ///
    /// # Errors
    /// When something is none of what it should be.
    pub fn read(session: &Session, matches: &ArgMatches, own: &[String]) -> Result<Self, Error> {
        let flags = Flags::read(capacity::FLAGS, matches, &session.env).map_err(Error::Usage)?;
        let judged = Flags::read(judgement::FLAGS, matches, &session.env).map_err(Error::Usage)?;
        let texts = if flags.list("slo").is_empty() { own } else { flags.list("slo") };
        let mut slas = Vec::new();
        for text in texts {
            slas.extend(Sla::parse_all(text)?);
        }
        if slas.is_empty() {
            return Err(Error::Usage(
                "say with --slo what must be kept, such as --slo 'p95<300ms, errors<1%'".to_owned(),
            ));
        }
        let open = choice(&flags, "model", ["open", "closed"])?;
        let even = choice(&flags, "arrivals", ["even", "poisson"])?;
        if !even && !open {
            return Err(Error::Usage(
                "--arrivals is about the open model: users of the closed one arrive when they are done"
                    .to_owned(),
            ));
        }
        let start = number(&flags, "from", if open { 20.0 } else { 1.0 })?;
        let load_max = number(&flags, "to", start * 1000.0)?;
        let seconds = span(&flags, "step-time", 60.0);
        let whole = !open || !even;
        if load_max < start {
            return Err(Error::Usage(format!("--to {load_max} is below --from {start}")));
        }
        let rounded = |load: f64| if whole { load.round().max(1.0) } else { load };
        let limits = Limits {
            start: rounded(start),
            load_max: rounded(load_max),
            load_min: rounded(start / 1000.0),
            seconds,
            seconds_max: span(&flags, "step-time-max", 4.0 * seconds).max(seconds),
            ratio: number(&flags, "precision", 1.05)?.max(1.001),
            whole,
        };
        let level = judgement::confidence(&judged).map_err(Error::Usage)?;
        let allowed = slas.iter().map(|sla| sla.allowed).collect();
        let settle_s = span(&flags, "settle", 5.0).round() as usize;
        Ok(Self {
            slas,
            open,
            poisson: !even,
            breakpoint: flags.on("breakpoint"),
            recovery: !flags.on("no-recovery"),
            question: Question { limits, allowed, settle_s, level },
        })
    }

    /// What `run --profile breakpoint` looks for: where the objectives of `--sla` or of the test break, or the usual
    /// ones where there are none. The peak that was asked for is the highest load that is tried, in users or in
    /// iterations a second.
    ///
    /// # Errors
    /// When an objective cannot be read.
    pub fn to_break(
        session: &Session,
        matches: &ArgMatches,
        own: &[String],
        asked: &Asked,
    ) -> Result<Self, Error> {
        let judged = Flags::read(judgement::FLAGS, matches, &session.env).map_err(Error::Usage)?;
        let texts: Vec<String> = own.iter().chain(judged.list("sla")).cloned().collect();
        let texts = if texts.is_empty() { BREAKS.map(str::to_owned).to_vec() } else { texts };
        let slas: Vec<Sla> = texts.iter().map(|text| Sla::parse(text)).collect::<Result<_, _>>()?;
        let open = asked.users.is_none();
        let (start, most) =
            if open { (10.0, asked.rate.unwrap_or(2_000)) } else { (1.0, asked.users.unwrap_or(1)) };
        let load_max = most as f64;
        let start = load_max.min(start);
        let seconds = asked.duration.map_or(STEP_S, |duration| duration.as_secs_f64());
        let limits = Limits {
            start,
            load_max,
            load_min: start,
            seconds,
            seconds_max: seconds,
            ratio: 1.05,
            whole: !open,
        };
        let level = judgement::confidence(&judged).map_err(Error::Usage)?;
        let allowed = slas.iter().map(|sla| sla.allowed).collect();
        // A sixth of each level is for settling, as 5 of 30 s are.
        let settle_s = (seconds / 6.0).min(5.0) as usize;
        let question = Question { limits, allowed, settle_s, level };
        Ok(Self { slas, open, poisson: false, breakpoint: true, recovery: true, question })
    }

    /// The objectives, as the user wrote them.
    #[must_use]
    pub fn objectives(&self) -> String {
        self.slas.iter().map(|sla| sla.source.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// A load with its unit.
    #[must_use]
    pub fn load(&self, load: f64) -> String {
        if self.open { format!("{}/s", short(load)) } else { format!("{load:.0} users") }
    }
}

/// Refuses what does not fit a run of each level.
///
/// # Errors
/// With the flag.
pub fn refuse_run_flags(session: &Session, matches: &ArgMatches) -> Result<(), Error> {
    let tables = [runtime::FLAGS, runtime::RUN_FLAGS, runtime::RUN_TIME_FLAGS, judgement::FLAGS];
    for table in tables {
        let flags = Flags::read(table, matches, &session.env).map_err(Error::Usage)?;
        let wrong = OF_ONE_RUN.iter().chain(&["time-scale"]).find(|flag| flags.get(flag).is_some());
        if let Some(flag) = wrong {
            return Err(Error::Usage(format!(
                "--profile breakpoint makes a run of each level, which --{flag} does not fit"
            )));
        }
    }
    Ok(())
}

/// A number to four places that count.
#[must_use]
pub fn short(number: f64) -> String {
    let places = if number.abs() >= 1000.0 {
        0
    } else if number.abs() >= 100.0 {
        1
    } else {
        2
    };
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Whether the first of two words was given, or none.
fn choice(flags: &Flags, name: &str, words: [&str; 2]) -> Result<bool, Error> {
    match flags.text(name) {
        None => Ok(true),
        Some(word) if words.contains(&word) => Ok(word == words[0]),
        Some(word) => Err(Error::Usage(format!("--{name} is {} or {}, not '{word}'", words[0], words[1]))),
    }
}

fn number(flags: &Flags, name: &str, otherwise: f64) -> Result<f64, Error> {
    let Some(text) = flags.text(name) else { return Ok(otherwise) };
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| Error::Usage(format!("--{name} {text} is no number above 0")))
}

/// Seconds.
fn span(flags: &Flags, name: &str, otherwise: f64) -> f64 {
    match flags.get(name) {
        Some(Given::Duration(span, _)) => Duration::as_secs_f64(span).max(0.0),
        _ => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let check = |number: f64, expected: &str| assert_eq!(short(number), expected);
        check(20.0, "20");
        check(67.526, "67.53");
        check(123.456, "123.5");
        check(12_345.6, "12346");
        check(0.5, "0.5");
    }
}
