//! `structuredClone`; what it does with each kind of value is in `clone.js`.

use rquickjs::{Result, Value};

use super::chunk::Chunk;
use crate::ffi::{self, Call, Member, Table};
use crate::modules::websockets;

pub(super) static CHUNK: Chunk =
    Chunk::of_whole_language("plimsoll:clone", include_str!("clone.js"), &NATIVE);

static NATIVE: Table = Table::new(&[Member::Method(c"kind", 1, kind)]);

/// `kind(object)`: what the object is, whatever it says of itself.
fn kind<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let value = call.value(0);
    let kind = match websockets::blob_bytes(&value) {
        Some(_) => "blob",
        None => ffi::kind_of(&value),
    };
    Ok(rquickjs::String::from_str(call.ctx.clone(), kind)?.into_value())
}
