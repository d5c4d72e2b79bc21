//! Proxies, who is called without one, ranges of addresses and patterns of names.

use std::collections::BTreeMap;

use crate::dns::{HostPatterns, IpRange};
use crate::{LocalIps, Proxy, ProxyKind, ProxySettings, Url};

fn settings(proxy: &str, exceptions: &str) -> Option<ProxySettings> {
    let all = [("HTTP_PROXY", proxy), ("HTTPS_PROXY", proxy), ("NO_PROXY", exceptions)];
    let env: BTreeMap<_, _> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    ProxySettings::from_env(&env).ok()
}

/// The order of exceptions does not matter, more of them only take more away, and ranges mean what they show.
///
/// The input: a line with a proxy, a line with exceptions and patterns, then a URL.
pub fn addresses(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (proxy, list, url) = (line(), line(), line());
    if let Ok(proxy) = Proxy::parse(proxy) {
        reads_itself(&proxy);
    }
    for item in list.split(',') {
        let sources = LocalIps::parse(item).ok();
        for user in [1, 2, 255, 1 << 32] {
            let source = sources.as_ref().map(|sources| sources.of_user(user).expect("each user has one"));
            if let (Some(source), Ok(range)) = (source, IpRange::parse(item.trim())) {
                assert!(range.contains(source), "{source} for {item:?}");
            }
        }
        if let Ok(range) = IpRange::parse(item) {
            let again = IpRange::parse(range.as_str());
            assert_eq!(again.as_ref(), Ok(&range), "{item:?}");
            let network = range.as_str().split('/').next().unwrap_or_default();
            let network = network.parse().expect("a range shows its first address");
            assert!(range.contains(network), "{item:?} is without {network}");
        }
    }
    let Ok(url) = Url::parse(url) else { return };
    let direct = |list: &str| settings("p.test:1", list).is_some_and(|known| known.for_url(&url).is_none());
    let backwards: Vec<&str> = list.rsplit(',').collect();
    assert_eq!(direct(list), direct(&backwards.join(",")), "{list:?} backwards for {url}");
    assert!(!direct(list) || direct(&format!("x.test,{list}")), "{list:?} and one more for {url}");
    assert!(direct("*") && direct(&format!("{list},*")), "a star excepts {url}");
    let patterns: Vec<String> = list.split(',').map(str::to_owned).collect();
    if let Ok(blocked) = HostPatterns::new(&patterns)
        && let Some(pattern) = blocked.find(url.host())
    {
        let end = pattern.trim_start_matches('*').to_ascii_lowercase();
        assert!(url.host().to_ascii_lowercase().ends_with(&end), "{pattern} for {url}");
    }
}

fn reads_itself(proxy: &Proxy) {
    let scheme = match proxy.kind {
        ProxyKind::Http => "http",
        ProxyKind::Https => "https",
        ProxyKind::Socks5 => "socks5",
    };
    // Brackets may hold what is no address and would be another name without them.
    if !proxy.host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte)) {
        return;
    }
    let host = if proxy.host.contains(':') { format!("[{}]", proxy.host) } else { proxy.host.clone() };
    let written = format!("{scheme}://{host}:{}", proxy.port);
    let again = Proxy::parse(&written).unwrap_or_else(|error| panic!("{error} after {proxy:?}"));
    assert_eq!(again, Proxy { credentials: None, ..proxy.clone() }, "{written:?}");
    if let Some(authorization) = proxy.authorization() {
        assert!(crate::header::is_valid_value(authorization.as_bytes()), "{authorization:?}");
    }
}
