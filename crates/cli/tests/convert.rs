//! `plimsoll convert`, seen from outside the real binary: the original and what was made of it are run against the shop,
//! which must see the same requests, and the same checks must hold.

mod door;
mod jmx;
mod program;

use std::path::Path;

use door::{Counts, Door};
use program::{folder, plimsoll, said, shop, write};
use serde_json::{Value, json};

/// Exit status, standard output and standard error.
fn converted(folder: &Path, args: &[&str]) -> (i32, String, String) {
    said(plimsoll(folder, args).env("PRODUCT", "7"))
}

/// A test in some format with files beside it, and what it is to come to.
struct Case<'a> {
    name: &'a str,
    files: &'a [(&'a str, &'a str)],
    /// Flags of runs.
    flags: &'a [&'a str],
    /// Requests, in any order.
    requests: &'a [(&'a str, usize)],
    /// Checks that held and that did not.
    checks: (u64, u64),
    /// The original counts its checks among those of the run.
    counts_checks: bool,
    /// Parts of what is told of the conversion.
    notes: &'a [&'a str],
}

/// The requests that the shop saw of a run, and the checks that held and did not.
fn ran(door: &Door, folder: &Path, file: &str, flags: &[&str]) -> (Counts, (u64, u64)) {
    let args =
        [&["run", "-q", "--log-format", "raw", "--summary-export", "summary.json"], flags, &[file]].concat();
    let (code, out, log) = converted(folder, &args);
    // 21 is Artillery's status for expectations that failed.
    assert!(code == 0 || code == 21, "{file} ended with {code}\n{out}\n{log}");
    let summary = std::fs::read_to_string(folder.join("summary.json")).expect("there is a summary");
    let summary: Value = serde_json::from_str(&summary).expect("it is JSON");
    let count = |what: &str| summary["metrics"]["checks"][what].as_u64().unwrap_or(0);
    (door.counts(), (count("passes"), count("fails")))
}

fn check(case: &Case<'_>) {
    let shop = shop();
    let door = Door::before(shop.http);
    let folder = folder();
    let folder = folder.path();
    let (host, port) = (door.address.ip().to_string(), door.address.port().to_string());
    for (name, text) in case.files {
        let text = text.replace("SHOP", &door.url()).replace("HOST", &host).replace("PORT", &port);
        write(folder, name, text);
    }
    let requests: Counts = case.requests.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    let (seen, checks) = ran(&door, folder, case.name, case.flags);
    assert_eq!(seen, requests, "{} itself", case.name);
    if case.counts_checks {
        assert_eq!(checks, case.checks, "{} itself", case.name);
    }
    for (target, file) in [("plan", "made.yaml"), ("k6", "made.js")] {
        let (code, out, log) = converted(folder, &["convert", case.name, "--to", target, "-o", file]);
        assert_eq!((code, out.as_str()), (0, ""), "{}: {log}", case.name);
        let text = std::fs::read_to_string(folder.join(file)).expect("it was written");
        for note in case.notes {
            assert!(log.contains(note) && text.contains(note), "{note}: {log}\n{text}");
        }
        let (seen, checks) = ran(&door, folder, file, case.flags);
        assert_eq!(seen, requests, "{} as {target}\n{log}\n{text}", case.name);
        assert_eq!(checks, case.checks, "{} as {target}\n{text}", case.name);
    }
    // What was written as a plan can be written as a script too.
    let (code, _, log) = converted(folder, &["convert", "made.yaml", "--to", "k6", "-o", "again.js"]);
    assert_eq!(code, 0, "{log}");
    let (seen, checks) = ran(&door, folder, "again.js", case.flags);
    assert_eq!((seen, checks), (requests, case.checks), "{} as a script of a plan", case.name);
}

#[test]
fn recordings() {
    let entry = |second: u32,
                 method: &str,
                 path: &str,
                 headers: &Value,
                 body: Option<&str>,
                 status: u16,
                 answer: &str| {
        json!({
            "startedDateTime": format!("2026-01-01T00:00:0{second}.000Z"), "time": 900.0,
            "request": { "method": method, "url": format!("SHOP{path}"), "headers": headers,
                "postData": body.map(|text| json!({ "mimeType": "application/json", "text": text })) },
            "response": { "status": status, "content": { "mimeType": "application/json", "text": answer } },
        })
    };
    let json_type = json!([{ "name": "Content-Type", "value": "application/json" }]);
    let token = json!([{ "name": "Authorization", "value": "Bearer recorded-token-1" },
        { "name": "Content-Type", "value": "application/json" }]);
    let credentials = r#"{"email":"har@test.com","password":"{{x}}`${y}'\\"}"#;
    let har = json!({ "log": { "version": "1.2", "creator": { "name": "b", "version": "1" }, "entries": [
        entry(0, "POST", "/api/auth/login", &json_type, Some(credentials), 200, r#"{"token":"recorded-token-1"}"#),
        entry(1, "GET", "/api/orders", &token, None, 200, "{}"),
        entry(2, "POST", "/api/cart/items", &token, Some(r#"{"productId":3,"quantity":1}"#), 201, "{}"),
        entry(3, "GET", "/api/products/99999?a=b", &token, None, 200, "{}"),
    ] } });
    check(&Case {
        name: "visit.har",
        files: &[("visit.har", &har.to_string())],
        flags: &["--time-scale", "0.1"],
        requests: &[
            ("POST /api/auth/login", 1),
            // Answered with 200 only for the token of this login: the recorded one is refused.
            ("GET /api/orders", 1),
            ("POST /api/cart/items", 1),
            ("GET /api/products/99999", 1),
        ],
        checks: (3, 1),
        counts_checks: true,
        notes: &["'reco…' comes from the answer of"],
    });
}

#[test]
fn command_lines_of_curl() {
    check(&Case {
        name: "visit.curl",
        files: &[
            (
                "visit.curl",
                "# as copied\n$ curl 'SHOP/api/auth/login' \\\n  -H 'content-type: application/json' \\\n  --data-raw \
                 $'{\"email\":\"o\\'neil@test.com\",\"password\":\"{{x}}\"}' -s\ncurl -G SHOP/api/products -d limit=2 \
                 --data-urlencode 'q=a b&c'\ncurl \"SHOP/api/products/$PRODUCT\"; curl -F a=b -F \
                 'file=@picture.bin;type=image/png' SHOP/api/health\ncurl -X PUT --data-binary @picture.bin SHOP/api/health -u \
                 me:pw\ncurl -I SHOP/\n",
            ),
            ("picture.bin", "\u{1}\u{2}binary"),
        ],
        flags: &[],
        requests: &[
            ("POST /api/auth/login", 1),
            ("GET /api/products", 1),
            ("GET /api/products/7", 1),
            ("POST /api/health", 1),
            ("PUT /api/health", 1),
            ("HEAD /", 1),
        ],
        checks: (0, 0),
        counts_checks: true,
        notes: &["'--silent' says nothing about the requests of a test"],
    });
}

#[test]
fn plans_of_our_own() {
    let plan = "
plimsoll: 1
base: SHOP
http: { headers: { X-All: '1' }, timeout: 20s }
variables: { n: 2 }
data:
  people: { file: people.csv }
  sizes: { rows: [{ size: 1 }, { size: 2 }], order: per_user }
options: { noConnectionReuse: false }
thresholds: { checks: ['rate>0.1'] }
before: [{ post: { url: /api/auth/login, json: { email: before@test.com, password: x }, capture: { first_token: token } } }]
after: [{ get: { url: /, headers: { Authorization: 'Bearer {{ first_token }}' } } }]
scenarios:
  buy:
    executor: per-vu-iterations
    vus: 2
    iterations: 3
    steps:
      - feed: people
      - feed: sizes
      - post:
          url: /api/auth/login
          json: { email: '{{ who }}@test.com', password: 'p{{ n }}', deep: [1, { a: '{{ n }}' }] }
          capture: { token: token, kind: { header: content-type }, none: { regex: 'no(.)thing', default: '-' } }
          expect: { status: [200, 201], contains: token, json: { success: true }, header: { content-type: application/json }, time_below: 60s }
      - loop:
          times: '{{ n + 1 }}'
          counter: i
          steps:
            - if: { condition: 'i == 1 and who != \"nobody\"', then: [continue] }
            - get: { url: '/api/products/{{ i + 1 }}', query: { size: '{{ size }} x', b: 'ä' }, headers: { Authorization: 'Bearer {{ token }}' }, name: one, expect: 200 }
      - group: { name: g, steps: [{ get: { url: /api/products, capture: { list: data }, expect: { json: { 'data[0].id': 1, 'data[1].id': 3 } } } }] }
      - loop: { over: '{{ list }}', as: product, steps: [{ if: { condition: product.id > 2, then: [break] } }, { get: '/api/products/{{ product.id }}' }] }
      - set: { half: '{{ n / 2 }}' }
      - while: { condition: 'half < 3', steps: [{ set: { half: '{{ half + 1 }}' } }, { get: { url: '/api/products?half={{ half }}', expect: { matches: '^\\{\"data\"' } } }] }
      - parallel: [{ get: { url: /api/products/5, expect: 200 } }, { get: { url: /api/products/99999, expect: 404 } }]
      - choose: [{ weight: 1, steps: [{ request: { url: /api/products/9, method: GET } }] }]
      - if: { condition: last.status == 200, then: [{ log: 'done {{ who }}' }], else: [{ fail: no }] }
      - think: { from: 1ms, to: 2ms }
  form:
    executor: shared-iterations
    vus: 1
    iterations: 2
    startTime: 100ms
    steps: [{ post: { url: /api/auth/login, form: { email: 'b c', password: '{{ iteration }}' }, auth: 'u:p', redirects: 0 } }]
";
    check(&Case {
        name: "shop.yaml",
        files: &[("shop.yaml", plan), ("people.csv", "who,age\nann,1\n\"bob\",2\ncee,3\n")],
        flags: &[],
        requests: &[
            ("POST /api/auth/login", 1 + 6 + 2),
            ("GET /", 1),
            // In the loop, and in the one over the list.
            ("GET /api/products/1", 12),
            ("GET /api/products/2", 6),
            ("GET /api/products/3", 6),
            ("GET /api/products", 6 + 12),
            ("GET /api/products/5", 6),
            ("GET /api/products/99999", 6),
            ("GET /api/products/9", 6),
        ],
        // An iteration: five of the login, two of the loop, one of two of the list, two of the while, two side by side.
        checks: (6 * 12, 6),
        counts_checks: true,
        notes: &[],
    });
}

#[test]
fn shared_load_of_scenarios() {
    let plan = "
plimsoll: 1
base: SHOP
scenarios:
  often: { weight: 1, steps: [{ get: { url: /api/products, expect: 200 } }] }
  never: { weight: 0, steps: [{ get: / }] }
load: [{ inject: { rate: 5, for: 1s } }, { pause: 100ms }, { inject: { rate: 10, for: 500ms } }]
";
    check(&Case {
        name: "mix.yaml",
        files: &[("mix.yaml", plan)],
        flags: &[],
        requests: &[("GET /api/products", 10)],
        checks: (10, 0),
        counts_checks: true,
        notes: &[],
    });
}

#[test]
fn scripts_of_artillery() {
    let script = r#"
config:
  target: SHOP
  phases: [{ duration: 1, arrivalCount: 4 }]
  payload: { path: people.csv, fields: [who, product], order: sequence, skipHeader: true }
  variables: { kind: [json], greeting: hi }
  plugins: { expect: {} }
  http: { timeout: 20, defaults: { headers: { x-all: "1" } } }
before:
  flow: [{ get: { url: / } }]
scenarios:
  - name: journey
    flow:
      - post:
          url: /api/auth/login
          json: { email: "{{ who }}@test.com", password: "{{ greeting }}", n: "{{ product }}" }
          capture: [{ json: $.token, as: token }, { header: content-type, as: type }, { regexp: '"token"', as: word }]
          expect: [{ statusCode: 200 }, { headerEquals: [content-type, application/json] }]
      - think: 0.001
      - loop:
          - get:
              url: "/api/products/{{ product }}"
              qs: { round: "{{ $loopElement }}", kind: "{{ kind }}" }
              headers: { authorization: "Bearer {{ token }}" }
              expect: { statusCode: [200] }
        over: [1, 2]
      - get: { url: /api/products/3, ifTrue: "product == 3" }
      - post: { url: /api/auth/login, form: { email: "b c", password: "x" } }
      - log: "{{ greeting }}"
"#;
    check(&Case {
        name: "journey.yml",
        files: &[("journey.yml", script), ("people.csv", "a,b\nann,3\nbob,99999\n")],
        flags: &[],
        requests: &[
            ("GET /", 1),
            ("POST /api/auth/login", 8),
            ("GET /api/products/3", 6),
            ("GET /api/products/99999", 4),
        ],
        checks: (4 * 2 + 4, 4),
        counts_checks: true,
        notes: &[],
    });
}

/// A plan of JMeter for two users with two loops: data, a login, a loop over a product, a branch, and a script.
fn jmeter() -> String {
    use jmx::{assert_that, body, el, groovy, group, headers, items, json, plan, variables};
    let request = |name: &str, method: &str, path: &str, other: &str, below: &str| {
        // Where the shop is, the defaults say.
        let elsewhere = [("HTTPSampler.domain", ""), ("HTTPSampler.port", "")];
        jmx::http(name, method, path, &elsewhere, other, below)
    };
    let argument =
        [("Argument.name", "q"), ("Argument.value", "a b"), ("HTTPArgument.always_encode", "true")];
    let query = format!(
        "<elementProp name=\"HTTPsampler.Arguments\" elementType=\"Arguments\">{}</elementProp>",
        items("Arguments.arguments", "HTTPArgument", &[&argument])
    );
    let status = assert_that("Assertion.response_code", "8", &["200"]);
    let data = [("filename", "people.csv"), ("variableNames", "who,product"), ("ignoreFirstLine", "true")];
    let condition = [
        ("IfController.condition", "${__jexl3(\"${product}\" == \"3\",)}"),
        ("IfController.useExpression", "true"),
    ];
    let steps = [
        el("CSVDataSet", "Data", &data, ""),
        headers(&[("Content-Type", "application/json")]),
        el("ConstantTimer", "Wait", &[("ConstantTimer.delay", "1")], ""),
        request(
            "Login",
            "POST",
            "/api/auth/login",
            &body(r#"{"email":"${who}@test.com","password":"${secret}"}"#),
            &(json("token", "$.token") + &status),
        ),
        el(
            "LoopController",
            "Twice",
            &[("LoopController.loops", "2")],
            &request("Product", "GET", "/api/products/${product}", &query, &status),
        ),
        el("IfController", "If", &condition, &request("Branch", "GET", "/api/products", "", "")),
        groovy("JSR223Sampler", "Script", "log.info('x')"),
    ];
    let defaults = [("HTTPSampler.domain", "HOST"), ("HTTPSampler.port", "PORT")];
    let common = [
        variables(&[("secret", "pw")]),
        el("ConfigTestElement", "Shop", &defaults, ""),
        el("CookieManager", "Cookies", &[("CookieManager.clearEachIteration", "true")], ""),
        group("Users", "2", "2", &[], &steps.concat()),
    ];
    plan(&[], &common.concat())
}

#[test]
fn plans_of_jmeter() {
    check(&Case {
        name: "plan.jmx",
        files: &[("plan.jmx", &jmeter()), ("people.csv", "a,b\nann,3\nbob,99999\n")],
        flags: &[],
        requests: &[
            ("POST /api/auth/login", 4),
            ("GET /api/products/3", 4),
            ("GET /api/products/99999", 4),
            ("GET /api/products", 2),
        ],
        checks: (4 + 4, 4),
        // JMeter's assertions are part of its samples.
        counts_checks: false,
        notes: &["JSR223Sampler is not carried over"],
    });
}

#[test]
fn what_is_written_goes_where_it_is_wanted() {
    let folder = folder();
    let folder = folder.path();
    std::fs::create_dir_all(folder.join("in/data")).expect("a temporary folder can be written");
    std::fs::create_dir_all(folder.join("out")).expect("a temporary folder can be written");
    let plan = "plimsoll: 1\nbase: http://h\ndata: { d: { file: data/d.csv } }\nsteps: [{ feed: d }, { get: '/{{ a }}' }]\n";
    write(folder, "in/t.yaml", plan);
    write(folder, "in/data/d.csv", "a\n1\n");
    let (code, out, log) = converted(folder, &["convert", "in/t.yaml", "--to", "k6"]);
    assert!(
        code == 0 && out.contains("open('./data/d.csv')") && out.contains("export default function"),
        "{out}{log}"
    );
    let (code, out, log) = converted(folder, &["convert", "in/t.yaml", "--to", "k6", "-o", "out/t.js"]);
    assert_eq!((code, out.as_str()), (0, ""), "{log}");
    let text = std::fs::read_to_string(folder.join("out/t.js")).expect("it was written");
    assert!(text.contains("open('../in/data/d.csv')"), "{text}");
    let (code, _, log) = converted(folder, &["convert", "in/t.yaml", "--to", "k6", "-o", "out/t.js"]);
    assert!(code != 0 && log.contains("already exists"), "{code} {log}");
    let (code, _, log) =
        converted(folder, &["convert", "in/t.yaml", "--to", "plan", "-o", "out/t.js", "--force"]);
    assert_eq!(code, 0, "{log}");
    let text = std::fs::read_to_string(folder.join("out/t.js")).expect("it was written");
    assert!(text.contains("file: '../in/data/d.csv'"), "{text}");
}

#[test]
fn mistakes_are_told() {
    let folder = folder();
    let folder = folder.path();
    std::fs::write(folder.join("s.js"), "export default function () {}\n").expect("it can be written");
    write(folder, "bad.yaml", "plimsoll: 1\nstpes: []\n");
    write(folder, "odd.txt", "curl http://h/ --tls-max 1.2\n");
    let check = |args: &[&str], part: &str| {
        let (code, out, log) = converted(folder, &[&["convert"], args].concat());
        assert!(code != 0 && out.is_empty() && log.contains(part), "{args:?}: {code} {out} {log}");
    };
    check(&["bad.yaml", "--to", "python"], "it is plan or k6");
    check(&["bad.yaml"], "it is plan or k6");
    check(&["s.js", "--to", "plan"], "is a script");
    check(&["bad.yaml", "--to", "k6"], "did you mean 'steps'");
    check(&["none.yaml", "--to", "k6"], "none.yaml");
    // The type may be said; what cannot be had is told, and does not end it.
    let (code, out, log) = converted(folder, &["convert", "--type", "curl", "odd.txt", "--to", "plan"]);
    let told = "# line 1: unsupported: '--tls-max' cannot be had here";
    assert!(code == 0 && out.contains(told) && log.contains("--tls-max"), "{out}{log}");
}
