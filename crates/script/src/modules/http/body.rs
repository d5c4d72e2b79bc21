//! What a script passes as a request's body, as bytes with a content type.

use bytes::Bytes;
use model::Level;
use rquickjs::{Object, Value};

use super::fault::Fault;
use super::file;
use crate::error;
use crate::ffi::Call;
use crate::modules::globals;

/// A body, and the content type that comes with it unless the script sets one.
pub(super) struct Body {
    pub(super) bytes: Bytes,
    pub(super) content_type: Option<String>,
}

/// Encodes a body argument; nothing for `null` and `undefined`.
///
/// # Errors
/// What the script's own code threw, or the message of the failed request that k6 makes of a type it does
/// not know.
pub(super) fn encode(call: &Call<'_>, value: &Value<'_>) -> Result<Option<Body>, Fault> {
    if value.is_null() || value.is_undefined() {
        return Ok(None);
    }
    if let Some(bytes) = globals::bytes_of(value) {
        return Ok(Some(Body { bytes, content_type: None }));
    }
    match value.as_object().filter(|_| !value.is_array() && !value.is_function()) {
        Some(object) => Ok(Some(form(call, object)?)),
        None => Err(Fault::Wrong(format!("unknown request body type {}", globals::go_type(value)))),
    }
}

/// An object is a form: multipart when a value is a file, URL-encoded otherwise.
fn form(call: &Call<'_>, object: &Object<'_>) -> rquickjs::Result<Body> {
    let mut values: Vec<(String, Value<'_>)> = object.props().collect::<rquickjs::Result<_>>()?;
    // Go orders the fields of a form by name.
    values.sort_by(|a, b| a.0.cmp(&b.0));
    if values.iter().any(|(_, value)| file::is_file(value)) {
        return multipart(call, &values);
    }
    let mut pairs = Vec::new();
    for (name, value) in &values {
        pairs.extend(texts(call, value)?.into_iter().map(|text| (name.clone(), text)));
    }
    Ok(Body {
        bytes: net::form::urlencode(&pairs).into(),
        content_type: Some("application/x-www-form-urlencoded".to_owned()),
    })
}

fn multipart(call: &Call<'_>, values: &[(String, Value<'_>)]) -> rquickjs::Result<Body> {
    let mut form = net::form::Multipart::new();
    for (name, value) in values {
        match file::as_file(value)? {
            Some(file) => form.add_file(name, &file.filename, &file.content_type, &file.data),
            None => texts(call, value)?.iter().for_each(|text| form.add_field(name, text)),
        }
    }
    let (content_type, bytes) = form.finish();
    Ok(Body { bytes: bytes.into(), content_type: Some(content_type) })
}

/// A form value as text: arrays repeat their field, `null` is empty, and so is an object, with a warning.
fn texts(call: &Call<'_>, value: &Value<'_>) -> rquickjs::Result<Vec<String>> {
    if value.is_null() || value.is_undefined() {
        return Ok(vec![String::new()]);
    }
    if let Some(array) = value.as_array() {
        let mut all = Vec::new();
        for item in array.iter::<Value<'_>>() {
            all.extend(texts(call, &item?)?);
        }
        return Ok(all);
    }
    if value.is_object() && globals::bytes_of(value).is_none() {
        call.host.log(
            Level::Warning,
            format!(
                "cannot urlencode a nested {} value in a request form body; encoding it as an empty value, use JSON.stringify() to send structured data",
                globals::go_type(value)
            ),
        );
        return Ok(vec![String::new()]);
    }
    Ok(vec![error::try_text_of(&call.ctx, value)?])
}
