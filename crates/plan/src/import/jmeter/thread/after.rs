//! What follows a sampler: post-processors, assertions and listeners.

use std::cell::RefCell;
use std::rc::Rc;

use model::Level;

use super::super::assertion::Assertion;
use super::super::clerk::Tally;
use super::super::jtl;
use super::super::listener::Listener;
use super::super::sample::{Action, Sample, Verdict};
use super::super::sampler;
use super::super::script_element::{Script, Stand};
use super::super::stage::Stopped;
use super::super::tree::{NodeId, OnError, Part, Scope};
use super::super::user::LAST_SAMPLE_OK;
use super::super::walk::Halt;
use super::Thread;
use crate::session::Session;

impl Thread {
    /// Post-processors, assertions and listeners of a sample, and what it leads to.
    pub(super) async fn after(
        &mut self,
        node: NodeId,
        sample: Rc<RefCell<Sample>>,
        session: &mut Session,
    ) -> Result<(), Halt> {
        let group = self.group.clone();
        let scope = &group.nodes[node].scope;
        if sample.borrow().ignored {
            return Ok(());
        }
        let (of_group, all) = self.run.stage.threads(self.place);
        (sample.borrow_mut().group_threads, sample.borrow_mut().all_threads) = (of_group, all);
        if self.run.plan.looks_back {
            self.user.previous = Some(Rc::clone(&sample));
        }
        for at in &scope.post {
            let scoped = &group.parts[*at];
            match &scoped.part {
                Part::Extract(extractor) => {
                    let now = sample.borrow().clone();
                    extractor.run(&now, &mut self.user)?;
                }
                Part::PostScript(script) => {
                    let mut view = self.view.take();
                    let (sample, seen) = (Some(&sample), view.as_deref_mut());
                    let script = self.script(script, &scoped.name, Stand::Post, sample, seen, scope, session);
                    Box::pin(script).await?;
                    self.view = view;
                }
                Part::Ask(query, false) => Box::pin(self.ask_beside(query, &scoped.name)).await?,
                Part::Show { variables, props } => {
                    let mut shown = self.blank(&sample.borrow().label);
                    sampler::show(*variables, *props, &mut shown, &self.user);
                    shown.bytes = shown.body.len() as u64;
                    (shown.group_threads, shown.all_threads) = (of_group, all);
                    sample.borrow_mut().add_result(shown);
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
                self.hand_over(scope, finished);
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
    pub(super) async fn judge(&mut self, scope: &Scope, sample: &Rc<RefCell<Sample>>) -> Result<(), Halt> {
        let group = self.group.clone();
        for at in &scope.assertions {
            let scoped = &group.parts[*at];
            let Part::Assert(assertion) = &scoped.part else { continue };
            let name = scoped.name.eval(&mut self.user)?.into_owned();
            let verdict = match assertion {
                Assertion::Script(script) => self.judge_by_script(script, &name, sample, scope),
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
    ) -> Verdict {
        let mut verdict = Verdict { name: name.to_owned(), ..Default::default() };
        let mut view = self.view.take();
        let (seen, judged) = (view.as_deref_mut(), Some(&mut verdict));
        let outcome = self.eval_script(script, name, Stand::Assertion, Some(sample), seen, judged, scope);
        self.view = view;
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
    pub(super) fn notify(&mut self, scope: &Scope, sample: &Sample) {
        let group = self.group.clone();
        let run = self.run.clone();
        for at in &scope.listeners {
            let script = match &group.parts[*at].part {
                Part::Listen(Listener::Script(script)) => script,
                Part::Listen(Listener::Save(saver)) => {
                    if let Err(fault) = saver.save(sample, &mut self.user) {
                        self.say(Level::Error, &fault.0);
                    }
                    continue;
                }
                _ => continue,
            };
            let holder = Rc::new(RefCell::new(sample.clone()));
            let name = group.parts[*at].name.raw().to_owned();
            let mut view = self.view.take();
            let seen = view.as_deref_mut();
            let told = self.eval_script(script, &name, Stand::Listener, Some(&holder), seen, None, scope);
            self.view = view;
            if let Err(thrown) = told {
                self.say(Level::Error, &thrown.text);
            }
        }
        let of_scope = scope.listeners.iter().filter_map(|at| match &group.parts[*at].part {
            Part::Listen(Listener::File(file)) => Some(*file),
            _ => None,
        });
        let mut files = run.main_file.into_iter().chain(of_scope).peekable();
        if files.peek().is_some() {
            let shown = jtl::shown(&run.shown, &self.user);
            self.common.lines.borrow_mut().write(&run, files, sample, &shown);
        }
        self.common.counts.borrow_mut().add(&Tally {
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
}
