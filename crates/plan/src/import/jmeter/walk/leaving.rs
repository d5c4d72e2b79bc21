//! Leaving loops and iterations before their end.

use super::super::tree::{NodeId, NodeKind};
use super::Walk;

impl Walk {
    /// From a node up to the root.
    fn path(&self, node: NodeId) -> Vec<NodeId> {
        std::iter::successors(Some(node), |node| self.group.nodes[*node].parent).skip(1).collect()
    }

    /// Leaves what stands between a sampler and the innermost loop (or the group's own) and gives that.
    fn unwind(&mut self, node: NodeId, to_root: bool, ok: bool, left: &mut Vec<NodeId>) -> NodeId {
        for at in self.path(node) {
            let group = self.group.clone();
            let kind = &group.nodes[at].kind;
            let loops =
                matches!(kind, NodeKind::Loop { .. } | NodeKind::While { .. } | NodeKind::Foreach { .. });
            if at == 0 || (loops && !to_root) {
                return at;
            }
            if matches!(kind, NodeKind::Transaction { .. }) {
                self.close(at, Some(ok));
            }
            if matches!(kind, NodeKind::Critical { .. }) && std::mem::take(&mut self.states[at].on) {
                left.push(at);
            }
            let state = &mut self.states[at];
            (state.current, state.first) = (0, true);
            if loops {
                self.reset_rounds(at);
            }
            if matches!(self.group.nodes[at].kind, NodeKind::Runtime { .. }) {
                self.states[at].since = 0;
            }
        }
        0
    }

    /// A way out of what a parallel controller runs beside others ends only that.
    fn stay_inside(&mut self, at: NodeId) {
        let mut above = std::iter::successors(Some(at), |node| self.group.nodes[*node].parent);
        if self.root != 0 && !above.any(|node| node == self.root) {
            self.over = true;
        }
    }

    /// Goes on with the next iteration of the group.
    pub fn next_thread_loop(&mut self, node: NodeId, ok: bool) -> Vec<NodeId> {
        let mut left = Vec::new();
        self.unwind(node, true, ok, &mut left);
        self.rewind(0);
        self.stay_inside(0);
        left
    }

    /// Goes on with the next iteration of the innermost loop.
    pub fn next_loop(&mut self, node: NodeId, ok: bool) -> Vec<NodeId> {
        let mut left = Vec::new();
        let at = self.unwind(node, false, ok, &mut left);
        self.rewind(at);
        self.stay_inside(at);
        left
    }

    /// Leaves the innermost loop.
    pub fn break_loop(&mut self, node: NodeId, ok: bool) -> Vec<NodeId> {
        let mut left = Vec::new();
        let at = self.unwind(node, false, ok, &mut left);
        let state = &mut self.states[at];
        (state.current, state.first, state.broken) = (0, true, true);
        self.stay_inside(at);
        left
    }

    /// Closes the transactions that are parents; others are lost with the thread.
    pub fn abandon(&mut self) {
        while let Some(node) = self.open.iter().rfind(|open| open.parent).map(|open| open.node) {
            self.close(node, None);
        }
    }
}
