//! What scripts ask of the run: variables, properties, the log, files, and the objects of JMeter.
//!
//! Main type: [`Host`]; the names of the calls are those of [`crate::groovy::host::CALLS`].

use std::sync::PoisonError;

use model::Level;
use script::code::CodeHost;
use serde_json::{Value, json};

use super::super::cookies::Cookie;
use super::super::function::now_ms;
use super::super::json as paths;
use super::super::sample::Action;
use super::super::scripts::Scene;
use super::super::user::{User, Var};
use super::super::zone::{self, Zone};
use super::{SharedObjects, bytes, files, results};

/// The time of a call about a zone, in ms.
fn moment(args: &[Value]) -> i64 {
    args.get(1).and_then(Value::as_f64).map_or(0, |ms| ms as i64)
}

/// A script's host while it runs.
pub struct Host<'h, 's> {
    /// Whose script it is.
    pub user: &'h mut User,
    /// What it can see and change.
    pub scene: &'h mut Scene<'s>,
    /// What all threads share.
    pub shared: &'h SharedObjects,
}

/// A number that no other user of the process has now.
pub fn number_of(user: &User) -> u64 {
    (u64::from(user.group_number) << 32) | u64::from(user.number)
}

/// An argument as a text; empty when it is not there.
pub fn text(args: &[Value], at: usize) -> String {
    match args.get(at) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

fn number(args: &[Value], at: usize) -> i64 {
    args.get(at)
        .and_then(|value| value.as_i64().or_else(|| value.as_f64().map(|number| number as i64)))
        .unwrap_or(0)
}

/// What a selector finds in a page, or in the element of that number.
fn selected(html: &str, selector: &str, within: Option<u64>) -> Value {
    let Some(page) = script::Page::parse(html) else { return json!([]) };
    let Some(found) = page.select(selector) else { return Value::Null };
    let all: Vec<_> = page.descendants(page.root()).collect();
    let outer = within.and_then(|at| all.get(usize::try_from(at).ok()?)).copied();
    let inside: Option<Vec<_>> =
        outer.map(|outer| std::iter::once(outer).chain(page.descendants(outer)).collect());
    let found = found.into_iter().filter(|node| inside.as_ref().is_none_or(|inside| inside.contains(node)));
    found
        .filter_map(|node| {
            let script::PageContent::Element(tag, attributes) = page.content(node) else { return None };
            let at = all.iter().position(|other| *other == node)?;
            let words = page.text(node).split_whitespace().collect::<Vec<_>>().join(" ");
            Some(json!({"at": at, "tag": tag, "attributes": attributes, "text": words}))
        })
        .collect()
}

fn as_file([path, name, kind]: &[String; 3]) -> Value {
    json!({"path": path, "name": name, "type": kind})
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits.
pub fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks_exact(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

impl CodeHost for Host<'_, '_> {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Value, String> {
        let (area, what) = name.split_once('.').unwrap_or((name, ""));
        match area {
            "vars" => Ok(self.vars(what, args)),
            "props" => Ok(self.props(what, args)),
            "shared" => Ok(self.counters(what, args)),
            "log" => Ok(self.log(what, args)),
            "ctx" => Ok(self.ctx(what, args)),
            "result" => Ok(results::call(self, what, args)),
            "sampler" => Ok(self.sampler(what, args)),
            "cookies" => Ok(self.cookies(what, args)),
            "assertion" => Ok(self.assertion(what, args)),
            "files" => files::call(self, what, args),
            _ => self.other(name, args),
        }
    }
}

impl Host<'_, '_> {
    fn other(&mut self, name: &str, args: &[Value]) -> Result<Value, String> {
        Ok(match name {
            "user" => number_of(self.user).into(),
            "now" => now_ms().into(),
            "nanos" => (now_ms() as f64 * 1e6).into(),
            // Nobody sleeps while a script runs; the thread does, after it.
            "sleep" => number(args, 0).into(),
            "random" => self.user.random.next_double().into(),
            "print" => {
                (self.user.shared.print)(Level::Info, &text(args, 0));
                Value::Null
            }
            "system.property" => match text(args, 0).as_str() {
                "user.dir" => {
                    std::env::current_dir().map(|path| path.display().to_string()).unwrap_or_default().into()
                }
                "java.version" => "17".into(),
                "os.name" => "Linux".into(),
                "file.separator" => "/".into(),
                "line.separator" => "\n".into(),
                "java.io.tmpdir" => "/tmp".into(),
                name => self.user.shared.prop(name).map_or(Value::Null, Value::from),
            },
            "system.env" => std::env::var(text(args, 0)).map_or(Value::Null, Value::from),
            "digest" => {
                bytes::digest(&text(args, 0), &unhex(&text(args, 1))).map_or(Value::Null, Value::from)
            }
            "hmac" => bytes::hmac_of(&text(args, 0), &unhex(&text(args, 1)), &unhex(&text(args, 2)))
                .map_or(Value::Null, Value::from),
            "pack" => hex(&bytes::packed(&text(args, 0), &unhex(&text(args, 1)))).into(),
            "unpack" => hex(&bytes::unpacked(&text(args, 0), &unhex(&text(args, 1)))?).into(),
            "cipher" => {
                let encrypts = args.get(1) == Some(&Value::Bool(true));
                let [key, start, data, more] = [2, 3, 4, 5].map(|at| unhex(&text(args, at)));
                hex(&bytes::cipher(&text(args, 0), encrypts, &key, &start, &data, &more)?).into()
            }
            "compile" => match crate::groovy::Language::named(&text(args, 0)) {
                Some(language) => crate::groovy::compile(&text(args, 1), language)
                    .map_err(|error| format!("groovy.lang.GroovyRuntimeException: {error}"))?
                    .into(),
                None => Value::Null,
            },
            "jsonpath" => {
                let document = serde_json::from_str(&text(args, 0)).map_err(|error| error.to_string())?;
                let (found, definite) = paths::find(&document, &text(args, 1))?;
                if definite && found.is_empty() { Value::Null } else { Value::Array(found) }
            }
            "html" => selected(&text(args, 0), &text(args, 1), args.get(2).and_then(Value::as_u64)),
            "zone" => {
                self.zone(args).map_or(Value::Null, |zone| (zone.offset_ms(moment(args)) / 60_000).into())
            }
            "zone.name" => self.zone(args).map_or(Value::Null, |zone| {
                zone.name(moment(args), args.get(2) == Some(&Value::Bool(true))).into()
            }),
            "zone.summer" => self.zone(args).map_or(Value::Null, |zone| zone.is_summer(moment(args)).into()),
            "zone.read" => zone::named_offset(&text(args, 0)).map_or(Value::Null, Value::from),
            "zone.default" => self.user.shared.zone.id().into(),
            other => return Err(format!("java.lang.UnsupportedOperationException: {other}")),
        })
    }

    /// The zone that a call names; `default` is the run's.
    fn zone(&self, args: &[Value]) -> Option<Zone> {
        match text(args, 0).as_str() {
            "default" => Some(self.user.shared.zone.clone()),
            id => Zone::named(id),
        }
    }

    fn vars(&mut self, what: &str, args: &[Value]) -> Value {
        let name = text(args, 0);
        let shown = |value: &Var| match value {
            Var::Text(text) => Value::from(&**text),
            // What a script put is kept by the scripts; only its text is known here.
            Var::Object(value) if value.is_string() => json!({"object": true}),
            Var::Object(value) => json!({"object": true, "json": value.to_string()}),
        };
        match what {
            "get" => self.user.vars.get(&name).map_or(Value::Null, shown),
            "put" => {
                self.user.vars.put(&name, &text(args, 1));
                Value::Null
            }
            "putObject" => {
                self.user.vars.set(&name, Var::Object(std::rc::Rc::new(Value::from(text(args, 1)))));
                Value::Null
            }
            "remove" => {
                self.user.vars.remove(&name);
                Value::Null
            }
            "entries" => {
                self.user.vars.sorted().into_iter().map(|(name, value)| json!([name, shown(value)])).collect()
            }
            "iteration" => self.user.iteration.into(),
            _ => Value::Null,
        }
    }

    fn props(&mut self, what: &str, args: &[Value]) -> Value {
        let name = text(args, 0);
        let mut objects = self.shared.props.lock().unwrap_or_else(PoisonError::into_inner);
        match what {
            "get" => objects
                .get(&name)
                .cloned()
                .or_else(|| self.user.shared.prop(&name).map(Value::from))
                .unwrap_or(Value::Null),
            "put" => {
                match args.get(1) {
                    Some(Value::String(value)) => {
                        objects.remove(&name);
                        self.user.shared.set_prop(&name, value);
                    }
                    Some(value) => {
                        self.user.shared.set_prop(&name, &text(args, 1));
                        objects.insert(name, value.clone());
                    }
                    None => {}
                }
                Value::Null
            }
            "remove" => {
                objects.remove(&name);
                self.user.shared.props.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
                Value::Null
            }
            "entries" => {
                let props = self.user.shared.props.lock().unwrap_or_else(PoisonError::into_inner);
                props
                    .iter()
                    .map(|(name, value)| {
                        json!([name, objects.get(name).cloned().unwrap_or_else(|| value.as_str().into())])
                    })
                    .collect()
            }
            _ => Value::Null,
        }
    }

    fn counters(&mut self, what: &str, args: &[Value]) -> Value {
        let mut counters = self.shared.counters.lock().unwrap_or_else(PoisonError::into_inner);
        if what == "new" {
            counters.push(number(args, 1));
            return (counters.len() - 1).into();
        }
        let Some(counter) = usize::try_from(number(args, 0)).ok().and_then(|at| counters.get_mut(at)) else {
            return Value::Null;
        };
        if what == "add" {
            *counter = counter.wrapping_add(number(args, 1));
            (*counter).into()
        } else {
            std::mem::replace(counter, number(args, 1)).into()
        }
    }

    fn log(&mut self, what: &str, args: &[Value]) -> Value {
        let level = match text(args, 0).as_str() {
            "trace" => Level::Trace,
            "debug" => Level::Debug,
            "warn" => Level::Warning,
            "error" => Level::Error,
            _ => Level::Info,
        };
        if what == "enabled" {
            return (level >= Level::Info).into();
        }
        self.user.shared.say(level, &text(args, 1));
        Value::Null
    }

    fn ctx(&mut self, what: &str, args: &[Value]) -> Value {
        let field = text(args, 0);
        let on = args.get(1).and_then(Value::as_bool).unwrap_or(true);
        if what == "set" {
            let wishes = &mut self.scene.wishes;
            match field.as_str() {
                "logicalAction" => wishes.action = action_named(&text(args, 1)),
                "stopThread" => wishes.stop_thread = on,
                "stopTest" => wishes.stop_test = on,
                "stopTestNow" => wishes.stop_now = on,
                "lastSampleOk" => {
                    self.user.vars.put(super::super::user::LAST_SAMPLE_OK, if on { "true" } else { "false" });
                }
                _ => {}
            }
            return Value::Null;
        }
        let user = &*self.user;
        match field.as_str() {
            "threadNum" => (i64::from(user.number) - 1).into(),
            "threadName" => (&*user.name).into(),
            "threadGroupName" => (&*user.group_name).into(),
            "numThreads" => user.planned_threads.into(),
            "samplerName" => (&*user.sampler_name).into(),
            "hasPrevious" => user.previous.is_some().into(),
            "hostName" => "localhost".into(),
            "testStart" => user.shared.started_ms.into(),
            "groupThreads" | "totalThreads" => user.group_threads.into(),
            "lastSampleOk" => user.last_sample_ok().into(),
            _ => Value::Null,
        }
    }

    fn sampler(&mut self, what: &str, args: &[Value]) -> Value {
        let name = self.user.sampler_name.to_string();
        let Some(view) = self.scene.sampler.as_deref_mut() else {
            return match (what, text(args, 0).as_str()) {
                ("get", "name") => name.into(),
                ("get", "class") => "HTTPSamplerProxy".into(),
                ("headers", _) => Value::Null,
                ("arguments", _) => json!([]),
                _ => Value::Null,
            };
        };
        let pairs = |list: &Value| -> Vec<(String, String, bool)> {
            let list = list.as_array().cloned().unwrap_or_default();
            let member = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
            list.iter()
                .map(|item| (member(item, "name"), member(item, "value"), item["encoded"] == true))
                .collect()
        };
        match what {
            "get" => {
                let field = text(args, 0);
                if let Some((_, value)) = view.changed.iter().rfind(|(key, _)| *key == field) {
                    return value.as_str().into();
                }
                let call = view.call.as_deref();
                let part = |at: usize| call.map_or(Value::Null, |call| call.parts[at].as_str().into());
                match field.as_str() {
                    "name" => view.name.as_str().into(),
                    "class" => view.class.into(),
                    "protocol" => part(0),
                    "domain" | "HTTPSampler.domain" => part(1),
                    "port" | "HTTPSampler.port" => part(2),
                    "path" | "HTTPSampler.path" => part(3),
                    "method" | "HTTPSampler.method" => {
                        call.map_or(Value::Null, |call| call.method.as_str().into())
                    }
                    "url" => call.map_or(Value::Null, |call| call.url.as_str().into()),
                    "encoding" => call.map_or(Value::Null, |call| call.encoding.as_str().into()),
                    "body" => call.map_or(Value::Null, |call| {
                        call.pairs.iter().map(|pair| pair.value.as_str()).collect::<String>().into()
                    }),
                    "followRedirects" => call.is_some_and(|call| call.follow).into(),
                    _ => Value::Null,
                }
            }
            "set" => {
                let field = text(args, 0);
                let field = field.strip_prefix("HTTPSampler.").unwrap_or(&field).to_owned();
                view.changed.push((field, text(args, 1)));
                Value::Null
            }
            "arguments" => match (&view.arguments, &view.call) {
                (Some(list), _) => list
                    .iter()
                    .map(|(name, value, encode)| json!({"name": name, "value": value, "encoded": encode}))
                    .collect(),
                (None, Some(call)) => call
                    .pairs
                    .iter()
                    .map(|pair| json!({"name": pair.name, "value": pair.value, "encoded": pair.encode}))
                    .collect(),
                _ => json!([]),
            },
            "setArguments" => {
                view.arguments = Some(pairs(args.first().unwrap_or(&Value::Null)));
                Value::Null
            }
            "headers" => match (&view.headers, &view.call) {
                (Some(list), _) => {
                    list.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
                }
                (None, Some(call)) => {
                    call.headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
                }
                _ => Value::Null,
            },
            "files" => match (&view.files, &view.call) {
                (Some(list), _) => list.iter().map(as_file).collect(),
                (None, Some(call)) => call.files.iter().map(as_file).collect(),
                _ => Value::Null,
            },
            "setFiles" => {
                let list = args.first().and_then(Value::as_array).cloned().unwrap_or_default();
                let member = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
                let file = |item: &Value| ["path", "name", "type"].map(|key| member(item, key));
                view.files = Some(list.iter().map(file).collect());
                Value::Null
            }
            "setHeaders" => {
                let list = pairs(args.first().unwrap_or(&Value::Null));
                view.headers = Some(list.into_iter().map(|(name, value, _)| (name, value)).collect());
                Value::Null
            }
            _ => Value::Null,
        }
    }

    fn cookies(&mut self, what: &str, args: &[Value]) -> Value {
        let Some(store) = self.scene.cookies.as_deref_mut() else { return Value::Null };
        if what == "get" {
            return store
                .list
                .iter()
                .map(|cookie| {
                    json!({"name": cookie.name, "value": cookie.value, "domain": cookie.domain, "path": cookie.path,
                        "secure": cookie.secure, "expires": cookie.expires_ms})
                })
                .collect();
        }
        let list = args.first().and_then(Value::as_array).cloned().unwrap_or_default();
        let member = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
        store.list = list
            .iter()
            .map(|item| Cookie {
                name: member(item, "name"),
                value: member(item, "value"),
                domain: member(item, "domain"),
                path: member(item, "path"),
                secure: item["secure"] == true,
                expires_ms: item["expires"].as_i64().unwrap_or(0),
                below: true,
            })
            .collect();
        Value::Null
    }

    fn assertion(&mut self, what: &str, args: &[Value]) -> Value {
        let Some(verdict) = self.scene.verdict.as_deref_mut() else { return Value::Null };
        let field = text(args, 0);
        if what == "set" {
            match field.as_str() {
                "failure" => verdict.failure = args.get(1) == Some(&Value::Bool(true)),
                "error" => verdict.error = args.get(1) == Some(&Value::Bool(true)),
                "message" => verdict.message = args.get(1).and_then(Value::as_str).map(str::to_owned),
                _ => {}
            }
            return Value::Null;
        }
        match field.as_str() {
            "failure" => verdict.failure.into(),
            "error" => verdict.error.into(),
            "message" => verdict.message.clone().map_or(Value::Null, Value::from),
            "name" => verdict.name.as_str().into(),
            _ => Value::Null,
        }
    }
}

/// The action of a name of `TestLogicalAction`.
pub fn action_named(name: &str) -> Option<Action> {
    Some(match name {
        "CONTINUE" => Action::Continue,
        "START_NEXT_ITERATION_OF_THREAD" => Action::NextThreadLoop,
        "START_NEXT_ITERATION_OF_CURRENT_LOOP" => Action::NextLoop,
        "BREAK_CURRENT_LOOP" => Action::BreakLoop,
        _ => return None,
    })
}
