//! What speaks on its own or in its own tongue: GraphQL and WebSocket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to fail here")]

mod common;

use std::io::{Read, Write};
use std::net::SocketAddr;

use common::Client;
use plimsoll_target::{Running, Shop, ShopOptions};
use serde_json::{Value, json};

fn shop() -> Running {
    Shop::start(ShopOptions::default()).unwrap()
}

/// A WebSocket client that writes short text messages and reads any.
struct Socket(Client);

impl Socket {
    fn open(addr: SocketAddr, path: &str, protocol: &str) -> Self {
        let mut client = Client::connect(addr)
            .with("Upgrade", "websocket")
            .with("Connection", "Upgrade")
            .with("Sec-WebSocket-Version", "13")
            .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        if !protocol.is_empty() {
            client = client.with("Sec-WebSocket-Protocol", protocol);
        }
        let answer = client.get(path);
        assert_eq!(answer.status, 101, "{}", answer.text());
        assert_eq!(answer.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert_eq!(answer.header("sec-websocket-protocol").unwrap_or_default(), protocol);
        Self(client)
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let mut frame = vec![0x81];
        match text.len() {
            short @ 0..126 => frame.push(0x80 | short as u8),
            long => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&(long as u16).to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.0.raw().get_mut().write_all(&frame).unwrap();
    }

    fn frame(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.0.raw().read_exact(&mut head).unwrap();
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                self.0.raw().read_exact(&mut length).unwrap();
                u16::from_be_bytes(length).into()
            }
            short => usize::from(short),
        };
        let mut data = vec![0; length];
        self.0.raw().read_exact(&mut data).unwrap();
        (head[0], data)
    }

    fn next(&mut self) -> Value {
        let (kind, data) = self.frame();
        assert_eq!(kind, 0x81);
        serde_json::from_slice(&data).unwrap()
    }
}

#[test]
fn sockets_echo_and_tick() {
    let shop = shop();
    let mut echo = Socket::open(shop.http, "/ws/echo?close_after=2&close_code=4000", "chat");
    for message in [json!("hello"), json!("x".repeat(300))] {
        echo.send(&message);
        assert_eq!(echo.next(), message);
    }
    assert_eq!(echo.frame().1[..2], 4000_u16.to_be_bytes());
    let mut ticks = Socket::open(shop.http, "/ws/ticks?count=2&interval_ms=1", "");
    assert_eq!((ticks.next()["id"].clone(), ticks.next()["id"].clone()), (json!(1), json!(2)));
    assert_eq!(ticks.frame().0, 0x88);
    assert_eq!(Client::connect(shop.http).get("/ws/echo?reject=1").status, 403);
}

#[test]
fn updates_come_to_subscribers() {
    let shop = shop();
    let mut socket = Socket::open(shop.http, "/realtime?interval_ms=1", "");
    socket.send(&json!({"type": "ping", "timestamp": 7}));
    let pong = socket.next();
    assert_eq!((&pong["type"], &pong["timestamp"]), (&json!("pong"), &json!(7)));
    socket.send(&json!({"type": "subscribe", "channels": ["orders", "inventory"]}));
    assert_eq!(socket.next(), json!({"type": "subscribed", "channels": ["orders", "inventory"]}));
    assert_eq!(
        (socket.next()["type"].clone(), socket.next()["type"].clone()),
        (json!("orders"), json!("inventory"))
    );
    assert_eq!(Client::connect(shop.http).bearer("false").get("/realtime").status, 401);
}

#[test]
fn subscriptions_speak_both_protocols() {
    let shop = shop();
    for (protocol, start, says) in [
        ("graphql-ws", "start", "data"),
        ("graphql-transport-ws", "subscribe", "next"),
        ("", "start", "data"),
    ] {
        let mut socket = Socket::open(shop.http, "/graphql?interval_ms=1", protocol);
        socket.send(&json!({"type": "connection_init"}));
        assert_eq!(socket.next(), json!({"type": "connection_ack"}));
        let query = "subscription { new: messageAdded { id words: content } }";
        socket.send(&json!({"id": "1", "type": start, "payload": {"query": query}}));
        let message = socket.next();
        assert_eq!((&message["type"], &message["id"]), (&json!(says), &json!("1")));
        assert_eq!(message["payload"]["data"]["new"]["id"], "1");
        assert!(message["payload"]["data"]["new"]["words"].is_string());
        socket.send(&json!({"id": "2", "type": start, "payload": {"query": "{ health }"}}));
        let answer = (0..100).map(|_| socket.next()).find(|message| message["id"] == "2").unwrap();
        assert_eq!(answer["payload"], json!({"data": {"health": "ok"}}));
    }
}

fn ask(client: &mut Client, query: &str, variables: &Value) -> (u16, Value) {
    let answer = client.post("/graphql", &json!({"query": query, "variables": variables}));
    (answer.status, answer.json())
}

#[test]
fn queries_answer_what_was_asked() {
    let shop = shop();
    let client = &mut Client::connect(shop.http);
    let (status, answer) = ask(
        client,
        "query Q($filters: FilterInput!, $no: Boolean = false) {
           products(filters: $filters) { ...P reviews(limit: 2) { rating user { name orderHistory { totalOrders } } } }
           one: product(id: 7) { __typename sku name @skip(if: true) variants { inventory { quantity warehouse { capacity } } } }
           product(id: 99999) { id }
           me @include(if: $no) { id }
         }
         fragment P on Product { id reviews(limit: 2) { comment } }",
        &json!({"filters": {"category": "books", "limit": 2}}),
    );
    assert_eq!((status, &answer["errors"]), (200, &Value::Null), "{answer}");
    let data = &answer["data"];
    assert_eq!(data["products"].as_array().unwrap().len(), 2);
    let review = &data["products"][1]["reviews"][0];
    assert!(review["comment"].is_string() && review["user"]["orderHistory"]["totalOrders"] == 0, "{review}");
    assert_eq!((&data["one"]["__typename"], &data["one"]["sku"]), (&json!("Product"), &json!("SKU-0007")));
    assert!(data["one"].get("name").is_none() && data["product"].is_null() && data.get("me").is_none());
    assert_eq!(data["one"]["variants"][0]["inventory"]["warehouse"]["capacity"], 10_000);
}

#[test]
fn clients_that_forget_to_declare_variables_are_answered() {
    let shop = shop();
    let client = &mut Client::connect(shop.http);
    let (_, answer) = ask(client, "query { user(id: $id) { name email } }", &json!({"id": 3}));
    assert_eq!(answer, json!({"data": {"user": {"name": "User 1", "email": "user1@test.com"}}}));
    let season = json!({"brand": "Summit", "division": "men", "season": "S1"});
    let query = "query looksSummary($brand: String, $division: String, $season: String) {
        looksSummary(brand: $brand, division: $division, season: $season) { brand totalLooks looks { name } } }";
    let (_, answer) = ask(client, query, &season);
    assert_eq!(answer["data"]["looksSummary"]["brand"], "Summit");
    assert_eq!(answer["data"]["looksSummary"]["looks"].as_array().unwrap().len(), 8);
}

#[test]
fn mutations_buy() {
    let shop = shop();
    let client = &mut Client::connect(shop.http);
    let login =
        "mutation { login(email: \"user1@test.com\", password: \"password123\") { token user { email } } }";
    let (_, answer) = ask(client, login, &json!({}));
    let token = answer["data"]["login"]["token"].as_str().unwrap().to_owned();
    let (status, refused) = ask(client, "{ cart { total } me { id } }", &json!({}));
    assert_eq!((status, &refused["data"]), (200, &json!({"cart": null, "me": null})));
    assert_eq!(
        (&refused["errors"][0]["path"], &refused["errors"][0]["extensions"]["code"]),
        (&json!(["cart"]), &json!("UNAUTHORIZED"))
    );
    let client = &mut Client::connect(shop.http).bearer(&token);
    let add = "mutation($input: Item!) { addToCart(input: $input) { itemCount items { product { id } quantity } } }";
    let (_, answer) = ask(client, add, &json!({"input": {"productId": "3", "quantity": 2}}));
    assert_eq!(
        answer["data"]["addToCart"],
        json!({"itemCount": 2, "items": [{"product": {"id": "3"}, "quantity": 2}]})
    );
    let (_, answer) = ask(client, "mutation { checkout { id status total items { quantity } } }", &json!({}));
    let order = answer["data"]["checkout"].clone();
    assert_eq!((&order["status"], &order["items"][0]["quantity"]), (&json!("pending"), &json!(2)));
    let confirm =
        "mutation C($id: ID!) { confirmOrder(id: $id, paymentMethod: \"card\") { status paymentMethod } }";
    let (_, answer) = ask(client, confirm, &json!({"id": order["id"]}));
    assert_eq!(answer["data"]["confirmOrder"], json!({"status": "confirmed", "paymentMethod": "card"}));
    let (_, answer) = ask(client, "{ orders { id } me { email orders { total } } }", &json!({}));
    assert_eq!(answer["data"]["me"]["orders"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_run_is_refused() {
    let shop = shop();
    let client = &mut Client::connect(shop.http);
    for (query, message) in [
        ("{ products { nope } }", "Cannot query field \"nope\" on type \"Product\"."),
        ("{ products ", "Syntax Error: Expected Name, found <EOF>."),
        (
            "query Q($id: ID!) { product(id: $id) { id } }",
            "Variable \"$id\" of required type \"ID!\" was not provided.",
        ),
        (
            "query A { health } query B { health }",
            "Must provide operation name if query contains multiple operations.",
        ),
    ] {
        let (status, answer) = ask(client, query, &json!({}));
        assert_eq!((status, answer["errors"][0]["message"].as_str().unwrap()), (400, message), "{query}");
    }
    let by_get = client.get("/graphql?query=%7Bhealth%7D").json();
    assert_eq!(by_get, json!({"data": {"health": "ok"}}));
    let batch = client.post("/graphql", &json!([{"query": "{health}"}, {"query": "{nope}"}])).json();
    assert_eq!((&batch[0]["data"]["health"], batch[1]["errors"].is_array()), (&json!("ok"), true));
}

#[test]
fn the_feed_ends_when_all_is_told() {
    let shop = shop();
    let mut feed = Socket::open(shop.http, "/ws/feed?rate=1000&count=3", "");
    feed.send(&json!({"type": "subscribe", "channels": ["prices", "stock"]}));
    assert_eq!(feed.next()["type"], "subscribed");
    let kinds: Vec<Value> = (0..3).map(|_| feed.next()["type"].take()).collect();
    assert_eq!(kinds, ["prices", "stock", "prices"]);
    assert_eq!(feed.frame().0, 0x88);
    let mut feed = Socket::open(shop.http, "/ws/feed?rate=0.001", "");
    feed.send(&json!({"type": "subscribe", "channels": ["a", "b", "a"]}));
    feed.send(&json!({"type": "unsubscribe", "channels": ["a"]}));
    assert_eq!(feed.next()["channels"], json!(["a", "b"]));
    assert_eq!(feed.next(), json!({"type": "unsubscribed", "channels": ["b"]}));
}

#[test]
fn the_schema_can_be_asked_for() {
    let shop = shop();
    let client = &mut Client::connect(shop.http);
    let text = client.get("/graphql/schema").text().to_owned();
    assert!(text.contains("type Subscription {"), "{text}");
    let query = "{ __schema { queryType { name fields { name } } mutationType { name } types { name kind
                   fields { name args { name type { kind ofType { name } } } type { name ofType { kind name } } } } }
                 __type(name: \"Order\") { kind fields { name } }
                 none: __type(name: \"Nope\") { kind }
                 health __typename }";
    let (status, answer) = ask(client, query, &json!({}));
    assert_eq!((status, &answer["errors"]), (200, &Value::Null));
    let schema = &answer["data"]["__schema"];
    let names = |fields: &Value| -> Vec<String> {
        fields.as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(names(&schema["queryType"]["fields"]).contains(&"products".to_owned()), "{schema}");
    assert_eq!(schema["mutationType"], json!({"name": "Mutation"}));
    let query = schema["types"].as_array().unwrap().iter().find(|one| one["name"] == "Query").unwrap();
    let of =
        |name: &str| query["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap();
    assert_eq!(
        of("products")["type"],
        json!({"name": null, "ofType": {"kind": "OBJECT", "name": "Product"}})
    );
    assert_eq!(of("product")["args"][0]["type"], json!({"kind": "NON_NULL", "ofType": {"name": "ID"}}));
    assert!(names(&answer["data"]["__type"]["fields"]).contains(&"items".to_owned()));
    assert_eq!((&answer["data"]["none"], &answer["data"]["__typename"]), (&Value::Null, &json!("Query")));
}

#[test]
fn errors_stand_beside_what_went_well() {
    let shop = shop();
    let (status, answer) =
        ask(&mut Client::connect(shop.http), "{ health fail(message: \"no luck\") }", &json!({}));
    assert_eq!((status, &answer["data"]), (200, &json!({"health": "ok", "fail": null})));
    assert_eq!(
        (&answer["errors"][0]["message"], &answer["errors"][0]["path"]),
        (&json!("no luck"), &json!(["fail"]))
    );
}

#[test]
fn documents_can_be_left_and_asked_for_by_hash() {
    let shop = shop();
    let client = &mut Client::connect(shop.http);
    // The SHA-256 of `{health}`.
    let hash = "5ba255df07ac771625c14bdb6b7fb27aaa406aaaea6633bdbe530636ef9581e2";
    let known = json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    let missing = client.post("/graphql", &json!({"extensions": known}));
    assert_eq!(missing.status, 200);
    assert_eq!(missing.json()["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    let wrong = client.post("/graphql", &json!({"query": "{ health }", "extensions": known}));
    assert_eq!((wrong.status, wrong.json()["errors"].is_array()), (400, true));
    for body in [json!({"query": "{health}", "extensions": known}), json!({"extensions": known})] {
        assert_eq!(client.post("/graphql", &body).json(), json!({"data": {"health": "ok"}}));
    }
    let neither = client.post("/graphql", &json!({}));
    assert_eq!((neither.status, neither.json()["message"].clone()), (400, json!("`query` is needed")));
}

#[test]
fn orders_are_told_as_they_are_made() {
    let shop = shop();
    let mut socket = Socket::open(shop.http, "/graphql", "graphql-transport-ws");
    socket.send(&json!({"type": "connection_init"}));
    assert_eq!(socket.next()["type"], "connection_ack");
    let query =
        "subscription O($n: Int) { orderCreated(count: $n) { id status items { productId quantity } } }";
    let payload = json!({"query": query, "variables": {"n": 2}});
    socket.send(&json!({"id": "a", "type": "subscribe", "payload": payload}));
    // The answer to a ping says that the subscription before it has begun.
    socket.send(&json!({"type": "ping"}));
    assert_eq!(socket.next()["type"], "pong");
    let client = &mut Client::connect(shop.http);
    let body = json!({"items": [{"productId": "3", "quantity": 2}]});
    let rest = client.post("/orders", &body).json();
    let (_, mutated) = ask(client, "mutation { createOrder { id } }", &json!({}));
    let first = socket.next();
    let items = json!([{"productId": "3", "quantity": 2}]);
    assert_eq!(
        first["payload"]["data"]["orderCreated"],
        json!({"id": rest["id"].to_string(), "status": "pending", "items": items})
    );
    let second = socket.next();
    assert_eq!(second["payload"]["data"]["orderCreated"]["id"], mutated["data"]["createOrder"]["id"]);
    assert_eq!(socket.next(), json!({"id": "a", "type": "complete"}));
}

#[test]
fn prices_move_so_many_times() {
    let shop = shop();
    let mut socket = Socket::open(shop.http, "/graphql?interval_ms=1&keep_alive=1", "graphql-ws");
    socket.send(&json!({"type": "connection_init"}));
    assert_eq!(
        (socket.next()["type"].take(), socket.next()["type"].take()),
        (json!("connection_ack"), json!("ka"))
    );
    let query =
        "subscription { priceChanged(id: 3, count: 2) { number price previous product { id price } } }";
    socket.send(&json!({"id": "p", "type": "start", "payload": {"query": query}}));
    let (first, second) = (socket.next(), socket.next());
    let change = |message: &Value| message["payload"]["data"]["priceChanged"].clone();
    assert_eq!((&change(&first)["number"], &change(&first)["product"]["id"]), (&json!(1), &json!("3")));
    assert_eq!(change(&first)["previous"], change(&first)["product"]["price"]);
    assert_eq!(change(&second)["previous"], change(&first)["price"]);
    assert_eq!(socket.next(), json!({"id": "p", "type": "complete"}));
    let none = "subscription { priceChanged(id: 99999) { price } }";
    socket.send(&json!({"id": "q", "type": "start", "payload": {"query": none}}));
    assert_eq!(
        socket.next(),
        json!({"id": "q", "type": "error", "payload": {"message": "no product `99999`"}})
    );
}

#[test]
fn who_breaks_the_rules_is_sent_away() {
    let shop = shop();
    let hello = json!({"type": "connection_init"});
    let start = |id: &str| json!({"id": id, "type": "subscribe", "payload": {"query": "subscription { messageAdded { id } }"}});
    let check = |path: &str, protocol: &str, said: &[Value], code: u16| {
        let mut socket = Socket::open(shop.http, path, protocol);
        said.iter().for_each(|message| socket.send(message));
        let closed = (0..100).map(|_| socket.frame()).find(|(kind, _)| *kind == 0x88).unwrap();
        assert_eq!(closed.1[..2], code.to_be_bytes(), "{path} {said:?}");
    };
    let new = "graphql-transport-ws";
    check("/graphql", new, &[start("1")], 4401);
    check("/graphql", new, &[hello.clone(), hello.clone()], 4429);
    check("/graphql", new, &[hello.clone(), start("1"), start("1")], 4409);
    check("/graphql", new, &[json!({"type": "start"})], 4400);
    check("/graphql?refuse=1", new, std::slice::from_ref(&hello), 4403);
    check("/graphql?interval_ms=1&close_after=3&close_code=4999", new, &[hello, start("1")], 4999);
    check("/graphql", "graphql-ws", &[json!({"type": "connection_terminate"})], 1000);
}
