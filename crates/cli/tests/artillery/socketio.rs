//! The Socket.IO engine, against the shop's server.

use super::ran::{Ran, run, shop};

/// Runs a flow of one user with these members of `config`.
fn flow(config: &str, steps: &str) -> Ran {
    let shop = shop();
    let script = format!(
        "config:\n  phases: [{{duration: 20ms, arrivalCount: 1}}]\n{config}scenarios:\n  - engine: socketio\n    flow:\n{steps}"
    );
    run(&[("s.yml", &script)], &["-t", &shop.http_url()])
}

#[test]
fn events_are_answered_and_acknowledged() {
    let steps = "
      - emit: {channel: echo, data: hello}
        response: {channel: echoed, data: hello}
      - emit: [echo, a, 1, {k: '{{ word }}'}]
        response: {on: echoed, args: [a, 1, {k: red}], match: [{json: $.0, value: a}, {json: $.2.k, value: red}], capture: {json: $.1, as: number}}
      - emit: {channel: product, data: 7}
        acknowledge: {match: {json: $.0.id, value: 7}, capture: {json: $.0.name, as: name}}
      - emit: {channel: product, data: 7}
        response: {channel: product, capture: [{json: $.id, as: id}, {json: $, as: whole}]}
      - emit: [note, x]
        acknowledge: {args: [{ok: true, event: note, events: 5}]}
      - emit: {channel: echo, data: both}
        response: {on: echoed, data: both}
        acknowledge: {data: both}
      - loop:
          - emit: {channel: join, data: 'room-{{ $loopCount }}', response: {channel: joined, capture: {json: $.rooms, as: rooms}}}
        count: 2
      - think: 5ms
      - get: {url: /bin/json, capture: {json: $.count, as: count}}
      - emit: [silence]
      - function: nowhere
      - log: '> {{ number }} {{ id }} {{ whole.id }} {{ name.length }} {{ rooms }} {{ count }}'
";
    let ran = flow("  variables: {word: red}\n", steps);
    let lines = ran.lines("> ");
    let [line] = lines.as_slice() else { panic!("{}\n{}", ran.out(), ran.log()) };
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[..3], ["1", "7", "7"], "{line}");
    assert!(words[3].parse::<u32>().expect("a length") > 3 && words[5] == "3", "{line}");
    assert_eq!(words[4], r#"["room-0","room-1"]"#);
    ran.counters(&[
        ("socketio.emit", 9),
        ("http.requests", 1),
        ("vusers.completed", 1),
        ("vusers.failed", 0),
        ("errors.Undefined function \"nowhere\"", 1),
    ]);
    let report = ran.report();
    assert!(report["aggregate"]["rates"]["socketio.emit_rate"].is_u64(), "{report:#}");
    // An event that nothing is waited for has no time of an answer.
    assert_eq!(report["aggregate"]["summaries"]["socketio.response_time"]["count"], 8);
}

#[test]
fn transports_paths_and_words_are_as_configured() {
    let asks = "
      - emit: [whoami]
        response: {on: you, capture: [{json: $.transport, as: t}, {json: $.query.user, as: q}, {json: $.auth, as: a, strict: false}]}
      - log: '> {{ t }} {{ q }} {{ a }}'
";
    let check = |socketio: &str, wanted: &str| {
        let ran = flow(&format!("  variables: {{who: ann}}\n  socketio: {socketio}\n"), asks);
        assert_eq!(ran.lines("> "), [wanted], "{socketio}\n{}", ran.log());
        ran.counters(&[("vusers.completed", 1)]);
    };
    check("{query: {user: '{{ who }}'}}", "websocket ann null");
    check("{query: 'user=b%20c', transports: [websocket]}", "websocket b c null");
    check("{query: 'user=d', transports: [polling]}", "polling d null");
    check(
        "{query: {user: e}, auth: {token: '{{ who }}'}, path: /api/socket.io}",
        "websocket e {\"token\":\"ann\"}",
    );
    // A server that stays with polling.
    check("{query: {user: f, refuse_upgrade: '1'}}", "polling f null");
}

#[test]
fn namespaces_share_a_connection() {
    let steps = "
      - namespace: /admin
        emit: [whoami]
        response: {on: you, capture: [{json: $.namespace, as: n}, {json: $.events, as: e}]}
      - log: '> {{ n }} {{ e }}'
      - emit: {channel: whoami, namespace: admin}
        acknowledge: {capture: {json: $.0.events, as: e}}
      - emit: [whoami]
        acknowledge: {capture: [{json: $.0.namespace, as: n}]}
      - log: '> {{ n }} {{ e }}'
";
    let ran = flow("", steps);
    assert_eq!(ran.lines("> "), ["/admin 1", "/ 2"], "{}", ran.log());
    // The path of the target is a namespace too.
    let shop = shop();
    let script = "
config: {phases: [{duration: 20ms, arrivalCount: 1}], socketio: {transports: [polling]}}
scenarios:
  - engine: socketio
    flow:
      - emit: [whoami]
        response: {on: you, capture: {json: $.namespace, as: n}}
      - log: '> {{ n }}'
";
    let ran = run(&[("s.yml", script)], &["-t", &format!("{}/chat", shop.http_url().replace("http", "ws"))]);
    assert_eq!(ran.lines("> "), ["/chat"], "{}", ran.log());
}

#[test]
fn what_goes_wrong_has_a_name() {
    let check = |config: &str, steps: &str, error: &str| {
        let ran = flow(config, steps);
        ran.all_counters("errors.", &[(error, 1)]);
        ran.counters(&[("vusers.failed", 1), ("vusers.completed", 0)]);
    };
    let wrong = "      - {emit: [echo, a], response: {on: echoed, data: b}}\n";
    check("", wrong, "data is not valid");
    check(
        "",
        "      - {emit: [echo, {a: 1}], response: {on: echoed, match: {json: $.a, value: 2}}}\n",
        "Failed match",
    );
    check("  timeout: 0.1\n", "      - {emit: [silence], response: {on: echoed}}\n", "response timeout");
    check("  timeout: 0.1\n", "      - {emit: [silence], acknowledge: {}}\n", "response timeout");
    check("", "      - {namespace: /forbidden, emit: [echo]}\n", "not allowed");
    check("", "      - {emit: []}\n", "invalid arguments");
    check("  socketio: {path: /nowhere}\n", wrong, "xhr poll error");
    check("  socketio: {path: /nowhere, transports: [websocket]}\n", wrong, "websocket error");
}

#[test]
fn what_is_odd_is_told() {
    let ran = flow(
        "  socketio: {transport: websocket, forceNew: true}\n",
        "      - {emit: {chanel: a}}\n      - {emit: [echo], respond: {on: echoed}}\n",
    );
    for part in ["transport means nothing", "forceNew means nothing", "emit needs a channel"] {
        assert!(ran.log().contains(part), "{part}: {}", ran.log());
    }
}

#[test]
fn the_engine_of_others_is_built_in() {
    let shop = shop();
    let script = "
config:
  phases: [{duration: 20ms, arrivalCount: 1}]
  variables: {who: ann}
  engines: {socketio-v3: {transports: [websocket], auth: {token: '{{ who }}'}}}
scenarios:
  - engine: socketio-v3
    flow:
      - emit: [whoami]
        response: {on: you, capture: [{json: $.0.auth.token, as: t}, {json: $.0.transport, as: by}]}
      - log: '> {{ t }} {{ by }}'
";
    let ran = run(&[("s.yml", script)], &["-t", &shop.http_url()]);
    assert_eq!(ran.lines("> "), ["ann websocket"], "{}", ran.log());
    assert!(ran.log().contains("socketio-v3 is the built-in one"), "{}", ran.log());
}
