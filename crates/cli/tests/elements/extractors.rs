//! Post-processors.

use super::super::jmx::*;
use super::*;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn extractors() -> Vec<Row> {
    let regex = |more: &[(&str, &str)]| {
        let mut all = vec![
            ("RegexExtractor.refname", "v"),
            ("RegexExtractor.useHeaders", "false"),
            ("RegexExtractor.template", "$1$"),
            ("RegexExtractor.default", "none"),
            ("RegexExtractor.match_number", "1"),
        ];
        all.retain(|(name, _)| more.iter().all(|(own, _)| own != name));
        all.extend(more);
        el("RegexExtractor", "r", &all, "")
    };
    let on_error = |action: &str| el("ResultAction", "a", &[("OnError.action", action)], "");
    let bad = || get("bad", "/bin/status/500", "");
    vec![
        row(
            "regex",
            &[
                get(
                    "g",
                    "/bin/html",
                    &regex(&[
                        ("RegexExtractor.regex", "data-n=\"(\\d)\"><a href=\"([^\"]+)\""),
                        ("RegexExtractor.template", "$2$:$1$"),
                        ("RegexExtractor.match_number", "2"),
                    ]),
                ),
                show("${v} ${v_g} ${v_g1}"),
            ],
            &["g", "/bin/get?n=2:2 2 2"],
        ),
        row(
            "regex all",
            &[
                get(
                    "g",
                    "/bin/html",
                    &regex(&[
                        ("RegexExtractor.regex", "data-n=\"(\\d)\""),
                        ("RegexExtractor.match_number", "-1"),
                    ]),
                ),
                show("${v_matchNr} ${v_1} ${v_2_g1}"),
            ],
            &["g", "2 1 2"],
        ),
        row(
            "regex headers",
            &[
                get(
                    "g",
                    "/bin/json",
                    &regex(&[
                        ("RegexExtractor.regex", "(?i)content-type: (\\S+)"),
                        ("RegexExtractor.useHeaders", "true"),
                    ]),
                ),
                show("${v}"),
            ],
            &["g", "application/json"],
        ),
        row(
            "regex code",
            &[
                get(
                    "g",
                    "/bin/json",
                    &(regex(&[("RegexExtractor.regex", "(\\d+)"), ("RegexExtractor.useHeaders", "code")])
                        + &regex(&[
                            ("RegexExtractor.refname", "u"),
                            ("RegexExtractor.regex", "/bin/(\\w+)"),
                            ("RegexExtractor.useHeaders", "URL"),
                        ])),
                ),
                show("${v}${u}"),
            ],
            &["g", "200json"],
        ),
        row(
            "regex default",
            &[
                get(
                    "g",
                    "/bin/json",
                    &(regex(&[("RegexExtractor.regex", "(nowhere)")])
                        + &regex(&[
                            ("RegexExtractor.refname", "e"),
                            ("RegexExtractor.regex", "(nowhere)"),
                            ("RegexExtractor.default", ""),
                            ("RegexExtractor.default_empty_value", "true"),
                        ])),
                ),
                show("${v}[${e}]"),
            ],
            &["g", "none[]"],
        ),
        row(
            "regex variable",
            &[
                get(
                    "g",
                    "/bin/json",
                    &regex(&[
                        ("RegexExtractor.regex", "(m)"),
                        ("Sample.scope", "variable"),
                        ("Scope.variable", "who"),
                    ]),
                ),
                show("${v}"),
            ],
            &["g", "m"],
        ),
        row(
            "json",
            &[
                get(
                    "g",
                    "/bin/json",
                    &(el(
                        "JSONPostProcessor",
                        "j",
                        &[
                            ("JSONPostProcessor.referenceNames", "a;b"),
                            ("JSONPostProcessor.jsonPathExprs", "$.items[*].id;$.items[?(@.id==2)].name"),
                            ("JSONPostProcessor.match_numbers", "-1;1"),
                            ("JSONPostProcessor.defaultValues", "x;y"),
                            ("JSONPostProcessor.compute_concat", "true"),
                        ],
                        "",
                    )),
                ),
                show("${a_matchNr} ${a_3} ${a_ALL} ${b}"),
            ],
            &["g", "3 3 1,2,3 two"],
        ),
        row(
            "json path of a plug-in",
            &[
                get(
                    "g",
                    "/bin/json",
                    &[
                        ("list", "$.items[*].id"),
                        ("one", "$.items[1].name"),
                        ("none", "$.nowhere"),
                        ("bad", "$["),
                    ]
                    .map(|(name, path)| {
                        el(
                            "com.atlantbh.jmeter.plugins.jsonutils.jsonpathextractor.JSONPathExtractor",
                            name,
                            &[("VAR", name), ("JSONPATH", path), ("DEFAULT", "d")],
                            "",
                        )
                    })
                    .concat(),
                ),
                show("${list} ${list_3} ${list_matchNr} ${one} ${none} ${bad}"),
                el("com.atlantbh.jmeter.plugins.jsonutils.jsonformatter.JSONFormatter", "f", &[], ""),
                el("com.atlantbh.jmeter.plugins.xmlformatter.XMLFormatPostProcessor", "f", &[], ""),
            ],
            &["g", "[1,2,3] 3 3 two d d"],
        ),
        row(
            "boundary",
            &[
                get(
                    "g",
                    "/bin/html",
                    &el(
                        "BoundaryExtractor",
                        "b",
                        &[
                            ("BoundaryExtractor.refname", "b"),
                            ("BoundaryExtractor.lboundary", "<h1 id=\"title\">"),
                            ("BoundaryExtractor.rboundary", "</h1>"),
                            ("BoundaryExtractor.match_number", "1"),
                        ],
                        "",
                    ),
                ),
                show("${b}"),
            ],
            &["g", "A page"],
        ),
        row(
            "css",
            &[
                get(
                    "g",
                    "/bin/html",
                    &(el(
                        "HtmlExtractor",
                        "h",
                        &[
                            ("HtmlExtractor.refname", "t"),
                            ("HtmlExtractor.expr", "p.lead"),
                            ("HtmlExtractor.attribute", ""),
                            ("HtmlExtractor.match_number", "1"),
                        ],
                        "",
                    ) + &el(
                        "HtmlExtractor",
                        "h",
                        &[
                            ("HtmlExtractor.refname", "u"),
                            ("HtmlExtractor.expr", "li a"),
                            ("HtmlExtractor.attribute", "href"),
                            ("HtmlExtractor.match_number", "2"),
                        ],
                        "",
                    )),
                ),
                show("${t}|${u}"),
            ],
            &["g", "The quick brown fox jumps over the lazy dog.|/bin/get?n=2"],
        ),
        row(
            "xpath",
            &[
                get(
                    "g",
                    "/bin/xml",
                    &(el(
                        "XPathExtractor",
                        "x",
                        &[
                            ("XPathExtractor.refname", "x"),
                            ("XPathExtractor.xpathQuery", "//item[@id='2']/text()"),
                            ("XPathExtractor.default", "none"),
                        ],
                        "",
                    ) + &el(
                        "XPath2Extractor",
                        "x",
                        &[
                            ("XPathExtractor2.refname", "y"),
                            ("XPathExtractor2.xpathQuery", "/items/item[1]/text()"),
                            ("XPathExtractor2.matchNumber", "1"),
                        ],
                        "",
                    )),
                ),
                show("${x}${y}"),
            ],
            &["g", "twoone"],
        ),
        row(
            "jmespath",
            &[
                get(
                    "g",
                    "/bin/json",
                    &el(
                        "JMESPathExtractor",
                        "j",
                        &[
                            ("JMESExtractor.referenceName", "j"),
                            ("JMESExtractor.jmesPathExpr", "items[?id==`3`].id | [0]"),
                            ("JMESExtractor.matchNumber", "1"),
                        ],
                        "",
                    ),
                ),
                show("${j}"),
            ],
            &["g", "3"],
        ),
        row(
            "after",
            &[
                get(
                    "s",
                    "/bin/json",
                    &(groovy(
                        "JSR223PostProcessor",
                        "p",
                        "def o = new groovy.json.JsonSlurper().parseText(prev.getResponseDataAsString()); vars.put('n', o.items.collect { it.name }.take(2).join('+')); if (prev.getResponseCode() != '200') { vars.put('n', 'bad') }",
                    ) + &el(
                        "BeanShellPostProcessor",
                        "b",
                        &[("script", "vars.put(\"code\", prev.getResponseCode());")],
                        "",
                    ) + &el("DebugPostProcessor", "d", &[], "")),
                ),
                show("${n} ${code}"),
            ],
            &["s", "s-0", "one+two 200"],
        ),
        loops(
            "on error next loop",
            "1",
            "2",
            &[bad(), show("after"), on_error("4")],
            &["bad 500 failed", "bad 500 failed"],
        ),
        row("on error stop", &[bad(), show("after"), on_error("1")], &["bad 500 failed"]),
        row(
            "on error break",
            &[
                el("LoopController", "l", &[("LoopController.loops", "3")], &(bad() + &show("never"))),
                show("after"),
                on_error("6"),
            ],
            &["bad 500 failed", "after"],
        ),
    ]
}
