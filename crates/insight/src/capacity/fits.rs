//! What the levels of a search say of the system: laws of scalability, a queue, the plateau, and behaviour past it.
//!
//! Nothing is quoted as measured that the levels do not reach: a peak beyond them is a guess with a band, a queue whose
//! end was not seen is refused.

use stats::Interval;
use stats::knee::{Bend, kneedle, plateau};
use stats::queueing::{NoQueue, QueueFit, fit_queue};
use stats::recovery::{Band, Beyond, Moment, beyond, recovery_s};
use stats::scaling::{Linearity, efficiency, karp_flatt, linearity};
use stats::sla::Verdict;
use stats::usl::{self, Peak, Usl, Weights};

use super::{Level, Second, Settled};

/// Most servers that a queue is fitted with.
const SERVERS_MAX: u32 = 128;
/// Levels of load that a system can be in without anybody waiting for another: fewer users than this say nothing of
/// contention.
const SIZE_MIN: f64 = 1.0;
/// Recovered is who is not slower than this share above before, and does not fail more often than this.
const RECOVERED: Band = Band { latency: 0.2, errors: 0.01 };

/// The Universal Scalability Law as fitted, and what may be said of its peak.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The fit.
    pub usl: Usl,
    /// Its peak.
    pub peak: Peak,
    /// Lag-1 correlation of what it leaves; above 0.5 the law does not describe this system.
    pub misfit: f64,
}

/// How well the largest level uses what the smallest shows one can do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaled {
    /// The largest size: iterations under way at once.
    pub size: f64,
    /// Times the throughput of one.
    pub speed_up: f64,
    /// Share of `size` times the throughput of one.
    pub efficiency: f64,
    /// The share that cannot be divided, if the work is fixed (Amdahl; estimated as Karp and Flatt do).
    pub amdahl_serial: f64,
    /// The same if the work grows with the size (Gustafson).
    pub gustafson_serial: f64,
}

/// Where the curve of response times bends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knee {
    /// The load.
    pub load: f64,
    /// Mean response there, in seconds.
    pub response_s: f64,
}

/// What the levels say of the system.
#[derive(Debug, Clone, PartialEq)]
pub struct Laws {
    /// The Universal Scalability Law; `None` with fewer than four sizes of one or more.
    pub curve: Option<Curve>,
    /// Speed-up and serial shares at the largest size.
    pub scaled: Option<Scaled>,
    /// Whether throughput grows in proportion to size: verdict, slope of the logarithms, its interval.
    pub linearity: Option<(Linearity, f64, Interval)>,
    /// A queue with several servers, or why there is none.
    pub queue: Result<QueueFit, NoQueue>,
    /// Throughput at which the system stops following the load; `None` when it followed to the end. Open model only.
    pub plateau: Option<f64>,
    /// A visual aid, no finding: it says how far was tested.
    pub knee: Option<Knee>,
    /// How throughput behaves past its best.
    pub beyond: Beyond,
}

/// What the levels say. `open` tells whether loads are iterations a second rather than users.
pub fn laws(levels: &[Level], open: bool, level: f64) -> Laws {
    let mut usable: Vec<&Level> =
        levels.iter().filter(|one| one.throughput > 0.0 && one.starved.is_none()).collect();
    usable.sort_by(|a, b| a.offered.total_cmp(&b.offered));
    // In the open model nobody sets how many are under way; Little's law tells it, where the system has settled.
    let size = |one: &Level| if open { one.throughput * one.iteration_s } else { one.offered };
    let sized: Vec<usl::Level> = usable
        .iter()
        .filter(|one| !open || one.settled != Settled::Never)
        .map(|one| usl::Level { size: size(one), throughput: one.throughput })
        .filter(|one| one.size >= SIZE_MIN)
        .collect();
    let sizes: Vec<f64> = sized.iter().map(|one| one.size).collect();
    let throughputs: Vec<f64> = sized.iter().map(|one| one.throughput).collect();
    let curve = usl::fit(&sized, Weights::Relative).map(|usl| Curve {
        peak: usl.peak(runs_per_level(&usable), level),
        misfit: usl.misfit(),
        usl,
    });
    let scaled = curve.as_ref().and_then(|curve| scaled(curve.usl.one, &sized));
    let steady = usable.iter().filter(|one| one.settled != Settled::Never && one.verdict != Verdict::Fail);
    let points: Vec<(f64, f64)> =
        steady.filter(|one| one.requests > 0.0).map(|one| (one.requests, one.response_s)).collect();
    let offered: Vec<f64> = usable.iter().map(|one| one.offered).collect();
    let achieved: Vec<f64> = usable.iter().map(|one| one.throughput).collect();
    let responses: Vec<f64> = usable.iter().map(|one| one.response_s).collect();
    let pairs: Vec<(f64, f64)> = offered.iter().copied().zip(achieved.iter().copied()).collect();
    Laws {
        scaled,
        linearity: linearity(&sizes, &throughputs, level),
        queue: fit_queue(&points, SERVERS_MAX, level),
        plateau: if open { plateau(&offered, &achieved) } else { None },
        knee: kneedle(&offered, &responses, Bend::ConvexRising)
            .map(|at| Knee { load: offered[at], response_s: responses[at] }),
        beyond: if open { beyond(&pairs) } else { beyond_peak(&achieved) },
        curve,
    }
}

/// The fewest trials that any load had.
fn runs_per_level(sorted: &[&Level]) -> usize {
    let mut fewest = usize::MAX;
    let mut rest = sorted;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|one| one.offered <= first.offered * 1.001).count();
        fewest = fewest.min(same);
        rest = &rest[same..];
    }
    if fewest == usize::MAX { 0 } else { fewest }
}

fn scaled(one: f64, sized: &[usl::Level]) -> Option<Scaled> {
    let largest = sized.iter().max_by(|a, b| a.size.total_cmp(&b.size)).filter(|level| level.size > 1.5)?;
    let speed_up = largest.throughput / one;
    Some(Scaled {
        size: largest.size,
        speed_up,
        efficiency: efficiency(largest.throughput, largest.size, one),
        amdahl_serial: karp_flatt(speed_up, largest.size).clamp(0.0, 1.0),
        gustafson_serial: ((largest.size - speed_up) / (largest.size - 1.0)).clamp(0.0, 1.0),
    })
}

/// With users instead of a rate no load is offered that throughput could lag behind: its best is what counts.
fn beyond_peak(achieved: &[f64]) -> Beyond {
    let (at, best) = achieved
        .iter()
        .copied()
        .enumerate()
        .fold((0, 0.0), |best: (usize, f64), one| if one.1 > best.1 { one } else { best });
    match achieved[(at + 1).min(achieved.len())..].iter().copied().reduce(f64::min) {
        None => Beyond::NotReached,
        Some(worst) if worst >= 0.9 * best => Beyond::Graceful,
        Some(_) => Beyond::Collapse,
    }
}

/// Iterations under way by Little's law (throughput times length), next to how many were counted: by how much they
/// differ, as a share of the larger. `None` when nobody counted or nothing ended.
pub fn little_gap(level: &Level) -> Option<f64> {
    let (counted, told) = (level.in_flight?, level.throughput * level.iteration_s);
    let larger = counted.max(told);
    (larger > 0.0).then(|| (counted - told).abs() / larger)
}

/// Seconds from the end of an overload to the first of three in which the system is as it was before; `None` when it did
/// not recover. The overload lasts from second `from` to second `until`.
pub fn recovery(seconds: &[Second], from: usize, until: usize) -> Option<f64> {
    let moment = |(at, one): (usize, &Second)| {
        let latency = one.response_s()?;
        let errors = one.failed as f64 / one.requests.max(1) as f64;
        Some(Moment { at_s: at as f64, latency, errors })
    };
    let moments: Vec<Moment> = seconds.iter().enumerate().filter_map(moment).collect();
    recovery_s(&moments, from as f64, until as f64, RECOVERED)
}
