//! The section on SLAs: a verdict and its evidence each.

use super::Page;
use crate::format::{TimeUnit, duration, percent};
use crate::quick::span;
use crate::summary::slas::{SlaVerdict, Slas, Standing};

impl Page<'_> {
    pub(super) fn slas(&mut self, slas: &Slas) {
        self.section("SLAS");
        for one in &slas.standings {
            let ink = self.ink;
            let verdict = match one.verdict {
                SlaVerdict::Pass => format!("{} PASS", ink.mark(true)),
                SlaVerdict::Fail => format!("{} FAIL", ink.mark(false)),
                SlaVerdict::Inconclusive => "? INCONCLUSIVE".to_owned(),
            };
            self.lines.push(format!("    {verdict} '{}' {}", one.sla, ink.cyan(&measured(one))));
            self.lines.push(format!("      {} {}", ink.faint("↳"), evidence(one)));
            for note in notes(one, slas) {
                self.lines.push(format!("      {}", ink.faint(&note)));
            }
        }
        let early = if slas.ended_early { "; the run ended early, because they are decided" } else { "" };
        self.gap();
        self.lines.push(format!("    at {} confidence each{early}", percent(slas.confidence)));
        self.gap();
    }
}

/// The figure that the SLA is about.
fn measured(one: &Standing) -> String {
    match (one.limit, one.value, one.share) {
        (Some(_), Some(value), _) => {
            format!("p({})={}", shorter(100.0 - 100.0 * one.allowed), duration(value, TimeUnit::Auto))
        }
        (_, _, Some(share)) => format!("bad={}", percent(share)),
        _ => "no samples".to_owned(),
    }
}

/// The share that is judged, with its interval.
fn evidence(one: &Standing) -> String {
    let (Some(share), Some((lower, upper))) = (one.share, one.interval) else {
        return "too little was measured to say anything".to_owned();
    };
    let what = one.limit.map_or("are bad".to_owned(), |_| "are beyond the limit".to_owned());
    format!(
        "{} [{}, {}] of {} samples {what}, less than {} may be",
        percent(share),
        percent(lower),
        percent(upper),
        one.total,
        percent(one.allowed),
    )
}

fn notes(one: &Standing, slas: &Slas) -> Vec<String> {
    let mut notes = Vec::new();
    if one.verdict == SlaVerdict::Inconclusive {
        notes.push(match one.seconds_more {
            Some(more) => format!("about {} more would tell, if it went on alike", span(more * 1e3)),
            None if slas.until_decided => "the run ended before this was decided".to_owned(),
            None => "not even a run a thousand times as long would tell".to_owned(),
        });
    }
    if one.assumes_independence {
        notes.push(
            "how bad samples come together is not known: the interval is that of independent ones".to_owned(),
        );
    }
    if one.too_short {
        notes.push("the run looks too short for this target: the interval is probably too narrow".to_owned());
    }
    notes
}

/// A number without zeros that say nothing.
fn shorter(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
