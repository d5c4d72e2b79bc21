//! The load of our own plans: the executors that scripts have, and load steps one after the other.
//!
//! Main function: [`scenarios`]. It gives the scenarios as the options of a run have them, in JSON.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::reader::Reader;
use crate::random::Random;
use crate::yaml::{Node, Spot, Yaml};

/// Keys of a scenario that go to the executor as they are; `step_count` is the executor's `steps`.
pub(super) const OF_EXECUTORS: [&str; 18] = [
    "executor",
    "vus",
    "duration",
    "iterations",
    "maxDuration",
    "startVUs",
    "stages",
    "gracefulRampDown",
    "rate",
    "timeUnit",
    "preAllocatedVUs",
    "maxVUs",
    "startRate",
    "stepRate",
    "stepDuration",
    "step_count",
    "startTime",
    "gracefulStop",
];
/// Steps of a random load, at most.
const RANDOM_STEPS_MAX: u64 = 10_000;
/// Users that are ready before the first request, at most.
const READY_MAX: u64 = 100;

/// What load steps drive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Drive {
    /// Iterations start at a rate.
    Rate,
    /// Users iterate.
    Users,
}

/// One straight part of a load.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// A rate as iterations and the time for them, or users.
    level: Level,
    /// It is reached in a straight line, not at once.
    is_ramp: bool,
    length: Duration,
    at: Spot,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Level {
    Rate(u64, Duration),
    Users(u64),
    /// As what stands before it.
    Pause,
}

/// The scenarios that a load means, by name, each with what drives it.
pub(super) fn scenarios(
    reader: &mut Reader,
    name: &str,
    load: &Node,
    users_max: Option<u64>,
    seed: u64,
) -> Vec<(String, Map<String, Json>)> {
    let mut parts = Vec::new();
    for (at, item) in reader.items(load).iter().enumerate() {
        reader.within(&format!("[{at}]"), |reader| {
            part(reader, item, seed.wrapping_add(at as u64), &mut parts);
        });
    }
    if parts.is_empty() {
        if reader.notes.is_empty() {
            reader.wrong(load.at, "a load has at least one step");
        }
        return Vec::new();
    }
    let groups = grouped(&parts);
    let single = groups.len() == 1;
    let mut start = Duration::ZERO;
    let mut made = Vec::new();
    for (number, (drive, parts)) in groups.iter().enumerate() {
        let mut scenario = match drive {
            Drive::Users => by_users(parts),
            Drive::Rate => by_rate(reader, parts, users_max),
        };
        scenario.insert("startTime".to_owned(), json!(millis(start)));
        start += parts.iter().map(|part| part.length).sum::<Duration>();
        let name = if single { name.to_owned() } else { format!("{name}_{}", number + 1) };
        made.push((name, scenario));
    }
    made
}

fn millis(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}

/// Reads one load step, which may mean several parts.
fn part(reader: &mut Reader, node: &Node, seed: u64, parts: &mut Vec<Part>) {
    let Some(members) = reader.members(node, "load") else { return };
    let mut kinds = members.iter();
    let Some((kind, at, value)) = kinds.next() else {
        return reader.wrong(node.at, "an empty load step");
    };
    if let Some((more, at, _)) = kinds.next() {
        reader.wrong(*at, format!("a load step is one thing: '{kind}' or '{more}'"));
    }
    let at = *at;
    reader.within(kind, |reader| match kind.as_str() {
        "pause" => {
            let length = match &value.value {
                Yaml::Map(_) => {
                    let length = reader.members(value, "pause").and_then(|members| members.get("for"));
                    length.map(|node| reader.time(node)).unwrap_or_default()
                }
                _ => reader.time(value),
            };
            parts.push(Part { level: Level::Pause, is_ramp: false, length, at });
        }
        "inject" => rate_part(reader, value, "inject", at, parts),
        "ramp" => rate_part(reader, value, "ramp", at, parts),
        "keep_constant" => {
            let Some(members) = reader.members(value, "keep_constant") else { return };
            let users =
                needed(reader, value, members.get("users"), "users").map_or(0, |node| reader.whole(node, 1));
            let length = length_of(reader, value, members.get("for"));
            parts.push(Part { level: Level::Users(users), is_ramp: false, length, at });
        }
        "inject_random" => random_part(reader, value, seed, at, parts),
        _ => {}
    });
}

fn needed<'n>(reader: &mut Reader, node: &Node, found: Option<&'n Node>, key: &str) -> Option<&'n Node> {
    if found.is_none() && matches!(node.value, Yaml::Map(_)) {
        reader.wrong(node.at, format!("'{key}' is missing here"));
    }
    found
}

fn length_of(reader: &mut Reader, node: &Node, found: Option<&Node>) -> Duration {
    needed(reader, node, found, "for").map(|node| reader.time(node)).unwrap_or_default()
}

fn rate_part(reader: &mut Reader, node: &Node, kind: &'static str, at: Spot, parts: &mut Vec<Part>) {
    let Some(members) = reader.members(node, kind) else { return };
    let every = members.get("every").map_or(Duration::from_secs(1), |node| reader.time(node));
    let level = match (members.get("rate"), members.get("users")) {
        (Some(rate), None) => Level::Rate(reader.whole(rate, 0), every),
        (None, Some(users)) => Level::Users(reader.whole(users, 0)),
        (None, None) if kind == "inject" => return reader.wrong(node.at, "'rate' is missing here"),
        _ => return reader.wrong(node.at, "a ramp goes to a 'rate' or to 'users'"),
    };
    if every.is_zero() {
        return reader.wrong(node.at, "'every' is a time above 0");
    }
    let length = length_of(reader, node, members.get("for"));
    parts.push(Part { level, is_ramp: kind == "ramp", length, at });
}

/// A rate that changes by chance: the same seed gives the same rates.
fn random_part(reader: &mut Reader, node: &Node, seed: u64, at: Spot, parts: &mut Vec<Part>) {
    let Some(members) = reader.members(node, "inject_random") else { return };
    let from = needed(reader, node, members.get("from"), "from").map_or(0, |node| reader.whole(node, 0));
    let to = needed(reader, node, members.get("to"), "to").map_or(0, |node| reader.whole(node, from));
    let every = members.get("every").map_or(Duration::from_secs(1), |node| reader.time(node));
    let mut left = length_of(reader, node, members.get("for"));
    if every.is_zero() || left.as_nanos() / every.as_nanos() > u128::from(RANDOM_STEPS_MAX) {
        return reader
            .wrong(node.at, format!("the rate may change {RANDOM_STEPS_MAX} times; make 'every' longer"));
    }
    let mut random = Random::new(seed, 1);
    while !left.is_zero() {
        let rate = from + random.below(to.saturating_sub(from) + 1);
        let length = every.min(left);
        parts.push(Part { level: Level::Rate(rate, every), is_ramp: false, length, at });
        left -= length;
    }
}

/// Parts that one executor can drive, together.
fn grouped(parts: &[Part]) -> Vec<(Drive, Vec<Part>)> {
    let mut groups: Vec<(Drive, Vec<Part>)> = Vec::new();
    let mut waiting: Vec<Part> = Vec::new();
    for part in parts {
        let drive = match part.level {
            Level::Rate(..) => Drive::Rate,
            Level::Users(_) => Drive::Users,
            Level::Pause => match groups.last_mut() {
                Some((_, parts)) => {
                    parts.push(*part);
                    continue;
                }
                None => {
                    waiting.push(*part);
                    continue;
                }
            },
        };
        match groups.last_mut() {
            Some((last, parts)) if *last == drive => parts.push(*part),
            _ => {
                let mut parts = std::mem::take(&mut waiting);
                parts.push(*part);
                groups.push((drive, parts));
            }
        }
    }
    if groups.is_empty() && !waiting.is_empty() {
        groups.push((Drive::Users, waiting));
    }
    groups
}

/// Stages: a jump to each level that is not ramped to.
fn stages(parts: &[Part], level: impl Fn(Level) -> u64) -> Vec<Json> {
    let mut stages = Vec::new();
    for part in parts {
        let target = level(part.level);
        if !part.is_ramp {
            stages.push(json!({ "duration": "0s", "target": target }));
        }
        stages.push(json!({ "duration": millis(part.length), "target": target }));
    }
    stages
}

fn by_users(parts: &[Part]) -> Map<String, Json> {
    let level = |level| if let Level::Users(users) = level { users } else { 0 };
    if let [Part { level: Level::Users(users), is_ramp: false, length, .. }] = parts {
        return object(json!({ "executor": "constant-vus", "vus": users, "duration": millis(*length) }));
    }
    object(json!({
        "executor": "ramping-vus",
        "startVUs": 0,
        "stages": stages(parts, level),
        "gracefulRampDown": "30s",
    }))
}

fn by_rate(reader: &mut Reader, parts: &[Part], users_max: Option<u64>) -> Map<String, Json> {
    let Some(unit) = common_unit(parts) else {
        reader.wrong(parts[0].at, "these rates have no common unit of time; write them for the same 'every'");
        return Map::new();
    };
    let level = |level| match level {
        Level::Rate(rate, every) => in_unit(rate, every, unit).unwrap_or(0),
        _ => 0,
    };
    let per_second = |part: &Part| level(part.level) as f64 / unit.as_secs_f64();
    let fastest = parts.iter().map(per_second).fold(0.0, f64::max).ceil() as u64;
    let ready = users_max.unwrap_or(READY_MAX).min(fastest.clamp(1, READY_MAX));
    let most = users_max.map_or(json!("auto"), |most| json!(most));
    let common = json!({ "timeUnit": millis(unit), "preAllocatedVUs": ready, "maxVUs": most });
    let mut scenario = match parts {
        [Part { is_ramp: false, length, level: Level::Rate(..), .. }] if level(parts[0].level) > 0 => {
            object(json!({
                "executor": "constant-arrival-rate",
                "rate": level(parts[0].level),
                "duration": millis(*length),
            }))
        }
        _ => object(json!({
            "executor": "ramping-arrival-rate",
            "startRate": 0,
            "stages": stages(parts, level),
        })),
    };
    scenario.extend(object(common));
    scenario
}

/// A unit of time in which all rates are whole numbers.
fn common_unit(parts: &[Part]) -> Option<Duration> {
    let usual = [1, 60, 3_600, 86_400].map(Duration::from_secs);
    let own = parts.iter().filter_map(|part| match part.level {
        Level::Rate(_, every) => Some(every),
        _ => None,
    });
    usual.into_iter().chain(own).find(|unit| {
        parts.iter().all(|part| match part.level {
            Level::Rate(rate, every) => in_unit(rate, every, *unit).is_some(),
            _ => true,
        })
    })
}

fn in_unit(rate: u64, every: Duration, unit: Duration) -> Option<u64> {
    let whole = u128::from(rate) * unit.as_nanos();
    whole.is_multiple_of(every.as_nanos()).then(|| u64::try_from(whole / every.as_nanos()).ok())?
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

/// The executor that a scenario names itself; `None` when it names none.
pub(super) fn own_executor(scenario: &super::reader::Members<'_>) -> Option<Map<String, Json>> {
    scenario.get("executor")?;
    let members = scenario.iter().filter(|(key, ..)| OF_EXECUTORS.contains(&key.as_str()));
    Some(
        members
            .map(|(key, _, value)| {
                let key = if key == "step_count" { "steps" } else { key.as_str() };
                (key.to_owned(), value.to_json())
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn reader() -> Reader {
        let folder = std::path::PathBuf::from("none");
        let reach = crate::import::Reach::new(&folder, false);
        Reader::new("t", folder, std::collections::BTreeMap::new(), reach)
    }

    fn check(text: &str, wanted: &Json) {
        let mut reader = reader();
        let made = scenarios(&mut reader, "all", &yaml::parse(text).expect("it is YAML"), None, 7);
        let made: Map<String, Json> =
            made.into_iter().map(|(name, object)| (name, Json::Object(object))).collect();
        assert_eq!(reader.notes, [], "{text}");
        assert_eq!(Json::Object(made), *wanted, "{text}");
    }

    #[test]
    fn steps_become_executors() {
        check(
            "[{inject: {rate: 10, for: 30s}}]",
            &json!({ "all": { "executor": "constant-arrival-rate", "rate": 10, "duration": "30000ms", "timeUnit": "1000ms",
                "preAllocatedVUs": 10, "maxVUs": "auto", "startTime": "0ms" } }),
        );
        check(
            "[{keep_constant: {users: 5, for: 1m}}]",
            &json!({ "all": { "executor": "constant-vus", "vus": 5, "duration": "60000ms", "startTime": "0ms" } }),
        );
        check(
            "[{ramp: {users: 5, for: 10s}}, {pause: 1s}, {inject: {rate: 1, every: 3s, for: 9s}}]",
            &json!({
                "all_1": { "executor": "ramping-vus", "startVUs": 0, "gracefulRampDown": "30s", "startTime": "0ms", "stages": [
                    { "duration": "10000ms", "target": 5 }, { "duration": "0s", "target": 0 }, { "duration": "1000ms", "target": 0 } ] },
                "all_2": { "executor": "constant-arrival-rate", "rate": 20, "timeUnit": "60000ms", "duration": "9000ms",
                    "preAllocatedVUs": 1, "maxVUs": "auto", "startTime": "11000ms" },
            }),
        );
    }

    #[test]
    fn a_random_load_is_the_same_each_time_and_stays_within_its_bounds() {
        let text = "[{inject_random: {from: 2, to: 4, every: 1s, for: 5500ms}}]";
        let made = || {
            let mut reader = reader();
            scenarios(&mut reader, "all", &yaml::parse(text).expect("it is YAML"), None, 7)
        };
        let stages = made()[0].1["stages"].as_array().expect("stages").clone();
        assert_eq!(made()[0].1["stages"], Json::Array(stages.clone()));
        assert_eq!(stages.len(), 12);
        assert!(
            stages.iter().all(|stage| (2..=4).contains(&stage["target"].as_u64().unwrap())),
            "{stages:?}"
        );
    }
}
