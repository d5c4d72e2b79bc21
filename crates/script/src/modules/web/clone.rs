//! `structuredClone`; what it does with each kind of value is in `clone.js`.

use rquickjs::{ArrayBuffer, Result, Value};

use super::chunk::Chunk;
use crate::ffi::{self, Call, Member, Table};
use crate::modules::websockets;

pub(super) static CHUNK: Chunk =
    Chunk::of_whole_language("plimsoll:clone", include_str!("clone.js"), &NATIVE);

static NATIVE: Table = Table::new(&[Member::Method(c"kind", 1, kind), Member::Method(c"detach", 1, detach)]);

/// `detach(buffer)`: takes its memory away. QuickJS's own `transfer` would hand the memory on, which is not its
/// to hand on where it came from the host.
fn detach<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if let Some(mut buffer) = ArrayBuffer::from_value(call.value(0)) {
        buffer.detach();
    }
    Ok(call.undefined())
}

/// `kind(object)`: what the object is, whatever it says of itself.
fn kind<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let value = call.value(0);
    let kind = match websockets::blob_bytes(&value) {
        Some(_) => "blob",
        None => ffi::kind_of(&value),
    };
    Ok(rquickjs::String::from_str(call.ctx.clone(), kind)?.into_value())
}
