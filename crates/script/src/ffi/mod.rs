//! The seam to QuickJS: the only place in this crate with `unsafe`.
//!
//! Host functions are plain `fn(&Call) -> Result<Value>`; tables of them become objects whose functions
//! QuickJS makes when they are first touched, which keeps a user small. [`host`] finds the virtual user that
//! a context belongs to. Nothing here knows what the functions do.
#![expect(
    unsafe_code,
    reason = "this is the script crate's home of unsafe; every block says why it is sound"
)]

mod alloc;
mod call;
mod lazy;
mod lent;
mod module;
mod pages;
mod slabs;
mod table;
mod values;

use std::ptr::NonNull;

use rquickjs::{Context, Ctx, Runtime, Value, qjs};

use crate::modules::web::Names;
use crate::vu::Host;

pub(crate) use alloc::{CountingAllocator, MemoryGauge};
pub(crate) use call::{Call, Named, bound, constructor, function};
pub(crate) use lazy::{Lazy, LazyClass, Property};
pub(crate) use lent::LentHost;
pub(crate) use module::{compile_script, declare, load_module, run_script, unsummed};
pub(crate) use pages::Pages;
pub(crate) use table::{Member, Table, define};
pub(crate) use values::{
    Keys, has_own, has_pending_job, is_async, is_byte_array, is_uncatchable, keys, kind_of, set_hidden,
    set_readonly, truthy, uncatchable, write_view,
};

/// Installs in `context` the pointer by which host functions find their virtual user.
pub(crate) fn set_host(context: &Ctx<'_>, host: &Host) {
    // SAFETY: the context is alive; rquickjs keeps its own data in the runtime's opaque pointer and leaves
    // the context's alone.
    unsafe {
        qjs::JS_SetContextOpaque(context.as_raw().as_ptr(), std::ptr::from_ref(host).cast_mut().cast());
    };
}

/// Addresses and bytes of what QuickJS touches in every call: its runtime and its context.
pub(crate) fn hot_memory(context: &Ctx<'_>) -> [(usize, usize); 2] {
    let context = context.as_raw().as_ptr();
    // SAFETY: the context is alive, and both it and its runtime are blocks of this crate's allocator.
    unsafe {
        let runtime = qjs::JS_GetRuntime(context);
        [alloc::extent(runtime.cast()), alloc::extent(context.cast())]
    }
}

/// Lets QuickJS look for garbage from `bytes` on.
pub(crate) fn set_garbage_threshold(context: &Ctx<'_>, bytes: usize) {
    // SAFETY: the context is alive, and so is its runtime.
    unsafe { qjs::JS_SetGCThreshold(qjs::JS_GetRuntime(context.as_raw().as_ptr()), bytes as _) };
}

/// The virtual user that `context` belongs to.
pub(crate) fn host<'a>(context: &'a Ctx<'_>) -> &'a Host {
    // SAFETY: `set_host` is called before any script code runs, with a host that the fiber's body keeps
    // alive until after the context is freed.
    unsafe { host_of(context.as_raw()) }
}

/// # Safety
/// `context` must be alive, with its host set.
unsafe fn host_of<'a>(context: NonNull<qjs::JSContext>) -> &'a Host {
    // SAFETY: guaranteed by the caller.
    unsafe {
        let pointer = qjs::JS_GetContextOpaque(context.as_ptr()).cast::<Host>();
        debug_assert!(!pointer.is_null(), "set_host comes before script code");
        &*pointer
    }
}

/// The language features that a context has. Each costs memory in every virtual user, so a program gets only
/// those it can reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Intrinsics {
    pub(crate) date: bool,
    pub(crate) regexp: bool,
    pub(crate) proxy: bool,
    pub(crate) map_set: bool,
    pub(crate) typed_arrays: bool,
    pub(crate) promise: bool,
    pub(crate) weak_ref: bool,
    pub(crate) eval: bool,
    /// The globals of `modules::web` that have getters; no feature of the engine.
    pub(crate) web_globals: Names,
    /// `toLocaleString` and its siblings take locales; no feature of the engine either.
    pub(crate) locales: bool,
    /// What `module` and `exports` say where they are not to be had; no feature of the engine.
    pub(crate) commonjs_names: bool,
    /// The global `console`; no feature of the engine.
    pub(crate) console: bool,
    /// What `import.meta` holds; no feature of the engine.
    pub(crate) import_meta: bool,
}

impl Intrinsics {
    /// Everything.
    pub(crate) const ALL: Self = Self {
        date: true,
        regexp: true,
        proxy: true,
        map_set: true,
        typed_arrays: true,
        promise: true,
        weak_ref: true,
        eval: true,
        web_globals: Names::MAX,
        locales: true,
        commonjs_names: true,
        console: true,
        import_meta: true,
    };
}

/// A context with the given language features.
pub(crate) fn new_context(runtime: &Runtime, wanted: Intrinsics) -> rquickjs::Result<Context> {
    // The smallest context that rquickjs can make keeps its runtime locked for us; its raw pointer then
    // receives the intrinsics.
    let context = Context::base(runtime)?;
    let raw = context.as_raw().as_ptr();
    // SAFETY: the context is alive and not in use; each intrinsic is added at most once, and the base
    // objects, which `Context::base` adds, come first as QuickJS asks.
    let failed = unsafe {
        let mut failed = 0;
        if wanted.eval {
            failed |= qjs::JS_AddIntrinsicEval(raw);
        }
        failed |= qjs::JS_AddIntrinsicJSON(raw);
        if wanted.promise {
            failed |= qjs::JS_AddIntrinsicPromise(raw);
        }
        failed | add_optional(raw, wanted)
    };
    if failed < 0 {
        return Err(rquickjs::Error::Allocation);
    }
    if wanted.typed_arrays {
        context.with(|context| values::forbid_transfers(&context))?;
    }
    Ok(context)
}

/// Adds the features that programs which do not name them go without.
///
/// # Safety
/// The context must be alive, with its base objects, and without any of those that are wanted.
unsafe fn add_optional(context: *mut qjs::JSContext, wanted: Intrinsics) -> i32 {
    let mut failed = 0;
    // SAFETY: guaranteed by the caller.
    unsafe {
        if wanted.date {
            failed |= qjs::JS_AddIntrinsicDate(context);
        }
        if wanted.regexp {
            qjs::JS_AddIntrinsicRegExpCompiler(context);
            failed |= qjs::JS_AddIntrinsicRegExp(context);
        }
        if wanted.proxy {
            failed |= qjs::JS_AddIntrinsicProxy(context);
        }
        if wanted.map_set {
            failed |= qjs::JS_AddIntrinsicMapSet(context);
        }
        if wanted.typed_arrays {
            failed |= qjs::JS_AddIntrinsicTypedArrays(context);
        }
        if wanted.weak_ref {
            failed |= qjs::JS_AddIntrinsicWeakRef(context);
        }
    }
    failed
}

/// Gives the context of a running program the features in `wanted` that it does not have yet, for a part of the
/// host that uses them.
pub(crate) fn complete(context: &Ctx<'_>, wanted: Intrinsics) -> rquickjs::Result<()> {
    let host = host(context);
    let has = host.features.get();
    let missing = Intrinsics {
        date: wanted.date && !has.date,
        regexp: wanted.regexp && !has.regexp,
        proxy: wanted.proxy && !has.proxy,
        map_set: wanted.map_set && !has.map_set,
        typed_arrays: wanted.typed_arrays && !has.typed_arrays,
        weak_ref: wanted.weak_ref && !has.weak_ref,
        ..Intrinsics::ALL
    };
    host.features.set(Intrinsics {
        date: has.date || missing.date,
        regexp: has.regexp || missing.regexp,
        proxy: has.proxy || missing.proxy,
        map_set: has.map_set || missing.map_set,
        typed_arrays: has.typed_arrays || missing.typed_arrays,
        weak_ref: has.weak_ref || missing.weak_ref,
        ..has
    });
    // SAFETY: the context is alive, and `features` tells what it has.
    let failed = unsafe { add_optional(context.as_raw().as_ptr(), missing) };
    if failed < 0 {
        return Err(rquickjs::Error::Exception);
    }
    if missing.typed_arrays { values::forbid_transfers(context) } else { Ok(()) }
}

/// Enters a context whose runtime this thread has entered already: from a function of the host that code called.
pub(crate) fn within<R>(context: &Context, work: impl for<'js> FnOnce(Ctx<'js>) -> R) -> R {
    // SAFETY: the context is alive and belongs to this thread, as it is not `Send`; whoever entered the runtime
    // first holds its lock until `work` has returned; the lifetime cannot escape from `work`, which is generic
    // over it.
    let context = unsafe { Ctx::from_raw(context.as_raw()) };
    work(context)
}

/// Takes ownership of a raw value that a QuickJS call returned; an exception becomes `Err`.
///
/// # Safety
/// `value` must be an owned value of `context`'s runtime.
unsafe fn own<'js>(context: &Ctx<'js>, value: qjs::JSValue) -> rquickjs::Result<Value<'js>> {
    // SAFETY: guaranteed by the caller.
    unsafe {
        if qjs::JS_IsException(value) {
            return Err(rquickjs::Error::Exception);
        }
        Ok(Value::from_raw(context.clone(), value))
    }
}

/// Gives a value's reference to C.
fn release(value: &Value<'_>) -> qjs::JSValue {
    let raw = value.as_raw();
    let context = value.ctx().as_raw().as_ptr();
    // SAFETY: the value is alive; the duplicate is the reference that the caller hands to C.
    unsafe { qjs::JS_DupValue(context, raw) }
}
