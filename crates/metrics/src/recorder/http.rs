//! The samples of HTTP requests: all of one request in one row.
//!
//! Main type: `HttpSeries`, for one tag set. Recording a request writes one line of the processor's cache; the
//! rows become series of samples in batches. See [`super::column`] for when.

use model::Nanos;

use super::HttpSample;
use super::column::{BATCH, Column, room};
use crate::builtin;
use crate::frame::{Delta, Frame, SeriesDelta, is_wide};
use crate::registry::MetricId;
use crate::sink::{Counter, Rate};
use crate::tags::TagSetId;
use crate::trend::Wide;

/// How many durations every request has.
const PHASES: usize = 7;
/// Their metrics, in the order of a row.
pub(super) const PHASE_METRICS: [MetricId; PHASES] = [
    builtin::HTTP_REQ_DURATION,
    builtin::HTTP_REQ_BLOCKED,
    builtin::HTTP_REQ_CONNECTING,
    builtin::HTTP_REQ_TLS_HANDSHAKING,
    builtin::HTTP_REQ_SENDING,
    builtin::HTTP_REQ_WAITING,
    builtin::HTTP_REQ_RECEIVING,
];

/// One request.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Row {
    phases_ns: [u64; PHASES],
    /// Bit 0: whether failure was judged; bit 1: failed; the rest: the response time plus one, or zero for none.
    more: u64,
}

impl Row {
    fn of(sample: &HttpSample) -> Self {
        let judged = sample.failed.map_or(0, |failed| 1 | u64::from(failed) << 1);
        let response = sample.response_time.map_or(0, |time| time.0.min(u64::MAX >> 3) + 1);
        Self { phases_ns: sample.phases().map(|phase| phase.0), more: judged | response << 2 }
    }

    const fn failed(&self) -> Option<bool> {
        if self.more & 1 == 0 { None } else { Some(self.more & 2 != 0) }
    }

    const fn response_time(&self) -> Option<Nanos> {
        match self.more >> 2 {
            0 => None,
            time => Some(Nanos(time - 1)),
        }
    }
}

/// What all requests with one tag set measured since the last frame.
pub(super) struct HttpSeries {
    rows: Vec<Row>,
    tags: TagSetId,
    is_sorted: bool,
    /// Requests of all frames so far, without those in `rows`.
    past: u64,
    sorted: Option<Box<Sorted>>,
    response_time: Option<Box<Column>>,
}

/// What is left of rows that were taken apart.
#[derive(Default)]
struct Sorted {
    requests: u64,
    failed: Rate,
    phases: [Wide; PHASES],
}

impl HttpSeries {
    pub fn new(tags: TagSetId) -> Self {
        Self { rows: Vec::new(), tags, is_sorted: false, past: 0, sorted: None, response_time: None }
    }

    /// Whether there is nothing for the next frame.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && !self.is_sorted
    }

    #[inline]
    pub fn push(&mut self, sample: &HttpSample) {
        if self.rows.len() == self.rows.capacity() {
            self.make_room();
        }
        self.rows.push(Row::of(sample));
    }

    /// Moves everything into the frame.
    pub fn emit(&mut self, frame: &mut Frame) {
        if self.is_sorted {
            self.sort();
            self.emit_sorted(frame);
        } else {
            self.emit_rows(frame);
        }
        if let Some(column) = self.response_time.as_mut().filter(|column| !column.is_empty()) {
            column.emit(frame, builtin::HTTP_REQ_RESPONSE_TIME, self.tags);
        }
    }

    fn emit_rows(&mut self, frame: &mut Frame) {
        self.push_requests(frame, self.rows.len() as u64);
        for (phase, metric) in PHASE_METRICS.into_iter().enumerate() {
            let values = self.rows.iter().map(|row| millis(row.phases_ns[phase]));
            frame.push_values(metric, self.tags, values);
        }
        self.push_failed(frame, judged(&self.rows));
        self.response_times();
        self.past += self.rows.len() as u64;
        self.rows.clear();
        if is_wide(self.past) {
            self.rows.shrink_to(BATCH);
        }
    }

    fn emit_sorted(&mut self, frame: &mut Frame) {
        let Some(mut sorted) = self.sorted.take() else { return };
        self.push_requests(frame, sorted.requests);
        for (wide, metric) in sorted.phases.iter_mut().zip(PHASE_METRICS) {
            frame.push_buckets(metric, self.tags, &wide.histogram, wide.sum);
            wide.clear();
        }
        self.push_failed(frame, sorted.failed);
        (sorted.requests, sorted.failed) = (0, Rate::default());
        self.sorted = Some(sorted);
        self.is_sorted = false;
    }

    fn push_requests(&self, frame: &mut Frame, requests: u64) {
        let delta = Delta::Counter(Counter::of_ones(requests));
        frame.series.push(SeriesDelta { metric: builtin::HTTP_REQS, tags: self.tags, delta });
    }

    fn push_failed(&self, frame: &mut Frame, failed: Rate) {
        if failed.total > 0 {
            let delta = Delta::Rate(failed);
            frame.series.push(SeriesDelta { metric: builtin::HTTP_REQ_FAILED, tags: self.tags, delta });
        }
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        match room(self.rows.len(), self.past + self.rows.len() as u64) {
            Some(capacity) => self.rows.reserve_exact(capacity - self.rows.len()),
            None => self.sort(),
        }
    }

    /// Takes the rows apart into histograms.
    fn sort(&mut self) {
        self.response_times();
        let sorted = self.sorted.get_or_insert_default();
        for (phase, wide) in sorted.phases.iter_mut().enumerate() {
            sort_phase(&self.rows, phase, wide);
        }
        sorted.failed.merge(&judged(&self.rows));
        sorted.requests += self.rows.len() as u64;
        self.past += self.rows.len() as u64;
        self.is_sorted = true;
        self.rows.clear();
        self.rows.shrink_to(BATCH);
    }

    fn response_times(&mut self) {
        for time in self.rows.iter().filter_map(Row::response_time) {
            self.response_time.get_or_insert_default().push(time.as_millis_f64());
        }
    }
}

fn judged(rows: &[Row]) -> Rate {
    let mut rate = Rate::default();
    rows.iter().filter_map(Row::failed).for_each(|failed| rate.add(failed));
    rate
}

/// Most connections are open already, so whole batches of a phase are zero.
fn sort_phase(rows: &[Row], phase: usize, wide: &mut Wide) {
    if rows.iter().all(|row| row.phases_ns[phase] == 0) {
        wide.add_times(0.0, rows.len() as u64);
        return;
    }
    let mut values = [0.0; BATCH];
    for rows in rows.chunks(BATCH) {
        values.iter_mut().zip(rows).for_each(|(value, row)| *value = millis(row.phases_ns[phase]));
        wide.extend(&values[..rows.len()]);
    }
}

#[inline]
fn millis(ns: u64) -> f64 {
    Nanos(ns).as_millis_f64()
}
