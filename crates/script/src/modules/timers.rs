//! `k6/timers`, whose functions are globals too.

use std::ffi::CStr;

use model::Nanos;
use rquickjs::{Ctx, Exception, Object, Persistent, Result, Value};

use super::Builtin;
use crate::error;
use crate::ffi::{self, Call, Member, Table};

pub(super) const MODULE: Builtin = Builtin { name: "k6/timers", exports: || Box::new(TABLE.names()), build };

/// The timer functions.
pub(crate) static TABLE: Table = Table::new(&[
    Member::Method(c"setTimeout", 2, set_timeout),
    Member::Method(c"clearTimeout", 1, clear),
    Member::Method(c"setInterval", 2, set_interval),
    Member::Method(c"clearInterval", 1, clear),
]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

fn set_timeout<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    set(call, c"setTimeout", false)
}

fn set_interval<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    set(call, c"setInterval", true)
}

fn set<'js>(call: &Call<'js>, name: &CStr, repeat: bool) -> Result<Value<'js>> {
    let callback = call.value(0);
    let Some(callback) = callback.as_function().cloned() else {
        if callback.is_undefined() || callback.is_null() {
            let name = name.to_string_lossy();
            return Err(error::throw(&call.ctx, &format!("{name}'s callback isn't a callable function")));
        }
        let shown = error::text_of(&call.ctx, &callback);
        return Err(Exception::throw_type(
            &call.ctx,
            &format!(
                "could not convert function call parameter 0: could not convert {shown} to sobek.Callable"
            ),
        ));
    };
    let delay_ms = call.get::<rquickjs::Coerced<f64>>(1).map_or(0.0, |delay| delay.0);
    let delay =
        if delay_ms.is_finite() && delay_ms > 0.0 { Nanos((delay_ms * 1e6) as u64) } else { Nanos::ZERO };
    // An interval of nothing would never let the loop wait.
    let every = repeat.then_some(delay.max(Nanos::from_millis(1)));
    let arguments = (2..call.len()).map(|index| Persistent::save(&call.ctx, call.value(index))).collect();
    let callback = Persistent::save(&call.ctx, callback);
    let id = call.host.events.set_timer(call.host.now() + delay, every, callback, arguments);
    Ok(Value::new_number(call.ctx.clone(), f64::from(id)))
}

fn clear<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if let Ok(Some(id)) = call.get::<Option<u32>>(0) {
        call.host.events.clear_timer(id);
    }
    Ok(call.undefined())
}
