//! The merged state of a run: every worker's frames added up, by series, by metric and by sub-metric.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use model::{Aggregation, Nanos, Selector};

use crate::builtin;
use crate::frame::{Frame, SeriesDelta};
use crate::histogram::Histogram;
use crate::registry::{MetricId, Registry};
use crate::sink::{Delta, Sink};
use crate::tags::Tags;

/// A metric's part with certain tags.
struct SubMetric {
    selector: Selector,
    metric: MetricId,
    sink: Sink,
    /// Whether a tag set belongs to it, by its number; filled as sets come up.
    matches: Vec<bool>,
    /// The last seconds, for thresholds over a window.
    window: Option<Window>,
}

struct Window {
    length: Nanos,
    parts: VecDeque<(Nanos, Sink)>,
}

/// The merged state of a run.
pub struct Aggregate {
    registry: Arc<Registry>,
    tag_sets: Vec<Tags>,
    by_tags: HashMap<Tags, u32>,
    /// Each worker's numbers of tag sets as ours.
    workers: HashMap<u32, HashMap<u32, u32>>,
    series: Vec<(MetricId, u32, Sink)>,
    by_series: HashMap<(MetricId, u32), usize>,
    totals: HashMap<MetricId, Sink>,
    parts: Vec<SubMetric>,
    schedule_lag: Histogram,
    generator_lag: Histogram,
    folded: u64,
    raw_dropped: u64,
}

impl Aggregate {
    /// An empty state. `selectors` are the parts of metrics that thresholds look at.
    #[must_use]
    pub fn new(registry: Arc<Registry>, selectors: &[(Selector, Option<Duration>)]) -> Self {
        let mut state = Self {
            registry,
            tag_sets: Vec::new(),
            by_tags: HashMap::new(),
            workers: HashMap::new(),
            series: Vec::new(),
            by_series: HashMap::new(),
            totals: HashMap::new(),
            parts: Vec::new(),
            schedule_lag: Histogram::default(),
            generator_lag: Histogram::default(),
            folded: 0,
            raw_dropped: 0,
        };
        let expected = Selector {
            metric: "http_req_duration".to_owned(),
            tags: vec![("expected_response".to_owned(), "true".to_owned())],
        };
        state.add_part(expected, None);
        for (selector, window) in selectors {
            state.add_part(selector.clone(), *window);
        }
        state
    }

    fn add_part(&mut self, selector: Selector, window: Option<Duration>) {
        let Some(metric) = self.registry.lookup(&selector.metric) else { return };
        let window = window.map(|length| Window { length: length.into(), parts: VecDeque::new() });
        let known = self.parts.iter_mut().find(|part| part.selector == selector);
        match known {
            Some(part) => {
                // The longest window of a selector serves its shorter ones.
                if let Some(wanted) = window {
                    let longer = part.window.as_ref().is_none_or(|window| window.length < wanted.length);
                    if longer {
                        part.window = Some(wanted);
                    }
                }
            }
            None => {
                let sink = Sink::new(self.registry.get(metric).kind);
                self.parts.push(SubMetric { selector, metric, sink, matches: Vec::new(), window });
            }
        }
    }

    /// Adds a frame.
    pub fn apply(&mut self, frame: Frame) {
        for (number, tags) in frame.tag_sets {
            let ours = self.tag_set(tags);
            self.workers.entry(frame.worker).or_default().insert(number, ours);
        }
        for delta in frame.series {
            let ours = self.workers.get(&frame.worker).and_then(|known| known.get(&delta.tags)).copied();
            // A worker tells of a set in the frame that first uses it; one that did not is a broken frame.
            if let Some(tags) = ours {
                self.add(&delta, tags, frame.to);
            }
        }
        self.schedule_lag.merge(&frame.schedule_lag);
        self.generator_lag.merge(&frame.generator_lag);
        self.folded += frame.folded;
        self.raw_dropped += frame.raw_dropped;
    }

    fn tag_set(&mut self, tags: Tags) -> u32 {
        if let Some(&known) = self.by_tags.get(&tags) {
            return known;
        }
        let number = u32::try_from(self.tag_sets.len()).expect("the number of tag sets is limited");
        for part in &mut self.parts {
            part.matches.push(matches(&part.selector, &tags));
        }
        self.tag_sets.push(tags.clone());
        self.by_tags.insert(tags, number);
        number
    }

    fn add(&mut self, delta: &SeriesDelta, tags: u32, at: Nanos) {
        let metric = delta.metric;
        let kind = || self.registry.get(metric).kind;
        let index = match self.by_series.get(&(metric, tags)) {
            Some(&index) => index,
            None => {
                let index = self.series.len();
                self.series.push((metric, tags, Sink::new(kind())));
                self.by_series.insert((metric, tags), index);
                index
            }
        };
        self.series[index].2.merge(&delta.delta);
        self.totals.entry(metric).or_insert_with(|| Sink::new(kind())).merge(&delta.delta);
        for part in self.parts.iter_mut().filter(|part| part.metric == metric) {
            if part.selector.tags.is_empty() || part.matches[tags as usize] {
                part.sink.merge(&delta.delta);
                if let Some(window) = &mut part.window {
                    window.add(&delta.delta, at, || Sink::new(kind_of(&delta.delta)));
                }
            }
        }
    }

    /// The samples of a metric or a part of one; nothing when there were none.
    #[must_use]
    pub fn sink(&self, selector: &Selector) -> Option<&Sink> {
        if selector.tags.is_empty() {
            return self.totals.get(&self.registry.lookup(&selector.metric)?);
        }
        self.parts.iter().find(|part| part.selector == *selector).map(|part| &part.sink)
    }

    /// The samples of the last `length` up to `now` of a part that was declared with a window.
    #[must_use]
    pub fn window(&self, selector: &Selector, length: Duration, now: Nanos) -> Option<Sink> {
        let part = self.parts.iter().find(|part| part.selector == *selector)?;
        let window = part.window.as_ref()?;
        let from = now - length.into();
        let mut sink = Sink::new(self.registry.get(part.metric).kind);
        window.parts.iter().filter(|part| part.0 > from).for_each(|part| sink.absorb(&part.1));
        Some(sink)
    }

    /// All series in the order in which they came up: metric, tags, samples.
    pub fn series(&self) -> impl Iterator<Item = (MetricId, &Tags, &Sink)> {
        self.series.iter().map(|(metric, tags, sink)| (*metric, &self.tag_sets[*tags as usize], sink))
    }

    /// All samples of a metric; nothing when there were none.
    #[must_use]
    pub fn total(&self, metric: MetricId) -> Option<&Sink> {
        self.totals.get(&metric)
    }

    /// The sum of a counter.
    #[must_use]
    pub fn count(&self, metric: MetricId) -> f64 {
        match self.totals.get(&metric) {
            Some(Sink::Counter(sum)) => *sum,
            _ => 0.0,
        }
    }

    /// The number of iterations that ran to their end.
    #[must_use]
    pub fn iterations(&self) -> f64 {
        self.count(builtin::ITERATIONS)
    }

    /// How late iterations started, in milliseconds.
    #[must_use]
    pub const fn schedule_lag(&self) -> &Histogram {
        &self.schedule_lag
    }

    /// How long responses waited for the program, in milliseconds.
    #[must_use]
    pub const fn generator_lag(&self) -> &Histogram {
        &self.generator_lag
    }

    /// Tag sets that were folded into `other`.
    #[must_use]
    pub const fn folded(&self) -> u64 {
        self.folded
    }

    /// Single samples that outputs never got.
    #[must_use]
    pub const fn raw_dropped(&self) -> u64 {
        self.raw_dropped
    }

    /// The run's metrics.
    #[must_use]
    pub const fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }
}

fn kind_of(delta: &Delta) -> crate::registry::Kind {
    use crate::registry::Kind;
    match delta {
        Delta::Counter(_) => Kind::Counter,
        Delta::Gauge { .. } => Kind::Gauge,
        Delta::Rate { .. } => Kind::Rate,
        Delta::Trend(_) => Kind::Trend,
    }
}

impl Window {
    fn add(&mut self, delta: &Delta, at: Nanos, make: impl Fn() -> Sink) {
        let second = Nanos(at.0 / 1_000_000_000 * 1_000_000_000);
        if self.parts.back().is_none_or(|part| part.0 < second) {
            self.parts.push_back((second, make()));
        }
        // Frames of different workers may come out of order by a moment; the newest part takes them.
        if let Some(part) = self.parts.back_mut() {
            part.1.merge(delta);
        }
        let keep_from = second - self.length - Nanos::from_secs(1);
        while self.parts.front().is_some_and(|part| part.0 < keep_from) {
            self.parts.pop_front();
        }
    }
}

fn matches(selector: &Selector, tags: &Tags) -> bool {
    selector.tags.iter().all(|(key, value)| {
        tags.binary_search_by(|pair| pair.0.as_ref().cmp(key)).is_ok_and(|at| tags[at].1.as_ref() == value)
    })
}

/// The value of an aggregation; nothing when there are no samples to tell, but for counters, which are zero.
#[must_use]
pub fn value(sink: &Sink, aggregation: Aggregation, elapsed: Duration) -> Option<f64> {
    match (sink, aggregation) {
        (Sink::Counter(sum), Aggregation::Count) => Some(*sum),
        (Sink::Counter(sum), Aggregation::Rate) => (!elapsed.is_zero()).then(|| sum / elapsed.as_secs_f64()),
        (sink, _) if sink.is_empty() => None,
        (Sink::Gauge { value, .. }, Aggregation::Value) => Some(*value),
        (Sink::Rate { nonzero, total }, Aggregation::Rate) => Some(*nonzero as f64 / *total as f64),
        (Sink::Trend(trend), Aggregation::Avg) => Some(trend.avg()),
        (Sink::Trend(trend), Aggregation::Min) => Some(trend.min()),
        (Sink::Trend(trend), Aggregation::Med) => Some(trend.med()),
        (Sink::Trend(trend), Aggregation::Max) => Some(trend.max()),
        (Sink::Trend(trend), Aggregation::P(percent)) => Some(trend.quantile(percent / 100.0)),
        _ => None,
    }
}
