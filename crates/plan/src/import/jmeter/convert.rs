//! A plan of JMeter as a plan of our own, as far as that has words for it.
//!
//! Main function: [`document`]. Groups become scenarios, samplers requests, extractors captures, assertions checks,
//! timers think times. Scripts, listeners and what only JMeter knows are left out with a note.

mod elements;
mod texts;

use serde_json::{Map, Value as Json, json};

use super::document::{self, Element, Prop};
use super::encoding;
use crate::convert::{Scribe, escaped, with_base};
use crate::import::{Document, Refused, Source};
use crate::note::{Kind, Note};

/// How long users go on whose group names no end.
const LONGEST: &str = "24h";

/// The plan in our words.
///
/// # Errors
/// When it is no plan.
pub(super) fn document(source: &Source) -> Result<Document, Refused> {
    let text = String::from_utf8(source.bytes.clone())
        .unwrap_or_else(|error| encoding::decode(error.as_bytes(), "ISO-8859-1"));
    let read = document::read(&source.name, &text).map_err(|note| Refused::because(*note))?;
    let mut properties = Map::new();
    for given in source.flag_values("jmeter-property") {
        if let Some((name, value)) = given.split_once('=') {
            properties.insert(name.to_owned(), value.into());
        }
    }
    let mut writer = Writer {
        source,
        scribe: Scribe { notes: read.notes },
        properties,
        variables: Map::new(),
        data: Map::new(),
        keeps_cookies: false,
        has_cookies: false,
    };
    let Some(plan) = read.roots.iter().find(|root| root.class == "TestPlan") else {
        let place = read.roots.first().map(Element::place).unwrap_or_default();
        return Err(Refused::because(Note::new(Kind::Error, place, "there is no test plan in the file")));
    };
    let mut json = writer.plan(plan);
    with_base(&mut json);
    Ok(Document { json, notes: writer.scribe.notes })
}

struct Writer<'a> {
    source: &'a Source,
    scribe: Scribe,
    /// What `__P` gives.
    properties: Map<String, Json>,
    /// Variables of the plan, which are the same for all users.
    variables: Map<String, Json>,
    data: Map<String, Json>,
    /// Cookies outlive an iteration.
    keeps_cookies: bool,
    has_cookies: bool,
}

/// What holds for the samplers below an element.
#[derive(Clone, Default)]
struct Scope<'p> {
    defaults: Vec<&'p Element>,
    headers: Vec<&'p Element>,
    timers: Vec<&'p Element>,
    posts: Vec<&'p Element>,
    assertions: Vec<&'p Element>,
}

impl<'p> Scope<'p> {
    /// With what stands beside the samplers below an element.
    fn with(&self, children: &'p [Element]) -> Self {
        let mut scope = self.clone();
        for child in children.iter().filter(|child| child.enabled) {
            match child.class.as_str() {
                "ConfigTestElement" => scope.defaults.push(child),
                "HeaderManager" => scope.headers.push(child),
                class if class.ends_with("Timer") => scope.timers.push(child),
                class if class.ends_with("Extractor") || class == "JSONPostProcessor" => {
                    scope.posts.push(child);
                }
                class if class.ends_with("Assertion") => scope.assertions.push(child),
                _ => {}
            }
        }
        scope
    }
}

impl Writer<'_> {
    fn say(&mut self, kind: Kind, element: &Element, message: impl Into<String>) {
        self.scribe.say(kind, element.place(), message);
    }

    fn plan(&mut self, plan: &Element) -> Json {
        if let Some(given) = plan.inner("TestPlan.user_defined_variables") {
            self.take_variables(given);
        }
        for child in plan.children.iter().filter(|child| child.enabled && child.class == "Arguments") {
            self.take_variables(child);
        }
        let scope = Scope::default().with(&plan.children);
        let mut made = Map::from_iter([("plimsoll".to_owned(), json!(1))]);
        let (mut scenarios, mut before, mut after) = (Map::new(), Vec::new(), Vec::new());
        let is_group = |child: &&Element| child.enabled && child.class.ends_with("ThreadGroup");
        let alone = plan.children.iter().filter(is_group).count() == 1;
        let shared = self.feeds(&plan.children);
        self.look_at(&plan.children);
        for group in plan.children.iter().filter(is_group) {
            let mut steps = shared.clone();
            steps.extend(self.feeds(&group.children));
            self.look_at(&group.children);
            for child in group.children.iter().filter(|child| child.enabled && child.class == "Arguments") {
                self.take_variables(child);
            }
            steps.extend(self.steps(&group.children, &scope));
            match group.class.as_str() {
                "SetupThreadGroup" => before.extend(steps),
                "PostThreadGroup" => after.extend(steps),
                _ => {
                    let (load, first) = self.load(group, alone);
                    let mut scenario = load;
                    scenario.insert("steps".to_owned(), first.into_iter().chain(steps).collect());
                    let mut name: String = group
                        .name
                        .chars()
                        .map(
                            |letter| {
                                if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' }
                            },
                        )
                        .collect();
                    while name.is_empty() || scenarios.contains_key(&name) {
                        name.push('_');
                    }
                    scenarios.insert(name, Json::Object(scenario));
                }
            }
        }
        if self.keeps_cookies {
            made.insert("options".to_owned(), json!({ "noCookiesReset": true }));
        } else if !self.has_cookies {
            let text =
                "without a cookie manager JMeter sends no cookies; here users keep theirs for an iteration";
            self.say(Kind::Emulated, plan, text);
        }
        if !self.variables.is_empty() {
            made.insert("variables".to_owned(), Json::Object(self.variables.clone()));
        }
        if !self.data.is_empty() {
            made.insert("data".to_owned(), Json::Object(self.data.clone()));
        }
        for (key, steps) in [("before", before), ("after", after)] {
            if !steps.is_empty() {
                made.insert(key.to_owned(), Json::Array(steps));
            }
        }
        if scenarios.is_empty() {
            self.say(Kind::Emulated, plan, "there is no group of users that could be carried over");
            made.insert("steps".to_owned(), json!([]));
        } else {
            made.insert("scenarios".to_owned(), Json::Object(scenarios));
        }
        Json::Object(made)
    }

    fn take_variables(&mut self, arguments: &Element) {
        for argument in arguments.elements("Arguments.arguments") {
            let value = self.resolved(argument.text("Argument.value"));
            let value = self.template(arguments, &value);
            self.variables.insert(argument.text("Argument.name").to_owned(), value.into());
        }
    }

    /// What managers and other settings have to say.
    fn look_at(&mut self, children: &[Element]) {
        for child in children.iter().filter(|child| child.enabled) {
            match child.class.as_str() {
                "CookieManager" => {
                    self.has_cookies = true;
                    self.keeps_cookies |= !child.flag("CookieManager.clearEachIteration", false);
                    if !child.list("CookieManager.cookies").is_empty() {
                        self.say(Kind::Unsupported, child, "cookies that are given are not carried over");
                    }
                }
                class
                    if super::elements::ELEMENTS.iter().any(|row| {
                        row.class == class
                            && matches!(row.kind, super::elements::Kind::Config | super::elements::Kind::Pre)
                    }) && !["ConfigTestElement", "HeaderManager", "Arguments", "CSVDataSet"]
                        .contains(&class) =>
                {
                    self.say(Kind::Unsupported, child, format!("{class} is not carried over"));
                }
                _ => {}
            }
        }
    }

    /// How many users a group has and how long they go on; and a step with which each user begins.
    fn load(&mut self, group: &Element, alone: bool) -> (Map<String, Json>, Option<Json>) {
        if group.class != "ThreadGroup" {
            let text = format!("the load of {} is not carried over: one user does it once", group.class);
            self.say(Kind::Unsupported, group, text);
            let load = json!({ "executor": "per-vu-iterations", "vus": 1, "iterations": 1 });
            return (object(load), None);
        }
        let number = |writer: &Self, text: &str| writer.resolved(text).trim().parse::<u64>().ok();
        let users = number(self, group.text("ThreadGroup.num_threads")).unwrap_or(1).max(1);
        let ramp = number(self, group.text("ThreadGroup.ramp_time")).unwrap_or(0);
        let main = group.inner("ThreadGroup.main_controller");
        let loops = main.map_or(Some(1), |main| {
            let forever = main.flag("LoopController.continue_forever", false);
            let text = self.resolved(main.text_if("LoopController.loops").unwrap_or("1"));
            match text.trim().parse::<i64>() {
                Ok(loops) if loops >= 0 => Some(loops as u64),
                Ok(_) => None,
                Err(_) if forever => None,
                Err(_) => Some(1),
            }
        });
        let scheduled = group.flag("ThreadGroup.scheduler", false);
        let duration = number(self, group.text("ThreadGroup.duration")).filter(|_| scheduled);
        let mut load = match (loops, duration) {
            (Some(loops), duration) => {
                let most = duration.map_or(LONGEST.to_owned(), |seconds| format!("{seconds}s"));
                object(json!({
                    "executor": "per-vu-iterations", "vus": users, "iterations": loops.max(1), "maxDuration": most,
                }))
            }
            (None, duration) => {
                let seconds = duration.unwrap_or(86_400);
                if ramp == 0 {
                    let duration = format!("{seconds}s");
                    object(json!({ "executor": "constant-vus", "vus": users, "duration": duration }))
                } else {
                    object(json!({ "executor": "ramping-vus", "startVUs": 0, "stages": [
                        { "duration": format!("{}s", ramp.min(seconds)), "target": users },
                        { "duration": format!("{}s", seconds.saturating_sub(ramp)), "target": users },
                    ] }))
                }
            }
        };
        if scheduled
            && let Some(delay) = number(self, group.text("ThreadGroup.delay")).filter(|delay| *delay > 0)
        {
            load.insert("startTime".to_owned(), format!("{delay}s").into());
        }
        if loops.is_none() || ramp == 0 || users == 1 {
            return (load, None);
        }
        if !alone {
            let text = "users begin at once, not one after the other, where there are several groups";
            self.say(Kind::Emulated, group, text);
            return (load, None);
        }
        let distance = crate::value::number_text(ramp as f64 / users as f64);
        let wait = json!([{ "think": format!("{{{{ (vu - 1) * {distance} }}}}") }]);
        (load, Some(json!({ "if": { "condition": "iteration == 0", "then": wait } })))
    }

    /// Data sets as tables; a row is taken at the beginning of each iteration.
    fn feeds(&mut self, children: &[Element]) -> Vec<Json> {
        let mut feeds = Vec::new();
        for set in children.iter().filter(|child| child.enabled && child.class == "CSVDataSet") {
            let file = self.resolved(set.text("filename"));
            let bytes = match self.source.read_beside(&file) {
                Ok(bytes) => bytes,
                Err(why) => {
                    self.say(Kind::Unsupported, set, why);
                    continue;
                }
            };
            let names = set.text("variableNames").trim().to_owned();
            let delimiter = match set.text("delimiter") {
                "" => ",".to_owned(),
                given => given.to_owned(),
            };
            let mut table = Map::from_iter([("file".to_owned(), Json::from(file))]);
            if delimiter != "," {
                table.insert("delimiter".to_owned(), delimiter.as_str().into());
            }
            if !names.is_empty() {
                let columns: Vec<&str> = names.split(',').map(str::trim).collect();
                if set.flag("ignoreFirstLine", false) {
                    self.without_head(set, &bytes, &columns, &delimiter, &mut table);
                } else {
                    table.insert("columns".to_owned(), columns.into());
                }
            }
            if !set.flag("recycle", true) {
                self.say(Kind::Emulated, set, "at its end the file begins anew; it does not stop the users");
            }
            if !["", "shareMode.all"].contains(&set.text("shareMode")) {
                self.say(Kind::Emulated, set, "all users share the file, row by row");
            }
            let name = format!("data{}", self.data.len() + 1);
            self.data.insert(name.clone(), Json::Object(table));
            feeds.push(json!({ "feed": name }));
        }
        feeds
    }

    /// A file whose first line is not used: its names are, where they are the same, else its rows are written down.
    fn without_head(
        &mut self,
        set: &Element,
        bytes: &[u8],
        columns: &[&str],
        delimiter: &str,
        table: &mut Map<String, Json>,
    ) {
        let text = String::from_utf8_lossy(bytes);
        let fields = |line: &str| -> Vec<String> {
            line.split(delimiter).map(|field| field.trim_matches('"').to_owned()).collect()
        };
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        if fields(lines.next().unwrap_or_default()) == columns {
            return;
        }
        let rows = lines.filter(|line| !line.is_empty()).map(|line| {
            let row =
                columns.iter().zip(fields(line)).map(|(name, field)| ((*name).to_owned(), field.into()));
            Json::Object(row.collect())
        });
        let rows: Vec<Json> = rows.collect();
        if text.contains("\"\"") || rows.is_empty() {
            self.say(Kind::Unsupported, set, "the names of these columns are those of the file's first line");
            return;
        }
        table.clear();
        table.insert("rows".to_owned(), Json::Array(rows));
    }
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

/// A text that stands for itself, as a property has it.
fn plain(text: &str) -> Json {
    escaped(text).into()
}

/// The texts of a list of properties.
fn texts_of(element: &Element, name: &str) -> Vec<String> {
    let texts = element.list(name).iter().filter_map(|prop| match prop {
        Prop::Text(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}
