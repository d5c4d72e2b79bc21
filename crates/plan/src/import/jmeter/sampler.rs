//! Samplers that need no network, and what scripts may change of those that do.

use std::time::Duration;

use super::http::Call;
use super::sample::Sample;
use super::script_element::Script;
use super::scripts::SamplerView;
use super::tree::NodeKind;
use super::user::{Shared, User, Var};
use super::walk::Halt;
use crate::session::Session;

/// The class of a sampler, as scripts see it.
#[must_use]
pub fn class_of(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Http(_) => "HTTPSamplerProxy",
        NodeKind::Debug { .. } => "DebugSampler",
        NodeKind::Action { .. } => "TestAction",
        NodeKind::Script(script) if script.bean_shell => "BeanShellSampler",
        NodeKind::Script(_) => "JSR223Sampler",
        NodeKind::Dummy(_) => "DummySampler",
        NodeKind::Query(_) => "JDBCSampler",
        NodeKind::Parallel(_) => "ParallelSampler",
        _ => "Sampler",
    }
}

/// The sample of a sampler that needs no network.
///
/// # Errors
/// When a function throws.
pub async fn simple(
    kind: &NodeKind,
    mut sample: Sample,
    user: &mut User,
    session: &mut Session,
) -> Result<Option<Sample>, Halt> {
    sample.data_type = "text";
    match kind {
        NodeKind::Debug { variables, props } => show(*variables, *props, &mut sample, user),
        NodeKind::Dummy(dummy) => {
            let millis = dummy.millis.number(user)?.unwrap_or(0).max(0);
            if dummy.waits && millis > 0 {
                session.sleep(Duration::from_millis(millis as u64)).await;
            }
            let mut texts = Vec::new();
            for text in &dummy.texts {
                texts.push(text.eval(user)?.into_owned());
            }
            let [code, message, response, request, url] =
                <[String; 5]>::try_from(texts).expect("there are five texts");
            sample.success = dummy.success.eval(user)?.trim().eq_ignore_ascii_case("true");
            (sample.code, sample.message, sample.sampler_data) = (code.into(), message.into(), request);
            sample.url = Some(url.into()).filter(|url: &smol_str::SmolStr| !url.is_empty());
            sample.set_text(&response);
            sample.elapsed_ms = millis;
            sample.ended_ms = sample.started_ms + millis;
        }
        NodeKind::Assign(pairs) => {
            for (name, value) in pairs {
                let (name, value) = (name.eval(user)?.into_owned(), value.eval(user)?.into_owned());
                user.vars.put(&name, &value);
            }
            return Ok(None);
        }
        NodeKind::Unsupported(what) => sample.fail("500", &format!("{what} is not supported")),
        _ => return Ok(None),
    }
    sample.bytes = sample.body.len() as u64;
    sample.body_bytes = sample.bytes;
    Ok(Some(sample))
}

/// Fills a sample with variables and properties.
pub fn show(variables: bool, props: bool, sample: &mut Sample, user: &User) {
    let mut text = String::new();
    if variables {
        text.push_str("JMeterVariables:\n");
        for (name, value) in user.vars.sorted() {
            let value = match value {
                Var::Text(text) => text.to_string(),
                Var::Object(value) => value.to_string(),
            };
            text.push_str(&format!("{name}={value}\n"));
        }
        text.push('\n');
    }
    if props {
        text.push_str("JMeterProperties:\n");
        let props = user.shared.props.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        props.iter().for_each(|(name, value)| text.push_str(&format!("{name}={value}\n")));
        text.push('\n');
    }
    sample.set_text(&text);
    sample.data_type = "text";
    (sample.code, sample.message, sample.success) = ("200".into(), "OK".into(), true);
}

/// Applies what a script changed of a request.
pub fn apply(call: &mut Call, view: &SamplerView, shared: &Shared) {
    if let Some(headers) = &view.headers {
        call.headers.clone_from(headers);
    }
    if let Some(arguments) = &view.arguments {
        let pair = |(name, value, encode): &(String, String, bool)| super::http::Pair {
            name: name.clone(),
            value: value.clone(),
            encode: *encode,
            equals: true,
            content_type: String::new(),
        };
        call.pairs = arguments.iter().map(pair).collect();
        call.raw = !call.pairs.is_empty() && call.pairs.iter().all(|pair| pair.name.is_empty());
    }
    if let Some(files) = &view.files {
        call.set_files(files, shared);
    }
    if view.changed.is_empty() && view.arguments.is_none() {
        return;
    }
    for (field, value) in &view.changed {
        match field.as_str() {
            "method" => call.method.clone_from(value),
            "body" => {
                call.raw = true;
                call.pairs = vec![super::http::Pair {
                    name: String::new(),
                    value: value.clone(),
                    encode: false,
                    equals: true,
                    content_type: String::new(),
                }];
            }
            "encoding" => call.encoding.clone_from(value),
            "followRedirects" => call.follow = value == "true",
            _ => {}
        }
    }
    let given =
        |field: &str| view.changed.iter().rfind(|(name, _)| name == field).map(|(_, value)| value.as_str());
    call.rebuild(given("protocol"), given("domain"), given("port"), given("path"));
}

/// The text of a script: of its element, or of its file.
///
/// # Errors
/// In Java's words when the file cannot be read, or a function throws.
pub fn source_of(script: &Script, name: &str, user: &mut User) -> Result<String, String> {
    let file = script.file.eval(user).map_err(|fault| fault.0)?.trim().to_owned();
    if file.is_empty() {
        return Ok(script.source.eval(user).map_err(|fault| fault.0)?.into_owned());
    }
    let path = std::path::absolute(&file).unwrap_or_else(|_| file.clone().into());
    std::fs::read_to_string(&path).map_err(|_| {
        format!(
            "javax.script.ScriptException: Script file '{}' does not exist or is unreadable for element:{name}",
            path.display()
        )
    })
}

/// Replaces values of a request's parameters by those that an extractor found: the variable, and the groups of names
/// and of values.
pub fn replace_by_matches(call: &mut Call, found: &[String; 3], user: &User) {
    let [name, names, values] = found;
    let text = |name: String| user.vars.text(&name).map(std::borrow::Cow::into_owned);
    let count: usize = text(format!("{name}_matchNr")).and_then(|text| text.parse().ok()).unwrap_or(0);
    for at in 1..=count {
        let pair = (text(format!("{name}_{at}_g{names}")), text(format!("{name}_{at}_g{values}")));
        let (Some(key), Some(value)) = pair else { continue };
        for pair in call.pairs.iter_mut().filter(|pair| pair.name == key) {
            pair.value.clone_from(&value);
        }
    }
    call.rebuild(None, None, None, None);
}
