//! The stages around iterations: the init code, `setup`, `teardown` and `handleSummary`.
//!
//! Nothing here runs in an iteration, so how much room it takes does not matter.

use rquickjs::{Object, Value};

use super::{Returned, Session};
use crate::error::{Error, ErrorKind};
use crate::ffi;
use crate::modules::globals;
use crate::program::{Unusable, missing};
use crate::source::path_of;
use crate::test::{Export, Loaded};
use crate::vu::{Stage, setup_json};

/// Heap of a user, in bytes, from which on QuickJS looks for garbage after the init code, if it is more than half as much
/// again as what that left.
const GARBAGE_BYTES: usize = 256 << 10;

impl<'js> Session<'_, 'js> {
    /// Runs the init code: the exports, and, for the first user, what the test is.
    #[inline(never)]
    pub(super) fn load(&self) -> Result<(Object<'js>, Loaded), Error> {
        globals::install(&self.ctx).map_err(|_| self.failure())?;
        let exports = self.evaluate_main()?;
        globals::after_init(&self.ctx, self.host.ids.in_instance > 0).map_err(|_| self.failure())?;
        let left = self.host.memory.used();
        ffi::set_garbage_threshold(&self.ctx, GARBAGE_BYTES.max(left.saturating_add(left / 2)));
        // Only the first evaluation describes the test; later ones are the same.
        let loaded = if self.host.ids.in_test == 0 { self.describe(&exports)? } else { Loaded::default() };
        Ok((exports, loaded))
    }

    fn evaluate_main(&self) -> Result<Object<'js>, Error> {
        let program = &self.host.shared.program;
        program.main_text()?;
        let text = program.text(&program.source.main).map_err(|failure| match failure {
            Unusable::Missing => Error::new(ErrorKind::NotFound, missing(path_of(&program.source.main))),
            Unusable::Unfetched(message) => Error::new(ErrorKind::NotFound, message),
            Unusable::Syntax(message) => Error::new(ErrorKind::Syntax, format!("SyntaxError: {message}")),
        })?;
        if !program.is_module(&program.source.main, &text) {
            return globals::run_commonjs_main(&self.ctx, &text).map_err(|_| self.failure());
        }
        let module = program.module(&self.ctx, &program.source.main).map_err(|_| self.failure())?;
        let (module, promise) = module.eval().map_err(|_| self.failure())?;
        self.settle(promise.into_value())?;
        module.namespace().map_err(|_| self.failure())
    }

    fn describe(&self, exports: &Object<'js>) -> Result<Loaded, Error> {
        let mut names = Vec::new();
        for key in exports.keys::<String>() {
            let name = key.map_err(|_| self.failure())?;
            let value: Value<'js> = exports.get(name.as_str()).map_err(|_| self.failure())?;
            names.push(Export { is_function: value.is_function(), name });
        }
        let options: Value<'js> = exports.get("options").map_err(|_| self.failure())?;
        let options = if options.is_undefined() || options.is_null() {
            serde_json::Value::Null
        } else {
            let text = self.ctx.json_stringify(options).map_err(|_| self.failure())?;
            let text = text.map(|text| text.to_string()).transpose().map_err(|_| self.failure())?;
            text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(serde_json::Value::Null)
        };
        Ok(Loaded { exports: names, options })
    }

    /// Calls a function of the script, when there is one of this name, with an argument in JSON.
    #[inline(never)]
    pub(super) fn call_lifecycle(
        &self,
        exports: &Object<'js>,
        name: &str,
        argument: Option<&str>,
    ) -> Result<Returned, Error> {
        let function: Value<'js> = exports.get(name).map_err(|_| self.failure())?;
        let Some(function) = function.into_function() else { return Ok(Returned::Nothing) };
        let argument = match argument {
            Some(json) => self.ctx.json_parse(json.as_bytes()).map_err(|_| self.failure())?,
            None => Value::new_undefined(self.ctx.clone()),
        };
        if self.host.stage.get() == Stage::Summary {
            globals::dress_summary(&argument).map_err(|_| self.failure())?;
        }
        let returned = function.call::<_, Value<'js>>((argument,)).map_err(|_| self.failure())?;
        let value = self.settle(returned)?;
        if value.is_undefined() || (value.is_null() && self.host.stage.get() == Stage::Summary) {
            return Ok(Returned::Nothing);
        }
        if self.host.stage.get() == Stage::Summary {
            let files = globals::summary_files(&self.ctx, &value).map(Returned::Files);
            return files.map_err(|_| self.bad_summary());
        }
        if self.host.stage.get() != Stage::Setup {
            return Ok(Returned::Nothing);
        }
        match setup_json::encode(&self.ctx, &value).map_err(|_| self.failure())? {
            Ok(json) => Ok(Returned::Json(json)),
            Err(refusal) => {
                let message = format!("error marshaling setup() data to JSON: {refusal}");
                Err(Error::new(ErrorKind::BadSetupData, message))
            }
        }
    }

    /// What is said of files that cannot be written: the message without a stack, which is the host's own.
    fn bad_summary(&self) -> Error {
        let failure = self.failure();
        let message = failure.message.lines().next().unwrap_or_default();
        Error::new(ErrorKind::BadSummary, message.strip_prefix("GoError: ").unwrap_or(message))
    }
}
