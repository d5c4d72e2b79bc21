//! One request, from the script's arguments to its response and samples.

use std::borrow::Cow;
use std::rc::Rc;

use bytes::Bytes;
use metrics::{HttpHop, HttpSample, TagSetId, builtin};
use model::{Level, Nanos, Record};
use rquickjs::{Error as JsError, Result, Value};
use tokio::sync::Notify;

use super::body;
use super::debug;
use super::expected::Expected;
use super::params::{Params, ResponseType};
use super::response::{Response, Sent};
use super::state::{HttpState, SharedJar};
use super::template;
use crate::error;
use crate::ffi::Call;
use crate::kept;
use crate::modules::{globals, tags, web};
use crate::test::HttpDebug;
use crate::vu::Host;

/// A request that is ready to be sent.
pub(super) struct Prepared {
    request: net::Request,
    jar: Option<SharedJar>,
    expected: Expected,
    tags: TagSetId,
    /// The name that the script gave the request, by tag or template.
    name: Option<String>,
    response_type: ResponseType,
    throw: bool,
    /// Whether the limit of redirects is only the default, which deserves a warning when it is reached.
    default_redirects: bool,
    sent: Sent,
}

impl Prepared {
    /// The request is to fail when this is notified.
    pub(super) fn cancelled_by(&mut self, cancel: &Rc<Notify>) {
        self.request.cancel = Some(cancel.clone());
    }

    /// Host and port, by which a batch counts its requests.
    pub(super) fn authority(&self) -> String {
        self.request.url.authority().to_owned()
    }
}

/// Why a request could not even be prepared.
pub(super) struct Refused {
    pub(super) message: String,
    pub(super) code: u16,
    pub(super) url: String,
    pub(super) throw: bool,
}

impl Refused {
    fn new(message: impl Into<String>, throw: bool) -> Self {
        Self { message: message.into(), code: 0, url: String::new(), throw }
    }

    /// The response that a script gets instead, or the exception.
    pub(super) fn into_value<'js>(self, call: &Call<'js>) -> Result<Value<'js>> {
        if self.throw {
            return Err(error::throw(&call.ctx, &self.message));
        }
        call.host
            .shared
            .log
            .log(Record::new(Level::Warning, "Request Failed").with("error", self.message.clone()));
        self.into_response().into_object(&call.ctx)
    }

    /// The response of a request that was never sent.
    pub(super) fn into_response(self) -> Box<Response> {
        let short = self.message.clone();
        let mut response = failed_response(self.url.into(), short, self.code);
        // What k6 gives for a request that never was: a body of no bytes rather than none.
        if self.code == 0 {
            response.body = Some(Bytes::new());
            response.response_type = ResponseType::View;
        }
        response
    }
}

/// A response without an answer.
pub(super) fn failed_response(url: Rc<str>, error: String, error_code: u16) -> Box<Response> {
    Box::new(Response {
        url: url.clone(),
        status: 0,
        status_text: Cow::Borrowed(""),
        proto: "",
        remote: None,
        headers: net::Headers::default(),
        cookies: Vec::new(),
        body: None,
        response_type: ResponseType::Text,
        trail: None,
        tls: None,
        error,
        error_code,
        sent: Sent { method: None, url, headers: Vec::new(), cookies: Vec::new(), body: Bytes::new() },
    })
}

/// Reads the arguments of a request.
///
/// # Errors
/// What the script's own code threw while its arguments were read. Bad arguments are a [`Refused`] instead.
pub(super) fn prepare<'js>(
    call: &Call<'js>,
    method: &str,
    url: &Value<'js>,
    content: &Value<'js>,
    params: &Value<'js>,
) -> Result<std::result::Result<Box<Prepared>, Refused>> {
    let throw = call.host.shared.run().throw;
    let (address, template_name) = match address_of(call, url)? {
        Ok(address) => address,
        Err(refused) => return Ok(Err(Refused { throw, ..refused })),
    };
    let params = match Params::parse(call, params) {
        Ok(params) => params,
        Err(fault) => return Ok(Err(Refused::new(fault.message()?, throw))),
    };
    let throw = params.throw;
    let parsed = match HttpState::of(call.host).url(&address) {
        Ok(url) => url,
        Err(failure) => {
            let message = format!("invalid URL: {failure}");
            return Ok(Err(Refused { message, code: 1020, url: address, throw }));
        }
    };
    let body = match body::encode(call, content) {
        Ok(body) => body,
        Err(fault) => return Ok(Err(Refused::new(fault.message()?, throw))),
    };
    Ok(Ok(assemble(call, method, parsed, body, params, template_name)))
}

/// An address and the name that a template gives it.
type Address = (String, Option<String>);

/// The address argument as text.
fn address_of(call: &Call<'_>, url: &Value<'_>) -> Result<std::result::Result<Address, Refused>> {
    if let Some((name, address)) = template::as_template(url)? {
        return Ok(Ok((address, Some(name))));
    }
    if url.is_string() {
        return Ok(Ok((error::text_of(&call.ctx, url), None)));
    }
    if let Some(address) = web::address_of(url) {
        return Ok(Ok((address, None)));
    }
    let shown = if url.is_undefined() || url.is_null() {
        "<nil>".to_owned()
    } else if url.is_object() {
        "map[]".to_owned()
    } else {
        error::text_of(&call.ctx, url)
    };
    let message = format!("invalid URL: '#{shown}'");
    Ok(Err(Refused { message, code: 1020, url: String::new(), throw: false }))
}

fn assemble(
    call: &Call<'_>,
    method: &str,
    url: Rc<net::Url>,
    body: Option<body::Body>,
    params: Params,
    template_name: Option<String>,
) -> Box<Prepared> {
    let host = call.host;
    let state = HttpState::of(host);
    let worker = host.worker();
    let mut headers = params.headers;
    let (bytes, content_type) = body.map_or((None, None), |body| (Some(body.bytes), body.content_type));
    if let Some(content_type) = content_type
        && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        headers.push(("Content-Type".to_owned(), content_type));
    }
    if !params.compression.is_empty() {
        warn_of_coding(host, method, &url, &headers, &net::encoding::Coding::header(&params.compression));
    }
    let explicit = params.tags.iter().find(|(key, _)| key == "name").map(|(_, name)| name.clone());
    let name = explicit.or(template_name);
    let sample_tags = tags::extend(&mut worker.recorder.borrow_mut(), host.tags.get(), &params.tags);
    let jar = params.jar.unwrap_or_else(|| Some(state.jar.borrow().clone()));
    let cookies: Vec<_> =
        params.cookies.into_iter().map(|cookie| (cookie.name, cookie.value, cookie.replace)).collect();
    let method = net::Method::new(method);
    let sent = Sent {
        method: Some(method.clone()),
        url: url.text(),
        headers: headers.clone(),
        cookies: cookies.clone(),
        body: bytes.clone().unwrap_or_default(),
    };
    let request = net::Request {
        method,
        url,
        headers: headers.into(),
        body: bytes,
        timeout: params.timeout,
        head_timeout: None,
        redirects: params.redirects.0,
        compression: params.compression,
        auth: params.auth,
        version: params.version.unwrap_or_default(),
        discard_body: params.response_type == ResponseType::None,
        cookies,
        cancel: None,
        verbatim: false,
        tell_headers: true,
    };
    Box::new(Prepared {
        request,
        jar,
        expected: params.expected.unwrap_or_else(|| state.expected.borrow().clone()),
        tags: sample_tags,
        name,
        response_type: params.response_type,
        throw: params.throw,
        default_redirects: params.redirects.1,
        sent,
    })
}

/// Says that the script's own header contradicts what it wants the body to be packed with.
fn warn_of_coding(host: &Host, method: &str, url: &net::Url, headers: &[(String, String)], packed: &str) {
    let own = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    if own.is_some_and(|(_, own)| own != packed) {
        let text = format!(
            "There's a mismatch between the desired `compression` the manually set `Content-Encoding` header in the \
             {method} request for '{}', the custom header has precedence and won't be overwritten. This may result \
             in invalid data being sent to the server.",
            url.as_str()
        );
        host.log(Level::Warning, text);
    }
}

/// A request's outcome: what the script gets, and what is said when it failed.
pub(super) struct Outcome {
    pub(super) response: Box<Response>,
    /// The whole message of a failure, as it is logged or thrown.
    pub(super) failure: Option<String>,
    throw: bool,
}

impl Outcome {
    /// The response as the script gets it; logs a failure, or throws it when the script wants that.
    pub(super) fn into_value<'js>(self, call: &Call<'js>) -> Result<Value<'js>> {
        if let Some(message) = &self.failure {
            if self.throw {
                return Err(error::throw(&call.ctx, message));
            }
            warn_failed(call.host, message);
        }
        self.response.into_object(&call.ctx)
    }

    /// The outcome of a request with bad arguments.
    pub(super) fn refused(refused: Refused) -> Self {
        let (message, throw) = (refused.message.clone(), refused.throw);
        Self { response: refused.into_response(), failure: Some(message), throw }
    }

    /// The outcome of something that is no request; what is wrong has been said already.
    pub(super) fn malformed(message: String) -> Self {
        Self { response: failed_response("".into(), message, 1000), failure: None, throw: false }
    }

    /// Whether the failure is to be thrown.
    pub(super) fn throws(&self) -> bool {
        self.throw && self.failure.is_some()
    }
}

pub(super) fn warn_failed(host: &Host, message: &str) {
    host.shared.log.log(Record::new(Level::Warning, "Request Failed").with("error", message));
}

/// Sends a request and records each of its hops.
pub(super) async fn perform(host: &Host, client: &net::Client, prepared: Box<Prepared>) -> Outcome {
    let Prepared { request, jar, expected, tags, name, response_type, throw, default_redirects, sent } =
        *prepared;
    let redirects = request.redirects;
    let mut hops = 0u32;
    let mut last_status = 0;
    let mut record_hop = |hop: &net::Hop<'_>| {
        hops += 1;
        last_status = hop.status;
        record(host, hop, tags, name.as_deref(), &expected);
    };
    let answer = client.send(request, jar.as_deref(), &mut record_hop).await;
    match answer {
        Ok(answer) => {
            for note in &answer.notes {
                host.log(note.level, note.text.clone());
            }
            if default_redirects && hops > redirects && (300..400).contains(&last_status) {
                warn_redirects(host, hops, answer.url.as_str());
            }
            Outcome { response: from_answer(answer, response_type, sent), failure: None, throw }
        }
        Err(failure) => {
            let mut response = failed_response(sent.url.clone(), failure.to_string(), failure.code());
            response.body = failure.partial_body();
            response.trail = failure.trail().copied();
            response.sent = sent;
            Outcome { response, failure: Some(failure.detail()), throw }
        }
    }
}

fn warn_redirects(host: &Host, hops: u32, url: &str) {
    let message = format!(
        "Stopped after {hops} redirects and returned the redirection; pass {{ redirects: n }} in request params or set global maxRedirects to silence this"
    );
    host.shared.log.log(Record::new(Level::Warning, message).with("url", url));
}

fn from_answer(answer: net::Response, response_type: ResponseType, mut sent: Sent) -> Box<Response> {
    let empty_by_nature = matches!(answer.status, 204 | 304);
    sent.headers = answer.request_headers;
    Box::new(Response {
        url: answer.url.text(),
        status: answer.status,
        status_text: answer.status_text,
        proto: answer.proto.name(),
        remote: answer.remote,
        headers: answer.headers,
        cookies: answer.cookies,
        body: (response_type != ResponseType::None && !empty_by_nature).then_some(answer.body),
        response_type,
        trail: Some(answer.trail),
        tls: answer.tls,
        error: String::new(),
        error_code: if answer.status >= 400 { 1000 + answer.status } else { 0 },
        sent,
    })
}

/// Records the samples of one hop.
fn record(host: &Host, hop: &net::Hop<'_>, base: TagSetId, name: Option<&str>, expected: &Expected) {
    let worker = host.worker();
    let debug = host.shared.run().http_debug;
    if debug != HttpDebug::Off
        && let Some(wire) = hop.wire
    {
        debug::log(host, wire, debug);
    }
    let status = if hop.challenge { 200 } else { hop.status };
    let failed = expected.failed(status, hop.body);
    let sample = sample_of(host, hop.trail, failed);
    let mut recorder = worker.recorder.borrow_mut();
    let code = hop.error.map(|error| (error.code(), error as &dyn std::fmt::Display));
    let labels = HttpHop {
        base,
        name,
        method: hop.method,
        url: hop.url,
        status: hop.status,
        proto: hop.proto,
        tls: hop.tls.map(|tls| tls.version),
        error: code,
        remote: hop.remote.map(|remote| remote.ip()),
        failed,
    };
    let tags = worker.http_tags.borrow_mut().of(&mut recorder, &worker.keys, &labels);
    if hop.trail.kernel_stamped {
        let lag = hop.trail.generator_lag();
        recorder.generator_lag(lag);
        if host.shared.run().generator_lag {
            recorder.add(builtin::GENERATOR_LAG, tags, lag.as_millis_f64(), hop.trail.end());
        }
    } else if hop.error.is_none() {
        worker.net.settings().shortages.count_unstamped();
    }
    recorder.http_with_metadata(tags, &sample, &host.metadata.borrow());
    kept::keep_hop(&mut recorder, hop, &sample, tags);
    host.sent.set(host.sent.get() + hop.trail.sent_bytes);
    host.received.set(host.received.get() + hop.trail.received_bytes);
}

fn sample_of(host: &Host, trail: &net::Trail, failed: Option<bool>) -> HttpSample {
    let duration = trail.duration();
    // Response time counts from when the iteration should have started: the time it started late is time
    // that a user would have waited.
    let late = host.iteration.get().and_then(|it| it.intended.map(|intended| it.started - intended));
    HttpSample {
        at: trail.end(),
        duration,
        blocked: trail.blocked(),
        connecting: trail.connecting(),
        tls_handshaking: trail.tls_handshaking(),
        sending: trail.sending(),
        waiting: trail.waiting(),
        receiving: trail.receiving(),
        failed,
        response_time: late.map(|late: Nanos| duration + late),
    }
}

/// Refuses requests where k6 does.
pub(super) fn outside_init(call: &Call<'_>) -> std::result::Result<(), JsError> {
    if call.host.in_init() {
        return Err(error::throw(&call.ctx, "Making http requests in the init context is not supported"));
    }
    Ok(())
}

/// The type of a value as k6's messages call it.
pub(super) fn kind(value: &Value<'_>) -> &'static str {
    if value.is_string() { "string" } else { globals::go_type(value) }
}
