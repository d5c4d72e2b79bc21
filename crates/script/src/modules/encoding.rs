//! `k6/encoding`: base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use base64::{DecodeError, engine::GeneralPurpose};
use rquickjs::{ArrayBuffer, Ctx, Object, Result, Value};

use super::{Builtin, globals};
use crate::error;
use crate::ffi::{self, Call, Member, Table};

pub(super) const MODULE: Builtin =
    Builtin { name: "k6/encoding", exports: || Box::new(TABLE.names()), build };

static TABLE: Table =
    Table::new(&[Member::Method(c"b64decode", 1, decode), Member::Method(c"b64encode", 1, encode)]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

/// The variant that the second argument names; anything unknown means `std`.
fn variant(call: &Call<'_>) -> &'static GeneralPurpose {
    let name = call.value(1);
    let name = name.as_string().and_then(|name| name.to_string().ok()).unwrap_or_default();
    match name.as_str() {
        "rawstd" => &STANDARD_NO_PAD,
        "rawurl" => &URL_SAFE_NO_PAD,
        "url" => &URL_SAFE,
        _ => &STANDARD,
    }
}

fn encode<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let input = call.value(0);
    let Some(bytes) = globals::bytes_of(&input) else {
        let kind = globals::go_type(&input);
        return Err(error::throw(
            &call.ctx,
            &format!("invalid type {kind}, expected string, []byte or ArrayBuffer"),
        ));
    };
    let text = variant(call).encode(bytes);
    Ok(rquickjs::String::from_str(call.ctx.clone(), &text)?.into_value())
}

fn decode<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    // Line breaks inside are ignored, as Go's decoder does.
    let text: String =
        error::text_of(&call.ctx, &call.value(0)).chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let bytes = variant(call).decode(&text).map_err(|failure| {
        let at = position(&failure, &text);
        error::throw(&call.ctx, &format!("illegal base64 data at input byte {at}"))
    })?;
    let format = call.value(2);
    if format.as_string().is_some_and(|format| format.to_string().is_ok_and(|format| format == "s")) {
        let text = String::from_utf8_lossy(&bytes);
        return Ok(rquickjs::String::from_str(call.ctx.clone(), &text)?.into_value());
    }
    Ok(ArrayBuffer::new(call.ctx.clone(), bytes)?.into_value())
}

/// Where Go's decoder sees the fault: at the bad byte, at padding where none may be, or at the start of the
/// quantum that ends too early.
fn position(failure: &DecodeError, text: &str) -> usize {
    let last = text.len() / 4 * 4;
    match *failure {
        DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => at,
        DecodeError::InvalidPadding => text.find('=').unwrap_or(last),
        DecodeError::InvalidLength(_) => last,
    }
}
