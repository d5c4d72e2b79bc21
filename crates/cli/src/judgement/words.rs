//! Findings in words and numbers that people read.

use insight::{Finding, Kind, Outcome};
use report::quick::{span, thousands};
use stats::compare::{Basis, Change, Comparison, Refusal, Scale};

/// The verdict in a word.
#[must_use]
pub fn verdict(finding: &Finding) -> &'static str {
    match (finding.change(), &finding.outcome) {
        (_, Outcome::Refused(_)) => "not judged",
        (Change::Better, _) => "better",
        (Change::Same, _) => "same",
        (Change::Worse, _) => "worse",
        (Change::Inconclusive, _) => "inconclusive",
    }
}

/// A value in the unit of its kind.
#[must_use]
pub fn value(kind: Kind, value: f64) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    match kind {
        Kind::Latency => span(value),
        Kind::Errors => format!("{:.2}%", value * 100.0),
        Kind::Throughput if value < 100.0 => format!("{value:.2}/s"),
        Kind::Throughput => format!("{}/s", thousands(value.round() as u64)),
        Kind::Memory => report::format::bytes(value),
    }
}

/// A change: a ratio in percent, a difference of shares in points.
#[must_use]
pub fn change(scale: Scale, effect: f64) -> String {
    match scale {
        Scale::Relative if effect.is_infinite() || effect >= 100.0 => format!("×{effect:.0}"),
        Scale::Relative => format!("{:+.1}%", (effect - 1.0) * 100.0),
        Scale::Absolute => format!("{:+.2}pp", effect * 100.0),
    }
}

/// The interval of a change.
#[must_use]
pub fn interval(scale: Scale, comparison: &Comparison) -> String {
    let end = |value: f64| change(scale, value);
    format!("{} … {}", end(comparison.interval.lower), end(comparison.interval.upper))
}

/// Change and interval of a finding; dashes where it was not compared.
#[must_use]
pub fn effect(finding: &Finding) -> (String, String) {
    match &finding.outcome {
        Outcome::Compared { comparison, scale, .. } => {
            (change(*scale, comparison.effect), interval(*scale, comparison))
        }
        Outcome::Refused(_) => ("-".to_owned(), "-".to_owned()),
    }
}

/// Where a figure was measured.
#[must_use]
pub fn place(finding: &Finding) -> &str {
    if finding.key.endpoint.is_empty() { "(whole run)" } else { &finding.key.endpoint }
}

/// A finding in a sentence that stands on its own.
#[must_use]
pub fn sentence(finding: &Finding) -> String {
    let (before, after) = (value(finding.kind, finding.before), value(finding.kind, finding.after));
    let figure = &finding.key.figure;
    match &finding.outcome {
        Outcome::Refused(why) => format!("{figure}: {}", refusal(*why)),
        Outcome::Compared { comparison, .. } => {
            let (change, interval) = effect(finding);
            let level = percent(comparison.interval.level);
            let sure =
                if finding.change() == Change::Worse && comparison.certain { ", certainly" } else { "" };
            format!(
                "{figure} is {}{sure}: {before} → {after}, {change} ({level} interval {interval})",
                match finding.change() {
                    Change::Inconclusive => "inconclusive",
                    Change::Same => "the same",
                    _ => verdict(finding),
                }
            )
        }
    }
}

/// Why a figure was not compared.
#[must_use]
pub const fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::TooFewRuns => "too few runs that can be trusted, or runs too short, to compare",
        Refusal::UnequalRounds => "the sides have different numbers of rounds",
        Refusal::NotPositive => "a value of 0 has no ratio",
    }
}

/// A share in percent without needless digits: `95%`, `99.2%`, `0.1%`.
#[must_use]
pub fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// What all findings rest on, in a sentence.
#[must_use]
pub fn basis(basis: Basis, counts: (usize, usize), noise: f64) -> String {
    let (a, b) = counts;
    match basis {
        Basis::Ranks => format!("one value a run, {a} against {b} runs, compared by rank (exact)"),
        Basis::Rounds => {
            format!("{a} rounds, each a run of either side: the differences within rounds (Student)")
        }
        Basis::Student => format!(
            "one value a run, {a} against {b} runs (Student; runs of a side are taken to spread alike)"
        ),
        Basis::Slices { .. } => format!(
            "a single run a side: slices of time within the runs, and runs of one build are assumed to differ by {} \
             (--run-noise); several runs a side would measure that",
            percent(noise)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_units() {
        assert_eq!(value(Kind::Latency, 231.4), "231 ms");
        assert_eq!(value(Kind::Errors, 0.0123), "1.23%");
        assert_eq!(
            (value(Kind::Throughput, 12.5), value(Kind::Throughput, 1234.5)),
            ("12.50/s".into(), "1,235/s".into())
        );
        assert_eq!(value(Kind::Memory, 5e8), "500 MB");
        assert_eq!(value(Kind::Latency, f64::NAN), "-");
        assert_eq!(change(Scale::Relative, 1.153), "+15.3%");
        assert_eq!(change(Scale::Relative, 0.9), "-10.0%");
        assert_eq!(change(Scale::Relative, 250.0), "×250");
        assert_eq!(change(Scale::Absolute, 0.0012), "+0.12pp");
        assert_eq!(
            (percent(0.95), percent(0.992), percent(0.001)),
            ("95%".into(), "99.2%".into(), "0.1%".into())
        );
    }
}
