//! How many samples of some metrics were bad in each second: what verdicts at a confidence are made of.
//!
//! Main type: [`Tallies`]. It takes the same frames as [`super::Aggregate`] and keeps three numbers a second for each
//! question, however many samples there are. What the numbers mean for a verdict is not known here.

use std::sync::Arc;

use model::{Bad, Selector};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::dictionary::Dictionaries;
use super::matches;
use crate::frame::{Frame, Part};
use crate::histogram::value_of;
use crate::registry::{MetricId, Registry};

/// Seconds that are kept: more than a week.
const SECONDS_MAX: usize = 1_000_000;

/// The samples of one second.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Tally {
    /// All samples.
    pub total: u64,
    /// Those that were bad.
    pub bad: u64,
    /// The sum of all values.
    pub sum: f64,
}

/// Samples by question and second.
pub struct Tallies {
    registry: Arc<Registry>,
    dictionaries: Dictionaries,
    questions: Vec<Question>,
    /// Which questions a series belongs to.
    members: FxHashMap<(MetricId, u32), SmallVec<[u32; 4]>>,
    last_frames: FxHashMap<u32, u64>,
}

struct Question {
    selector: Selector,
    bad: Bad,
    seconds: Vec<Tally>,
}

impl Tallies {
    /// Questions without samples yet: of which metric, and which of its samples are bad.
    #[must_use]
    pub fn new(registry: Arc<Registry>, questions: impl IntoIterator<Item = (Selector, Bad)>) -> Self {
        let questions = questions
            .into_iter()
            .map(|(selector, bad)| Question { selector, bad, seconds: Vec::new() })
            .collect();
        Self {
            registry,
            dictionaries: Dictionaries::default(),
            questions,
            members: FxHashMap::default(),
            last_frames: FxHashMap::default(),
        }
    }

    /// Adds a frame to a second of the run. Repeated and outdated frames, and samples from before the load, are left
    /// out.
    pub fn apply(&mut self, frame: &Frame, second: Option<u64>) {
        let last = self.last_frames.entry(frame.worker).or_default();
        if frame.seq <= *last {
            return;
        }
        *last = frame.seq;
        self.dictionaries.learn(frame, &self.registry);
        let Some(second) = second.map(|second| second as usize).filter(|second| *second < SECONDS_MAX) else {
            return;
        };
        for (metric, tags, part) in frame.parts() {
            let metric = self.dictionaries.metric(frame.worker, metric);
            let tags = self.dictionaries.tag_set(frame.worker, tags);
            let Some((metric, tags)) = metric.zip(tags) else { continue };
            let Self { registry, dictionaries, questions, members, .. } = self;
            let members = members.entry((metric, tags)).or_insert_with(|| {
                let pairs = dictionaries.tags(tags);
                let name = registry.get(metric).name;
                let asked = |question: &Question| {
                    *question.selector.metric == *name && matches(&question.selector, pairs)
                };
                (0_u32..).zip(&*questions).filter(|(_, question)| asked(question)).map(|(at, _)| at).collect()
            });
            for at in members {
                let question = &mut questions[*at as usize];
                if question.seconds.len() <= second {
                    question.seconds.resize(second + 1, Tally::default());
                }
                question.seconds[second].add(part, question.bad);
            }
        }
    }

    /// The seconds of a question from the beginning of the load to the last one with samples.
    #[must_use]
    pub fn seconds(&self, question: usize) -> &[Tally] {
        self.questions.get(question).map_or(&[], |question| &question.seconds)
    }
}

impl std::fmt::Debug for Tallies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tallies").field("questions", &self.questions.len()).finish_non_exhaustive()
    }
}

impl Tally {
    fn add(&mut self, part: Part<'_>, bad: Bad) {
        let is_bad = |value: f64| match bad {
            Bad::Above(limit) => value > limit,
            Bad::From(limit) => value >= limit,
            Bad::Nonzero => value != 0.0,
            Bad::Zero => value == 0.0,
        };
        let mut times = |value: f64, times: u64| {
            self.total += times;
            self.bad += if is_bad(value) { times } else { 0 };
        };
        match part {
            Part::Values(values) => {
                values.iter().for_each(|value| times(*value, 1));
                self.sum += values.iter().sum::<f64>();
            }
            Part::Same(value, count) => {
                times(value, count);
                self.sum += value * count as f64;
            }
            Part::Buckets(head, buckets) => {
                times(0.0, head.zeros);
                for (name, count) in buckets {
                    times(value_of(*name).clamp(head.min, head.max), u64::from(*count));
                }
                self.sum += head.sum.value();
            }
            Part::Rate(rate) => {
                times(1.0, rate.nonzero);
                times(0.0, rate.total - rate.nonzero);
                self.sum += rate.nonzero as f64;
            }
            Part::Counter(counter) => {
                self.total += counter.samples;
                self.sum += counter.sum.value();
            }
            Part::Gauge(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::{Contains, Kind, Recorder, RecorderConfig, TagSetId};
    use model::{Clock, Nanos};

    fn selector(text: &str) -> Selector {
        Selector::parse(text).unwrap()
    }

    #[test]
    fn bad_samples_are_counted_by_second() {
        let registry = Registry::new();
        let wait = registry.declare("wait", Kind::Trend, Contains::Time).unwrap();
        let ok = registry.declare("ok", Kind::Rate, Contains::Default).unwrap();
        let mut tallies = Tallies::new(
            registry.clone(),
            [
                (selector("wait"), Bad::From(20.0)),
                (selector("wait"), Bad::Above(20.0)),
                (selector("wait{page:cart}"), Bad::From(1.0)),
                (selector("ok"), Bad::Zero),
                (selector("missing"), Bad::Zero),
            ],
        );
        for worker in 0..2 {
            let mut recorder =
                Recorder::new(worker, registry.clone(), Clock::start(), RecorderConfig::default());
            let (key, value) = (recorder.sym("page"), recorder.sym("cart"));
            let cart = recorder.tag_set(&[(key, value)]);
            for (second, seconds_before) in [(None, 0), (Some(0), 1), (Some(2), 3)] {
                for value in [10.0, 20.0, 30.0] {
                    recorder.add(wait, TagSetId::default(), value, Nanos(1));
                }
                recorder.add(wait, cart, 5.0, Nanos(1));
                recorder.add(ok, cart, 0.0, Nanos(1));
                recorder.add(ok, cart, 1.0, Nanos(1));
                let frame = recorder.take_frame(Nanos::from_secs(seconds_before + 1));
                tallies.apply(&frame, second);
                tallies.apply(&frame, second);
            }
        }
        let check = |question: usize, expected: (u64, u64, f64)| {
            let tally = Tally { total: expected.0, bad: expected.1, sum: expected.2 };
            let seconds = if expected.0 > 0 { vec![tally, Tally::default(), tally] } else { Vec::new() };
            assert_eq!(tallies.seconds(question), seconds, "{question}");
        };
        check(0, (8, 4, 130.0));
        check(1, (8, 2, 130.0));
        check(2, (2, 2, 10.0));
        check(3, (4, 2, 2.0));
        check(4, (0, 0, 0.0));
        assert_eq!(tallies.seconds(9), []);
    }

    #[test]
    fn many_samples_count_as_single_ones_do() {
        let registry = Registry::new();
        let wait = registry.declare("wait", Kind::Trend, Contains::Time).unwrap();
        let mut tallies = Tallies::new(registry.clone(), [(selector("wait"), Bad::From(100.0))]);
        let mut recorder = Recorder::new(0, registry, Clock::start(), RecorderConfig::default());
        for value in 0..20_000_u64 {
            recorder.add(wait, TagSetId::default(), (value % 200) as f64, Nanos(1));
        }
        tallies.apply(&recorder.take_frame(Nanos::from_secs(1)), Some(0));
        let tally = tallies.seconds(0)[0];
        assert_eq!((tally.total, tally.bad, tally.sum), (20_000, 10_000, 1_990_000.0));
    }
}
