//! Options as JSON, as `inspect` and `exec.test.options` show them.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Options;
use crate::duration;
use crate::system_tags::SystemTags;
use crate::threshold::Threshold;

impl Options {
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
