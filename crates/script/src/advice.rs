//! What to do about an error of a script, where the error itself is a slip that people often make.
//!
//! One function, [`about`]: from the message, which is the original tool's, to a sentence, or nothing. It looks at the
//! message only, so that it costs nothing where nothing is wrong.

use model::nearest::nearest;

use crate::modules;

/// Names that scripts use without importing them, and the line that was forgotten.
const FORGOTTEN: &[(&str, &str)] = &[
    ("http", "import http from 'k6/http'"),
    ("ws", "import ws from 'k6/ws'"),
    ("exec", "import exec from 'k6/execution'"),
    ("encoding", "import encoding from 'k6/encoding'"),
    ("check", "import { check } from 'k6'"),
    ("fail", "import { fail } from 'k6'"),
    ("group", "import { group } from 'k6'"),
    ("randomSeed", "import { randomSeed } from 'k6'"),
    ("sleep", "import { sleep } from 'k6'"),
    ("Counter", "import { Counter } from 'k6/metrics'"),
    ("Gauge", "import { Gauge } from 'k6/metrics'"),
    ("Rate", "import { Rate } from 'k6/metrics'"),
    ("Trend", "import { Trend } from 'k6/metrics'"),
    ("SharedArray", "import { SharedArray } from 'k6/data'"),
    ("parseHTML", "import { parseHTML } from 'k6/html'"),
    ("secrets", "import secrets from 'k6/secrets'"),
];

/// Names of other worlds.
const ELSEWHERE: &[(&str, &str)] = &[
    ("Buffer", "Node.js's Buffer is not there: use ArrayBuffer and Uint8Array, or k6/encoding for Base64"),
    ("process", "Node.js's process is not there: variables of the environment are in __ENV"),
    ("document", "there is no browser page: k6/html reads the HTML of an answer"),
    ("window", "there is no browser window: use globalThis"),
    (
        "localStorage",
        "there is no browser storage: keep values in variables of the module, each user has its own",
    ),
    ("XMLHttpRequest", "use http.get() and its like from k6/http, or fetch()"),
];

/// What to do about the error with this message; its first line counts.
pub(crate) fn about(message: &str) -> Option<String> {
    let headline = message.lines().next()?;
    if let Some(name) = between(headline, "ReferenceError: ", " is not defined") {
        let row = |table: &[(&str, &'static str)]| {
            table.iter().find(|(known, _)| *known == name).map(|(_, advice)| *advice)
        };
        let forgotten = row(FORGOTTEN).map(|line| format!("begin the script with: {line}"));
        return forgotten.or_else(|| row(ELSEWHERE).map(str::to_owned));
    }
    if let Some(name) = between(headline, "unknown modules [\"", "\"]") {
        let names: Vec<&str> = modules::names().collect();
        return Some(match nearest(name, &names) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => {
                "docs/script/ lists all modules; extensions of k6 that need a build of their own are not \
                     among them"
                    .to_owned()
            }
        });
    }
    if let Some(name) = between(headline, "The moduleSpecifier \"", "\" couldn't be recognised") {
        return Some(format!(
            "a file is imported by a path that begins with a dot, such as './{name}.js'; a package is looked for in \
             the folders node_modules beside the script and above it: npm install {name}"
        ));
    }
    let missing = headline.contains("couldn't be found on local disk");
    if missing || headline.ends_with("no such file or directory") {
        return Some(
            "relative paths start from the folder of the file that has them; with an archive, pack it again"
                .to_owned(),
        );
    }
    None
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    let rest = &text[start..];
    rest.find(after).map(|end| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::about;

    #[test]
    fn slips_get_advice() {
        let check = |message: &str, wanted: Option<&str>| {
            let advice = about(message);
            match wanted {
                Some(part) => {
                    assert!(advice.as_ref().is_some_and(|it| it.contains(part)), "{message}: {advice:?}");
                }
                None => assert_eq!(advice, None, "{message}"),
            }
        };
        check(
            "ReferenceError: http is not defined\n\tat default (file:///a.js:2:3(0))",
            Some("from 'k6/http'"),
        );
        check("ReferenceError: Buffer is not defined", Some("ArrayBuffer"));
        check("ReferenceError: mine is not defined", None);
        check(
            "GoError: unknown modules [\"k6/htp\"] were tried to be loaded",
            Some("did you mean \"k6/http\"?"),
        );
        check("GoError: unknown modules [\"k6/x/kafka\"] were tried", Some("docs/script/"));
        check(
            "GoError: The moduleSpecifier \"lodash\" couldn't be recognised as",
            Some("npm install lodash"),
        );
        check("GoError: stat /a/b.json: no such file or directory", Some("relative paths"));
        check("TypeError: http is not defined", None);
        check("", None);
    }
}
