//! Which of a name's addresses is used.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::options::DnsOptions;

/// How one address is picked out of several.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Select {
    /// The first that the name server said.
    First,
    /// Any.
    #[default]
    Random,
    /// Each in turn.
    RoundRobin,
}

/// Which families of addresses are used.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Policy {
    /// IPv4, and IPv6 where there is no IPv4.
    #[default]
    PreferIpv4,
    /// IPv6, and IPv4 where there is no IPv6.
    PreferIpv6,
    /// IPv4 alone.
    OnlyIpv4,
    /// IPv6 alone.
    OnlyIpv6,
    /// Both alike.
    Any,
}

/// How names are looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DnsSettings {
    /// How long an answer is used; nothing for zero, for ever when `None`.
    pub ttl: Option<Duration>,
    /// How one address is picked.
    pub select: Select,
    /// Which families are used.
    pub policy: Policy,
}

impl Default for DnsSettings {
    fn default() -> Self {
        Self { ttl: Some(Duration::from_secs(300)), select: Select::default(), policy: Policy::default() }
    }
}

impl DnsSettings {
    /// Reads the `dns` option.
    ///
    /// # Errors
    /// For a time to live that is no duration.
    pub fn from_options(options: &DnsOptions) -> Result<Self, String> {
        let mut settings = Self::default();
        match options.ttl.as_deref() {
            None | Some("") => {}
            Some("inf") => settings.ttl = None,
            Some(text) => {
                let ttl =
                    model::duration::parse(text).map_err(|error| format!("invalid DNS TTL: {error}"))?;
                settings.ttl = Some(ttl);
            }
        }
        let named = |name: &Option<String>| name.as_deref().unwrap_or_default().to_ascii_lowercase();
        settings.select = match named(&options.select).as_str() {
            "first" => Select::First,
            "roundrobin" => Select::RoundRobin,
            _ => Select::Random,
        };
        settings.policy = match named(&options.policy).as_str() {
            "preferipv6" => Policy::PreferIpv6,
            "onlyipv4" => Policy::OnlyIpv4,
            "onlyipv6" => Policy::OnlyIpv6,
            "any" => Policy::Any,
            _ => Policy::PreferIpv4,
        };
        Ok(settings)
    }
}

impl Policy {
    /// Leaves the addresses that may be used.
    #[must_use]
    pub fn filter(self, addresses: Vec<IpAddr>) -> Vec<IpAddr> {
        let wanted = |ip: &IpAddr| match self {
            Self::PreferIpv4 | Self::OnlyIpv4 => ip.is_ipv4(),
            Self::PreferIpv6 | Self::OnlyIpv6 => ip.is_ipv6(),
            Self::Any => true,
        };
        let fits = addresses.iter().any(wanted);
        match self {
            Self::PreferIpv4 | Self::PreferIpv6 if !fits => addresses,
            _ => addresses.into_iter().filter(wanted).collect(),
        }
    }
}

/// Addresses of one name, and whose turn it is.
#[derive(Debug)]
pub(super) struct Addresses {
    all: Vec<IpAddr>,
    turn: AtomicUsize,
}

impl Addresses {
    pub(super) fn new(all: Vec<IpAddr>) -> Self {
        Self { all, turn: AtomicUsize::new(0) }
    }

    /// Picks one; `dice` is any number.
    pub(super) fn pick(&self, select: Select, dice: usize) -> Option<IpAddr> {
        let count = self.all.len();
        if count <= 1 {
            return self.all.first().copied();
        }
        let index = match select {
            Select::First => 0,
            Select::Random => dice % count,
            Select::RoundRobin => self.turn.fetch_add(1, Ordering::Relaxed) % count,
        };
        self.all.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(list: &[&str]) -> Vec<IpAddr> {
        list.iter().map(|ip| ip.parse().unwrap()).collect()
    }

    #[test]
    fn policies_choose_families() {
        let check =
            |policy: Policy, all: &[&str], left: &[&str]| assert_eq!(policy.filter(ips(all)), ips(left));
        let both = ["::1", "1.1.1.1", "2.2.2.2"];
        check(Policy::PreferIpv4, &both, &["1.1.1.1", "2.2.2.2"]);
        check(Policy::PreferIpv4, &["::1"], &["::1"]);
        check(Policy::PreferIpv6, &both, &["::1"]);
        check(Policy::OnlyIpv4, &["::1"], &[]);
        check(Policy::OnlyIpv6, &both, &["::1"]);
        check(Policy::Any, &both, &both);
    }

    #[test]
    fn selection_takes_turns_or_does_not() {
        let addresses = Addresses::new(ips(&["1.1.1.1", "2.2.2.2"]));
        let turns: Vec<_> =
            (0..3).map(|_| addresses.pick(Select::RoundRobin, 0).unwrap().to_string()).collect();
        assert_eq!(turns, ["1.1.1.1", "2.2.2.2", "1.1.1.1"]);
        assert_eq!(addresses.pick(Select::First, 1), addresses.pick(Select::Random, 2));
        assert_eq!(Addresses::new(Vec::new()).pick(Select::Random, 5), None);
    }

    #[test]
    fn options_are_read() {
        let read = |ttl: &str, select: &str, policy: &str| {
            let text = |text: &str| Some(text.to_owned());
            DnsSettings::from_options(&DnsOptions {
                ttl: text(ttl),
                select: text(select),
                policy: text(policy),
            })
        };
        let read_ok = |ttl, select, policy| read(ttl, select, policy).unwrap();
        let expected = DnsSettings { ttl: None, select: Select::RoundRobin, policy: Policy::OnlyIpv6 };
        assert_eq!(read_ok("inf", "roundRobin", "onlyIPv6"), expected);
        assert_eq!(read_ok("0", "first", "any").ttl, Some(Duration::ZERO));
        assert!(read("soon", "first", "any").is_err());
    }
}
