//! The shop over a PostgreSQL server that the test starts itself: own directory, own port, gone afterwards.
//!
//! Where PostgreSQL is not installed the test fails and says what to install; `PLIMSOLL_SKIP_POSTGRES=1`
//! leaves it out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to fail here")]

mod common;

use common::Client;
use plimsoll_target::servers::Postgres;
use plimsoll_target::{Running, Shop, ShopOptions};

fn shop(server: &Postgres) -> Running {
    let options = ShopOptions { postgres: Some(server.url()), threads: 2, ..ShopOptions::default() };
    Shop::start(options).unwrap()
}

#[test]
fn the_whole_walk_over_postgres() {
    let Some(server) = Postgres::start() else { return };
    let shop = shop(&server);
    common::flow::walk(shop.http);
    let memory = Shop::start(ShopOptions::default()).unwrap();
    for path in
        ["/api/products", "/api/products/7", "/api/search?q=amber%20tea", "/products?category=toys&page=2"]
    {
        let [one, other] = [&shop, &memory].map(|shop| Client::connect(shop.http).get(path).json());
        assert_eq!(one, other, "{path} differs between database and memory");
    }
    shop.stop();
    let again = self::shop(&server);
    let sums = Client::connect(again.http).bearer("admin-token").get("/api/admin/analytics").json();
    assert_eq!(sums["orders"], 3, "orders outlive the shop");
    drop(server);
    assert_eq!(Client::connect(again.http).get("/api/products").status, 503, "a lost database is a 503");
}
