//! The WebSocket engine.

use target::{Shop, ShopOptions};

use super::super::ran::{run, shop};

#[test]
fn messages_are_sent_and_waited_for() {
    let shop = shop();
    let script = "
config:
  phases: [{duration: 20ms, arrivalCount: 2}]
  variables: {n: [4]}
  ws: {headers: {x-one: '1'}, subprotocols: [chat]}
scenarios:
  - engine: ws
    flow:
      - send: {payload: 'plain {{ n }}', match: {regexp: plain, value: plain}}
      - send: {payload: {id: '{{ n }}', name: ann}, capture: {json: $.id, as: id}, match: {json: $.name, value: ann}}
      - loop:
          - send: {payload: 'round {{ $loopCount }}', capture: {regexp: '\\w+ (\\d)', group: 1, as: last}}
        count: 2
      - think: 10ms
      - log: '> {{ id }} {{ last }}'
      - send: bye {{ n }}
  ";
    let target = format!("ws://{}/ws/echo", shop.http);
    let ran = run(&[("s.yml", script)], &["-t", &target]);
    assert_eq!(ran.lines("> "), ["4 1", "4 1"], "{}", ran.log());
    ran.counters(&[
        ("websocket.messages_sent", 10),
        ("websocket.messages_received", 8),
        ("vusers.completed", 2),
        ("vusers.failed", 0),
    ]);
    let rates = ran.report()["aggregate"]["rates"].clone();
    assert!(rates["websocket.send_rate"].is_u64() && rates["websocket.receive_rate"].is_u64(), "{rates}");
}

#[test]
fn connections_are_opened_by_steps_too() {
    let shop = shop();
    let script = "
config: {phases: [{duration: 20ms, arrivalCount: 1}]}
scenarios:
  - engine: ws
    flow:
      - connect: {target: '{{ target }}/ws/ticks?count=100&interval_ms=50', headers: {x-one: '1'}}
      - wait: {capture: {json: $.type, as: type}, match: {json: $.type, value: tick}}
      - log: '> {{ type }}'
";
    let ran = run(&[("s.yml", script)], &["-t", &format!("ws://{}", shop.http)]);
    assert_eq!(ran.lines("> "), ["tick"], "{}", ran.log());
    let gone = run(&[("s.yml", script)], &["-t", "ws://127.0.0.1:1"]);
    gone.counters(&[("vusers.failed", 1), ("errors.ECONNREFUSED", 1)]);
}

#[test]
fn certificates_are_checked_unless_told_otherwise() {
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let shop = Shop::start(ShopOptions { tls_addr: Some(any), ..ShopOptions::default() });
    let shop = shop.expect("the shop opens on a free port");
    let https = shop.https_url().expect("it speaks TLS");
    let http = "{flow: [{get: {url: /health}}, {log: '> done'}]}";
    let ws = "{engine: ws, flow: [{send: {payload: a, capture: {regexp: a, as: b}}}, {log: '> done'}]}";
    let io = "{engine: socketio, flow: [{emit: [echo, 1], response: {on: echoed}}, {log: '> done'}]}";
    let check = |config: &str, scenario: &str, target: &str, args: &[&str], works: bool| {
        let script = format!(
            "config:\n  target: {target}\n  phases: [{{duration: 20ms, arrivalCount: 1}}]\n{config}scenarios: [{scenario}]\n"
        );
        let ran = run(&[("s.yml", &script)], args);
        assert_eq!(ran.lines("> ").len(), usize::from(works), "{script}\n{}\n{}", ran.out(), ran.log());
        ran.counters(&[("vusers.failed", u64::from(!works))]);
    };
    let echo = format!("{}/ws/echo", https.replace("https", "wss"));
    let (tls, of_ws) = ("  tls: {rejectUnauthorized: false}\n", "  ws: {rejectUnauthorized: false}\n");
    check("", http, &https, &[], false);
    check(tls, http, &https, &[], true);
    check("", http, &https, &["-k"], true);
    check("", ws, &echo, &[], false);
    check(of_ws, ws, &echo, &[], true);
    check("", io, &https, &[], false);
    check(tls, io, &https, &[], true);
}
