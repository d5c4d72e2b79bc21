//! A scripted virtual user behind the engine's trait.

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use engine::{Iteration, IterationEnd, ScenarioInfo, Vu, VuError, VuMaker};
use futures_util::future::LocalBoxFuture;
use model::{Nanos, Own};

use super::session::{Command, Reply};
use super::{Host, Ids, ScriptWorker, VuFiber};
use crate::test::Shared;

/// A user that runs a script.
pub(crate) struct ScriptVu {
    fiber: VuFiber,
    /// By a handle of the thread's own: with each iteration, all threads would change the same count.
    scenario: Option<Own<ScenarioInfo>>,
}

impl Vu for ScriptVu {
    fn activate(&mut self, scenario: &Arc<ScenarioInfo>) {
        let host = self.fiber.host();
        let worker = host.worker();
        let run = host.shared.run();
        {
            let mut recorder = worker.recorder.borrow_mut();
            let mut tags = worker.run_tags;
            for (key, value) in &scenario.tags {
                let (key, value) = (recorder.sym(key), recorder.sym(value));
                tags = recorder.with_tag(tags, key, value);
            }
            if run.system_tags.group {
                tags = recorder.with_tag(tags, worker.keys.group, worker.keys.empty);
            }
            if run.system_tags.scenario {
                let name = recorder.sym(&scenario.name);
                tags = recorder.with_tag(tags, worker.keys.scenario, name);
            }
            host.tags.set(tags);
        }
        host.scenario.borrow_mut().replace(scenario.clone());
        self.scenario = Some(Own::new(scenario));
    }

    fn start(&mut self, iteration: Iteration) {
        let scenario = self.scenario.clone().expect("a user is activated before it iterates");
        let host = self.fiber.host();
        let worker = host.worker();
        let run = host.shared.run();
        if run.system_tags.vu || run.system_tags.iter {
            let mut recorder = worker.recorder.borrow_mut();
            let mut metadata = host.metadata.borrow_mut();
            metadata.retain(|(key, _)| *key != worker.keys.vu && *key != worker.keys.iter);
            if run.system_tags.iter {
                let value = recorder.sym(&iteration.in_vu.to_string());
                metadata.push((worker.keys.iter, value));
            }
            if run.system_tags.vu {
                let value = recorder.sym(&host.ids.in_test.to_string());
                metadata.push((worker.keys.vu, value));
            }
        }
        if run.stage_tag {
            tag_stage(host, &iteration, &scenario);
        }
        // Not inside the coroutine: an interruption that comes before the first poll must not be lost.
        host.arm(iteration.hard_stop);
        self.fiber.send(Command::Iterate(iteration, scenario));
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<IterationEnd> {
        self.fiber.poll(context).map(|reply| match reply {
            Reply::Ended(end) => end,
            Reply::Ready(_) | Reply::Failed(_) | Reply::Returned(_) | Reply::Gone => IterationEnd::Lost,
        })
    }

    fn interrupt(&mut self) {
        self.fiber.host().interrupt();
    }

    fn close(self: Box<Self>) {}
}

/// Tags the samples of an iteration with the stage in which it was to begin.
fn tag_stage(host: &Host, iteration: &Iteration, scenario: &ScenarioInfo) {
    let Some(begin) = host.shared.run().control.scenario(scenario.index).begin() else { return };
    let at = iteration.intended.unwrap_or(iteration.started);
    if let Some(stage) = scenario.executor.stage_at(at.since(begin).into()) {
        host.tags.set(host.tagged(host.tags.get(), model::stages::TAG, &stage.to_string()));
    }
}

/// Makes the users of one worker thread.
pub(crate) struct ScriptVuMaker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) worker: Rc<ScriptWorker>,
}

impl VuMaker for ScriptVuMaker {
    fn finish(&self) {
        self.shared.run_is_over();
    }

    fn make(&self, in_instance: u64, in_test: u64) -> LocalBoxFuture<'_, Result<Box<dyn Vu>, VuError>> {
        Box::pin(async move {
            let ids = Ids { in_instance, in_test };
            let host = Host::new(self.shared.clone(), Some(self.worker.clone()), ids);
            host.arm(Nanos::MAX);
            let mut fiber = VuFiber::new(host).map_err(|error| VuError::internal(error.message))?;
            match poll_fn(|context| fiber.poll(context)).await {
                Reply::Ready(_) => Ok(Box::new(ScriptVu { fiber, scenario: None }) as Box<dyn Vu>),
                Reply::Failed(error) => Err(VuError::script(error.message)),
                Reply::Ended(_) | Reply::Returned(_) | Reply::Gone => {
                    Err(VuError::internal("a virtual user ended while it was made"))
                }
            }
        })
    }
}
