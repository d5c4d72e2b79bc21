//! What the tests of JMeter plans share: elements written short, and what came of a run.

#![allow(dead_code, reason = "every test file uses its own part of this")]

use std::process::Output;

use target::Running;

use crate::program::{folder, plimsoll, write};

/// The port of a shop, as a plan's property.
pub fn port_of(shop: &Running) -> String {
    format!("-Jport={}", shop.http.port())
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Properties that are texts.
pub fn texts(pairs: &[(&str, &str)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| {
            format!("<stringProp name=\"{}\">{}</stringProp>", escaped(name), escaped(value))
        })
        .collect()
}

/// An element with properties that are texts, other properties as they are written, and what stands below it.
pub fn with(class: &str, name: &str, props: &[(&str, &str)], other: &str, below: &str) -> String {
    format!(
        "<{class} testclass=\"{class}\" testname=\"{}\" enabled=\"true\">{}{other}</{class}><hashTree>{below}</hashTree>\n",
        escaped(name),
        texts(props)
    )
}

/// An element with properties that are texts.
pub fn el(class: &str, name: &str, props: &[(&str, &str)], below: &str) -> String {
    with(class, name, props, "", below)
}

/// A list of texts as a property.
pub fn list(name: &str, values: &[&str]) -> String {
    let values: String =
        values.iter().map(|value| format!("<stringProp name=\"\">{}</stringProp>", escaped(value))).collect();
    format!("<collectionProp name=\"{name}\">{values}</collectionProp>")
}

/// A list of lists of texts as a property.
pub fn table(name: &str, rows: &[&[&str]]) -> String {
    let rows: String = rows.iter().map(|row| list("", row)).collect();
    format!("<collectionProp name=\"{name}\">{rows}</collectionProp>")
}

/// A list of elements of one class as a property.
pub fn items(name: &str, class: &str, rows: &[&[(&str, &str)]]) -> String {
    let rows: String = rows
        .iter()
        .map(|row| format!("<elementProp name=\"\" elementType=\"{class}\">{}</elementProp>", texts(row)))
        .collect();
    format!("<collectionProp name=\"{name}\">{rows}</collectionProp>")
}

/// A sampler that shows a text as its label.
pub fn show(text: &str) -> String {
    el("DebugSampler", text, &[], "")
}

/// A GET of the shop.
pub fn get(name: &str, path: &str, below: &str) -> String {
    http(name, "GET", path, &[], "", below)
}

/// A request of the shop.
pub fn http(name: &str, method: &str, path: &str, more: &[(&str, &str)], other: &str, below: &str) -> String {
    let mut props = vec![
        ("HTTPSampler.domain", "127.0.0.1"),
        ("HTTPSampler.port", "${__P(port)}"),
        ("HTTPSampler.path", path),
        ("HTTPSampler.method", method),
        ("HTTPSampler.follow_redirects", "true"),
        ("HTTPSampler.use_keepalive", "true"),
    ];
    props.retain(|(name, _)| more.iter().all(|(own, _)| own != name));
    props.extend(more);
    with("HTTPSamplerProxy", name, &props, other, below)
}

/// The body of a request.
pub fn body(text: &str) -> String {
    format!(
        "<boolProp name=\"HTTPSampler.postBodyRaw\">true</boolProp><elementProp name=\"HTTPsampler.Arguments\" elementType=\"Arguments\">{}</elementProp>",
        items(
            "Arguments.arguments",
            "HTTPArgument",
            &[&[("Argument.value", text), ("Argument.metadata", "=")]]
        )
    )
}

/// Headers.
pub fn headers(pairs: &[(&str, &str)]) -> String {
    let rows: Vec<[(&str, &str); 2]> =
        pairs.iter().map(|(name, value)| [("Header.name", *name), ("Header.value", *value)]).collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    with("HeaderManager", "Headers", &[], &items("HeaderManager.headers", "Header", &rows), "")
}

/// Variables.
pub fn variables(pairs: &[(&str, &str)]) -> String {
    let rows: Vec<[(&str, &str); 2]> =
        pairs.iter().map(|(name, value)| [("Argument.name", *name), ("Argument.value", *value)]).collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    with("Arguments", "Variables", &[], &items("Arguments.arguments", "Argument", &rows), "")
}

/// An assertion of texts in a part of the answer; `kind` adds 1 match, 2 contains, 4 not, 8 equals, 16 substring.
pub fn assert_that(field: &str, kind: &str, texts: &[&str]) -> String {
    let props = [("Assertion.test_field", field), ("Assertion.test_type", kind)];
    with("ResponseAssertion", "Assertion", &props, &list("Asserion.test_strings", texts), "")
}

/// An element with a Groovy script.
pub fn groovy(class: &str, name: &str, script: &str) -> String {
    el(class, name, &[("scriptLanguage", "groovy"), ("script", script), ("cacheKey", "true")], "")
}

/// An extractor of a JSON path.
pub fn json(name: &str, path: &str) -> String {
    let props = [
        ("JSONPostProcessor.referenceNames", name),
        ("JSONPostProcessor.jsonPathExprs", path),
        ("JSONPostProcessor.match_numbers", "1"),
        ("JSONPostProcessor.defaultValues", "none"),
    ];
    el("JSONPostProcessor", "JSON", &props, "")
}

/// A classic thread group.
pub fn group(name: &str, threads: &str, loops: &str, more: &[(&str, &str)], below: &str) -> String {
    kind_of_group("ThreadGroup", name, threads, loops, more, below)
}

/// A thread group of a class with the properties of classic ones.
pub fn kind_of_group(
    class: &str,
    name: &str,
    threads: &str,
    loops: &str,
    more: &[(&str, &str)],
    below: &str,
) -> String {
    let mut props = vec![("ThreadGroup.num_threads", threads), ("ThreadGroup.ramp_time", "0")];
    props.extend(more);
    let main = format!(
        "<elementProp name=\"ThreadGroup.main_controller\" elementType=\"LoopController\">{}</elementProp>",
        texts(&[("LoopController.loops", loops)])
    );
    with(class, name, &props, &main, below)
}

/// A plan.
pub fn plan(props: &[(&str, &str)], below: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<jmeterTestPlan version=\"1.2\" properties=\"5.0\" jmeter=\"5.5\"><hashTree>{}</hashTree></jmeterTestPlan>\n",
        el("TestPlan", "Plan", props, below)
    )
}

/// What came of running a plan in a folder of its own.
pub struct Ran {
    pub output: Output,
    pub folder: tempfile::TempDir,
}

impl Ran {
    pub fn log(&self) -> String {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        format!("{}\n{}", text(&self.output.stdout), text(&self.output.stderr))
    }

    pub fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}\n{}", self.log()))
    }

    /// The rows of the result file, without its header.
    pub fn rows(&self) -> Vec<Vec<String>> {
        fields(&self.file("out.jtl")).into_iter().skip(1).collect()
    }

    /// Label, code and success of the rows of one thread group, short: a success shows its code only when it is not 200.
    pub fn told(&self, group: &str) -> Vec<String> {
        let own = |row: &&Vec<String>| row[5].rsplit_once(' ').is_some_and(|(name, _)| name == group);
        self.rows().iter().filter(own).map(|row| brief(row)).collect()
    }

    /// Successes and failures of each label.
    #[track_caller]
    pub fn counts(&self, wanted: &[(&str, usize, usize)]) {
        let rows = self.rows();
        for (label, good, bad) in wanted {
            let count =
                |success: &str| rows.iter().filter(|row| row[2] == *label && row[7] == success).count();
            assert_eq!((count("true"), count("false")), (*good, *bad), "{label}\n{rows:#?}\n{}", self.log());
        }
        let all: usize = wanted.iter().map(|(_, good, bad)| good + bad).sum();
        assert_eq!(rows.len(), all, "{rows:#?}");
    }
}

fn brief(row: &[String]) -> String {
    let (label, code, success) = (&row[2], &row[3], row[7] == "true");
    match (success, code.as_str()) {
        (true, "") => label.clone(),
        (false, "") => format!("{label} failed"),
        (true, "200") => label.clone(),
        (true, code) => format!("{label} {code}"),
        (false, code) => format!("{label} {code} failed"),
    }
}

/// The fields of a CSV text, line by line; fields may be quoted and then hold line ends.
pub fn fields(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            letter => field.push(letter),
        }
    }
    rows
}

/// Runs the first of the files, with results in `out.jtl`.
pub fn run(files: &[(&str, &str)], args: &[&str]) -> Ran {
    run_in("UTC", files, args)
}

/// The same on a machine whose clocks are those of a zone.
pub fn run_in(zone: &str, files: &[(&str, &str)], args: &[&str]) -> Ran {
    let folder = folder();
    files.iter().for_each(|(name, text)| write(folder.path(), name, text));
    let mut command = plimsoll(folder.path(), &["run", "--quiet", "-l", "out.jtl"]);
    command.args(args).arg(files[0].0).env("GREETING", "hello").env("TZ", zone);
    let output = command.output().expect("it starts");
    Ran { output, folder }
}
