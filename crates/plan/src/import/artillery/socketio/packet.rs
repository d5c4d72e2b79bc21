//! Packets of Socket.IO, revision 5 of its protocol, as texts: `2/admin,7["name",1]`.
//!
//! Main type: [`Packet`]. Attachments of binary packets are not looked at.

use serde_json::Value;

/// What a packet is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A namespace is entered.
    Connect,
    /// A namespace is left.
    Disconnect,
    /// An event.
    Event,
    /// The acknowledgement of an event.
    Ack,
    /// A namespace cannot be entered.
    ConnectError,
}

impl Kind {
    fn digit(self) -> char {
        match self {
            Self::Connect => '0',
            Self::Disconnect => '1',
            Self::Event => '2',
            Self::Ack => '3',
            Self::ConnectError => '4',
        }
    }
}

/// A packet.
#[derive(Clone, PartialEq, Debug)]
pub struct Packet {
    /// What it is for.
    pub kind: Kind,
    /// The namespace, which begins with a slash.
    pub namespace: String,
    /// The number by which an event is acknowledged.
    pub id: Option<u64>,
    /// What it carries; null for nothing.
    pub data: Value,
}

impl Packet {
    /// A packet of a namespace, without a number.
    #[must_use]
    pub fn new(kind: Kind, namespace: &str, data: Value) -> Self {
        Self { kind, namespace: namespace.to_owned(), id: None, data }
    }

    /// Reads one; nothing when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, attachments) = match text.chars().next()? {
            '0' => (Kind::Connect, false),
            '1' => (Kind::Disconnect, false),
            '2' => (Kind::Event, false),
            '3' => (Kind::Ack, false),
            '4' => (Kind::ConnectError, false),
            '5' => (Kind::Event, true),
            '6' => (Kind::Ack, true),
            _ => return None,
        };
        let mut rest = &text[1..];
        if attachments {
            rest = rest.split_once('-')?.1;
        }
        let mut namespace = "/";
        if rest.starts_with('/') {
            let end = rest.find(',').unwrap_or(rest.len());
            namespace = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let id = rest[..end].parse().ok();
        let data = match &rest[end..] {
            "" => Value::Null,
            data => serde_json::from_str(data).ok()?,
        };
        Some(Self { kind, namespace: namespace.to_owned(), id, data })
    }

    /// As it is sent.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from(self.kind.digit());
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
        let check = |text: &str, kind: Kind, namespace: &str, id: Option<u64>, data: Value| {
            let packet = Packet { kind, namespace: namespace.to_owned(), id, data };
            assert_eq!(Packet::parse(text).as_ref(), Some(&packet), "{text}");
            assert_eq!(packet.text(), text);
        };
        check("0", Kind::Connect, "/", None, Value::Null);
        check("0/admin,{\"token\":\"t\"}", Kind::Connect, "/admin", None, json!({"token": "t"}));
        check("1/admin,", Kind::Disconnect, "/admin", None, Value::Null);
        check("2[\"news\",1,null]", Kind::Event, "/", None, json!(["news", 1, null]));
        check("2/x,12[\"a\"]", Kind::Event, "/x", Some(12), json!(["a"]));
        check("30[]", Kind::Ack, "/", Some(0), json!([]));
        check("4{\"message\":\"no\"}", Kind::ConnectError, "/", None, json!({"message": "no"}));
        let binary = Packet::parse("51-/x,[\"f\",{\"_placeholder\":true,\"num\":0}]").expect("it is one");
        assert_eq!((binary.kind, binary.namespace.as_str()), (Kind::Event, "/x"));
        for text in ["", "x", "7", "2[", "5[]"] {
            assert_eq!(Packet::parse(text), None, "{text}");
        }
    }
}
