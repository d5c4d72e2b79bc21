//! Payments: of the shop's orders and, as a payment service does, of orders that it does not know.

use http::Method;

use super::Shop;
use super::records::{Payment, Status};
use crate::body::{Outcome, Refusal, ok};
use crate::exchange::Exchange;

/// `/payments` and `/payments/ID`
pub async fn answer(shop: &Shop, exchange: &mut Exchange<'_>, rest: &[&str]) -> Outcome {
    shop.asker(exchange).await?;
    match (exchange.method().clone(), rest) {
        (Method::POST, [] | ["process"]) => pay(shop, exchange).await,
        (Method::GET, [id]) => {
            let missing = || Refusal::not_found(format!("no payment `{id}`"));
            let number = id.parse().map_err(|_| missing())?;
            ok(&shop.store.payment(number).await?.ok_or_else(missing)?.json())
        }
        (_, []) => Err(Refusal::method_not_allowed("POST")),
        (_, [_]) => Err(Refusal::method_not_allowed("GET")),
        _ => Err(Refusal::not_found("no such part of a payment")),
    }
}

async fn pay(shop: &Shop, exchange: &mut Exchange<'_>) -> Outcome {
    let fields = exchange.fields().await?;
    let order = fields.id("orderId").ok_or_else(|| Refusal::bad_request("`orderId` is needed"))?;
    let known = match order.parse() {
        Ok(number) => shop.store.order(number).await?,
        Err(_) => None,
    };
    let amount =
        fields.number("amount").or_else(|| known.as_ref().map(|order| order.total_cents() as f64 / 100.0));
    let amount = amount.filter(|amount| (0.0..=1e9).contains(amount));
    let amount = amount.ok_or_else(|| Refusal::bad_request("`amount` is not an amount"))?;
    let method =
        fields.text("paymentMethod").or_else(|| fields.text("method")).unwrap_or("credit_card").to_owned();
    let payment = Payment {
        id: 0,
        order,
        amount_cents: (amount * 100.0).round() as i64,
        currency: fields.text("currency").unwrap_or("USD").to_owned(),
        method: method.clone(),
    };
    let payment = shop.store.add_payment(payment).await?;
    if let Some(order) = known {
        shop.store.set_order_status(order.id, Status::Paid, Some(method)).await?;
    }
    ok(&payment.json())
}
