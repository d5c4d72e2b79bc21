//! Short scripts: compiled once, run many times, with names bound to values and a host to call.
//!
//! Main types: [`ScriptText`] and what [`CodeWorker::compile`] makes of it, [`Script`]. A script runs to its end at
//! once; promises that it leaves behind settle on their own.

mod completion;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use rquickjs::{Ctx, Exception, Function, Persistent, Result, Value};
use serde_json::Value as Json;

use super::convert::{from_js, into_js};
use super::worker::state;
use super::{Arg, CodeError, CodeErrorKind, CodeHost, CodeWorker, Handle};
use crate::ffi::{self, Call};
use crate::program::SCRIPT_PREFIX;
use crate::{error, places};

/// A script as it is written.
#[derive(Clone, Copy, Debug)]
pub struct ScriptText<'a> {
    /// What errors call it.
    pub name: &'a str,
    /// JavaScript.
    pub text: &'a str,
    /// The names that are bound to values at each run.
    pub params: &'a [&'a str],
    /// The value of the script is that of its last statement, as of `eval`; otherwise what it gives to `return`.
    pub last_value: bool,
}

/// A compiled script, good for all workers of its [`Code`](super::Code).
#[derive(Clone, Debug)]
pub struct Script(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    id: u64,
    code: Vec<u8>,
}

impl CodeWorker {
    /// Compiles a script.
    ///
    /// # Errors
    /// The syntax error, with its place.
    pub fn compile(&self, script: &ScriptText<'_>) -> std::result::Result<Script, CodeError> {
        let shared = &self.state().code.0;
        let id = shared.scripts.fetch_add(1, Relaxed);
        let address = format!("{SCRIPT_PREFIX}{id}:{}", script.name);
        let (text, inserted) = if script.last_value {
            completion::returning(script.text)
        } else {
            (script.text.to_owned(), Vec::new())
        };
        shared.shared.program.add_script(&address, inserted);
        // The text has a line of its own, so that its columns are the user's.
        let wrapped = format!("(function({}) {{\n{text}\n}})", script.params.join(", "));
        let code = self.run(|context| ffi::compile_script(context, &address, &wrapped, true));
        let code = code.map_err(|mut error| {
            if let Some((line, column)) = places::broken_at(script.name, script.text) {
                error.place_at(line, column);
            }
            error
        })?;
        Ok(Script(Arc::new(Compiled { id, code })))
    }

    /// Runs a script with the values of its parameters, in their order. What it returns comes back as JSON.
    ///
    /// # Errors
    /// What it threw, and why it was stopped.
    pub fn eval(
        &self,
        script: &Script,
        args: &[Arg<'_>],
        host: &mut dyn CodeHost,
    ) -> std::result::Result<Option<Json>, CodeError> {
        self.state()
            .lent
            .lend(host, || self.run(|context| from_js(context, &self.perform(context, script, args)?)))
    }

    /// Runs a script as [`eval`](Self::eval) does and keeps what it returns in JavaScript.
    ///
    /// # Errors
    /// As [`eval`](Self::eval).
    pub fn eval_kept(
        &self,
        script: &Script,
        args: &[Arg<'_>],
        host: &mut dyn CodeHost,
    ) -> std::result::Result<Handle, CodeError> {
        let kept = self.state().lent.lend(host, || {
            self.run(|context| Ok(Persistent::save(context, self.perform(context, script, args)?)))
        })?;
        Ok(Handle::new(self, kept))
    }

    fn perform<'js>(&self, context: &Ctx<'js>, script: &Script, args: &[Arg<'_>]) -> Result<Value<'js>> {
        let known = self.scripts().borrow().get(&script.0.id).cloned();
        let function = match known {
            Some(function) => function.restore(context)?,
            None => {
                let function: Function<'js> = ffi::run_script(context, &script.0.code)?.get()?;
                let kept = Persistent::save(context, function.clone());
                self.scripts().borrow_mut().insert(script.0.id, kept);
                function
            }
        };
        let mut values = rquickjs::function::Args::new(context.clone(), args.len());
        for arg in args {
            values.push_arg(arg.live(context)?)?;
        }
        function.call_arg(values)
    }
}

/// A host for scripts that call none.
impl CodeHost for () {
    fn call(&mut self, name: &str, _: &[Json]) -> std::result::Result<Json, String> {
        Err(format!("there is nothing called {name} here"))
    }
}

impl CodeError {
    /// An error of a dialect's own, for what its host refuses.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(CodeErrorKind::Exception, message)
    }
}

/// `$host(name, …args)`
pub(super) fn host_call<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let name = error::text_of(&call.ctx, &call.value(0));
    let args = (1..call.len())
        .map(|index| Ok(from_js(&call.ctx, &call.value(index))?.unwrap_or(Json::Null)))
        .collect::<Result<Vec<_>>>()?;
    match state(&call.ctx).lent.with(|host| host.call(&name, &args)) {
        Some(Ok(value)) => into_js(&call.ctx, &value),
        Some(Err(message)) => Err(Exception::throw_message(&call.ctx, &message)),
        None => {
            let message = format!("{name} can only be used while the script runs, not later");
            Err(Exception::throw_message(&call.ctx, &message))
        }
    }
}
