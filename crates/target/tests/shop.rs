//! The shop over plain HTTP/1.1: its pages, its rules and what user tests expect of it.

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
