//! Waiting: timers, meetings and pauses.

use std::time::Duration;

use model::Nanos;

use super::super::sample::Action;
use super::super::script_element::Stand;
use super::super::stage::Stopped;
use super::super::text::Text;
use super::super::timer::{Rendezvous, Timer, Wait};
use super::super::tree::{Part, Phase, Scope};
use super::super::walk::Halt;
use super::Thread;
use crate::session::Session;

impl Thread {
    /// Waits for a time of the plan, unless the test ends or the thread's time is over; says whether the thread goes on.
    pub(super) async fn rest(&self, time: Duration, session: &Session) -> bool {
        self.pass(time.mul_f64(self.user.time_scale), session).await
    }

    /// The same for a time by the clock.
    async fn pass(&self, time: Duration, session: &Session) -> bool {
        let until = session.now() + Nanos::from(time);
        if self.end.is_some_and(|end| until > end) {
            return false;
        }
        tokio::select! {
            () = session.sleep_until(until) => !self.run.stage.ends(self.group.phase),
            () = self.run.stage.until_stopped(self.group.phase) => false,
        }
    }

    /// All timers in scope together; says whether the thread goes on.
    pub(super) async fn wait(&mut self, scope: &Scope, session: &mut Session) -> Result<bool, Halt> {
        let group = self.group.clone();
        // Times of the plan may be scaled, those that keep a rate may not.
        let (mut total, mut exact) = (0i64, 0i64);
        for at in &scope.timers {
            let scoped = &group.parts[*at];
            let Part::Timer(timer) = &scoped.part else { continue };
            let now = (session.now().as_millis_f64()) as i64;
            let pace = self.paces.entry(scoped.id).or_default();
            (self.user.group_threads, _) = self.run.stage.threads(self.place);
            match timer.delay(&mut self.user, now, pace)? {
                Wait::For(delay) => total = total.saturating_add(delay.max(0)),
                Wait::Exactly(delay) => exact = exact.saturating_add(delay.max(0)),
                Wait::Over => return Ok(false),
            }
            match timer {
                Timer::Script(script) => {
                    let script = self.script(script, &scoped.name, Stand::Timer, None, None, scope, session);
                    let value = Box::pin(script).await?;
                    total +=
                        value.and_then(|text| text.trim().parse::<f64>().ok()).unwrap_or(0.0).max(0.0) as i64;
                }
                Timer::Sync(meeting) => Box::pin(self.meet(meeting)).await?,
                _ => {}
            }
        }
        if total > 0 || exact > 0 {
            let scaled = Duration::from_millis(total as u64).mul_f64(self.user.time_scale);
            return Ok(self.pass(scaled + Duration::from_millis(exact as u64), session).await);
        }
        Ok(!self.run.stage.ends(self.group.phase))
    }

    async fn meet(&mut self, meeting: &Rendezvous) -> Result<(), Halt> {
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
    pub(super) async fn act(
        &mut self,
        action: i64,
        whole_test: bool,
        duration: &Text,
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
                self.running = self.group.phase == Phase::Teardown;
            }
            0 | 2 => self.running = false,
            3 => self.action = Action::NextThreadLoop,
            4 => self.action = Action::NextLoop,
            5 => self.action = Action::BreakLoop,
            _ => {}
        }
        Ok(())
    }
}
