//! Packages in `node_modules`: which file a bare name such as `lodash/fp` means.
//!
//! [`find`] looks from a folder upwards, as Node.js does; it reads `exports`, `module` and `main`. It knows no
//! import maps, and it asks its caller which files there are, so archives work as the disk does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::source::normalise;

/// Who asks for a package, which decides what of its manifest counts.
pub(crate) struct Asker {
    /// The conditions of `exports` that it meets, apart from `default`, which everybody does.
    conditions: &'static [&'static str],
    /// The members of the manifest that name the entry, where there is no `exports`.
    entries: &'static [&'static str],
}

/// A k6 script.
pub(crate) const SCRIPT: Asker =
    Asker { conditions: &["k6", "import", "module", "require"], entries: &["module", "main"] };
/// An `import` of code that was written for Node.js.
pub(crate) const IMPORT: Asker =
    Asker { conditions: &["node", "import", "module-sync", "require"], entries: &["main"] };
/// A `require` of code that was written for Node.js.
pub(crate) const REQUIRE: Asker =
    Asker { conditions: &["node", "require", "module-sync"], entries: &["main"] };

/// The file of a bare specifier used in a module in `folder`.
pub(crate) fn find(
    asker: &Asker,
    folder: &Path,
    specifier: &str,
    read: &dyn Fn(&Path) -> Option<Arc<[u8]>>,
) -> Option<PathBuf> {
    let (package, rest) = split(specifier)?;
    for above in folder.ancestors() {
        let root = above.join("node_modules").join(package);
        let manifest = read(&root.join("package.json"));
        let manifest: Value =
            manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null);
        if let Some(found) = inside(asker, &root, &manifest, rest, read) {
            return Some(found);
        }
    }
    None
}

/// `@scope/name/rest` as package and rest.
fn split(specifier: &str) -> Option<(&str, &str)> {
    let slashes = if specifier.starts_with('@') { 1 } else { 0 };
    let end = specifier.match_indices('/').nth(slashes).map_or(specifier.len(), |(at, _)| at);
    let (package, rest) = specifier.split_at(end);
    let named = !package.is_empty() && !package.contains(':') && !package.starts_with('.');
    named.then_some((package, rest.trim_start_matches('/')))
}

fn inside(
    asker: &Asker,
    root: &Path,
    manifest: &Value,
    rest: &str,
    read: &dyn Fn(&Path) -> Option<Arc<[u8]>>,
) -> Option<PathBuf> {
    if let Some(exports) = manifest.get("exports") {
        let wanted = if rest.is_empty() { ".".to_owned() } else { format!("./{rest}") };
        return exported(asker, exports, &wanted).and_then(|path| file(&root.join(path), read));
    }
    if !rest.is_empty() {
        return file(&root.join(rest), read);
    }
    let entry = asker.entries.iter().find_map(|key| manifest.get(*key)?.as_str()).unwrap_or("index.js");
    file(&root.join(entry), read)
}

/// The path that `exports` gives for `wanted`.
fn exported(asker: &Asker, exports: &Value, wanted: &str) -> Option<String> {
    let map = exports.as_object().filter(|map| map.keys().any(|key| key.starts_with('.')));
    let Some(map) = map else { return if wanted == "." { target(asker, exports, "") } else { None } };
    if let Some(exact) = map.get(wanted) {
        return target(asker, exact, "");
    }
    let mut patterns: Vec<_> = map.iter().filter_map(|(key, to)| Some((key.split_once('*')?, to))).collect();
    patterns.sort_by_key(|((before, _), _)| std::cmp::Reverse(before.len()));
    patterns.into_iter().find_map(|((before, after), to)| {
        let star = wanted.strip_prefix(before)?.strip_suffix(after)?;
        target(asker, to, star)
    })
}

/// The path of one entry: a string, conditions in their order, or alternatives.
fn target(asker: &Asker, entry: &Value, star: &str) -> Option<String> {
    match entry {
        Value::String(path) => Some(path.replace('*', star)),
        Value::Array(any) => any.iter().find_map(|entry| target(asker, entry, star)),
        Value::Object(map) => {
            // `serde_json` may have sorted the keys, so ours are tried in our own order.
            let names = asker.conditions.iter().chain(&["default"]);
            names.into_iter().find_map(|name| target(asker, map.get(*name)?, star))
        }
        _ => None,
    }
}

/// The file at `path`, which may lack its extension or be a folder.
pub(crate) fn file(path: &Path, read: &dyn Fn(&Path) -> Option<Arc<[u8]>>) -> Option<PathBuf> {
    let path = normalise(path);
    let shown = path.display();
    let endings =
        ["", ".js", ".cjs", ".mjs", ".ts", ".json", "/index.js", "/index.cjs", "/index.mjs", "/index.ts"];
    endings.iter().map(|ending| PathBuf::from(format!("{shown}{ending}"))).find(|path| read(path).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_means_a_file() {
        let files = [
            ("/w/node_modules/a/package.json", r#"{"main":"lib/a"}"#),
            ("/w/node_modules/a/lib/a.js", ""),
            ("/w/node_modules/a/b/index.js", ""),
            (
                "/w/node_modules/@s/c/package.json",
                r#"{"exports":{".":{"require":"./c.cjs","import":"./c.mjs"},"./p/*":"./d/*.js"}}"#,
            ),
            ("/w/node_modules/@s/c/c.cjs", ""),
            ("/w/node_modules/@s/c/c.mjs", ""),
            ("/w/node_modules/@s/c/d/x.js", ""),
            ("/w/node_modules/e/index.js", ""),
        ];
        let read = |path: &Path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path)?;
            Some(Arc::from(found.1.as_bytes()))
        };
        let check_as = |asker, name: &str, wanted: Option<&str>| {
            let found = find(&asker, Path::new("/w/tests"), name, &read);
            assert_eq!(found.as_deref(), wanted.map(Path::new), "{name}");
        };
        let check = |name: &str, wanted: Option<&str>| check_as(SCRIPT, name, wanted);
        check("a", Some("/w/node_modules/a/lib/a.js"));
        check("a/b", Some("/w/node_modules/a/b/index.js"));
        check("@s/c", Some("/w/node_modules/@s/c/c.mjs"));
        check("@s/c/p/x", Some("/w/node_modules/@s/c/d/x.js"));
        check("@s/c/d/x.js", None);
        check("e", Some("/w/node_modules/e/index.js"));
        check("missing", None);
        check("https://host/a.js", None);
        check_as(IMPORT, "@s/c", Some("/w/node_modules/@s/c/c.mjs"));
        check_as(REQUIRE, "@s/c", Some("/w/node_modules/@s/c/c.cjs"));
    }
}
