//! `k6/execution`: where a script runs, and how it steers the run.

use model::Level;
use rquickjs::{Ctx, Exception, Function, Object, Result, Value};

use super::{Builtin, globals, tags};
use crate::error;
use crate::ffi::{self, Call, Member, Named, Table};
use crate::vu::Stage;

pub(super) const MODULE: Builtin = Builtin { name: "k6/execution", exports: || Box::new(names()), build };

fn names() -> impl Iterator<Item = &'static std::ffi::CStr> {
    [c"instance", c"scenario", c"test", c"vu"].into_iter()
}

static INSTANCE: Table = Table::new(&[
    Member::Getter(c"currentTestRunDuration", |call| number(call, instance(call)?.elapsed_ms)),
    Member::Getter(c"iterationsCompleted", |call| number(call, instance(call)?.completed)),
    Member::Getter(c"iterationsInterrupted", |call| number(call, instance(call)?.interrupted)),
    Member::Getter(c"vusActive", |call| number(call, instance(call)?.active)),
    Member::Getter(c"vusInitialized", |call| number(call, instance(call)?.initialised)),
]);

static SCENARIO: Table = Table::new(&[
    Member::Getter(c"name", |call| text(call, &scenario(call)?.name)),
    Member::Getter(c"executor", |call| text(call, scenario(call)?.executor.kind())),
    Member::Getter(c"startTime", start_time),
    Member::Getter(c"progress", progress),
    Member::Getter(c"iterationInInstance", |call| {
        scenario(call)?;
        number(call, call.host.iteration.get().map_or(0.0, |it| it.in_instance as f64))
    }),
    Member::Getter(c"iterationInTest", |call| {
        scenario(call)?;
        number(call, call.host.iteration.get().map_or(0.0, |it| it.in_test as f64))
    }),
]);

static TEST: Table = Table::new(&[
    Member::Method(c"abort", 1, abort),
    Member::Method(c"fail", 1, fail),
    Member::Getter(c"options", options),
]);

static VU: Table = Table::new(&[
    Member::Getter(c"idInInstance", |call| {
        user(call)?;
        number(call, call.host.ids.in_instance as f64)
    }),
    Member::Getter(c"idInTest", |call| {
        user(call)?;
        number(call, call.host.ids.in_test as f64)
    }),
    Member::Getter(c"iterationInInstance", |call| {
        user(call)?;
        number(call, call.host.iterations.get() as f64)
    }),
    Member::Getter(c"iterationInScenario", |call| {
        user(call)?;
        number(call, call.host.iteration.get().map_or(0.0, |it| it.in_vu_scenario as f64))
    }),
    Member::Getter(c"tags", vu_tags),
    Member::Getter(c"metrics", vu_metrics),
]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let module = Object::new(context.clone())?;
    for (name, table) in [("instance", &INSTANCE), ("scenario", &SCENARIO), ("test", &TEST), ("vu", &VU)] {
        let object = Object::new(context.clone())?;
        ffi::define(context, &object, table)?;
        module.set(name, object)?;
    }
    Ok(module)
}

fn number<'js>(call: &Call<'js>, value: f64) -> Result<Value<'js>> {
    Ok(Value::new_number(call.ctx.clone(), value))
}

fn text<'js>(call: &Call<'js>, value: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(call.ctx.clone(), value)?.into_value())
}

/// The counters of the run.
struct Instance {
    elapsed_ms: f64,
    completed: f64,
    interrupted: f64,
    active: f64,
    initialised: f64,
}

fn instance(call: &Call<'_>) -> Result<Instance> {
    // k6 says "init context" of teardown, too: by then its run state is gone.
    if matches!(call.host.stage.get(), Stage::Init | Stage::Teardown | Stage::Summary) {
        return Err(error::throw(
            &call.ctx,
            "getting instance information in the init context is not supported",
        ));
    }
    let control = &call.host.shared.run().control;
    Ok(Instance {
        elapsed_ms: control.elapsed(call.host.now()).as_millis_f64(),
        completed: control.iterations_completed() as f64,
        interrupted: control.iterations_interrupted() as f64,
        active: control.vus_active() as f64,
        initialised: control.vus_initialised() as f64,
    })
}

fn scenario(call: &Call<'_>) -> Result<std::sync::Arc<engine::ScenarioInfo>> {
    let scenario = call.host.scenario.borrow().clone();
    scenario.filter(|_| call.host.stage.get() == Stage::Iteration).ok_or_else(|| {
        error::throw(&call.ctx, "getting scenario information outside of the VU context is not supported")
    })
}

fn state<'a>(call: &'a Call<'_>, scenario: &engine::ScenarioInfo) -> &'a engine::ScenarioState {
    call.host.shared.run().control.scenario(scenario.index)
}

fn user(call: &Call<'_>) -> Result<()> {
    if call.host.in_init() {
        return Err(error::throw(&call.ctx, "getting VU information in the init context is not supported"));
    }
    Ok(())
}

fn start_time<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let scenario = scenario(call)?;
    let unix_ms =
        call.host.shared.clock.unix_ns(state(call, &scenario).begin().unwrap_or_default()) / 1_000_000;
    number(call, unix_ms as f64)
}

fn progress<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let scenario = scenario(call)?;
    number(call, state(call, &scenario).progress(call.host.now()))
}

fn options<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if call.host.in_init() {
        return Err(error::throw(&call.ctx, "getting test options in the init context is not supported"));
    }
    let host = call.host;
    if let Some(known) = host.builtins.borrow().get("options") {
        return Ok(known.clone().restore(&call.ctx)?.into_value());
    }
    let json = host.shared.run().options.to_string();
    let value: Object<'js> = call.ctx.json_parse(json)?.get()?;
    let freeze: Function<'js> = globals::glue(&call.ctx)?.get("freeze")?;
    let value: Object<'js> = freeze.call((value,))?;
    host.builtins.borrow_mut().insert("options", rquickjs::Persistent::save(&call.ctx, value.clone()));
    Ok(value.into_value())
}

// --- steering

fn abort<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let reason = call.value(0);
    let mut message = "test aborted".to_owned();
    if !reason.is_undefined() {
        message = format!("{message}: {}", error::try_text_of(&call.ctx, &reason)?);
    }
    // k6 tells where it was called, but for setup and teardown.
    if matches!(call.host.stage.get(), Stage::Init | Stage::Iteration)
        && let Some(place) = caller(&call.ctx)
    {
        message = format!("{message} at {place}");
    }
    call.host.shared.abort(&message);
    call.host.interrupt();
    Err(ffi::uncatchable(&call.ctx, &message))
}

/// The script's frame that called the host, as `function (file:line:column)`.
fn caller(context: &Ctx<'_>) -> Option<String> {
    let here = Exception::from_message(context.clone(), "").ok()?;
    let frames = error::frames(&here.stack()?);
    frames.lines().find_map(|line| line.trim().strip_prefix("at ").map(str::to_owned))
}

fn fail<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if call.host.in_init() {
        return Err(error::throw(&call.ctx, "using test.fail in the init context is not supported"));
    }
    let reason = call.value(0);
    let mut message = "test marked as failed".to_owned();
    if !reason.is_undefined() {
        message = format!("{message}: {}", error::try_text_of(&call.ctx, &reason)?);
    }
    call.host.shared.run().control.mark_failed(message.clone());
    call.host.log(Level::Error, message);
    Ok(call.undefined())
}

// --- tags and metadata

static TAG_GET: Named = Named::new(tag_get);
static TAG_SET: Named = Named::new(tag_set);
static TAG_REMOVE: Named = Named::new(tag_remove);
static TAG_KEYS: Named = Named::new(tag_keys);
static METADATA_GET: Named = Named::new(metadata_get);
static METADATA_SET: Named = Named::new(metadata_set);
static METADATA_REMOVE: Named = Named::new(metadata_remove);
static METADATA_KEYS: Named = Named::new(metadata_keys);

fn vu_tags<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    user(call)?;
    dictionary(call, "tags", [&TAG_GET, &TAG_SET, &TAG_REMOVE, &TAG_KEYS])
}

fn vu_metrics<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    user(call)?;
    let object = Object::new(call.ctx.clone())?;
    ffi::define(&call.ctx, &object, &METRICS)?;
    Ok(object.into_value())
}

/// What a user's samples carry. Assignments are refused with k6's words.
static METRICS: Table = Table::new(&[
    Member::Property(c"tags", vu_tags, |call| Err(read_only(call, "tags"))),
    Member::Property(c"metadata", vu_metadata, |call| Err(read_only(call, "metadata"))),
]);

fn vu_metadata<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    dictionary(call, "metadata", [&METADATA_GET, &METADATA_SET, &METADATA_REMOVE, &METADATA_KEYS])
}

fn read_only(call: &Call<'_>, name: &str) -> rquickjs::Error {
    Exception::throw_type(&call.ctx, &format!("Cannot assign to read only property '{name}'"))
}

/// A proxy over state of the host, made once per user.
fn dictionary<'js>(
    call: &Call<'js>,
    name: &'static str,
    functions: [&'static Named; 4],
) -> Result<Value<'js>> {
    let host = call.host;
    if let Some(known) = host.builtins.borrow().get(name) {
        return Ok(known.clone().restore(&call.ctx)?.into_value());
    }
    let make: Function<'js> = globals::glue(&call.ctx)?.get("dictionary")?;
    let [get, set, remove, keys] = functions.map(|function| ffi::bound(&call.ctx, 2, function, &[]));
    let object: Object<'js> = make.call((get?, set?, remove?, keys?))?;
    host.builtins.borrow_mut().insert(name, rquickjs::Persistent::save(&call.ctx, object.clone()));
    Ok(object.into_value())
}

fn tag_get<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let key = error::try_text_of(&call.ctx, &call.value(0))?;
    let value = {
        let mut recorder = call.host.worker().recorder.borrow_mut();
        let key = recorder.sym(&key);
        let found = recorder.tags(call.host.tags.get()).iter().find(|pair| pair.0 == key).map(|pair| pair.1);
        found.map(|value| recorder.text(value).to_owned())
    };
    value.map_or_else(|| Ok(call.undefined()), |value| text(call, &value))
}

fn tag_set<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let key = error::try_text_of(&call.ctx, &call.value(0))?;
    let Some(value) = tags::text(&call.value(1)) else {
        return Err(Exception::throw_type(&call.ctx, &tags::refusal(&key)));
    };
    let host = call.host;
    host.tags.set(host.tagged(host.tags.get(), &key, &value));
    Ok(call.undefined())
}

fn tag_remove<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let key = error::try_text_of(&call.ctx, &call.value(0))?;
    let host = call.host;
    let mut recorder = host.worker().recorder.borrow_mut();
    let key = recorder.sym(&key);
    host.tags.set(recorder.without_tag(host.tags.get(), key));
    Ok(call.undefined())
}

fn tag_keys<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let names: Vec<String> = {
        let recorder = call.host.worker().recorder.borrow();
        let pairs = recorder.tags(call.host.tags.get());
        pairs.iter().map(|pair| recorder.text(pair.0).to_owned()).collect()
    };
    rquickjs::IntoJs::into_js(names, &call.ctx)
}

fn metadata_get<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let key = error::try_text_of(&call.ctx, &call.value(0))?;
    let value = {
        let mut recorder = call.host.worker().recorder.borrow_mut();
        let key = recorder.sym(&key);
        let found = call.host.metadata.borrow().iter().find(|pair| pair.0 == key).map(|pair| pair.1);
        found.map(|value| recorder.text(value).to_owned())
    };
    value.map_or_else(|| Ok(call.undefined()), |value| text(call, &value))
}

fn metadata_set<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let key = error::try_text_of(&call.ctx, &call.value(0))?;
    let Some(value) = tags::text(&call.value(1)) else {
        let message = format!(
            "invalid value for metric metadata '{key}': only String, Boolean and Number types are accepted as a metric metadata values"
        );
        return Err(Exception::throw_type(&call.ctx, &message));
    };
    let mut recorder = call.host.worker().recorder.borrow_mut();
    let (key, value) = (recorder.sym(&key), recorder.sym(&value));
    let mut metadata = call.host.metadata.borrow_mut();
    metadata.retain(|pair| pair.0 != key);
    metadata.push((key, value));
    Ok(call.undefined())
}

fn metadata_remove<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let key = error::try_text_of(&call.ctx, &call.value(0))?;
    let key = call.host.worker().recorder.borrow_mut().sym(&key);
    call.host.metadata.borrow_mut().retain(|pair| pair.0 != key);
    Ok(call.undefined())
}

fn metadata_keys<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let names: Vec<String> = {
        let recorder = call.host.worker().recorder.borrow();
        call.host.metadata.borrow().iter().map(|pair| recorder.text(pair.0).to_owned()).collect()
    };
    rquickjs::IntoJs::into_js(names, &call.ctx)
}
