//! Scripts of plans in the JavaScript host: one runtime a worker thread, made when the first script runs there.
//!
//! Main types: [`Code`], of the process, and [`Runtime`], of a thread. The languages become JavaScript in
//! [`crate::groovy`]; what scripts can reach is in `calls`.

mod bytes;
mod calls;
mod files;
mod results;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Mutex;

use rustc_hash::FxHashMap;
use script::code::{self, Arg, CodeWorker, ScriptText};
use serde_json::{Map, Value, json};

use super::sample::Sample;
use super::script_element::{Script, Stand};
use super::scripts::{Language, Ran, Scene, Scripts, Thrown, Wishes};
use super::user::User;
use crate::groovy;
use crate::session::Session;
use calls::Host;

/// Compiled scripts that a thread keeps.
const SCRIPTS_MAX: usize = 4_096;

/// The scripts of a process.
pub struct Code {
    code: code::Code,
    shared: std::sync::Arc<SharedObjects>,
}

/// What scripts of all threads share.
#[derive(Default, Debug)]
pub struct SharedObjects {
    /// Counters, by number.
    pub counters: Mutex<Vec<i64>>,
    /// Properties that are no texts.
    pub props: Mutex<BTreeMap<String, Value>>,
}

impl Code {
    /// Scripts that run in this code.
    #[must_use]
    pub fn new(code: code::Code) -> Self {
        Self { code, shared: std::sync::Arc::default() }
    }

    /// The scripts of this thread.
    #[must_use]
    pub fn on(&self, session: &Session) -> Rc<dyn Scripts> {
        let mut own = session.worker().own.borrow_mut();
        if let Some(known) = own.as_ref().and_then(|own| own.downcast_ref::<Rc<Runtime>>()) {
            return Rc::clone(known) as Rc<dyn Scripts>;
        }
        let made = Rc::new(Runtime {
            code: self.code.clone(),
            shared: std::sync::Arc::clone(&self.shared),
            worker: OnceCell::new(),
            scripts: RefCell::default(),
        });
        *own = Some(Box::new(Rc::clone(&made)));
        made
    }
}

/// Compiled scripts by language and text, or why they do not compile.
type Compiled = FxHashMap<(groovy::Language, Box<str>), Result<code::Script, String>>;

/// The scripts of a thread.
struct Runtime {
    code: code::Code,
    shared: std::sync::Arc<SharedObjects>,
    worker: OnceCell<CodeWorker>,
    scripts: RefCell<Compiled>,
}

/// What came of one run.
struct Outcome {
    value: Option<String>,
    error: Option<(String, String)>,
    bindings: Map<String, Value>,
    sleep_ms: i64,
}

impl Runtime {
    fn worker(&self, host: &mut Host<'_, '_>) -> Result<&CodeWorker, String> {
        if let Some(worker) = self.worker.get() {
            return Ok(worker);
        }
        let worker = self.code.worker().map_err(|error| error.message)?;
        let text = ScriptText { name: "prelude", text: groovy::PRELUDE, params: &[], last_value: false };
        let prelude = worker.compile(&text).map_err(|error| format!("{error:?}"))?;
        worker.eval(&prelude, &[], host).map_err(|error| format!("{error:?}"))?;
        Ok(self.worker.get_or_init(|| worker))
    }

    fn compiled(
        &self,
        worker: &CodeWorker,
        source: &str,
        language: groovy::Language,
    ) -> Result<code::Script, String> {
        let key = (language, Box::<str>::from(source));
        if let Some(known) = self.scripts.borrow().get(&key) {
            return known.clone();
        }
        let number = self.scripts.borrow().len();
        let made =
            groovy::compile(source, language).map_err(|error| error.to_string()).and_then(|compiled| {
                // The function is made once, when the script first runs.
                let text = format!(
                    "return ($jvm.f{number}_{} ??= ({compiled}))($given, $interpreter);",
                    language.word()
                );
                let text = ScriptText {
                    name: "script",
                    text: &text,
                    params: &["$given", "$interpreter"],
                    last_value: false,
                };
                worker.compile(&text).map_err(|error| error.message)
            });
        let mut scripts = self.scripts.borrow_mut();
        if scripts.len() < SCRIPTS_MAX {
            scripts.insert(key, made.clone());
        }
        made
    }

    fn eval(
        &self,
        source: &str,
        language: groovy::Language,
        given: &Value,
        interpreter: &Value,
        host: &mut Host<'_, '_>,
    ) -> Result<Outcome, (String, String)> {
        let plain = |text: String| ("javax.script.ScriptException".to_owned(), text);
        let worker = self.worker(host).map_err(plain)?;
        let script = self.compiled(worker, source, language).map_err(plain)?;
        let args =
            [Arg::Json(given), if interpreter.is_null() { Arg::Undefined } else { Arg::Json(interpreter) }];
        let outcome =
            worker.eval(&script, &args, host).map_err(|error| plain(error.message))?.unwrap_or(Value::Null);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Outcome {
            value: text(&outcome["value"]),
            error: text(&outcome["error"]["class"])
                .map(|class| (class, text(&outcome["error"]["text"]).unwrap_or_default())),
            bindings: outcome["bindings"].as_object().cloned().unwrap_or_default(),
            sleep_ms: outcome["sleep"].as_f64().unwrap_or(0.0) as i64,
        })
    }
}

/// The language by the name that the compiler has for it.
pub fn of(language: Language) -> groovy::Language {
    match language {
        Language::Groovy => groovy::Language::Groovy,
        Language::BeanShell => groovy::Language::BeanShell,
        Language::Jexl => groovy::Language::Jexl3,
        Language::JavaScript => groovy::Language::JavaScript,
    }
}

impl Scripts for Runtime {
    fn expression(
        &self,
        language: Language,
        source: &str,
        user: &mut User,
    ) -> Result<Option<String>, String> {
        let given = json!({
            "vars": true, "props": true, "ctx": true, "log": true, "OUT": true, "threadName": true,
            "prev": user.previous.is_some(), "sampler": true,
        });
        let given = without_false(given);
        let mut scene = Scene {
            stand: Stand::Pre,
            label: "",
            sample: None,
            sampler: None,
            verdict: None,
            cookies: None,
            wishes: Wishes::default(),
        };
        let mut host = Host { user, scene: &mut scene, shared: &self.shared };
        match self.eval(source, of(language), &given, &Value::Null, &mut host) {
            Ok(Outcome { error: Some((_, text)), .. }) => Err(text),
            Ok(outcome) => Ok(outcome.value),
            Err((_, text)) => Err(text),
        }
    }

    fn run(
        &self,
        script: &Script,
        source: &str,
        parameters: &str,
        scene: &mut Scene<'_>,
        user: &mut User,
    ) -> Result<Ran, Thrown> {
        let given = bindings(script, parameters, scene, user);
        let interpreter = if script.bean_shell && !script.reset {
            Value::from(format!("{}/{}", calls::number_of(user), script.id))
        } else {
            Value::Null
        };
        let mut host = Host { user, scene, shared: &self.shared };
        let outcome = self.eval(source, of(script.language), &given, &interpreter, &mut host);
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err((class, text)) => return Err(Thrown { text: format!("{class}: {text}"), is_error: false }),
        };
        if let Some((class, text)) = outcome.error {
            let is_error = class.ends_with("Error") && class != "ScriptError";
            let text = if is_error { text } else { format!("javax.script.ScriptException: {text}") };
            return Err(Thrown { text, is_error });
        }
        if script.bean_shell {
            results::answers(scene, &outcome.bindings);
        }
        Ok(Ran { value: outcome.value, sleep_ms: outcome.sleep_ms })
    }
}

fn without_false(given: Value) -> Value {
    match given {
        Value::Object(map) => {
            map.into_iter().filter(|(_, value)| *value != Value::Bool(false)).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

/// The names that a script of an element sees.
fn bindings(script: &Script, parameters: &str, scene: &Scene<'_>, user: &User) -> Value {
    let args: Vec<&str> = parameters.split_whitespace().collect();
    let mut given = json!({
        "vars": true, "props": true, "ctx": true, "log": true, "OUT": true,
        "sampler": true, "Label": scene.label, "FileName": script.file.raw(), "Parameters": parameters, "args": args,
    });
    let mut bind = |name: &str, value: Value| given[name] = value;
    if user.previous.is_some() || scene.stand != Stand::Sampler && scene.sample.is_some() {
        bind("prev", true.into());
    } else if !script.bean_shell {
        // Before the first sample the name is there, and has no value.
        bind("prev", Value::Null);
    }
    match scene.stand {
        Stand::Sampler => bind("SampleResult", true.into()),
        Stand::Assertion => bind("AssertionResult", true.into()),
        Stand::Listener => {
            bind("sampleResult", true.into());
            bind("sampleEvent", true.into());
        }
        _ => {}
    }
    if !script.bean_shell {
        return given;
    }
    bind("bsh", true.into());
    let sample: Option<&Sample> = scene.sample.as_deref();
    match (scene.stand, sample) {
        (Stand::Sampler, _) => {
            bind("ResponseCode", "200".into());
            bind("ResponseMessage", "OK".into());
            bind("IsSuccess", true.into());
        }
        (Stand::Assertion, Some(sample)) => {
            bind("Failure", false.into());
            bind("FailureMessage", "".into());
            bind("ResponseCode", sample.code.as_str().into());
            bind("ResponseMessage", sample.message.as_str().into());
            bind("ResponseData", sample.text().into());
            bind("ResponseHeaders", (&*sample.response_headers.text()).into());
            bind("RequestHeaders", (&*sample.request_headers.text()).into());
            bind("SampleLabel", sample.label.as_str().into());
            bind("SamplerData", sample.request_text().into());
            bind("SampleResult", true.into());
            bind("Response", true.into());
        }
        (Stand::Post, Some(_)) => bind("data", true.into()),
        _ => {}
    }
    given
}
