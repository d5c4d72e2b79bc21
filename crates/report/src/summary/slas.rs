//! How the SLAs of a run stand.
//!
//! The verdicts are reached elsewhere; this is the form in which a summary carries them, and the words in which every
//! page tells of them.

use serde_json::{Value, json};

use crate::format::{TimeUnit, duration, percent};
use crate::quick::span;

/// What can be said of an SLA at a confidence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlaVerdict {
    /// It is kept.
    Pass,
    /// The run does not tell.
    Inconclusive,
    /// It is not kept.
    Fail,
}

impl SlaVerdict {
    /// The word for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Pass, Self::Inconclusive, Self::Fail].into_iter().find(|verdict| verdict.name() == name)
    }
}

/// All SLAs of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Slas {
    /// The verdict on all together: one that is not kept fails, all must be kept to pass.
    pub verdict: SlaVerdict,
    /// The confidence of each verdict, between 0 and 1.
    pub confidence: f64,
    /// They were looked at every second, by a test that allows it.
    pub until_decided: bool,
    /// The run ended before its time because of that.
    pub ended_early: bool,
    /// Each of them, in the order in which they were given.
    pub standings: Vec<Standing>,
}

/// How one SLA stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// It, as the user wrote it.
    pub sla: String,
    /// What can be said.
    pub verdict: SlaVerdict,
    /// The limit of a percentile, in milliseconds where it is a time; none of a rate.
    pub limit: Option<f64>,
    /// The percentile that was measured, in the unit of the limit.
    pub value: Option<f64>,
    /// The share of samples that may be beyond the limit, or bad.
    pub allowed: f64,
    /// The share that was; none without samples.
    pub share: Option<f64>,
    /// The lower and upper end of the share's interval.
    pub interval: Option<(f64, f64)>,
    /// Samples.
    pub total: u64,
    /// How many independent samples would tell as much.
    pub effective: Option<f64>,
    /// None or all of the samples were bad, so that it is not known how bad ones come together.
    pub assumes_independence: bool,
    /// The run looks too short for how long the target remembers.
    pub too_short: bool,
    /// How many more seconds would tell, if the run went on alike.
    pub seconds_more: Option<f64>,
}

impl Slas {
    /// The standings of one verdict, as the user wrote them.
    #[must_use]
    pub fn of(&self, verdict: SlaVerdict) -> Vec<String> {
        self.standings.iter().filter(|one| one.verdict == verdict).map(|one| one.sla.clone()).collect()
    }

    /// The form that the JSON forms of a summary have.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let standings = self.standings.iter().map(|one| {
            json!({
                "sla": one.sla,
                "verdict": one.verdict.name(),
                "limit": one.limit,
                "value": one.value,
                "allowed_share": one.allowed,
                "share": one.share,
                "share_lower": one.interval.map(|(lower, _)| lower),
                "share_upper": one.interval.map(|(_, upper)| upper),
                "samples": one.total,
                "effective_samples": one.effective,
                "assumes_independence": one.assumes_independence,
                "looks_too_short": one.too_short,
                "seconds_more": one.seconds_more,
            })
        });
        json!({
            "verdict": self.verdict.name(),
            "confidence": self.confidence,
            "until_decided": self.until_decided,
            "ended_early": self.ended_early,
            "slas": standings.collect::<Vec<_>>(),
        })
    }

    /// Reads what [`Self::to_json`] made; none when it is not that.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        let verdict = |value: &Value| SlaVerdict::parse(value["verdict"].as_str()?);
        let standing = |one: &Value| {
            Some(Standing {
                sla: one["sla"].as_str()?.to_owned(),
                verdict: verdict(one)?,
                limit: one["limit"].as_f64(),
                value: one["value"].as_f64(),
                allowed: one["allowed_share"].as_f64()?,
                share: one["share"].as_f64(),
                interval: one["share_lower"].as_f64().zip(one["share_upper"].as_f64()),
                total: one["samples"].as_u64().unwrap_or_default(),
                effective: one["effective_samples"].as_f64(),
                assumes_independence: one["assumes_independence"].as_bool().unwrap_or_default(),
                too_short: one["looks_too_short"].as_bool().unwrap_or_default(),
                seconds_more: one["seconds_more"].as_f64(),
            })
        };
        Some(Self {
            verdict: verdict(value)?,
            confidence: value["confidence"].as_f64()?,
            until_decided: value["until_decided"].as_bool().unwrap_or_default(),
            ended_early: value["ended_early"].as_bool().unwrap_or_default(),
            standings: value["slas"].as_array()?.iter().map(standing).collect::<Option<_>>()?,
        })
    }
}

impl Standing {
    /// The figure that the SLA is about.
    #[must_use]
    pub fn measured(&self) -> String {
        match (self.limit, self.value, self.share) {
            (Some(_), Some(value), _) => {
                format!("p({})={}", shorter(100.0 - 100.0 * self.allowed), duration(value, TimeUnit::Auto))
            }
            (_, _, Some(share)) => format!("bad={}", percent(share)),
            _ => "no samples".to_owned(),
        }
    }

    /// The share that is judged, with its interval; `percent` writes shares as the rest of the page does.
    #[must_use]
    pub fn evidence(&self, percent: fn(f64) -> String) -> String {
        let (Some(share), Some((lower, upper))) = (self.share, self.interval) else {
            return "too little was measured to say anything".to_owned();
        };
        let what = self.limit.map_or("are bad", |_| "are beyond the limit");
        format!(
            "{} [{}, {}] of {} samples {what}, less than {} may be",
            percent(share),
            percent(lower),
            percent(upper),
            self.total,
            percent(self.allowed),
        )
    }

    /// What readers have to know of the verdict; `until_decided` is that of all SLAs, and a run that is not trusted
    /// decides nothing.
    #[must_use]
    pub fn notes(&self, until_decided: bool, trusted: bool) -> Vec<String> {
        let mut notes = Vec::new();
        if self.verdict == SlaVerdict::Inconclusive {
            notes.push(match self.seconds_more {
                _ if !trusted => "a run that is not trusted decides nothing".to_owned(),
                Some(more) => format!("about {} more would tell, if it went on alike", span(more * 1e3)),
                None if until_decided => "the run ended before this was decided".to_owned(),
                None => "not even a run a thousand times as long would tell".to_owned(),
            });
        }
        if self.assumes_independence {
            notes.push(
                "how bad samples come together is not known: the interval is that of independent ones"
                    .to_owned(),
            );
        }
        if self.too_short {
            notes.push(
                "the run looks too short for this target: the interval is probably too narrow".to_owned(),
            );
        }
        notes
    }
}

/// A number without zeros that say nothing.
fn shorter(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_survive_their_json() {
        let standing = Standing {
            sla: "p95 < 5ms".to_owned(),
            verdict: SlaVerdict::Inconclusive,
            limit: Some(5.0),
            value: Some(4.5),
            allowed: 0.05,
            share: Some(0.04),
            interval: Some((0.03, 0.06)),
            total: 100,
            effective: Some(50.0),
            assumes_independence: false,
            too_short: true,
            seconds_more: None,
        };
        let slas = Slas {
            verdict: SlaVerdict::Inconclusive,
            confidence: 0.95,
            until_decided: false,
            ended_early: false,
            standings: vec![standing],
        };
        assert_eq!(Slas::from_json(&slas.to_json()).as_ref(), Some(&slas));
        assert_eq!(slas.of(SlaVerdict::Inconclusive), ["p95 < 5ms"]);
        assert_eq!(Slas::from_json(&Value::Null), None);
    }
}
