//! One walk through the shop that has to give the same in memory and in a database.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::Client;

/// Buys, pays, changes and looks; panics where an answer is not what it should be.
pub fn walk(addr: SocketAddr) {
    let mut client = Client::connect(addr);
    let user = json!({"email": "walker@walk.test", "password": "secret", "name": "Walker"});
    let registered = client.post("/api/auth/register", &user);
    assert_eq!(registered.status, 201, "{}", registered.text());
    assert_eq!(
        client.post("/api/auth/register", &user).status,
        201,
        "registering again with the same password"
    );
    let other = json!({"email": "walker@walk.test", "password": "other"});
    assert_eq!(client.post("/api/auth/register", &other).status, 409);
    assert_eq!(client.post("/api/auth/login", &other).status, 401);
    let login = client.post("/api/auth/login", &user);
    assert_eq!(login.status, 200);
    let mut client = Client::connect(addr).bearer(login.json()["token"].as_str().unwrap());

    catalogue(&mut client);
    cart(&mut client);
    orders(&mut client);
    accounts(&mut client);
    admin(addr);
}

fn catalogue(client: &mut Client) {
    let page = client.get("/api/products?limit=3&page=2").json();
    let ids: Vec<u64> =
        page["data"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect();
    assert_eq!((ids, &page["total"], &page["totalPages"]), (vec![4, 5, 6], &json!(200), &json!(67)));
    let books = client.get("/api/products?category=books&limit=200").json();
    assert_eq!(books["total"], 25);
    let product = client.get("/api/products/7").json();
    assert_eq!((&product["id"], &product["sku"]), (&json!(7), &json!("SKU-0007")));
    assert!(product["price"].as_f64().unwrap() > 0.0);
    let found = client.get("/api/search?q=books%20coffee").json();
    assert!(found["total"].as_u64().unwrap() > 0 && found["suggested"] == false);
    let none = client.get("/search?q=stress%20test%20query&limit=50").json();
    assert!(none["suggested"] == true && !none["results"].as_array().unwrap().is_empty());
    assert!(client.get("/api/inventory/product-7").json()["quantity"].as_i64().unwrap() > 0);
}

fn cart(client: &mut Client) {
    assert_eq!(client.post("/api/cart/items", &json!({"productId": 999_999})).status, 404);
    assert_eq!(client.post("/api/cart/items", &json!({"productId": 3, "quantity": 0})).status, 400);
    let added = client.post("/api/cart/items", &json!({"productId": 3, "quantity": 2}));
    assert_eq!((added.status, &added.json()["itemCount"]), (201, &json!(2)));
    client.post("/cart/items", &json!({"productId": "product-3", "quantity": "1"}));
    client.post("/cart", &json!({"productId": 4}));
    assert_eq!(client.json("PUT", "/api/cart/items/4", &json!({"quantity": 5})).json()["itemCount"], 8);
    let cart = client.get("/api/cart").json();
    let lines: Vec<(&Value, &Value)> = cart["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (&line["productId"], &line["quantity"]))
        .collect();
    assert_eq!(lines, [(&json!(3), &json!(3)), (&json!(4), &json!(5))]);
    assert_eq!(client.send("DELETE /api/cart/items/3", b"").unwrap().json()["itemCount"], 5);
    let order = client.post("/api/cart/checkout", &json!({}));
    assert_eq!((order.status, &order.json()["itemCount"]), (201, &json!(5)));
    assert_eq!(client.get("/api/cart").json()["itemCount"], 0);
    assert_eq!(client.post("/api/cart/checkout", &json!({})).status, 400);
}

fn orders(client: &mut Client) {
    let made = client.post("/api/orders", &json!({}));
    let order = made.json();
    assert_eq!((made.status, &order["status"], &order["total"]), (201, &json!("pending"), &json!(0.0)));
    let path = format!("/api/orders/{}", order["orderId"].as_str().unwrap());
    let filled = client.post(&format!("{path}/items"), &json!({"productId": "1", "quantity": 4}));
    assert_eq!((filled.status, &filled.json()["itemCount"]), (200, &json!(4)));
    let shown = client.get(&path).json();
    assert!(shown["total"].as_f64().unwrap() > 0.0 && shown["total"] == shown["totalAmount"]);
    let confirmed = client.post(&format!("{path}/confirm"), &json!({"paymentMethod": "credit_card"}));
    assert_eq!((confirmed.status, &confirmed.json()["status"]), (200, &json!("confirmed")));
    assert_eq!(client.post(&format!("{path}/items"), &json!({"productId": "1"})).status, 409);
    let paid = client.post("/api/payments", &json!({"orderId": order["orderId"], "currency": "USD"}));
    assert_eq!((paid.status, &paid.json()["amount"]), (200, &shown["total"]));
    let payment = paid.json()["paymentId"].as_str().unwrap().to_owned();
    assert_eq!(client.get(&format!("/api/payments/{payment}")).status, 200);
    assert_eq!(client.get(&path).json()["status"], "paid");

    let strange =
        json!({"items": [{"productId": "product-4711", "quantity": 2, "price": 12.345}, {"productId": 1}]});
    let strange = client.post("/api/orders", &strange).json();
    assert_eq!(strange["items"][0]["price"], 12.35);
    assert_eq!(client.post("/api/orders", &json!({"items": [{"productId": "product-4711"}]})).status, 404);
    assert_eq!(client.post("/api/orders", &json!({"items": 3})).status, 400);
    let path = format!("/api/orders/{}", strange["id"]);
    assert_eq!(client.send(&format!("DELETE {path}"), b"").unwrap().json()["status"], "cancelled");
    assert_eq!(client.post(&format!("{path}/confirm"), &json!({})).status, 409);

    let all = client.get("/api/orders").json();
    let newest: Vec<u64> =
        all["data"].as_array().unwrap().iter().map(|order| order["id"].as_u64().unwrap()).collect();
    assert_eq!(newest.len(), 3);
    assert!(newest.is_sorted_by(|one, next| one > next), "newest first: {newest:?}");
    assert_eq!(client.get("/api/orders/1").status, 404);
    let unknown =
        json!({"orderId": "order-17", "amount": 17.5, "currency": "EUR", "paymentMethod": "paypal"});
    assert_eq!(client.post("/api/payments", &unknown).status, 200);
}

fn accounts(client: &mut Client) {
    let profile = client.get("/api/users/profile").json();
    assert_eq!((&profile["email"], &profile["name"]), (&json!("walker@walk.test"), &json!("Walker")));
    let change = json!({"name": "Updated", "preferences": {"theme": "dark"}});
    let changed = client.json("PUT", "/api/users/profile", &change).json();
    assert_eq!((&changed["name"], &changed["preferences"]["theme"]), (&json!("Updated"), &json!("dark")));
    let made = client.post("/api/users", &json!({"email": "crud@walk.test", "name": "Crud"}));
    assert_eq!(made.status, 201);
    assert_eq!(client.post("/api/users", &json!({"email": "crud@walk.test"})).status, 409);
    let path = format!("/api/users/{}", made.json()["id"]);
    assert_eq!(client.get(&path).json()["name"], "Crud");
    assert_eq!(
        client.json("PATCH", &path, &json!({"email": "new@walk.test"})).json()["email"],
        "new@walk.test"
    );
    assert_eq!(client.send(&format!("DELETE {path}"), b"").unwrap().status, 204);
    assert_eq!(client.get(&path).status, 404);
    assert!(client.get("/api/users?limit=5").json()["total"].as_u64().unwrap() > 100);
}

fn admin(addr: SocketAddr) {
    let mut client = Client::connect(addr).bearer("admin-token");
    let sums = client.get("/api/admin/analytics").json();
    assert_eq!((&sums["orders"], &sums["payments"]), (&json!(3), &json!(2)));
    assert!(sums["revenue"].as_f64().unwrap() > 0.0);
    assert!(client.get("/api/admin/dashboard").json()["uptimeSeconds"].is_number());
}
