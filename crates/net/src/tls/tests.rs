//! Against TLS servers of our own.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use model::{Clock, Nanos};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use crate::dns::DnsSettings;
use crate::error::{Error, Kind};
use crate::{Client, ClientIdentity, Request, Response, Settings, TlsSettings, Trail, Url, Worker};

/// An authority, and what it vouches for.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn pem(&self) -> Vec<u8> {
        self.issuer.pem().into_bytes()
    }

    fn certify(&self, names: &[&str]) -> (String, KeyPair, CertificateDer<'static>) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let cert = CertificateParams::new(names).unwrap().signed_by(&key, &self.issuer).unwrap();
        (cert.pem(), key, cert.der().clone())
    }
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}

/// A server's configuration for `127.0.0.1` and `localhost`.
fn server(authority: &Authority, change: impl FnOnce(&mut ServerConfig)) -> ServerConfig {
    let (_, key, cert) = authority.certify(&["127.0.0.1", "localhost"]);
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![cert], private(&key)).unwrap();
    change(&mut config);
    config
}

/// Answers each request on each connection with a head and this body; says the port.
async fn serve(config: ServerConfig, body: Vec<u8>, connections: Rc<Cell<usize>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, body) = (acceptor.clone(), body.clone());
            connections.set(connections.get() + 1);
            tokio::task::spawn_local(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = [0; 4096];
                while let Ok(count) = stream.read(&mut request).await {
                    if count == 0 {
                        return;
                    }
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                    let _ = stream.write_all(head.as_bytes()).await;
                    let _ = stream.write_all(&body).await;
                }
            });
        }
    });
    port
}

fn client(tls: TlsSettings) -> Client {
    let settings = Settings::new(Clock::start(), tls, DnsSettings::default()).unwrap();
    Client::new(Worker::new(Arc::new(settings)), 1)
}

fn trusting(authority: &Authority) -> TlsSettings {
    TlsSettings { authorities: authority.pem(), ..TlsSettings::default() }
}

async fn get(client: &Client, url: &str) -> (Result<Response, Error>, Trail) {
    let mut trail = Trail::default();
    let request = Request::get(Rc::new(Url::parse(url).unwrap()));
    let outcome = client.send(request, None, &mut |hop| trail = *hop.trail).await;
    (outcome, trail)
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bounded =
        async { tokio::time::timeout(Duration::from_secs(20), test).await.expect("the test hangs") };
    runtime.block_on(LocalSet::new().run_until(bounded));
}

#[test]
fn a_trusted_server_is_spoken_to_and_timed() {
    run(async {
        let authority = Authority::new();
        let connections = Rc::new(Cell::new(0));
        let body: Vec<u8> = (0..300_000_u32).map(|at| at as u8).collect();
        let port = serve(server(&authority, |_| {}), body.clone(), Rc::clone(&connections)).await;
        let client = client(trusting(&authority));
        let (outcome, trail) = get(&client, &format!("https://127.0.0.1:{port}/")).await;
        let response = outcome.unwrap();
        assert_eq!(&response.body[..], &body[..]);
        let tls = response.tls.unwrap();
        assert_eq!(tls.version, "tls1.3");
        assert!(tls.cipher_suite.starts_with("TLS_"), "{}", tls.cipher_suite);
        assert!(trail.tls_handshaking() > Nanos::ZERO && trail.blocked() >= trail.tls_handshaking());
        assert!(trail.received_bytes > body.len() as u64 + 1000 && trail.sent_bytes > 300);
        let (outcome, trail) = get(&client, &format!("https://127.0.0.1:{port}/")).await;
        assert_eq!(outcome.unwrap().body.len(), body.len());
        assert!(trail.reused && trail.tls_handshaking() == Nanos::ZERO);
        assert_eq!(connections.get(), 1);
        assert!(!trail.kernel_stamped || trail.done <= trail.seen);
        // The same server by a name, which the certificate has too.
        get(&client, &format!("https://localhost:{port}/")).await.0.unwrap();
    });
}

#[test]
fn distrust_has_its_reasons() {
    run(async {
        let authority = Authority::new();
        let connections = Rc::new(Cell::new(0));
        let port = serve(server(&authority, |_| {}), b"hi".to_vec(), Rc::clone(&connections)).await;
        let url = format!("https://127.0.0.1:{port}/");
        let (outcome, trail) = get(&client(TlsSettings::default()), &url).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (1310, "x509: unknown authority"));
        let text = "tls: failed to verify certificate: x509: certificate signed by unknown authority";
        assert_eq!(error.detail(), format!("Get \"{url}\": {text}"));
        assert!(trail.tls_handshaking() > Nanos::ZERO);
        let insecure = TlsSettings { insecure: true, ..TlsSettings::default() };
        assert_eq!(&get(&client(insecure), &url).await.0.unwrap().body[..], b"hi");
        let other = client(trusting(&authority));
        let (outcome, _) = get(&other, &format!("https://127.1.1.1:{port}/")).await;
        assert!(matches!(outcome.unwrap_err().code(), 1212 | 1311));
    });
}

#[test]
fn a_name_that_the_certificate_lacks_is_told() {
    run(async {
        let authority = Authority::new();
        let (_, key, cert) = authority.certify(&["other.test"]);
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert], private(&key))
            .unwrap();
        let port = serve(config, Vec::new(), Rc::default()).await;
        let (outcome, _) = get(&client(trusting(&authority)), &format!("https://localhost:{port}/")).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            (1311, "x509: certificate doesn't match hostname")
        );
        assert!(
            error.detail().ends_with("certificate is valid for other.test, not localhost"),
            "{}",
            error.detail()
        );
    });
}

#[test]
fn a_root_may_serve_by_itself() {
    run(async {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let cert = params.self_signed(&key).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], private(&key))
            .unwrap();
        let port = serve(config, b"own".to_vec(), Rc::default()).await;
        let url = format!("https://localhost:{port}/");
        let trusting = TlsSettings { authorities: cert.pem().into_bytes(), ..TlsSettings::default() };
        assert_eq!(&get(&client(trusting.clone()), &url).await.0.unwrap().body[..], b"own");
        assert_eq!(get(&client(TlsSettings::default()), &url).await.0.unwrap_err().code(), 1310);
        let wrong_name = get(&client(trusting), &format!("https://127.0.0.1:{port}/")).await.0;
        assert_eq!(wrong_name.unwrap_err().code(), 1311);
    });
}

#[test]
fn versions_are_pinned_and_mismatches_told() {
    run(async {
        let authority = Authority::new();
        let port = serve(server(&authority, |_| {}), b"hi".to_vec(), Rc::default()).await;
        let url = format!("https://127.0.0.1:{port}/");
        let only = |version: &str| TlsSettings {
            min_version: version.to_owned(),
            max_version: version.to_owned(),
            ..trusting(&authority)
        };
        for version in ["tls1.2", "tls1.3"] {
            let tls = get(&client(only(version)), &url).await.0.unwrap().tls.unwrap();
            assert_eq!(tls.version, version);
        }
        let (_, key, cert) = authority.certify(&["127.0.0.1"]);
        let old = ServerConfig::builder_with_protocol_versions(&[&version::TLS12])
            .with_no_client_auth()
            .with_single_cert(vec![cert], private(&key))
            .unwrap();
        let port = serve(old, Vec::new(), Rc::default()).await;
        let error = get(&client(only("tls1.3")), &format!("https://127.0.0.1:{port}/")).await.0.unwrap_err();
        assert_eq!(error.code(), 1300);
        assert!(error.detail().contains("protocol version"), "{}", error.detail());
    });
}

#[test]
fn plain_http_on_a_tls_port_is_recognised() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::task::spawn_local(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
        });
        let url = format!("https://127.0.0.1:{port}/");
        let error = get(&client(TlsSettings::default()), &url).await.0.unwrap_err();
        assert_eq!(error.kind(), &Kind::NotTls);
        assert_eq!(error.detail(), format!("Get \"{url}\": http: server gave HTTP response to HTTPS client"));
    });
}

#[test]
fn client_certificates_go_to_their_domains() {
    run(async {
        let authority = Authority::new();
        let mut roots = RootCertStore::empty();
        roots.add(authority.issuer.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let (_, key, cert) = authority.certify(&["127.0.0.1", "localhost"]);
        let config = ServerConfig::builder()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![cert], private(&key))
            .unwrap();
        let port = serve(config, b"known".to_vec(), Rc::default()).await;
        let (cert, key, _) = authority.certify(&["client"]);
        let identity = ClientIdentity {
            cert,
            key: key.serialize_pem(),
            password: None,
            domains: vec!["localhost".into()],
        };
        let client = client(TlsSettings { identities: vec![identity], ..trusting(&authority) });
        assert_eq!(&get(&client, &format!("https://localhost:{port}/")).await.0.unwrap().body[..], b"known");
        let error = get(&client, &format!("https://127.0.0.1:{port}/")).await.0.unwrap_err();
        assert!(error.detail().contains("certificate required"), "{}", error.detail());
    });
}

#[test]
fn sessions_are_resumed_only_when_wanted() {
    let check = |resumption: bool, version: &'static str| {
        run(async move {
            let authority = Authority::new();
            let port = serve(server(&authority, |_| {}), b"x".to_vec(), Rc::default()).await;
            let tls = TlsSettings {
                resumption,
                min_version: version.to_owned(),
                max_version: version.to_owned(),
                ..trusting(&authority)
            };
            let mut settings = Settings::new(Clock::start(), tls, DnsSettings::default()).unwrap();
            settings.no_connection_reuse = true;
            let client = Client::new(Worker::new(Arc::new(settings)), 1);
            let url = format!("https://127.0.0.1:{port}/");
            let first = get(&client, &url).await.1.received_bytes;
            let second = get(&client, &url).await.1.received_bytes;
            // A resumed handshake carries no certificate.
            assert_eq!(second + 300 < first, resumption, "{version}: {first} then {second} bytes");
        });
    };
    check(true, "tls1.3");
    check(true, "tls1.2");
    check(false, "tls1.3");
}

#[test]
fn http2_is_negotiated_shared_and_refused() {
    run(async {
        let authority = Authority::new();
        let connections = Rc::new(Cell::new(0));
        let port = serve_http2(
            server(&authority, |config| config.alpn_protocols = vec![b"h2".to_vec()]),
            Rc::clone(&connections),
        )
        .await;
        let url = format!("https://127.0.0.1:{port}/");
        let client = client(trusting(&authority));
        let (outcome, trail) = get(&client, &url).await;
        let response = outcome.unwrap();
        assert_eq!(
            (response.proto.name(), response.status, &response.body[..]),
            ("HTTP/2.0", 200, &b"two"[..])
        );
        assert_eq!(response.status_text, "200 OK");
        assert!(trail.tls_handshaking() > Nanos::ZERO && trail.received_bytes > 500);
        let many = futures_util::future::join_all((0..8).map(|_| get(&client, &url))).await;
        assert!(many.into_iter().all(|(outcome, trail)| outcome.is_ok() && trail.reused));
        assert_eq!(connections.get(), 1);
        let request = Request {
            version: crate::VersionPreference::Http1,
            ..Request::get(Rc::new(Url::parse(&url).unwrap()))
        };
        let error = client.send(request, None, &mut |_| {}).await.unwrap_err();
        assert!(error.detail().contains("no application protocol"), "{}", error.detail());
    });
}

async fn serve_http2(config: ServerConfig, connections: Rc<Cell<usize>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            connections.set(connections.get() + 1);
            tokio::task::spawn_local(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let Ok(mut connection) = h2::server::handshake(stream).await else { return };
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let mut body = respond.send_response(http::Response::new(()), false).unwrap();
                    let _ = body.send_data("two".into(), true);
                }
            });
        }
    });
    port
}
