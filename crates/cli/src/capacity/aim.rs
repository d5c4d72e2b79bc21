//! What a search for capacity looks for: the objectives, the model of load, where to look and how long.
//!
//! Main type: [`Aim`].

use std::time::Duration;

use clap::ArgMatches;
use insight::capacity::Question;
use model::Sla;
use stats::search::Limits;

use crate::error::Error;
use crate::flags::{Flags, Given, capacity, judgement};
use crate::session::Session;

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
