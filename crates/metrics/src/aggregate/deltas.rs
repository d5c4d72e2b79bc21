//! What was measured since somebody last asked, by series and second: the source of what is stored.
//!
//! Main type: [`Deltas`]. It takes the same frames as [`super::Aggregate`] and numbers series as they come up.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Merged;
use super::dictionary::Dictionaries;
use crate::frame::{Frame, is_wide};
use crate::point::{Packed, Point};
use crate::recorder::Tags;
use crate::registry::{Metric, MetricId, Registry};

/// Samples by series and second, until they are taken.
pub struct Deltas {
    registry: Arc<Registry>,
    dictionaries: Dictionaries,
    series: Vec<Row>,
    by_key: FxHashMap<(MetricId, u32), u32>,
    fresh: BTreeMap<(i64, u32), Merged>,
    last_frames: FxHashMap<u32, u64>,
}

struct Row {
    metric: MetricId,
    tags: u32,
    /// Samples of all seconds that were taken.
    samples: u64,
}

/// One series in one second.
#[derive(Clone, PartialEq, Debug)]
pub struct Delta {
    /// The second of the run.
    pub second: i64,
    /// The series, by the number that [`Deltas::series`] knows.
    pub series: u32,
    /// What it measured.
    pub point: Packed,
}

impl Deltas {
    /// Nothing measured yet.
    #[must_use]
    pub fn new(registry: Arc<Registry>) -> Self {
        Self {
            registry,
            dictionaries: Dictionaries::default(),
            series: Vec::new(),
            by_key: FxHashMap::default(),
            fresh: BTreeMap::new(),
            last_frames: FxHashMap::default(),
        }
    }

    /// Adds a frame to a second. Repeated and outdated frames are left out.
    pub fn apply(&mut self, frame: &Frame, second: i64) {
        let last = self.last_frames.entry(frame.worker).or_default();
        if frame.seq <= *last {
            return;
        }
        *last = frame.seq;
        self.dictionaries.learn(frame, &self.registry);
        for (metric, tags, part) in frame.parts() {
            let metric = self.dictionaries.metric(frame.worker, metric);
            let tags = self.dictionaries.tag_set(frame.worker, tags);
            let Some((metric, tags)) = metric.zip(tags) else { continue };
            let number = *self.by_key.entry((metric, tags)).or_insert_with(|| {
                self.series.push(Row { metric, tags, samples: 0 });
                (self.series.len() - 1) as u32
            });
            let kind = || Merged::new(self.registry.get(metric).kind);
            self.fresh.entry((second, number)).or_insert_with(kind).add(part);
        }
    }

    /// Whether there is anything to take.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fresh.is_empty()
    }

    /// Takes what has been added since the last time, seconds in their order.
    pub fn take(&mut self) -> Vec<Delta> {
        let fresh = std::mem::take(&mut self.fresh);
        fresh
            .into_iter()
            .map(|((second, series), merged)| {
                let row = &mut self.series[series as usize];
                row.samples += merged.samples();
                // Past this number the run's own aggregate does not know single values either.
                let point = Point(merged).pack(!is_wide(row.samples));
                Delta { second, series, point }
            })
            .collect()
    }

    /// How many series there are.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.series.len() as u32
    }

    /// The metric and the tags of a series; `None` when there are not so many.
    #[must_use]
    pub fn series(&self, number: u32) -> Option<(Metric, &Tags)> {
        let row = self.series.get(number as usize)?;
        Some((self.registry.get(row.metric), self.dictionaries.tags(row.tags)))
    }
}

impl std::fmt::Debug for Deltas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deltas").field("series", &self.series.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::{Aggregate, Contains, HttpSample, Kind, Recorder, RecorderConfig, Sink};
    use model::{Clock, Nanos};

    /// Two workers measure for some seconds; what their points add up to is what the frames add up to.
    fn check(samples_a_second: u64, seconds: u64) {
        let registry = Registry::new();
        let own = registry.declare("paid", Kind::Counter, Contains::Default).unwrap();
        let level = registry.declare("level", Kind::Gauge, Contains::Default).unwrap();
        let mut whole = Aggregate::new(registry.clone(), &[]);
        let mut deltas = Deltas::new(registry.clone());
        let mut taken = Vec::new();
        let recorder = |w| Recorder::new(w, registry.clone(), Clock::start(), RecorderConfig::default());
        let mut recorders = [recorder(0), recorder(1)];
        for second in 0..seconds {
            for (worker, recorder) in (0_u64..).zip(&mut recorders) {
                let (key, value) = (recorder.sym("endpoint"), recorder.sym("cart"));
                let tags = recorder.tag_set(&[(key, value)]);
                for n in 0..samples_a_second {
                    let duration = Nanos(1_000_000 + (n * 7_919 + second * 31 + worker) % 9_000_000);
                    let failed = Some(n % 10 == 0);
                    recorder.http(tags, &HttpSample { duration, failed, ..HttpSample::default() });
                    recorder.add(own, tags, 0.1 * n as f64, Nanos(n));
                }
                let now = Nanos::from_secs(second + 1) + Nanos(worker);
                recorder.add(level, tags, (second * 2 + worker) as f64, now);
                let frame = recorder.take_frame(now);
                deltas.apply(&frame, second as i64);
                whole.apply_in(frame, Some(second));
            }
            taken.extend(deltas.take());
        }
        let fresh = Registry::new();
        let mut restored = Aggregate::new(fresh.clone(), &[]);
        for delta in &taken {
            let (metric, tags) = deltas.series(delta.series).expect("it was numbered");
            let id = fresh.restore(&metric.name, metric.kind, metric.contains).unwrap();
            let tags: Vec<(&str, &str)> = tags.iter().map(|(key, value)| (&**key, &**value)).collect();
            let point = Point::unpack(metric.kind, &delta.point).expect("it was packed");
            assert!(restored.absorb(id, &tags, delta.second, &point));
        }
        let shown = |state: &Aggregate| {
            let name = |id| state.registry().get(id).name;
            let mut all: Vec<_> =
                state.series().map(|(id, tags, sink)| (name(id), tags.clone(), sink.clone())).collect();
            all.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
            all
        };
        assert_eq!(shown(&restored), shown(&whole), "{samples_a_second} a second");
        let total = |state: &Aggregate| state.total(crate::builtin::HTTP_REQ_DURATION).cloned();
        assert_eq!(total(&restored), total(&whole));
        let sliced = |state: &Aggregate| -> Vec<_> {
            let slices = state.slices(crate::builtin::HTTP_REQ_DURATION);
            slices
                .map(|sink| if let Sink::Trend(trend) = sink { trend.counts() } else { Vec::new() })
                .collect()
        };
        assert_eq!((sliced(&restored), sliced(&restored).len()), (sliced(&whole), seconds as usize));
    }

    #[test]
    fn points_add_up_to_the_run() {
        check(3, 4);
        check(900, 4);
        check(5_000, 2);
    }
}
