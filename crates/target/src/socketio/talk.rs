//! What the shop says over Socket.IO.
//!
//! Main type: [`Talk`], one client's conversation. Events: `echo` comes back as `echoed`, `product` brings a product,
//! `join` makes the client a member of a room, `whoami` tells what the server knows of the client, `silence` is never
//! answered. Whatever asks for an acknowledgement gets one, except `silence`.

use serde_json::{Value, json};

use super::packet::{Packet, kind};
use crate::shop::Shop;

/// The namespaces that one client may be in, and the rooms.
const MAX_PLACES: usize = 64;

/// One client's conversation.
#[derive(Debug, Default)]
pub struct Talk {
    /// The query of the address that it came by.
    query: Value,
    /// Namespaces with what the client said when it came.
    namespaces: Vec<(String, Value)>,
    rooms: Vec<String>,
    /// Events so far.
    events: u64,
}

impl Talk {
    /// A client that came by an address with this query.
    pub fn new(query: Value) -> Self {
        Self { query, ..Self::default() }
    }

    /// What is said to a packet. `transport` is the one it came by.
    pub fn answers(&mut self, shop: &Shop, packet: Packet, transport: &str) -> Vec<Packet> {
        let space = packet.namespace.clone();
        let space = space.as_str();
        match packet.kind {
            kind::CONNECT if space == "/forbidden" || self.namespaces.len() >= MAX_PLACES => {
                vec![Packet::new(kind::CONNECT_ERROR, space, json!({"message": "not allowed"}))]
            }
            kind::CONNECT => {
                self.namespaces.push((space.to_owned(), packet.data));
                let sid = format!("{space}#{}", self.namespaces.len());
                vec![Packet::new(kind::CONNECT, space, json!({"sid": sid}))]
            }
            kind::DISCONNECT => {
                self.namespaces.retain(|(known, _)| known != space);
                Vec::new()
            }
            kind::EVENT if self.namespaces.iter().any(|(known, _)| known == space) => {
                self.event(shop, &packet, transport)
            }
            _ => Vec::new(),
        }
    }

    fn event(&mut self, shop: &Shop, packet: &Packet, transport: &str) -> Vec<Packet> {
        let space = packet.namespace.as_str();
        let Some((name, args)) = packet.data.as_array().and_then(|items| items.split_first()) else {
            return Vec::new();
        };
        self.events += 1;
        let said = |event: &str, args: &[Value]| {
            let data = std::iter::once(Value::from(event)).chain(args.iter().cloned()).collect();
            Packet::new(kind::EVENT, space, data)
        };
        let (answer, acknowledged): (Option<Packet>, Vec<Value>) = match name.as_str().unwrap_or_default() {
            "silence" => return Vec::new(),
            "echo" => (Some(said("echoed", args)), args.to_vec()),
            "product" => {
                let wanted = args.first().and_then(Value::as_u64);
                let product = shop.catalogue.products().iter().find(|one| Some(u64::from(one.id)) == wanted);
                let told = product.map_or(Value::Null, |one| json!({"id": one.id, "name": one.name}));
                (Some(said("product", std::slice::from_ref(&told))), vec![told])
            }
            "join" => {
                let room = args.first().and_then(Value::as_str).unwrap_or("lobby").to_owned();
                if self.rooms.len() < MAX_PLACES && !self.rooms.contains(&room) {
                    self.rooms.push(room);
                }
                let told = json!({"rooms": self.rooms});
                (Some(said("joined", std::slice::from_ref(&told))), vec![told])
            }
            "whoami" => {
                let auth = self.namespaces.iter().find(|(known, _)| known == space).map(|(_, auth)| auth);
                let told = json!({
                    "auth": auth,
                    "events": self.events,
                    "namespace": space,
                    "query": self.query,
                    "transport": transport,
                });
                (Some(said("you", std::slice::from_ref(&told))), vec![told])
            }
            other => (None, vec![json!({"ok": true, "event": other, "events": self.events})]),
        };
        let acknowledgement = packet
            .id
            .map(|id| Packet { id: Some(id), ..Packet::new(kind::ACK, space, Value::Array(acknowledged)) });
        answer.into_iter().chain(acknowledgement).collect()
    }
}
