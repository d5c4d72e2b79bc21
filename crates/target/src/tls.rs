//! Test certificates: an authority of our own, and leaves that are right or wrong in one precise way.
//!
//! Main types: [`Authority`] and [`Leaf`]. Nothing here is fit for anything but tests.

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::error::Error;

/// What a server certificate is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leaf {
    /// Valid for `localhost`, `127.0.0.1`, `::1`, `*.test` names of the shop and the corpus' service names.
    Good,
    /// Good, but its time ended in 2020.
    Expired,
    /// Good, but for `elsewhere.invalid` only.
    WrongHost,
    /// Right host and time, signed by itself.
    SelfSigned,
}

/// A certificate authority for one server.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// Host names that a good certificate holds.
const HOSTS: &[&str] = &[
    "localhost",
    "127.0.0.1",
    "::1",
    "shop.test",
    "*.shop.test",
    "user-service",
    "order-service",
    "payment-service",
    "inventory-service",
    "catalog-service",
    "cart-service",
    "notification-service",
];

impl Authority {
    /// A new authority with a new key.
    pub fn new() -> Result<Self, Error> {
        let key = KeyPair::generate()?;
        let pem = authority_params().self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(authority_params(), key), pem })
    }

    /// The authority kept in `dir` as `ca.pem` and `ca-key.pem`; made there when it is missing.
    pub fn kept_in(dir: &Path) -> Result<Self, Error> {
        let (cert_path, key_path) = (dir.join("ca.pem"), dir.join("ca-key.pem"));
        if let (Ok(pem), Ok(key)) = (std::fs::read_to_string(&cert_path), std::fs::read_to_string(&key_path))
        {
            // Name and key make the issuer, so leaves of this issuer verify against the kept certificate.
            return Ok(Self { issuer: Issuer::new(authority_params(), KeyPair::from_pem(&key)?), pem });
        }
        let authority = Self::new()?;
        let keep = |path: &Path, text: &str| {
            std::fs::write(path, text)
                .map_err(|error| Error::Certificate(format!("{}: {error}", path.display())))
        };
        std::fs::create_dir_all(dir)
            .map_err(|error| Error::Certificate(format!("{}: {error}", dir.display())))?;
        keep(&key_path, &authority.issuer.key().serialize_pem())?;
        keep(&cert_path, &authority.pem)?;
        Ok(authority)
    }

    /// The authority's certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A server configuration with a new certificate of this kind, offering `protocols` by ALPN.
    pub fn server_config(&self, leaf: Leaf, protocols: &[&[u8]]) -> Result<Arc<ServerConfig>, Error> {
        let (chain, key) = self.issue(leaf)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Arc::new(config))
    }

    fn issue(&self, leaf: Leaf) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
        let hosts: Vec<String> = match leaf {
            Leaf::WrongHost => vec!["elsewhere.invalid".to_owned()],
            Leaf::Good | Leaf::Expired | Leaf::SelfSigned => {
                HOSTS.iter().map(|&host| host.to_owned()).collect()
            }
        };
        let mut params = CertificateParams::new(hosts)?;
        params.distinguished_name = named("Demo shop");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = leaf != Leaf::SelfSigned;
        (params.not_before, params.not_after) = match leaf {
            Leaf::Expired => (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1)),
            Leaf::Good | Leaf::WrongHost | Leaf::SelfSigned => {
                (date_time_ymd(2024, 1, 1), date_time_ymd(2050, 1, 1))
            }
        };
        let key = KeyPair::generate()?;
        let cert = match leaf {
            Leaf::SelfSigned => params.self_signed(&key)?,
            Leaf::Good | Leaf::Expired | Leaf::WrongHost => params.signed_by(&key, &self.issuer)?,
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok((vec![cert.der().clone()], key))
    }
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("Demo shop test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (date_time_ymd(2024, 1, 1), date_time_ymd(2050, 1, 1));
    params
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let first = Authority::kept_in(dir.path()).unwrap();
        let second = Authority::kept_in(dir.path()).unwrap();
        assert_eq!(first.pem(), second.pem());
        assert!(second.server_config(Leaf::Good, &[b"h2"]).is_ok());
    }
}
