//! Settings, pre-processors and timers.

use super::super::jmx::*;
use super::*;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn settings() -> Vec<Row> {
    let csv = |props: &[(&str, &str)]| {
        let mut all = vec![
            ("delimiter", ","),
            ("fileEncoding", "UTF-8"),
            ("quotedData", "true"),
            ("recycle", "true"),
            ("stopThread", "false"),
            ("shareMode", "shareMode.thread"),
        ];
        all.retain(|(name, _)| props.iter().all(|(own, _)| own != name));
        all.extend(props);
        el("CSVDataSet", "data", &all, "")
    };
    let defaults = format!(
        "<ConfigTestElement guiclass=\"HttpDefaultsGui\" testclass=\"ConfigTestElement\" testname=\"d\" enabled=\"true\">{}</ConfigTestElement><hashTree/>",
        texts(&[
            ("HTTPSampler.domain", "127.0.0.1"),
            ("HTTPSampler.port", "${__P(port)}"),
            ("HTTPSampler.path", "/bin/get"),
            ("HTTPSampler.protocol", "http")
        ])
    );
    let cookie = with(
        "CookieManager",
        "c",
        &[("CookieManager.clearEachIteration", "true")],
        "<collectionProp name=\"CookieManager.cookies\"><elementProp name=\"mine\" elementType=\"Cookie\" testname=\"mine\"><stringProp name=\"Cookie.value\">v</stringProp><stringProp name=\"Cookie.domain\">127.0.0.1</stringProp><stringProp name=\"Cookie.path\">/</stringProp></elementProp></collectionProp>",
        "",
    );
    let counter = |props: &[(&str, &str)]| el("CounterConfig", "c", props, "");
    let auth = |mechanism: &str| {
        with(
            "AuthManager",
            "a",
            &[],
            &items(
                "AuthManager.auth_list",
                "Authorization",
                &[&[
                    ("Authorization.url", "http://127.0.0.1:${__P(port)}/"),
                    ("Authorization.username", "ann"),
                    ("Authorization.password", "pw"),
                    ("Authorization.mechanism", mechanism),
                ]],
            ),
            "",
        )
    };
    let user = with(
        "UserParameters",
        "u",
        &[("UserParameters.per_iteration", "true")],
        &(list("UserParameters.names", &["p", "q"])
            + &table("UserParameters.thread_values", &[&["first", "1"], &["second", "2"]])),
        "",
    );
    vec![
        row(
            "defaults",
            &[
                defaults,
                el("HTTPSamplerProxy", "d", &[("HTTPSampler.method", "GET")], &json("m", "$.method")),
                show("${m}"),
            ],
            &["d", "GET"],
        ),
        row(
            "headers",
            &[
                headers(&[("X-One", "1"), ("X-Two", "outer")]),
                get(
                    "h",
                    "/bin/headers",
                    &(headers(&[("X-Two", "inner")]) + &header("one", "X-One") + &header("both", "X-Two")),
                ),
                show("${one}|${both}"),
            ],
            &["h", "1|inner"],
        ),
        row(
            "cookies",
            &[
                cookie,
                get("set", "/bin/cookies/set?theirs=t", ""),
                get(
                    "c",
                    "/bin/cookies",
                    &(json("mine", "$.cookies.mine") + &json("theirs", "$.cookies.theirs")),
                ),
                show("${mine}${theirs}"),
            ],
            &["set", "set-0 302", "set-1", "c", "vt"],
        ),
        row(
            "cache",
            &[
                el("CacheManager", "c", &[("useExpires", "true"), ("clearEachIteration", "true")], ""),
                get("first", "/bin/cache", ""),
                get("again", "/bin/cache", ""),
            ],
            &["first", "again 304"],
        ),
        row("basic", &[auth("BASIC"), get("b", "/bin/basic-auth/ann/pw", "")], &["b"]),
        row("digest", &[auth("DIGEST"), get("d", "/bin/digest-auth/auth/ann/pw", "")], &["d"]),
        row(
            "read only",
            &[
                el("DNSCacheManager", "n", &[], ""),
                el("KeystoreConfig", "k", &[], ""),
                el("TCPSamplerConfig", "t", &[], ""),
                el("JavaConfig", "j", &[], ""),
                el("MongoSourceElement", "m", &[], ""),
                el("com.github.johrstrom.collector.CollectorElement", "c", &[], ""),
                el("com.github.johrstrom.config.CollectorConfig", "c", &[], ""),
                el("LoginConfig", "l", &[], ""),
                show("on"),
            ],
            &["on"],
        ),
        rewritten(),
        row(
            "names of classes",
            &[
                "<org.apache.jmeter.sampler.DebugSampler testclass=\"org.apache.jmeter.sampler.DebugSampler\" testname=\"full\"/><hashTree/>"
                    .to_owned(),
                "<MyDebug testclass=\"DebugSampler\" testname=\"made up\"/><hashTree/>".to_owned(),
            ],
            &["full", "made up"],
        ),
        row(
            "variables of a file",
            &[
                el(
                    "kg.apc.jmeter.config.VariablesFromCSVFile",
                    "v",
                    &[("filename", "settings.csv"), ("variablesPrefix", "my_"), ("delimiter", ";")],
                    "",
                ),
                show("${my_colour} ${my_size}"),
            ],
            &["green ${two}"],
        ),
        loops(
            "csv",
            "1",
            "4",
            &[csv(&[("filename", "users.csv"), ("variableNames", "name,age")]), show("${name} ${age}")],
            &["ann 1", "bob 2", "c,d 3", "ann 1"],
        ),
        loops(
            "csv ends",
            "1",
            "9",
            &[
                csv(&[
                    ("filename", "users.csv"),
                    ("variableNames", "name"),
                    ("recycle", "false"),
                    ("stopThread", "true"),
                ]),
                show("${name}"),
            ],
            &["ann", "bob", "c,d"],
        ),
        loops(
            "csv eof",
            "1",
            "2",
            &[
                csv(&[
                    ("filename", "named.csv"),
                    ("variableNames", ""),
                    ("delimiter", ";"),
                    ("recycle", "false"),
                ]),
                show("${name} ${age}"),
            ],
            &["eve 7", "<EOF> <EOF>"],
        ),
        loops(
            "csv skips",
            "1",
            "1",
            &[
                csv(&[("filename", "users.csv"), ("variableNames", "name"), ("ignoreFirstLine", "true")]),
                show("${name}"),
            ],
            &["bob"],
        ),
        loops(
            "csv random",
            "1",
            "1",
            &[
                el(
                    "com.blazemeter.jmeter.RandomCSVDataSetConfig",
                    "r",
                    &[
                        ("filename", "users.csv"),
                        ("variableNames", "name,age"),
                        ("delimiter", ","),
                        ("randomOrder", "false"),
                        ("rewindOnTheEndOfList", "true"),
                        ("ignoreFirstLine", "false"),
                    ],
                    "",
                ),
                show("${name}"),
            ],
            &["ann"],
        ),
        loops(
            "counter",
            "1",
            "3",
            &[
                counter(&[
                    ("CounterConfig.start", "9"),
                    ("CounterConfig.end", "11"),
                    ("CounterConfig.incr", "2"),
                    ("CounterConfig.name", "n"),
                    ("CounterConfig.format", "000"),
                    ("CounterConfig.per_user", "true"),
                ]),
                show("${n}"),
            ],
            &["009", "011", "009"],
        ),
        row(
            "random variable",
            &[
                el(
                    "RandomVariableConfig",
                    "r",
                    &[
                        ("variableName", "r"),
                        ("minimumValue", "5"),
                        ("maximumValue", "5"),
                        ("outputFormat", "n00"),
                        ("perThread", "true"),
                    ],
                    "",
                ),
                show("${r}"),
            ],
            &["n05"],
        ),
        loops("user parameters", "1", "2", &[user, show("${p}${q}")], &["first1", "first1"]),
        row(
            "before",
            &[
                show("${pre}${bsh}"),
                groovy("JSR223PreProcessor", "p", "vars.put('pre', '' + (1..3).sum())"),
                el("BeanShellPreProcessor", "b", &[("script", "vars.put(\"bsh\", \"b\");")], ""),
            ],
            &["6b"],
        ),
        row(
            "parameters of matches",
            &[
                get(
                    "links",
                    "/bin/text",
                    &el(
                        "RegexExtractor",
                        "r",
                        &[
                            ("RegexExtractor.refname", "pair"),
                            ("RegexExtractor.regex", "(h)(e)"),
                            ("RegexExtractor.template", "$1$"),
                            ("RegexExtractor.match_number", "-1"),
                        ],
                        "",
                    ),
                ),
                http(
                    "with",
                    "GET",
                    "/bin/get",
                    &[],
                    &format!(
                        "<elementProp name=\"HTTPsampler.Arguments\" elementType=\"Arguments\">{}</elementProp>",
                        items(
                            "Arguments.arguments",
                            "HTTPArgument",
                            &[&[
                                ("Argument.name", "h"),
                                ("Argument.value", "old"),
                                ("Argument.metadata", "=")
                            ]]
                        )
                    ),
                    &(el(
                        "RegExUserParameters",
                        "p",
                        &[
                            ("RegExUserParameters.regex_ref_name", "pair"),
                            ("RegExUserParameters.param_names_gr_nr", "1"),
                            ("RegExUserParameters.param_values_gr_nr", "2"),
                        ],
                        "",
                    ) + &json("h", "$.args.h")),
                ),
                show("${h}"),
            ],
            &["links", "with", "e"],
        ),
        row(
            "sample time out",
            &[get(
                "slow",
                "/bin/delay/5",
                &el("SampleTimeout", "t", &[("InterruptTimer.timeout", "60")], ""),
            )],
            &["slow Non HTTP response code: java.net.SocketException failed"],
        ),
        row(
            "timers",
            &[
                show("waited"),
                el("ConstantTimer", "t", &[("ConstantTimer.delay", "1")], ""),
                el(
                    "UniformRandomTimer",
                    "t",
                    &[("ConstantTimer.delay", "1"), ("RandomTimer.range", "1.0")],
                    "",
                ),
                el(
                    "GaussianRandomTimer",
                    "t",
                    &[("ConstantTimer.delay", "1"), ("RandomTimer.range", "1.0")],
                    "",
                ),
                el(
                    "PoissonRandomTimer",
                    "t",
                    &[("ConstantTimer.delay", "1"), ("RandomTimer.range", "1")],
                    "",
                ),
                el("ConstantThroughputTimer", "t", &[("throughput", "60000.0"), ("calcMode", "0")], ""),
                el(
                    "PreciseThroughputTimer",
                    "t",
                    &[
                        ("throughput", "600"),
                        ("throughputPeriod", "1"),
                        ("duration", "1"),
                        ("randomSeed", "1"),
                    ],
                    "",
                ),
                el("SyncTimer", "t", &[("groupSize", "1"), ("timeoutInMs", "0")], ""),
                groovy("JSR223Timer", "t", "vars.put('timer', 'ran'); return 1"),
                el("BeanShellTimer", "t", &[("script", "return 1;")], ""),
                with(
                    "kg.apc.jmeter.timers.VariableThroughputTimer",
                    "t",
                    &[],
                    &table("load_profile", &[&["100", "100", "60"]]),
                    "",
                ),
            ],
            &["waited"],
        ),
        loops(
            "meeting",
            "2",
            "1",
            &[el("SyncTimer", "t", &[("groupSize", "2"), ("timeoutInMs", "0")], ""), show("met")],
            &["met", "met"],
        ),
    ]
}

/// Session ids of an answer in the requests after it; the server tells what it was asked.
fn rewritten() -> Row {
    let answer = |text: &str| {
        el(
            "kg.apc.jmeter.samplers.DummySampler",
            "answer",
            &[("SUCCESFULL", "true"), ("RESPONSE_CODE", "200"), ("RESPONSE_DATA", text)],
            "",
        )
    };
    let asked = |path: &str, more: &[(&str, &str)]| {
        let mut props = vec![("argument_name", "sid")];
        props.extend(more);
        let url = [
            ("RegexExtractor.refname", "url"),
            ("RegexExtractor.useHeaders", "URL"),
            ("RegexExtractor.regex", "//[^/]+(.*)"),
            ("RegexExtractor.template", "$1$"),
            ("RegexExtractor.match_number", "1"),
        ];
        let below = el("URLRewritingModifier", "r", &props, "") + &el("RegexExtractor", "u", &url, "");
        get("g", path, &below) + &show("${url}")
    };
    row(
        "session ids in addresses",
        &[
            answer("<a href=\"/next?sid=a%26b&x=1\">"),
            asked("/bin/get?y=1", &[]),
            answer("<a href=\"/next;sid=77?x=1\">"),
            asked("/bin/get", &[("path_extension", "true"), ("path_extension_no_questionmark", "true")]),
            answer("<input name='sid' value='1'>"),
            loops_of(2, &(asked("/bin/get", &[("cache_value", "true")]) + &answer("none"))),
        ],
        &[
            "answer",
            "g",
            "/bin/get?y=1&sid=a%26b",
            "answer",
            "g 404 failed",
            "/bin/get;sid=77",
            "answer",
            "g",
            "/bin/get?sid=1",
            "answer",
            "g",
            "/bin/get?sid=1",
            "answer",
        ],
    )
}

fn loops_of(count: u32, below: &str) -> String {
    el("LoopController", "l", &[("LoopController.loops", &count.to_string())], below)
}
