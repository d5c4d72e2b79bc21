//! Faults on demand: by header, by rule, by schedule.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to fail here")]

mod common;

use common::Client;
use plimsoll_target::{Shop, ShopOptions};
use serde_json::json;

#[test]
fn a_request_brings_its_own_faults() {
    let shop = Shop::start(ShopOptions::default()).unwrap();
    let send = |spec: &str| Client::connect(shop.http).with("x-fault", spec).send("GET /api/products/7", b"");
    let whole = Client::connect(shop.http).get("/api/products/7").body;
    assert_eq!(send("delay=1ms").unwrap().body, whole);
    assert_eq!(send("error=503").unwrap().status, 503);
    assert_eq!(send("error=0:503").unwrap().status, 200);
    assert_eq!(send("explode").unwrap().status, 400);
    assert_eq!(send("reset").unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    let cut = send("truncate").unwrap();
    assert!(cut.cut && whole.starts_with(&cut.body) && cut.body.len() < whole.len());
    let malformed = send("malformed").unwrap();
    assert!(!malformed.cut && serde_json::from_slice::<serde_json::Value>(&malformed.body).is_err());
    let mut stalled = Client::connect(shop.http).with("x-fault", "stall");
    stalled.raw().get_mut().set_read_timeout(Some(std::time::Duration::from_millis(30))).unwrap();
    assert_eq!(stalled.send("GET /api/products/7", b"").unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    let clock = model::Clock::start();
    send("delay=25ms;jitter=5ms").unwrap();
    assert!((25.0..100.0).contains(&clock.now().as_millis_f64()));
}

#[test]
fn rules_come_and_go() {
    let shop = Shop::start(ShopOptions::default()).unwrap();
    let mut client = Client::connect(shop.http);
    let rules = json!([{"path": "/api/orders", "error": {"rate": 1, "status": 502}}, {"path": "/health", "error": 0.5}]);
    assert_eq!(client.post("/admin/faults", &rules).json()["rules"].as_array().unwrap().len(), 2);
    assert_eq!(client.get("/api/orders/1").status, 502);
    assert_eq!(client.get("/orders/1").status, 404, "the rule is for the path as it is asked for");
    let failed = (0..400).filter(|_| client.get("/health").status == 500).count();
    assert!((150..250).contains(&failed), "{failed} of 400 at a rate of one half");
    assert_eq!(client.post("/admin/faults", &json!({"path": "/x", "explode": 1})).status, 400);
    assert_eq!(client.post("/admin/faults", &json!({"error": 500})).status, 200);
    assert_eq!(client.get("/bin/get").status, 500);
    assert_eq!(client.send("DELETE /admin/faults", b"").unwrap().status, 204, "faults can always be lifted");
    assert_eq!(client.get("/bin/get").status, 200);
}

#[test]
fn a_schedule_has_its_hours() {
    let faults = vec!["0s..1h path=/api error=503".parse().unwrap(), "1h.. error=500".parse().unwrap()];
    let shop = Shop::start(ShopOptions { faults, ..ShopOptions::default() }).unwrap();
    let mut client = Client::connect(shop.http);
    assert_eq!(client.get("/api/products").status, 503);
    assert_eq!(client.get("/products").status, 200);
}

/// The same seed gives the same run of faults.
#[test]
fn chance_is_seeded() {
    let run = |seed| {
        let shop = Shop::start(ShopOptions { seed, ..ShopOptions::default() }).unwrap();
        let mut client = Client::connect(shop.http).with("x-fault", "error=0.5:503");
        (0..64).map(|_| client.get("/health").status).collect::<Vec<u16>>()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
