//! `util`: texts of values for people, promises of callbacks, and what values are.

use rquickjs::{Result, Value};

use super::Builtin;
use crate::ffi::{self, Call, Member, Table};

pub(super) const MODULE: Builtin = Builtin::new(
    "util",
    "`inspect`, `format`, `promisify`, `callbackify`, `inherits`, `deprecate`, `isDeepStrictEqual`, `debuglog`, \
     `types`, `TextEncoder`, `TextDecoder` and the old `is…` functions",
    include_str!("util.js"),
)
.with(&NATIVE);

pub(super) const TYPES: Builtin =
    Builtin::part("util/types", "the same as `util.types`", "require('util').types");
pub(super) const INSPECT: Builtin =
    Builtin::new("internal/inspect", "", include_str!("util_inspect.js")).with(&NATIVE);
pub(super) const COMPARING: Builtin =
    Builtin::new("internal/comparing", "", include_str!("util_comparing.js")).with(&NATIVE);

static NATIVE: Table =
    Table::new(&[Member::Method(c"isClass", 1, is_class), Member::Method(c"kindOf", 1, kind_of)]);

/// What a value is to the engine, whatever it says of itself.
fn kind_of<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let value = call.value(0);
    let kind = if value.is_object() { ffi::kind_of(&value) } else { "none" };
    Ok(rquickjs::String::from_str(call.ctx.clone(), kind)?.into_value())
}

/// Whether a function is a class: their `prototype` cannot be assigned to, and they do not show their source here.
fn is_class<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let value = call.value(0);
    let found = value.as_object().is_some_and(|object| {
        let describe = || -> Result<bool> {
            let global: rquickjs::Object<'js> = call.ctx.globals().get("Object")?;
            let of: rquickjs::Function<'js> = global.get("getOwnPropertyDescriptor")?;
            let found: Value<'js> = of.call((object.clone(), "prototype"))?;
            let Some(found) = found.into_object() else { return Ok(false) };
            Ok(!found.get::<_, bool>("writable")? && !found.get::<_, bool>("enumerable")?)
        };
        describe().unwrap_or(false)
    });
    // Those of the host look the same, and are named as functions elsewhere.
    Ok(Value::new_bool(call.ctx.clone(), found && !is_native(call, &value)))
}

fn is_native<'js>(call: &Call<'js>, value: &Value<'js>) -> bool {
    let global = |name: &str| call.ctx.globals().get::<_, Value<'js>>(name).ok();
    [
        "Object", "Function", "Array", "Date", "RegExp", "Error", "Map", "Set", "Promise", "String",
        "Number", "Boolean",
    ]
    .iter()
    .any(|name| global(name).is_some_and(|known| known == *value))
}
