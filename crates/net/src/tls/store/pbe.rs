//! The older encryption of PKCS#12: RC2 or triple DES under a key that SHA-1 makes of the password (RFC 7292, appendix B).
//!
//! Main function: [`decrypt`]. It is weak, and read only because old files are still about; RC4 is not.

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipher, BlockDecryptMut, InnerIvInit as _, KeyInit as _};
use des::{TdesEde2, TdesEde3};
use rc2::Rc2;
use sha1::{Digest as _, Sha1};

/// Bytes of a hash, and of what one is made of.
const HASH: usize = 20;
const BLOCK: usize = 64;
/// What is derived: a key, or where the cipher begins.
const KEY: u8 = 1;
const START: u8 = 2;

/// A way of encryption: the last number of 1.2.840.113549.1.12.1.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// 3.
    ThreeKeyDes,
    /// 4.
    TwoKeyDes,
    /// 5.
    Rc2Of128,
    /// 6.
    Rc2Of40,
}

impl Way {
    /// The way of a number; none for RC4 and for what is not known.
    pub const fn of(number: u8) -> Option<Self> {
        Some(match number {
            3 => Self::ThreeKeyDes,
            4 => Self::TwoKeyDes,
            5 => Self::Rc2Of128,
            6 => Self::Rc2Of40,
            _ => return None,
        })
    }
}

/// The plain bytes; none when the padding is wrong, which a wrong password makes of it.
pub fn decrypt(way: Way, salt: &[u8], rounds: u64, password: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let password = text(password);
    let key = |length: usize| derived(KEY, &password, salt, rounds, length);
    let start = derived(START, &password, salt, rounds, 8);
    match way {
        Way::ThreeKeyDes => plain(TdesEde3::new_from_slice(&key(24)).ok()?, &start, bytes),
        Way::TwoKeyDes => plain(TdesEde2::new_from_slice(&key(16)).ok()?, &start, bytes),
        Way::Rc2Of128 => plain(Rc2::new_with_eff_key_len(&key(16), 128), &start, bytes),
        Way::Rc2Of40 => plain(Rc2::new_with_eff_key_len(&key(5), 40), &start, bytes),
    }
}

fn plain<C>(cipher: C, start: &[u8], bytes: &[u8]) -> Option<Vec<u8>>
where
    C: BlockDecryptMut + BlockCipher,
    Decryptor<C>: cbc::cipher::InnerIvInit<Inner = C> + BlockDecryptMut,
{
    let decryptor = Decryptor::<C>::inner_iv_slice_init(cipher, start).ok()?;
    decryptor.decrypt_padded_vec_mut::<Pkcs7>(bytes).ok()
}

/// The password as it is hashed: in UTF-16, with a zero behind it.
fn text(password: &str) -> Vec<u8> {
    password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect()
}

/// So many bytes of what a password and a salt give, for one use.
fn derived(usage: u8, password: &[u8], salt: &[u8], rounds: u64, length: usize) -> Vec<u8> {
    let filled = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().copied().cycle().take(bytes.len().div_ceil(BLOCK) * BLOCK).collect()
    };
    let mut blocks = [filled(salt), filled(password)].concat();
    let mut made = Vec::with_capacity(length + HASH);
    loop {
        let mut hash = Sha1::new().chain_update([usage; BLOCK]).chain_update(&blocks).finalize();
        for _ in 1..rounds {
            hash = Sha1::digest(hash);
        }
        made.extend_from_slice(&hash);
        if made.len() >= length {
            made.truncate(length);
            return made;
        }
        for block in blocks.chunks_exact_mut(BLOCK) {
            add(block, &hash);
        }
    }
}

/// Adds the hash, repeated, and one to a block, as numbers without end.
fn add(block: &mut [u8], hash: &[u8]) {
    let mut carry = 1;
    for (at, byte) in block.iter_mut().enumerate().rev() {
        let sum = u16::from(*byte) + u16::from(hash[at % HASH]) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
}
