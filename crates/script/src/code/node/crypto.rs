//! `crypto`: hashes, keyed hashes, random values, derived keys. Ciphers and signatures are those of the global
//! `crypto.subtle`.

use std::cell::RefCell;
use std::rc::Rc;

use hmac::Hmac;
use rand_core::{OsRng, RngCore as _};
use rquickjs::{ArrayBuffer, Ctx, Exception, Function, Object, Result, Value};

use super::Builtin;
use crate::error;
use crate::ffi::{Call, Member, Table};
use crate::modules::crypto::hashes::{Hash, Hasher};
use crate::modules::globals::bytes_of;

pub(super) const MODULE: Builtin = Builtin::new(
    "crypto",
    "`createHash`, `createHmac`, `hash`, `randomBytes`, `randomInt`, `randomUUID`, `randomFillSync`, `timingSafeEqual`, \
     `pbkdf2`, `hkdf`, `getHashes`, `webcrypto`, `subtle`. Of hashes: md4, md5, sha1, sha256, sha384, sha512, \
     sha512-224, sha512-256, ripemd160. Ciphers and signatures by `subtle` only",
    include_str!("crypto.js"),
)
.with(&NATIVE);

static NATIVE: Table = Table::new(&[
    Member::Method(c"hasher", 2, hasher),
    Member::Method(c"random", 1, |call| {
        let size: usize = call.get(0)?;
        let mut bytes = vec![0; size];
        OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(|failure| Exception::throw_message(&call.ctx, &format!("no random bytes: {failure}")))?;
        Ok(ArrayBuffer::new(call.ctx.clone(), bytes)?.into_value())
    }),
    Member::Method(c"derive", 5, derive),
]);

/// The hash that OpenSSL calls `name`.
fn named(name: &str) -> Option<Hash> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("rsa-").unwrap_or(&name);
    Some(match name {
        "md4" => Hash::Md4,
        "md5" => Hash::Md5,
        "ripemd160" | "ripemd" | "rmd160" => Hash::Ripemd160,
        "sha1" | "sha-1" => Hash::Sha1,
        "sha256" | "sha-256" | "sha2-256" => Hash::Sha256,
        "sha384" | "sha-384" | "sha2-384" => Hash::Sha384,
        "sha512" | "sha-512" | "sha2-512" => Hash::Sha512,
        "sha512-224" => Hash::Sha512To224,
        "sha512-256" => Hash::Sha512To256,
        _ => return None,
    })
}

/// `hasher(name, key)`: an object with `update(bytes)`, `digest()` and `copy()`; `undefined` for a hash that there
/// is not.
fn hasher<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let Some(hash) = named(&error::text_of(&call.ctx, &call.value(0))) else { return Ok(call.undefined()) };
    let key = call.value(1);
    let hasher = match bytes_of(&key).filter(|_| !key.is_undefined()) {
        Some(key) => Hasher::keyed(hash, &key),
        None => Hasher::plain(hash),
    };
    Ok(object_of(&call.ctx, hasher)?.into_value())
}

fn object_of<'js>(context: &Ctx<'js>, hasher: Hasher) -> Result<Object<'js>> {
    let hasher = Rc::new(RefCell::new(hasher));
    let (fed, copied) = (hasher.clone(), hasher.clone());
    let update = Function::new(context.clone(), move |data: Value<'js>| {
        fed.borrow_mut().update(&bytes_of(&data).unwrap_or_default());
    })?;
    let digest = Function::new(context.clone(), move |context: Ctx<'js>| {
        ArrayBuffer::new(context, hasher.borrow().digest())
    })?;
    let copy =
        Function::new(context.clone(), move |context: Ctx<'js>| object_of(&context, copied.borrow().copy()))?;
    let object = Object::new(context.clone())?;
    object.set("update", update)?;
    object.set("digest", digest)?;
    object.set("copy", copy)?;
    Ok(object)
}

/// `derive(hash, password, salt, iterations, bytes)`: PBKDF2; `undefined` for a hash that there is not.
fn derive<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let bytes = |index| bytes_of(&call.value(index)).unwrap_or_default();
    let (password, salt) = (bytes(1), bytes(2));
    let (rounds, size): (u32, usize) = (call.get(3)?, call.get(4)?);
    let mut key = vec![0; size];
    macro_rules! by {
        ($digest:ty) => {
            pbkdf2::pbkdf2::<Hmac<$digest>>(&password, &salt, rounds, &mut key)
        };
    }
    let done = match named(&error::text_of(&call.ctx, &call.value(0))) {
        Some(Hash::Md5) => by!(md5::Md5),
        Some(Hash::Sha1) => by!(sha1::Sha1),
        Some(Hash::Sha256) => by!(sha2::Sha256),
        Some(Hash::Sha384) => by!(sha2::Sha384),
        Some(Hash::Sha512) => by!(sha2::Sha512),
        _ => return Ok(call.undefined()),
    };
    // HMAC takes keys of any length.
    debug_assert!(done.is_ok(), "a key of any length will do");
    Ok(ArrayBuffer::new(call.ctx.clone(), key)?.into_value())
}
