//! Requests: methods, what they send, and what decides whether they are sent.

use super::{Group, Row, row};

#[test]
fn requests_say_what_they_send() {
    let files = [("note.txt", "hello\n"), ("hooks.cjs", HOOKS)];
    let config = "processor: ./hooks.cjs\nvariables: {one: 1, word: [red]}\nhttp: {extendedMetrics: true}";
    let ran = Group { config, files: &files, rows: ROWS, ..Group::default() }.check();
    let log = ran.log();
    for note in ["purge is no step", "setContentLengthHeader has no effect", "timout means nothing"] {
        assert!(log.contains(note), "{note} is told: {log}");
    }
    ran.counters(&[
        ("plugins.metrics-by-endpoint./bin/anything (the name).codes.200", 1),
        ("plugins.metrics-by-endpoint./bin/redirect/2.codes.200", 1),
        ("http.codes.302", 7),
        ("http.codes.201", 0),
        ("vusers.failed", 0),
    ]);
    let summaries = ran.report()["aggregate"]["summaries"].clone();
    for name in ["http.dns", "http.tcp", "http.tls", "http.total", "http.response_time.3xx"] {
        assert!(summaries[name]["count"].as_u64() > Some(0), "{name}: {summaries}");
    }
}

const HOOKS: &str = "
exports.never = (vars) => vars.one === 2;
exports.always = (vars) => vars.one === 1;
exports.addHeader = (req, context, events, next) => { req.headers['x-hook'] = 'set'; req.json.added = 1; next(); };
exports.keep = (req, res, context, events, next) => {
  context.vars.kept = [res.statusCode, res.headers['content-type'], JSON.parse(res.body).json, typeof res.timings.phases.firstByte];
  next();
};
exports.later = async (req, res, context) => { context.vars.later = res.statusCode; };
";

const ROWS: &[Row] = &[
    row(
        "get",
        "- get: {url: /bin/anything?x=1, capture: [{json: $.method, as: m}, {json: $.args.x, as: x}]}\n- log: '> {{ m }} {{ x }}'",
        &["GET 1"],
    ),
    row(
        "post with json",
        "- post: {url: /bin/anything, json: {a: 1, b: [true, null, 1.5], c: {d: '{{ word }}'}}, capture: [{json: $.json, as: j}, {json: \"$.headers['Content-Type']\", as: t}]}\n- log: '> {{ j }} {{ t }}'",
        &[r#"{"a":1,"b":[true,null,1.5],"c":{"d":"red"}} application/json"#],
    ),
    row(
        "put, patch, delete",
        "- put: {url: /bin/put, json: {a: 1}, capture: {json: $.method, as: a}}\n- patch: {url: /bin/patch, json: {a: 1}, capture: {json: $.method, as: b}}\n- delete: {url: /bin/delete, capture: {json: $.method, as: c}}\n- log: '> {{ a }} {{ b }} {{ c }}'",
        &["PUT PATCH DELETE"],
    ),
    row(
        "head, options, any other word",
        "- head: {url: /bin/json, capture: {header: content-type, as: t}}\n- options: {url: /bin/method, capture: {json: $.method, as: a}}\n- purge: {url: /bin/method, capture: {json: $.method, as: b}}\n- log: '> {{ t }} {{ a }} {{ b }}'",
        &["application/json OPTIONS PURGE"],
    ),
    row(
        "url with the target in it",
        "- get: {url: '{{ target }}/bin/method', capture: {json: $.method, as: whole}}\n- log: '> {{ whole }}'",
        &["GET"],
    ),
    row(
        "json wins over body",
        "- post: {url: /bin/anything, json: {a: 1}, body: lost, capture: {json: $.data, as: d}}\n- log: '> {{ d }}'",
        &[r#"{"a":1}"#],
    ),
    row(
        "headers",
        "- get: {url: /bin/headers, headers: {X-One: '1', x-two: 'a {{ word }}', X-Three: '{{ one }}'}, capture: [{json: \"$.headers['X-One']\", as: a}, {json: \"$.headers['X-Two']\", as: b}, {json: \"$.headers['X-Three']\", as: c}]}\n- log: '> {{ a }} {{ b }} {{ c }}'",
        &["1 a red 1"],
    ),
    row("name", "- get: {url: /bin/anything, name: the name}", &[]),
    row(
        "qs takes the place of the query",
        "- get: {url: '/bin/anything?gone=1', qs: {a: '{{ one }}', b: [x, 'y z']}, capture: {json: $.args, as: a}}\n- log: '> {{ a }}'",
        &[r#"{"a":"1","b":["x","y z"]}"#],
    ),
    row(
        "body",
        "- post: {url: /bin/anything, body: 'plain {{ word }}', capture: {json: $.data, as: d}}\n- log: '> {{ d }}'",
        &["plain red"],
    ),
    row(
        "form",
        "- post: {url: /bin/anything, form: {a: '{{ one }}', b: 'two words'}, capture: [{json: $.form, as: f}, {json: \"$.headers['Content-Type']\", as: t}]}\n- log: '> {{ f }} {{ t }}'",
        &[r#"{"a":"1","b":"two words"} application/x-www-form-urlencoded"#],
    ),
    row(
        "formData",
        "- post: {url: /bin/anything, formData: {a: '{{ word }}', f: {fromFile: ./note.txt}, v: {value: '{\"x\":1}', contentType: application/json}}, capture: [{json: $.form, as: f}, {json: $.files, as: g}]}\n- log: '> {{ f }} {{ g }}'",
        &[r#"{"a":"red","v":"{\"x\":1}"} {"f":"hello\n"}"#],
    ),
    row(
        "setContentLengthHeader",
        "- post: {url: /bin/post, json: {a: 1}, setContentLengthHeader: true}",
        &[],
    ),
    row(
        "cookies of servers",
        "- get: {url: /bin/cookies/set?k=v, capture: {json: $.cookies.k, as: c}}\n- get: {url: /bin/cookies, capture: {json: $.cookies, as: all}}\n- log: '> {{ c }} {{ all }}'",
        &[r#"v {"k":"v"}"#],
    ),
    row(
        "cookies have paths and ends",
        "- get: {url: '/bin/cookies/set?p=1&_Path=/bin/anything'}\n- get: {url: '/bin/cookies/delete?k='}\n- get: {url: /bin/anything, capture: {json: $.headers.Cookie, as: c}}\n- get: {url: /bin/headers, capture: {json: $.headers.Cookie, as: d, strict: false}}\n- log: '> {{ c }} {{ d }}'",
        &["p=1 undefined"],
    ),
    row(
        "cookie",
        "- get: {url: /bin/cookies, cookie: {mine: '{{ word }}'}, capture: {json: $.cookies, as: c}}\n- log: '> {{ c }}'",
        &[r#"{"mine":"red"}"#],
    ),
    row(
        "auth",
        "- get: {url: /bin/basic-auth/ann/secret, auth: {user: ann, pass: secret}, capture: {json: $.authenticated, as: a}}\n- log: '> {{ a }}'",
        &["true"],
    ),
    row(
        "gzip",
        "- get: {url: /bin/gzip, capture: {json: $.gzipped, as: g}}\n- get: {url: /bin/gzip, gzip: false, capture: {json: $.gzipped, as: h, strict: false}}\n- log: '> {{ g }} {{ h }}'",
        &["true undefined"],
    ),
    row(
        "followRedirect",
        "- get: {url: /bin/redirect/2, capture: {regexp: '/bin/get', as: end}}\n- get: {url: /bin/redirect/1, followRedirect: false, capture: {header: location, as: l}}\n- log: '> {{ end }} {{ l }}'",
        &["/bin/get /bin/get"],
    ),
    row(
        "redirects keep method and body, 303 does not",
        "- post: {url: '/bin/redirect-to?url=/bin/anything', json: {a: 1}, capture: [{json: $.method, as: a}, {json: $.json.a, as: b}]}\n- post: {url: '/bin/redirect-to?url=/bin/anything&status_code=303', json: {a: 1}, capture: {json: $.method, as: c}}\n- log: '> {{ a }} {{ b }} {{ c }}'",
        &["POST 1 GET"],
    ),
    row(
        "ifTrue with an expression",
        "- get: {url: /bin/method, ifTrue: 'one == 2', capture: {json: $.method, as: e1}}\n- get: {url: /bin/method, ifTrue: 'one == 1 and word == \"red\"', capture: {json: $.method, as: e2}}\n- log: '> {{ e1 }} {{ e2 }}'",
        &["undefined GET"],
    ),
    row(
        "ifTrue with a function",
        "- get: {url: /bin/method, ifTrue: never, capture: {json: $.method, as: f1}}\n- get: {url: /bin/method, ifTrue: always, capture: {json: $.method, as: f2}}\n- log: '> {{ f1 }} {{ f2 }}'",
        &["undefined GET"],
    ),
    row(
        "probability",
        "- get: {url: /bin/method, probability: 0, capture: {json: $.method, as: p1}}\n- get: {url: /bin/method, probability: 100, capture: {json: $.method, as: p2}}\n- log: '> {{ p1 }} {{ p2 }}'",
        &["undefined GET"],
    ),
    row(
        "beforeRequest and afterResponse",
        "- post: {url: /bin/anything, json: {a: 1}, headers: {x-own: y}, beforeRequest: addHeader, afterResponse: [keep, later], capture: {json: \"$.headers['X-Hook']\", as: h}}\n- log: '> {{ h }} {{ kept }} {{ later }}'",
        &[r#"set [200,"application/json",{"a":1,"added":1},"number"] 200"#],
    ),
    row("match", "- get: {url: /bin/method, match: {json: $.method, value: GET}}", &[]),
    row("a key that means nothing", "- get: {url: /bin/method, timout: 3}", &[]),
];
