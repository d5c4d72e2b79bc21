//! What all clients of a process have in common.
//!
//! Main type: [`Settings`], built once from the run's options and the environment, and shared.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use model::Clock;
use model::options::Options;

use crate::dns::{DnsSettings, HostMap, HostPatterns, IpRange, Resolver};
use crate::h1::Limits;
use crate::local_ips::LocalIps;
use crate::proxy::ProxySettings;
use crate::rate::RateLimit;
use crate::shortage::Shortages;
use crate::tls::{ClientIdentity, Tls, TlsSettings};

/// What is spoken where a request has no wish of its own.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Http2 {
    /// HTTP/2 where TLS negotiates it.
    #[default]
    Auto,
    /// HTTP/2 without TLS too, without asking the server first.
    PriorKnowledge,
    /// Never.
    Off,
}

/// Who shares idle connections.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum PoolScope {
    /// Each virtual user has its own, as in k6.
    #[default]
    Client,
    /// All users of a worker thread share.
    Worker,
}

/// Settings of all clients. Change them before the first [`Worker`](crate::Worker) is made.
#[derive(Debug)]
pub struct Settings {
    /// The run's clock.
    pub clock: Clock,
    /// Where names lead instead of where name servers say.
    pub hosts: HostMap,
    /// Names that must not be called.
    pub block_hostnames: HostPatterns,
    /// Addresses that must not be called.
    pub blacklist_ips: Vec<IpRange>,
    /// Which URLs go through which proxy.
    pub proxies: ProxySettings,
    /// Addresses to call from; the kernel's choice when empty.
    pub local_ips: LocalIps,
    /// How long a TCP connection may take to come about.
    pub dial_timeout: Duration,
    /// After which silence TCP asks whether the peer is still there.
    pub keepalive: Duration,
    /// How much of a response is accepted.
    pub limits: Limits,
    /// Receive times come from the kernel where it has them.
    pub kernel_timestamps: bool,
    /// Which HTTP version is spoken.
    pub http2: Http2,
    /// Who shares idle connections.
    pub pool: PoolScope,
    /// Idle connections to one host that are kept; more are closed.
    pub max_idle_per_host: usize,
    /// Each request has a connection of its own.
    pub no_connection_reuse: bool,
    /// The `User-Agent` of requests that have none; empty for no header.
    pub user_agent: String,
    /// Hops carry the heads of requests and responses as they were on the wire.
    pub keep_wire: bool,
    /// What the machine ran out of.
    pub shortages: Shortages,
    pub(crate) resolver: Resolver,
    pub(crate) rate: Option<RateLimit>,
    pub(crate) tls: Tls,
}

/// The `User-Agent` by default.
pub const USER_AGENT: &str = concat!("Plimsoll/", env!("CARGO_PKG_VERSION"));

impl Settings {
    /// Whether requests wait for their turn because there may be only so many a second.
    #[must_use]
    pub fn limits_rate(&self) -> bool {
        self.rate.is_some()
    }

    /// The defaults, with these rules for TLS and names.
    ///
    /// # Errors
    /// When the rules leave no TLS to speak, or a client certificate cannot be used.
    pub fn new(clock: Clock, tls: TlsSettings, dns: DnsSettings) -> Result<Self, String> {
        Ok(Self {
            clock,
            hosts: HostMap::default(),
            block_hostnames: HostPatterns::default(),
            blacklist_ips: Vec::new(),
            proxies: ProxySettings::default(),
            local_ips: LocalIps::default(),
            dial_timeout: Duration::from_secs(30),
            keepalive: Duration::from_secs(30),
            limits: Limits::default(),
            kernel_timestamps: true,
            http2: Http2::default(),
            pool: PoolScope::default(),
            max_idle_per_host: 6,
            no_connection_reuse: false,
            user_agent: USER_AGENT.to_owned(),
            keep_wire: false,
            shortages: Shortages::default(),
            resolver: Resolver::new(dns, clock),
            rate: None,
            tls: Tls::new(tls)?,
        })
    }

    /// The range in which an address is blocked.
    pub(crate) fn blocked_range(&self, ip: IpAddr) -> Option<&IpRange> {
        self.blacklist_ips.iter().find(|range| range.contains(ip))
    }
}

/// Makes [`Settings`] from what the user said.
#[derive(Clone, Copy, Debug)]
pub struct SettingsBuilder<'a> {
    /// The run's clock.
    pub clock: Clock,
    /// The run's options.
    pub options: &'a Options,
    /// The environment, for proxies.
    pub env: &'a BTreeMap<String, String>,
    /// The `User-Agent` where the options say nothing.
    pub user_agent: &'a str,
}

impl SettingsBuilder<'_> {
    /// Reads the run's options and the proxies of the environment.
    ///
    /// # Errors
    /// For what cannot be done, in words for the user.
    pub fn build(self) -> Result<Settings, String> {
        let Self { clock, options, env, user_agent } = self;
        let dns = options.dns.as_ref().map(DnsSettings::from_options).transpose()?.unwrap_or_default();
        let mut settings = Settings::new(clock, tls_settings(options), dns)?;
        settings.proxies = ProxySettings::from_env(env)?;
        if let Some(hosts) = &options.hosts {
            settings.hosts = HostMap::new(hosts)?;
        }
        settings.block_hostnames = HostPatterns::new(options.block_hostnames.as_deref().unwrap_or_default())?;
        let ranges = options.blacklist_ips.iter().flatten();
        settings.blacklist_ips = ranges.map(|range| IpRange::parse(range)).collect::<Result<_, _>>()?;
        if let Some(local) = &options.local_ips {
            settings.local_ips = LocalIps::parse(local)?;
        }
        settings.rate = options.rps.and_then(|rps| u64::try_from(rps).ok()).and_then(RateLimit::new);
        settings.no_connection_reuse = options.no_connection_reuse.unwrap_or(false);
        settings.user_agent = options.user_agent.clone().unwrap_or_else(|| user_agent.to_owned());
        settings.max_idle_per_host = match options.batch_per_host {
            Some(count) if count > 0 => usize::try_from(count).unwrap_or(usize::MAX),
            // No limit on parallel requests means none on what they leave behind.
            Some(_) => usize::MAX,
            None => settings.max_idle_per_host,
        };
        settings.keep_wire =
            options.http_debug.as_deref().is_some_and(|debug| !matches!(debug, "" | "false"));
        if let Some(own) = &options.plimsoll {
            settings.kernel_timestamps = !own.no_kernel_timestamps;
            settings.pool = if own.shared_connections { PoolScope::Worker } else { PoolScope::Client };
            settings.http2 = if own.h2c { Http2::PriorKnowledge } else { Http2::Auto };
        }
        // Go's switch, which scripts' runners use.
        if env.get("GODEBUG").is_some_and(|debug| debug.split(',').any(|part| part == "http2client=0")) {
            settings.http2 = Http2::Off;
        }
        Ok(settings)
    }
}

fn tls_settings(options: &Options) -> TlsSettings {
    let versions = options.tls_version.as_ref();
    let identities = options.tls_auth.iter().flatten().map(|auth| ClientIdentity {
        cert: auth.cert.clone(),
        key: auth.key.clone(),
        password: auth.password.clone(),
        domains: auth.domains.clone(),
    });
    TlsSettings {
        insecure: options.insecure_skip_tls_verify.unwrap_or(false),
        min_version: versions.map(|versions| versions.min.clone()).unwrap_or_default(),
        max_version: versions.map(|versions| versions.max.clone()).unwrap_or_default(),
        cipher_suites: options.tls_cipher_suites.clone().unwrap_or_default(),
        identities: identities.collect(),
        authorities: options
            .plimsoll
            .as_ref()
            .map(|own| own.tls_authorities.clone().into_bytes())
            .unwrap_or_default(),
        resumption: options.plimsoll.as_ref().is_some_and(|own| own.tls_resumption),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn build(options: &serde_json::Value, env: &[(&str, &str)]) -> Result<Settings, String> {
        let (options, _) = Options::from_script(options).unwrap();
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        SettingsBuilder { clock: Clock::start(), options: &options, env: &env, user_agent: USER_AGENT }
            .build()
    }

    #[test]
    fn options_reach_their_settings() {
        let settings = build(
            &json!({
                "hosts": {"a.test": "127.0.0.1:81"}, "blockHostnames": ["*.bad.test"], "blacklistIPs": ["10.0.0.0/8"],
                "rps": 10, "userAgent": "", "noConnectionReuse": true, "batchPerHost": 0,
                "plimsoll": {"connectionPool": "worker", "kernelTimestamps": false, "h2c": true},
            }),
            &[("HTTP_PROXY", "p:1")],
        )
        .unwrap();
        assert!(settings.hosts.find("a.test", 80).is_some());
        assert!(settings.block_hostnames.find("x.bad.test").is_some());
        assert!(settings.blocked_range("10.1.1.1".parse().unwrap()).is_some());
        assert!(settings.rate.is_some() && settings.no_connection_reuse && !settings.kernel_timestamps);
        assert_eq!((settings.user_agent.as_str(), settings.max_idle_per_host), ("", usize::MAX));
        assert_eq!((settings.pool, settings.http2), (PoolScope::Worker, Http2::PriorKnowledge));
        assert_eq!(settings.proxies.http.as_ref().unwrap().port, 1);
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let check = |options: serde_json::Value, part: &str| {
            let error = build(&options, &[]).unwrap_err();
            assert!(error.contains(part), "{error}");
        };
        check(json!({"tlsVersion": "tls1.1"}), "TLS 1.0 and 1.1 are not supported");
        check(json!({"hosts": {"a": "nowhere"}}), "invalid IP address");
        check(json!({"blacklistIPs": ["x/8"]}), "invalid CIDR address");
        check(
            json!({"tlsVersion": "tls1.2", "tlsCipherSuites": ["TLS_RSA_WITH_RC4_128_SHA"]}),
            "tlsCipherSuites",
        );
    }

    #[test]
    fn gos_switch_turns_http2_off() {
        assert_eq!(build(&json!({}), &[("GODEBUG", "x=1,http2client=0")]).unwrap().http2, Http2::Off);
    }
}
