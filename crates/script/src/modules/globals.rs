//! What every script finds without importing anything: `__ENV`, `__VU`, `__ITER`, `console`, `open`,
//! `require`, timers.

use std::path::Path;

use bytes::Bytes;
use rquickjs::function::This;
use rquickjs::{
    ArrayBuffer, Ctx, Exception, Function, Module, Object, Persistent, Result, TypedArray, Value,
};

use super::data::UserData;
use super::{console, timers, web};
use crate::error;
use crate::ffi::{self, Call, Member, Named, Table};
use crate::program::{Unusable, missing};
use crate::remote::is_remote;
use crate::source::{address, normalise};

static FUNCTIONS: Table =
    Table::new(&[Member::Method(c"open", 1, open), Member::Method(c"require", 1, require)]);
static ITERATION: Table = Table::new(&[Member::Getter(c"__ITER", iteration)]);

/// What an ES module finds under the names of CommonJS.
static COMMONJS_NAMES: Table =
    Table::new(&[Member::Lazy(c"module", no_module), Member::Lazy(c"exports", no_exports)]);

const GLUE: &str = include_str!("glue.js");
const ONLY_IN_INIT: &str = "function is only available in the init stage (i.e. the global scope), see \
    https://grafana.com/docs/k6/latest/using-k6/test-lifecycle/ for more information";

/// Adds the globals to a fresh context.
pub(crate) fn install(context: &Ctx<'_>) -> Result<()> {
    let globals = context.globals();
    let host = ffi::host(context);
    ffi::define(context, &globals, &FUNCTIONS)?;
    ffi::define(context, &globals, &timers::TABLE)?;
    web::install(context, host.shared.intrinsics().web_globals)?;
    if host.shared.intrinsics().locales {
        web::intl::install(context)?;
    }
    if host.shared.intrinsics().commonjs_names {
        ffi::define(context, &globals, &COMMONJS_NAMES)?;
    }
    if host.shared.intrinsics().console {
        let printer = Object::new(context.clone())?;
        ffi::define(context, &printer, &console::TABLE)?;
        ffi::define(context, &printer, &console::tools::TABLE)?;
        ffi::set_hidden(&globals, "console", printer.into_value())?;
    }
    ffi::set_hidden(&globals, "global", globals.clone().into_value())?;
    let env = Object::new(context.clone())?;
    for (key, value) in &host.shared.env {
        env.set(key.as_str(), value.as_str())?;
    }
    ffi::set_hidden(&globals, "__ENV", env.into_value())?;
    globals.set("__VU", host.ids.in_test)
}

/// Puts a scenario's values over the environment's, which come back when the next scenario has none.
pub(crate) fn set_env(context: &Ctx<'_>, over: &std::collections::BTreeMap<String, String>) -> Result<()> {
    let host = ffi::host(context);
    let before = host.env_over.replace(over.keys().cloned().collect());
    if before.is_empty() && over.is_empty() {
        return Ok(());
    }
    let env: Object<'_> = context.globals().get("__ENV")?;
    for key in before.iter().filter(|key| !over.contains_key(*key)) {
        match host.shared.env.get(key) {
            Some(value) => env.set(key.as_str(), value.as_str())?,
            None => env.remove(key.as_str())?,
        }
    }
    over.iter().try_for_each(|(key, value)| env.set(key.as_str(), value.as_str()))
}

/// Adds what exists only once the init code has run.
pub(crate) fn after_init(context: &Ctx<'_>, iterates: bool) -> Result<()> {
    if iterates {
        ffi::define(context, &context.globals(), &ITERATION)?;
    }
    Ok(())
}

fn no_module<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    mixed_styles(call, "module")
}

fn no_exports<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    mixed_styles(call, "exports")
}

/// Reading fails; a script that writes the name has it from then on.
fn mixed_styles<'js>(call: &Call<'js>, name: &str) -> Result<Value<'js>> {
    if call.len() > 0 {
        ffi::set_hidden(&call.ctx.globals(), name, call.value(0))?;
        return Ok(call.undefined());
    }
    Err(error::throw(
        &call.ctx,
        &format!(
            "you are trying to access identifier \"{name}\", this likely is due to mixing ECMAScript Modules (ESM) \
             and CommonJS syntax. This isn't supported in the JavaScript standard, please use only one or the other"
        ),
    ))
}

/// `import.meta.resolve` of the module at `address`.
pub(crate) fn meta_resolve<'js>(context: &Ctx<'js>, address: &str) -> Result<Value<'js>> {
    static RESOLVE: Named = Named::new(resolve);
    let base = rquickjs::String::from_str(context.clone(), address)?.into_value();
    ffi::bound(context, 1, &RESOLVE, &[base])
}

fn resolve<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let base = error::try_text_of(&call.ctx, &call.data(0))?;
    let specifier = error::try_text_of(&call.ctx, &call.value(0))?;
    let resolved = call.host.shared.program.source.resolve(&base, &specifier);
    let address = resolved.map_err(|failure| error::throw(&call.ctx, &failure.message))?;
    Ok(rquickjs::String::from_str(call.ctx.clone(), &address)?.into_value())
}

fn iteration<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let number = call.host.iteration.get().map_or(0, |iteration| iteration.in_vu);
    Ok(Value::new_number(call.ctx.clone(), number as f64))
}

/// The helpers that are written in JavaScript.
pub(crate) fn glue<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get("glue") {
        return known.clone().restore(context);
    }
    let glue: Object<'js> = context.eval(GLUE)?;
    host.builtins.borrow_mut().insert("glue", Persistent::save(context, glue.clone()));
    Ok(glue)
}

/// Replaces `Math.random` by a generator with the user's seed.
pub(crate) fn seed_random(context: &Ctx<'_>) -> Result<()> {
    let seed = ffi::host(context).random.get().unwrap_or_default();
    let make: Function<'_> = glue(context)?.get("seeded")?;
    let generator: Value<'_> =
        make.call(((seed as u32).cast_signed(), ((seed >> 32) as u32).cast_signed()))?;
    let math: Object<'_> = context.globals().get("Math")?;
    math.set("random", generator)
}

/// Gives summary data the short percentile names.
pub(crate) fn dress_summary(data: &Value<'_>) -> Result<()> {
    let dress: Function<'_> = glue(data.ctx())?.get("dressSummary")?;
    dress.call((data.clone(),))
}

/// The files that `handleSummary` returned, by path.
pub(crate) fn summary_files(context: &Ctx<'_>, value: &Value<'_>) -> Result<Vec<(String, Bytes)>> {
    let Some(object) = value.as_object() else {
        let shown = error::text_of(context, value);
        return Err(error::throw(
            context,
            &format!("handleSummary() must return a map with string keys, not {shown}"),
        ));
    };
    let mut files = Vec::new();
    for entry in object.props::<String, Value<'_>>() {
        let (path, content) = entry?;
        let Some(content) = bytes_of(&content) else {
            let kind = go_type(&content);
            return Err(error::throw(
                context,
                &format!(
                    "error handling summary object {path}: invalid type {kind}, it needs to be a string or ArrayBuffer"
                ),
            ));
        };
        files.push((path, content));
    }
    Ok(files)
}

/// The bytes of a string, an `ArrayBuffer` or a view of one.
pub(crate) fn bytes_of(value: &Value<'_>) -> Option<Bytes> {
    if let Some(text) = value.as_string() {
        return text.to_string().ok().map(Into::into);
    }
    let object = value.as_object()?;
    // A file's bytes that the script has not changed are shared, whatever their number.
    let taken = |bytes: &[u8]| {
        let data = ffi::host(value.ctx()).data.get();
        data.and_then(|data| data.unchanged(bytes)).unwrap_or_else(|| Bytes::copy_from_slice(bytes))
    };
    if let Some(buffer) = ArrayBuffer::from_object(object.clone()) {
        return buffer.as_bytes().map(taken);
    }
    if let Ok(view) = TypedArray::<u8>::from_object(object.clone()) {
        return view.as_bytes().map(taken);
    }
    // Other views: the part of their buffer that they show.
    // An ordinary object may have a getter of that name, which throws again when it is read as what it is.
    let Ok(buffer) = object.get::<_, Object<'_>>("buffer") else {
        object.ctx().catch();
        return None;
    };
    let buffer = ArrayBuffer::from_object(buffer)?;
    let (offset, length): (usize, usize) = (object.get("byteOffset").ok()?, object.get("byteLength").ok()?);
    buffer.as_bytes()?.get(offset..offset + length).map(Bytes::copy_from_slice)
}

/// What k6's messages call a value's type.
pub(crate) fn go_type(value: &Value<'_>) -> &'static str {
    if value.is_undefined() || value.is_null() {
        "<nil>"
    } else if value.is_bool() {
        "bool"
    } else if value.as_number().is_some_and(|number| number.fract() == 0.0) {
        "int64"
    } else if value.is_number() {
        "float64"
    } else if value.is_array() {
        "[]interface {}"
    } else if value.is_function() {
        "func(sobek.FunctionCall) sobek.Value"
    } else {
        "map[string]interface {}"
    }
}

/// The folder of the module whose code calls the host.
pub(crate) fn caller_folder(call: &Call<'_>) -> std::path::PathBuf {
    let source = &call.host.shared.program.source;
    let module = call.ctx.script_or_module_name(1).and_then(|name| name.to_string().ok()).unwrap_or_default();
    source.folder_of(&module)
}

fn open<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if !call.host.in_init() {
        return Err(error::throw(&call.ctx, &format!("the \"open\" {ONLY_IN_INIT}")));
    }
    let name = call.value(0);
    let name = if name.is_undefined() || name.is_null() {
        String::new()
    } else {
        error::try_text_of(&call.ctx, &name)?
    };
    if name.is_empty() {
        return Err(error::throw(&call.ctx, "open() can't be used with an empty filename"));
    }
    let path = normalise(&caller_folder(call).join(Path::new(name.trim_start_matches("file://"))));
    let bytes = call.host.shared.program.file(&address(&path)).map_err(|failure| {
        let shown = path.display();
        let message = match failure.kind() {
            std::io::ErrorKind::NotFound => format!("stat {shown}: no such file or directory"),
            std::io::ErrorKind::IsADirectory => {
                format!("open() can't be used with directories, path: \"{shown}\"")
            }
            _ => format!("open {shown}: {failure}"),
        };
        error::throw(&call.ctx, &message)
    })?;
    if call.value(1).as_string().is_some_and(|mode| mode.to_string().is_ok_and(|mode| mode == "b")) {
        return shared_buffer(call, &address(&path), bytes);
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(rquickjs::String::from_str(call.ctx.clone(), &text)?.into_value())
}

/// The bytes of a file as a buffer. A large one is a private view of pages that all users share, so that it is in
/// memory once however many users open it.
fn shared_buffer<'js>(call: &Call<'js>, address: &str, bytes: std::sync::Arc<[u8]>) -> Result<Value<'js>> {
    /// Below this a view costs more than a copy.
    const LARGE_BYTES: usize = 64 << 10;
    if bytes.len() >= LARGE_BYTES {
        let mapping = call.host.shared.shelf.pages(address, &bytes).and_then(|pages| pages.map());
        // A system that has no more room for views gets copies.
        if let Ok(mapping) = mapping {
            UserData::of(call.host).add_mapped(mapping.start(), bytes);
            return Ok(mapping.into_buffer(&call.ctx)?.into_value());
        }
    }
    Ok(ArrayBuffer::new_copy(call.ctx.clone(), &bytes)?.into_value())
}

fn require<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if !call.host.in_init() {
        return Err(error::throw(&call.ctx, &format!("the \"require\" {ONLY_IN_INIT}")));
    }
    let specifier = error::try_text_of(&call.ctx, &call.value(0))?;
    let program = call.host.shared.program.clone();
    let base = call.data(0);
    let base = if base.is_string() {
        error::try_text_of(&call.ctx, &base)?
    } else {
        call.ctx.script_or_module_name(1).and_then(|name| name.to_string().ok()).unwrap_or_default()
    };
    let resolved = program
        .source
        .resolve(&base, &specifier)
        .map_err(|failure| error::throw(&call.ctx, &failure.message))?;
    if let Some(builtin) = super::find(&resolved) {
        return Ok(builtin.object(&call.ctx)?.into_value());
    }
    if let Some(module) = commonjs_cache(&call.ctx)?.get::<_, Value<'js>>(resolved.as_str())?.as_object() {
        return module.get("exports");
    }
    if !is_remote(&resolved) && !resolved.starts_with("file://") {
        return Err(error::throw(&call.ctx, &super::unknown(&resolved)));
    }
    let text = program.text(&resolved).map_err(|failure| match failure {
        Unusable::Unfetched(message) => error::throw(&call.ctx, &message),
        Unusable::Missing => error::throw(&call.ctx, &missing(&specifier)),
        Unusable::Syntax(message) => Exception::throw_syntax(&call.ctx, &message),
    })?;
    if program.is_module(&resolved, &text) {
        // The same module that `import` gives: its loader knows it by its address.
        return Module::import(&call.ctx, resolved)?.finish::<Value<'js>>();
    }
    run_commonjs(&call.ctx, &resolved, &text)
}

/// Runs the main script as a CommonJS module and gives its exports.
pub(crate) fn run_commonjs_main<'js>(context: &Ctx<'js>, text: &[u8]) -> Result<Object<'js>> {
    let main = ffi::host(context).shared.program.source.main.clone();
    let exports = run_commonjs(context, &main, text)?;
    match exports.into_object() {
        Some(exports) => Ok(exports),
        None => Object::new(context.clone()),
    }
}

/// Runs a CommonJS module once in this user and gives its exports.
pub(crate) fn run_commonjs<'js>(context: &Ctx<'js>, name: &str, text: &[u8]) -> Result<Value<'js>> {
    static REQUIRE: Named = Named::new(require);
    let cache = commonjs_cache(context)?;
    let known: Value<'js> = cache.get(name)?;
    if let Some(module) = known.as_object() {
        return module.get("exports");
    }
    let function = ffi::host(context).shared.program.commonjs(context, name, text)?;
    let module = Object::new(context.clone())?;
    let exports = Object::new(context.clone())?;
    module.set("exports", exports.clone())?;
    cache.set(name, module.clone())?;
    let base = rquickjs::String::from_str(context.clone(), name)?.into_value();
    let require = ffi::bound(context, 1, &REQUIRE, &[base])?;
    function.call::<_, Value<'js>>((This(exports.clone()), module.clone(), exports, require))?;
    module.get("exports")
}

fn commonjs_cache<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get("commonjs") {
        return known.clone().restore(context);
    }
    let cache = Object::new_proto(context.clone(), None)?;
    host.builtins.borrow_mut().insert("commonjs", Persistent::save(context, cache.clone()));
    Ok(cache)
}
