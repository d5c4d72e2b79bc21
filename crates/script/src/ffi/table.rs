//! Tables of members that become properties of an object, functions being made when first touched.

use std::ffi::CStr;
use std::sync::OnceLock;

use rquickjs::{Ctx, Object, Result, qjs};

use super::call::{HostFn, call_magic, get_magic, register, register_pair, set_magic};

/// One member of an object of the host.
pub(crate) enum Member {
    /// A method: name, number of declared parameters, function.
    Method(&'static CStr, u8, HostFn),
    /// A read-only property, computed at each read.
    Getter(&'static CStr, HostFn),
    /// A property whose reading and writing are functions; the value written is the first argument.
    Property(&'static CStr, HostFn, HostFn),
    /// A property made at its first read: the function is called without arguments for a read and with the
    /// value for a write, and puts an ordinary property in its place.
    Lazy(&'static CStr, HostFn),
    /// A string constant.
    Text(&'static CStr, &'static CStr),
}

impl Member {
    pub(crate) fn name(&self) -> &'static CStr {
        match self {
            Self::Method(name, ..)
            | Self::Getter(name, _)
            | Self::Property(name, ..)
            | Self::Lazy(name, _)
            | Self::Text(name, _) => name,
        }
    }
}

/// The members of an object. Declare one as a `static`; it is prepared for QuickJS once per process.
pub(crate) struct Table {
    members: &'static [Member],
    compiled: OnceLock<Compiled>,
}

struct Compiled(Vec<qjs::JSCFunctionListEntry>);

// SAFETY: the entries point to static strings and functions only and are never written after they were made.
unsafe impl Send for Compiled {}
// SAFETY: as above.
unsafe impl Sync for Compiled {}

impl Table {
    pub(crate) const fn new(members: &'static [Member]) -> Self {
        Self { members, compiled: OnceLock::new() }
    }

    /// The names of the members, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static CStr> {
        self.members.iter().map(Member::name)
    }

    fn entries(&self) -> &[qjs::JSCFunctionListEntry] {
        &self.compiled.get_or_init(|| Compiled(self.members.iter().map(entry).collect())).0
    }
}

/// Adds the members of `table` to `object`: enumerable, and writable where they are not getters, because
/// instrumentation libraries replace functions of `k6/http` in place.
pub(crate) fn define<'js>(context: &Ctx<'js>, object: &Object<'js>, table: &'static Table) -> Result<()> {
    let entries = table.entries();
    let count = i32::try_from(entries.len()).expect("tables are short");
    // SAFETY: context and object are alive; the entries are static.
    let done = unsafe {
        qjs::JS_SetPropertyFunctionList(
            context.as_raw().as_ptr(),
            object.as_value().as_raw(),
            entries.as_ptr(),
            count,
        )
    };
    if done < 0 { Err(rquickjs::Error::Exception) } else { Ok(()) }
}

type Union = qjs::JSCFunctionListEntry__bindgen_ty_1;

/// The entry points of a property that is read, and perhaps written, by functions of the host.
fn accessors(writable: bool) -> Union {
    Union {
        getset: qjs::JSCFunctionListEntry__bindgen_ty_1__bindgen_ty_2 {
            get: qjs::JSCFunctionType { getter_magic: Some(get_magic) },
            set: qjs::JSCFunctionType { setter_magic: writable.then_some(set_magic as SetMagic) },
        },
    }
}

/// The signature of [`set_magic`], as QuickJS's table wants it.
type SetMagic =
    unsafe extern "C" fn(*mut qjs::JSContext, qjs::JSValue, qjs::JSValue, std::ffi::c_int) -> qjs::JSValue;

fn entry(member: &Member) -> qjs::JSCFunctionListEntry {
    let writable = (qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE | qjs::JS_PROP_ENUMERABLE) as u8;
    let computed = (qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_ENUMERABLE) as u8;
    let (prop_flags, def_type, magic, u) = match *member {
        Member::Method(_, length, function) => {
            let func = qjs::JSCFunctionListEntry__bindgen_ty_1__bindgen_ty_1 {
                length,
                cproto: qjs::JSCFunctionEnum_JS_CFUNC_generic_magic as u8,
                cfunc: qjs::JSCFunctionType { generic_magic: Some(call_magic) },
            };
            (writable, qjs::JS_DEF_CFUNC, register(function), Union { func })
        }
        Member::Getter(_, get) => (computed, qjs::JS_DEF_CGETSET_MAGIC, register(get), accessors(false)),
        Member::Property(_, get, set) => {
            (computed, qjs::JS_DEF_CGETSET_MAGIC, register_pair(get, set), accessors(true))
        }
        // Reading and writing are one function, which tells them apart by its arguments.
        Member::Lazy(_, make) => {
            let hidden = qjs::JS_PROP_CONFIGURABLE as u8;
            (hidden, qjs::JS_DEF_CGETSET_MAGIC, register_pair(make, make), accessors(true))
        }
        Member::Text(_, text) => (writable, qjs::JS_DEF_PROP_STRING, 0, Union { str_: text.as_ptr() }),
    };
    qjs::JSCFunctionListEntry { name: member.name().as_ptr(), prop_flags, def_type: def_type as u8, magic, u }
}
