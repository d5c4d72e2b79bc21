//! `Intl`, and `toLocaleString` with a locale, in American English; the work is done in `intl.js`.
//!
//! Without arguments, `toLocaleString` and its siblings write what they do in k6: numbers as ever, dates as
//! `MM/DD/YYYY, HH:MM:SS`.

use rquickjs::function::This;
use rquickjs::{Ctx, Function, Object, Result, Value};

use super::chunk::Chunk;
use crate::ffi::{self, Call, Named, Table};

pub(super) static CHUNK: Chunk = Chunk::of_whole_language("plimsoll:intl", include_str!("intl.js"), &NATIVE);

/// It needs nothing of the host.
static NATIVE: Table = Table::new(&[]);

/// The methods that take a locale; a program without these words cannot call them.
pub(crate) const METHODS: [&str; 3] = ["toLocaleDateString", "toLocaleString", "toLocaleTimeString"];

/// Puts the methods that know locales in the place of the engine's, whose own they fall back to.
pub(crate) fn install(context: &Ctx<'_>) -> Result<()> {
    static NUMBER: Named = Named::new(|call| locale_text(call, "numberText"));
    static DATE: Named = Named::new(|call| locale_text(call, "toLocaleDateString"));
    static BOTH: Named = Named::new(|call| locale_text(call, "toLocaleString"));
    static TIME: Named = Named::new(|call| locale_text(call, "toLocaleTimeString"));
    replace(context, "Number", "toLocaleString", &NUMBER)?;
    replace(context, "Date", "toLocaleDateString", &DATE)?;
    replace(context, "Date", "toLocaleString", &BOTH)?;
    replace(context, "Date", "toLocaleTimeString", &TIME)
}

fn replace(context: &Ctx<'_>, class: &str, method: &str, with: &'static Named) -> Result<()> {
    let class: Object<'_> = context.globals().get(class)?;
    let prototype: Object<'_> = class.get("prototype")?;
    let original: Value<'_> = prototype.get(method)?;
    let made = ffi::bound(context, 0, with, &[original])?;
    ffi::set_hidden(&prototype, method, made)
}

fn locale_text<'js>(call: &Call<'js>, function: &str) -> Result<Value<'js>> {
    let (this, locales, options) = (call.this(), call.value(0), call.value(1));
    let original = call.data(0).into_function().expect("the engine's own method is bound");
    // The engine's method refuses what is no number, or no date.
    let plain: Value<'js> = original.call((This(this.clone()),))?;
    if locales.is_undefined() && options.is_undefined() && function == "numberText" {
        return Ok(plain);
    }
    let function: Function<'js> = CHUNK.made(&call.ctx)?.get(function)?;
    function.call((this, locales, options))
}
