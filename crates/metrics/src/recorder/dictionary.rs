//! What a recorder's earlier frames already named.
//!
//! Main type: `Dictionary`. It adds the names of a frame's series to the frame: metrics and tag sets once in the
//! run, and with each set its strings, so that nobody has to keep those for later frames.

use std::sync::Arc;

use crate::frame::Frame;
use crate::registry::Registry;
use crate::sym::{Sym, Symbols};
use crate::tags::TagSets;

/// In which frame things were last named, by number.
#[derive(Default)]
pub(super) struct Dictionary {
    metrics: Vec<u64>,
    strings: Vec<u64>,
    tag_sets: Vec<u64>,
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
            if !Registry::is_builtin(metric) && mark(&mut self.metrics, metric.0, frame.seq) == 0 {
                frame.metrics.push(registry.get(metric));
            }
            if mark(&mut self.tag_sets, tags.0, frame.seq) > 0 {
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
        if sym.number().is_none() && mark(&mut self.strings, sym.0, frame.seq) < frame.seq {
            frame.strings.push((sym, symbols.shared(sym)));
        }
    }
}

/// Notes that something is named in frame `seq` and returns the frame that named it before, or zero.
fn mark(marks: &mut Vec<u64>, number: u32, seq: u64) -> u64 {
    let at = number as usize;
    if at >= marks.len() {
        marks.resize(at + 1, 0);
    }
    std::mem::replace(&mut marks[at], seq)
}
