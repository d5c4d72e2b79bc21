//! `console`: values as k6 prints them.

mod table;
pub(crate) mod tools;

use rquickjs::{Ctx, Object, Result, Type, Value};

use crate::error;
use crate::ffi::{Call, Member, Table};
use crate::vu::Host;
use model::{Level, Record};

/// The members of `console`.
pub(crate) static TABLE: Table = Table::new(&[
    Member::Method(c"log", 0, log),
    Member::Method(c"info", 0, log),
    Member::Method(c"debug", 0, debug),
    Member::Method(c"warn", 0, warn),
    Member::Method(c"error", 0, failure),
]);

fn log<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    print(call, Level::Info)
}

fn debug<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    print(call, Level::Debug)
}

fn warn<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    print(call, Level::Warning)
}

fn failure<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    print(call, Level::Error)
}

fn print<'js>(call: &Call<'js>, level: Level) -> Result<Value<'js>> {
    if call.host.shared.log.enabled(level) {
        say(call.host, level, &message_of(call, 0));
    }
    Ok(call.undefined())
}

/// The arguments from `first` on as one text.
fn message_of(call: &Call<'_>, first: usize) -> String {
    let mut message = String::new();
    for index in first..call.len() {
        if index > first {
            message.push(' ');
        }
        show_argument(&call.ctx, &call.value(index), &mut message);
    }
    message
}

/// Logs a text, as far in as the user's open groups want it.
fn say(host: &Host, level: Level, message: &str) {
    let indent = " ".repeat(tools::indent(host));
    let message = if indent.is_empty() {
        message.to_owned()
    } else {
        format!("{indent}{}", message.replace('\n', &format!("\n{indent}")))
    };
    host.shared.log.log(Record::new(level, message).with("source", "console"));
}

/// An argument: strings as they are, everything else as in an object.
fn show_argument<'js>(context: &Ctx<'js>, value: &Value<'js>, out: &mut String) {
    match value.as_string() {
        Some(text) => out.push_str(&text.to_string().unwrap_or_default()),
        None => match value.as_symbol() {
            Some(symbol) => out.push_str(&description(symbol)),
            None if value.is_undefined() => out.push_str("undefined"),
            None => show(context, value, &mut Vec::new(), out),
        },
    }
}

fn description(symbol: &rquickjs::Symbol<'_>) -> String {
    symbol.description().ok().and_then(|text| text.get::<String>().ok()).unwrap_or_default()
}

/// A value inside an object or array: strings in quotes, `undefined` as `null`, as JSON would have them.
fn show<'js>(context: &Ctx<'js>, value: &Value<'js>, path: &mut Vec<Object<'js>>, out: &mut String) {
    match value.type_of() {
        Type::String => quote(&error::text_of(context, value), out),
        Type::Undefined | Type::Uninitialized | Type::Null => out.push_str("null"),
        Type::Symbol => value.as_symbol().map(description).iter().for_each(|text| quote(text, out)),
        Type::Function | Type::Constructor => out.push_str("[object Function]"),
        _ => match value.as_object() {
            Some(object) => show_object(context, object, path, out),
            None => out.push_str(&error::text_of(context, value)),
        },
    }
}

fn show_object<'js>(context: &Ctx<'js>, object: &Object<'js>, path: &mut Vec<Object<'js>>, out: &mut String) {
    if object.as_value().is_error() {
        return out.push_str(&error::text_of(context, object.as_value()));
    }
    if path.contains(object) {
        return out.push_str("[Circular]");
    }
    if let Some(text) = date(context, object) {
        return quote(&text, out);
    }
    if let Some(buffer) = rquickjs::ArrayBuffer::from_object(object.clone()) {
        return show_buffer(buffer.as_bytes().unwrap_or_default(), out);
    }
    path.push(object.clone());
    match (object.as_array(), typed_array_name(context, object)) {
        (Some(array), _) => {
            let items = (0..array.len()).map(|index| array.get::<Value<'js>>(index));
            show_list(context, items, path, out);
        }
        (None, Some(name)) => {
            let length = object.get::<_, u32>("length").unwrap_or_default();
            out.push_str(&format!("{name}({length}) "));
            let items = (0..length).map(|index| object.get::<_, Value<'js>>(index));
            show_list(context, items, path, out);
        }
        (None, None) => show_members(context, object, path, out),
    }
    path.pop();
}

fn show_list<'js>(
    context: &Ctx<'js>,
    items: impl Iterator<Item = Result<Value<'js>>>,
    path: &mut Vec<Object<'js>>,
    out: &mut String,
) {
    let mut separator = "[ ";
    for item in items {
        out.push_str(separator);
        separator = ", ";
        match item {
            Ok(item) => show(context, &item, path, out),
            Err(_) => drop(context.catch()),
        }
    }
    out.push_str(if separator == "[ " { "[]" } else { " ]" });
}

fn show_members<'js>(
    context: &Ctx<'js>,
    object: &Object<'js>,
    path: &mut Vec<Object<'js>>,
    out: &mut String,
) {
    let mut separator = "{ ";
    for key in object.keys::<String>() {
        let Ok(key) = key else {
            context.catch();
            continue;
        };
        out.push_str(separator);
        separator = ", ";
        out.push_str(&key);
        out.push_str(": ");
        match object.get::<_, Value<'js>>(key.as_str()) {
            Ok(value) => show(context, &value, path, out),
            Err(_) => {
                out.push_str(&format!("[{}]", error::caught(context).lines().next().unwrap_or_default()));
            }
        }
    }
    out.push_str(if separator == "{ " { "{}" } else { " }" });
}

fn show_buffer(bytes: &[u8], out: &mut String) {
    let contents: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    out.push_str(&format!(
        "ArrayBuffer {{ [Uint8Contents]: <{}>, byteLength: {} }}",
        contents.join(" "),
        bytes.len()
    ));
}

/// The ISO form of a `Date`.
fn date<'js>(context: &Ctx<'js>, object: &Object<'js>) -> Option<String> {
    let constructor: Object<'js> = context.globals().get("Date").ok()?;
    if !object.is_instance_of(constructor.as_value()) {
        return None;
    }
    let text = object
        .get::<_, rquickjs::Function<'js>>("toISOString")
        .ok()?
        .call((rquickjs::prelude::This(object.clone()),));
    text.map_err(|_| context.catch()).ok()
}

fn typed_array_name<'js>(context: &Ctx<'js>, object: &Object<'js>) -> Option<String> {
    let buffer: Object<'js> = context.globals().get("ArrayBuffer").ok()?;
    let is_view: rquickjs::Function<'js> = buffer.get("isView").ok()?;
    // A `DataView` is a view without items.
    let is_list = object.get::<_, Value<'js>>("length").is_ok_and(|length| length.is_number());
    if !is_list || !is_view.call::<_, bool>((object.clone(),)).unwrap_or(false) {
        return None;
    }
    object.get::<_, Object<'js>>("constructor").ok()?.get("name").ok()
}

/// Adds `text` in double quotes, escaped as JSON.
fn quote(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
