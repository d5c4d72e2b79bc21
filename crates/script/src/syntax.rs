//! What kind of source a text is: [`is_module`] tells ECMAScript modules from CommonJS.
//!
//! It judges by what is written, not by file names, as scripts of both kinds end in `.js`.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

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

/// Whether `words` occur in a text.
pub(crate) fn mentions(text: &[u8], words: &str) -> bool {
    text.windows(words.len()).any(|part| part == words.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::is_module;

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
