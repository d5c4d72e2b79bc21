//! Whole scripts in the manner of real ones, each with its exact counts.

use super::ran::{Ran, run_with, shop};

/// Runs a script with the files beside it; `TARGET` stands for the shop's address.
fn plan(script: &str, files: &[(&str, &str)], args: &[&str], env: &[(&str, &str)]) -> Ran {
    let shop = shop();
    let (url, host) = (shop.http_url(), shop.http.to_string());
    let script = script.replace("TARGET", &url).replace("HOST", &host);
    let all: Vec<(&str, &str)> =
        std::iter::once(("plan.yml", script.as_str())).chain(files.iter().copied()).collect();
    run_with(&all, args, env)
}

const USERS: &str =
    "email,password\nuser1@test.com,password123\nuser2@test.com,password123\nuser3@test.com,password123\n";

/// Logging in with rows of a file, a token for what follows, a loop over what was found.
#[test]
fn shoppers_log_in_and_fill_a_cart() {
    let script = "
config:
  target: TARGET
  phases:
    - {name: warm up, duration: 100ms, arrivalCount: 2}
    - {name: peak, duration: 100ms, arrivalCount: 4}
  payload: {path: users.csv, fields: [email, password], order: sequence, skipHeader: true}
  variables: {quantities: [[1, 2]]}
  http: {timeout: 20, defaults: {headers: {accept: application/json}}}
  plugins: {expect: {}, ensure: {}, metrics-by-endpoint: {useOnlyRequestNames: true}}
  ensure:
    thresholds: [{http.response_time.p99: 60000}, {vusers.failed: 1}]
    conditions: [{expression: 'vusers.created == 6 and http.responses == 36'}]
scenarios:
  - name: shopper
    flow:
      - post:
          name: login
          url: /api/auth/login
          json: {email: '{{ email }}', password: '{{ password }}'}
          capture: [{json: $.token, as: token}, {json: $.user.id, as: userId}]
          expect: [{statusCode: 200}, {contentType: json}, {hasProperty: token}]
      - think: 10ms
      - get:
          name: products
          url: /api/products?limit=5
          headers: {authorization: 'Bearer {{ token }}'}
          capture: {json: '$.data[*].id', as: ids, multiple: false}
          expect: [{statusCode: 200}, {equals: ['{{ ids.length }}', '{{ ids.length }}']}]
      - loop:
          - post:
              name: add to cart
              url: /api/cart/items
              headers: {authorization: 'Bearer {{ token }}'}
              json: {productId: '{{ ids[0] }}', quantity: '{{ $loopElement }}'}
              expect: {statusCode: [200, 201]}
        over: quantities
      - get:
          name: cart
          url: /api/cart
          headers: {authorization: 'Bearer {{ token }}'}
          ifTrue: 'token'
          capture: {json: '$..quantity', as: quantity}
          expect: {statusCode: 200}
      - get: {name: me, url: /api/auth/me, headers: {authorization: 'Bearer {{ token }}'}, match: {json: $.id, value: '{{ userId }}'}}
      - log: '> {{ email }} {{ quantity }}'
";
    let ran = plan(script, &[("users.csv", USERS)], &[], &[]);
    assert_eq!(ran.code(), Some(0), "{}\n{}", ran.out(), ran.log());
    ran.counters(&[
        ("vusers.created", 6),
        ("vusers.completed", 6),
        ("vusers.failed", 0),
        ("http.requests", 36),
        ("plugins.expect.ok", 48),
        ("plugins.expect.ok.statusCode", 30),
        ("plugins.expect.failed", 0),
        ("plugins.metrics-by-endpoint.login.codes.200", 6),
        ("plugins.metrics-by-endpoint.cart.codes.200", 6),
        ("plugins.metrics-by-endpoint.me.codes.200", 6),
    ]);
    assert_eq!(
        ran.report()["aggregate"]["summaries"]["plugins.metrics-by-endpoint.response_time.add to cart"]["count"],
        12
    );
    let mut who: Vec<String> =
        ran.lines("> ").iter().map(|line| line.split(' ').next().unwrap_or("").to_owned()).collect();
    who.sort();
    let each = ["user1@test.com", "user2@test.com", "user3@test.com"];
    assert_eq!(who, each.iter().flat_map(|who| [*who, *who]).collect::<Vec<_>>(), "{}", ran.out());
}

/// Weights of nought and one choose; hooks of a processor sign requests and count what they see.
#[test]
fn a_processor_signs_requests() {
    let script = "
config:
  target: TARGET
  phases: [{duration: 1, arrivalRate: 10}]
  processor: ./lib/sign.js
  environments:
    ci: {processor: ./lib/sign.js, variables: {secret: from-ci}}
before:
  flow:
    - post: {url: /api/auth/login, json: {email: boss@test.com, password: pw}, capture: {json: $.token, as: adminToken}}
scenarios:
  - name: signed
    weight: 1
    beforeScenario: prepare
    beforeRequest: [sign]
    afterResponse: [count]
    afterScenario: done
    flow:
      - post: {url: /bin/anything, json: {order: '{{ order }}'}, capture: [{json: $.json.order, as: sent}, {json: \"$.headers['X-Signature']\", as: signature}], afterResponse: check}
      - get: {url: /api/auth/me, headers: {authorization: 'Bearer {{ adminToken }}'}}
  - name: never
    weight: 0
    flow: [{get: {url: /never}}]
";
    let sign = "
const crypto = require('crypto');
const { tag } = require('./tag');
module.exports = { prepare, sign, count, check, done };
function prepare(context, events, next) { context.vars.order = { id: 7, lines: [{ sku: 'a', n: 2 }] }; next(); }
function sign(req, context, events, next) {
  const text = req.json ? JSON.stringify(req.json) : '';
  req.headers = req.headers || {};
  req.headers['x-signature'] = tag + crypto.createHmac('sha256', context.vars.secret).update(text.length ? 'x' : '').digest('hex').slice(0, 8);
  return next();
}
async function count(req, res, context, events) { events.emit('counter', 'seen.' + res.statusCode, 1); }
function check(req, res, context, events, next) {
  const body = JSON.parse(res.body);
  if (body.json.order.lines[0].n !== 2 || context.vars.signature !== body.headers['X-Signature']) return next(new Error('not as sent'));
  events.emit('histogram', 'order.lines', body.json.order.lines.length);
  next();
}
async function done(context, events) { events.emit('rate', 'orders'); }
";
    let files = [("lib/sign.js", sign), ("lib/tag.js", "exports.tag = 'v1-';\n")];
    let ran = plan(script, &files, &["-e", "ci"], &[]);
    assert_eq!(ran.code(), Some(0), "{}\n{}", ran.out(), ran.log());
    ran.counters(&[
        ("vusers.created", 10),
        ("vusers.created_by_name.signed", 10),
        ("vusers.created_by_name.never", 0),
        ("vusers.completed", 10),
        ("http.requests", 20),
        ("seen.200", 20),
    ]);
    let report = ran.report();
    assert_eq!(report["aggregate"]["summaries"]["order.lines"]["count"], 10);
    assert!(report["aggregate"]["rates"]["orders"].is_u64(), "{}", report["aggregate"]["rates"]);
}

/// The target, the rates and a token come from the environment; nested configuration comes from a second file.
#[test]
fn environments_and_files_make_one_plan() {
    let script = "
config:
  target: '{{ $processEnvironment.NOWHERE }}'
  phases: [{duration: 1, arrivalRate: 1}]
  environments:
    local:
      target: \"{{ $env.NOWHERE || 'TARGET' }}\"
      phases: [{duration: '{{ $env.SPAN }}', arrivalCount: '{{ $env.USERS }}'}]
      variables: {path: /bin/headers}
  defaults: {headers: {x-token: '{{ $processEnvironment.API_TOKEN }}'}}
scenarios:
  - name: read
    flow:
      - loop:
          - get: {url: '{{ target }}{{ path }}', capture: {json: \"$.headers['X-Token']\", as: t}}
        count: '{{ rounds }}'
      - log: '> {{ t }} {{ shared.level }}'
";
    let more = "config:\n  variables: {shared: {level: deep}}\n";
    let env = [("SPAN", "1"), ("USERS", "4"), ("API_TOKEN", "t-9")];
    let args = ["-e", "local", "--config", "more.yml", "-v", r#"{"rounds": 3}"#];
    let ran = plan(script, &[("more.yml", more)], &args, &env);
    assert_eq!(ran.code(), Some(0), "{}\n{}", ran.out(), ran.log());
    ran.counters(&[("vusers.created", 4), ("http.requests", 12), ("http.codes.200", 12)]);
    assert!(ran.log().contains("$env.NOWHERE || 'http"), "{}", ran.log());
    assert_eq!(ran.lines("> "), ["t-9 deep"; 4], "{}", ran.out());
}

/// A session in cookies: log in by a form, read a page of HTML, follow a link out of it, log out.
#[test]
fn browsers_keep_cookies_and_read_pages() {
    let script = "
config:
  target: TARGET
  phases: [{duration: 100ms, arrivalCount: 3}]
  http: {extendedMetrics: true}
scenarios:
  - name: browse
    flow:
      - get: {url: '/bin/cookies/set?session={{ $uuid }}'}
      - get: {url: /bin/forms/post, capture: [{selector: 'input[name=token]', attr: value, as: csrf}, {selector: form, attr: action, as: action}]}
      - post: {url: '{{ target }}{{ action }}', form: {token: '{{ csrf }}', custname: 'Ann Lee'}, capture: [{json: $.form.token, as: sent}, {json: $.headers.Cookie, as: cookie}], match: {json: $.form.custname, value: Ann Lee}}
      - get: {url: /bin/html, capture: {selector: 'ul a', attr: href, index: last, as: next}}
      - get: {url: '{{ target }}{{ next }}', capture: {json: $.args.n, as: n}}
      - get: {url: /bin/cookies/delete?session=}
      - get: {url: /bin/cookies, capture: {json: $.cookies, as: left}}
      - log: '> {{ csrf }} {{ sent }} {{ cookie.length }} {{ n }} {{ left }}'
";
    let ran = plan(script, &[], &[], &[]);
    assert_eq!(ran.code(), Some(0), "{}\n{}", ran.out(), ran.log());
    // `session=` and a UUID.
    assert_eq!(ran.lines("> "), ["hidden-value hidden-value 44 2 {}"; 3], "{}", ran.log());
    ran.counters(&[
        ("http.requests", 27),
        ("http.codes.302", 6),
        ("http.codes.200", 21),
        ("vusers.completed", 3),
    ]);
    assert_eq!(ran.report()["aggregate"]["summaries"]["http.total"]["count"], 27);
}

/// A chat over WebSocket beside readers over HTTP, chosen by name.
#[test]
fn a_chat_over_websocket() {
    let script = "
config:
  target: ws://HOST/ws/echo
  phases: [{duration: 100ms, arrivalCount: 2}]
  payload: {path: lines.csv, fields: [text], order: sequence}
  ws: {subprotocols: [json]}
scenarios:
  - name: chatter
    engine: ws
    flow:
      - send: {payload: {type: join, room: 'r-{{ $randomNumber(1,1) }}'}, match: {json: $.room, value: r-1}}
      - loop:
          - send: {payload: {type: say, text: '{{ text }}', n: '{{ $loopCount }}'}, capture: {json: $.n, as: last}}
          - think: 5ms
        count: 3
      - send: '{\"type\":\"leave\"}'
      - log: '> {{ text }} {{ last }}'
  - name: reader
    flow: [{get: {url: 'TARGET/health'}}]
";
    let ran = plan(script, &[("lines.csv", "hello\nbye\n")], &["--scenario-name", "chatter"], &[]);
    let mut said = ran.lines("> ");
    said.sort();
    assert_eq!(said, ["bye 2", "hello 2"], "{}\n{}", ran.out(), ran.log());
    ran.counters(&[
        ("websocket.messages_sent", 10),
        ("websocket.messages_received", 8),
        ("vusers.completed", 2),
    ]);
}

/// A live shop over Socket.IO: a token by HTTP, rooms, answers and acknowledgements.
#[test]
fn live_updates_over_socketio() {
    let script = "
config:
  target: TARGET
  phases: [{duration: 100ms, arrivalCount: 3}]
  socketio: {transports: [websocket], query: {client: load}}
scenarios:
  - name: live
    engine: socketio
    flow:
      - post: {url: /api/auth/login, json: {email: 'live@test.com', password: pw}, capture: {json: $.token, as: token}}
      - emit: {channel: join, data: 'room-{{ token.length }}'}
        response: {channel: joined}
      - loop:
          - emit: {channel: product, data: '{{ $loopElement }}'}
            acknowledge: {match: {json: $.0.id, value: '{{ $loopElement }}'}}
          - think: 2ms
        over: [1, 2, 3]
      - namespace: /news
        emit: [subscribe, {topic: prices}]
        acknowledge: {match: {json: $.0.ok, value: true}}
";
    let ran = plan(script, &[], &[], &[]);
    assert_eq!(ran.code(), Some(0), "{}\n{}", ran.out(), ran.log());
    ran.counters(&[
        ("socketio.emit", 15),
        ("http.requests", 3),
        ("vusers.completed", 3),
        ("vusers.failed", 0),
    ]);
    assert_eq!(ran.report()["aggregate"]["summaries"]["socketio.response_time"]["count"], 15);
}

/// A run whose requirements do not hold ends so that a pipeline stops.
#[test]
fn requirements_that_do_not_hold_end_the_pipeline() {
    let script = "
config:
  target: TARGET
  phases: [{duration: 100ms, arrivalCount: 5}]
  plugins: {ensure: {}, expect: {}, apdex: {}}
  apdex: {threshold: 60000}
  ensure: {maxErrorRate: 0, conditions: [{expression: 'apdex.satisfied >= 10'}]}
scenarios:
  - name: flaky
    flow:
      - get: {url: /bin/status/503, expect: {statusCode: 200}}
      - get: {url: /health, expect: {statusCode: 200}}
      - get: {url: /bin/json, capture: {json: $.absent, as: gone}}
      - get: {url: /never}
";
    let ran = plan(script, &[], &[], &[]);
    assert_eq!(ran.code(), Some(1), "{}\n{}", ran.out(), ran.log());
    ran.counters(&[
        ("vusers.created", 5),
        ("vusers.failed", 5),
        ("http.requests", 15),
        ("plugins.expect.failed.statusCode", 5),
        ("plugins.expect.ok.statusCode", 5),
        ("errors.Failed capture or match", 5),
        ("apdex.satisfied", 15),
    ]);
    assert!(ran.out().contains("fail:") && ran.out().contains("ok:"), "{}", ran.out());
}

/// Scripts that are code export what others write in YAML, and their own functions.
#[test]
fn scripts_may_be_code() {
    let shop = shop();
    let check = |name: &str, text: &str| {
        let text = text.replace("TARGET", &shop.http_url());
        let ran = run_with(&[(name, text.as_str()), ("data.json", "{\"n\": 5}")], &[], &[]);
        assert_eq!(ran.code(), Some(0), "{name} {}", ran.log());
        assert_eq!(ran.lines("> "), ["5 made"; 2], "{name}\n{}\n{}", ran.out(), ran.log());
        ran.counters(&[("vusers.completed", 2), ("http.codes.200", 2), ("vusers.created_by_name.code", 2)]);
    };
    let flow = "[{ function: 'prepare' }, { get: { url: '/bin/anything?n={{ n }}', capture: { json: '$.args.n', as: 'x' } } }, { log: '> {{ x }} {{ word }}' }]";
    let common = format!(
        "const data = require('./data.json');
const word = ['ma', 'de'].join('');
module.exports = {{
  config: {{ target: 'TARGET', phases: [{{ duration: '20ms', arrivalCount: 2 }}], variables: {{ word }} }},
  scenarios: [{{ name: 'code', flow: {flow} }}],
  prepare: (context, events, done) => {{ context.vars.n = data.n; done(); }},
}};
"
    );
    check("plan.js", &common);
    let typed = format!(
        "type Context = {{ vars: Record<string, unknown> }};
export const config = {{ target: 'TARGET', phases: [{{ duration: '20ms', arrivalCount: 2 }}], variables: {{ word: 'made' }} }};
export const scenarios: object[] = [{{ name: 'code', flow: {flow} }}];
export async function prepare(context: Context): Promise<void> {{ context.vars.n = 5; }}
"
    );
    check("plan.ts", &typed);
}
