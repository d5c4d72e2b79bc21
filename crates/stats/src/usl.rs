//! The Universal Scalability Law: what contention and coherency cost as load or size grows.
//!
//! *Question*: how does throughput grow with N users (or nodes), and is there a peak? `X(N) = γN / (1 + α(N−1) +
//! βN(N−1))`: γ is the throughput of one, α contention, β coherency; β = 0 is Amdahl's law. *Misleads* as a prophet:
//! on a well-known data set the first 10 points predict a peak of 16,100/s, all 32 show 12,300/s. So a peak is quoted
//! only where the data reach it: see [`Peak`]. Intervals that some packages print for it are wrong (Student's quantile
//! with the wrong degrees of freedom and side); here they are t(0.975, n − 3), and none at a bound, where they do not hold.
//!
//! Source: Gunther, "Guerrilla Capacity Planning", 2007; Schwartz, "Practical Scalability Analysis with the USL".

use crate::Interval;
use crate::fit::{Fitted, least_squares};
use crate::special::{positive, student};

/// A point of a scalability test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Users, nodes or threads: 1 or more.
    pub size: f64,
    /// Throughput at that size, per second.
    pub throughput: f64,
}

/// How the points count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// All throughputs have the same absolute noise: what the published fits use.
    Absolute,
    /// Noise is a share of the throughput, as it is in load tests.
    Relative,
}

/// A fitted law.
#[derive(Debug, Clone, PartialEq)]
pub struct Usl {
    /// Share of work that is serial.
    pub contention: f64,
    /// Cost of keeping all consistent with all.
    pub coherency: f64,
    /// Throughput of one.
    pub one: f64,
    /// Covariance and residuals of the free parameters, in the order contention, coherency, one.
    fitted: Fitted,
    /// Which of the three parameters were free.
    free: [bool; 3],
    levels: Vec<Level>,
}

/// The peak of throughput, and whether it may be quoted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Peak {
    /// The data reach (nearly) to the peak and determine it.
    Measured {
        /// Size at the peak.
        size: f64,
        /// Interval of the size (delta method on its logarithm).
        size_interval: Interval,
        /// Throughput at the peak.
        throughput: f64,
    },
    /// The law has a peak, but beyond what the data can tell; show it as a guess, with its band.
    Extrapolated {
        /// Size at the peak.
        size: f64,
        /// Interval of the size; often enormous.
        size_interval: Interval,
    },
    /// Coherency is not distinguishable from 0: no peak is claimed.
    None,
}

/// Throughput at `size` by the law.
pub fn throughput(contention: f64, coherency: f64, one: f64, size: f64) -> f64 {
    one * size / (1.0 + contention * (size - 1.0) + coherency * size * (size - 1.0))
}

/// Fits the law with `0 ≤ α ≤ 1`, `β ≥ 0`; `None` below four levels or when throughput is not above 0.
pub fn fit(levels: &[Level], weights: Weights) -> Option<Usl> {
    if levels.len() < 4 || levels.iter().any(|l| !positive(l.size) || l.size < 1.0 || !positive(l.throughput))
    {
        return None;
    }
    let shapes: [[bool; 3]; 4] =
        [[true, true, true], [true, false, true], [false, true, true], [false, false, true]];
    let mut best: Option<Usl> = None;
    for free in shapes {
        if let Some(found) = fit_shape(levels, weights, free) {
            let feasible =
                (0.0..=1.0).contains(&found.contention) && found.coherency >= 0.0 && found.one > 0.0;
            if feasible && best.as_ref().is_none_or(|b| found.fitted.squares < b.fitted.squares) {
                best = Some(found);
            }
            if feasible && free == [true; 3] {
                break;
            }
        }
    }
    best
}

/// Fits with some parameters fixed at 0, from several starts.
fn fit_shape(levels: &[Level], weights: Weights, free: [bool; 3]) -> Option<Usl> {
    let first = levels.iter().map(|l| l.throughput / l.size).fold(0.0, f64::max);
    let spread = move |parameters: &[f64]| -> [f64; 3] {
        let mut next = parameters.iter();
        free.map(|is_free| if is_free { *next.next().expect("one a free parameter") } else { 0.0 })
    };
    let residuals = |parameters: &[f64]| -> Vec<f64> {
        let [a, b, scaled] = spread(parameters);
        levels
            .iter()
            .map(|l| {
                let weight = if weights == Weights::Relative { l.throughput } else { first };
                (throughput(a, b, scaled * first, l.size) - l.throughput) / weight
            })
            .collect()
    };
    let mut best: Option<Fitted> = None;
    for (a, b) in [(0.01, 1e-4), (0.1, 0.01), (0.3, 1e-6)] {
        let start: Vec<f64> =
            [a, b, 1.0].into_iter().zip(free).filter(|(_, is_free)| *is_free).map(|(v, _)| v).collect();
        if let Some(found) = least_squares(&start, residuals)
            && best.as_ref().is_none_or(|b| found.squares < b.squares)
        {
            best = Some(found);
        }
    }
    let mut fitted = best?;
    let [contention, coherency, scaled] = spread(&fitted.parameters);
    // Throughput was scaled to about 1 for the fit: scale its parameter and residuals back.
    let last = fitted.parameters.len() - 1;
    fitted.parameters[last] = scaled * first;
    for i in 0..=last {
        fitted.covariance[i][last] *= first;
        fitted.covariance[last][i] *= first;
    }
    if weights == Weights::Absolute {
        fitted.squares *= first * first;
    }
    Some(Usl { contention, coherency, one: scaled * first, fitted, free, levels: levels.to_vec() })
}

impl Usl {
    /// Throughput at `size`.
    pub fn throughput(&self, size: f64) -> f64 {
        throughput(self.contention, self.coherency, self.one, size)
    }

    /// Mean latency at `size` in seconds, by Little's law.
    pub fn latency(&self, size: f64) -> f64 {
        size / self.throughput(size)
    }

    /// Sum of squared residuals, in the weights of the fit.
    pub fn squares(&self) -> f64 {
        self.fitted.squares
    }

    /// Residual standard deviation, in the weights of the fit.
    pub fn deviation(&self) -> f64 {
        self.fitted.deviation()
    }

    /// Standard errors of contention, coherency and the throughput of one; `None` for a parameter at its bound.
    pub fn errors(&self) -> [Option<f64>; 3] {
        let mut next = 0;
        self.free.map(|is_free| {
            is_free.then(|| {
                next += 1;
                self.fitted.error(next - 1)
            })
        })
    }

    /// Intervals of contention, coherency and the throughput of one; `None` for a parameter at its bound.
    pub fn intervals(&self, level: f64) -> [Option<Interval>; 3] {
        let t = student::quantile(0.5 + 0.5 * level, self.fitted.df);
        let values = [self.contention, self.coherency, self.one];
        let errors = self.errors();
        [0, 1, 2].map(|i| errors[i].map(|e| Interval::new(values[i] - t * e, values[i] + t * e, level)))
    }

    /// Size at which throughput peaks; `None` without coherency cost.
    pub fn peak_size(&self) -> Option<f64> {
        (self.coherency > 0.0).then(|| ((1.0 - self.contention) / self.coherency).sqrt())
    }

    /// What Amdahl's law with this contention approaches, per second; infinite without contention.
    pub fn asymptote(&self) -> f64 {
        self.one / self.contention
    }

    /// Size beyond which more brings little: 1 / contention.
    pub fn useful_size(&self) -> f64 {
        1.0 / self.contention
    }

    /// The peak, and whether it may be quoted: the largest level must reach 0.7 of it, there must be six levels, three
    /// runs a level, and coherency's interval must exclude 0.
    pub fn peak(&self, runs_per_level: usize, level: f64) -> Peak {
        let (Some(size), [_, Some(coherency), _]) = (self.peak_size(), self.intervals(level)) else {
            return Peak::None;
        };
        if coherency.lower <= 0.0 || !self.free[0] {
            return Peak::None;
        }
        let gradient = [-0.5 / (1.0 - self.contention), -0.5 / self.coherency, 0.0];
        let t = student::quantile(0.5 + 0.5 * level, self.fitted.df);
        let half = t * self.fitted.variance_of(&gradient).sqrt();
        let size_interval = Interval::new(size * (-half).exp(), size * half.exp(), level);
        let largest = self.levels.iter().map(|l| l.size).fold(0.0, f64::max);
        let mut sizes: Vec<f64> = self.levels.iter().map(|l| l.size).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        if largest >= 0.7 * size && sizes.len() >= 6 && runs_per_level >= 3 {
            Peak::Measured { size, size_interval, throughput: self.throughput(size) }
        } else {
            Peak::Extrapolated { size, size_interval }
        }
    }

    /// Interval of the peak's size by the delta method on the size itself, as textbooks print it.
    pub fn peak_size_interval(&self, level: f64) -> Option<Interval> {
        let size = self.peak_size()?;
        if self.free != [true; 3] {
            return None;
        }
        let gradient = [-0.5 * size / (1.0 - self.contention), -0.5 * size / self.coherency, 0.0];
        let half =
            student::quantile(0.5 + 0.5 * level, self.fitted.df) * self.fitted.variance_of(&gradient).sqrt();
        Some(Interval::new(size - half, size + half, level))
    }

    /// Sizes at which throughput is `x`: the operating point and, if coherency has a cost, the one past the peak.
    /// `None` when the law never reaches it.
    pub fn size_at_throughput(&self, x: f64) -> Option<(f64, Option<f64>)> {
        let linear = self.contention - self.coherency - self.one / x;
        let constant = 1.0 - self.contention;
        if self.coherency == 0.0 {
            let size = -constant / linear;
            return (linear < 0.0).then_some((size, None));
        }
        let root = linear * linear - 4.0 * self.coherency * constant;
        if root < 0.0 || linear >= 0.0 {
            return None;
        }
        let large = (-linear + root.sqrt()) / (2.0 * self.coherency);
        Some((constant / (self.coherency * large), Some(large)))
    }

    /// Size at which the mean latency is `latency` seconds.
    pub fn size_at_latency(&self, latency: f64) -> Option<f64> {
        let linear = self.contention - self.coherency;
        let constant = 1.0 - self.contention - self.one * latency;
        if self.coherency == 0.0 {
            return (linear > 0.0).then_some(-constant / linear);
        }
        let root = linear * linear - 4.0 * self.coherency * constant;
        (root >= 0.0).then(|| (-linear + root.sqrt()) / (2.0 * self.coherency))
    }

    /// Shares of the time at `size` that are useful work, contention and coherency, relative to one alone.
    pub fn overhead(&self, size: f64) -> (f64, f64, f64) {
        (1.0 / size, self.contention * (size - 1.0) / size, self.coherency * (size - 1.0) / 2.0)
    }

    /// Lag-1 autocorrelation of the residuals in order of size: far from 0, the law does not fit and intervals are too
    /// narrow.
    pub fn misfit(&self) -> f64 {
        let mut ordered = self.levels.clone();
        ordered.sort_by(|a, b| a.size.total_cmp(&b.size));
        let rest: Vec<f64> = ordered.iter().map(|l| l.throughput - self.throughput(l.size)).collect();
        crate::describe::autocorrelation(&rest, 1)
    }
}
