//! Templates, by Artillery's exact rules.

use super::{Group, Row, row};

#[test]
fn templates_fill_in_what_they_should() {
    let config =
        "variables: {n: 5, o: {l: [{id: 7}], k: v}, s: ['text'], who: ['{{ n }}']}\nplugins: {fake-data: {}}";
    let files = [("hooks.cjs", "exports.$double = (x) => x * 2;\n")];
    let ran = Group {
        config,
        files: &files,
        args: &["-e", "staging"],
        env: &[("TOKEN", "t-1")],
        rows: ROWS,
        ..Group::default()
    }
    .check();
    for note in ["{{ 1 + 1 }} is no template", "there is no function $nope", "there is no environment"] {
        assert!(ran.log().contains(note), "{note} is told: {}", ran.log());
    }
}

/// What many scripts write though it means nothing to Artillery.
#[test]
fn what_artillery_lacks_works_and_is_told() {
    let config = "variables: {colors: [red, red], $guid: [[mine]]}";
    let ran = Group { config, rows: LENIENT, ..Group::default() }.check();
    for part in [
        "$randomItem(colors)[0] is undefined in Artillery",
        "$timestamp is undefined in Artillery",
        "a template without quotes",
    ] {
        assert!(ran.log().contains(part), "{part}: {}", ran.log());
    }
}

const LENIENT: &[Row] = &[
    row(
        "items of lists",
        "- log: '> {{ $randomItem(colors) }} {{ $randomItem(colors)[0] }} {{ $randomElement([\"a\"]) }}'",
        &["red r a"],
    ),
    row(
        "other names",
        "- log: \"> {{ $pick('x', 'x') }} {{ $randomChoice(['y']) }} {{ $randomFromArray([1, 1]) }}\"",
        &["x y 1"],
    ),
    row(
        "types are kept",
        "- post: {url: /bin/echo, json: {a: '{{ $randomInt(7, 7) }}', b: '{{ $randomArrayElement([true]) }}'}, capture: {json: $, as: j}}\n- log: '> {{ j }}'",
        &[r#"{"a":7,"b":true}"#],
    ),
    row(
        "without brackets",
        "- post: {url: /bin/echo, body: 'at {{ $timestamp }} {{ $randomString }} {{ $randomEmail }}', capture: {regexp: '^at \\d{10} \\w{10} \\S+@\\S+$', as: b}}\n- log: '> sent'",
        &["sent"],
    ),
    row(
        "without quotes",
        "- post:\n    url: /bin/echo\n    json:\n      n: {{ $randomInt(7, 7) }}\n      s: {{ colors }}\n    capture: {json: $, as: j}\n- log: '> {{ j }}'",
        &[r#"{"n":7,"s":"red"}"#],
    ),
    row("a variable of that name goes first", "- log: '> {{ $guid }}'", &[r#"["mine"]"#]),
];

const ROWS: &[Row] = &[
    row(
        "alone a variable keeps its type",
        "- post: {url: /bin/echo, json: {a: '{{ n }}', b: '{{ o }}', c: 'x{{ n }}', d: '{{o.l[0].id}}'}, capture: {json: $, as: j}}\n- log: '> {{ j }}'",
        &[r#"{"a":5,"b":{"l":[{"id":7}],"k":"v"},"c":"x5","d":7}"#],
    ),
    row(
        "an undefined one makes its key vanish",
        "- post: {url: /bin/echo, json: {a: '{{ nope }}', b: 'x{{ nope }}'}, capture: {json: $, as: j}}\n- log: '> {{ j }}'",
        &[r#"{"b":"xundefined"}"#],
    ),
    row("in text objects are JSON", "- log: '> a {{ o.l }} b {{ o.k }}'", &[r#"a [{"id":7}] b v"#]),
    row(
        "keys are filled in too",
        "- post: {url: /bin/echo, json: {'{{ s }}': 1}, capture: {json: $, as: j}}\n- log: '> {{ j }}'",
        &[r#"{"text":1}"#],
    ),
    row(
        "what is no template stays",
        "- post: {url: /bin/echo, json: {a: '{{ 1 + 1 }}', b: '{{ nope() }}'}, capture: {json: $, as: j}}\n- log: '> {{ j.b }}'",
        &["{{ nope() }}"],
    ),
    row(
        "an unknown function is undefined",
        "- post: {url: /bin/echo, json: {a: '{{ $nope(1) }}', b: 1}, capture: {json: $, as: j}}\n- log: '> {{ j }}'",
        &[r#"{"b":1}"#],
    ),
    row(
        "$randomNumber gives text",
        "- post: {url: /bin/echo, json: {a: '{{ $randomNumber(3,3) }}', b: 'x{{ $randomNumber(4, 4) }}'}, capture: {json: $, as: j}}\n- log: '> {{ j }}'",
        &[r#"{"a":"3","b":"x4"}"#],
    ),
    row(
        "$randomString has a length",
        "- post: {url: /bin/echo, json: {a: '{{ $randomString() }}', b: '{{ $randomString(3) }}'}, capture: [{json: $.a, as: a}, {json: $.b, as: b}]}\n- log: '> {{ a.length }} {{ b.length }}'",
        &["10 3"],
    ),
    row(
        "fake-data brings functions",
        "- post: {url: /bin/echo, body: '{{ $internetEmail() }}', capture: {regexp: '@', as: at}}\n- log: '> {{ at }}'",
        &["@"],
    ),
    row(
        "$uuid, $environment, $testId, target",
        "- post: {url: /bin/echo, json: {u: '{{ $uuid }}', t: '{{ $testId }}'}, capture: {regexp: '\"u\":\"[0-9a-f-]{36}\",\"t\":\"t\\w+\"', as: ids}}\n- log: '> {{ $environment }} {{ ids.length }}'",
        &["staging 82"],
    ),
    row(
        "$env and its older name",
        "- log: '> {{ $env.TOKEN }} {{ $processEnvironment.TOKEN }} {{ $env.NOPE }}'",
        &["t-1 t-1 undefined"],
    ),
    row(
        "$dirname and $scenarioFile",
        "- post: {url: /bin/echo, body: '{{ $scenarioFile }}', capture: {regexp: '[^/]+$', as: f}}\n- log: '> {{ f }}'",
        &["rows.yml"],
    ),
    row("a length", "- log: '> {{ s.length }} {{ o.l.length }}'", &["4 1"]),
    row("brackets and quotes in paths", "- log: \"> {{ o['k'] }} {{ o.l[0]['id'] }}\"", &["v 7"]),
];
