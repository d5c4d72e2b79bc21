//! What the user asked for, tier by tier: every option is there or not, and higher tiers go over lower ones.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::json::{self, Fields};
use crate::scenario::{Scenario, parse_stages};
use crate::segment::{Segment, Sequence};
use crate::system_tags::SystemTags;
use crate::threshold::{Aggregation, Threshold};
use crate::{Error, ExitCode, duration};

/// TLS versions, from the lowest to the highest that may be spoken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsVersions {
    /// Such as `tls1.2`; empty for the default.
    pub min: String,
    /// Such as `tls1.3`; empty for the default.
    pub max: String,
}

/// A client certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsAuth {
    /// PEM.
    pub cert: String,
    /// PEM.
    pub key: String,
    /// Of the key.
    pub password: Option<String>,
    /// Where it is shown; everywhere when empty.
    pub domains: Vec<String>,
}

/// How names are looked up.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct DnsOptions {
    /// `inf`, `0` or a duration.
    pub ttl: Option<String>,
    /// `first`, `random` or `roundRobin`.
    pub select: Option<String>,
    /// `preferIPv4`, `preferIPv6`, `onlyIPv4`, `onlyIPv6` or `any`.
    pub policy: Option<String>,
}

impl DnsOptions {
    fn check(self) -> Result<Self, Error> {
        let known = |value: &Option<String>, all: &[&str], kind: &str| match value {
            Some(value) if !all.iter().any(|one| one.eq_ignore_ascii_case(value)) => {
                Err(Error::new(format!("{value} does not belong to {kind} values")))
            }
            _ => Ok(()),
        };
        known(&self.select, &["first", "random", "roundRobin"], "DNSSelect")?;
        known(&self.policy, &["preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"], "DNSPolicy")?;
        Ok(self)
    }

    /// Reads `ttl=5m,select=random,policy=preferIPv4`.
    ///
    /// # Errors
    /// For unknown names and values.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut options = Self::default();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| Error::new(format!("no value for key {pair}")))?;
            let value = Some(value.trim().to_owned());
            match key.trim() {
                "ttl" => options.ttl = value,
                "select" => options.select = value,
                "policy" => options.policy = value,
                other => return Err(Error::new(format!("unknown DNS configuration field: {other}"))),
            }
        }
        options.check()
    }
}

/// What our own program offers beyond k6, under `options.plimsoll`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PlimsollOptions {
    /// All users of a worker thread share one pool of connections.
    pub shared_connections: bool,
    /// A threshold whose metric has no samples fails.
    pub no_data_fails: bool,
    /// Receive timestamps are taken in the program, not from the kernel.
    pub no_kernel_timestamps: bool,
    /// HTTP/2 without TLS is spoken with prior knowledge.
    pub h2c: bool,
    /// Each user resumes its TLS sessions.
    pub tls_resumption: bool,
}

/// One tier of options; `None` means that the tier says nothing.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Options {
    /// Users, of the shorthand.
    pub vus: Option<i64>,
    /// Of the shorthand.
    pub duration: Option<Duration>,
    /// Of the shorthand.
    pub iterations: Option<i64>,
    /// Of the shorthand; targets may still be negative.
    pub stages: Option<Vec<(Duration, i64)>>,
    /// By name.
    pub scenarios: Option<BTreeMap<String, Scenario>>,
    /// This instance's part of the load.
    pub execution_segment: Option<Segment>,
    /// How the load is cut.
    pub execution_segment_sequence: Option<Sequence>,
    /// Start only when told to.
    pub paused: Option<bool>,
    /// Do not run `setup()`.
    pub no_setup: Option<bool>,
    /// Do not run `teardown()`.
    pub no_teardown: Option<bool>,
    /// 60 s by default.
    pub setup_timeout: Option<Duration>,
    /// 60 s by default.
    pub teardown_timeout: Option<Duration>,
    /// 120 s by default.
    pub handle_summary_timeout: Option<Duration>,
    /// Requests a second at most; 0 means no limit.
    pub rps: Option<i64>,
    /// How names are looked up.
    pub dns: Option<DnsOptions>,
    /// 10 by default.
    pub max_redirects: Option<i64>,
    /// Empty for no header.
    pub user_agent: Option<String>,
    /// Parallel requests of a batch.
    pub batch: Option<i64>,
    /// The same, to one host.
    pub batch_per_host: Option<i64>,
    /// `headers` or `full`.
    pub http_debug: Option<String>,
    /// Certificates are not checked.
    pub insecure_skip_tls_verify: Option<bool>,
    /// By name.
    pub tls_cipher_suites: Option<Vec<String>>,
    /// Which versions to speak.
    pub tls_version: Option<TlsVersions>,
    /// Client certificates.
    pub tls_auth: Option<Vec<TlsAuth>>,
    /// Failed requests throw.
    pub throw: Option<bool>,
    /// By metric, in the order of the names.
    pub thresholds: Option<BTreeMap<String, Vec<Threshold>>>,
    /// Addresses that must not be called, as CIDR.
    pub blacklist_ips: Option<Vec<String>>,
    /// Host names that must not be called.
    pub block_hostnames: Option<Vec<String>>,
    /// Addresses of host names.
    pub hosts: Option<BTreeMap<String, String>>,
    /// Each request has a connection of its own.
    pub no_connection_reuse: Option<bool>,
    /// Connections end with the iteration.
    pub no_vu_connection_reuse: Option<bool>,
    /// An iteration takes at least this long.
    pub min_iteration_duration: Option<Duration>,
    /// Columns of trends in the summary.
    pub summary_trend_stats: Option<Vec<String>>,
    /// `s`, `ms` or `us`.
    pub summary_time_unit: Option<String>,
    /// Which system tags samples have.
    pub system_tags: Option<SystemTags>,
    /// On every sample.
    pub tags: Option<BTreeMap<String, String>>,
    /// Accepted for k6's sake.
    pub metric_samples_buffer_size: Option<i64>,
    /// Cookies outlive the iteration.
    pub no_cookies_reset: Option<bool>,
    /// Bodies are read and dropped.
    pub discard_response_bodies: Option<bool>,
    /// Where `console` goes.
    pub console_output: Option<String>,
    /// Source addresses, as ranges or CIDR.
    pub local_ips: Option<String>,
    /// k6's feature flags.
    pub features: Option<Vec<String>>,
    /// Accepted for k6's sake.
    pub ext: Option<Value>,
    /// Accepted for k6's sake.
    pub cloud: Option<Value>,
    /// Our own.
    pub plimsoll: Option<PlimsollOptions>,
}

/// The columns of trends by default.
pub const TREND_STATS: [&str; 6] = ["avg", "min", "med", "max", "p(90)", "p(95)"];

/// Something that is said but stops nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// The message.
    pub message: String,
    /// The log record's `error` field.
    pub error: Option<String>,
}

impl Warning {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), error: None }
    }
}

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

    /// This tier under a higher one. When the higher one says how to execute, this one's word on that is gone.
    #[must_use]
    pub fn overlay(mut self, higher: Self) -> Self {
        let executes = higher.duration.is_some()
            || higher.iterations.is_some()
            || higher.stages.is_some()
            || higher.scenarios.is_some();
        if executes {
            self.duration = None;
            self.iterations = None;
            self.stages = None;
            self.scenarios = None;
        }
        macro_rules! over {
            ($($field:ident),* $(,)?) => { Self { $($field: higher.$field.or(self.$field)),* } };
        }
        over!(
            vus,
            duration,
            iterations,
            stages,
            scenarios,
            execution_segment,
            execution_segment_sequence,
            paused,
            no_setup,
            no_teardown,
            setup_timeout,
            teardown_timeout,
            handle_summary_timeout,
            rps,
            dns,
            max_redirects,
            user_agent,
            batch,
            batch_per_host,
            http_debug,
            insecure_skip_tls_verify,
            tls_cipher_suites,
            tls_version,
            tls_auth,
            throw,
            thresholds,
            blacklist_ips,
            block_hostnames,
            hosts,
            no_connection_reuse,
            no_vu_connection_reuse,
            min_iteration_duration,
            summary_trend_stats,
            summary_time_unit,
            system_tags,
            tags,
            metric_samples_buffer_size,
            no_cookies_reset,
            discard_response_bodies,
            console_output,
            local_ips,
            features,
            ext,
            cloud,
            plimsoll,
        )
    }

    /// Turns the shorthand into a scenario called `default`.
    ///
    /// # Errors
    /// When two ways of saying how to execute contradict each other.
    pub fn consolidate(mut self) -> Result<(Self, Vec<Warning>), Error> {
        let mut warnings = Vec::new();
        let explicit_empty = self.scenarios.as_ref().is_some_and(BTreeMap::is_empty);
        let given: Vec<&str> = [
            ("duration", self.duration.is_some()),
            ("iterations", self.iterations.is_some()),
            ("stages", self.stages.as_ref().is_some_and(|stages| !stages.is_empty())),
            ("scenarios", self.scenarios.as_ref().is_some_and(|scenarios| !scenarios.is_empty())),
        ]
        .into_iter()
        .filter_map(|(name, is)| is.then_some(name))
        .collect();
        let conflict = |a: &str, b: &str| {
            Error::new(format!("using `{a}` and `{b}` options simultaneously is not allowed"))
        };
        match given.as_slice() {
            // Iterations with a duration: the duration is their limit.
            [] | [_] | ["duration", "iterations"] => {}
            [first, second, ..] => {
                let pair = if given.starts_with(&["duration", "iterations"]) {
                    (given[1], given[2])
                } else {
                    (*first, *second)
                };
                return Err(conflict(pair.0, pair.1));
            }
        }
        if given.is_empty() && explicit_empty {
            warnings.push(Warning::new(
                "`scenarios` was explicitly set to an empty value, running the script with 1 iteration in 1 VU",
            ));
        }
        if !given.contains(&"scenarios") {
            let scenario = self.default_scenario(&given, &mut warnings);
            self.scenarios = Some(BTreeMap::from([("default".to_owned(), scenario)]));
        }
        (self.vus, self.duration, self.iterations, self.stages) = (None, None, None, None);
        Ok((self, warnings))
    }

    fn default_scenario(&self, given: &[&str], warnings: &mut Vec<Warning>) -> Scenario {
        let vus = self.vus.map_or(Value::Null, Value::from);
        let span =
            |span: Option<Duration>| span.map_or(Value::Null, |span| Value::from(duration::format_go(span)));
        if given.contains(&"iterations") {
            let members =
                [("vus", vus), ("iterations", json!(self.iterations)), ("maxDuration", span(self.duration))];
            return Scenario::shorthand("shared-iterations", &members);
        }
        if given.contains(&"duration") {
            return Scenario::shorthand("constant-vus", &[("vus", vus), ("duration", span(self.duration))]);
        }
        if given.contains(&"stages") {
            let stages: Vec<Value> = self
                .stages
                .iter()
                .flatten()
                .map(|(length, target)| json!({ "duration": duration::format_go(*length), "target": target }))
                .collect();
            return Scenario::shorthand("ramping-vus", &[("startVUs", vus), ("stages", Value::from(stages))]);
        }
        match self.vus {
            Some(count) if count > 1 => {
                warnings.push(Warning::new(format!(
                    "the `vus` option was set without `duration`, `iterations` or `stages`: running {count} iterations shared by {count} VUs"
                )));
                let members = [("vus", json!(count)), ("iterations", json!(count))];
                Scenario::shorthand("shared-iterations", &members)
            }
            Some(count) if count <= 0 => Scenario::shorthand("per-vu-iterations", &[("vus", json!(count))]),
            _ => Scenario::shorthand("per-vu-iterations", &[]),
        }
    }

    /// What is wrong with the consolidated options, in k6's words.
    pub fn validate(&self, exported: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut problems = Vec::new();
        let scenarios = || self.scenarios.iter().flatten();
        for (name, scenario) in scenarios() {
            if !scenario.problems.is_empty() {
                let all = scenario.problems.join(", ");
                problems.push(format!("scenario {name} has configuration errors: {all}"));
            }
        }
        if problems.is_empty() {
            for (name, scenario) in scenarios().filter(|(_, scenario)| !exported(&scenario.exec)) {
                problems.push(format!("executor {name}: function '{}' not found in exports", scenario.exec));
            }
        }
        problems
    }

    /// The message and code for problems that [`validate`](Self::validate) found.
    #[must_use]
    pub fn problem_error(problems: &[String]) -> Error {
        let list: String = problems.iter().map(|problem| format!("\n\t- {problem}")).collect();
        Error::new(format!("There were problems with the specified script configuration:{list}"))
    }

    /// Checks the summary's columns.
    ///
    /// # Errors
    /// For a column that nobody can compute.
    pub fn check_trend_stats(&self) -> Result<(), Error> {
        for stat in self.summary_trend_stats.iter().flatten() {
            let known = Aggregation::parse(stat)
                .is_some_and(|stat| !matches!(stat, Aggregation::Value | Aggregation::Rate));
            if !known {
                return Err(Error::new(format!("invalid trend stat '{stat}', unknown format"))
                    .exiting(ExitCode::GENERIC));
            }
        }
        Ok(())
    }

    /// All options by name, with null for those not given: `exec.test.options`, and what `inspect` prints.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let span =
            |span: &Option<Duration>| span.map_or(Value::Null, |span| Value::from(duration::format_go(span)));
        let stages = self.stages.as_ref().map(|stages| {
            stages
                .iter()
                .map(|(length, target)| json!({ "duration": duration::format_go(*length), "target": target }))
                .collect::<Vec<_>>()
        });
        let scenarios = self.scenarios.as_ref().map(|scenarios| {
            scenarios
                .iter()
                .map(|(name, scenario)| (name.clone(), scenario.shown.clone()))
                .collect::<Map<_, _>>()
        });
        let thresholds = self.thresholds.as_ref().map(|thresholds| {
            thresholds
                .iter()
                .map(|(name, all)| {
                    (name.clone(), Value::from(all.iter().map(Threshold::shown).collect::<Vec<_>>()))
                })
                .collect::<Map<_, _>>()
        });
        let dns = self.dns.clone().unwrap_or_default();
        let tls_version =
            self.tls_version.as_ref().map(|versions| json!({ "min": versions.min, "max": versions.max }));
        let tls_auth = self.tls_auth.as_ref().map(|all| {
            all.iter()
                .map(|auth| json!({ "cert": auth.cert, "key": auth.key, "password": auth.password, "domains": auth.domains }))
                .collect::<Vec<_>>()
        });
        let members = [
            ("paused", json!(self.paused)),
            ("vus", json!(self.vus)),
            ("duration", span(&self.duration)),
            ("iterations", json!(self.iterations)),
            ("stages", json!(stages)),
            ("scenarios", json!(scenarios)),
            ("executionSegment", json!(self.execution_segment.map(|segment| segment.to_string()))),
            (
                "executionSegmentSequence",
                json!(self.execution_segment_sequence.as_ref().map(ToString::to_string)),
            ),
            ("noSetup", json!(self.no_setup)),
            ("setupTimeout", span(&self.setup_timeout)),
            ("noTeardown", json!(self.no_teardown)),
            ("teardownTimeout", span(&self.teardown_timeout)),
            ("handleSummaryTimeout", span(&self.handle_summary_timeout)),
            ("rps", json!(self.rps)),
            ("dns", json!({ "ttl": dns.ttl, "select": dns.select, "policy": dns.policy })),
            ("maxRedirects", json!(self.max_redirects)),
            ("userAgent", json!(self.user_agent)),
            ("batch", json!(self.batch)),
            ("batchPerHost", json!(self.batch_per_host)),
            ("httpDebug", json!(self.http_debug)),
            ("insecureSkipTLSVerify", json!(self.insecure_skip_tls_verify)),
            ("tlsCipherSuites", json!(self.tls_cipher_suites)),
            ("tlsVersion", json!(tls_version)),
            ("tlsAuth", json!(tls_auth)),
            ("throw", json!(self.throw)),
            ("thresholds", json!(thresholds)),
            ("blacklistIPs", json!(self.blacklist_ips)),
            ("blockHostnames", json!(self.block_hostnames)),
            ("hosts", json!(self.hosts)),
            ("noConnectionReuse", json!(self.no_connection_reuse)),
            ("noVUConnectionReuse", json!(self.no_vu_connection_reuse)),
            ("minIterationDuration", span(&self.min_iteration_duration)),
            ("ext", json!(self.ext)),
            ("summaryTrendStats", json!(self.summary_trend_stats)),
            ("summaryTimeUnit", json!(self.summary_time_unit)),
            ("systemTags", json!(self.system_tags.as_ref().map(SystemTags::names))),
            ("tags", json!(self.tags)),
            ("metricSamplesBufferSize", json!(self.metric_samples_buffer_size)),
            ("noCookiesReset", json!(self.no_cookies_reset)),
            ("discardResponseBodies", json!(self.discard_response_bodies)),
            ("features", json!(self.features)),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Options {
    /// The options as `exec.test.options` shows them: without the shorthand, which scenarios have replaced.
    #[must_use]
    pub fn to_test_json(&self) -> Map<String, Value> {
        let mut members = self.to_json();
        for name in ["vus", "duration", "iterations", "stages"] {
            members.remove(name);
        }
        members.insert("consoleOutput".to_owned(), json!(self.console_output));
        members.insert("localIPs".to_owned(), json!(self.local_ips));
        members
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

fn dns(value: &Value) -> Result<Option<DnsOptions>, Error> {
    let Value::Object(members) = value else {
        return match value {
            Value::Null => Ok(None),
            Value::String(text) => DnsOptions::parse(text).map(Some),
            other => Err(json::mismatch(other, "types.DNSConfig")),
        };
    };
    let mut fields = Fields::new(members.clone());
    let ttl = match fields.take("ttl") {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    DnsOptions { ttl, select: fields.text("select")?, policy: fields.text("policy")? }.check().map(Some)
}

fn tls_version(value: &Value) -> Result<Option<TlsVersions>, Error> {
    let failed = || {
        let error = json::mismatch(value, "lib.tlsVersionsFields");
        Error::new(format!(
            "parsing options from script got error while parsing {:?}: {error}",
            "\"tlsVersion\":"
        ))
    };
    let known = |text: &str| ["", "tls1.0", "tls1.1", "tls1.2", "tls1.3"].contains(&text);
    match value {
        Value::Null => Ok(None),
        Value::String(one) if known(one) => Ok(Some(TlsVersions { min: one.clone(), max: one.clone() })),
        Value::Object(members) => {
            let mut fields = Fields::new(members.clone());
            let versions = TlsVersions {
                min: fields.text("min")?.unwrap_or_default(),
                max: fields.text("max")?.unwrap_or_default(),
            };
            if known(&versions.min) && known(&versions.max) { Ok(Some(versions)) } else { Err(failed()) }
        }
        _ => Err(failed()),
    }
}

fn tls_auth(value: &Value) -> Result<Option<Vec<TlsAuth>>, Error> {
    let items = match value {
        Value::Null => return Ok(None),
        Value::Array(items) => items,
        other => return Err(json::mismatch(other, "[]*lib.TLSAuth")),
    };
    let auths = items.iter().map(|item| {
        let Value::Object(members) = item else { return Err(json::mismatch(item, "lib.TLSAuth")) };
        let mut fields = Fields::new(members.clone());
        Ok(TlsAuth {
            cert: fields.text("cert")?.unwrap_or_default(),
            key: fields.text("key")?.unwrap_or_default(),
            password: fields.text("password")?,
            domains: json::texts(&fields.take("domains"))?.unwrap_or_default(),
        })
    });
    auths.collect::<Result<_, _>>().map(Some)
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

fn plimsoll(value: &Value) -> Result<Option<PlimsollOptions>, Error> {
    let Value::Object(members) = value else {
        return if value.is_null() { Ok(None) } else { Err(json::mismatch(value, "options.plimsoll")) };
    };
    let mut fields = Fields::new(members.clone());
    let pool = fields.text("connectionPool")?;
    if let Some(unknown) = pool.as_deref().filter(|pool| !matches!(*pool, "vu" | "worker")) {
        return Err(Error::new(format!(
            "options.plimsoll.connectionPool is 'vu' or 'worker', not '{unknown}'"
        )));
    }
    let options = PlimsollOptions {
        shared_connections: pool.as_deref() == Some("worker"),
        no_data_fails: fields.flag("noDataFails")?.unwrap_or(false),
        no_kernel_timestamps: fields.flag("kernelTimestamps")? == Some(false),
        h2c: fields.flag("h2c")?.unwrap_or(false),
        tls_resumption: fields.flag("tlsResumption")?.unwrap_or(false),
    };
    match fields.left().first() {
        Some(unknown) => {
            let nearest = crate::nearest::nearest(
                unknown,
                &["connectionPool", "h2c", "kernelTimestamps", "noDataFails", "tlsResumption"],
            );
            let hint = nearest.map_or(String::new(), |name| format!("; did you mean '{name}'?"));
            Err(Error::new(format!("options.plimsoll has no member '{unknown}'{hint}")))
        }
        None => Ok(Some(options)),
    }
}
