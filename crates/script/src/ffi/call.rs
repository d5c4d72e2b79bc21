//! A call from a script into the host, and functions that make such calls.

use std::ffi::{CStr, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::OnceLock;

use rquickjs::{Ctx, Error, Exception, FromJs, Result, Value, qjs};

use super::{host_of, own, release};
use crate::vu::Host;

/// A function of the host that scripts can call.
pub(crate) type HostFn = for<'js> fn(&Call<'js>) -> Result<Value<'js>>;

/// The arguments and circumstances of one call.
pub(crate) struct Call<'js> {
    pub(crate) ctx: Ctx<'js>,
    /// The virtual user that calls.
    pub(crate) host: &'js Host,
    this: qjs::JSValue,
    arguments: &'js [qjs::JSValue],
    data: &'js [qjs::JSValue],
}

impl<'js> Call<'js> {
    /// How many arguments were passed.
    pub(crate) fn len(&self) -> usize {
        self.arguments.len()
    }

    /// The argument at `index`; `undefined` when fewer were passed.
    pub(crate) fn value(&self, index: usize) -> Value<'js> {
        self.borrowed(self.arguments.get(index).copied())
    }

    /// The argument at `index`, converted; `undefined` converts as JavaScript would have it.
    pub(crate) fn get<T: FromJs<'js>>(&self, index: usize) -> Result<T> {
        T::from_js(&self.ctx, self.value(index))
    }

    /// The receiver of the call.
    pub(crate) fn this(&self) -> Value<'js> {
        self.borrowed(Some(self.this))
    }

    /// A value that was bound to the function when it was made.
    pub(crate) fn data(&self, index: usize) -> Value<'js> {
        self.borrowed(self.data.get(index).copied())
    }

    /// `undefined`.
    pub(crate) fn undefined(&self) -> Value<'js> {
        Value::new_undefined(self.ctx.clone())
    }

    fn borrowed(&self, value: Option<qjs::JSValue>) -> Value<'js> {
        match value {
            // SAFETY: QuickJS keeps arguments, receiver and bound data alive for the call; the duplicate is
            // ours to own.
            Some(value) => unsafe {
                Value::from_raw(self.ctx.clone(), qjs::JS_DupValue(self.ctx.as_raw().as_ptr(), value))
            },
            None => self.undefined(),
        }
    }
}

/// Functions by their magic number. Filled at first use of each table, read on each call without a lock.
static FUNCTIONS: [OnceLock<HostFn>; 4096] = [const { OnceLock::new() }; 4096];
static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

/// Gives `function` a number that fits QuickJS's magic.
pub(super) fn register(function: HostFn) -> i16 {
    let index = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let slot = FUNCTIONS.get(index).expect("there are far fewer host functions than slots");
    let fresh = slot.set(function);
    debug_assert!(fresh.is_ok(), "a number is given once");
    i16::try_from(index).expect("4096 fits i16")
}

/// Gives a getter a number and its setter the one after it, because QuickJS has one magic for both.
pub(super) fn register_pair(get: HostFn, set: HostFn) -> i16 {
    let index = NEXT.fetch_add(2, std::sync::atomic::Ordering::Relaxed);
    for (slot, function) in FUNCTIONS[index..].iter().zip([get, set]) {
        let fresh = slot.set(function);
        debug_assert!(fresh.is_ok(), "a number is given once");
    }
    assert!(index + 1 < FUNCTIONS.len(), "there are far fewer host functions than slots");
    i16::try_from(index).expect("4096 fits i16")
}

/// Runs a host function for a call from C: errors become exceptions, panics become an uncatchable error that
/// the virtual user turns into a failed iteration.
unsafe fn dispatch(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    arguments: &[qjs::JSValue],
    data: &[qjs::JSValue],
    magic: c_int,
) -> qjs::JSValue {
    let function = usize::try_from(magic)
        .ok()
        .and_then(|index| FUNCTIONS.get(index)?.get())
        .expect("QuickJS passes the magic that the function was made with");
    // SAFETY: QuickJS passes the live context that makes the call; the slices live until it returns, and the
    // lifetime is only given to `function`, which is generic over it and cannot let it escape.
    let call = unsafe {
        let context = NonNull::new_unchecked(context);
        Call {
            ctx: Ctx::from_raw(context),
            host: host_of(context),
            this,
            arguments: std::mem::transmute::<&[qjs::JSValue], &[qjs::JSValue]>(arguments),
            data: std::mem::transmute::<&[qjs::JSValue], &[qjs::JSValue]>(data),
        }
    };
    let guarded = AssertUnwindSafe(|| {
        #[cfg(debug_assertions)]
        crate::testing::host_call(call.host);
        function(&call)
    });
    match catch_unwind(guarded) {
        Ok(Ok(value)) => release(&value),
        Ok(Err(error)) => throw(&call.ctx, &error),
        Err(panic) => {
            call.host.panicked(panic);
            super::uncatchable(&call.ctx, "the host panicked");
            qjs::JS_EXCEPTION
        }
    }
}

/// Makes sure that an exception is pending for `error`.
pub(super) fn throw(context: &Ctx<'_>, error: &Error) -> qjs::JSValue {
    if !matches!(error, Error::Exception) {
        let _ = Exception::throw_type(context, &error.to_string());
    }
    qjs::JS_EXCEPTION
}

unsafe fn slice<'a>(arguments: *mut qjs::JSValue, count: c_int) -> &'a [qjs::JSValue] {
    match usize::try_from(count) {
        // SAFETY: QuickJS passes `count` values behind `arguments`.
        Ok(count) if count > 0 => unsafe { std::slice::from_raw_parts(arguments, count) },
        _ => &[],
    }
}

pub(super) unsafe extern "C" fn call_magic(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    count: c_int,
    arguments: *mut qjs::JSValue,
    magic: c_int,
) -> qjs::JSValue {
    // SAFETY: the arguments are those of a QuickJS call.
    unsafe { dispatch(context, this, slice(arguments, count), &[], magic) }
}

pub(super) unsafe extern "C" fn get_magic(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    magic: c_int,
) -> qjs::JSValue {
    // SAFETY: as above; a getter has no arguments.
    unsafe { dispatch(context, this, &[], &[], magic) }
}

pub(super) unsafe extern "C" fn set_magic(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    value: qjs::JSValue,
    magic: c_int,
) -> qjs::JSValue {
    // SAFETY: as above; a setter has one argument, and its function stands behind its getter's.
    unsafe { dispatch(context, this, &[value], &[], magic + 1) }
}

/// Bound values are kept in an array whose first slot tells how many follow, because QuickJS does not.
unsafe extern "C" fn call_bound(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    count: c_int,
    arguments: *mut qjs::JSValue,
    magic: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    // SAFETY: `bound` put the length into the first of the values.
    unsafe {
        let length = qjs::JS_VALUE_GET_INT(*data);
        dispatch(context, this, slice(arguments, count), slice(data.add(1), length), magic)
    }
}

/// A function object that calls `function`.
pub(crate) fn function<'js>(
    context: &Ctx<'js>,
    name: &'static CStr,
    length: u8,
    function: &'static Named,
) -> Result<Value<'js>> {
    let magic = c_int::from(*function.magic.get_or_init(|| register(function.function)));
    // SAFETY: the number was registered on the line above.
    unsafe {
        let kind = qjs::JSCFunctionEnum_JS_CFUNC_generic_magic;
        own(context, magic_function(context, name, length, kind, magic))
    }
}

/// A function object that calls `function` with `data` bound to it.
pub(crate) fn bound<'js>(
    context: &Ctx<'js>,
    length: u8,
    function: &'static Named,
    data: &[Value<'js>],
) -> Result<Value<'js>> {
    let magic = c_int::from(*function.magic.get_or_init(|| register(function.function)));
    let mut values = Vec::with_capacity(data.len() + 1);
    values.push(qjs::JS_MKVAL(qjs::JS_TAG_INT, i32::try_from(data.len()).expect("few values are bound")));
    values.extend(data.iter().map(Value::as_raw));
    // SAFETY: the context is alive; QuickJS duplicates the values that it keeps.
    unsafe {
        let raw = qjs::JS_NewCFunctionData(
            context.as_raw().as_ptr(),
            Some(call_bound),
            c_int::from(length),
            magic,
            c_int::try_from(values.len()).expect("few values are bound"),
            values.as_mut_ptr(),
        );
        own(context, raw)
    }
}

/// A host function with room for its number: declare one as a `static`.
pub(crate) struct Named {
    function: HostFn,
    magic: OnceLock<i16>,
}

impl Named {
    pub(crate) const fn new(function: HostFn) -> Self {
        Self { function, magic: OnceLock::new() }
    }
}

/// A function object that is called with `new`; called without, it behaves the same.
pub(crate) fn constructor<'js>(
    context: &Ctx<'js>,
    name: &'static CStr,
    length: u8,
    function: &'static Named,
) -> Result<Value<'js>> {
    let magic = c_int::from(*function.magic.get_or_init(|| register(function.function)));
    // SAFETY: see `magic_function`; QuickJS passes `new.target` as the receiver.
    unsafe {
        let kind = qjs::JSCFunctionEnum_JS_CFUNC_constructor_or_func_magic;
        let made = own(context, magic_function(context, name, length, kind, magic))?;
        // `instanceof` needs a prototype to look for.
        let prototype = rquickjs::Object::new(context.clone())?;
        qjs::JS_SetConstructor(context.as_raw().as_ptr(), made.as_raw(), prototype.as_value().as_raw());
        Ok(made)
    }
}

/// # Safety
/// `magic` must be the number of a registered function.
unsafe fn magic_function(
    context: &Ctx<'_>,
    name: &'static CStr,
    length: u8,
    kind: qjs::JSCFunctionEnum,
    magic: c_int,
) -> qjs::JSValue {
    // SAFETY: the context is alive. `call_magic` has the signature that goes with `kind`, one that takes the
    // magic; passing it through the signature without is what QuickJS's own macros do.
    unsafe {
        let entry: qjs::JSCFunctionType = qjs::JSCFunctionType { generic_magic: Some(call_magic) };
        qjs::JS_NewCFunction2(
            context.as_raw().as_ptr(),
            entry.generic,
            name.as_ptr(),
            c_int::from(length),
            kind,
            magic,
        )
    }
}
