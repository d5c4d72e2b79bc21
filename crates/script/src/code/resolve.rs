//! Which file or module of Node.js a specifier means, by the rules of Node.js.
//!
//! Main function: [`resolve`]. Beyond these rules an extension may be missing in an `import` too, and a `.js` may be
//! a `.ts`, because code is usually bundled before it runs elsewhere.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Module, Result};

use super::node;
use super::require::throw;
use crate::packages::{self, Asker};
use crate::program::Program;
use crate::source::{Source, address, normalise, path_of};

/// Why a specifier means nothing: the `code` of the error, and its message.
pub(super) type Unresolved = (&'static str, String);

/// The address of what `specifier` means in the module at `base`.
pub(super) fn resolve(
    source: &Source,
    asker: &Asker,
    base: &str,
    specifier: &str,
) -> std::result::Result<String, Unresolved> {
    let bare = specifier.strip_prefix(node::PREFIX).unwrap_or(specifier);
    let seen = |builtin: &&node::Builtin| !builtin.is_internal() || base.starts_with(node::PREFIX);
    if let Some(builtin) = node::find(bare).filter(seen) {
        return Ok(format!("{}{}", node::PREFIX, builtin.name));
    }
    if specifier.starts_with(node::PREFIX) {
        return Err(("ERR_UNKNOWN_BUILTIN_MODULE", format!("No such built-in module: {specifier}")));
    }
    if specifier == "k6" || specifier.starts_with("k6/") {
        let message = format!("'{specifier}' is a module for k6 scripts, which code in plans cannot use");
        return Err(("MODULE_NOT_FOUND", message));
    }
    if let Some((scheme, _)) = specifier.split_once("://").filter(|(scheme, _)| *scheme != "file") {
        let message = format!("code in plans is not fetched: '{specifier}' is of the {scheme} scheme");
        return Err(("ERR_UNSUPPORTED_ESM_URL_SCHEME", message));
    }
    let folder = source.folder_of(base);
    let read = |path: &Path| source.read(&address(path)).ok();
    let path = specifier.strip_prefix("file://").unwrap_or(specifier);
    let is_path = path.starts_with(['/', '.']) && (path.starts_with('/') || is_relative(path));
    let found =
        if is_path { file(&folder.join(path), &read) } else { packages::find(asker, &folder, path, &read) };
    match found {
        Some(path) => Ok(address(&real(source, path))),
        None => Err(("MODULE_NOT_FOUND", format!("Cannot find module '{specifier}'{}", from(base)))),
    }
}

/// The address of what an `import` of `specifier` in the module at `base` means.
pub(crate) fn imported(source: &Source, base: &str, specifier: &str) -> Option<String> {
    resolve(source, &packages::IMPORT, base, specifier).ok()
}

fn is_relative(path: &str) -> bool {
    matches!(path, "." | "..") || path.starts_with("./") || path.starts_with("../")
}

/// Who asked.
fn from(base: &str) -> String {
    let path = path_of(base);
    if path.is_empty() { String::new() } else { format!(", required by {path}") }
}

/// The file at a path: itself, with an extension, as TypeScript, or what the folder of this name begins with.
fn file(path: &Path, read: &dyn Fn(&Path) -> Option<Arc<[u8]>>) -> Option<PathBuf> {
    let path = normalise(path);
    if let Some(found) = packages::file(&path, read) {
        return Some(found);
    }
    if path.extension().is_some_and(|extension| extension == "js") {
        let typed = path.with_extension("ts");
        return read(&typed).map(|_| typed);
    }
    let manifest: serde_json::Value = serde_json::from_slice(&read(&path.join("package.json"))?).ok()?;
    packages::file(&path.join(manifest.get("main")?.as_str()?), read)
}

/// Package managers link to packages, whose own neighbours are where they really are.
fn real(source: &Source, path: PathBuf) -> PathBuf {
    if source.files.is_some() || !path.components().any(|part| part.as_os_str() == "node_modules") {
        return path;
    }
    std::fs::canonicalize(&path).unwrap_or(path)
}

/// The engine's view of a program for Node.js.
pub(super) struct CodeLoader(pub(super) Arc<Program>);

impl Resolver for CodeLoader {
    fn resolve<'js>(
        &mut self,
        context: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        resolve(&self.0.source, &packages::IMPORT, base, name)
            .map_err(|(code, message)| throw(context, code, &message))
    }
}

impl Loader for CodeLoader {
    fn load<'js>(
        &mut self,
        context: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        self.0.module(context, name)
    }
}
