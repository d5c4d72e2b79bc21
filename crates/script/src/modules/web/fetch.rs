//! `fetch`, `Headers`, `Request`, `Response`, `FormData`, `File`: the objects are in `fetch.js` and `form.js`, the
//! requests go the way of `k6/http`.
//!
//! A body is what it was given as, a text, a buffer, a blob, or the answer of a request, until somebody reads it.

use bytes::Bytes;
use rquickjs::{Array, ArrayBuffer, Function, Object, Result, TypedArray, Value};

use super::chunk::Chunk;
use super::multipart;
use crate::error;
use crate::ffi::{Call, Member, Table};
use crate::modules::http::fetching;
use crate::modules::{globals, websockets};

pub(super) static CHUNK: Chunk =
    Chunk::of_whole_language("plimsoll:fetch", include_str!("fetch.js"), &NATIVE);

pub(super) static FORM: Chunk =
    Chunk::of_whole_language("plimsoll:form", include_str!("form.js"), &FORM_NATIVE);

static FORM_NATIVE: Table = Table::new(&[
    Member::Method(c"blobClass", 0, |call| websockets::blob_constructor(&call.ctx)),
    Member::Method(c"isBlob", 1, is_blob),
    Member::Method(c"readForm", 2, read_form),
    Member::Method(c"writeForm", 1, write_form),
]);

static NATIVE: Table = Table::new(&[
    Member::Method(c"blobClass", 0, |call| websockets::blob_constructor(&call.ctx)),
    Member::Method(c"buffer", 1, buffer),
    Member::Method(c"head", 1, fetching::head),
    Member::Method(c"isBlob", 1, is_blob),
    Member::Method(c"json", 1, json),
    Member::Method(c"parse", 1, super::url::parse),
    Member::Method(c"send", 4, fetching::send),
    Member::Method(c"stream", 1, stream),
    Member::Method(c"text", 1, text),
]);

/// The bytes of a body.
fn bytes_of(call: &Call<'_>, index: usize) -> Bytes {
    let value = call.value(index);
    fetching::body_of(&value)
        .or_else(|| websockets::blob_bytes(&value))
        .or_else(|| globals::bytes_of(&value))
        .unwrap_or_default()
}

fn string<'js>(call: &Call<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(call.ctx.clone(), text)?.into_value())
}

fn is_blob<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    Ok(Value::new_bool(call.ctx.clone(), websockets::blob_bytes(&call.value(0)).is_some()))
}

fn buffer<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    Ok(ArrayBuffer::new_copy(call.ctx.clone(), bytes_of(call, 0))?.into_value())
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn text<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    string(call, &String::from_utf8_lossy(without_mark(&bytes_of(call, 0))))
}

fn json<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let bytes = bytes_of(call, 0);
    call.ctx.json_parse(without_mark(&bytes))
}

fn stream<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let view = TypedArray::<u8>::new_copy(call.ctx.clone(), bytes_of(call, 0))?;
    let make: Function<'js> = globals::glue(&call.ctx)?.get("blobStream")?;
    make.call((view,))
}

/// `writeForm([[name, value, filename, type], …])`: `[content type, buffer]`; a field without a filename is text.
fn write_form<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let mut form = net::form::Multipart::new();
    for entry in call.get::<Array<'js>>(0)?.iter::<Array<'js>>() {
        let entry = entry?;
        let text = |at| entry.get::<Value<'js>>(at).and_then(|value| error::try_text_of(&call.ctx, &value));
        let value: Value<'js> = entry.get(1)?;
        match websockets::blob_bytes(&value) {
            Some(data) => form.add_file(&text(0)?, &text(2)?, &text(3)?, &data),
            None => form.add_field(&text(0)?, &text(1)?),
        }
    }
    let (content_type, body) = form.finish();
    let both = Array::new(call.ctx.clone())?;
    both.set(0, content_type)?;
    both.set(1, ArrayBuffer::new(call.ctx.clone(), body)?)?;
    Ok(both.into_value())
}

/// `readForm(body, content type)`: the fields as objects, or `undefined` when it is no form.
fn read_form<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let body = bytes_of(call, 0);
    let content_type = error::try_text_of(&call.ctx, &call.value(1))?;
    let list = Array::new(call.ctx.clone())?;
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(net::form::URL_ENCODED) {
        for (name, value) in url::form_urlencoded::parse(&body) {
            let field = Object::new(call.ctx.clone())?;
            field.set("name", name.as_ref())?;
            field.set("value", value.as_ref())?;
            list.set(list.len(), field)?;
        }
        return Ok(list.into_value());
    }
    let fields = multipart::boundary(&content_type).and_then(|boundary| multipart::parse(&body, &boundary));
    let Some(fields) = fields else { return Ok(call.undefined()) };
    for found in fields {
        let field = Object::new(call.ctx.clone())?;
        field.set("name", found.name)?;
        match found.filename {
            None => field.set("value", String::from_utf8_lossy(found.data).as_ref())?,
            Some(filename) => {
                field.set("filename", filename)?;
                field.set("type", found.content_type.unwrap_or_else(|| "text/plain".to_owned()))?;
                field.set("value", ArrayBuffer::new_copy(call.ctx.clone(), found.data)?)?;
            }
        }
        list.set(list.len(), field)?;
    }
    Ok(list.into_value())
}

#[cfg(test)]
mod tests {
    use super::without_mark;

    #[test]
    fn only_a_mark_at_the_start_is_dropped() {
        assert_eq!(without_mark(b"\xef\xbb\xbfa"), b"a");
        assert_eq!(without_mark(b"a\xef\xbb\xbf"), b"a\xef\xbb\xbf");
        assert_eq!(without_mark(b"\xef\xbb"), b"\xef\xbb");
    }
}
