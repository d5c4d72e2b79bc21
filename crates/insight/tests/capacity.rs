//! The search for capacity against a queue whose limit is known, in virtual time.

use std::convert::Infallible;

use plimsoll_insight::capacity::{Ask, Found, Question, Second, Step, climb, laws, search};
use stats::batches::Slice;
use stats::queueing::Queue;
use stats::recovery::Beyond;
use stats::rng::Random;
use stats::search::{Answer, Limits};

/// Requests that are still waiting so long after the load are given up, as a run gives them up.
const PATIENCE_S: usize = 30;

/// A queue with several servers, random arrivals and random services, which starts empty with every trial.
struct Target {
    queue: Queue,
    limit_s: f64,
    random: Random,
}

impl Target {
    fn new(servers: u32, rate: f64, limit_s: f64, seed: u64) -> Self {
        Self { queue: Queue { servers, rate }, limit_s, random: Random::new(seed) }
    }

    /// The highest load that keeps p95 within the limit.
    fn truth(&self) -> f64 {
        self.queue.arrivals_within(0.95, self.limit_s)
    }

    fn run(&mut self, load: f64, seconds: usize) -> Step {
        let mut free = vec![0.0_f64; self.queue.servers as usize];
        let mut step = Step {
            offered: load,
            load_seconds: seconds,
            seconds: vec![Second::default(); seconds + PATIENCE_S],
            objectives: vec![vec![Slice::default(); seconds + PATIENCE_S]],
            ..Step::default()
        };
        let (mut now, mut under_way) = (0.0, 0.0);
        loop {
            now += self.random.exponential() / load;
            if now >= seconds as f64 {
                break;
            }
            let server = (0..free.len()).min_by(|a, b| free[*a].total_cmp(&free[*b])).expect("there is one");
            let end = free[server].max(now) + self.random.exponential() / self.queue.rate;
            free[server] = end;
            under_way += end.min(seconds as f64) - now;
            let Some(second) = step.seconds.get_mut(end as usize) else { continue };
            let response = end - now;
            *second = Second {
                iterations: second.iterations + 1,
                iteration_s: second.iteration_s + response,
                requests: second.requests + 1,
                failed: 0,
                request_s: second.request_s + response,
            };
            let slice = &mut step.objectives[0][end as usize];
            slice.total += 1;
            slice.hits += u64::from(response >= self.limit_s);
        }
        step.in_flight = Some(under_way / seconds as f64);
        step
    }
}

fn question(limits: Limits) -> Question {
    Question { limits, allowed: vec![0.05], settle_s: 10, level: 0.95 }
}

fn find(target: &mut Target, start: f64) -> Found {
    let question = question(Limits { seconds: 60.0, seconds_max: 480.0, ..Limits::from(start) });
    let run = |ask: &Ask| Ok::<_, Infallible>(Some(target.run(ask.load, ask.seconds as usize + 10)));
    search(&question, run, |_| {}).expect("nothing can fail")
}

/// Of many searches the share whose interval holds the truth, and of those that claim too much.
fn check(servers: u32, rate: f64, limit_s: f64, start: f64) {
    const ROUNDS: u64 = 30;
    let (mut right, mut too_much, mut trials) = (0, 0, 0);
    for round in 0..ROUNDS {
        let mut target = Target::new(servers, rate, limit_s, 100 + round);
        let truth = target.truth();
        let found = find(&mut target, start);
        assert!(matches!(found.answer, Some(Answer::Bracket { .. })), "{:?}", found.answer);
        let (kept, broken) = (found.kept.expect("a bracket has one"), found.broken);
        right += u64::from(kept <= truth && broken.is_none_or(|broken| truth <= broken));
        too_much += u64::from(kept > truth);
        trials += found.levels.len() as u64;
        assert!(kept > 0.7 * truth, "{kept} of {truth}");
        assert!(broken.is_none_or(|broken| broken < 1.6 * truth), "{broken:?} of {truth}");
    }
    println!(
        "{servers} servers: right {right}, too much {too_much} of {ROUNDS}, {} trials each",
        trials / ROUNDS
    );
    assert!(10 * right >= 9 * ROUNDS, "{right} of {ROUNDS} hold the truth");
    assert!(20 * too_much <= ROUNDS, "{too_much} of {ROUNDS} claim too much");
}

#[test]
fn the_limit_of_one_server_is_found() {
    check(1, 100.0, 0.1, 20.0);
}

#[test]
fn the_limit_of_four_servers_is_found() {
    check(4, 20.0, 0.25, 10.0);
}

#[test]
fn the_levels_tell_what_the_target_is() {
    let mut target = Target::new(4, 20.0, 0.25, 7);
    let found = find(&mut target, 10.0);
    let laws = laws(&found.levels, true, 0.95);
    let fit = laws.queue.expect("a queue is a queue");
    let capacity = fit.queue.capacity();
    assert!((60.0..110.0).contains(&capacity), "{fit:?}");
    for level in &found.levels {
        let gap = plimsoll_insight::capacity::little_gap(level).expect("it was counted");
        // What ended after the load, and what settled before it, is not in both.
        assert!(gap < 0.5, "{level:?}");
    }
}

#[test]
fn a_climb_ends_where_it_breaks() {
    let mut target = Target::new(1, 100.0, 0.1, 3);
    let question = question(Limits { seconds: 30.0, load_max: 1000.0, ..Limits::from(40.0) });
    let run = |ask: &Ask| Ok::<_, Infallible>(Some(target.run(ask.load, ask.seconds as usize + 10)));
    let mut loads = Vec::new();
    let found = climb(&question, run, |level| loads.push(level.offered)).expect("nothing can fail");
    let (kept, broken) = (found.kept.expect("40/s is kept"), found.broken.expect("it breaks"));
    assert!(kept < 71.0 && broken > 70.0 && broken < 130.0, "{kept} {broken}");
    assert!(loads.windows(2).all(|pair| (pair[1] / pair[0] - 1.25).abs() < 1e-9), "{loads:?}");
    // Loads up to the limit only: nothing is claimed of what lies past it.
    let kept: Vec<_> = found.levels.into_iter().filter(|level| level.offered < 90.0).collect();
    assert_eq!(laws(&kept, true, 0.95).beyond, Beyond::NotReached);
}

#[test]
fn users_are_whole() {
    let limits = Limits { seconds: 60.0, seconds_max: 60.0, whole: true, load_min: 1.0, ..Limits::from(1.0) };
    let question = Question { limits, allowed: vec![0.5], settle_s: 0, level: 0.95 };
    // Each user has one request a second under way; from eight on each takes too long.
    let run = |ask: &Ask| {
        let slow = ask.load >= 8.0;
        let users = ask.load as u64;
        let second = Second {
            iterations: users,
            iteration_s: ask.load,
            requests: users,
            failed: 0,
            request_s: ask.load,
        };
        Ok::<_, Infallible>(Some(Step {
            offered: ask.load,
            load_seconds: 60,
            seconds: vec![second; 60],
            objectives: vec![vec![Slice::new(if slow { users } else { 0 }, users); 60]],
            in_flight: Some(ask.load),
            starved: None,
        }))
    };
    let found = search(&question, run, |_| {}).expect("nothing can fail");
    assert_eq!((found.kept, found.broken), (Some(7.0), Some(8.0)));
    assert!(found.levels.iter().all(|level| level.offered.fract() == 0.0));
}
