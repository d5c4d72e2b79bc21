//! Cookie jars of scripts.

use std::ffi::CStr;

use rquickjs::{Ctx, Exception, Object, Result, Value};

use super::state::{HttpState, SharedJar};
use crate::error;
use crate::ffi::{self, Call, Lazy, Named, Property};
use crate::vu::Host;

/// A script's object for a jar.
pub(super) struct JarObject(SharedJar);

static COOKIES_FOR_URL: Named = Named::new(cookies_for_url);
static SET: Named = Named::new(set);
static CLEAR: Named = Named::new(clear);
static DELETE: Named = Named::new(delete);

impl Lazy for JarObject {
    const CLASS: &'static CStr = c"CookieJar";
    const KEYS: &'static [&'static str] = &["cookiesForURL", "set", "clear", "delete"];

    fn property<'js>(&self, context: &Ctx<'js>, key: usize) -> Result<Property<'js>> {
        let (name, length, function) = match key {
            0 => (c"cookiesForURL", 1, &COOKIES_FOR_URL),
            1 => (c"set", 4, &SET),
            2 => (c"clear", 1, &CLEAR),
            _ => (c"delete", 2, &DELETE),
        };
        ffi::function(context, name, length, function).map(Property::Kept)
    }
}

pub(super) fn current_jar<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if call.host.in_init() {
        return Err(error::throw(&call.ctx, "Making cookie jars in the init context is not supported"));
    }
    let jar = HttpState::of(call.host).jar.borrow().clone();
    wrap(call, jar)
}

pub(super) fn new_jar<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    wrap(call, SharedJar::default())
}

fn wrap<'js>(call: &Call<'js>, jar: SharedJar) -> Result<Value<'js>> {
    HttpState::of(call.host).jar_class(&call.ctx)?.make(&call.ctx, Box::new(JarObject(jar)))
}

/// The jar behind a script's object.
pub(crate) fn jar_of(host: &Host, value: &Value<'_>) -> Option<SharedJar> {
    let class = HttpState::of(host).jar_class(value.ctx()).ok()?;
    class.data::<JarObject>(value).map(|object| object.0.clone())
}

fn receiver(call: &Call<'_>) -> Result<SharedJar> {
    jar_of(call.host, &call.this())
        .ok_or_else(|| Exception::throw_type(&call.ctx, "a cookie jar's method must be called on the jar"))
}

fn address(call: &Call<'_>) -> Result<net::Url> {
    let text = error::try_text_of(&call.ctx, &call.value(0))?;
    net::Url::parse(&text).map_err(|failure| error::throw(&call.ctx, &failure.to_string()))
}

fn cookies_for_url<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let url = address(call)?;
    let object = Object::new(call.ctx.clone())?;
    let jar = receiver(call)?;
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in jar.borrow_mut().cookies_for(&url) {
        match grouped.iter_mut().find(|entry| entry.0 == name) {
            Some(entry) => entry.1.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    for (name, values) in grouped {
        object.set(name, values)?;
    }
    Ok(object.into_value())
}

fn set<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let url = address(call)?;
    let name = error::try_text_of(&call.ctx, &call.value(1))?;
    let value = error::try_text_of(&call.ctx, &call.value(2))?;
    let mut options = net::cookie::SetOptions::default();
    if let Some(given) = call.value(3).as_object() {
        let text = |key: &str| -> Result<Option<String>> {
            let value: Value<'js> = given.get(key)?;
            let there = !value.is_undefined() && !value.is_null();
            there.then(|| error::try_text_of(&call.ctx, &value)).transpose()
        };
        let flag = |key: &str| given.get::<_, Value<'js>>(key).map(|value| value.as_bool().unwrap_or(false));
        options.domain = text("domain")?;
        options.path = text("path")?;
        options.expires = text("expires")?;
        options.max_age = text("max_age")?.and_then(|age| age.parse().ok());
        options.secure = flag("secure")?;
        options.http_only = flag("http_only")?;
    }
    let jar = receiver(call)?;
    let done = jar.borrow_mut().set(&url, &name, &value, &options);
    match done {
        Ok(()) => Ok(Value::new_bool(call.ctx.clone(), true)),
        Err(failure) => {
            let date = options.expires.as_deref().unwrap_or_default();
            let message = format!("unable to parse \"expires\" date string {date:?}: {failure}");
            Err(error::throw(&call.ctx, &message))
        }
    }
}

fn clear<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let url = address(call)?;
    receiver(call)?.borrow_mut().clear(&url);
    Ok(call.undefined())
}

fn delete<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let url = address(call)?;
    let name = call.value(1);
    if name.is_undefined() {
        return Err(Exception::throw_type(&call.ctx, "delete() needs the name of a cookie"));
    }
    let name = error::try_text_of(&call.ctx, &name)?;
    receiver(call)?.borrow_mut().delete(&url, &name);
    Ok(call.undefined())
}
