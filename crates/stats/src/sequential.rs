//! Decisions while a run goes on, which stay valid however often one looks.
//!
//! *Question*: can the run stop now? A fixed-size test looked at fifty times calls a good system bad in 32 % of runs
//! instead of 5 %. [`EProcess`] bets against "the rate is at most p0"; by Ville's inequality its value exceeds 1/α with
//! probability at most α at **any** time of stopping. *Misleads* when fed with dependent requests as if they were
//! independent; that is why [`UntilDecided`], which ends runs early, bets on the shares of slices instead and pays for
//! it with time. An end by effective counts was tried and rejected: a queue at its limit that happens to be calm for
//! twenty seconds shows neither bursts nor their dependence, and was passed in 9 % of runs instead of 2.5 %.
//! [`Sprt`] needs a definite alternative; [`MeanProcess`] is for means of slices.
//!
//! Sources: Wald 1945; Ville 1939; Johari et al., "Always Valid Inference", 2015; Grünwald et al., "Safe Testing", 2019;
//! Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", 2023.

use crate::batches::{Slice, design_effect, design_effect_growing};
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

/// Shares of the highest stake that [`Wager`] spreads its money over.
const STAKES: [f64; 7] = [0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 0.9];

/// A bet, slice by slice, that the mean of values is below (or above) a bound; valid whatever happens within a slice.
///
/// Its wealth exceeds 1/α with probability at most α if the bet is wrong (Waudby-Smith & Ramdas 2023).
#[derive(Debug, Clone, PartialEq)]
struct Wager {
    stake_max: f64,
    ln_wealth: [f64; STAKES.len()],
}

impl Wager {
    /// A wager whose gains are never below `-loss_max`.
    fn new(loss_max: f64) -> Self {
        Self { stake_max: 1.0 / loss_max, ln_wealth: [0.0; STAKES.len()] }
    }

    fn observe(&mut self, gain: f64) {
        for (wealth, stake) in self.ln_wealth.iter_mut().zip(STAKES) {
            *wealth += (stake * self.stake_max * gain).ln_1p();
        }
    }

    /// Logarithm of the mean wealth over all stakes.
    fn ln_evidence(&self) -> f64 {
        let most = self.ln_wealth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.ln_wealth.iter().map(|w| (w - most).exp()).sum();
        most + (sum / STAKES.len() as f64).ln()
    }
}

/// A decision about "the share of hits is less than `allowed`" that may be asked for after every slice.
///
/// Each slice of time counts as **one** observation, its share of hits, because requests of a slice share their fate; so
/// it takes about `6.8 / allowed` slices without a single hit to pass at 95 %. Resemblance between slices is made up for by dividing the
/// evidence by its design effect.
#[derive(Debug, Clone)]
pub struct UntilDecided {
    slices: Vec<Slice>,
    allowed: f64,
    for_pass: Wager,
    for_fail: Wager,
    bound: f64,
    decided: Option<Verdict>,
}

/// Evidence asked for beyond Ville's bound (a factor of two): a short calm stretch does not show how much slices resemble
/// each other, and without the margin a queue that remembers for a whole slice passes too often.
const MARGIN: f64 = std::f64::consts::LN_2;

/// Slices before the first decision: fewer do not show how much slices resemble each other.
const SLICES_MIN: usize = 20;

impl UntilDecided {
    /// Decides at a two-sided confidence `level`: each of PASS and FAIL is wrong with probability `(1 − level) / 2`.
    pub fn new(allowed: f64, level: f64) -> Self {
        Self {
            slices: Vec::new(),
            allowed,
            for_pass: Wager::new(1.0 - allowed),
            for_fail: Wager::new(allowed),
            bound: -(0.5 * (1.0 - level)).ln() + MARGIN,
            decided: None,
        }
    }

    /// Adds a slice of time and gives the verdict so far; a verdict once reached stays. Empty slices tell nothing.
    pub fn observe(&mut self, slice: Slice) -> Verdict {
        if let Some(verdict) = self.decided {
            return verdict;
        }
        if slice.total > 0 {
            let share = slice.hits as f64 / slice.total as f64;
            self.for_pass.observe(self.allowed - share);
            self.for_fail.observe(share - self.allowed);
            self.slices.push(slice);
        }
        let best = self.for_pass.ln_evidence().max(self.for_fail.ln_evidence());
        if self.slices.len() < SLICES_MIN || best < self.bound {
            return Verdict::Inconclusive;
        }
        // Only evidence that would be enough is worth the cost of measuring the dependence.
        let alone = design_effect(&self.slices).unwrap_or(1.0).max(1.0);
        let dependence = (design_effect_growing(&self.slices) / alone).max(1.0);
        if best / dependence >= self.bound {
            let passes = self.for_pass.ln_evidence() > self.for_fail.ln_evidence();
            self.decided = Some(if passes { Verdict::Pass } else { Verdict::Fail });
        }
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
