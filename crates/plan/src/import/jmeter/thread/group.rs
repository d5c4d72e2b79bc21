//! The users of a group, and what all users of a run share.
//!
//! Main types: [`GroupStep`] and [`Run`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use model::Nanos;

use super::super::clerk::{Clerk, Entry};
use super::super::csv::Readers;
use super::super::database::Databases;
use super::super::host;
use super::super::listener::ResultFile;
use super::super::stage::Stage;
use super::super::tree::{Group, Life, Plan};
use super::Thread;
use crate::session::Session;
use crate::step::{Next, OwnStep};

/// What all threads of a run share.
pub struct Run {
    /// The plan.
    pub plan: Plan,
    /// Its groups, for steps to hold.
    pub groups: Vec<Arc<Group>>,
    /// Who runs when.
    pub stage: Stage,
    /// Writes and counts.
    pub clerk: std::sync::OnceLock<Clerk>,
    /// Result files.
    pub files: Vec<ResultFile>,
    /// The file that gets all samples.
    pub main_file: Option<usize>,
    /// Variables that result files show.
    pub shown: Vec<String>,
    /// Positions in CSV files.
    pub readers: Readers,
    /// Connections to databases.
    pub databases: Databases,
    /// Scripts of the process.
    pub code: host::Code,
}

impl Run {
    /// Tells the clerk, when there is one.
    pub fn tell(&self, entry: Entry) {
        if let Some(clerk) = self.clerk.get() {
            clerk.tell(entry);
        }
    }
}

/// The one step of a group's users: a whole life.
pub struct GroupStep {
    run: Arc<Run>,
    group: usize,
    numbers: AtomicU32,
}

impl GroupStep {
    /// The step of the group with that number.
    #[must_use]
    pub fn new(run: Arc<Run>, group: usize) -> Self {
        Self { run, group, numbers: AtomicU32::new(0) }
    }
}

impl OwnStep for GroupStep {
    fn run<'a>(&'a self, session: &'a mut Session) -> LocalBoxFuture<'a, Next> {
        Box::pin(async move {
            let runs = self.run.stage.turn(self.group).await;
            let group = Arc::clone(&self.run.groups[self.group]);
            if runs && group.open {
                self.drive(&group, session).await;
            } else if runs {
                let number = self.numbers.fetch_add(1, Relaxed) + 1;
                let life = group.lives[number as usize - 1];
                Thread::new(&self.run, self.group, number, life, session).live(session).await;
            }
            self.run.stage.gone(self.group);
            Next::End { failed: false }
        })
    }
}

impl GroupStep {
    /// Makes the threads of an open group as they arrive.
    async fn drive(&self, group: &Arc<Group>, session: &mut Session) {
        let begun = session.now();
        let scale = session.time_scale();
        let mut threads = FuturesUnordered::new();
        for (at, life) in group.lives.iter().enumerate() {
            // Where time is shorter the rate stays, so that there are fewer arrivals.
            if scale < 1.0 && ((at + 1) as f64 * scale).floor() <= (at as f64 * scale).floor() {
                continue;
            }
            let due = begun + Nanos::from(Duration::from_millis(life.start_ms).mul_f64(scale));
            loop {
                let waiting = session.sleep_until(due);
                tokio::select! {
                    () = waiting => break,
                    () = self.run.stage.until_stopped(group.phase) => break,
                    Some(()) = threads.next(), if !threads.is_empty() => {}
                }
            }
            if self.run.stage.ends(group.phase) {
                break;
            }
            // More than the limit: arrivals are dropped, as by the group that is emulated.
            if group.most.is_some_and(|most| threads.len() >= most) {
                continue;
            }
            let number = self.numbers.fetch_add(1, Relaxed) + 1;
            let mut own = session.fork();
            own.forget();
            let life = Life { start_ms: 0, end_ms: life.end_ms.map(|end| end.saturating_sub(life.start_ms)) };
            threads.push(async move {
                Thread::new(&self.run, self.group, number, life, &own).live(&mut own).await;
            });
        }
        while threads.next().await.is_some() {}
    }
}
