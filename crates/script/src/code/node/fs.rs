//! `fs` and `fs/promises`: files are read; writing is refused.
//!
//! Relative paths start at the plan's folder, as `process.cwd()` says. Reading blocks the thread: files that code
//! reads are small and in the cache of the machine.

use std::fs::{self, Metadata};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use rquickjs::{Array, ArrayBuffer, Object, Result, Value};

use super::Builtin;
use crate::code::worker::state;
use crate::error;
use crate::ffi::{Call, Member, Table};
use crate::source::normalise;

pub(super) const MODULE: Builtin = Builtin::new(
    "fs",
    "reading, at once, by callback or by promise: `readFile`, `exists`, `access`, `stat`, `lstat`, `readdir`, \
     `realpath`, `open`/`read`/`close`, `createReadStream`, `constants`. Whatever writes is refused with `EROFS`",
    include_str!("fs.js"),
)
.with(&NATIVE);

pub(super) const PROMISES: Builtin =
    Builtin::part("fs/promises", "the same by promise", "require('fs').promises");

static NATIVE: Table = Table::new(&[
    Member::Method(c"read", 1, |call| match fs::read(path(call)) {
        Ok(bytes) => Ok(ArrayBuffer::new(call.ctx.clone(), bytes)?.into_value()),
        Err(failure) => failed(call, &failure),
    }),
    Member::Method(c"stat", 2, |call| {
        let follow: bool = call.get(1)?;
        let found = if follow { fs::metadata(path(call)) } else { fs::symlink_metadata(path(call)) };
        match found {
            Ok(found) => stat(call, &found),
            Err(failure) => failed(call, &failure),
        }
    }),
    Member::Method(c"list", 1, |call| match list(call) {
        Ok(names) => {
            let all = Array::new(call.ctx.clone())?;
            for (index, (name, kind)) in names.into_iter().enumerate() {
                let entry = Array::new(call.ctx.clone())?;
                entry.set(0, name)?;
                entry.set(1, kind)?;
                all.set(index, entry)?;
            }
            Ok(all.into_value())
        }
        Err(failure) => failed(call, &failure),
    }),
    Member::Method(c"real", 1, |call| match fs::canonicalize(path(call)) {
        Ok(path) => {
            let text = path.display().to_string();
            Ok(rquickjs::String::from_str(call.ctx.clone(), &text)?.into_value())
        }
        Err(failure) => failed(call, &failure),
    }),
]);

fn path(call: &Call<'_>) -> PathBuf {
    let path = error::text_of(&call.ctx, &call.value(0));
    let folder = &state(&call.ctx).code.0.folder;
    if path.is_empty() { PathBuf::new() } else { normalise(&folder.join(path)) }
}

/// Why something failed, as `[code, number, words]`.
fn failed<'js>(call: &Call<'js>, failure: &Error) -> Result<Value<'js>> {
    let (code, number, words) = match failure.kind() {
        ErrorKind::NotFound => ("ENOENT", 2, "no such file or directory"),
        ErrorKind::PermissionDenied => ("EACCES", 13, "permission denied"),
        ErrorKind::IsADirectory => ("EISDIR", 21, "illegal operation on a directory"),
        ErrorKind::NotADirectory => ("ENOTDIR", 20, "not a directory"),
        _ => ("EIO", failure.raw_os_error().unwrap_or(5), "i/o error"),
    };
    let told = Object::new(call.ctx.clone())?;
    told.set("code", code)?;
    told.set("errno", -number)?;
    told.set("words", words)?;
    Ok(told.into_value())
}

fn list(call: &Call<'_>) -> std::io::Result<Vec<(String, &'static str)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path(call))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let kind = match () {
            () if kind.is_dir() => "directory",
            () if kind.is_symlink() => "link",
            () if kind.is_file() => "file",
            () => "other",
        };
        names.push((entry.file_name().to_string_lossy().into_owned(), kind));
    }
    names.sort();
    Ok(names)
}

/// The numbers of a file, in the order in which `fs.js` takes them.
fn stat<'js>(call: &Call<'js>, found: &Metadata) -> Result<Value<'js>> {
    let ms = |seconds: i64, nanos: i64| seconds as f64 * 1e3 + nanos as f64 / 1e6;
    let numbers = [
        found.dev() as f64,
        f64::from(found.mode()),
        found.nlink() as f64,
        f64::from(found.uid()),
        f64::from(found.gid()),
        found.rdev() as f64,
        found.blksize() as f64,
        found.ino() as f64,
        found.size() as f64,
        found.blocks() as f64,
        ms(found.atime(), found.atime_nsec()),
        ms(found.mtime(), found.mtime_nsec()),
        ms(found.ctime(), found.ctime_nsec()),
    ];
    let all = Array::new(call.ctx.clone())?;
    for (index, number) in numbers.into_iter().enumerate() {
        all.set(index, number)?;
    }
    Ok(all.into_value())
}
