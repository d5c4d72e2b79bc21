//! Options of name resolution.

use serde_json::Value;

use crate::Error;
use crate::json::{self, Fields};

/// How names are looked up.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct DnsOptions {
    /// `inf`, `0` or a duration.
    pub ttl: Option<String>,
    /// `first`, `random` or `roundRobin`.
    pub select: Option<String>,
    /// `preferIPv4`, `preferIPv6`, `onlyIPv4`, `onlyIPv6` or `any`.
    pub policy: Option<String>,
}

impl DnsOptions {
    fn check(self) -> Result<Self, Error> {
        let known = |value: &Option<String>, all: &[&str], kind: &str| match value {
            Some(value) if !all.iter().any(|one| one.eq_ignore_ascii_case(value)) => {
                Err(Error::new(format!("{value} does not belong to {kind} values")))
            }
            _ => Ok(()),
        };
        known(&self.select, &["first", "random", "roundRobin"], "DNSSelect")?;
        known(&self.policy, &["preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"], "DNSPolicy")?;
        Ok(self)
    }

    /// Reads `ttl=5m,select=random,policy=preferIPv4`.
    ///
    /// # Errors
    /// For unknown names and values.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut options = Self::default();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| Error::new(format!("no value for key {pair}")))?;
            let value = Some(value.trim().to_owned());
            match key.trim() {
                "ttl" => options.ttl = value,
                "select" => options.select = value,
                "policy" => options.policy = value,
                other => return Err(Error::new(format!("unknown DNS configuration field: {other}"))),
            }
        }
        options.check()
    }
}

/// Reads `dns`: an object, or a text as of the flag.
pub(super) fn dns(value: &Value) -> Result<Option<DnsOptions>, Error> {
    let Value::Object(members) = value else {
        return match value {
            Value::Null => Ok(None),
            Value::String(text) => DnsOptions::parse(text).map(Some),
            other => Err(json::mismatch(other, "types.DNSConfig")),
        };
    };
    let mut fields = Fields::new(members.clone());
    let ttl = match fields.take("ttl") {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    DnsOptions { ttl, select: fields.text("select")?, policy: fields.text("policy")? }.check().map(Some)
}
