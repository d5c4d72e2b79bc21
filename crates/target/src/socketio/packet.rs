//! Packets of Socket.IO, revision 5, as texts: `2/admin,7["name",1]`.
//!
//! Main type: [`Packet`]. Binary attachments are not spoken.

use serde_json::Value;

/// What a packet is for.
pub mod kind {
    pub const CONNECT: char = '0';
    pub const DISCONNECT: char = '1';
    pub const EVENT: char = '2';
    pub const ACK: char = '3';
    pub const CONNECT_ERROR: char = '4';
}

/// A packet.
#[derive(Clone, PartialEq, Debug)]
pub struct Packet {
    /// One of [`kind`].
    pub kind: char,
    /// The namespace, which begins with a slash.
    pub namespace: String,
    /// Where an answer is wanted: by which number.
    pub id: Option<u64>,
    /// What it carries; null for nothing.
    pub data: Value,
}

impl Packet {
    /// A packet of the namespace without a number.
    pub fn new(kind: char, namespace: &str, data: Value) -> Self {
        Self { kind, namespace: namespace.to_owned(), id: None, data }
    }

    /// Reads one; nothing when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let kind = text.chars().next().filter(|kind| ('0'..='4').contains(kind))?;
        let rest = &text[1..];
        let (namespace, rest) = match rest.strip_prefix('/') {
            Some(_) => {
                let end = rest.find(',').unwrap_or(rest.len());
                (&rest[..end], rest.get(end + 1..).unwrap_or_default())
            }
            None => ("/", rest),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let id = rest[..end].parse().ok();
        let data = match &rest[end..] {
            "" => Value::Null,
            data => serde_json::from_str(data).ok()?,
        };
        // A query behind the namespace is for the server's middleware, which there is not.
        let namespace = namespace.split('?').next().unwrap_or(namespace).to_owned();
        Some(Self { kind, namespace, id, data })
    }

    /// As it goes over the wire, inside a message of Engine.IO.
    pub fn text(&self) -> String {
        let mut text = format!("4{}", self.kind);
        if self.namespace != "/" {
            text.push_str(&self.namespace);
            text.push(',');
        }
        if let Some(id) = self.id {
            text.push_str(&id.to_string());
        }
        if !self.data.is_null() {
            text.push_str(&self.data.to_string());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn packets_are_read_and_written() {
        let check = |text: &str, kind: char, namespace: &str, id: Option<u64>, data: Value| {
            let packet = Packet { kind, namespace: namespace.to_owned(), id, data };
            assert_eq!(Packet::parse(text).as_ref(), Some(&packet), "{text}");
            assert_eq!(packet.text(), format!("4{text}"));
        };
        check("0", '0', "/", None, Value::Null);
        check("0/admin,{\"t\":1}", '0', "/admin", None, json!({"t": 1}));
        check("2[\"a\",1]", '2', "/", None, json!(["a", 1]));
        check("2/x,12[\"a\"]", '2', "/x", Some(12), json!(["a"]));
        check("37[]", '3', "/", Some(7), json!([]));
        for text in ["", "9", "2[", "x"] {
            assert_eq!(Packet::parse(text), None, "{text}");
        }
        assert_eq!(Packet::parse("0/n?a=1,").map(|packet| packet.namespace).as_deref(), Some("/n"));
    }
}
