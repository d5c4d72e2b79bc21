//! Accounts: the asker's own profile, and everybody's by id.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Shop;
use super::records::{NewUser, Role, User, UserChange};
use crate::body::{Outcome, Refusal, created, empty, ok};
use crate::exchange::{Exchange, Fields};

/// `/users`, `/users/profile` and `/users/ID`
pub async fn answer(shop: &Shop, exchange: &mut Exchange<'_>, rest: &[&str]) -> Outcome {
    match (exchange.method().clone(), rest) {
        (Method::GET, []) => list(shop, exchange).await,
        (Method::POST, []) => add(shop, &exchange.fields().await?).await,
        (Method::GET, ["profile" | "me"]) => {
            let id = shop.account(exchange).await?.sub;
            ok(&known(shop, id).await?.json())
        }
        (Method::PUT | Method::PATCH | Method::POST, ["profile" | "me"]) => {
            let id = shop.account(exchange).await?.sub;
            change(shop, id, &exchange.fields().await?).await
        }
        (Method::GET, [id]) => ok(&known(shop, number(id)?).await?.json()),
        (Method::PUT | Method::PATCH, [id]) => change(shop, number(id)?, &exchange.fields().await?).await,
        (Method::DELETE, [id]) => {
            let id = number(id)?;
            if shop.store.remove_user(id).await? {
                Ok(empty(StatusCode::NO_CONTENT))
            } else {
                Err(missing(id))
            }
        }
        (Method::GET, [id, "orders"]) => {
            let orders = shop.store.orders_of(number(id)?, 20).await?;
            let orders: Vec<Value> = orders.iter().map(super::records::Order::json).collect();
            ok(&json!({"data": orders, "total": orders.len()}))
        }
        (_, []) => Err(Refusal::method_not_allowed("GET, POST")),
        (_, [_]) => Err(Refusal::method_not_allowed("GET, PUT, PATCH, DELETE")),
        _ => Err(Refusal::not_found("no such part of an account")),
    }
}

async fn list(shop: &Shop, exchange: &Exchange<'_>) -> Outcome {
    let limit = exchange.arg_or("limit", 20_usize).clamp(1, 200);
    let page = exchange.arg_or("page", 1_usize).max(1);
    let (users, total) = shop.store.users((page - 1).saturating_mul(limit), limit).await?;
    let users: Vec<Value> = users.iter().map(User::json).collect();
    ok(&json!({"data": users, "page": page, "limit": limit, "total": total}))
}

async fn add(shop: &Shop, fields: &Fields) -> Outcome {
    let email =
        fields.text("email").ok_or_else(|| Refusal::bad_request("`email` is needed"))?.trim().to_lowercase();
    let new = NewUser {
        name: fields.text("name").unwrap_or(&email).to_owned(),
        password: fields.id("password").unwrap_or_else(|| "password123".to_owned()),
        role: Role::Customer,
        email,
    };
    let taken = Refusal::conflict(format!("an account for {} exists", new.email));
    created(&shop.store.add_user(new).await?.ok_or(taken)?.json())
}

async fn change(shop: &Shop, id: u64, fields: &Fields) -> Outcome {
    let change = UserChange {
        name: fields.text("name").map(str::to_owned),
        email: fields.text("email").map(|email| email.trim().to_lowercase()),
        preferences: fields.get("preferences").cloned(),
    };
    ok(&shop.store.change_user(id, change).await?.ok_or_else(|| missing(id))?.json())
}

/// The account with that id, or a refusal.
pub async fn known(shop: &Shop, id: u64) -> Result<User, Refusal> {
    shop.store.user(id).await?.ok_or_else(|| missing(id))
}

fn number(id: &str) -> Result<u64, Refusal> {
    let digits = id.trim_start_matches("user-");
    digits.parse().map_err(|_| Refusal::not_found(format!("no account `{id}`")))
}

fn missing(id: u64) -> Refusal {
    Refusal::not_found(format!("no account `{id}`"))
}
