//! Post-processors.

use super::super::compile::{Compiler, Texts};
use super::super::document::Element;
use super::super::elements;
use super::super::extractor::{Apply, Extractor, Target};
use super::super::text::Text;
use super::super::tree::Part;
use super::scripts::script;
use super::{ignored, samplers};
use crate::extract::xpath::Mode;

/// What of a sample is looked at.
pub(super) fn apply(texts: &Texts<'_>, scope: &str) -> Apply {
    match texts.element.text(scope) {
        "all" => Apply::All,
        "children" => Apply::Children,
        "variable" => Apply::Variable(texts.of("Scope.variable")),
        _ => Apply::Main,
    }
}

fn target(texts: &Texts<'_>, name: &str, which: &str, default: &str, empty: &str) -> Target {
    Target {
        apply: apply(texts, "Sample.scope"),
        name: texts.of(name),
        which: texts.of(which),
        default: texts.of(default),
        default_empty: texts.element.flag(empty, false),
    }
}

/// The extractor of the older plug-in for JSON.
fn json_value(texts: &Texts<'_>) -> Extractor {
    let of_variable = texts.element.text("SUBJECT") == "VAR";
    let target = Target {
        apply: if of_variable { Apply::Variable(texts.of("VARIABLE")) } else { Apply::Main },
        name: texts.of("VAR"),
        which: Text::literal(""),
        default: texts.of("DEFAULT"),
        default_empty: true,
    };
    Extractor::JsonValue(target, texts.of("JSONPATH"))
}

/// What a debug post-processor shows.
fn shown(element: &Element) -> Part {
    Part::Show {
        variables: element.flag("displayJMeterVariables", true),
        props: element.flag("displayJMeterProperties", false),
    }
}

/// The post-processor that an element is.
pub(super) fn post(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Part> {
    let element = texts.element;
    let plain = |prefix: &str| {
        target(
            texts,
            &format!("{prefix}.refname"),
            &format!("{prefix}.match_number"),
            &format!("{prefix}.default"),
            &format!("{prefix}.default_empty_value"),
        )
    };
    Some(Part::Extract(match element.class.as_str() {
        "RegexExtractor" => Extractor::Regex(
            plain("RegexExtractor"),
            element.text("RegexExtractor.useHeaders").to_owned(),
            texts.of("RegexExtractor.regex"),
            texts.of("RegexExtractor.template"),
        ),
        "JSONPostProcessor" => Extractor::Json(
            target(
                texts,
                "JSONPostProcessor.referenceNames",
                "JSONPostProcessor.match_numbers",
                "JSONPostProcessor.defaultValues",
                "",
            ),
            texts.of("JSONPostProcessor.jsonPathExprs"),
            element.flag("JSONPostProcessor.compute_concat", false),
        ),
        "BoundaryExtractor" => Extractor::Boundary(
            plain("BoundaryExtractor"),
            element.text("BoundaryExtractor.useHeaders").to_owned(),
            texts.of("BoundaryExtractor.lboundary"),
            texts.of("BoundaryExtractor.rboundary"),
        ),
        "HtmlExtractor" => Extractor::Css(
            plain("HtmlExtractor"),
            texts.of("HtmlExtractor.expr"),
            texts.of("HtmlExtractor.attribute"),
        ),
        "XPathExtractor" => Extractor::Xpath(
            target(
                texts,
                "XPathExtractor.refname",
                "XPathExtractor.matchNumber",
                "XPathExtractor.default",
                "",
            ),
            texts.of("XPathExtractor.xpathQuery"),
            Mode {
                tolerant: element.flag("XPathExtractor.tolerant", false),
                fragment: element.flag("XPathExtractor.fragment", false),
                ..Mode::default()
            },
            Text::literal(""),
        ),
        "XPath2Extractor" => Extractor::Xpath(
            target(
                texts,
                "XPathExtractor2.refname",
                "XPathExtractor2.matchNumber",
                "XPathExtractor2.default",
                "",
            ),
            texts.of("XPathExtractor2.xpathQuery"),
            Mode {
                fragment: element.flag("XPathExtractor2.fragment", false),
                indent: true,
                whole_text: true,
                ..Mode::default()
            },
            texts.of("XPathExtractor2.namespaces"),
        ),
        "JMESPathExtractor" => Extractor::Jmes(
            target(
                texts,
                "JMESExtractor.referenceName",
                "JMESExtractor.matchNumber",
                "JMESExtractor.defaultValue",
                "",
            ),
            texts.of("JMESExtractor.jmesPathExpr"),
        ),
        "com.atlantbh.jmeter.plugins.jsonutils.jsonpathextractor.JSONPathExtractor" => json_value(texts),
        "JSR223PostProcessor" | "BeanShellPostProcessor" | "BSFPostProcessor" => {
            return Some(Part::PostScript(script(compiler, texts)));
        }
        "JDBCPostProcessor" => return Some(Part::Ask(Box::new(samplers::query(compiler, texts)), false)),
        "DebugPostProcessor" => return Some(shown(element)),
        "ResultAction" => return Some(Part::OnFailure(element.number("OnError.action", 0))),
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            return None;
        }
    }))
}
