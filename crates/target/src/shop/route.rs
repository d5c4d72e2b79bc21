//! The map: which path is answered by whom.
//!
//! Every path works with and without `/api` or `/api/v1` in front.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW,
};
use http::{HeaderValue, Method, StatusCode};

use super::{Shop, admin, auth, carts, orders, pages, payments, products, reports, users};
use crate::body::{Answer, Outcome, Refusal, empty};
use crate::exchange::{Exchange, Segments};
use crate::{events, graphql, queue, rooms, socketio, websocket};

/// Answers a request.
pub async fn answer(shop: &std::sync::Arc<Shop>, exchange: &mut Exchange<'_>) -> Outcome {
    let segments = Segments::of(exchange.parts.uri.path());
    let rest = segments.without_api_prefix();
    if exchange.method() == Method::OPTIONS && rest.first() != Some(&"bin") {
        return Ok(options());
    }
    match rest {
        ["auth", action] => auth::answer(shop, exchange, action).await,
        ["login" | "register" | "logout"] => auth::answer(shop, exchange, rest[0]).await,
        ["cart", rest @ ..] => carts::answer(shop, exchange, rest).await,
        ["checkout"] => carts::answer(shop, exchange, &["checkout"]).await,
        ["orders", rest @ ..] => orders::answer(shop, exchange, rest).await,
        ["payments", rest @ ..] => payments::answer(shop, exchange, rest).await,
        ["users", rest @ ..] => users::answer(shop, exchange, rest).await,
        ["profile"] => users::answer(shop, exchange, &["profile"]).await,
        ["admin", rest @ ..] => admin::answer(shop, exchange, rest).await,
        ["bin", rest @ ..] => rooms::answer(shop, exchange, rest).await,
        ["graphql"] => graphql::answer(shop, exchange).await,
        ["graphql", "schema"] => Ok(graphql::schema_text()),
        ["realtime"] | ["ws", "feed"] => websocket::feed(shop, exchange).await,
        ["ws", "echo"] => websocket::echo(exchange),
        ["ws", "ticks"] => websocket::ticks(exchange),
        ["socket.io"] => socketio::answer(shop, exchange).await,
        ["events"] => events::answer(exchange),
        ["queue"] => queue::answer(shop, exchange).await,
        ["work", span] => queue::work(shop, span).await,
        ["reports", "generate"] => reports::generate(shop, exchange).await,
        ["notifications"] => reports::notify(shop, exchange).await,
        _ if *exchange.method() != Method::GET => Err(no_such(exchange)),
        ["products", id, "reviews"] => products::opinions(shop, id, exchange).await,
        [name] if name.starts_with("intensive-operation-") => {
            reports::intensive(&name["intensive-operation-".len()..])
        }
        [] => pages::front(shop).await,
        _ => plain(shop, exchange, rest).await,
    }
}

/// The pages that are only read.
async fn plain(shop: &Shop, exchange: &Exchange<'_>, rest: &[&str]) -> Outcome {
    match rest {
        ["health" | "healthz" | "ready" | "readyz" | "live" | "livez" | "ping" | "status"] => {
            Ok(pages::health())
        }
        ["metrics"] | ["stats", "prometheus"] => Ok(pages::counters(shop)),
        ["products"] => products::list(shop, exchange).await,
        ["products", "search"] | ["search"] => products::search(shop, exchange).await,
        ["products", id] => products::page(shop, id).await,
        ["categories"] => products::categories(),
        ["inventory", id] => products::inventory(shop, id).await,
        ["static", name] => pages::file(name),
        ["favicon.ico"] => pages::file("product-1.svg"),
        _ => Err(no_such(exchange)),
    }
}

fn no_such(exchange: &Exchange<'_>) -> Refusal {
    Refusal::not_found(format!("nothing answers {} {}", exchange.parts.method, exchange.parts.uri.path()))
}

fn options() -> Answer {
    const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    let mut answer = empty(StatusCode::NO_CONTENT);
    let headers = answer.headers_mut();
    headers.insert(ALLOW, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    answer
}
