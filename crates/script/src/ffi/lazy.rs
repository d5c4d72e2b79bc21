//! Objects whose own properties are made when they are first read.
//!
//! A response has twenty properties of which a script reads two or three. To a script a lazy object looks
//! like any other sealed one: its properties are own, enumerable and writable; new ones are refused, as by
//! k6's own objects.

use std::any::Any;
use std::cell::Cell;
use std::ffi::{CStr, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use rquickjs::{Ctx, Result, Value, qjs};

use super::{own, release};

/// A kind of lazy object.
pub(crate) trait Lazy: Any {
    /// The class name, as `Object.prototype.toString` would show it.
    const CLASS: &'static CStr;
    /// The names of the properties, in order of enumeration; at most 32.
    const KEYS: &'static [&'static str];

    /// The value of property `KEYS[key]`.
    fn property<'js>(&self, context: &Ctx<'js>, key: usize) -> Result<Property<'js>>;
}

/// The value of a lazy property.
pub(crate) enum Property<'js> {
    /// Made anew at each read: numbers and strings that are cheap to make.
    Fresh(Value<'js>),
    /// Kept from now on, so that reading it twice gives the same object.
    Kept(Value<'js>),
}

/// A class of lazy objects, registered with one runtime.
pub(crate) struct LazyClass {
    id: qjs::JSClassID,
    /// The runtime frees them with all its atoms when it ends.
    atoms: Vec<qjs::JSAtom>,
}

/// What a lazy object carries.
struct Body<T> {
    data: Box<T>,
    /// Bit `n`: property `n` is an ordinary property by now, or deleted.
    taken: Cell<u32>,
    /// Bit `n`: the script has given property `n` another value, or deleted it.
    replaced: Cell<u32>,
    /// A value of the host's that lives as long as the object; `undefined` while there is none.
    kept: Cell<qjs::JSValue>,
    class: *const LazyClass,
}

impl LazyClass {
    /// Registers the class of `T` with the runtime of `context`. The class must outlive the context's use.
    pub(crate) fn register<T: Lazy>(context: &Ctx<'_>) -> Result<Box<Self>> {
        assert!(T::KEYS.len() <= 32, "one bit a property");
        let raw = context.as_raw();
        let mut id = 0;
        // SAFETY: context and runtime are alive; QuickJS copies the definition, and the exotic methods are
        // static by constant promotion.
        unsafe {
            let runtime = qjs::JS_GetRuntime(raw.as_ptr());
            qjs::JS_NewClassID(runtime, &raw mut id);
            let definition = qjs::JSClassDef {
                class_name: T::CLASS.as_ptr(),
                finalizer: Some(finalize::<T>),
                gc_mark: Some(mark::<T>),
                call: None,
                exotic: std::ptr::from_ref(const { &methods::<T>() }).cast_mut(),
            };
            if qjs::JS_NewClass(runtime, id, &raw const definition) < 0 {
                return Err(rquickjs::Error::Exception);
            }
            let prototype = qjs::JS_NewObject(raw.as_ptr());
            qjs::JS_SetClassProto(raw.as_ptr(), id, prototype);
        }
        let atoms = T::KEYS
            .iter()
            // SAFETY: the context is alive.
            .map(|key| unsafe { qjs::JS_NewAtomLen(raw.as_ptr(), key.as_ptr().cast(), key.len() as _) })
            .collect();
        Ok(Box::new(Self { id, atoms }))
    }

    /// A new object with `data` behind it. The data come boxed: large ones are moved about before they get here.
    pub(crate) fn make<'js, T: Lazy>(&self, context: &Ctx<'js>, data: Box<T>) -> Result<Value<'js>> {
        let body = Box::new(Body {
            data,
            taken: Cell::new(0),
            replaced: Cell::new(0),
            kept: Cell::new(qjs::JS_UNDEFINED),
            class: self,
        });
        // SAFETY: the class was registered with this runtime; the object owns the box until `finalize`.
        unsafe {
            let object = own(context, qjs::JS_NewObjectClass(context.as_raw().as_ptr(), self.id))?;
            qjs::JS_SetOpaque(object.as_raw(), Box::into_raw(body).cast());
            Ok(object)
        }
    }

    /// The prototype that new objects of the class get.
    pub(crate) fn prototype<'js>(&self, context: &Ctx<'js>) -> Result<rquickjs::Object<'js>> {
        // SAFETY: the class was registered with this runtime; QuickJS gives a reference of our own.
        let value = unsafe { own(context, qjs::JS_GetClassProto(context.as_raw().as_ptr(), self.id))? };
        value.into_object().ok_or(rquickjs::Error::Unknown)
    }

    /// The data behind `value`, when it is an object of this class.
    pub(crate) fn data<'a, T: Lazy>(&self, value: &'a Value<'_>) -> Option<&'a T> {
        // SAFETY: QuickJS returns the opaque pointer only when the class matches, and only `make` sets it;
        // the object lives as long as the value that is borrowed.
        unsafe {
            let body = qjs::JS_GetOpaque(value.as_raw(), self.id).cast::<Body<T>>();
            body.as_ref().map(|body| &*body.data)
        }
    }

    /// Whether property `key` of `value` is no longer the one that the host made.
    pub(crate) fn is_replaced<T: Lazy>(&self, value: &Value<'_>, key: usize) -> bool {
        // SAFETY: as in `data`.
        unsafe {
            let body = qjs::JS_GetOpaque(value.as_raw(), self.id).cast::<Body<T>>();
            body.as_ref().is_none_or(|body| body.replaced.get() & (1 << key) != 0)
        }
    }

    /// The value that the host keeps with `value`, if any; the garbage collector knows of it.
    pub(crate) fn kept<'js, T: Lazy>(&self, value: &Value<'js>) -> Option<Value<'js>> {
        // SAFETY: as in `data`; the duplicate is ours to own.
        unsafe {
            let body = qjs::JS_GetOpaque(value.as_raw(), self.id).cast::<Body<T>>().as_ref()?;
            let kept = body.kept.get();
            let context = value.ctx();
            (!qjs::JS_IsUndefined(kept))
                .then(|| Value::from_raw(context.clone(), qjs::JS_DupValue(context.as_raw().as_ptr(), kept)))
        }
    }

    /// Keeps `kept` with `value`, in place of what was kept before.
    pub(crate) fn keep<'js, T: Lazy>(&self, value: &Value<'js>, kept: &Value<'js>) {
        // SAFETY: as in `data`; the object owns the duplicate until it is replaced or finalised.
        unsafe {
            let body = qjs::JS_GetOpaque(value.as_raw(), self.id).cast::<Body<T>>();
            if let Some(body) = body.as_ref() {
                let before = body.kept.replace(release(kept));
                qjs::JS_FreeValue(value.ctx().as_raw().as_ptr(), before);
            }
        }
    }

    fn key(&self, atom: qjs::JSAtom) -> Option<usize> {
        self.atoms.iter().position(|&known| known == atom)
    }
}

const fn methods<T: Lazy>() -> qjs::JSClassExoticMethods {
    qjs::JSClassExoticMethods {
        get_own_property: Some(get_own_property::<T>),
        get_own_property_names: Some(get_own_property_names::<T>),
        delete_property: Some(delete_property::<T>),
        define_own_property: Some(define_own_property::<T>),
        has_property: None,
        get_property: None,
        set_property: Some(set_property::<T>),
    }
}

unsafe extern "C" fn mark<T: Lazy>(
    runtime: *mut qjs::JSRuntime,
    object: qjs::JSValue,
    mark: qjs::JS_MarkFunc,
) {
    let mut id = 0;
    // SAFETY: QuickJS marks live objects of the class; the kept value is alive as long as its object.
    unsafe {
        let body = qjs::JS_GetAnyOpaque(object, &raw mut id).cast::<Body<T>>();
        if let Some(body) = body.as_ref() {
            qjs::JS_MarkValue(runtime, body.kept.get(), mark);
        }
    }
}

unsafe extern "C" fn finalize<T: Lazy>(runtime: *mut qjs::JSRuntime, object: qjs::JSValue) {
    let mut id = 0;
    // SAFETY: QuickJS finalises each object once; its opaque pointer is the box that `make` gave it, or null
    // when `make` failed half-way.
    unsafe {
        let body = qjs::JS_GetAnyOpaque(object, &raw mut id).cast::<Body<T>>();
        if !body.is_null() {
            let body = Box::from_raw(body);
            qjs::JS_FreeValueRT(runtime, body.kept.get());
            drop(body);
        }
    }
}

/// # Safety
/// `object` must be a live object of the class of `T`.
unsafe fn body<'a, T: Lazy>(object: qjs::JSValue) -> Option<(&'a Body<T>, &'a LazyClass)> {
    let mut id = 0;
    // SAFETY: guaranteed by the caller; the class outlives the context's use.
    unsafe {
        let body = qjs::JS_GetAnyOpaque(object, &raw mut id).cast::<Body<T>>().as_ref()?;
        Some((body, &*body.class))
    }
}

impl<T> Body<T> {
    fn is_taken(&self, key: usize) -> bool {
        self.taken.get() & (1 << key) != 0
    }

    fn take(&self, key: usize) {
        self.taken.set(self.taken.get() | (1 << key));
    }
}

const ORDINARY: c_int = (qjs::JS_PROP_C_W_E | qjs::JS_PROP_NO_EXOTIC) as c_int;

unsafe extern "C" fn get_own_property<T: Lazy>(
    context: *mut qjs::JSContext,
    descriptor: *mut qjs::JSPropertyDescriptor,
    object: qjs::JSValue,
    atom: qjs::JSAtom,
) -> c_int {
    // SAFETY: QuickJS calls the methods of a class with its objects.
    let Some((body, class)) = (unsafe { body::<T>(object) }) else { return 0 };
    let Some(key) = class.key(atom).filter(|&key| !body.is_taken(key)) else { return 0 };
    if descriptor.is_null() {
        return 1;
    }
    // SAFETY: QuickJS passes the live context of the call.
    let ctx = unsafe { Ctx::from_raw(NonNull::new_unchecked(context)) };
    let made = catch_unwind(AssertUnwindSafe(|| body.data.property(&ctx, key)));
    let value = match made {
        Ok(Ok(Property::Fresh(value))) => release(&value),
        Ok(Ok(Property::Kept(value))) => {
            body.take(key);
            let value = release(&value);
            // SAFETY: context, object and value are alive; the duplicate is for the object.
            unsafe {
                let kept = qjs::JS_DupValue(context, value);
                qjs::JS_DefinePropertyValue(context, object, atom, kept, ORDINARY);
            }
            value
        }
        Ok(Err(error)) => {
            super::call::throw(&ctx, &error);
            return -1;
        }
        Err(panic) => {
            super::host(&ctx).panicked(panic);
            super::uncatchable(&ctx, "the host panicked");
            return -1;
        }
    };
    // SAFETY: QuickJS passes room for a descriptor.
    unsafe {
        descriptor.write(qjs::JSPropertyDescriptor {
            flags: qjs::JS_PROP_C_W_E as c_int,
            value,
            getter: qjs::JS_UNDEFINED,
            setter: qjs::JS_UNDEFINED,
        });
    }
    1
}

unsafe extern "C" fn get_own_property_names<T: Lazy>(
    context: *mut qjs::JSContext,
    names: *mut *mut qjs::JSPropertyEnum,
    count: *mut u32,
    object: qjs::JSValue,
) -> c_int {
    // SAFETY: QuickJS calls the methods of a class with its objects, and frees the list and its atoms.
    unsafe {
        let Some((body, class)) = body::<T>(object) else {
            names.write(std::ptr::null_mut());
            count.write(0);
            return 0;
        };
        let list =
            qjs::js_malloc(context, (class.atoms.len().max(1) * size_of::<qjs::JSPropertyEnum>()) as _);
        if list.is_null() {
            return -1;
        }
        let list = list.cast::<qjs::JSPropertyEnum>();
        let mut length = 0;
        for (_, &atom) in class.atoms.iter().enumerate().filter(|&(key, _)| !body.is_taken(key)) {
            list.add(length)
                .write(qjs::JSPropertyEnum { is_enumerable: true, atom: qjs::JS_DupAtom(context, atom) });
            length += 1;
        }
        names.write(list);
        count.write(length as u32);
    }
    0
}

unsafe extern "C" fn delete_property<T: Lazy>(
    _: *mut qjs::JSContext,
    object: qjs::JSValue,
    atom: qjs::JSAtom,
) -> c_int {
    // SAFETY: QuickJS calls the methods of a class with its objects.
    if let Some((body, class)) = unsafe { body::<T>(object) }
        && let Some(key) = class.key(atom)
    {
        body.take(key);
        body.replaced.set(body.replaced.get() | (1 << key));
    }
    1
}

unsafe extern "C" fn define_own_property<T: Lazy>(
    context: *mut qjs::JSContext,
    object: qjs::JSValue,
    atom: qjs::JSAtom,
    value: qjs::JSValue,
    getter: qjs::JSValue,
    setter: qjs::JSValue,
    flags: c_int,
) -> c_int {
    // SAFETY: QuickJS calls the methods of a class with its objects; the flag keeps the call from coming
    // back here.
    unsafe {
        delete_property::<T>(context, object, atom);
        let flags = flags | qjs::JS_PROP_NO_EXOTIC as c_int;
        qjs::JS_DefineProperty(context, object, atom, value, getter, setter, flags)
    }
}

unsafe extern "C" fn set_property<T: Lazy>(
    context: *mut qjs::JSContext,
    object: qjs::JSValue,
    atom: qjs::JSAtom,
    value: qjs::JSValue,
    receiver: qjs::JSValue,
    _: c_int,
) -> c_int {
    // SAFETY: QuickJS calls the methods of a class with its objects. The receiver differs from the object
    // when the object is a prototype; the property is then made on the receiver.
    unsafe {
        let same = qjs::JS_VALUE_GET_PTR(object) == qjs::JS_VALUE_GET_PTR(receiver);
        if same {
            if body::<T>(object).is_some_and(|(_, class)| class.key(atom).is_none()) {
                qjs::JS_ThrowTypeError(
                    context,
                    c"Cannot add a property, the object is not extensible".as_ptr(),
                );
                return -1;
            }
            delete_property::<T>(context, object, atom);
        }
        let value = qjs::JS_DupValue(context, value);
        let flags = if same { ORDINARY } else { qjs::JS_PROP_C_W_E as c_int };
        qjs::JS_DefinePropertyValue(context, receiver, atom, value, flags)
    }
}
