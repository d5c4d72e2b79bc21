//! The steps of our own plans.
//!
//! Main function: [`block`]. What is sent and expected by a request stands in `request`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use model::Level;

use super::data::{Table, Take};
use super::reader::Reader;
use super::request;
use crate::expr::Expr;
use crate::step::{Block, Choice, Loop, Next, Step, Think, Times};
use crate::value::Value;
use crate::yaml::{Node, Spot, Yaml};

/// What requests of a plan have in common.
pub(super) struct Common {
    /// What relative addresses begin with.
    pub base: String,
    /// Headers of every request.
    pub headers: Vec<crate::request::Header>,
    /// For every request.
    pub timeout: Option<Duration>,
    /// For every request.
    pub redirects: Option<u32>,
    /// For every request.
    pub version: net::VersionPreference,
    /// Data by name.
    pub tables: HashMap<String, Arc<Table>>,
}

/// Reads steps.
pub(super) fn block(reader: &mut Reader, node: &Node, common: &Common) -> Block {
    let mut steps = Vec::new();
    for (at, item) in reader.items(node).iter().enumerate() {
        reader.within(&format!("[{at}]"), |reader| steps.extend(step(reader, item, common)));
    }
    steps.into()
}

fn step(reader: &mut Reader, node: &Node, common: &Common) -> Option<Step> {
    // `- break` is written without more ado.
    if let Yaml::Text(word) = &node.value {
        match word.as_str() {
            "break" => return Some(Step::Go(Next::Break)),
            "continue" => return Some(Step::Go(Next::Continue)),
            _ => {}
        }
    }
    let members = reader.members(node, "step")?;
    let mut kinds = members.iter();
    let (kind, at, value) = kinds.next()?;
    if let Some((more, at, _)) = kinds.next() {
        reader.wrong(*at, format!("a step is one thing: '{kind}' or '{more}'; is a '-' missing?"));
    }
    reader.within(kind, |reader| one(reader, kind, *at, value, common))
}

fn one(reader: &mut Reader, kind: &str, at: Spot, node: &Node, common: &Common) -> Option<Step> {
    Some(match kind {
        "get" | "post" | "put" | "patch" | "delete" | "head" | "options" => {
            Step::Request(request::read(reader, node, Some(&kind.to_uppercase()), common)?.into())
        }
        "request" => Step::Request(request::read(reader, node, None, common)?.into()),
        "think" => Step::Think(think(reader, node)?),
        "set" => set(reader, node)?,
        "log" => Step::Log(Level::Info, reader.text(node)),
        "fail" => Step::Fail(reader.text(node)),
        "loop" => round(reader, node, common)?,
        "while" => {
            let members = reader.members(node, "while")?;
            let condition = condition(reader, node, members.get("condition"));
            Step::While(condition, steps_of(reader, node, members.get("steps"), common))
        }
        "if" => {
            let members = reader.members(node, "if")?;
            let condition = condition(reader, node, members.get("condition"));
            let branch = |reader: &mut Reader, key: &str| {
                let steps = members.get(key);
                steps.map_or_else(
                    || Block::from([]),
                    |node| reader.within(key, |reader| block(reader, node, common)),
                )
            };
            Step::If(condition, branch(reader, "then"), branch(reader, "else"))
        }
        "choose" => choice(reader, node, common),
        "parallel" => parallel(reader, node, common)?,
        "group" => {
            let members = reader.members(node, "group")?;
            let Some(name) = members.get("name").map(|node| reader.text(node)) else {
                reader.wrong(node.at, "'name' is missing here");
                return None;
            };
            Step::Group(name, steps_of(reader, node, members.get("steps"), common))
        }
        "feed" => {
            let name = reader.plain(node);
            let Some(table) = common.tables.get(&name) else {
                reader.wrong(node.at, unknown("data", &name, common.tables.keys()));
                return None;
            };
            Step::Own(Arc::new(Take(Arc::clone(table))))
        }
        "stop" => Step::Go(match reader.plain(node).as_str() {
            "iteration" => Next::End { failed: false },
            "user" => Next::StopUser,
            "test" => Next::StopTest("the plan stopped the test".to_owned()),
            other => {
                reader
                    .wrong(node.at, format!("'{other}' cannot be stopped; known are iteration, user, test"));
                return None;
            }
        }),
        "break" => Step::Go(Next::Break),
        "continue" => Step::Go(Next::Continue),
        _ => {
            debug_assert!(
                reader.notes.iter().any(|note| note.place.line == at.line),
                "unknown keys are mistakes"
            );
            return None;
        }
    })
}

/// What is said of a name that nothing has.
pub(super) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a String>) -> String {
    let mut known: Vec<&str> = known.map(String::as_str).collect();
    known.sort_unstable();
    match model::nearest::nearest(name, &known) {
        Some(near) => format!("there is no {what} '{name}'; did you mean '{near}'?"),
        None if known.is_empty() => format!("there is no {what} '{name}'"),
        None => format!("there is no {what} '{name}'; known are {}", known.join(", ")),
    }
}

fn condition(reader: &mut Reader, node: &Node, found: Option<&Node>) -> Expr {
    match found {
        Some(node) => reader.condition(node),
        None => {
            reader.wrong(node.at, "'condition' is missing here");
            Expr::Constant(Value::Bool(false))
        }
    }
}

fn steps_of(reader: &mut Reader, node: &Node, found: Option<&Node>, common: &Common) -> Block {
    match found {
        Some(steps) => reader.within("steps", |reader| block(reader, steps, common)),
        None => {
            reader.wrong(node.at, "'steps' is missing here");
            Block::from([])
        }
    }
}

fn think(reader: &mut Reader, node: &Node) -> Option<Think> {
    if let Yaml::Map(_) = node.value {
        let members = reader.members(node, "think")?;
        let (Some(from), Some(to)) = (members.get("from"), members.get("to")) else {
            reader.wrong(node.at, "a think time goes 'from' one time 'to' another");
            return None;
        };
        let (from, to) = (reader.time(from), reader.time(to));
        return Some(Think::Between(from, to.max(from)));
    }
    match &node.value {
        Yaml::Text(text) if text.contains("{{") => Some(Think::Seconds(reader.value(node))),
        _ => Some(Think::For(reader.time(node))),
    }
}

fn set(reader: &mut Reader, node: &Node) -> Option<Step> {
    let Yaml::Map(members) = &node.value else {
        reader.expected(node, "a mapping of variables");
        return None;
    };
    let pairs = members.iter().map(|(name, _, value)| (Arc::from(name.as_str()), reader.value(value)));
    Some(Step::Set(pairs.collect()))
}

fn round(reader: &mut Reader, node: &Node, common: &Common) -> Option<Step> {
    let members = reader.members(node, "loop")?;
    let name = |reader: &mut Reader, key: &str| members.get(key).map(|node| Arc::from(reader.plain(node)));
    let times = match (members.get("times"), members.get("for"), members.get("over")) {
        (Some(times), None, None) => Times::Count(reader.value(times)),
        (None, Some(time), None) => Times::For(reader.time(time)),
        (None, None, Some(list)) => {
            let element = name(reader, "as").unwrap_or_else(|| Arc::from("item"));
            Times::Over(reader.value(list), element)
        }
        (None, None, None) => Times::Forever,
        _ => {
            reader.wrong(node.at, "a loop has one of 'times', 'for' and 'over'");
            return None;
        }
    };
    let counter = name(reader, "counter");
    let body = steps_of(reader, node, members.get("steps"), common);
    Some(Step::Loop(Loop { times, counter, body }))
}

fn choice(reader: &mut Reader, node: &Node, common: &Common) -> Step {
    let mut blocks = Vec::new();
    for (at, item) in reader.items(node).iter().enumerate() {
        reader.within(&format!("[{at}]"), |reader| {
            let Some(members) = reader.members(item, "choice") else { return };
            let weight = members.get("weight").map_or(1, |node| reader.whole(node, 0));
            let steps = steps_of(reader, item, members.get("steps"), common);
            blocks.push((u32::try_from(weight).unwrap_or(u32::MAX), steps));
        });
    }
    Step::Choice(Choice::Weighted(blocks.into()))
}

fn parallel(reader: &mut Reader, node: &Node, common: &Common) -> Option<Step> {
    let (list, limit) = match &node.value {
        Yaml::Map(_) => {
            let members = reader.members(node, "parallel")?;
            let limit = members.get("limit").map_or(0, |node| reader.whole(node, 0));
            let Some(list) = members.get("branches") else {
                reader.wrong(node.at, "'branches' is missing here");
                return None;
            };
            (list, usize::try_from(limit).unwrap_or(0))
        }
        _ => (node, 0),
    };
    let mut blocks = Vec::new();
    for (at, item) in reader.items(list).iter().enumerate() {
        // A single step is a branch of one.
        blocks.push(reader.within(&format!("[{at}]"), |reader| match &item.value {
            Yaml::List(_) => block(reader, item, common),
            _ => step(reader, item, common).into_iter().collect(),
        }));
    }
    Some(Step::Parallel(blocks.into(), limit))
}
