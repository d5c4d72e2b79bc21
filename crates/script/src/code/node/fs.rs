//! `fs` and `fs/promises`: files are read, and written where whoever runs the code lets it.
//!
//! Relative paths start at the plan's folder, as `process.cwd()` says. All of it blocks the thread: files that code
//! reads are small and in the cache of the machine, and what it writes are notes.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use rquickjs::{Array, ArrayBuffer, Object, Result, Value};

use super::Builtin;
use crate::code::Write;
use crate::code::worker::state;
use crate::error;
use crate::ffi::{Call, Member, Table};
use crate::modules::globals::bytes_of;
use crate::source::normalise;

pub(super) const MODULE: Builtin = Builtin::new(
    "fs",
    "reading, at once, by callback or by promise: `readFile`, `exists`, `access`, `stat`, `lstat`, `readdir`, \
     `realpath`, `open`/`read`/`close`, `createReadStream`, `constants`. Writing, where the tool that the plan comes \
     from lets code write: `writeFile`, `appendFile`, `mkdir`, `mkdtemp`, `rm`, `rmdir`, `unlink`, `rename`, \
     `copyFile`, `open`/`write`, `createWriteStream`. Whatever else would change files is refused with `EROFS`",
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
    Member::Method(c"mayWrite", 1, |call| writing(call, &[path(call)], || Ok(()))),
    // put(path, bytes, behind, only a new one)
    Member::Method(c"put", 4, |call| {
        let (place, bytes) = (path(call), bytes_of(&call.value(1)).unwrap_or_default());
        let (behind, exclusive) = (call.get::<bool>(2)?, call.get::<bool>(3)?);
        writing(call, std::slice::from_ref(&place), || {
            let mut options = OpenOptions::new();
            options.write(true).append(behind).truncate(!behind);
            options.create(!exclusive).create_new(exclusive).open(&place)?.write_all(&bytes)
        })
    }),
    // makeFolder(path, recursive)
    Member::Method(c"makeFolder", 2, |call| {
        let (place, all) = (path(call), call.get::<bool>(1)?);
        writing(call, std::slice::from_ref(&place), || {
            if all { fs::create_dir_all(&place) } else { fs::create_dir(&place) }
        })
    }),
    // remove(path, a folder, with what is in it)
    Member::Method(c"remove", 3, |call| {
        let (place, folder, all) = (path(call), call.get::<bool>(1)?, call.get::<bool>(2)?);
        writing(call, std::slice::from_ref(&place), || match (folder, all) {
            (false, _) => fs::remove_file(&place),
            (true, false) => fs::remove_dir(&place),
            (true, true) => fs::remove_dir_all(&place),
        })
    }),
    Member::Method(c"rename", 2, |call| {
        let places = [path(call), path_at(call, 1)];
        writing(call, &places, || fs::rename(&places[0], &places[1]))
    }),
    Member::Method(c"copy", 2, |call| {
        let (from, to) = (path(call), path_at(call, 1));
        writing(call, std::slice::from_ref(&to), || fs::copy(&from, &to).map(drop))
    }),
]);

/// Changes files at these places, where that is allowed: undefined, or why not.
fn writing<'js>(
    call: &Call<'js>,
    places: &[PathBuf],
    work: impl FnOnce() -> std::io::Result<()>,
) -> Result<Value<'js>> {
    let Some(decide) = state(&call.ctx).code.0.writes.clone() else {
        return told(call, ("EROFS", 30, "code in plans only reads files"));
    };
    let decisions: Vec<Write> = places.iter().map(|place| decide(place)).collect();
    if decisions.contains(&Write::Refused) {
        return told(call, ("EACCES", 13, "outside of the folders where code in plans may write"));
    }
    let done = if decisions.contains(&Write::Feigned) { Ok(()) } else { work() };
    match done {
        Ok(()) => Ok(call.undefined()),
        Err(failure) => failed(call, &failure),
    }
}

fn path(call: &Call<'_>) -> PathBuf {
    path_at(call, 0)
}

fn path_at(call: &Call<'_>, place: usize) -> PathBuf {
    let path = error::text_of(&call.ctx, &call.value(place));
    let folder = &state(&call.ctx).code.0.folder;
    if path.is_empty() { PathBuf::new() } else { normalise(&folder.join(path)) }
}

/// Why something failed, as `[code, number, words]`.
fn failed<'js>(call: &Call<'js>, failure: &Error) -> Result<Value<'js>> {
    told(
        call,
        match failure.kind() {
            ErrorKind::NotFound => ("ENOENT", 2, "no such file or directory"),
            ErrorKind::PermissionDenied => ("EACCES", 13, "permission denied"),
            ErrorKind::IsADirectory => ("EISDIR", 21, "illegal operation on a directory"),
            ErrorKind::NotADirectory => ("ENOTDIR", 20, "not a directory"),
            ErrorKind::AlreadyExists => ("EEXIST", 17, "file already exists"),
            ErrorKind::DirectoryNotEmpty => ("ENOTEMPTY", 39, "directory not empty"),
            _ => ("EIO", failure.raw_os_error().unwrap_or(5), "i/o error"),
        },
    )
}

fn told<'js>(call: &Call<'js>, (code, number, words): (&str, i32, &str)) -> Result<Value<'js>> {
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
