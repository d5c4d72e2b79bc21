//! Native modules: what `import … from 'k6/http'` finds.

use std::ffi::{CStr, CString, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use rquickjs::{Ctx, Error, Module, Object, Result, Value, module::Declared, qjs};

use super::{own, release};
use crate::modules::{self, Builtin};

/// Declares the builtin module `name` in `context`, with `default` and each member as an export.
pub(crate) fn declare<'js>(context: &Ctx<'js>, name: &str) -> Result<Module<'js, Declared>> {
    let name = CString::new(name).map_err(|_| Error::new_loading(name))?;
    // SAFETY: `load` makes a module in the context that it is given.
    unsafe { Module::from_load_fn(context.clone(), name.to_bytes(), load) }
}

unsafe extern "C" fn load(
    context: *mut qjs::JSContext,
    name: *const std::ffi::c_char,
) -> *mut qjs::JSModuleDef {
    // SAFETY: rquickjs passes a live context and a terminated string; QuickJS copies the export names.
    unsafe {
        let Some(builtin) = CStr::from_ptr(name).to_str().ok().and_then(modules::find) else {
            return std::ptr::null_mut();
        };
        let module = qjs::JS_NewCModule(context, name, Some(initialise));
        if module.is_null() {
            return module;
        }
        for export in exports(builtin) {
            if qjs::JS_AddModuleExport(context, module, export.as_ptr()) < 0 {
                return std::ptr::null_mut();
            }
        }
        module
    }
}

/// `default` and the names of the members.
fn exports(builtin: &'static Builtin) -> impl Iterator<Item = &'static CStr> {
    std::iter::once(c"default").chain((builtin.exports)())
}

unsafe extern "C" fn initialise(context: *mut qjs::JSContext, module: *mut qjs::JSModuleDef) -> c_int {
    // SAFETY: QuickJS passes the live context and module whose exports are wanted.
    let (context, name) = unsafe {
        let context = Ctx::from_raw(NonNull::new_unchecked(context));
        let atom = qjs::JS_GetModuleName(context.as_raw().as_ptr(), module);
        let name = own(&context, qjs::JS_AtomToString(context.as_raw().as_ptr(), atom));
        qjs::JS_FreeAtom(context.as_raw().as_ptr(), atom);
        (context, name)
    };
    let filled = catch_unwind(AssertUnwindSafe(|| {
        let name: String = name?.get()?;
        let builtin = modules::find(&name).ok_or_else(|| Error::new_loading(&name))?;
        let object = builtin.object(&context)?;
        fill(&context, module, builtin, &object)
    }));
    match filled {
        Ok(Ok(())) => 0,
        Ok(Err(error)) => {
            super::call::throw(&context, &error);
            -1
        }
        Err(panic) => {
            super::host(&context).panicked(panic);
            super::uncatchable(&context, "the host panicked");
            -1
        }
    }
}

/// Sets each export to the object's property of that name, and `default` to the object.
fn fill<'js>(
    context: &Ctx<'js>,
    module: *mut qjs::JSModuleDef,
    builtin: &'static Builtin,
    object: &Object<'js>,
) -> Result<()> {
    for export in exports(builtin) {
        let name = export.to_str()?;
        let value: Value<'js> =
            if name == "default" { object.clone().into_value() } else { object.get(name)? };
        // SAFETY: QuickJS takes over the reference that `release` made.
        let done = unsafe {
            qjs::JS_SetModuleExport(context.as_raw().as_ptr(), module, export.as_ptr(), release(&value))
        };
        if done < 0 {
            return Err(Error::Exception);
        }
    }
    Ok(())
}

/// Byte code to be kept in memory: without its check sum, which QuickJS would compute again for every user.
pub(crate) fn unsummed(mut code: Vec<u8>) -> Vec<u8> {
    // After the version, and all ones mean that there is none.
    if let Some(sum) = code.get_mut(1..5) {
        sum.fill(0xff);
    }
    code
}

/// A module from byte code that this process compiled.
pub(crate) fn load_module<'js>(context: &Ctx<'js>, code: &[u8]) -> Result<Module<'js, Declared>> {
    // SAFETY: the bytes come from `Module::write` of the same QuickJS in this process; they are kept in
    // memory only.
    unsafe { Module::load(context.clone(), code) }
}

/// The byte code of a classic script; `name` is what stack traces show. Functions show their text when it is kept.
pub(crate) fn compile_script(context: &Ctx<'_>, name: &str, text: &str, keep_text: bool) -> Result<Vec<u8>> {
    let name = CString::new(name).map_err(|_| Error::new_loading(name))?;
    let terminated = CString::new(text).map_err(|_| Error::Unknown)?;
    let raw = context.as_raw().as_ptr();
    let flags = qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
    // SAFETY: the context is alive and both strings are terminated; what QuickJS allocates for the byte code is
    // copied and given back.
    unsafe {
        let compiled =
            qjs::JS_Eval(raw, terminated.as_ptr(), text.len() as _, name.as_ptr(), flags.cast_signed());
        let compiled = own(context, compiled)?;
        let mut length = 0;
        let strip = if keep_text { 0 } else { qjs::JS_WRITE_OBJ_STRIP_SOURCE };
        let options = qjs::JS_WRITE_OBJ_BYTECODE | strip;
        let bytes = qjs::JS_WriteObject(raw, &raw mut length, compiled.as_raw(), options.cast_signed());
        if bytes.is_null() {
            return Err(Error::Exception);
        }
        let code = std::slice::from_raw_parts(bytes, length as usize).to_vec();
        qjs::js_free(raw, bytes.cast());
        Ok(unsummed(code))
    }
}

/// The value of a script from byte code that this process compiled.
pub(crate) fn run_script<'js>(context: &Ctx<'js>, code: &[u8]) -> Result<Value<'js>> {
    let raw = context.as_raw().as_ptr();
    // SAFETY: the context is alive; the bytes come from `compile_script` of the same QuickJS in this process, and
    // `JS_EvalFunction` takes over the reference to what was read.
    unsafe {
        let function =
            qjs::JS_ReadObject(raw, code.as_ptr(), code.len() as _, qjs::JS_READ_OBJ_BYTECODE.cast_signed());
        if qjs::JS_IsException(function) {
            return Err(Error::Exception);
        }
        own(context, qjs::JS_EvalFunction(raw, function))
    }
}
