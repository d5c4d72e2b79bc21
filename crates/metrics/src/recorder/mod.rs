//! Where samples go: one recorder on each worker thread, read out as a frame about once a second.
//!
//! Main type: [`Recorder`]. Recording takes no lock, allocates nothing once a series is known, and touches
//! little memory: the load generator shares its caches with it. Nothing is merged or judged here.

mod column;
mod dictionary;
mod http;
mod raw;
mod reservoir;
mod series;

use std::sync::Arc;

use model::{Clock, Hidden, Nanos};
use rustc_hash::FxHashMap;

pub use raw::{RawSample, Tags};
pub use reservoir::{FAILED_EACH, KINDS_MOST, SLOW_MOST};

use crate::builtin;
use crate::exchange::{Exchange, Standing};
use crate::frame::Frame;
use crate::histogram::Histogram;
use crate::registry::{MetricId, Registry};
use crate::sym::{Sym, Symbols, Text};
use crate::tags::{TagSetId, TagSets};
use dictionary::Dictionary;
use http::{HttpSeries, PHASE_METRICS};
use raw::RawSamples;
use reservoir::Reservoir;
use series::{IterationSeries, Series};

/// What a recorder keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecorderConfig {
    /// Tag sets with samples, after which new values of tags that have many become `other`.
    ///
    /// It bounds one recorder: a process with several divides its own limit among them.
    pub series_limit: usize,
    /// Whether single samples are kept for [`Recorder::take_raw`].
    pub raw_samples: bool,
    /// Single samples that wait to be taken; more are dropped and counted. A million of them take 32 MB.
    pub raw_limit: usize,
    /// Whether the slowest and the failed exchanges are kept for the frames.
    pub exchanges: bool,
    /// Texts that no tag may show.
    pub hidden: Option<Arc<Hidden>>,
}

impl Default for RecorderConfig {
    fn default() -> Self {
        Self {
            series_limit: 100_000,
            raw_samples: false,
            raw_limit: 1_000_000,
            exchanges: false,
            hidden: None,
        }
    }
}

/// What one HTTP request measured; one of these for each redirect too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HttpSample {
    /// When it ended.
    pub at: Nanos,
    /// Sending, waiting and receiving together.
    pub duration: Nanos,
    /// Waiting for a free connection.
    pub blocked: Nanos,
    /// Opening the connection.
    pub connecting: Nanos,
    /// The TLS handshake.
    pub tls_handshaking: Nanos,
    /// Sending the request.
    pub sending: Nanos,
    /// Until the first byte of the answer.
    pub waiting: Nanos,
    /// From there to the last.
    pub receiving: Nanos,
    /// Whether the answer was not as expected; `None` when the script does not want to know.
    pub failed: Option<bool>,
    /// From the moment the iteration should have started to the answer; arrival-rate executors only.
    pub response_time: Option<Nanos>,
}

impl HttpSample {
    /// The durations in the order of [`PHASE_METRICS`].
    const fn phases(&self) -> [Nanos; 7] {
        [
            self.duration,
            self.blocked,
            self.connecting,
            self.tls_handshaking,
            self.sending,
            self.waiting,
            self.receiving,
        ]
    }
}

/// What one iteration measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct IterationSample {
    /// When it ended.
    pub at: Nanos,
    /// How long it took; `None` when it was interrupted, which makes it no iteration but for its bytes.
    pub duration: Option<Nanos>,
    /// Bytes on the wire.
    pub sent: u64,
    /// Bytes off the wire.
    pub received: u64,
}

/// A series that has something for the next frame.
#[derive(Clone, Copy)]
enum Dirty {
    Http(u32),
    Iteration(u32),
    Series(u32),
}

/// No series yet.
const NOWHERE: u32 = u32::MAX;

/// The samples of one worker thread.
pub struct Recorder {
    sets: TagSets,
    symbols: Symbols,
    /// Where the series of a tag set are, by its number.
    http_places: Vec<u32>,
    http: Vec<HttpSeries>,
    iteration_places: Vec<u32>,
    iterations: Vec<IterationSeries>,
    series_places: FxHashMap<u64, u32>,
    series: Vec<Series>,
    dirty: Vec<Dirty>,
    schedule_lag: Histogram,
    generator_lag: Histogram,
    raw: Option<Box<RawSamples>>,
    reservoir: Option<Box<Reservoir>>,
    dictionary: Dictionary,
    registry: Arc<Registry>,
    worker: u32,
    seq: u64,
    from: Nanos,
    folded_before: u64,
}

impl Recorder {
    /// The recorder of worker `worker`; its first frame begins now.
    #[must_use]
    pub fn new(worker: u32, registry: Arc<Registry>, clock: Clock, config: RecorderConfig) -> Self {
        Self {
            sets: TagSets::new(config.series_limit),
            // A request brings two or three strings of its own: an address, a name, an error.
            symbols: Symbols::new(config.series_limit.saturating_mul(3).saturating_add(1 << 16))
                .hiding(config.hidden.clone()),
            http_places: Vec::new(),
            http: Vec::new(),
            iteration_places: Vec::new(),
            iterations: Vec::new(),
            series_places: FxHashMap::default(),
            series: Vec::new(),
            dirty: Vec::new(),
            schedule_lag: Histogram::new(),
            generator_lag: Histogram::new(),
            raw: config.raw_samples.then(|| Box::new(RawSamples::new(config.raw_limit))),
            reservoir: config.exchanges.then(|| Box::new(Reservoir::new(config.hidden))),
            dictionary: Dictionary::default(),
            registry,
            worker,
            seq: 0,
            from: clock.now(),
            folded_before: 0,
        }
    }

    /// The symbol of a text. When there are too many texts, new ones become `other`.
    pub fn sym(&mut self, text: &str) -> Sym {
        self.symbols.intern(text)
    }

    /// The text of a symbol of this recorder.
    #[must_use]
    pub fn text(&self, sym: Sym) -> Text<'_> {
        self.symbols.text(sym)
    }

    /// The set of exactly these tags, in any order; of equal names, the last wins.
    pub fn tag_set(&mut self, pairs: &[(Sym, Sym)]) -> TagSetId {
        self.sets.of(pairs)
    }

    /// `base` with a tag added or replaced. When there are too many sets, the value may become `other`.
    #[inline]
    pub fn with_tag(&mut self, base: TagSetId, key: Sym, value: Sym) -> TagSetId {
        self.sets.with(base, key, value)
    }

    /// `base` without the tag `key`.
    pub fn without_tag(&mut self, base: TagSetId, key: Sym) -> TagSetId {
        self.sets.without(base, key)
    }

    /// The tags of a set, sorted by symbol.
    #[must_use]
    pub fn tags(&self, set: TagSetId) -> &[(Sym, Sym)] {
        self.sets.get(set)
    }

    /// Adds one sample; `NaN` is ignored.
    #[inline]
    pub fn add(&mut self, metric: MetricId, tags: TagSetId, value: f64, at: Nanos) {
        self.add_with_metadata(metric, tags, value, at, &[]);
    }

    /// Adds one sample with facts that only raw samples carry.
    pub fn add_with_metadata(
        &mut self,
        metric: MetricId,
        tags: TagSetId,
        value: f64,
        at: Nanos,
        metadata: &[(Sym, Sym)],
    ) {
        if value.is_nan() {
            return;
        }
        let key = u64::from(metric.0) << 32 | u64::from(tags.0);
        let place = match self.series_places.get(&key) {
            Some(&place) => place,
            None => self.begin_series(key, metric, tags),
        };
        let series = &mut self.series[place as usize];
        if series.is_empty() {
            self.dirty.push(Dirty::Series(place));
        }
        series.add(value, at);
        if let Some(raw) = &mut self.raw {
            raw.push(metric, tags, value, at, metadata);
        }
    }

    /// Adds the samples of one HTTP request.
    #[inline]
    pub fn http(&mut self, tags: TagSetId, sample: &HttpSample) {
        self.http_with_metadata(tags, sample, &[]);
    }

    /// Adds the samples of one HTTP request, with facts that only raw samples carry.
    #[inline]
    pub fn http_with_metadata(&mut self, tags: TagSetId, sample: &HttpSample, metadata: &[(Sym, Sym)]) {
        let place = match self.http_places.get(tags.0 as usize) {
            Some(&place) if place != NOWHERE => place,
            _ => self.begin_http(tags),
        };
        let series = &mut self.http[place as usize];
        if series.is_empty() {
            self.dirty.push(Dirty::Http(place));
        }
        series.push(sample);
        if let Some(raw) = &mut self.raw {
            raw_http(raw, tags, sample, metadata);
        }
    }

    /// Why the exchange that a sample was measured of should be kept; none for nearly all of them. `code` is that of a
    /// failure, or 1000 and the status from 400 on; 0 for none.
    #[inline]
    #[must_use]
    pub fn wants_exchange(&self, sample: &HttpSample, code: u16) -> Option<Standing> {
        let reservoir = self.reservoir.as_ref()?;
        let failed = sample.failed.unwrap_or(code != 0);
        reservoir.standing(sample.duration, failed.then_some(code))
    }

    /// Keeps an exchange that [`Recorder::wants_exchange`] asked for, with the tags of its samples.
    #[cold]
    pub fn keep_exchange(&mut self, mut exchange: Exchange, tags: TagSetId) {
        let text = |sym| self.symbols.text(sym).to_string();
        exchange.tags = self.sets.get(tags).iter().map(|(key, value)| (text(*key), text(*value))).collect();
        if let Some(reservoir) = &mut self.reservoir {
            reservoir.keep(exchange);
        }
    }

    /// Adds the samples of one iteration.
    pub fn iteration(&mut self, tags: TagSetId, sample: &IterationSample) {
        self.iteration_with_metadata(tags, sample, &[]);
    }

    /// Adds the samples of one iteration, with facts that only raw samples carry.
    pub fn iteration_with_metadata(
        &mut self,
        tags: TagSetId,
        sample: &IterationSample,
        metadata: &[(Sym, Sym)],
    ) {
        let place = match self.iteration_places.get(tags.0 as usize) {
            Some(&place) if place != NOWHERE => place,
            _ => self.begin_iterations(tags),
        };
        let series = &mut self.iterations[place as usize];
        if series.is_empty() {
            self.dirty.push(Dirty::Iteration(place));
        }
        series.push(sample);
        if let Some(raw) = &mut self.raw {
            raw_iteration(raw, tags, sample, metadata);
        }
    }

    /// Notes how late an iteration started.
    pub fn schedule_lag(&mut self, lag: Nanos) {
        self.schedule_lag.add(lag.as_millis_f64());
    }

    /// Notes how late the generator saw what the kernel already had.
    #[inline]
    pub fn generator_lag(&mut self, lag: Nanos) {
        self.generator_lag.add(lag.as_millis_f64());
    }

    /// Everything since the last frame, up to `now`.
    pub fn take_frame(&mut self, now: Nanos) -> Frame {
        self.seq += 1;
        let folded = self.sets.folded() + self.symbols.refused();
        let mut frame = Frame {
            worker: self.worker,
            seq: self.seq,
            from: self.from,
            to: now,
            schedule_lag: self.schedule_lag.clone(),
            generator_lag: self.generator_lag.clone(),
            folded: folded - self.folded_before,
            raw_dropped: self.raw.as_mut().map_or(0, |raw| raw.take_dropped()),
            exchanges: self.reservoir.as_mut().map_or_else(Vec::new, |reservoir| reservoir.take()),
            ..Frame::default()
        };
        self.schedule_lag.clear();
        self.generator_lag.clear();
        (self.from, self.folded_before) = (now, folded);
        for dirty in self.dirty.drain(..) {
            match dirty {
                Dirty::Http(place) => self.http[place as usize].emit(&mut frame),
                Dirty::Iteration(place) => self.iterations[place as usize].emit(&mut frame),
                Dirty::Series(place) => self.series[place as usize].emit(&mut frame),
            }
        }
        self.dictionary.complete(&mut frame, &self.registry, &self.sets, &self.symbols);
        frame
    }

    /// All single samples since this was last called; none unless the configuration asks for them.
    pub fn take_raw(&mut self) -> Vec<RawSample> {
        self.raw.as_mut().map_or_else(Vec::new, |raw| raw.take(&self.sets, &self.symbols))
    }

    #[cold]
    fn begin_series(&mut self, key: u64, metric: MetricId, tags: TagSetId) -> u32 {
        let place = self.series.len() as u32;
        self.series.push(Series::new(metric, self.registry.get(metric).kind, tags));
        self.series_places.insert(key, place);
        self.sets.mark_used(tags);
        place
    }

    #[cold]
    fn begin_http(&mut self, tags: TagSetId) -> u32 {
        self.http.push(HttpSeries::new(tags));
        self.sets.mark_used(tags);
        note_place(&mut self.http_places, tags, self.http.len())
    }

    #[cold]
    fn begin_iterations(&mut self, tags: TagSetId) -> u32 {
        self.iterations.push(IterationSeries::new(tags));
        self.sets.mark_used(tags);
        note_place(&mut self.iteration_places, tags, self.iterations.len())
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let series = self.series.len() + self.http.len() + self.iterations.len();
        f.debug_struct("Recorder")
            .field("worker", &self.worker)
            .field("series", &series)
            .finish_non_exhaustive()
    }
}

/// Notes that the series of a tag set is the last of `len`, and returns its place.
fn note_place(places: &mut Vec<u32>, tags: TagSetId, len: usize) -> u32 {
    let (at, place) = (tags.0 as usize, (len - 1) as u32);
    if at >= places.len() {
        places.resize(at + 1, NOWHERE);
    }
    places[at] = place;
    place
}

#[cold]
fn raw_http(raw: &mut RawSamples, tags: TagSetId, sample: &HttpSample, metadata: &[(Sym, Sym)]) {
    let mut push = |metric, value| raw.push(metric, tags, value, sample.at, metadata);
    push(builtin::HTTP_REQS, 1.0);
    for (metric, phase) in PHASE_METRICS.into_iter().zip(sample.phases()) {
        push(metric, phase.as_millis_f64());
    }
    if let Some(failed) = sample.failed {
        push(builtin::HTTP_REQ_FAILED, f64::from(u8::from(failed)));
    }
    if let Some(time) = sample.response_time {
        push(builtin::HTTP_REQ_RESPONSE_TIME, time.as_millis_f64());
    }
}

#[cold]
fn raw_iteration(raw: &mut RawSamples, tags: TagSetId, sample: &IterationSample, metadata: &[(Sym, Sym)]) {
    let mut push = |metric, value| raw.push(metric, tags, value, sample.at, metadata);
    push(builtin::DATA_SENT, sample.sent as f64);
    push(builtin::DATA_RECEIVED, sample.received as f64);
    if let Some(duration) = sample.duration {
        push(builtin::ITERATION_DURATION, duration.as_millis_f64());
        push(builtin::ITERATIONS, 1.0);
    }
}
