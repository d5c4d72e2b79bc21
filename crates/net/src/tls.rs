//! TLS by rustls, directly over our socket so that bytes and arrival times stay ours to see.

use std::fmt;
use std::sync::{Arc, OnceLock};

use model::options::{TlsAuth, TlsVersions};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::error::{Error, Kind};
use crate::request::VersionPreference;

/// What is known of a TLS connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsInfo {
    /// `tls1.2` or `tls1.3`.
    pub version: &'static str,
    /// By its standard name.
    pub cipher_suite: String,
}

/// What the options say about TLS.
#[derive(Clone, Default)]
pub(crate) struct TlsOptions {
    pub(crate) insecure: bool,
    pub(crate) versions: Option<TlsVersions>,
    pub(crate) cipher_suites: Option<Vec<String>>,
    pub(crate) auth: Vec<TlsAuth>,
    /// A file of roots instead of the system's.
    pub(crate) roots_file: Option<String>,
}

/// TLS for a process. Reading the system's roots takes a while, so it waits for the first `https` request.
pub(crate) struct Tls {
    options: TlsOptions,
    configs: OnceLock<Result<Configs, String>>,
}

struct Configs {
    plain: Arc<ClientConfig>,
    /// With a client certificate, by the domains that get to see it; no domains means all.
    with_certificate: Vec<(Vec<String>, Arc<ClientConfig>)>,
}

impl Tls {
    /// Checks what can be checked without reading roots.
    pub(crate) fn new(options: TlsOptions) -> Result<Self, String> {
        versions(options.versions.as_ref())?;
        provider(options.cipher_suites.as_deref())?;
        Ok(Self { options, configs: OnceLock::new() })
    }

    /// A new connection to `host`, to be driven by the caller, that offers the wanted versions of HTTP.
    pub(crate) fn connect(&self, host: &str, version: VersionPreference) -> Result<ClientConnection, Error> {
        let configs = self.configs.get_or_init(|| build(&self.options)).as_ref().map_err(Error::generic)?;
        let config = configs
            .with_certificate
            .iter()
            .find(|(domains, _)| {
                domains.is_empty() || domains.iter().any(|domain| domain_matches(domain, host))
            })
            .map_or(&configs.plain, |(_, config)| config);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::generic(format!("tls: {host} is no server name")))?;
        let offered: &[&[u8]] = match version {
            VersionPreference::Auto => &[b"h2", b"http/1.1"],
            VersionPreference::Http1 => &[b"http/1.1"],
            VersionPreference::Http2 => &[b"h2"],
        };
        let offered = offered.iter().map(|name| name.to_vec()).collect();
        ClientConnection::new_with_alpn(config.clone(), name, offered)
            .map_err(|error| Error::new(Kind::Tls(error)))
    }
}

fn domain_matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(suffix) => host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.')),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

fn build(options: &TlsOptions) -> Result<Configs, String> {
    let provider = Arc::new(provider(options.cipher_suites.as_deref())?);
    let versions = versions(options.versions.as_ref())?;
    let builder = || {
        ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .map_err(|error| format!("tls: {error}"))
    };
    let verified = |builder: rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>| {
        if options.insecure {
            let verifier = Arc::new(AcceptAnything(provider.clone()));
            Ok::<_, String>(builder.dangerous().with_custom_certificate_verifier(verifier))
        } else {
            Ok(builder.with_root_certificates(roots(options.roots_file.as_deref())?))
        }
    };
    let mut with_certificate = Vec::new();
    for auth in &options.auth {
        if auth.password.is_some() {
            return Err("tls: encrypted private keys are not supported; decrypt the key first".to_owned());
        }
        let certificates = CertificateDer::pem_slice_iter(auth.cert.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("tls: the client certificate cannot be read: {error}"))?;
        let key = PrivateKeyDer::from_pem_slice(auth.key.as_bytes())
            .map_err(|error| format!("tls: the client's private key cannot be read: {error}"))?;
        let config = verified(builder()?)?
            .with_client_auth_cert(certificates, key)
            .map_err(|error| format!("tls: the client certificate cannot be used: {error}"))?;
        with_certificate.push((auth.domains.clone(), Arc::new(config)));
    }
    Ok(Configs { plain: Arc::new(verified(builder()?)?.with_no_client_auth()), with_certificate })
}

fn roots(file: Option<&str>) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    if let Some(file) = file {
        let certificates =
            CertificateDer::pem_file_iter(file).map_err(|error| format!("tls: {file}: {error}"))?;
        store.add_parsable_certificates(certificates.filter_map(Result::ok));
        return Ok(store);
    }
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    Ok(store)
}

fn versions(wanted: Option<&TlsVersions>) -> Result<Vec<&'static rustls::SupportedProtocolVersion>, String> {
    let rank = |name: &str, default: u8| match name {
        "tls1.0" => 0,
        "tls1.1" => 1,
        "tls1.2" => 2,
        "tls1.3" => 3,
        _ => default,
    };
    let (low, high) = wanted.map_or((2, 3), |wanted| (rank(&wanted.min, 2), rank(&wanted.max, 3)));
    let mut versions = Vec::new();
    if (low..=high).contains(&3) {
        versions.push(&rustls::version::TLS13);
    }
    if (low..=high).contains(&2) {
        versions.push(&rustls::version::TLS12);
    }
    if versions.is_empty() {
        return Err("tlsVersion: TLS 1.0 and 1.1 are not supported; use tls1.2 or tls1.3".to_owned());
    }
    Ok(versions)
}

fn provider(suites: Option<&[String]>) -> Result<CryptoProvider, String> {
    let mut provider = rustls::crypto::ring::default_provider();
    if let Some(wanted) = suites {
        for name in wanted {
            if !provider.cipher_suites.iter().any(|suite| suite_name(suite.suite()) == *name) {
                return Err(format!("tlsCipherSuites: {name} is not supported"));
            }
        }
        provider.cipher_suites.retain(|suite| wanted.contains(&suite_name(suite.suite())));
    }
    Ok(provider)
}

/// A suite's standard name; rustls puts the version into those of TLS 1.3.
fn suite_name(suite: rustls::CipherSuite) -> String {
    let name = suite.as_str().map_or_else(|| format!("{suite:?}"), str::to_owned);
    name.replace("TLS13_", "TLS_")
}

/// What a handshake came to.
pub(crate) fn info(connection: &ClientConnection) -> TlsInfo {
    TlsInfo {
        version: match connection.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "tls1.2",
            _ => "tls1.3",
        },
        cipher_suite: connection
            .negotiated_cipher_suite()
            .map(|suite| suite_name(suite.suite()))
            .unwrap_or_default(),
    }
}

/// The error of a TLS connection that broke; `first_bytes` are the first that the other side sent.
pub(crate) fn failure(error: rustls::Error, first_bytes: &[u8]) -> Error {
    let not_tls = matches!(
        error,
        rustls::Error::InvalidMessage(
            rustls::InvalidMessage::InvalidContentType | rustls::InvalidMessage::UnknownProtocolVersion
        )
    );
    if not_tls {
        return Error::new(Kind::NotTls { http: first_bytes.starts_with(b"HTTP/") });
    }
    Error::new(Kind::Tls(error))
}

/// What a socket reads at once under TLS: a record and a bit.
const RECORD_BYTES: usize = 18 * 1024;

/// Bytes from a socket on their way to rustls, which takes no more of them while it holds unread plaintext.
#[derive(Default)]
pub(crate) struct Records {
    bytes: Vec<u8>,
    fed: usize,
    filled: usize,
}

impl Records {
    /// Where a socket may put bytes, once all before are fed.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        debug_assert!(!self.has_more(), "unfed bytes would be lost");
        self.bytes.resize(RECORD_BYTES, 0);
        &mut self.bytes
    }

    /// Counts bytes that were put into the room.
    pub(crate) fn fill(&mut self, count: usize) {
        (self.fed, self.filled) = (0, count);
    }

    /// Whether there are bytes left to feed.
    pub(crate) fn has_more(&self) -> bool {
        self.fed < self.filled
    }

    /// The first bytes of what the socket read last.
    pub(crate) fn first(&self) -> &[u8] {
        &self.bytes[..self.filled.min(8)]
    }

    /// Feeds as much as rustls takes; the rest has to wait until its plaintext is read.
    pub(crate) fn feed(&mut self, connection: &mut ClientConnection) -> Result<(), rustls::Error> {
        while self.has_more() {
            let mut rest = &self.bytes[self.fed..self.filled];
            // An error says that it is full: the caller reads and comes back.
            let taken = connection.read_tls(&mut rest).unwrap_or_default();
            if taken == 0 {
                return Ok(());
            }
            self.fed += taken;
            connection.process_new_packets()?;
        }
        Ok(())
    }

    /// Gives the memory back, unless something is in it.
    pub(crate) fn rest(&mut self) {
        if !self.has_more() {
            *self = Self::default();
        }
    }
}

/// Takes any certificate, as `insecureSkipTLSVerify` asks.
struct AcceptAnything(Arc<CryptoProvider>);

impl fmt::Debug for AcceptAnything {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AcceptAnything")
    }
}

impl ServerCertVerifier for AcceptAnything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
