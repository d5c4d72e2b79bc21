//! What a script does with a page that it got: `html()`, `submitForm()` and `clickLink()` of a response.

use std::rc::Rc;

use rquickjs::{Object, Result, Value};
use url::Url;

use super::methods;
use super::response::{BODY, Response};
use super::state::HttpState;
use crate::error;
use crate::ffi::Call;
use crate::modules::globals;
use crate::modules::html::{self, FieldValue, Selection};

const NO_BODY: &str = "the body is null so we can't transform it to HTML - this likely was because of a request \
    error getting the response";

/// `response.html(selector?)`: the document that the body is, or what a selector finds in it.
pub(super) fn html<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (page, _) = page(call)?;
    let selector = call.value(0);
    if selector.is_undefined() {
        return html::selection_object(&call.ctx, page);
    }
    html::selection_object(&call.ctx, page.search(&error::try_text_of(&call.ctx, &selector)?))
}

/// The parsed body of the response that a method is called on, and the address that it came from. Both are
/// read from the object where a script has replaced the body.
fn page(call: &Call<'_>) -> Result<(Rc<Selection>, String)> {
    let this = call.this();
    let class = HttpState::of(call.host).response_class(&call.ctx)?;
    let own = class.data::<Response>(&this);
    let url: String = match (own, this.as_object()) {
        (Some(response), _) => response.url.to_string(),
        (None, Some(object)) => error::text_of(&call.ctx, &object.get("url")?),
        (None, None) => String::new(),
    };
    let received = own.filter(|_| !class.is_replaced::<Response>(&this, BODY));
    let body = match (received, this.as_object()) {
        (Some(response), _) => response.content().cloned(),
        (None, Some(object)) => globals::bytes_of(&object.get("body")?),
        (None, None) => None,
    };
    let body = body.ok_or_else(|| error::throw(&call.ctx, NO_BODY))?;
    let page = html::document(&call.ctx, &String::from_utf8_lossy(&body), &url)?;
    Ok((page, url))
}

/// The member of the options in the first argument, when it is there.
fn option<'js>(call: &Call<'js>, name: &str) -> Result<Option<Value<'js>>> {
    let Some(options) = call.value(0).into_object() else { return Ok(None) };
    let value: Value<'js> = options.get(name)?;
    Ok(Some(value).filter(|value| !value.is_undefined()))
}

/// Like [`option`], as text.
fn text_option(call: &Call<'_>, name: &str, default: &str) -> Result<String> {
    match option(call, name)? {
        Some(value) => error::try_text_of(&call.ctx, &value),
        None => Ok(default.to_owned()),
    }
}

/// The address that `reference` leads to from the page at `base`.
fn resolve(call: &Call<'_>, base: &str, reference: Option<&str>) -> Result<Url> {
    let failed = |of: &str, failure: url::ParseError| {
        error::throw(&call.ctx, &format!("parse {}: {failure}", net::quoted(of.as_bytes())))
    };
    let base = Url::parse(base).map_err(|failure| failed(base, failure))?;
    match reference {
        Some(reference) => base.join(reference).map_err(|failure| failed(reference, failure)),
        None => Ok(base),
    }
}

/// `response.clickLink({ selector, params })`: a GET of where the first link that is found leads.
pub(super) fn click_link<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let selector = text_option(call, "selector", "a[href]")?;
    let params = option(call, "params")?.unwrap_or_else(|| call.undefined());
    let (page, url) = page(call)?;
    let link = page.search(&selector);
    if link.is_empty() {
        let message = format!("no element found for selector '{selector}' in response '{url}'");
        return Err(error::throw(&call.ctx, &message));
    }
    let Some(reference) = link.first_attribute("href") else {
        let message =
            format!("no valid href attribute value found on element '{selector}' in response '{url}'");
        return Err(error::throw(&call.ctx, &message));
    };
    let target = resolve(call, &url, Some(reference))?;
    send(call, "GET", &target, &call.undefined(), &params)
}

/// `response.submitForm({ formSelector, submitSelector, fields, params })`: sends a form as a browser would.
pub(super) fn submit_form<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let form_selector = text_option(call, "formSelector", "form")?;
    let submit_selector = text_option(call, "submitSelector", "[type=\"submit\"]")?;
    let params = option(call, "params")?.unwrap_or_else(|| call.undefined());
    let (page, url) = page(call)?;
    let form = page.search(&form_selector);
    if form.is_empty() {
        let message = format!("no form found for selector '{form_selector}' in response '{url}'");
        return Err(error::throw(&call.ctx, &message));
    }
    let method = form.first_attribute("method").filter(|method| !method.is_empty());
    let method = method.map_or_else(|| "GET".to_owned(), str::to_ascii_uppercase);
    let mut target = resolve(call, &url, form.first_attribute("action"))?;
    let values = values(call, &form, &submit_selector, method == "GET")?;
    if method != "GET" {
        return send(call, &method, &target, values.as_value(), &params);
    }
    let mut pairs = Vec::new();
    for entry in values.props::<String, Value<'js>>() {
        let (name, value) = entry?;
        pairs.push((name, error::try_text_of(&call.ctx, &value)?));
    }
    pairs.sort();
    let query = net::form::urlencode(&pairs);
    target.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    send(call, &method, &target, &call.undefined(), &params)
}

/// What a form sends: its fields, then the button that is pressed, then what the script gives.
fn values<'js>(
    call: &Call<'js>,
    form: &Rc<Selection>,
    submit_selector: &str,
    in_query: bool,
) -> Result<Object<'js>> {
    let values = Object::new(call.ctx.clone())?;
    for (name, value) in form.form_fields() {
        match value {
            FieldValue::Absent => {}
            FieldValue::One(value) => values.set(name, value)?,
            // How k6 prints a list of choices.
            FieldValue::Many(choices) if in_query => values.set(name, choices.join(","))?,
            FieldValue::Many(choices) => values.set(name, format!("[{}]", choices.join(" ")))?,
        }
    }
    let button = form.search(submit_selector);
    if let (Some(name), FieldValue::One(value)) = (button.first_attribute("name"), button.value()) {
        values.set(name, value)?;
    }
    if let Some(fields) = option(call, "fields")?.and_then(Value::into_object) {
        for entry in fields.props::<String, Value<'js>>() {
            let (name, value) = entry?;
            values.set(name, value)?;
        }
    }
    Ok(values)
}

fn send<'js>(
    call: &Call<'js>,
    method: &str,
    target: &Url,
    body: &Value<'js>,
    params: &Value<'js>,
) -> Result<Value<'js>> {
    let target = rquickjs::String::from_str(call.ctx.clone(), target.as_str())?.into_value();
    methods::send_now(call, method, &target, body, params)
}
