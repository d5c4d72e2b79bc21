//! §0, §13: distributions and their inverses to about 1e-10; random numbers.

use crate::close::{near, relative};
use plimsoll_stats::rng::Random;
use plimsoll_stats::special::{beta, binomial, chi2, fisher, gamma, normal, student};

#[test]
fn known_values() {
    let table: &[(&str, f64, f64)] = &[
        ("ln_gamma(0.5)", gamma::ln_gamma(0.5), 0.572_364_942_924_700_1),
        ("ln_gamma(100)", gamma::ln_gamma(100.0), 359.134_205_369_575_4),
        ("ln_gamma(3)", gamma::ln_gamma(3.0), std::f64::consts::LN_2),
        ("normal sf(1.96)", normal::sf(1.96), 0.024_997_895_148_220_435),
        ("normal sf(10)", normal::sf(10.0), 7.619_853_024_160_527e-24),
        ("normal quantile(.975)", normal::quantile(0.975), 1.959_963_984_540_054),
        ("normal quantile(1e-10)", normal::quantile(1e-10), -6.361_340_902_404_056),
        ("t quantile(.975, 4)", student::quantile(0.975, 4.0), 2.776_445_105_197_798_6),
        ("t quantile(.975, 19)", student::quantile(0.975, 19.0), 2.093_024_054_408_263),
        ("t quantile(.975, 1)", student::quantile(0.975, 1.0), 12.706_204_736_432_095),
        ("t quantile(.6, 2)", student::quantile(0.6, 2.0), 0.288_675_134_594_812_9),
        ("chi2 quantile(.95, 1)", chi2::quantile(0.95, 1.0), 3.841_458_820_694_124),
        ("chi2 quantile(.95, 10)", chi2::quantile(0.95, 10.0), 18.307_038_053_275_146),
        ("chi2 sf(2, 2)", chi2::sf(2.0, 2.0), (-1.0f64).exp()),
        ("F quantile(.95, 2, 10)", fisher::quantile(0.95, 2.0, 10.0), 4.102_821_015_303_716),
        ("beta cdf(.3, 2, 3)", beta::cdf(0.3, 2.0, 3.0), 0.3483),
        ("beta quantile(.5, 1, 2)", beta::quantile(0.5, 1.0, 2.0), 1.0 - 0.5f64.sqrt()),
        ("gamma cdf(3, 2)", gamma::cdf(3.0, 2.0), 1.0 - 4.0 * (-3.0f64).exp()),
        ("binomial pmf(3, 10, .3)", binomial::pmf(3, 10, 0.3), 0.266_827_932),
        ("binomial cdf(3, 10, .3)", binomial::cdf(3, 10, 0.3), 0.649_610_718_4),
        ("binomial sf(3, 10, .3)", binomial::sf(3, 10, 0.3), 0.350_389_281_6),
    ];
    for (what, got, expected) in table {
        relative(what, *got, *expected, 2e-10);
    }
}

#[test]
fn inverses_invert() {
    let probabilities = [1e-9, 1e-4, 0.025, 0.3, 0.5, 0.8, 0.975, 1.0 - 1e-6];
    for p in probabilities {
        relative("normal", normal::cdf(normal::quantile(p)), p, 1e-11);
        for df in [1.0, 2.5, 19.0, 400.0] {
            relative("student", student::cdf(student::quantile(p, df), df), p, 1e-10);
            relative("chi2", chi2::cdf(chi2::quantile(p, df), df), p, 1e-10);
            relative("fisher", fisher::cdf(fisher::quantile(p, df, 7.0), df, 7.0), p, 1e-9);
        }
        for (a, b) in [(0.5, 0.5), (2.0, 30.0), (1.0, 500.0), (950.0, 50.0), (1e6, 2e4)] {
            relative("beta", beta::cdf(beta::quantile(p, a, b), a, b), p, 1e-9);
        }
        let k = binomial::quantile(p, 1000, 0.9);
        assert!(binomial::cdf(k, 1000, 0.9) >= p && (k == 0 || binomial::cdf(k - 1, 1000, 0.9) < p));
    }
}

#[test]
fn tails_add_to_one_and_recurrences_hold_for_large_parameters() {
    for (a, b, x) in [(3.0, 4.0, 0.2f64), (1e5, 2e5, 0.3335), (2e6, 1e4, 0.995)] {
        let (lower, upper) = beta::tails(x, a, b);
        near("tails", lower + upper, 1.0, 1e-14);
        // I_x(a, b) − I_x(a + 1, b) = xᵃ (1 − x)ᵇ / (a B(a, b)).
        let step = (a * x.ln() + b * (-x).ln_1p() - beta::ln_beta(a, b)).exp() / a;
        near("recurrence", lower - beta::cdf(x, a + 1.0, b), step, 1e-9 * step.max(1e-3));
    }
}

#[test]
fn random_numbers_repeat_and_have_their_moments() {
    let (mut one, mut two) = (Random::new(7), Random::new(7));
    assert!((0..100).all(|_| one.bits() == two.bits()));
    assert_ne!(Random::new(8).bits(), Random::new(7).bits());
    let mut random = Random::new(1);
    let n = 200_000;
    let normals: Vec<f64> = (0..n).map(|_| random.normal()).collect();
    near("mean", plimsoll_stats::describe::mean(&normals), 0.0, 0.01);
    near("variance", plimsoll_stats::describe::variance(&normals), 1.0, 0.02);
    let exponentials: Vec<f64> = (0..n).map(|_| random.exponential()).collect();
    near("mean", plimsoll_stats::describe::mean(&exponentials), 1.0, 0.01);
    let mut seen = [0; 3];
    (0..30_000).for_each(|_| seen[random.below(3)] += 1);
    assert!(seen.iter().all(|n| (9_500..10_500).contains(n)), "{seen:?}");
}
