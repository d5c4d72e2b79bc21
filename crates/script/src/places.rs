//! Places in the user's own text: where a name is used, where an export is imported, and the code frame that
//! shows a line to a person.
//!
//! The engine knows places of calls and of property accesses, but not of a bare name, and none of an import that
//! finds no export. [`use_of`] and [`import_of`] find these in the text. Lines and columns count from one.

use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::SemanticBuilder;
use oxc_span::{SourceType, Span};

/// How long a source line may be to be shown: bundles have everything on one.
const SHOWN_LETTERS: usize = 200;

/// A line and a column of a text.
pub(crate) type Place = (usize, usize);

fn kind_of(address: &str) -> SourceType {
    if address.ends_with(".ts") { SourceType::ts() } else { SourceType::unambiguous() }
}

/// The first use of `name`, which nothing declares, at `from` or after it.
///
/// The engine's last known place precedes the use, and every use before that one would have failed already.
pub(crate) fn use_of(address: &str, text: &str, name: &str, from: Place) -> Option<Place> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, kind_of(address)).parse();
    if parsed.panicked {
        return None;
    }
    let semantic = SemanticBuilder::new().with_build_nodes(true).build(&parsed.program).semantic;
    let scoping = semantic.scoping();
    let start = offset_of(text, from)?;
    let uses = scoping.root_unresolved_references().iter().find(|(known, _)| known.as_str() == name)?.1;
    let offsets = uses.iter().map(|id| semantic.reference_span(scoping.get_reference(*id)).start as usize);
    offsets.filter(|offset| *offset >= start).min().map(|offset| place_of(text, offset))
}

/// Where a text imports `name` from a module whose specifier is `wanted`, and that specifier.
pub(crate) fn import_of(
    address: &str,
    text: &str,
    name: &str,
    wanted: impl Fn(&str) -> bool,
) -> Option<(String, Place)> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, kind_of(address)).parse();
    let record = &parsed.module_record;
    let imports =
        record.import_entries.iter().map(|entry| (entry.statement_span, Some(&entry.module_request)));
    let passed_on = record
        .indirect_export_entries
        .iter()
        .map(|entry| (entry.statement_span, entry.module_request.as_ref()));
    imports.chain(passed_on).find_map(|(statement, request)| {
        let specifier = request?.name.as_str();
        let offset = name_within(text, statement, name)?;
        wanted(specifier).then(|| (specifier.to_owned(), place_of(text, offset)))
    })
}

/// Where a text imports from `specifier`, or passes on what is exported there.
pub(crate) fn request_of(address: &str, text: &str, specifier: &str) -> Option<Place> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, kind_of(address)).parse();
    let requests = parsed.module_record.requested_modules.get(specifier)?;
    requests.iter().map(|request| request.span.start as usize).min().map(|offset| place_of(text, offset))
}

/// Where a text stops being JavaScript.
pub(crate) fn fault_of(address: &str, text: &str) -> Option<Place> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, kind_of(address)).parse();
    let label = parsed.diagnostics.first()?.labels.first()?;
    Some(place_of(text, label.offset() as usize))
}

/// Where an import statement has a name in it; `default` may be written as another name.
fn name_within(text: &str, statement: Span, name: &str) -> Option<usize> {
    let start = statement.start as usize;
    let said = text.get(start..statement.end as usize)?;
    let part_of_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let whole = said.match_indices(name).find(|(at, _)| {
        !said[..*at].ends_with(part_of_name) && !said[at + name.len()..].starts_with(part_of_name)
    });
    match whole {
        Some((at, _)) => Some(start + at),
        None => (name == "default").then_some(start),
    }
}

/// Where a text does not parse, as a module or a body of a function, if anywhere.
pub(crate) fn broken_at(address: &str, text: &str) -> Option<Place> {
    let allocator = Allocator::default();
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    let parsed = Parser::new(&allocator, text, kind_of(address)).with_options(options).parse();
    let label = parsed.diagnostics.first()?.labels.first()?.offset() as usize;
    Some(place_of(text, label))
}

fn offset_of(text: &str, (line, column): Place) -> Option<usize> {
    let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let within = text.get(before..)?.char_indices().nth(column.saturating_sub(1));
    Some(within.map_or(text.len(), |(at, _)| before + at))
}

/// The place of a byte offset.
pub(crate) fn place_of(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// The source line of a place with a caret below it; nothing when the line is too long to help.
pub(crate) fn code_frame(text: &str, (line, column): Place) -> Option<String> {
    let shown = text.lines().nth(line.checked_sub(1)?)?;
    if shown.chars().count() > SHOWN_LETTERS {
        return None;
    }
    // Tabs stay, so that the caret stands below its letter.
    let gap: String =
        shown.chars().take(column.saturating_sub(1)).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    Some(format!("  {line} | {shown}\n  {} | {gap}^", " ".repeat(line.to_string().len())))
}

#[cfg(test)]
mod tests {
    use super::{broken_at, code_frame, import_of, use_of};

    #[test]
    fn uses_of_names_that_nothing_declares() {
        let check =
            |text: &str, from, wanted| assert_eq!(use_of("/a.js", text, "http", from), wanted, "{text}");
        check("export default () => {\n  http.get();\n};", (1, 16), Some((2, 3)));
        check("// http\nlet a = 'http';\nhttp;", (1, 1), Some((3, 1)));
        check("http.get(); http.put();", (1, 2), Some((1, 13)));
        check("import http from 'k6/http'; http.get();", (1, 1), None);
        check("a.http; ({ http: 1 });", (1, 1), None);
        check("let é = 'é'; http;", (1, 3), Some((1, 14)));
        check("const = ;", (1, 1), None);
        assert_eq!(use_of("/a.ts", "let a: number = 1;\nf(a as any);", "f", (1, 1)), Some((2, 1)));
    }

    #[test]
    fn places_of_syntax_errors() {
        let check = |text: &str, wanted| assert_eq!(broken_at("/a.js", text), wanted, "{text}");
        check("let a;\n  f(1, ;", Some((2, 8)));
        check("function ( {", Some((1, 10)));
        check("return 1;", None);
        check("export const a = 1;", None);
    }

    #[test]
    fn imports_of_exports() {
        let check = |text: &str, name: &str, wanted| {
            let found = import_of("/a.js", text, name, |specifier| specifier == "./b.js");
            assert_eq!(found.map(|(_, place)| place), wanted, "{text}");
        };
        check("import { a } from './c.js';\nimport {\n  ab, a } from './b.js';", "a", Some((3, 7)));
        check("import x from './b.js';", "default", Some((1, 1)));
        check("export { a as b } from './b.js';", "a", Some((1, 10)));
        check("import { ab } from './b.js';", "a", None);
    }

    #[test]
    fn frames_show_the_line() {
        let check = |text: &str, place, wanted: Option<&str>| {
            assert_eq!(code_frame(text, place).as_deref(), wanted, "{text}");
        };
        check("a;\nlet b = c;\n", (2, 9), Some("  2 | let b = c;\n    |         ^"));
        check("\tc;", (1, 2), Some("  1 | \tc;\n    | \t^"));
        check("a;", (5, 1), None);
        check(&"a".repeat(500), (1, 1), None);
    }
}
