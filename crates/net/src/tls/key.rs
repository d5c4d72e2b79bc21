//! Private keys in PEM: plain, or encrypted with a password in either of the two forms that tools write.
//!
//! PKCS#8 (`BEGIN ENCRYPTED PRIVATE KEY`) is what OpenSSL writes today; the older form has the cipher in a
//! `DEK-Info` line and is the one that Go, and so k6, reads. Of that form the AES ciphers are read; DES is not.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};

use super::store::{ROUNDS_MAX, rounds};

const WRONG_PASSWORD: &str = "tls: the client key cannot be decrypted: the password is wrong";
const NO_PASSWORD: &str = "tls: the client key is encrypted, and tlsAuth has no password for it";

/// Reads the first private key of `pem`.
///
/// # Errors
/// In words for the user.
pub fn read(pem: &str, password: Option<&str>) -> Result<PrivateKeyDer<'static>, String> {
    let block = Block::first_key(pem).filter(Block::is_encrypted);
    let Some(block) = block else {
        return PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|error| {
            format!("tls: failed to find PEM block with a private key in key input: {error}")
        });
    };
    let password = password.ok_or(NO_PASSWORD)?.as_bytes();
    let bytes =
        STANDARD.decode(&block.text).map_err(|error| format!("tls: the client key is no PEM: {error}"))?;
    match block.cipher {
        None => pkcs8(&bytes, password),
        Some(cipher) => legacy(block.label, cipher, bytes, password),
    }
}

/// A block of PEM, not yet decoded.
struct Block<'a> {
    /// What stands behind `BEGIN`.
    label: &'a str,
    /// The value of `DEK-Info`.
    cipher: Option<&'a str>,
    /// Base64 without line ends.
    text: String,
}

impl<'a> Block<'a> {
    /// The first block with a private key.
    fn first_key(pem: &'a str) -> Option<Self> {
        let mut lines = pem.lines().map(str::trim);
        let label = lines.find_map(|line| {
            let label = line.strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
            label.ends_with("PRIVATE KEY").then_some(label)
        })?;
        let mut block = Self { label, cipher: None, text: String::new() };
        for line in lines.take_while(|line| !line.starts_with("-----END")) {
            match line.split_once(':') {
                Some(("DEK-Info", value)) => block.cipher = Some(value.trim()),
                Some(_) => {}
                None => block.text.push_str(line),
            }
        }
        Some(block)
    }

    fn is_encrypted(&self) -> bool {
        self.cipher.is_some() || self.label == "ENCRYPTED PRIVATE KEY"
    }
}

fn pkcs8(bytes: &[u8], password: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    let unreadable = |error| format!("tls: the client key is no PKCS#8: {error}");
    let encrypted = pkcs8::EncryptedPrivateKeyInfo::try_from(bytes).map_err(unreadable)?;
    let effort = rounds(&encrypted.encryption_algorithm)
        .map_err(|why| format!("tls: the client key cannot be decrypted: {why}"))?;
    if effort > ROUNDS_MAX {
        return Err(format!(
            "tls: the client key's password costs {effort} rounds of hashing, of which {ROUNDS_MAX} are made at most"
        ));
    }
    let document = encrypted.decrypt(password).map_err(|error| match error {
        // Schemes of old, such as those with DES, are refused as parameters that are not known.
        // The crate reports wrong padding as a failure to encrypt.
        pkcs8::Error::EncryptedPrivateKey(
            pkcs8::pkcs5::Error::DecryptFailed | pkcs8::pkcs5::Error::EncryptFailed,
        ) => WRONG_PASSWORD.to_owned(),
        other => format!("tls: the client key cannot be decrypted: {other}; re-encrypt it with AES"),
    })?;
    Ok(PrivatePkcs8KeyDer::from(document.as_bytes().to_vec()).into())
}

/// Decrypts the older form: the key is derived with MD5 from the password and the first half of the cipher's start.
fn legacy(
    label: &str,
    cipher: &str,
    bytes: Vec<u8>,
    password: &[u8],
) -> Result<PrivateKeyDer<'static>, String> {
    let (name, start) = cipher.split_once(',').unwrap_or((cipher, ""));
    let start = hex(start).ok_or("tls: the client key's DEK-Info has no initial vector")?;
    let plain = match name {
        "AES-128-CBC" => decrypt::<cbc::Decryptor<aes::Aes128>>(bytes, &derive(password, &start, 16), &start),
        "AES-192-CBC" => decrypt::<cbc::Decryptor<aes::Aes192>>(bytes, &derive(password, &start, 24), &start),
        "AES-256-CBC" => decrypt::<cbc::Decryptor<aes::Aes256>>(bytes, &derive(password, &start, 32), &start),
        other => {
            return Err(format!(
                "tls: the client key is encrypted with {other}, which is not supported; re-encrypt it with AES"
            ));
        }
    };
    let plain = plain.ok_or(WRONG_PASSWORD)?;
    Ok(match label {
        "RSA PRIVATE KEY" => PrivatePkcs1KeyDer::from(plain).into(),
        "EC PRIVATE KEY" => PrivateSec1KeyDer::from(plain).into(),
        _ => PrivatePkcs8KeyDer::from(plain).into(),
    })
}

/// The plain bytes; none when their padding is wrong, which a wrong password makes of it.
fn decrypt<C: KeyIvInit + BlockDecryptMut>(mut bytes: Vec<u8>, key: &[u8], start: &[u8]) -> Option<Vec<u8>> {
    let cipher = C::new_from_slices(key, start).ok()?;
    let length = cipher.decrypt_padded_mut::<Pkcs7>(&mut bytes).ok()?.len();
    bytes.truncate(length);
    // Every key begins as a sequence; by chance a wrong password passes the padding once in 256.
    (bytes.first() == Some(&0x30)).then_some(bytes)
}

/// `length` bytes of a key, as OpenSSL made them: MD5 over what came before, password and salt.
fn derive(password: &[u8], start: &[u8], length: usize) -> Vec<u8> {
    let salt = &start[..start.len().min(8)];
    let (mut key, mut last) = (Vec::new(), Vec::new());
    while key.len() < length {
        last = Md5::new().chain_update(&last).chain_update(password).chain_update(salt).finalize().to_vec();
        key.extend_from_slice(&last);
    }
    key.truncate(length);
    key
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = include_str!("../../../cli/tests/tls/client-key.pem");

    /// With scrypt instead of rounds of a hash.
    const SCRYPT: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n\
        MIHjME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAjdNbGT3VcevgIBEAIB\n\
        AQIBATAdBglghkgBZQMEASoEEGqSyNYjq5RDQOlncCG7oGUEgZANubN71irTmPgX\n\
        PdRGddDnMb7v0wYlobLer2wWxUQVwR5XkZbLVsn8UnLV+W539ATe+k8/5Y6iVKAN\n\
        ZNJvkKriqYKAm0Xt1LWlxXckTxUeHfIZi4FkifaPmaGM28/wuWAezqvO480JzDsD\n\
        ZsHme99qGRPg6uWcpJCt/eeSEGEcczk0P9vqC0WtdGYAfS2KZDQ=\n\
        -----END ENCRYPTED PRIVATE KEY-----\n";

    #[test]
    fn encrypted_keys_are_the_plain_ones() {
        let plain = read(PLAIN, None).unwrap();
        let check = |pem: &str, password: &str| {
            let key = read(pem, Some(password)).unwrap();
            let bytes = |key: &PrivateKeyDer<'_>| key.secret_der().to_vec();
            match key {
                // The older form of the same key is what stands inside the PKCS#8 form.
                PrivateKeyDer::Pkcs1(_) | PrivateKeyDer::Sec1(_) => {
                    let (inner, outer) = (bytes(&key), bytes(&plain));
                    assert_eq!(key.secret_der()[0], 0x30);
                    assert!(outer.windows(32).any(|part| inner.windows(32).any(|own| own == part)));
                }
                _ => assert_eq!(bytes(&key), bytes(&plain)),
            }
        };
        check(include_str!("../../../cli/tests/tls/client-key-pkcs8.pem"), "swordfish");
        check(include_str!("../../../cli/tests/tls/client-key-legacy.pem"), "swordfish");
        check(SCRYPT, "swordfish");
    }

    #[test]
    fn what_is_wrong_with_a_key_is_said() {
        let check = |pem: &str, password: Option<&str>, part: &str| {
            let error = read(pem, password).unwrap_err();
            assert!(error.contains(part), "{error}");
        };
        let (new, old) = (
            include_str!("../../../cli/tests/tls/client-key-pkcs8.pem"),
            include_str!("../../../cli/tests/tls/client-key-legacy.pem"),
        );
        for pem in [new, old] {
            check(pem, None, "tlsAuth has no password");
            check(pem, Some("guess"), "the password is wrong");
        }
        check(
            &old.replace("AES-256-CBC", "DES-EDE3-CBC"),
            Some("x"),
            "with DES-EDE3-CBC, which is not supported",
        );
        check(&old.replace("AES-256-CBC,", "AES-256-CBC;"), Some("x"), "no initial vector");
        check(&new.replace("MI", "!!"), Some("x"), "no PEM");
        check("nothing", Some("x"), "failed to find PEM block");
    }
}
