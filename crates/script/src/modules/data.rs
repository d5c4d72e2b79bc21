//! `k6/data`: arrays that all users of the process share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rquickjs::{Ctx, Function, Object, Result, Value};

use super::{Builtin, globals};
use crate::error;
use crate::ffi::{self, Call, Named};

pub(super) const MODULE: Builtin =
    Builtin { name: "k6/data", exports: || Box::new(std::iter::once(c"SharedArray")), build };

/// One element's JSON each, shared without copies.
type Elements = Arc<[Box<str>]>;

/// The shared arrays of a test, by name. Each is made by the first user that asks for it; the others wait.
#[derive(Default)]
pub(crate) struct SharedArrays(Mutex<HashMap<String, Arc<OnceLock<Elements>>>>);

impl SharedArrays {
    fn slot(&self, name: &str) -> Arc<OnceLock<Elements>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(name.to_owned()).or_default().clone()
    }
}

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static CONSTRUCT: Named = Named::new(construct);
    let object = Object::new(context.clone())?;
    object.set("SharedArray", ffi::constructor(context, c"SharedArray", 2, &CONSTRUCT)?)?;
    Ok(object)
}

fn construct<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    static READ: Named = Named::new(read);
    let host = call.host;
    if !host.in_init() {
        return Err(error::throw(&call.ctx, "new SharedArray must be called in the init context"));
    }
    let name = call.value(0);
    let name = if name.is_undefined() { String::new() } else { error::text_of(&call.ctx, &name) };
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
    let slot = host.shared.arrays.slot(&name);
    let elements = match slot.get() {
        Some(elements) => elements.clone(),
        // Init code runs first in the load stage, alone, so that no two users ever make the same array.
        None => slot.get_or_init_with(|| make(&call.ctx, &maker))?,
    };
    let wrap: Function<'js> = globals::glue(&call.ctx)?.get("sharedArray")?;
    let title = rquickjs::String::from_str(call.ctx.clone(), &name)?.into_value();
    let reader = ffi::bound(&call.ctx, 1, &READ, &[title])?;
    wrap.call((elements.len(), reader))
}

/// A cell that is filled by something that may fail.
trait GetOrTryInit {
    fn get_or_init_with(&self, make: impl FnOnce() -> Result<Elements>) -> Result<Elements>;
}

impl GetOrTryInit for OnceLock<Elements> {
    fn get_or_init_with(&self, make: impl FnOnce() -> Result<Elements>) -> Result<Elements> {
        let made = make()?;
        Ok(self.get_or_init(|| made).clone())
    }
}

fn make<'js>(context: &Ctx<'js>, maker: &Function<'js>) -> Result<Elements> {
    let value: Value<'js> = maker.call(())?;
    if value.is_undefined() || value.is_null() {
        return Err(rquickjs::Exception::throw_type(context, "Cannot convert undefined or null to object"));
    }
    let Some(array) = value.as_array() else {
        return Err(error::throw(context, "only arrays can be made into SharedArray"));
    };
    let mut elements = Vec::with_capacity(array.len());
    for element in array.iter::<Value<'js>>() {
        // What JSON cannot hold is kept as it is, and reading it is the syntax error that k6 gives.
        let json = context.json_stringify(element?)?;
        elements
            .push(json.map_or_else(|| Ok("undefined".to_owned()), |json| json.to_string())?.into_boxed_str());
    }
    Ok(elements.into())
}

fn read<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let name = error::text_of(&call.ctx, &call.data(0));
    let index: usize = call.get(0)?;
    let slot = call.host.shared.arrays.slot(&name);
    let element = slot.get().and_then(|elements| elements.get(index));
    match element {
        Some(json) => Ok(rquickjs::String::from_str(call.ctx.clone(), json)?.into_value()),
        None => Ok(call.undefined()),
    }
}
