//! The authentication schemes a k6 script may ask for: Basic, Digest and NTLM.
//!
//! Main types: [`Challenge`], [`digest::Session`] and the messages of [`ntlm`]. Pure functions from what the
//! server said to what the client answers; the round trips belong to the client.

mod challenge;
pub mod digest;
mod nonce;
pub mod ntlm;

pub use challenge::Challenge;
pub use nonce::random_bytes;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The `Authorization` value of Basic authentication.
#[must_use]
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|&byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_header() {
        // RFC 7617, section 2 and 2.1.
        assert_eq!(basic("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(basic("test", "123\u{a3}"), "Basic dGVzdDoxMjPCow==");
        assert_eq!(basic("", ""), "Basic Og==");
    }
}
