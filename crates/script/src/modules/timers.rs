//! `k6/timers`, whose functions are globals too.

use std::ffi::CStr;

use model::Nanos;
use rquickjs::{Ctx, Exception, Object, Persistent, Result, Value};

use super::Builtin;
use crate::error;
use crate::ffi::{self, Call, Member, Table};

pub(super) const MODULE: Builtin = Builtin { name: "k6/timers", exports: || Box::new(TABLE.names()), build };

pub(super) const OLD_NAME: Builtin = Builtin {
    name: "k6/experimental/timers",
    exports: || Box::new(TABLE.names()),
    build: |context| {
        ffi::host(context).shared.warn_once(
            "k6/experimental/timers was removed from k6 and is an alias of k6/timers here; its functions are globals, \
             so that the import can be removed.",
        );
        build(context)
    },
};

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
        let shown = error::try_text_of(&call.ctx, &callback)?;
        return Err(Exception::throw_type(
            &call.ctx,
            &format!(
                "could not convert function call parameter 0: could not convert {shown} to sobek.Callable"
            ),
        ));
    };
    let given = call.value(1);
    let delay_ms = if given.is_undefined() {
        0.0
    } else {
        given.get().map_or(f64::NAN, |delay: rquickjs::Coerced<f64>| delay.0)
    };
    let due = due(call.host.now(), delay_ms);
    let delay = Nanos((delay_ms.max(0.0) * 1e6) as u64);
    // An interval of nothing would never let the loop wait.
    let every = repeat.then_some(delay.max(Nanos::from_millis(1)));
    let arguments = (2..call.len()).map(|index| Persistent::save(&call.ctx, call.value(index))).collect();
    let callback = Persistent::save(&call.ctx, callback);
    let id = call.host.events.set_timer(due, every, callback, arguments);
    Ok(Value::new_number(call.ctx.clone(), f64::from(id)))
}

/// When a timer is due. One with a negative delay is overdue, and one whose delay is no number more than any.
fn due(now: Nanos, delay_ms: f64) -> Nanos {
    if !delay_ms.is_finite() {
        return Nanos::ZERO;
    }
    let delay_ns = (delay_ms * 1e6) as i64;
    Nanos(now.0.saturating_add_signed(delay_ns))
}

fn clear<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if let Ok(Some(id)) = call.get::<Option<u32>>(0) {
        call.host.events.clear_timer(id);
    }
    Ok(call.undefined())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_delays_come_in_k6s_order() {
        let now = Nanos::from_millis(1000);
        let check = |delay_ms: f64, expected: Nanos| assert_eq!(due(now, delay_ms), expected, "{delay_ms}");
        check(f64::NAN, Nanos::ZERO);
        check(f64::INFINITY, Nanos::ZERO);
        check(-5.0, Nanos::from_millis(995));
        check(-1e9, Nanos::ZERO);
        check(0.0, now);
        check(0.5, now + Nanos(500_000));
        check(1e300, Nanos(now.0 + i64::MAX as u64));
    }
}
