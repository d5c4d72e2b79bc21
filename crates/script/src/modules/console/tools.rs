//! What `console` offers beyond k6: groups, counters, stopwatches, assertions, tables, traces, with the words of
//! Node.js.
//!
//! Main type: [`Desk`], what a user keeps for them once it uses them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use model::{Level, Nanos};
use rquickjs::{Constructor, Ctx, Object, Result, Value};

use super::table::Grid;
use super::{message_of, say, show_argument};
use crate::error;
use crate::ffi::{self, Call, Member, Table};
use crate::vu::Host;

/// The members of `console` that k6 does not have.
pub(crate) static TABLE: Table = Table::new(&[
    Member::Method(c"assert", 0, assert),
    Member::Method(c"count", 0, count),
    Member::Method(c"countReset", 0, count_reset),
    Member::Method(c"dir", 0, dir),
    Member::Method(c"dirxml", 0, super::log),
    Member::Method(c"group", 0, group),
    Member::Method(c"groupCollapsed", 0, group),
    Member::Method(c"groupEnd", 0, group_end),
    Member::Method(c"table", 1, table),
    Member::Method(c"time", 0, time),
    Member::Method(c"timeEnd", 0, time_end),
    Member::Method(c"timeLog", 0, time_log),
    Member::Method(c"trace", 0, trace),
]);

/// Counters and stopwatches that a user may have: scripts that make up labels must not fill memory.
const LABELS_MAX: usize = 1000;

/// Open groups, counters and stopwatches of a user.
#[derive(Default)]
pub(crate) struct Desk {
    depth: Cell<usize>,
    counts: RefCell<BTreeMap<String, u64>>,
    started: RefCell<BTreeMap<String, Nanos>>,
}

impl Desk {
    fn of(host: &Host) -> &Self {
        host.console.get_or_init(Box::default)
    }
}

/// How far the lines of a user stand in, letters.
pub(super) fn indent(host: &Host) -> usize {
    host.console.get().map_or(0, |desk| desk.depth.get() * 2)
}

fn label(call: &Call<'_>) -> String {
    let label = call.value(0);
    if label.is_undefined() { "default".to_owned() } else { error::text_of(&call.ctx, &label) }
}

fn assert<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if !ffi::truthy(&call.value(0)) {
        let said = message_of(call, 1);
        let text = match call.len() {
            0 | 1 => "Assertion failed".to_owned(),
            _ if call.value(1).is_string() => format!("Assertion failed: {said}"),
            _ => format!("Assertion failed {said}"),
        };
        say(call.host, Level::Error, &text);
    }
    Ok(call.undefined())
}

fn count<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let label = label(call);
    let mut counts = Desk::of(call.host).counts.borrow_mut();
    if counts.len() < LABELS_MAX || counts.contains_key(&label) {
        let count = counts.entry(label.clone()).or_default();
        *count += 1;
        say(call.host, Level::Info, &format!("{label}: {count}"));
    }
    Ok(call.undefined())
}

fn count_reset<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let label = label(call);
    if Desk::of(call.host).counts.borrow_mut().remove(&label).is_none() {
        say(call.host, Level::Warning, &format!("Count for '{label}' does not exist"));
    }
    Ok(call.undefined())
}

fn dir<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let mut text = String::new();
    show_argument(&call.ctx, &call.value(0), &mut text);
    say(call.host, Level::Info, &text);
    Ok(call.undefined())
}

fn group<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if call.len() > 0 {
        say(call.host, Level::Info, &message_of(call, 0));
    }
    let desk = Desk::of(call.host);
    desk.depth.set((desk.depth.get() + 1).min(LABELS_MAX));
    Ok(call.undefined())
}

fn group_end<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let desk = Desk::of(call.host);
    desk.depth.set(desk.depth.get().saturating_sub(1));
    Ok(call.undefined())
}

fn time<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let label = label(call);
    let mut started = Desk::of(call.host).started.borrow_mut();
    if started.contains_key(&label) {
        say(call.host, Level::Warning, &format!("Label '{label}' already exists for console.time()"));
    } else if started.len() < LABELS_MAX {
        started.insert(label, call.host.now());
    }
    Ok(call.undefined())
}

fn time_end<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let label = label(call);
    let started = Desk::of(call.host).started.borrow_mut().remove(&label);
    elapsed(call, "timeEnd", &label, started, "");
    Ok(call.undefined())
}

fn time_log<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let label = label(call);
    let started = Desk::of(call.host).started.borrow().get(&label).copied();
    elapsed(call, "timeLog", &label, started, &message_of(call, 1));
    Ok(call.undefined())
}

fn elapsed(call: &Call<'_>, function: &str, label: &str, started: Option<Nanos>, said: &str) {
    let Some(started) = started else {
        let text = format!("No such label '{label}' for console.{function}()");
        return say(call.host, Level::Warning, &text);
    };
    let space = if said.is_empty() { "" } else { " " };
    let time = clock((call.host.now() - started).as_millis_f64());
    say(call.host, Level::Info, &format!("{label}: {time}{space}{said}"));
}

/// A duration as stopwatches show it.
fn clock(ms: f64) -> String {
    if ms < 1e3 {
        return format!("{ms:.3}ms");
    }
    let seconds = ms / 1e3;
    if seconds < 60.0 {
        return format!("{seconds:.3}s");
    }
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if minutes < 60.0 {
        return format!("{minutes}:{rest:06.3} (m:ss.mmm)");
    }
    format!("{}:{:02}:{rest:06.3} (h:mm:ss.mmm)", (minutes / 60.0).floor(), minutes % 60.0)
}

fn trace<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let said = message_of(call, 0);
    let constructor: Constructor<'js> = call.ctx.globals().get("Error")?;
    let here: Object<'js> = constructor.construct(())?;
    let stack = here.get::<_, Option<String>>("stack")?.unwrap_or_default();
    let colon = if said.is_empty() { "" } else { ": " };
    say(call.host, Level::Info, &format!("Trace{colon}{said}{}", error::frames(&stack)));
    Ok(call.undefined())
}

/// `table(rows, columns)`: rows of objects and arrays, cell by cell; anything else is logged.
fn table<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let data = call.value(0);
    let Some(rows) = data.as_object().filter(|_| !data.is_function() && !data.is_error()) else {
        return super::log(call);
    };
    let wanted: Option<Vec<String>> = match call.value(1).as_array() {
        Some(columns) => Some(
            columns
                .iter::<Value<'js>>()
                .map(|column| column.map(|column| error::text_of(&call.ctx, &column)))
                .collect::<Result<_>>()?,
        ),
        None => None,
    };
    let mut grid = Grid::default();
    for entry in rows.props::<String, Value<'js>>() {
        let (name, row) = entry?;
        grid.row(name);
        let Some(cells) = row.as_object().filter(|_| !row.is_function() && !row.is_error()) else {
            grid.value(cell(&call.ctx, &row));
            continue;
        };
        let names = match &wanted {
            Some(wanted) => wanted.clone(),
            None => cells.keys::<String>().collect::<Result<_>>()?,
        };
        for name in names.iter().filter(|name| cells.contains_key(name.as_str()).unwrap_or(false)) {
            grid.cell(name, cell(&call.ctx, &cells.get::<_, Value<'js>>(name.as_str())?));
        }
    }
    say(call.host, Level::Info, &grid.draw());
    Ok(call.undefined())
}

/// A cell's text, on one line: strings in single quotes.
fn cell<'js>(context: &Ctx<'js>, value: &Value<'js>) -> String {
    let mut text = String::new();
    show_argument(context, value, &mut text);
    if value.is_string() {
        text = format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    }
    text.replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn durations() {
        let check = |ms: f64, expected: &str| assert_eq!(clock(ms), expected);
        check(0.0125, "0.013ms");
        check(999.0, "999.000ms");
        check(1500.0, "1.500s");
        check(62_345.0, "1:02.345 (m:ss.mmm)");
        check(3_723_004.0, "1:02:03.004 (h:mm:ss.mmm)");
    }
}
