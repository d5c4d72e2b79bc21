//! What a run comes to, in sentences that need no training: the verdict, what happened, and whether to believe it.

use super::figures::{Beginning, Figures};
use super::markup::Tone;
use super::{Ending, Run};
use crate::quick::{span, thousands};
use crate::summary::{SlaVerdict, Summary, Threshold};

/// The headline of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// One word.
    pub word: &'static str,
    /// One sentence.
    pub sentence: String,
    /// How it is shown.
    pub tone: Tone,
}

/// All thresholds of a run with the metric they are of.
pub fn thresholds(summary: &Summary) -> impl Iterator<Item = (String, &Threshold)> {
    let metrics = summary.total.metrics.iter();
    metrics.flat_map(|metric| metric.thresholds.iter().map(move |one| (metric.full_name(), one)))
}

/// How many conditions a run had, and how many of them it did not meet.
struct Tally {
    thresholds: usize,
    crossed: usize,
    slas: usize,
    broken: usize,
    open: usize,
}

impl Tally {
    fn of(summary: &Summary) -> Self {
        let slas = |verdict| summary.slas.as_ref().map_or(0, |slas| slas.of(verdict).len());
        let (broken, open) = (slas(SlaVerdict::Fail), slas(SlaVerdict::Inconclusive));
        Self {
            thresholds: thresholds(summary).count(),
            crossed: thresholds(summary).filter(|(_, one)| !one.ok).count(),
            slas: slas(SlaVerdict::Pass) + broken + open,
            broken,
            open,
        }
    }

    /// What was met: `both thresholds held and its SLA is kept`.
    fn met(&self) -> String {
        let mut parts = Vec::new();
        if self.thresholds > 0 {
            parts.push(format!("{} held", all_of(self.thresholds, "threshold")));
        }
        if self.slas > 0 {
            parts.push(format!("{} {} kept", all_of(self.slas, "SLA"), is_or_are(self.slas)));
        }
        parts.join(" and ")
    }

    /// What was not met: `1 of 3 thresholds was crossed and its SLA is not kept`.
    fn missed(&self) -> String {
        let mut parts = Vec::new();
        if self.crossed > 0 {
            let were = if self.crossed == 1 { "was" } else { "were" };
            parts.push(format!("{} {were} crossed", part_of(self.crossed, self.thresholds, "threshold")));
        }
        if self.broken > 0 {
            parts.push(format!(
                "{} {} not kept",
                part_of(self.broken, self.slas, "SLA"),
                is_or_are(self.broken)
            ));
        }
        parts.join(" and ")
    }
}

/// `its SLA`, `both SLAs`, `all 3 SLAs`.
fn all_of(count: usize, what: &str) -> String {
    match count {
        1 => format!("its {what}"),
        2 => format!("both {what}s"),
        count => format!("all {count} {what}s"),
    }
}

/// `its SLA`, `1 of 3 SLAs`.
fn part_of(count: usize, all: usize, what: &str) -> String {
    if all == 1 { format!("its {what}") } else { format!("{count} of {all} {what}s") }
}

const fn is_or_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// How the run ended, in a sentence.
#[must_use]
pub fn verdict(run: &Run) -> Verdict {
    let tally = Tally::of(&run.summary);
    let why = run.summary.incomplete.as_deref().unwrap_or("no reason is known");
    let of = |word, sentence: String, tone| Verdict { word, sentence, tone };
    match run.ending {
        Ending::Passed if tally.thresholds + tally.slas == 0 => of(
            "Done",
            "The test ran to its end. Nothing was judged, because it has no thresholds and no SLAs."
                .to_owned(),
            Tone::Plain,
        ),
        // An SLA that is not kept fails a run; how that could be overruled is not for reports to know.
        Ending::Passed if tally.broken + tally.crossed > 0 => {
            of("Failed", format!("The test ended well, but {}.", tally.missed()), Tone::Bad)
        }
        Ending::Passed if tally.open > 0 => of(
            "Not decided",
            format!(
                "Nothing failed, but whether {} {} kept cannot be told from this run.",
                part_of(tally.open, tally.slas, "SLA"),
                is_or_are(tally.open)
            ),
            Tone::Warn,
        ),
        Ending::Passed => of("Passed", format!("The test passed: {}.", tally.met()), Tone::Good),
        Ending::Untrusted => of(
            "Not to be trusted",
            "The load generator was in its own way: these numbers say as much about it as about the target."
                .to_owned(),
            Tone::Warn,
        ),
        Ending::Failed if tally.crossed + tally.broken > 0 => {
            of("Failed", format!("The test failed: {}.", tally.missed()), Tone::Bad)
        }
        Ending::Failed => {
            let status = run.exit_code.map_or("a failure".to_owned(), |code| format!("exit status {code}"));
            let why = run.summary.incomplete.as_ref().map_or(String::new(), |why| format!(", {why}"));
            of("Failed", format!("The test failed: it ended with {status}{why}."), Tone::Bad)
        }
        Ending::Aborted => of("Cut short", format!("The test ended before its time: {why}."), Tone::Warn),
        Ending::Running => {
            of("Under way", "The test is still running: this is what it has so far.".to_owned(), Tone::Warn)
        }
        Ending::Imported => of(
            "Imported",
            "The test was run elsewhere, and this is what was measured of it: nothing was judged here."
                .to_owned(),
            Tone::Plain,
        ),
        Ending::Killed => of(
            "Killed",
            "The test was killed: what is here came until then, and its thresholds were never judged."
                .to_owned(),
            Tone::Warn,
        ),
    }
}

/// What the run did, in sentences.
#[must_use]
pub fn lead(run: &Run, figures: &Figures) -> String {
    let requests: f64 = run.measured.endpoints.values().map(|one| one.requests).sum();
    let seconds = run.seconds.max(1e-9);
    let lasted = span(run.seconds * 1000.0);
    let mut text = match (requests as u64, figures.metric) {
        (0, None) => "It sent no requests, so there is nothing to measure.".to_owned(),
        (0, Some(metric)) => {
            let count = run.measured.totals[metric].count();
            let what = if metric == "iteration_duration" { "iteration" } else { "call" };
            format!("It made {} in {lasted}.", counted(count, what))
        }
        (1, _) => "It sent one request.".to_owned(),
        (count, _) => format!(
            "It sent {} in {lasted}, {} each second.",
            counted(count, "request"),
            rate(requests / seconds)
        ),
    };
    let several = figures.metric.is_some_and(|metric| run.measured.totals[metric].count() > 1);
    if let (true, Some(half), Some(most)) = (several, figures.quantile(0.5), figures.quantile(0.95)) {
        text.push_str(&format!(
            " Half took up to {}, 95 % up to {}",
            span(half.figure.value),
            span(most.figure.value)
        ));
        match most.figure.interval {
            Some((low, high)) => {
                text.push_str(&format!("; between {} and {}, at 95 % confidence.", span(low), span(high)));
            }
            None => text.push_str("; the run is too short to say how sure that is."),
        }
    }
    text.push_str(&beginning(figures));
    text.push_str(&failures(run));
    text
}

fn beginning(figures: &Figures) -> String {
    match figures.beginning {
        Beginning::Alike => String::new(),
        Beginning::WarmUp { seconds, without } => format!(
            " The first {} were not like the rest (warm-up, by MSER-5): without them 95 % took up to {}.",
            span(seconds as f64 * 1000.0),
            span(without)
        ),
        Beginning::NeverSettled => {
            " It was still changing in its second half, so its percentiles describe no steady state."
                .to_owned()
        }
    }
}

fn failures(run: &Run) -> String {
    let (mut hits, mut total) = (0, 0);
    for one in run.measured.endpoints.values() {
        hits += one.failed.hits;
        total += one.failed.total;
    }
    match (hits, total) {
        (_, 0) => String::new(),
        (0, 1) => " It did not fail.".to_owned(),
        (1, 1) => " It failed.".to_owned(),
        (0, _) => " None failed.".to_owned(),
        (hits, total) if hits == total => " All of them failed.".to_owned(),
        (hits, total) => format!(" {} failed ({}).", thousands(hits), share(hits as f64 / total as f64)),
    }
}

/// Whether the numbers describe the target, in a sentence.
#[must_use]
pub fn trust(run: &Run) -> (String, Tone) {
    if matches!(run.ending, Ending::Killed | Ending::Running) {
        let text = "Whether the generator kept pace is judged at the end of a run; this one has none.";
        return (text.to_owned(), Tone::Warn);
    }
    if run.summary.trust.trusted {
        let measured = run.summary.trust.evidence.iter().any(|(_, cells)| !cells.is_empty());
        let text = if measured {
            "The numbers describe the target: the load generator kept pace."
        } else {
            "Nothing speaks against the numbers, and there was little to check them by."
        };
        return (text.to_owned(), Tone::Good);
    }
    ("Do not rely on these numbers: the load generator did not keep pace.".to_owned(), Tone::Bad)
}

/// Every reason not to believe the numbers, or to take care with them: a sentence, and what can be done about it.
#[must_use]
pub fn trust_lines(run: &Run) -> Vec<(String, Option<String>)> {
    let reasons = run.summary.trust.reasons.iter();
    let mut lines: Vec<_> = reasons.map(|one| (capital(&one.text), one.hint.clone())).collect();
    lines.extend(run.summary.trust.time_scale.iter().map(|(_, text)| (capital(text), None)));
    if run.lost_frames > 0 {
        let what = if run.lost_frames == 1 {
            "One second of one worker".to_owned()
        } else {
            format!("{} seconds of workers", thousands(run.lost_frames))
        };
        let text = format!(
            "{what} could not be kept in time and {} missing here",
            match run.lost_frames {
                1 => "is",
                _ => "are",
            }
        );
        lines.push((text, None));
    }
    lines
}

/// The text with its first letter in upper case.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// The text with numbers and their units kept on one line.
#[must_use]
pub fn unbroken(text: &str) -> String {
    const UNITS: [&str; 5] = ["%", "ms", "µs", "ns", "s"];
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let after_number = out.ends_with(|c: char| c.is_ascii_digit());
        let word = text[at..].trim_start().split([' ', ',', ';', '.', ')']).next().unwrap_or_default();
        out.push(if c == ' ' && after_number && UNITS.contains(&word) { '\u{a0}' } else { c });
    }
    out
}

/// `1 request`, `12,345 requests`.
#[must_use]
pub fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// A number of events in a second: three digits that count.
#[must_use]
pub fn rate(value: f64) -> String {
    match value {
        value if value >= 100.0 => thousands(value.round() as u64),
        value if value >= 9.95 => format!("{value:.1}"),
        value if value > 0.0 => format!("{value:.2}"),
        _ => "0".to_owned(),
    }
}

/// A share between 0 and 1 as a percentage; neither nothing nor everything is written where it is not so.
#[must_use]
pub fn share(value: f64) -> String {
    let percent = value * 100.0;
    let text = match percent {
        p if p > 0.0 && p < 0.01 => return "< 0.01 %".to_owned(),
        p if p < 100.0 && p > 99.99 => return "> 99.99 %".to_owned(),
        p if !(10.0..=90.0).contains(&p) => format!("{p:.2}"),
        p => format!("{p:.1}"),
    };
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{} %", if text.is_empty() { "0" } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_counted_in_words() {
        let check = |numbers: [usize; 5], met: &str, missed: &str| {
            let [thresholds, crossed, slas, broken, open] = numbers;
            let tally = Tally { thresholds, crossed, slas, broken, open };
            assert_eq!((tally.met().as_str(), tally.missed().as_str()), (met, missed));
        };
        check([1, 1, 0, 0, 0], "its threshold held", "its threshold was crossed");
        check([3, 2, 0, 0, 0], "all 3 thresholds held", "2 of 3 thresholds were crossed");
        check([0, 0, 1, 1, 0], "its SLA is kept", "its SLA is not kept");
        check(
            [2, 1, 2, 2, 0],
            "both thresholds held and both SLAs are kept",
            "1 of 2 thresholds was crossed and 2 of 2 SLAs are not kept",
        );
    }

    #[test]
    fn shares_are_never_rounded_to_all_or_nothing() {
        let check = |value: f64, text: &str| assert_eq!(share(value), text);
        check(0.0, "0 %");
        check(1.0, "100 %");
        check(0.000_01, "< 0.01 %");
        check(0.999_999, "> 99.99 %");
        check(0.0125, "1.25 %");
        check(0.5, "50 %");
        check(0.333_333, "33.3 %");
    }

    #[test]
    fn numbers_stay_with_their_units() {
        assert_eq!(
            unbroken("95 % up to 2.5 ms; in 3 s, 7 times."),
            "95\u{a0}% up to 2.5\u{a0}ms; in 3\u{a0}s, 7 times."
        );
    }

    #[test]
    fn rates_have_three_digits() {
        let check = |value: f64, text: &str| assert_eq!(rate(value), text);
        check(0.0, "0");
        check(0.5, "0.50");
        check(12.34, "12.3");
        check(12_345.6, "12,346");
    }
}
