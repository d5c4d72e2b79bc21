//! Responses as scripts see them. A property is made when it is read.

use std::borrow::Cow;
use std::ffi::CStr;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use rquickjs::{Array, ArrayBuffer, Ctx, Object, Persistent, Result, Value};

use super::forms;
use super::params::ResponseType;
use super::state::HttpState;
use crate::error;
use crate::ffi::{self, Call, Lazy, LazyClass, Named, Property};
use crate::gjson;
use crate::modules::globals;

/// What was sent, for `response.request`.
pub(super) struct Sent {
    pub(super) method: Option<net::Method>,
    pub(super) url: Rc<str>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<(String, String, bool)>,
    pub(super) body: Bytes,
}

/// The data of a response; a failed request has status 0 and an error.
pub(super) struct Response {
    pub(super) url: Rc<str>,
    pub(super) status: u16,
    pub(super) status_text: Cow<'static, str>,
    pub(super) proto: &'static str,
    pub(super) remote: Option<std::net::SocketAddr>,
    pub(super) headers: net::Headers,
    pub(super) cookies: Vec<net::cookie::Cookie>,
    /// `None` reads as `null`.
    pub(super) body: Option<Bytes>,
    pub(super) response_type: ResponseType,
    pub(super) trail: Option<net::Trail>,
    pub(super) tls: Option<Arc<net::TlsInfo>>,
    pub(super) error: String,
    pub(super) error_code: u16,
    pub(super) sent: Sent,
}

static JSON: Named = Named::new(json);
static HTML: Named = Named::new(forms::html);
static SUBMIT_FORM: Named = Named::new(forms::submit_form);
static CLICK_LINK: Named = Named::new(forms::click_link);

impl Lazy for Response {
    const CLASS: &'static CStr = c"Response";
    const KEYS: &'static [&'static str] = &[
        "remote_ip",
        "remote_port",
        "url",
        "status",
        "status_text",
        "proto",
        "headers",
        "cookies",
        "body",
        "timings",
        "tls_version",
        "tls_cipher_suite",
        "ocsp",
        "error",
        "error_code",
        "request",
        "json",
        "html",
        "submitForm",
        "clickLink",
    ];

    fn property<'js>(&self, context: &Ctx<'js>, key: usize) -> Result<Property<'js>> {
        let text = |text: &str| fresh_text(context, text);
        let number = |number: f64| Ok(Property::Fresh(Value::new_number(context.clone(), number)));
        match Self::KEYS[key] {
            "status" => number(f64::from(self.status)),
            "body" => self.body_value(context).map(Property::Kept),
            "json" => method(context, c"json", &JSON),
            "headers" => self.headers_value(context).map(Property::Kept),
            "timings" => self.timings(context).map(Property::Kept),
            "error" => text(&self.error),
            "error_code" => number(f64::from(self.error_code)),
            "url" => text(&self.url),
            "status_text" => text(&self.status_text),
            "proto" => text(self.proto),
            "remote_ip" => text(&self.remote.map(|remote| remote.ip().to_string()).unwrap_or_default()),
            "remote_port" => number(self.remote.map_or(0.0, |remote| f64::from(remote.port()))),
            "cookies" => self.cookies_value(context).map(Property::Kept),
            "tls_version" => text(self.tls.as_ref().map_or("", |tls| tls.version)),
            "tls_cipher_suite" => text(self.tls.as_ref().map_or("", |tls| tls.cipher_suite.as_str())),
            "ocsp" => self.ocsp(context).map(Property::Kept),
            "request" => self.request(context).map(Property::Kept),
            "html" => method(context, c"html", &HTML),
            "submitForm" => method(context, c"submitForm", &SUBMIT_FORM),
            _ => method(context, c"clickLink", &CLICK_LINK),
        }
    }
}

fn fresh_text<'js>(context: &Ctx<'js>, text: &str) -> Result<Property<'js>> {
    Ok(Property::Fresh(rquickjs::String::from_str(context.clone(), text)?.into_value()))
}

/// A method of responses, one function object per user.
fn method<'js>(context: &Ctx<'js>, name: &'static CStr, function: &'static Named) -> Result<Property<'js>> {
    let host = ffi::host(context);
    let key = match name.to_str() {
        Ok("json") => "response.json",
        Ok("html") => "response.html",
        Ok("submitForm") => "response.submitForm",
        _ => "response.clickLink",
    };
    if let Some(known) = host.builtins.borrow().get(key) {
        return Ok(Property::Fresh(known.clone().restore(context)?.into_value()));
    }
    let made = ffi::function(context, name, 1, function)?;
    let object = made.clone().into_object().expect("a function is an object");
    host.builtins.borrow_mut().insert(key, Persistent::save(context, object));
    Ok(Property::Fresh(made))
}

impl Response {
    /// A response's object.
    pub(super) fn into_object<'js>(self: Box<Self>, context: &Ctx<'js>) -> Result<Value<'js>> {
        HttpState::of(ffi::host(context)).response_class(context)?.make(context, self)
    }

    /// The body as it was received, unless the script did not want it.
    pub(super) fn content(&self) -> Option<&Bytes> {
        self.body.as_ref().filter(|_| self.response_type != ResponseType::None)
    }

    fn body_value<'js>(&self, context: &Ctx<'js>) -> Result<Value<'js>> {
        let Some(body) = &self.body else { return Ok(Value::new_null(context.clone())) };
        match self.response_type {
            ResponseType::None => Ok(Value::new_null(context.clone())),
            ResponseType::Binary => Ok(ArrayBuffer::new_copy(context.clone(), body)?.into_value()),
            ResponseType::View if !ffi::host(context).features.get().typed_arrays => {
                Ok(Value::new_null(context.clone()))
            }
            ResponseType::View => {
                Ok(rquickjs::TypedArray::<u8>::new(context.clone(), body.to_vec())?.into_value())
            }
            ResponseType::Text => {
                let text = String::from_utf8_lossy(body);
                Ok(rquickjs::String::from_str(context.clone(), &text)?.into_value())
            }
        }
    }

    fn headers_value<'js>(&self, context: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(context.clone())?;
        for (name, value) in self.headers.joined() {
            object.set(name.as_str(), value.as_str())?;
        }
        Ok(object.into_value())
    }

    fn timings<'js>(&self, context: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(context.clone())?;
        let trail = self.trail.as_ref();
        let phase =
            |of: fn(&net::Trail) -> model::Nanos| trail.map_or(0.0, |trail| of(trail).as_millis_f64());
        object.set("duration", phase(net::Trail::duration))?;
        object.set("blocked", phase(net::Trail::blocked))?;
        object.set("looking_up", phase(net::Trail::looking_up))?;
        object.set("connecting", phase(net::Trail::connecting))?;
        object.set("tls_handshaking", phase(net::Trail::tls_handshaking))?;
        object.set("sending", phase(net::Trail::sending))?;
        object.set("waiting", phase(net::Trail::waiting))?;
        object.set("receiving", phase(net::Trail::receiving))?;
        Ok(object.into_value())
    }

    fn cookies_value<'js>(&self, context: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(context.clone())?;
        for cookie in &self.cookies {
            let entry = Object::new(context.clone())?;
            entry.set("name", cookie.name.as_str())?;
            entry.set("value", cookie.value.as_str())?;
            entry.set("domain", cookie.domain.as_str())?;
            entry.set("path", cookie.path.as_str())?;
            entry.set("http_only", cookie.http_only)?;
            entry.set("secure", cookie.secure)?;
            entry.set("max_age", cookie.max_age as f64)?;
            entry.set("expires", cookie.expires_ms as f64)?;
            let known: Option<Array<'js>> = object.get(cookie.name.as_str())?;
            let list = match known {
                Some(list) => list,
                None => {
                    let list = Array::new(context.clone())?;
                    object.set(cookie.name.as_str(), list.clone())?;
                    list
                }
            };
            list.set(list.len(), entry)?;
        }
        Ok(object.into_value())
    }

    fn ocsp<'js>(&self, context: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(context.clone())?;
        for name in ["produced_at", "this_update", "next_update", "revoked_at"] {
            object.set(name, 0)?;
        }
        object.set("revocation_reason", "")?;
        object.set("status", if self.tls.is_some() { "unknown" } else { "" })?;
        Ok(object.into_value())
    }

    fn request<'js>(&self, context: &Ctx<'js>) -> Result<Value<'js>> {
        let object = Object::new(context.clone())?;
        object.set("method", self.sent.method.as_ref().map_or("", net::Method::as_str))?;
        object.set("url", self.sent.url.as_ref())?;
        let headers = Object::new(context.clone())?;
        for (name, value) in &self.sent.headers {
            headers.set(name.as_str(), vec![value.as_str()])?;
        }
        // What every request says of its sender is not kept with each.
        let agent = ffi::host(context).worker().net.settings().user_agent.as_str();
        let own = self.sent.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
        if self.sent.method.is_some() && !own && !agent.is_empty() {
            headers.set("User-Agent", vec![agent])?;
        }
        object.set("headers", headers)?;
        object.set("body", String::from_utf8_lossy(&self.sent.body).as_ref())?;
        let cookies = Object::new(context.clone())?;
        for (name, value, replace) in &self.sent.cookies {
            let entry = Object::new(context.clone())?;
            entry.set("name", name.as_str())?;
            entry.set("value", value.as_str())?;
            entry.set("replace", *replace)?;
            cookies.set(name.as_str(), vec![entry])?;
        }
        object.set("cookies", cookies)?;
        Ok(object.into_value())
    }
}

/// `response.json(selector?)`. The body is read from the object, because scripts may have replaced it.
fn json<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = call.this();
    let state = HttpState::of(call.host);
    let class = state.response_class(&call.ctx)?;
    let selector = call.value(0);
    let wants_all = selector.is_undefined() || selector.is_null();
    // A script that changes what it got finds its changes at the next call, as in k6.
    if let Some(known) = class.kept::<Response>(&this).filter(|_| wants_all) {
        return Ok(known);
    }
    let value = find(call, class, &this, (!wants_all).then_some(&selector))?;
    if wants_all && value.is_object() {
        class.keep::<Response>(&this, &value);
    }
    Ok(value)
}

/// What `selector` finds in the body of `this`; all of it without a selector.
fn find<'js>(
    call: &Call<'js>,
    class: &LazyClass,
    this: &Value<'js>,
    selector: Option<&Value<'js>>,
) -> Result<Value<'js>> {
    // On the hot path, the body is looked into where it was received.
    if let Some(response) =
        class.data::<Response>(this).filter(|_| !class.is_replaced::<Response>(this, BODY))
    {
        if let (Some(body), true) = (&response.body, response.response_type != ResponseType::None) {
            return select(call, body, selector);
        }
        return Err(error::throw(&call.ctx, NO_BODY));
    }
    let body: Value<'js> = match this.as_object() {
        Some(object) => object.get("body")?,
        None => call.undefined(),
    };
    match globals::bytes_of(&body) {
        Some(body) => select(call, &body, selector),
        None => Err(error::throw(&call.ctx, NO_BODY)),
    }
}

/// The place of `body` among the properties.
pub(super) const BODY: usize = 8;
const NO_BODY: &str = "the body is null so we can't transform it to JSON - this likely was because of a request \
    error getting the response";

fn select<'js>(call: &Call<'js>, body: &[u8], selector: Option<&Value<'js>>) -> Result<Value<'js>> {
    let Some(selector) = selector else { return whole(call, body) };
    let path = error::try_text_of(&call.ctx, selector)?;
    // A selector into something that is not JSON finds nothing.
    // It is searched on the thread's own stack, because the user's keeps every page it has touched.
    let found = fiber::on_root(|| if gjson::is_valid(body) { gjson::get(body, &path) } else { None });
    match found {
        Some(found) => value_of(&call.ctx, &found),
        None => Ok(call.undefined()),
    }
}

fn whole<'js>(call: &Call<'js>, body: &[u8]) -> Result<Value<'js>> {
    call.ctx.json_parse(body).map_err(|_| {
        call.ctx.catch();
        // The message is Go's, with the place counted as k6 counts it.
        let message = gjson::syntax_error(body).unwrap_or_else(|| "invalid JSON".to_owned());
        error::throw(&call.ctx, &message)
    })
}

/// A found JSON value as a script's value, without parsing scalars twice.
fn value_of<'js>(context: &Ctx<'js>, found: &gjson::Found<'_>) -> Result<Value<'js>> {
    match found {
        gjson::Found::Null => Ok(Value::new_null(context.clone())),
        gjson::Found::Bool(flag) => Ok(Value::new_bool(context.clone(), *flag)),
        gjson::Found::Number(number) => Ok(Value::new_number(context.clone(), *number)),
        gjson::Found::Text(text) => Ok(rquickjs::String::from_str(context.clone(), text)?.into_value()),
        gjson::Found::Json(json) => context.json_parse(json.as_bytes()),
    }
}
