//! What the numbers in workers' frames mean here.
//!
//! Main type: `Dictionaries`. Each worker numbers its strings, tag sets and metrics by itself; equal tag sets of
//! all workers get one number here.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::frame::Frame;
use crate::recorder::Tags;
use crate::registry::{MetricId, Registry};
use crate::sym::{Sym, Text};
use crate::tags::{Pair, TagSetId};

/// The dictionaries of all workers.
#[derive(Default)]
pub(super) struct Dictionaries {
    tag_sets: Vec<Tags>,
    by_tags: FxHashMap<Tags, u32>,
    texts: FxHashSet<Arc<str>>,
    workers: FxHashMap<u32, Worker>,
}

#[derive(Default)]
struct Worker {
    tag_sets: FxHashMap<TagSetId, u32>,
    metrics: FxHashMap<MetricId, MetricId>,
}

impl Dictionaries {
    /// Takes in what a frame defines. Definitions that cannot be are left out, and so is then what uses them.
    pub fn learn(&mut self, frame: &Frame, registry: &Registry) {
        let Self { tag_sets, by_tags, texts, workers } = self;
        let worker = workers.entry(frame.worker).or_default();
        for metric in &frame.metrics {
            if let Ok(id) = registry.adopt(metric) {
                worker.metrics.insert(metric.id, id);
            }
        }
        let strings = frame.strings.iter().map(|(sym, text)| (*sym, share(texts, text))).collect();
        for (set, pairs) in frame.new_tag_sets() {
            let Some(tags) = resolve(pairs, &strings, texts) else { continue };
            let number = *by_tags.entry(tags).or_insert_with_key(|tags| {
                tag_sets.push(tags.clone());
                (tag_sets.len() - 1) as u32
            });
            worker.tag_sets.insert(set, number);
        }
    }

    /// The number of a set of tags that comes from no worker.
    pub fn intern(&mut self, pairs: &[(&str, &str)]) -> u32 {
        let Self { tag_sets, by_tags, texts, .. } = self;
        let mut text = |text: &str| share(texts, &Arc::from(text));
        let mut tags: Vec<_> = pairs.iter().map(|(key, value)| (text(key), text(value))).collect();
        tags.sort();
        *by_tags.entry(tags.into()).or_insert_with_key(|tags| {
            tag_sets.push(tags.clone());
            (tag_sets.len() - 1) as u32
        })
    }

    /// The number here of a worker's tag set.
    pub fn tag_set(&self, worker: u32, set: TagSetId) -> Option<u32> {
        self.workers.get(&worker)?.tag_sets.get(&set).copied()
    }

    /// The number here of a worker's metric.
    pub fn metric(&self, worker: u32, metric: MetricId) -> Option<MetricId> {
        if Registry::is_builtin(metric) {
            return Some(metric);
        }
        self.workers.get(&worker)?.metrics.get(&metric).copied()
    }

    /// The tags of a set, by its number here.
    pub fn tags(&self, set: u32) -> &Tags {
        &self.tag_sets[set as usize]
    }
}

fn resolve(
    pairs: &[Pair],
    strings: &FxHashMap<Sym, Arc<str>>,
    texts: &mut FxHashSet<Arc<str>>,
) -> Option<Tags> {
    let mut text = |sym: Sym| match sym.number() {
        Some(number) => Some(share(texts, &Arc::from(&*Text::of_number(number)))),
        None => strings.get(&sym).cloned(),
    };
    let mut tags = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        tags.push((text(*key)?, text(*value)?));
    }
    tags.sort();
    Some(tags.into())
}

/// One copy of a text for all workers.
fn share(texts: &mut FxHashSet<Arc<str>>, text: &Arc<str>) -> Arc<str> {
    if let Some(known) = texts.get(text) {
        return known.clone();
    }
    texts.insert(text.clone());
    text.clone()
}
