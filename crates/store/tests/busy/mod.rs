//! A worker of a busy run: requests to one endpoint whose times look like chance and are always the same.

use metrics::{HttpSample, Recorder, builtin};
use model::Nanos;

/// Numbers that look like chance and are always the same.
pub struct Dice(pub u64);

impl Dice {
    /// From 0 to 1.
    fn throw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A time with a long tail, about `middle_us` microseconds.
    fn time(&mut self, middle_us: f64) -> Nanos {
        let normal = (0..12).map(|_| self.throw()).sum::<f64>() - 6.0;
        Nanos((middle_us * 1e3 * (normal * 0.5).exp()) as u64)
    }
}

/// Measures so many requests, each an iteration of its own.
pub fn measure(recorder: &mut Recorder, dice: &mut Dice, second: u64, requests: u64) {
    let (key, value) = (recorder.sym("name"), recorder.sym("http://shop/api/products"));
    let tags = recorder.tag_set(&[(key, value)]);
    for _ in 0..requests {
        let [blocked, sending, waiting, receiving] = [2.0, 8.0, 3_000.0, 40.0].map(|us| dice.time(us));
        let duration = sending + waiting + receiving;
        let failed = Some(false);
        let sample =
            HttpSample { duration, blocked, sending, waiting, receiving, failed, ..HttpSample::default() };
        recorder.http(tags, &sample);
        let took = (duration + dice.time(50.0)).as_millis_f64();
        recorder.add(builtin::ITERATION_DURATION, tags, took, Nanos::from_secs(second));
        recorder.add(builtin::ITERATIONS, tags, 1.0, Nanos::from_secs(second));
    }
}
