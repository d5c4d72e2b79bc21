//! WebSocket: the handshake, and the rooms that speak it.
//!
//! Frames are in [`frame`], the shop's live updates in `live`, echoes and ticks in `rooms`.

pub(crate) mod frame;
mod live;
mod rooms;

use std::future::Future;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use http::{HeaderValue, StatusCode, Version};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use sha1::{Digest as _, Sha1};

use crate::body::{Outcome, Refusal, empty};
use crate::exchange::Exchange;
pub(crate) use frame::{Message, Socket};
pub(crate) use live::feed;
pub(crate) use rooms::{echo, ticks};

/// A socket over an upgraded connection.
pub(crate) type Upgrade = Socket<TokioIo<Upgraded>>;

/// Whether the request asks for WebSocket.
pub fn wanted(exchange: &Exchange<'_>) -> bool {
    exchange.header(UPGRADE).is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Accepts the handshake and lets `talk` have the connection. `choose` picks a subprotocol from those that
/// the client offers.
pub fn accept<T>(
    exchange: &Exchange<'_>,
    choose: impl Fn(&str) -> bool,
    talk: impl FnOnce(Upgrade) -> T + Send + 'static,
) -> Outcome
where
    T: Future<Output = io::Result<()>> + Send,
{
    let key = exchange.header(SEC_WEBSOCKET_KEY);
    let version = exchange.header(SEC_WEBSOCKET_VERSION);
    let upgrade = exchange.parts.extensions.get::<OnUpgrade>().cloned();
    let (Some(key), Some("13"), Some(upgrade), true, true) =
        (key, version, upgrade, wanted(exchange), exchange.parts.version == Version::HTTP_11)
    else {
        return Err(Refusal::bad_request("this path speaks WebSocket, version 13, over HTTP/1.1"));
    };
    let mut answer = empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = answer.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    let accepted = HeaderValue::from_str(&accept_key(key));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accepted.map_err(|_| Refusal::bad_request("that cannot be a key"))?);
    let offered = exchange.header(SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
    if let Some(protocol) = offered.split(',').map(str::trim).find(|offer| !offer.is_empty() && choose(offer))
    {
        let protocol = HeaderValue::from_str(protocol);
        headers.insert(
            SEC_WEBSOCKET_PROTOCOL,
            protocol.map_err(|_| Refusal::bad_request("a strange protocol"))?,
        );
    }
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            // A client that vanishes ends the talk; there is nobody to tell.
            let _ = talk(Socket::new(TokioIo::new(upgraded))).await;
        }
    });
    Ok(answer)
}

/// The proof that the server read the key, RFC 6455, section 1.3.
pub(crate) fn accept_key(key: &str) -> String {
    STANDARD
        .encode(Sha1::new().chain_update(key).chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11").finalize())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_example_of_the_rfc_holds() {
        assert_eq!(super::accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
