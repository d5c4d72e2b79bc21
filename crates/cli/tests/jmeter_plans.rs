//! Whole JMeter plans, run by the built program against the demo shop.
//!
//! They are written in the manner of real ones; each has exact counts.

mod jmx;
mod program;

use jmx::*;
use program::shop;

const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];
const USERS: &str = "email,password\nuser1@test.com,password123\nuser2@test.com,password123\n";
const CREDENTIALS: &str = "{\"email\":\"${email}\",\"password\":\"${password}\"}";

#[track_caller]
fn check(below: &str, files: &[(&str, &str)], wanted: &[(&str, usize, usize)]) -> Ran {
    let shop = shop();
    let text = plan(&[], below);
    let mut all = vec![("p.jmx", text.as_str())];
    all.extend(files);
    let ran = run(&all, &[&port_of(&shop)]);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    ran.counts(wanted);
    ran
}

fn csv() -> String {
    el(
        "CSVDataSet",
        "Users",
        &[
            ("filename", "users.csv"),
            ("variableNames", ""),
            ("delimiter", ","),
            ("recycle", "true"),
            ("stopThread", "false"),
            ("shareMode", "shareMode.all"),
        ],
        "",
    )
}

fn times(name: &str, count: &str, below: &str) -> String {
    el("LoopController", name, &[("LoopController.loops", count)], below)
}

fn only_if(condition: &str, below: &str) -> String {
    let props = [("IfController.condition", condition), ("IfController.useExpression", "true")];
    el("IfController", "If", &props, below)
}

fn ok() -> String {
    assert_that("Assertion.response_code", "8", &["200"])
}

/// A token from a login, which the next requests need; data from a file, timers, and assertions.
#[test]
fn users_log_in_and_look_around() {
    let journey = [
        csv(),
        el("CookieManager", "Cookies", &[("CookieManager.clearEachIteration", "true")], ""),
        el("UniformRandomTimer", "Think", &[("ConstantTimer.delay", "1"), ("RandomTimer.range", "2")], ""),
        http(
            "Login",
            "POST",
            "/api/auth/login",
            &[],
            &body(CREDENTIALS),
            &(headers(JSON) + &json("token", "$.token") + &ok()),
        ),
        times(
            "Browse",
            "2",
            &(get(
                "Products",
                "/api/products?limit=5",
                &(ok() + &assert_that("Assertion.response_data", "2", &["\"id\":\\s*\\d+"])),
            ) + &get("Profile", "/api/profile", &headers(&[("Authorization", "Bearer ${token}")]))),
        ),
        only_if(
            "${__groovy(vars.get('token') != 'none' && vars.get('email').startsWith('user'))}",
            &get("Own orders", "/api/orders", &headers(&[("Authorization", "Bearer ${token}")])),
        ),
    ];
    check(
        &group("Users", "3", "2", &[], &journey.concat()),
        &[("users.csv", USERS)],
        &[("Login", 6, 0), ("Products", 12, 0), ("Profile", 12, 0), ("Own orders", 6, 0)],
    );
}

/// Ids out of a list, one request each; a loop that ends by a condition; a counter.
#[test]
fn ids_of_a_list_are_asked_for() {
    let ids = el(
        "JSONPostProcessor",
        "Ids",
        &[
            ("JSONPostProcessor.referenceNames", "id"),
            ("JSONPostProcessor.jsonPathExprs", "$..id"),
            ("JSONPostProcessor.match_numbers", "-1"),
            ("JSONPostProcessor.defaultValues", "none"),
        ],
        "",
    );
    let each = el(
        "ForeachController",
        "Each",
        &[
            ("ForeachController.inputVal", "id"),
            ("ForeachController.returnVal", "one"),
            ("ForeachController.useSeparator", "true"),
            ("ForeachController.startIndex", "0"),
            ("ForeachController.endIndex", "3"),
        ],
        &get(
            "Product",
            "/api/products/${one}",
            &(ok() + &assert_that("Assertion.response_data", "16", &["${one}"])),
        ),
    );
    let page = el(
        "CounterConfig",
        "Page",
        &[
            ("CounterConfig.start", "1"),
            ("CounterConfig.incr", "1"),
            ("CounterConfig.name", "page"),
            ("CounterConfig.per_user", "true"),
        ],
        "",
    );
    let pages = el(
        "WhileController",
        "Pages",
        &[("WhileController.condition", "${__jexl3(\"${page}\" != \"4\")}")],
        &(page + &get("Page", "/api/products?page=${page}&limit=10", &ok())),
    );
    check(
        &group("Users", "2", "1", &[], &(get("List", "/api/products?limit=10", &ids) + &each + &pages)),
        &[],
        &[("List", 2, 0), ("Product", 6, 0), ("Page", 8, 0)],
    );
}

/// Transactions, what runs once, what runs in a share of the times, and a choice by a variable.
#[test]
fn transactions_are_rows_of_their_own() {
    let whole = |name: &str, parent: &str, below: &str| {
        el(
            "TransactionController",
            name,
            &[("TransactionController.parent", parent), ("TransactionController.includeTimers", "false")],
            below,
        )
    };
    let journey = [
        el("OnceOnlyController", "Once", &[], &get("Home", "/api/health", "")),
        whole("Visit", "false", &(get("A", "/bin/get", "") + &get("B", "/bin/get", ""))),
        el(
            "ThroughputController",
            "Half",
            &[
                ("ThroughputController.style", "1"),
                ("ThroughputController.percentThroughput", "50"),
                ("ThroughputController.perThread", "true"),
            ],
            &whole("Seldom", "true", &get("C", "/bin/get", "")),
        ),
        el(
            "SwitchController",
            "Which",
            &[("SwitchController.value", "${__iterationNum()}")],
            &(get("Zero", "/bin/get", "") + &get("First", "/bin/get", "") + &get("Second", "/bin/get", "")),
        ),
        whole("Broken", "false", &get("D", "/bin/status/503", "")),
    ];
    check(
        &group("Users", "2", "4", &[], &journey.concat()),
        &[],
        &[
            ("Home", 2, 0),
            ("A", 8, 0),
            ("B", 8, 0),
            ("Visit", 8, 0),
            ("Seldom", 4, 0),
            ("C", 4, 0),
            // An index that is too large is the first child's.
            ("Zero", 4, 0),
            ("First", 2, 0),
            ("Second", 2, 0),
            ("D", 0, 8),
            ("Broken", 0, 8),
        ],
    );
}

/// Scripts that make bodies, read answers and judge, with properties between groups.
#[test]
fn scripts_do_the_work() {
    let before = "import groovy.json.JsonOutput\n\
        def lines = (1..3).collect { [product: it, quantity: it * 2] }\n\
        vars.put('cart', JsonOutput.toJson([lines: lines, who: \"user ${ctx.getThreadNum()}\"]))\n\
        vars.putObject('wanted', lines.sum { it.quantity })";
    let after = "import groovy.json.JsonSlurper\n\
        def answer = new JsonSlurper().parseText(prev.getResponseDataAsString())\n\
        int total = 0\n\
        for (line in answer.json.lines) { total += line.quantity }\n\
        vars.put('total', total as String)\n\
        if (total != vars.getObject('wanted')) { prev.setSuccessful(false) }\n\
        switch (prev.getResponseCode()) { case '200': log.info('fine'); break; default: log.error('bad') }";
    let judge = "def odd = vars.get('total').toInteger() % 2 == 1\n\
        if (odd || !prev.getResponseHeaders().toLowerCase().contains('content-type')) {\n\
          AssertionResult.setFailure(true)\n\
          AssertionResult.setFailureMessage(\"total is ${vars.get('total')}\")\n\
        }";
    let bean = "String t = vars.get(\"total\");\nint n = Integer.parseInt(t);\nif (n > 10) {\n  vars.put(\"size\", \"large\");\n} else {\n  vars.put(\"size\", \"small\");\n}\nprops.put(\"seen\", \"yes\");";
    let journey = [
        http(
            "Cart",
            "POST",
            "/bin/post",
            &[],
            &body("${cart}"),
            &[
                headers(JSON),
                groovy("JSR223PreProcessor", "Make", before),
                groovy("JSR223PostProcessor", "Read", after),
                groovy("JSR223Assertion", "Judge", judge),
                el("BeanShellPostProcessor", "Bean", &[("script", bean), ("resetInterpreter", "false")], ""),
            ]
            .concat(),
        ),
        only_if("${__jexl3(\"${size}\" == \"large\" && ${total} == 12)}", &show("large ${total}")),
        only_if("${__groovy(vars.get('size') == 'small')}", &show("small")),
    ];
    check(
        &[
            kind_of_group(
                "SetupThreadGroup",
                "Before",
                "1",
                "1",
                &[],
                &groovy("JSR223Sampler", "Prepare", "props.put('loops', '2'); SampleResult.setIgnore()"),
            ),
            group("Users", "2", "${__P(loops,1)}", &[], &journey.concat()),
            kind_of_group("PostThreadGroup", "After", "1", "1", &[], &show("seen ${__P(seen)}")),
        ]
        .concat(),
        &[],
        &[("Cart", 4, 0), ("large 12", 4, 0), ("seen yes", 1, 0)],
    );
}

/// Failures: what they lead to, and what the result file says of them.
#[test]
fn failures_lead_where_the_plan_says() {
    let next = el("ResultAction", "Next", &[("OnError.action", "4")], "");
    let says = with(
        "ResponseAssertion",
        "Is it there",
        &[
            ("Assertion.test_field", "Assertion.response_data"),
            ("Assertion.test_type", "2"),
            ("Assertion.custom_message", "no unicorn"),
        ],
        &list("Asserion.test_strings", &["unicorn"]),
        "",
    );
    let ran = check(
        &[
            group(
                "Goes on",
                "1",
                "3",
                &[],
                &(next + &get("Bad", "/bin/status/500", "") + &get("Never", "/bin/get", "")),
            ),
            group(
                "Stops",
                "2",
                "3",
                &[("ThreadGroup.on_sample_error", "stopthread")],
                &get("Once", "/bin/status/404", ""),
            ),
            group("Judged", "1", "2", &[], &get("Text", "/bin/text", &says)),
        ]
        .concat(),
        &[],
        &[("Bad", 0, 3), ("Once", 0, 2), ("Text", 0, 2)],
    );
    let rows = ran.rows();
    let message = rows.iter().find(|row| row[2] == "Text").map(|row| row[8].as_str());
    assert!(message.is_some_and(|text| text.contains("no unicorn")), "{rows:?}");
}

/// The thread groups of plug-ins, and arrivals.
#[test]
fn groups_of_plug_ins_bring_their_users() {
    let once =
        el("TestAction", "End", &[("ActionProcessor.action", "0"), ("ActionProcessor.target", "0")], "");
    let rows = table("ultimatethreadgroupdata", &[&["3", "0", "0", "60", "0"], &["2", "0", "0", "60", "0"]]);
    let unit = ("Unit", "S");
    check(
        &[
            with(
                "kg.apc.jmeter.threads.UltimateThreadGroup",
                "Ultimate",
                &[],
                &rows,
                &(get("U", "/bin/get", "") + &once),
            ),
            el(
                "com.blazemeter.jmeter.threads.concurrency.ConcurrencyThreadGroup",
                "Concurrency",
                &[
                    ("TargetLevel", "4"),
                    ("RampUp", "0"),
                    ("Steps", "1"),
                    ("Hold", "60"),
                    ("Iterations", "3"),
                    unit,
                ],
                &get("C", "/bin/get", ""),
            ),
            el(
                "com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup",
                "Arrivals",
                &[("TargetLevel", "8"), ("RampUp", "0"), ("Steps", "0"), ("Hold", "1"), unit],
                &get("A", "/bin/get", ""),
            ),
            el(
                "OpenModelThreadGroup",
                "Open",
                &[
                    ("OpenModelThreadGroup.schedule", "rate(20/sec) random_arrivals(500 ms) pause(100 ms)"),
                    ("OpenModelThreadGroup.random_seed", "7"),
                ],
                &get("O", "/bin/get", ""),
            ),
        ]
        .concat(),
        &[],
        &[("U", 5, 0), ("C", 12, 0), ("A", 8, 0), ("O", 10, 0)],
    );
}

/// Requests that run at the same time share variables and cookies with what follows.
#[test]
fn requests_run_beside_each_other() {
    // Each tells the other that it is there and waits for it, so that neither ends unless both run.
    let meet = |own: &str, other: &str| {
        let pause = [("ActionProcessor.action", "1"), ("ActionProcessor.duration", "2")];
        let condition = format!("${{__jexl3(\"${{__P({other},no)}}\" == \"no\")}}");
        groovy("JSR223Sampler", "tell", &format!("props.put('{own}', 'yes'); SampleResult.setIgnore()"))
            + &el(
                "WhileController",
                "until",
                &[("WhileController.condition", &condition)],
                &el("TestAction", "pause", &pause, ""),
            )
    };
    let parallel = |parent: &str, below: &str| {
        el("com.blazemeter.jmeter.controller.ParallelSampler", "Both", &[("PARENT_SAMPLE", parent)], below)
    };
    let branch = |below: String| el("GenericController", "Branch", &[], &below);
    let inside = branch(meet("first", "second") + &get("One", "/bin/get?n=1", &json("one", "$.args.n")))
        + &branch(meet("second", "first") + &get("Two", "/bin/cookies/set?c=2", &json("two", "$.cookies.c")));
    let journey = [
        el("CookieManager", "Cookies", &[], ""),
        parallel("false", &inside),
        get("After", "/bin/cookies", &json("kept", "$.cookies.c")),
        show("${one}${two}${kept}"),
        parallel("true", &(get("Fine", "/bin/get", "") + &get("Bad", "/bin/status/500", ""))),
    ];
    let ran = check(
        &group("Users", "1", "1", &[], &journey.concat()),
        &[],
        &[
            ("One", 1, 0),
            ("Two", 1, 0),
            ("Two-0", 1, 0),
            ("Two-1", 1, 0),
            ("After", 1, 0),
            ("122", 1, 0),
            ("Both", 0, 1),
            ("Fine", 1, 0),
            ("Bad", 0, 1),
        ],
    );
    assert!(ran.log().contains("summary ="), "{}", ran.log());
}

/// Times of the plan are scaled, rates are not.
#[test]
fn times_are_scaled() {
    let shop = shop();
    let pause = el(
        "TestAction",
        "Pause",
        &[("ActionProcessor.action", "1"), ("ActionProcessor.duration", "600000")],
        "",
    );
    let text = plan(
        &[],
        &[
            group(
                "Waits",
                "2",
                "1",
                &[("ThreadGroup.ramp_time", "1200")],
                &(el("ConstantTimer", "t", &[("ConstantTimer.delay", "600000")], "")
                    + &show("slept")
                    + &pause),
            ),
            group(
                "Ends",
                "1",
                "-1",
                &[("ThreadGroup.scheduler", "true"), ("ThreadGroup.duration", "2000")],
                &(show("looped") + &pause),
            ),
            group(
                "Runs",
                "1",
                "1",
                &[],
                &(el("RunTime", "r", &[("RunTime.seconds", "100")], &show("ran")) + &show("over")),
            ),
            el(
                "com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup",
                "Arrivals",
                &[("TargetLevel", "5"), ("RampUp", "0"), ("Hold", "1000"), ("Unit", "S")],
                &show("came"),
            ),
        ]
        .concat(),
    );
    let ran = run(&[("p.jmx", &text)], &[&port_of(&shop), "--time-scale", "0.001"]);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    let rows = ran.rows();
    let count = |label: &str| rows.iter().filter(|row| row[2] == label).count();
    assert_eq!((count("slept"), count("over"), count("came")), (2, 1, 5), "{}", ran.log());
    assert!((1..=4).contains(&count("looped")), "{rows:?}");
    assert!(count("ran") > 0, "{rows:?}");
}
