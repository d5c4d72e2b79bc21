//! `plimsoll/later`: parts of helper modules that a user loads when it first calls them.
//!
//! Not for scripts: a helper module in `jslib` keeps in a part what few users need, such as the text of a summary,
//! so that the others hold a few functions only. Parts are compiled once in a process.

use rquickjs::{Ctx, Object, Persistent, Result, Value};

use super::Builtin;
use crate::error;
use crate::ffi::{self, Call, Member, Table};
use crate::jslib::{self, PARTS};

pub(super) const MODULE: Builtin =
    Builtin { name: "plimsoll/later", exports: || Box::new(TABLE.names()), build };

static TABLE: Table = Table::new(&[Member::Method(c"later", 1, later)]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

/// The exports of the part in the named file, the same at each call.
fn later<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let address = format!("{PARTS}/{}", error::text_of(&call.ctx, &call.value(0)));
    let Some(source) = jslib::find(&address) else {
        return Err(error::throw(&call.ctx, &format!("there is no part {address}")));
    };
    // The sources are in the program for good, which makes each a name for its part.
    if let Some(known) = call.host.builtins.borrow().get(source) {
        return Ok(known.clone().restore(&call.ctx)?.into_value());
    }
    let (module, evaluated) = call.host.shared.program.module(&call.ctx, &address)?.eval()?;
    evaluated.finish::<Value<'js>>()?;
    let part = module.namespace()?;
    call.host.builtins.borrow_mut().insert(source, Persistent::save(&call.ctx, part.clone()));
    Ok(part.into_value())
}
