//! §5.4: lines, prediction intervals, dates, smoothing.

use crate::close::{ends, near, relative};
use crate::data::{AIR, CARS, OIL, PASSENGERS};
use plimsoll_stats::forecast::{Growth, Line, backtest, exhaustion};
use plimsoll_stats::smoothing::{holt, holt_winters, simple};

/// §5.4, A16: lines, prediction intervals and inverse prediction.
#[test]
fn lines() {
    let (x, y): (Vec<f64>, Vec<f64>) = CARS.iter().copied().unzip();
    let line = Line::fit(&x, &y).expect("enough points");
    near("intercept", line.intercept, -17.579_1, 1e-4);
    near("its error", line.intercept_error(), 6.758_4, 1e-4);
    near("slope", line.slope, 3.932_4, 1e-4);
    near("its error", line.slope_error(), 0.415_5, 1e-4);
    near("deviation", line.deviation, 15.379_6, 1e-4);
    near("R²", line.r_squared(), 0.651_08, 1e-5);
    near("at 21", line.at(21.0), 65.001_49, 1e-5);
    ends("mean at 21", line.mean_interval(21.0, 0.95), 58.597_38, 71.405_59, 1e-5);
    ends("one more at 21", line.prediction(21.0, 0.95), 33.422_57, 96.580_40, 1e-5);
    ends("one more at 30", line.prediction(30.0, 0.95), 66.865_3, 133.921_0, 1e-4);
    let (at, interval) = line.reaches(150.0, 0.95);
    near("150 at", at, 42.614_87, 1e-5);
    ends("150 at", interval.expect("slope is clear"), 37.740_14, 50.062_44, 1e-5);
    near("g", line.doubt(0.95), 0.045_135_4, 1e-7);
    let t: Vec<f64> = (0..10).map(f64::from).collect();
    let growth = [100.0, 112.0, 127.0, 139.0, 158.0, 178.0, 199.0, 225.0, 251.0, 283.0];
    let logs: Vec<f64> = growth.iter().map(|v| f64::ln(*v)).collect();
    near("rate", Line::fit(&t, &logs).expect("enough").slope.exp_m1(), 0.122_495, 1e-6);
    let found = exhaustion(&t, &growth, 1_000.0, Growth::Exponential, 0.95).expect("grows");
    near("1000 at", found.at, 19.947_78, 1e-5);
    ends("1000 at", found.interval.expect("clear"), 19.713_06, 20.189_61, 1e-5);
    assert!(found.extrapolated, "farther ahead than the history is long");
    let flat: Vec<f64> = (0..20).map(|i| 50.0 + f64::from(i % 3)).collect();
    let t20: Vec<f64> = (0..20).map(f64::from).collect();
    let never = exhaustion(&t20, &flat, 100.0, Growth::Linear, 0.95);
    assert!(never.is_none_or(|e| e.interval.is_none()), "no finite date: {never:?}");
    assert!(exhaustion(&t, &growth, 10.0, Growth::Linear, 0.95).is_none(), "moves away from the limit");
    let share = backtest(&t20, &flat, 5, 1, 0.95).expect("has origins");
    assert!(share > 0.8, "{share}");
}

/// §5.4: NIST's Norris.
#[test]
fn norris() {
    let points = [
        (0.2, 0.1),
        (337.4, 338.8),
        (118.2, 118.1),
        (884.6, 888.0),
        (10.1, 9.2),
        (226.5, 228.1),
        (666.3, 668.5),
        (996.3, 998.5),
        (448.6, 449.1),
        (777.0, 778.9),
        (558.2, 559.2),
        (0.4, 0.3),
        (0.6, 0.1),
        (775.5, 778.1),
        (666.9, 668.8),
        (338.0, 339.3),
        (447.5, 448.9),
        (11.6, 10.8),
        (556.0, 557.7),
        (228.1, 228.3),
        (995.8, 998.0),
        (887.6, 888.8),
        (120.2, 119.6),
        (0.3, 0.3),
        (0.3, 0.6),
        (556.8, 557.6),
        (339.1, 339.3),
        (887.2, 888.0),
        (999.0, 998.5),
        (779.0, 778.9),
        (11.1, 10.2),
        (118.3, 117.6),
        (229.2, 228.9),
        (669.1, 668.4),
        (448.9, 449.2),
        (0.5, 0.2),
    ];
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let line = Line::fit(&x, &y).expect("enough points");
    relative("intercept", line.intercept, -0.262_323_073_774_029, 1e-9);
    relative("slope", line.slope, 1.002_116_818_020_45, 1e-12);
    relative("intercept error", line.intercept_error(), 0.232_818_234_301_152, 1e-9);
    relative("slope error", line.slope_error(), 0.000_429_796_848_199_937, 1e-9);
    relative("deviation", line.deviation, 0.884_796_396_144_373, 1e-9);
}

/// §5.4, A17: exponential smoothing.
#[test]
fn smoothing() {
    let (oil, level) = (&OIL[1..], OIL[0]);
    for (alpha, forecast, squares) in [(0.2, 484.802_465, 12_391.754_88), (0.6, 501.837_454, 8_098.561_21)] {
        let (value, errors) = simple(oil, alpha, level);
        near("forecast", value, forecast, 1e-5);
        near("squares", errors, squares, 1e-4);
    }
    let (value, errors) = simple(&OIL, 0.892, 447.478_46);
    near("forecast", value, 496.493_48, 1e-2);
    near("squares", errors, 7_573.426_36, 0.05);
    let (forecasts, squares) = holt(&AIR, 0.8, 0.2, 17.55, 4.31, 5);
    for (got, expected) in forecasts.iter().zip([43.7571, 45.5938, 47.4305, 49.2672, 51.1039]) {
        near("Holt", *got, expected, 1e-4);
    }
    near("Holt's squares", squares, 72.838_18, 1e-4);
    let found = holt_winters(&PASSENGERS, 12, 0.275_592_5, 0.032_692_95, 0.870_729_2).expect("long enough");
    relative("level", found.level, 469.323_220_6, 1e-6);
    relative("trend", found.trend, 3.021_539_1, 1e-6);
    for (got, expected) in found.factors.iter().zip([0.946_461_1, 0.882_923_9, 0.971_736_9]) {
        near("factor", *got, expected, 1e-6);
    }
    near("squares", found.squares, 16_570.78, 0.05);
    for (ahead, expected) in [(1, 447.055_9), (2, 419.712_3), (3, 464.867_1)] {
        relative("forecast", found.forecast(ahead), expected, 1e-6);
    }
}
