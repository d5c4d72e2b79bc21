//! Stores of certificates and keys in one file, encrypted with a password: PKCS#12, which ends in `.p12` or `.pfx`.
//!
//! Main type: [`Store`]. What OpenSSL 3 and Java write today is read: AES under a key derived from the password. The older
//! encryption with RC2 or triple DES is not, and the check sum over the whole is not looked at: a certificate and a key that
//! do not go together are refused anyway.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs8::EncryptedPrivateKeyInfo;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const NAME: u8 = 0x06;
/// A member with the number 0, with another inside or with bytes of its own.
const WITHIN: u8 = 0xa0;
const BARE: u8 = 0x80;

/// 1.2.840.113549.1.7, before the kind of a part.
const PKCS: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
const DATA: u8 = 1;
const ENCRYPTED: u8 = 6;
/// 1.2.840.113549.1.12.10.1, before the kind of a bag.
const BAG: [u8; 10] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01];
/// 1.2.840.113549.1.12.1, before the kind of the older encryption.
const OLD: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];

const NO_STORE: &str = "it is no PKCS#12";
const WRONG_PASSWORD: &str = "the passphrase is wrong";
/// Bags in bags are not deeper than this.
const DEPTH_MAX: u8 = 4;

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
    /// In words for the user, when it is none, when the password is wrong and when it is encrypted in an older way.
    pub fn read(bytes: &[u8], password: &str) -> Result<Self, String> {
        let mut found = Found { password: password.as_bytes(), certs: Vec::new(), keys: Vec::new() };
        found.file(bytes)?;
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

/// One value of DER: its tag, what is inside, and all of it.
#[derive(Clone, Copy)]
struct Piece<'a> {
    tag: u8,
    inside: &'a [u8],
    whole: &'a [u8],
}

/// Takes a value off the front.
fn piece<'a>(rest: &mut &'a [u8]) -> Option<Piece<'a>> {
    let bytes = *rest;
    let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
    let (length, head) = match first {
        0..=0x7f => (usize::from(first), 2),
        // Lengths that are not told before are not of this form, and longer ones than these are no store.
        0x81..=0x84 => {
            let count = usize::from(first - 0x80);
            let digits = bytes.get(2..2 + count)?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), 2 + count)
        }
        _ => return None,
    };
    let whole = bytes.get(..head.checked_add(length)?)?;
    *rest = &bytes[whole.len()..];
    Some(Piece { tag, inside: &whole[head..], whole })
}

/// Takes a value of one kind off the front.
fn of<'a>(rest: &mut &'a [u8], tag: u8) -> Result<Piece<'a>, String> {
    piece(rest).filter(|piece| piece.tag == tag).ok_or_else(|| NO_STORE.to_owned())
}

/// What was found so far.
struct Found<'p> {
    password: &'p [u8],
    certs: Vec<Vec<u8>>,
    /// As PKCS#8.
    keys: Vec<Vec<u8>>,
}

impl Found<'_> {
    fn file(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut file = of(&mut &*bytes, SEQUENCE)?.inside;
        piece(&mut file).ok_or(NO_STORE)?;
        let content = of(&mut file, SEQUENCE)?;
        let safes = self.content(content)?;
        let mut list = of(&mut &*safes, SEQUENCE)?.inside;
        while !list.is_empty() {
            let safe = of(&mut list, SEQUENCE)?;
            let bags = self.content(safe)?;
            self.bags(&bags, DEPTH_MAX)?;
        }
        Ok(())
    }

    /// What is in a part: data as it is, or decrypted.
    fn content(&self, part: Piece<'_>) -> Result<Vec<u8>, String> {
        let mut part = part.inside;
        let name = of(&mut part, NAME)?.inside;
        let mut inside = of(&mut part, WITHIN)?.inside;
        match name.strip_prefix(&PKCS) {
            Some([DATA]) => Ok(of(&mut inside, OCTETS)?.inside.to_vec()),
            Some([ENCRYPTED]) => {
                let mut members = of(&mut inside, SEQUENCE)?.inside;
                piece(&mut members).ok_or(NO_STORE)?;
                let mut content = of(&mut members, SEQUENCE)?.inside;
                of(&mut content, NAME)?;
                let way = of(&mut content, SEQUENCE)?;
                let bytes = of(&mut content, BARE)?;
                self.decrypted(way, bytes.inside)
            }
            _ => Err("it is encrypted for a certificate, not with a password".to_owned()),
        }
    }

    fn decrypted(&self, way: Piece<'_>, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let name = of(&mut &*way.inside, NAME)?.inside;
        if name.starts_with(&OLD) {
            return Err(
                "it is encrypted with RC2 or triple DES, which is not supported; write it anew with AES: \
                        openssl pkcs12 -legacy -in OLD -nodes | openssl pkcs12 -export -out NEW"
                    .to_owned(),
            );
        }
        let whole = sequence(&[way.whole, &tagged(OCTETS, bytes)]);
        let encrypted = EncryptedPrivateKeyInfo::try_from(&whole[..])
            .map_err(|error| format!("it is encrypted in a way that is not supported: {error}"))?;
        encrypted.encryption_algorithm.decrypt(self.password, bytes).map_err(|_| WRONG_PASSWORD.to_owned())
    }

    fn bags(&mut self, bytes: &[u8], depth: u8) -> Result<(), String> {
        // Bytes that a wrong password has given are no list.
        let mut list = of(&mut &*bytes, SEQUENCE).map_err(|_| WRONG_PASSWORD)?.inside;
        while !list.is_empty() {
            let mut bag = of(&mut list, SEQUENCE)?.inside;
            let name = of(&mut bag, NAME)?.inside;
            let value = of(&mut bag, WITHIN)?.inside;
            match name.strip_prefix(&BAG) {
                Some([1]) => self.keys.push(value.to_vec()),
                Some([2]) => {
                    let mut members = of(&mut &*value, SEQUENCE)?.inside;
                    let way = of(&mut members, SEQUENCE)?;
                    let bytes = of(&mut members, OCTETS)?;
                    self.keys.push(self.decrypted(way, bytes.inside)?);
                }
                Some([3]) => {
                    let mut members = of(&mut &*value, SEQUENCE)?.inside;
                    of(&mut members, NAME)?;
                    let mut cert = of(&mut members, WITHIN)?.inside;
                    self.certs.push(of(&mut cert, OCTETS)?.inside.to_vec());
                }
                Some([6]) if depth > 0 => self.bags(value, depth - 1)?,
                // Lists of revoked certificates, and secrets of other kinds.
                _ => {}
            }
        }
        Ok(())
    }
}

fn tagged(tag: u8, inside: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = inside.len();
    if length < 0x80 {
        bytes.push(length as u8);
    } else {
        let digits = length.to_be_bytes();
        let digits = &digits[length.leading_zeros() as usize / 8..];
        bytes.push(0x80 + digits.len() as u8);
        bytes.extend(digits);
    }
    bytes.extend(inside);
    bytes
}

fn sequence(members: &[&[u8]]) -> Vec<u8> {
    tagged(SEQUENCE, &members.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_store_is_told() {
        let check = |bytes: &[u8], wanted: &str| {
            assert_eq!(Store::read(bytes, "").unwrap_err(), wanted, "{bytes:02x?}");
        };
        check(b"", NO_STORE);
        check(b"-----BEGIN CERTIFICATE-----", NO_STORE);
        check(&[0x30, 0x80, 0x02, 0x01, 0x03, 0, 0], NO_STORE);
        check(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], NO_STORE);
        check(&[0x30, 0x03, 0x02, 0x01, 0x03], NO_STORE);
        let signed = [&PKCS[..], &[2]].concat();
        let content = sequence(&[&tagged(NAME, &signed), &tagged(WITHIN, &[])]);
        check(&sequence(&[&[2, 1, 3], &content]), "it is encrypted for a certificate, not with a password");
    }

    #[test]
    fn lengths_are_written_as_they_are_read() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let bytes = tagged(OCTETS, &vec![7; length]);
            let mut rest = &bytes[..];
            let read = piece(&mut rest).expect("it is whole");
            assert_eq!((read.tag, read.inside.len(), rest.len()), (OCTETS, length, 0));
        }
    }

    #[test]
    fn bags_hold_certificates_and_keys() {
        let bag = |kind: u8, value: &[u8]| {
            let name = [&BAG[..], &[kind]].concat();
            sequence(&[&tagged(NAME, &name), &tagged(WITHIN, value)])
        };
        let cert = sequence(&[&tagged(NAME, &[1]), &tagged(WITHIN, &tagged(OCTETS, b"cert"))]);
        let inner = sequence(&[&bag(3, &cert)]);
        let bags = sequence(&[&bag(1, &sequence(&[])), &bag(6, &inner), &bag(5, &[])]);
        let data = |bytes: &[u8]| {
            let name = [&PKCS[..], &[DATA]].concat();
            sequence(&[&tagged(NAME, &name), &tagged(WITHIN, &tagged(OCTETS, bytes))])
        };
        let file = sequence(&[&[2, 1, 3], &data(&sequence(&[&data(&bags)]))]);
        let store = Store::read(&file, "").unwrap();
        assert_eq!(store.certs, pem("CERTIFICATE", b"cert"));
        assert_eq!(store.key.as_deref(), Some(pem("PRIVATE KEY", &[0x30, 0]).as_str()));
        // Whatever is wrong with a store, it is told.
        for at in 0..file.len() {
            for wrong in [0, 0x30, 0x80, 0x84, 0xa0, 0xff] {
                let mut mangled = file.clone();
                mangled[at] = wrong;
                let _ = Store::read(&mangled, "");
            }
            assert!(Store::read(&file[..at], "").is_err(), "cut at {at}");
        }
    }
}
