//! Who is called without a proxy.

use std::net::IpAddr;

use crate::dns::IpRange;

/// The `NO_PROXY` list.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Exceptions {
    all: bool,
    rules: Vec<(Rule, Option<u16>)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Rule {
    Range(IpRange),
    /// With a dot in front; whether the name without the dot counts too.
    Domain(String, bool),
}

impl Exceptions {
    pub(super) fn parse(list: &str) -> Self {
        let mut exceptions = Self::default();
        for text in list.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            if text == "*" {
                exceptions.all = true;
            } else if let Ok(range) = IpRange::parse(text.trim_matches(['[', ']'])) {
                exceptions.rules.push((Rule::Range(range), None));
            } else {
                let (name, port) = split_port(text);
                let rule = match IpRange::parse(name.trim_matches(['[', ']'])) {
                    Ok(range) => Rule::Range(range),
                    Err(_) => domain(name),
                };
                exceptions.rules.push((rule, port));
            }
        }
        exceptions
    }

    /// Whether `host` at `port` is called directly.
    pub(super) fn fit(&self, host: &str, port: u16) -> bool {
        let ip: Option<IpAddr> = host.parse().ok();
        if self.all || host.eq_ignore_ascii_case("localhost") || ip.is_some_and(|ip| ip.is_loopback()) {
            return true;
        }
        self.rules.iter().any(|(rule, at)| {
            at.is_none_or(|at| at == port)
                && match rule {
                    Rule::Range(range) => ip.is_some_and(|ip| range.contains(ip)),
                    Rule::Domain(name, itself) => {
                        let host = host.to_ascii_lowercase();
                        host.ends_with(name) || (*itself && host == name[1..])
                    }
                }
        })
    }
}

fn split_port(text: &str) -> (&str, Option<u16>) {
    match text.rsplit_once(':').map(|(name, port)| (name, port.parse())) {
        Some((name, Ok(port))) => (name, Some(port)),
        _ => (text, None),
    }
}

fn domain(name: &str) -> Rule {
    let name =
        name.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(name).to_ascii_lowercase();
    if name.starts_with('.') { Rule::Domain(name, false) } else { Rule::Domain(format!(".{name}"), true) }
}
