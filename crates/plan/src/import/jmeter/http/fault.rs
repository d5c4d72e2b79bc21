//! What Java would have thrown: plans compare the words of samples without an answer with those that JMeter has.
//!
//! Main function: [`java_fault`].

use model::Nanos;
use net::error::Kind;

use crate::exchange::Exchange;

/// The class and message of what Java would have thrown.
pub(super) fn java_fault(error: &net::Error, exchange: &Exchange) -> (&'static str, String) {
    let url = &exchange.url;
    let port = url.port().unwrap_or(80);
    let place = |remote: &dyn std::fmt::Display| {
        let host = url.host();
        let name = if host.parse::<std::net::IpAddr>().is_ok() { "" } else { host };
        format!("{host}:{port} [{name}/{remote}]")
    };
    match error.kind() {
        Kind::NoSuchHost(host) => {
            ("java.net.UnknownHostException", format!("{host}: Name or service not known"))
        }
        Kind::Lookup { host, reason } => ("java.net.UnknownHostException", format!("{host}: {reason}")),
        Kind::Dial { remote, errno, .. } => {
            let reason = match error.code() {
                1212 => "Connection refused".to_owned(),
                _ => std::io::Error::from_raw_os_error(*errno).to_string(),
            };
            let message = format!("Connect to {} failed: {reason}", place(&remote.ip()));
            ("org.apache.http.conn.HttpHostConnectException", message)
        }
        Kind::DialTimeout(remote) => {
            let message = format!("Connect to {} failed: connect timed out", place(&remote.ip()));
            ("org.apache.http.conn.ConnectTimeoutException", message)
        }
        Kind::RequestTimeout if error.trail().is_none_or(|trail| trail.connected == Nanos::ZERO) => (
            "org.apache.http.conn.ConnectTimeoutException",
            format!("Connect to {}:{port} failed: connect timed out", url.host()),
        ),
        Kind::RequestTimeout => ("java.net.SocketTimeoutException", "Read timed out".to_owned()),
        Kind::Socket { .. } if error.code() == 1220 => {
            ("java.net.SocketException", "Connection reset".to_owned())
        }
        Kind::Socket { .. } => ("java.net.SocketException", error.to_string()),
        Kind::Eof => {
            ("org.apache.http.NoHttpResponseException", format!("{}:{port} failed to respond", url.host()))
        }
        Kind::UnexpectedEof => {
            let got = error.partial_body().map_or(0, |body| body.len());
            let message = format!("Premature end of Content-Length delimited message body (received: {got})");
            ("org.apache.http.ConnectionClosedException", message)
        }
        Kind::Malformed(_) => ("org.apache.http.client.ClientProtocolException", "null".to_owned()),
        Kind::Decompression(_) => ("java.util.zip.ZipException", "Not in GZIP format".to_owned()),
        Kind::NotTls => ("javax.net.ssl.SSLException", "Unsupported or unrecognized SSL message".to_owned()),
        Kind::Tls(text) => ("javax.net.ssl.SSLHandshakeException", text.clone()),
        _ => ("java.io.IOException", error.to_string()),
    }
}
