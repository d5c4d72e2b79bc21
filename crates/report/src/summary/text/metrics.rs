//! Metrics as rows of the text: where each belongs, whether it is shown, and how its values read.

use super::table::{Cells, Row};
use crate::format::{self, TimeUnit};
use crate::summary::legacy::share;
use crate::summary::{Metric, Mode, Threshold, Values};
use metrics::Contains;

/// A headed list of metrics, in the order of the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Heading {
    Custom,
    Http,
    Execution,
    Network,
    Browser,
    WebVitals,
    Grpc,
    WebSocket,
}

impl Heading {
    pub const ALL: [Self; 8] = [
        Self::Custom,
        Self::Http,
        Self::Execution,
        Self::Network,
        Self::Browser,
        Self::WebVitals,
        Self::Grpc,
        Self::WebSocket,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Custom => "CUSTOM",
            Self::Http => "HTTP",
            Self::Execution => "EXECUTION",
            Self::Network => "NETWORK",
            Self::Browser => "BROWSER",
            Self::WebVitals => "WEB_VITALS",
            Self::Grpc => "GRPC",
            Self::WebSocket => "WEBSOCKET",
        }
    }

    /// The heading under which the metric `name` is listed; whatever is not built in is the user's own.
    pub fn of(name: &str) -> Self {
        match name {
            "http_reqs" | "http_req_duration" | "http_req_failed" | "http_req_response_time" => Self::Http,
            "vus" | "vus_max" | "iterations" | "iteration_duration" | "dropped_iterations" => Self::Execution,
            "data_sent" | "data_received" => Self::Network,
            "ws_connecting"
            | "ws_msgs_received"
            | "ws_msgs_sent"
            | "ws_ping"
            | "ws_session_duration"
            | "ws_sessions" => Self::WebSocket,
            "grpc_req_duration"
            | "grpc_streams"
            | "grpc_streams_msgs_received"
            | "grpc_streams_msgs_sent" => Self::Grpc,
            "browser_data_received"
            | "browser_data_sent"
            | "browser_http_req_duration"
            | "browser_http_req_failed" => Self::Browser,
            _ if is_request_phase(name) => Self::Http,
            _ if name.starts_with("browser_web_vital_") => Self::WebVitals,
            _ => Self::Custom,
        }
    }
}

/// Whether the text lists the metric at all: checks have their own place, and group durations are JSON only.
pub(super) fn is_listed(name: &str, mode: Mode) -> bool {
    match name {
        "checks" | "group_duration" => false,
        _ => mode == Mode::Full || !is_request_phase(name),
    }
}

fn is_request_phase(name: &str) -> bool {
    matches!(
        name,
        "http_req_blocked"
            | "http_req_connecting"
            | "http_req_tls_handshaking"
            | "http_req_sending"
            | "http_req_waiting"
            | "http_req_receiving"
    )
}

/// The metric as a row; `under_parent` shortens a sub-metric to its selector.
pub(super) fn row(metric: &Metric, under_parent: bool, unit: TimeUnit) -> Row {
    let label = match &metric.selector {
        Some(selector) if under_parent => format!("  {{ {selector} }}"),
        _ => metric.full_name(),
    };
    Row { label, cells: cells(metric, unit) }
}

fn cells(metric: &Metric, unit: TimeUnit) -> Cells {
    let show = |value| quantity(value, metric.contains, unit);
    match &metric.values {
        Values::Counter { count, rate } => Cells::Plain(vec![show(*count), format!("{}/s", show(*rate))]),
        Values::Gauge { value, min, max } => {
            Cells::Plain(vec![show(*value), format!("min={}", show(*min)), format!("max={}", show(*max))])
        }
        Values::Rate { passes, total } => Cells::Plain(share_cells(*passes, *total)),
        Values::Trend(trend) => Cells::Trend(
            trend
                .chosen
                .iter()
                .map(|(name, value)| {
                    let text = if name == "count" { format::number(*value) } else { show(*value) };
                    (name.clone(), text)
                })
                .collect(),
        ),
    }
}

/// `50.00%` and `3 out of 6`.
pub(super) fn share_cells(passes: u64, total: u64) -> Vec<String> {
    vec![format::percent(share(passes, total)), format!("{passes} out of {total}")]
}

/// What a threshold's left-hand side came to: `p(95)=29ms`.
pub(super) fn compared(metric: &Metric, threshold: &Threshold, unit: TimeUnit) -> String {
    let value = threshold.value.unwrap_or(0.0);
    let text = match &metric.values {
        Values::Rate { .. } => format::percent(value),
        Values::Counter { .. } if threshold.aggregation == "rate" => {
            format!("{}/s", quantity(value, metric.contains, unit))
        }
        Values::Trend(_) if threshold.aggregation == "count" => format::number(value),
        _ => quantity(value, metric.contains, unit),
    };
    format!("{}={text}", threshold.aggregation)
}

fn quantity(value: f64, contains: Contains, unit: TimeUnit) -> String {
    match contains {
        Contains::Default => format::number(value),
        Contains::Time => format::duration(value, unit),
        Contains::Data => format::bytes(value),
    }
}
