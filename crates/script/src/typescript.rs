//! TypeScript to JavaScript: types removed; enums, namespaces, decorators and parameter properties lowered.
//!
//! [`translate`] gives the text and where its places were in the original, so that errors name the user's own
//! line and column. Nothing is type-checked, and no `tsconfig.json` is read.

use std::path::{Path, PathBuf};

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use oxc_transformer::{HelperLoaderMode, TransformOptions, Transformer};

use crate::places;

/// What decorators call; put in front of a program that has any, on its first line.
const DECORATOR_HELPERS: &str = "const babelHelpers = { decorate(list, target, key, desc) { \
    let result = arguments.length < 3 ? target : desc === null ? Object.getOwnPropertyDescriptor(target, key) : desc; \
    for (let i = list.length - 1; i >= 0; i--) { const made = arguments.length < 3 ? list[i](result) : \
    arguments.length > 3 ? list[i](target, key, result) : list[i](target, key); if (made !== undefined) result = made; } \
    if (arguments.length > 3 && result) Object.defineProperty(target, key, result); return result; }, \
    decorateParam: (index, decorator) => (target, key) => decorator(target, key, index), \
    decorateMetadata() { return () => {}; }, \
    defineProperty(object, key, value) { Object.defineProperty(object, key, \
    { value, enumerable: true, configurable: true, writable: true }); return object; } }; ";

/// A translated module.
#[derive(Debug)]
pub(crate) struct Translated {
    /// JavaScript.
    pub(crate) code: String,
    /// Where the code was before.
    pub(crate) places: Places,
}

/// Pairs of places, by line and column of the translation; all count from zero.
#[derive(Debug, Default)]
pub(crate) struct Places(Vec<((u32, u32), (u32, u32))>);

impl Places {
    /// The original line and column of a place in the translation; all count from one.
    pub(crate) fn original(&self, line: u32, column: u32) -> Option<(u32, u32)> {
        let wanted = (line.checked_sub(1)?, column.saturating_sub(1));
        let after = self.0.partition_point(|(place, _)| *place <= wanted);
        let (_, (line, column)) = self.0.get(after.checked_sub(1)?)?;
        Some((line + 1, column + 1))
    }
}

/// Translates the module at `path`.
///
/// # Errors
/// The syntax error, with line and column of the original and the line itself.
pub(crate) fn translate(path: &str, text: &str) -> Result<Translated, String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
    if let Some(first) = parsed.diagnostics.first() {
        let offset = first.labels.first().map(|label| label.offset() as usize);
        return Err(located(path, text, offset.unwrap_or(0), &first.to_string()));
    }
    let mut program = parsed.program;
    let scoping = SemanticBuilder::new().with_excess_capacity(2.0).with_enum_eval(true).build(&program);
    let mut options = TransformOptions::default();
    options.helper_loader.mode = HelperLoaderMode::External;
    options.decorator.legacy = true;
    let done = Transformer::new(&allocator, Path::new(path), &options)
        .build_with_scoping(scoping.semantic.into_scoping(), &mut program);
    if let Some(first) = done.diagnostics.first() {
        return Err(located(path, text, 0, &first.to_string()));
    }
    let options = CodegenOptions { source_map_path: Some(PathBuf::from(path)), ..CodegenOptions::default() };
    let printed = Codegen::new().with_options(options).build(&program);
    let helpers = if printed.code.contains("babelHelpers.") { DECORATOR_HELPERS } else { "" };
    let shift = u32::try_from(helpers.len()).expect("the helpers are short");
    let mut places = Vec::new();
    if let Some(map) = &printed.map {
        for token in map.get_tokens() {
            let line = token.get_dst_line();
            let column = token.get_dst_col() + if line == 0 { shift } else { 0 };
            places.push(((line, column), (token.get_src_line(), token.get_src_col())));
        }
    }
    places.sort_unstable();
    Ok(Translated { code: format!("{helpers}{}", printed.code), places: Places(places) })
}

/// `message` with its place and the line of source that it is about.
fn located(path: &str, text: &str, offset: usize, message: &str) -> String {
    let place = places::place_of(text, offset);
    let frame = places::code_frame(text, place).map(|frame| format!("\n{frame}")).unwrap_or_default();
    format!("{path}:{}:{}: {message}{frame}", place.0, place.1)
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn types_go_and_what_runs_stays() {
        let check = |text: &str, wanted: &[&str], gone: &[&str]| {
            let code = translate("/a.ts", text).expect("it is TypeScript").code;
            assert!(wanted.iter().all(|part| code.contains(part)), "{text}: {code}");
            assert!(!gone.iter().any(|part| code.contains(part)), "{text}: {code}");
        };
        check("export const a: number = 1 as any;", &["a = 1"], &["number", "any"]);
        check(
            "import { Options } from 'k6/options'; export const o: Options = {};",
            &["o = {}"],
            &["k6/options"],
        );
        check(
            "enum Level { Low = 2, High }\nexport default Level.High;",
            &["Level[\"Low\"]", "3"],
            &["enum"],
        );
        check("namespace N { export const x = 1; }\nexport default N.x;", &["x = 1"], &["namespace"]);
        check("class A { constructor(private b: string) {} }", &["this.b = b"], &["private"]);
        check("function d(t: any) {}\n@d class A {}", &["babelHelpers.decorate"], &["@d"]);
    }

    #[test]
    fn places_are_the_originals() {
        let text =
            "interface A {\n  b: string;\n}\n\nexport default function () {\n  throw new Error('x');\n}\n";
        let done = translate("/a.ts", text).expect("it is TypeScript");
        let line = done.code.lines().position(|line| line.contains("throw")).expect("it stays") as u32 + 1;
        let column = done.code.lines().find_map(|line| line.find("new Error")).expect("it stays") as u32 + 1;
        assert_eq!(done.places.original(line, column), Some((6, 9)), "{}", done.code);
    }

    #[test]
    fn a_syntax_error_names_its_place() {
        let error = translate("/a.ts", "const a = 1;\nconst b: = 2;\n").expect_err("it is no TypeScript");
        assert!(error.starts_with("/a.ts:2:10: ") && error.contains("2 | const b: = 2;"), "{error}");
    }
}
