//! Transactions: samples of what stands in a controller.

use super::super::csv::Readers;
use super::super::function::now_ms;
use super::super::sample::Sample;
use super::super::tree::{NodeId, NodeKind};
use super::super::user::User;
use super::{Ended, Halt, Open, Step, Walk};

impl Walk {
    pub(super) fn enter_transaction(
        &mut self,
        node: NodeId,
        parent: bool,
        user: &mut User,
        readers: &Readers,
    ) -> Result<Option<Step>, Halt> {
        if self.states[node].first && !self.open.iter().any(|open| open.node == node) {
            let label = self.group.nodes[node].name.eval(user)?.into();
            let now = now_ms();
            let sample = Sample {
                label,
                thread: user.name.clone(),
                success: true,
                started_ms: now,
                ended_ms: now,
                ..Sample::default()
            };
            self.open.push(Open { node, sample, counts: (0, 0), parent, last_end_ms: now, total_ms: 0 });
        }
        let step = self.inside(node, user, readers)?;
        match step {
            // Each sampler counts as a call, whether it leaves a sample or not.
            Some(Step::Sampler(_)) if !parent => {
                if let Some(open) = self.open.iter_mut().rfind(|open| open.node == node) {
                    open.counts.0 += 1;
                }
            }
            None => self.close(node, None),
            _ => {}
        }
        Ok(step)
    }

    /// Ends a transaction. `cut` says that it did not come to its end, and whether the last sample was a success.
    pub(super) fn close(&mut self, node: NodeId, cut: Option<bool>) {
        let Some(at) = self.open.iter().rposition(|open| open.node == node) else { return };
        let mut open = self.open.remove(at);
        let NodeKind::Transaction { timers, .. } = &self.group.nodes[node].kind else { return };
        let (calls, failures) = open.counts;
        let now = now_ms();
        let sample = &mut open.sample;
        sample.message = counted(calls, failures);
        sample.ended_ms = now;
        let span = now - sample.started_ms;
        sample.elapsed_ms = if *timers { span } else { open.total_ms.min(span.max(open.total_ms)) };
        sample.idle_ms = (span - sample.elapsed_ms).max(0);
        sample.counts = open.counts;
        match cut {
            Some(ok) if !open.parent => sample.success = ok && failures == 0,
            _ if sample.success => sample.code = "200".into(),
            _ => {}
        }
        if !open.parent && !sample.success {
            sample.code = Default::default();
        }
        let outer = self.open.iter().rfind(|open| open.parent).map(|open| open.node);
        self.ended.push(Ended { node, sample: open.sample, outer });
    }

    /// Adds a sample to the transactions that count it.
    pub fn count(&mut self, sample: &Sample) {
        for open in self.open.iter_mut().filter(|open| !open.parent) {
            let whole = &mut open.sample;
            if !sample.success {
                open.counts.1 += 1;
                whole.success = false;
            }
            whole.bytes += sample.bytes;
            whole.sent_bytes += sample.sent_bytes;
            whole.latency_ms += sample.latency_ms;
            whole.connect_ms += sample.connect_ms;
            (whole.group_threads, whole.all_threads) = (sample.group_threads, sample.all_threads);
            open.total_ms += sample.elapsed_ms;
            open.last_end_ms = sample.ended_ms;
        }
    }

    /// Gives a sample to the innermost transaction that is the parent of its samples; gives it back without one.
    pub fn adopt(&mut self, sample: Sample) -> Option<Sample> {
        let Some(open) = self.open.iter_mut().rfind(|open| open.parent) else { return Some(sample) };
        open.counts.0 += 1;
        if !sample.success {
            open.counts.1 += 1;
            if open.sample.success {
                open.sample.code.clone_from(&sample.code);
            }
            open.sample.success = false;
        }
        (open.sample.group_threads, open.sample.all_threads) = (sample.group_threads, sample.all_threads);
        open.sample.latency_ms += sample.latency_ms;
        open.sample.connect_ms += sample.connect_ms;
        open.total_ms += sample.elapsed_ms;
        open.sample.add_sub(sample);
        None
    }

    /// Gives a transaction's sample to the one that is its parent, which may have ended too.
    pub fn adopt_into(&mut self, outer: NodeId, sample: Sample) {
        if self.open.iter().any(|open| open.node == outer && open.parent) {
            self.adopt(sample);
            return;
        }
        if let Some(ended) = self.ended.iter_mut().find(|ended| ended.node == outer) {
            let whole = &mut ended.sample;
            whole.counts.0 += 1;
            if !sample.success {
                whole.counts.1 += 1;
                if whole.success {
                    whole.code.clone_from(&sample.code);
                }
                whole.success = false;
            }
            whole.elapsed_ms += sample.elapsed_ms;
            let (calls, failures) = whole.counts;
            whole.message = counted(calls, failures);
            whole.add_sub(sample);
        }
    }

    /// Whether samples go to a parent.
    #[must_use]
    pub fn has_parent(&self) -> bool {
        self.open.iter().any(|open| open.parent)
    }
}

/// What a transaction says of its samples.
fn counted(calls: u32, failures: u32) -> smol_str::SmolStr {
    format!("Number of samples in transaction : {calls}, number of failing samples : {failures}").into()
}
