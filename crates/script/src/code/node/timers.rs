//! `timers` and `timers/promises`: the event loop of the worker.

use model::Nanos;
use rquickjs::{Function, Persistent, Result, Value};

use super::Builtin;
use crate::ffi::{Call, Member, Table};

pub(super) const MODULE: Builtin = Builtin::new(
    "timers",
    "`setTimeout`, `setInterval`, `setImmediate` and their opposites, which are globals too",
    include_str!("timers.js"),
)
.with(&NATIVE);

pub(super) const PROMISES: Builtin = Builtin::part(
    "timers/promises",
    "`setTimeout`, `setImmediate`, `setInterval`, `scheduler`",
    "require('timers').promises",
);

static NATIVE: Table = Table::new(&[Member::Method(c"start", 3, start), Member::Method(c"stop", 1, stop)]);

/// `start(delay in ms, repeat, callback)`: the number of a timer. A negative delay is before all others.
fn start<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let delay_ms: f64 = call.get(0)?;
    let repeat: bool = call.get(1)?;
    let now = call.host.now();
    let delay = Nanos::from_millis(delay_ms.max(0.0) as u64);
    // What is due at once is due before a timer that was set earlier and is due by now.
    let due = if delay_ms < 0.0 { Nanos::ZERO } else { now + delay };
    let callback = Persistent::save(&call.ctx, call.get::<Function<'js>>(2)?);
    let id = call.host.events.set_timer(due, repeat.then_some(delay), callback, Vec::new());
    Ok(Value::new_number(call.ctx.clone(), f64::from(id)))
}

fn stop<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    call.host.events.clear_timer(call.get(0)?);
    Ok(call.undefined())
}
