//! The room under `/bin`: small endpoints that each show one thing about HTTP.
//!
//! [`ROOMS`] is the table: one row per endpoint, named by the first segment behind `/bin`. A new endpoint is
//! a row and a function. What clients find here follows the habits of public request-inspection services.

mod auth;
mod cookies;
mod echo;
mod encoded;
mod pages;
mod payload;
mod redirects;

use futures_util::future::{BoxFuture, FutureExt as _};
use http::Method;

use crate::body::{Outcome, Refusal};
use crate::exchange::Exchange;
use crate::shop::Shop;

/// One request to a room: the shop, the request, and the path behind the room's name.
struct Visit<'a, 'b> {
    shop: &'a Shop,
    exchange: &'a mut Exchange<'b>,
    rest: &'a [&'a str],
}

impl Visit<'_, '_> {
    /// A segment of the path, decoded; a refusal that says what it is for when it is missing.
    fn segment(&self, index: usize, what: &str) -> Result<String, Refusal> {
        let segment =
            self.rest.get(index).ok_or_else(|| Refusal::not_found(format!("the path lacks {what}")))?;
        Ok(crate::exchange::decode(segment).into_owned())
    }

    /// A segment that is a number.
    fn number<T: std::str::FromStr>(&self, index: usize, what: &str) -> Result<T, Refusal> {
        let text = self.segment(index, what)?;
        text.parse().map_err(|_| Refusal::bad_request(format!("`{text}` is not {what}")))
    }
}

/// What answers a room.
enum Answers {
    /// From the request's head alone.
    Head(fn(&Visit<'_, '_>) -> Outcome),
    /// After reading the body, or after a while.
    Waits(for<'a> fn(Visit<'a, '_>) -> BoxFuture<'a, Outcome>),
}

/// Which methods a room takes.
#[derive(Clone, Copy)]
enum Takes {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    All,
}

impl Takes {
    fn fits(self, method: &Method) -> bool {
        match self {
            Self::Get => method == Method::GET,
            Self::Post => method == Method::POST,
            Self::Put => method == Method::PUT,
            Self::Patch => method == Method::PATCH,
            Self::Delete => method == Method::DELETE,
            Self::All => true,
        }
    }

    fn allow(self) -> &'static str {
        match self {
            Self::Get => "GET, HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::All => "GET, HEAD, POST, PUT, PATCH, DELETE",
        }
    }
}

/// Makes a room's function out of an async one.
macro_rules! waits {
    ($function:path) => {
        Answers::Waits(|visit| $function(visit).boxed())
    };
}

/// The rooms in alphabetic order.
const ROOMS: &[(&str, Takes, Answers)] = &[
    ("absolute-redirect", Takes::Get, Answers::Head(redirects::absolute)),
    ("anything", Takes::All, waits!(echo::whole)),
    ("base64", Takes::Get, Answers::Head(encoded::base64)),
    ("basic-auth", Takes::All, Answers::Head(auth::basic)),
    ("bearer", Takes::All, Answers::Head(auth::bearer)),
    ("br", Takes::Get, Answers::Head(encoded::brotli)),
    ("brotli", Takes::Get, Answers::Head(encoded::brotli)),
    ("bytes", Takes::Get, Answers::Head(payload::bytes)),
    ("cache", Takes::Get, Answers::Head(pages::cache)),
    ("compressed", Takes::Get, Answers::Head(encoded::negotiated)),
    ("connection", Takes::All, Answers::Head(echo::connection)),
    ("cookies", Takes::Get, Answers::Head(cookies::answer)),
    ("deflate", Takes::Get, Answers::Head(encoded::deflate)),
    ("delay", Takes::All, waits!(payload::delay)),
    ("delete", Takes::Delete, waits!(echo::whole)),
    ("digest-auth", Takes::All, waits!(auth::digest)),
    ("drip", Takes::Get, waits!(payload::drip)),
    ("echo", Takes::All, waits!(echo::body)),
    ("empty", Takes::All, Answers::Head(pages::empty_body)),
    ("etag", Takes::Get, Answers::Head(pages::etag)),
    ("forms", Takes::Get, Answers::Head(pages::form)),
    ("get", Takes::Get, waits!(echo::whole)),
    ("gzip", Takes::Get, Answers::Head(encoded::gzip)),
    ("headers", Takes::All, Answers::Head(echo::headers)),
    ("hidden-basic-auth", Takes::All, Answers::Head(auth::hidden_basic)),
    ("html", Takes::Get, Answers::Head(pages::html_page)),
    ("image", Takes::Get, Answers::Head(pages::image)),
    ("ip", Takes::Get, Answers::Head(echo::ip)),
    ("json", Takes::Get, Answers::Head(pages::json_page)),
    ("links", Takes::Get, Answers::Head(pages::links)),
    ("method", Takes::All, Answers::Head(echo::method)),
    ("patch", Takes::Patch, waits!(echo::whole)),
    ("post", Takes::Post, waits!(echo::whole)),
    ("put", Takes::Put, waits!(echo::whole)),
    ("range", Takes::Get, Answers::Head(payload::range)),
    ("redirect", Takes::All, Answers::Head(redirects::relative)),
    ("redirect-to", Takes::All, Answers::Head(redirects::to)),
    ("relative-redirect", Takes::Get, Answers::Head(redirects::relative)),
    ("response-headers", Takes::All, Answers::Head(echo::response_headers)),
    ("sink", Takes::All, waits!(echo::sink)),
    ("status", Takes::All, Answers::Head(pages::status)),
    ("stream", Takes::Get, Answers::Head(payload::lines)),
    ("stream-bytes", Takes::Get, Answers::Head(payload::chunked_bytes)),
    ("text", Takes::Get, Answers::Head(pages::text_page)),
    ("trickle", Takes::Get, Answers::Head(payload::trickle)),
    ("user-agent", Takes::Get, Answers::Head(echo::user_agent)),
    ("utf8", Takes::Get, Answers::Head(pages::utf8_page)),
    ("uuid", Takes::Get, Answers::Head(pages::uuid)),
    ("xml", Takes::Get, Answers::Head(pages::xml_page)),
    ("zstd", Takes::Get, Answers::Head(encoded::zstandard)),
];

/// `/bin/ROOM/…`
pub async fn answer(shop: &Shop, exchange: &mut Exchange<'_>, rest: &[&str]) -> Outcome {
    let [name, rest @ ..] = rest else {
        return Ok(pages::index(ROOMS.iter().map(|(name, ..)| *name)));
    };
    let room = ROOMS.binary_search_by_key(name, |(name, ..)| name);
    let room = room.map_err(|_| Refusal::not_found(format!("no room `{name}` under /bin")))?;
    let (_, takes, answers) = &ROOMS[room];
    if !takes.fits(exchange.method()) {
        return Err(Refusal::method_not_allowed(takes.allow()));
    }
    let visit = Visit { shop, exchange, rest };
    match answers {
        Answers::Head(answer) => answer(&visit),
        Answers::Waits(answer) => answer(visit).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_in_order() {
        assert!(ROOMS.is_sorted_by(|(one, ..), (next, ..)| one < next));
    }
}
