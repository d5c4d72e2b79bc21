//! The `params` argument of a request.

use std::time::Duration;

use rquickjs::{Object, Value};

use super::cookies;
use super::expected::Expected;
use super::fault::Fault;
use super::state::SharedJar;
use crate::error;
use crate::ffi::Call;
use crate::modules::{globals, tags};

/// k6's default for one request.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How a response's body is handed to the script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ResponseType {
    Text,
    Binary,
    /// A view of bytes, of requests that were refused.
    View,
    None,
}

/// A cookie of one request.
pub(super) struct RequestCookie {
    pub(super) name: String,
    pub(super) value: String,
    /// It takes the place of the jar's cookie of that name.
    pub(super) replace: bool,
}

/// What a request's `params` said.
pub(super) struct Params {
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<RequestCookie>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) timeout: Duration,
    /// How many redirects to follow, and whether that is only the default.
    pub(super) redirects: (u32, bool),
    pub(super) compression: Vec<net::encoding::Coding>,
    pub(super) response_type: ResponseType,
    pub(super) auth: Option<net::AuthScheme>,
    pub(super) version: Option<net::VersionPreference>,
    /// What the user's callback is replaced by.
    pub(super) expected: Option<Expected>,
    pub(super) throw: bool,
    /// The jar to use instead of the user's; `Some(None)` means none at all.
    pub(super) jar: Option<Option<SharedJar>>,
}

impl Params {
    fn defaults(call: &Call<'_>) -> Self {
        let run = call.host.shared.run();
        Self {
            headers: Vec::new(),
            cookies: Vec::new(),
            tags: Vec::new(),
            timeout: TIMEOUT,
            redirects: run.max_redirects,
            compression: Vec::new(),
            response_type: if run.discard_response_bodies { ResponseType::None } else { ResponseType::Text },
            auth: None,
            version: None,
            expected: None,
            throw: run.throw,
            jar: None,
        }
    }

    /// Reads `value`. Anything but an object means the defaults, as do members of a wrong type where k6
    /// ignores them.
    ///
    /// # Errors
    /// What the script's own code threw, or the message of the failed request that k6 makes of a bad
    /// parameter.
    pub(super) fn parse<'js>(call: &Call<'js>, value: &Value<'js>) -> Result<Self, Fault> {
        let mut params = Self::defaults(call);
        let Some(object) = value.as_object().filter(|_| !value.is_array()) else { return Ok(params) };
        let member = |key: &str| member_of(object, key);
        let text = |key: &str| member(key)?.map(|value| error::try_text_of(&call.ctx, &value)).transpose();
        if let Some(throw) = member("throw")? {
            params.throw = crate::ffi::truthy(&throw);
        }
        if let Some(headers) = member("headers")? {
            params.headers = headers_of(&headers)?;
        }
        if let Some(cookies) = member("cookies")? {
            params.cookies = cookies_of(&cookies)?;
        }
        if let Some(given) = member("tags")? {
            let pairs = tags::pairs(&given)?;
            params.tags = pairs.map_err(|message| format!("invalid HTTP request metric tags: {message}"))?;
        }
        if let Some(timeout) = member("timeout")? {
            params.timeout =
                duration(&timeout).map_err(|message| format!("invalid timeout value: {message}"))?;
        }
        if let Some(redirects) = member("redirects")? {
            // What is no number counts as zero, as does anything below.
            let number = redirects.get::<rquickjs::Coerced<f64>>()?.0;
            params.redirects = (if number.is_nan() { 0 } else { number.max(0.0) as u32 }, false);
        }
        if let Some(compression) = text("compression")? {
            params.compression = codings(&compression)?;
        }
        if let Some(kind) = text("responseType")? {
            params.response_type = response_type(&kind)?;
        }
        if let Some(auth) = text("auth")? {
            params.auth = auth_scheme(&auth);
        }
        if let Some(version) = text("httpVersion")? {
            params.version = Some(version_preference(&version)?);
        }
        params.read_callback(object)?;
        params.read_jar(call, object)?;
        Ok(params)
    }

    fn read_callback(&mut self, object: &Object<'_>) -> Result<(), Fault> {
        let callback: Value<'_> = object.get("responseCallback")?;
        if !callback.is_undefined() {
            let expected = Expected::from_value(&callback);
            self.expected = Some(expected.ok_or_else(|| "unsupported responseCallback".to_owned())?);
        }
        Ok(())
    }

    fn read_jar<'js>(&mut self, call: &Call<'js>, object: &Object<'js>) -> rquickjs::Result<()> {
        let jar: Value<'js> = object.get("jar")?;
        if jar.is_null() {
            self.jar = Some(None);
        } else if let Some(jar) = cookies::jar_of(call.host, &jar) {
            self.jar = Some(Some(jar));
        }
        Ok(())
    }
}

/// A member that has a value.
fn member_of<'js>(object: &Object<'js>, key: &str) -> rquickjs::Result<Option<Value<'js>>> {
    let value: Value<'js> = object.get(key)?;
    Ok((!value.is_undefined() && !value.is_null()).then_some(value))
}

/// The headers of a `headers` object, as text.
///
/// # Errors
/// What the script's own code threw.
pub(crate) fn headers_of(value: &Value<'_>) -> rquickjs::Result<Vec<(String, String)>> {
    let Some(object) = value.as_object() else { return Ok(Vec::new()) };
    object
        .props::<String, Value<'_>>()
        .map(|entry| {
            let (name, value) = entry?;
            Ok((name, error::try_text_of(object.ctx(), &value)?))
        })
        .collect()
}

fn cookies_of(value: &Value<'_>) -> rquickjs::Result<Vec<RequestCookie>> {
    let Some(object) = value.as_object() else { return Ok(Vec::new()) };
    let mut cookies = Vec::new();
    for entry in object.props::<String, Value<'_>>() {
        let (name, value) = entry?;
        if value.is_null() || value.is_undefined() {
            continue;
        }
        let cookie = match value.as_object() {
            Some(given) => RequestCookie {
                name,
                value: match member_or_null(given, "value")? {
                    Some(value) => error::try_text_of(object.ctx(), &value)?,
                    None => String::new(),
                },
                replace: given.get::<_, Value<'_>>("replace")?.as_bool().unwrap_or(false),
            },
            None => RequestCookie { name, value: error::try_text_of(object.ctx(), &value)?, replace: false },
        };
        cookies.push(cookie);
    }
    Ok(cookies)
}

/// A member that is there, be it `null`.
fn member_or_null<'js>(object: &Object<'js>, key: &str) -> rquickjs::Result<Option<Value<'js>>> {
    let value: Value<'js> = object.get(key)?;
    Ok((!value.is_undefined()).then_some(value))
}

/// A timeout: a number of milliseconds, or a string such as `1m30s`.
fn duration(value: &Value<'_>) -> Result<Duration, String> {
    if let Some(milliseconds) = value.as_number() {
        return Ok(Duration::from_nanos((milliseconds.max(0.0) * 1e6) as u64));
    }
    match value.as_string().and_then(|text| text.to_string().ok()) {
        Some(text) => model::duration::parse(&text).map_err(|failure| failure.to_string()),
        None => Err(format!("unable to use type {} as a duration value", globals::go_type(value))),
    }
}

fn codings(list: &str) -> Result<Vec<net::encoding::Coding>, String> {
    list.split(',')
        .map(|name| {
            let name = name.trim();
            net::encoding::Coding::from_name(name).ok_or_else(|| {
                format!(
                    "unknown compression algorithm {name}, supported algorithms are [gzip deflate zstd br]"
                )
            })
        })
        .collect()
}

fn response_type(name: &str) -> Result<ResponseType, String> {
    match name {
        "text" => Ok(ResponseType::Text),
        "binary" => Ok(ResponseType::Binary),
        "none" => Ok(ResponseType::None),
        _ => Err(format!("{name} does not belong to ResponseType values")),
    }
}

/// The scheme, when it is one; k6 ignores the others.
fn auth_scheme(name: &str) -> Option<net::AuthScheme> {
    match name {
        "basic" => Some(net::AuthScheme::Basic),
        "digest" => Some(net::AuthScheme::Digest),
        "ntlm" => Some(net::AuthScheme::Ntlm),
        _ => None,
    }
}

/// Our own parameter: which HTTP version to speak.
fn version_preference(name: &str) -> Result<net::VersionPreference, String> {
    match name {
        "auto" => Ok(net::VersionPreference::Auto),
        "1.1" => Ok(net::VersionPreference::Http1),
        "2" => Ok(net::VersionPreference::Http2),
        _ => Err(format!("unknown httpVersion {name}, it is one of auto, 1.1, 2")),
    }
}
