//! §4, §5, §6: scalability, queues, knees, the search.

use crate::close::{ends, near, relative};
use crate::data::{CISCO, MISRA1A, PUROMYCIN};
use plimsoll_stats::fit::least_squares;
use plimsoll_stats::knee::{Bend, kneedle, plateau};
use plimsoll_stats::queueing::{
    NoQueue, Queue, closed_network, erlang_b, erlang_c, fit_queue, kingman, knee_exact, knee_rule,
    saturation_users,
};
use plimsoll_stats::scaling::{
    Linearity, amdahl, efficiency, efficiency_drops, gustafson, karp_flatt, linearity,
};
use plimsoll_stats::search::{Answer, Limits, Reason, Search, Trial};
use plimsoll_stats::sla::Verdict;
use plimsoll_stats::usl::{Level, Peak, Usl, Weights, fit, throughput};

const SPECSDM: [(f64, f64); 7] = [
    (1.0, 64.9),
    (18.0, 995.9),
    (36.0, 1652.4),
    (72.0, 1853.2),
    (108.0, 1828.9),
    (144.0, 1775.0),
    (216.0, 1702.2),
];
const RAYTRACER: [(f64, f64); 11] = [
    (1.0, 20.0),
    (4.0, 78.0),
    (8.0, 130.0),
    (12.0, 170.0),
    (16.0, 190.0),
    (20.0, 200.0),
    (24.0, 210.0),
    (28.0, 230.0),
    (32.0, 260.0),
    (48.0, 280.0),
    (64.0, 310.0),
];

fn levels(points: &[(f64, f64)]) -> Vec<Level> {
    points.iter().map(|(size, throughput)| Level { size: *size, throughput: *throughput }).collect()
}

fn law(points: &[(f64, f64)]) -> Usl {
    fit(&levels(points), Weights::Absolute).expect("can be fitted")
}

fn cisco(n: usize) -> Vec<(f64, f64)> {
    CISCO.iter().take(n).enumerate().map(|(i, x)| ((i + 1) as f64, *x)).collect()
}

fn near_law(what: &str, found: &Usl, a: f64, b: f64, one: f64, tolerance: f64) {
    relative(&format!("{what}: contention"), found.contention, a, tolerance);
    relative(&format!("{what}: coherency"), found.coherency, b, tolerance);
    relative(&format!("{what}: throughput of one"), found.one, one, tolerance);
}

/// §5.1, A12: published fits.
#[test]
fn scalability_laws() {
    let synthetic = [(1.0, 1.0), (2.0, 1.8868), (4.0, 3.0769), (6.0, 3.5294), (8.0, 3.5398), (10.0, 3.3557)];
    let found = law(&synthetic);
    near_law("synthetic", &found, 0.020_005_761, 0.019_999_665_3, 1.000_005, 1e-4);
    near("synthetic peak", found.peak_size().expect("has one"), 7.0, 1e-3);
    let found = law(&SPECSDM);
    near_law("specsdm91", &found, 0.027_728_476, 1.043_654_838e-4, 89.995_233, 1e-4);
    relative("squares", found.squares(), 27_453.719_6, 1e-6);
    near("sigma", found.deviation(), 82.85, 0.01);
    let errors = found.errors().map(|e| e.expect("free"));
    for (got, expected) in errors.into_iter().zip([9.122e-3, 1.988e-5, 14.21]) {
        relative("standard error", got, expected, 1e-3);
    }
    let [a, b, one] = found.intervals(0.95).map(|i| i.expect("free"));
    ends("contention", a, 0.002_40, 0.053_05, 1e-5);
    ends("coherency", b, 4.918e-5, 1.595_5e-4, 1e-8);
    ends("one", one, 50.53, 129.46, 0.01);
    near("peak", found.peak_size().expect("has one"), 96.519_56, 0.01);
    near("peak throughput", found.throughput(96.519_56), 1_883.90, 0.2);
    ends("peak interval", found.peak_size_interval(0.95).expect("has one"), 71.56, 121.47, 0.02);
    near("useful size", found.useful_size(), 36.064_01, 0.005);
    near("asymptote", found.asymptote(), 3_245.589, 0.4);
    let fitted = [90.0, 1078.0, 1541.0, 1850.0, 1879.0, 1822.0, 1646.0];
    let efficiencies = [0.7211, 0.6148, 0.5100, 0.2860, 0.1882, 0.1370, 0.0876];
    for (((n, x), fitted), share) in SPECSDM.iter().zip(fitted).zip(efficiencies) {
        near("fitted", found.throughput(*n), fitted, 0.51);
        near("efficiency", efficiency(*x, *n, found.one), share, 1e-4);
    }
    for (n, useful, contention, coherency) in
        [(2.0, 0.5, 0.0139, 0.000_052_2), (4.0, 0.25, 0.0208, 0.000_156_5)]
    {
        let (u, a, b) = found.overhead(n);
        near("useful", u, useful, 1e-12);
        near("contention", a, contention, 5.1e-5);
        near("coherency", b, coherency, 6e-8);
    }
}

/// §5.1, A12: a fit whose coherency would be negative is Amdahl's law, and no peak is claimed.
#[test]
fn bounds_of_the_law() {
    let found = law(&RAYTRACER);
    near("contention", found.contention, 0.057_770_8, 6e-6);
    assert_eq!(found.coherency, 0.0);
    near("one", found.one, 21.848_843, 2e-3);
    near("squares", found.squares(), 697.238, 0.01);
    near("asymptote", found.asymptote(), 378.2, 0.1);
    assert_eq!(found.peak(5, 0.95), Peak::None);
    assert_eq!(found.intervals(0.95)[1], None, "no interval at a bound");
    let found = law(&RAYTRACER[..6]);
    near_law("first six", &found, 0.024_444_0, 0.001_626_81, 20.856_05, 1e-4);
    let [a, b, one] = found.intervals(0.95).map(|i| i.expect("free"));
    ends("contention", a, -0.002_26, 0.051_15, 1e-5);
    ends("coherency", b, 0.000_795, 0.002_459, 1e-6);
    ends("one", one, 18.347, 23.365, 1e-3);
    let found = law(&RAYTRACER[..5]);
    near("first five", found.contention, 0.028, 5e-4);
    near("first five", found.coherency, 0.001, 5e-4);
    near("first five", found.one, 21.059, 1e-3);
    assert_eq!(fit(&levels(&RAYTRACER[..3]), Weights::Absolute), None);
}

/// §5.1, A12, A13: the router, its inverses and how it extrapolates.
#[test]
fn router() {
    let found = law(&cisco(32));
    near_law("cisco", &found, 0.026_715_91, 7.690_945e-4, 995.648_6, 1e-4);
    for (n, x) in [(1.0, 995.648_772), (20.0, 11_063.633_126), (35.0, 12_341.745_655)] {
        relative("throughput", found.throughput(n), x, 1e-5);
    }
    near("latency", found.latency(20.0), 0.001_807_72, 1e-7);
    near("peak", found.peak_size().expect("has one"), 35.574, 0.005);
    ends("peak", found.peak_size_interval(0.95).expect("has one"), 31.64, 39.51, 0.02);
    for (x, operating, past) in [(11_048.0, 19.924, 63.516), (12_201.0, 29.569, 42.798)] {
        let (low, high) = found.size_at_throughput(x).expect("reached");
        near("operating point", low, operating, 2e-3);
        near("past the peak", high.expect("has one"), past, 5e-3);
    }
    assert_eq!(found.size_at_throughput(20_000.0), None);
    for n in [2.0, 10.0, 30.0] {
        near("round trip", found.size_at_throughput(found.throughput(n)).expect("reached").0, n, 1e-9);
        near("round trip", found.size_at_latency(found.latency(n)).expect("reached"), n, 1e-9);
    }
    assert!(found.misfit() > 0.7, "the residuals wander: {}", found.misfit());
    assert!(matches!(found.peak(3, 0.95), Peak::Measured { .. }));
    assert!(matches!(found.peak(1, 0.95), Peak::Extrapolated { .. }), "one run a level is not enough");
    let first_ten = law(&cisco(10));
    near_law("first ten", &first_ten, 0.017_002_8, 4.465_39e-4, 938.379, 2e-4);
    for (latency, n) in [(0.0012, 7.230_63), (0.0016, 20.251_07), (0.0020, 29.888_90)] {
        relative("size at latency", first_ten.size_at_latency(latency).expect("reached"), n, 2e-4);
    }
    assert!(!matches!(first_ten.peak(3, 0.95), Peak::Measured { .. }), "ten levels do not show the peak");
    for (n, peak) in [(8, 56.0), (10, 47.0), (12, 22.8), (16, 22.5), (20, 24.4)] {
        near("what fewer points foretell", law(&cisco(n)).peak_size().expect("has one"), peak, 0.6);
    }
}

/// §5.1: weights by throughput recover the law where noise is a share of it.
#[test]
fn relative_weights() {
    let exact: Vec<(f64, f64)> = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]
        .iter()
        .map(|n| (*n, throughput(0.03, 0.0005, 1_000.0, *n)))
        .collect();
    let found = fit(&levels(&exact), Weights::Relative).expect("can be fitted");
    near_law("exact", &found, 0.03, 0.0005, 1_000.0, 1e-7);
    near("peak", found.peak_size().expect("has one"), 44.045, 1e-3);
}

/// §5.1, A14: the solver against NIST's Misra1a and R's Puromycin.
#[test]
fn certified_fits() {
    for start in [[500.0, 1e-4], [250.0, 5e-4]] {
        let found = least_squares(&start, |p| {
            MISRA1A.iter().map(|(y, x)| p[0] * (1.0 - (-p[1] * x).exp()) - y).collect()
        })
        .expect("can be fitted");
        relative("b1", found.parameters[0], 238.942_129_18, 1e-8);
        relative("b2", found.parameters[1], 5.501_564_318_1e-4, 1e-8);
        relative("se b1", found.error(0), 2.707_007_524_1, 1e-6);
        relative("se b2", found.error(1), 7.266_868_843_6e-6, 1e-6);
        relative("squares", found.squares, 0.124_551_388_94, 1e-8);
        relative("deviation", found.deviation(), 0.101_878_763_30, 1e-8);
    }
    let found = least_squares(&[200.0, 0.05], |p| {
        PUROMYCIN.iter().map(|(c, rate)| p[0] * c / (p[1] + c) - rate).collect()
    })
    .expect("can be fitted");
    near("Vm", found.parameters[0], 212.68, 0.01);
    near("K", found.parameters[1], 0.064_12, 1e-5);
    near("se Vm", found.error(0), 6.947, 1e-3);
    near("se K", found.error(1), 0.008_281, 1e-6);
    relative("squares", found.squares, 1_195.448_81, 1e-8);
    near("deviation", found.deviation(), 10.93, 0.005);
    // The same curve in the form of Amdahl's law leaves the same squares.
    let found = least_squares(&[0.9, 200.0], |p| {
        PUROMYCIN.iter().map(|(c, rate)| throughput(p[0], 0.0, p[1], *c) - rate).collect()
    })
    .expect("can be fitted");
    near("contention", found.parameters[0], 0.939_742_5, 1e-6);
    near("se contention", found.error(0), 0.007_313_0, 1e-6);
    near("throughput of one", found.parameters[1], 199.867_95, 1e-4);
    near("se throughput of one", found.error(1), 5.431_69, 1e-4);
    relative("squares", found.squares, 1_195.448_81, 1e-8);
}

/// §5.2: the classic laws, and why a correlation is no proof of linearity.
#[test]
fn classic_laws() {
    let table = [
        (2.0, 1.9048, 1.95),
        (4.0, 3.4783, 3.85),
        (8.0, 5.9259, 7.65),
        (16.0, 9.1429, 15.25),
        (64.0, 15.4217, 60.85),
    ];
    for (n, by_amdahl, by_gustafson) in table {
        near("Amdahl", amdahl(0.05, n), by_amdahl, 5.1e-5);
        near("Gustafson", gustafson(0.05, n), by_gustafson, 1e-12);
    }
    near("Karp–Flatt", karp_flatt(5.9259, 8.0), 0.05, 1e-5);
    let (sizes, rates): (Vec<f64>, Vec<f64>) = RAYTRACER.iter().copied().unzip();
    near("correlation", plimsoll_stats::describe::correlation(&sizes, &rates), 0.905, 5e-4);
    near("efficiency", efficiency(310.0, 64.0, 20.0), 0.24, 0.003);
    assert_eq!(linearity(&sizes, &rates, 0.95).expect("enough levels").0, Linearity::Sublinear);
    let few = [1.0, 2.0, 4.0, 8.0];
    let halved: Vec<f64> = few.iter().map(|n| amdahl(0.5, *n)).collect();
    near("correlation", plimsoll_stats::describe::correlation(&few, &halved), 0.913, 5e-4);
    let retrograde: Vec<f64> = few.iter().map(|n| throughput(0.05, 0.03, 1.0, *n)).collect();
    near("correlation", plimsoll_stats::describe::correlation(&few, &retrograde), 0.816, 5e-4);
    let straight: Vec<f64> = few.iter().zip([1.0, 0.99, 1.01, 1.0]).map(|(n, e)| n * 10.0 * e).collect();
    assert_eq!(linearity(&few, &straight, 0.95).expect("enough levels").0, Linearity::Linear);
    assert_eq!(efficiency_drops(&few, &halved, 0.2), [(1.0, 2.0), (2.0, 4.0)]);
}

/// §5.3, A15: Erlang, response times and their tails.
#[test]
fn queues() {
    let table = [
        (1, 0.8, 0.800_000, 4.000_000, 5.000_000, 14.978_66, 23.025_85),
        (2, 0.8, 0.711_111, 1.777_778, 2.777_778, 7.910_68, 11.937_37),
        (4, 0.8, 0.596_432, 0.745_541, 1.745_541, 4.738_02, 6.893_20),
        (8, 0.8, 0.457_645, 0.286_028, 1.286_028, 3.508_44, 5.152_18),
        (8, 0.9, 0.701_533, 0.876_916, 1.876_916, 4.925_15, 7.087_35),
        (16, 0.9, 0.591_343, 0.369_590, 1.369_590, 3.623_54, 5.269_83),
    ];
    for (servers, load, c, wait, response, p95, p99) in table {
        let queue = Queue { servers, rate: 1.0 };
        let arrivals = load * f64::from(servers);
        near("Erlang C", erlang_c(servers, load), c, 1e-6);
        near("wait", queue.wait(arrivals), wait, 1e-6);
        near("response", queue.response(arrivals), response, 1e-6);
        near("p95", queue.percentile(arrivals, 0.95), p95, 1e-5);
        near("p99", queue.percentile(arrivals, 0.99), p99, 1e-5);
    }
    near("Erlang B", erlang_b(10, 5.0), 0.018_384_6, 1e-7);
    near("Erlang B", erlang_b(100, 84.06), 0.009_991_7, 1e-6);
    for (cv2, wait) in [(0.0, 2.0), (1.0, 4.0), (4.0, 10.0)] {
        near("Kingman", kingman(0.8, 1.0, cv2, 1.0), wait, 1e-12);
    }
    // §6: the toy server of the search's oracle.
    let queue = Queue { servers: 1, rate: 100.0 };
    for (q, limit, rate) in [(0.95, 0.1, 70.043), (0.99, 0.1, 53.948), (0.95, 0.05, 40.085)] {
        near("breaking point", queue.arrivals_within(q, limit), rate, 1e-3);
    }
    assert!(queue.response(100.0).is_infinite() && queue.percentile(120.0, 0.5).is_infinite());
    let rules = [0.5, 0.5774, 0.6687, 0.7598, 0.8377, 0.8965, 0.9369];
    let exact = [0.5, 0.5774, 0.6650, 0.7450, 0.8107, 0.8617, 0.9000];
    for (i, (rule, exact)) in rules.into_iter().zip(exact).enumerate() {
        near("rule of thumb", knee_rule(1 << i), rule, 5.1e-5);
        near("exact knee", knee_exact(1 << i), exact, 1.5e-4);
    }
}

/// §4, A15: exact mean value analysis of closed networks.
#[test]
fn closed_networks() {
    let demands = [0.605, 2.1, 1.35];
    for (n, response, throughput) in
        [(1, 4.055, 0.052_480), (2, 4.401_288, 0.103_086), (3, 4.799_825, 0.151_516)]
    {
        let (r, x) = closed_network(&demands, 15.0, n);
        near("response", r, response, 1e-6);
        near("throughput", x, throughput, 1e-6);
    }
    let demands = [0.005, 0.010, 0.003];
    near("saturation", saturation_users(&demands, 1.0), 101.8, 1e-9);
    for (n, throughput) in [(50, 48.597_688), (100, 91.653_577), (200, 100.0)] {
        near("throughput", closed_network(&demands, 1.0, n).1, throughput, 1e-6);
    }
    near("response", closed_network(&demands, 1.0, 200).0, 1.0, 1e-6);
}

/// §5.3: fits of measured response times, and when they are refused.
#[test]
fn fitted_queues() {
    let truth = Queue { servers: 4, rate: 25.0 };
    let measure = |loads: &[f64]| -> Vec<(f64, f64)> {
        let noise = [1.01, 0.99, 1.02, 0.985, 1.005, 0.995];
        loads.iter().zip(noise.iter().cycle()).map(|(a, e)| (*a, truth.response(*a) * e)).collect()
    };
    let found = fit_queue(&measure(&[20.0, 40.0, 60.0, 75.0, 85.0, 92.0]), 16, 0.95).expect("can be fitted");
    assert_eq!(found.queue.servers, 4);
    assert!(found.capacity.contains(100.0) && found.capacity.width() < 10.0, "{found:?}");
    assert_eq!(fit_queue(&measure(&[1.0, 2.0]), 16, 0.95), Err(NoQueue::TooFewLoads));
    let low = fit_queue(&measure(&[5.0, 10.0, 15.0, 20.0]), 2, 0.95);
    assert!(matches!(low, Err(NoQueue::LoadTooLow)), "{low:?}");
    let odd = [(10.0, 1.0), (20.0, 0.1), (30.0, 2.0), (40.0, 0.05)];
    assert_eq!(fit_queue(&odd, 8, 0.95), Err(NoQueue::Misfit));
}

/// §6, A20: Kneedle's cases, and that its knee is a property of how far one tested.
#[test]
fn knees() {
    let x: Vec<f64> = (0..10).map(f64::from).collect();
    let concave = [0.0, 60.0, 80.0, 85.0, 90.0, 95.0, 96.0, 97.0, 98.0, 99.0];
    let convex = [1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 15.0, 20.0, 40.0, 100.0];
    let reversed = |v: [f64; 10]| v.iter().rev().copied().collect::<Vec<_>>();
    let ninths: Vec<f64> = x.iter().map(|i| i / 9.0).collect();
    let figure: Vec<f64> = ninths.iter().map(|x| -1.0 / (x + 0.1) + 5.0).collect();
    assert_eq!(kneedle(&ninths, &figure, Bend::ConcaveRising), Some(2));
    near("x", ninths[2], 0.2222, 5e-5);
    near("y", figure[2], 1.8966, 5e-5);
    assert_eq!(kneedle(&x, &concave, Bend::ConcaveRising), Some(2));
    assert_eq!(kneedle(&x, &convex, Bend::ConvexRising), Some(7));
    assert_eq!(kneedle(&x, &reversed(convex), Bend::ConvexFalling), Some(2));
    assert_eq!(kneedle(&x, &reversed(concave), Bend::ConcaveFalling), Some(7));
    for (largest, knee) in [(0.8, 0.553), (0.9, 0.684), (0.95, 0.776), (0.99, 0.900), (0.999, 0.968)] {
        let loads: Vec<f64> = (0..=10_000).map(|i| largest * f64::from(i) / 10_000.0).collect();
        let waits: Vec<f64> = loads.iter().map(|r| 1.0 / (1.0 - r)).collect();
        let at = kneedle(&loads, &waits, Bend::ConvexRising).expect("bends");
        near("knee of 1/(1 − r)", loads[at], knee, 1e-3);
    }
    assert_eq!(kneedle(&x, &[1.0; 10], Bend::ConcaveRising), None);
    let offered: Vec<f64> = (1..=100).map(|i| 2.0 * f64::from(i)).collect();
    let achieved: Vec<f64> = offered.iter().map(|o| o.min(100.0)).collect();
    near("plateau", plateau(&offered, &achieved).expect("has one"), 100.0, 1e-9);
    assert_eq!(plateau(&offered, &offered), None);
}

/// The search as a state machine, against targets with a sharp limit.
#[test]
fn search_for_capacity() {
    let run = |limit: f64, limits: Limits, mut judge: Box<dyn FnMut(f64, f64) -> Trial>| -> (Search, usize) {
        let mut search = Search::new(limits);
        let mut trials = 0;
        while let Some(plan) = search.next() {
            trials += 1;
            assert!(trials < 200, "the search for {limit} ends");
            search.observe(judge(plan.load, plan.seconds));
        }
        (search, trials)
    };
    for limit in [3.0, 70.043, 950.0] {
        let sharp =
            move |load: f64, _: f64| Trial::Judged(if load <= limit { Verdict::Pass } else { Verdict::Fail });
        let (search, trials) = run(limit, Limits::from(50.0), Box::new(sharp));
        let Some(Answer::Bracket { kept, not_kept }) = search.answer() else {
            panic!("{:?}", search.answer())
        };
        assert!(kept <= limit && limit < not_kept && not_kept / kept <= 1.05, "{kept} {not_kept}");
        assert!(trials < 20, "{trials}");
    }
    let all = |_: f64, _: f64| Trial::Judged(Verdict::Pass);
    assert_eq!(
        run(0.0, Limits { load_max: 200.0, ..Limits::from(50.0) }, Box::new(all)).0.answer(),
        Some(Answer::AtLeast(200.0))
    );
    let none = |_: f64, _: f64| Trial::Judged(Verdict::Fail);
    assert_eq!(
        run(0.0, Limits { load_min: 10.0, ..Limits::from(50.0) }, Box::new(none)).0.answer(),
        Some(Answer::Below(10.0))
    );
    let weak = |load: f64, _: f64| if load > 100.0 { Trial::Invalid } else { Trial::Judged(Verdict::Pass) };
    let found = run(0.0, Limits::from(50.0), Box::new(weak)).0.answer();
    assert_eq!(found, Some(Answer::GeneratorLimit { kept: Some(75.0), load: 112.5 }));
    // Inconclusive trials are repeated for twice as long, up to the longest.
    let mut search = Search::new(Limits::from(50.0));
    let mut lengths = Vec::new();
    while let Some(plan) = search.next() {
        if plan.load < 50.0 {
            break;
        }
        lengths.push(plan.seconds);
        search.observe(Trial::Judged(Verdict::Inconclusive));
    }
    assert_eq!(lengths, [60.0, 120.0, 240.0, 480.0, 960.0]);
    // A confirmation that fails gives up the lower end.
    let mut search = Search::new(Limits { ratio: 2.0, ..Limits::from(50.0) });
    search.observe(Trial::Judged(Verdict::Pass));
    search.observe(Trial::Judged(Verdict::Fail));
    assert_eq!(search.next().map(|p| (p.load, p.reason)), Some((50.0, Reason::Confirm)));
    search.observe(Trial::Judged(Verdict::Fail));
    assert_eq!(search.bracket(), (None, Some(50.0)));
    assert!(search.answer().is_none() && search.next().is_some_and(|p| p.load < 50.0));
}
