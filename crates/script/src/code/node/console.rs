//! `console`: values as Node.js prints them, to where the plan's options say.

use model::{Level, Record};
use rquickjs::{Result, Value};

use super::Builtin;
use crate::code::worker::state;
use crate::error;
use crate::ffi::{Call, Member, Table};

pub(super) const MODULE: Builtin = Builtin::new(
    "console",
    "all functions; what they print goes to the log, or where the tool that a plan comes from would print it",
    include_str!("console.js"),
)
.with(&NATIVE);

static NATIVE: Table = Table::new(&[Member::Method(c"print", 2, print)]);

/// `print(level, text)`
fn print<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let level = match error::text_of(&call.ctx, &call.value(0)).as_str() {
        "debug" => Level::Debug,
        "warning" => Level::Warning,
        "error" => Level::Error,
        _ => Level::Info,
    };
    let text = error::text_of(&call.ctx, &call.value(1));
    say(call, level, text);
    Ok(call.undefined())
}

/// Prints a text that code made.
pub(super) fn say(call: &Call<'_>, level: Level, text: String) {
    match &state(&call.ctx).code.0.console {
        Some(console) => console(level, &text),
        None => {
            let log = &call.host.shared.log;
            if log.enabled(level) {
                log.log(Record::new(level, text).with("source", "console"));
            }
        }
    }
}
