//! Orders: made from a body or a cart, added to, confirmed, called off.

use http::Method;
use serde_json::{Value, json};

use super::Shop;
use super::carts::Owner;
use super::catalogue::product_id;
use super::products;
use super::records::{Order, OrderLine, Status};
use super::session::Asker;
use crate::body::{Outcome, Refusal, created, ok};
use crate::exchange::{Exchange, Fields, id_text};

/// The most lines that one order has.
const MAX_LINES: usize = 500;

/// `/orders` and below.
pub async fn answer(shop: &Shop, exchange: &mut Exchange<'_>, rest: &[&str]) -> Outcome {
    let asker = shop.asker(exchange).await?;
    match (exchange.method().clone(), rest) {
        (Method::POST, []) => {
            let fields = exchange.fields().await?;
            let lines = lines_of(shop, &fields).await?;
            created(&placed(shop, &asker, lines).await?.json())
        }
        (Method::GET, []) => {
            let id = shop.account(exchange).await?.sub;
            let limit = exchange.arg_or("limit", 20_usize).clamp(1, 100);
            let orders = shop.store.orders_of(id, limit).await?;
            let orders: Vec<Value> = orders.iter().map(Order::json).collect();
            ok(&json!({"data": orders, "orders": orders, "total": orders.len()}))
        }
        (Method::GET, [id]) => ok(&own(shop, &asker, id).await?.json()),
        (Method::POST, [id, "items"]) => {
            let fields = exchange.fields().await?;
            let order = own(shop, &asker, id).await?;
            ok(&add_line(shop, order, &fields.0).await?.json())
        }
        (Method::POST | Method::PUT, [id, "confirm"]) => {
            let fields = exchange.fields().await?;
            let order = own(shop, &asker, id).await?;
            ok(&confirm(shop, order, fields.text("paymentMethod").map(str::to_owned)).await?.json())
        }
        (Method::DELETE, [id]) | (Method::POST, [id, "cancel"]) => {
            let order = own(shop, &asker, id).await?;
            ok(&cancel(shop, &order).await?.json())
        }
        (_, []) => Err(Refusal::method_not_allowed("GET, POST")),
        (_, [_]) => Err(Refusal::method_not_allowed("GET, DELETE")),
        (_, [_, "items" | "confirm" | "cancel"]) => Err(Refusal::method_not_allowed("POST")),
        _ => Err(Refusal::not_found("no such part of an order")),
    }
}

/// `/cart/checkout`: an order of what is in the cart, which is empty afterwards.
pub async fn checkout(shop: &Shop, exchange: &mut Exchange<'_>) -> Outcome {
    let fields = exchange.fields().await?;
    let owner = Owner::of(shop, exchange, Some(&fields)).await?;
    let asker = shop.asker(exchange).await?;
    created(&from_cart(shop, &owner, &asker).await?.json())
}

/// A new order of these lines, of which those are told who listen for orders.
pub async fn placed(shop: &Shop, asker: &Asker, lines: Vec<OrderLine>) -> Result<Order, Refusal> {
    let order = shop.store.add_order(asker.id(), lines).await?;
    // Nobody may be listening.
    let _ = shop.orders_placed.send(order.clone());
    Ok(order)
}

/// An order of what is in a cart.
pub async fn from_cart(shop: &Shop, owner: &Owner, asker: &Asker) -> Result<Order, Refusal> {
    let cart = shop.store.cart(&owner.key).await?;
    if cart.is_empty() {
        return Err(Refusal::bad_request("the cart is empty"));
    }
    let mut lines = Vec::with_capacity(cart.len());
    for item in cart {
        lines.push(line_of(shop, &json!({"productId": item.product, "quantity": item.quantity})).await?);
    }
    let order = placed(shop, asker, lines).await?;
    shop.store.clear_cart(&owner.key).await?;
    Ok(order)
}

/// The order with that id, if the asker may see it. Guests' orders are everybody's.
pub async fn own(shop: &Shop, asker: &Asker, id: &str) -> Result<Order, Refusal> {
    let missing = || Refusal::not_found(format!("no order `{id}`"));
    let number = id.parse().map_err(|_| missing())?;
    let order = shop.store.order(number).await?.ok_or_else(missing)?;
    let admin = matches!(asker, Asker::Known(claims) if claims.is_admin());
    if order.owner.is_none() || order.owner == asker.id() || admin {
        Ok(order)
    } else {
        Err(Refusal::forbidden("this order is somebody else's"))
    }
}

/// Adds one item to an order that is still open.
pub async fn add_line(shop: &Shop, order: Order, item: &Value) -> Result<Order, Refusal> {
    if order.status != Status::Pending {
        return Err(Refusal::conflict(format!("the order is {}", order.status.name())));
    }
    if order.lines.len() >= MAX_LINES {
        return Err(Refusal::bad_request(format!("an order has at most {MAX_LINES} items")));
    }
    let line = line_of(shop, item).await?;
    let missing = || Refusal::not_found(format!("no order `{}`", order.id));
    shop.store.add_order_line(order.id, line).await?.ok_or_else(missing)
}

/// Confirms an order and takes its goods from the stock.
pub async fn confirm(shop: &Shop, order: Order, method: Option<String>) -> Result<Order, Refusal> {
    if order.status == Status::Cancelled {
        return Err(Refusal::conflict("the order is cancelled"));
    }
    if order.status == Status::Pending {
        for line in &order.lines {
            if let Some(product) = product_id(&line.product) {
                shop.store.take_stock(product, line.quantity).await?;
            }
        }
    }
    moved(shop, &order, Status::Confirmed, method).await
}

/// Calls an order off.
pub async fn cancel(shop: &Shop, order: &Order) -> Result<Order, Refusal> {
    moved(shop, order, Status::Cancelled, None).await
}

async fn moved(shop: &Shop, order: &Order, status: Status, method: Option<String>) -> Result<Order, Refusal> {
    let missing = || Refusal::not_found(format!("no order `{}`", order.id));
    shop.store.set_order_status(order.id, status, method).await?.ok_or_else(missing)
}

/// The lines that a body asks for; none when it names none.
pub async fn lines_of(shop: &Shop, fields: &Fields) -> Result<Vec<OrderLine>, Refusal> {
    let items = match fields.get("items") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() <= MAX_LINES => items,
        Some(Value::Array(_)) => {
            return Err(Refusal::bad_request(format!("an order has at most {MAX_LINES} items")));
        }
        Some(_) => return Err(Refusal::bad_request("`items` is not a list")),
    };
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        lines.push(line_of(shop, item).await?);
    }
    Ok(lines)
}

/// One line of an order. A product that the shop does not list is taken at the price the body gives, as an
/// order service does that leaves the catalogue to another; without a price it is refused.
async fn line_of(shop: &Shop, item: &Value) -> Result<OrderLine, Refusal> {
    let id =
        item.get("productId").or_else(|| item.get("product_id")).or_else(|| item.get("id")).and_then(id_text);
    let id = id.ok_or_else(|| Refusal::bad_request("`productId` is needed"))?;
    let item = Fields(item.clone());
    let quantity = item.quantity("quantity")?;
    match products::find(shop, &id).await {
        Ok(product) => {
            Ok(OrderLine { product: id, name: product.name, quantity, price_cents: product.price_cents })
        }
        Err(refusal) => {
            let price = item.number("price").filter(|price| (0.0..=1e9).contains(price)).ok_or(refusal)?;
            Ok(OrderLine {
                name: id.clone(),
                product: id,
                quantity,
                price_cents: (price * 100.0).round() as i64,
            })
        }
    }
}
