//! `require`, and how modules are run: CommonJS, those of Node.js that the host has, and what ECMAScript modules see
//! of them.

use rquickjs::function::This;
use rquickjs::{Ctx, Exception, Function, Module, Object, Persistent, Result, Value};

use super::node;
use super::resolve::resolve;
use crate::error;
use crate::ffi::{self, Call, Named};
use crate::packages;
use crate::program::Unusable;
use crate::source::path_of;

/// The name of the modules that have run, among what a context keeps.
const CACHE: &str = "plimsoll:modules";

/// Throws an `Error` with a `code`.
pub(super) fn throw(context: &Ctx<'_>, code: &str, message: &str) -> rquickjs::Error {
    let made = Exception::from_message(context.clone(), message).and_then(|error| {
        let object = error.into_object();
        object.set("code", code)?;
        Ok(object.into_value())
    });
    match made {
        Ok(error) => context.throw(error),
        Err(error) => error,
    }
}

/// Begins to load the entry module at `address`: its exports, or a promise of them.
pub(super) fn begin<'js>(context: &Ctx<'js>, address: &str) -> Result<Value<'js>> {
    let program = ffi::host(context).shared.program.clone();
    let text = program.text(address).map_err(|why| unusable(context, address, why))?;
    if program.is_module(address, &text) {
        return Ok(Module::import(context, address)?.into_value());
    }
    self::require(context, address)
}

/// The exports of the module at `address`, which is run when it has not been yet.
pub(crate) fn require<'js>(context: &Ctx<'js>, address: &str) -> Result<Value<'js>> {
    let known: Value<'js> = cache(context)?.get(address)?;
    if let Some(module) = known.as_object() {
        return module.get("exports");
    }
    let program = ffi::host(context).shared.program.clone();
    let text = program.text(address).map_err(|why| unusable(context, address, why))?;
    if program.is_module(address, &text) {
        // The same module that `import` gives: its loader knows it by its address.
        return Module::import(context, address)?.finish();
    }
    let function = program.commonjs(context, address, &text)?;
    run(context, address, &function)
}

/// A module of Node.js by its name, which exists.
pub(super) fn builtin<'js>(context: &Ctx<'js>, name: &str) -> Result<Value<'js>> {
    require(context, &format!("{}{name}", node::PREFIX))
}

fn unusable(context: &Ctx<'_>, address: &str, why: Unusable) -> rquickjs::Error {
    match why {
        Unusable::Missing => {
            throw(context, "MODULE_NOT_FOUND", &format!("Cannot find module '{}'", path_of(address)))
        }
        Unusable::Unfetched(message) => throw(context, "MODULE_NOT_FOUND", &message),
        Unusable::Syntax(message) => Exception::throw_syntax(context, &message),
    }
}

fn cache<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get(CACHE) {
        return known.clone().restore(context);
    }
    let cache = Object::new_proto(context.clone(), None)?;
    host.builtins.borrow_mut().insert(CACHE, Persistent::save(context, cache.clone()));
    Ok(cache)
}

/// Runs a CommonJS module. One that throws is run again by the next who asks.
fn run<'js>(context: &Ctx<'js>, address: &str, function: &Function<'js>) -> Result<Value<'js>> {
    let cache = cache(context)?;
    let module = Object::new(context.clone())?;
    let exports = Object::new(context.clone())?;
    module.set("exports", exports.clone())?;
    cache.set(address, module.clone())?;
    let require = require_of(context, address)?;
    let done = match address.strip_prefix(node::PREFIX) {
        Some(name) => {
            let native = Object::new(context.clone())?;
            if let Some(table) = node::find(name).and_then(|builtin| builtin.native) {
                ffi::define(context, &native, table)?;
            }
            function.call::<_, Value<'js>>((This(exports.clone()), module.clone(), exports, require, native))
        }
        None => {
            let path = path_of(address);
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            module.set("id", path)?;
            module.set("filename", path)?;
            module.set("path", folder)?;
            module.set("require", require.clone())?;
            module.set("loaded", false)?;
            function.call((This(exports.clone()), module.clone(), exports, require, path, folder))
        }
    };
    match done {
        Ok(_) => {
            module.set("loaded", true)?;
            module.get("exports")
        }
        Err(_) => {
            // Running code needs that no exception is pending.
            let thrown = context.catch();
            cache.remove(address)?;
            Err(context.throw(thrown))
        }
    }
}

/// The function `require` of the module at `address`.
pub(super) fn require_of<'js>(context: &Ctx<'js>, address: &str) -> Result<Object<'js>> {
    static REQUIRE: Named = Named::new(|call| self::require(&call.ctx, &wanted(call)?));
    static RESOLVE: Named = Named::new(|call| {
        let found = wanted(call)?;
        Ok(rquickjs::String::from_str(call.ctx.clone(), path_of(&found))?.into_value())
    });
    let base = rquickjs::String::from_str(context.clone(), address)?.into_value();
    let require = ffi::bound(context, 1, &REQUIRE, std::slice::from_ref(&base))?;
    let require = require.into_object().ok_or(rquickjs::Error::Unknown)?;
    require.set("resolve", ffi::bound(context, 1, &RESOLVE, &[base])?)?;
    require.set("cache", cache(context)?)?;
    Ok(require)
}

/// The address of what a call of `require` asks for.
fn wanted(call: &Call<'_>) -> Result<String> {
    let base = error::text_of(&call.ctx, &call.data(0));
    let specifier = call.value(0);
    if !specifier.is_string() {
        return Err(Exception::throw_type(&call.ctx, "The \"id\" argument must be of type string"));
    }
    let specifier = error::text_of(&call.ctx, &specifier);
    resolve(&call.host.shared.program.source, &packages::REQUIRE, &base, &specifier)
        .map_err(|(code, message)| throw(&call.ctx, code, &message))
}

/// Fills `import.meta` of the module at `address`.
pub(crate) fn fill_meta<'js>(context: &Ctx<'js>, meta: &Object<'js>, address: &str) -> Result<()> {
    static COMMONJS: Named =
        Named::new(|call| self::require(&call.ctx, &error::text_of(&call.ctx, &call.data(0))));
    static RESOLVE: Named = Named::new(|call| {
        let base = error::text_of(&call.ctx, &call.data(0));
        let specifier = error::text_of(&call.ctx, &call.value(0));
        let found = resolve(&call.host.shared.program.source, &packages::IMPORT, &base, &specifier)
            .map_err(|(code, message)| throw(&call.ctx, code, &message))?;
        Ok(rquickjs::String::from_str(call.ctx.clone(), &found)?.into_value())
    });
    let base = rquickjs::String::from_str(context.clone(), address)?.into_value();
    let path = path_of(address);
    meta.set("url", address)?;
    meta.set("filename", path)?;
    meta.set("dirname", path.rsplit_once('/').map_or("", |(folder, _)| folder))?;
    meta.set("resolve", ffi::bound(context, 1, &RESOLVE, std::slice::from_ref(&base))?)?;
    // What the wrapper of a CommonJS module has its exports from.
    ffi::set_hidden(meta, "commonjs", ffi::bound(context, 0, &COMMONJS, &[base])?)
}
