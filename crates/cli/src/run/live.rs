//! What a run measures while it goes on, in one line.
//!
//! Main type: [`Live`]. Measurements come once a second, so the line changes no oftener.

use metrics::{Aggregate, Sink, builtin};
use model::Nanos;
use report::quick::{span, thousands};

/// The line, and what it was last worked out from.
#[derive(Default)]
pub struct Live {
    last: Option<(Nanos, f64)>,
    line: String,
}

impl Live {
    /// The line for what has been measured up to now; empty at first.
    pub fn line(&mut self, state: &Aggregate, now: Nanos) -> &str {
        let requests = state.count(builtin::HTTP_REQS);
        let (since, before) = self.last.unwrap_or((now, 0.0));
        if self.last.is_none() {
            self.last = Some((now, requests));
        } else if requests != before && now > since {
            let per_second = (requests - before) / (now - since).as_secs_f64();
            self.last = Some((now, requests));
            self.line =
                format!("{} req/s{}{}", thousands(per_second.round() as u64), latency(state), failed(state));
        }
        &self.line
    }
}

fn latency(state: &Aggregate) -> String {
    let Some(Sink::Trend(trend)) = state.total(builtin::HTTP_REQ_DURATION) else { return String::new() };
    let mut trend = trend.clone();
    trend.sort();
    format!(
        " · p50 {} · p99 {} · max {}",
        span(trend.quantile(0.5)),
        span(trend.quantile(0.99)),
        span(trend.max())
    )
}

fn failed(state: &Aggregate) -> String {
    match state.total(builtin::HTTP_REQ_FAILED) {
        Some(Sink::Rate { nonzero, .. }) if *nonzero > 0 => format!(" · failed {}", thousands(*nonzero)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::{HttpSample, Recorder, RecorderConfig, Registry, TagSetId};
    use model::Clock;

    #[test]
    fn the_line_tells_of_the_last_second() {
        let registry = Registry::new();
        let mut recorder = Recorder::new(0, registry.clone(), Clock::start(), RecorderConfig::default());
        let mut state = Aggregate::new(registry, &[]);
        let mut live = Live::default();
        assert_eq!(live.line(&state, Nanos::from_secs(1)), "");
        for failed in [false, true] {
            let sample =
                HttpSample { duration: Nanos::from_millis(2), failed: Some(failed), ..HttpSample::default() };
            recorder.http(TagSetId::default(), &sample);
        }
        state.apply(recorder.take_frame(Nanos::from_secs(2)));
        let wanted = "2 req/s · p50 2 ms · p99 2 ms · max 2 ms · failed 1";
        assert_eq!(live.line(&state, Nanos::from_secs(2)), wanted);
        assert_eq!(live.line(&state, Nanos::from_secs(9)), wanted);
    }
}
