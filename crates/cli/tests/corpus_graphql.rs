//! The GraphQL files of the corpus, run against the shop's own endpoints, with the values that come of it.
//!
//! What did not come with a file is added as a companion: a main script around it, data, or the lines behind its
//! own that others import from it.

mod program;
mod rows;

use std::path::Path;

use program::{plimsoll, said};
use rows::{FAILS, RUNS, Row, check, folder_for, served, shop};
use serde_json::Value;

/// What a run left: its exit status, its log, its summary, and the requests that the shop answered.
struct Left {
    code: i32,
    log: String,
    summary: Value,
    served: u64,
}

impl Left {
    fn value(&self, metric: &str, value: &str) -> f64 {
        self.summary["metrics"][metric][value].as_f64().unwrap_or(f64::NAN)
    }

    /// How often a check held and how often it did not.
    #[track_caller]
    fn check(&self, name: &str, passes: u64, fails: u64) {
        let check = &self.summary["root_group"]["checks"][name];
        let found = (check["passes"].as_u64(), check["fails"].as_u64());
        assert_eq!(found, (Some(passes), Some(fails)), "{name}: {}", self.log);
    }
}

fn run(file: &str, companions: &[(&str, &str)], args: &[&str]) -> Left {
    let shop = shop();
    let folder = folder_for(companions, &shop);
    let usual = ["run", "-q", "-c", "config.json", "--summary-export", "exported.json"];
    let (code, _, log) = said(plimsoll(folder.path(), &usual).args(args).arg(file));
    let text = std::fs::read(folder.path().join("exported.json")).unwrap_or_default();
    let summary = serde_json::from_slice(&text).unwrap_or_default();
    Left { code, log, summary, served: served(&shop) }
}

/// A file of the corpus as it came, with lines behind it that did not come along.
fn continued(file: &str, more: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(file);
    std::fs::read_to_string(path).expect("it is in the corpus") + more
}

#[test]
fn graphql_complexity_lacks() {
    check(&Row {
        run: "graphql-complexity.js",
        why: "it has no default function, and no scenario names another",
        code: 104,
        logs: &["function 'default' not found in exports"],
        ..FAILS
    });
    check(&Row {
        run: "over.js",
        companions: &[(
            "over.js",
            "export { testQueryComplexity as default } from './graphql-complexity.js';",
        )],
        why: "its function uses http without importing it",
        logs: &["ReferenceError: http is not defined", "testQueryComplexity", "graphql-complexity.js:40:22"],
        never: &[],
        ..RUNS
    });
}

/// Makes queries as deep and as large as the file asks, and sends the one that the file only holds.
const COMPLEXITY: &str = r"
    import http from 'k6/http';
    import { check } from 'k6';
    import { Client, gql } from 'plimsoll/graphql';
    import { testQueryComplexity } from './graphql-complexity.js';
    export const options = { thresholds: {
      'http_reqs{queryDepth:2,fieldCount:5}': ['count==1'],
      'http_reqs{queryDepth:4,fieldCount:20}': ['count==1'],
      'http_reqs{queryDepth:6,fieldCount:50}': ['count==1'],
      'http_reqs{operation:ComplexQuery,depth:5,complexity:18}': ['count==1'],
      http_req_failed: ['rate==0'],
      graphql_errors: ['rate==0'],
    } };
    const ENDPOINT = 'http://localhost:4000/graphql';
    const COMPLEX = open('./graphql-complexity.js').split('`')[1];
    const LEVELS = ['products(limit: 2)', 'reviews(limit: 1)', 'user', 'orders', 'items'];
    const generateQuery = ({ depth, fields }) => {
      const levels = LEVELS.slice(0, depth - 1);
      const leaf = { 1: 'name', 3: 'email', 5: 'quantity' }[levels.length];
      const query = levels.reduceRight((inner, level) => `${level} { ${inner} }`,
        Array.from({ length: fields - levels.length }, (_, n) => `leaf${n}: ${leaf}`).join(' '));
      const [operation] = gql(`{ ${query} }`).operations;
      check(operation, {
        'as deep as asked': (o) => o.depth === String(depth),
        'as large as asked': (o) => o.complexity === String(fields),
      });
      return `{ ${query} }`;
    };
    Object.assign(globalThis, { http, check, generateQuery, GRAPHQL_ENDPOINT: ENDPOINT });
    const client = new Client(ENDPOINT);
    export default function () {
      testQueryComplexity();
      const { ok, data } = client.query(COMPLEX, { filters: { category: 'books', limit: 3 } });
      check(data, {
        'the complex query is answered': () => ok,
        'with products': ({ products }) => products.length === 3,
        'with stock': ({ products }) => products[0].variants[0].inventory.warehouse.capacity === 10000,
        'with reviewers': ({ products }) => typeof products[0].reviews[0].user.orderHistory.totalOrders === 'number',
      });
    }
";

#[test]
fn graphql_complexity() {
    let left = run("over.js", &[("over.js", COMPLEXITY)], &["-u", "1", "-i", "1"]);
    assert_eq!(left.code, 0, "{}", left.log);
    for depth in [2, 4, 6] {
        left.check(&format!("handles depth {depth}"), 1, 0);
    }
    left.check("as deep as asked", 3, 0);
    left.check("as large as asked", 3, 0);
    for name in ["the complex query is answered", "with products", "with stock", "with reviewers"] {
        left.check(name, 1, 0);
    }
    assert_eq!((left.value("http_reqs", "count"), left.served), (4.0, 4));
}

#[test]
fn websocket_graphql() {
    // 30 seconds: the script closes its socket then.
    let left = run("websocket-graphql.js", &[], &["-u", "1", "-i", "1"]);
    assert_eq!(left.code, 0, "{}", left.log);
    assert!(left.log.contains("WebSocket connection established"), "{}", left.log);
    left.check("WebSocket connection successful", 1, 0);
    // The script expects each message to be of type data; the first is the server's greeting.
    let received = left.value("ws_msgs_received", "count");
    assert!(received >= 2.0, "{received} messages");
    left.check("subscription data received", received as u64 - 1, 1);
    assert_eq!((left.value("ws_sessions", "count"), left.value("iterations", "count")), (1.0, 1.0));
    assert!(left.value("ws_session_duration", "min") >= 29_900.0);
}

#[test]
fn suite_graphql_helpers_and_their_users_lack() {
    let check = |run: &str| {
        check(&Row {
            run,
            why: "suite/utils/config.ts has no getGraphQLEndpoint",
            code: 107,
            logs: &[
                r#"\"./config.ts\" does not provide an export named \"getGraphQLEndpoint\""#,
                "suite/utils/graphql-helpers.ts:4:",
            ],
            ..FAILS
        });
    };
    check("suite/utils/graphql-helpers.ts");
    check("suite/scenarios/graphql-coverage.ts");
    check("suite/scenarios/user-journey.ts");
}

const CONFIG: &str = "
    export const getGraphQLEndpoint = (): string => `${getConfig().baseUrl}/graphql`;
    export const commonParams = { headers: { 'Content-Type': 'application/json' } };
";
const METRICS: &str = "
    const success = new Rate('graphql_success_rate');
    const completed = new Counter('business_operations_completed');
    export const recordGraphQLOperation = (o: { operation: string; success: boolean }): void => {
      success.add(o.success, { operation: o.operation });
      if (o.success) completed.add(1);
    };
";
const HELPERS: &str = "
    const parseGraphQLResponse = (r: Response): any => JSON.parse(r.body as string);
    const hasNestedField = (data: any, path: string): boolean =>
      path.split('.').reduce((at, name) => at?.[name], data) !== undefined;
";
const LOADER: &str = "
    export const getAllOperations = (): string[] => queries.map((q: any) => Object.keys(q)[0]);
    const brandSelector = () => brands[0];
    const divisionSelector = (brand: any) => brand.divisions[0];
    const seasonSelector = () => 'S26';
";
const QUERIES: &str = r#"[
    {"looksSummary": {"complexity": "complex", "expectedFields": ["looksSummary.totalLooks", "looksSummary.looks"],
      "query": "query L($brand: String, $division: String, $season: String) { looksSummary(brand: $brand, division: $division, season: $season) { brand totalLooks looks { id name styleCount } } }"}},
    {"getAllSeasonalAssignments": {"complexity": "simple", "expectedFields": ["getAllSeasonalAssignments"],
      "query": "query G($styleSeasonCode: String) { getAllSeasonalAssignments(styleSeasonCode: $styleSeasonCode) { id styleSeasonCode } }"}}
]"#;

/// Runs the scenario with these queries, four iterations of one user in place of eleven minutes.
fn coverage(queries: &str) -> Left {
    let (config, metrics) =
        (continued("suite/utils/config.ts", CONFIG), continued("suite/utils/metrics.ts", METRICS));
    let helpers = continued("suite/utils/graphql-helpers.ts", HELPERS);
    let loader = continued("suite/data/test-data-loader.ts", LOADER);
    let companions = [
        ("suite/utils/config.ts", config.as_str()),
        ("suite/utils/metrics.ts", &metrics),
        ("suite/utils/graphql-helpers.ts", &helpers),
        ("suite/data/test-data-loader.ts", &loader),
        ("suite/data/brands.json", r#"[{"name": "Harbour", "divisions": ["women"]}]"#),
        ("suite/data/queries.json", queries),
    ];
    run("suite/scenarios/graphql-coverage.ts", &companions, &["-u", "1", "-i", "4"])
}

#[test]
fn suite_graphql_coverage() {
    let left = coverage(QUERIES);
    // It wants more than 500 operations, which four iterations cannot be.
    assert_eq!(left.code, 99, "{}", left.log);
    assert!(left.log.contains("'business_operations_completed' have been crossed"), "{}", left.log);
    for never in ["GraphQL test failed", "Error testing operation", "GraphQL errors in"] {
        assert!(!left.log.contains(never), "{}", left.log);
    }
    // Each answer is validated by the helper that sends the request and again by the scenario.
    for name in
        ["is status 200", "is valid JSON", "no GraphQL errors", "has data field", "has expected fields"]
    {
        left.check(name, 8, 0);
    }
    assert_eq!((left.value("http_reqs", "count"), left.served), (4.0, 4));
    assert_eq!(left.value("business_operations_completed", "count"), 4.0);
    assert_eq!(
        (left.value("graphql_success_rate", "passes"), left.value("graphql_success_rate", "fails")),
        (4.0, 0.0)
    );
}

#[test]
fn suite_graphql_coverage_notices_errors_inside_answers() {
    let query = "getAllSeasonalAssignments(styleSeasonCode: $styleSeasonCode) { id styleSeasonCode }";
    let left = coverage(&QUERIES.replace(query, "getAllSeasonalAssignments: fail"));
    assert_eq!(left.code, 99, "{}", left.log);
    left.check("is status 200", 8, 0);
    left.check("has data field", 8, 0);
    left.check("no GraphQL errors", 4, 4);
    assert!(left.log.contains("GraphQL errors in getAllSeasonalAssignments"), "{}", left.log);
    assert!(
        left.log.contains("GraphQL test failed for operation: getAllSeasonalAssignments"),
        "{}",
        left.log
    );
    assert_eq!(
        (left.value("graphql_success_rate", "passes"), left.value("graphql_success_rate", "fails")),
        (2.0, 2.0)
    );
}
