//! `plimsoll/graphql` of the real binary: operations over HTTP and WebSocket against the shop, what is measured of
//! them, and what is said when something goes wrong.

mod program;

use std::path::Path;

use program::{folder, plimsoll, said, shop, write};
use serde_json::{Value, json};
use target::Running;

/// One run: what the script printed, what the summary said, and the summary as JSON.
struct Run {
    code: i32,
    log: String,
    out: String,
    exported: Value,
}

impl Run {
    fn lines(&self) -> Vec<&str> {
        self.log.lines().collect()
    }

    fn metric(&self, name: &str) -> &Value {
        &self.exported["metrics"][name]
    }
}

/// Runs a script in which `SHOP` is the shop's address without the scheme, once.
fn run(script: &str) -> Run {
    let folder = folder();
    let shop = shop();
    run_in(folder.path(), &shop, script)
}

fn run_in(folder: &Path, shop: &Running, script: &str) -> Run {
    let script = script.replace("SHOP", &shop.http.to_string());
    write(folder, "t.js", script);
    let args = ["run", "-q", "--log-format", "raw", "--summary-export", "exported.json", "t.js"];
    let (code, out, log) = said(&mut plimsoll(folder, &args));
    let exported = std::fs::read(folder.join("exported.json")).unwrap_or_default();
    Run { code, log, out, exported: serde_json::from_slice(&exported).unwrap_or_default() }
}

#[track_caller]
fn prints(script: &str, expected: &[&str]) -> Run {
    let run = run(script);
    assert_eq!(run.code, 0, "{}\n{}", run.log, run.out);
    assert_eq!(run.lines(), expected);
    run
}

#[test]
fn operations_are_answered_and_tagged() {
    let script = r#"
        import { Client, gql } from 'plimsoll/graphql';
        const client = new Client('http://SHOP/graphql', { headers: { 'X-Tenant': 'a' }, tags: { tier: 'gold' } });
        const NAMES = gql`fragment Names on Product { id name }`;
        // A document that comes in by two ways is sent once; one inside braces leaves nothing where it stood.
        const STOCK = gql`fragment Stock on Product { inventory { quantity } ...Names ${NAMES} }`;
        const ONE = gql`query One($id: ID!) { product(id: $id) { ...Names ...Stock } } ${STOCK} ${NAMES}`;
        const TWO = gql`query A { health } mutation B { createOrder { id } }`;
        export default async function () {
          const one = client.query(ONE, { id: 3 });
          console.log(one.ok, one.data.product.id, one.status, one.errors.length, one.error === '');
          console.log(client.mutation(TWO, null, { operationName: 'B' }).data.createOrder.id);
          console.log((await client.asyncRequest(TWO, null, { operationName: 'A' })).data.health);
          console.log(client.request('{ categories }').data.categories.length > 0, one.response.status);
        }
    "#;
    let run = prints(script, &["true 3 200 0 true", "1001", "ok", "true 200"]);
    assert_eq!(run.metric("graphql_reqs")["count"], 4);
    assert_eq!(run.metric("graphql_errors"), &json!({"value": 0, "passes": 0, "fails": 4}));
    assert_eq!(run.metric("http_reqs")["count"], 4);
}

#[test]
fn samples_carry_operation_type_depth_and_complexity() {
    let script = r#"
        import { Client } from 'plimsoll/graphql';
        const client = new Client('http://SHOP/graphql', { tags: { tier: 'gold' } });
        export const options = { thresholds: {
          'http_reqs{operation:Deep,operation_type:query,depth:3,complexity:5,tier:gold}': ['count==1'],
          'graphql_reqs{operation:anonymous,depth:1,complexity:1}': ['count==1'],
          'graphql_errors{operation:Deep}': ['rate==0'],
          'graphql_errors{operation_type:mutation}': ['rate==1'],
          'http_req_failed{operation:Buy}': ['rate==1'],
          'http_req_failed{operation:Deep}': ['rate==0'],
          'http_reqs{operation:Buy,expected_response:false,status:200}': ['count==1'],
          'graphql_fields{field:query.products}': ['count==2'],
        } };
        export default function () {
          client.query('query Deep { a: products { inventory { quantity } } b: products { id __typename } }');
          client.query('{ health }');
          client.mutation('mutation Buy { checkout { id } }');
        }
    "#;
    let run = run(script);
    assert_eq!(run.code, 0, "{}\n{}", run.log, run.out);
}

#[test]
fn errors_inside_an_answer_fail_what_they_belong_to() {
    let script = r#"
        import http from 'k6/http';
        import { Client } from 'plimsoll/graphql';
        const client = new Client('http://SHOP/graphql');
        export default function () {
          const part = client.query('{ health fail(message: "no luck") }');
          console.log(part.ok, part.error, part.data.health, part.status, part.errors[0].path[0]);
          const refused = client.query('{ nope }');
          console.log(refused.ok, refused.status, refused.data, refused.error);
          // Judged by status alone, as the script asks.
          client.query('{ fail }', null, { responseCallback: http.expectedStatuses(200) });
          try {
            client.query('{ fail(message: "thrown") }', null, { throw: true });
          } catch (e) {
            console.log(e.name, e.message, e.errors.length, e.result.status);
          }
          console.log(new Client('http://SHOP/products').query('{ health }').error);
        }
    "#;
    let run = prints(
        script,
        &[
            "false no luck ok 200 fail",
            "false 400 undefined Cannot query field \"nope\" on type \"Query\".",
            "GraphQLError thrown 1 200",
            "status 404",
        ],
    );
    assert_eq!(run.metric("graphql_errors"), &json!({"value": 1, "passes": 5, "fails": 0}));
    // Four of them failed by their status or by errors in their answers.
    assert_eq!(run.metric("http_req_failed")["passes"], 4);
}

#[test]
fn batches_and_persisted_documents_save_bytes() {
    let script = r#"
        import { Client, gql } from 'plimsoll/graphql';
        const client = new Client('http://SHOP/graphql');
        const Q = gql`query Health($s: Boolean = true) { health categories @skip(if: $s) }`;
        export const options = { thresholds: {
          'http_reqs{operation:batch,operation_type:query}': ['count==2'],
          'http_reqs{operation:Health,method:GET,name:http://SHOP/graphql}': ['count==1'],
          'http_reqs{operation:Health,method:POST}': ['count==4'],
        } };
        export default function () {
          const all = client.batch([{ query: Q, variables: { s: false } }, '{ health }', '{ nope }']);
          console.log(all.map((one) => one.ok).join());
          console.log(client.query(Q, null, { persisted: 'only' }).error);
          const automatic = { persisted: 'automatic' };
          console.log(client.query(Q, null, automatic).data.health, client.query(Q, null, automatic).data.health);
          console.log(client.query(Q, { s: true }, { persisted: 'only', method: 'GET' }).data.health);
          try { client.batch(['{ health }', '{ fail }'], { throw: true }); } catch (e) { console.log(e.results.length); }
          try { client.batch([]); } catch (e) { console.log(e.message); }
        }
    "#;
    let run = prints(
        script,
        &["true,true,false", "PersistedQueryNotFound", "ok ok", "ok", "2", "a batch is a list of operations"],
    );
    // Of the requests only the two batches failed: asking for a document that is not there yet is no failure.
    assert_eq!(run.metric("http_req_failed")["passes"], 2);
    assert_eq!(run.metric("graphql_reqs")["count"], 9);
}

#[test]
fn subscriptions_are_iterated_or_called_back_over_both_protocols() {
    let script = r#"
        import { Client } from 'plimsoll/graphql';
        const PRICES = 'subscription Prices($n: Int) { priceChanged(id: 3, count: $n) { number product { id } } }';
        export default async function () {
          for (const protocol of ['graphql-transport-ws', 'graphql-ws']) {
            const url = 'ws://SHOP/graphql?interval_ms=1&keep_alive=1';
            const client = new Client('http://SHOP/graphql', { ws: { protocol, url, payload: { token: 'x' } } });
            const seen = [];
            for await (const { data } of client.subscribe(PRICES, { n: 3 })) seen.push(data.priceChanged.number);
            console.log(protocol, seen.join());
            const called = [];
            const subscription = client.subscribe('subscription { messageAdded { id } }', null, {
              limit: 2,
              onMessage: (message) => called.push(message.data.messageAdded.id),
              onComplete: (count) => called.push(`${count} in all`),
            });
            console.log(await subscription.done, called.join(), subscription.received);
            for await (const { data } of client.subscribe('{ health }')) console.log(data.health);
            // Two share a connection; whoever stops iterating ends its own only.
            const other = client.subscribe(PRICES, { n: 5 });
            for await (const _ of client.subscribe('subscription { messageAdded { id } }')) break;
            console.log(await other.done);
          }
        }
    "#;
    let run = prints(
        script,
        &[
            "graphql-transport-ws 1,2,3",
            "2 1,2,2 in all 2",
            "ok",
            "5",
            "graphql-ws 1,2,3",
            "2 1,2,2 in all 2",
            "ok",
            "5",
        ],
    );
    assert_eq!(run.metric("graphql_subscriptions")["count"], 10);
    assert_eq!(run.metric("graphql_errors"), &json!({"value": 0, "passes": 0, "fails": 10}));
    let messages = run.metric("graphql_messages")["count"].as_u64().expect("messages came");
    assert!(messages >= 2 * (3 + 2 + 1 + 5 + 1), "{messages}");
    assert!(run.metric("graphql_first_message")["max"].as_f64().expect("there was a first") > 0.0);
    assert_eq!(run.metric("ws_sessions")["count"], 8);
}

#[test]
fn an_order_made_by_a_mutation_comes_to_its_subscribers() {
    let script = r#"
        import { Client } from 'plimsoll/graphql';
        const client = new Client('http://SHOP/graphql', { ws: { url: 'ws://SHOP/graphql?interval_ms=1' } });
        export default async function () {
          const orders = client.subscribe('subscription { orderCreated(count: 1) { id items { quantity } } }', null, {
            onMessage: ({ data }) => console.log(JSON.stringify(data.orderCreated)),
          });
          // The second subscription of a connection is answered after the first has begun.
          client.subscribe('subscription { messageAdded { id } }', null, {
            limit: 1,
            onMessage: () => client.mutation('mutation { createOrder(input: { items: [{ productId: 3, quantity: 2 }] }) { id } }'),
          });
          console.log(await orders.done);
        }
    "#;
    prints(script, &[r#"{"id":"1001","items":[{"quantity":2}]}"#, "1"]);
}

#[test]
fn subscriptions_that_fail_say_why() {
    let script = r#"
        import { Client, GraphQLError } from 'plimsoll/graphql';
        const MESSAGES = 'subscription { messageAdded { id } }';
        const tell = async (ws, document, options) => {
          const client = new Client('http://SHOP/graphql', { ws });
          let count = 0;
          try {
            for await (const _ of client.subscribe(document, null, options)) count += 1;
            console.log(count, 'over');
          } catch (e) {
            console.log(count, e instanceof GraphQLError, e.message, e.code);
          }
        };
        export default async function () {
          const shop = 'ws://SHOP/graphql';
          await tell({ url: `${shop}?refuse=1` }, MESSAGES);
          await tell({ url: `${shop}?refuse=1`, protocol: 'graphql-ws' }, MESSAGES);
          await tell({ url: 'ws://SHOP/ws/feed' }, MESSAGES);
          await tell({ url: `${shop}?interval_ms=1&close_after=3&close_code=4999` }, MESSAGES);
          await tell({ url: `${shop}?interval_ms=1&close_after=3` }, MESSAGES);
          await tell({ url: 'ws://SHOP/health' }, MESSAGES);
          await tell({ url: `${shop}?interval_ms=60000` }, MESSAGES, { timeout: '20ms' });
          await tell({ url: `${shop}?interval_ms=60000` }, MESSAGES, { duration: 20 });
          await tell({}, 'subscription { nope }');
          await tell({}, 'subscription { priceChanged(id: 9999) { price } }');
          await tell({}, 'mutation { checkout { id } }');
          const client = new Client('http://SHOP/graphql');
          client.subscribe('subscription { nope }', null, { onError: (e) => console.log('called', e.errors.length) });
          await client.subscribe('subscription { nope }').done.catch((e) => console.log('caught', e.name));
          try { new Client('http://SHOP/graphql', { ws: { protocol: 'mqtt' } }).subscribe(MESSAGES); } catch (e) { console.log(e.message); }
        }
    "#;
    let run = prints(
        script,
        &[
            "0 true the server closed the connection: 4403 Forbidden 4403",
            "0 true the server refused the connection: refused, as asked undefined",
            "0 true the server does not speak graphql-transport-ws: it chose no sub-protocol undefined",
            "2 true the server closed the connection: 4999 as asked 4999",
            "2 true the server closed the connection: 1011 as asked 1011",
            "0 true the connection failed: websocket: bad handshake undefined",
            "0 true nothing came for 20ms undefined",
            "0 over",
            "0 true Cannot query field \"nope\" on type \"Subscription\". undefined",
            "0 true no product `9999` undefined",
            "1 over",
            "called 1",
            "caught GraphQLError",
            "protocol is one of graphql-transport-ws, graphql-ws, not mqtt",
        ],
    );
    // All but the one that ended by its own time; the mutation was answered with errors.
    assert_eq!(run.metric("graphql_errors"), &json!({"value": 12.0 / 13.0, "passes": 12, "fails": 1}));
}

#[test]
fn a_failure_that_nobody_listens_for_ends_the_iteration() {
    let run = run(
        "import { Client } from 'plimsoll/graphql';
         export default function () {
           new Client('http://SHOP/graphql').subscribe('subscription { nope }', null, { onMessage: () => {} });
         }
         export function teardown() { console.log('torn down'); }",
    );
    assert_eq!(run.code, 0);
    let lines = run.lines();
    assert_eq!(
        lines[0], "GraphQLError: Cannot query field \"nope\" on type \"Subscription\".",
        "{}",
        run.out
    );
    assert!(lines[1].contains("/t.js:3:"), "where it subscribed is told: {}", run.log);
    assert_eq!(lines[2..], ["torn down"]);
}

#[test]
fn a_document_that_is_none_is_shown_where_it_stands() {
    let folder = folder();
    let script = "import { gql } from 'plimsoll/graphql';\n\nconst Q = gql`\n  query Bad {\n    products { id ]\n  }\n`;\nexport default () => {};";
    let run = run_in(folder.path(), &shop(), script);
    assert_eq!(run.code, 107, "{}", run.log);
    let place = format!("file://{}/t.js:3:", folder.path().display());
    for part in [
        "GraphQLSyntaxError: expected \"}\", got ] in line 3, column 19 of the document",
        "3 |     products { id ]\n",
        &place,
    ] {
        assert!(run.log.contains(part), "{part}\n{}", run.log);
    }
}

#[test]
fn what_a_script_gets_wrong_is_told() {
    let script = r#"
        import { Client, gql } from 'plimsoll/graphql';
        const U = 'http://SHOP/graphql';
        const client = new Client(U);
        export default function () {
          for (const work of [
            () => client.query('mutation M { checkout { id } }'),
            () => client.query('query A { health } query B { health }'),
            () => client.query('query A { health } query B { health }', null, { operationName: 'C' }),
            () => client.query(gql`fragment F on Product { id }`),
            () => client.query(7),
            () => client.query('{ health }', null, { header: {} }),
            () => client.query('{ health }', null, { persisted: true }),
            () => client.subscribe('{ health }', null, { limit: 0 }),
            () => client.subscribe('{ health }', null, { timeout: 'soon' }),
            () => new Client('ftp://shop'),
            () => new Client(U, { schema: 'type Query' }),
          ]) {
            try { work(); console.log('nothing'); } catch (e) { console.log(`${e.name}: ${e.message.split(';')[0]}`); }
          }
        }
    "#;
    prints(
        script,
        &[
            "TypeError: M is a mutation, not a query",
            "TypeError: the document has 2 operations, operationName tells which: A, B",
            "TypeError: the document has no operation C, but A, B",
            "TypeError: the document has no operation, only fragments",
            "TypeError: the document is a text, or what gql makes",
            "TypeError: a request's params have no header",
            "TypeError: persisted is one of off, automatic, only, not true",
            "TypeError: limit is a whole number of messages, 1 or more",
            "TypeError: \"soon\" is no time: a number of milliseconds or text like '5s'",
            "TypeError: a client needs the http or https URL of an endpoint, not \"ftp://shop\"",
            "GraphQLSchemaError: the schema has no fields of a query, a mutation or a subscription",
        ],
    );
}

#[test]
fn the_summary_tells_which_fields_of_the_schema_were_asked_for() {
    let folder = folder();
    let schema = "schema { query: Root subscription: Told } type Told { messageAdded: Int }
                  type Root { health: String categories: [String] product(id: ID): Int never: Int }";
    write(folder.path(), "schema.graphql", schema);
    let script = r#"
        import { Client } from 'plimsoll/graphql';
        const client = new Client('http://SHOP/graphql', { schema: open('schema.graphql') });
        export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 2 } } };
        export default function () {
          client.query('query Q($c: Boolean!) { ...F categories @include(if: $c) __typename } fragment F on Query { health }', { c: __VU === 1 });
          client.query('{ nope }');
          client.query('{ brands { id } }');
        }
    "#;
    let shop = shop();
    let run = run_in(folder.path(), &shop, script);
    assert_eq!(run.code, 0, "{}", run.log);
    let field = |kind: &str, name: &str, count: u64, known: bool| json!({"type": kind, "name": name, "count": count, "inSchema": known});
    let expected = json!({"hasSchema": true, "covered": 2, "total": 5, "fields": [
        field("query", "health", 4, true),
        field("query", "categories", 2, true),
        field("query", "product", 0, true),
        field("query", "never", 0, true),
        field("query", "brands", 4, false),
        field("subscription", "messageAdded", 0, true),
    ]});
    assert_eq!(run.exported["graphql"], expected);
    let text: Vec<&str> = run.out.split("█ GRAPHQL").nth(1).expect("there is a section").lines().collect();
    let lines: Vec<&str> = text.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        [
            "schema_coverage....: 40.00% 2 out of 5 fields",
            "query health.......: 4",
            "query categories...: 2",
            "query brands.......: 4      not in the schema",
            "✗ query never asked for: product, never",
            "✗ subscription never asked for: messageAdded",
        ]
    );
}

#[test]
fn the_schema_can_come_from_the_server_and_reaches_handle_summary() {
    let script = r#"
        import { Client } from 'plimsoll/graphql';
        const client = new Client('http://SHOP/graphql');
        export function setup() {
          const { types } = client.introspect();
          console.log(types.some((type) => type.name === 'PriceChange'));
        }
        export default function () { client.query('{ health }'); }
        export function handleSummary({ graphql }) {
          const { hasSchema, covered, fields } = graphql;
          const of = (name) => fields.find((field) => field.name === name).count;
          return { stdout: [hasSchema, covered, of('health'), of('orderCreated')].join() };
        }
    "#;
    let run = prints(script, &["true"]);
    assert_eq!(run.out, "true,1,1,0");
}

#[test]
fn scripts_without_the_module_have_nothing_of_it() {
    let script = "export default () => {}; export function handleSummary(data) { return { stdout: `${'graphql' in data} ${Object.keys(data.metrics).some((name) => name.startsWith('graphql'))}` }; }";
    assert_eq!(prints(script, &[]).out, "false false");
}
