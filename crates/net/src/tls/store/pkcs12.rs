//! PKCS#12: parts with bags in them, each part and each key encrypted in a way of its own.
//!
//! Main function: [`read`]. What OpenSSL and Java write today is read, AES under a key derived from the password, and what
//! they wrote before, triple DES and RC2. The check sum over the whole is not looked at: a certificate and a key that do not
//! go together are refused anyway.

use pkcs8::EncryptedPrivateKeyInfo;

use super::effort::{Effort, rounds};
use super::pbe::{self, Way};
use super::{Found, WRONG_PASSWORD};

const INTEGER: u8 = 0x02;
pub const SEQUENCE: u8 = 0x30;
pub const OCTETS: u8 = 0x04;
pub const NAME: u8 = 0x06;
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
/// Bags in bags are not deeper than this.
const DEPTH_MAX: u8 = 4;

/// Rounds of hashing that the older encryption makes for each one it is told: for the key, its second half, and the start.
const ROUNDS_OF_OLD: u64 = 3;

/// Reads a store.
///
/// # Errors
/// In words for the user, when it is none, when the password is wrong, and when it is encrypted in a way that is not
/// supported or takes too much work.
pub fn read(bytes: &[u8], password: &str, effort: &Effort, found: &mut Found) -> Result<(), String> {
    Reader { password, effort, found }.file(bytes)
}

/// One value of DER: its tag, what is inside, and all of it.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    tag: u8,
    pub inside: &'a [u8],
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
pub fn of<'a>(rest: &mut &'a [u8], tag: u8) -> Result<Piece<'a>, String> {
    piece(rest).filter(|piece| piece.tag == tag).ok_or_else(|| NO_STORE.to_owned())
}

/// What reads the parts of one file.
struct Reader<'a> {
    password: &'a str,
    effort: &'a Effort,
    found: &'a mut Found,
}

impl Reader<'_> {
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
        let mut members = way.inside;
        let name = of(&mut members, NAME)?.inside;
        if let Some([number]) = name.strip_prefix(&OLD) {
            let way = Way::of(*number);
            let way =
                way.ok_or("it is encrypted with RC4, which is not supported; write it anew with AES")?;
            let mut parameters = of(&mut members, SEQUENCE)?.inside;
            let salt = of(&mut parameters, OCTETS)?.inside;
            let rounds = number_of(of(&mut parameters, INTEGER)?.inside)?;
            self.effort.spend(rounds.saturating_mul(ROUNDS_OF_OLD))?;
            return pbe::decrypt(way, salt, rounds, self.password, bytes)
                .ok_or_else(|| WRONG_PASSWORD.to_owned());
        }
        let whole = sequence(&[way.whole, &tagged(OCTETS, bytes)]);
        let encrypted = EncryptedPrivateKeyInfo::try_from(&whole[..])
            .map_err(|error| format!("it is encrypted in a way that is not supported: {error}"))?;
        self.effort.spend(rounds(&encrypted.encryption_algorithm)?)?;
        let plain = encrypted.encryption_algorithm.decrypt(self.password, bytes);
        plain.map_err(|_| WRONG_PASSWORD.to_owned())
    }

    fn bags(&mut self, bytes: &[u8], depth: u8) -> Result<(), String> {
        // Bytes that a wrong password has given are no list.
        let mut list = of(&mut &*bytes, SEQUENCE).map_err(|_| WRONG_PASSWORD)?.inside;
        while !list.is_empty() {
            let mut bag = of(&mut list, SEQUENCE)?.inside;
            let name = of(&mut bag, NAME)?.inside;
            let value = of(&mut bag, WITHIN)?.inside;
            match name.strip_prefix(&BAG) {
                Some([1]) => self.found.keys.push(value.to_vec()),
                Some([2]) => {
                    let mut members = of(&mut &*value, SEQUENCE)?.inside;
                    let way = of(&mut members, SEQUENCE)?;
                    let bytes = of(&mut members, OCTETS)?;
                    self.found.keys.push(self.decrypted(way, bytes.inside)?);
                }
                Some([3]) => {
                    let mut members = of(&mut &*value, SEQUENCE)?.inside;
                    of(&mut members, NAME)?;
                    let mut cert = of(&mut members, WITHIN)?.inside;
                    self.found.certs.push(of(&mut cert, OCTETS)?.inside.to_vec());
                }
                Some([6]) if depth > 0 => self.bags(value, depth - 1)?,
                // Lists of revoked certificates, and secrets of other kinds.
                _ => {}
            }
        }
        Ok(())
    }
}

/// A whole number that is not negative.
fn number_of(digits: &[u8]) -> Result<u64, String> {
    match digits {
        [first, ..] if *first < 0x80 && digits.len() <= 8 => {
            Ok(digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)))
        }
        _ => Err(NO_STORE.to_owned()),
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
    use super::super::{Store, pem};
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
