//! Making connections: block lists, names, proxies, TCP, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use model::Nanos;
use tokio::net::TcpSocket;

use crate::connection::Connection;
use crate::error::{Error, Kind};
use crate::request::VersionPreference;
use crate::settings::{HostTarget, Settings};
use crate::socket::Socket;
use crate::url::Url;

/// How long connecting may take.
const DIAL_TIMEOUT: Duration = Duration::from_secs(30);

/// A fresh connection and how long its parts took.
pub(crate) struct Dialled {
    pub(crate) connection: Connection,
    pub(crate) lookup: Nanos,
    pub(crate) connect: Nanos,
    pub(crate) tls: Nanos,
    /// Whether requests go to a proxy that wants the whole address in their first line.
    pub(crate) absolute_form: bool,
}

/// Connects to where `url` leads, for virtual user `vu`; TLS offers the wanted versions of HTTP.
pub(crate) async fn dial(
    settings: &Settings,
    url: &Url,
    vu: u64,
    version: VersionPreference,
) -> Result<Dialled, Error> {
    let clock = settings.clock;
    let port = url
        .port()
        .ok_or_else(|| Error::new(Kind::BadPort { port: url.port_text().unwrap_or_default().to_owned() }))?;
    check_hostname(settings, url.host())?;
    if let Some(proxy) = settings.proxies.of(url.is_tls(), url.host()) {
        return through_proxy(settings, url, port, proxy, vu, version).await;
    }
    let (address, lookup) = resolve(settings, url, port).await?;
    check_address(settings, address.ip())?;
    let start = clock.now();
    let socket = connect(settings, address, vu).await?;
    let connect = clock.now() - start;
    let (connection, tls) = secure(settings, url, socket, version).await?;
    Ok(Dialled { connection, lookup, connect, tls, absolute_form: false })
}

async fn secure(
    settings: &Settings,
    url: &Url,
    socket: Socket,
    version: VersionPreference,
) -> Result<(Connection, Nanos), Error> {
    if !url.is_tls() {
        return Ok((Connection::plain(socket), Nanos::ZERO));
    }
    let start = settings.clock.now();
    let state = settings.tls.connect(url.host(), version)?;
    let connection = Connection::secure(socket, state).await?;
    Ok((connection, settings.clock.now() - start))
}

fn check_hostname(settings: &Settings, host: &str) -> Result<(), Error> {
    let host = host.to_ascii_lowercase();
    let blocked = settings.block_hostnames.iter().find(|pattern| match pattern.strip_prefix('*') {
        Some(suffix) => host.ends_with(suffix),
        None => **pattern == host,
    });
    match blocked {
        Some(pattern) => Err(Error::new(Kind::BlockedHostname { host, pattern: pattern.clone() })),
        None => Ok(()),
    }
}

fn check_address(settings: &Settings, ip: IpAddr) -> Result<(), Error> {
    match settings.blacklist.iter().find(|(_, network)| network.contains(ip)) {
        Some((range, _)) => Err(Error::new(Kind::BlacklistedIp { ip: ip.to_string(), range: range.clone() })),
        None => Ok(()),
    }
}

async fn resolve(settings: &Settings, url: &Url, port: u16) -> Result<(SocketAddr, Nanos), Error> {
    if let Some(target) = host_target(settings, url, port) {
        return Ok((SocketAddr::new(target.ip, target.port.unwrap_or(port)), Nanos::ZERO));
    }
    let (ip, took) = settings.dns.lookup(url.host(), settings.clock).await?;
    Ok((SocketAddr::new(ip, port), took))
}

/// What the `hosts` option says of a host: with its port first, then the name, then wildcards.
fn host_target(settings: &Settings, url: &Url, port: u16) -> Option<HostTarget> {
    if settings.hosts.is_empty() {
        return None;
    }
    let host = url.host().to_ascii_lowercase();
    let exact =
        |name: &str| settings.hosts.iter().find(|(known, _)| known == name).map(|(_, target)| *target);
    exact(&format!("{host}:{port}")).or_else(|| exact(&host)).or_else(|| {
        settings
            .hosts
            .iter()
            .filter_map(|(known, target)| Some((known.strip_prefix('*')?, target)))
            .find(|(suffix, _)| host.ends_with(suffix))
            .map(|(_, target)| *target)
    })
}

async fn connect(settings: &Settings, address: SocketAddr, vu: u64) -> Result<Socket, Error> {
    let failed = |error: io::Error| Error::new(Kind::Dial { address: address.to_string(), error });
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.map_err(failed)?;
    let sources: Vec<_> = settings.local_ips.iter().filter(|ip| ip.is_ipv4() == address.is_ipv4()).collect();
    if !sources.is_empty() {
        let source = *sources[usize::try_from(vu).unwrap_or(0) % sources.len()];
        socket.bind(SocketAddr::new(source, 0)).map_err(failed)?;
    }
    socket.set_keepalive(true).map_err(failed)?;
    match tokio::time::timeout(DIAL_TIMEOUT, socket.connect(address)).await {
        Ok(Ok(stream)) => Socket::new(stream, settings.clock, settings.kernel_timestamps).map_err(failed),
        Ok(Err(error)) => Err(failed(error)),
        Err(_) => Err(Error::new(Kind::DialTimeout { address: address.to_string() })),
    }
}

/// Connects by way of a proxy: `CONNECT` for TLS, whole addresses for the rest.
async fn through_proxy(
    settings: &Settings,
    url: &Url,
    port: u16,
    proxy: &str,
    vu: u64,
    version: VersionPreference,
) -> Result<Dialled, Error> {
    let clock = settings.clock;
    let with_scheme = if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") };
    let proxy = Url::parse(&with_scheme)
        .map_err(|error| Error::generic(format!("invalid proxy address: {error}")))?;
    if proxy.scheme() != "http" {
        return Err(Error::generic(format!(
            "proxies of kind {:?} are not supported; use an http:// one",
            proxy.scheme()
        )));
    }
    let proxy_port = proxy.port().ok_or_else(|| Error::generic("invalid port in the proxy's address"))?;
    let (ip, lookup) = settings.dns.lookup(proxy.host(), clock).await?;
    let start = clock.now();
    let mut socket = connect(settings, SocketAddr::new(ip, proxy_port), vu).await?;
    let connect = clock.now() - start;
    if !url.is_tls() {
        return Ok(Dialled {
            connection: Connection::plain(socket),
            lookup,
            connect,
            tls: Nanos::ZERO,
            absolute_form: true,
        });
    }
    let host = if url.host().contains(':') { format!("[{}]", url.host()) } else { url.host().to_owned() };
    let mut ask = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some((user, password)) = proxy.user() {
        let token = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        ask.push_str(&format!("Proxy-Authorization: Basic {token}\r\n"));
    }
    ask.push_str("\r\n");
    let broken = |error: io::Error| Error::generic(format!("the proxy broke the connection: {error}"));
    socket.write_all(ask.as_bytes()).await.map_err(broken)?;
    let mut answer = Vec::new();
    let mut chunk = [0u8; 1024];
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        let arrival = socket.read(&mut chunk).await.map_err(broken)?;
        answer.extend_from_slice(&chunk[..arrival.bytes]);
        if arrival.bytes == 0 || answer.len() > 16 * 1024 {
            return Err(Error::generic("the proxy did not answer CONNECT"));
        }
    }
    let line = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
    if line.split(' ').nth(1) != Some("200") {
        let reason = line.split_once(' ').map_or(line.as_str(), |parts| parts.1).to_owned();
        return Err(Error::generic(reason));
    }
    let (connection, tls) = secure(settings, url, socket, version).await?;
    Ok(Dialled { connection, lookup, connect, tls, absolute_form: false })
}
