//! The conductor's answers to the REST API, and the lifecycle functions that are run on demand.

use std::time::Duration;

use engine::{AbortCause, Progress as Counters};
use model::Level;
use report::summary::{Measured, Mode, Options, State, Summary, build};
use serde_json::Value;
use tokio::sync::oneshot;

use super::{Conductor, LIFECYCLE_LIMIT};
use crate::api::shapes::{self, Stage, Status};
use crate::api::{Answer, Ask, Change, Question};
use crate::run::lifecycle::Lifecycle;

/// A lifecycle function that somebody asked for.
pub(super) enum Wish {
    /// `setup()`.
    Setup(oneshot::Sender<Answer>),
    /// `teardown()`.
    Teardown(oneshot::Sender<Answer>),
}

const NO_SCALING: &str = "each scenario decides the number of its users; there is no executor that takes it from \
    outside";

impl Conductor<'_> {
    /// Answers a question, at once or when its wish is granted.
    pub(super) fn asked(&mut self, question: Question) {
        let Question { ask, reply } = question;
        let answer = match ask {
            Ask::Status => Answer::ok(shapes::status(&self.status())),
            Ask::Change(change) => self.change(change),
            Ask::Metrics(name) => self.metrics(name.as_deref()),
            Ask::Groups(id) => self.groups(id.as_deref()),
            Ask::SetupData => self.setup_answer(),
            Ask::SetSetupData(data) => {
                self.setup_data = data.map(|data| data.to_string());
                self.tell_setup_data();
                self.setup_answer()
            }
            Ask::RunSetup => return self.wishes.push_back(Wish::Setup(reply)),
            Ask::RunTeardown => return self.wishes.push_back(Wish::Teardown(reply)),
        };
        // Whoever asked may have gone.
        let _ = reply.send(answer);
    }

    fn status(&self) -> Status {
        let over = self.finished.is_some();
        let stopped = self.control.is_aborted();
        let stage = match self.phase {
            "setup" => Stage::Setup,
            "teardown" => Stage::Teardown,
            _ if over && stopped => Stage::Interrupted,
            _ if over => Stage::Ended,
            "running" => Stage::Running,
            _ if self.ready => Stage::PausedBeforeStart,
            _ => Stage::Init,
        };
        Status {
            stage,
            paused: self.control.is_paused(),
            vus: self.control.vus_active(),
            vus_max: self.control.vus_initialised(),
            stopped,
            running: matches!(stage, Stage::Setup | Stage::Running | Stage::Teardown),
            tainted: !self.judge.crossed().is_empty(),
        }
    }

    fn change(&mut self, change: Change) -> Answer {
        if change.vus {
            return Answer::error(400, "Unable to change the number of VUs", NO_SCALING);
        }
        if change.stopped == Some(true) {
            self.session.say(Level::Debug, "stopping the test run, as the REST API was told");
            self.dismissed = self.finished.is_some();
            self.control.abort(AbortCause::Api, "");
        }
        if let Some(paused) = change.paused {
            self.control.pause(paused);
        }
        Answer::ok(shapes::status(&self.status()))
    }

    fn setup_answer(&self) -> Answer {
        let data = self.setup_data.as_deref().and_then(|json| serde_json::from_str::<Value>(json).ok());
        Answer::ok(shapes::setup_data(data.as_ref()))
    }

    fn metrics(&self, name: Option<&str>) -> Answer {
        let summary = self.so_far();
        let not_found = || Answer::error(404, "Not Found", "No metric with that ID was found");
        match name {
            None => Answer::ok(shapes::metrics(&summary)),
            Some(name) => shapes::metric_named(&summary, name).map_or_else(not_found, Answer::ok),
        }
    }

    fn groups(&self, id: Option<&str>) -> Answer {
        let summary = self.so_far();
        let not_found = || Answer::error(404, "Not Found", "No group with that ID was found");
        match id {
            None => Answer::ok(shapes::groups(&summary.root_group)),
            Some(id) => shapes::group_with_id(&summary.root_group, id).map_or_else(not_found, Answer::ok),
        }
    }

    /// The totals of this moment, with the thresholds as they stood when their turn was last: whoever looks must not
    /// change what is found.
    fn so_far(&self) -> Summary {
        let now = self.session.clock.now();
        let elapsed: Duration = match &self.finished {
            Some(finished) => finished.elapsed.into(),
            None => Counters::of(&self.control, now).elapsed.into(),
        };
        let bare = Summary {
            options: Options::of(&model::Options::default(), true),
            state: State { duration: elapsed, ..State::default() },
            ..Summary::default()
        };
        let measured = Measured {
            state: self.judge.aggregate(),
            outcomes: self.judge.outcomes(),
            scenarios: &[],
            mode: Mode::Compact,
        };
        build(bare, &measured)
    }

    /// Runs the lifecycle functions that were asked for.
    pub(super) async fn grant(&mut self, lifecycle: &Lifecycle) {
        while let Some(wish) = self.wishes.pop_front() {
            let options = &self.settled.options;
            match wish {
                Wish::Setup(reply) => {
                    let limit = options.setup_timeout.unwrap_or(LIFECYCLE_LIMIT);
                    let done = self.beside(lifecycle, lifecycle.setup(limit), Self::hurried).await;
                    let answer = match done {
                        Some(Ok(data)) => {
                            self.setup_data = data;
                            self.tell_setup_data();
                            self.setup_answer()
                        }
                        Some(Err(error)) => Answer::error(500, "Error executing setup", &error.message),
                        None => Answer::error(500, "Error executing setup", "it was interrupted"),
                    };
                    let _ = reply.send(answer);
                }
                Wish::Teardown(reply) => {
                    let limit = options.teardown_timeout.unwrap_or(LIFECYCLE_LIMIT);
                    let done = self.beside(lifecycle, lifecycle.teardown(limit), Self::hurried).await;
                    let answer = match done {
                        Some(Ok(())) => Answer { status: 200, body: None },
                        Some(Err(error)) => Answer::error(500, "Error executing teardown", &error.message),
                        None => Answer::error(500, "Error executing teardown", "it was interrupted"),
                    };
                    let _ = reply.send(answer);
                }
            }
        }
    }

    /// Waits for the start of a run that was paused before it.
    pub(super) async fn hold(&mut self, lifecycle: &Lifecycle) {
        while self.control.is_paused() && !self.control.is_aborted() && self.finished.is_none() {
            self.step().await;
            self.grant(lifecycle).await;
        }
    }

    /// Keeps the REST API alive after the run until a signal, or the API, ends it.
    pub(super) async fn linger(&mut self, lifecycle: &Lifecycle) {
        if !self.lingers || self.signals_heard > 0 {
            return;
        }
        if !self.session.flags.on("quiet") {
            self.session.print("The test is done, but --linger was enabled, so plimsoll is waiting for Ctrl+C to continue...\n");
        }
        self.phase = "done";
        while self.signals_heard == 0 && !self.dismissed {
            self.step().await;
            self.grant(lifecycle).await;
        }
    }
}
