//! From options to configurations of TLS sessions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CipherSuite, ClientConfig, RootCertStore, SupportedProtocolVersion, version};

use super::verify::Verifier;

/// What a run asks of TLS.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TlsSettings {
    /// Certificates are not checked.
    pub insecure: bool,
    /// The lowest version, such as `tls1.2`; empty for the default.
    pub min_version: String,
    /// The highest version; empty for the default.
    pub max_version: String,
    /// Names of the suites of TLS 1.2 that may be used; all when empty. Those of TLS 1.3 always may.
    pub cipher_suites: Vec<String>,
    /// Client certificates; the first whose domains fit is shown.
    pub identities: Vec<ClientIdentity>,
    /// Authorities in PEM that are trusted in place of the machine's; the machine's when empty.
    pub authorities: Vec<u8>,
    /// A user resumes its own sessions. k6 makes a full handshake for each connection, and so do we
    /// unless this is set.
    pub resumption: bool,
}

/// A client certificate with its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientIdentity {
    /// The chain, in PEM.
    pub cert: String,
    /// The key, in PEM.
    pub key: String,
    /// What it is encrypted with, if it is.
    pub password: Option<String>,
    /// Host names to show it to, `*.` allowed in front; all when empty.
    pub domains: Vec<String>,
}

impl ClientIdentity {
    fn fits(&self, host: &str) -> bool {
        self.domains.is_empty()
            || self.domains.iter().any(|domain| match domain.strip_prefix("*.") {
                Some(parent) => host.len().checked_sub(parent.len()).is_some_and(|at| {
                    at > 1 && host[at..].eq_ignore_ascii_case(parent) && host.as_bytes()[at - 1] == b'.'
                }),
                None => domain.eq_ignore_ascii_case(host),
            })
    }
}

/// Which protocols are offered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Alpn {
    /// HTTP/2, else HTTP/1.1.
    Both,
    Http1,
    Http2,
}

impl Alpn {
    fn protocols(self) -> Vec<Vec<u8>> {
        let (h2, h1) = (b"h2".to_vec(), b"http/1.1".to_vec());
        match self {
            Self::Both => vec![h2, h1],
            Self::Http1 => vec![h1],
            Self::Http2 => vec![h2],
        }
    }
}

/// What configurations of one process differ in: protocols offered, identity shown.
type Variant = (Alpn, Option<usize>);

/// Ready configurations. One per process; made when they are first needed.
#[derive(Debug)]
pub(crate) struct Tls {
    settings: TlsSettings,
    provider: Arc<CryptoProvider>,
    versions: Vec<&'static SupportedProtocolVersion>,
    identities: Vec<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    verifier: OnceLock<Arc<Verifier>>,
    /// Locked only to dial.
    ready: Mutex<HashMap<Variant, Arc<ClientConfig>>>,
}

impl Tls {
    /// Checks what was asked for.
    ///
    /// # Errors
    /// For versions and suites that leave nothing to speak, and for certificates that cannot be read.
    pub(crate) fn new(settings: TlsSettings) -> Result<Self, String> {
        let versions = versions(&settings)?;
        let provider = Arc::new(provider(&settings, &versions)?);
        let identities = settings.identities.iter().map(read_identity).collect::<Result<_, _>>()?;
        let tls = Self {
            settings,
            provider,
            versions,
            identities,
            verifier: OnceLock::new(),
            ready: Mutex::default(),
        };
        // A key that does not go with its certificate is told before the run, not by each request.
        for index in 0..tls.identities.len() {
            tls.make(Alpn::Both, Some(index))?;
        }
        Ok(tls)
    }

    /// Whether each user keeps its own sessions.
    pub(crate) fn resumes(&self) -> bool {
        self.settings.resumption
    }

    /// The configuration for connections to a host.
    pub(crate) fn config(&self, host: &str, alpn: Alpn) -> Result<Arc<ClientConfig>, String> {
        let identity = self.settings.identities.iter().position(|identity| identity.fits(host));
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = ready.get(&(alpn, identity)) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.make(alpn, identity)?);
        ready.insert((alpn, identity), Arc::clone(&config));
        Ok(config)
    }

    /// The same configuration with sessions of its own to resume.
    pub(crate) fn resuming(config: &ClientConfig, sessions: usize) -> Arc<ClientConfig> {
        let mut own = config.clone();
        own.resumption = Resumption::in_memory_sessions(sessions);
        Arc::new(own)
    }

    fn make(&self, alpn: Alpn, identity: Option<usize>) -> Result<ClientConfig, String> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&self.versions)
            .map_err(|error| format!("tls: {error}"))?
            .dangerous();
        let builder = if self.settings.insecure {
            builder.with_custom_certificate_verifier(Arc::new(Verifier::of_all(&self.provider)))
        } else {
            builder.with_custom_certificate_verifier(self.verifier()?)
        };
        let mut config = match identity.map(|index| &self.identities[index]) {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(|error| format!("tls: the client certificate cannot be used: {error}"))?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = alpn.protocols();
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    fn verifier(&self) -> Result<Arc<Verifier>, String> {
        if let Some(verifier) = self.verifier.get() {
            return Ok(Arc::clone(verifier));
        }
        let roots = roots(&self.settings.authorities)?;
        let verifier = Verifier::of_known(roots, &self.provider).map_err(|why| format!("tls: {why}"))?;
        let verifier = Arc::new(verifier);
        Ok(Arc::clone(self.verifier.get_or_init(|| verifier)))
    }
}

/// The IANA name of a cipher suite, which is Go's too.
pub(super) fn suite_name(suite: CipherSuite) -> String {
    suite
        .as_str()
        .map_or_else(|| format!("0x{:04X}", u16::from(suite)), |name| name.replacen("TLS13_", "TLS_", 1))
}

/// Versions have an order by name: `tls1.0` to `tls1.3`.
fn versions(settings: &TlsSettings) -> Result<Vec<&'static SupportedProtocolVersion>, String> {
    let bound = |text: &str, default: u8| match text {
        "" => Ok(default),
        "tls1.0" => Ok(0),
        "tls1.1" => Ok(1),
        "tls1.2" => Ok(2),
        "tls1.3" => Ok(3),
        "ssl3.0" => Ok(0),
        other => Err(format!("unknown TLS version '{other}'")),
    };
    let (min, max) = (bound(&settings.min_version, 2)?, bound(&settings.max_version, 3)?);
    let all = [(2, &version::TLS12), (3, &version::TLS13)];
    let allowed: Vec<_> =
        all.into_iter().filter(|(at, _)| (min..=max).contains(at)).map(|(_, v)| v).collect();
    if allowed.is_empty() {
        return Err(format!(
            "tlsVersion allows nothing from {min} to {max} that can be spoken: TLS 1.0 and 1.1 are not supported",
            min = name_or(&settings.min_version, "tls1.2"),
            max = name_or(&settings.max_version, "tls1.3"),
        ));
    }
    Ok(allowed)
}

fn name_or<'a>(name: &'a str, default: &'a str) -> &'a str {
    if name.is_empty() { default } else { name }
}

fn provider(
    settings: &TlsSettings,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<CryptoProvider, String> {
    let mut provider = ring::default_provider();
    if !settings.cipher_suites.is_empty() {
        provider.cipher_suites.retain(|suite| {
            let name = suite_name(suite.suite());
            suite.tls13().is_some() || settings.cipher_suites.contains(&name)
        });
    }
    let usable = provider.cipher_suites.iter().any(|suite| versions.contains(&suite.version()));
    if !usable {
        return Err(format!(
            "tlsCipherSuites has none that can be spoken: {}; only suites with forward secrecy and AEAD are",
            settings.cipher_suites.join(", ")
        ));
    }
    Ok(provider)
}

fn read_identity(
    identity: &ClientIdentity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let chain = CertificateDer::pem_slice_iter(identity.cert.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("tls: failed to find certificate PEM data in certificate input: {error}"))?;
    if chain.is_empty() {
        return Err("tls: failed to find any PEM data in certificate input".to_owned());
    }
    Ok((chain, super::key::read(&identity.key, identity.password.as_deref())?))
}

/// The authorities that were asked for; else the machine's, or Mozilla's where the machine has none.
fn roots(authorities: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for cert in CertificateDer::pem_slice_iter(authorities) {
        let cert = cert.map_err(|error| format!("tls: an authority is not PEM: {error}"))?;
        roots.add(cert).map_err(|error| format!("tls: an authority cannot be used: {error}"))?;
    }
    if !authorities.is_empty() {
        return Ok(roots);
    }
    let native = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    Ok(roots)
}
