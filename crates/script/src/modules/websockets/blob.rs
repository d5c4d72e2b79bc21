//! `Blob`: bytes with a type, which are shared and never change.

use std::ffi::CStr;

use bytes::Bytes;
use rquickjs::{ArrayBuffer, Ctx, Exception, Function, Object, Promise, Result, TypedArray, Value};

use super::state::Sockets;
use crate::error;
use crate::ffi::{self, Call, Lazy, Named, Property};
use crate::modules::globals;

/// The bytes behind a script's object.
pub(crate) struct Blob {
    bytes: Bytes,
    kind: String,
}

static ARRAY_BUFFER: Named = Named::new(array_buffer);
static BYTES: Named = Named::new(bytes);
static TEXT: Named = Named::new(text);
static SLICE: Named = Named::new(slice);
static STREAM: Named = Named::new(stream);

impl Lazy for Blob {
    const CLASS: &'static CStr = c"Blob";
    const KEYS: &'static [&'static str] =
        &["size", "type", "arrayBuffer", "bytes", "slice", "stream", "text"];

    fn property<'js>(&self, context: &Ctx<'js>, key: usize) -> Result<Property<'js>> {
        let (name, length, function) = match Self::KEYS[key] {
            "size" => {
                return Ok(Property::Fresh(Value::new_number(context.clone(), self.bytes.len() as f64)));
            }
            "type" => {
                let kind = rquickjs::String::from_str(context.clone(), &self.kind)?;
                return Ok(Property::Fresh(kind.into_value()));
            }
            "arrayBuffer" => (c"arrayBuffer", 0, &ARRAY_BUFFER),
            "bytes" => (c"bytes", 0, &BYTES),
            "slice" => (c"slice", 3, &SLICE),
            "stream" => (c"stream", 0, &STREAM),
            _ => (c"text", 0, &TEXT),
        };
        ffi::function(context, name, length, function).map(Property::Kept)
    }
}

/// A blob of these bytes.
pub(super) fn make<'js>(context: &Ctx<'js>, bytes: Bytes, kind: String) -> Result<Value<'js>> {
    Sockets::of(ffi::host(context)).blob_class(context)?.make(context, Box::new(Blob { bytes, kind }))
}

/// The bytes of a value that is a blob.
pub(crate) fn bytes_of(value: &Value<'_>) -> Option<Bytes> {
    let class = Sockets::of(ffi::host(value.ctx())).blob_class(value.ctx()).ok()?;
    class.data::<Blob>(value).map(|blob| blob.bytes.clone())
}

/// `new Blob(parts, { type })`
pub(super) fn construct<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (parts, options) = (call.value(0), call.value(1));
    let mut all = Vec::new();
    if let Some(parts) = parts.as_array() {
        for part in parts.iter::<Value<'js>>() {
            let part = part?;
            match bytes_of(&part).or_else(|| globals::bytes_of(&part)) {
                Some(bytes) => all.extend_from_slice(&bytes),
                None => all.extend_from_slice(error::try_text_of(&call.ctx, &part)?.as_bytes()),
            }
        }
    } else if !parts.is_undefined() {
        return Err(Exception::throw_type(&call.ctx, "the parts of a Blob must be an array"));
    }
    let kind = match options.as_object().map(|options| options.get::<_, Value<'js>>("type")).transpose()? {
        Some(kind) if !kind.is_undefined() => error::try_text_of(&call.ctx, &kind)?,
        _ => String::new(),
    };
    let value = make(&call.ctx, all.into(), kind)?;
    if let (Some(object), Some(class)) = (value.as_object(), call.this().into_object()) {
        object.set_prototype(class.get::<_, Option<Object<'js>>>("prototype")?.as_ref())?;
    }
    Ok(value)
}

fn receiver(call: &Call<'_>) -> Result<Bytes> {
    bytes_of(&call.this())
        .ok_or_else(|| Exception::throw_type(&call.ctx, "a blob's method must be called on the blob"))
}

/// A promise that is kept already.
fn kept<'js>(call: &Call<'js>, value: Value<'js>) -> Result<Value<'js>> {
    let (promise, resolve, _) = Promise::new(&call.ctx)?;
    resolve.call::<_, ()>((value,))?;
    Ok(promise.into_value())
}

fn array_buffer<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let buffer = ArrayBuffer::new_copy(call.ctx.clone(), receiver(call)?)?;
    kept(call, buffer.into_value())
}

fn bytes<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let view = TypedArray::<u8>::new_copy(call.ctx.clone(), receiver(call)?)?;
    kept(call, view.into_value())
}

fn text<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let bytes = receiver(call)?;
    let text = rquickjs::String::from_str(call.ctx.clone(), &String::from_utf8_lossy(&bytes))?;
    kept(call, text.into_value())
}

/// A place in the blob; below zero it counts from the end.
fn place(call: &Call<'_>, index: usize, otherwise: usize, size: usize) -> Result<usize> {
    if call.value(index).is_undefined() {
        return Ok(otherwise);
    }
    let at = call.get::<rquickjs::Coerced<f64>>(index)?.0;
    let at = if at < 0.0 { size as f64 + at } else { at };
    // The conversion saturates, and makes zero of what is no number.
    Ok((at as usize).min(size))
}

fn slice<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let bytes = receiver(call)?;
    let from = place(call, 0, 0, bytes.len())?;
    let to = place(call, 1, bytes.len(), bytes.len())?.max(from);
    let kind = call.value(2);
    let kind = if kind.is_undefined() { String::new() } else { error::try_text_of(&call.ctx, &kind)? };
    make(&call.ctx, bytes.slice(from..to), kind)
}

fn stream<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let view = TypedArray::<u8>::new_copy(call.ctx.clone(), receiver(call)?)?;
    let make: Function<'js> = globals::glue(&call.ctx)?.get("blobStream")?;
    make.call((view,))
}
