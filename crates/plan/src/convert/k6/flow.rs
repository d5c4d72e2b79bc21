//! Flows as functions, and their steps.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::expression::{self, quoted};
use super::request::plain;
use super::{Writer, in_context};
use crate::convert::REQUESTS;
use crate::note::Kind;

/// The name under which the function of a flow is kept, apart from variables.
pub(super) fn function_name(flow: &str) -> String {
    // A variable may have the name of a flow; a space keeps them apart.
    format!("{flow} ")
}

/// The name under which a table is kept, apart from variables.
pub(super) fn table_name(table: &str) -> String {
    format!(" {table} rows")
}

impl Writer<'_> {
    /// All functions of the script.
    pub(super) fn flows(&mut self) -> String {
        let mut text = String::new();
        let document = self.document;
        let before = self.names_of(&document["before"]);
        if let Some(steps) = document.get("before") {
            let given: Vec<String> = before.iter().map(|name| self.names.add(name)).collect();
            let body = self.within("before", |writer| writer.body(steps, &[]));
            let back = if given.is_empty() {
                String::new()
            } else {
                format!("  return {{ {} }};\n", given.join(", "))
            };
            let _ = write!(text, "\nexport function setup() {{\n{body}{back}}}\n");
        }
        if let Some(steps) = document.get("steps") {
            let body = self.within("steps", |writer| writer.body(steps, &before));
            let _ = write!(text, "\nexport default function ({}) {{\n{body}}}\n", argument(&before));
        }
        let mut mixed: Vec<(f64, String)> = Vec::new();
        for (name, scenario) in document["scenarios"].as_object().into_iter().flatten() {
            let own = self.names.add(&function_name(name));
            let path = format!("scenarios.{name}.steps");
            let body = self.within(&path, |writer| writer.body(&scenario["steps"], &before));
            let has_load = scenario.get("load").is_some() || scenario.get("executor").is_some();
            let export = if has_load { "export " } else { "" };
            let _ = write!(text, "\n{export}function {own}({}) {{\n{body}}}\n", argument(&before));
            if !has_load {
                mixed.push((scenario["weight"].as_f64().unwrap_or(1.0), own));
            }
        }
        if !mixed.is_empty() {
            text.push_str(&mix(&mixed, argument(&before)));
        }
        if let Some(steps) = document.get("after") {
            let body = self.within("after", |writer| writer.body(steps, &before));
            let _ = write!(text, "\nexport function teardown({}) {{\n{body}}}\n", argument(&before));
        }
        text
    }

    /// The body of a function; `given` are variables that come from `setup()`.
    fn body(&mut self, steps: &Json, given: &[String]) -> String {
        let first = self.document["variables"].as_object().cloned().unwrap_or_default();
        let mut declared: Vec<String> = Vec::new();
        for name in first.keys().cloned().chain(self.names_of(steps)) {
            if !given.contains(&name) && !declared.contains(&name) {
                declared.push(name);
            }
        }
        let outer_res = std::mem::take(&mut self.uses.res);
        self.out.clear();
        (self.closures, self.loops) = (0, 0);
        let declared: Vec<String> = declared.iter().map(|name| self.names.add(name)).collect();
        for (name, value) in &first {
            let own = self.names.add(name);
            let code = self.value(value, 1);
            self.line(1, &format!("{own} = {code};"));
        }
        self.block(steps, 1);
        let mut head = String::new();
        for name in given {
            let own = self.names.add(name);
            let _ = writeln!(head, "  let {own} = data.{own};");
        }
        let mut names = declared;
        if self.uses.res {
            names.push("res".to_owned());
        }
        if !names.is_empty() {
            let _ = writeln!(head, "  let {};", names.join(", "));
        }
        self.uses.res |= outer_res;
        head + &self.out
    }

    /// The variables that steps set.
    fn names_of(&self, steps: &Json) -> Vec<String> {
        let mut names = Vec::new();
        self.collect(steps, &mut names);
        let mut seen: Vec<String> = Vec::new();
        names.retain(|name: &String| {
            let is_new = !seen.contains(name);
            if is_new {
                seen.push(name.clone());
            }
            is_new
        });
        names
    }

    fn collect(&self, steps: &Json, names: &mut Vec<String>) {
        for step in steps.as_array().into_iter().flatten() {
            let Some((kind, inner)) = step.as_object().and_then(|step| step.iter().next()) else { continue };
            match kind.as_str() {
                "set" => names.extend(inner.as_object().into_iter().flatten().map(|(name, _)| name.clone())),
                "feed" => {
                    let columns = self.columns.get(&plain(inner)).and_then(Json::as_array);
                    names.extend(columns.into_iter().flatten().map(plain));
                }
                "loop" | "while" | "group" => {
                    names.extend(inner["counter"].as_str().map(str::to_owned));
                    if !inner["over"].is_null() {
                        names.push(inner["as"].as_str().unwrap_or("item").to_owned());
                    }
                    self.collect(&inner["steps"], names);
                }
                "if" => {
                    self.collect(&inner["then"], names);
                    self.collect(&inner["else"], names);
                }
                "choose" => {
                    let choices = inner.as_array().into_iter().flatten();
                    choices.for_each(|choice| self.collect(&choice["steps"], names));
                }
                "parallel" => {
                    for branch in branches(inner) {
                        self.collect(&Json::Array(branch), names);
                    }
                }
                kind if REQUESTS.contains(&kind) => {
                    let captures = inner["capture"].as_object().into_iter().flatten();
                    names.extend(captures.map(|(name, _)| name.clone()));
                }
                _ => {}
            }
        }
    }

    /// Steps one after the other.
    fn block(&mut self, steps: &Json, depth: usize) {
        for (at, step) in steps.as_array().into_iter().flatten().enumerate() {
            self.within(&format!("[{at}]"), |writer| match step {
                Json::String(word) => writer.step(word, &Json::Null, depth),
                Json::Object(step) => {
                    if let Some((kind, inner)) = step.iter().next() {
                        writer.step(kind, inner, depth);
                    }
                }
                _ => {}
            });
        }
    }

    fn step(&mut self, kind: &str, inner: &Json, depth: usize) {
        match kind {
            kind if REQUESTS.contains(&kind) => self.request(kind, inner, depth),
            "think" => self.think(inner, depth),
            "set" => {
                for (name, value) in inner.as_object().into_iter().flatten() {
                    let own = self.names.add(name);
                    let code = self.value(value, depth);
                    self.line(depth, &format!("{own} = {code};"));
                }
            }
            "log" => {
                let code = self.text(inner);
                self.line(depth, &format!("console.log({code});"));
            }
            "fail" => {
                self.uses.fail = true;
                let code = self.text(inner);
                self.line(depth, &format!("fail({code});"));
            }
            "loop" => self.round(inner, depth),
            "while" => {
                let condition = self.condition(&inner["condition"]);
                self.in_loop(&format!("while ({condition}) {{"), &inner["steps"], depth);
            }
            "if" => {
                let condition = self.condition(&inner["condition"]);
                self.line(depth, &format!("if ({condition}) {{"));
                self.block(&inner["then"], depth + 1);
                if inner["else"].as_array().is_some_and(|steps| !steps.is_empty()) {
                    self.line(depth, "} else {");
                    self.block(&inner["else"], depth + 1);
                }
                self.line(depth, "}");
            }
            "choose" => self.choose(inner, depth),
            "parallel" => self.parallel(inner, depth),
            "group" => self.group(inner, depth),
            "feed" => self.feed(&plain(inner), depth),
            "stop" => self.stop(&plain(inner), depth),
            // Outside of a loop they end the iteration.
            "break" | "continue" if self.loops == 0 => self.line(depth, "return;"),
            "break" | "continue" if self.closures == 0 => self.line(depth, &format!("{kind};")),
            "break" | "continue" => {
                self.say(
                    Kind::Unsupported,
                    format!("a '{kind}' out of a group cannot be had: a group is a function"),
                );
                self.line(depth, "return;");
            }
            _ => {}
        }
    }

    fn condition(&mut self, source: &Json) -> String {
        expression::condition(&mut in_context(&self.names, &mut self.uses), &plain(source))
    }

    fn think(&mut self, inner: &Json, depth: usize) {
        self.uses.sleep = true;
        let seconds =
            |json: &Json| model::duration::parse(&plain(json)).unwrap_or(Duration::ZERO).as_secs_f64();
        let shown = crate::value::number_text;
        let code = match inner {
            Json::Object(_) => {
                let (from, to) = (seconds(&inner["from"]), seconds(&inner["to"]));
                let width = ((to - from).max(0.0) * 1e9).round() / 1e9;
                format!("{} + Math.random() * {}", shown(from), shown(width))
            }
            Json::String(text) if text.contains("{{") => {
                let code = self.value(inner, depth);
                format!("Number({code})")
            }
            time => shown(seconds(time)),
        };
        self.line(depth, &format!("sleep({code});"));
    }

    /// A loop with its body, in which groups count anew.
    fn in_loop(&mut self, head: &str, steps: &Json, depth: usize) {
        let outer = std::mem::take(&mut self.closures);
        self.loops += 1;
        self.line(depth, head);
        self.within("steps", |writer| writer.block(steps, depth + 1));
        self.line(depth, "}");
        self.closures = outer;
        self.loops -= 1;
    }

    fn round(&mut self, inner: &Json, depth: usize) {
        let counter = inner["counter"].as_str().map(|name| self.names.add(name));
        let head = if !inner["times"].is_null() {
            let times = self.value(&inner["times"], depth);
            let own = counter.clone().unwrap_or_else(|| "round".to_owned());
            let declared = if counter.is_some() { "" } else { "let " };
            format!("for ({declared}{own} = 0; {own} < {times}; {own} += 1) {{")
        } else if !inner["over"].is_null() {
            let list = self.value(&inner["over"], depth);
            let item = self.names.add(inner["as"].as_str().unwrap_or("item"));
            match &counter {
                Some(counter) => format!("for ([{counter}, {item}] of ({list}).entries()) {{"),
                None => format!("for ({item} of {list}) {{"),
            }
        } else if !inner["for"].is_null() {
            let time = model::duration::parse(&plain(&inner["for"])).unwrap_or(Duration::ZERO);
            let (start, step) = match &counter {
                Some(counter) => (format!("{counter} = 0;"), format!("{counter} += 1")),
                None => (String::new(), String::new()),
            };
            if !start.is_empty() {
                self.line(depth, &start);
            }
            format!("for (const end = Date.now() + {}; Date.now() < end; {step}) {{", time.as_millis())
        } else {
            match &counter {
                Some(counter) => format!("for ({counter} = 0; ; {counter} += 1) {{"),
                None => "for (;;) {".to_owned(),
            }
        };
        self.in_loop(&head, &inner["steps"], depth);
    }

    fn choose(&mut self, inner: &Json, depth: usize) {
        let choices: Vec<&Json> = inner.as_array().into_iter().flatten().collect();
        let weight = |choice: &Json| choice["weight"].as_u64().unwrap_or(1);
        let whole: u64 = choices.iter().map(|choice| weight(choice)).sum();
        self.line(depth, "{");
        self.line(depth + 1, &format!("const draw = Math.random() * {whole};"));
        let mut sum = 0;
        for (at, choice) in choices.iter().enumerate() {
            sum += weight(choice);
            let head = match (at, at + 1 == choices.len()) {
                (0, true) => "{".to_owned(),
                (0, false) => format!("if (draw < {sum}) {{"),
                (_, true) => "} else {".to_owned(),
                _ => format!("}} else if (draw < {sum}) {{"),
            };
            self.line(depth + 1, &head);
            self.within(&format!("[{at}].steps"), |writer| writer.block(&choice["steps"], depth + 2));
        }
        if !choices.is_empty() {
            self.line(depth + 1, "}");
        }
        self.line(depth, "}");
    }

    /// Requests alone are a batch; anything else is done one after the other.
    fn parallel(&mut self, inner: &Json, depth: usize) {
        let branches = branches(inner);
        let single = |branch: &Vec<Json>| -> Option<(String, Map<String, Json>)> {
            let [Json::Object(step)] = &branch[..] else { return None };
            let (kind, request) = step.iter().next()?;
            let request = match request {
                Json::Object(request) => request.clone(),
                address => Map::from_iter([("url".to_owned(), address.clone())]),
            };
            REQUESTS.contains(&kind.as_str()).then(|| (kind.clone(), request))
        };
        let requests: Option<Vec<(String, Map<String, Json>)>> = branches.iter().map(single).collect();
        match requests {
            Some(requests) if !requests.is_empty() => {
                if !inner["limit"].is_null() {
                    let text =
                        "the bound of what goes side by side is k6's own: the options batch and batchPerHost";
                    self.say(Kind::Emulated, text.to_owned());
                }
                let calls: Vec<String> = requests
                    .iter()
                    .map(|(kind, request)| self.call(kind, request, depth + 1).in_batch())
                    .collect();
                self.uses.res = true;
                let list = super::bracketed('[', &calls, ']', depth);
                self.line(depth, "{");
                self.line(depth + 1, &format!("const answers = http.batch({list});"));
                for (at, (_, request)) in requests.iter().enumerate() {
                    self.line(depth + 1, &format!("res = answers[{at}];"));
                    self.after(request, depth + 1);
                }
                self.line(depth, "}");
            }
            _ => {
                let text =
                    "only requests can go side by side in k6: these steps are done one after the other";
                self.say(Kind::Unsupported, text.to_owned());
                for (at, branch) in branches.into_iter().enumerate() {
                    self.within(&format!("[{at}]"), |writer| writer.block(&Json::Array(branch), depth));
                }
            }
        }
    }

    fn group(&mut self, inner: &Json, depth: usize) {
        let name = self.text(&inner["name"]);
        // Inside of a function a flow cannot be left.
        if leaves(&inner["steps"], true) {
            self.say(
                Kind::Unsupported,
                "a group that may be left in its middle is not measured as one".to_owned(),
            );
            self.line(depth, &format!("// group {}", name.replace(['\n', '\r'], " ")));
            self.within("steps", |writer| writer.block(&inner["steps"], depth));
            return;
        }
        self.uses.group = true;
        self.line(depth, &format!("group({name}, () => {{"));
        self.closures += 1;
        self.within("steps", |writer| writer.block(&inner["steps"], depth + 1));
        self.closures -= 1;
        self.line(depth, "});");
    }

    fn feed(&mut self, table: &str, depth: usize) {
        let rows = self.names.add(&table_name(table));
        let columns = self.columns.get(table).and_then(Json::as_array).cloned().unwrap_or_default();
        let order = self.document["data"][table]["order"].as_str().unwrap_or("sequential").to_owned();
        let place = match order.as_str() {
            "random" => format!("Math.floor(Math.random() * {rows}.length)"),
            "per_user" => {
                self.uses.exec = true;
                format!("(exec.vu.idInTest - 1) % {rows}.length")
            }
            _ => {
                self.uses.exec = true;
                if depth > 1 || self.feeds_of(table) > 1 {
                    let text = "each iteration has one row of this data in k6, however often it asks";
                    self.say(Kind::Emulated, text.to_owned());
                }
                format!("exec.scenario.iterationInTest % {rows}.length")
            }
        };
        let pairs: Vec<String> = columns
            .iter()
            .map(|column| {
                let name = plain(column);
                let own = self.names.add(&name);
                if own == name { own } else { format!("{}: {own}", quoted(&name)) }
            })
            .collect();
        self.line(depth, &format!("({{ {} }} = {rows}[{place}]);", pairs.join(", ")));
    }

    /// How often a table is asked for in the whole plan.
    fn feeds_of(&self, table: &str) -> usize {
        self.document.to_string().matches(&format!("{{\"feed\":{}}}", Json::from(table))).count()
    }

    fn stop(&mut self, what: &str, depth: usize) {
        match what {
            "test" => {
                self.uses.exec = true;
                self.line(depth, "exec.test.abort('the plan stopped the test');");
            }
            "user" => {
                self.say(Kind::Unsupported, "a user of k6 cannot stop alone: its iteration ends".to_owned());
                self.line(depth, "return;");
            }
            _ => self.line(depth, "return;"),
        }
    }
}

/// Whether steps leave what they stand in: the iteration, or a loop around them.
fn leaves(steps: &Json, outside_loops: bool) -> bool {
    steps.as_array().into_iter().flatten().any(|step| {
        if let Json::String(word) = step {
            return outside_loops && (word == "break" || word == "continue");
        }
        let Some((kind, inner)) = step.as_object().and_then(|step| step.iter().next()) else { return false };
        match kind.as_str() {
            "stop" => plain(inner) != "test",
            "break" | "continue" => outside_loops,
            "loop" | "while" => leaves(&inner["steps"], false),
            "group" => leaves(&inner["steps"], outside_loops),
            "if" => leaves(&inner["then"], outside_loops) || leaves(&inner["else"], outside_loops),
            "choose" => {
                inner.as_array().into_iter().flatten().any(|choice| leaves(&choice["steps"], outside_loops))
            }
            "parallel" => {
                branches(inner).into_iter().any(|branch| leaves(&Json::Array(branch), outside_loops))
            }
            _ => false,
        }
    })
}

/// The branches of a parallel step, each a list.
fn branches(inner: &Json) -> Vec<Vec<Json>> {
    let list = if inner.is_object() { &inner["branches"] } else { inner };
    let branch = |json: &Json| match json {
        Json::Array(steps) => steps.clone(),
        one => vec![one.clone()],
    };
    list.as_array().into_iter().flatten().map(branch).collect()
}

fn argument(given: &[String]) -> &'static str {
    if given.is_empty() { "" } else { "data" }
}

/// The function that chooses one of several.
fn mix(parts: &[(f64, String)], data: &str) -> String {
    if let [(_, own)] = parts {
        return format!("\nexport default {own};\n");
    }
    let whole: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let shown = crate::value::number_text;
    let mut text =
        format!("\nexport default function ({data}) {{\n  const draw = Math.random() * {};\n", shown(whole));
    let mut sum = 0.0;
    for (at, (weight, own)) in parts.iter().enumerate() {
        sum += weight;
        if at + 1 == parts.len() {
            let _ = writeln!(text, "  return {own}({data});");
        } else {
            let _ = writeln!(text, "  if (draw < {}) return {own}({data});", shown(sum));
        }
    }
    text + "}\n"
}
