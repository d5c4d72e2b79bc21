//! What a parallel controller runs: each of its children as a thread of its own, beside the others.
//!
//! The branches begin with copies of the user's variables and cookies; what they changed is the user's once all of them
//! have come to their end.

use std::rc::Rc;

use futures_util::StreamExt;
use futures_util::stream;
use rustc_hash::FxHashMap;

use super::super::cookies::Cookie;
use super::super::http::Network;
use super::super::sample::{Action, Sample};
use super::super::tree::{NodeId, Parallel, Scope};
use super::super::walk::{Halt, Walk};
use super::Thread;
use crate::session::Session;

/// What a branch keeps for the thread that it belongs to.
#[derive(Default)]
pub(super) struct Branch {
    /// Its samples.
    samples: Vec<Sample>,
    /// Its samples are no rows of their own.
    silent: bool,
    /// The thread is to go on with its next iteration.
    pub(super) restarts: bool,
}

impl Thread {
    /// Hands a sample to those who get it: listeners, or the parallel controller.
    pub(super) fn hand_over(&mut self, scope: &Scope, sample: &Sample) {
        if let Some(branch) = &mut self.branch {
            branch.samples.push(sample.clone());
        }
        self.hand_over_whole(scope, sample);
    }

    /// The same for a sample that only sums others up.
    pub(super) fn hand_over_whole(&mut self, scope: &Scope, sample: &Sample) {
        if !self.branch.as_ref().is_some_and(|branch| branch.silent) {
            self.notify(scope, sample);
        }
    }

    fn beside(&mut self, child: NodeId, silent: bool) -> Self {
        let network = Network {
            cookies: self.network.cookies.clone(),
            caches: self.network.caches.clone(),
            ignoring: self.network.ignoring.clone(),
            save_cookies: self.network.save_cookies,
            ..Network::default()
        };
        Self {
            walk: Walk::branch(self.group.clone(), child),
            run: self.run.clone(),
            group: self.group.clone(),
            place: self.place,
            life: self.life,
            user: self.user.beside(),
            network,
            common: Rc::clone(&self.common),
            paces: FxHashMap::default(),
            end: self.end,
            running: true,
            sampled: false,
            locks: Vec::new(),
            action: Action::Continue,
            sources: self.sources.clone(),
            view: None,
            began: None,
            branch: Some(Branch { silent, ..Branch::default() }),
        }
    }

    /// Runs the children of a parallel controller; gives their parent's sample, when there is to be one.
    pub(super) async fn parallel(
        &mut self,
        node: NodeId,
        parallel: &Parallel,
        mut whole: Sample,
        session: &mut Session,
    ) -> Result<Option<Sample>, Halt> {
        let group = self.group.clone();
        let children = &group.nodes[node].children;
        let most = match &parallel.most {
            Some(most) => most.number(&mut self.user)?.filter(|most| *most > 0).map(|most| most as usize),
            None => None,
        };
        let begun = session.now();
        let silent =
            parallel.parent || self.walk.has_parent() || self.branch.as_ref().is_some_and(|own| own.silent);
        let before = (self.user.vars.clone(), self.network.cookies.clone());
        let mut branches = Vec::with_capacity(children.len());
        for child in children {
            let mut branch = self.beside(*child, silent);
            let mut own = session.fork();
            branches.push(async move {
                let outcome = Box::pin(branch.go(&mut own)).await;
                branch.walk.abandon();
                let told = branch.tell_ended().await;
                branch.locks.drain(..).for_each(|(_, lock)| lock.free());
                (branch, own, outcome.and(told))
            });
        }
        let most = most.unwrap_or(children.len()).max(1);
        let mut done: Vec<_> = stream::iter(branches).buffer_unordered(most).collect().await;
        // In the order of the children, so that what two of them set is the later one's.
        done.sort_by_key(|(branch, ..)| branch.walk.root());
        let mut samples = Vec::new();
        let mut halted = None;
        for (branch, own, outcome) in done {
            self.user.vars.join(&branch.user.vars, &before.0);
            for (at, store) in branch.network.cookies {
                let known = before.1.get(&at);
                let kept = self.network.cookies.entry(at).or_default();
                let new = |cookie: &&Cookie| !known.is_some_and(|known| known.list.contains(*cookie));
                store.list.iter().filter(new).for_each(|cookie| kept.add(cookie.clone()));
            }
            self.network.caches.extend(branch.network.caches);
            if let Some(previous) = branch.user.previous {
                self.user.previous = Some(previous);
            }
            session.join(&own, &own.vars);
            self.sampled |= branch.sampled;
            if let Some(Branch { samples: own, restarts, .. }) = branch.branch {
                samples.extend(own);
                if restarts {
                    self.action = Action::NextThreadLoop;
                }
            }
            if let Err(halt) = outcome {
                halted.get_or_insert(halt);
            }
        }
        if let Some(Halt::Fault(message)) = halted {
            // A fault ends what it happened in, as the thread that a child is in JMeter.
            self.say(model::Level::Error, &format!("Test failed! {message}"));
        }
        if parallel.parent {
            (whole.code, whole.message) = ("200".into(), "OK".into());
            whole.success = samples.iter().all(|sample| sample.success);
            whole.thread = self.user.name.clone();
            whole.elapsed_ms = (session.now() - begun).as_millis_f64().round() as i64;
            whole.ended_ms = whole.started_ms + whole.elapsed_ms;
            let ended_ms = whole.ended_ms;
            samples.into_iter().for_each(|sample| whole.add_sub(sample));
            whole.ended_ms = ended_ms;
            return Ok(Some(whole));
        }
        for sample in samples {
            if let Some(branch) = &mut self.branch {
                branch.samples.push(sample.clone());
            }
            self.walk.count(&sample);
            if self.walk.has_parent() {
                self.walk.adopt(sample);
            }
        }
        Ok(None)
    }
}
