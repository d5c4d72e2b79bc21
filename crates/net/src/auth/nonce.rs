//! Unpredictable bytes for client nonces and form boundaries.

use std::hash::{BuildHasher as _, RandomState};

/// `N` random bytes. They serve uniqueness, not secrecy: no key is ever made of them.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(8) {
        // Each `RandomState` is keyed differently, from the operating system's randomness.
        let word = RandomState::new().hash_one(0u8).to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ() {
        assert_ne!(random_bytes::<16>(), random_bytes::<16>());
        assert_ne!(random_bytes::<13>()[..8], random_bytes::<13>()[..8]);
    }
}
