//! One worker thread's recorder. This is the hot path: no lock, no formatting, and no allocation once a
//! series has been seen.

use std::sync::Arc;

use model::{Clock, Nanos};

use crate::builtin;
use crate::frame::{Frame, RawSample, SeriesDelta};
use crate::histogram::Histogram;
use crate::registry::{Kind, MetricId, Registry};
use crate::sink::{Delta, EXACT_MAX, TrendDelta};
use crate::tags::{Interner, Sym, TagSetId, Tags};

/// How a recorder works.
#[derive(Clone, Debug)]
pub struct RecorderConfig {
    /// Tag sets at most; past it new values count as `other`.
    pub series_limit: usize,
    /// Keep single samples for outputs.
    pub raw_samples: bool,
    /// Single samples kept between two frames at most.
    pub raw_limit: usize,
}

impl Default for RecorderConfig {
    fn default() -> Self {
        Self { series_limit: 100_000, raw_samples: false, raw_limit: 1_000_000 }
    }
}

/// One hop of a request.
#[derive(Clone, Copy, Debug)]
pub struct HttpSample {
    /// When it ended.
    pub at: Nanos,
    /// Sending, waiting and receiving.
    pub duration: Nanos,
    /// Waiting for a connection.
    pub blocked: Nanos,
    /// TCP connecting.
    pub connecting: Nanos,
    /// TLS handshake.
    pub tls_handshaking: Nanos,
    /// Sending the request.
    pub sending: Nanos,
    /// Waiting for the first byte.
    pub waiting: Nanos,
    /// Receiving the response.
    pub receiving: Nanos,
    /// Whether the status was not expected; nothing when that is not judged.
    pub failed: Option<bool>,
    /// The duration from when the request should have started; arrival rates only.
    pub response_time: Option<Nanos>,
}

/// One iteration.
#[derive(Clone, Copy, Debug)]
pub struct IterationSample {
    /// When it ended.
    pub at: Nanos,
    /// How long it took; nothing when it was cut short and does not count.
    pub duration: Option<Nanos>,
    /// Bytes sent.
    pub sent: u64,
    /// Bytes received.
    pub received: u64,
}

/// The samples of one series since the last frame.
struct Slot {
    metric: MetricId,
    tags: TagSetId,
    touched: bool,
    samples: Samples,
}

enum Samples {
    Counter(f64),
    Gauge { value: f64, at: Nanos, min: f64, max: f64 },
    Rate { nonzero: u64, total: u64 },
    Trend(Box<TrendSlot>),
}

/// A trend between two frames. Values are kept while the series may still be exact, then only counted; zeros,
/// which phases of reused connections mostly are, are just numbered.
struct TrendSlot {
    values: Vec<f64>,
    exact_left: usize,
    zeros: u32,
    histogram: Histogram,
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl TrendSlot {
    fn new() -> Self {
        Self {
            values: Vec::new(),
            exact_left: EXACT_MAX,
            zeros: 0,
            histogram: Histogram::default(),
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }

    #[inline]
    fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if value == 0.0 {
            self.zeros += 1;
            return;
        }
        self.sum += value;
        if self.exact_left > 0 {
            self.exact_left -= 1;
            self.values.push(value);
        } else {
            self.histogram.add(value);
        }
    }

    fn take(&mut self) -> TrendDelta {
        let mut counts = self.histogram.drain();
        let mut values = std::mem::take(&mut self.values);
        // Zeros count against the exact values too, or a series of zeros would stay exact for ever.
        let kept = (self.zeros as usize).min(self.exact_left);
        self.exact_left -= kept;
        values.extend(std::iter::repeat_n(0.0, kept));
        if self.zeros as usize > kept {
            counts.push((0, self.zeros - kept as u32));
        }
        if self.exact_left > 0 {
            self.values.reserve(values.len().min(self.exact_left));
        }
        let delta =
            TrendDelta { values, counts, count: self.count, sum: self.sum, min: self.min, max: self.max };
        (self.zeros, self.count, self.sum) = (0, 0, 0.0);
        (self.min, self.max) = (f64::INFINITY, f64::NEG_INFINITY);
        delta
    }
}

/// The series of one tag set.
#[derive(Default)]
struct SetSlots {
    /// The series of the request metrics, found with one look.
    http: Option<Box<HttpSlots>>,
    others: Vec<(MetricId, u32)>,
    resolved: Option<Tags>,
    told: bool,
}

struct HttpSlots {
    requests: u32,
    failed: Option<u32>,
    response_time: Option<u32>,
    trends: [u32; 7],
}

const TRENDS: [MetricId; 7] = [
    builtin::HTTP_REQ_DURATION,
    builtin::HTTP_REQ_BLOCKED,
    builtin::HTTP_REQ_CONNECTING,
    builtin::HTTP_REQ_TLS_HANDSHAKING,
    builtin::HTTP_REQ_SENDING,
    builtin::HTTP_REQ_WAITING,
    builtin::HTTP_REQ_RECEIVING,
];

/// Records the samples of one worker thread.
pub struct Recorder {
    worker: u32,
    seq: u64,
    from: Nanos,
    registry: Arc<Registry>,
    config: RecorderConfig,
    interner: Interner,
    sets: Vec<SetSlots>,
    slots: Vec<Slot>,
    touched: Vec<u32>,
    new_sets: Vec<u32>,
    schedule_lag: Histogram,
    generator_lag: Histogram,
    raw: Vec<RawSample>,
    raw_dropped: u64,
}

impl Recorder {
    /// A recorder for worker number `worker`.
    #[must_use]
    pub fn new(worker: u32, registry: Arc<Registry>, clock: Clock, config: RecorderConfig) -> Self {
        Self {
            worker,
            seq: 0,
            from: clock.now(),
            registry,
            interner: Interner::new(config.series_limit),
            config,
            sets: Vec::new(),
            slots: Vec::new(),
            touched: Vec::new(),
            new_sets: Vec::new(),
            schedule_lag: Histogram::default(),
            generator_lag: Histogram::default(),
            raw: Vec::new(),
            raw_dropped: 0,
        }
    }

    /// The interned form of a text.
    pub fn sym(&mut self, text: &str) -> Sym {
        self.interner.sym(text)
    }

    /// The text of an interned form.
    #[must_use]
    pub fn text(&self, sym: Sym) -> &str {
        self.interner.text(sym)
    }

    /// The set of these tags; of a name that comes twice the last counts.
    pub fn tag_set(&mut self, pairs: &[(Sym, Sym)]) -> TagSetId {
        self.interner.set(pairs)
    }

    /// A set with one tag more, or with another value.
    #[inline]
    pub fn with_tag(&mut self, base: TagSetId, key: Sym, value: Sym) -> TagSetId {
        self.interner.with(base, key, value)
    }

    /// A set with one tag less.
    pub fn without_tag(&mut self, base: TagSetId, key: Sym) -> TagSetId {
        self.interner.without(base, key)
    }

    /// The tags of a set.
    #[must_use]
    pub fn tags(&self, set: TagSetId) -> &[(Sym, Sym)] {
        self.interner.pairs(set)
    }

    /// Adds one sample.
    pub fn add(&mut self, metric: MetricId, tags: TagSetId, value: f64, at: Nanos) {
        self.add_with_metadata(metric, tags, value, at, &[]);
    }

    /// Adds one sample with facts that only outputs of single samples get to see.
    pub fn add_with_metadata(
        &mut self,
        metric: MetricId,
        tags: TagSetId,
        value: f64,
        at: Nanos,
        metadata: &[(Sym, Sym)],
    ) {
        let slot = self.slot(metric, tags);
        self.put(slot, value, at);
        if self.config.raw_samples {
            self.keep_raw(metric, tags, value, at, metadata);
        }
    }

    /// Adds the samples of one hop of a request.
    pub fn http(&mut self, tags: TagSetId, sample: &HttpSample) {
        self.http_with_metadata(tags, sample, &[]);
    }

    /// Adds the samples of one hop of a request, with metadata.
    pub fn http_with_metadata(&mut self, tags: TagSetId, sample: &HttpSample, metadata: &[(Sym, Sym)]) {
        let phases = [
            sample.duration,
            sample.blocked,
            sample.connecting,
            sample.tls_handshaking,
            sample.sending,
            sample.waiting,
            sample.receiving,
        ];
        self.prepare_http(tags, sample);
        let slots = self.sets[tags.0 as usize].http.as_ref().expect("it was prepared on the line above");
        let (requests, failed, response_time, trends) =
            (slots.requests, slots.failed, slots.response_time, slots.trends);
        self.put(requests, 1.0, sample.at);
        for (slot, phase) in trends.into_iter().zip(phases) {
            self.put(slot, phase.as_millis_f64(), sample.at);
        }
        if let (Some(slot), Some(is)) = (failed, sample.failed) {
            self.put(slot, f64::from(u8::from(is)), sample.at);
        }
        if let (Some(slot), Some(time)) = (response_time, sample.response_time) {
            self.put(slot, time.as_millis_f64(), sample.at);
        }
        if self.config.raw_samples {
            self.keep_raw_http(tags, sample, &phases, metadata);
        }
    }

    fn prepare_http(&mut self, tags: TagSetId, sample: &HttpSample) {
        self.ensure_set(tags);
        let known = self.sets[tags.0 as usize].http.as_ref();
        let complete = known.is_some_and(|slots| {
            (slots.failed.is_some() || sample.failed.is_none())
                && (slots.response_time.is_some() || sample.response_time.is_none())
        });
        if complete {
            return;
        }
        let slots = HttpSlots {
            requests: self.slot(builtin::HTTP_REQS, tags),
            failed: sample.failed.map(|_| self.slot(builtin::HTTP_REQ_FAILED, tags)),
            response_time: sample.response_time.map(|_| self.slot(builtin::HTTP_REQ_RESPONSE_TIME, tags)),
            trends: TRENDS.map(|metric| self.slot(metric, tags)),
        };
        let set = &mut self.sets[tags.0 as usize];
        let before = set.http.take();
        set.http = Some(Box::new(HttpSlots {
            failed: slots.failed.or(before.as_ref().and_then(|before| before.failed)),
            response_time: slots.response_time.or(before.as_ref().and_then(|before| before.response_time)),
            ..slots
        }));
    }

    fn keep_raw_http(
        &mut self,
        tags: TagSetId,
        sample: &HttpSample,
        phases: &[Nanos; 7],
        metadata: &[(Sym, Sym)],
    ) {
        self.keep_raw(builtin::HTTP_REQS, tags, 1.0, sample.at, metadata);
        for (metric, phase) in TRENDS.into_iter().zip(phases) {
            self.keep_raw(metric, tags, phase.as_millis_f64(), sample.at, metadata);
        }
        if let Some(failed) = sample.failed {
            self.keep_raw(builtin::HTTP_REQ_FAILED, tags, f64::from(u8::from(failed)), sample.at, metadata);
        }
        if let Some(time) = sample.response_time {
            self.keep_raw(builtin::HTTP_REQ_RESPONSE_TIME, tags, time.as_millis_f64(), sample.at, metadata);
        }
    }

    /// Adds the samples of one iteration.
    pub fn iteration(&mut self, tags: TagSetId, sample: &IterationSample) {
        self.iteration_with_metadata(tags, sample, &[]);
    }

    /// Adds the samples of one iteration, with metadata.
    pub fn iteration_with_metadata(
        &mut self,
        tags: TagSetId,
        sample: &IterationSample,
        metadata: &[(Sym, Sym)],
    ) {
        self.add_with_metadata(builtin::DATA_SENT, tags, sample.sent as f64, sample.at, metadata);
        self.add_with_metadata(builtin::DATA_RECEIVED, tags, sample.received as f64, sample.at, metadata);
        if let Some(duration) = sample.duration {
            let millis = duration.as_millis_f64();
            self.add_with_metadata(builtin::ITERATION_DURATION, tags, millis, sample.at, metadata);
            self.add_with_metadata(builtin::ITERATIONS, tags, 1.0, sample.at, metadata);
        }
    }

    /// Notes how late an iteration started.
    #[inline]
    pub fn schedule_lag(&mut self, lag: Nanos) {
        self.schedule_lag.add(lag.as_millis_f64());
    }

    /// Notes how long a response waited for the program.
    #[inline]
    pub fn generator_lag(&mut self, lag: Nanos) {
        self.generator_lag.add(lag.as_millis_f64());
    }

    fn ensure_set(&mut self, tags: TagSetId) {
        if self.sets.len() <= tags.0 as usize {
            self.sets.resize_with(self.interner.len(), SetSlots::default);
        }
    }

    fn slot(&mut self, metric: MetricId, tags: TagSetId) -> u32 {
        self.ensure_set(tags);
        let set = &mut self.sets[tags.0 as usize];
        if let Some(&(_, slot)) = set.others.iter().find(|other| other.0 == metric) {
            return slot;
        }
        let samples = match self.registry.get(metric).kind {
            Kind::Counter => Samples::Counter(0.0),
            Kind::Gauge => {
                Samples::Gauge { value: 0.0, at: Nanos::ZERO, min: f64::INFINITY, max: f64::NEG_INFINITY }
            }
            Kind::Rate => Samples::Rate { nonzero: 0, total: 0 },
            Kind::Trend => Samples::Trend(Box::new(TrendSlot::new())),
        };
        let slot = u32::try_from(self.slots.len()).expect("the number of series is limited");
        self.slots.push(Slot { metric, tags, touched: false, samples });
        set.others.push((metric, slot));
        if !set.told {
            set.told = true;
            self.new_sets.push(tags.0);
        }
        slot
    }

    #[inline]
    fn put(&mut self, slot: u32, sample: f64, now: Nanos) {
        let place = &mut self.slots[slot as usize];
        if !place.touched {
            place.touched = true;
            self.touched.push(slot);
        }
        match &mut place.samples {
            Samples::Counter(sum) => *sum += sample,
            Samples::Rate { nonzero, total } => {
                *nonzero += u64::from(sample != 0.0);
                *total += 1;
            }
            Samples::Trend(trend) => trend.add(sample),
            Samples::Gauge { value, at, min, max } => {
                (*value, *at) = (sample, now);
                (*min, *max) = (min.min(sample), max.max(sample));
            }
        }
    }

    fn keep_raw(&mut self, metric: MetricId, tags: TagSetId, value: f64, at: Nanos, metadata: &[(Sym, Sym)]) {
        if self.raw.len() >= self.config.raw_limit {
            self.raw_dropped += 1;
            return;
        }
        self.ensure_set(tags);
        let interner = &self.interner;
        let resolved =
            self.sets[tags.0 as usize].resolved.get_or_insert_with(|| interner.resolve(tags)).clone();
        let metadata = (!metadata.is_empty()).then(|| interner.resolve_pairs(metadata));
        self.raw.push(RawSample { metric, at, value, tags: resolved, metadata });
    }

    /// Everything since the last frame. Buffers are kept for the next.
    pub fn take_frame(&mut self, now: Nanos) -> Frame {
        let interner = &self.interner;
        let tag_sets = self.new_sets.drain(..).map(|set| (set, interner.resolve(TagSetId(set)))).collect();
        let mut series = Vec::with_capacity(self.touched.len());
        for slot in self.touched.drain(..) {
            let slot = &mut self.slots[slot as usize];
            slot.touched = false;
            series.push(SeriesDelta {
                metric: slot.metric,
                tags: slot.tags.0,
                delta: take(&mut slot.samples),
            });
        }
        let frame = Frame {
            worker: self.worker,
            seq: self.seq,
            from: self.from,
            to: now,
            tag_sets,
            series,
            schedule_lag: self.schedule_lag.drain(),
            generator_lag: self.generator_lag.drain(),
            folded: std::mem::take(&mut self.interner.folded),
            raw_dropped: std::mem::take(&mut self.raw_dropped),
        };
        self.seq += 1;
        self.from = now;
        frame
    }

    /// The single samples since the last call; empty unless the recorder keeps them.
    pub fn take_raw(&mut self) -> Vec<RawSample> {
        std::mem::take(&mut self.raw)
    }
}

fn take(samples: &mut Samples) -> Delta {
    match samples {
        Samples::Counter(sum) => Delta::Counter(std::mem::take(sum)),
        Samples::Gauge { value, at, min, max } => {
            let delta = Delta::Gauge { value: *value, at: *at, min: *min, max: *max };
            (*min, *max) = (f64::INFINITY, f64::NEG_INFINITY);
            delta
        }
        Samples::Rate { nonzero, total } => {
            Delta::Rate { nonzero: std::mem::take(nonzero), total: std::mem::take(total) }
        }
        Samples::Trend(trend) => Delta::Trend(trend.take()),
    }
}
