//! `k6/secrets`: secrets by key, out of the sources of the run.

use rquickjs::{Ctx, Object, Persistent, Promise, Result, Value};

use super::Builtin;
use crate::error;
use crate::ffi::{self, Call, Member, Named, Table};

pub(super) const MODULE: Builtin =
    Builtin { name: "k6/secrets", exports: || Box::new(std::iter::empty()), build };

static TABLE: Table = Table::new(&[Member::Method(c"get", 1, get), Member::Method(c"source", 1, source)]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

/// What k6 throws here has no class: as a string it is the message alone.
fn failure<'js>(context: &Ctx<'js>, message: &str) -> Result<Value<'js>> {
    error::named(context, "", message)
}

fn source<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    static GET: Named = Named::new(get);
    let name = error::text_of(&call.ctx, &call.value(0));
    match call.host.shared.secrets.find(Some(&name)) {
        Ok(number) => {
            let number = Value::new_number(call.ctx.clone(), number as f64);
            let object = Object::new(call.ctx.clone())?;
            object.set("get", ffi::bound(&call.ctx, 1, &GET, &[number])?)?;
            Ok(object.into_value())
        }
        Err(message) => Err(call.ctx.throw(failure(&call.ctx, &message)?)),
    }
}

/// `get(key)`, of the default source or of the one that the function is bound to.
fn get<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (promise, resolve, reject) = Promise::new(&call.ctx)?;
    let secrets = call.host.shared.secrets.clone();
    let bound: Option<usize> = call.data(0).get()?;
    let found = bound.map_or_else(|| secrets.find(None), Ok);
    let number = match found {
        Ok(number) => number,
        Err(message) => {
            reject.call::<_, ()>((failure(&call.ctx, &message)?,))?;
            return Ok(promise.into_value());
        }
    };
    let key = error::text_of(&call.ctx, &call.value(0));
    let (resolve, reject) = (Persistent::save(&call.ctx, resolve), Persistent::save(&call.ctx, reject));
    call.host.events.spawn(Box::pin(async move {
        let value = secrets.get(number, &key).await;
        let complete: crate::vu::Completion = Box::new(move |context| match value {
            Ok(value) => resolve.restore(context)?.call((value,)),
            Err(message) => reject.restore(context)?.call((failure(context, &message)?,)),
        });
        complete
    }));
    Ok(promise.into_value())
}
