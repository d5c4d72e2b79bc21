//! Samples as scripts see them, under `prev` and `SampleResult`.

use serde_json::{Map, Value, json};

use super::super::sample::Sample;
use super::super::script_element::Stand;
use super::super::scripts::Scene;
use super::calls::{Host, action_named, hex, unhex};

/// `result.get` and `result.set`.
pub fn call(host: &mut Host<'_, '_>, what: &str, args: &[Value]) -> Value {
    let which = args.first().and_then(Value::as_str).unwrap_or_default().to_owned();
    let field = args.get(1).and_then(Value::as_str).unwrap_or_default();
    let (root, sub) = which.split_once('#').unwrap_or((&which, ""));
    let own = root == "SampleResult" || host.scene.stand != Stand::Sampler;
    let act = |sample: &mut Sample| {
        let mut sample = sample;
        for at in sub.split('#').filter(|part| !part.is_empty()) {
            match at.parse::<usize>().ok().and_then(|at| sample.subs.get_mut(at)) {
                Some(below) => sample = below,
                None => return Value::Null,
            }
        }
        if what == "set" {
            set(sample, field, args.get(2).unwrap_or(&Value::Null));
            Value::Null
        } else {
            get(sample, field, &which)
        }
    };
    if own && let Some(sample) = host.scene.sample.as_deref_mut() {
        return act(sample);
    }
    match &host.user.previous {
        Some(previous) => previous.try_borrow_mut().map_or(Value::Null, |mut sample| act(&mut sample)),
        None => Value::Null,
    }
}

fn get(sample: &Sample, field: &str, which: &str) -> Value {
    match field {
        "code" => sample.code.as_str().into(),
        "message" => sample.message.as_str().into(),
        "data" => sample.text().into(),
        "bytes" => hex(&sample.body).into(),
        "headers" => sample.response_headers.text().into(),
        "requestHeaders" => sample.request_headers.text().into(),
        "label" => sample.label.as_str().into(),
        "success" => sample.success.into(),
        "time" => sample.elapsed_ms.into(),
        "latency" => sample.latency_ms.into(),
        "connectTime" => sample.connect_ms.into(),
        "startTime" => sample.started_ms.into(),
        "endTime" => sample.ended_ms.into(),
        "size" => sample.bytes.into(),
        "bodySize" => sample.body_bytes.into(),
        "headersSize" => sample.header_bytes.into(),
        "sentBytes" => sample.sent_bytes.into(),
        "url" => sample.url.as_deref().map_or(Value::Null, Value::from),
        "method" => sample.method.as_str().into(),
        "queryString" => sample.query.as_str().into(),
        "cookies" => sample.cookies.as_str().into(),
        "samplerData" => sample.request_text().into(),
        "threadName" => (&*sample.thread).into(),
        "dataType" => sample.data_type.into(),
        "contentType" => sample.content_type.as_str().into(),
        "mediaType" => sample.content_type.split(';').next().unwrap_or_default().trim().into(),
        "encoding" => sample.charset.as_deref().unwrap_or("ISO-8859-1").into(),
        "encodingNoDefault" => sample.charset.as_deref().map_or(Value::Null, Value::from),
        "errorCount" => u8::from(!sample.success).into(),
        "sampleCount" => 1.into(),
        "groupThreads" => sample.group_threads.into(),
        "allThreads" => sample.all_threads.into(),
        "idleTime" => sample.idle_ms.into(),
        "class" => if sample.is_http { "HTTPSampleResult" } else { "SampleResult" }.into(),
        "subResults" => (0..sample.subs.len()).map(|at| Value::from(format!("{which}#{at}"))).collect(),
        "assertions" => sample
            .verdicts
            .iter()
            .map(|verdict| {
                json!({"name": verdict.name, "failure": verdict.failure, "error": verdict.error, "message": verdict.message})
            })
            .collect(),
        "ignore" => sample.ignored.into(),
        "stopThread" => sample.stop_thread.into(),
        "stopTest" => sample.stop_test.into(),
        "stopTestNow" => sample.stop_now.into(),
        _ => Value::Null,
    }
}

fn set(sample: &mut Sample, field: &str, value: &Value) {
    let text = || match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let number = || value.as_i64().or_else(|| value.as_f64().map(|number| number as i64)).unwrap_or(0);
    let on = *value != Value::Bool(false);
    match field {
        "code" => sample.code = text().into(),
        "message" => sample.message = text().into(),
        "data" => {
            sample.set_text(&text());
            sample.body_bytes = sample.body.len() as u64;
        }
        "bytes" => {
            sample.own_text = None;
            sample.body = unhex(&text()).into();
        }
        "headers" => sample.response_headers = text().into(),
        "requestHeaders" => sample.request_headers = text().into(),
        "label" => sample.label = text().into(),
        "success" => sample.success = on,
        "time" => {
            sample.elapsed_ms = number();
            sample.ended_ms = sample.started_ms + sample.elapsed_ms;
        }
        "latency" => sample.latency_ms = number(),
        "connectTime" => sample.connect_ms = number(),
        "startTime" => sample.started_ms = number(),
        "endTime" => sample.ended_ms = number(),
        "size" => sample.bytes = number().max(0) as u64,
        "sentBytes" => sample.sent_bytes = number().max(0) as u64,
        "url" => sample.url = Some(text().into()),
        "samplerData" => sample.sampler_data = text(),
        "queryString" => sample.query = text(),
        "threadName" => sample.thread = text().into(),
        "dataType" => sample.data_type = if text().eq_ignore_ascii_case("bin") { "bin" } else { "text" },
        "contentType" => sample.content_type = text().into(),
        "encoding" => sample.charset = Some(text().into()),
        "idleTime" => sample.idle_ms = number(),
        "ignore" => sample.ignored = on,
        "stopThread" => sample.stop_thread = on,
        "stopTest" => sample.stop_test = on,
        "stopTestNow" => sample.stop_now = on,
        "addSubResult" => {
            let mut sub = detached(value);
            sub.thread = sample.thread.clone();
            sample.add_result(sub);
        }
        "logicalAction" => sample.action = action_named(&text()).unwrap_or_default(),
        _ => {}
    }
}

/// A result that a script made.
fn detached(fields: &Value) -> Sample {
    let mut sample = Sample { data_type: "text", ..Sample::default() };
    for (field, value) in fields.as_object().into_iter().flatten() {
        match (field.as_str(), value.as_array()) {
            ("subResults", Some(below)) => below.iter().for_each(|sub| sample.add_sub(detached(sub))),
            _ => set(&mut sample, field, value),
        }
    }
    sample.body_bytes = sample.body.len() as u64;
    sample.bytes = sample.bytes.max(sample.body_bytes);
    sample
}

/// What a BeanShell script said by setting the variables of its element.
pub fn answers(scene: &mut Scene<'_>, bindings: &Map<String, Value>) {
    let text = |name: &str| match bindings.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    };
    if scene.stand == Stand::Sampler
        && let Some(sample) = scene.sample.as_deref_mut()
    {
        if let Some(code) = text("ResponseCode") {
            sample.code = code.into();
        }
        if let Some(message) = text("ResponseMessage") {
            sample.message = message.into();
        }
        if let Some(Value::Bool(success)) = bindings.get("IsSuccess") {
            sample.success = *success;
        }
    }
    if scene.stand == Stand::Assertion
        && let Some(verdict) = scene.verdict.as_deref_mut()
        && bindings.get("Failure") == Some(&Value::Bool(true))
    {
        verdict.failure = true;
        verdict.message = text("FailureMessage");
    }
}
