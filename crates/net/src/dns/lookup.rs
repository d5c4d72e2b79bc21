//! The thread that looks names up, by name servers and by the C library.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use tokio::sync::mpsc;

use super::policy::{Addresses, Policy};
use super::{Answer, Memory};
use crate::error::Kind;

/// Answers questions until nobody can ask any more.
pub(super) struct Lookup {
    pub(super) policy: Policy,
    /// Whom to ask; the machine's name servers when empty.
    pub(super) servers: Vec<SocketAddr>,
    pub(super) memory: Memory,
}

impl Lookup {
    pub(super) fn run(self, mut names: mpsc::UnboundedReceiver<String>) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return self.memory.give_up();
        };
        let lookup = Arc::new(self);
        runtime.block_on(async {
            // Without a configuration of name servers there is still the C library's way.
            let resolver = lookup.name_servers();
            while let Some(host) = names.recv().await {
                let (lookup, resolver) = (Arc::clone(&lookup), resolver.clone());
                tokio::spawn(async move {
                    let answer = lookup.answer(resolver, &host).await;
                    lookup.memory.tell(&host, &answer);
                });
            }
        });
    }

    fn name_servers(&self) -> Option<TokioResolver> {
        let mut builder = if self.servers.is_empty() {
            TokioResolver::builder_tokio().ok()?
        } else {
            let servers = self.servers.iter().map(|server| {
                let on_port = |mut connection: ConnectionConfig| {
                    connection.port = server.port();
                    connection
                };
                let ways = vec![on_port(ConnectionConfig::udp()), on_port(ConnectionConfig::tcp())];
                NameServerConfig::new(server.ip(), true, ways)
            });
            let config = ResolverConfig::from_name_servers(servers.collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let options = builder.options_mut();
        // How long answers live is our option, not the records'.
        options.cache_size = 0;
        options.ip_strategy = match self.policy {
            Policy::OnlyIpv4 => LookupIpStrategy::Ipv4Only,
            Policy::OnlyIpv6 => LookupIpStrategy::Ipv6Only,
            Policy::PreferIpv4 => LookupIpStrategy::Ipv4thenIpv6,
            Policy::PreferIpv6 => LookupIpStrategy::Ipv6thenIpv4,
            Policy::Any => LookupIpStrategy::Ipv4AndIpv6,
        };
        builder.build().ok()
    }

    async fn answer(&self, resolver: Option<TokioResolver>, host: &str) -> Answer {
        let found = match resolver {
            Some(resolver) => match resolver.lookup_ip(host).await {
                Ok(found) => Ok(found.iter().collect()),
                Err(error) if error.is_no_records_found() && host.contains('.') => {
                    Err(Kind::NoSuchHost(host.to_owned()))
                }
                Err(NetError::Timeout) => {
                    Err(Kind::Lookup { host: host.to_owned(), reason: "i/o timeout".to_owned() })
                }
                // Names of one label may be known to the machine by other ways than name servers.
                Err(_) => system_lookup(host).await,
            },
            None => system_lookup(host).await,
        };
        let addresses = self.policy.filter(found?);
        if addresses.is_empty() {
            return Err(Kind::NoSuchHost(host.to_owned()));
        }
        Ok(Arc::new(Addresses::new(addresses)))
    }
}

/// Asks the C library, which knows the machine's other sources of names.
async fn system_lookup(host: &str) -> Result<Vec<IpAddr>, Kind> {
    match tokio::net::lookup_host((host, 0)).await {
        Ok(found) => {
            let mut addresses: Vec<IpAddr> = Vec::new();
            for address in found.map(|address| address.ip()) {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
            Ok(addresses)
        }
        // The library's error is a sentence; "not known" is how each libc says that there is no such name.
        Err(error) if error.to_string().contains("not known") => Err(Kind::NoSuchHost(host.to_owned())),
        Err(error) => Err(Kind::Lookup { host: host.to_owned(), reason: error.to_string() }),
    }
}
