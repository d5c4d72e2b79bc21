//! Assertions and listeners.

use super::super::jmx::*;
use super::*;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn assertions() -> Vec<Row> {
    let fails = |name: &'static str, below: &str, fails: bool| {
        row(name, &[get("s", "/bin/json", below)], if fails { &["s 200 failed"] } else { &["s"] })
    };
    let valued = |class: &str, path: &str, more: &[(&str, &str)]| {
        let mut all = vec![
            (if class.starts_with("JSON") { "JSON_PATH" } else { "JMES_PATH" }, path),
            ("JSONVALIDATION", "true"),
            ("EXPECT_NULL", "false"),
            ("INVERT", "false"),
            ("ISREGEX", "false"),
        ];
        all.retain(|(name, _)| more.iter().all(|(own, _)| own != name));
        all.extend(more);
        el(class, "j", &all, "")
    };
    vec![
        fails("contains", &assert_that("Assertion.response_data", "2", &["\"id\":\\s*2"]), false),
        fails("not contains", &assert_that("Assertion.response_data", "6", &["nested"]), true),
        fails("substring", &assert_that("Assertion.response_data", "16", &["[1,[2,[3]]]"]), false),
        fails("not substring", &assert_that("Assertion.response_data", "20", &["nope"]), false),
        fails("equals code", &assert_that("Assertion.response_code", "8", &["200"]), false),
        fails("matches code", &assert_that("Assertion.response_code", "1", &["3.."]), true),
        fails("or", &assert_that("Assertion.response_code", "40", &["201", "200"]), false),
        fails(
            "response headers",
            &assert_that("Assertion.response_headers", "2", &["(?i)content-type"]),
            false,
        ),
        fails("message", &assert_that("Assertion.response_message", "8", &["OK"]), false),
        fails("address", &assert_that("Assertion.sample_label", "16", &["/bin/json"]), false),
        row(
            "assumed",
            &[get(
                "s",
                "/bin/status/404",
                &with(
                    "ResponseAssertion",
                    "a",
                    &[
                        ("Assertion.test_field", "Assertion.response_code"),
                        ("Assertion.test_type", "8"),
                        ("Assertion.assume_success", "true"),
                    ],
                    &list("Asserion.test_strings", &["404"]),
                    "",
                ),
            )],
            &["s 404"],
        ),
        fails(
            "json path",
            &valued("JSONPathAssertion", "$.items[1].name", &[("EXPECTED_VALUE", "two")]),
            false,
        ),
        fails(
            "json path regex",
            &valued(
                "JSONPathAssertion",
                "$.items[1].name",
                &[("EXPECTED_VALUE", "t.+"), ("ISREGEX", "true"), ("INVERT", "true")],
            ),
            true,
        ),
        fails(
            "json path of a plug-in",
            &valued(
                "com.atlantbh.jmeter.plugins.jsonutils.jsonpathassertion.JSONPathAssertion",
                "$.items[1].name",
                &[("EXPECTED_VALUE", "three")],
            ),
            true,
        ),
        fails("json path null", &valued("JSONPathAssertion", "$.nothing", &[("EXPECT_NULL", "true")]), false),
        fails(
            "json path missing",
            &valued("JSONPathAssertion", "$.nowhere", &[("JSONVALIDATION", "false")]),
            true,
        ),
        fails("jmespath assertion", &valued("JMESPathAssertion", "count", &[("EXPECTED_VALUE", "4")]), true),
        fails(
            "duration",
            &el("DurationAssertion", "d", &[("DurationAssertion.duration", "60000")], ""),
            false,
        ),
        fails(
            "size",
            &el(
                "SizeAssertion",
                "s",
                &[
                    ("Assertion.test_field", "SizeAssertion.response_data"),
                    ("SizeAssertion.size", "10"),
                    ("SizeAssertion.operator", "3"),
                ],
                "",
            ),
            false,
        ),
        fails(
            "size equal",
            &el(
                "SizeAssertion",
                "s",
                &[
                    ("Assertion.test_field", "SizeAssertion.response_data"),
                    ("SizeAssertion.size", "10"),
                    ("SizeAssertion.operator", "1"),
                ],
                "",
            ),
            true,
        ),
        row(
            "xpath assertions",
            &[get(
                "s",
                "/bin/xml",
                &(el(
                    "XPathAssertion",
                    "x",
                    &[("XPath.xpath", "//item[@id='1']"), ("XPath.negate", "false")],
                    "",
                ) + &el(
                    "XPath2Assertion",
                    "x",
                    &[("XPath2.xpath", "count(//item) = 2"), ("XPath2.negate", "false")],
                    "",
                ) + &el("XMLAssertion", "x", &[], "")),
            )],
            &["s"],
        ),
        fails("no xml", &el("XMLAssertion", "x", &[], ""), true),
        row(
            "md5 of the answer",
            &[get(
                "s",
                "/bin/text",
                &el(
                    "MD5HexAssertion",
                    "m",
                    &[("MD5HexAssertion.size", "b1946ac92492d2347c6235b4d2611184")],
                    "",
                ),
            )],
            &["s"],
        ),
        fails(
            "script assertion",
            &groovy(
                "JSR223Assertion",
                "j",
                "if (prev.getResponseCode() == '200') { AssertionResult.setFailure(true); AssertionResult.setFailureMessage('no') }",
            ),
            true,
        ),
        fails(
            "beanshell assertion",
            &el(
                "BeanShellAssertion",
                "b",
                &[(
                    "BeanShellAssertion.query",
                    "if (ResponseCode.equals(\"200\")) { Failure = true; FailureMessage = \"no\"; }",
                )],
                "",
            ),
            true,
        ),
        fails(
            "forms only",
            &(el("HTMLAssertion", "h", &[], "") + &el("CompareAssertion", "c", &[], "")),
            false,
        ),
        row(
            "listeners",
            &[
                show("${heard}${bean}"),
                show("${heard}${bean}"),
                groovy(
                    "JSR223Listener",
                    "l",
                    "vars.put('heard', sampleResult.getSampleLabel().length() + '')",
                ),
                el("BeanShellListener", "b", &[("script", "vars.put(\"bean\", \"b\");")], ""),
                el("ResultCollector", "c", &[("filename", "own.jtl")], ""),
                el(
                    "kg.apc.jmeter.vizualizers.CorrectedResultCollector",
                    "c",
                    &[("filename", "other.jtl")],
                    "",
                ),
                el("ResultSaver", "r", &[("FileSaver.filename", "answer-")], ""),
                el("BackendListener", "b", &[], ""),
                el("MailerResultCollector", "m", &[], ""),
                el("kg.apc.jmeter.vizualizers.CompositeResultCollector", "o", &[], ""),
                el("kg.apc.jmeter.reporters.FlexibleFileWriter", "o", &[], ""),
                el("kg.apc.jmeter.reporters.ConsoleStatusLogger", "o", &[], ""),
                el("kg.apc.jmeter.reporters.LoadosophiaUploader", "o", &[], ""),
                el("kg.apc.jmeter.reporters.AutoStop", "o", &[], ""),
                el("kg.apc.jmeter.jmxmon.JMXMonCollector", "o", &[], ""),
                el("kg.apc.jmeter.dbmon.DbMonCollector", "o", &[], ""),
                el("kg.apc.jmeter.perfmon.PerfMonCollector", "p", &[], ""),
                el("com.github.johrstrom.listener.PrometheusListener", "p", &[], ""),
            ],
            &["${heard}${bean}", "15b"],
        ),
    ]
}
