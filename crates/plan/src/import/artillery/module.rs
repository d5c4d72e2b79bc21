//! Scripts that are code: JavaScript and TypeScript modules that export `config` and `scenarios`.
//!
//! Main functions: [`recognises`] and [`read`]. Functions that such a module exports are those of its processor, unless
//! it names another.

use std::path::Path;

use script::code::{Code, CodeError, CodeOptions};
use serde_json::Value;

use super::hooks::LOADING;
use crate::import::Source;

/// The ends of names of files that are code.
const ENDS: [&str; 6] = ["js", "mjs", "cjs", "ts", "mts", "cts"];

/// Whether a file is code, by its name.
#[must_use]
pub fn is_code(file: &Path) -> bool {
    file.extension()
        .and_then(|end| end.to_str())
        .is_some_and(|end| ENDS.contains(&end.to_ascii_lowercase().as_str()))
}

/// Whether code looks like an Artillery script: it exports both parts of one, and has nothing of k6.
#[must_use]
pub fn recognises(text: &str) -> bool {
    let exports = |name: &str| {
        [format!("export const {name}"), format!("exports.{name}"), format!("export let {name}")]
            .iter()
            .any(|way| text.contains(way.as_str()))
    };
    let has = |name: &str| {
        text.lines().any(|line| {
            let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '\'' | '"'));
            line.strip_prefix(name)
                .is_some_and(|rest| rest.trim_start_matches(['\'', '"']).starts_with([':', ',', ' ']))
        })
    };
    let whole = text.contains("module.exports") || text.contains("export default {");
    let both = (exports("config") && exports("scenarios")) || (whole && has("config") && has("scenarios"));
    let is_k6 = ["from 'k6", "from \"k6", "require('k6", "require(\"k6", "export default function"];
    both && !is_k6.iter().any(|word| text.contains(word))
}

/// What a module exports, as a script.
///
/// # Errors
/// Why it cannot be had.
pub fn read(source: &Source, file: &Path) -> Result<Value, String> {
    let here = std::env::current_dir().unwrap_or_else(|_| source.folder.clone());
    let mut options = CodeOptions::new(&here, source.log.clone(), source.clock);
    options.env = source.env.clone();
    let code = Code::new(options);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| format!("no event loop: {why}"))?;
    let looked = tokio::task::LocalSet::new().block_on(&runtime, async {
        let worker = code.worker()?;
        let module = tokio::time::timeout(LOADING, worker.load(file)).await;
        let module = module.map_err(|_| CodeError::refused("its top level takes more than 30 seconds"))??;
        module.exports().json()
    });
    let mut exported = looked.map_err(|error| error.to_string())?.unwrap_or(Value::Null);
    if exported.get("scenarios").is_none() && exported["default"].is_object() {
        exported = exported["default"].take();
    }
    if !exported["config"].is_object() {
        return Err("it exports no config".to_owned());
    }
    if exported["config"].get("processor").is_none() {
        exported["config"]["processor"] = Value::from(file.display().to_string());
    }
    Ok(exported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_are_code_are_told_from_those_of_k6() {
        let check = |text: &str, wanted: bool| assert_eq!(recognises(text), wanted, "{text}");
        check("module.exports = {\n  config: { target: 'x' },\n  scenarios: [],\n};", true);
        check("export const config: Config = {};\nexport const scenarios = [{}];", true);
        check("const config = {}, scenarios = [];\nmodule.exports = {\n  config,\n  scenarios,\n};", true);
        check("exports.config = {};\nexports.scenarios = [];", true);
        check("import http from 'k6/http';\nexport const config = {};\nexport const scenarios = 1;", false);
        check("export const options = {\n  scenarios: { a: {} },\n};\nexport default function () {}", false);
        check("module.exports = { prepare };", false);
    }
}
