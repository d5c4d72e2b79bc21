//! Getting a byte stream to a server out of a proxy.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::Proxy;
use crate::error::Kind;
use crate::h1::{Decoder, Expect, Limits};

fn failed(reason: impl Into<String>) -> Kind {
    Kind::Proxy(reason.into())
}

fn broken(error: &std::io::Error) -> Kind {
    failed(format!("proxy: {error}"))
}

/// Asks an HTTP proxy for a tunnel to `authority`, which has a port.
pub(crate) async fn http_tunnel<T>(
    stream: &mut T,
    proxy: &Proxy,
    authority: &str,
    user_agent: &str,
) -> Result<(), Kind>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if !user_agent.is_empty() {
        request.push_str(&format!("User-Agent: {user_agent}\r\n"));
    }
    if let Some(authorization) = proxy.authorization() {
        request.push_str(&format!("Proxy-Authorization: {authorization}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|error| broken(&error))?;
    stream.flush().await.map_err(|error| broken(&error))?;
    let limits = Limits { head_bytes: 64 * 1024, ..Limits::default() };
    let mut decoder = Decoder::new(Expect { no_body: true, discard: true, limits });
    let mut buffer = [0; 2048];
    while !decoder.is_done() {
        let count = stream.read(&mut buffer).await.map_err(|error| broken(&error))?;
        if count == 0 {
            return Err(decoder.end().err().unwrap_or(Kind::UnexpectedEof));
        }
        let taken = decoder.feed(&buffer[..count])?;
        if decoder.is_done() && taken < count {
            return Err(failed("proxy: bytes came before the tunnel was used"));
        }
    }
    match decoder.into_parts().0 {
        Some(head) if (200..300).contains(&head.status) => Ok(()),
        // Go says no more than the status line's text.
        Some(head) => Err(failed(head.status_text())),
        None => Err(Kind::UnexpectedEof),
    }
}

/// Asks a SOCKS5 proxy (RFC 1928) for a connection to a host, which the proxy looks up.
pub(crate) async fn socks_tunnel<T>(stream: &mut T, proxy: &Proxy, host: &str, port: u16) -> Result<(), Kind>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    const VERSION: u8 = 5;
    const NO_AUTHENTICATION: u8 = 0;
    const PASSWORD: u8 = 2;
    let methods: &[u8] =
        if proxy.credentials.is_some() { &[NO_AUTHENTICATION, PASSWORD] } else { &[NO_AUTHENTICATION] };
    let mut hello = vec![VERSION, methods.len() as u8];
    hello.extend_from_slice(methods);
    let answer: [u8; 2] = ask(stream, &hello).await?;
    if answer[0] != VERSION {
        return Err(failed(format!("socks connect: unexpected protocol version {}", answer[0])));
    }
    match (answer[1], &proxy.credentials) {
        (NO_AUTHENTICATION, _) => {}
        (PASSWORD, Some((user, password))) => authenticate(stream, user, password).await?,
        _ => return Err(failed("socks connect: no acceptable authentication methods")),
    }
    let mut request = vec![VERSION, 1, 0];
    address(&mut request, host)?;
    request.extend_from_slice(&port.to_be_bytes());
    let answer: [u8; 4] = ask(stream, &request).await?;
    if answer[1] != 0 {
        return Err(failed(format!("socks connect: {}", reply_text(answer[1]))));
    }
    let rest = match answer[3] {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await.map_err(|error| broken(&error))?),
        other => return Err(failed(format!("socks connect: unknown address type {other}"))),
    };
    let mut bound = vec![0; rest + 2];
    stream.read_exact(&mut bound).await.map_err(|error| broken(&error))?;
    Ok(())
}

async fn ask<T, const N: usize>(stream: &mut T, question: &[u8]) -> Result<[u8; N], Kind>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut answer = [0; N];
    stream.write_all(question).await.map_err(|error| broken(&error))?;
    stream.flush().await.map_err(|error| broken(&error))?;
    stream.read_exact(&mut answer).await.map_err(|error| broken(&error))?;
    Ok(answer)
}

/// User name and password (RFC 1929).
async fn authenticate<T>(stream: &mut T, user: &str, password: &str) -> Result<(), Kind>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let too_long = |_| failed("socks connect: invalid username/password");
    let mut question = vec![1, u8::try_from(user.len()).map_err(too_long)?];
    question.extend_from_slice(user.as_bytes());
    question.push(u8::try_from(password.len()).map_err(too_long)?);
    question.extend_from_slice(password.as_bytes());
    let answer: [u8; 2] = ask(stream, &question).await?;
    if answer[1] == 0 {
        Ok(())
    } else {
        Err(failed("socks connect: username/password authentication failed"))
    }
}

fn address(request: &mut Vec<u8>, host: &str) -> Result<(), Kind> {
    match host.parse() {
        Ok(std::net::IpAddr::V4(ip)) => {
            request.push(1);
            request.extend_from_slice(&ip.octets());
        }
        Ok(std::net::IpAddr::V6(ip)) => {
            request.push(4);
            request.extend_from_slice(&ip.octets());
        }
        Err(_) => {
            let length = u8::try_from(host.len()).map_err(|_| failed("socks connect: FQDN too long"))?;
            request.extend([3, length]);
            request.extend_from_slice(host.as_bytes());
        }
    }
    Ok(())
}

fn reply_text(code: u8) -> &'static str {
    match code {
        1 => "unknown error general SOCKS server failure",
        2 => "unknown error connection not allowed by ruleset",
        3 => "unknown error network unreachable",
        4 => "unknown error host unreachable",
        5 => "unknown error connection refused",
        6 => "unknown error TTL expired",
        7 => "unknown error command not supported",
        8 => "unknown error address type not supported",
        _ => "unknown error",
    }
}
