//! Result files: which samples they get, which columns, and in which form.
//!
//! Main types: [`Listener`] and [`SaveConfig`]; the lines themselves are made in `jtl`.

use super::saver::Saver;
use super::script_element::Script;
use super::user::Shared;
use super::zone::Zone;

/// What gets samples.
#[derive(Debug)]
pub enum Listener {
    /// A file, by its number among the run's files.
    File(usize),
    /// A script.
    Script(Script),
    /// Files, one for each answer.
    Save(Box<Saver>),
}

/// A file of results.
#[derive(Clone, Debug)]
pub struct ResultFile {
    /// Where.
    pub path: std::path::PathBuf,
    /// What of each sample.
    pub save: SaveConfig,
    /// Only failures.
    pub errors_only: bool,
    /// Only successes.
    pub successes_only: bool,
}

/// What of a sample is written.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of JMeter's of its own")]
pub struct SaveConfig {
    pub time: bool,
    pub latency: bool,
    pub timestamp: bool,
    pub success: bool,
    pub label: bool,
    pub code: bool,
    pub message: bool,
    pub thread_name: bool,
    pub data_type: bool,
    pub encoding: bool,
    pub assertions: bool,
    pub subresults: bool,
    pub response_data: bool,
    pub response_data_on_error: bool,
    pub sampler_data: bool,
    pub xml: bool,
    pub field_names: bool,
    pub response_headers: bool,
    pub request_headers: bool,
    pub failure_message: bool,
    pub bytes: bool,
    pub sent_bytes: bool,
    pub url: bool,
    pub file_name: bool,
    pub hostname: bool,
    pub thread_counts: bool,
    pub sample_count: bool,
    pub idle_time: bool,
    pub connect_time: bool,
    pub delimiter: char,
    /// A Java pattern and the zone of its clocks; ms since 1970 without one.
    pub timestamp_format: Option<(String, Zone)>,
}

impl SaveConfig {
    /// What the properties `jmeter.save.saveservice.*` say.
    #[must_use]
    pub fn of_props(shared: &Shared) -> Self {
        let text = |name: &str| shared.prop(&format!("jmeter.save.saveservice.{name}"));
        let flag = |name: &str, default| shared.flag(&format!("jmeter.save.saveservice.{name}"), default);
        let format = text("timestamp_format").filter(|format| !format.is_empty() && format != "ms");
        let delimiter = text("default_delimiter").unwrap_or_default();
        Self {
            time: flag("time", true),
            latency: flag("latency", true),
            timestamp: format.as_deref() != Some("none"),
            success: flag("successful", true),
            label: flag("label", true),
            code: flag("response_code", true),
            message: flag("response_message", true),
            thread_name: flag("thread_name", true),
            data_type: flag("data_type", true),
            encoding: flag("encoding", false),
            assertions: text("assertion_results").is_none_or(|which| which != "none"),
            subresults: flag("subresults", true),
            response_data: flag("response_data", false),
            response_data_on_error: flag("response_data.on_error", false),
            sampler_data: flag("samplerData", false),
            xml: text("output_format").is_some_and(|format| format.eq_ignore_ascii_case("xml")),
            field_names: flag("print_field_names", true),
            response_headers: flag("responseHeaders", false),
            request_headers: flag("requestHeaders", false),
            failure_message: flag("assertion_results_failure_message", true),
            bytes: flag("bytes", true),
            sent_bytes: flag("sent_bytes", true),
            url: flag("url", true),
            file_name: flag("filename", false),
            hostname: flag("hostname", false),
            thread_counts: flag("thread_counts", true),
            sample_count: flag("sample_count", false),
            idle_time: flag("idle_time", true),
            connect_time: flag("connect_time", true),
            delimiter: match delimiter.as_str() {
                "\\t" => '\t',
                text => text.chars().next().unwrap_or(','),
            },
            timestamp_format: format
                .filter(|format| format != "none")
                .map(|format| (format, shared.zone.clone())),
        }
    }

    /// What an element says, over what the properties do.
    #[must_use]
    pub fn of_element(mut self, map: &[(String, String)]) -> Self {
        for (name, value) in map {
            let on = value.trim().eq_ignore_ascii_case("true");
            let place = match name.as_str() {
                "time" => &mut self.time,
                "latency" => &mut self.latency,
                "timestamp" => &mut self.timestamp,
                "success" => &mut self.success,
                "label" => &mut self.label,
                "code" => &mut self.code,
                "message" => &mut self.message,
                "threadName" => &mut self.thread_name,
                "dataType" => &mut self.data_type,
                "encoding" => &mut self.encoding,
                "assertions" => &mut self.assertions,
                "subresults" => &mut self.subresults,
                "responseData" => &mut self.response_data,
                "responseDataOnError" => &mut self.response_data_on_error,
                "samplerData" => &mut self.sampler_data,
                "xml" => &mut self.xml,
                "fieldNames" => &mut self.field_names,
                "responseHeaders" => &mut self.response_headers,
                "requestHeaders" => &mut self.request_headers,
                "saveAssertionResultsFailureMessage" => &mut self.failure_message,
                "bytes" => &mut self.bytes,
                "sentBytes" => &mut self.sent_bytes,
                "url" => &mut self.url,
                "fileName" => &mut self.file_name,
                "hostname" => &mut self.hostname,
                "threadCounts" => &mut self.thread_counts,
                "sampleCount" => &mut self.sample_count,
                "idleTime" => &mut self.idle_time,
                "connectTime" => &mut self.connect_time,
                _ => continue,
            };
            *place = on;
        }
        self
    }
}
