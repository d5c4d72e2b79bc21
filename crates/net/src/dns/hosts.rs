//! What the options say about names and addresses: where a name leads, and what must not be called.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

/// Host names, a `*.` allowed in front.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HostPatterns(Vec<String>);

impl HostPatterns {
    /// Reads patterns.
    ///
    /// # Errors
    /// For a pattern with a star elsewhere.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        for pattern in patterns {
            if pattern.strip_prefix('*').unwrap_or(pattern).contains('*') {
                return Err(format!("invalid hostname pattern '{pattern}'"));
            }
        }
        Ok(Self(patterns.to_vec()))
    }

    /// The pattern that fits a host.
    #[must_use]
    pub fn find(&self, host: &str) -> Option<&str> {
        self.0.iter().map(String::as_str).find(|pattern| fits(pattern, host))
    }
}

/// Whether a pattern fits a host; case does not matter.
fn fits(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => host
            .len()
            .checked_sub(end.len())
            .is_some_and(|at| host.is_char_boundary(at) && host[at..].eq_ignore_ascii_case(end)),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

/// Where a name leads instead of where its name server says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Destination {
    /// The address.
    pub ip: IpAddr,
    /// The port instead of the URL's.
    pub port: Option<u16>,
}

/// The `hosts` option.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HostMap {
    /// Longer patterns first, so that the closest fit is found first.
    entries: Vec<(String, Destination)>,
}

impl HostMap {
    /// Reads names, with or without a port, and their addresses.
    ///
    /// # Errors
    /// For what is no address, and for names with a star anywhere but in front.
    pub fn new(hosts: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut entries = Vec::with_capacity(hosts.len());
        for (name, address) in hosts {
            if name.strip_prefix('*').unwrap_or(name).contains('*') {
                return Err(format!("invalid host pattern '{name}'"));
            }
            entries.push((name.clone(), destination(address)?));
        }
        entries.sort_by_key(|(name, _)| (name.starts_with('*'), std::cmp::Reverse(name.len())));
        Ok(Self { entries })
    }

    /// Where `host` leads when it is called at `port`.
    #[must_use]
    pub fn find(&self, host: &str, port: u16) -> Option<Destination> {
        if self.entries.is_empty() {
            return None;
        }
        let with_port = format!("{host}:{port}");
        let found = self.entries.iter().find(|(name, _)| fits(name, host) || fits(name, &with_port));
        found.map(|(_, destination)| *destination)
    }
}

fn destination(text: &str) -> Result<Destination, String> {
    if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse() {
        return Ok(Destination { ip, port: None });
    }
    match text.parse::<std::net::SocketAddr>() {
        Ok(address) => Ok(Destination { ip: address.ip(), port: Some(address.port()) }),
        Err(_) => Err(format!("invalid IP address '{text}' in hosts")),
    }
}

/// A range of addresses, as `10.0.0.0/8`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IpRange {
    /// Both families in one number: IPv4 is mapped into IPv6.
    network: u128,
    mask: u128,
    text: String,
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

impl IpRange {
    /// Reads a range in CIDR notation, or one address.
    ///
    /// # Errors
    /// For what is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = || format!("invalid CIDR address: {text}");
        let (ip, bits) = match text.split_once('/') {
            Some((ip, bits)) => (ip, Some(bits.parse::<u32>().map_err(|_| bad())?)),
            None => (text, None),
        };
        let ip: IpAddr = ip.parse().map_err(|_| bad())?;
        let (width, offset) = if ip.is_ipv4() { (32, 96) } else { (128, 0) };
        let bits = bits.unwrap_or(width);
        if bits > width {
            return Err(bad());
        }
        let mask = u128::MAX.checked_shl(128 - offset - bits).unwrap_or(0);
        let network = number(ip) & mask;
        let shown = match ip {
            IpAddr::V4(_) => Ipv6Addr::from_bits(network).to_ipv4_mapped().map_or(ip, IpAddr::V4),
            IpAddr::V6(_) => Ipv6Addr::from_bits(network).into(),
        };
        Ok(Self { network, mask, text: format!("{shown}/{bits}") })
    }

    /// Whether the address is in the range. `::/0` holds no address of IPv4.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        let is_v4 = |number: u128| number >> 32 == 0xffff;
        let number = number(ip);
        number & self.mask == self.network && is_v4(number) == is_v4(self.network)
    }

    /// The range in CIDR notation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_names_or_their_ends() {
        let patterns = HostPatterns::new(&["blocked.test".into(), "*.bad.test".into()]).unwrap();
        let check = |host: &str, found: Option<&str>| assert_eq!(patterns.find(host), found);
        check("Blocked.Test", Some("blocked.test"));
        check("x.bad.test", Some("*.bad.test"));
        check("a.b.BAD.test", Some("*.bad.test"));
        check("bad.test", None);
        check("xblocked.test", None);
        assert!(HostPatterns::new(&["a.*.test".into()]).is_err());
    }

    #[test]
    fn names_lead_to_addresses_and_ports() {
        let entry = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        let map = HostMap::new(&BTreeMap::from([
            entry("mapped.test", "127.0.0.1"),
            entry("ported.test", "127.0.0.2:8080"),
            entry("only.test:81", "127.0.0.3"),
            entry("*.wild.test", "::1"),
            entry("*.deep.wild.test", "[::2]:9"),
        ]));
        let map = map.unwrap();
        let check = |host: &str, port, expected: Option<(&str, Option<u16>)>| {
            let expected = expected.map(|(ip, port)| Destination { ip: ip.parse().unwrap(), port });
            assert_eq!(map.find(host, port), expected, "{host}:{port}");
        };
        check("mapped.test", 80, Some(("127.0.0.1", None)));
        check("MAPPED.test", 80, Some(("127.0.0.1", None)));
        check("ported.test", 80, Some(("127.0.0.2", Some(8080))));
        check("only.test", 80, None);
        check("only.test", 81, Some(("127.0.0.3", None)));
        check("a.wild.test", 80, Some(("::1", None)));
        check("a.deep.wild.test", 80, Some(("::2", Some(9))));
        check("wild.test", 80, None);
        assert!(HostMap::new(&BTreeMap::from([entry("a", "b")])).is_err());
    }

    #[test]
    fn ranges_hold_their_family() {
        let check = |range: &str, ip: &str, inside| {
            assert_eq!(
                IpRange::parse(range).unwrap().contains(ip.parse().unwrap()),
                inside,
                "{ip} in {range}"
            );
        };
        check("127.0.0.0/8", "127.1.2.3", true);
        check("127.0.0.0/8", "128.0.0.1", false);
        check("10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "10.0.0.2", false);
        check("0.0.0.0/0", "8.8.8.8", true);
        check("0.0.0.0/0", "2001::1", false);
        check("2001::/16", "2001::1", true);
        check("::/0", "1.1.1.1", false);
        check("::/0", "2001::1", true);
        check("::ffff:0:0/96", "1.1.1.1", true);
        assert_eq!(IpRange::parse("127.0.0.1/8").unwrap().as_str(), "127.0.0.0/8");
        assert!(IpRange::parse("1.1.1.1/33").is_err() && IpRange::parse("x/8").is_err());
    }
}
