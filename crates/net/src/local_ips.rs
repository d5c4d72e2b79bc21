//! The addresses that users call from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A pool of source addresses. Each user has one of them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LocalIps {
    /// First address and count.
    ranges: Vec<(IpAddr, u128)>,
}

impl LocalIps {
    /// Reads a comma list of addresses, ranges `a-b` and networks in CIDR notation.
    ///
    /// # Errors
    /// For what is none of these.
    pub fn parse(text: &str) -> Result<Self, String> {
        let ranges = text.split(',').map(|part| range(part.trim())).collect::<Result<_, _>>()?;
        Ok(Self { ranges })
    }

    /// The address of the user with this number, the first of which is 1.
    #[must_use]
    pub fn of_user(&self, user: u64) -> Option<IpAddr> {
        let total: u128 = self.ranges.iter().fold(0, |sum: u128, (_, count)| sum.saturating_add(*count));
        let mut index = u128::from(user.saturating_sub(1)).checked_rem(total)?;
        for (first, count) in &self.ranges {
            if index < *count {
                return Some(plus(*first, index));
            }
            index -= count;
        }
        None
    }
}

fn plus(ip: IpAddr, count: u128) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits().wrapping_add(count as u32)).into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits().wrapping_add(count)).into(),
    }
}

fn range(text: &str) -> Result<(IpAddr, u128), String> {
    let bad = || format!("invalid local IP range '{text}'");
    let ip = |text: &str| text.trim().parse::<IpAddr>().map_err(|_| bad());
    if let Some((first, last)) = text.split_once('-') {
        let count = match (ip(first)?, ip(last)?) {
            (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(b.to_bits()).checked_sub(u128::from(a.to_bits())),
            (IpAddr::V6(a), IpAddr::V6(b)) => b.to_bits().checked_sub(a.to_bits()),
            _ => None,
        };
        return Ok((ip(first)?, count.ok_or_else(bad)?.saturating_add(1)));
    }
    let Some((network, bits)) = text.split_once('/') else { return Ok((ip(text)?, 1)) };
    let (network, bits) = (ip(network)?, bits.parse::<u32>().map_err(|_| bad())?);
    let width = if network.is_ipv4() { 32 } else { 128 };
    let host_bits = u32::checked_sub(width, bits).ok_or_else(bad)?;
    let count = 1_u128.checked_shl(host_bits).unwrap_or(u128::MAX);
    let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
    let first: IpAddr = match network {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits() & mask as u32).into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & mask).into(),
    };
    // A network's own address and its broadcast address are nobody's.
    if network.is_ipv4() && host_bits >= 2 { Ok((plus(first, 1), count - 2)) } else { Ok((first, count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_share_the_pool_in_turn() {
        let check = |pool: &str, user: u64, ip: &str| {
            assert_eq!(
                LocalIps::parse(pool).unwrap().of_user(user),
                Some(ip.parse().unwrap()),
                "{pool} {user}"
            );
        };
        check("10.0.0.5", 1, "10.0.0.5");
        check("10.0.0.5", 9, "10.0.0.5");
        check("10.0.0.1-10.0.0.3,::1", 3, "10.0.0.3");
        check("10.0.0.1-10.0.0.3,::1", 4, "::1");
        check("10.0.0.1-10.0.0.3,::1", 5, "10.0.0.1");
        check("10.0.0.0/30", 1, "10.0.0.1");
        check("10.0.0.0/30", 3, "10.0.0.1");
        check("10.0.0.7/32", 2, "10.0.0.7");
        check("fd00::/126", 2, "fd00::1");
        check("fd00::1/0", 1, "::");
        check("255.255.255.255/0", 1, "0.0.0.1");
        assert_eq!(LocalIps::default().of_user(1), None);
        for bad in ["x", "10.0.0.3-10.0.0.1", "10.0.0.1-::1", "10.0.0.0/33"] {
            assert!(LocalIps::parse(bad).is_err(), "{bad}");
        }
    }
}
