//! Reading one tier of options: of a script, a configuration file or the environment.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dns::dns;
use super::own::plimsoll;
use super::tls::{tls_auth, tls_version};
use super::{Options, Warning};
use crate::Error;
use crate::json::{self, Fields};
use crate::scenario::{Scenario, parse_stages};
use crate::segment::{Segment, Sequence};
use crate::system_tags::SystemTags;
use crate::threshold::Threshold;

impl Options {
    /// Reads the script's `options`.
    ///
    /// # Errors
    /// For values of the wrong type; unknown names are a warning.
    pub fn from_script(value: &Value) -> Result<(Self, Vec<Warning>), Error> {
        Self::from_json(value, "There were unknown fields in the options exported in the script")
    }

    /// Reads a configuration file's content.
    ///
    /// # Errors
    /// As [`from_script`](Self::from_script).
    pub fn from_config_file(value: &Value) -> Result<(Self, Vec<Warning>), Error> {
        // The file also holds what is no option of a test.
        let mut value = value.clone();
        if let Value::Object(members) = &mut value {
            for name in
                ["collectors", "out", "linger", "noUsageReport", "webDashboard", "outputs", "address", "log"]
            {
                members.remove(name);
            }
        }
        Self::from_json(&value, "There were unknown fields in the configuration file")
    }

    fn from_json(value: &Value, unknown_message: &str) -> Result<(Self, Vec<Warning>), Error> {
        let members = match value {
            Value::Null => return Ok((Self::default(), Vec::new())),
            Value::Object(members) => members.clone(),
            other => {
                let error = json::mismatch(other, "lib.Options");
                return Err(Error::new(format!(
                    "parsing options from script got error while parsing {:?}: {error}",
                    other.to_string()
                )));
            }
        };
        let mut fields = Fields::new(members);
        let options = Self::read(&mut fields)?;
        let warnings = fields.left().into_iter().take(1).map(|name| Warning {
            message: unknown_message.to_owned(),
            error: Some(format!("json: unknown field {name:?}")),
        });
        Ok((options, warnings.collect()))
    }

    fn read(fields: &mut Fields) -> Result<Self, Error> {
        let stages = fields.take("stages");
        let segment = |text: Option<String>| {
            text.map(|text| text.parse::<Segment>().map_err(|error| Error::new(error.to_string())))
                .transpose()
        };
        let sequence = |text: Option<String>| {
            text.map(|text| text.parse::<Sequence>().map_err(|error| Error::new(error.to_string())))
                .transpose()
        };
        Ok(Self {
            vus: fields.int("vus")?,
            duration: fields.span("duration")?,
            iterations: fields.int("iterations")?,
            stages: if stages.is_null() { None } else { Some(parse_stages(&stages)?) },
            scenarios: scenarios(&fields.take("scenarios"))?,
            execution_segment: segment(fields.text("executionSegment")?)?,
            execution_segment_sequence: sequence(fields.text("executionSegmentSequence")?)?,
            paused: fields.flag("paused")?,
            no_setup: fields.flag("noSetup")?,
            no_teardown: fields.flag("noTeardown")?,
            setup_timeout: fields.span("setupTimeout")?,
            teardown_timeout: fields.span("teardownTimeout")?,
            handle_summary_timeout: fields.span("handleSummaryTimeout")?,
            rps: fields.int("rps")?,
            dns: dns(&fields.take("dns"))?,
            max_redirects: fields.int("maxRedirects")?,
            user_agent: fields.text("userAgent")?,
            batch: fields.int("batch")?,
            batch_per_host: fields.int("batchPerHost")?,
            http_debug: fields.text("httpDebug")?,
            insecure_skip_tls_verify: fields.flag("insecureSkipTLSVerify")?,
            tls_cipher_suites: json::texts(&fields.take("tlsCipherSuites"))?,
            tls_version: tls_version(&fields.take("tlsVersion"))?,
            tls_auth: tls_auth(&fields.take("tlsAuth"))?,
            throw: fields.flag("throw")?,
            thresholds: thresholds(&fields.take("thresholds"))?,
            blacklist_ips: json::texts(&fields.take("blacklistIPs"))?,
            block_hostnames: json::texts(&fields.take("blockHostnames"))?,
            hosts: json::text_map(&fields.take("hosts"))?,
            no_connection_reuse: fields.flag("noConnectionReuse")?,
            no_vu_connection_reuse: fields.flag("noVUConnectionReuse")?,
            min_iteration_duration: fields.span("minIterationDuration")?,
            summary_trend_stats: json::texts(&fields.take("summaryTrendStats"))?,
            summary_time_unit: fields.text("summaryTimeUnit")?,
            system_tags: system_tags(&fields.take("systemTags"))?,
            tags: json::text_map(&fields.take("tags"))?,
            metric_samples_buffer_size: fields.int("metricSamplesBufferSize")?,
            no_cookies_reset: fields.flag("noCookiesReset")?,
            discard_response_bodies: fields.flag("discardResponseBodies")?,
            console_output: fields.text("consoleOutput")?,
            local_ips: fields.text("localIPs")?,
            features: json::texts(&fields.take("features"))?,
            ext: some(fields.take("ext")),
            cloud: some(fields.take("cloud")),
            plimsoll: plimsoll(&fields.take("plimsoll"))?,
        })
    }

    /// Reads `K6_*` variables; a `PLIMSOLL_*` variable of the same name goes over it.
    ///
    /// # Errors
    /// With k6's words for a value of the wrong type.
    pub fn from_env(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        let mut own: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in variables {
            if let Some(name) = name.strip_prefix("K6_") {
                known.insert(name.to_owned(), value);
            } else if let Some(name) = name.strip_prefix("PLIMSOLL_") {
                own.insert(name.to_owned(), value);
            }
        }
        known.extend(own);
        crate::environment::read(&known)
    }
}

fn some(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
}

fn scenarios(value: &Value) -> Result<Option<BTreeMap<String, Scenario>>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| Scenario::parse(name, value).map(|scenario| (name.clone(), scenario)))
            .collect::<Result<_, _>>()
            .map(Some),
        other => Err(json::mismatch(other, "lib.ScenarioConfigs")),
    }
}

fn thresholds(value: &Value) -> Result<Option<BTreeMap<String, Vec<Threshold>>>, Error> {
    let wrap = |error: Error| {
        Error::new(format!(
            "parsing options from script got error while parsing {:?}: {error}",
            "\"threshold"
        ))
    };
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| Threshold::parse_all(value).map(|all| (name.clone(), all)).map_err(wrap))
            .collect::<Result<_, _>>()
            .map(Some),
        other => Err(wrap(json::mismatch(other, "map[string]metrics.Thresholds"))),
    }
}

fn system_tags(value: &Value) -> Result<Option<SystemTags>, Error> {
    json::texts(value)?.map(|names| SystemTags::from_names(names.iter().map(String::as_str))).transpose()
}
