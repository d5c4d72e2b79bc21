//! `k6/crypto`: hashes, keyed hashes and random bytes, all synchronous.
//!
//! [`hashes`] has the functions themselves, [`x509`] reads certificates, [`web`] is the global `crypto`.

pub(crate) mod hashes;
pub(crate) mod web;
mod web_asymmetric;
mod web_symmetric;
pub(crate) mod x509;

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use rand_core::{OsRng, RngCore as _};
use rquickjs::{ArrayBuffer, Ctx, Function, Object, Result, Value};

use self::hashes::{Hash, Hasher};
use super::{Builtin, globals};
use crate::error;
use crate::ffi::{self, Call, Member, Table};

pub(super) const MODULE: Builtin = Builtin { name: "k6/crypto", exports: || Box::new(TABLE.names()), build };

static TABLE: Table = Table::new(&[
    Member::Method(c"createHMAC", 2, create_hmac),
    Member::Method(c"createHash", 1, create_hash),
    Member::Method(c"hexEncode", 1, hex_encode),
    Member::Method(c"hmac", 4, keyed),
    Member::Method(c"md4", 2, |call| hash(call, "md4", Hash::Md4)),
    Member::Method(c"md5", 2, |call| hash(call, "md5", Hash::Md5)),
    Member::Method(c"randomBytes", 1, random_bytes),
    Member::Method(c"ripemd160", 2, |call| hash(call, "ripemd160", Hash::Ripemd160)),
    Member::Method(c"sha1", 2, |call| hash(call, "sha1", Hash::Sha1)),
    Member::Method(c"sha256", 2, |call| hash(call, "sha256", Hash::Sha256)),
    Member::Method(c"sha384", 2, |call| hash(call, "sha384", Hash::Sha384)),
    Member::Method(c"sha512", 2, |call| hash(call, "sha512", Hash::Sha512)),
    Member::Method(c"sha512_224", 2, |call| hash(call, "sha512_224", Hash::Sha512To224)),
    Member::Method(c"sha512_256", 2, |call| hash(call, "sha512_256", Hash::Sha512To256)),
]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

/// The bytes of an input; `what` stands before the complaint about anything else.
fn input(context: &Ctx<'_>, value: &Value<'_>, what: &str) -> Result<Bytes> {
    globals::bytes_of(value).ok_or_else(|| {
        let kind = globals::go_type(value);
        error::throw(context, &format!("{what}invalid type {kind}, expected string, []byte or ArrayBuffer"))
    })
}

/// `bytes` in the encoding that `encoding` names.
fn output<'js>(context: &Ctx<'js>, bytes: Vec<u8>, encoding: &Value<'js>) -> Result<Value<'js>> {
    let name = if encoding.is_undefined() || encoding.is_null() {
        String::new()
    } else {
        error::text_of(context, encoding)
    };
    let text = match name.as_str() {
        "hex" => hex(&bytes),
        "base64" => STANDARD.encode(bytes),
        "base64url" => URL_SAFE.encode(bytes),
        "base64rawurl" => URL_SAFE_NO_PAD.encode(bytes),
        "binary" => return Ok(ArrayBuffer::new(context.clone(), bytes)?.into_value()),
        _ => return Err(error::throw(context, &format!("invalid output encoding: {name}"))),
    };
    Ok(rquickjs::String::from_str(context.clone(), &text)?.into_value())
}

/// Two lower-case digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |index: u8| char::from(DIGITS[usize::from(index)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn hash<'js>(call: &Call<'js>, name: &str, hash: Hash) -> Result<Value<'js>> {
    let data = input(&call.ctx, &call.value(0), &format!("{name} failed: "))?;
    output(&call.ctx, hash.of(&data), &call.value(1))
}

fn algorithm(call: &Call<'_>) -> Result<Hash> {
    let name = error::text_of(&call.ctx, &call.value(0));
    Hash::of_k6(&name).ok_or_else(|| error::throw(&call.ctx, &format!("invalid algorithm: {name}")))
}

fn keyed<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let hash = algorithm(call)?;
    let key = input(&call.ctx, &call.value(1), "")?;
    let data = input(&call.ctx, &call.value(2), "")?;
    output(&call.ctx, hashes::hmac(hash, &key, &data), &call.value(3))
}

fn create_hash<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let hash = algorithm(call)?;
    hasher(&call.ctx, Hasher::plain(hash))
}

fn create_hmac<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let hash = algorithm(call)?;
    let key = input(&call.ctx, &call.value(1), "")?;
    hasher(&call.ctx, Hasher::keyed(hash, &key))
}

/// The script's object for a hash that is fed in pieces.
fn hasher<'js>(context: &Ctx<'js>, hasher: Hasher) -> Result<Value<'js>> {
    let hasher = Rc::new(RefCell::new(hasher));
    let object = Object::new(context.clone())?;
    let fed = hasher.clone();
    let update = Function::new(context.clone(), move |context: Ctx<'js>, data: Value<'js>| -> Result<()> {
        let data = input(&context, &data, "")?;
        fed.borrow_mut().update(&data);
        Ok(())
    })?;
    let digest = Function::new(
        context.clone(),
        move |context: Ctx<'js>, encoding: rquickjs::prelude::Opt<Value<'js>>| -> Result<Value<'js>> {
            let encoding = encoding.0.unwrap_or_else(|| Value::new_undefined(context.clone()));
            output(&context, hasher.borrow().digest(), &encoding)
        },
    )?;
    object.set("update", update)?;
    object.set("digest", digest)?;
    Ok(object.into_value())
}

fn hex_encode<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let data = input(&call.ctx, &call.value(0), "")?;
    Ok(rquickjs::String::from_str(call.ctx.clone(), &hex(&data))?.into_value())
}

/// `size` bytes from the operating system's generator.
fn random(context: &Ctx<'_>, size: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; size];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|failure| error::throw(context, &format!("no random bytes: {failure}")))?;
    Ok(bytes)
}

fn random_bytes<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    /// As much as a script may sensibly ask for at once.
    const SIZE_BYTES_MAX: f64 = (1u32 << 30) as f64;
    let size = call.value(0).as_number().unwrap_or_default();
    if !(1.0..=SIZE_BYTES_MAX).contains(&size) {
        return Err(error::throw(&call.ctx, "invalid size"));
    }
    let bytes = random(&call.ctx, size as usize)?;
    Ok(ArrayBuffer::new(call.ctx.clone(), bytes)?.into_value())
}
