//! Small operations on values that the safe binding does not offer.

use std::mem::MaybeUninit;

use rquickjs::{Ctx, Object, Result, TypedArray, Value, qjs};

use super::release;

/// Throws an error that no `catch` or `finally` of the script sees: the way to end an iteration.
pub(crate) fn uncatchable(context: &Ctx<'_>, message: &str) -> rquickjs::Error {
    let error = rquickjs::Exception::from_message(context.clone(), message);
    if let Ok(error) = error {
        let value = error.into_object().into_value();
        // SAFETY: context and value are alive.
        unsafe { qjs::JS_SetUncatchableError(context.as_raw().as_ptr(), value.as_raw()) };
        return context.throw(value);
    }
    rquickjs::Error::Exception
}

/// Whether a thrown value is one that no `catch` of the script sees.
pub(crate) fn is_uncatchable(value: &Value<'_>) -> bool {
    // SAFETY: the value is alive.
    unsafe { qjs::JS_IsUncatchableError(value.as_raw()) }
}

/// The enumerable own string keys of an object, as atoms, without making JavaScript strings of them.
pub(crate) struct Keys<'js> {
    object: Object<'js>,
    list: *mut qjs::JSPropertyEnum,
    length: usize,
}

/// The keys of `object`, in order.
pub(crate) fn keys<'js>(object: &Object<'js>) -> Result<Keys<'js>> {
    let mut list = std::ptr::null_mut();
    let mut length = 0;
    let flags = (qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY) as i32;
    // SAFETY: context and object are alive; the list is freed by `Keys`.
    let done = unsafe {
        let context = object.ctx().as_raw().as_ptr();
        qjs::JS_GetOwnPropertyNames(
            context,
            &raw mut list,
            &raw mut length,
            object.as_value().as_raw(),
            flags,
        )
    };
    if done < 0 {
        return Err(rquickjs::Error::Exception);
    }
    Ok(Keys { object: object.clone(), list, length: length as usize })
}

impl<'js> Keys<'js> {
    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The number by which the runtime knows a key. It is only good while the atom lives; see [`keep`](Self::keep).
    pub(crate) fn atom(&self, index: usize) -> u32 {
        assert!(index < self.length, "a key that was counted");
        // SAFETY: the index is in range and the list belongs to `self`.
        unsafe { (*self.list.add(index)).atom }
    }

    /// The value of a key.
    pub(crate) fn value(&self, index: usize) -> Result<Value<'js>> {
        let context = self.object.ctx();
        // SAFETY: context, object and atom are alive.
        unsafe {
            let raw = qjs::JS_GetProperty(
                context.as_raw().as_ptr(),
                self.object.as_value().as_raw(),
                self.atom(index),
            );
            super::own(context, raw)
        }
    }

    /// The text of a key.
    pub(crate) fn text(&self, index: usize) -> Result<String> {
        let context = self.object.ctx();
        // SAFETY: context and atom are alive.
        let text = unsafe {
            super::own(context, qjs::JS_AtomToString(context.as_raw().as_ptr(), self.atom(index)))?
        };
        text.get()
    }

    /// Keeps the atom of a key alive until its runtime ends, so that its number is given to no other name.
    pub(crate) fn keep(&self, index: usize) {
        // SAFETY: context and atom are alive; the reference is given up on purpose.
        unsafe { qjs::JS_DupAtom(self.object.ctx().as_raw().as_ptr(), self.atom(index)) };
    }
}

impl Drop for Keys<'_> {
    fn drop(&mut self) {
        // SAFETY: QuickJS made the list with this context.
        unsafe {
            qjs::JS_FreePropertyEnum(self.object.ctx().as_raw().as_ptr(), self.list, self.length as u32);
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the object takes the value over")]
fn define<'js>(object: &Object<'js>, name: &str, value: Value<'js>, flags: u32) -> Result<()> {
    let context = object.ctx().clone();
    let mut atom = MaybeUninit::<qjs::JSAtom>::uninit();
    // SAFETY: context and object are alive; the atom is freed after its use, and QuickJS takes over the
    // reference that `release` made.
    let done = unsafe {
        atom.write(qjs::JS_NewAtomLen(context.as_raw().as_ptr(), name.as_ptr().cast(), name.len() as _));
        let atom = atom.assume_init();
        let done = qjs::JS_DefinePropertyValue(
            context.as_raw().as_ptr(),
            object.as_value().as_raw(),
            atom,
            release(&value),
            flags as i32,
        );
        qjs::JS_FreeAtom(context.as_raw().as_ptr(), atom);
        done
    };
    if done < 0 { Err(rquickjs::Error::Exception) } else { Ok(()) }
}

/// Defines an enumerable property that cannot be assigned to.
pub(crate) fn set_readonly<'js>(object: &Object<'js>, name: &str, value: Value<'js>) -> Result<()> {
    define(object, name, value, qjs::JS_PROP_ENUMERABLE)
}

/// Defines a writable property that does not show in enumerations or JSON.
pub(crate) fn set_hidden<'js>(object: &Object<'js>, name: &str, value: Value<'js>) -> Result<()> {
    define(object, name, value, qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE)
}

/// Takes the functions away by which a script could hand on or resize the memory of a buffer: QuickJS does that
/// with its own allocator even where the memory came from the host.
pub(super) fn forbid_transfers(context: &Ctx<'_>) -> Result<()> {
    let constructor: Object<'_> = context.globals().get("ArrayBuffer")?;
    let prototype: Object<'_> = constructor.get("prototype")?;
    ["transfer", "transferToFixedLength", "transferToImmutable"]
        .into_iter()
        .try_for_each(|name| prototype.remove(name))
}

/// Copies bytes to the start of a view, as many as fit.
pub(crate) fn write_view(view: &TypedArray<'_, u8>, bytes: &[u8]) {
    let Some(room) = view.as_raw() else { return };
    let count = bytes.len().min(room.len);
    // SAFETY: QuickJS says where the view's memory is and how much of it there is; `bytes` belong to the host,
    // and no script code runs meanwhile. Views of what users share are private to a user.
    unsafe { std::ptr::copy(bytes.as_ptr(), room.ptr.as_ptr(), count) };
}

/// Whether an object has a property `name` of its own. Asks no getter; a proxy that throws has none.
pub(crate) fn has_own(object: &Object<'_>, name: &str) -> bool {
    let context = object.ctx().as_raw().as_ptr();
    // SAFETY: context and object are alive; the atom is freed after its use; without a descriptor to fill,
    // nothing is handed out.
    let found = unsafe {
        let atom = qjs::JS_NewAtomLen(context, name.as_ptr().cast(), name.len() as _);
        let found = qjs::JS_GetOwnProperty(context, std::ptr::null_mut(), object.as_value().as_raw(), atom);
        qjs::JS_FreeAtom(context, atom);
        found
    };
    if found < 0 {
        object.ctx().catch();
    }
    found > 0
}

/// Whether a value counts as true.
pub(crate) fn truthy(value: &Value<'_>) -> bool {
    if let Some(flag) = value.as_bool() {
        return flag;
    }
    // SAFETY: the value is alive; conversion to a boolean runs no script code.
    unsafe { qjs::JS_ToBool(value.ctx().as_raw().as_ptr(), value.as_raw()) > 0 }
}

/// What an object is to the engine, whatever it says of itself: `array`, `date`, `map`, `object` for one without
/// anything special behind it, `other` for what has no name here.
pub(crate) fn kind_of(value: &Value<'_>) -> &'static str {
    let raw = value.as_raw();
    // SAFETY: the value is alive; none of these runs script code.
    unsafe {
        match () {
            () if qjs::JS_IsProxy(raw) => "other",
            () if qjs::JS_IsArray(raw) => "array",
            () if qjs::JS_IsDate(raw) => "date",
            () if qjs::JS_IsError(raw) => "error",
            () if qjs::JS_IsRegExp(raw) => "regexp",
            () if qjs::JS_IsMap(raw) => "map",
            () if qjs::JS_IsSet(raw) => "set",
            () if qjs::JS_IsArrayBuffer(raw) => "arraybuffer",
            () if qjs::JS_GetTypedArrayType(raw) >= 0 => "typedarray",
            () => {
                let plain = Object::new(value.ctx().clone());
                let class = plain.map_or(0, |plain| qjs::JS_GetClassID(plain.as_value().as_raw()));
                if qjs::JS_GetClassID(raw) == class { "object" } else { "other" }
            }
        }
    }
}

/// Whether a value is a typed array of unsigned bytes, clamped or not.
pub(crate) fn is_byte_array(value: &Value<'_>) -> bool {
    let bytes = [qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8C, qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8];
    // SAFETY: the value is alive; its type is read without running script code.
    let kind = unsafe { qjs::JS_GetTypedArrayType(value.as_raw()) };
    u32::try_from(kind).is_ok_and(|kind| bytes.contains(&kind))
}

/// Whether a function is declared `async`.
pub(crate) fn is_async(function: &rquickjs::Function<'_>) -> bool {
    let kind = function
        .as_value()
        .as_object()
        .and_then(Object::get_prototype)
        .and_then(|prototype| {
            prototype
                .get::<_, Option<rquickjs::String<'_>>>(rquickjs::atom::PredefinedAtom::SymbolToStringTag)
                .ok()
                .flatten()
        })
        .and_then(|tag| tag.to_string().ok());
    kind.is_some_and(|kind| kind == "AsyncFunction")
}

/// Whether promise jobs wait to be run.
pub(crate) fn has_pending_job(context: &Ctx<'_>) -> bool {
    // SAFETY: the context is alive.
    unsafe { qjs::JS_IsJobPending(qjs::JS_GetRuntime(context.as_raw().as_ptr())) }
}
