//! Work on purpose: reports that take a while, and operations that burn processor time.

use std::hint::black_box;

use http::StatusCode;
use serde_json::{Value, json};

use super::Shop;
use super::catalogue::{CATEGORIES, money};
use crate::body::{Outcome, Refusal, json_answer, ok};
use crate::exchange::Exchange;
use crate::random::mix;

/// `POST /reports/generate`: sums over the catalogue for every aggregation that is asked for.
pub async fn generate(shop: &Shop, exchange: &mut Exchange<'_>) -> Outcome {
    /// More than a report of this shop can hold anything about.
    const MAX_AGGREGATIONS: usize = 32;
    let fields = exchange.fields().await?;
    let (products, _) = shop.store.products(None, 0, 1000).await?;
    let wanted = fields.get("aggregations").and_then(Value::as_array).cloned().unwrap_or_default();
    let aggregations: Vec<Value> = wanted
        .iter()
        .take(MAX_AGGREGATIONS)
        .map(|name| {
            let by_category: Vec<Value> = CATEGORIES
                .iter()
                .map(|category| {
                    let of = products.iter().filter(|product| product.category == *category);
                    let (count, cents) =
                        of.fold((0_u32, 0), |(n, sum), product| (n + 1, sum + product.price_cents));
                    json!({"category": category, "products": count, "value": money(cents)})
                })
                .collect();
            json!({"name": name, "rows": by_category})
        })
        .collect();
    burn(200_000);
    ok(&json!({
        "reportId": format!("report-{}", shop.random.below(1_000_000)),
        "type": fields.get("type"),
        "status": "completed",
        "aggregations": aggregations,
        "charts": fields.get("includeCharts").and_then(Value::as_bool).unwrap_or(false),
    }))
}

/// `/intensive-operation-N`: a fixed amount of processor work, more with N.
pub fn intensive(name: &str) -> Outcome {
    let level: u32 = name.parse().map_err(|_| Refusal::not_found(format!("no operation `{name}`")))?;
    let rounds = 100_000 * (u64::from(level.min(9)) + 1);
    ok(&json!({"operation": level, "rounds": rounds, "result": burn(rounds)}))
}

/// `POST /notifications`: taken, to be sent some time.
pub async fn notify(shop: &Shop, exchange: &mut Exchange<'_>) -> Outcome {
    exchange.fields().await?;
    let id = format!("notification-{}", shop.random.below(1_000_000));
    Ok(json_answer(StatusCode::ACCEPTED, &json!({"id": id, "status": "queued"})))
}

/// Keeps the processor busy for about a nanosecond a round.
fn burn(rounds: u64) -> u64 {
    (0..rounds).fold(0, |sum, round| black_box(mix(sum ^ round)))
}
