//! TLS to databases: what an address asks for, what is shown, and who is believed.
//!
//! Main type: [`Wanted`]. The handshakes themselves are those of the clients.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use mysql_async::{ClientIdentity as MysqlIdentity, SslOpts};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// Whether a connection is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish {
    /// It is not.
    Never,
    /// When the server refuses it otherwise.
    WhenRefused,
    /// When the server can.
    IfOffered,
    /// It is, or there is none.
    Must,
}

/// Whose certificates are good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Belief {
    /// Everybody's.
    All,
    /// Those that a known authority vouches for, whatever names they hold.
    Authority,
    /// The same, for the host that is spoken to.
    Host,
}

/// Which authorities are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Roots {
    /// The machine's.
    Machine,
    /// Those of a file, in PEM or DER.
    File(String),
    /// Those of a text, in PEM.
    Text(String),
    /// Those of a store.
    Store(Opened),
}

/// A file, and the password that opens it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Its path.
    pub path: String,
    /// What it is encrypted with, if it is.
    pub password: Option<String>,
}

/// A certificate to show, with its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Identity {
    /// Two files: the chain in PEM, and the key in PEM or as PKCS#8 in DER.
    Pair(String, Opened),
    /// Both in a store.
    Store(Opened),
}

/// What an address wants of TLS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Whether it is spoken.
    pub wish: Wish,
    /// Who is believed.
    pub belief: Belief,
    /// Who vouches for them.
    pub roots: Roots,
    /// What is shown.
    pub identity: Option<Identity>,
    /// What the address says and is not supported, in words for the user.
    pub unsupported: Vec<String>,
}

/// What is shown and who vouches, read from their files.
#[derive(Debug)]
struct Material {
    roots: Vec<CertificateDer<'static>>,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

impl Wanted {
    /// What the parameters of an address of PostgreSQL say.
    #[must_use]
    pub fn by_postgres(parameters: &BTreeMap<String, String>, home: Option<&Path>) -> Self {
        let text = |name: &str| parameters.get(name).map(String::as_str);
        let mut unsupported = Vec::new();
        let mode = match (text("sslmode"), text("ssl")) {
            (Some(mode), _) => mode,
            (None, Some("true" | "")) => "verify-full",
            (None, _) => "prefer",
        };
        let (wish, mut belief) = match mode {
            "disable" => (Wish::Never, Belief::All),
            "allow" => (Wish::WhenRefused, Belief::All),
            "prefer" => (Wish::IfOffered, Belief::All),
            "require" => (Wish::Must, Belief::All),
            "verify-ca" => (Wish::Must, Belief::Authority),
            "verify-full" => (Wish::Must, Belief::Host),
            other => {
                unsupported.push(format!("sslmode={other} is not known"));
                (Wish::Must, Belief::Host)
            }
        };
        let own = |name: &str| {
            let path = home?.join(".postgresql").join(name);
            Some(path.display().to_string())
        };
        let mut roots = match text("sslrootcert").map(str::to_owned).or_else(|| own("root.crt")) {
            Some(path) => Roots::File(path),
            None => Roots::Machine,
        };
        match text("sslfactory") {
            None | Some("org.postgresql.ssl.LibPQFactory") => {}
            Some("org.postgresql.ssl.NonValidatingFactory") => belief = Belief::All,
            Some("org.postgresql.ssl.DefaultJavaSSLFactory") => roots = Roots::Machine,
            Some(other) => unsupported.push(format!("sslfactory={other} is not supported")),
        }
        let given = |name: &str, usual: &str| {
            let path = text(name).map(str::to_owned);
            path.or_else(|| own(usual).filter(|path| Path::new(path).exists()))
        };
        let opened = |path: String| Opened { path, password: text("sslpassword").map(str::to_owned) };
        let identity = match (given("sslcert", "postgresql.crt"), given("sslkey", "postgresql.pk8")) {
            (_, Some(key)) if is_store(&key) => Some(Identity::Store(opened(key))),
            (Some(cert), Some(key)) => Some(Identity::Pair(cert, opened(key))),
            _ => None,
        };
        for name in ["sslhostnameverifier", "sslpasswordcallback", "sslnegotiation"] {
            if let Some(value) = text(name) {
                unsupported.push(format!("{name}={value} is not supported"));
            }
        }
        Self { wish, belief, roots, identity, unsupported }
    }

    /// A configuration for a handshake.
    ///
    /// # Errors
    /// In words for the user, for files that cannot be used.
    pub fn config(&self) -> Result<ClientConfig, String> {
        let material = self.material()?;
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(material.roots);
        let verifier = match self.belief {
            Belief::All => net::Verifier::of_all(&provider),
            Belief::Authority => net::Verifier::of_known(roots, &provider)?.whatever_the_name(),
            Belief::Host => net::Verifier::of_known(roots, &provider)?,
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        match material.identity {
            None => Ok(builder.with_no_client_auth()),
            Some((chain, key)) => builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| format!("the client certificate: {error}")),
        }
    }

    /// The same in the words of the client for MySQL.
    ///
    /// # Errors
    /// As of [`Self::config`].
    pub fn mysql_options(&self) -> Result<SslOpts, String> {
        let material = self.material()?;
        let roots: Vec<_> = material.roots.into_iter().map(|cert| cert.to_vec().into()).collect();
        let identity = material.identity.map(|(chain, key)| {
            let chain: String = chain.iter().map(|cert| pem("CERTIFICATE", cert)).collect();
            let label = match &key {
                PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
                PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
                _ => "PRIVATE KEY",
            };
            let key = pem(label, key.secret_der());
            MysqlIdentity::new(chain.into_bytes().into(), key.into_bytes().into())
        });
        Ok(SslOpts::default()
            .with_disable_built_in_roots(!roots.is_empty())
            .with_root_certs(roots)
            .with_client_identity(identity)
            .with_danger_accept_invalid_certs(self.belief == Belief::All))
    }

    fn material(&self) -> Result<Material, String> {
        let roots = match (&self.roots, self.belief) {
            (_, Belief::All) => Vec::new(),
            (Roots::Machine, _) => rustls_native_certs::load_native_certs().certs,
            (Roots::Text(text), _) => certificates(text.as_bytes())?,
            (Roots::Store(opened), _) => certificates(opened.store()?.certs.as_bytes())?,
            (Roots::File(path), _) => {
                let bytes = std::fs::read(path);
                let bytes = bytes.map_err(|_| format!("Could not open SSL root certificate file {path}."))?;
                certificates(&bytes).map_err(|why| format!("{path}: {why}"))?
            }
        };
        let identity = match &self.identity {
            None => None,
            Some(identity) => Some(shown(identity)?),
        };
        Ok(Material { roots, identity })
    }
}

/// Whether a file is a store of certificates and keys by its name: PKCS#12 or JKS.
#[must_use]
pub fn is_store(path: &str) -> bool {
    [".p12", ".pfx", ".jks"].iter().any(|end| path.to_ascii_lowercase().ends_with(end))
}

/// Whether a file is by its name a store of Java's that is not read.
#[must_use]
pub fn is_unread(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".jceks")
}

impl Opened {
    fn read(&self) -> Result<Vec<u8>, String> {
        read(&self.path)
    }

    fn store(&self) -> Result<net::Store, String> {
        let password = self.password.as_deref().unwrap_or_default();
        net::Store::read(&self.read()?, password).map_err(|why| format!("{}: {why}", self.path))
    }

    /// The key of a file of its own.
    fn key(&self) -> Result<PrivateKeyDer<'static>, String> {
        let (bytes, password) = (self.read()?, self.password.as_deref());
        // In DER it is as the driver for Java wants it.
        let label = if password.is_some() { "ENCRYPTED PRIVATE KEY" } else { "PRIVATE KEY" };
        let key = match std::str::from_utf8(&bytes) {
            Ok(text) if text.contains("-----BEGIN") => net::private_key(text, password),
            _ => net::private_key(&pem(label, &bytes), password),
        };
        key.map_err(|why| format!("{}: {why}", self.path))
    }
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|why| format!("{path}: {why}"))
}

fn shown(identity: &Identity) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    match identity {
        Identity::Pair(cert, key) => {
            let chain = certificates(&read(cert)?).map_err(|why| format!("{cert}: {why}"))?;
            Ok((chain, key.key()?))
        }
        Identity::Store(opened) => {
            let store = opened.store()?;
            let key = store.key.ok_or_else(|| format!("{}: there is no key in it", opened.path))?;
            Ok((certificates(store.certs.as_bytes())?, net::private_key(&key, None)?))
        }
    }
}

/// All certificates of a PEM text, or the one of a DER file.
fn certificates(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    if std::str::from_utf8(bytes).is_err() {
        return Ok(vec![CertificateDer::from(bytes.to_vec())]);
    }
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
    let all = all.map_err(|error| format!("it is no certificate: {error}"))?;
    if all.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(all) }
}

fn pem(label: &str, bytes: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_says_what_it_wants() {
        let check = |query: &str, wanted: (Wish, Belief, usize)| {
            let parameters =
                url::form_urlencoded::parse(query.as_bytes()).map(|(a, b)| (a.into_owned(), b.into_owned()));
            let tls = Wanted::by_postgres(&parameters.collect(), None);
            assert_eq!((tls.wish, tls.belief, tls.unsupported.len()), wanted, "{query}");
        };
        check("", (Wish::IfOffered, Belief::All, 0));
        check("ssl=true", (Wish::Must, Belief::Host, 0));
        check("ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory", (Wish::Must, Belief::All, 0));
        check("sslmode=disable", (Wish::Never, Belief::All, 0));
        check("sslmode=allow", (Wish::WhenRefused, Belief::All, 0));
        check("sslmode=require", (Wish::Must, Belief::All, 0));
        check("sslmode=verify-ca&sslrootcert=/x", (Wish::Must, Belief::Authority, 0));
        check("sslmode=verify-full&sslkey=b.p12", (Wish::Must, Belief::Host, 0));
        check("sslmode=sometimes&sslfactory=my.Own", (Wish::Must, Belief::Host, 2));
    }

    #[test]
    fn files_that_are_missing_are_named() {
        let tls = Wanted {
            wish: Wish::Must,
            belief: Belief::Authority,
            roots: Roots::File("/nowhere.crt".to_owned()),
            identity: None,
            unsupported: Vec::new(),
        };
        assert_eq!(
            tls.config().err().as_deref(),
            Some("Could not open SSL root certificate file /nowhere.crt.")
        );
    }
}
