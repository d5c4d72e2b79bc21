//! One JMeter thread, from its start to its end.
//!
//! Main type: [`Thread`], private; [`GroupStep`] makes them. A sample is taken in `sampling`, what follows it is in
//! `after`, waiting in `waits`, what runs at the same time in `parallel`.

mod after;
mod group;
mod parallel;
mod sampling;
mod scripts;
mod waits;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use fiber::ahead::Place;
use model::{Level, Nanos, Own};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::assertion::Assertion;
use super::clerk::Entry;
use super::config::Config;
use super::dialect::{self, Common};
use super::http::Network;
use super::listener::Listener;
use super::sample::Action;
use super::sampler;
use super::scripts::SamplerView;
use super::stage::Lock;
use super::text::Text;
use super::tree::{Group, Life, NodeId, NodeKind, Part};
use super::user::{LAST_SAMPLE_OK, User, Var};
use super::walk::{Halt, Step, Walk};
use crate::session::Session;
use crate::vu::Touched;
use parallel::Branch;
use sampling::Aims;

pub use group::{GroupStep, Run};

/// Passes of a group after which other users have their turn, if nothing in them had to wait.
const PASSES_AT_ONCE: u32 = 32;

/// One thread: a user on its way through its group.
struct Thread {
    // Held by a handle of the user's own: with each step of each thread, all would change the same two counts.
    run: Own<Run>,
    group: Own<Group>,
    place: usize,
    life: Life,
    user: User,
    walk: Walk,
    network: Network,
    /// What all users of the worker thread have in common.
    common: Rc<Common>,
    /// When the last of a timer's samples was, by the timer's number.
    paces: FxHashMap<usize, i64>,
    end: Option<Nanos>,
    running: bool,
    sampled: bool,
    locks: Vec<(NodeId, Arc<Lock>)>,
    action: Action,
    /// What cached scripts were compiled from, by their numbers.
    sources: FxHashMap<usize, Rc<str>>,
    /// The sampler that runs, for scripts after it.
    view: Option<Box<SamplerView>>,
    /// When the iteration under way began.
    began: Option<Nanos>,
    /// It is what a parallel controller runs beside others.
    branch: Option<Branch>,
}

impl Thread {
    fn new(run: &Arc<Run>, place: usize, number: u32, life: Life, session: &Session) -> Self {
        let group = Own::new(&run.groups[place]);
        let mut user = User::loading(Arc::clone(&run.plan.shared));
        user.number = number;
        user.group_number = group.number;
        user.planned_threads = group.lives.len() as u32;
        user.time_scale = session.time_scale();
        user.scripts = Some(run.code.on(session));
        for (name, value) in &run.plan.variables {
            user.vars.put(name, value);
        }
        let started = user.shared.started_ms;
        let date = |pattern: &str| {
            let zone = &user.shared.zone;
            super::function::format_java(pattern, started, "en", zone).unwrap_or_default()
        };
        for (name, value) in [
            ("START.MS", started.to_string()),
            ("START.YMD", date("yyyyMMdd")),
            ("START.HMS", date("HHmmss")),
            ("TESTSTART.MS", started.to_string()),
        ] {
            user.vars.put(name, &value);
        }
        let network = Network {
            save_cookies: run.plan.shared.flag("CookieManager.save.cookies", false),
            ..Network::default()
        };
        Self {
            walk: Walk::new(group.clone()),
            run: Own::new(run),
            group,
            place,
            life,
            user,
            network,
            common: dialect::common_of(session),
            paces: FxHashMap::default(),
            end: None,
            running: true,
            sampled: false,
            locks: Vec::new(),
            action: Action::Continue,
            sources: FxHashMap::default(),
            view: None,
            began: None,
            branch: None,
        }
    }

    // By reference: a future has room twice for what is handed to it by value.
    async fn live(&mut self, session: &mut Session) {
        let begun = session.now();
        let name = match self.group.name.eval(&mut self.user) {
            Ok(name) => name.into_owned(),
            Err(_) => self.group.name.raw().to_owned(),
        };
        self.user.group_name = name.as_str().into();
        self.user.name = smol_str::format_smolstr!("{name} {}-{}", self.user.group_number, self.user.number);
        let start = Duration::from_millis(self.life.start_ms);
        if !start.is_zero() && !self.rest(start, session).await {
            return;
        }
        self.end = self
            .life
            .end_ms
            .map(|end| begun + Nanos::from(Duration::from_millis(end).mul_f64(self.user.time_scale)));
        (self.user.group_threads, _) = self.run.stage.begins(self.place);
        self.run.tell(Entry::Threads(1));
        self.user.vars.put(LAST_SAMPLE_OK, "true");
        self.prepare();
        session.touches(Touched::Own, self.walk.place());
        if let Some(ok) = self.user.vars.get(LAST_SAMPLE_OK) {
            session.touches(Touched::More, Place::of(ok));
        }
        let outcome = self.go(session).await;
        if let Err(Halt::Fault(message)) = outcome {
            self.say(Level::Error, &format!("Test failed! {message}"));
        }
        if let Some(began) = self.began.take() {
            session.count_iteration(began, session.now());
        }
        self.walk.abandon();
        let _ = self.tell_ended().await;
        self.locks.drain(..).for_each(|(_, lock)| lock.free());
        // Before another group may begin, so that its lines come behind these.
        if let Some(clerk) = self.run.clerk.get() {
            self.common.lines.borrow_mut().hand_over(clerk);
        }
        self.run.stage.ended(self.place);
        self.run.tell(Entry::Threads(-1));
    }

    fn say(&self, level: Level, text: &str) {
        self.user.shared.say(level, &format!("{}: {text}", self.user.name));
    }

    /// What managers have from the start.
    fn prepare(&mut self) {
        let group = self.group.clone();
        for (at, scoped) in group.parts.iter().enumerate() {
            if let Part::Config(Config::Cookies(cookies)) = &scoped.part {
                let store = self.network.cookies.entry(at).or_default();
                store.list.clear();
                for ([name, value, domain, path], secure) in &cookies.own {
                    let mut text = |text: &Text| {
                        text.eval(&mut self.user).map(std::borrow::Cow::into_owned).unwrap_or_default()
                    };
                    let cookie = super::cookies::Cookie {
                        name: text(name),
                        value: text(value),
                        domain: text(domain),
                        path: text(path),
                        secure: *secure,
                        expires_ms: 0,
                        below: true,
                    };
                    store.add(cookie);
                }
                if cookies.ignore {
                    store.list.clear();
                    self.network.ignoring.push(at);
                }
            }
        }
    }

    /// Each iteration begins here: some managers forget.
    fn iteration_begins(&mut self, session: &mut Session) {
        if self.user.iteration <= 1 {
            return;
        }
        let group = self.group.clone();
        let fresh = !group.same_user;
        let mut renew = false;
        for (at, scoped) in group.parts.iter().enumerate() {
            match &scoped.part {
                Part::Config(Config::Cookies(cookies)) => {
                    renew |= if cookies.by_group { fresh } else { cookies.clear };
                }
                Part::Config(Config::Cache(cache)) if if cache.by_group { fresh } else { cache.clear } => {
                    self.network.caches.remove(&at);
                }
                _ => {}
            }
        }
        if renew {
            self.prepare();
        }
        if fresh {
            session.forget();
        }
    }

    async fn go(&mut self, session: &mut Session) -> Result<(), Halt> {
        let mut passes = 0;
        while self.running {
            if self.run.stage.ends(self.group.phase) || self.end.is_some_and(|end| session.now() >= end) {
                break;
            }
            let run = self.run.clone();
            let step = self.walk.next(&mut self.user, &run.readers)?;
            if std::mem::take(&mut self.walk.began) {
                self.iteration_begins(session);
                let now = session.now();
                if let Some(began) = self.began.replace(now) {
                    session.count_iteration(began, now);
                }
            }
            self.tell_ended().await?;
            match step {
                Some(Step::Sampler(node)) => self.sampler(node, session).await?,
                Some(Step::Enter(node)) => Box::pin(self.lock(node)).await?,
                Some(Step::Leave(node)) => self.unlock(node),
                Some(Step::Breathe) => tokio::task::yield_now().await,
                None if self.walk.is_done() => break,
                None => {
                    passes += 1;
                    if passes % PASSES_AT_ONCE == 0 {
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
        Ok(())
    }

    async fn lock(&mut self, node: NodeId) -> Result<(), Halt> {
        let group = self.group.clone();
        if let NodeKind::Critical { lock } = &group.nodes[node].kind {
            let name = lock.eval(&mut self.user)?.into_owned();
            let lock = self.run.stage.lock(&name);
            lock.take().await;
            self.locks.push((node, lock));
        }
        Ok(())
    }

    fn unlock(&mut self, node: NodeId) {
        if let Some(at) = self.locks.iter().rposition(|(known, _)| *known == node) {
            self.locks.remove(at).1.free();
        }
    }

    /// Tells of transactions that ended.
    async fn tell_ended(&mut self) -> Result<(), Halt> {
        while !self.walk.ended.is_empty() {
            let super::walk::Ended { node, mut sample, outer } = self.walk.ended.remove(0);
            let group = self.group.clone();
            let NodeKind::Transaction { parent, .. } = group.nodes[node].kind else { continue };
            (sample.group_threads, sample.all_threads) = self.run.stage.threads(self.place);
            let scope = &group.nodes[node].scope;
            if parent {
                let sample = Rc::new(RefCell::new(sample));
                self.judge(scope, &sample).await?;
                let sample = Rc::unwrap_or_clone(sample).into_inner();
                match outer {
                    Some(outer) => self.walk.adopt_into(outer, sample),
                    None => self.hand_over(scope, &sample),
                }
            } else if self.sampled {
                self.hand_over_whole(scope, &sample);
            }
        }
        Ok(())
    }

    /// Everything around one sampler.
    async fn sampler(&mut self, node: NodeId, session: &mut Session) -> Result<(), Halt> {
        let group = self.group.clone();
        let node_ = &group.nodes[node];
        let scope = &node_.scope;
        self.action = Action::Continue;
        let is_script = |at: &usize| {
            matches!(
                &group.parts[*at].part,
                Part::PreScript(_)
                    | Part::PostScript(_)
                    | Part::Assert(Assertion::Script(_))
                    | Part::Listen(Listener::Script(_))
            )
        };
        // A function in the name is asked once for each sample, after the pre-processors.
        let mut calls = false;
        node_.name.each_call(&mut |_, _| calls = true);
        if calls {
            self.user.name_sampler(node_.name.raw());
        } else {
            self.name_sampler(&node_.name)?;
        }
        // Only scripts look at it.
        let beside = [&scope.pre, &scope.post, &scope.assertions, &scope.listeners];
        let mut view = beside.into_iter().flatten().any(is_script).then(|| {
            let (name, class) = (self.user.sampler_name.clone(), sampler::class_of(&node_.kind));
            Box::new(SamplerView { name, class, ..SamplerView::default() })
        });
        let aims = if scope.pre.is_empty() {
            Aims::default()
        } else {
            Box::pin(self.before(node, view.as_deref_mut(), session)).await?
        };
        // In boxes, here and below: what a user carries while it waits for an answer should be little.
        let goes_on = if scope.timers.is_empty() {
            !self.run.stage.ends(group.phase)
        } else {
            Box::pin(self.wait(scope, session)).await?
        };
        if !goes_on {
            self.running = false;
            return Ok(());
        }
        let label = self.name_sampler(&node_.name)?;
        self.sampled = true;
        if let NodeKind::Action { action, whole_test, duration } = &node_.kind {
            Box::pin(self.act(*action, *whole_test, duration, session)).await?;
        } else {
            let sample = |session| Box::pin(self.take_sample(node, &label, view, aims, session));
            session.touching(Touched::Request, sample).await?;
        }
        self.leave(node);
        self.tell_ended().await
    }

    /// Works out the name of the sampler that runs and tells it to whoever asks.
    fn name_sampler(&mut self, name: &Text) -> Result<SmolStr, Halt> {
        let name = name.eval(&mut self.user)?;
        Ok(self.user.name_sampler(&name))
    }

    /// Goes where the sample or a script wants to go.
    fn leave(&mut self, node: NodeId) {
        let action = std::mem::take(&mut self.action);
        if action == Action::Continue || !self.running {
            return;
        }
        let ok = self.user.last_sample_ok();
        let left = match action {
            Action::Continue => return,
            Action::NextThreadLoop => {
                if let Some(branch) = &mut self.branch {
                    branch.restarts = true;
                }
                self.walk.next_thread_loop(node, ok)
            }
            Action::NextLoop => self.walk.next_loop(node, ok),
            Action::BreakLoop => self.walk.break_loop(node, ok),
        };
        left.into_iter().for_each(|node| self.unlock(node));
        self.user.vars.set(LAST_SAMPLE_OK, Var::Text("true".into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size<A, B, F: Future>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_thread_is_small() {
        let live = size(async |thread: &mut Thread, session: &mut Session| thread.live(session).await);
        let thread = size_of::<Thread>();
        assert!(thread < 900, "a thread is {thread} bytes");
        assert!(live < 1_200, "a thread's life is {live} bytes beside it");
    }
}
