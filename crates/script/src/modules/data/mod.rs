//! `k6/data`: arrays that all users of the process share.

mod rows;
mod state;

use std::sync::{Arc, OnceLock};

use rquickjs::{Ctx, Object, Result, Value};

pub(crate) use rows::{Rows, RowsBuilder};
pub(crate) use state::{Shelf, UserData, array_of, freeze, lock, rows_of};

use super::Builtin;
use crate::error;
use crate::ffi::{self, Call, Named};

pub(super) const MODULE: Builtin =
    Builtin { name: "k6/data", exports: || Box::new(std::iter::once(c"SharedArray")), build };

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static CONSTRUCT: Named = Named::new(construct);
    let object = Object::new(context.clone())?;
    object.set("SharedArray", ffi::constructor(context, c"SharedArray", 2, &CONSTRUCT)?)?;
    Ok(object)
}

fn construct<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let host = call.host;
    if !host.in_init() {
        return Err(error::throw(&call.ctx, "new SharedArray must be called in the init context"));
    }
    let name = call.value(0);
    let name = if name.is_undefined() { String::new() } else { error::try_text_of(&call.ctx, &name)? };
    let Some(maker) = call.value(1).into_function() else {
        let message = "a function is expected as the second argument of SharedArray's constructor";
        return Err(error::throw(&call.ctx, message));
    };
    if name.is_empty() {
        return Err(error::throw(&call.ctx, "empty name provided to SharedArray's constructor"));
    }
    if ffi::is_async(&maker) {
        let message = "SharedArray constructor does not support async functions as second argument";
        return Err(error::throw(&call.ctx, message));
    }
    let slot = host.shared.shelf.array(&name);
    let rows = made_once(&slot, || {
        let value: Value<'js> = maker.call(())?;
        if value.is_undefined() || value.is_null() {
            let message = "Cannot convert undefined or null to object";
            return Err(rquickjs::Exception::throw_type(&call.ctx, message));
        }
        elements(&value)?.ok_or_else(|| error::throw(&call.ctx, "only arrays can be made into SharedArray"))
    })?;
    array_of(&call.ctx, &rows)
}

/// What a slot holds, made now if it is empty. Init code runs first in the load stage, alone, so that no two users
/// ever make the same.
pub(crate) fn made_once(
    slot: &OnceLock<Arc<Rows>>,
    make: impl FnOnce() -> Result<Arc<Rows>>,
) -> Result<Arc<Rows>> {
    if let Some(known) = slot.get() {
        return Ok(known.clone());
    }
    let made = make()?;
    Ok(slot.get_or_init(|| made).clone())
}

/// The elements of an array as rows; nothing when the value is no array.
pub(crate) fn elements(value: &Value<'_>) -> Result<Option<Arc<Rows>>> {
    if let Some(rows) = rows_of(value)? {
        return Ok(Some(rows));
    }
    let Some(array) = value.as_array() else { return Ok(None) };
    let mut rows = RowsBuilder::default();
    for element in array.iter::<Value<'_>>() {
        // What JSON cannot hold is kept as it is, and reading it is the syntax error that k6 gives.
        match value.ctx().json_stringify(element?)? {
            Some(json) => rows.push(&json.to_string()?),
            None => rows.push("undefined"),
        }
    }
    Ok(Some(rows.finish()))
}
