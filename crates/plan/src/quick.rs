//! The plan behind `plimsoll http`: one request, again and again.
//!
//! Main type: [`Quick`]. It knows nothing of flags; whoever reads them fills it in.

use std::time::Duration;

use model::{Error, Options};
use serde_json::{Value, json};

use crate::program::{Flow, Plan, Program};
use crate::request::{Body, Header, RequestStep};
use crate::step::Step;

/// One request, and how much of it.
#[derive(Clone, Debug)]
pub struct Quick {
    /// The address.
    pub url: String,
    /// The method.
    pub method: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Option<Vec<u8>>,
    /// For everything, up to the last byte of the answer.
    pub timeout: Duration,
    /// How many redirects are followed.
    pub redirects: u32,
    /// Which version of HTTP.
    pub version: net::VersionPreference,
    /// How much.
    pub load: QuickLoad,
}

/// How much load there is.
#[derive(Clone, PartialEq, Debug)]
pub struct QuickLoad {
    /// Users, each with a connection of its own.
    pub users: u64,
    /// Requests in all.
    pub requests: Option<u64>,
    /// For how long.
    pub duration: Option<Duration>,
    /// Requests a second, whatever the answers take.
    pub rate: Option<u64>,
}

/// The name of the flow and the scenario.
const NAME: &str = "http";
/// How long a run with a number of requests may take.
const LONGEST: &str = "24h";

impl Quick {
    /// The plan.
    ///
    /// # Errors
    /// When the load makes no sense.
    pub fn plan(&self) -> Result<Plan, Error> {
        let mut step = RequestStep::new(self.method.as_str(), self.url.as_str());
        step.headers = self
            .headers
            .iter()
            .map(|(name, value)| Header { name: name.as_str().into(), value: value.as_str().into() })
            .collect();
        step.body = self.body.clone().map_or(Body::None, |body| Body::Bytes(body.into()));
        step.timeout = self.timeout;
        step.redirects = self.redirects;
        step.version = self.version;
        let flow = Flow::new(NAME, vec![Step::Request(step.into())]);
        let program = Program { flows: vec![flow], ..Program::default() };
        let options = json!({ "scenarios": { NAME: self.scenario() } });
        let (options, _) = Options::from_script(&options)?;
        Ok(Plan::new(program, options))
    }

    fn scenario(&self) -> Value {
        let load = &self.load;
        let duration = load.duration.map(|time| format!("{}ms", time.as_millis()));
        let mut scenario = match (load.rate, load.requests) {
            (Some(rate), requests) => {
                // A number of requests at a rate is a time.
                let span = requests.map(|count| format!("{}ms", (count * 1000).div_ceil(rate.max(1))));
                json!({
                    "executor": "constant-arrival-rate",
                    "rate": rate,
                    "timeUnit": "1s",
                    "duration": duration.or(span).unwrap_or_else(|| "10s".to_owned()),
                    "preAllocatedVUs": load.users,
                    "maxVUs": load.users,
                })
            }
            (None, Some(requests)) => json!({
                "executor": "shared-iterations",
                "vus": load.users.min(requests),
                "iterations": requests,
                "maxDuration": duration.unwrap_or_else(|| LONGEST.to_owned()),
            }),
            (None, None) => json!({
                "executor": "constant-vus",
                "vus": load.users,
                "duration": duration.unwrap_or_else(|| "10s".to_owned()),
            }),
        };
        scenario["exec"] = json!(NAME);
        scenario["gracefulStop"] = json!("0s");
        scenario
    }
}
