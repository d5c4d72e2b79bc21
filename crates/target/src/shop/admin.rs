//! What only admins see: the dashboard, the sums, all accounts; and the faults, which tests set.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Shop;
use super::catalogue::money;
use super::records::User;
use crate::body::{Outcome, Refusal, empty, ok};
use crate::exchange::Exchange;

/// `/admin/…`
pub async fn answer(shop: &Shop, exchange: &mut Exchange<'_>, rest: &[&str]) -> Outcome {
    // Faults are the test's own business and need no login: a shop that answers no login could not be mended.
    if let ["faults"] = rest {
        return faults(shop, exchange).await;
    }
    shop.admin(exchange).await?;
    match (exchange.method(), rest) {
        (&Method::GET, ["analytics" | "stats"]) => ok(&analytics(shop).await?),
        (&Method::GET, ["dashboard"]) => {
            let mut page = analytics(shop).await?;
            page["uptimeSeconds"] = json!(shop.clock.now().as_secs_f64().floor());
            page["requests"] = json!({
                "total": shop.metrics.total(),
                "clientErrors": shop.metrics.answered(4),
                "serverErrors": shop.metrics.answered(5),
            });
            ok(&page)
        }
        (&Method::GET, ["users"]) => {
            let (users, total) = shop.store.users(0, 100).await?;
            ok(&json!({"data": users.iter().map(User::json).collect::<Vec<Value>>(), "total": total}))
        }
        (_, ["analytics" | "stats" | "dashboard" | "users"]) => Err(Refusal::method_not_allowed("GET")),
        _ => Err(Refusal::not_found("no such admin page")),
    }
}

async fn analytics(shop: &Shop) -> Result<Value, Refusal> {
    let totals = shop.store.totals().await?;
    let revenue = money(totals.revenue_cents);
    Ok(json!({
        "users": totals.users,
        "orders": totals.orders,
        "payments": totals.payments,
        "revenue": revenue,
        "averageOrderValue": if totals.orders == 0 { 0.0 } else { revenue / totals.orders as f64 },
        "products": shop.catalogue.products().len(),
    }))
}

/// `/admin/faults`: shows, adds to and removes the fault rules.
async fn faults(shop: &Shop, exchange: &mut Exchange<'_>) -> Outcome {
    match exchange.method() {
        &Method::GET => ok(&json!({"rules": shop.faults.shown()})),
        &Method::POST | &Method::PUT => {
            let replace = exchange.method() == Method::PUT;
            let fields = exchange.fields().await?;
            let rules = crate::faults::rules_from_json(&fields.0).map_err(Refusal::bad_request)?;
            shop.faults.set(rules, replace, shop.clock.now());
            ok(&json!({"rules": shop.faults.shown()}))
        }
        &Method::DELETE => {
            shop.faults.set(Vec::new(), true, shop.clock.now());
            Ok(empty(StatusCode::NO_CONTENT))
        }
        _ => Err(Refusal::method_not_allowed("GET, POST, PUT, DELETE")),
    }
}
