//! Options from environment variables, whose names have lost their prefix.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::options::{DnsOptions, Options};
use crate::system_tags::SystemTags;
use crate::{Error, duration, json};

pub(crate) fn read(variables: &BTreeMap<String, String>) -> Result<Options, Error> {
    let reader = Reader(variables);
    let object = |name: &str| {
        let text = reader.text(name)?;
        serde_json::from_str::<Value>(&text).ok()
    };
    // What has a JSON form is read by the same code as the script's options.
    let mut structured = serde_json::Map::new();
    for (variable, option) in [
        ("THRESHOLDS", "thresholds"),
        ("HOSTS", "hosts"),
        ("TLSAUTH", "tlsAuth"),
        ("TLS_VERSION", "tlsVersion"),
    ] {
        if let Some(value) = object(variable).or_else(|| reader.text(variable).map(Value::from)) {
            structured.insert(option.to_owned(), value);
        }
    }
    let (base, _) = Options::from_script(&Value::Object(structured))?;
    Ok(Options {
        vus: reader.int("VUS", "VUs")?,
        duration: reader.span("DURATION", "Duration")?,
        iterations: reader.int("ITERATIONS", "Iterations")?,
        stages: reader.text("STAGES").map(|text| stages(&text)).transpose()?,
        paused: reader.flag("PAUSED", "Paused")?,
        no_setup: reader.flag("NO_SETUP", "NoSetup")?,
        no_teardown: reader.flag("NO_TEARDOWN", "NoTeardown")?,
        setup_timeout: reader.span("SETUP_TIMEOUT", "SetupTimeout")?,
        teardown_timeout: reader.span("TEARDOWN_TIMEOUT", "TeardownTimeout")?,
        handle_summary_timeout: reader.span("HANDLE_SUMMARY_TIMEOUT", "HandleSummaryTimeout")?,
        rps: reader.int("RPS", "RPS")?,
        dns: reader.text("DNS").map(|text| DnsOptions::parse(&text)).transpose()?,
        max_redirects: reader.int("MAX_REDIRECTS", "MaxRedirects")?,
        user_agent: reader.text("USER_AGENT"),
        batch: reader.int("BATCH", "Batch")?,
        batch_per_host: reader.int("BATCH_PER_HOST", "BatchPerHost")?,
        http_debug: reader.text("HTTP_DEBUG"),
        insecure_skip_tls_verify: reader.flag("INSECURE_SKIP_TLS_VERIFY", "InsecureSkipTLSVerify")?,
        tls_cipher_suites: reader.list("TLS_CIPHER_SUITES"),
        throw: reader.flag("THROW", "Throw")?,
        blacklist_ips: reader.list("BLACKLIST_IPS"),
        block_hostnames: reader.list("BLOCK_HOSTNAMES"),
        no_connection_reuse: reader.flag("NO_CONNECTION_REUSE", "NoConnectionReuse")?,
        no_vu_connection_reuse: reader.flag("NO_VU_CONNECTION_REUSE", "NoVUConnectionReuse")?,
        min_iteration_duration: reader.span("MIN_ITERATION_DURATION", "MinIterationDuration")?,
        summary_trend_stats: reader.list("SUMMARY_TREND_STATS"),
        summary_time_unit: reader.text("SUMMARY_TIME_UNIT"),
        system_tags: reader
            .list("SYSTEM_TAGS")
            .map(|names| SystemTags::from_names(names.iter().map(String::as_str)))
            .transpose()?,
        tags: reader.text("TAGS").map(|text| tags(&text)).transpose()?,
        metric_samples_buffer_size: reader.int("METRIC_SAMPLES_BUFFER_SIZE", "MetricSamplesBufferSize")?,
        no_cookies_reset: reader.flag("NO_COOKIES_RESET", "NoCookiesReset")?,
        discard_response_bodies: reader.flag("DISCARD_RESPONSE_BODIES", "DiscardResponseBodies")?,
        console_output: reader.text("CONSOLE_OUTPUT"),
        local_ips: reader.text("LOCAL_IPS"),
        features: reader.list("FEATURES"),
        ..base
    })
}

/// Reads `10s:5,5m:20`.
///
/// # Errors
/// For what is no stage.
pub fn stages(text: &str) -> Result<Vec<(std::time::Duration, i64)>, Error> {
    text.split(',').map(|stage| self::stage(stage.trim())).collect()
}

/// Reads `10s:5`; either side may be missing.
///
/// # Errors
/// For what is no stage.
pub fn stage(text: &str) -> Result<(std::time::Duration, i64), Error> {
    let (length, target) = text.split_once(':').unwrap_or((text, ""));
    let length = if length.is_empty() {
        std::time::Duration::ZERO
    } else {
        duration::parse(length).map_err(|error| Error::new(error.to_string()))?
    };
    Ok((length, if target.is_empty() { 0 } else { json::parse_int(target)? }))
}

/// Reads `k=v,k2=v2`.
///
/// # Errors
/// For a pair without a name or a value.
pub fn tags(text: &str) -> Result<BTreeMap<String, String>, Error> {
    text.split(',').filter(|pair| !pair.trim().is_empty()).map(tag).collect()
}

/// Reads `k=v`.
///
/// # Errors
/// For a pair without a name or a value.
pub fn tag(text: &str) -> Result<(String, String), Error> {
    match text.split_once('=') {
        None => Err(Error::new(format!("error parsing tag '{text}': no '=' found"))),
        Some(("", _)) => Err(Error::new(format!("error parsing tag '{text}': the tag name is empty"))),
        Some((_, "")) => Err(Error::new(format!("error parsing tag '{text}': the tag value is empty"))),
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
    }
}

struct Reader<'a>(&'a BTreeMap<String, String>);

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty() || name == "USER_AGENT").cloned()
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        let text = self.text(name)?;
        Some(text.split(',').map(|item| item.trim().to_owned()).collect())
    }

    fn wrap(name: &str, field: &str, value: &str, kind: &str, error: &impl std::fmt::Display) -> Error {
        Error::new(format!(
            "envconfig.Process: assigning K6_{name} to {field}: converting '{value}' to type {kind}. details: {error}"
        ))
    }

    fn int(&self, name: &str, field: &str) -> Result<Option<i64>, Error> {
        let Some(text) = self.text(name) else { return Ok(None) };
        json::parse_int(&text).map(Some).map_err(|error| Self::wrap(name, field, &text, "null.Int", &error))
    }

    fn flag(&self, name: &str, field: &str) -> Result<Option<bool>, Error> {
        let Some(text) = self.text(name) else { return Ok(None) };
        json::parse_flag(&text).map(Some).map_err(|error| Self::wrap(name, field, &text, "null.Bool", &error))
    }

    fn span(&self, name: &str, field: &str) -> Result<Option<std::time::Duration>, Error> {
        let Some(text) = self.text(name) else { return Ok(None) };
        duration::parse(&text)
            .map(Some)
            .map_err(|error| Self::wrap(name, field, &text, "types.NullDuration", &error))
    }
}
