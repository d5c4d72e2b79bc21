//! The shop over plain HTTP/1.1: its pages, its rules and what user tests expect of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to fail here")]

mod common;

use common::Client;
use plimsoll_target::{Running, Shop, ShopOptions};
use serde_json::{Value, json};

fn shop() -> Running {
    Shop::start(ShopOptions::default()).unwrap()
}

#[test]
fn plain_pages_answer_under_every_prefix() {
    let shop = shop();
    let mut client = Client::connect(shop.http);
    for path in [
        "/health",
        "/api/health",
        "/api/v1/health",
        "/ready",
        "/products",
        "/api/products?limit=5&page=2",
        "/api/products/7",
        "/v1/products/7",
        "/products?category=books",
        "/search?q=books",
        "/categories",
        "/inventory/product-99",
        "/",
        "/static/shop.css",
        "/static/product-7.svg",
        "/metrics",
        "/stats/prometheus",
        "/intensive-operation-2",
        "/api/products/7/reviews",
    ] {
        let answer = client.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(!answer.body.is_empty(), "{path}");
    }
    for (head, status) in [
        ("GET /api/products/100000", 404),
        ("GET /api/products/seven", 404),
        ("GET /nothing", 404),
        ("DELETE /products", 404),
        ("PUT /api/orders", 405),
        ("GET /api/users/profile", 401),
        ("GET /api/admin/analytics", 401),
        ("OPTIONS /api/orders", 204),
        ("HEAD /api/products", 200),
    ] {
        assert_eq!(client.send(head, b"").unwrap().status, status, "{head}");
    }
    shop.stop();
}

#[test]
fn login_gives_a_token_that_opens() {
    let shop = shop();
    let mut client = Client::connect(shop.http);
    let login = |client: &mut Client, email: &str, password: &str| {
        client.post("/api/auth/login", &json!({"email": email, "password": password}))
    };
    for (email, password, status) in [
        ("test@example.com", "password123", 200),
        ("test@example.com", "test-password", 200),
        ("user7@test.com", "password123", 200),
        ("User7@Test.com", "password123", 200),
        ("user7@test.com", "wrong", 401),
        ("somebody@new.org", "any", 200),
        ("somebody@new.org", "other", 401),
        ("no address", "any", 401),
    ] {
        assert_eq!(login(&mut client, email, password).status, status, "{email} {password}");
    }
    let admin = login(&mut client, "admin@test.com", "admin123").json();
    let user = login(&mut client, "user1@test.com", "password123").json();
    let statuses = |token: &Value| {
        let mut client = Client::connect(shop.http).bearer(token.as_str().unwrap());
        ["/api/users/profile", "/api/admin/analytics", "/api/admin/dashboard"]
            .map(|path| client.get(path).status)
    };
    assert_eq!(statuses(&user["token"]), [200, 403, 403]);
    assert_eq!(statuses(&admin["token"]), [200, 200, 200]);
    assert_eq!(statuses(&json!("test-token")), [200, 403, 403]);
    assert_eq!(statuses(&json!("undefined")), [401, 401, 401]);
}

#[test]
fn the_whole_walk_in_memory() {
    let shop = shop();
    common::flow::walk(shop.http);
}

#[test]
fn guests_have_a_cart_and_orders() {
    let shop = shop();
    let mut guest = Client::connect(shop.http);
    let added = guest.post("/api/cart", &json!({"productId": 5}));
    let cookie = added.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let mut guest = guest.with("Cookie", &cookie);
    assert_eq!(guest.get("/api/cart").json()["itemCount"], 1);
    let named = guest.post("/api/cart", &json!({"userId": "u7", "productId": 5, "quantity": 2})).json();
    assert_eq!(named["itemCount"], 2);
    let order = guest.post("/api/orders", &json!({"items": [{"productId": 1}]}));
    assert_eq!(order.status, 201);
    assert!(order.json()["totalAmount"].as_f64().unwrap() > 0.0);
    let theirs = Client::connect(shop.http).bearer("test-token").post("/api/orders", &json!({})).json();
    assert_eq!(guest.get(&format!("/api/orders/{}", theirs["id"])).status, 403);
}

/// The steps of the user tests that came with a store of microservices and an enterprise suite: paths without
/// a prefix, the fields they read, the statuses they check.
#[test]
fn user_tests_find_what_they_expect() {
    let shop = shop();
    let mut client = Client::connect(shop.http);
    let login = client.post("/auth/login", &json!({"email": "someone@example.com", "password": "pw"}));
    assert_eq!(login.status, 200);
    let token = login.json()["token"].as_str().unwrap().to_owned();
    let mut client = Client::connect(shop.http).bearer(&token);
    let products = client.get("/products?limit=20").json();
    let first = &products["products"][0]["id"];
    assert_eq!(client.get(&format!("/products/{first}")).status, 200);
    assert_eq!(client.post("/cart/items", &json!({"productId": first, "quantity": 3})).status, 201);
    let report = json!({"type": "t", "aggregations": ["daily", "weekly"], "includeCharts": true});
    assert_eq!(client.post("/reports/generate", &report).json()["aggregations"].as_array().unwrap().len(), 2);
    for n in 0..3 {
        assert_eq!(client.get(&format!("/api/intensive-operation-{n}")).status, 200);
    }
    let mut service = Client::connect(shop.http).bearer("test-token");
    assert_eq!(service.get("/api/users/profile").status, 200);
    let order = json!({"customerId": "customer-1", "items": [{"productId": "product-57", "quantity": 1, "price": 10.0}]});
    let order = service.post("/api/orders", &order);
    assert_eq!(order.status, 201);
    assert!(order.json()["orderId"].is_string());
    let payment = json!({"orderId": "order-9", "amount": 1.5, "currency": "USD", "paymentMethod": "paypal"});
    assert_eq!(service.post("/api/payments", &payment).status, 200);
    assert!(service.get("/api/inventory/product-0").json()["quantity"].is_number());
    let tripped = service.with("x-fault", "circuit").get("/api/payments/1");
    assert_eq!((tripped.status, tripped.header("x-circuit-breaker")), (503, Some("open")));
    let page = Client::connect(shop.http).get("/stats/prometheus").text();
    for name in ["envoy_http_inbound_0.0.0.0_8080_downstream_rq_time_bucket", "container_memory_usage_bytes"]
    {
        assert!(page.contains(name), "{name}");
    }
    let form = b"email=test%40example.com&password=password123";
    let mut client = Client::connect(shop.http).with("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(client.send("POST /api/auth/login", form).unwrap().status, 200);
}

#[test]
fn bad_requests_are_refused_in_words() {
    let shop = shop();
    let mut client = Client::connect(shop.http);
    for (head, body, status, words) in [
        ("POST /api/auth/login", "{", 400, "not JSON"),
        ("POST /api/auth/login", "{}", 400, "`email` and `password` are needed"),
        ("POST /api/auth/nothing", "{}", 404, "no such action"),
        ("GET /api/orders/abc", "", 404, "no order `abc`"),
        ("POST /api/payments", "{\"orderId\": \"x\"}", 400, "`amount` is not an amount"),
        ("GET /api/work/soon", "", 400, "not a number of milliseconds"),
        ("GET /queue?distribution=odd", "", 400, "no distribution is called `odd`"),
        ("GET /realtime", "", 400, "WebSocket"),
        ("GET /nowhere", "", 404, "nothing answers GET /nowhere"),
    ] {
        let answer = client.send(head, body.as_bytes()).unwrap();
        assert_eq!(answer.status, status, "{head}");
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{head}: {message}");
    }
}

#[test]
fn work_and_queues_take_their_time() {
    let shop = Shop::start(ShopOptions { threads: 2, ..ShopOptions::default() }).unwrap();
    let timed = |path: &str| {
        let mut client = Client::connect(shop.http);
        let clock = model::Clock::start();
        let answer = client.get(path);
        assert_eq!(answer.status, 200, "{}", answer.text());
        (clock.now().as_millis_f64(), answer.json())
    };
    let (took, _) = timed("/api/work/30");
    assert!((30.0..60.0).contains(&took), "{took} ms");
    // Four at once before two servers: two are served at once, two wait one service time.
    let mut waits: Vec<f64> = std::thread::scope(|scope| {
        let asks: Vec<_> =
            (0..4).map(|_| scope.spawn(|| timed("/queue?service_ms=40&servers=2&name=t"))).collect();
        asks.into_iter().map(|ask| ask.join().unwrap().1["waitedMs"].as_f64().unwrap()).collect()
    });
    waits.sort_by(f64::total_cmp);
    assert!(waits[1] < 1.0 && waits[2] > 20.0 && waits[3] < 40.1, "{waits:?}");
    let mut client = Client::connect(shop.http);
    assert_eq!(client.get("/queue?room=0").status, 503);
}

/// Nothing of a shop is left when it has stopped: no thread, no descriptor.
#[test]
fn stopping_leaves_nothing() {
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).map_or(0, Iterator::count);
    let before = (count("task"), count("fd"));
    for _ in 0..3 {
        let options =
            ShopOptions { threads: 3, tls_addr: Some(([127, 0, 0, 1], 0).into()), ..ShopOptions::default() };
        let shop = Shop::start(options).unwrap();
        let clients: Vec<Client> = (0..10).map(|_| Client::connect(shop.http)).collect();
        let mut slow = Client::connect(shop.http);
        slow.raw().get_mut().set_read_timeout(Some(std::time::Duration::from_millis(20))).unwrap();
        assert!(slow.send("GET /api/work/60000", b"").is_err());
        shop.stop();
        drop(clients);
    }
    let handle = Shop::start(ShopOptions::default()).unwrap();
    let stop = handle.stop_handle();
    stop.stop();
    handle.join();
    assert_eq!((count("task"), count("fd")), before);
}
