//! What scripts do with bytes and the engine would do slowly: hashes, compression and ciphers.

use std::io::{self, Read};

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use flate2::Compression;
use flate2::bufread::{
    DeflateDecoder, DeflateEncoder, GzDecoder, GzEncoder, MultiGzDecoder, ZlibDecoder, ZlibEncoder,
};
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::calls::hex;

/// How many bytes a script may unpack at once.
const UNPACKED_BYTES_MAX: u64 = 64 << 20;
/// Bytes of a block of AES.
const BLOCK: usize = 16;

/// A hash as hexadecimal digits, or nothing when the algorithm is unknown.
pub fn digest(algorithm: &str, bytes: &[u8]) -> Option<String> {
    Some(match algorithm.to_ascii_uppercase().replace('-', "").as_str() {
        "MD5" => hex(&Md5::digest(bytes)),
        "SHA" | "SHA1" => hex(&Sha1::digest(bytes)),
        "SHA256" => hex(&Sha256::digest(bytes)),
        "SHA384" => hex(&Sha384::digest(bytes)),
        "SHA512" => hex(&Sha512::digest(bytes)),
        _ => return None,
    })
}

/// A keyed hash as hexadecimal digits, or nothing when the algorithm is unknown.
pub fn hmac_of(algorithm: &str, key: &[u8], bytes: &[u8]) -> Option<String> {
    macro_rules! with {
        ($hash:ty) => {{
            let mut mac = <Hmac<$hash> as Mac>::new_from_slice(key).ok()?;
            mac.update(bytes);
            hex(&mac.finalize().into_bytes())
        }};
    }
    Some(match algorithm {
        "HmacMD5" => with!(Md5),
        "HmacSHA1" => with!(Sha1),
        "HmacSHA256" => with!(Sha256),
        "HmacSHA384" => with!(Sha384),
        "HmacSHA512" => with!(Sha512),
        _ => return None,
    })
}

/// Bytes compressed as `gzip`, `zlib` or bare.
pub fn packed(way: &str, bytes: &[u8]) -> Vec<u8> {
    let level = Compression::default();
    let mut out = Vec::new();
    let done = match way {
        "gzip" => GzEncoder::new(bytes, level).read_to_end(&mut out),
        "zlib" => ZlibEncoder::new(bytes, level).read_to_end(&mut out),
        _ => DeflateEncoder::new(bytes, level).read_to_end(&mut out),
    };
    done.expect("packing from memory to memory cannot fail");
    out
}

/// The reverse; errors in Java's words.
pub fn unpacked(way: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let (words, reader): (&str, Box<dyn Read + '_>) = match way {
        "gzip" if GzDecoder::new(bytes).header().is_none() => {
            return Err("java.util.zip.ZipException: Not in GZIP format".to_owned());
        }
        "gzip" => ("java.util.zip.ZipException: invalid block type", Box::new(MultiGzDecoder::new(bytes))),
        "zlib" => ("java.util.zip.ZipException: incorrect header check", Box::new(ZlibDecoder::new(bytes))),
        _ => ("java.util.zip.ZipException: invalid block type", Box::new(DeflateDecoder::new(bytes))),
    };
    let mut out = Vec::new();
    match reader.take(UNPACKED_BYTES_MAX).read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err("java.io.EOFException: Unexpected end of ZLIB input stream".to_owned())
        }
        Err(_) => Err(words.to_owned()),
    }
}

/// A key of AES of any length.
enum Key {
    Short(Aes128),
    Middle(Aes192),
    Long(Aes256),
}

impl Key {
    fn new(bytes: &[u8]) -> Result<Self, String> {
        Ok(match bytes.len() {
            16 => Self::Short(Aes128::new(GenericArray::from_slice(bytes))),
            24 => Self::Middle(Aes192::new(GenericArray::from_slice(bytes))),
            32 => Self::Long(Aes256::new(GenericArray::from_slice(bytes))),
            length => {
                return Err(format!(
                    "java.security.InvalidKeyException: Invalid AES key length: {length} bytes"
                ));
            }
        })
    }

    fn turn(&self, block: &mut [u8], encrypts: bool) {
        let block = GenericArray::from_mut_slice(block);
        match (self, encrypts) {
            (Self::Short(key), true) => key.encrypt_block(block),
            (Self::Short(key), false) => key.decrypt_block(block),
            (Self::Middle(key), true) => key.encrypt_block(block),
            (Self::Middle(key), false) => key.decrypt_block(block),
            (Self::Long(key), true) => key.encrypt_block(block),
            (Self::Long(key), false) => key.decrypt_block(block),
        }
    }
}

/// AES by the name of a transformation such as `AES/CBC/PKCS5Padding`; errors in Java's words.
pub fn cipher(
    transformation: &str,
    encrypts: bool,
    key: &[u8],
    start: &[u8],
    bytes: &[u8],
    more: &[u8],
) -> Result<Vec<u8>, String> {
    let name = transformation.to_ascii_uppercase();
    let mut parts = name.split('/').skip(1);
    let mode = parts.next().unwrap_or("ECB");
    let pads = parts.next().unwrap_or("PKCS5PADDING") != "NOPADDING";
    if mode == "GCM" {
        return sealed(encrypts, key, start, bytes, more);
    }
    let key = Key::new(key)?;
    if mode != "ECB" && start.len() != BLOCK {
        let words = "Wrong IV length: must be 16 bytes long";
        return Err(format!("java.security.InvalidAlgorithmParameterException: {words}"));
    }
    let mut data = bytes.to_vec();
    if mode == "CTR" {
        streamed(&key, start, &mut data);
        return Ok(data);
    }
    if encrypts && pads {
        let fill = BLOCK - data.len() % BLOCK;
        data.resize(data.len() + fill, u8::try_from(fill).expect("a block is shorter than 256 bytes"));
    }
    if !data.len().is_multiple_of(BLOCK) {
        let words = if encrypts {
            "Input length not multiple of 16 bytes"
        } else {
            "Input length must be multiple of 16 when decrypting with padded cipher"
        };
        return Err(format!("javax.crypto.IllegalBlockSizeException: {words}"));
    }
    chained(&key, (mode == "CBC").then_some(start), &mut data, encrypts);
    if !encrypts && pads {
        let fill = usize::from(data.last().copied().unwrap_or(0));
        let right = (1..=BLOCK).contains(&fill)
            && fill <= data.len()
            && data[data.len() - fill..].iter().all(|byte| usize::from(*byte) == fill);
        if !right && !data.is_empty() {
            let words = "Given final block not properly padded. Such issues can arise if a bad key is used during decryption.";
            return Err(format!("javax.crypto.BadPaddingException: {words}"));
        }
        data.truncate(data.len().saturating_sub(fill));
    }
    Ok(data)
}

/// Whole blocks, each mixed with the one before it where there is a start.
fn chained(key: &Key, start: Option<&[u8]>, data: &mut [u8], encrypts: bool) {
    let mut last: Option<Vec<u8>> = start.map(<[u8]>::to_vec);
    for block in data.chunks_exact_mut(BLOCK) {
        let before = block.to_vec();
        if let (Some(last), true) = (&last, encrypts) {
            block.iter_mut().zip(last).for_each(|(byte, other)| *byte ^= other);
        }
        key.turn(block, encrypts);
        if let (Some(last), false) = (&last, encrypts) {
            block.iter_mut().zip(last).for_each(|(byte, other)| *byte ^= other);
        }
        last = last.map(|_| if encrypts { block.to_vec() } else { before });
    }
}

/// A stream of keys out of a counter.
fn streamed(key: &Key, start: &[u8], data: &mut [u8]) {
    let mut counter = u128::from_be_bytes(start.try_into().expect("its length was looked at"));
    for part in data.chunks_mut(BLOCK) {
        let mut pad = counter.to_be_bytes();
        key.turn(&mut pad, true);
        part.iter_mut().zip(pad).for_each(|(byte, other)| *byte ^= other);
        counter = counter.wrapping_add(1);
    }
}

/// AES with a tag behind what is encrypted.
fn sealed(encrypts: bool, key: &[u8], start: &[u8], bytes: &[u8], more: &[u8]) -> Result<Vec<u8>, String> {
    if start.len() != 12 {
        return Err(
            "java.lang.UnsupportedOperationException: a start of GCM that has not 12 bytes".to_owned()
        );
    }
    let nonce = GenericArray::from_slice(start);
    let payload = Payload { msg: bytes, aad: more };
    let done = match (key.len(), encrypts) {
        (16, true) => Aes128Gcm::new(GenericArray::from_slice(key)).encrypt(nonce, payload),
        (16, false) => Aes128Gcm::new(GenericArray::from_slice(key)).decrypt(nonce, payload),
        (32, true) => Aes256Gcm::new(GenericArray::from_slice(key)).encrypt(nonce, payload),
        (32, false) => Aes256Gcm::new(GenericArray::from_slice(key)).decrypt(nonce, payload),
        (length, _) => {
            return Err(format!("java.security.InvalidKeyException: Invalid AES key length: {length} bytes"));
        }
    };
    done.map_err(|_| "javax.crypto.AEADBadTagException: Tag mismatch".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::calls::unhex;
    use super::*;

    #[test]
    fn what_is_encrypted_is_read_again() {
        let key = b"0123456789abcdef";
        for (name, start) in [
            ("AES", &b""[..]),
            ("AES/CBC/PKCS5Padding", b"abcdefghijklmnop"),
            ("AES/CTR/NoPadding", b"abcdefghijklmnop"),
            ("AES/GCM/NoPadding", b"abcdefghijkl"),
        ] {
            for text in ["", "a", "sixteen bytes ok", "and a text of more than one block"] {
                let secret = cipher(name, true, key, start, text.as_bytes(), b"").unwrap();
                assert_eq!(cipher(name, false, key, start, &secret, b"").unwrap(), text.as_bytes(), "{name}");
            }
        }
        let refused = |name: &str, key: &[u8], start: &[u8], bytes: &[u8]| {
            cipher(name, false, key, start, bytes, b"").unwrap_err()
        };
        assert!(refused("AES", b"short", b"", b"").contains("Invalid AES key length: 5 bytes"));
        assert!(refused("AES/CBC/NoPadding", key, b"x", b"").contains("Wrong IV length"));
        assert!(refused("AES", key, b"", b"abc").contains("multiple of 16"));
        assert!(refused("AES", key, b"", b"sixteen bytes ok").contains("not properly padded"));
        assert!(refused("AES/GCM/NoPadding", key, b"abcdefghijkl", b"x").contains("Tag mismatch"));
    }

    #[test]
    fn aes_is_that_of_the_standard() {
        // The examples of FIPS 197.
        let text = unhex("00112233445566778899aabbccddeeff");
        for (key, secret) in [
            ("000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a"),
            ("000102030405060708090a0b0c0d0e0f1011121314151617", "dda97ca4864cdfe06eaf70a0ec0d7191"),
            (
                "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                "8ea2b7ca516745bfeafc49904b496089",
            ),
        ] {
            let done = cipher("AES/ECB/NoPadding", true, &unhex(key), b"", &text, b"").unwrap();
            assert_eq!(hex(&done), secret);
        }
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        for way in ["gzip", "zlib", "raw"] {
            assert_eq!(unpacked(way, &packed(way, b"hello hello hello")).unwrap(), b"hello hello hello");
        }
        assert!(unpacked("gzip", b"plain").unwrap_err().contains("Not in GZIP format"));
    }
}
