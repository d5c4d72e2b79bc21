//! What a plan's user keeps in the world of JavaScript.
//!
//! Main type: [`Context`]. It holds whatever code puts there, functions, class instances and buffers too; the plan
//! reads and writes single variables of it as JSON.

use rquickjs::{Function, Object, Persistent, Result, Value};
use serde_json::Value as Json;

use super::call::{Arg, Emitted};
use super::convert::{from_js, into_js, kit};
use super::{CodeError, CodeWorker};

/// The object that functions get as `context`, with `vars` in it. It is freed when its last clone is dropped.
#[derive(Clone)]
pub struct Context {
    object: Persistent<Object<'static>>,
    // Last, as the runtime must outlive its values.
    worker: CodeWorker,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Context")
    }
}

impl CodeWorker {
    /// A context with no variables.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn context(&self) -> std::result::Result<Context, CodeError> {
        let object = self.run(|context| {
            let object = Object::new(context.clone())?;
            object.set("vars", Object::new(context.clone())?)?;
            Ok(Persistent::save(context, object))
        })?;
        Ok(Context { object, worker: self.clone() })
    }
}

impl Context {
    fn with<R>(
        &self,
        work: impl for<'js> FnOnce(&rquickjs::Ctx<'js>, Object<'js>) -> Result<R>,
    ) -> std::result::Result<R, CodeError> {
        self.worker.run(|context| work(context, self.object.clone().restore(context)?))
    }

    /// The object itself, to be an argument.
    pub(super) fn object(&self) -> Persistent<Object<'static>> {
        self.object.clone()
    }

    /// Sets a variable.
    ///
    /// # Errors
    /// What a setter of the code's own threw, or when there is no memory.
    pub fn set_var(&self, name: &str, value: &Json) -> std::result::Result<(), CodeError> {
        self.with(|context, object| {
            let value = into_js(context, value)?;
            vars(&object)?.set(name, value)
        })
    }

    /// Sets many variables.
    ///
    /// # Errors
    /// As [`set_var`](Self::set_var).
    pub fn set_vars<'a>(
        &self,
        all: impl IntoIterator<Item = (&'a str, &'a Json)>,
    ) -> std::result::Result<(), CodeError> {
        self.with(|context, object| {
            let vars = vars(&object)?;
            all.into_iter().try_for_each(|(name, value)| vars.set(name, into_js(context, value)?))
        })
    }

    /// A variable as JSON; nothing when it is not there, undefined or a function.
    ///
    /// # Errors
    /// What a getter of the code's own threw.
    pub fn var(&self, name: &str) -> std::result::Result<Option<Json>, CodeError> {
        self.with(|context, object| from_js(context, &vars(&object)?.get(name)?))
    }

    /// Removes a variable.
    ///
    /// # Errors
    /// When the code's own object refuses it.
    pub fn remove_var(&self, name: &str) -> std::result::Result<(), CodeError> {
        self.with(|_, object| vars(&object)?.remove(name))
    }

    /// The names of all variables, in order.
    ///
    /// # Errors
    /// What the code's own object threw.
    pub fn var_names(&self) -> std::result::Result<Vec<String>, CodeError> {
        self.with(|_, object| vars(&object)?.keys::<String>().collect())
    }

    /// All variables that JSON can hold.
    ///
    /// # Errors
    /// What a getter of the code's own threw.
    pub fn vars(&self) -> std::result::Result<serde_json::Map<String, Json>, CodeError> {
        self.with(|context, object| {
            let mut all = serde_json::Map::new();
            for entry in vars(&object)?.props::<String, Value<'_>>() {
                let (name, value) = entry?;
                if let Some(value) = from_js(context, &value)? {
                    all.insert(name, value);
                }
            }
            Ok(all)
        })
    }

    /// Sets another field of the context, such as `scenario` or `funcs`.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn set_field(&self, name: &str, value: &Arg<'_>) -> std::result::Result<(), CodeError> {
        self.with(|context, object| object.set(name, value.live(context)?))
    }

    /// Another field of the context.
    ///
    /// # Errors
    /// What a getter of the code's own threw.
    pub fn field(&self, name: &str) -> std::result::Result<Option<Json>, CodeError> {
        self.with(|context, object| from_js(context, &object.get(name)?))
    }

    /// What was emitted on the context's events since they were last taken; see [`Arg::Events`].
    ///
    /// # Errors
    /// When there is no memory.
    pub fn take_events(&self) -> std::result::Result<Vec<Emitted>, CodeError> {
        self.with(|context, object| {
            let take: Function<'_> = kit(context)?.get("takeEvents")?;
            let all: Value<'_> = take.call((object,))?;
            Ok(emitted(from_js(context, &all)?))
        })
    }
}

/// The events of `[[kind, …arguments], …]`.
fn emitted(all: Option<Json>) -> Vec<Emitted> {
    let Some(Json::Array(all)) = all else { return Vec::new() };
    let one = |event| {
        let Json::Array(parts) = event else { return None };
        let mut parts = parts.into_iter();
        let kind = match parts.next()? {
            Json::String(kind) => kind,
            other => other.to_string(),
        };
        Some(Emitted { kind, args: parts.collect() })
    };
    all.into_iter().filter_map(one).collect()
}

/// The object of the variables; code may have put another in its place, or none.
fn vars<'js>(object: &Object<'js>) -> Result<Object<'js>> {
    if let Some(vars) = object.get::<_, Value<'js>>("vars")?.into_object() {
        return Ok(vars);
    }
    let vars = Object::new(object.ctx().clone())?;
    object.set("vars", vars.clone())?;
    Ok(vars)
}
