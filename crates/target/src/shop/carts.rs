//! Carts: of accounts, of guests with a cookie, and of whomever a body names in `userId`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Shop;
use super::catalogue::{money, product_id};
use super::products;
use super::records::CartLine;
use super::session::{Asker, guest_name, set_guest};
use crate::body::{Outcome, Refusal, json_answer};
use crate::exchange::{Exchange, Fields};

/// Whose cart a request is about.
pub struct Owner {
    /// The key of the cart.
    pub key: String,
    /// A guest who has not been named before.
    new_guest: Option<String>,
}

impl Owner {
    /// The cart of an account.
    pub fn account(id: u64) -> Self {
        Self { key: format!("user:{id}"), new_guest: None }
    }

    /// The cart that a request is about.
    pub async fn of(shop: &Shop, exchange: &Exchange<'_>, fields: Option<&Fields>) -> Result<Self, Refusal> {
        if let Asker::Known(claims) = shop.asker(exchange).await? {
            return Ok(Self::account(claims.sub));
        }
        if let Some(user) = fields.and_then(|fields| fields.id("userId")) {
            return Ok(Self { key: format!("named:{user}"), new_guest: None });
        }
        if let Some(name) = guest_name(exchange) {
            return Ok(Self { key: format!("guest:{name}"), new_guest: None });
        }
        let name = shop.new_guest();
        Ok(Self { key: format!("guest:{name}"), new_guest: Some(name) })
    }

    fn answer(&self, status: StatusCode, body: &Value) -> Outcome {
        let mut answer = json_answer(status, body);
        if let Some(name) = &self.new_guest {
            set_guest(&mut answer, name);
        }
        Ok(answer)
    }
}

/// `/cart`, `/cart/items`, `/cart/items/ID`, `/cart/checkout`
pub async fn answer(shop: &Shop, exchange: &mut Exchange<'_>, rest: &[&str]) -> Outcome {
    match (exchange.method().clone(), rest) {
        (Method::GET, [] | ["items"]) => {
            let owner = Owner::of(shop, exchange, None).await?;
            let cart = shop.store.cart(&owner.key).await?;
            owner.answer(StatusCode::OK, &shown(shop, &cart).await?)
        }
        (Method::POST, [] | ["items" | "add"]) => {
            let fields = exchange.fields().await?;
            let owner = Owner::of(shop, exchange, Some(&fields)).await?;
            let cart = add(shop, &owner, &fields).await?;
            owner.answer(StatusCode::CREATED, &shown(shop, &cart).await?)
        }
        (Method::PUT | Method::PATCH, [id] | ["items", id]) => {
            let fields = exchange.fields().await?;
            let owner = Owner::of(shop, exchange, Some(&fields)).await?;
            let line = CartLine { product: number(id)?, quantity: fields.quantity("quantity")? };
            let cart = shop.store.set_in_cart(&owner.key, line).await?;
            owner.answer(StatusCode::OK, &shown(shop, &cart).await?)
        }
        (Method::DELETE, []) => {
            let owner = Owner::of(shop, exchange, None).await?;
            shop.store.clear_cart(&owner.key).await?;
            owner.answer(StatusCode::OK, &shown(shop, &[]).await?)
        }
        (Method::DELETE, [id] | ["items", id]) => {
            let owner = Owner::of(shop, exchange, None).await?;
            let cart = shop.store.remove_from_cart(&owner.key, number(id)?).await?;
            owner.answer(StatusCode::OK, &shown(shop, &cart).await?)
        }
        (Method::POST, ["checkout"]) => super::orders::checkout(shop, exchange).await,
        (_, [] | ["items"]) => Err(Refusal::method_not_allowed("GET, POST, DELETE")),
        (_, ["items", _]) => Err(Refusal::method_not_allowed("PUT, PATCH, DELETE")),
        _ => Err(Refusal::not_found("no such part of the cart")),
    }
}

fn number(id: &str) -> Result<u32, Refusal> {
    product_id(id).ok_or_else(|| Refusal::not_found(format!("no product `{id}`")))
}

/// Puts what a body names into a cart.
pub async fn add(shop: &Shop, owner: &Owner, fields: &Fields) -> Result<Vec<CartLine>, Refusal> {
    let id = fields.id("productId").or_else(|| fields.id("product_id")).or_else(|| fields.id("id"));
    let id = id.ok_or_else(|| Refusal::bad_request("`productId` is needed"))?;
    let product = products::find(shop, &id).await?;
    let line = CartLine { product: product.id, quantity: fields.quantity("quantity")? };
    shop.store.add_to_cart(&owner.key, line).await
}

/// A cart as JSON, with the names and prices of what is in it.
pub async fn shown(shop: &Shop, cart: &[CartLine]) -> Result<Value, Refusal> {
    let mut items = Vec::with_capacity(cart.len());
    let mut total_cents = 0;
    for line in cart {
        let Some(product) = shop.store.product(line.product).await? else { continue };
        total_cents += product.price_cents * i64::from(line.quantity);
        items.push(json!({
            "id": line.product,
            "productId": line.product,
            "name": product.name,
            "price": money(product.price_cents),
            "quantity": line.quantity,
        }));
    }
    let count: u64 = cart.iter().map(|line| u64::from(line.quantity)).sum();
    Ok(json!({
        "items": items,
        "itemCount": count,
        "total": money(total_cents),
        "currency": "USD",
    }))
}
