//! Names to addresses: the system's resolver behind a cache of our own.

use std::collections::HashMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{Clock, Nanos};

use crate::error::{Error, Kind};

/// Which of several addresses is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Select {
    First,
    Random,
    RoundRobin,
}

/// Which family of addresses is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Family {
    PreferV4,
    PreferV6,
    OnlyV4,
    OnlyV6,
    Any,
}

/// How an address is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Policy {
    select: Select,
    family: Family,
}

impl Policy {
    /// What the options say; they have been checked.
    pub(crate) fn parse(select: Option<&str>, family: Option<&str>) -> Self {
        let is =
            |value: Option<&str>, name: &str| value.is_some_and(|value| value.eq_ignore_ascii_case(name));
        Self {
            select: match select {
                select if is(select, "first") => Select::First,
                select if is(select, "roundRobin") => Select::RoundRobin,
                _ => Select::Random,
            },
            family: match family {
                family if is(family, "preferIPv6") => Family::PreferV6,
                family if is(family, "onlyIPv4") => Family::OnlyV4,
                family if is(family, "onlyIPv6") => Family::OnlyV6,
                family if is(family, "any") => Family::Any,
                _ => Family::PreferV4,
            },
        }
    }
}

/// Addresses by name, for all users of the process.
pub(crate) struct DnsCache {
    ttl: Duration,
    policy: Policy,
    known: Mutex<HashMap<String, (Nanos, Vec<IpAddr>)>>,
    next: AtomicUsize,
}

/// Names that the cache holds at most.
const NAMES_MAX: usize = 10_000;

impl DnsCache {
    pub(crate) fn new(ttl: Duration, policy: Policy) -> Self {
        Self { ttl, policy, known: Mutex::default(), next: AtomicUsize::new(0) }
    }

    /// An address for `host`, and how long finding it took.
    pub(crate) async fn lookup(&self, host: &str, clock: Clock) -> Result<(IpAddr, Nanos), Error> {
        if let Ok(ip) = host.parse() {
            return Ok((ip, Nanos::ZERO));
        }
        let start = clock.now();
        let cached = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(host).filter(|(until, _)| *until > start).map(|(_, ips)| ips.clone())
        };
        if let Some(ips) = cached {
            return self.choose(host, &ips).map(|ip| (ip, Nanos::ZERO));
        }
        let ips = resolve(host.to_owned()).await?;
        let took = clock.now() - start;
        if !self.ttl.is_zero() {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= NAMES_MAX {
                known.clear();
            }
            known.insert(host.to_owned(), (start + self.ttl.into(), ips.clone()));
        }
        self.choose(host, &ips).map(|ip| (ip, took))
    }

    fn choose(&self, host: &str, ips: &[IpAddr]) -> Result<IpAddr, Error> {
        let (v4, v6): (Vec<IpAddr>, Vec<IpAddr>) = ips.iter().partition(|ip| ip.is_ipv4());
        let candidates = match self.policy.family {
            Family::PreferV4 if v4.is_empty() => v6,
            Family::PreferV4 | Family::OnlyV4 => v4,
            Family::PreferV6 if v6.is_empty() => v4,
            Family::PreferV6 | Family::OnlyV6 => v6,
            Family::Any => ips.to_vec(),
        };
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        let index = match self.policy.select {
            Select::First => 0,
            Select::RoundRobin => count,
            // A number that jumps about is random enough to spread load.
            Select::Random => count.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 17,
        };
        let host = || host.to_owned();
        candidates
            .get(index % candidates.len().max(1))
            .copied()
            .ok_or_else(|| Error::new(Kind::NoSuchHost { host: host() }))
    }
}

/// Asks the system, whose resolver blocks and so has a thread to itself.
async fn resolve(host: String) -> Result<Vec<IpAddr>, Error> {
    let asked = host.clone();
    let answer = tokio::task::spawn_blocking(move || (asked.as_str(), 0u16).to_socket_addrs()).await;
    match answer {
        Ok(Ok(addresses)) => {
            let mut ips: Vec<IpAddr> = addresses.map(|address| address.ip()).collect();
            ips.dedup();
            if ips.is_empty() { Err(Error::new(Kind::NoSuchHost { host })) } else { Ok(ips) }
        }
        Ok(Err(error)) => {
            let reason = error.to_string();
            // The standard library hands on the resolver's sentence, not its number.
            let unknown =
                ["not known", "No address", "nodename nor servname"].iter().any(|part| reason.contains(part));
            Err(Error::new(if unknown { Kind::NoSuchHost { host } } else { Kind::Lookup { host, reason } }))
        }
        Err(error) => Err(Error::new(Kind::Lookup { host, reason: error.to_string() })),
    }
}
