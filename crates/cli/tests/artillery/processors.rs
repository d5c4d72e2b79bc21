//! Processors as people write them: they send requests of their own, keep notes in files, hand streams on, and say
//! where a WebSocket goes.

use super::ran::{Ran, run, run_with, shop};
use crate::program::{folder, plimsoll};

/// Runs a flow of one user with a processor.
fn with_processor(processor: &str, steps: &str, files: &[(&str, &str)], args: &[&str]) -> Ran {
    let script = format!(
        "config:\n  phases: [{{duration: 20ms, arrivalCount: 1}}]\n  processor: ./p.js\nscenarios:\n  - flow:\n{steps}"
    );
    let all: Vec<(&str, &str)> =
        [("s.yml", script.as_str()), ("p.js", processor)].into_iter().chain(files.iter().copied()).collect();
    run(&all, args)
}

/// Logging in beside the flow, with Node's own module, as axios and its kin do underneath.
#[test]
fn requests_of_code_are_sent_and_not_counted() {
    let shop = shop();
    let processor = "
const http = require('http');
const { URL } = require('url');
module.exports.login = (context, events, done) => {
  const aim = new URL('/bin/anything?by=code', context.vars.target);
  const body = JSON.stringify({ user: 'ann' });
  const options = { hostname: aim.hostname, port: aim.port, path: aim.pathname + aim.search, method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) } };
  const req = http.request(options, (res) => {
    let text = '';
    res.on('data', (chunk) => { text += chunk; });
    res.on('end', () => {
      const seen = JSON.parse(text);
      context.vars.token = [res.statusCode, seen.method, seen.args.by, seen.json.user].join('-');
      done();
    });
  });
  req.on('error', done);
  req.end(body);
};
module.exports.fails = (context, events, done) => http.get('http://127.0.0.1:1/').on('error', done);
module.exports.unpacks = async (context) => {
  const get = (path) => new Promise((resolve, reject) => http.get(context.vars.target + path, (res) => {
    const parts = [];
    res.on('data', (part) => parts.push(part)).on('end', () => resolve([res.headers['content-encoding'], JSON.parse(Buffer.concat(parts)).gzipped]));
  }).on('error', reject));
  console.log('> ' + await get('/bin/gzip'));
};
";
    let steps = "    - function: login
    - get: {url: /bin/anything, headers: {authorization: 'Bearer {{ token }}'}, capture: {json: $.headers.Authorization, as: sent}}
    - log: '> {{ sent }}'
    - function: unpacks
    - function: fails
    - log: '> not reached'
";
    let ran = with_processor(processor, steps, &[], &["-t", &shop.http_url()]);
    assert_eq!(ran.lines("> "), ["Bearer 200-POST-code-ann", ",true"], "{}", ran.log());
    ran.counters(&[("http.requests", 1), ("errors.ECONNREFUSED", 1), ("vusers.failed", 1)]);
}

/// Files beside the script are made and taken away again; those of others are not touched.
#[test]
fn code_keeps_notes_in_files_of_the_test() {
    let shop = shop();
    let elsewhere = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("there is room");
    let processor = "
const fs = require('fs');
const path = require('path');
const folder = path.join(__dirname, 'made');
if (!fs.existsSync(folder)) fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(path.join(folder, 'upload.txt'), 'made by code');
module.exports = {
  note(request, response, context, events, next) {
    fs.appendFileSync(path.join(folder, 'notes.csv'), `${response.statusCode},${request.method}\\n`);
    next();
  },
  elsewhere(context, events, done) {
    try {
      fs.writeFileSync(path.join(process.env.ELSEWHERE, 'x'), 'y');
      console.log('> written');
    } catch (error) {
      console.log('> ' + error.code);
    }
    done();
  },
};
";
    let script = "
config:
  phases: [{duration: 20ms, arrivalCount: 1}]
  processor: ./p.js
scenarios:
  - afterResponse: note
    flow:
      - post: {url: /bin/anything, formData: {f: {fromFile: made/upload.txt}}, capture: {json: $.files.f, as: f}}
      - get: {url: /bin/anything}
      - log: '> {{ f }}'
      - function: elsewhere
      - post: {url: /bin/anything, formData: {f: {fromFile: made/none.txt}}}
";
    let there = elsewhere.path().to_string_lossy().into_owned();
    let (files, url) = ([("s.yml", script), ("p.js", processor)], shop.http_url());
    let env = [("ELSEWHERE", there.as_str()), ("TMPDIR", "/nowhere")];
    let ran = run_with(&files, &["-t", &url], &env);
    assert_eq!(ran.lines("> "), ["made by code", "EACCES"], "{}", ran.log());
    let notes = std::fs::read_to_string(ran.folder.path().join("made/notes.csv"));
    assert_eq!(notes.expect("they were made"), "200,POST\n200,GET\n");
    ran.counters(&[("errors.ERR_GOT_REQUEST_ERROR", 1)]);
    let allowed = run_with(&files, &["-t", &url, "--outside-files"], &env);
    assert_eq!(allowed.lines("> "), ["made by code", "written"], "{}", allowed.log());
}

/// What the package form-data makes is such a stream: it tells its own headers.
#[test]
fn a_stream_or_a_buffer_may_be_the_body() {
    let shop = shop();
    let processor = "
const fs = require('fs');
const { Readable } = require('stream');
module.exports = {
  form(request, context, events, next) {
    const form = Readable.from([Buffer.from('--b\\r\\nContent-Disposition: form-data; name=\"a\"\\r\\n\\r\\n'), Buffer.from('one\\r\\n--b--\\r\\n')]);
    form.getHeaders = () => ({ 'content-type': 'multipart/form-data; boundary=b' });
    request.body = form;
    return next();
  },
  async file(request) {
    request.body = fs.createReadStream(__dirname + '/note.txt');
  },
  buffer(request, context, events, next) {
    request.body = Buffer.from('6162', 'hex');
    return next();
  },
  field(request, context, events, next) {
    request.formData = { f: fs.createReadStream(__dirname + '/note.txt'), g: Buffer.from('raw') };
    return next();
  },
};
";
    let steps = "    - post: {url: /bin/anything, beforeRequest: form, capture: {json: $.form.a, as: a}}
    - post: {url: /bin/anything, beforeRequest: file, capture: {json: $.data, as: b}}
    - post: {url: /bin/anything, beforeRequest: buffer, capture: {json: $.data, as: c}}
    - post: {url: /bin/anything, beforeRequest: field, capture: [{json: $.files.f, as: d}, {json: $.form.g, as: e}]}
    - log: '> {{ a }} {{ b }} {{ c }} {{ d }} {{ e }}'
";
    let ran = with_processor(processor, steps, &[("note.txt", "a note")], &["-t", &shop.http_url()]);
    assert_eq!(ran.lines("> "), ["one a note ab a note raw"], "{}\n{}", ran.out(), ran.log());
}

/// `connect` may name a function, which gets no emitter.
#[test]
fn a_function_says_where_a_websocket_goes() {
    let shop = shop();
    let script = "
config:
  phases: [{duration: 20ms, arrivalCount: 1}]
  processor: ./p.js
scenarios:
  - engine: ws
    flow:
      - connect: {function: connectHandler, target: '{{ target }}/ws'}
      - send: {payload: '{\"a\":1}', capture: {json: $.a, as: a}}
      - log: '> {{ a }} {{ given }}'
";
    let processor = "
module.exports = {
  connectHandler(params, context, next) {
    context.vars.given = params.target.endsWith('/ws') + ' ' + Object.keys(params.options);
    params.options.headers = { 'x-token': 't' };
    params.target = `${params.target}/echo`;
    next();
  },
  refuses(params, context, next) {
    next(new Error('no token'));
  },
};
";
    let files = [("s.yml", script), ("p.js", processor)];
    let target = format!("ws://{}", shop.http);
    let ran = run(&files, &["-t", &target]);
    assert_eq!(ran.lines("> "), ["1 true headers"], "{}\n{}", ran.out(), ran.log());
    let second = script.replace("connectHandler", "refuses");
    let ran = run(&[("s.yml", &second), files[1]], &["-t", &target]);
    assert!(ran.lines("> ").is_empty(), "{}", ran.out());
    ran.counters(&[("vusers.failed", 1), ("errors.no token", 1)]);
}

/// A function that declares no parameters cannot call back.
#[test]
fn a_function_without_parameters_is_done_when_it_returns() {
    let shop = shop();
    let processor = "
module.exports.makes = () => Math.random().toString(36);
module.exports.rest = (...args) => setTimeout(() => args[2](), 1);
module.exports.old = function () { const done = arguments[2]; setTimeout(() => { console.log('> old'); done(); }, 1); };
";
    let steps = "    - function: makes\n    - function: rest\n    - function: old\n    - log: '> done'\n";
    let ran = with_processor(processor, steps, &[], &["-t", &shop.http_url()]);
    assert_eq!(ran.lines("> "), ["old", "done"], "{}", ran.log());
}

/// What variables give is an address like any other; what differs from the target's host is part of an endpoint's name.
#[test]
fn the_target_stands_before_addresses_of_variables() {
    let shop = shop();
    let processor = "
module.exports = {
  list(context, events, done) {
    context.vars.pages = [{ path: '/bin/anything?n=1' }, { path: '/bin/status/404' }];
    done();
  },
  async broken(context) {
    return context.vars.none.token;
  },
};
";
    let steps = "    - function: list
    - loop:
        - get: {url: '{{ $loopElement.path }}'}
      over: pages
    - get: {url: '{{ first }}'}
    - post: {url: /bin/anything, form: {a: [1, 2], b: '{{ none }}', c: null}, capture: {json: $.form, as: form}}
    - log: '> {{ form }}'
    - get: {url: /bin/anything, auth: {user: u, pass: '{{ none }}'}, capture: {json: $.headers.Authorization, as: auth}}
    - log: '> {{ auth }}'
    - get: {url: /bin/status/500, ifTrue: 'form.a'}
    - function: broken
";
    let script = format!(
        "config:\n  phases: [{{duration: 20ms, arrivalCount: 1}}]\n  processor: ./p.js\n  variables: {{first: /bin/anything}}\nscenarios:\n  - beforeScenario: absent\n    flow:\n{steps}"
    );
    let ran = run(&[("s.yml", &script), ("p.js", processor)], &["-t", &shop.http_url()]);
    let lines = ["{\"a\":\"1,2\",\"b\":\"undefined\",\"c\":\"null\"}", "Basic dTo="];
    assert_eq!(ran.lines("> "), lines, "{}\n{}", ran.out(), ran.log());
    ran.counters(&[
        ("http.codes.200", 4),
        ("http.codes.404", 1),
        ("http.codes.500", 0),
        ("plugins.metrics-by-endpoint.{{ $loopElement.path }}.codes.404", 1),
        ("errors.Undefined function \"absent\"", 1),
        ("errors.Cannot read properties of undefined (reading 'token')", 1),
    ]);
    let elsewhere = "config: {phases: [{duration: 20ms, arrivalCount: 1}]}\nscenarios: [{flow: [{get: {url: 'http://127.0.0.1:1/gone'}}]}]\n";
    let ran = run(&[("s.yml", elsewhere)], &["-t", &shop.http_url()]);
    ran.counters(&[("plugins.metrics-by-endpoint.:1/gone.errors.ECONNREFUSED", 1)]);
}

/// Who only asks what a test is does not want files changed.
#[test]
fn looking_at_code_writes_nothing() {
    let processor = "
const fs = require('fs');
fs.mkdirSync('made');
fs.writeFileSync('made/notes.csv', 'x');
module.exports.note = (context, events, done) => done();
";
    let script = "
config: {target: 'http://127.0.0.1:1', processor: ./p.js, phases: [{duration: 20ms, arrivalCount: 1}]}
scenarios: [{flow: [{function: note}]}]
";
    let folder = folder();
    for (name, text) in [("s.yml", script), ("p.js", processor)] {
        std::fs::write(folder.path().join(name), text).expect("a temporary folder can be written");
    }
    let made = folder.path().join("made/notes.csv");
    for (command, written) in [(["check", "s.yml"], false), (["run", "s.yml"], true)] {
        let output = plimsoll(folder.path(), &command).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(made.exists(), written, "{command:?}");
    }
}
