//! Stores as OpenSSL and keytool write them: the seeds of the fuzz target, each behind a line with its password.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::*;

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/pkcs12");
const PEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cli/tests/tls");

fn seed(name: &str) -> (String, Vec<u8>) {
    let bytes = std::fs::read(format!("{SEEDS}/{name}")).unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    (String::from_utf8(bytes[..end].to_vec()).unwrap(), bytes[end + 1..].to_vec())
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(&std::fs::read(format!("{PEM}/{name}.pem")).unwrap()).unwrap()
}

#[test]
fn stores_of_every_kind_give_what_was_put_in() {
    let (client, ca) = (certificate("client"), certificate("ca"));
    let key = std::fs::read_to_string(format!("{PEM}/client-key.pem")).unwrap();
    let key = crate::tls::private_key(&key, None).unwrap();
    let check = |name: &str, certs: &[&CertificateDer<'_>], has_key: bool| {
        let (password, bytes) = seed(name);
        let store = Store::read(&bytes, &password).unwrap_or_else(|why| panic!("{name}: {why}"));
        let found = CertificateDer::pem_slice_iter(store.certs.as_bytes());
        let found: Vec<CertificateDer<'_>> = found.map(Result::unwrap).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), certs, "{name}");
        let found = store.key.map(|key| crate::tls::private_key(&key, None).unwrap());
        assert_eq!(
            found.map(|key| key.secret_der().to_vec()),
            has_key.then(|| key.secret_der().to_vec()),
            "{name}"
        );
    };
    let both = [&client, &ca];
    for name in
        ["aes-256", "aes-128-and-192", "legacy", "two-key-des-and-rc2-128", "triple-des-without-mac", "plain"]
    {
        check(name, &both, true);
    }
    check("costly-and-old", &both, true);
    for name in ["empty-password", "password-beyond-ascii"] {
        check(name, &[&client], true);
    }
    for name in ["trusted", "java-trusted", "java-without-password"] {
        check(name, &[&ca], false);
    }
}

#[test]
fn keys_of_java_come_with_their_certificates() {
    let (password, bytes) = seed("java");
    let store = Store::read(&bytes, &password).unwrap();
    let own = std::fs::read_to_string(format!("{PEM}/client-key.pem")).unwrap();
    let of = |pem: &str| crate::tls::private_key(pem, None).unwrap().secret_der().to_vec();
    assert_eq!(of(&store.key.unwrap()), of(&own));
    let found: Vec<_> = CertificateDer::pem_slice_iter(store.certs.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(found[0], certificate("client"));
    assert!(found[1..].iter().all(|cert| *cert == certificate("ca")) && found.len() > 1);
    // Without a password there are the certificates, and no key.
    let bare = Store::read(&bytes, "").unwrap();
    assert_eq!(bare.key, None);
    assert_eq!(CertificateDer::pem_slice_iter(bare.certs.as_bytes()).count(), found.len());
}

#[test]
fn what_cannot_be_read_is_told() {
    let check = |name: &str, wanted: &str| {
        let (password, bytes) = seed(name);
        let why = Store::read(&bytes, &password).unwrap_err();
        assert!(why.contains(wanted), "{name}: {wanted} expected, not {why}");
    };
    for name in ["wrong-password", "legacy-wrong-password", "java-wrong-password"] {
        check(name, WRONG_PASSWORD);
    }
    check("rc4", "RC4, which is not supported");
    check("jceks", "JCEKS key store, which is not read");
    check("java-key-with-a-password-of-its-own", "its key has a passphrase of its own");
    check("costly", "its password costs more than 10000000 rounds of hashing");
    let (password, bytes) = seed("costly-and-old");
    let why = Store::read_within(&bytes, &password, 5_000).unwrap_err();
    assert_eq!(why, "its password costs more than 5000 rounds of hashing, which are not made");
}

#[test]
fn whatever_is_wrong_with_a_store_it_is_told() {
    for name in ["java", "legacy", "triple-des-without-mac"] {
        let (password, bytes) = seed(name);
        for at in 0..bytes.len() {
            assert!(Store::read_within(&bytes[..at], "", 100).is_err(), "{name} cut at {at}");
        }
        for at in (0..bytes.len()).step_by(7) {
            for wrong in [0, 0x30, 0x7f, 0x84, 0xff] {
                let mut mangled = bytes.clone();
                mangled[at] = wrong;
                pkcs12(&[password.as_bytes(), b"\n", &mangled].concat());
            }
        }
    }
}
