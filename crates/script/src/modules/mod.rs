//! The modules that scripts import: one file each, one row in [`MODULES`].

pub(crate) mod console;
mod crypto;
pub(crate) mod data;
mod encoding;
mod execution;
pub(crate) mod globals;
pub(crate) mod http;
mod k6;
mod later;
mod metrics;
pub(crate) mod tags;
mod timers;
pub(crate) mod web;
pub(crate) mod websockets;
mod ws;

use std::ffi::CStr;

use rquickjs::{Ctx, Object, Persistent, Result};

use crate::ffi;

/// A module of the host.
pub(crate) struct Builtin {
    /// What scripts import.
    pub(crate) name: &'static str,
    /// The names that can be imported beside `default`.
    pub(crate) exports: fn() -> Box<dyn Iterator<Item = &'static CStr>>,
    /// Makes the module's object; called once per user.
    pub(crate) build: for<'js> fn(&Ctx<'js>) -> Result<Object<'js>>,
}

/// All modules, by name.
static MODULES: &[Builtin] = &[
    k6::MODULE,
    crypto::MODULE,
    crypto::x509::MODULE,
    data::MODULE,
    encoding::MODULE,
    execution::MODULE,
    http::MODULE,
    metrics::MODULE,
    later::MODULE,
    timers::MODULE,
    websockets::MODULE,
    websockets::OLD_NAME,
    ws::MODULE,
];

/// The module called `name`.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    MODULES.iter().find(|builtin| builtin.name == name)
}

impl Builtin {
    /// The module's object in this user, the same at each import and `require`.
    pub(crate) fn object<'js>(&'static self, context: &Ctx<'js>) -> Result<Object<'js>> {
        let host = ffi::host(context);
        if let Some(known) = host.builtins.borrow().get(self.name) {
            return known.clone().restore(context);
        }
        let object = (self.build)(context)?;
        host.builtins.borrow_mut().insert(self.name, Persistent::save(context, object.clone()));
        Ok(object)
    }
}

/// What is said of an import that begins like ours but is none.
pub(crate) fn unknown(name: &str) -> String {
    format!(
        "unknown modules [\"{name}\"] were tried to be loaded, but couldn't - this likely means automatic \
         extension resolution is required or a custom k6 binary with the required extensions"
    )
}
