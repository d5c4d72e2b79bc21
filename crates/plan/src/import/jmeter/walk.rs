//! Which sampler comes next: the controllers of a group, as one user goes through them.
//!
//! Main type: [`Walk`]. Each call of [`Walk::next`] leads to one sampler; what a controller remembers between calls is
//! a [`State`] by its number. Nothing here waits.

mod choices;
mod leaving;
mod loops;
mod transactions;

use std::sync::PoisonError;

use fiber::ahead::Place;
use model::Own;
use smol_str::SmolStr;

use super::config::{OwnCounts, Ticked};
use super::csv::Readers;
use super::function::now_ms;
use super::sample::Sample;
use super::text::Fault;
use super::tree::{Group, NodeId, NodeKind, Part};
use super::user::User;
use choices::holds;

/// Why a user goes no further.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Halt {
    /// It is done, without a fault.
    Stop,
    /// A function threw, or a file is missing.
    Fault(String),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.0)
    }
}

/// Where the walk led.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// To a sampler.
    Sampler(NodeId),
    /// To a place where only one thread may be at once.
    Enter(NodeId),
    /// Out of such a place.
    Leave(NodeId),
    /// To nothing, after many turns without a sampler: others may run first.
    Breathe,
}

/// Turns without a sampler before others may run.
const TURNS_MAX: u32 = 1_000;

/// What a controller remembers.
#[derive(Clone, Debug)]
struct State {
    /// The child that comes next.
    current: usize,
    /// Rounds of a loop; of others how often it began, from 0.
    rounds: i64,
    /// Nothing of this pass has run yet.
    first: bool,
    /// It never runs again.
    done: bool,
    /// Its loop is to be left.
    broken: bool,
    /// It runs in this pass; of an interleave controller whether its pass is over.
    on: bool,
    /// The count of a loop, once it is known.
    count: Option<i64>,
    /// When it began, in ms since 1970.
    since: i64,
    /// Passes that ran, and all passes, of this thread.
    passes: (u64, u64),
    /// The order of its children.
    order: Vec<usize>,
    /// The variable that tells the round of a loop, when its name is always the same.
    variable: Option<SmolStr>,
}

impl State {
    fn new() -> Self {
        Self {
            current: 0,
            rounds: 0,
            first: true,
            done: false,
            broken: false,
            on: false,
            count: None,
            since: 0,
            passes: (0, 0),
            order: Vec::new(),
            variable: None,
        }
    }
}

/// A transaction that is open.
#[derive(Debug)]
pub struct Open {
    /// Its controller.
    pub node: NodeId,
    /// Its sample so far.
    pub sample: Sample,
    /// Its samples, and those that failed.
    pub counts: (u32, u32),
    /// It is the parent of its samples.
    pub parent: bool,
    /// When the last of its samples ended, in ms since 1970.
    pub last_end_ms: i64,
    /// How long its samples took together, in ms.
    pub total_ms: i64,
}

/// A transaction that ended.
#[derive(Debug)]
pub struct Ended {
    /// Its controller.
    pub node: NodeId,
    /// Its sample.
    pub sample: Sample,
    /// The transaction that is its parent.
    pub outer: Option<NodeId>,
}

/// A user's way through its group.
pub struct Walk {
    group: Own<Group>,
    states: Vec<State>,
    /// What the user counts for itself.
    pub own: OwnCounts,
    /// Transactions that are open, the innermost last.
    pub open: Vec<Open>,
    /// Transactions that ended and are to be told.
    pub ended: Vec<Ended>,
    /// An iteration of the group began.
    pub began: bool,
    turns: u32,
    /// Where it begins: the group's own loop, or a child of a parallel controller.
    root: NodeId,
    /// A walk that began at such a child has come to its end.
    over: bool,
}

impl Walk {
    /// A user that has not begun.
    #[must_use]
    pub fn new(group: Own<Group>) -> Self {
        let states = group.nodes.iter().map(|_| State::new()).collect();
        Self {
            group,
            states,
            own: OwnCounts::default(),
            open: Vec::new(),
            ended: Vec::new(),
            began: false,
            turns: 0,
            root: 0,
            over: false,
        }
    }

    /// A walk through one child of a parallel controller, once.
    #[must_use]
    pub fn branch(group: Own<Group>, root: NodeId) -> Self {
        let mut walk = Self { root, ..Self::new(group) };
        walk.states[root].on = matches!(walk.group.nodes[root].kind, NodeKind::Throughput(_));
        walk
    }

    /// Where in memory lies what its controllers remember.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::of(&*self.states)
    }

    /// Where it begins.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// Whether the group's own loop has come to its end.
    #[must_use]
    pub fn is_done(&self) -> bool {
        if self.root != 0 {
            return self.over;
        }
        self.states.first().is_none_or(|state| state.done)
    }

    /// The next step; nothing at the end of a pass of the group.
    ///
    /// # Errors
    /// When the user can go no further.
    pub fn next(&mut self, user: &mut User, readers: &Readers) -> Result<Option<Step>, Halt> {
        self.turns = 0;
        if self.root == 0 {
            return self.enter(0, user, readers);
        }
        if self.over {
            return Ok(None);
        }
        if self.group.nodes[self.root].kind.is_sampler() {
            self.over = true;
            return Ok(Some(Step::Sampler(self.root)));
        }
        let step = self.enter(self.root, user, readers)?;
        self.over = step.is_none();
        Ok(step)
    }

    fn enter(&mut self, node: NodeId, user: &mut User, readers: &Readers) -> Result<Option<Step>, Halt> {
        self.turns += 1;
        if self.turns > TURNS_MAX {
            return Ok(Some(Step::Breathe));
        }
        let group = self.group.clone();
        match &group.nodes[node].kind {
            NodeKind::Loop { count, forever } => {
                let step = self.enter_loop(node, count, *forever, user, readers);
                self.tell_round(node, user)?;
                step
            }
            NodeKind::While { condition } => {
                self.tell_round(node, user)?;
                let step = self.enter_while(node, condition, user, readers);
                self.tell_round(node, user)?;
                step
            }
            NodeKind::Foreach { .. } => {
                let step = self.enter_foreach(node, user, readers);
                self.tell_round(node, user)?;
                step
            }
            NodeKind::If { condition, each, script } => {
                let holds =
                    if *each || self.states[node].first { holds(condition, *script, user)? } else { true };
                if !holds {
                    self.rewind(node);
                    return Ok(None);
                }
                self.inside(node, user, readers)
            }
            NodeKind::Throughput(_) if !self.states[node].on => Ok(None),
            NodeKind::Runtime { seconds } => {
                if self.states[node].first && self.states[node].since == 0 {
                    self.states[node].since = now_ms();
                }
                if self.is_over(node, seconds, user)? {
                    self.rewind(node);
                    self.states[node].since = 0;
                    return Ok(None);
                }
                self.inside(node, user, readers)
            }
            NodeKind::Interleave { whole, random, across } => {
                let across = across.clone();
                self.enter_interleave(node, *whole, *random, across.as_deref(), user, readers)
            }
            NodeKind::RandomOrder => {
                if self.states[node].first {
                    let mut order: Vec<usize> = (0..group.nodes[node].children.len()).collect();
                    for at in (1..order.len()).rev() {
                        order.swap(at, user.random.between(0, at as i64) as usize);
                    }
                    self.states[node].order = order;
                }
                self.inside(node, user, readers)
            }
            NodeKind::Switch { value } => {
                if self.states[node].first {
                    let value = value.eval(user)?.into_owned();
                    self.states[node].current = self.switch(node, &value, user)?;
                }
                self.inside(node, user, readers)
            }
            NodeKind::Weighted { shares } => {
                if self.states[node].first {
                    self.states[node].current = self.weighted(node, shares, user)?;
                }
                self.inside(node, user, readers)
            }
            NodeKind::Transaction { parent, .. } => self.enter_transaction(node, *parent, user, readers),
            NodeKind::Critical { .. } => {
                // After the way out the section is over for this pass.
                if std::mem::take(&mut self.states[node].broken) {
                    return Ok(None);
                }
                if self.states[node].first && !self.states[node].on && !group.nodes[node].children.is_empty()
                {
                    self.states[node].on = true;
                    return Ok(Some(Step::Enter(node)));
                }
                let step = self.inside(node, user, readers)?;
                if step.is_none() && std::mem::take(&mut self.states[node].on) {
                    self.states[node].broken = true;
                    return Ok(Some(Step::Leave(node)));
                }
                Ok(step)
            }
            _ => self.inside(node, user, readers),
        }
    }

    /// What all controllers do: one child after the other.
    fn inside(&mut self, node: NodeId, user: &mut User, readers: &Readers) -> Result<Option<Step>, Halt> {
        if self.states[node].first {
            self.begin(node, user, readers)?;
            self.states[node].first = false;
        }
        if self.states[node].done {
            return Ok(None);
        }
        let group = self.group.clone();
        let children = &group.nodes[node].children;
        let is_weighted = matches!(group.nodes[node].kind, NodeKind::Weighted { .. });
        let is_switch = is_weighted || matches!(group.nodes[node].kind, NodeKind::Switch { .. });
        loop {
            let current = self.states[node].current;
            // The order of a weighted switch is no order: it counts there.
            let order = &self.states[node].order;
            let place = if is_weighted { current } else { order.get(current).copied().unwrap_or(current) };
            let Some(&child) = children.get(place).filter(|_| current < children.len()) else { break };
            if self.states[child].done && !group.nodes[child].kind.is_sampler() {
                self.states[node].current += 1;
                continue;
            }
            if group.nodes[child].kind.is_sampler() {
                self.states[node].current = if is_switch { usize::MAX } else { current + 1 };
                return Ok(Some(Step::Sampler(child)));
            }
            if let Some(step) = self.enter(child, user, readers)? {
                return Ok(Some(step));
            }
            self.states[node].current = if is_switch { usize::MAX } else { current + 1 };
            return self.enter(node, user, readers);
        }
        self.at_end(node, user, readers)
    }

    /// All children had their turn.
    fn at_end(&mut self, node: NodeId, user: &mut User, readers: &Readers) -> Result<Option<Step>, Halt> {
        let group = self.group.clone();
        match &group.nodes[node].kind {
            NodeKind::Loop { count, forever } => {
                self.rewind(node);
                self.tell_round(node, user)?;
                if group.nodes[node].children.is_empty() {
                    self.states[node].done = true;
                    return Ok(None);
                }
                if self.loop_ended(node, count, user)? {
                    self.end_loop(node, *forever);
                    return Ok(None);
                }
                // The group's own loop ends its pass here, so that the thread can look around.
                if node == 0 { Ok(None) } else { self.enter(node, user, readers) }
            }
            NodeKind::While { condition } => {
                self.rewind(node);
                self.tell_round(node, user)?;
                if self.while_ended(node, condition, true, user)? {
                    self.reset_rounds(node);
                    return Ok(None);
                }
                self.inside(node, user, readers)
            }
            NodeKind::Foreach { .. } => {
                self.rewind(node);
                self.tell_round(node, user)?;
                if self.foreach_value(node, user)?.is_none() {
                    self.end_foreach(node, user)?;
                    return Ok(None);
                }
                self.enter(node, user, readers)
            }
            NodeKind::Once => Ok(None),
            NodeKind::Runtime { seconds } => {
                self.rewind(node);
                if group.nodes[node].children.is_empty() || self.is_over(node, seconds, user)? {
                    self.states[node].since = 0;
                    return Ok(None);
                }
                self.enter(node, user, readers)
            }
            _ => {
                self.rewind(node);
                Ok(None)
            }
        }
    }

    /// Back to the first child, for another round.
    fn rewind(&mut self, node: NodeId) {
        let state = &mut self.states[node];
        state.current = 0;
        state.first = true;
        state.rounds += 1;
    }

    fn reset_rounds(&mut self, node: NodeId) {
        let start = match &self.group.nodes[node].kind {
            NodeKind::Foreach { .. } => self.states[node].passes.0 as i64,
            _ => 0,
        };
        let state = &mut self.states[node];
        state.rounds = start;
        state.count = None;
        state.broken = false;
    }

    /// A controller begins an iteration: what ticks with it ticks, and some children take notice.
    fn begin(&mut self, node: NodeId, user: &mut User, readers: &Readers) -> Result<(), Halt> {
        let group = self.group.clone();
        if node == 0 {
            user.iteration += 1;
            self.began = true;
        }
        for place in &group.nodes[node].ticks {
            let scoped = &group.parts[*place];
            if let Part::Config(config) = &scoped.part
                && config.tick(scoped.id, &mut self.own, readers, user)? == Ticked::Stop
            {
                return Err(Halt::Stop);
            }
        }
        let round = self.states[node].rounds;
        for &child in &group.nodes[node].children {
            match &group.nodes[child].kind {
                NodeKind::Loop { .. } | NodeKind::While { .. } | NodeKind::Foreach { .. } => {
                    let state = &mut self.states[child];
                    (state.current, state.first) = (0, true);
                    self.reset_rounds(child);
                }
                NodeKind::Once if round == 0 => {
                    let state = &mut self.states[child];
                    (state.current, state.first) = (0, true);
                }
                NodeKind::Throughput(throughput) => {
                    let value = throughput.value.eval(user)?.trim().parse::<f64>().unwrap_or(0.0);
                    let decide = |counts: &mut (u64, u64)| {
                        let (ran, all) = (counts.0 as f64, counts.1 as f64);
                        let on = if throughput.percent {
                            (100.0 * ran + 50.0) < (value * (all + 1.0))
                        } else {
                            ran < value
                        };
                        counts.0 += u64::from(on);
                        counts.1 += 1;
                        on
                    };
                    self.states[child].on = if throughput.per_thread {
                        decide(&mut self.states[child].passes)
                    } else {
                        decide(&mut throughput.counts.lock().unwrap_or_else(PoisonError::into_inner))
                    };
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Tells the plan which round a loop is in.
    fn tell_round(&mut self, node: NodeId, user: &mut User) -> Result<(), Halt> {
        let name = &self.group.nodes[node].name;
        let state = &mut self.states[node];
        let mut made = None;
        let variable = match &state.variable {
            Some(known) => known,
            None => {
                let named = smol_str::format_smolstr!("__jm__{}__idx", name.eval(user)?);
                if name.is_fixed() { state.variable.insert(named) } else { made.insert(named) }
            }
        };
        user.vars.put_number(variable, state.rounds);
        Ok(())
    }
}
