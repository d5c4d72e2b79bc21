//! What `fetch` needs of `k6/http`: requests that can be aborted, and answers whose parts are read one by one.
//!
//! A request goes the way of `http.asyncRequest`, so its samples and tags are the same. The objects that scripts
//! see are made in `modules::web`.

use std::collections::HashMap;
use std::rc::Rc;

use bytes::Bytes;
use rquickjs::{Array, Coerced, Function, Object, Persistent, Promise, Result, Value};
use tokio::sync::Notify;

use super::response::Response;
use super::send::{self, Prepared};
use super::state::HttpState;
use crate::error;
use crate::ffi::{self, Call, Named};
use crate::vu::{Completion, Host};

/// Requests under way, by number.
#[derive(Default)]
pub(super) struct Fetches {
    last: u32,
    open: HashMap<u32, Rc<Notify>>,
}

/// `send(method, url, body, params)`: `[promise, abort]`. The promise gets the answer, also that of a request
/// which failed; `abort()` makes it fail.
pub(crate) fn send<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    static ABORT: Named = Named::new(abort);
    send::outside_init(call)?;
    let method = error::text_of(&call.ctx, &call.value(0));
    let mut prepared = send::prepare(call, &method, &call.value(1), &call.value(2), &call.value(3))?
        .map_err(|refused| error::throw_named(&call.ctx, "TypeError", &refused.message))?;
    let cancel = Rc::new(Notify::new());
    prepared.cancelled_by(&cancel);
    let number = {
        let mut fetches = HttpState::of(call.host).fetches.borrow_mut();
        fetches.last = fetches.last.wrapping_add(1);
        let number = fetches.last;
        fetches.open.insert(number, cancel);
        number
    };
    let (promise, resolve, _) = Promise::new(&call.ctx)?;
    start(call, number, prepared, resolve);
    let both = Array::new(call.ctx.clone())?;
    both.set(0, promise)?;
    let number = Value::new_number(call.ctx.clone(), f64::from(number));
    both.set(1, ffi::bound(&call.ctx, 0, &ABORT, &[number])?)?;
    Ok(both.into_value())
}

fn abort<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let number = call.data(0).get::<Coerced<f64>>()?.0 as u32;
    if let Some(cancel) = HttpState::of(call.host).fetches.borrow_mut().open.remove(&number) {
        cancel.notify_one();
    }
    Ok(call.undefined())
}

fn start<'js>(call: &Call<'js>, number: u32, prepared: Box<Prepared>, resolve: Function<'js>) {
    let client = HttpState::of(call.host).client(call.host).clone();
    let resolve = Persistent::save(&call.ctx, resolve);
    let host = call.host.handle();
    call.host.events.spawn(Box::pin(async move {
        let host: &Host = &host;
        let outcome = send::perform(host, &client, prepared).await;
        HttpState::of(host).fetches.borrow_mut().open.remove(&number);
        let response = outcome.response;
        let complete: Completion = Box::new(move |context| {
            let value = response.into_object(context)?;
            resolve.restore(context)?.call((value,))
        });
        complete
    }));
}

/// `head(answer)`: status, text, address and headers of an answer, and what failed.
pub(crate) fn head<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let answer = call.value(0);
    let class = HttpState::of(call.host).response_class(&call.ctx)?;
    let response = class.data::<Response>(&answer).expect("fetch passes what `send` resolved with");
    let head = Object::new(call.ctx.clone())?;
    head.set("status", response.status)?;
    // The text comes with the number in front of it.
    let text = response.status_text.split_once(' ').map_or("", |(_, text)| text);
    head.set("statusText", text)?;
    head.set("url", response.url.as_ref())?;
    head.set("error", response.error.as_str())?;
    head.set("errorCode", response.error_code)?;
    let headers = Array::new(call.ctx.clone())?;
    for (name, value) in response.headers.iter() {
        // Headers are bytes; each is a character here, as in browsers.
        let latin = |bytes: &[u8]| bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
        headers.set(headers.len(), latin(name))?;
        headers.set(headers.len(), latin(value))?;
    }
    head.set("headers", headers)?;
    Ok(head.into_value())
}

/// The body of an answer of this user.
pub(crate) fn body_of(value: &Value<'_>) -> Option<Bytes> {
    let class = ffi::host(value.ctx()).http.get()?.response_class(value.ctx()).ok()?;
    let response = class.data::<Response>(value)?;
    Some(response.body.clone().unwrap_or_default())
}
