//! Globals of the web platform, made when a script first touches them.
//!
//! A program that names none of them does not even get their getters, see [`NAMES`] and `reach`. What k6 does
//! not have among them is ours: `atob`, `btoa`, `performance`, `queueMicrotask`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use rquickjs::{ArrayBuffer, Ctx, Function, Object, Persistent, Result, Value};

use super::{Builtin, crypto, globals};
use crate::error;
use crate::ffi::{self, Call, Member, Table};

const SOURCE: &str = include_str!("web.js");

/// The module that the global `crypto` was once.
pub(super) const OLD_CRYPTO: Builtin = Builtin {
    name: "k6/experimental/webcrypto",
    exports: || Box::new(std::iter::once(c"crypto")),
    build: |context| {
        ffi::host(context).shared.warn_once(
            "k6/experimental/webcrypto was removed from k6 and is an alias of the global crypto here; the import can be \
             removed.",
        );
        let object = Object::new(context.clone())?;
        object.set("crypto", context.globals().get::<_, Value<'_>>("crypto")?)?;
        Ok(object)
    },
};

/// The names; a program that has none of these words cannot reach them.
pub(crate) const NAMES: [&str; 7] =
    ["TextDecoder", "TextEncoder", "atob", "btoa", "crypto", "performance", "queueMicrotask"];

static GLOBALS: Table = Table::new(&[
    Member::Lazy(c"TextDecoder", |call| member(call, "TextDecoder")),
    Member::Lazy(c"TextEncoder", |call| member(call, "TextEncoder")),
    Member::Lazy(c"atob", |call| member(call, "atob")),
    Member::Lazy(c"btoa", |call| member(call, "btoa")),
    Member::Lazy(c"crypto", |call| settle(call, "crypto", crypto::web::build)),
    Member::Lazy(c"performance", |call| member(call, "performance")),
    Member::Lazy(c"queueMicrotask", |call| member(call, "queueMicrotask")),
]);

static NATIVE: Table = Table::new(&[
    Member::Method(c"encode", 1, encode),
    Member::Method(c"decode", 3, decode),
    Member::Method(c"atob", 1, from_base64),
    Member::Method(c"btoa", 1, to_base64),
    Member::Method(c"now", 0, |call| Ok(Value::new_number(call.ctx.clone(), call.host.now().0 as f64 / 1e6))),
    Member::Method(c"origin", 0, |call| {
        let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let origin_ms = wall.as_secs_f64() * 1e3 - call.host.now().0 as f64 / 1e6;
        Ok(Value::new_number(call.ctx.clone(), origin_ms))
    }),
]);

/// Adds the getters to a fresh context.
pub(crate) fn install(context: &Ctx<'_>) -> Result<()> {
    ffi::define(context, &context.globals(), &GLOBALS)
}

/// The read of a lazy global makes its value and puts it in the getter's place; a write does the same with
/// the script's own value.
fn settle<'js>(
    call: &Call<'js>,
    name: &str,
    make: fn(&Ctx<'js>) -> Result<Value<'js>>,
) -> Result<Value<'js>> {
    let value = if call.len() > 0 { call.value(0) } else { make(&call.ctx)? };
    ffi::set_hidden(&call.ctx.globals(), name, value.clone())?;
    Ok(value)
}

fn member<'js>(call: &Call<'js>, name: &'static str) -> Result<Value<'js>> {
    let value = if call.len() > 0 { call.value(0) } else { platform(&call.ctx)?.get(name)? };
    ffi::set_hidden(&call.ctx.globals(), name, value.clone())?;
    Ok(value)
}

/// What `web.js` makes, once in a user.
fn platform<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get("web") {
        return known.clone().restore(context);
    }
    let native = Object::new(context.clone())?;
    ffi::define(context, &native, &NATIVE)?;
    let make: Function<'js> = context.eval(SOURCE)?;
    let made: Object<'js> = make.call((native,))?;
    host.builtins.borrow_mut().insert("web", Persistent::save(context, made.clone()));
    Ok(made)
}

fn string<'js>(context: &Ctx<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(context.clone(), text)?.into_value())
}

fn encode<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let text = error::text_of(&call.ctx, &call.value(0));
    Ok(ArrayBuffer::new(call.ctx.clone(), text.into_bytes())?.into_value())
}

fn decode<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let bytes = globals::bytes_of(&call.value(0)).unwrap_or_default();
    let encoding = error::text_of(&call.ctx, &call.value(1));
    let fatal = ffi::truthy(&call.value(2));
    let unit: fn([u8; 2]) -> u16 =
        if encoding == "utf-16be" { u16::from_be_bytes } else { u16::from_le_bytes };
    let decoded = if encoding == "utf-8" {
        match std::str::from_utf8(&bytes) {
            Ok(text) => Some(text.to_owned()),
            Err(_) if fatal => None,
            Err(_) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        }
    } else {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let whole = bytes.len().is_multiple_of(2);
        match String::from_utf16(&units) {
            Ok(text) if whole => Some(text),
            _ if fatal => None,
            _ => Some(String::from_utf16_lossy(&units) + if whole { "" } else { "\u{fffd}" }),
        }
    };
    match decoded {
        Some(text) => string(&call.ctx, &text),
        None => Err(error::throw_named(&call.ctx, "TypeError", "the data is not valid for the encoding")),
    }
}

/// A string of bytes, one character each, as `btoa` and `atob` have it.
fn to_base64<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let text = error::text_of(&call.ctx, &call.value(0));
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    match bytes {
        Some(bytes) => string(&call.ctx, &STANDARD.encode(bytes)),
        None => Err(error::throw_named(
            &call.ctx,
            "InvalidCharacterError",
            "btoa takes characters up to U+00FF only",
        )),
    }
}

fn from_base64<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    const FORGIVING: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let mut text = error::text_of(&call.ctx, &call.value(0));
    text.retain(|letter| !matches!(letter, '\t' | '\n' | '\x0c' | '\r' | ' '));
    match FORGIVING.decode(&text) {
        Ok(bytes) => string(&call.ctx, &bytes.into_iter().map(char::from).collect::<String>()),
        Err(_) => Err(error::throw_named(&call.ctx, "InvalidCharacterError", "the text is not base64")),
    }
}
