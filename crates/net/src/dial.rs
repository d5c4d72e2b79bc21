//! From a URL to a connected stream: block lists, names, TCP, proxies, TLS.
//!
//! Main function: [`connect`]. It takes the times of each phase. Connections that already exist are the
//! pool's business.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

use model::Nanos;
use nix::errno::Errno;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpSocket;

use crate::connection::{Io, Stream};
use crate::error::Kind;
use crate::proxy::{self, Proxy, ProxyKind};
use crate::socket::{Socket, enable_stamps};
use crate::tls::{Alpn, TlsStream};
use crate::trail::{Phase, Trail};
use crate::url::Url;
use crate::worker::Worker;

/// Who dials.
pub(crate) struct Caller<'a> {
    pub(crate) worker: &'a Rc<Worker>,
    /// The user's number, which decides over its source address.
    pub(crate) user: u64,
    /// Gives the user's own variant of a TLS configuration.
    pub(crate) sessions: &'a dyn Fn(&Arc<ClientConfig>) -> Arc<ClientConfig>,
    /// Wants a tunnel even of a proxy that takes whole URLs: what follows is no plain HTTP.
    pub(crate) tunnels: bool,
}

/// Makes a stream over which requests for `url` can be sent, through `proxy` if there is one.
pub(crate) async fn connect(
    caller: &Caller<'_>,
    url: &Url,
    proxy: Option<&Proxy>,
    alpn: Alpn,
    trail: &mut Trail,
) -> Result<Stream, Kind> {
    let port = url.port().ok_or(Kind::InvalidPort(url.given_port().unwrap_or_default()))?;
    let stream = match proxy {
        None => Stream::Plain(tcp(caller, url.host(), port, trail).await?),
        // What few connections need stays out of the future that each has while it is made.
        Some(proxy) => Box::pin(through(caller, proxy, url, port, trail)).await?,
    };
    if !url.is_tls() {
        return Ok(stream);
    }
    let Stream::Plain(socket) = stream else {
        return Err(Kind::Proxy("proxy: TLS inside the TLS of a proxy is not supported".to_owned()));
    };
    Box::pin(secure(caller, socket, url.host(), alpn, trail)).await
}

/// A stream to a proxy, with a tunnel in it where one is needed.
async fn through(
    caller: &Caller<'_>,
    proxy: &Proxy,
    url: &Url,
    port: u16,
    trail: &mut Trail,
) -> Result<Stream, Kind> {
    let socket = tcp(caller, &proxy.host, proxy.port, trail).await?;
    let stream = match proxy.kind {
        ProxyKind::Https => secure(caller, socket, &proxy.host, Alpn::Http1, trail).await?,
        ProxyKind::Http | ProxyKind::Socks5 => Stream::Plain(socket),
    };
    if !caller.tunnels && proxy.takes_absolute_urls(url) {
        return Ok(stream);
    }
    let mut io = Io::new(stream, Rc::clone(caller.worker));
    if proxy.kind == ProxyKind::Socks5 {
        proxy::socks_tunnel(&mut io, proxy, url.host(), port).await?;
    } else {
        let host = url.host();
        let authority =
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        proxy::http_tunnel(&mut io, proxy, &authority, &caller.worker.settings.user_agent).await?;
    }
    Ok(io.into_stream())
}

/// Where a host leads, with all that forbids to go there.
async fn destination(
    caller: &Caller<'_>,
    host: &str,
    port: u16,
    trail: &mut Trail,
) -> Result<SocketAddr, Kind> {
    let settings = &caller.worker.settings;
    let literal: Option<IpAddr> = host.parse().ok();
    if literal.is_none()
        && let Some(pattern) = settings.block_hostnames.find(host)
    {
        return Err(Kind::BlockedHost { host: host.to_owned(), pattern: pattern.to_owned() });
    }
    let remote = match (settings.hosts.find(host, port), literal) {
        (Some(found), _) => SocketAddr::new(found.ip, found.port.unwrap_or(port)),
        (None, Some(ip)) => SocketAddr::new(ip, port),
        (None, None) => {
            let from = settings.clock.now();
            let ip = Box::pin(settings.resolver.resolve(host, caller.worker.dice())).await;
            trail.lookup = Phase { from, to: settings.clock.now() };
            SocketAddr::new(ip?, port)
        }
    };
    match settings.blocked_range(remote.ip()) {
        Some(range) => Err(Kind::BlockedAddress { ip: remote.ip(), range: range.as_str().to_owned() }),
        None => Ok(remote),
    }
}

async fn tcp(caller: &Caller<'_>, host: &str, port: u16, trail: &mut Trail) -> Result<Socket, Kind> {
    let worker = caller.worker;
    let settings = &worker.settings;
    let remote = destination(caller, host, port, trail).await?;
    let from = settings.clock.now();
    trail.connect = Phase { from, to: Nanos::ZERO };
    let prepared =
        prepare(caller, remote).map_err(|(error, step)| dial_fault(worker, remote, &error, step))?;
    let stamped = prepared.1;
    let connecting = prepared.0.connect(remote);
    let stream = match tokio::time::timeout(settings.dial_timeout, connecting).await {
        Err(_) => return Err(Kind::DialTimeout(remote)),
        Ok(Err(error)) => return Err(dial_fault(worker, remote, &error, "connect")),
        Ok(Ok(stream)) => stream,
    };
    trail.connect.to = settings.clock.now();
    worker.count(|counts| {
        counts.dialled += 1;
        counts.unstamped += u64::from(!stamped);
    });
    Ok(Socket::new(stream, remote, stamped))
}

/// A socket that is ready to connect, and whether its bytes will have timestamps.
fn prepare(
    caller: &Caller<'_>,
    remote: SocketAddr,
) -> Result<(TcpSocket, bool), (std::io::Error, &'static str)> {
    let settings = &caller.worker.settings;
    let at = |step: &'static str| move |error| (error, step);
    let socket =
        if remote.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.map_err(at("socket"))?;
    socket.set_nodelay(true).map_err(at("setsockopt"))?;
    let keepalive = TcpKeepalive::new().with_time(settings.keepalive).with_interval(settings.keepalive / 2);
    SockRef::from(&socket).set_tcp_keepalive(&keepalive).map_err(at("setsockopt"))?;
    let stamped = settings.kernel_timestamps && enable_stamps(&socket);
    if let Some(local) = settings.local_ips.of_user(caller.user).filter(|ip| ip.is_ipv4() == remote.is_ipv4())
    {
        socket.bind(SocketAddr::new(local, 0)).map_err(at("bind"))?;
    }
    Ok((socket, stamped))
}

fn dial_fault(worker: &Worker, remote: SocketAddr, error: &std::io::Error, step: &'static str) -> Kind {
    let errno = error.raw_os_error().unwrap_or_default();
    match Errno::from_raw(errno) {
        Errno::EMFILE | Errno::ENFILE => {
            worker.settings.shortages.count_descriptor();
            worker.count(|counts| counts.descriptors_exhausted += 1);
        }
        Errno::EADDRNOTAVAIL => {
            worker.settings.shortages.count_port();
            worker.count(|counts| counts.ports_exhausted += 1);
        }
        _ => {}
    }
    Kind::Dial { remote, errno, step }
}

async fn secure(
    caller: &Caller<'_>,
    socket: Socket,
    host: &str,
    alpn: Alpn,
    trail: &mut Trail,
) -> Result<Stream, Kind> {
    let worker = caller.worker;
    let config = worker.settings.tls.config(host, alpn).map_err(Kind::Tls)?;
    let config = if worker.settings.tls.resumes() { (caller.sessions)(&config) } else { config };
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        Kind::Tls(format!("tls: {} is no name for a certificate", crate::url::quoted(host.as_bytes())))
    })?;
    let from = worker.clock().now();
    let mut tls = TlsStream::start(socket, config, name)?;
    let outcome = std::future::poll_fn(|context| {
        let mut scratch = worker.scratch.borrow_mut();
        tls.poll_handshake(context, scratch.both().1)
    })
    .await;
    trail.handshake = Phase { from, to: worker.clock().now() };
    outcome?;
    Ok(Stream::Tls(Box::new(tls)))
}
