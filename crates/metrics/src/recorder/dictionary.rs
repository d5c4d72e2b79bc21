//! What a recorder's earlier frames already named.
//!
//! Main type: `Dictionary`. It adds the names of a frame's series to the frame, each once in the run.

use std::sync::Arc;

use crate::frame::Frame;
use crate::registry::Registry;
use crate::sym::{Sym, Symbols};
use crate::tags::TagSets;

/// Marks of what was sent, by number.
#[derive(Default)]
pub(super) struct Dictionary {
    metrics: Vec<bool>,
    strings: Vec<bool>,
    tag_sets: Vec<bool>,
}

impl Dictionary {
    /// Adds to the frame what its series need and no frame before it had. Built-in metrics are known everywhere.
    pub fn complete(
        &mut self,
        frame: &mut Frame,
        registry: &Arc<Registry>,
        sets: &TagSets,
        symbols: &Symbols,
    ) {
        for at in 0..frame.series.len() {
            let (metric, tags) = (frame.series[at].metric, frame.series[at].tags);
            if !Registry::is_builtin(metric) && first_time(&mut self.metrics, metric.0) {
                frame.metrics.push(registry.get(metric));
            }
            if !first_time(&mut self.tag_sets, tags.0) {
                continue;
            }
            let pairs = sets.get(tags);
            frame.tag_sets.push((tags, pairs.len() as u32));
            frame.pairs.extend_from_slice(pairs);
            for sym in pairs.iter().flat_map(|(key, value)| [*key, *value]) {
                self.name(frame, sym, symbols);
            }
        }
    }

    /// Numbers name themselves.
    fn name(&mut self, frame: &mut Frame, sym: Sym, symbols: &Symbols) {
        if sym.number().is_none() && first_time(&mut self.strings, sym.0) {
            frame.strings.push((sym, symbols.shared(sym)));
        }
    }
}

fn first_time(marks: &mut Vec<bool>, number: u32) -> bool {
    let at = number as usize;
    if at >= marks.len() {
        marks.resize(at + 1, false);
    }
    !std::mem::replace(&mut marks[at], true)
}
