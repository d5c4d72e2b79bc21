//! Samplers.

use super::super::jmx::*;
use super::*;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn samplers() -> Vec<Row> {
    let posted = items(
        "Arguments.arguments",
        "HTTPArgument",
        &[
            &[
                ("Argument.name", "a"),
                ("Argument.value", "1 2"),
                ("HTTPArgument.always_encode", "true"),
                ("HTTPArgument.use_equals", "true"),
                ("Argument.metadata", "="),
            ],
            &[
                ("Argument.name", "b"),
                ("Argument.value", "x%20y"),
                ("HTTPArgument.always_encode", "false"),
                ("HTTPArgument.use_equals", "true"),
                ("Argument.metadata", "="),
            ],
        ],
    );
    let posted = format!(
        "<elementProp name=\"HTTPsampler.Arguments\" elementType=\"Arguments\">{posted}</elementProp>"
    );
    let files = items(
        "HTTPFileArgs.files",
        "HTTPFileArg",
        &[&[("File.path", "users.csv"), ("File.paramname", "f"), ("File.mimetype", "text/csv")]],
    );
    let files =
        format!("<elementProp name=\"HTTPsampler.Files\" elementType=\"HTTPFileArgs\">{files}</elementProp>");
    let raw_file = items(
        "HTTPFileArgs.files",
        "HTTPFileArg",
        &[&[("File.path", "users.csv"), ("File.paramname", ""), ("File.mimetype", "text/csv")]],
    );
    let raw_file = format!(
        "<elementProp name=\"HTTPsampler.Files\" elementType=\"HTTPFileArgs\">{raw_file}</elementProp>"
    );
    let bean = |class: &str, name: &str, script: &str| {
        el(
            class,
            name,
            &[("BeanShellSampler.query", script), ("BeanShellSampler.resetInterpreter", "false")],
            "",
        )
    };
    let action = |action: &str, target: &str, duration: &str| {
        el(
            "TestAction",
            "flow",
            &[
                ("ActionProcessor.action", action),
                ("ActionProcessor.target", target),
                ("ActionProcessor.duration", duration),
            ],
            "",
        )
    };
    let old = |class: &str| {
        el(
            class,
            class,
            &[
                ("HTTPSampler.domain", "127.0.0.1"),
                ("HTTPSampler.port", "${__P(port)}"),
                ("HTTPSampler.path", "/bin/get"),
                ("HTTPSampler.method", "GET"),
            ],
            "",
        )
    };
    vec![
        row(
            "form",
            &[
                http(
                    "f",
                    "POST",
                    "/bin/post",
                    &[],
                    &posted,
                    &(json("a", "$.form.a") + &json("b", "$.form.b")),
                ),
                show("${a}|${b}"),
            ],
            &["f", "1 2|x y"],
        ),
        row(
            "query",
            &[
                http(
                    "q",
                    "GET",
                    "/bin/get?z=0",
                    &[],
                    &posted,
                    &(json("a", "$.args.a") + &json("b", "$.args.b") + &json("z", "$.args.z")),
                ),
                show("${a}|${b}|${z}"),
            ],
            &["q", "1 2|x y|0"],
        ),
        row(
            "body",
            &[
                http("b", "POST", "/bin/post", &[], &body("{\"n\": ${two}}"), &json("n", "$.json.n")),
                show("${n}"),
            ],
            &["b", "2"],
        ),
        row(
            "methods",
            &["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
                .map(|method| http(method, method, "/bin/anything", &[], "", "")),
            &["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"],
        ),
        row(
            "files",
            &[
                http(
                    "m",
                    "POST",
                    "/bin/post",
                    &[("HTTPSampler.DO_MULTIPART_POST", "true")],
                    &(posted.clone() + &files),
                    &json("file", "$.files.f"),
                ),
                show("${__strLen(${file})}"),
                http("r", "POST", "/bin/post", &[], &raw_file, &json("raw", "$.data")),
                show("${__strLen(${raw})}"),
            ],
            &["m", "20", "r", "20"],
        ),
        row(
            "redirects",
            &[
                get("followed", "/bin/redirect/2", &json("url", "$.method")),
                show("${url}"),
                http("not", "GET", "/bin/redirect/1", &[("HTTPSampler.follow_redirects", "false")], "", ""),
                http(
                    "auto",
                    "GET",
                    "/bin/redirect/1",
                    &[("HTTPSampler.follow_redirects", "false"), ("HTTPSampler.auto_redirects", "true")],
                    "",
                    "",
                ),
            ],
            &["followed", "followed-0 302", "followed-1 302", "followed-2", "GET", "not 302", "auto"],
        ),
        row(
            "whole address",
            &[
                http(
                    "w",
                    "GET",
                    "http://127.0.0.1:${__P(port)}/bin/get?k=v",
                    &[],
                    "",
                    &json("k", "$.args.k"),
                ),
                show("${k}"),
            ],
            &["w", "v"],
        ),
        row("failure", &[get("missing", "/bin/status/404", "")], &["missing 404 failed"]),
        row(
            "time out",
            &[http("late", "GET", "/bin/delay/5", &[("HTTPSampler.response_timeout", "50")], "", "")],
            &["late Non HTTP response code: java.net.SocketTimeoutException failed"],
        ),
        row(
            "md5",
            &[
                http(
                    "h",
                    "GET",
                    "/bin/text",
                    &[("HTTPSampler.md5", "true")],
                    "",
                    &el(
                        "RegexExtractor",
                        "r",
                        &[
                            ("RegexExtractor.refname", "md5"),
                            ("RegexExtractor.regex", "(.+)"),
                            ("RegexExtractor.template", "$1$"),
                            ("RegexExtractor.default", "none"),
                        ],
                        "",
                    ),
                ),
                show("${md5}"),
            ],
            &["h", "b1946ac92492d2347c6235b4d2611184"],
        ),
        row("old names", &[old("HTTPSampler"), old("HTTPSampler2")], &["HTTPSampler", "HTTPSampler2"]),
        row(
            "embedded",
            &[http(
                "page",
                "GET",
                "/",
                &[("HTTPSampler.image_parser", "true"), ("HTTPSampler.embedded_url_re", ".*shop.css")],
                "",
                "",
            )],
            &["page", "page-0", "page-1"],
        ),
        row(
            "debug",
            &[
                el(
                    "DebugSampler",
                    "d",
                    &[("displayJMeterVariables", "true")],
                    &el(
                        "RegexExtractor",
                        "r",
                        &[
                            ("RegexExtractor.refname", "seen"),
                            ("RegexExtractor.regex", "(?m)^who=(.*)$"),
                            ("RegexExtractor.template", "$1$"),
                        ],
                        "",
                    ),
                ),
                show("${seen}"),
            ],
            &["d", "me"],
        ),
        row(
            "script",
            &[
                groovy(
                    "JSR223Sampler",
                    "s",
                    "SampleResult.setResponseCode('201'); SampleResult.setResponseData('x', 'UTF-8'); vars.put('len', '' + 'abc'.length())",
                ),
                show("${len}"),
            ],
            &["s 201", "3"],
        ),
        row(
            "script file",
            &[
                el("JSR223Sampler", "s", &[("scriptLanguage", "groovy"), ("filename", "hello.groovy")], ""),
                show("${from_file}"),
            ],
            &["s", "yes"],
        ),
        row(
            "script fails",
            &[groovy("JSR223Sampler", "s", "throw new RuntimeException('no')")],
            &["s 500 failed"],
        ),
        row(
            "languages",
            &[
                el(
                    "JSR223Sampler",
                    "js",
                    &[("scriptLanguage", "javascript"), ("script", "vars.put('js', String(1 + 1))")],
                    "",
                ),
                el(
                    "JSR223Sampler",
                    "bsh",
                    &[
                        ("scriptLanguage", "beanshell"),
                        ("script", "int i = 2; vars.put(\"bsh\", String.valueOf(i + 1));"),
                    ],
                    "",
                ),
                bean(
                    "BeanShellSampler",
                    "own",
                    "String s = vars.get(\"who\"); vars.put(\"own\", s.toUpperCase()); ResponseCode = \"202\";",
                ),
                show("${js}${bsh}${own}"),
            ],
            &["js", "bsh", "own 202", "23ME"],
        ),
        row(
            "scripts of BSF",
            &[
                el(
                    "BSFSampler",
                    "s",
                    &[
                        ("BSFSampler.language", "javascript"),
                        ("BSFSampler.query", "vars.put('bsf', '' + (20 + 1))"),
                    ],
                    &(el(
                        "BSFPreProcessor",
                        "p",
                        &[("scriptLanguage", "beanshell"), ("script", "vars.put(\"before\", \"b\");")],
                        "",
                    ) + &groovy("BSFPostProcessor", "p", "vars.put('after', 'a')")
                        + &groovy("BSFTimer", "t", "vars.put('timed', 't'); 1")
                        + &groovy("BSFListener", "l", "vars.put('heard', sampleResult.sampleLabel)")),
                ),
                el(
                    "DebugSampler",
                    "${bsf}${before}${after}${timed}${heard}",
                    &[],
                    &groovy("BSFAssertion", "a", "AssertionResult.setFailure(vars.get('bsf') == '21')"),
                ),
            ],
            &["s", "21bats 200 failed"],
        ),
        row(
            "set variables",
            &[
                with(
                    "kg.apc.jmeter.control.sampler.SetVariablesAction",
                    "s",
                    &[],
                    &inner_arguments("SetVariablesAction", &[("who", "you"), ("copy", "${who}${two}")]),
                    "",
                ),
                show("${copy}"),
            ],
            &["you2"],
        ),
        row("pause", &[action("1", "0", "10"), show("after")], &["after"]),
        row("stop thread", &[show("before"), action("0", "0", "0"), show("after")], &["before"]),
        loops(
            "next loop",
            "1",
            "2",
            &[show("before"), action("3", "0", "0"), show("after")],
            &["before", "before"],
        ),
        row(
            "break",
            &[
                el(
                    "LoopController",
                    "l",
                    &[("LoopController.loops", "3")],
                    &(show("in") + &action("5", "0", "0")),
                ),
                show("after"),
            ],
            &["in", "after"],
        ),
        row(
            "continue",
            &[
                el(
                    "LoopController",
                    "l",
                    &[("LoopController.loops", "2")],
                    &(show("in") + &action("4", "0", "0") + &show("never")),
                ),
                show("after"),
            ],
            &["in", "in", "after"],
        ),
        row(
            "java",
            &[with(
                "JavaSampler",
                "j",
                &[("classname", "org.apache.jmeter.protocol.java.test.JavaTest")],
                &format!(
                    "<elementProp name=\"arguments\" elementType=\"Arguments\">{}</elementProp>",
                    items(
                        "Arguments.arguments",
                        "Argument",
                        &[
                            &[("Argument.name", "Sleep_Time"), ("Argument.value", "1")],
                            &[("Argument.name", "Sleep_Mask"), ("Argument.value", "0x0")],
                            &[("Argument.name", "ResponseCode"), ("Argument.value", "201")],
                            &[("Argument.name", "Status"), ("Argument.value", "OK")]
                        ]
                    )
                ),
                "",
            )],
            &["j 201"],
        ),
        row(
            "dummy",
            &[el(
                "kg.apc.jmeter.samplers.DummySampler",
                "dummy",
                &[
                    ("WAITING", "false"),
                    ("SUCCESFULL", "false"),
                    ("RESPONSE_CODE", "418"),
                    ("RESPONSE_MESSAGE", "tea"),
                    ("RESPONSE_DATA", "pot"),
                    ("RESPONSE_TIME", "7"),
                ],
                "",
            )],
            &["dummy 418 failed"],
        ),
    ]
}
