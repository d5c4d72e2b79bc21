//! `process`: what code asks of its program: the environment, the clock, standard output.

use std::process;

use model::Level;
use rquickjs::{Array, Exception, Function, Object, Value};

use super::Builtin;
use super::console::say;
use crate::code::convert::kit;
use crate::code::worker::state;
use crate::error;
use crate::ffi::{Member, Table};

pub(super) const MODULE: Builtin = Builtin::new(
    "process",
    "`env`, `argv`, `cwd()`, `hrtime`, `nextTick`, `uptime`, `memoryUsage`, `platform`, `arch`, `version`, \
     `versions`, `pid`, `stdout.write`, `stderr.write`, `emitWarning`, `on` (nothing is ever emitted). It is a global too; \
     `exit`, `chdir` and `kill` are refused",
    include_str!("process.js"),
)
.with(&NATIVE);

static NATIVE: Table = Table::new(&[
    Member::Getter(c"argv", |call| {
        let list = Array::new(call.ctx.clone())?;
        for (index, argument) in state(&call.ctx).code.0.argv.iter().enumerate() {
            list.set(index, argument.as_str())?;
        }
        Ok(list.into_value())
    }),
    Member::Getter(c"cwd", |call| {
        let folder = state(&call.ctx).code.0.folder.display().to_string();
        Ok(rquickjs::String::from_str(call.ctx.clone(), &folder)?.into_value())
    }),
    Member::Getter(c"env", |call| {
        let env = Object::new(call.ctx.clone())?;
        for (key, value) in &call.host.shared.env {
            env.set(key.as_str(), value.as_str())?;
        }
        Ok(env.into_value())
    }),
    Member::Getter(c"memory", |call| Ok(Value::new_number(call.ctx.clone(), call.host.memory.used() as f64))),
    Member::Getter(c"nanoseconds", |call| {
        // As a big integer it is exact.
        let now = i64::try_from(call.host.now().0).unwrap_or(i64::MAX);
        Ok(rquickjs::BigInt::from_i64(call.ctx.clone(), now)?.into_value())
    }),
    Member::Getter(c"pid", |call| Ok(Value::new_number(call.ctx.clone(), f64::from(process::id())))),
    Member::Method(c"print", 2, |call| {
        let level =
            if error::text_of(&call.ctx, &call.value(0)) == "error" { Level::Error } else { Level::Info };
        say(call, level, error::text_of(&call.ctx, &call.value(1)));
        Ok(call.undefined())
    }),
    Member::Method(c"tick", 1, |call| {
        if !call.value(0).is_function() {
            return Err(Exception::throw_type(&call.ctx, "a tick is a function"));
        }
        let add: Function<'_> = kit(&call.ctx)?.get("addTick")?;
        add.call::<_, ()>((call.value(0),))?;
        state(&call.ctx).ticks.set(true);
        Ok(call.undefined())
    }),
]);
