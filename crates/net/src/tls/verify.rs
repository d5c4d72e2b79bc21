//! Who is believed.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Checks certificates as the run wants it, and signatures always.
#[derive(Debug)]
pub struct Verifier {
    algorithms: WebPkiSupportedAlgorithms,
    believed: Believed,
}

/// Whose certificates are good.
#[derive(Debug)]
enum Believed {
    /// Everybody's, because the run says so: `insecureSkipTLSVerify`.
    All,
    /// Those that a known authority vouches for.
    Known {
        chain: Arc<WebPkiServerVerifier>,
        /// Subjects and keys of the roots, to know a root that serves by itself.
        roots: RootCertStore,
        /// Whether the certificate must be for the host that is spoken to.
        wants_name: bool,
    },
}

impl Verifier {
    /// A verifier that believes everybody.
    #[must_use]
    pub fn of_all(provider: &CryptoProvider) -> Self {
        Self { algorithms: provider.signature_verification_algorithms, believed: Believed::All }
    }

    /// A verifier that believes servers that one of `roots` vouches for, by the names that they are called.
    ///
    /// # Errors
    /// When there are no roots.
    pub fn of_known(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Self, String> {
        let chain =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots.clone()), Arc::clone(provider))
                .build()
                .map_err(|error| format!("the trusted authorities cannot be used: {error}"))?;
        let algorithms = provider.signature_verification_algorithms;
        Ok(Self { algorithms, believed: Believed::Known { chain, roots, wants_name: true } })
    }

    /// The same, whatever names the certificates are for.
    #[must_use]
    pub fn whatever_the_name(mut self) -> Self {
        if let Believed::Known { wants_name, .. } = &mut self.believed {
            *wants_name = false;
        }
        self
    }
}

/// Whether the certificate is itself one of the roots, as self-signed servers in a laboratory are.
fn is_root(roots: &RootCertStore, cert: &CertificateDer<'_>) -> bool {
    let mut own = RootCertStore::empty();
    if own.add(cert.clone().into_owned()).is_err() {
        return false;
    }
    let anchor = &own.roots[0];
    roots.roots.iter().any(|root| {
        root.subject == anchor.subject && root.subject_public_key_info == anchor.subject_public_key_info
    })
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Believed::Known { chain, roots, wants_name } = &self.believed else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(cert, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(CertificateError::Other(reason)))
                if reason.to_string().contains("CaUsedAsEndEntity") && is_root(roots, cert) =>
            {
                if *wants_name {
                    verify_server_name(&ParsedCertificate::try_from(cert)?, name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            // The name is looked at last, when all else is well.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !wants_name => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
