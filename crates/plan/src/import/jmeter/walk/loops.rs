//! Controllers that repeat what stands in them.

use super::super::csv::Readers;
use super::super::function::now_ms;
use super::super::text::Text;
use super::super::tree::{NodeId, NodeKind};
use super::super::user::User;
use super::{Halt, Step, Walk};

impl Walk {
    pub(super) fn loop_ended(&mut self, node: NodeId, count: &Text, user: &mut User) -> Result<bool, Halt> {
        let state = &mut self.states[node];
        if state.broken {
            return Ok(true);
        }
        let count = match state.count {
            Some(count) => count,
            None => {
                let count = count.number(user)?.unwrap_or(0);
                self.states[node].count = Some(count);
                count
            }
        };
        Ok(count > -1 && self.states[node].rounds >= count)
    }

    pub(super) fn end_loop(&mut self, node: NodeId, forever: bool) {
        self.reset_rounds(node);
        if !forever {
            self.states[node].done = true;
        }
    }

    pub(super) fn enter_loop(
        &mut self,
        node: NodeId,
        count: &Text,
        forever: bool,
        user: &mut User,
        readers: &Readers,
    ) -> Result<Option<Step>, Halt> {
        if self.loop_ended(node, count, user)? {
            let state = &mut self.states[node];
            (state.current, state.first) = (0, true);
            self.end_loop(node, forever);
            return Ok(None);
        }
        self.inside(node, user, readers)
    }

    pub(super) fn while_ended(
        &mut self,
        node: NodeId,
        condition: &Text,
        at_end: bool,
        user: &mut User,
    ) -> Result<bool, Halt> {
        if self.states[node].broken {
            return Ok(true);
        }
        let condition = condition.eval(user)?.trim().to_owned();
        if (at_end && condition.is_empty()) || condition.eq_ignore_ascii_case("LAST") {
            return Ok(!user.last_sample_ok());
        }
        Ok(condition.eq_ignore_ascii_case("false"))
    }

    pub(super) fn enter_while(
        &mut self,
        node: NodeId,
        condition: &Text,
        user: &mut User,
        readers: &Readers,
    ) -> Result<Option<Step>, Halt> {
        if self.states[node].broken
            || (self.states[node].first && self.while_ended(node, condition, false, user)?)
        {
            let state = &mut self.states[node];
            (state.current, state.first) = (0, true);
            self.reset_rounds(node);
            return Ok(None);
        }
        self.inside(node, user, readers)
    }

    /// The value of this round; nothing when there is none.
    pub(super) fn foreach_value(&mut self, node: NodeId, user: &mut User) -> Result<Option<String>, Halt> {
        let group = self.group.clone();
        let NodeKind::Foreach { input, separator, end, .. } = &group.nodes[node].kind else {
            return Ok(None);
        };
        let rounds = self.states[node].rounds;
        if let Some(end) = end
            && rounds >= end.number(user)?.unwrap_or(0)
        {
            return Ok(None);
        }
        let input = input.eval(user)?;
        let sign = if *separator { "_" } else { "" };
        Ok(user.vars.text(&format!("{input}{sign}{}", rounds + 1)).map(std::borrow::Cow::into_owned))
    }

    fn put_foreach(&self, node: NodeId, value: Option<&str>, user: &mut User) -> Result<(), Halt> {
        let NodeKind::Foreach { output, .. } = &self.group.nodes[node].kind else { return Ok(()) };
        let output = output.eval(user)?.into_owned();
        if let Some(value) = value {
            user.vars.put(&output, value);
        }
        Ok(())
    }

    /// The variable is left with the first value again, as if another pass would begin.
    pub(super) fn end_foreach(&mut self, node: NodeId, user: &mut User) -> Result<(), Halt> {
        self.reset_rounds(node);
        let value = self.foreach_value(node, user)?;
        self.put_foreach(node, value.as_deref(), user)
    }

    pub(super) fn enter_foreach(
        &mut self,
        node: NodeId,
        user: &mut User,
        readers: &Readers,
    ) -> Result<Option<Step>, Halt> {
        let group = self.group.clone();
        if let NodeKind::Foreach { start, .. } = &group.nodes[node].kind
            && self.states[node].first
            && self.states[node].rounds <= self.states[node].passes.0 as i64
        {
            let start = match start {
                Some(start) => start.number(user)?.unwrap_or(0).max(0),
                None => 0,
            };
            self.states[node].passes.0 = start as u64;
            self.states[node].rounds = start;
        }
        let value = if self.states[node].broken { None } else { self.foreach_value(node, user)? };
        let Some(value) = value else {
            let state = &mut self.states[node];
            (state.current, state.first) = (0, true);
            self.reset_rounds(node);
            return Ok(None);
        };
        self.put_foreach(node, Some(&value), user)?;
        self.inside(node, user, readers)
    }

    pub(super) fn is_over(&self, node: NodeId, seconds: &Text, user: &mut User) -> Result<bool, Halt> {
        let seconds = seconds.eval(user)?.trim().parse::<f64>().unwrap_or(0.0);
        Ok(now_ms() - self.states[node].since >= (seconds * 1000.0 * user.time_scale) as i64)
    }
}
