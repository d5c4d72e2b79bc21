//! One JMeter thread, from its start to its end.
//!
//! Main types: [`GroupStep`], the step of a group's users, and [`Run`], what all of them share.

mod scripts;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use model::{Level, Nanos};
use rustc_hash::FxHashMap;

use super::clerk::{Clerk, Counts, Entry, Tally};
use super::config::Config;
use super::csv::Readers;
use super::dialect;
use super::function::now_ms;
use super::host;
use super::http::{self, Network};
use super::jtl;
use super::listener::{Listener, ResultFile};
use super::sample::{Action, Sample};
use super::sampler;
use super::script_element::{Script, Stand};
use super::scripts::SamplerView;
use super::stage::{Lock, Stage, Stopped};
use super::timer::{Timer, Wait};
use super::tree::{Group, Life, NodeId, NodeKind, OnError, Part, Plan, Scope};
use super::user::{LAST_SAMPLE_OK, User, Var};
use super::walk::{Halt, Step, Walk};
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
        let mut threads = FuturesUnordered::new();
        for life in &group.lives {
            let due = begun + Nanos::from(Duration::from_millis(life.start_ms));
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

struct Thread {
    // Held by a handle of the user's own: with each step of each thread, all would change the same two counts.
    run: Rc<Arc<Run>>,
    group: Rc<Arc<Group>>,
    place: usize,
    life: Life,
    user: User,
    walk: Walk,
    network: Network,
    /// What all users of the worker thread count.
    counts: Rc<RefCell<Counts>>,
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
    view: Option<SamplerView>,
    /// When the iteration under way began.
    began: Option<Nanos>,
}

impl Thread {
    fn new(run: &Arc<Run>, place: usize, number: u32, life: Life, session: &Session) -> Self {
        let group = Rc::new(Arc::clone(&run.groups[place]));
        let mut user = User::loading(Arc::clone(&run.plan.shared));
        user.number = number;
        user.group_number = group.number;
        user.planned_threads = group.lives.len() as u32;
        user.scripts = Some(run.code.on(session));
        for (name, value) in &run.plan.variables {
            user.vars.put(name, value);
        }
        let started = user.shared.started_ms;
        let date = |pattern: &str| super::function::format_java(pattern, started, "en").unwrap_or_default();
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
            walk: Walk::new(Rc::clone(&group)),
            run: Rc::new(Arc::clone(run)),
            group,
            place,
            life,
            user,
            network,
            counts: dialect::counts_of(session),
            paces: FxHashMap::default(),
            end: None,
            running: true,
            sampled: false,
            locks: Vec::new(),
            action: Action::Continue,
            sources: FxHashMap::default(),
            view: None,
            began: None,
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
        self.user.name = format!("{name} {}-{}", self.user.group_number, self.user.number).into();
        let start = Duration::from_millis(self.life.start_ms);
        if !start.is_zero() && !self.rest(start, session).await {
            return;
        }
        self.end = self.life.end_ms.map(|end| begun + Nanos::from(Duration::from_millis(end)));
        (self.user.group_threads, _) = self.run.stage.begins(self.place);
        self.run.tell(Entry::Threads(1));
        self.user.vars.put(LAST_SAMPLE_OK, "true");
        self.prepare();
        let outcome = self.go(session).await;
        if let Err(Halt::Fault(message)) = outcome {
            self.say(Level::Error, &format!("Test failed! {message}"));
        }
        if let Some(began) = self.began.take() {
            session.count_iteration(began);
        }
        self.walk.abandon();
        let _ = self.tell_ended().await;
        self.locks.drain(..).for_each(|(_, lock)| lock.free());
        self.run.stage.ended(self.place);
        self.run.tell(Entry::Threads(-1));
    }

    fn say(&self, level: Level, text: &str) {
        self.user.shared.say(level, &format!("{}: {text}", self.user.name));
    }

    /// Waits, unless the test ends or the thread's time is over; says whether the thread goes on.
    async fn rest(&self, time: Duration, session: &Session) -> bool {
        let end = self.end.unwrap_or(Nanos::MAX);
        if self.end.is_some() && session.now() + Nanos::from(time) > end {
            return false;
        }
        tokio::select! {
            () = session.sleep(time) => !self.run.stage.ends(self.group.phase),
            () = self.run.stage.until_stopped(self.group.phase) => false,
        }
    }

    /// What managers have from the start.
    fn prepare(&mut self) {
        let group = Rc::clone(&self.group);
        for (at, scoped) in group.parts.iter().enumerate() {
            if let Part::Config(Config::Cookies(cookies)) = &scoped.part {
                let store = self.network.cookies.entry(at).or_default();
                store.list.clear();
                for ([name, value, domain, path], secure) in &cookies.own {
                    let mut text = |text: &super::text::Text| {
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
        let group = Rc::clone(&self.group);
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
        while self.running {
            if self.run.stage.ends(self.group.phase) || self.end.is_some_and(|end| session.now() >= end) {
                break;
            }
            let run = Rc::clone(&self.run);
            let step = self.walk.next(&mut self.user, &run.readers)?;
            if std::mem::take(&mut self.walk.began) {
                self.iteration_begins(session);
                if let Some(began) = self.began.replace(session.now()) {
                    session.count_iteration(began);
                }
            }
            self.tell_ended().await?;
            match step {
                Some(Step::Sampler(node)) => self.sampler(node, session).await?,
                Some(Step::Enter(node)) => self.lock(node).await?,
                Some(Step::Leave(node)) => self.unlock(node),
                Some(Step::Breathe) => tokio::task::yield_now().await,
                None if self.walk.is_done() => break,
                None => tokio::task::yield_now().await,
            }
        }
        Ok(())
    }

    async fn lock(&mut self, node: NodeId) -> Result<(), Halt> {
        let group = Rc::clone(&self.group);
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
            let group = Rc::clone(&self.group);
            let NodeKind::Transaction { parent, .. } = group.nodes[node].kind else { continue };
            (sample.group_threads, sample.all_threads) = self.run.stage.threads(self.place);
            let scope = &group.nodes[node].scope;
            if parent {
                let sample = Rc::new(RefCell::new(sample));
                self.judge(scope, &sample).await?;
                let sample = Rc::unwrap_or_clone(sample).into_inner();
                match outer {
                    Some(outer) => self.walk.adopt_into(outer, sample),
                    None => self.notify(scope, &sample),
                }
            } else if self.sampled {
                self.notify(scope, &sample);
            }
        }
        Ok(())
    }

    /// Everything around one sampler.
    async fn sampler(&mut self, node: NodeId, session: &mut Session) -> Result<(), Halt> {
        let group = Rc::clone(&self.group);
        let node_ = &group.nodes[node];
        let scope = &node_.scope;
        self.action = Action::Continue;
        let is_script =
            |at: &usize| matches!(&group.parts[*at].part, Part::PreScript(_) | Part::PostScript(_));
        let mut view = SamplerView::default();
        // Only scripts look at it.
        if scope.pre.iter().chain(&scope.post).any(is_script) {
            sampler::class_of(&node_.kind).clone_into(&mut view.class);
        }
        // A function in the name is asked once for each sample, after the pre-processors.
        let mut calls = false;
        node_.name.each_call(&mut |_, _| calls = true);
        view.name =
            if calls { node_.name.raw().to_owned() } else { node_.name.eval(&mut self.user)?.into_owned() };
        self.user.name_sampler(&view.name);
        for at in &scope.pre {
            match &group.parts[*at].part {
                Part::PreScript(script) => {
                    if view.call.is_none()
                        && let NodeKind::Http(http) = &node_.kind
                    {
                        view.call = http.call(scope, &group.parts, &mut self.user).ok().map(Box::new);
                    }
                    self.script(
                        script,
                        &group.parts[*at].name,
                        Stand::Pre,
                        None,
                        Some(&mut view),
                        scope,
                        session,
                    )
                    .await?;
                }
                Part::Config(Config::Users(users)) => users.set(&mut self.user)?,
                _ => {}
            }
        }
        if !self.wait(scope, session).await? {
            self.running = false;
            return Ok(());
        }
        if !node_.name.is_fixed() {
            view.name = node_.name.eval(&mut self.user)?.into_owned();
        }
        self.user.name_sampler(&view.name);
        self.sampled = true;
        let label = view.name.clone();
        let sample = match &node_.kind {
            NodeKind::Http(http) => {
                let mut call = http.call(scope, &group.parts, &mut self.user)?;
                sampler::apply(&mut call, &view);
                if scope.post.iter().any(|at| matches!(&group.parts[*at].part, Part::PostScript(_))) {
                    view.call = Some(Box::new(call.clone()));
                    view.changed.clear();
                    (view.arguments, view.headers) = (None, None);
                    self.view = Some(view);
                }
                // In a box: a user that rests must not carry the room for a request.
                Box::pin(http::perform(&call, &label, &mut self.network, &mut self.user, session)).await
            }
            NodeKind::Action { action, whole_test, duration } => {
                self.act(*action, *whole_test, duration, session).await?;
                None
            }
            NodeKind::Script(script) => {
                let sample = Sample {
                    data_type: "text",
                    success: true,
                    code: "200".into(),
                    message: "OK".into(),
                    ..self.blank(&label)
                };
                Some(self.script_sample(script, sample, scope, session).await?)
            }
            kind => sampler::simple(kind, self.blank(&label), &mut self.user, session).await?,
        };
        if let Some(sample) = sample {
            self.after(node, sample, session).await?;
        }
        self.leave(node);
        self.tell_ended().await
    }

    fn blank(&self, label: &str) -> Sample {
        let now = now_ms();
        Sample {
            label: label.to_owned(),
            thread: Rc::clone(&self.user.name),
            started_ms: now,
            ended_ms: now,
            ..Sample::default()
        }
    }

    /// All timers in scope together; says whether the thread goes on.
    async fn wait(&mut self, scope: &Scope, session: &mut Session) -> Result<bool, Halt> {
        let group = Rc::clone(&self.group);
        let mut total = 0i64;
        for at in &scope.timers {
            let scoped = &group.parts[*at];
            let Part::Timer(timer) = &scoped.part else { continue };
            let now = (session.now().as_millis_f64()) as i64;
            let pace = self.paces.entry(scoped.id).or_default();
            (self.user.group_threads, _) = self.run.stage.threads(self.place);
            match timer.delay(&mut self.user, now, pace)? {
                Wait::For(delay) => total = total.saturating_add(delay.max(0)),
                Wait::Over => return Ok(false),
            }
            match timer {
                Timer::Script(script) => {
                    let value =
                        self.script(script, &scoped.name, Stand::Timer, None, None, scope, session).await?;
                    total +=
                        value.and_then(|text| text.trim().parse::<f64>().ok()).unwrap_or(0.0).max(0.0) as i64;
                }
                Timer::Sync(meeting) => self.meet(meeting).await?,
                _ => {}
            }
        }
        if total > 0 {
            return Ok(self.rest(Duration::from_millis(total as u64), session).await);
        }
        Ok(!self.run.stage.ends(self.group.phase))
    }

    async fn meet(&mut self, meeting: &super::timer::Rendezvous) -> Result<(), Halt> {
        let size = meeting.size.number(&mut self.user)?.unwrap_or(0);
        let size = if size <= 0 { self.user.planned_threads as usize } else { size as usize };
        let timeout = meeting.timeout.number(&mut self.user)?.unwrap_or(0);
        let met = meeting.met.notified();
        tokio::pin!(met);
        met.as_mut().enable();
        {
            let mut waiting = meeting.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            waiting.0 += 1;
            if waiting.0 >= size {
                *waiting = (0, waiting.1 + 1);
                meeting.met.notify_waiters();
                return Ok(());
            }
        }
        let limit = if timeout > 0 {
            Duration::from_millis(timeout as u64)
        } else {
            Duration::from_secs(7 * 24 * 3600)
        };
        let gone = self.run.stage.until_stopped(self.group.phase);
        let left_alone = tokio::select! {
            () = met => false,
            () = tokio::time::sleep(limit) => true,
            () = gone => true,
        };
        if left_alone {
            let mut waiting = meeting.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            waiting.0 = waiting.0.saturating_sub(1);
        }
        Ok(())
    }

    /// A flow control action.
    async fn act(
        &mut self,
        action: i64,
        whole_test: bool,
        duration: &super::text::Text,
        session: &mut Session,
    ) -> Result<(), Halt> {
        match action {
            1 => {
                let millis = duration.number(&mut self.user)?.unwrap_or(0).max(0);
                if millis > 0 && !self.rest(Duration::from_millis(millis as u64), session).await {
                    self.running = false;
                }
            }
            0 | 2 if whole_test => {
                self.run.stage.stop(if action == 2 { Stopped::Now } else { Stopped::Gently });
                self.running = self.group.phase == super::tree::Phase::Teardown;
            }
            0 | 2 => self.running = false,
            3 => self.action = Action::NextThreadLoop,
            4 => self.action = Action::NextLoop,
            5 => self.action = Action::BreakLoop,
            _ => {}
        }
        Ok(())
    }

    async fn script_sample(
        &mut self,
        script: &Script,
        mut sample: Sample,
        scope: &Scope,
        session: &mut Session,
    ) -> Result<Sample, Halt> {
        let label = super::text::Text::literal(&sample.label);
        let begun = session.now();
        let holder = Rc::new(RefCell::new(std::mem::take(&mut sample)));
        let outcome =
            self.run_script(script, &label, Stand::Sampler, Some(&holder), None, None, scope, session).await;
        let mut sample = Rc::unwrap_or_clone(holder).into_inner();
        sample.elapsed_ms = (session.now() - begun).as_millis_f64().round() as i64;
        sample.ended_ms = sample.started_ms + sample.elapsed_ms;
        match outcome {
            Ok(Some(value)) => sample.set_text(&value),
            Ok(None) => {}
            Err(thrown) if thrown.is_error => return Err(Halt::Fault(thrown.text)),
            Err(thrown) => {
                self.say(Level::Error, &thrown.text);
                sample.fail("500", &thrown.text);
            }
        }
        sample.bytes = sample.body.len() as u64;
        sample.body_bytes = sample.body.len() as u64;
        Ok(sample)
    }

    /// Post-processors, assertions and listeners of a sample, and what it leads to.
    async fn after(&mut self, node: NodeId, mut sample: Sample, session: &mut Session) -> Result<(), Halt> {
        let group = Rc::clone(&self.group);
        let scope = &group.nodes[node].scope;
        if sample.ignored {
            return Ok(());
        }
        (sample.group_threads, sample.all_threads) = self.run.stage.threads(self.place);
        let sample = Rc::new(RefCell::new(sample));
        self.user.previous = Some(Rc::clone(&sample));
        for at in &scope.post {
            let scoped = &group.parts[*at];
            match &scoped.part {
                Part::Extract(extractor) => {
                    let now = sample.borrow().clone();
                    extractor.run(&now, &mut self.user)?;
                }
                Part::PostScript(script) => {
                    let mut view = self.view.take();
                    self.script(
                        script,
                        &scoped.name,
                        Stand::Post,
                        Some(&sample),
                        view.as_mut(),
                        scope,
                        session,
                    )
                    .await?;
                    self.view = view;
                }
                Part::OnFailure(action) if !sample.borrow().success => self.on_failure(*action, &sample),
                _ => {}
            }
        }
        self.judge(scope, &sample).await?;
        // A failed assertion is a failure too, for those actions that had nothing to do before.
        for at in &scope.post {
            if let Part::OnFailure(action) = &group.parts[*at].part
                && !sample.borrow().success
            {
                self.on_failure(*action, &sample);
            }
        }
        // Scripts that listen may look at the sample too, and change it.
        let scripted = scope
            .listeners
            .iter()
            .any(|at| matches!(&group.parts[*at].part, Part::Listen(Listener::Script(_))));
        let copy = scripted.then(|| sample.borrow().clone());
        let finished = sample.borrow();
        let finished = match &copy {
            Some(copy) => {
                drop(finished);
                copy
            }
            None => &*finished,
        };
        if !finished.ignored {
            self.walk.count(finished);
            if self.walk.has_parent() {
                self.walk.adopt(finished.clone());
            } else {
                self.notify(scope, finished);
            }
        }
        let failed = !finished.success;
        if finished.stop_thread || (failed && self.group.on_error == OnError::StopThread) {
            self.running = false;
        }
        if finished.stop_test || (failed && self.group.on_error == OnError::StopTest) {
            self.run.stage.stop(Stopped::Gently);
            self.running = false;
        }
        if finished.stop_now || (failed && self.group.on_error == OnError::StopNow) {
            self.run.stage.stop(Stopped::Now);
            self.running = false;
        }
        if finished.action != Action::Continue {
            self.action = finished.action;
        }
        if failed && self.group.on_error == OnError::NextLoop {
            self.action = Action::NextThreadLoop;
        }
        Ok(())
    }

    fn on_failure(&mut self, action: i64, sample: &Rc<RefCell<Sample>>) {
        let mut sample = sample.borrow_mut();
        match action {
            1 => sample.stop_thread = true,
            2 => sample.stop_test = true,
            3 => sample.stop_now = true,
            4 => sample.action = Action::NextThreadLoop,
            5 => sample.action = Action::NextLoop,
            6 => sample.action = Action::BreakLoop,
            _ => {}
        }
    }

    /// Runs the assertions in scope.
    async fn judge(&mut self, scope: &Scope, sample: &Rc<RefCell<Sample>>) -> Result<(), Halt> {
        let group = Rc::clone(&self.group);
        for at in &scope.assertions {
            let scoped = &group.parts[*at];
            let Part::Assert(assertion) = &scoped.part else { continue };
            let name = scoped.name.eval(&mut self.user)?.into_owned();
            let verdict = match assertion {
                super::assertion::Assertion::Script(script) => {
                    self.judge_by_script(script, &name, sample, scope)
                }
                assertion => assertion.judge(&name, &mut sample.borrow_mut(), &mut self.user)?,
            };
            let mut sample = sample.borrow_mut();
            sample.success &= !(verdict.failure || verdict.error);
            sample.verdicts.push(verdict);
        }
        let ok = sample.borrow().success;
        self.user.vars.put(LAST_SAMPLE_OK, if ok { "true" } else { "false" });
        Ok(())
    }

    fn judge_by_script(
        &mut self,
        script: &Script,
        name: &str,
        sample: &Rc<RefCell<Sample>>,
        scope: &Scope,
    ) -> super::sample::Verdict {
        let mut verdict = super::sample::Verdict { name: name.to_owned(), ..Default::default() };
        let outcome =
            self.eval_script(script, name, Stand::Assertion, Some(sample), None, Some(&mut verdict), scope);
        match outcome {
            Ok(_) => {}
            Err(thrown) => {
                verdict.error = true;
                verdict.failure = thrown.is_error;
                verdict.message = Some(thrown.text);
            }
        }
        verdict
    }

    /// Hands a sample to those who get it.
    fn notify(&mut self, scope: &Scope, sample: &Sample) {
        let group = Rc::clone(&self.group);
        let run = Rc::clone(&self.run);
        let mut files: Vec<usize> = run.main_file.into_iter().collect();
        for at in &scope.listeners {
            match &group.parts[*at].part {
                Part::Listen(Listener::File(file)) => files.push(*file),
                Part::Listen(Listener::Script(script)) => {
                    let holder = Rc::new(RefCell::new(sample.clone()));
                    let name = group.parts[*at].name.raw().to_owned();
                    if let Err(thrown) =
                        self.eval_script(script, &name, Stand::Listener, Some(&holder), None, None, scope)
                    {
                        self.say(Level::Error, &thrown.text);
                    }
                }
                _ => {}
            }
        }
        let shown = jtl::shown(&run.shown, &self.user);
        let lines: Vec<(usize, String)> = files
            .into_iter()
            .filter(|at| {
                let file = &run.files[*at];
                !(file.errors_only && sample.success || file.successes_only && !sample.success)
            })
            .map(|at| {
                let mut text = String::new();
                jtl::write(&mut text, sample, &run.files[at].save, &shown);
                (at, text)
            })
            .collect();
        if !lines.is_empty() {
            self.run.tell(Entry::Lines(lines));
        }
        self.counts.borrow_mut().add(&Tally {
            label: &sample.label,
            elapsed_ms: sample.elapsed_ms,
            success: sample.success,
            bytes: sample.bytes,
            sent_bytes: sample.sent_bytes,
            started_ms: sample.started_ms,
            ended_ms: sample.ended_ms,
            transaction: sample.message.starts_with("Number of samples in transaction"),
        });
    }

    /// Goes where the sample or a script wants to go.
    fn leave(&mut self, node: NodeId) {
        let ok = self.user.last_sample_ok();
        let left = match std::mem::take(&mut self.action) {
            Action::Continue => return,
            _ if !self.running => return,
            Action::NextThreadLoop => self.walk.next_thread_loop(node, ok),
            Action::NextLoop => self.walk.next_loop(node, ok),
            Action::BreakLoop => self.walk.break_loop(node, ok),
        };
        left.into_iter().for_each(|node| self.unlock(node));
        self.user.vars.set(LAST_SAMPLE_OK, Var::Text("true".into()));
    }
}
