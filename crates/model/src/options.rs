//! What the user asked for, tier by tier: every option is there or not, and higher tiers go over lower ones.
//!
//! Main type: [`Options`]. How it is read, merged and shown stands in a file each.

mod dns;
mod merge;
mod own;
mod read;
mod show;
mod tls;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::scenario::Scenario;
use crate::segment::{Segment, Sequence};
use crate::system_tags::SystemTags;
use crate::threshold::Threshold;

pub use dns::DnsOptions;
pub use own::PlimsollOptions;
pub use tls::{TlsAuth, TlsVersions};

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
