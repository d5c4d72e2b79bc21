//! The global `crypto`: random values, and `crypto.subtle` of the Web Cryptography API.
//!
//! `web.js` holds the rules (names, usages, formats); the functions here take and give bytes. A context
//! evaluates `web.js` when the script first touches `crypto`.

use rquickjs::{ArrayBuffer, Ctx, Function, Object, Result, Value};

use super::hashes::{self, Hash};
use super::web_asymmetric::{self as asymmetric, Curve, Scheme};
use super::web_symmetric::{self as symmetric, Outcome, Refusal, Way};
use crate::error;
use crate::ffi::{self, Call, Member, Table};
use crate::modules::globals;

const SOURCE: &str = include_str!("web.js");

static NATIVE: Table = Table::new(&[
    Member::Method(c"random", 1, random),
    Member::Method(c"fail", 2, |call| Err(error::throw_named(&call.ctx, &text(call, 0), &text(call, 1)))),
    Member::Method(c"digest", 2, |call| give(call, Ok(hash(call, 0)?.of(&bytes(call, 1)?)))),
    Member::Method(c"hmac", 3, |call| {
        give(call, Ok(hashes::hmac(hash(call, 0)?, &bytes(call, 1)?, &bytes(call, 2)?)))
    }),
    Member::Method(c"same", 2, |call| {
        let same = same_bytes(&bytes(call, 0)?, &bytes(call, 1)?);
        Ok(Value::new_bool(call.ctx.clone(), same))
    }),
    Member::Method(c"cbc", 4, |call| {
        give(call, symmetric::cbc(way(call), &bytes(call, 1)?, &bytes(call, 2)?, &bytes(call, 3)?))
    }),
    Member::Method(c"ctr", 4, |call| {
        let bits = number(call, 2);
        give(call, symmetric::ctr(&bytes(call, 0)?, &bytes(call, 1)?, bits, &bytes(call, 3)?))
    }),
    Member::Method(c"gcm", 5, |call| {
        let (key, iv, aad, data) = (bytes(call, 1)?, bytes(call, 2)?, bytes(call, 3)?, bytes(call, 4)?);
        give(call, symmetric::gcm(way(call), &key, &iv, &aad, &data))
    }),
    Member::Method(c"kw", 3, |call| {
        give(call, symmetric::wrap(way(call), &bytes(call, 1)?, &bytes(call, 2)?))
    }),
    Member::Method(c"pbkdf2", 5, |call| {
        let (password, salt) = (bytes(call, 1)?, bytes(call, 2)?);
        let size = usize::try_from(number(call, 4)).unwrap_or_default();
        give(call, symmetric::pbkdf2(hash(call, 0)?, &password, &salt, number(call, 3), size))
    }),
    Member::Method(c"ecGenerate", 1, |call| give(call, asymmetric::ec_generate(curve(call)?))),
    Member::Method(c"ecPublic", 2, |call| one(call, asymmetric::ec_public)),
    Member::Method(c"ecScalar", 2, |call| one(call, asymmetric::ec_scalar)),
    Member::Method(c"ecFromScalar", 2, |call| one(call, asymmetric::ec_from_scalar)),
    Member::Method(c"ecPoint", 2, |call| one(call, asymmetric::ec_point)),
    Member::Method(c"ecFromPoint", 2, |call| one(call, asymmetric::ec_from_point)),
    Member::Method(c"ecdh", 3, |call| {
        give(call, asymmetric::ecdh(curve(call)?, &bytes(call, 1)?, &bytes(call, 2)?))
    }),
    Member::Method(c"ecSign", 4, |call| {
        give(call, asymmetric::ec_sign(curve(call)?, hash(call, 1)?, &bytes(call, 2)?, &bytes(call, 3)?))
    }),
    Member::Method(c"ecVerify", 5, |call| {
        let (key, signature, data) = (bytes(call, 2)?, bytes(call, 3)?, bytes(call, 4)?);
        judge(call, asymmetric::ec_verify(curve(call)?, hash(call, 1)?, &key, &signature, &data))
    }),
    Member::Method(c"rsaGenerate", 2, |call| {
        let bits = usize::try_from(number(call, 0)).unwrap_or_default();
        give(call, asymmetric::rsa_generate(bits, &bytes(call, 1)?))
    }),
    Member::Method(c"rsaPublic", 1, |call| give(call, asymmetric::rsa_public_of(&bytes(call, 0)?))),
    Member::Method(c"rsaNumbers", 2, rsa_numbers),
    Member::Method(c"rsaFromNumbers", 8, |call| {
        let numbers = (0..call.len()).map(|index| bytes(call, index)).collect::<Result<Vec<_>>>()?;
        give(call, asymmetric::rsa_from_numbers(&numbers))
    }),
    Member::Method(c"rsaSign", 4, |call| {
        let (key, data) = (bytes(call, 2)?, bytes(call, 3)?);
        give(call, asymmetric::rsa_sign(scheme(call), hash(call, 1)?, &key, &data))
    }),
    Member::Method(c"rsaVerify", 5, |call| {
        let (key, signature, data) = (bytes(call, 2)?, bytes(call, 3)?, bytes(call, 4)?);
        judge(call, asymmetric::rsa_verify(scheme(call), hash(call, 1)?, &key, &signature, &data))
    }),
    Member::Method(c"oaep", 5, |call| {
        let (key, label, data) = (bytes(call, 2)?, bytes(call, 3)?, bytes(call, 4)?);
        let run = match way(call) {
            Way::Encrypt => asymmetric::oaep_encrypt,
            Way::Decrypt => asymmetric::oaep_decrypt,
        };
        give(call, run(hash(call, 1)?, &key, &label, &data))
    }),
]);

/// Makes the object `crypto`.
pub(crate) fn build<'js>(context: &Ctx<'js>) -> Result<Value<'js>> {
    let native = Object::new(context.clone())?;
    ffi::define(context, &native, &NATIVE)?;
    let make: Function<'js> = context.eval(SOURCE)?;
    make.call((native,))
}

fn refuse(context: &Ctx<'_>, (name, message): Refusal) -> rquickjs::Error {
    error::throw_named(context, name, &message)
}

fn give<'js>(call: &Call<'js>, outcome: Outcome) -> Result<Value<'js>> {
    let bytes = outcome.map_err(|refusal| refuse(&call.ctx, refusal))?;
    Ok(ArrayBuffer::new(call.ctx.clone(), bytes)?.into_value())
}

fn judge<'js>(call: &Call<'js>, verdict: std::result::Result<bool, Refusal>) -> Result<Value<'js>> {
    let verdict = verdict.map_err(|refusal| refuse(&call.ctx, refusal))?;
    Ok(Value::new_bool(call.ctx.clone(), verdict))
}

/// Calls what takes a curve and one document.
fn one<'js>(call: &Call<'js>, run: fn(Curve, &[u8]) -> Outcome) -> Result<Value<'js>> {
    give(call, run(curve(call)?, &bytes(call, 1)?))
}

/// A copy: the script may change its buffer while the host works on it.
fn bytes(call: &Call<'_>, index: usize) -> Result<Vec<u8>> {
    let found = globals::bytes_of(&call.value(index));
    found
        .map(|bytes| bytes.to_vec())
        .ok_or_else(|| error::throw_named(&call.ctx, "TypeError", "bytes expected"))
}

fn text(call: &Call<'_>, index: usize) -> String {
    error::text_of(&call.ctx, &call.value(index))
}

fn number(call: &Call<'_>, index: usize) -> u32 {
    call.value(index).as_number().map_or(0, |number| number as u32)
}

/// The first argument: whether to decrypt.
fn way(call: &Call<'_>) -> Way {
    if ffi::truthy(&call.value(0)) { Way::Decrypt } else { Way::Encrypt }
}

/// The first argument: the length of the salt, or -1 for the scheme without.
fn scheme(call: &Call<'_>) -> Scheme {
    match call.value(0).as_number() {
        Some(salt) if salt >= 0.0 => Scheme::Pss(salt as usize),
        _ => Scheme::Pkcs1,
    }
}

fn hash(call: &Call<'_>, index: usize) -> Result<Hash> {
    let name = text(call, index);
    Hash::of_web(&name)
        .ok_or_else(|| error::throw_named(&call.ctx, "NotSupportedError", &format!("unknown hash {name}")))
}

fn curve(call: &Call<'_>) -> Result<Curve> {
    let name = text(call, 0);
    Curve::named(&name)
        .ok_or_else(|| error::throw_named(&call.ctx, "NotSupportedError", &format!("unknown curve {name}")))
}

/// Compares without telling by its time where the difference is.
fn same_bytes(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

fn random<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let size = usize::try_from(number(call, 0)).unwrap_or_default().min(1 << 20);
    let bytes = super::random(&call.ctx, size)?;
    Ok(ArrayBuffer::new(call.ctx.clone(), bytes)?.into_value())
}

fn rsa_numbers<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let numbers = asymmetric::rsa_numbers(&bytes(call, 0)?, ffi::truthy(&call.value(1)))
        .map_err(|refusal| refuse(&call.ctx, refusal))?;
    let list = rquickjs::Array::new(call.ctx.clone())?;
    for (index, number) in numbers.into_iter().enumerate() {
        list.set(index, ArrayBuffer::new(call.ctx.clone(), number)?)?;
    }
    Ok(list.into_value())
}
