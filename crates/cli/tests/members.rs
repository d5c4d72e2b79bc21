//! The lists of `crates/script/docs/`, compared with what the built program has: a member that is not described and a
//! described member that is not there both fail, and every member stands in an example of its page.
//!
//! The examples themselves are run in `docs.rs`.

mod program;
#[expect(dead_code, reason = "what only the pages are made with, by xtask, which shares the file")]
#[path = "../../../xtask/src/script_pages.rs"]
mod script_pages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use program::{folder, plimsoll, said, shop, write};
use script_pages::{List, Part, Setup, Source};

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
function $exports(module, builtin) {
  const names = Object.keys(module);
  const object = module.default;
  // Modules of the host have one object as `default`, whose members are the exports.
  const same = object && typeof object === 'object' && names.every((name) => name === 'default' || name in object);
  const more = same && $members(object).filter((name) => !names.includes(name));
  return same && (builtin || more.length === 0) ? more.concat(names.filter((name) => name !== 'default')) : names;
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
            Some(module) if list.title.starts_with("https://") => format!("$exports({module})"),
            Some(expression) => format!("$members({expression})"),
            None => {
                imports.push_str(&format!("import * as $module{index} from {:?};\n", list.title));
                format!("$exports($module{index}, true)")
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
fn enumerate(
    page: &str,
    lists: &[&List],
    setup: &Setup,
    files: &BTreeMap<String, String>,
) -> Vec<BTreeSet<String>> {
    let (shop, folder) = (shop(), folder());
    for (name, content) in files {
        write(folder.path(), name, content);
    }
    let address = shop.http_url();
    let script = script(lists, setup).replace(WRITTEN, address.trim_start_matches("http"));
    write(folder.path(), "script.js", script);
    // A page whose setup leaves something open must not keep the test.
    let mut command = plimsoll(folder.path(), &["run", "-q", "--log-format", "raw", "-i", "1", "-d", "20s"]);
    let (_, _, said) = said(command.args(&setup.flags).arg("script.js"));
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
    jslib_aws: "aws.md",
    jslib: "jslib.md",
    k6_elements: "elements.md",
    console: "console.md",
    data: "data.md",
    faker: "faker.md",
    globals: "globals.md",
    graphql: "graphql.md",
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
    lifecycle: "lifecycle.md",
    state: "state.md",
}

/// The declarations that `plimsoll new --types` writes: names and their members, by module.
fn declared(types: &str) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let mut modules: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let (mut module, mut holder) = (String::new(), String::new());
    let word = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
    };
    for line in types.lines() {
        if let Some(name) = line.strip_prefix("declare module \"") {
            module = name.split('"').next().unwrap_or_default().to_owned();
        } else if let Some(export) = line.strip_prefix("  export ") {
            let (kind, name) = export.split_once(' ').expect("an export has a kind and a name");
            holder =
                if matches!(kind, "const" | "function") { format!("{}()", word(name)) } else { word(name) };
            modules.entry(module.clone()).or_default().entry(holder.clone()).or_default();
        } else if let Some(member) = line.strip_prefix("    ") {
            let name = word(member.strip_prefix("readonly ").unwrap_or(member));
            let holders = modules.get_mut(&module).expect("members stand in a module");
            if !name.is_empty() && name != "constructor" {
                holders.get_mut(&holder).expect("members stand in an export").insert(name);
            }
        }
    }
    modules
}

#[test]
fn types_and_lists_agree() {
    let types = declared(include_str!("../types/plimsoll.d.ts"));
    assert!(types.len() >= 3, "{types:?}");
    let pages: Vec<Source> = std::fs::read_dir(sources())
        .expect("the sources are a folder")
        .map(|entry| source(&entry.expect("it can be listed").file_name().to_string_lossy()))
        .collect();
    let own: BTreeSet<&str> = pages.iter().flat_map(Source::lists).map(|list| list.title.as_str()).collect();
    let own: BTreeSet<&str> = own.into_iter().filter(|title| title.starts_with("plimsoll/")).collect();
    let typed: BTreeSet<&str> = types.keys().map(String::as_str).collect();
    assert_eq!(own, typed, "modules that are described, and that have types");
    for module in own {
        let page = pages.iter().find(|page| page.lists().any(|list| list.title == module));
        let page = page.expect("the title came from a page");
        let types = &types[module];
        let names = |title: &str| {
            let list = page.lists().find(|list| list.title == title)?;
            Some(list.names().map(str::to_owned).collect::<BTreeSet<_>>())
        };
        let exports = names(module).expect("it has a list");
        // Interfaces exist for editors only; what a list calls by their name must have the same fields.
        for (holder, members) in types {
            match holder.strip_suffix("()") {
                Some(value) => {
                    assert!(exports.contains(value), "{module}: {value} has types but is not described");
                }
                None => {
                    if let Some(described) = names(holder) {
                        assert_eq!(&described, members, "{module}: {holder}");
                    }
                }
            }
        }
        for export in exports {
            let there = types.contains_key(&export) || types.contains_key(&format!("{export}()"));
            assert!(there, "{module}: {export} has no types");
        }
    }
}
