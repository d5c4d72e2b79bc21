//! Plans as scripts for k6.
//!
//! Main function: [`script`]. A flow is a function, a scenario names it, variables are `let`s of the function, data is
//! a `SharedArray`, checks are `check()`. What k6 has no words for is noted. Nothing is run here.

mod answer;
mod expression;
mod flow;
mod names;
mod request;

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use crate::note::Kind;
use expression::{Context, quoted};
use names::Names;
use request::{bracketed, key_of, plain};

/// The variable that stands for the base of addresses while a script is written.
const BASE: &str = "plimsoll_base";
/// Where scripts get what reads CSV.
const PAPAPARSE: &str = "https://jslib.k6.io/papaparse/5.1.1/index.js";

/// What a script is made of.
pub(super) struct Parts<'a> {
    /// A plan of our own.
    pub document: &'a Json,
    /// Its scenarios, as options have them.
    pub scenarios: &'a Map<String, Json>,
    /// The columns of its data, by table.
    pub columns: &'a Map<String, Json>,
}

/// A script.
pub(super) struct Written {
    pub text: String,
    /// What could not be carried over: kind, place in the plan, and what.
    pub odd: Vec<(Kind, String, String)>,
}

/// Functions that stand at the end of a script when it needs them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Helper {
    Contains,
    JsonAt,
    Letters,
    Matched,
    Pick,
    RandomWhole,
}

impl Helper {
    fn code(self) -> &'static str {
        match self {
            Self::Contains => {
                "// Whether a text or a list has something in it.\nfunction contains(whole, part) {\n  \
                 return (Array.isArray(whole) ? whole : String(whole)).includes(part);\n}\n"
            }
            Self::JsonAt => {
                "// What stands at a place of a JSON body; undefined when there is nothing.\nfunction jsonAt(response, \
                 path) {\n  try {\n    return path === '' ? response.json() : response.json(path);\n  } catch {\n    \
                 return undefined;\n  }\n}\n"
            }
            Self::Letters => {
                "// So many random letters.\nfunction letters(count) {\n  let text = '';\n  while (text.length < count) \
                 text += String.fromCharCode(97 + Math.floor(Math.random() * 26));\n  return text;\n}\n"
            }
            Self::Matched => {
                "// The first group of a regular expression, or all that it takes.\nfunction matched(text, pattern) {\n  \
                 const found = pattern.exec(text || '');\n  return found ? (found[1] ?? found[0]) : undefined;\n}\n"
            }
            Self::Pick => {
                "// One item of a list, by chance.\nfunction pick(list) {\n  return Array.isArray(list) ? \
                 list[Math.floor(Math.random() * list.length)] : list;\n}\n"
            }
            Self::RandomWhole => {
                "// A whole number between two, both included.\nfunction randomWhole(least, most) {\n  return \
                 Number(least) + Math.floor(Math.random() * (Number(most) - Number(least) + 1));\n}\n"
            }
        }
    }
}

/// What a script needs of its surroundings.
#[derive(Default)]
struct Uses {
    check: bool,
    group: bool,
    sleep: bool,
    fail: bool,
    exec: bool,
    encoding: bool,
    papaparse: bool,
    res: bool,
    helpers: Vec<Helper>,
    /// Files that are sent.
    files: Vec<String>,
}

impl Uses {
    fn helper(&mut self, helper: Helper) {
        if !self.helpers.contains(&helper) {
            self.helpers.push(helper);
        }
    }
}

/// Writes a script.
struct Writer<'a> {
    document: &'a Json,
    columns: &'a Map<String, Json>,
    names: Names,
    uses: Uses,
    /// Something looks at the last answer.
    uses_last: bool,
    odd: Vec<(Kind, String, String)>,
    /// Where in the plan something is written of.
    path: Vec<String>,
    /// What was written of the current function.
    out: String,
    /// Groups around the current step since the function or the innermost loop began: they are functions of their own.
    closures: usize,
    /// Loops around the current step.
    loops: usize,
}

/// A plan as a script.
pub(super) fn script(parts: &Parts<'_>) -> Written {
    let mut writer = Writer {
        document: parts.document,
        columns: parts.columns,
        names: Names::default(),
        uses: Uses::default(),
        uses_last: parts.document.to_string().contains("last."),
        odd: Vec::new(),
        path: Vec::new(),
        out: String::new(),
        closures: 0,
        loops: 0,
    };
    writer.names.fix(BASE, "BASE");
    let options = writer.options(parts.scenarios);
    let data = writer.data();
    let flows = writer.flows();
    let mut text = String::new();
    writer.imports(&mut text);
    if let Some(base) = parts.document.get("base") {
        let code = writer.text(&plain(base).trim_end_matches('/').into());
        let _ = writeln!(text, "\nconst BASE = {code};");
    }
    text.push_str(&data);
    for (at, path) in writer.uses.files.iter().enumerate() {
        let _ = writeln!(text, "\nconst file{} = open({}, 'b');", at + 1, quoted(&beside(path)));
    }
    let _ = write!(text, "\nexport const options = {options};\n{flows}");
    writer.uses.helpers.sort_unstable();
    for helper in &writer.uses.helpers {
        text.push('\n');
        text.push_str(helper.code());
    }
    Written { text, odd: writer.odd }
}

/// The name of a file as scripts write it.
fn beside(path: &str) -> String {
    if path.starts_with(['/', '.']) { path.to_owned() } else { format!("./{path}") }
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, line: &str) {
        self.out.extend(std::iter::repeat_n("  ", depth));
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn say(&mut self, kind: Kind, message: String) {
        let path = self.path.join(".").replace(".[", "[");
        let odd = (kind, path, message);
        if !self.odd.contains(&odd) {
            self.odd.push(odd);
        }
    }

    fn within<T>(&mut self, key: &str, write: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.to_owned());
        let value = write(self);
        self.path.pop();
        value
    }

    fn imports(&self, text: &mut String) {
        text.push_str("import http from 'k6/http';\n");
        let uses = &self.uses;
        let named =
            [("check", uses.check), ("fail", uses.fail), ("group", uses.group), ("sleep", uses.sleep)];
        let named: Vec<&str> = named.iter().filter(|(_, used)| *used).map(|(name, _)| *name).collect();
        if !named.is_empty() {
            let _ = writeln!(text, "import {{ {} }} from 'k6';", named.join(", "));
        }
        if self.document["data"].as_object().is_some_and(|tables| !tables.is_empty()) {
            text.push_str("import { SharedArray } from 'k6/data';\n");
        }
        if uses.encoding {
            text.push_str("import encoding from 'k6/encoding';\n");
        }
        if uses.exec {
            text.push_str("import exec from 'k6/execution';\n");
        }
        if uses.papaparse {
            let _ = writeln!(text, "import papaparse from '{PAPAPARSE}';");
        }
    }

    /// The options, as an object.
    fn options(&mut self, scenarios: &Map<String, Json>) -> String {
        let mut options = self.document["options"].as_object().cloned().unwrap_or_default();
        for key in ["thresholds", "tags"] {
            if let Some(given) = self.document.get(key) {
                options.insert(key.to_owned(), given.clone());
            }
        }
        options.remove("plimsoll");
        let mut own = Map::new();
        for (name, scenario) in scenarios {
            let mut scenario = scenario.as_object().cloned().unwrap_or_default();
            self.within(&format!("scenarios.{name}"), |writer| writer.scenario(&mut scenario));
            // Names of scenarios are as strict there as here.
            own.insert(name.clone(), Json::Object(scenario));
        }
        options.insert("scenarios".to_owned(), Json::Object(own));
        if self.document.get("seed").is_some() {
            self.say(
                Kind::Ignored,
                "the random numbers of k6 begin anywhere, so 'seed' has no effect".to_owned(),
            );
        }
        json_text(&Json::Object(options), 0)
    }

    /// What k6 has no words for in a scenario.
    fn scenario(&mut self, scenario: &mut Map<String, Json>) {
        const KNOWN: [&str; 7] = [
            "shared-iterations",
            "per-vu-iterations",
            "constant-vus",
            "ramping-vus",
            "constant-arrival-rate",
            "ramping-arrival-rate",
            "externally-controlled",
        ];
        let executor = plain(&scenario.get("executor").cloned().unwrap_or_default());
        if !KNOWN.contains(&executor.as_str()) {
            self.say(Kind::Unsupported, format!("k6 has no executor '{executor}'"));
        }
        if scenario.get("maxVUs") == Some(&Json::from("auto")) {
            let ready = scenario.get("preAllocatedVUs").and_then(Json::as_u64).unwrap_or(1);
            let most = ready.saturating_mul(10).max(100);
            scenario.insert("maxVUs".to_owned(), most.into());
            self.say(Kind::Emulated, format!("k6 wants to know how many users there are at most: {most}"));
        }
        if scenario.get("startTime") == Some(&Json::from("0ms")) {
            scenario.remove("startTime");
        }
        match scenario.get("exec").and_then(Json::as_str) {
            Some("default") | None => drop(scenario.remove("exec")),
            Some(name) => {
                let own = self.names.add(&flow::function_name(name));
                scenario.insert("exec".to_owned(), own.into());
            }
        }
    }

    /// The tables of data.
    fn data(&mut self) -> String {
        let mut text = String::new();
        for (name, table) in self.document["data"].as_object().cloned().unwrap_or_default() {
            let own = self.names.add(&flow::table_name(&name));
            let code = match (&table["file"], &table["rows"]) {
                (Json::String(file), _) => {
                    self.uses.papaparse = true;
                    let path = quoted(&beside(file));
                    let mut settings = vec!["header: true".to_owned(), "skipEmptyLines: true".to_owned()];
                    if let Some(delimiter) = table["delimiter"].as_str() {
                        settings.push(format!("delimiter: {}", quoted(&delimiter.replace("\\t", "\t"))));
                    }
                    match table["columns"].as_array() {
                        None => format!("papaparse.parse(open({path}), {{ {} }}).data", settings.join(", ")),
                        Some(columns) => {
                            // Without a first line that has the names.
                            settings.remove(0);
                            let columns: Vec<String> =
                                columns.iter().map(|name| quoted(&plain(name))).collect();
                            format!(
                                "{{\n  const columns = [{}];\n  const rows = papaparse.parse(open({path}), {{ {} }}).data;\n  \
                                 return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));\n}}",
                                columns.join(", "),
                                settings.join(", ")
                            )
                        }
                    }
                }
                (_, rows) => json_text(rows, 0),
            };
            let _ = writeln!(text, "\nconst {own} = new SharedArray({}, () => {code});", quoted(&name));
        }
        text
    }
}

/// JSON as people write it in a script.
fn json_text(json: &Json, depth: usize) -> String {
    match json {
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| json_text(item, depth + 1)).collect();
            bracketed('[', &items, ']', depth)
        }
        Json::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, member)| format!("{}: {}", key_of(key), json_text(member, depth + 1)))
                .collect();
            bracketed('{', &members, '}', depth)
        }
        other => other.to_string(),
    }
}

/// Only for the sake of short calls.
fn in_context<'a>(names: &'a Names, uses: &'a mut Uses) -> Context<'a> {
    Context { names, uses }
}
