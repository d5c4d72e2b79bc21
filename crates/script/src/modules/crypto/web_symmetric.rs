//! WebCrypto's AES modes and key derivation from passwords, over plain bytes.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::consts::U12;
use aes::cipher::{BlockDecryptMut as _, BlockEncryptMut as _, KeyIvInit, StreamCipher as _};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{AesGcm, Nonce};
use aes_kw::{KekAes128, KekAes192, KekAes256};

use super::hashes::Hash;

/// Why an operation was refused: the error's name, and its message.
pub(super) type Refusal = (&'static str, String);
pub(super) type Outcome = Result<Vec<u8>, Refusal>;

/// Which way data goes through a cipher.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Encrypt,
    Decrypt,
}

pub(super) fn operation(message: &str) -> Refusal {
    ("OperationError", message.to_owned())
}

fn key_size(bytes: usize) -> Refusal {
    ("DataError", format!("invalid key size: {bytes} bytes"))
}

/// AES-CBC with PKCS#7 padding.
pub(super) fn cbc(way: Way, key: &[u8], iv: &[u8], data: &[u8]) -> Outcome {
    if iv.len() != 16 {
        return Err(operation("the initialization vector must have 16 bytes"));
    }
    macro_rules! run {
        ($cipher:ty) => {
            match way {
                Way::Encrypt => cbc::Encryptor::<$cipher>::new_from_slices(key, iv)
                    .map(|cipher| cipher.encrypt_padded_vec_mut::<Pkcs7>(data))
                    .map_err(|_| key_size(key.len())),
                Way::Decrypt => cbc::Decryptor::<$cipher>::new_from_slices(key, iv)
                    .map_err(|_| key_size(key.len()))?
                    .decrypt_padded_vec_mut::<Pkcs7>(data)
                    .map_err(|_| operation("could not decrypt: the padding is wrong")),
            }
        };
    }
    match key.len() {
        16 => run!(Aes128),
        24 => run!(Aes192),
        32 => run!(Aes256),
        other => Err(key_size(other)),
    }
}

/// AES-CTR; both ways are the same. The counter is the last `bits` of its block and wraps inside them.
pub(super) fn ctr(key: &[u8], counter: &[u8], bits: u32, data: &[u8]) -> Outcome {
    let Ok(block) = <[u8; 16]>::try_from(counter) else {
        return Err(operation("the counter must have 16 bytes"));
    };
    if !(1..=128).contains(&bits) {
        return Err(operation("the counter's length must be between 1 and 128 bits"));
    }
    let mask = if bits == 128 { u128::MAX } else { (1 << bits) - 1 };
    let start = u128::from_be_bytes(block);
    let blocks = data.len().div_ceil(16) as u128;
    if mask != u128::MAX && blocks > mask + 1 {
        return Err(operation("the data is longer than the counter can count"));
    }
    // The library's counter carries into the whole block, so the data is cut where ours wraps.
    let before_wrap = (mask - (start & mask)).saturating_add(1).min(blocks);
    let cut = data.len().min(usize::try_from(before_wrap).unwrap_or(usize::MAX).saturating_mul(16));
    let mut out = data.to_vec();
    let (head, tail) = out.split_at_mut(cut);
    stream(key, start, head)?;
    stream(key, start & !mask, tail)?;
    Ok(out)
}

fn stream(key: &[u8], counter: u128, data: &mut [u8]) -> Result<(), Refusal> {
    macro_rules! run {
        ($cipher:ty) => {
            ctr::Ctr128BE::<$cipher>::new_from_slices(key, &counter.to_be_bytes())
                .map(|mut cipher| cipher.apply_keystream(data))
                .map_err(|_| key_size(key.len()))
        };
    }
    match key.len() {
        16 => run!(Aes128),
        24 => run!(Aes192),
        32 => run!(Aes256),
        other => Err(key_size(other)),
    }
}

/// AES-GCM with a nonce of 12 bytes and the whole tag of 16.
pub(super) fn gcm(way: Way, key: &[u8], iv: &[u8], aad: &[u8], data: &[u8]) -> Outcome {
    if iv.len() != 12 {
        return Err(operation("the initialization vector must have 12 bytes"));
    }
    macro_rules! run {
        ($cipher:ty) => {{
            let cipher = AesGcm::<$cipher, U12>::new_from_slice(key).map_err(|_| key_size(key.len()))?;
            let payload = Payload { msg: data, aad };
            let done = match way {
                Way::Encrypt => cipher.encrypt(Nonce::from_slice(iv), payload),
                Way::Decrypt => cipher.decrypt(Nonce::from_slice(iv), payload),
            };
            done.map_err(|_| operation("could not process: the key, the data or its tag is wrong"))
        }};
    }
    match key.len() {
        16 => run!(Aes128),
        24 => run!(Aes192),
        32 => run!(Aes256),
        other => Err(key_size(other)),
    }
}

/// AES key wrap, RFC 3394.
pub(super) fn wrap(way: Way, key: &[u8], data: &[u8]) -> Outcome {
    macro_rules! run {
        ($cipher:ty) => {{
            let cipher = <$cipher>::try_from(key).map_err(|_| key_size(key.len()))?;
            match way {
                Way::Encrypt => cipher.wrap_vec(data),
                Way::Decrypt => cipher.unwrap_vec(data),
            }
            .map_err(|failure| operation(&failure.to_string()))
        }};
    }
    match key.len() {
        16 => run!(KekAes128),
        24 => run!(KekAes192),
        32 => run!(KekAes256),
        other => Err(key_size(other)),
    }
}

/// PBKDF2 over a keyed hash.
pub(super) fn pbkdf2(
    hash: Hash,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    size_bytes: usize,
) -> Outcome {
    if iterations == 0 {
        return Err(operation("iterations must be above 0"));
    }
    let mut out = vec![0; size_bytes];
    match hash {
        Hash::Sha1 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password, salt, iterations, &mut out),
        Hash::Sha256 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, salt, iterations, &mut out),
        Hash::Sha384 => pbkdf2::pbkdf2_hmac::<sha2::Sha384>(password, salt, iterations, &mut out),
        Hash::Sha512 => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(password, salt, iterations, &mut out),
        _ => return Err(("NotSupportedError", "PBKDF2 takes a SHA hash".to_owned())),
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encrypted_comes_back() {
        for size in [16, 24, 32] {
            let key = vec![7; size];
            let check = |run: &dyn Fn(Way, &[u8]) -> Outcome| {
                let secret = run(Way::Encrypt, b"0123456789abcdef01234567").unwrap();
                assert_ne!(secret, b"0123456789abcdef01234567");
                assert_eq!(run(Way::Decrypt, &secret).unwrap(), b"0123456789abcdef01234567");
            };
            check(&|way, data| cbc(way, &key, &[1; 16], data));
            check(&|way, data| gcm(way, &key, &[1; 12], b"more", data));
            check(&|way, data| wrap(way, &key, data));
            check(&|_, data| ctr(&key, &[255; 16], 8, data));
        }
    }

    #[test]
    fn a_counter_wraps_inside_its_bits() {
        // With 8 bits of counter, the block after ff is 00 and nothing carries.
        let key = [3; 16];
        let mut last = [0; 16];
        last[15] = 255;
        let both = ctr(&key, &last, 8, &[0; 32]).unwrap();
        assert_eq!(both[16..], ctr(&key, &[0; 16], 8, &[0; 16]).unwrap());
        assert!(ctr(&key, &last, 1, &[0; 48]).is_err());
    }

    #[test]
    fn wrong_sizes_are_refused_by_name() {
        let check = |outcome: Outcome, expected| assert_eq!(outcome.unwrap_err().0, expected);
        check(cbc(Way::Encrypt, &[0; 16], &[0; 3], b""), "OperationError");
        check(cbc(Way::Encrypt, &[0; 5], &[0; 16], b""), "DataError");
        check(cbc(Way::Decrypt, &[0; 16], &[0; 16], &[0; 16]), "OperationError");
        check(gcm(Way::Decrypt, &[0; 16], &[0; 12], b"", &[0; 20]), "OperationError");
        check(ctr(&[0; 16], &[0; 15], 64, b""), "OperationError");
    }
}
