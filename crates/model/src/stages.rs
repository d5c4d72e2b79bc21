//! Stages of scenarios: which one a moment belongs to, and thresholds that are judged for each by itself.
//!
//! Main function: [`judged_by_stage`], which turns a threshold with `perStage` into one for each stage. Samples
//! of such a run carry the tag [`TAG`]; who puts it on them is not decided here.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{Error, Executor, Scenario, Selector, Stage, Threshold};

/// The tag with the number of the stage, from 0, in which the sample's iteration began.
pub const TAG: &str = "stage";

/// More than this many stages are not judged one by one: each costs a part of a metric of its own.
const STAGES_MAX: usize = 1_000;

/// Metrics that the generator measures of itself, whatever the stage.
const WITHOUT_STAGE: [&str; 2] = ["vus", "vus_max"];

impl Executor {
    /// The stage, from 0, at `elapsed` after the scenario's start; the last one once all are over, and nothing
    /// for executors without stages. The steps of a stepped arrival rate are its stages.
    #[must_use]
    pub fn stage_at(&self, elapsed: Duration) -> Option<usize> {
        match self {
            Self::RampingVus { stages, .. } | Self::RampingArrivalRate { stages, .. } => {
                staged(stages, elapsed)
            }
            Self::SteppedArrivalRate { step_duration, steps, .. } => {
                let step = elapsed.as_nanos() / step_duration.as_nanos().max(1);
                let last = steps.checked_sub(1)?;
                usize::try_from(step.min(u128::from(last))).ok()
            }
            _ => None,
        }
    }

    /// The stages that take time.
    fn stages(&self) -> Vec<usize> {
        match self {
            Self::RampingVus { stages, .. } | Self::RampingArrivalRate { stages, .. } => {
                let all = stages.iter().enumerate().filter(|(_, stage)| stage.duration > Duration::ZERO);
                all.map(|(index, _)| index).collect()
            }
            Self::SteppedArrivalRate { steps, .. } => {
                (0..usize::try_from(*steps).unwrap_or(usize::MAX).min(STAGES_MAX + 1)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn staged(stages: &[Stage], elapsed: Duration) -> Option<usize> {
    let mut end = Duration::ZERO;
    let current = stages.iter().position(|stage| {
        end = end.saturating_add(stage.duration);
        elapsed < end
    });
    // Jumps take no time, so that nothing belongs to one that comes last.
    current.or_else(|| stages.iter().rposition(|stage| stage.duration > Duration::ZERO))
}

/// Whether a threshold is to be judged for each stage by itself, so that samples need the tag.
#[must_use]
pub fn are_judged(thresholds: &BTreeMap<String, Vec<Threshold>>) -> bool {
    thresholds.values().flatten().any(|threshold| threshold.per_stage)
}

/// The thresholds with one for each stage in the place of those with `perStage`. Where several scenarios have
/// stages, there is one for each of them too.
///
/// # Errors
/// When there are no stages, or when the metric has none.
pub fn judged_by_stage(
    thresholds: &BTreeMap<String, Vec<Threshold>>,
    scenarios: &[Scenario],
) -> Result<BTreeMap<String, Vec<Threshold>>, Error> {
    let mut all: BTreeMap<String, Vec<Threshold>> = BTreeMap::new();
    for (name, rules) in thresholds {
        let (staged, plain): (Vec<_>, Vec<_>) = rules.iter().cloned().partition(|rule| rule.per_stage);
        if staged.is_empty() || !plain.is_empty() {
            all.entry(name.clone()).or_default().extend(plain);
        }
        if !staged.is_empty() {
            for part in parts(name, scenarios)? {
                all.entry(part).or_default().extend(staged.iter().cloned());
            }
        }
    }
    Ok(all)
}

/// The keys of a metric's stages.
fn parts(name: &str, scenarios: &[Scenario]) -> Result<Vec<String>, Error> {
    let refused = |why: &str| Error::new(format!("threshold on '{name}' cannot be judged per stage: {why}"));
    let Selector { metric, tags } = Selector::parse(name)?;
    if WITHOUT_STAGE.contains(&metric.as_str()) {
        return Err(refused("the metric is not measured by stage"));
    }
    let only = tags.iter().find(|(key, _)| key == "scenario").map(|(_, value)| value.as_str());
    let wanted = scenarios.iter().filter(|scenario| only.is_none_or(|only| scenario.name == only));
    let staged: Vec<(&Scenario, Vec<usize>)> = wanted
        .map(|scenario| (scenario, scenario.executor.stages()))
        .filter(|(_, stages)| !stages.is_empty())
        .collect();
    let count: usize = staged.iter().map(|(_, stages)| stages.len()).sum();
    if count == 0 {
        return Err(refused("no scenario has stages"));
    }
    if count > STAGES_MAX {
        return Err(refused(&format!("there are more than {STAGES_MAX} stages")));
    }
    let given: Vec<String> = tags.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    let names_scenario = staged.len() > 1 && only.is_none();
    let keys = staged.iter().flat_map(|(scenario, stages)| {
        let given = &given;
        let metric = &metric;
        stages.iter().map(move |stage| {
            let scenario = names_scenario.then(|| format!("scenario:{}", scenario.name));
            let tags: Vec<String> =
                given.iter().cloned().chain(scenario).chain([format!("{TAG}:{stage}")]).collect();
            format!("{metric}{{{}}}", tags.join(","))
        })
    });
    Ok(keys.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    fn stage(secs: u64) -> Stage {
        Stage { duration: Duration::from_secs(secs), target: 1 }
    }

    #[test]
    fn moments_belong_to_stages() {
        let ramp = Executor::RampingVus {
            start_vus: 0,
            stages: vec![stage(2), stage(0), stage(3), stage(0)],
            graceful_ramp_down: Duration::ZERO,
        };
        let check = |millis, expected| {
            assert_eq!(ramp.stage_at(Duration::from_millis(millis)), expected, "{millis}");
        };
        check(0, Some(0));
        check(1_999, Some(0));
        check(2_000, Some(2));
        check(5_000, Some(2));
        let steady = Executor::ConstantVus { vus: 1, duration: Duration::from_secs(1) };
        assert_eq!(steady.stage_at(Duration::ZERO), None);
    }

    fn scenarios(stages: &[(&str, usize)]) -> Vec<Scenario> {
        let list: serde_json::Map<String, serde_json::Value> = stages
            .iter()
            .map(|(name, count)| {
                let stages = vec![serde_json::json!({ "duration": "1s", "target": 1 }); *count];
                let ramp = serde_json::json!({ "executor": "ramping-vus", "stages": stages });
                let steady = serde_json::json!({ "executor": "constant-vus", "duration": "1s" });
                ((*name).to_owned(), if *count > 0 { ramp } else { steady })
            })
            .collect();
        let (options, _) = Options::from_script(&serde_json::json!({ "scenarios": list })).unwrap();
        options.scenarios.unwrap().into_values().collect()
    }

    #[test]
    fn thresholds_are_judged_for_each_stage() {
        let check = |key: &str, stages: &[(&str, usize)], expected: Result<&[&str], &str>| {
            let wanted = serde_json::json!({ "thresholds": {
                key: [{ "threshold": "count>0", "perStage": true }], "plain": ["count>1"]
            } });
            let (options, _) = Options::from_script(&wanted).unwrap();
            let found = judged_by_stage(&options.thresholds.unwrap(), &scenarios(stages));
            match expected {
                Ok(keys) => {
                    let found: Vec<String> = found.unwrap().into_keys().filter(|k| k != "plain").collect();
                    assert_eq!(found, keys, "{key}");
                }
                Err(why) => assert!(found.unwrap_err().to_string().ends_with(why), "{key}"),
            }
        };
        check("m", &[("a", 2), ("s", 0)], Ok(&["m{stage:0}", "m{stage:1}"]));
        check("m{x:y}", &[("a", 1)], Ok(&["m{x:y,stage:0}"]));
        check("m", &[("a", 1), ("b", 1)], Ok(&["m{scenario:a,stage:0}", "m{scenario:b,stage:0}"]));
        check("m{scenario:b}", &[("a", 2), ("b", 1)], Ok(&["m{scenario:b,stage:0}"]));
        check("m", &[("s", 0)], Err("no scenario has stages"));
        check("vus", &[("a", 1)], Err("not measured by stage"));
    }
}
