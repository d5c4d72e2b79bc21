//! Values between the two worlds: JSON in Rust, live values in JavaScript.
//!
//! [`into_js`] makes a value, [`from_js`] reads one as `JSON.stringify` would, and does not fail: what has cycles,
//! functions or big integers in it loses them or becomes text.

use rquickjs::{Ctx, Function, Object, Result, Value};
use serde_json::Value as Json;

use crate::ffi;

/// A JavaScript value with the content of `value`.
pub(super) fn into_js<'js>(context: &Ctx<'js>, value: &Json) -> Result<Value<'js>> {
    Ok(match value {
        Json::Null => Value::new_null(context.clone()),
        Json::Bool(flag) => Value::new_bool(context.clone(), *flag),
        Json::Number(number) => Value::new_number(context.clone(), number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => rquickjs::String::from_str(context.clone(), text)?.into_value(),
        Json::Array(_) | Json::Object(_) => context.json_parse(value.to_string())?,
    })
}

/// The content of a value; nothing for what JSON does not have, such as `undefined` and functions.
pub(super) fn from_js<'js>(context: &Ctx<'js>, value: &Value<'js>) -> Result<Option<Json>> {
    if value.is_undefined() || value.is_function() {
        return Ok(None);
    }
    if value.is_null() {
        return Ok(Some(Json::Null));
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Some(Json::Bool(flag)));
    }
    if let Some(number) = value.as_number() {
        return Ok(Some(number_json(number)));
    }
    if let Some(text) = value.as_string() {
        return Ok(Some(Json::String(lossy(context, text)?)));
    }
    let stringify: Function<'js> = kit(context)?.get("json")?;
    let text: Value<'js> = stringify.call((value.clone(),))?;
    let Some(text) = text.as_string() else { return Ok(None) };
    // What is nested too deeply to be read again is told as null, as are the numbers that are none.
    Ok(Some(serde_json::from_str(&lossy(context, text)?).unwrap_or(Json::Null)))
}

/// A number; a whole one without a fraction.
fn number_json(number: f64) -> Json {
    /// From here on not every whole number is its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        return Json::from(number as i64);
    }
    serde_json::Number::from_f64(number).map_or(Json::Null, Json::Number)
}

/// The text of a string; halves of letters become the replacement character.
pub(super) fn lossy<'js>(context: &Ctx<'js>, text: &rquickjs::String<'js>) -> Result<String> {
    if let Ok(whole) = text.to_string() {
        return Ok(whole);
    }
    context.catch();
    let prototype: Object<'js> = context.globals().get::<_, Object<'js>>("String")?.get("prototype")?;
    let repair: Function<'js> = prototype.get("toWellFormed")?;
    repair.call((rquickjs::function::This(text.clone()),))
}

/// The helpers in JavaScript.
pub(super) fn kit<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let host = ffi::host(context);
    let kit = host.builtins.borrow().get(super::worker::KIT_NAME).cloned();
    kit.expect("a worker makes its kit first").restore(context)
}
