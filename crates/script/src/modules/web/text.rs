//! Text and bytes, and small globals: `TextEncoder`, `TextDecoder`, `atob`, `btoa`, `performance`,
//! `queueMicrotask`. The objects are in `text.js`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use rquickjs::{ArrayBuffer, Ctx, Result, Value};

use super::chunk::Chunk;
use super::events;
use crate::error;
use crate::ffi::{self, Call, Member, Table};
use crate::modules::globals;

pub(super) static CHUNK: Chunk = Chunk::of_whole_language("plimsoll:text", include_str!("text.js"), &NATIVE);

static NATIVE: Table = Table::new(&[
    Member::Method(c"encode", 1, encode),
    Member::Method(c"decode", 3, decode),
    Member::Method(c"atob", 1, from_base64),
    Member::Method(c"btoa", 1, to_base64),
    Member::Method(c"now", 0, events::now),
    Member::Method(c"origin", 0, |call| {
        let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let origin_ms = wall.as_secs_f64() * 1e3 - call.host.now().0 as f64 / 1e6;
        Ok(Value::new_number(call.ctx.clone(), origin_ms))
    }),
]);

fn string<'js>(context: &Ctx<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(context.clone(), text)?.into_value())
}

fn encode<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let text = error::try_text_of(&call.ctx, &call.value(0))?;
    Ok(ArrayBuffer::new(call.ctx.clone(), text.into_bytes())?.into_value())
}

fn decode<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let bytes = globals::bytes_of(&call.value(0)).unwrap_or_default();
    let encoding = error::try_text_of(&call.ctx, &call.value(1))?;
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

/// A string of bytes, one character each, as `btoa` and `atob` have it; `undefined` where it is none.
fn to_base64<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let text = error::try_text_of(&call.ctx, &call.value(0))?;
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    match bytes {
        Some(bytes) => string(&call.ctx, &STANDARD.encode(bytes)),
        None => Ok(call.undefined()),
    }
}

fn from_base64<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    const FORGIVING: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let mut text = error::try_text_of(&call.ctx, &call.value(0))?;
    text.retain(|letter| !matches!(letter, '\t' | '\n' | '\x0c' | '\r' | ' '));
    match FORGIVING.decode(&text) {
        Ok(bytes) => string(&call.ctx, &bytes.into_iter().map(char::from).collect::<String>()),
        Err(_) => Ok(call.undefined()),
    }
}
