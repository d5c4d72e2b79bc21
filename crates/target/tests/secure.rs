//! The shop inside TLS and over HTTP/2: the certificates, the protocols by ALPN, prior knowledge.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to fail here")]

use std::net::SocketAddr;
use std::sync::Arc;

use plimsoll_target::{Certificate, Running, Shop, ShopOptions};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

fn shop(certificate: Certificate) -> Running {
    let tls_addr = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    Shop::start(ShopOptions { tls_addr, certificate, ..ShopOptions::default() }).unwrap()
}

/// Connects to the TLS side, trusting the authority that the handle names.
async fn connect(shop: &Running, host: &str, protocols: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(shop.ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(shop.https.unwrap()).await?;
    let name = ServerName::try_from(host.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// The protocol and connection that `/bin/connection` tells of, asked for several times at once over HTTP/2.
async fn over_http2<S>(stream: S, scheme: &str) -> Vec<serde_json::Value>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (send, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut send = send.ready().await.unwrap();
    let mut answers = Vec::new();
    for _ in 0..3 {
        let request = http::Request::get(format!("{scheme}://localhost/bin/connection")).body(()).unwrap();
        let (answer, mut body) = send.send_request(request, false).unwrap();
        body.send_data(hyper::body::Bytes::new(), true).unwrap();
        answers.push(answer);
    }
    let mut read = Vec::new();
    for answer in answers {
        let mut body = answer.await.unwrap().into_body();
        let mut bytes = Vec::new();
        while let Some(chunk) = body.data().await {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        read.push(serde_json::from_slice(&bytes).unwrap());
    }
    read
}

#[tokio::test]
async fn alpn_chooses_the_protocol() {
    let shop = shop(Certificate::Good);
    for (protocols, chosen) in [
        (&["h2", "http/1.1"][..], Some(&b"h2"[..])),
        (&["http/1.1"][..], Some(&b"http/1.1"[..])),
        (&[][..], None),
    ] {
        let stream = connect(&shop, "localhost", protocols).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), chosen);
        if chosen == Some(b"h2") {
            let answers = over_http2(stream, "https").await;
            let told = |answer: &serde_json::Value| (answer["protocol"].clone(), answer["tls"].clone());
            assert!(
                answers.iter().all(|answer| told(answer) == ("HTTP/2.0".into(), "TLSv1_3".into())),
                "{answers:?}"
            );
            assert!(answers.iter().all(|answer| answer["connection"] == answers[0]["connection"]));
        }
    }
}

#[tokio::test]
async fn http2_by_prior_knowledge() {
    let shop = shop(Certificate::Good);
    let answers = over_http2(TcpStream::connect(shop.http).await.unwrap(), "http").await;
    assert!(
        answers.iter().all(|answer| answer["protocol"] == "HTTP/2.0" && answer["tls"].is_null()),
        "{answers:?}"
    );
}

#[tokio::test]
async fn certificates_are_right_or_wrong_in_one_way() {
    for (certificate, host, complaint) in [
        (Certificate::Good, "localhost", ""),
        (Certificate::Good, "127.0.0.1", ""),
        (Certificate::Good, "user-service", ""),
        (Certificate::Good, "other.example", "NotValidForName"),
        (Certificate::Expired, "localhost", "Expired"),
        (Certificate::WrongHost, "localhost", "NotValidForName"),
        (Certificate::WrongHost, "elsewhere.invalid", ""),
        (Certificate::SelfSigned, "localhost", "UnknownIssuer"),
    ] {
        let shop = shop(certificate);
        match connect(&shop, host, &[]).await {
            Ok(_) => assert_eq!(complaint, "", "{certificate:?} for {host} was taken"),
            Err(error) => {
                let error = format!("{error:?}");
                assert!(
                    !complaint.is_empty() && error.contains(complaint),
                    "{certificate:?} for {host}: {error}"
                );
            }
        }
    }
}

/// The rude servers inside TLS use the authority of their handle, so that only the intended fault shows.
#[tokio::test]
async fn rude_servers_are_trusted_up_to_their_fault() {
    use plimsoll_target::rude;
    for (name, complaint) in [
        ("tls-expired", "Expired"),
        ("tls-wrong-host", "NotValidForName"),
        ("tls-self-signed", "UnknownIssuer"),
        ("tls-old-version", "PeerIncompatible"),
        ("tls-alert-on-hello", "HandshakeFailure"),
        ("tls-garbage", "InvalidMessage"),
        ("tls-plain-http", "InvalidMessage"),
        ("tls-huge-record", "InvalidMessage"),
        ("tls-close-in-handshake", "UnexpectedEof"),
        ("tls-reset-in-handshake", "ConnectionReset"),
        ("tls-then-plain", ""),
        ("chunk-bomb", ""),
        ("h2-silence", ""),
    ] {
        let server = rude::start(rude::find(name).unwrap()).unwrap();
        match connect(&server, "localhost", &["h2", "http/1.1"]).await {
            Ok(_) => assert_eq!(complaint, "", "{name}"),
            Err(error) => assert!(
                !complaint.is_empty() && format!("{error:?}").contains(complaint),
                "{name}: {error:?}"
            ),
        }
    }
}

/// A reset by fault ends one stream of HTTP/2; the others and the connection go on.
#[tokio::test]
async fn a_reset_in_http2_is_the_streams_own() {
    let shop = shop(Certificate::Good);
    let stream = TcpStream::connect(shop.http).await.unwrap();
    let (mut send, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut ask = |fault: &str| {
        let request =
            http::Request::get("http://localhost/health").header("x-fault", fault).body(()).unwrap();
        send.send_request(request, true).unwrap().0
    };
    let (reset, fine) = (ask("reset"), ask("delay=1ms"));
    assert!(reset.await.unwrap_err().is_reset());
    assert_eq!(fine.await.unwrap().status(), 200);
    assert_eq!(ask("truncate").await.unwrap().status(), 200);
}
