//! `http.batch()`: several requests at once.

use std::collections::HashMap;
use std::rc::Rc;

use futures_util::future::join_all;
use model::{Level, Record};
use rquickjs::{Array, Object, Result, Value};
use tokio::sync::Semaphore;

use super::send::{self, Outcome, Prepared, Refused};
use super::state::HttpState;
use crate::error;
use crate::ffi::Call;

/// The place of a request in the result.
enum Slot {
    Ready(Box<Prepared>),
    Refused(Refused),
    /// Not a request at all, with what is wrong with it.
    Malformed(String),
}

pub(super) fn batch<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if call.host.in_init() {
        return Err(error::throw(&call.ctx, "Using batch in the init context is not supported"));
    }
    let argument = call.value(0);
    if let Some(list) = argument.as_array() {
        let items: Vec<(String, Value<'js>)> = list
            .iter::<Value<'js>>()
            .enumerate()
            .map(|(index, item)| Ok((index.to_string(), item?)))
            .collect::<Result<_>>()?;
        let values = run(call, &items)?;
        let result = Array::new(call.ctx.clone())?;
        for (index, value) in values.into_iter().enumerate() {
            result.set(index, value)?;
        }
        return Ok(result.into_value());
    }
    let Some(object) = argument.as_object() else {
        let kind = send::kind(&argument);
        return Err(error::throw(&call.ctx, &format!("invalid http.batch() argument type {kind}")));
    };
    let items: Vec<(String, Value<'js>)> = object.props::<String, Value<'js>>().collect::<Result<_>>()?;
    let values = run(call, &items)?;
    let result = Object::new(call.ctx.clone())?;
    for ((key, _), value) in items.into_iter().zip(values) {
        result.set(key, value)?;
    }
    Ok(result.into_value())
}

fn run<'js>(call: &Call<'js>, items: &[(String, Value<'js>)]) -> Result<Vec<Value<'js>>> {
    let slots: Vec<Slot> = items.iter().map(|(key, item)| slot(call, key, item)).collect::<Result<_>>()?;
    let outcomes = call.host.wait_in(&call.ctx, send_all(call, slots))?;
    let mut failure = None;
    let mut values = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        // All are recorded and all are said; the first that throws is what the script gets.
        match outcome.into_value(call) {
            Ok(value) => values.push(value),
            Err(error) => {
                failure.get_or_insert((error, call.ctx.catch()));
            }
        }
    }
    match failure {
        Some((_, thrown)) => Err(call.ctx.throw(thrown)),
        None => Ok(values),
    }
}

/// Reads one item: an address, an array of arguments or an object.
///
/// # Errors
/// What the script's own code threw; then nothing of the batch is sent.
fn slot<'js>(call: &Call<'js>, key: &str, item: &Value<'js>) -> Result<Slot> {
    let undefined = call.undefined();
    let prepared = if let Some(list) = item.as_array() {
        if list.len() < 2 {
            return Ok(Slot::Malformed(format!("invalid batch request '{}{{}}'", send::kind(item))));
        }
        let method = error::try_text_of(&call.ctx, &list.get::<Value<'js>>(0)?)?;
        send::prepare(call, &method, &list.get(1)?, &list.get(2)?, &list.get(3)?)?
    } else if let Some(object) = item.as_object().filter(|_| !super::template::is_template(item)) {
        let url: Value<'js> = object.get("url")?;
        if url.is_undefined() {
            return Ok(Slot::Malformed(format!("batch request {key} doesn't have a url key")));
        }
        let method: Value<'js> = object.get("method")?;
        let method =
            if method.is_undefined() { "GET".to_owned() } else { error::try_text_of(&call.ctx, &method)? };
        send::prepare(call, &method, &url, &object.get("body")?, &object.get("params")?)?
    } else {
        send::prepare(call, "GET", item, &undefined, &undefined)?
    };
    Ok(match prepared {
        Ok(prepared) => Slot::Ready(prepared),
        Err(refused) if refused.code == 1020 && refused.url.is_empty() => Slot::Malformed(refused.message),
        Err(refused) => Slot::Refused(refused),
    })
}

/// Sends all requests, as many at once as the options allow.
async fn send_all(call: &Call<'_>, slots: Vec<Slot>) -> Vec<Outcome> {
    let host = call.host;
    let run = host.shared.run();
    let limit = |most: usize| Rc::new(Semaphore::new(if most == 0 { Semaphore::MAX_PERMITS } else { most }));
    let all = limit(run.batch);
    let mut by_host: HashMap<String, Rc<Semaphore>> = HashMap::new();
    let client = HttpState::of(host).client(host);
    let requests = slots.into_iter().map(|slot| {
        let each = match &slot {
            Slot::Ready(prepared) => {
                Some(by_host.entry(prepared.authority()).or_insert_with(|| limit(run.batch_per_host)).clone())
            }
            Slot::Refused(_) | Slot::Malformed(_) => None,
        };
        let all = all.clone();
        async move {
            match slot {
                Slot::Ready(prepared) => {
                    let each = each.expect("a request that is ready has a host");
                    // The host's place first: waiting for it must not keep others from their turn.
                    let _host_place = each.acquire().await;
                    let _place = all.acquire().await;
                    send::perform(host, client, prepared).await
                }
                Slot::Refused(refused) => Outcome::refused(refused),
                Slot::Malformed(message) => {
                    host.shared.log.log(
                        Record::new(Level::Warning, "A batch request failed").with("error", message.clone()),
                    );
                    Outcome::malformed(message)
                }
            }
        }
    });
    join_all(requests).await
}
