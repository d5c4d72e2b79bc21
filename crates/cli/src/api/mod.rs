//! The REST API of a run, in k6's forms, and the client of the commands that use it.
//!
//! Main types: [`Question`], which [`server`] makes of a request and the conductor of the run answers, and
//! [`Answer`]. [`shapes`] is the JSON of both sides. The server knows nothing of a run, the run nothing of HTTP.

pub mod client;
pub mod server;
pub mod shapes;

use serde_json::Value;
use tokio::sync::oneshot;

/// Where clients look for the API unless they are told.
pub const DEFAULT_ADDRESS: &str = "localhost:6565";

/// A request to the run.
pub struct Question {
    /// What is wanted.
    pub ask: Ask,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Answer>,
}

/// What can be wanted of a run.
#[derive(Clone, PartialEq, Debug)]
pub enum Ask {
    /// `GET /v1/status`
    Status,
    /// `PATCH /v1/status`
    Change(Change),
    /// `GET /v1/metrics`, of all of them or of one.
    Metrics(Option<String>),
    /// `GET /v1/groups`, of all of them or of one.
    Groups(Option<String>),
    /// `GET /v1/setup`
    SetupData,
    /// `PUT /v1/setup`: what users get, in place of what `setup()` returned.
    SetSetupData(Option<Value>),
    /// `POST /v1/setup`
    RunSetup,
    /// `POST /v1/teardown`
    RunTeardown,
}

/// What `PATCH /v1/status` changes; what is absent stays.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Change {
    /// Hold the run back, or let it go on.
    pub paused: Option<bool>,
    /// End the run.
    pub stopped: Option<bool>,
    /// The number of users is to be another, which scenarios do not allow.
    pub vus: bool,
}

/// What the run answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The document; none for an empty body.
    pub body: Option<Value>,
}

impl Answer {
    /// Success, with a document.
    #[must_use]
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    /// A failure in the form of JSON:API.
    #[must_use]
    pub fn error(status: u16, title: &str, detail: &str) -> Self {
        Self { status, body: Some(shapes::error(status, title, detail)) }
    }
}
