//! Parts of the host that are written in JavaScript.
//!
//! Main type: [`Chunk`]: a module with one export, `make(native)`, which returns the objects it is for. The
//! process compiles it once; a user loads the byte code when it first needs one of the objects.

use std::sync::{Mutex, OnceLock};

use rquickjs::{Ctx, Function, Module, Object, Persistent, Result, Value, WriteOptions};

use crate::error;
use crate::ffi::{self, Call, Intrinsics, Member, Table};

/// What the names of these modules begin with.
const PREFIX: &str = "plimsoll:";
/// Where the engine says that their code stands; stacks leave these frames out.
pub(crate) const NOWHERE: &str = "<null>";

/// One module.
pub(in crate::modules) struct Chunk {
    /// Its name, [`PREFIX`] and a word.
    name: &'static str,
    source: &'static str,
    /// What it finds in `native`, beside `use(name)`, which gives what another chunk made, and
    /// `isMade(name, class, value)`, which tells whether a value is of a class of another's.
    native: &'static Table,
    /// Whether it needs the language features that its user's program does not name.
    whole_language: bool,
    code: OnceLock<Vec<u8>>,
}

static COMMON: Table = Table::new(&[Member::Method(c"isMade", 3, is_made), Member::Method(c"use", 1, other)]);
/// One compiles at a time, lest threads that begin together all do.
static COMPILING: Mutex<()> = Mutex::new(());

impl Chunk {
    /// A chunk that gets by with what every context has.
    pub(in crate::modules) const fn new(
        name: &'static str,
        source: &'static str,
        native: &'static Table,
    ) -> Self {
        Self { name, source, native, whole_language: false, code: OnceLock::new() }
    }

    /// A chunk that uses maps, buffers and the like.
    pub(in crate::modules) const fn of_whole_language(
        name: &'static str,
        source: &'static str,
        native: &'static Table,
    ) -> Self {
        Self { name, source, native, whole_language: true, code: OnceLock::new() }
    }

    /// What the chunk makes, once in a user.
    pub(in crate::modules) fn made<'js>(&'static self, context: &Ctx<'js>) -> Result<Object<'js>> {
        let host = ffi::host(context);
        if let Some(known) = host.builtins.borrow().get(self.name) {
            return known.clone().restore(context);
        }
        if self.whole_language {
            ffi::complete(context, Intrinsics::ALL)?;
        }
        let native = Object::new(context.clone())?;
        ffi::define(context, &native, &COMMON)?;
        ffi::define(context, &native, self.native)?;
        let module = ffi::load_module(context, self.code(context)?)?;
        let (module, evaluated) = module.eval()?;
        evaluated.finish::<Value<'js>>()?;
        let make: Function<'js> = module.get("make")?;
        let made: Object<'js> = make.call((native,))?;
        host.builtins.borrow_mut().insert(self.name, Persistent::save(context, made.clone()));
        // Loading reaches deep; what the script does next seldom does.
        fiber::trim_stack();
        Ok(made)
    }

    /// Whether a value is an instance of a class that the chunk has made in this user.
    pub(super) fn made_it(&self, class: &str, value: &Value<'_>) -> bool {
        let context = value.ctx();
        let made = ffi::host(context).builtins.borrow().get(self.name).cloned();
        let class = made.and_then(|made| made.restore(context).ok()?.get::<_, Value<'_>>(class).ok());
        class.is_some_and(|class| value.as_object().is_some_and(|object| object.is_instance_of(&class)))
    }

    fn code(&'static self, context: &Ctx<'_>) -> Result<&'static [u8]> {
        if let Some(code) = self.code.get() {
            return Ok(code);
        }
        let _alone = COMPILING.lock();
        if self.code.get().is_none() {
            let module = Module::declare(context.clone(), self.name, self.source)?;
            // Without lines and names a user's copy is a good deal smaller; stacks leave such frames out.
            let options = WriteOptions { strip_source: true, strip_debug: true, ..WriteOptions::default() };
            let code = module.write(options)?;
            let _ = self.code.set(code);
        }
        Ok(self.code.get().expect("it was set above"))
    }
}

/// `native.use(name)`
fn other<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    Ok(named(call).made(&call.ctx)?.into_value())
}

/// `native.isMade(name, class, value)`
fn is_made<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let class = error::text_of(&call.ctx, &call.value(1));
    Ok(Value::new_bool(call.ctx.clone(), named(call).made_it(&class, &call.value(2))))
}

fn named(call: &Call<'_>) -> &'static Chunk {
    let name = error::text_of(&call.ctx, &call.value(0));
    let chunk = super::CHUNKS.iter().find(|chunk| chunk.name.strip_prefix(PREFIX) == Some(&name));
    chunk.expect("a chunk names those that exist")
}
