//! Whether a run's numbers describe the target or the generator.
//!
//! The verdict is reached elsewhere; this is the form in which a summary carries it.

use std::borrow::Cow;

use metrics::Histogram;
use serde_json::{Map, Value, json};

use crate::format::{TimeUnit, duration};

/// Whether the numbers describe the target, with the reasons when they do not.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The generator kept pace.
    pub trusted: bool,
    /// What was found, the weightiest first.
    pub reasons: Vec<Reason>,
    /// The evidence: a name and its values, such as `generator_lag` and `p(99)=80µs`.
    pub evidence: Vec<(String, Vec<String>)>,
    /// The same for programs: names end in their unit, such as `generator_lag_p99_ms`.
    pub figures: Map<String, Value>,
    /// The factor on the times of the test, and what it means in a sentence; none when they are the script's.
    pub time_scale: Option<(f64, String)>,
}

impl Trust {
    /// Whether readers have to be told even when nothing speaks against the numbers.
    #[must_use]
    pub const fn has_news(&self) -> bool {
        !self.trusted || self.time_scale.is_some()
    }

    /// The verdict as the JSON forms of a summary have it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let reasons = self.reasons.iter().map(|reason| {
            json!({
                "subject": reason.subject,
                "text": reason.text,
                "hint": reason.hint,
                "invalidates": reason.invalidates,
            })
        });
        let mut verdict = json!({
            "trusted": self.trusted,
            "reasons": reasons.collect::<Vec<_>>(),
            "evidence": self.figures,
        });
        if let Some((factor, sentence)) = &self.time_scale {
            verdict["time_scale"] = json!({ "factor": factor, "text": sentence });
        }
        verdict
    }
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            trusted: true,
            reasons: Vec::new(),
            evidence: Vec::new(),
            figures: Map::new(),
            time_scale: None,
        }
    }
}

/// Something about how the run was driven.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// What it is about, in a word for programs: `schedule_lag`, `steal` and so on.
    pub subject: Cow<'static, str>,
    /// What was seen, with its number.
    pub text: String,
    /// What the user can do about it.
    pub hint: Option<String>,
    /// It makes the run untrusted; otherwise it is only good to know.
    pub invalidates: bool,
}

/// A row of evidence about a lag in milliseconds; nothing when there were no samples.
#[must_use]
pub fn lag(name: &str, lags: &Histogram) -> Option<(String, Vec<String>)> {
    if lags.count() == 0 {
        return None;
    }
    let at = |label: &str, q| format!("{label}={}", duration(lags.quantile(q), TimeUnit::Auto));
    Some((name.to_owned(), vec![at("p(50)", 0.5), at("p(99)", 0.99), at("max", 1.0)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_are_shown_where_there_are_some() {
        let mut lags = Histogram::default();
        assert_eq!(lag("schedule_lag", &lags), None);
        lags.add(2.0);
        let (name, cells) = lag("schedule_lag", &lags).expect("a row");
        assert_eq!((name.as_str(), cells.len()), ("schedule_lag", 3));
        assert!(cells[0].starts_with("p(50)=2"), "{cells:?}");
    }
}
