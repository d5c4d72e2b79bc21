//! `os`: what there is to know of the machine.

use rquickjs::{Result, Value};

use super::Builtin;
use crate::ffi::{Call, Member, Table};

pub(super) const MODULE: Builtin = Builtin::new(
    "os",
    "`EOL`, `hostname`, `platform`, `type`, `arch`, `release`, `tmpdir`, `homedir`, `cpus`, `availableParallelism`, \
     `totalmem`, `freemem`, `uptime`, `loadavg`, `endianness`, `userInfo`, `networkInterfaces` (none), `constants`",
    include_str!("os.js"),
)
.with(&NATIVE);

static NATIVE: Table = Table::new(&[
    Member::Getter(c"cpus", |call| {
        let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Value::new_number(call.ctx.clone(), count as f64))
    }),
    Member::Getter(c"hostname", |call| text(call, &read("/proc/sys/kernel/hostname"))),
    Member::Getter(c"load", |call| text(call, &read("/proc/loadavg"))),
    Member::Getter(c"memory", |call| text(call, &read("/proc/meminfo"))),
    Member::Getter(c"release", |call| text(call, &read("/proc/sys/kernel/osrelease"))),
    Member::Getter(c"uptime", |call| text(call, &read("/proc/uptime"))),
]);

/// A file of the system; nothing where there is none.
fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

fn text<'js>(call: &Call<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(call.ctx.clone(), text)?.into_value())
}
