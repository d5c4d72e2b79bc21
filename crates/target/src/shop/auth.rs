//! Accounts at the door: register, log in, log out, refresh, who am I.

use http::{Method, StatusCode};
use serde_json::json;

use super::Shop;
use super::records::{NewUser, Role, User};
use super::session::{drop_session, set_session};
use super::token::LIFETIME_S;
use crate::body::{Answer, Outcome, Refusal, empty, json_answer, ok};
use crate::exchange::{Exchange, Fields};

/// `/auth/…` and its older names.
pub async fn answer(shop: &Shop, exchange: &mut Exchange<'_>, action: &str) -> Outcome {
    match (exchange.method(), action) {
        (&Method::POST, "register" | "signup") => {
            let user = made(shop, &exchange.fields().await?).await?;
            Ok(welcome(shop, &user, StatusCode::CREATED))
        }
        (&Method::POST, "login" | "signin" | "token") => {
            let user = known(shop, &exchange.fields().await?).await?;
            Ok(welcome(shop, &user, StatusCode::OK))
        }
        (&Method::POST, "logout") => {
            let mut answer = empty(StatusCode::NO_CONTENT);
            drop_session(&mut answer);
            Ok(answer)
        }
        (&Method::POST, "refresh") => {
            let claims = shop.account(exchange).await?;
            let user = shop.store.user(claims.sub).await?;
            let user = user.ok_or_else(|| Refusal::unauthorized("the account is gone"))?;
            Ok(welcome(shop, &user, StatusCode::OK))
        }
        (&Method::GET, "me" | "verify") => {
            let claims = shop.account(exchange).await?;
            ok(&json!({"id": claims.sub, "email": claims.email, "role": claims.role}))
        }
        (_, "register" | "signup" | "login" | "signin" | "token" | "logout" | "refresh") => {
            Err(Refusal::method_not_allowed("POST"))
        }
        _ => Err(Refusal::not_found("no such action on accounts")),
    }
}

/// The address and password of a request.
fn credentials(fields: &Fields) -> Result<(String, String), Refusal> {
    let email = fields.text("email").or_else(|| fields.text("username"));
    match (email, fields.id("password")) {
        (Some(email), Some(password)) => Ok((email.trim().to_lowercase(), password)),
        _ => Err(Refusal::bad_request("`email` and `password` are needed")),
    }
}

/// Makes an account. Doing so again with the same password is no error, so that tests can be repeated.
pub async fn made(shop: &Shop, fields: &Fields) -> Result<User, Refusal> {
    let (email, password) = credentials(fields)?;
    let name = fields.text("name").map_or_else(|| name_of(&email), str::to_owned);
    let new = NewUser { email: email.clone(), name, password: password.clone(), role: Role::Customer };
    if let Some(user) = shop.store.add_user(new).await? {
        return Ok(user);
    }
    let user = shop.store.user_by_email(&email).await?.filter(|user| user.opens_with(&password));
    user.ok_or_else(|| Refusal::conflict(format!("an account for {email} exists, with another password")))
}

/// The account that an address and its password open; made on the spot where the shop does that.
pub async fn known(shop: &Shop, fields: &Fields) -> Result<User, Refusal> {
    let (email, password) = credentials(fields)?;
    let mut found = shop.store.user_by_email(&email).await?;
    if found.is_none() && shop.auto_register && email.contains('@') {
        let new = NewUser {
            name: name_of(&email),
            email: email.clone(),
            password: password.clone(),
            role: Role::Customer,
        };
        found = match shop.store.add_user(new).await? {
            Some(user) => Some(user),
            // Another login made it a moment ago.
            None => shop.store.user_by_email(&email).await?,
        };
    }
    let user = found.filter(|user| user.opens_with(&password));
    user.ok_or_else(|| Refusal::unauthorized("no account has this address and password"))
}

fn welcome(shop: &Shop, user: &User, status: StatusCode) -> Answer {
    let token = shop.token_for(user);
    let body = json!({
        "success": true,
        "token": token,
        "accessToken": token,
        "access_token": token,
        "tokenType": "Bearer",
        "expiresIn": LIFETIME_S,
        "id": user.id,
        "user": user.json(),
    });
    let mut answer = json_answer(status, &body);
    set_session(&mut answer, &token);
    answer
}

/// `jane.doe@example.com` is Jane Doe until she says otherwise.
fn name_of(email: &str) -> String {
    let local = email.split('@').next().unwrap_or(email);
    let words = local.split(['.', '_', '-', '+']).filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    });
    words.collect::<Vec<String>>().join(" ")
}
