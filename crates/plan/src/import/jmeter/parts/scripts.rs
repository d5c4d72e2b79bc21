//! Scripts of elements.

use super::super::compile::{Compiler, Texts};
use super::super::document::Element;
use super::super::script_element::Script;
use super::super::scripts::Language;
use crate::groovy;
use crate::note::Kind;

/// The script of an element.
pub fn script(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Script {
    let element = texts.element;
    let bean_shell = element.class.starts_with("BeanShell");
    let bsf = element.class == "BSFSampler";
    let prefix = if bsf {
        "BSFSampler."
    } else if element.text_if("BeanShellSampler.query").is_some() || element.class == "BeanShellSampler" {
        "BeanShellSampler."
    } else if element.class == "BeanShellAssertion" {
        "BeanShellAssertion."
    } else {
        ""
    };
    let name = |key: &str| format!("{prefix}{key}");
    let language = element.text(if bsf { "BSFSampler.language" } else { "scriptLanguage" });
    let named = if bean_shell { Some(Language::BeanShell) } else { Language::named(language) };
    // JEXL is a language of expressions only.
    let named = named.filter(|named| *named != Language::Jexl);
    if named.is_none() {
        let message =
            format!("no scripts in the language {language} can run; its samples fail, as in JMeter");
        compiler.note(Kind::Ignored, element, message);
    }
    let source = texts.of(&if prefix.is_empty() { "script".to_owned() } else { name("query") });
    let language_of = named.unwrap_or(Language::Groovy);
    if source.is_fixed() && named.is_some() {
        check_script(compiler, element, source.raw(), language_of);
    }
    Script {
        cached: !bean_shell && !matches!(element.text("cacheKey").trim(), "" | "false"),
        language: named.unwrap_or(Language::Groovy),
        unknown: named.is_none().then(|| language.to_owned()),
        source,
        file: texts.of(&name("filename")),
        parameters: texts.of(&name("parameters")),
        bean_shell,
        reset: element.flag(&name("resetInterpreter"), false),
        id: compiler.id(),
    }
}

/// Says what of a script cannot run here, before anything runs.
fn check_script(compiler: &mut Compiler<'_>, element: &Element, source: &str, language: Language) {
    if let Err(error) = groovy::compile(source, super::super::host::of(language)) {
        let place = format!("line {}, column {} of the script", error.line, error.column);
        if error.is_unsupported() {
            compiler.note(
                Kind::Unsupported,
                element,
                format!("{}, in {place}, is not supported", error.construct),
            );
        } else {
            let message = format!("{} ({place}); the script fails when it runs, as in JMeter", error.message);
            compiler.note(Kind::Ignored, element, message);
        }
    }
}
