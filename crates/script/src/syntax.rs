//! What kind of source a text is: [`is_module`] tells ECMAScript modules from CommonJS, [`fault_of_module`] whether a
//! text can be read as one.
//!
//! It judges by what is written, not by file names, as scripts of both kinds end in `.js`.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

use crate::places;

/// Whether a text has `import`, `export` or `await` at its top level.
pub(crate) fn is_module(text: &[u8]) -> bool {
    let Ok(source) = std::str::from_utf8(text) else { return false };
    // Most bundles have none of these words, and need no parsing.
    if !["import", "export", "await"].iter().any(|word| mentions(text, word)) {
        return false;
    }
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, SourceType::unambiguous()).parse();
    parsed.module_record.has_module_syntax || (!parsed.panicked && parsed.program.source_type.is_module())
}

/// What keeps a text from being a module of JavaScript, with its line and column; nothing when it is one. What the
/// module imports and uses is not looked at.
#[must_use]
pub fn fault_of_module(text: &str) -> Option<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
    let diagnostics = if parsed.diagnostics.is_empty() {
        SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program).diagnostics
    } else {
        parsed.diagnostics
    };
    let fault = diagnostics.first()?;
    let offset = fault.labels.first().map_or(0, |label| label.offset() as usize);
    let (line, column) = places::place_of(text, offset);
    Some(format!("{line}:{column}: {fault}"))
}

/// Whether `words` occur in a text.
pub(crate) fn mentions(text: &[u8], words: &str) -> bool {
    text.windows(words.len()).any(|part| part == words.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{fault_of_module, is_module};

    #[test]
    fn modules_that_cannot_be_read_have_a_fault() {
        let check = |text: &str, wanted: Option<&str>| {
            let found = fault_of_module(text);
            let place =
                found.as_deref().map(|fault| fault.splitn(3, ':').take(2).collect::<Vec<_>>().join(":"));
            assert_eq!(place.as_deref(), wanted, "{text}: {found:?}");
        };
        check("import http from 'k6/http';\nexport default () => http.get(unknown);", None);
        check("export default function () {\n  let a = ;\n}", Some("2:11"));
        check("let a;\nlet a;", Some("1:5"));
        check("if (true) {\n  break;\n}", Some("2:3"));
    }

    #[test]
    fn modules_are_told_from_commonjs() {
        let check = |text: &str, wanted: bool| assert_eq!(is_module(text.as_bytes()), wanted, "{text}");
        check("export default 1;", true);
        check("import 'k6';", true);
        check("const a = await 1;", true);
        check("console.log(import.meta.resolve('./a.js'));", true);
        check("export default function () { const = }", true);
        check("module.exports = 1;", false);
        check("exports.a = async () => { await 1; };", false);
        check("// import and export are words\nmodule.exports = 'export default';", false);
        check("import('./a.js').then(() => {});", false);
        check("with (exports) {}", false);
        check("", false);
    }
}
