//! Stores of certificates and keys in one file, encrypted with a password: PKCS#12, which ends in `.p12` or `.pfx`, and
//! Java's own older form, JKS.
//!
//! Main type: [`Store`]. Which of the two a file is, is told by how it begins, whatever its name. Whoever writes a store
//! says how much work its password costs; more than [`ROUNDS_MAX`] is refused.

mod effort;
mod jks;
mod pbe;
mod pkcs12;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use effort::Effort;

pub(super) use effort::{ROUNDS_MAX, rounds};

const WRONG_PASSWORD: &str = "the passphrase is wrong";

/// What is in a store.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Store {
    /// The certificates in PEM; that of the key comes first.
    pub certs: String,
    /// The key in PEM; nothing when there is none.
    pub key: Option<String>,
}

impl Store {
    /// Reads a store.
    ///
    /// # Errors
    /// In words for the user, when it is none, when the password is wrong and when it is encrypted in a way that is not
    /// supported.
    pub fn read(bytes: &[u8], password: &str) -> Result<Self, String> {
        Self::read_within(bytes, password, ROUNDS_MAX)
    }

    /// The same, with so many rounds of hashing at most.
    pub(crate) fn read_within(bytes: &[u8], password: &str, rounds_max: u64) -> Result<Self, String> {
        let mut found = Found::default();
        let effort = Effort::new(rounds_max);
        if jks::is_it(bytes) {
            jks::read(bytes, password, &mut found)?;
        } else {
            pkcs12::read(bytes, password, &effort, &mut found)?;
        }
        let key = found.keys.into_iter().next();
        if let Some(at) = key.as_deref().and_then(|key| place_of(&found.certs, key)) {
            found.certs[..=at].rotate_right(1);
        }
        Ok(Self {
            certs: found.certs.iter().map(|cert| pem("CERTIFICATE", cert)).collect(),
            key: key.map(|key| pem("PRIVATE KEY", &key)),
        })
    }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    certs: Vec<Vec<u8>>,
    /// As PKCS#8.
    keys: Vec<Vec<u8>>,
}

/// Which of the certificates is the key's.
fn place_of(certs: &[Vec<u8>], key: &[u8]) -> Option<usize> {
    let key: PrivateKeyDer<'_> = PrivatePkcs8KeyDer::from(key).into();
    let key = any_supported_type(&key.clone_key()).ok()?;
    certs.iter().position(|cert| {
        let cert = CertificateDer::from(cert.clone());
        CertifiedKey::new(vec![cert], key.clone()).keys_match().is_ok()
    })
}

fn pem(label: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// What holds for any file: it is read within its bounds, and no more comes out than was in it.
///
/// The input: a line with the password, then the file.
#[cfg(any(test, feature = "fuzzing"))]
pub fn pkcs12(input: &[u8]) {
    use rustls::pki_types::pem::PemObject as _;

    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (Ok(password), bytes) = (std::str::from_utf8(&input[..end]), &input[end + 1..]) else { return };
    let read = || Store::read_within(bytes, password, 5_000);
    let store = match read() {
        Ok(store) => store,
        Err(why) => return assert!(!why.is_empty() && !why.ends_with('.'), "{why}"),
    };
    let certs = CertificateDer::pem_slice_iter(store.certs.as_bytes());
    let certs: Vec<CertificateDer<'_>> = certs.map(|cert| cert.expect("what is written is PEM")).collect();
    let key = store.key.as_deref().map(|key| super::private_key(key, None).expect("what is written is PEM"));
    let size = certs.iter().map(|cert| cert.len()).sum::<usize>();
    let size = size + key.map_or(0, |key| key.secret_der().len());
    assert!(size <= bytes.len(), "{size} bytes came from {}", bytes.len());
    assert_eq!(read().as_ref(), Ok(&store), "the second time");
}

#[cfg(test)]
mod tests;
