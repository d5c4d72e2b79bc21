//! The lists of `crates/script/docs/`, compared with what the built program has: a member that is not described and a
//! described member that is not there both fail, and every member stands in an example of its page.
//!
//! The examples themselves are run in `docs.rs`.

#[expect(dead_code, reason = "what only the pages are made with, by xtask, which shares the file")]
#[path = "../../../xtask/src/script_pages.rs"]
mod script_pages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use script_pages::{List, Part, Setup, Source};
use target::{Shop, ShopOptions};

/// Where the pages say that the shop is, without the scheme.
const WRITTEN: &str = "://127.0.0.1:3000";
/// What stands before the line with what was found.
const FOUND: &str = "MEMBERS ";
/// The members of an object and of its prototypes, up to those that the language itself has.
const ENUMERATE: &str = r"
const $language = [Object, Function, Array, Promise, Error, Date, Number, Uint8Array, ArrayBuffer]
  .map((one) => one.prototype).concat(Object.getPrototypeOf(async () => {}), Reflect.getPrototypeOf(Uint8Array.prototype));
const $ofFunctions = ['length', 'name', 'prototype', 'arguments', 'caller'];
function $members(value) {
  const found = new Set();
  for (let at = value; at && !$language.includes(at); at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      if (key === Symbol.toStringTag || key === 'constructor') continue;
      if (typeof key === 'symbol' && !key.description.startsWith('Symbol.')) continue;
      const name = typeof key === 'symbol' ? `[${key.description}]` : key;
      if (typeof at === 'function' && $ofFunctions.includes(name)) continue;
      if (/plimsoll/i.test(name) || /^\d+$/.test(name)) continue;
      found.add(name);
    }
  }
  return [...found];
}
function $exports(module) {
  const names = Object.keys(module);
  const object = module.default;
  const same = object && typeof object === 'object' && names.every((name) => name === 'default' || name in object);
  return same ? $members(object).concat(names.filter((name) => name !== 'default')) : names;
}
";

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../script/docs")
}

fn source(page: &str) -> Source {
    let text = std::fs::read_to_string(sources().join(page)).expect("the source is in the repository");
    Source::parse(&text).unwrap_or_else(|failure| panic!("{page}: {failure}"))
}

/// The script that prints what each list should hold.
fn script(lists: &[&List], setup: &Setup) -> String {
    let (mut imports, mut lines) = (String::new(), String::new());
    for (index, list) in lists.iter().enumerate() {
        let value = match &list.expression {
            Some(expression) => format!("$members({expression})"),
            None => {
                imports.push_str(&format!("import * as $module{index} from {:?};\n", list.title));
                format!("$exports($module{index})")
            }
        };
        lines.push_str(&format!("  found.push({value});\n"));
    }
    let code = &setup.code;
    format!(
        "{imports}{code}\n{ENUMERATE}\nexport default async function () {{\n  const found = [];\n{lines}  \
         console.log({FOUND:?} + JSON.stringify(found));\n}}\n"
    )
}

/// What the built program has, list by list.
fn enumerate(page: &str, lists: &[&List], setup: &Setup, files: &BTreeMap<String, String>) -> Vec<BTreeSet<String>> {
    let shop = Shop::start(ShopOptions::default()).expect("the shop opens on a free port");
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("it can be written");
    }
    let address = shop.http_url();
    let script = script(lists, setup).replace(WRITTEN, address.trim_start_matches("http"));
    std::fs::write(folder.path().join("script.js"), script).expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["run", "-q", "--log-format", "raw"])
        .args(&setup.flags)
        .arg("script.js")
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let found = said.lines().find_map(|line| line.strip_prefix(FOUND));
    let found = found.unwrap_or_else(|| panic!("{page}: the members could not be listed:\n{said}"));
    serde_json::from_str(found).unwrap_or_else(|failure| panic!("{page}: {failure}: {found}"))
}

/// The blocks of a page that are files beside its scripts.
fn files(page: &Source) -> BTreeMap<String, String> {
    let text = page.page();
    let blocks = text.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    let named = blocks.filter(|(name, _)| name.contains('.'));
    named.map(|(name, content)| (name.to_owned(), format!("{content}\n"))).collect()
}

/// The words of the examples of a page.
fn example_words(page: &Source) -> BTreeSet<String> {
    let text = page.page();
    let blocks = text.split("\n```").skip(1).step_by(2);
    let examples = blocks.filter(|block| block.starts_with("js\n") || block.starts_with("sh\n"));
    let letter = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    examples.flat_map(|block| block.split(|c| !letter(c))).map(str::to_owned).collect()
}

fn check(page: &str) {
    let source = source(page);
    let lists: Vec<&List> = source.lists().filter(|list| list.members).collect();
    let mut setup = Setup::default();
    for part in &source.parts {
        let Part::Setup(more) = part else { continue };
        setup.flags.extend_from_slice(&more.flags);
        setup.code.push_str(&format!("{}\n", more.code));
    }
    let mut wrong = Vec::new();
    for (list, has) in lists.iter().zip(enumerate(page, &lists, &setup, &files(&source))) {
        let told: BTreeSet<String> = list.names().map(str::to_owned).collect();
        let title = &list.title;
        wrong.extend(has.difference(&told).map(|name| format!("{title}: {name} is not described")));
        wrong.extend(told.difference(&has).map(|name| format!("{title}: {name} is described but not there")));
    }
    let words = example_words(&source);
    for list in source.lists() {
        // What stands in square brackets is used by `for`, not by name.
        let names = list.names().filter(|name| !name.starts_with('['));
        let unshown = names.filter(|name| !words.contains(*name));
        wrong.extend(unshown.map(|name| format!("{}: no example has {name}", list.title)));
    }
    assert!(wrong.is_empty(), "{page}:\n{}", wrong.join("\n"));
}

macro_rules! lists {
    ($($name:ident: $page:literal),* $(,)?) => {
        $(#[test] fn $name() { check($page); })*

        #[test]
        fn no_page_is_left_out() {
            let checked: BTreeSet<&str> = [$($page),*].into();
            for entry in std::fs::read_dir(sources()).expect("the sources are a folder") {
                let name = entry.expect("it can be listed").file_name().to_string_lossy().into_owned();
                let without_lists = source(&name).lists().next().is_none();
                assert!(checked.contains(name.as_str()) || without_lists, "{name} is not checked");
            }
        }
    };
}

lists! {
    k6_elements: "elements.md",
    console: "console.md",
    data: "data.md",
    faker: "faker.md",
    globals: "globals.md",
    k6: "k6.md",
    k6_crypto: "crypto.md",
    k6_encoding: "encoding.md",
    k6_execution: "execution.md",
    k6_files: "files.md",
    k6_html: "html.md",
    k6_http: "http.md",
    k6_metrics: "metrics.md",
    k6_secrets: "secrets.md",
    k6_streams: "streams.md",
    k6_timers: "timers.md",
    k6_websockets: "websockets.md",
    k6_ws: "ws.md",
    state: "state.md",
}
