//! `k6/metrics`: the custom metrics of a script.

use std::ffi::CStr;

use metrics::{Contains, Kind, MetricId, Registry};
use model::Level;
use rquickjs::{Ctx, Object, Result, Value};

use super::{Builtin, tags};
use crate::error;
use crate::ffi::{self, Call, Named, Table};

pub(super) const MODULE: Builtin = Builtin { name: "k6/metrics", exports: || Box::new(names()), build };

static TABLE: Table = Table::new(&[]);
const KINDS: [(&CStr, Kind); 4] =
    [(c"Counter", Kind::Counter), (c"Gauge", Kind::Gauge), (c"Rate", Kind::Rate), (c"Trend", Kind::Trend)];

fn names() -> impl Iterator<Item = &'static CStr> {
    KINDS.iter().map(|(name, _)| *name)
}

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static COUNTER: Named = Named::new(|call| construct(call, Kind::Counter));
    static GAUGE: Named = Named::new(|call| construct(call, Kind::Gauge));
    static RATE: Named = Named::new(|call| construct(call, Kind::Rate));
    static TREND: Named = Named::new(|call| construct(call, Kind::Trend));
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    for ((name, _), function) in KINDS.iter().zip([&COUNTER, &GAUGE, &RATE, &TREND]) {
        object.set(name.to_str()?, ffi::constructor(context, name, 1, function)?)?;
    }
    Ok(object)
}

fn construct<'js>(call: &Call<'js>, kind: Kind) -> Result<Value<'js>> {
    if !call.host.in_init() {
        return Err(error::throw(&call.ctx, "metrics must be declared in the init context"));
    }
    let name = call.value(0);
    let name = if name.is_undefined() { String::new() } else { error::try_text_of(&call.ctx, &name)? };
    let contains = if ffi::truthy(&call.value(1)) { Contains::Time } else { Contains::Default };
    let registry = &call.host.shared.registry;
    let id = registry
        .declare(&name, kind, contains)
        .map_err(|refused| error::throw(&call.ctx, &refused.to_string()))?;
    warn_of_sharing(call, id, &name);
    static ADD: Named = Named::new(add);
    let object = Object::new(call.ctx.clone())?;
    let number = Value::new_number(call.ctx.clone(), f64::from(id.0));
    let text = rquickjs::String::from_str(call.ctx.clone(), &name)?.into_value();
    ffi::set_readonly(&object, "name", text)?;
    object.set("add", ffi::bound(&call.ctx, 2, &ADD, &[number])?)?;
    Ok(object.into_value())
}

/// Says once, while the script is loaded, that what it declares is there already and the program's own.
fn warn_of_sharing(call: &Call<'_>, id: MetricId, name: &str) {
    if Registry::is_builtin(id) && !call.host.has_worker() {
        let text = format!(
            "'{name}' is a built-in metric: the script's samples are added to the program's own; \
             give the script's metric another name to keep them apart"
        );
        call.host.log(Level::Warning, text);
    }
}

fn add<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let host = call.host;
    if host.in_init() {
        return Err(error::throw(&call.ctx, "Adding to metrics in the init context is not supported"));
    }
    let id = MetricId(call.data(0).as_number().unwrap_or_default() as u32);
    let value = call.value(0);
    let Some(number) = number(&value)? else { return refuse(call, id, &value) };
    let mut sample_tags = host.tags.get();
    if call.len() > 1 {
        let pairs = tags::pairs(&call.value(1))?.map_err(|message| {
            let name = host.shared.registry.get(id).name;
            error::throw(&call.ctx, &format!("cannot add tags for the '{name}' custom metric: {message}"))
        })?;
        sample_tags = tags::extend(&mut host.worker().recorder.borrow_mut(), sample_tags, &pairs);
    }
    host.add(id, sample_tags, number);
    Ok(Value::new_bool(call.ctx.clone(), true))
}

/// A sample's value: numbers, booleans and what converts to a number; `null` does not.
///
/// # Errors
/// What the script's own `valueOf` threw.
fn number(value: &Value<'_>) -> Result<Option<f64>> {
    if let Some(number) = value.as_number() {
        return Ok(Some(number).filter(|number| !number.is_nan()));
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Some(f64::from(u8::from(flag))));
    }
    if value.is_null() || value.is_undefined() || value.is_symbol() {
        return Ok(None);
    }
    let number = value.get::<rquickjs::Coerced<f64>>()?.0;
    Ok(Some(number).filter(|number| !number.is_nan()))
}

fn refuse<'js>(call: &Call<'js>, id: MetricId, value: &Value<'js>) -> Result<Value<'js>> {
    let shown = error::text_of(&call.ctx, value);
    let name = call.host.shared.registry.get(id).name;
    let message =
        format!("'{shown}' is an invalid value for metric '{name}', a number or a boolean value is expected");
    if call.host.shared.run().throw {
        return Err(error::throw(&call.ctx, &message));
    }
    call.host.log(Level::Warning, message);
    Ok(Value::new_bool(call.ctx.clone(), false))
}
