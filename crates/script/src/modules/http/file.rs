//! `http.file()`: a form value that is sent as a file.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use rquickjs::{Object, Result, Value};

use crate::error;
use crate::ffi::{self, Call};
use crate::modules::globals;

/// A file in a form.
pub(super) struct FormFile {
    pub(super) data: Bytes,
    pub(super) filename: String,
    pub(super) content_type: String,
}

/// The hidden property by which an object made by `http.file` is known.
const MARK: &str = "__plimsoll_file";

pub(super) fn file<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let data = call.value(0);
    if globals::bytes_of(&data).is_none() {
        let kind = globals::go_type(&data);
        return Err(error::throw(&call.ctx, &format!("invalid type {kind}, expected string or ArrayBuffer")));
    }
    let text = |index: usize| {
        let value = call.value(index);
        (!value.is_undefined()).then(|| error::try_text_of(&call.ctx, &value)).transpose()
    };
    let object = Object::new(call.ctx.clone())?;
    object.set("data", data)?;
    object.set("filename", text(1)?.unwrap_or_else(unique_name))?;
    object.set("content_type", text(2)?.unwrap_or_else(|| "application/octet-stream".to_owned()))?;
    ffi::set_hidden(&object, MARK, Value::new_bool(call.ctx.clone(), true))?;
    Ok(object.into_value())
}

/// A file without a name is called by the time, in nanoseconds.
fn unique_name() -> String {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

/// Whether a form value was made by `http.file`.
pub(super) fn is_file(value: &Value<'_>) -> bool {
    value.as_object().is_some_and(|object| ffi::has_own(object, MARK))
}

/// The file behind a form value, when it is one. The script may have changed its members.
pub(super) fn as_file(value: &Value<'_>) -> Result<Option<FormFile>> {
    let Some(object) = value.as_object().filter(|_| is_file(value)) else { return Ok(None) };
    let Some(data) = globals::bytes_of(&object.get("data")?) else { return Ok(None) };
    let text = |key: &str| error::try_text_of(object.ctx(), &object.get(key)?);
    Ok(Some(FormFile { data, filename: text("filename")?, content_type: text("content_type")? }))
}
