//! What holds for all connections of the process.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use model::{Clock, Nanos, Options};

use crate::dns::{DnsCache, Policy};
use crate::tls::{Tls, TlsOptions};

/// Bounds on what a server may send.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) header_bytes: usize,
    pub(crate) headers: usize,
    pub(crate) interim_responses: usize,
    pub(crate) body_bytes: usize,
    pub(crate) discarded_bytes: u64,
    pub(crate) chunk_line_bytes: usize,
    pub(crate) chunk_overhead_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_bytes: 1 << 20,
            headers: 8_192,
            interim_responses: 5,
            body_bytes: 512 << 20,
            discarded_bytes: 1 << 40,
            chunk_line_bytes: 16 << 10,
            chunk_overhead_bytes: 64 << 10,
        }
    }
}

/// The settings of a process, made once.
pub struct Settings {
    pub(crate) clock: Clock,
    pub(crate) user_agent: Option<String>,
    pub(crate) tls: Tls,
    pub(crate) dns: DnsCache,
    pub(crate) hosts: Vec<(String, HostTarget)>,
    pub(crate) block_hostnames: Vec<String>,
    pub(crate) blacklist: Vec<(String, Network)>,
    pub(crate) local_ips: Vec<IpAddr>,
    pub(crate) no_connection_reuse: bool,
    pub(crate) shared_connections: bool,
    /// HTTP/2 without TLS, by prior knowledge.
    pub(crate) h2c: bool,
    pub(crate) kernel_timestamps: bool,
    pub(crate) idle_per_host: usize,
    pub(crate) limits: Limits,
    pub(crate) pace: Option<Pace>,
    pub(crate) proxies: Proxies,
}

/// Where a host name leads instead of to its own address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct HostTarget {
    pub(crate) ip: IpAddr,
    pub(crate) port: Option<u16>,
}

/// A range of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Network {
    base: u128,
    bits: u32,
    v4: bool,
}

impl Network {
    /// Reads `10.0.0.0/8`, `::1/128` or a single address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (ip, bits) = text.split_once('/').map_or((text, None), |(ip, bits)| (ip, Some(bits)));
        let ip: IpAddr = ip.trim().parse().ok()?;
        let (base, width) = number(ip);
        let bits = bits.map_or(Some(width), |bits| bits.trim().parse().ok().filter(|bits| *bits <= width))?;
        Some(Self { base, bits, v4: ip.is_ipv4() })
    }

    /// Whether an address is in the range.
    pub(crate) fn contains(&self, ip: IpAddr) -> bool {
        let (number, width) = number(ip);
        ip.is_ipv4() == self.v4 && (self.bits == 0 || (number ^ self.base) >> (width - self.bits) == 0)
    }
}

fn number(ip: IpAddr) -> (u128, u32) {
    match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    }
}

/// Spaces requests out evenly over all users of the process, as the `rps` option asks.
pub(crate) struct Pace {
    period: Nanos,
    next: std::sync::atomic::AtomicU64,
}

impl Pace {
    /// The turn of a request that is ready `now`.
    pub(crate) fn turn(&self, now: Nanos) -> Nanos {
        use std::sync::atomic::Ordering;
        let claimed = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            Some(next.max(now.0).saturating_add(self.period.0))
        });
        Nanos(claimed.unwrap_or(now.0).max(now.0))
    }
}

/// Proxies by the environment's word.
#[derive(Clone, Default, Debug)]
pub(crate) struct Proxies {
    pub(crate) http: Option<String>,
    pub(crate) https: Option<String>,
    pub(crate) none_for: Vec<String>,
}

impl Proxies {
    fn from_env(env: &BTreeMap<String, String>) -> Self {
        let get = |name: &str| {
            let value = env.get(&name.to_ascii_uppercase()).or_else(|| env.get(&name.to_ascii_lowercase()));
            value.filter(|value| !value.is_empty()).cloned()
        };
        let none_for = get("no_proxy").unwrap_or_default();
        Self {
            http: get("http_proxy"),
            https: get("https_proxy"),
            none_for: none_for
                .split(',')
                .map(|host| host.trim().to_ascii_lowercase())
                .filter(|host| !host.is_empty())
                .collect(),
        }
    }

    /// The proxy for a host; loopback never has one.
    pub(crate) fn of(&self, tls: bool, host: &str) -> Option<&str> {
        let proxy = if tls { self.https.as_deref() } else { self.http.as_deref() }?;
        let host = host.to_ascii_lowercase();
        let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let spared = self.none_for.iter().any(|pattern| {
            let domain = pattern.trim_start_matches("*.").trim_start_matches('.');
            pattern == "*"
                || host == domain
                || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
        });
        (!loopback && !spared).then_some(proxy)
    }
}

/// Makes [`Settings`] from options.
pub struct SettingsBuilder<'a> {
    /// The run's clock.
    pub clock: Clock,
    /// The consolidated options.
    pub options: &'a Options,
    /// The environment, for proxies and roots.
    pub env: &'a BTreeMap<String, String>,
    /// The `User-Agent` of requests that set none.
    pub user_agent: &'a str,
}

impl SettingsBuilder<'_> {
    /// Checks the options and makes the settings.
    ///
    /// # Errors
    /// For options that mean nothing, in a sentence for the user.
    pub fn build(self) -> Result<Settings, String> {
        let options = self.options;
        let ours = options.plimsoll.clone().unwrap_or_default();
        let tls = Tls::new(TlsOptions {
            insecure: options.insecure_skip_tls_verify.unwrap_or(false),
            versions: options.tls_version.clone(),
            cipher_suites: options.tls_cipher_suites.clone(),
            auth: options.tls_auth.clone().unwrap_or_default(),
            roots_file: self.env.get("SSL_CERT_FILE").filter(|file| !file.is_empty()).cloned(),
        })?;
        let dns = options.dns.clone().unwrap_or_default();
        let ttl = match dns.ttl.as_deref() {
            None => Some(Duration::from_secs(300)),
            Some("inf") => Some(Duration::MAX),
            Some(text) => {
                Some(model::duration::parse(text).map_err(|error| format!("invalid DNS TTL: {error}"))?)
            }
        };
        let hosts = options
            .hosts
            .iter()
            .flatten()
            .map(|(name, target)| Ok((name.to_ascii_lowercase(), host_target(target)?)));
        let blacklist = options.blacklist_ips.iter().flatten().map(|range| {
            let network = Network::parse(range).ok_or_else(|| format!("invalid CIDR address: {range}"))?;
            Ok::<_, String>((range.clone(), network))
        });
        let user_agent = options.user_agent.clone().unwrap_or_else(|| self.user_agent.to_owned());
        let idle = options.batch_per_host.unwrap_or(6);
        Ok(Settings {
            clock: self.clock,
            user_agent: (!user_agent.is_empty()).then_some(user_agent),
            tls,
            dns: DnsCache::new(
                ttl.unwrap_or_default(),
                Policy::parse(dns.select.as_deref(), dns.policy.as_deref()),
            ),
            hosts: hosts.collect::<Result<_, String>>()?,
            block_hostnames: options
                .block_hostnames
                .iter()
                .flatten()
                .map(|name| name.to_ascii_lowercase())
                .collect(),
            blacklist: blacklist.collect::<Result<_, String>>()?,
            local_ips: options.local_ips.as_deref().map(local_ips).transpose()?.unwrap_or_default(),
            no_connection_reuse: options.no_connection_reuse.unwrap_or(false),
            shared_connections: ours.shared_connections,
            h2c: ours.h2c,
            kernel_timestamps: !ours.no_kernel_timestamps,
            idle_per_host: if idle <= 0 { 1_000 } else { usize::try_from(idle).unwrap_or(6) },
            limits: Limits::default(),
            pace: options.rps.filter(|rps| *rps > 0).map(|rps| Pace {
                period: Nanos(1_000_000_000 / rps.unsigned_abs()),
                next: std::sync::atomic::AtomicU64::new(0),
            }),
            proxies: Proxies::from_env(self.env),
        })
    }
}

/// Reads `1.2.3.4`, `1.2.3.4:80` or `[::1]:80`.
fn host_target(text: &str) -> Result<HostTarget, String> {
    if let Ok(ip) = text.trim_matches(['[', ']']).parse() {
        return Ok(HostTarget { ip, port: None });
    }
    let address: SocketAddr = text.parse().map_err(|_| format!("invalid IP address in hosts: {text}"))?;
    Ok(HostTarget { ip: address.ip(), port: Some(address.port()) })
}

/// Reads `10.0.0.1-10.0.0.9,192.168.0.0/30`.
fn local_ips(text: &str) -> Result<Vec<IpAddr>, String> {
    const MOST: u128 = 65_536;
    let invalid = |part: &str| format!("invalid local IP range: {part}");
    let mut all = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (first, last) = if let Some((first, last)) = part.split_once('-') {
            let ip = |text: &str| text.trim().parse::<IpAddr>().map_err(|_| invalid(part));
            (ip(first)?, ip(last)?)
        } else {
            let network = Network::parse(part).ok_or_else(|| invalid(part))?;
            let width = if network.v4 { 32 } else { 128 };
            let mask = if network.bits == width { 0 } else { (1u128 << (width - network.bits)) - 1 };
            (address(network.base & !mask, network.v4), address(network.base | mask, network.v4))
        };
        let (low, high) = (number(first).0, number(last).0);
        if first.is_ipv4() != last.is_ipv4() || high < low || high - low >= MOST {
            return Err(invalid(part));
        }
        all.extend((low..=high).map(|number| address(number, first.is_ipv4())));
    }
    Ok(all)
}

fn address(number: u128, v4: bool) -> IpAddr {
    if v4 { IpAddr::V4((number as u32).into()) } else { IpAddr::V6(number.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let check = |range: &str, ip: &str, expected: bool| {
            let network = Network::parse(range).expect("a range");
            assert_eq!(network.contains(ip.parse().expect("an address")), expected, "{range} {ip}");
        };
        check("127.0.0.0/8", "127.9.9.9", true);
        check("127.0.0.0/8", "128.0.0.1", false);
        check("10.0.0.1", "10.0.0.1", true);
        check("0.0.0.0/0", "1.2.3.4", true);
        check("::/0", "1.2.3.4", false);
        assert_eq!(local_ips("10.0.0.1-10.0.0.3,10.0.1.0/31").expect("ranges").len(), 5);
        assert!(local_ips("10.0.0.9-10.0.0.1").is_err());
    }
}
