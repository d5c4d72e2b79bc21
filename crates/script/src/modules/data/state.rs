//! What one user holds of shared data: its own places in rows and files.
//!
//! Main type: [`UserData`], made when a script first uses any of it. What all users share is in [`Shelf`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use rquickjs::{Ctx, Function, Object, Persistent, Result, Value};

use super::rows::Rows;
use crate::ffi::{self, Call, Member, Pages, Table};
use crate::modules::csv::{Cursor, Format};
use crate::modules::fs::Opened;
use crate::modules::own::{Documents, Faker, Queue, Schemas, Taker, Taking, Tally};
use crate::vu::Host;

/// Elements up to this many bytes of JSON are kept by a user that has just read them.
const SMALL_BYTES: usize = 4096;

/// The shared data of a user.
#[derive(Default)]
pub(crate) struct UserData {
    rows: RefCell<Vec<Arc<Rows>>>,
    pub(crate) files: RefCell<Vec<Opened>>,
    pub(crate) cursors: RefCell<Vec<Cursor>>,
    pub(crate) takers: RefCell<Vec<Taker>>,
    pub(crate) fakers: RefCell<Vec<Faker>>,
    pub(crate) tallies: RefCell<Vec<Arc<Tally>>>,
    pub(crate) queues: RefCell<Vec<Arc<Queue>>>,
    /// Private mappings of files by their address in memory, with what the file holds.
    mapped: RefCell<Vec<(usize, Arc<[u8]>)>>,
}

impl UserData {
    /// The shared data of a user.
    pub(crate) fn of(host: &Host) -> &Self {
        host.data.get_or_init(Box::default)
    }

    /// A number for rows in this user; equal rows have one.
    pub(crate) fn number_of(&self, rows: &Arc<Rows>) -> usize {
        let mut known = self.rows.borrow_mut();
        known.iter().position(|other| Arc::ptr_eq(other, rows)).unwrap_or_else(|| {
            known.push(rows.clone());
            known.len() - 1
        })
    }

    /// The rows of a number.
    pub(crate) fn rows(&self, number: usize) -> Option<Arc<Rows>> {
        self.rows.borrow().get(number).cloned()
    }

    /// Remembers that the memory at `start` is a private copy of `content`.
    pub(crate) fn add_mapped(&self, start: *const u8, content: Arc<[u8]>) {
        self.mapped.borrow_mut().push((start as usize, content));
    }

    /// The file that `bytes` are a part of, when they are in a mapping and still as in the file.
    pub(crate) fn unchanged(&self, bytes: &[u8]) -> Option<Bytes> {
        let start = bytes.as_ptr() as usize;
        let mapped = self.mapped.borrow();
        let (base, content) =
            mapped.iter().rev().find(|(base, content)| (*base..*base + content.len()).contains(&start))?;
        let range = start - base..start - base + bytes.len();
        (content.get(range.clone())? == bytes).then(|| Bytes::from_owner(content.clone()).slice(range))
    }
}

/// What all users of the process share, by name. Each thing is made by the first user that asks for it.
#[derive(Default)]
pub(crate) struct Shelf {
    arrays: Mutex<HashMap<String, Arc<OnceLock<Arc<Rows>>>>>,
    tables: Mutex<HashMap<(String, usize, Format), Arc<Rows>>>,
    pages: Mutex<HashMap<String, Arc<Pages>>>,
    pub(crate) takings: Mutex<HashMap<String, Arc<Taking>>>,
    pub(crate) tallies: Mutex<HashMap<String, Arc<Tally>>>,
    pub(crate) queues: Mutex<HashMap<String, Arc<Queue>>>,
    pub(crate) documents: Mutex<Documents>,
    pub(crate) schemas: Mutex<Schemas>,
}

/// A lock that a panicking user cannot spoil: what is behind it is whole between statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    /// The place of the shared array `name`.
    pub(crate) fn array(&self, name: &str) -> Arc<OnceLock<Arc<Rows>>> {
        lock(&self.arrays).entry(name.to_owned()).or_default().clone()
    }

    /// The rows of a file from `offset` on in a format, parsed once.
    pub(crate) fn table<E>(
        &self,
        address: &str,
        offset: usize,
        format: &Format,
        parse: impl FnOnce() -> std::result::Result<Arc<Rows>, E>,
    ) -> std::result::Result<Arc<Rows>, E> {
        let key = (address.to_owned(), offset, format.clone());
        if let Some(known) = lock(&self.tables).get(&key) {
            return Ok(known.clone());
        }
        let made = parse()?;
        Ok(lock(&self.tables).entry(key).or_insert(made).clone())
    }

    /// The pages of a file, from which users map private copies.
    pub(crate) fn pages(&self, address: &str, content: &[u8]) -> std::io::Result<Arc<Pages>> {
        let mut all = lock(&self.pages);
        if let Some(known) = all.get(address) {
            return Ok(known.clone());
        }
        let made = Arc::new(Pages::new(content)?);
        all.insert(address.to_owned(), made.clone());
        Ok(made)
    }
}

static NATIVE: Table = Table::new(&[Member::Method(c"read", 2, read), Member::Method(c"small", 2, small)]);

fn row_of(call: &Call<'_>) -> Result<Option<(Arc<Rows>, usize)>> {
    let rows = UserData::of(call.host).rows(call.get(0)?);
    let at: usize = call.get(1)?;
    Ok(rows.map(|rows| (rows, at)))
}

fn read<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    match row_of(call)? {
        Some((rows, at)) => rows.parse(&call.ctx, at),
        None => Ok(call.undefined()),
    }
}

fn small<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let small = row_of(call)?.and_then(|(rows, at)| Some(rows.get(at)?.len() <= SMALL_BYTES));
    Ok(Value::new_bool(call.ctx.clone(), small.unwrap_or(false)))
}

/// What `shared_array.js` makes, once in a user.
fn kit<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    const SOURCE: &str = include_str!("shared_array.js");
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get("shared arrays") {
        return known.clone().restore(context);
    }
    let native = Object::new(context.clone())?;
    ffi::define(context, &native, &NATIVE)?;
    let make: Function<'js> = context.eval(SOURCE)?;
    let made: Object<'js> = make.call((native,))?;
    host.builtins.borrow_mut().insert("shared arrays", Persistent::save(context, made.clone()));
    Ok(made)
}

/// Rows as the array that a script sees.
pub(crate) fn array_of<'js>(context: &Ctx<'js>, rows: &Arc<Rows>) -> Result<Value<'js>> {
    let number = UserData::of(ffi::host(context)).number_of(rows);
    let wrap: Function<'js> = kit(context)?.get("wrap")?;
    wrap.call((number, rows.len()))
}

/// The rows behind an array that [`array_of`] made.
pub(crate) fn rows_of(value: &Value<'_>) -> Result<Option<Arc<Rows>>> {
    if !value.is_object() {
        return Ok(None);
    }
    let context = value.ctx();
    let rows_of: Function<'_> = kit(context)?.get("rowsOf")?;
    let number: Option<usize> = rows_of.call((value.clone(),))?;
    Ok(number.and_then(|number| UserData::of(ffi::host(context)).rows(number)))
}

/// Makes an object and all that it holds read-only.
pub(crate) fn freeze<'js>(value: Value<'js>) -> Result<Value<'js>> {
    if !value.is_object() {
        return Ok(value);
    }
    let freeze: Function<'js> = kit(value.ctx())?.get("freeze")?;
    freeze.call((value,))
}
