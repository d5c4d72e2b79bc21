//! The merged state of a run: every worker's frames added up, by series, by metric and by sub-metric.
//!
//! Main type: [`Aggregate`], owned by whoever conducts the run. Its state does not depend on the order in which
//! frames of different workers come. Verdicts are not reached here.

mod deltas;
mod dictionary;
mod merged;
mod slices;
mod tallies;
mod window;

use std::sync::Arc;
use std::time::Duration;

use model::{Nanos, Selector};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

pub use deltas::{Delta, Deltas};
pub(crate) use merged::Merged;
pub use tallies::{Tallies, Tally};

use crate::builtin;
use crate::frame::{Frame, Part};
use crate::histogram::Histogram;
use crate::point::Point;
use crate::recorder::Tags;
use crate::registry::{MetricId, Registry};
use crate::sink::Sink;
use dictionary::Dictionaries;
use slices::Slices;
use window::Window;

/// The sub-metric that every run has, because summaries show it.
const EXPECTED_RESPONSE: (&str, &str, &str) = ("http_req_duration", "expected_response", "true");

/// The metrics whose slices of time are kept, because summaries say how sure their figures are.
const SLICED: [MetricId; 3] =
    [builtin::HTTP_REQ_DURATION, builtin::GRPC_REQ_DURATION, builtin::HTTP_REQ_FAILED];

/// The merged state of a run.
pub struct Aggregate {
    registry: Arc<Registry>,
    dictionaries: Dictionaries,
    series: Vec<Series>,
    by_key: FxHashMap<(MetricId, u32), u32>,
    totals: FxHashMap<MetricId, Merged>,
    slices: FxHashMap<MetricId, Slices>,
    parts: Vec<SubMetric>,
    schedule_lag: Histogram,
    generator_lag: Histogram,
    last_frames: FxHashMap<u32, u64>,
    folded: u64,
    raw_dropped: u64,
    rejected: u64,
}

struct Series {
    metric: MetricId,
    /// Number of the tag set in the dictionaries.
    tags: u32,
    /// The sub-metrics that it belongs to.
    parts: SmallVec<[u32; 4]>,
    merged: Merged,
}

/// A part of a metric that somebody asked for.
struct SubMetric {
    selector: Selector,
    metric: MetricId,
    merged: Merged,
    window: Option<Window>,
}

impl Aggregate {
    /// A state without samples. `selectors` are the parts of metrics that are looked at while the run goes on,
    /// each with the longest time over which it is looked at, if that is not the whole run.
    #[must_use]
    pub fn new(registry: Arc<Registry>, selectors: &[(Selector, Option<Duration>)]) -> Self {
        let slices = SLICED.map(|metric| (metric, Slices::new(registry.get(metric).kind)));
        let mut state = Self {
            registry,
            dictionaries: Dictionaries::default(),
            series: Vec::new(),
            by_key: FxHashMap::default(),
            totals: FxHashMap::default(),
            slices: slices.into_iter().collect(),
            parts: Vec::new(),
            schedule_lag: Histogram::new(),
            generator_lag: Histogram::new(),
            last_frames: FxHashMap::default(),
            folded: 0,
            raw_dropped: 0,
            rejected: 0,
        };
        let (metric, key, value) = EXPECTED_RESPONSE;
        let tags = vec![(key.to_owned(), value.to_owned())];
        state.declare(&Selector { metric: metric.to_owned(), tags }, None);
        for (selector, window) in selectors {
            state.declare(selector, *window);
        }
        state
    }

    /// Keeps track of a part of a metric from its first sample on.
    fn declare(&mut self, selector: &Selector, window: Option<Duration>) {
        let Some(metric) = self.registry.lookup(&selector.metric) else { return };
        if selector.tags.is_empty() && window.is_none() {
            return; // That is the total.
        }
        let kind = self.registry.get(metric).kind;
        let at = self.place_of(selector).unwrap_or_else(|| {
            let (selector, merged) = (selector.clone(), Merged::new(kind));
            self.parts.push(SubMetric { selector, metric, merged, window: None });
            self.parts.len() - 1
        });
        if let Some(length) = window {
            match &mut self.parts[at].window {
                Some(window) => window.lengthen(length),
                none => *none = Some(Window::new(kind, length)),
            }
        }
    }

    /// Adds a frame. One that was applied before, or that came after a later one of its worker, is left out, and
    /// so is what contradicts the run's metrics.
    pub fn apply(&mut self, frame: Frame) {
        self.apply_in(frame, None);
    }

    /// Adds a frame as [`Self::apply`] does. What was measured in a `second` of the load also goes into slices of time.
    #[expect(clippy::needless_pass_by_value, reason = "a frame is added once and of no use after that")]
    pub fn apply_in(&mut self, frame: Frame, second: Option<u64>) {
        let last = self.last_frames.entry(frame.worker).or_default();
        if frame.seq <= *last {
            self.rejected += 1;
            return;
        }
        *last = frame.seq;
        self.dictionaries.learn(&frame, &self.registry);
        for (metric, tags, part) in frame.parts() {
            let metric = self.dictionaries.metric(frame.worker, metric);
            let tags = self.dictionaries.tag_set(frame.worker, tags);
            let added = metric.zip(tags).filter(|(metric, tags)| self.add(*metric, *tags, part, frame.to));
            self.rejected += u64::from(added.is_none());
            let slices = added.and_then(|(metric, _)| self.slices.get_mut(&metric));
            if let Some((slices, second)) = slices.zip(second) {
                slices.add(part, second);
            }
        }
        self.parts
            .iter_mut()
            .filter_map(|part| part.window.as_mut())
            .for_each(|window| window.advance(frame.to));
        self.schedule_lag.merge(&frame.schedule_lag);
        self.generator_lag.merge(&frame.generator_lag);
        self.folded += frame.folded;
        self.raw_dropped += frame.raw_dropped;
    }

    /// Adds samples to their series, to the metric and to its parts.
    fn add(&mut self, metric: MetricId, tags: u32, part: Part<'_>, at: Nanos) -> bool {
        let place = match self.by_key.get(&(metric, tags)) {
            Some(&place) => place,
            None => self.begin(metric, tags),
        };
        let series = &mut self.series[place as usize];
        if !series.merged.add(part) {
            return false;
        }
        if let Some(total) = self.totals.get_mut(&metric) {
            total.add(part);
        }
        for &place in &series.parts {
            let owner = &mut self.parts[place as usize];
            owner.merged.add(part);
            if let Some(window) = &mut owner.window {
                window.add(part, at);
            }
        }
        true
    }

    /// Adds what was stored of a series in a second, negative before the load; `false` when the metric is of another
    /// kind. Windows are none the wiser.
    pub fn absorb(&mut self, metric: MetricId, tags: &[(&str, &str)], second: i64, point: &Point) -> bool {
        let tags = self.dictionaries.intern(tags);
        let place = match self.by_key.get(&(metric, tags)) {
            Some(&place) => place,
            None => self.begin(metric, tags),
        };
        let series = &mut self.series[place as usize];
        if series.merged.sink().kind() != point.sink().kind() {
            return false;
        }
        series.merged.merge(&point.0);
        if let Some(total) = self.totals.get_mut(&metric) {
            total.merge(&point.0);
        }
        for &part in &series.parts {
            self.parts[part as usize].merged.merge(&point.0);
        }
        if let (Some(slices), Ok(second)) = (self.slices.get_mut(&metric), u64::try_from(second)) {
            slices.merge(&point.0, second);
        }
        true
    }

    #[cold]
    fn begin(&mut self, metric: MetricId, tags: u32) -> u32 {
        let kind = self.registry.get(metric).kind;
        let pairs = self.dictionaries.tags(tags);
        let parts = (0_u32..).zip(&self.parts).filter(|(_, part)| part.metric == metric);
        let parts =
            parts.filter(|(_, part)| matches(&part.selector, pairs)).map(|(place, _)| place).collect();
        let place = self.series.len() as u32;
        self.series.push(Series { metric, tags, parts, merged: Merged::new(kind) });
        self.by_key.insert((metric, tags), place);
        self.totals.entry(metric).or_insert_with(|| Merged::new(kind));
        place
    }

    fn place_of(&self, selector: &Selector) -> Option<usize> {
        self.parts.iter().position(|part| part.selector == *selector)
    }

    fn part(&self, selector: &Selector) -> Option<&SubMetric> {
        self.parts.iter().find(|part| part.selector == *selector)
    }

    /// The samples of a metric, or of a part that was declared; `None` when the metric has none, or when the
    /// part is not known.
    #[must_use]
    pub fn sink(&self, selector: &Selector) -> Option<&Sink> {
        if selector.tags.is_empty() {
            return self.total(self.registry.lookup(&selector.metric)?);
        }
        self.part(selector).map(|part| part.merged.sink())
    }

    /// The samples of the last `length` of a part that was declared with a window at least as long.
    ///
    /// Time moves in steps of a second, and only as far as frames tell of it.
    #[must_use]
    pub fn window(&self, selector: &Selector, length: Duration, now: Nanos) -> Option<Sink> {
        Some(self.part(selector)?.window.as_ref()?.last(length, now))
    }

    /// How many samples a metric or a declared part of it has.
    #[must_use]
    pub fn samples(&self, selector: &Selector) -> u64 {
        let merged = if selector.tags.is_empty() {
            self.registry.lookup(&selector.metric).and_then(|metric| self.totals.get(&metric))
        } else {
            self.part(selector).map(|part| &part.merged)
        };
        merged.map_or(0, Merged::samples)
    }

    /// All series in the order in which they came up: metric, tags sorted by name, samples.
    pub fn series(&self) -> impl Iterator<Item = (MetricId, &Tags, &Sink)> {
        self.series.iter().map(|one| (one.metric, self.dictionaries.tags(one.tags), one.merged.sink()))
    }

    /// All samples of a metric; `None` when there were none.
    #[must_use]
    pub fn total(&self, metric: MetricId) -> Option<&Sink> {
        self.totals.get(&metric).map(Merged::sink)
    }

    /// All samples of a metric by slices of the load, each as long as the others; none of a metric that is not looked at
    /// in this way.
    pub fn slices(&self, metric: MetricId) -> impl Iterator<Item = &Sink> {
        self.slices.get(&metric).into_iter().flat_map(Slices::sinks)
    }

    /// The samples of those series of a metric whose tags `belongs` takes; `None` when there are none.
    #[must_use]
    pub fn merged(&self, metric: MetricId, belongs: impl Fn(&Tags) -> bool) -> Option<Sink> {
        let mut series = self
            .series
            .iter()
            .filter(|one| one.metric == metric && belongs(self.dictionaries.tags(one.tags)));
        let mut sum = series.next()?.merged.clone();
        series.for_each(|one| sum.merge(&one.merged));
        Some(sum.into_sink())
    }

    /// The samples of a metric by the values of one tag, in the order in which the values came up: checks,
    /// groups, scenarios. Series without the tag are left out.
    #[must_use]
    pub fn by_tag(&self, metric: MetricId, key: &str) -> Vec<(Arc<str>, Sink)> {
        let mut sums: Vec<(Arc<str>, Merged)> = Vec::new();
        let mut places: FxHashMap<Arc<str>, usize> = FxHashMap::default();
        for one in self.series.iter().filter(|one| one.metric == metric) {
            let tags = self.dictionaries.tags(one.tags);
            let Some((_, value)) = tags.iter().find(|(name, _)| **name == *key) else { continue };
            match places.get(value) {
                Some(&place) => sums[place].1.merge(&one.merged),
                None => {
                    places.insert(value.clone(), sums.len());
                    sums.push((value.clone(), one.merged.clone()));
                }
            }
        }
        sums.into_iter().map(|(value, sum)| (value, sum.into_sink())).collect()
    }

    /// The sum of a counter; zero when it has no samples.
    #[must_use]
    pub fn count(&self, metric: MetricId) -> f64 {
        match self.total(metric) {
            Some(Sink::Counter(sum)) => *sum,
            _ => 0.0,
        }
    }

    /// How many iterations came to their end.
    #[must_use]
    pub fn iterations(&self) -> f64 {
        self.count(builtin::ITERATIONS)
    }

    /// How late iterations started, in milliseconds.
    #[must_use]
    pub const fn schedule_lag(&self) -> &Histogram {
        &self.schedule_lag
    }

    /// How late the generator saw what the kernel already had, in milliseconds.
    #[must_use]
    pub const fn generator_lag(&self) -> &Histogram {
        &self.generator_lag
    }

    /// How often a tag value became `other`, because there were too many; the user should be told of it.
    #[must_use]
    pub const fn folded(&self) -> u64 {
        self.folded
    }

    /// Single samples that outputs never got.
    #[must_use]
    pub const fn raw_dropped(&self) -> u64 {
        self.raw_dropped
    }

    /// Frames and series that could not be added: repeated, out of order or of another kind.
    #[must_use]
    pub const fn rejected(&self) -> u64 {
        self.rejected
    }

    /// The run's metrics.
    #[must_use]
    pub const fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }
}

impl std::fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aggregate").field("series", &self.series.len()).finish_non_exhaustive()
    }
}

/// Whether tags, sorted by name, have all that a selector wants.
fn matches(selector: &Selector, tags: &Tags) -> bool {
    selector.tags.iter().all(|(key, value)| {
        tags.binary_search_by(|tag| (*tag.0).cmp(key.as_str())).is_ok_and(|at| *tags[at].1 == **value)
    })
}
