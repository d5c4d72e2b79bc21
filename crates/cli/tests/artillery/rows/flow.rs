//! Steps beside requests: loops, thinking, functions, logs, steps side by side.

use super::super::ran::{run, shop};
use super::{Group, Row, row};

#[test]
fn steps_do_what_they_say() {
    let config =
        "processor: ./hooks.cjs\nvariables: {two: 2, list: [[a, b]], pairs: [[{k: 1}, {k: 2}]], time: 1ms}";
    let scenario = "beforeScenario: [begin]\nafterScenario: finish\nbeforeRequest: mark\nafterResponse: seen\nonError: [wrong]";
    let files = [("hooks.cjs", HOOKS)];
    let ran = Group { config, scenario, files: &files, rows: ROWS, ..Group::default() }.check();
    assert_eq!(ran.lines("# "), ["begin rows", "finish marked"], "{}", ran.out());
    ran.counters(&[
        ("vusers.created_by_name.rows", 1),
        ("vusers.completed", 1),
        ("errors.Undefined function \"nowhere\"", 1),
        ("mine", 3),
        ("http.requests", 5),
    ]);
    let summaries = ran.report()["aggregate"]["summaries"].clone();
    assert_eq!(summaries["took"]["max"], 12, "{summaries}");
}

const HOOKS: &str = "
exports.begin = (context, events, done) => { console.log('# begin ' + context.scenario.name); context.vars.seen = 0; done(); };
exports.finish = async (context) => { console.log('# finish ' + context.vars.mark); };
exports.mark = (req, context, events, next) => { context.vars.mark = 'marked'; next(); };
exports.seen = (req, res, context, events, next) => { context.vars.seen += 1; next(); };
exports.wrong = (error, req, context, events, done) => { done(); };
exports.callback = (context, events, done) => { context.vars.a = 'called'; events.emit('counter', 'mine', 3); done(); };
exports.promise = async (context, events) => { context.vars.b = 'awaited'; events.emit('histogram', 'took', 12); };
exports.plain = (context, events, done) => setTimeout(() => { context.vars.c = 'later'; done(); }, 1);
exports.untilTwo = (context, next) => next(context.vars.$loopCount < 2);
exports.untilThree = async (context) => context.vars.$loopCount < 3;
";

const ROWS: &[Row] = &[
    row("loop with a count", "- loop:\n    - log: '> {{ $loopCount }}'\n  count: 3", &["0", "1", "2"]),
    row("loop with a range", "- loop:\n    - log: '> {{ $loopCount }}'\n  count: 2-4", &["2", "3"]),
    row(
        "loop with a count from a template",
        "- loop:\n    - log: '> {{ $loopCount }}'\n  count: '{{ two }}'",
        &["0", "1"],
    ),
    row(
        "loop over a list",
        "- loop:\n    - log: '> {{ $loopElement }} {{ $loopCount }}'\n  over: [x, y]",
        &["x 0", "y 1"],
    ),
    row("loop over a variable", "- loop:\n    - log: '> {{ $loopElement }}'\n  over: list", &["a", "b"]),
    row("loop over objects", "- loop:\n    - log: '> {{ $loopElement.k }}'\n  over: pairs", &["1", "2"]),
    row(
        "loopValue and loopElement",
        "- loop:\n    - log: '> {{ i }} {{ e }}'\n  over: list\n  loopValue: i\n  loopElement: e",
        &["0 a", "1 b"],
    ),
    row("whileTrue", "- loop:\n    - log: '> {{ $loopCount }}'\n  whileTrue: untilTwo", &["0", "1"]),
    row(
        "whileTrue, async",
        "- loop:\n    - log: '> {{ $loopCount }}'\n  whileTrue: untilThree",
        &["0", "1", "2"],
    ),
    row(
        "loops in loops",
        "- loop:\n    - loop:\n        - log: '> {{ o }}{{ i }}'\n      count: 2\n      loopValue: i\n  count: 2\n  loopValue: o",
        &["00", "01", "10", "11"],
    ),
    row(
        "think",
        "- think: 0\n- think: 0.5\n- think: 1ms\n- think: '0.001s'\n- think: '{{ time }}'\n- log: '> rested'",
        &["rested"],
    ),
    row(
        "function",
        "- function: callback\n- function: promise\n- function: plain\n- log: '> {{ a }} {{ b }} {{ c }}'",
        &["called awaited later"],
    ),
    row("a function that is not there", "- function: nowhere\n- log: '> goes on'", &["goes on"]),
    row("log", "- log: '> {{ two }} {{ list }} {{ $uuid.length }}'", &[r#"2 ["a","b"] 36"#]),
    row(
        "hooks of the scenario",
        "- get: {url: /health}\n- get: {url: /health}\n- log: '> {{ seen }} {{ mark }}'",
        &["2 marked"],
    ),
    row(
        "parallel",
        "- parallel:\n    - get: {url: /bin/anything?n=1, capture: {json: $.args.n, as: p1}}\n    - get: {url: /bin/anything?n=2, capture: {json: $.args.n, as: p2}}\n    - get: {url: /bin/anything?n=3, capture: {json: $.args.n, as: p3}}\n- log: '> {{ p1 }} {{ p2 }} {{ p3 }} {{ mark }}'",
        &["1 2 3 marked"],
    ),
];

/// A user has one connection, as in Artillery, unless there is a pool: so many requests of a block are on at once.
#[test]
fn parallel_requests_are_as_many_as_there_are_connections() {
    let ask = |name: &str| {
        format!("    - get: {{url: /bin/connection, capture: {{json: $.connection, as: {name}}}}}\n")
    };
    let steps = format!(
        "- parallel:\n{}{}{}- log: '> {{{{ a }}}} {{{{ b }}}} {{{{ c }}}}'",
        ask("a"),
        ask("b"),
        ask("c")
    );
    let check = |http: &str, connections: usize| {
        let shop = shop();
        let script = format!(
            "config: {{phases: [{{duration: 20ms, arrivalCount: 1}}], http: {http}}}\nscenarios:\n  - flow:\n{}",
            super::indented(&steps, 4)
        );
        let ran = run(&[("s.yml", &script)], &["-t", &shop.http_url()]);
        let lines = ran.lines("> ");
        let mut seen: Vec<&str> = lines.iter().flat_map(|line| line.split(' ')).collect();
        assert_eq!(seen.len(), 3, "{http}\n{}\n{}", ran.out(), ran.log());
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), connections, "{http}: {seen:?}");
    };
    check("{}", 1);
    check("{pool: 1}", 1);
    check("{pool: 3}", 3);
}
