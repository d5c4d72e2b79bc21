//! Events and what is made of them: `EventTarget`, `AbortController`, `AbortSignal`; and `DOMException`, in which
//! they say what went wrong. The objects are in `events.js`.

use model::Nanos;
use rquickjs::{Coerced, Function, Persistent, Result, Value};

use super::chunk::Chunk;
use crate::ffi::{Call, Member, Table};

pub(super) static CHUNK: Chunk = Chunk::new("plimsoll:events", include_str!("events.js"), &NATIVE);

static NATIVE: Table = Table::new(&[Member::Method(c"later", 2, later), Member::Method(c"now", 0, now)]);

/// `later(ms, callback)`: calls back, unless the iteration ends before; it does not wait for that.
fn later<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let delay_ms = call.get::<Coerced<f64>>(0)?.0.max(0.0);
    let callback = Persistent::save(&call.ctx, call.get::<Function<'js>>(1)?);
    call.host.events.set_quiet_timer(call.host.now() + Nanos((delay_ms * 1e6) as u64), callback);
    Ok(call.undefined())
}

/// Milliseconds since the run's clock began.
pub(super) fn now<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    Ok(Value::new_number(call.ctx.clone(), call.host.now().0 as f64 / 1e6))
}
