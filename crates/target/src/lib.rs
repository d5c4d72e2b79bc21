//! The demo shop and the rude servers that tests, benches and the demo talk to.
//!
//! [`Shop`] is a small but complete web shop (REST, GraphQL, WebSocket, server-sent events, an
//! httpbin-like room under `/bin`) with faults on demand; [`rude`] holds servers that break the rules of
//! HTTP, TLS and HTTP/2 in one precise way each. Both run on threads of their own and end with their
//! [`Running`] handle. This is a target for load, not a product: passwords are kept in clear text.

mod body;
mod clock;
mod error;
mod events;
mod exchange;
pub mod faults;
mod form;
mod graphql;
mod metrics;
mod queue;
mod random;
mod rooms;
pub mod rude;
mod running;
mod server;
#[cfg(unix)]
pub mod servers;
mod shop;
mod socketio;
mod timer;
mod tls;
mod websocket;

pub use error::Error;
pub use running::{Running, StopHandle};
pub use shop::{Shop, ShopOptions};
pub use tls::Leaf as Certificate;

/// What the shop answers to, for those who ask the program.
pub const ENDPOINTS: &str = "\
The shop answers to, among others:
  /products /categories /search /cart /orders /users   a web shop over REST
  /login /register                         tokens for what needs an account
  /graphql                                 GraphQL by POST, GET and WebSocket, by the protocols
                                           graphql-transport-ws and graphql-ws; ?interval_ms=1000
  /graphql/schema                          its schema as text
  /ws/echo                                 a WebSocket that echoes
  /ws/feed?rate=1&count=100                news of channels that a client subscribes to
  /ws/ticks?count=10&interval_ms=100       numbered messages, then the end
  /socket.io/                              Socket.IO by long polling and WebSocket: echo, join
  /events?count=10&interval=100ms          server-sent events
  /bin/...                                 one page for each thing that HTTP can do
  /health /metrics                         how the shop is";
