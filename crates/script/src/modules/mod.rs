//! The modules that scripts import: one file each, one row in [`MODULES`].

pub(crate) mod console;
pub(crate) mod crypto;
pub(crate) mod csv;
pub(crate) mod data;
mod encoding;
mod execution;
pub(crate) mod fs;
pub(crate) mod globals;
pub(crate) mod html;
pub(crate) mod http;
mod k6;
mod later;
mod metrics;
pub(crate) mod own;
mod secrets;
mod streams;
pub(crate) mod tags;
mod timers;
mod tracing;
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
    csv::MODULE,
    data::MODULE,
    encoding::MODULE,
    execution::MODULE,
    fs::MODULE,
    html::MODULE,
    http::MODULE,
    metrics::MODULE,
    secrets::MODULE,
    streams::MODULE,
    later::MODULE,
    timers::MODULE,
    timers::OLD_NAME,
    tracing::MODULE,
    web::OLD_CRYPTO,
    websockets::MODULE,
    websockets::OLD_NAME,
    ws::MODULE,
    own::faker::MODULE,
    own::graphql::MODULE,
    own::rows::MODULE,
    own::state::MODULE,
];

/// The names of all modules.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|builtin| builtin.name)
}

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

/// Modules that there were once, and what to do instead.
const REMOVED: &[(&str, &str)] = &[
    (
        "k6/experimental/browser",
        "has been graduated, please use k6/browser instead.Please update your imports to use k6/browser instead of \
         k6/experimental/browser, For more information, see the migration guide at the link: \
         https://grafana.com/docs/k6/latest/using-k6-browser/migrating-to-k6-v0-52/",
    ),
    (
        "k6/experimental/grpc",
        "has been graduated, please use k6/net/grpc instead. See \
         https://grafana.com/docs/k6/latest/javascript-api/k6-net-grpc/ for more information.",
    ),
    (
        "k6/experimental/redis",
        "has been removed. Please migrate to the new version by changing your import to 'k6/x/redis'. Read more here: \
         https://grafana.com/docs/k6/latest/javascript-api/k6-x-redis",
    ),
    (
        "k6/experimental/timers",
        "has been graduated, and it's now globally available as defined by standard WebAPIs. You just need to remove \
         the import.",
    ),
    (
        "k6/experimental/tracing",
        "has been removed. All of it functionality is available as pure JavaScript module. More info available at the \
         docs: https://grafana.com/docs/k6/latest/javascript-api/jslib/http-instrumentation-tempo",
    ),
    (
        "k6/experimental/webcrypto",
        "has been graduated and it's now globally available as defined by standard WebAPIs. You just need to remove \
         the import.",
    ),
];

/// Modules of k6 that are not there yet, and what that means for a script.
const NOT_OFFERED: &[(&str, &str)] = &[
    ("k6/browser", "browsers cannot be driven yet"),
    ("k6/net/grpc", "there is no gRPC client yet"),
    ("k6/x/redis", "there is no Redis client yet"),
];

/// What is said of an import that begins like ours but is none.
pub(crate) fn unknown(name: &str) -> String {
    if let Some((_, advice)) = REMOVED.iter().find(|(removed, _)| *removed == name) {
        return format!("{name} {advice}");
    }
    if let Some((_, why)) = NOT_OFFERED.iter().find(|(known, _)| *known == name) {
        return format!("the module \"{name}\" is not offered: {why}");
    }
    format!(
        "unknown modules [\"{name}\"] were tried to be loaded, but couldn't - this likely means automatic \
         extension resolution is required or a custom k6 binary with the required extensions"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::MODULES;

    /// Modules that scripts do not import.
    const INSIDE: &[&str] = &["plimsoll/later"];

    #[test]
    fn each_module_has_a_list_of_its_members() {
        let listed = crate::testing::documented();
        let names: BTreeSet<&str> = MODULES.iter().map(|builtin| builtin.name).collect();
        for name in names.iter().filter(|name| !INSIDE.contains(name)) {
            assert!(listed.iter().any(|title| title == name), "docs/*.md have no `members {name}`");
        }
        for title in listed
            .iter()
            .filter(|title| *title == "k6" || title.starts_with("k6/") || title.starts_with("plimsoll/"))
        {
            assert!(names.contains(title.as_str()), "docs/*.md describe {title}, which there is not");
        }
    }
}
