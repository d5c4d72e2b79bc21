//! `http.get()` and its siblings, and `http.asyncRequest()`.

use model::Level;
use rquickjs::{Function, Persistent, Promise, Result, Value};

use super::send::{self, Prepared, Refused};
use super::state::HttpState;
use crate::error;
use crate::ffi::Call;
use crate::vu::Host;

pub(super) fn get<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    without_body(call, "GET", "get")
}

pub(super) fn head<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    without_body(call, "HEAD", "head")
}

pub(super) fn post<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    with_body(call, "POST")
}

pub(super) fn put<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    with_body(call, "PUT")
}

pub(super) fn patch<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    with_body(call, "PATCH")
}

pub(super) fn del<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    with_body(call, "DELETE")
}

pub(super) fn options<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    with_body(call, "OPTIONS")
}

pub(super) fn request<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let method = method_of(call)?;
    send_now(call, &method, &call.value(1), &call.value(2), &call.value(3))
}

fn method_of(call: &Call<'_>) -> Result<String> {
    let method = call.value(0);
    if method.is_undefined() { Ok("GET".to_owned()) } else { error::try_text_of(&call.ctx, &method) }
}

fn without_body<'js>(call: &Call<'js>, method: &str, name: &str) -> Result<Value<'js>> {
    if call.len() > 2 {
        let count = call.len();
        call.host.log(
            Level::Warning,
            format!(
                "http.{name} only accepts a url and a params argument (2 arguments), but {count} were given"
            ),
        );
    }
    send_now(call, method, &call.value(0), &call.undefined(), &call.value(1))
}

fn with_body<'js>(call: &Call<'js>, method: &str) -> Result<Value<'js>> {
    send_now(call, method, &call.value(0), &call.value(1), &call.value(2))
}

/// Sends a request and waits for its response.
pub(super) fn send_now<'js>(
    call: &Call<'js>,
    method: &str,
    url: &Value<'js>,
    body: &Value<'js>,
    params: &Value<'js>,
) -> Result<Value<'js>> {
    send::outside_init(call)?;
    let prepared = match send::prepare(call, method, url, body, params)? {
        Ok(prepared) => prepared,
        Err(refused) => return refused.into_value(call),
    };
    let outcome = wait_for(call, prepared)?;
    outcome.into_value(call)
}

/// Apart from [`send_now`], so that the large future does not lie on the stack while the request is put
/// together and the response is made: the user's stack keeps every page it has touched.
#[inline(never)]
fn wait_for(call: &Call<'_>, prepared: Box<Prepared>) -> Result<send::Outcome> {
    let client = HttpState::of(call.host).client(call.host);
    // Pinned here: handing the future down by value would copy it at each step.
    let work = std::pin::pin!(send::perform(call.host, client, prepared));
    call.host.wait_in(&call.ctx, work)
}

pub(super) fn async_request<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    send::outside_init(call)?;
    let method = method_of(call)?;
    let prepared = send::prepare(call, &method, &call.value(1), &call.value(2), &call.value(3))?;
    let (promise, resolve, reject) = Promise::new(&call.ctx)?;
    match prepared {
        Ok(prepared) => start(call, prepared, resolve, reject),
        Err(refused) => settle_refused(call, refused, &resolve, &reject)?,
    }
    Ok(promise.into_value())
}

/// Settles the promise of a request that was never sent.
fn settle_refused<'js>(
    call: &Call<'js>,
    refused: Refused,
    resolve: &Function<'js>,
    reject: &Function<'js>,
) -> Result<()> {
    if refused.throw {
        return reject.call((refused.message,));
    }
    resolve.call((refused.into_value(call)?,))
}

/// Sends in the background; the event loop settles the promise.
fn start<'js>(call: &Call<'js>, prepared: Box<Prepared>, resolve: Function<'js>, reject: Function<'js>) {
    let client = HttpState::of(call.host).client(call.host).clone();
    let resolve = Persistent::save(&call.ctx, resolve);
    let reject = Persistent::save(&call.ctx, reject);
    // The session outlives its event loop, which is cleared before the host goes.
    let host = call.host.handle();
    call.host.events.spawn(Box::pin(async move {
        let host: &Host = &host;
        let outcome = send::perform(host, &client, prepared).await;
        let throws = outcome.throws();
        let (failure, response) = (outcome.failure, outcome.response);
        if let Some(message) = failure.as_ref().filter(|_| !throws) {
            send::warn_failed(host, message);
        }
        let complete: crate::vu::Completion = Box::new(move |context| {
            if throws {
                return reject.restore(context)?.call((failure.unwrap_or_default(),));
            }
            let value = response.into_object(context)?;
            resolve.restore(context)?.call((value,))
        });
        complete
    }));
}
