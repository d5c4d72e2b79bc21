//! What modules import from each other, found in their text.
//!
//! Main type: [`Asked`], the names that are imported from each module of a whole program. It neither reads files nor
//! resolves addresses.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;
use oxc_syntax::module_record::{ExportImportName, ImportImportName};

/// The names that are imported from each module; `None` stands for all of them.
pub(crate) struct Asked(HashMap<String, Option<HashSet<String>>>);

impl Asked {
    /// Reads the modules of a program: the address of each, whether it is an ECMAScript module, and its text.
    /// `resolve` finds the address that a module means by a name.
    ///
    /// There is no answer when a module cannot be read, or might import more while it runs.
    pub(crate) fn of<'a>(
        modules: impl Iterator<Item = Option<(&'a str, bool, Arc<[u8]>)>>,
        resolve: impl Fn(&str, &str) -> Option<String>,
    ) -> Option<Self> {
        let mut asked: HashMap<String, Option<HashSet<String>>> = HashMap::new();
        for module in modules {
            let (address, is_module, text) = module?;
            if may_import_later(&text) {
                return None;
            }
            let text = std::str::from_utf8(&text).ok()?;
            for request in if is_module { requests(text)? } else { Vec::new() } {
                let of = resolve(address, &request.specifier)?;
                let names = asked.entry(of).or_insert_with(|| Some(HashSet::new()));
                match (request.name, names.as_mut()) {
                    (Some(name), Some(names)) => {
                        names.insert(name);
                    }
                    (None, _) => *names = None,
                    (Some(_), None) => {}
                }
            }
        }
        Some(Self(asked))
    }

    /// Whether every name of the module at `address` may be wanted.
    pub(crate) fn is_for_all(&self, address: &str) -> bool {
        !matches!(self.0.get(address), Some(Some(_)))
    }

    /// Whether `name` of the module at `address` may be wanted.
    pub(crate) fn is_for(&self, address: &str, name: &str) -> bool {
        match self.0.get(address) {
            Some(Some(names)) => names.contains(name),
            Some(None) | None => true,
        }
    }
}

/// One name that a module takes from another.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Request {
    /// What the text calls the other module.
    specifier: String,
    /// The name; `None` stands for all of them.
    name: Option<String>,
}

/// What the module with this text imports or passes on; `None` when the text cannot be read.
fn requests(text: &str) -> Option<Vec<Request>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::unambiguous()).parse();
    if parsed.panicked {
        return None;
    }
    let record = &parsed.module_record;
    let request = |specifier: &str, name: Option<&str>| Request {
        specifier: specifier.to_owned(),
        name: name.map(str::to_owned),
    };
    let imports = record.import_entries.iter().map(|entry| {
        let name = match &entry.import_name {
            ImportImportName::Name(name) => Some(name.name.as_str()),
            ImportImportName::Default(_) => Some("default"),
            ImportImportName::NamespaceObject => None,
        };
        request(entry.module_request.name.as_str(), name)
    });
    let passed_on = record.indirect_export_entries.iter().chain(&record.star_export_entries);
    let passed_on = passed_on.filter_map(|entry| {
        let name = match &entry.import_name {
            ExportImportName::Name(name) => Some(name.name.as_str()),
            ExportImportName::All | ExportImportName::AllButDefault | ExportImportName::Null => None,
        };
        Some(request(entry.module_request.as_ref()?.name.as_str(), name))
    });
    Some(imports.chain(passed_on).collect())
}

/// Whether `import` is called anywhere in a text, its strings included.
fn may_import_later(text: &[u8]) -> bool {
    let word = b"import";
    (0..text.len()).any(|at| {
        text[at..].strip_prefix(word).is_some_and(|after| {
            // A comment may stand between.
            matches!(after.trim_ascii_start().first(), Some(b'(' | b'/'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_import_is_a_request() {
        let check = |text: &str, expected: &[(&str, Option<&str>)]| {
            let found = requests(text).unwrap();
            let mut found: Vec<_> =
                found.iter().map(|one| (one.specifier.as_str(), one.name.as_deref())).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{text}");
        };
        check("import 'a';", &[]);
        check("import a from 'a';", &[("a", Some("default"))]);
        check("import { default as b, c as d } from 'a';", &[("a", Some("c")), ("a", Some("default"))]);
        check("import { 'an other' as b } from 'a';", &[("a", Some("an other"))]);
        check("import * as a from 'a';", &[("a", None)]);
        check("export * from 'a';", &[("a", None)]);
        check("export * as b from 'a';", &[("a", None)]);
        check("export { b as c } from 'a';", &[("a", Some("b"))]);
        check("import { b } from 'a'; export { b };", &[("a", Some("b")), ("a", Some("b"))]);
        check("export const a = 1;", &[]);
        assert_eq!(requests("import { from"), None);
    }

    #[test]
    fn what_one_module_asks_for_is_there_for_all() {
        let of = |modules: &[(&'static str, &str)]| {
            let modules =
                modules.iter().map(|(address, text)| Some((*address, true, Arc::from(text.as_bytes()))));
            Asked::of(modules, |_, name| Some(name.to_owned()))
        };
        let asked = of(&[
            ("main", "import { a } from 'names'; import all from 'whole'; import { z } from 'both';"),
            ("other", "export { b } from 'names'; export * from 'both';"),
        ])
        .unwrap();
        let check = |address: &str, name: &str, expected: bool| {
            assert_eq!(asked.is_for(address, name), expected, "{name} of {address}");
        };
        check("names", "a", true);
        check("names", "b", true);
        check("names", "c", false);
        check("whole", "default", true);
        check("whole", "a", false);
        check("both", "z", true);
        check("both", "a", true);
        check("unknown", "a", true);
        assert!(!asked.is_for_all("names") && asked.is_for_all("both") && asked.is_for_all("unknown"));
        assert!(of(&[("main", "import { a } from 'names';"), ("other", "import('names')")]).is_none());
        assert!(Asked::of(std::iter::once(None), |_, name| Some(name.to_owned())).is_none());
    }

    #[test]
    fn calls_of_import_are_seen() {
        let check =
            |text: &str, expected: bool| assert_eq!(may_import_later(text.as_bytes()), expected, "{text}");
        check("import a from 'a'; import * as b from 'b'; import { c } from 'c';", false);
        check("import.meta.resolve('a')", false);
        check("const a = await import('a');", true);
        check("import\n ('a')", true);
        check("import/* this */('a')", true);
        check("eval('import(name)')", true);
        check("important(1)", false);
        check("", false);
    }
}
