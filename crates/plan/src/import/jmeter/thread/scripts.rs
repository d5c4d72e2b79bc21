//! Scripts of elements, as one thread runs them.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use model::Level;

use super::super::config::Config;
use super::super::sample::{Sample, Verdict};
use super::super::sampler;
use super::super::script_element::{Script, Stand};
use super::super::scripts::{SamplerView, Scene, Thrown, Wishes};
use super::super::stage::Stopped;
use super::super::text::Text;
use super::super::tree::{Part, Scope};
use super::super::walk::Halt;
use super::Thread;
use crate::session::Session;

impl Thread {
    /// Runs the script of an element beside the sampler; a fault of it is told and changes nothing.
    #[expect(clippy::too_many_arguments, reason = "a script sees all that its element does")]
    pub(super) async fn script(
        &mut self,
        script: &Script,
        name: &Text,
        stand: Stand,
        sample: Option<&Rc<RefCell<Sample>>>,
        view: Option<&mut SamplerView>,
        scope: &Scope,
        session: &mut Session,
    ) -> Result<Option<String>, Halt> {
        match self.run_script(script, name, stand, sample, view, None, scope, session).await {
            Ok(value) => Ok(value),
            Err(thrown) if thrown.is_error => Err(Halt::Fault(thrown.text)),
            Err(thrown) => {
                self.say(Level::Error, &format!("Problem in {}: {}", name.raw(), thrown.text));
                Ok(None)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a script sees all that its element does")]
    pub(super) async fn run_script(
        &mut self,
        script: &Script,
        name: &Text,
        stand: Stand,
        sample: Option<&Rc<RefCell<Sample>>>,
        view: Option<&mut SamplerView>,
        verdict: Option<&mut Verdict>,
        scope: &Scope,
        session: &mut Session,
    ) -> Result<Option<String>, Thrown> {
        let name = name.eval(&mut self.user).map(std::borrow::Cow::into_owned).unwrap_or_default();
        let (value, sleep_ms) = self.eval_script(script, &name, stand, sample, view, verdict, scope)?;
        if sleep_ms > 0 && !self.rest(Duration::from_millis(sleep_ms as u64), session).await {
            self.running = false;
        }
        Ok(value)
    }

    #[expect(clippy::too_many_arguments, reason = "a script sees all that its element does")]
    pub(super) fn eval_script(
        &mut self,
        script: &Script,
        name: &str,
        stand: Stand,
        sample: Option<&Rc<RefCell<Sample>>>,
        view: Option<&mut SamplerView>,
        verdict: Option<&mut Verdict>,
        scope: &Scope,
    ) -> Result<(Option<String>, i64), Thrown> {
        let thrown = |text: String| Thrown { text, is_error: false };
        if let Some(language) = &script.unknown {
            return Err(thrown(format!(
                "javax.script.ScriptException: Cannot find engine named: '{language}', ensure you set language field in JSR223 Test Element: {name}"
            )));
        }
        let group = self.group.clone();
        let cookies = scope
            .configs
            .iter()
            .rfind(|at| matches!(&group.parts[**at].part, Part::Config(Config::Cookies(_))))
            .and_then(|at| self.network.cookies.get_mut(at));
        let known = self.sources.get(&script.id).filter(|_| script.cached).cloned();
        let source = match known {
            Some(known) => known,
            None => {
                let source: Rc<str> =
                    sampler::source_of(script, name, &mut self.user).map_err(&thrown)?.into();
                if script.cached && !script.source.is_fixed() {
                    // What a cached script was compiled from stays, whatever its references say later.
                    self.sources.insert(script.id, Rc::clone(&source));
                }
                source
            }
        };
        let parameters =
            script.parameters.eval(&mut self.user).map_err(|fault| thrown(fault.0))?.into_owned();
        let Some(scripts) = self.user.scripts.clone() else {
            return Err(thrown("no scripts can run".to_owned()));
        };
        let mut own = None;
        let mut guard = sample.map(|sample| {
            // The script sees the sample as `prev` too; it is put back below.
            own = Some(Rc::clone(sample));
            sample.borrow().clone()
        });
        let mut scene = Scene {
            stand,
            label: name,
            sample: guard.as_mut(),
            sampler: view,
            verdict,
            cookies,
            wishes: Wishes::default(),
        };
        let outcome = scripts.run(script, &source, &parameters, &mut scene, &mut self.user);
        let wishes = scene.wishes;
        if let (Some(sample), Some(changed)) = (own, guard) {
            *sample.borrow_mut() = changed;
        }
        self.grant(wishes, stand, sample);
        outcome.map(|ran| (ran.value, ran.sleep_ms))
    }

    /// The sample of a script.
    pub(super) async fn script_sample(
        &mut self,
        script: &Script,
        mut sample: Sample,
        scope: &Scope,
        session: &mut Session,
    ) -> Result<Sample, Halt> {
        let label = Text::literal(&sample.label);
        let begun = session.now();
        let holder = Rc::new(RefCell::new(std::mem::take(&mut sample)));
        let outcome =
            self.run_script(script, &label, Stand::Sampler, Some(&holder), None, None, scope, session).await;
        let mut sample = Rc::unwrap_or_clone(holder).into_inner();
        let elapsed = (session.now() - begun).as_millis_f64().round() as i64;
        sample.ended_ms = sample.started_ms + elapsed;
        // What passed while the script had paused the sample does not count.
        sample.elapsed_ms = (elapsed - sample.idle_ms).max(0);
        match outcome {
            // What the script set as the answer stays; only BeanShell's own element takes the value nevertheless.
            Ok(Some(value)) if script.bean_shell || sample.body.is_empty() => sample.set_text(&value),
            Ok(_) => {}
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

    fn grant(&mut self, wishes: Wishes, stand: Stand, sample: Option<&Rc<RefCell<Sample>>>) {
        if let Some(action) = wishes.action {
            match sample.filter(|_| stand == Stand::Sampler) {
                Some(sample) => sample.borrow_mut().action = action,
                None => self.action = action,
            }
        }
        if wishes.stop_thread {
            self.running = false;
        }
        if wishes.stop_test || wishes.stop_now {
            self.run.stage.stop(if wishes.stop_now { Stopped::Now } else { Stopped::Gently });
            self.running = false;
        }
    }
}
