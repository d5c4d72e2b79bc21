//! The `http.url` template tag: an address with a name that does not vary with its values.

use rquickjs::{Array, Object, Result, Value};

use crate::error;
use crate::ffi::{Call, Named, bound, has_own, set_hidden};

/// The hidden property by which an address made by the tag is known.
const MARK: &str = "__plimsoll_url";

pub(super) fn url<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    static GET_URL: Named = Named::new(|call| Ok(call.data(0)));
    let parts: Array<'js> = call.get(0)?;
    let (mut name, mut address) = (String::new(), String::new());
    for (index, part) in parts.iter::<String>().enumerate() {
        let part = part?;
        name.push_str(&part);
        address.push_str(&part);
        if index + 1 < parts.len() {
            name.push_str("${}");
            address.push_str(&error::try_text_of(&call.ctx, &call.value(index + 1))?);
        }
    }
    let object = Object::new(call.ctx.clone())?;
    object.set("name", name)?;
    object.set("url", address.as_str())?;
    object.set("clean_url", address.as_str())?;
    let value: Value<'js> = object.get("url")?;
    object.set("clean", bound(&call.ctx, 0, &GET_URL, std::slice::from_ref(&value))?)?;
    object.set("getURL", bound(&call.ctx, 0, &GET_URL, &[value])?)?;
    set_hidden(&object, MARK, Value::new_bool(call.ctx.clone(), true))?;
    Ok(object.into_value())
}

/// Whether the tag made this value.
pub(super) fn is_template(value: &Value<'_>) -> bool {
    value.as_object().is_some_and(|object| has_own(object, MARK))
}

/// Name and address of a value that the tag made. The script may have changed its members.
pub(super) fn as_template(value: &Value<'_>) -> Result<Option<(String, String)>> {
    let Some(object) = value.as_object().filter(|_| is_template(value)) else { return Ok(None) };
    let text = |key: &str| error::try_text_of(object.ctx(), &object.get(key)?);
    Ok(Some((text("name")?, text("url")?)))
}
