//! `timetable`: legs of even or random arrivals and of rest; each arrival has a user, made for it if need be.

use std::sync::Arc;

use model::{Executor, Scenario, SegmentTuple};

use super::{Drive, Growth, Work};
use crate::schedule::{Arrivals, Timetable};

pub(super) fn plan(scenario: &Scenario, _segment: &SegmentTuple) -> Option<Work> {
    let Executor::Timetable { legs } = &scenario.executor else { return None };
    let timetable = Timetable::new(legs);
    let length = timetable.length();
    let kill = length + scenario.graceful_stop.into();
    let drive = Drive::Open { arrivals: Arc::new(Arrivals::Timetable(timetable)), growth: Growth::OnDemand };
    Some(Work { stays: Vec::new(), length, kill, drive })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::{Leg, Nanos, Rhythm};

    use super::*;

    #[test]
    fn needs_no_user_before_the_first_arrival() {
        let mut scenario = Scenario::shorthand("shared-iterations", &[]);
        let rhythm = Rhythm::Even { count: 4 };
        scenario.executor =
            Executor::Timetable { legs: vec![Leg { duration: Duration::from_secs(2), rhythm }] };
        let work = Work::of(&scenario, &SegmentTuple::full()).expect("a timetable is work");
        assert!(work.stays.is_empty());
        assert_eq!(work.length, Nanos::from_secs(2));
        assert!(
            matches!(&work.drive, Drive::Open { arrivals, growth: Growth::OnDemand } if arrivals.count() == 4)
        );
    }
}
