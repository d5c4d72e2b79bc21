//! `k6`: check, fail, group, sleep, randomSeed.

use metrics::builtin;
use rquickjs::{Ctx, Exception, Object, Result, Value};

use super::{Builtin, tags};
use crate::error;
use crate::ffi::{self, Call, Keys, Member, Table};

pub(super) const MODULE: Builtin = Builtin { name: "k6", exports: || Box::new(TABLE.names()), build };

static TABLE: Table = Table::new(&[
    Member::Method(c"check", 2, check),
    Member::Method(c"fail", 1, fail),
    Member::Method(c"group", 2, group),
    Member::Method(c"randomSeed", 1, random_seed),
    Member::Method(c"sleep", 1, sleep),
]);

/// What `check` says of a predicate that returns a promise.
const ASYNC_CHECK: &str = "the built-in check() does not support async functions as arguments. Use the \
    JavaScript utils library as a replacement. Refer to \
    https://grafana.com/docs/k6/latest/javascript-api/jslib/utils/check/ for more info";
const ASYNC_GROUP: &str = "group() does not support async functions as arguments, please see \
    https://grafana.com/docs/k6/latest/javascript-api/k6/group/ for more info";
const BAD_NAME: &str = "group and check names may not contain '::'";
/// Names of checks that a user remembers; scripts that make up names must not fill memory.
const CHECK_NAMES_MAX: usize = 512;

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

fn check<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let host = call.host;
    if host.in_init() {
        return Err(error::throw(&call.ctx, "Using check() in the init context is not supported"));
    }
    if call.len() < 2 {
        return Err(error::throw(&call.ctx, "no checks provided to `check`"));
    }
    let subject = call.value(0);
    let sets = call.value(1);
    let Some(sets) = sets.as_object() else {
        let shown = error::text_of(&call.ctx, &sets);
        return Err(Exception::throw_type(&call.ctx, &format!("Cannot convert {shown} to object")));
    };
    let mut base = host.tags.get();
    if call.len() > 2 {
        let pairs = tags::pairs(&call.value(2))?.map_err(|message| error::throw(&call.ctx, &message))?;
        base = tags::extend(&mut host.worker().recorder.borrow_mut(), base, &pairs);
    }
    let mut all = true;
    let keys = ffi::keys(sets)?;
    for index in 0..keys.len() {
        all &= check_one(call, base, &keys, index, &subject)?;
    }
    Ok(Value::new_bool(call.ctx.clone(), all))
}

/// Evaluates one check and records it; a predicate that throws counts as failed, then goes on throwing.
fn check_one<'js>(
    call: &Call<'js>,
    base: metrics::TagSetId,
    keys: &Keys<'js>,
    index: usize,
    subject: &Value<'js>,
) -> Result<bool> {
    let host = call.host;
    let name = check_name(call, keys, index)?;
    let outcome = match keys.value(index)?.try_into_function() {
        Ok(function) => function.call::<_, Value<'js>>((subject.clone(),)),
        Err(value) => Ok(value),
    };
    if let Ok(value) = &outcome
        && value.is_promise()
    {
        return Err(error::throw(&call.ctx, ASYNC_CHECK));
    }
    let passed = outcome.as_ref().is_ok_and(ffi::truthy);
    let tags = {
        let worker = host.worker();
        if host.shared.run().system_tags.check {
            worker.recorder.borrow_mut().with_tag(base, worker.keys.check, name)
        } else {
            base
        }
    };
    host.add(builtin::CHECKS, tags, f64::from(u8::from(passed)));
    outcome.map(|_| passed)
}

/// The interned name of a check, remembered by the atom of its key so that no text is made on the hot path.
fn check_name<'js>(call: &Call<'js>, keys: &Keys<'js>, index: usize) -> Result<metrics::Sym> {
    let host = call.host;
    let number = keys.atom(index);
    if let Some(&known) = host.check_names.borrow().get(&number) {
        return Ok(known);
    }
    let text = keys.text(index)?;
    if text.contains("::") {
        return Err(error::throw(&call.ctx, BAD_NAME));
    }
    let name = host.worker().recorder.borrow_mut().sym(&text);
    let mut names = host.check_names.borrow_mut();
    if names.len() < CHECK_NAMES_MAX {
        // The atom must stay alive, or its number could be given to another name.
        keys.keep(index);
        names.insert(number, name);
    }
    Ok(name)
}

fn fail<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let message = call.value(0);
    let message =
        if message.is_undefined() { String::new() } else { error::try_text_of(&call.ctx, &message)? };
    Err(error::throw(&call.ctx, &message))
}

fn group<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let host = call.host;
    if host.in_init() {
        return Err(error::throw(&call.ctx, "Using group() in the init context is not supported"));
    }
    let name = error::try_text_of(&call.ctx, &call.value(0))?;
    let Some(function) = call.value(1).into_function() else {
        return Err(error::throw(&call.ctx, "group() requires a callback as a second argument"));
    };
    if ffi::is_async(&function) {
        return Err(error::throw(&call.ctx, ASYNC_GROUP));
    }
    if name.contains("::") {
        return Err(error::throw(&call.ctx, BAD_NAME));
    }
    let outer = host.group.borrow().clone();
    enter(call, format!("{outer}::{name}"));
    let started = host.now();
    let result = function.call::<_, Value<'js>>(());
    let duration = host.now() - started;
    host.add(builtin::GROUP_DURATION, host.tags.get(), duration.as_millis_f64());
    enter(call, outer);
    result
}

/// Makes `path` the current group.
fn enter(call: &Call<'_>, path: String) {
    let host = call.host;
    let worker = host.worker();
    if host.shared.run().system_tags.group {
        let mut recorder = worker.recorder.borrow_mut();
        let value = recorder.sym(&path);
        host.tags.set(recorder.with_tag(host.tags.get(), worker.keys.group, value));
    }
    host.group.replace(path);
}

fn random_seed<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let seed = call.get::<rquickjs::Coerced<f64>>(0)?.0;
    call.host.random.set(Some((seed as i64).cast_unsigned()));
    super::globals::seed_random(&call.ctx)?;
    Ok(call.undefined())
}

fn sleep<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let seconds = call.get::<rquickjs::Coerced<f64>>(0)?.0;
    if seconds.is_finite() && seconds > 0.0 {
        let host = call.host;
        let seconds = seconds * host.shared.time_scale();
        let until = host.now() + model::Nanos((seconds * 1e9) as u64);
        let instant = host.shared.clock.instant(until);
        host.wait_in(&call.ctx, tokio::time::sleep_until(instant.into()))?;
    }
    Ok(call.undefined())
}
