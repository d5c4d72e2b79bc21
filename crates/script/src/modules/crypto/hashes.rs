//! Hash functions by name, and keyed hashes over any of them.
//!
//! The main type is [`Hash`]. Block sizes are carried beside the functions because a keyed hash needs them and
//! the dynamic interface does not tell.

use sha2::digest::{Digest, DynDigest};

/// A hash function that scripts can name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hash {
    Md4,
    Md5,
    Ripemd160,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Sha512To224,
    Sha512To256,
}

/// A running hash.
pub(crate) type Running = Box<dyn DynDigest>;

impl Hash {
    /// The function that `k6/crypto` calls `name`.
    pub(crate) fn of_k6(name: &str) -> Option<Self> {
        Some(match name {
            "md4" => Self::Md4,
            "md5" => Self::Md5,
            "ripemd160" => Self::Ripemd160,
            "sha1" => Self::Sha1,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            "sha512_224" => Self::Sha512To224,
            "sha512_256" => Self::Sha512To256,
            _ => return None,
        })
    }

    /// The function that WebCrypto calls `name`, in upper case.
    pub(crate) fn of_web(name: &str) -> Option<Self> {
        Some(match name {
            "SHA-1" => Self::Sha1,
            "SHA-256" => Self::Sha256,
            "SHA-384" => Self::Sha384,
            "SHA-512" => Self::Sha512,
            _ => return None,
        })
    }

    /// A fresh state.
    pub(crate) fn start(self) -> Running {
        match self {
            Self::Md4 => Box::new(md4::Md4::new()),
            Self::Md5 => Box::new(md5::Md5::new()),
            Self::Ripemd160 => Box::new(ripemd::Ripemd160::new()),
            Self::Sha1 => Box::new(sha1::Sha1::new()),
            Self::Sha256 => Box::new(sha2::Sha256::new()),
            Self::Sha384 => Box::new(sha2::Sha384::new()),
            Self::Sha512 => Box::new(sha2::Sha512::new()),
            Self::Sha512To224 => Box::new(sha2::Sha512_224::new()),
            Self::Sha512To256 => Box::new(sha2::Sha512_256::new()),
        }
    }

    /// The size of the function's input block.
    fn block_bytes(self) -> usize {
        match self {
            Self::Md4 | Self::Md5 | Self::Ripemd160 | Self::Sha1 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 | Self::Sha512To224 | Self::Sha512To256 => 128,
        }
    }

    /// The hash of `data`.
    pub(crate) fn of(self, data: &[u8]) -> Vec<u8> {
        let mut running = self.start();
        running.update(data);
        running.finalize().into_vec()
    }
}

/// A hash that may have a key, fed in pieces; reading it does not end it.
pub(crate) struct Hasher {
    inner: Running,
    /// The outer state of a keyed hash, with its pad taken in.
    outer: Option<Running>,
}

impl Hasher {
    /// A hash without a key.
    pub(crate) fn plain(hash: Hash) -> Self {
        Self { inner: hash.start(), outer: None }
    }

    /// A hash with a key: HMAC, RFC 2104.
    pub(crate) fn keyed(hash: Hash, key: &[u8]) -> Self {
        let size = hash.block_bytes();
        let mut block = if key.len() > size { hash.of(key) } else { key.to_vec() };
        block.resize(size, 0);
        let padded = |with: u8| {
            let mut running = hash.start();
            running.update(&block.iter().map(|byte| byte ^ with).collect::<Vec<_>>());
            running
        };
        Self { inner: padded(0x36), outer: Some(padded(0x5c)) }
    }

    /// Another hash of what was taken in so far.
    pub(crate) fn copy(&self) -> Self {
        let outer = self.outer.as_ref().map(|outer| outer.box_clone());
        Self { inner: self.inner.box_clone(), outer }
    }

    /// Takes in more data.
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.inner.update(data);
    }

    /// The hash of everything so far.
    pub(crate) fn digest(&self) -> Vec<u8> {
        let inner = self.inner.box_clone().finalize().into_vec();
        match &self.outer {
            None => inner,
            Some(outer) => {
                let mut outer = outer.box_clone();
                outer.update(&inner);
                outer.finalize().into_vec()
            }
        }
    }
}

/// The keyed hash of `data`.
pub(crate) fn hmac(hash: Hash, key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut hasher = Hasher::keyed(hash, key);
    hasher.update(data);
    hasher.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn keyed_hashes_follow_rfc_4231() {
        let check = |hash, key: &[u8], data: &[u8], expected: &str| {
            assert!(hex(&hmac(hash, key, data)).starts_with(expected), "{hash:?}");
        };
        check(Hash::Sha256, &[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da7");
        check(Hash::Sha512, &[0x0b; 20], b"Hi There", "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec278");
        // A key longer than the block is hashed first.
        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        check(Hash::Sha256, &[0xaa; 131], long, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c514");
        check(Hash::Sha384, &[0xaa; 131], long, "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f");
    }

    #[test]
    fn a_digest_does_not_end_the_hash() {
        let mut hasher = Hasher::plain(Hash::Md5);
        hasher.update(b"a");
        assert_eq!(hasher.digest(), Hash::Md5.of(b"a"));
        hasher.update(b"bc");
        assert_eq!(hex(&hasher.digest()), "900150983cd24fb0d6963f7d28e17f72");
    }
}
