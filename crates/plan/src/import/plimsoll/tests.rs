//! Plans as people write them, and their mistakes.

use std::collections::BTreeMap;

use metrics::Registry;
use model::Clock;

use super::*;

fn source(text: &str) -> Source {
    Source {
        name: "t.yaml".to_owned(),
        bytes: text.as_bytes().to_vec(),
        path: None,
        folder: std::env::temp_dir().join("no-such-folder"),
        env: BTreeMap::from([("HOST".to_owned(), "http://shop".to_owned())]),
        flags: BTreeMap::new(),
        registry: Registry::new(),
        log: std::sync::Arc::new(model::log::Memory::default()),
        clock: Clock::start(),
        only_looks: false,
    }
}

fn mistakes(text: &str) -> Vec<String> {
    match import(&source(text)) {
        Ok(_) => Vec::new(),
        Err(refused) => refused.notes.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn mistakes_have_their_place_and_the_nearest_key() {
    let check = |text: &str, wanted: &str| {
        let found = mistakes(text);
        assert!(found.iter().any(|note| note == wanted), "{text}\n{found:#?}");
    };
    let head = "plimsoll: 1\nbase: http://h\n";
    check("base: x\nsteps: []\n", "t.yaml:1:1: error: 'plimsoll: 1' is missing: the version of the format");
    check("plimsoll: 2\nsteps: []\n", "t.yaml:1:11: error: this program reads version 1 of plans");
    check(
        &format!("{head}steps:\n  - get:\n      url: /\n      heders: {{}}\n"),
        "t.yaml:6:7 (steps[0].get): error: there is no key 'heders' here; did you mean 'headers'?",
    );
    check(
        &format!("{head}stpes: []\n"),
        "t.yaml:3:1: error: there is no key 'stpes' here; did you mean 'steps'?",
    );
    check(
        &format!("{head}steps:\n  - think: 5\n"),
        "t.yaml:4:12 (steps[0].think): error: '5' is no time; write it with its unit, such as 500ms, 5s or 1m30s",
    );
    check(
        &format!("{head}steps:\n  - get: /{{{{ rndom(1) }}}}\n"),
        "t.yaml:4:10 (steps[0].get): error: there is no function 'rndom'; did you mean 'random'?",
    );
    check(
        &format!("{head}data: {{users: {{rows: [{{a: 1}}]}}}}\nsteps:\n  - feed: user\n"),
        "t.yaml:5:11 (steps[0].feed): error: there is no data 'user'; did you mean 'users'?",
    );
    check(
        "plimsoll: 1\nsteps:\n  - get: /\n",
        "t.yaml:3:10 (steps[0].get): error: '/' is no whole address, and the plan has no 'base'",
    );
    check(
        &format!("{head}steps: []\nload:\n  - inject: {{rate: 1, for: 1s}}\n    pause: 1s\n"),
        "t.yaml:6:5 (load[0]): error: a load step is one thing: 'inject' or 'pause'",
    );
    check(
        &format!("{head}a: &a [*a]\nsteps: []\n"),
        "t.yaml:3:8: error: this alias stands for what it is a part of",
    );
}

#[test]
fn a_plan_becomes_a_program_and_options() {
    let text = "
plimsoll: 1
base: '{{ env.HOST }}'
thresholds: { http_req_failed: ['rate<0.1'] }
tags: { team: a }
scenarios:
  browse: { weight: 3, steps: [{ get: / }] }
  buy:
    weight: 1
    steps:
      - post: { url: /cart, json: { id: '{{ id }}', n: 1 }, capture: { cart: cart.id }, expect: 201 }
  night:
    load: [{ keep_constant: { users: 2, for: 3s } }]
    steps: [{ log: hello }]
load: [{ inject: { rate: 5, for: 2s } }]
";
    let plan = import(&source(text)).unwrap_or_else(|refused| panic!("{:#?}", refused.notes));
    let names: Vec<&str> = plan.program.flows.iter().map(|flow| &*flow.name).collect();
    assert_eq!(names, ["browse", "buy", "night"]);
    assert_eq!(plan.program.mixes[0].parts, [(3.0, 0), (1.0, 1)]);
    assert_eq!(format!("{:?}", plan.program.flows[0].steps[0]), "Request(\"GET\" \"http://shop/\")");
    let scenarios = plan.options.scenarios.expect("there are some");
    let shown: Vec<(&str, &str, &str)> =
        scenarios.iter().map(|(name, s)| (name.as_str(), s.executor.kind(), s.exec.as_str())).collect();
    assert_eq!(shown, [("default", "constant-arrival-rate", "default"), ("night", "constant-vus", "night")]);
    assert_eq!(plan.options.thresholds.expect("there are some").len(), 1);
}

#[test]
fn plans_are_known_by_their_first_key() {
    let check = |name: &str, text: &str, wanted: bool| {
        assert_eq!(sniff(&Look { name, bytes: text.as_bytes() }), wanted, "{text}");
    };
    check("a.yml", "# c\nplimsoll: 1\n", true);
    check("a.json", "{\n  \"plimsoll\": 1\n}", true);
    check("plimsoll.yaml", "stpes: []", true);
    check("a.yml", "config:\n  plimsoll: 1\n", false);
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema: Json =
        serde_json::from_str(include_str!("../../../../../docs/plan.schema.json")).expect("it is JSON");
    for (mapping, keys) in KEYS {
        let part = if *mapping == "plan" { &schema } else { &schema["$defs"][*mapping] };
        let Some(members) = part["properties"].as_object() else { panic!("the schema has no {mapping}") };
        let mut named: Vec<&str> = members.keys().map(String::as_str).collect();
        let mut wanted: Vec<&str> = keys.to_vec();
        named.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(named, wanted, "{mapping}");
        assert_eq!(part["additionalProperties"], Json::Bool(false), "{mapping}");
    }
}
