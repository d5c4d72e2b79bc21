//! WebCrypto's RSA and elliptic curves, over plain bytes: private keys are PKCS#8 documents, public keys
//! SubjectPublicKeyInfo documents.

use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use rand_core::OsRng;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, Oaep, Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey};

use super::hashes::Hash;
use super::web_symmetric::{Outcome, Refusal, operation};

/// A private key, or a signature check and the like, failed for a reason that only the key explains.
fn data(what: &str) -> Refusal {
    ("DataError", format!("the key is not a valid {what}"))
}

/// The curves that scripts can name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "P-256" => Some(Self::P256),
            "P-384" => Some(Self::P384),
            "P-521" => Some(Self::P521),
            _ => None,
        }
    }
}

macro_rules! on_curve {
    ($curve:expr, $library:ident => $body:block) => {
        match $curve {
            Curve::P256 => {
                use p256 as $library;
                $body
            }
            Curve::P384 => {
                use p384 as $library;
                $body
            }
            Curve::P521 => {
                use p521 as $library;
                $body
            }
        }
    };
}

/// A new private key.
pub(super) fn ec_generate(curve: Curve) -> Outcome {
    on_curve!(curve, library => {
        let document = library::SecretKey::random(&mut OsRng).to_pkcs8_der().map_err(|_| data("EC key"))?;
        Ok(document.as_bytes().to_vec())
    })
}

/// The private key with the scalar `scalar`.
pub(super) fn ec_from_scalar(curve: Curve, scalar: &[u8]) -> Outcome {
    on_curve!(curve, library => {
        let key = library::SecretKey::from_slice(scalar).map_err(|_| data("EC key"))?;
        Ok(key.to_pkcs8_der().map_err(|_| data("EC key"))?.as_bytes().to_vec())
    })
}

/// The scalar of a private key.
pub(super) fn ec_scalar(curve: Curve, private: &[u8]) -> Outcome {
    on_curve!(curve, library => {
        let key = library::SecretKey::from_pkcs8_der(private).map_err(|_| data("EC key"))?;
        Ok(key.to_bytes().to_vec())
    })
}

/// The public key of a private key.
pub(super) fn ec_public(curve: Curve, private: &[u8]) -> Outcome {
    on_curve!(curve, library => {
        let key = library::SecretKey::from_pkcs8_der(private).map_err(|_| data("EC key"))?;
        let document = key.public_key().to_public_key_der().map_err(|_| data("EC key"))?;
        Ok(document.as_bytes().to_vec())
    })
}

/// The public key with this uncompressed point.
pub(super) fn ec_from_point(curve: Curve, point: &[u8]) -> Outcome {
    on_curve!(curve, library => {
        let key = library::PublicKey::from_sec1_bytes(point).map_err(|_| data("EC point"))?;
        Ok(key.to_public_key_der().map_err(|_| data("EC point"))?.as_bytes().to_vec())
    })
}

/// The uncompressed point of a public key.
pub(super) fn ec_point(curve: Curve, public: &[u8]) -> Outcome {
    on_curve!(curve, library => {
        let key = library::PublicKey::from_public_key_der(public).map_err(|_| data("EC key"))?;
        Ok(key.to_encoded_point(false).as_bytes().to_vec())
    })
}

/// The secret that a private and another's public key share.
pub(super) fn ecdh(curve: Curve, private: &[u8], public: &[u8]) -> Outcome {
    on_curve!(curve, library => {
        let key = library::SecretKey::from_pkcs8_der(private).map_err(|_| data("EC key"))?;
        let other = library::PublicKey::from_public_key_der(public).map_err(|_| data("EC key"))?;
        let shared = library::ecdh::diffie_hellman(key.to_nonzero_scalar(), other.as_affine());
        Ok(shared.raw_secret_bytes().to_vec())
    })
}

/// The hash of what is signed, at least half as long as the curve's field as the libraries ask.
fn prehash(curve: Curve, hash: Hash, message: &[u8]) -> Vec<u8> {
    let digest = hash.of(message);
    let least = match curve {
        Curve::P256 => 16,
        Curve::P384 => 24,
        Curve::P521 => 33,
    };
    // Leading zeros do not change the number that a hash stands for.
    let mut padded = vec![0; usize::saturating_sub(least, digest.len())];
    padded.extend(digest);
    padded
}

/// An ECDSA signature: both numbers, one behind the other.
pub(super) fn ec_sign(curve: Curve, hash: Hash, private: &[u8], message: &[u8]) -> Outcome {
    use p256::ecdsa::signature::hazmat::RandomizedPrehashSigner as _;
    let hashed = prehash(curve, hash, message);
    on_curve!(curve, library => {
        let scalar = ec_scalar(curve, private)?;
        let key = library::ecdsa::SigningKey::from_slice(&scalar).map_err(|_| data("EC key"))?;
        let signature: library::ecdsa::Signature =
            key.sign_prehash_with_rng(&mut OsRng, &hashed).map_err(|_| operation("could not sign"))?;
        Ok(signature.to_bytes().to_vec())
    })
}

/// Whether an ECDSA signature is right.
pub(super) fn ec_verify(
    curve: Curve,
    hash: Hash,
    public: &[u8],
    signature: &[u8],
    message: &[u8],
) -> Result<bool, Refusal> {
    use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
    let hashed = prehash(curve, hash, message);
    let point = ec_point(curve, public)?;
    on_curve!(curve, library => {
        let key = library::ecdsa::VerifyingKey::from_sec1_bytes(&point).map_err(|_| data("EC key"))?;
        Ok(library::ecdsa::Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_prehash(&hashed, &signature).is_ok()))
    })
}

/// The ways to sign with RSA.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scheme {
    Pkcs1,
    /// With this many bytes of salt.
    Pss(usize),
}

fn rsa_private(document: &[u8]) -> Result<RsaPrivateKey, Refusal> {
    RsaPrivateKey::from_pkcs8_der(document).map_err(|_| data("RSA key"))
}

fn rsa_public(document: &[u8]) -> Result<RsaPublicKey, Refusal> {
    RsaPublicKey::from_public_key_der(document).map_err(|_| data("RSA key"))
}

/// A new private key.
pub(super) fn rsa_generate(bits: usize, exponent: &[u8]) -> Outcome {
    if !(256..=16_384).contains(&bits) {
        return Err(operation("modulusLength must be between 256 and 16384 bits"));
    }
    let key = RsaPrivateKey::new_with_exp(&mut OsRng, bits, &BigUint::from_bytes_be(exponent))
        .map_err(|failure| operation(&failure.to_string()))?;
    Ok(key.to_pkcs8_der().map_err(|_| data("RSA key"))?.as_bytes().to_vec())
}

/// The public key of a private key.
pub(super) fn rsa_public_of(private: &[u8]) -> Outcome {
    let key = rsa_private(private)?.to_public_key();
    Ok(key.to_public_key_der().map_err(|_| data("RSA key"))?.as_bytes().to_vec())
}

/// The numbers of a key: `n` and `e`, of a private one also `d`, `p`, `q`, `dp`, `dq`, `qi`.
pub(super) fn rsa_numbers(document: &[u8], private: bool) -> Result<Vec<Vec<u8>>, Refusal> {
    if !private {
        let key = rsa_public(document)?;
        return Ok(vec![key.n().to_bytes_be(), key.e().to_bytes_be()]);
    }
    let key = rsa_private(document)?;
    let [p, q] = key.primes() else { return Err(data("RSA key of two primes")) };
    let one = BigUint::from(1u8);
    let inverse = q.modpow(&(p - 2u8), p);
    Ok([key.n(), key.e(), key.d(), p, q, &(key.d() % (p - &one)), &(key.d() % (q - &one)), &inverse]
        .map(BigUint::to_bytes_be)
        .to_vec())
}

/// The key with these numbers, in the order of [`rsa_numbers`]; the last three are computed anew.
pub(super) fn rsa_from_numbers(numbers: &[Vec<u8>]) -> Outcome {
    let number = |index: usize| numbers.get(index).map(|bytes| BigUint::from_bytes_be(bytes));
    let (Some(n), Some(e)) = (number(0), number(1)) else { return Err(data("RSA key")) };
    let Some(d) = number(2) else {
        let key = RsaPublicKey::new(n, e).map_err(|_| data("RSA key"))?;
        return Ok(key.to_public_key_der().map_err(|_| data("RSA key"))?.as_bytes().to_vec());
    };
    let primes = [number(3), number(4)].into_iter().flatten().collect();
    let key = RsaPrivateKey::from_components(n, e, d, primes).map_err(|_| data("RSA key"))?;
    Ok(key.to_pkcs8_der().map_err(|_| data("RSA key"))?.as_bytes().to_vec())
}

macro_rules! with_hash {
    ($hash:expr, $function:ident => $body:expr) => {
        match $hash {
            Hash::Sha1 => {
                type $function = sha1::Sha1;
                $body
            }
            Hash::Sha256 => {
                type $function = sha2::Sha256;
                $body
            }
            Hash::Sha384 => {
                type $function = sha2::Sha384;
                $body
            }
            Hash::Sha512 => {
                type $function = sha2::Sha512;
                $body
            }
            _ => return Err(("NotSupportedError", "RSA takes a SHA hash".to_owned())),
        }
    };
}

/// An RSA signature.
pub(super) fn rsa_sign(scheme: Scheme, hash: Hash, private: &[u8], message: &[u8]) -> Outcome {
    let key = rsa_private(private)?;
    let hashed = hash.of(message);
    with_hash!(hash, Function => match scheme {
        Scheme::Pkcs1 => key.sign_with_rng(&mut OsRng, pkcs1_of(hash), &hashed),
        Scheme::Pss(salt) => key.sign_with_rng(&mut OsRng, Pss::new_with_salt::<Function>(salt), &hashed),
    })
    .map_err(|failure| operation(&failure.to_string()))
}

/// Whether an RSA signature is right.
pub(super) fn rsa_verify(
    scheme: Scheme,
    hash: Hash,
    public: &[u8],
    signature: &[u8],
    message: &[u8],
) -> Result<bool, Refusal> {
    let key = rsa_public(public)?;
    let hashed = hash.of(message);
    Ok(with_hash!(hash, Function => match scheme {
        Scheme::Pkcs1 => key.verify(pkcs1_of(hash), &hashed, signature),
        Scheme::Pss(salt) => key.verify(Pss::new_with_salt::<Function>(salt), &hashed, signature),
    })
    .is_ok())
}

/// PKCS#1 v1.5 with the prefix that names the hash: its DER object identifier and length, RFC 8017 §9.2.
fn pkcs1_of(hash: Hash) -> Pkcs1v15Sign {
    let (identifier, size): (&[u8], u8) = match hash {
        Hash::Sha1 => (&[0x2b, 0x0e, 0x03, 0x02, 0x1a], 20),
        Hash::Sha256 => (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], 32),
        Hash::Sha384 => (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02], 48),
        _ => (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03], 64),
    };
    let named = u8::try_from(identifier.len()).expect("identifiers of hashes are short");
    let mut prefix = vec![0x30, named + 8 + size, 0x30, named + 4, 0x06, named];
    prefix.extend_from_slice(identifier);
    prefix.extend_from_slice(&[0x05, 0x00, 0x04, size]);
    Pkcs1v15Sign { hash_len: Some(usize::from(size)), prefix: prefix.into() }
}

/// RSA-OAEP with a public key.
pub(super) fn oaep_encrypt(hash: Hash, public: &[u8], label: &[u8], message: &[u8]) -> Outcome {
    let key = rsa_public(public)?;
    with_hash!(hash, Function => key.encrypt(&mut OsRng, oaep::<Function>(label)?, message))
        .map_err(|failure| operation(&failure.to_string()))
}

/// RSA-OAEP with a private key.
pub(super) fn oaep_decrypt(hash: Hash, private: &[u8], label: &[u8], message: &[u8]) -> Outcome {
    let key = rsa_private(private)?;
    with_hash!(hash, Function => key.decrypt_blinded(&mut OsRng, oaep::<Function>(label)?, message))
        .map_err(|failure| operation(&failure.to_string()))
}

fn oaep<D>(label: &[u8]) -> Result<Oaep, Refusal>
where
    D: sha2::digest::Digest + sha2::digest::DynDigest + Send + Sync + 'static,
{
    let mut padding = Oaep::new::<D>();
    if !label.is_empty() {
        // The library keeps labels as text and takes their bytes.
        let text = std::str::from_utf8(label)
            .map_err(|_| ("NotSupportedError", "an RSA-OAEP label must be UTF-8".to_owned()))?;
        padding.label = Some(text.to_owned());
    }
    Ok(padding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_sign_share_and_round_trip() {
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            let (one, two) = (ec_generate(curve).unwrap(), ec_generate(curve).unwrap());
            let (open_one, open_two) = (ec_public(curve, &one).unwrap(), ec_public(curve, &two).unwrap());
            assert_eq!(ecdh(curve, &one, &open_two).unwrap(), ecdh(curve, &two, &open_one).unwrap());
            for hash in [Hash::Sha1, Hash::Sha256, Hash::Sha512] {
                let signature = ec_sign(curve, hash, &one, b"text").unwrap();
                let verify = |key: &[u8], text: &[u8]| ec_verify(curve, hash, key, &signature, text).unwrap();
                assert!(verify(&open_one, b"text"));
                assert!(!verify(&open_one, b"other"));
                assert!(!verify(&open_two, b"text"));
            }
            let point = ec_point(curve, &open_one).unwrap();
            assert_eq!(ec_from_point(curve, &point).unwrap(), open_one);
            let scalar = ec_scalar(curve, &one).unwrap();
            assert_eq!(ec_public(curve, &ec_from_scalar(curve, &scalar).unwrap()).unwrap(), open_one);
        }
    }

    #[test]
    fn rsa_signs_encrypts_and_round_trips() {
        let private = rsa_generate(1024, &[1, 0, 1]).unwrap();
        let public = rsa_public_of(&private).unwrap();
        for scheme in [Scheme::Pkcs1, Scheme::Pss(32)] {
            let signature = rsa_sign(scheme, Hash::Sha256, &private, b"text").unwrap();
            let verify = |text: &[u8]| rsa_verify(scheme, Hash::Sha256, &public, &signature, text).unwrap();
            assert!(verify(b"text"));
            assert!(!verify(b"other"));
        }
        let secret = oaep_encrypt(Hash::Sha1, &public, b"label", b"text").unwrap();
        assert_eq!(oaep_decrypt(Hash::Sha1, &private, b"label", &secret).unwrap(), b"text");
        assert!(oaep_decrypt(Hash::Sha1, &private, b"other", &secret).is_err());
        assert_eq!(rsa_from_numbers(&rsa_numbers(&private, true).unwrap()).unwrap(), private);
        assert_eq!(rsa_from_numbers(&rsa_numbers(&public, false).unwrap()).unwrap(), public);
    }
}
