//! Java's own older key stores, as `keytool` wrote them before Java 9.
//!
//! Main function: [`read`]. Keys are hidden behind a stream of SHA-1 of the password, and a hash over the whole file tells
//! whether the password is right. The form JCEKS, which encrypts otherwise, is not read.

use sha1::{Digest as _, Sha1};

use super::pkcs12::{NAME, OCTETS, SEQUENCE, of};
use super::{Found, WRONG_PASSWORD};

const MAGIC: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
const JCEKS: [u8; 4] = [0xce, 0xce, 0xce, 0xce];
/// A key with its certificates, and a certificate that is trusted.
const KEY: u32 = 1;
const TRUSTED: u32 = 2;
/// 1.3.6.1.4.1.42.2.17.1.1, the only way in which keys are hidden.
const HIDDEN: [u8; 10] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01];
/// What Java puts between the password and the file.
const WHITENER: &[u8] = b"Mighty Aphrodite";
const HASH: usize = 20;
const CUT: &str = "it is a JKS key store that is cut off";

/// Whether a file begins like one of Java's.
pub fn is_it(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC) || bytes.starts_with(&JCEKS)
}

/// Reads a store.
///
/// # Errors
/// In words for the user, when it is cut off, when the password is wrong, and when it is of a form that is not read.
pub fn read(bytes: &[u8], password: &str, found: &mut Found) -> Result<(), String> {
    if bytes.starts_with(&JCEKS) {
        return Err("it is a JCEKS key store, which is not read; write it anew as PKCS#12: \
                    keytool -importkeystore -srckeystore OLD -destkeystore NEW -deststoretype pkcs12"
            .to_owned());
    }
    let hashed: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (content, hash) = bytes.split_last_chunk::<HASH>().ok_or(CUT)?;
    let whole = Sha1::new().chain_update(&hashed).chain_update(WHITENER).chain_update(content).finalize();
    let is_right = whole[..] == hash[..];
    // Java looks at certificates without a password, too.
    if !is_right && !password.is_empty() {
        return Err(WRONG_PASSWORD.to_owned());
    }
    let mut rest = Rest(content.get(MAGIC.len()..).ok_or(CUT)?);
    let version = rest.number()?;
    if !matches!(version, 1 | 2) {
        return Err(format!("it is a JKS key store of version {version}, which is not known"));
    }
    for _ in 0..rest.number()? {
        let kind = rest.number()?;
        rest.name()?;
        // When it was made.
        rest.take(8)?;
        match kind {
            KEY => {
                let key = rest.bytes()?;
                for _ in 0..rest.number()? {
                    found.certs.push(rest.certificate(version)?);
                }
                if is_right {
                    found.keys.push(unhidden(key, &hashed)?);
                }
            }
            TRUSTED => found.certs.push(rest.certificate(version)?),
            other => return Err(format!("its entry of kind {other} is not known")),
        }
    }
    Ok(())
}

/// A key in the plain.
fn unhidden(key: &[u8], password: &[u8]) -> Result<Vec<u8>, String> {
    let mut members = of(&mut &*key, SEQUENCE)?.inside;
    let way = of(&mut members, SEQUENCE)?.inside;
    if of(&mut &*way, NAME)?.inside != HIDDEN {
        return Err("its key is encrypted in a way that is not known".to_owned());
    }
    let bytes = of(&mut members, OCTETS)?.inside;
    let (salt, rest) = bytes.split_first_chunk::<HASH>().ok_or(CUT)?;
    let (hidden, hash) = rest.split_last_chunk::<HASH>().ok_or(CUT)?;
    let mut plain = hidden.to_vec();
    let mut mask: [u8; HASH] = *salt;
    for block in plain.chunks_mut(HASH) {
        mask = Sha1::new().chain_update(password).chain_update(mask).finalize().into();
        block.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    if Sha1::new().chain_update(password).chain_update(&plain).finalize()[..] != hash[..] {
        return Err("its key has a passphrase of its own, which is not that of the store".to_owned());
    }
    Ok(plain)
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CUT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, String> {
        let (digits, rest) = self.0.split_first_chunk().ok_or(CUT)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*digits))
    }

    /// Bytes behind their count.
    fn bytes(&mut self) -> Result<&'a [u8], String> {
        let count = self.number()?;
        self.take(usize::try_from(count).map_err(|_| CUT)?)
    }

    /// A text behind its count.
    fn name(&mut self) -> Result<&'a [u8], String> {
        let (digits, rest) = self.0.split_first_chunk().ok_or(CUT)?;
        self.0 = rest;
        self.take(usize::from(u16::from_be_bytes(*digits)))
    }

    fn certificate(&mut self, version: u32) -> Result<Vec<u8>, String> {
        if version == 2 && self.name()? != b"X.509" {
            return Err("a certificate in it is not of X.509".to_owned());
        }
        self.bytes().map(<[u8]>::to_vec)
    }
}
