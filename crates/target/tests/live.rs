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
