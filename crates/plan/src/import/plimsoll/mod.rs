//! Our own plans, `plimsoll.yaml`.
//!
//! Main item: [`FORMAT`]. A mistake is told with file, line, column and the nearest valid key; nothing that is not
//! understood is passed over.

mod checks;
mod data;
pub(crate) mod expression;
mod load;
mod multipart;
mod reader;
mod request;
mod steps;

use std::collections::HashMap;

use model::Options;
use serde_json::{Map, Value as Json, json};

use super::{Document, Format, Look, Refused, Source};
use crate::expr::Expr;
use crate::note::Kind;
use crate::program::{Flow, Mix, Plan, Program};
use crate::step::{Block, Step};
use crate::yaml::{self, Node, Yaml};
use reader::{Members, Reader};
use steps::Common;

pub use reader::KEYS;

/// The row.
pub const FORMAT: Format =
    Format { name: "plimsoll", title: "Plimsoll", sniff, import, document, aliases: &[], missing: |_| None };

/// The version of the format that is read here.
const VERSION: u64 = 1;
/// What a plan does that names nothing else.
const MIX: &str = "default";

/// A plan says what it is in a key of its own.
fn sniff(look: &Look<'_>) -> bool {
    let head = look.head(64 * 1024).trim_start_matches('\u{feff}');
    let is_marked =
        |line: &str| line.starts_with("plimsoll:") || line.trim_start().starts_with("\"plimsoll\":");
    head.lines().any(is_marked) || look.name.ends_with("plimsoll.yaml") || look.name.ends_with("plimsoll.yml")
}

fn import(source: &Source) -> Result<Plan, Refused> {
    let mut reader = Reader::of(source);
    let node = parsed(&mut reader, source);
    let made = node.and_then(|node| read(&mut reader, &node));
    finished(reader, made).map(|(plan, _)| plan)
}

/// The document of a file; a mistake is noted.
fn parsed(reader: &mut Reader, source: &Source) -> Option<Node> {
    let Ok(text) = std::str::from_utf8(&source.bytes) else {
        reader.wrong(yaml::Spot::default(), "the file is not text in UTF-8");
        return None;
    };
    yaml::parse(text).map_err(|fault| reader.wrong(fault.at, fault.message)).ok()
}

/// What was read, unless there was a mistake.
fn finished(reader: Reader, made: Option<Made>) -> Result<Made, Refused> {
    let is_wrong = reader.notes.iter().any(|note| note.kind == Kind::Error);
    match made {
        Some((plan, scenarios)) if !is_wrong => Ok((Plan { notes: reader.notes, ..plan }, scenarios)),
        _ => Err(reader.notes.into()),
    }
}

/// A plan, and its scenarios as options have them.
type Made = (Plan, Map<String, Json>);

/// The file as it stands, once it was found to be a plan.
fn document(source: &Source) -> Result<Document, Refused> {
    let mut reader = Reader::of(source);
    let node = parsed(&mut reader, source);
    let made = node.as_ref().and_then(|node| read(&mut reader, node));
    let (plan, _) = finished(reader, made)?;
    Ok(Document { json: node.as_ref().map(Node::to_json).unwrap_or_default(), notes: plan.notes })
}

/// A plan that an importer says in our own words.
pub(crate) fn of_document(source: &Source, document: &Json) -> Result<Plan, Refused> {
    made_of(source, document).map(|(plan, _)| plan)
}

/// The scenarios of such a plan, as options have them.
pub(crate) fn scenarios(source: &Source, document: &Json) -> Result<Map<String, Json>, Refused> {
    made_of(source, document).map(|(_, scenarios)| scenarios)
}

fn made_of(source: &Source, document: &Json) -> Result<Made, Refused> {
    let mut reader = Reader::of(source);
    let made = read(&mut reader, &Node::of_json(document));
    finished(reader, made)
}

fn read(reader: &mut Reader, node: &Node) -> Option<Made> {
    let members = reader.members(node, "plan")?;
    if let Some(version) = members.get("plimsoll").filter(|node| reader.whole(node, 1) != VERSION) {
        reader.wrong(version.at, format!("this program reads version {VERSION} of plans"));
    }
    if members.get("plimsoll").is_none() {
        reader.wrong(node.at, format!("'plimsoll: {VERSION}' is missing: the version of the format"));
    }
    let seed = members.get("seed").map(|node| reader.whole(node, 0));
    let common = common(reader, &members);
    let mut program = Program { seed, log_failures: true, ..Program::default() };
    let first = variables(reader, &members);
    let scenarios = flows(reader, node, &members, &common, &mut program, &first, seed.unwrap_or(1));
    for (key, at) in [("before", 0), ("after", 1)] {
        let Some(steps) = members.get(key) else { continue };
        let steps = reader.within(key, |reader| steps::block(reader, steps, &common));
        let place = Some(program.flows.len());
        program.flows.push(Flow::new(format!("{key} the load"), with_first(&steps, &first)));
        if at == 0 { program.before = place } else { program.after = place }
    }
    if reader.uses_last {
        program.flows.iter_mut().for_each(|flow| flow.steps = keeping_answers(&flow.steps));
    }
    let options = options(reader, &members, scenarios.clone())?;
    Some((Plan::new(program, options), scenarios))
}

/// What requests have in common, and the data.
fn common(reader: &mut Reader, members: &Members<'_>) -> Common {
    let base = members.get("base").map(|node| reader.text(node));
    let base = match base {
        None => String::new(),
        Some(text) => text.constant().map(str::to_owned).unwrap_or_else(|| {
            let node = members.get("base").expect("it was there a line above");
            reader.wrong(node.at, "the base is the same for all users: only 'env.NAME' may stand in it");
            String::new()
        }),
    };
    let mut common = Common {
        base,
        headers: Vec::new(),
        timeout: None,
        redirects: None,
        version: net::VersionPreference::Auto,
        tables: HashMap::new(),
    };
    if let Some(http) = members.get("http") {
        reader.within("http", |reader| {
            let Some(members) = reader.members(http, "http") else { return };
            for (key, _, value) in members.iter() {
                match key.as_str() {
                    "headers" => common.headers = request::headers(reader, value),
                    "timeout" => common.timeout = Some(reader.time(value)),
                    "redirects" => {
                        common.redirects = Some(u32::try_from(reader.whole(value, 0)).unwrap_or(u32::MAX));
                    }
                    "version" => common.version = request::version(reader, value),
                    _ => {}
                }
            }
        });
    }
    if let Some(Node { value: Yaml::Map(tables), .. }) = members.get("data") {
        for (name, _, table) in tables {
            let read = reader.within(&format!("data.{name}"), |reader| data::table(reader, table));
            common.tables.extend(read.map(|table| (name.clone(), table)));
        }
    }
    common
}

/// Steps that give a user its first variables, in every iteration anew.
fn variables(reader: &mut Reader, members: &Members<'_>) -> Option<Step> {
    let node = members.get("variables")?;
    let Yaml::Map(variables) = &node.value else {
        reader.expected(node, "a mapping of variables");
        return None;
    };
    let pairs = variables.iter().map(|(name, _, value)| {
        let expr: Expr = reader.within(&format!("variables.{name}"), |reader| reader.value(value));
        (name.as_str().into(), expr)
    });
    Some(Step::Set(pairs.collect()))
}

fn with_first(steps: &Block, first: &Option<Step>) -> Block {
    first.iter().cloned().chain(steps.iter().cloned()).collect()
}

/// Reads the flows; the result is the scenarios of the run.
fn flows(
    reader: &mut Reader,
    node: &Node,
    members: &Members<'_>,
    common: &Common,
    program: &mut Program,
    first: &Option<Step>,
    seed: u64,
) -> Map<String, Json> {
    let mut scenarios = Map::new();
    let mut mix = Vec::new();
    match (members.get("steps"), members.get("scenarios")) {
        (Some(steps), None) => {
            let steps = reader.within("steps", |reader| steps::block(reader, steps, common));
            mix.push((1.0, program.flows.len()));
            program.flows.push(Flow::new("steps", with_first(&steps, first)));
        }
        (None, Some(Node { value: Yaml::Map(list), .. })) => {
            for (name, _, scenario) in list {
                reader.within(&format!("scenarios.{name}"), |reader| {
                    let Some(members) = reader.members(scenario, "scenario") else { return };
                    let steps = members.get("steps");
                    if steps.is_none() {
                        reader.wrong(scenario.at, "'steps' is missing here");
                    }
                    let steps =
                        steps.map(|node| reader.within("steps", |reader| steps::block(reader, node, common)));
                    let place = program.flows.len();
                    program
                        .flows
                        .push(Flow::new(name.as_str(), with_first(&steps.unwrap_or_default(), first)));
                    let own = own_load(reader, name, scenario, &members, seed);
                    if own.is_empty() {
                        mix.push((members.get("weight").map_or(1.0, |node| reader.number(node)), place));
                    }
                    for (title, mut scenario) in own {
                        scenario.insert("exec".to_owned(), json!(name));
                        scenarios.insert(title, Json::Object(scenario));
                    }
                });
            }
        }
        (None, Some(other)) => reader.expected(other, "a mapping of scenarios"),
        (None, None) => reader.wrong(node.at, "there is nothing to do: 'steps' or 'scenarios' is missing"),
        (Some(_), Some(other)) => reader.wrong(other.at, "a plan has 'steps' or 'scenarios', not both"),
    }
    if !mix.is_empty() {
        if mix.iter().all(|(weight, _)| *weight == 0.0) {
            reader.wrong(node.at, "all weights are 0");
        }
        program.mixes.push(Mix { name: MIX.into(), parts: mix });
        let whole = match members.get("load") {
            Some(load) => reader.within("load", |reader| load::scenarios(reader, MIX, load, None, seed)),
            // Once through, so that a plan can be tried out.
            None => {
                vec![(MIX.to_owned(), Map::from_iter([("executor".to_owned(), json!("per-vu-iterations"))]))]
            }
        };
        for (title, mut scenario) in whole {
            scenario.insert("exec".to_owned(), json!(MIX));
            scenarios.insert(title, Json::Object(scenario));
        }
    } else if let Some(load) = members.get("load") {
        reader.wrong(load.at, "every scenario has a load of its own, so this one drives nothing");
    }
    scenarios
}

/// The load of one scenario, when it has one of its own.
fn own_load(
    reader: &mut Reader,
    name: &str,
    node: &Node,
    members: &Members<'_>,
    seed: u64,
) -> Vec<(String, Map<String, Json>)> {
    let users_max = members.get("users_max").map(|node| reader.whole(node, 1));
    let mut own = match (members.get("load"), load::own_executor(members)) {
        (Some(load), None) => {
            reader.within("load", |reader| load::scenarios(reader, name, load, users_max, seed))
        }
        (None, Some(executor)) => vec![(name.to_owned(), executor)],
        (Some(load), Some(_)) => {
            reader.wrong(load.at, "a scenario has a 'load' or an 'executor', not both");
            Vec::new()
        }
        (None, None) => Vec::new(),
    };
    if !own.is_empty() && members.get("weight").is_some() {
        reader.wrong(node.at, "a weight is for scenarios without a load of their own");
    }
    if let Some(tags) = members.get("tags") {
        for (_, scenario) in &mut own {
            scenario.insert("tags".to_owned(), tags.to_json());
        }
    }
    own
}

/// The options of the run.
fn options(reader: &mut Reader, members: &Members<'_>, scenarios: Map<String, Json>) -> Option<Options> {
    let mut options = match members.get("options").map(Node::to_json) {
        Some(Json::Object(options)) => options,
        None | Some(Json::Null) => Map::new(),
        Some(_) => {
            let node = members.get("options").expect("it was there a line above");
            reader.expected(node, "a mapping of options");
            Map::new()
        }
    };
    for key in ["thresholds", "tags"] {
        options.extend(members.get(key).map(|node| (key.to_owned(), node.to_json())));
    }
    options.insert("scenarios".to_owned(), Json::Object(scenarios));
    match Options::from_script(&Json::Object(options)) {
        Ok((options, warnings)) => {
            let at = members.get("options").map_or(members.at, |node| node.at);
            for warning in warnings {
                let more = warning.error.map(|error| format!(": {error}")).unwrap_or_default();
                reader.wrong(at, format!("{}{more}", warning.message));
            }
            Some(options)
        }
        Err(error) => {
            // What is wrong is mostly with the load, which the message names.
            let place = ["thresholds", "options", "scenarios"].iter().find_map(|key| members.get(key));
            reader.wrong(place.map_or(members.at, |node| node.at), error.to_string());
            None
        }
    }
}

/// Steps whose requests keep their answers for later steps.
fn keeping_answers(steps: &[Step]) -> Block {
    use crate::step::{Choice, Loop};
    let kept = |steps: &Block| keeping_answers(steps);
    let each = steps.iter().map(|step| match step {
        Step::Request(request) => {
            let mut request = (**request).clone();
            request.keep_body = true;
            Step::Request(request.into())
        }
        Step::Loop(round) => Step::Loop(Loop { body: kept(&round.body), ..round.clone() }),
        Step::While(condition, body) => Step::While(condition.clone(), kept(body)),
        Step::If(condition, then, other) => Step::If(condition.clone(), kept(then), kept(other)),
        Step::Group(name, body) => Step::Group(name.clone(), kept(body)),
        Step::Parallel(blocks, limit) => Step::Parallel(blocks.iter().map(kept).collect(), *limit),
        Step::Choice(Choice::Weighted(blocks)) => Step::Choice(Choice::Weighted(
            blocks.iter().map(|(weight, block)| (*weight, kept(block))).collect(),
        )),
        other => other.clone(),
    });
    each.collect()
}

#[cfg(test)]
mod tests;
