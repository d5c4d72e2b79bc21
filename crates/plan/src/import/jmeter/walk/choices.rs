//! Controllers that choose among what stands in them, and conditions.

use std::sync::atomic::Ordering::Relaxed;

use super::super::csv::Readers;
use super::super::scripts::Language;
use super::super::text::Text;
use super::super::tree::NodeId;
use super::super::user::User;
use super::{Halt, Step, Walk};

impl Walk {
    pub(super) fn switch(&self, node: NodeId, value: &str, user: &mut User) -> Result<usize, Halt> {
        let children = &self.group.nodes[node].children;
        if value.is_empty() {
            return Ok(0);
        }
        if let Ok(index) = value.trim().parse::<i64>() {
            return Ok(usize::try_from(index)
                .map_or(usize::MAX, |index| if index < children.len() { index } else { 0 }));
        }
        let mut default = usize::MAX;
        for (at, child) in children.iter().enumerate() {
            let name = self.group.nodes[*child].name.eval(user)?;
            if name == value {
                return Ok(at);
            }
            if name.eq_ignore_ascii_case("default") {
                default = at;
            }
        }
        Ok(default)
    }

    /// The child that is furthest behind its share; of several the first.
    pub(super) fn weighted(
        &mut self,
        node: NodeId,
        shares: &[(Text, Text)],
        user: &mut User,
    ) -> Result<usize, Halt> {
        let group = self.group.clone();
        let children = &group.nodes[node].children;
        let mut chosen: Option<(usize, f64)> = None;
        self.states[node].order.resize(children.len(), 0);
        for (at, child) in children.iter().enumerate() {
            let name = group.nodes[*child].name.eval(user)?.into_owned();
            let mut weight = 0.0;
            for (of, share) in shares {
                if of.eval(user)? == name {
                    weight = share.eval(user)?.trim().parse().unwrap_or(0.0);
                    break;
                }
            }
            let debt = (self.states[node].order[at] + 1) as f64 / weight;
            if weight > 0.0 && chosen.is_none_or(|(_, least)| debt < least) {
                chosen = Some((at, debt));
            }
        }
        Ok(chosen.map_or(usize::MAX, |(at, _)| {
            self.states[node].order[at] += 1;
            at
        }))
    }

    pub(super) fn enter_interleave(
        &mut self,
        node: NodeId,
        whole: bool,
        random: bool,
        across: Option<&std::sync::atomic::AtomicUsize>,
        user: &mut User,
        readers: &Readers,
    ) -> Result<Option<Step>, Halt> {
        let group = self.group.clone();
        let children = &group.nodes[node].children;
        if children.is_empty() || std::mem::take(&mut self.states[node].on) {
            self.states[node].first = true;
            self.states[node].rounds += 1;
            self.states[node].passes.0 = 0;
            return Ok(None);
        }
        // passes.0 says that a child controller is being run to its end.
        let within = self.states[node].passes.0 > 0;
        if self.states[node].first {
            self.begin(node, user, readers)?;
            self.states[node].first = false;
        }
        if !within {
            if random {
                self.states[node].current = user.random.below(children.len() as i32) as usize;
            } else if let Some(across) = across {
                self.states[node].current = across.fetch_add(1, Relaxed) % children.len();
            }
        }
        for _ in 0..children.len() {
            let at = self.states[node].current % children.len();
            let child = children[at];
            if group.nodes[child].kind.is_sampler() {
                self.states[node].current = at + 1;
                self.states[node].on = true;
                return Ok(Some(Step::Sampler(child)));
            }
            let step = if self.states[child].done { None } else { self.enter(child, user, readers)? };
            if step.is_some() {
                if whole {
                    self.states[node].passes.0 = 1;
                } else {
                    self.states[node].current = at + 1;
                    self.states[node].on = true;
                }
                return Ok(step);
            }
            self.states[node].current = at + 1;
            if std::mem::take(&mut self.states[node].passes.0) > 0 {
                break;
            }
        }
        self.states[node].first = true;
        self.states[node].rounds += 1;
        Ok(None)
    }
}

/// Whether a condition holds.
pub(super) fn holds(condition: &Text, script: bool, user: &mut User) -> Result<bool, Halt> {
    let condition = condition.eval(user)?.into_owned();
    if !script {
        return Ok(condition.trim().eq_ignore_ascii_case("true"));
    }
    let outcome = match user.scripts.clone() {
        Some(scripts) => scripts.expression(Language::JavaScript, &condition, user),
        None => Err("no scripts can run".to_owned()),
    };
    match outcome {
        Ok(value) => Ok(value.is_some_and(|value| value == "true")),
        Err(error) => {
            user.shared.say(model::Level::Error, &format!("{condition}: {error}"));
            Ok(false)
        }
    }
}
