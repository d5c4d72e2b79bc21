//! `fetch()` and the module `http` of code: a request that goes out of the plan's own way and is not measured.
//!
//! Whoever runs the code says how it is sent, with [`CodeWorker::set_fetch`]; without that `fetch()` is refused.

use std::rc::Rc;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use rquickjs::{Array, ArrayBuffer, Ctx, Exception, Function, Object, Persistent, Promise, Result, Value};

use super::CodeWorker;
use super::worker::state;
use crate::error;
use crate::ffi::{Call, Member, Table};
use crate::modules::globals::bytes_of;
use crate::vu::Completion;

/// What code asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchRequest {
    /// The method, in upper case.
    pub method: String,
    /// The address.
    pub url: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body; nothing when there is none.
    pub body: Option<Bytes>,
    /// Whether redirects are followed.
    pub follow: bool,
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchResponse {
    /// The address that answered.
    pub url: String,
    /// The status.
    pub status: u16,
    /// The words beside it.
    pub status_text: String,
    /// Names and values, in their order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchError {
    /// As Node.js has it, such as `ECONNREFUSED`; nothing when it has none.
    pub code: Option<String>,
    /// In words.
    pub message: String,
}

/// Sends the requests of `fetch()` and of the module `http`.
pub trait Fetch {
    /// Sends one request.
    fn fetch(
        &self,
        request: FetchRequest,
    ) -> LocalBoxFuture<'static, std::result::Result<FetchResponse, FetchError>>;
}

impl CodeWorker {
    /// Says how `fetch()` sends its requests.
    pub fn set_fetch(&self, fetch: Rc<dyn Fetch>) {
        self.state().fetch.replace(Some(fetch));
    }
}

/// What `fetch.js` finds.
pub(super) static NATIVE: Table = Table::new(&[
    Member::Method(c"isOffered", 0, |call| {
        let offered = state(&call.ctx).fetch.borrow().is_some();
        Ok(Value::new_bool(call.ctx.clone(), offered))
    }),
    Member::Method(c"send", 5, send),
]);

/// `send(method, url, [[name, value], …], body, follow)`: a promise of the parts of the answer; `undefined` when
/// requests cannot be sent.
fn send<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let Some(fetch) = state(&call.ctx).fetch.borrow().clone() else { return Ok(call.undefined()) };
    let text = |index| error::text_of(&call.ctx, &call.value(index));
    let mut headers = Vec::new();
    for pair in call.get::<Array<'js>>(2)?.iter::<Array<'js>>() {
        let pair = pair?;
        headers.push((pair.get(0)?, pair.get(1)?));
    }
    let request = FetchRequest {
        method: text(0),
        url: text(1),
        headers,
        body: if call.value(3).is_undefined() { None } else { bytes_of(&call.value(3)) },
        follow: call.get(4)?,
    };
    let (promise, resolve, reject) = Promise::new(&call.ctx)?;
    let (resolve, reject) = (Persistent::save(&call.ctx, resolve), Persistent::save(&call.ctx, reject));
    let answer = fetch.fetch(request);
    call.host.events.spawn(Box::pin(async move {
        let answer = answer.await;
        let settle: Completion = Box::new(move |context| settle(context, resolve, reject, answer));
        settle
    }));
    Ok(promise.into_value())
}

fn settle(
    context: &Ctx<'_>,
    resolve: Persistent<Function<'static>>,
    reject: Persistent<Function<'static>>,
    answer: std::result::Result<FetchResponse, FetchError>,
) -> Result<()> {
    match answer {
        Ok(answer) => resolve.restore(context)?.call((parts(context, answer)?,)),
        Err(why) => {
            let failed = Exception::from_message(context.clone(), &why.message)?.into_object();
            if let Some(code) = why.code {
                failed.set("code", code)?;
            }
            reject.restore(context)?.call((failed,))
        }
    }
}

fn parts<'js>(context: &Ctx<'js>, answer: FetchResponse) -> Result<Object<'js>> {
    let headers = Array::new(context.clone())?;
    for (index, (name, value)) in answer.headers.into_iter().enumerate() {
        let pair = Array::new(context.clone())?;
        pair.set(0, name)?;
        pair.set(1, value)?;
        headers.set(index, pair)?;
    }
    let parts = Object::new(context.clone())?;
    parts.set("url", answer.url)?;
    parts.set("status", answer.status)?;
    parts.set("statusText", answer.status_text)?;
    parts.set("headers", headers)?;
    parts.set("body", ArrayBuffer::new(context.clone(), Vec::from(answer.body))?)?;
    Ok(parts)
}
