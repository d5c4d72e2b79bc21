//! Members of forms and their fields.

use rquickjs::{Result, Value};

use super::super::element::{receiver, text_content};
use super::super::fields::{
    address, address_or_own, below, choice, constant, control, count_below, elements, flag, float, float_of,
    form, int, labels, listed, place, text_or, value, words,
};
use super::super::{number, text, values};
use super::members;
use crate::ffi::{Call, Table};

/// How forms can be encoded, the usual way first.
const ENCODINGS: &[&str] = &["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
/// Kinds of input, the usual first.
const INPUTS: &[&str] = &[
    "text",
    "button",
    "checkbox",
    "color",
    "date",
    "datetime-local",
    "email",
    "file",
    "hidden",
    "image",
    "month",
    "number",
    "password",
    "radio",
    "range",
    "reset",
    "search",
    "submit",
    "tel",
    "time",
    "url",
    "week",
];

pub(super) static FORM: Table = members! { [c"element"]
    c"acceptCharset" => |call| words(call, "accept-charset"),
    c"action" => |call| address_or_own(call, "action"),
    c"autocomplete" => |call| choice(call, "autocomplete", &["on", "off"]),
    c"elements" => elements,
    c"encoding" => |call| choice(call, "enctype", ENCODINGS),
    c"enctype" => |call| choice(call, "enctype", ENCODINGS),
    c"length" => |call| Ok(number(&call.ctx, listed(&receiver(call)?).len())),
    c"method" => |call| choice(call, "method", &["get", "post", "dialog"]),
    c"name" => |call| words(call, "name"),
    c"noValidate" => |call| flag(call, "novalidate"),
    c"target" => |call| words(call, "target"),
};

pub(super) static BUTTON: Table = members! { [c"element", c"form_field_element"]
    c"accessKey" => |call| words(call, "accesskey"),
    c"autofocus" => |call| flag(call, "autofocus"),
    c"disabled" => |call| flag(call, "disabled"),
    c"form" => form,
    c"formAction" => |call| address_or_own(call, "formaction"),
    c"formEnctype" => |call| choice(call, "formenctype", ENCODINGS),
    c"formMethod" => |call| choice(call, "formmethod", &["get", "post", "dialog"]),
    c"formNoValidate" => |call| flag(call, "formnovalidate"),
    c"formTarget" => |call| words(call, "formtarget"),
    c"labels" => labels,
    c"name" => |call| words(call, "name"),
    c"tabIndex" => |call| int(call, "tabindex", 0),
    c"type" => |call| choice(call, "type", &["submit", "button", "menu", "reset"]),
    c"value" => |call| words(call, "value"),
};

pub(super) static INPUT: Table = members! { [c"element", c"form_field_element"]
    c"accept" => |call| words(call, "accept"),
    c"accessKey" => |call| words(call, "accesskey"),
    c"alt" => |call| words(call, "alt"),
    c"autocomplete" => |call| text_or(call, "autocomplete", "on"),
    c"autofocus" => |call| flag(call, "autofocus"),
    c"checked" => |call| flag(call, "checked"),
    c"defaultChecked" => |call| flag(call, "checked"),
    c"defaultValue" => |call| words(call, "value"),
    c"dirName" => |call| words(call, "dirname"),
    c"disabled" => |call| flag(call, "disabled"),
    c"form" => form,
    c"formAction" => |call| address_or_own(call, "formaction"),
    c"formEnctype" => |call| choice(call, "formenctype", ENCODINGS),
    c"formMethod" => |call| choice(call, "formmethod", &["get", "post", "dialog"]),
    c"formNoValidate" => |call| flag(call, "formnovalidate"),
    c"formTarget" => |call| words(call, "formtarget"),
    c"height" => |call| int(call, "height", 0),
    c"labels" => labels,
    c"list" => datalist,
    c"max" => |call| words(call, "max"),
    c"maxLength" => |call| int(call, "maxlength", -1),
    c"min" => |call| words(call, "min"),
    c"multiple" => |call| flag(call, "multiple"),
    c"name" => |call| words(call, "name"),
    c"pattern" => |call| words(call, "pattern"),
    c"placeholder" => |call| words(call, "placeholder"),
    c"readonly" => |call| flag(call, "readonly"),
    c"required" => |call| flag(call, "required"),
    c"size" => |call| int(call, "size", 20),
    c"src" => |call| address(call, "src"),
    c"step" => |call| words(call, "step"),
    c"tabIndex" => |call| int(call, "tabindex", 0),
    c"type" => |call| choice(call, "type", INPUTS),
    c"value" => |call| words(call, "value"),
    c"width" => |call| int(call, "width", 0),
};

pub(super) static SELECT: Table = members! { [c"element"]
    c"autofocus" => |call| flag(call, "autofocus"),
    c"disabled" => |call| flag(call, "disabled"),
    c"form" => form,
    c"labels" => labels,
    c"length" => |call| count_below(call, "option"),
    c"multiple" => |call| flag(call, "multiple"),
    c"name" => |call| words(call, "name"),
    c"options" => |call| below(call, "option"),
    c"required" => |call| flag(call, "required"),
    c"selectedIndex" => |call| {
        let this = receiver(call)?;
        let selected = values::options(&this.document, this.node, true).next();
        Ok(match selected {
            Some(selected) => place(call, &this.find("option"), selected),
            None => Value::new_int(call.ctx.clone(), -1),
        })
    },
    c"selectedOptions" => |call| below(call, "option[selected]"),
    c"size" => |call| {
        let default = if receiver(call)?.attribute("multiple").is_some() { 4 } else { 1 };
        int(call, "size", default)
    },
    c"tabIndex" => |call| int(call, "tabindex", 0),
    c"type" => |call| {
        let multiple = receiver(call)?.attribute("multiple").is_some();
        constant(call, if multiple { "select-multiple" } else { "select-one" })
    },
    c"value" => |call| {
        let this = receiver(call)?;
        let selected = values::options(&this.document, this.node, true).next();
        let value = selected.map(|option| values::option(&this.document, option));
        text(&call.ctx, &value.unwrap_or_default())
    },
};

/// As in k6, the value is that of an attribute which text areas do not have; the text is `defaultValue`.
pub(super) static AREA: Table = members! { [c"element"]
    c"accessKey" => |call| words(call, "accesskey"),
    c"autocapitalize" => |call| choice(call, "autocapitalize", &["sentences", "none", "off", "characters", "words"]),
    c"autocomplete" => |call| text_or(call, "autocomplete", "on"),
    c"cols" => |call| int(call, "cols", 20),
    c"defaultValue" => text_content,
    c"form" => form,
    c"labels" => labels,
    c"length" => |call| {
        let this = receiver(call)?;
        Ok(number(&call.ctx, this.document.text(this.node).chars().count()))
    },
    c"maxLength" => |call| int(call, "maxlength", -1),
    c"placeholder" => |call| words(call, "placeholder"),
    c"readOnly" => |call| flag(call, "readonly"),
    c"required" => |call| flag(call, "required"),
    c"rows" => |call| int(call, "rows", 2),
    c"tabIndex" => |call| int(call, "tabindex", 0),
    c"type" => |call| constant(call, "textarea"),
    c"value" => |call| words(call, "value"),
    c"wrap" => |call| choice(call, "wrap", &["soft", "hard", "off"]),
};

pub(super) static OPTION: Table = members! { [c"element"]
    c"defaultSelected" => |call| flag(call, "selected"),
    c"disabled" => |call| {
        let this = receiver(call)?;
        let group = this.closest("optgroup");
        let disabled = this.attribute("disabled").is_some()
            || group.is_some_and(|group| this.document.attribute(group, "disabled").is_some());
        Ok(Value::new_bool(call.ctx.clone(), disabled))
    },
    c"form" => form,
    c"index" => |call| {
        let this = receiver(call)?;
        let Some(list) = this.closest("select").or_else(|| this.closest("datalist")) else {
            return Ok(number(&call.ctx, 0));
        };
        let options: Vec<_> = values::options(&this.document, list, false).collect();
        Ok(place(call, &options, this.node))
    },
    c"label" => |call| {
        let this = receiver(call)?;
        match this.attribute("label") {
            Some(label) => text(&call.ctx, label),
            None => text_content(call),
        }
    },
    c"selected" => |call| flag(call, "selected"),
    c"text" => text_content,
    c"value" => value,
};

pub(super) static GROUP: Table = members! { [c"element"]
    c"disabled" => |call| flag(call, "disabled"),
    c"label" => |call| words(call, "label"),
};

pub(super) static DATALIST: Table = members! { [c"element"]
    c"options" => |call| below(call, "option"),
};

pub(super) static FIELDSET: Table = members! { [c"element"]
    c"disabled" => |call| flag(call, "disabled"),
    c"elements" => elements,
    c"form" => form,
    c"name" => |call| words(call, "name"),
    c"type" => |call| constant(call, "fieldset"),
    c"validity" => |call| Ok(call.undefined()),
};

pub(super) static KEYGEN: Table = members! { [c"element"]
    c"autofocus" => |call| flag(call, "autofocus"),
    c"challenge" => |call| words(call, "challenge"),
    c"disabled" => |call| flag(call, "disabled"),
    c"form" => form,
    c"keytype" => |call| choice(call, "keytype", &["rsa", "dsa", "ec"]),
    c"labels" => labels,
    c"name" => |call| words(call, "name"),
    c"type" => |call| constant(call, "keygen"),
};

pub(super) static LABEL: Table = members! { [c"element"]
    c"control" => control,
    c"form" => form,
    c"htmlFor" => |call| words(call, "for"),
};

pub(super) static LEGEND: Table = members! { [c"element"]
    c"accessKey" => |call| words(call, "accesskey"),
    c"form" => form,
};

pub(super) static METER: Table = members! { [c"element"]
    c"high" => |call| float(call, "high", 1.0),
    c"labels" => labels,
    c"low" => |call| float(call, "low", 0.0),
    c"max" => |call| float(call, "max", 1.0),
    c"min" => |call| float(call, "min", 0.0),
    c"optimum" => |call| {
        let this = receiver(call)?;
        let (min, max) = (float_of(&this, "min").unwrap_or(0.0), float_of(&this, "max").unwrap_or(1.0));
        float(call, "optimum", f64::midpoint(min, max))
    },
};

pub(super) static OUTPUT: Table = members! { [c"element"]
    c"defaultValue" => text_content,
    c"form" => form,
    c"htmlFor" => |call| words(call, "for"),
    c"labels" => labels,
    c"name" => |call| words(call, "name"),
    c"type" => |call| constant(call, "output"),
    c"value" => text_content,
};

pub(super) static PROGRESS: Table = members! { [c"element"]
    c"labels" => labels,
    c"max" => |call| float(call, "max", 1.0),
    c"position" => |call| {
        let this = receiver(call)?;
        let max = float_of(&this, "max").filter(|&max| max > 0.0).unwrap_or(1.0);
        let position = float_of(&this, "value").map_or(-1.0, |value| (value / max).clamp(0.0, 1.0));
        Ok(Value::new_number(call.ctx.clone(), position))
    },
    c"value" => |call| float(call, "value", 0.0),
};

/// The list of suggestions that an input names.
fn datalist<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let id = this.attribute("list");
    let list = id.and_then(|id| super::super::fields::by_id(&this, id));
    this.optional(&call.ctx, list.filter(|&node| this.document.is_named(node, "datalist")))
}
