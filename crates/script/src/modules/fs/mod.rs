//! `k6/experimental/fs`: files that are read in pieces; their bytes are in memory once per process.
//!
//! A file that a script opened is an [`Opened`] of its user: a place in bytes that all users share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rquickjs::{Ctx, Function, Object, Persistent, Promise, Result, TypedArray, Value};

use super::csv::Format;
use super::data::{Rows, UserData};
use super::{Builtin, globals};
use crate::error;
use crate::ffi::{self, Call, Member, Named, Table};
use crate::source::{address, normalise};

pub(super) const MODULE: Builtin =
    Builtin { name: "k6/experimental/fs", exports: || Box::new([c"SeekMode", c"open"].into_iter()), build };

/// A file that a user has open.
pub(crate) struct Opened {
    /// Its address, by which users know that they share it.
    pub(crate) address: String,
    pub(crate) bytes: Arc<[u8]>,
    /// Where the next read starts, bytes from the beginning.
    pub(crate) offset: usize,
    /// What `csv.parse` made of it: a second time, in the same format, it gives the same.
    pub(crate) parsed: Vec<(Format, Arc<Rows>)>,
}

static NATIVE: Table = Table::new(&[
    Member::Method(c"length", 1, |call| {
        let length = with_file(call, |file| file.bytes.len());
        Ok(Value::new_number(call.ctx.clone(), length? as f64))
    }),
    Member::Method(c"offset", 1, |call| {
        let offset = with_file(call, |file| file.offset);
        Ok(Value::new_number(call.ctx.clone(), offset? as f64))
    }),
    Member::Method(c"move", 2, |call| {
        let offset: usize = call.get(1)?;
        with_file(call, |file| file.offset = offset.min(file.bytes.len()))?;
        Ok(call.undefined())
    }),
    Member::Method(c"read", 2, read),
    Member::Method(c"fail", 2, |call| {
        let text = |at| error::text_of(&call.ctx, &call.value(at));
        Err(error::throw_named(&call.ctx, &text(0), &text(1)))
    }),
]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static OPEN: Named = Named::new(open);
    let object = Object::new(context.clone())?;
    object.set("open", ffi::function(context, c"open", 1, &OPEN)?)?;
    object.set("SeekMode", kit(context)?.get::<_, Value<'js>>("SeekMode")?)?;
    Ok(object)
}

/// What `fs.js` makes, once in a user.
fn kit<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get("files") {
        return known.clone().restore(context);
    }
    let native = Object::new(context.clone())?;
    ffi::define(context, &native, &NATIVE)?;
    let make: Function<'js> = context.eval(include_str!("fs.js"))?;
    let made: Object<'js> = make.call((native,))?;
    host.builtins.borrow_mut().insert("files", Persistent::save(context, made.clone()));
    Ok(made)
}

/// The number by which the host knows a file of a script.
pub(crate) fn number_of(value: &Value<'_>) -> Result<Option<usize>> {
    let number: Function<'_> = kit(value.ctx())?.get("numberOf")?;
    number.call((value.clone(),))
}

fn with_file<T>(call: &Call<'_>, work: impl FnOnce(&mut Opened) -> T) -> Result<T> {
    let number: usize = call.get(0)?;
    let mut files = UserData::of(call.host).files.borrow_mut();
    files.get_mut(number).map(work).ok_or_else(|| error::throw(&call.ctx, "the file is not open"))
}

/// Copies bytes into a view and gives their number.
fn read<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let view: TypedArray<'js, u8> = call.get(1)?;
    let copied = with_file(call, |file| {
        let rest = &file.bytes[file.offset..];
        let count = rest.len().min(view.len());
        ffi::write_view(&view, &rest[..count]);
        file.offset += count;
        count
    });
    Ok(Value::new_number(call.ctx.clone(), copied? as f64))
}

/// The name and the message of the error that a script gets.
type Refused = (&'static str, String);

/// `open(path)`, whose promise is settled when it returns: the file is in memory by then.
fn open<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (promise, resolve, reject) = Promise::new(&call.ctx)?;
    match opened(call) {
        Ok(file) => resolve.call::<_, ()>((file,))?,
        Err((name, message)) => reject.call::<_, ()>((error::named(&call.ctx, name, &message)?,))?,
    }
    Ok(promise.into_value())
}

fn opened<'js>(call: &Call<'js>) -> std::result::Result<Value<'js>, Refused> {
    if !call.host.in_init() {
        let message = "open() failed; reason: opening a file is allowed only in the Init context";
        return Err(("ForbiddenError", message.to_owned()));
    }
    let name = call.value(0);
    if name.is_undefined() || name.is_null() {
        let message = "open() failed; reason: path cannot be null or undefined";
        return Err(("TypeError", message.to_owned()));
    }
    let name = error::text_of(&call.ctx, &name);
    if name.is_empty() {
        return Err(("TypeError", "open() failed; reason: path cannot be empty".to_owned()));
    }
    let (path, bytes) = find(call, &name)?;
    let shown = path.display().to_string();
    let file = Opened { address: address(&path), bytes, offset: 0, parsed: Vec::new() };
    let mut files = UserData::of(call.host).files.borrow_mut();
    files.push(file);
    let number = files.len() - 1;
    drop(files);
    let made = kit(&call.ctx).and_then(|kit| {
        let file: Function<'js> = kit.get("file")?;
        file.call((number, shown))
    });
    made.map_err(|_| ("Error", error::caught(&call.ctx)))
}

/// Reads a file beside the module that asks, or else beside the main script.
fn find(call: &Call<'_>, name: &str) -> std::result::Result<(PathBuf, Arc<[u8]>), Refused> {
    let program = &call.host.shared.program;
    let name = Path::new(name.trim_start_matches("file://"));
    let beside_caller = normalise(&globals::caller_folder(call).join(name));
    let failure = match program.file(&address(&beside_caller)) {
        Ok(bytes) => return Ok((beside_caller, bytes)),
        Err(failure) => failure,
    };
    let beside_main = normalise(&program.source.folder.join(name));
    if let Ok(bytes) = program.file(&address(&beside_main)) {
        return Ok((beside_main, bytes));
    }
    let shown = beside_caller.display();
    Err(match failure.kind() {
        std::io::ErrorKind::NotFound => ("NotFoundError", format!("no such file or directory \"{shown}\"")),
        std::io::ErrorKind::IsADirectory => {
            ("InvalidResourceError", format!("cannot open a directory: \"{shown}\""))
        }
        _ => ("ReadError", format!("open() failed; reason: {failure}: \"{shown}\"")),
    })
}
