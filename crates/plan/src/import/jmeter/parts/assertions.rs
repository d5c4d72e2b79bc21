//! Assertions.

use super::super::assertion::{Assertion, Response, Valued};
use super::super::compile::{Compiler, Texts};
use super::super::elements;
use super::super::extractor::Apply;
use super::extractors::apply;
use super::ignored;
use super::scripts::script;
use crate::extract::xpath::Mode;

/// The assertion that an element is.
pub(super) fn assertion(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Assertion> {
    let element = texts.element;
    let valued = |path: &str| {
        Box::new(Valued {
            path: texts.of(path),
            expected: texts.of("EXPECTED_VALUE"),
            compare: element.flag("JSONVALIDATION", false),
            null: element.flag("EXPECT_NULL", false),
            invert: element.flag("INVERT", false),
            regex: element.flag("ISREGEX", true),
        })
    };
    Some(match element.class.as_str() {
        "ResponseAssertion" => Assertion::Response(Box::new(Response {
            apply: apply(texts, "Assertion.scope"),
            field: match element.text("Assertion.test_field") {
                "" => "Assertion.response_data".to_owned(),
                field => field.to_owned(),
            },
            kind: element.number("Assertion.test_type", 2),
            patterns: element
                .texts("Asserion.test_strings")
                .chain(element.texts("Assertion.test_strings"))
                .map(|text| texts.text(text))
                .collect(),
            message: texts.of("Assertion.custom_message"),
            assume_success: element.flag("Assertion.assume_success", false),
        })),
        "JSONPathAssertion" | "com.atlantbh.jmeter.plugins.jsonutils.jsonpathassertion.JSONPathAssertion" => {
            Assertion::Json(valued("JSON_PATH"))
        }
        "JMESPathAssertion" => Assertion::Jmes(valued("JMES_PATH")),
        "DurationAssertion" => Assertion::Duration(texts.of("DurationAssertion.duration")),
        "SizeAssertion" => Assertion::Size(
            element.text("Assertion.test_field").to_owned(),
            texts.of("SizeAssertion.size"),
            element.number("SizeAssertion.operator", 1),
        ),
        "XPathAssertion" => Assertion::Xpath(
            apply(texts, "Assertion.scope"),
            texts.of("XPath.xpath"),
            element.flag("XPath.negate", false),
            Mode { tolerant: element.flag("XPath.tolerant", false), ..Mode::default() },
        ),
        "XPath2Assertion" => Assertion::Xpath(
            apply(texts, "Assertion.scope"),
            texts.of("XPath2.xpath"),
            element.flag("XPath2.negate", false),
            Mode::default(),
        ),
        "XMLAssertion" => Assertion::Xml(Apply::Main),
        "MD5HexAssertion" => Assertion::Md5(texts.of("MD5HexAssertion.size")),
        "JSR223Assertion" | "BeanShellAssertion" | "BSFAssertion" => {
            Assertion::Script(script(compiler, texts))
        }
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            Assertion::Nothing
        }
    })
}
