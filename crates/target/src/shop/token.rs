//! JSON web tokens signed with HMAC-SHA256, issued and checked.
//!
//! Main type: [`Signer`]. The secret comes from the seed: tokens outlive a restart with the same seed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::records::{Role, User};

/// How long a token is good, in seconds.
pub const LIFETIME_S: u64 = 24 * 3600;

/// Whom a token speaks for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The account's id.
    pub sub: u64,
    /// The account's address.
    pub email: String,
    /// `customer` or `admin`.
    pub role: String,
    /// Seconds since 1970.
    pub iat: u64,
    /// Seconds since 1970.
    pub exp: u64,
}

impl Claims {
    /// The claims of a token issued at `now_s`.
    pub fn of(user: &User, now_s: u64) -> Self {
        Self {
            sub: user.id,
            email: user.email.clone(),
            role: user.role.name().to_owned(),
            iat: now_s,
            exp: now_s + LIFETIME_S,
        }
    }

    /// Whether the token speaks for an admin.
    pub fn is_admin(&self) -> bool {
        Role::named(&self.role) == Role::Admin
    }
}

/// Signs and checks tokens.
pub struct Signer {
    mac: Hmac<Sha256>,
}

impl Signer {
    /// A signer whose secret follows from the seed.
    pub fn new(seed: u64) -> Self {
        let secret = format!("demo shop secret {seed}");
        let mac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        Self { mac }
    }

    /// The token of these claims.
    pub fn sign(&self, claims: &Claims) -> String {
        /// `{"alg":"HS256","typ":"JWT"}`
        const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
        let claims = serde_json::to_vec(claims).expect("claims are text and numbers");
        let mut token = String::with_capacity(256);
        token.push_str(HEADER);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.mac.clone().chain_update(token.as_bytes()).finalize().into_bytes();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    /// The claims of a token that this signer signed and that is still good at `now_s`.
    pub fn check(&self, token: &str, now_s: u64) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac.clone().chain_update(signed.as_bytes()).verify_slice(&signature).ok()?;
        let (_, claims) = signed.split_once('.')?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (claims.exp > now_s).then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_fresh_tokens_pass() {
        let claims = Claims { sub: 7, email: "a@b".into(), role: "admin".into(), iat: 100, exp: 200 };
        let signer = Signer::new(1);
        let token = signer.sign(&claims);
        assert_eq!(signer.check(&token, 199), Some(claims.clone()));
        assert_eq!(signer.check(&token, 200), None);
        assert_eq!(Signer::new(2).check(&token, 150), None);
        let (header, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let forged = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Claims { sub: 8, ..claims }).unwrap());
        assert_eq!(signer.check(&format!("{header}.{forged}.{signature}"), 150), None);
        for junk in ["", "test", "a.b", "a.b.c", "undefined"] {
            assert_eq!(signer.check(junk, 0), None, "{junk}");
        }
    }
}
