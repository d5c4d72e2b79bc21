//! Decisions while a run goes on, which stay valid however often one looks.
//!
//! *Question*: can the run stop now? A fixed-size test looked at fifty times calls a good system bad in 32 % of runs
//! instead of 5 %. [`EProcess`] bets against "the rate is at most p0"; by Ville's inequality its value exceeds 1/α with
//! probability at most α at **any** time of stopping. [`UntilDecided`] runs two of them, one for PASS and one for FAIL.
//! *Misleads* when fed with dependent requests as if they were independent: [`UntilDecided`] takes slices and divides
//! by their design effect, which is an approximation and needs slices longer than the memory of the system.
//! [`Sprt`] needs a definite alternative; [`MeanProcess`] is for means of slices.
//!
//! Sources: Wald 1945; Ville 1939; Johari et al., "Always Valid Inference", 2015; Grünwald et al., "Safe Testing", 2019.

use crate::batches::{Slice, design_effect_growing};
use crate::sla::Verdict;
use crate::special::beta;

/// Wald's sequential test of rate `p0` against rate `p1 > p0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sprt {
    per_hit: f64,
    per_miss: f64,
    /// Evidence above this decides for `p1`.
    pub upper: f64,
    /// Evidence below this decides for `p0`.
    pub lower: f64,
    evidence: f64,
}

impl Sprt {
    /// A test with errors `alpha` (p1 decided though p0 holds) and `beta` (the reverse).
    pub fn new(p0: f64, p1: f64, alpha: f64, beta: f64) -> Self {
        Self {
            per_hit: (p1 / p0).ln(),
            per_miss: ((1.0 - p1) / (1.0 - p0)).ln(),
            upper: ((1.0 - beta) / alpha).ln(),
            lower: (beta / (1.0 - alpha)).ln(),
            evidence: 0.0,
        }
    }

    /// What one hit and what one miss add to the evidence.
    pub fn steps(&self) -> (f64, f64) {
        (self.per_hit, self.per_miss)
    }

    /// Counts trials; the verdict so far: `Fail` for `p1`, `Pass` for `p0`.
    pub fn observe(&mut self, hits: f64, misses: f64) -> Verdict {
        self.evidence += hits * self.per_hit + misses * self.per_miss;
        if self.evidence >= self.upper {
            Verdict::Fail
        } else if self.evidence <= self.lower {
            Verdict::Pass
        } else {
            Verdict::Inconclusive
        }
    }

    /// Expected number of trials when the true rate is `p` (Wald's approximation), given the error rates at `p`.
    pub fn expected_trials(&self, p: f64, decides_upper: f64) -> f64 {
        let gain = p * self.per_hit + (1.0 - p) * self.per_miss;
        (decides_upper * self.upper + (1.0 - decides_upper) * self.lower) / gain
    }
}

/// Evidence against "the rate is at most `p0`", valid at every time of stopping.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EProcess {
    p0: f64,
    a: f64,
    b: f64,
    highest: f64,
}

impl EProcess {
    /// Against rates up to `p0`, with the recommended prior (1, 1/(2 p0)), cut to rates above `p0`.
    pub fn new(p0: f64) -> Self {
        Self::with_prior(p0, 1.0, 0.5 / p0)
    }

    /// Against rates up to `p0`, betting on rates above it as a beta(`a`, `b`) prior weighs them.
    pub fn with_prior(p0: f64, a: f64, b: f64) -> Self {
        Self { p0, a, b, highest: f64::NEG_INFINITY }
    }

    /// Natural logarithm of the evidence after `hits` of `trials` in all.
    pub fn ln_evidence(&self, hits: f64, trials: f64) -> f64 {
        let (a, b, p0) = (self.a, self.b, self.p0);
        let misses = trials - hits;
        beta::ln_beta(hits + a, misses + b) - beta::ln_beta(a, b) + beta::ln_sf(p0, hits + a, misses + b)
            - beta::ln_sf(p0, a, b)
            - hits * p0.ln()
            - misses * (-p0).ln_1p()
    }

    /// Notes the totals so far and gives the always-valid p-value: the smallest the evidence has ever allowed.
    pub fn observe(&mut self, hits: f64, trials: f64) -> f64 {
        self.highest = self.highest.max(self.ln_evidence(hits, trials));
        self.p_value()
    }

    /// The always-valid p-value so far.
    pub fn p_value(&self) -> f64 {
        (-self.highest).exp().min(1.0)
    }
}

/// A decision about "the share of hits is less than `allowed`" that may be asked for after every slice.
#[derive(Debug, Clone)]
pub struct UntilDecided {
    slices: Vec<Slice>,
    against_pass: EProcess,
    against_fail: EProcess,
    alpha: f64,
    slices_min: usize,
    decided: Option<Verdict>,
}

/// Slices before the first decision: fewer do not show the dependence of requests.
const SLICES_MIN: usize = 20;

impl UntilDecided {
    /// Decides at a two-sided confidence `level`: each of PASS and FAIL is wrong with probability `(1 − level) / 2`.
    pub fn new(allowed: f64, level: f64) -> Self {
        Self {
            slices: Vec::new(),
            against_pass: EProcess::new(allowed),
            // "The rate is at least p0" is "the rate of misses is at most 1 − p0".
            against_fail: EProcess::with_prior(1.0 - allowed, 0.5 / allowed, 1.0),
            alpha: 0.5 * (1.0 - level),
            slices_min: SLICES_MIN,
            decided: None,
        }
    }

    /// Adds a slice of time and gives the verdict so far; a verdict once reached stays.
    pub fn observe(&mut self, slice: Slice) -> Verdict {
        self.slices.push(slice);
        if let Some(verdict) = self.decided {
            return verdict;
        }
        if self.slices.len() < self.slices_min {
            return Verdict::Inconclusive;
        }
        let total: u64 = self.slices.iter().map(|s| s.total).sum();
        let hits: u64 = self.slices.iter().map(|s| s.hits).sum();
        let deff = design_effect_growing(&self.slices);
        let (hits, total) = (hits as f64 / deff, total as f64 / deff);
        let fails = self.against_pass.observe(hits, total) < self.alpha;
        let passes = self.against_fail.observe(total - hits, total) < self.alpha;
        self.decided = match (passes, fails) {
            (true, false) => Some(Verdict::Pass),
            (false, true) => Some(Verdict::Fail),
            _ => None,
        };
        self.decided.unwrap_or(Verdict::Inconclusive)
    }
}

/// Mixture test of "the mean is `centre`" for nearly normal means of slices with known standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanProcess {
    centre: f64,
    variance: f64,
    mixing: f64,
    sum: f64,
    count: f64,
    p_value: f64,
}

impl MeanProcess {
    /// Against `centre`, for slices of standard deviation `deviation`, tuned to effects of the size of `effect`.
    pub fn new(centre: f64, deviation: f64, effect: f64) -> Self {
        Self {
            centre,
            variance: deviation * deviation,
            mixing: effect * effect,
            sum: 0.0,
            count: 0.0,
            p_value: 1.0,
        }
    }

    /// Adds the mean of a slice and gives the always-valid p-value.
    pub fn observe(&mut self, value: f64) -> f64 {
        self.sum += value;
        self.count += 1.0;
        let (n, s2, t2) = (self.count, self.variance, self.mixing);
        let gap = self.sum / n - self.centre;
        let ln_ratio = 0.5 * (s2 / (s2 + n * t2)).ln() + n * n * t2 * gap * gap / (2.0 * s2 * (s2 + n * t2));
        self.p_value = self.p_value.min((-ln_ratio).exp());
        self.p_value
    }
}
