//! Thread groups: how many users there are, and when each of them lives.
//!
//! Main function: [`group`].

use super::compile::Compiler;
use super::document::{Element, Prop};
use super::random::{JavaRandom, seed};
use super::text::Text;
use super::tree::{Group, Life, Node, NodeKind, OnError, Phase, Scope};
use crate::note::Kind;

/// Threads of one group that are believed.
const THREADS_MAX: i64 = 1_000_000;
/// Arrivals of one group that are believed.
const ARRIVALS_MAX: usize = 20_000_000;

/// The group of an element, with its own loop as the only node.
pub fn group(compiler: &mut Compiler<'_>, element: &Element, numbers: &mut [u32; 3]) -> Option<Group> {
    let phase = match element.class.as_str() {
        "SetupThreadGroup" => Phase::Setup,
        "PostThreadGroup" => Phase::Teardown,
        _ => Phase::Main,
    };
    numbers[phase as usize] += 1;
    let mut shape =
        Shape { compiler, element, loops: Text::literal("-1"), lives: Vec::new(), open: false, most: None };
    match element.class.rsplit('.').next().unwrap_or_default() {
        "OpenModelThreadGroup" => shape.open_model(),
        "UltimateThreadGroup" => shape.ultimate(),
        "SteppingThreadGroup" => shape.stepping(),
        "ConcurrencyThreadGroup" => shape.concurrency(),
        "ArrivalsThreadGroup" => shape.arrivals(),
        "FreeFormArrivalsThreadGroup" => shape.free_arrivals(),
        _ => shape.classic(),
    }
    let Shape { loops, lives, open, most, compiler, .. } = shape;
    let texts = compiler.texts(element);
    let on_error = match element.text("ThreadGroup.on_sample_error") {
        "startnextloop" => OnError::NextLoop,
        "stopthread" => OnError::StopThread,
        "stoptest" => OnError::StopTest,
        "stoptestnow" => OnError::StopNow,
        _ => OnError::Continue,
    };
    let name = texts.name();
    let root = Node {
        kind: NodeKind::Loop { count: loops, forever: false },
        name: texts.name(),
        children: Vec::new(),
        parent: None,
        ticks: Vec::new(),
        scope: Scope::default(),
    };
    Some(Group {
        phase,
        name,
        number: numbers[phase as usize],
        lives,
        open,
        most,
        on_error,
        same_user: element.flag("ThreadGroup.same_user_on_next_iteration", true),
        nodes: vec![root],
        parts: Vec::new(),
    })
}

struct Shape<'s, 'a, 'e> {
    compiler: &'s mut Compiler<'a>,
    element: &'e Element,
    loops: Text,
    lives: Vec<Life>,
    open: bool,
    most: Option<usize>,
}

fn ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round().clamp(0.0, 1e15) as u64
}

impl Shape<'_, '_, '_> {
    fn said(&mut self, name: &str) -> String {
        let text = self.element.text(name).to_owned();
        self.compiler.now(self.element, &text)
    }

    fn number(&mut self, name: &str) -> i64 {
        self.said(name).trim().parse().unwrap_or(0)
    }

    fn decimal(&mut self, name: &str) -> f64 {
        self.said(name).trim().parse().unwrap_or(0.0)
    }

    fn threads(&mut self, count: i64) -> usize {
        if count > THREADS_MAX {
            let message = format!("{count} threads are too many; {THREADS_MAX} are made");
            self.compiler.note(Kind::Error, self.element, message);
        }
        count.clamp(0, THREADS_MAX) as usize
    }

    fn classic(&mut self) {
        let count = self.number("ThreadGroup.num_threads");
        if count == 0 && !self.said("ThreadGroup.num_threads").trim().starts_with('0') {
            self.compiler.note(
                Kind::Ignored,
                self.element,
                "the number of threads is none: the group has no threads, as in JMeter",
            );
        }
        let count = self.threads(count);
        let ramp = self.decimal("ThreadGroup.ramp_time");
        let scheduled = self.element.flag("ThreadGroup.scheduler", false);
        let (delay, duration) = if scheduled {
            (self.decimal("ThreadGroup.delay"), self.decimal("ThreadGroup.duration"))
        } else {
            (0.0, 0.0)
        };
        if let Some(inner) = self.element.inner("ThreadGroup.main_controller") {
            let loops = inner.text("LoopController.loops").to_owned();
            let forever = inner.flag("LoopController.continue_forever", false);
            self.loops = Text::parse(if forever && loops.is_empty() { "-1" } else { &loops })
                .unwrap_or_else(|_| Text::literal(&loops));
        } else {
            self.loops = Text::literal("1");
        }
        for at in 0..count {
            let start = delay + ramp * at as f64 / count as f64;
            let end = (scheduled && duration > 0.0).then(|| ms(delay + duration));
            self.lives.push(Life { start_ms: ms(start), end_ms: end });
        }
    }

    /// Rows of threads, delay, start-up, hold and shutdown; their names are hashes, so that only the order counts.
    fn ultimate(&mut self) {
        for row in self.rows("ultimatethreadgroupdata") {
            let [count, delay, startup, hold, shutdown] =
                row[..].first_chunk::<5>().copied().unwrap_or_default();
            let count = self.threads(count as i64);
            for at in 0..count {
                let share = at as f64 / count as f64;
                let start = delay + startup * share;
                let end = delay + startup + hold + shutdown * (1.0 - share);
                self.lives.push(Life { start_ms: ms(start), end_ms: Some(ms(end)) });
            }
        }
    }

    fn rows(&mut self, name: &str) -> Vec<Vec<f64>> {
        let element = self.element;
        let mut rows = Vec::new();
        for row in element.list(name) {
            let Prop::List(cells) = row else { continue };
            let texts: Vec<String> = cells
                .iter()
                .filter_map(|cell| match cell {
                    Prop::Text(text) => Some(self.compiler.now(element, text)),
                    _ => None,
                })
                .collect();
            let mut values: Vec<f64> = texts.iter().map(|text| text.trim().parse().unwrap_or(0.0)).collect();
            values.resize(values.len().max(5), 0.0);
            rows.push(values);
        }
        rows
    }

    fn stepping(&mut self) {
        let all = self.number("ThreadGroup.num_threads");
        let all = self.threads(all);
        let (delay, burst) = (self.decimal("Threads initial delay"), self.number("Start users count burst"));
        let (step, period) = (self.number("Start users count").max(1), self.decimal("Start users period"));
        let (stop, stop_period) = (self.number("Stop users count").max(1), self.decimal("Stop users period"));
        let (flight, ramp) = (self.decimal("flighttime"), self.decimal("rampUp"));
        let first = burst.max(0) as usize;
        let first = if first == 0 { step as usize } else { first };
        let start_of = |at: usize| {
            let (at, first, step) = (at as f64, first as f64, step as f64);
            if at < first {
                return delay + if first > 0.0 { ramp * at / first } else { 0.0 };
            }
            let wave = ((at - first) / step).floor() + 1.0;
            let within = (at - first) % step / step;
            delay + wave * period + ramp * within
        };
        let full = if all == 0 { 0.0 } else { start_of(all - 1) } + flight;
        for at in 0..all {
            let wave = (at as f64 / stop as f64).floor();
            let end = full + wave * stop_period;
            self.lives.push(Life { start_ms: ms(start_of(at)), end_ms: Some(ms(end)) });
        }
    }

    /// The unit of a plug-in's times, in seconds.
    fn unit(&mut self) -> f64 {
        if self.said("Unit").trim().eq_ignore_ascii_case("S") { 1.0 } else { 60.0 }
    }

    fn concurrency(&mut self) {
        let unit = self.unit();
        let target = self.number("TargetLevel");
        let target = self.threads(target);
        let (ramp, hold) = (self.decimal("RampUp") * unit, self.decimal("Hold") * unit);
        let steps = self.number("Steps").max(0) as f64;
        let iterations = self.number("Iterations");
        if iterations > 0 {
            self.loops = Text::literal(&iterations.to_string());
        }
        for at in 0..target {
            let share = (at as f64 + 1.0) / target as f64;
            let start = if steps > 0.0 {
                // A step is reached at once, at its beginning.
                ramp * ((share * steps).ceil() - 1.0).max(0.0) / steps
            } else {
                ramp * at as f64 / target as f64
            };
            self.lives.push(Life { start_ms: ms(start), end_ms: Some(ms(ramp + hold)) });
        }
    }

    fn arrivals(&mut self) {
        let unit = self.unit();
        let rate = self.decimal("TargetLevel") / unit;
        let (ramp, hold) = (self.decimal("RampUp") * unit, self.decimal("Hold") * unit);
        let steps = self.number("Steps").max(0);
        let mut rows = Vec::new();
        if steps > 0 {
            for step in 1..=steps {
                let level = rate * step as f64 / steps as f64;
                rows.push([level, level, ramp / steps as f64]);
            }
        } else {
            rows.push([0.0, rate, ramp]);
        }
        rows.push([rate, rate, hold]);
        self.most = self.said("ConcurrencyLimit").trim().parse().ok().filter(|most| *most > 0);
        self.even(&rows);
    }

    fn free_arrivals(&mut self) {
        let unit = self.unit();
        let rows: Vec<[f64; 3]> =
            self.rows("Schedule").iter().map(|row| [row[0] / unit, row[1] / unit, row[2] * unit]).collect();
        self.most = self.said("ConcurrencyLimit").trim().parse().ok().filter(|most| *most > 0);
        self.even(&rows);
    }

    /// Arrivals evenly spaced by rows of linear rates, once each.
    fn even(&mut self, rows: &[[f64; 3]]) {
        (self.open, self.loops) = (true, Text::literal("1"));
        let mut begun = 0.0;
        for [from, to, seconds] in rows.iter().copied().filter(|row| row[2] > 0.0) {
            let count = ((from + to) / 2.0 * seconds).round() as usize;
            self.arrive(
                begun,
                seconds,
                from,
                to,
                &mut (0..count).map(|at| (at as f64 + 0.5) / count.max(1) as f64),
            );
            begun += seconds;
        }
    }

    /// Arrivals of one leg; `shares` says which share of the leg's arrivals has come at each.
    fn arrive(
        &mut self,
        begun: f64,
        seconds: f64,
        from: f64,
        to: f64,
        shares: &mut dyn Iterator<Item = f64>,
    ) {
        for share in shares {
            if self.lives.len() >= ARRIVALS_MAX {
                self.compiler.note(
                    Kind::Error,
                    self.element,
                    format!("more than {ARRIVALS_MAX} arrivals are too many"),
                );
                return;
            }
            let all = (from + to) / 2.0 * seconds;
            let slope = (to - from) / seconds;
            let wanted = share * all;
            let within = if slope.abs() < 1e-9 {
                share * seconds
            } else {
                ((from * from + 2.0 * slope * wanted).max(0.0).sqrt() - from) / slope
            };
            self.lives.push(Life { start_ms: ms(begun + within), end_ms: None });
        }
    }

    fn open_model(&mut self) {
        (self.open, self.loops) = (true, Text::literal("1"));
        let schedule = self.said("OpenModelThreadGroup.schedule");
        let start = self.number("OpenModelThreadGroup.random_seed");
        let mut random = JavaRandom::new(if start == 0 { seed() } else { start });
        let legs = match schedule_of(&schedule) {
            Ok(legs) => legs,
            Err(error) => {
                self.compiler.note(
                    Kind::Ignored,
                    self.element,
                    format!("{error}: the group has no arrivals, as in JMeter"),
                );
                return;
            }
        };
        let mut begun = 0.0;
        for leg in legs {
            let count = ((leg.from + leg.to) / 2.0 * leg.seconds).round() as usize;
            let mut shares: Vec<f64> = if leg.even {
                (0..count).map(|at| (at as f64 + 0.5) / count as f64).collect()
            } else {
                (0..count.min(ARRIVALS_MAX)).map(|_| random.next_double()).collect()
            };
            shares.sort_by(f64::total_cmp);
            if !leg.pause {
                self.arrive(begun, leg.seconds, leg.from, leg.to, &mut shares.into_iter());
            }
            begun += leg.seconds;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Leg {
    from: f64,
    to: f64,
    seconds: f64,
    even: bool,
    pause: bool,
}

/// Reads a schedule such as `rate(10/sec) random_arrivals(2 min) pause(5 s)`.
fn schedule_of(text: &str) -> Result<Vec<Leg>, String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*") {
        plain.push_str(&rest[..at]);
        rest = rest[at..].split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let plain: String =
        plain.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let (mut legs, mut rate, mut rest): (Vec<Leg>, f64, &str) = (Vec::new(), 0.0, plain.trim());
    // Legs whose final rate is not known before the next rate is.
    let mut pending: Vec<(f64, bool)> = Vec::new();
    let settle = |legs: &mut Vec<Leg>, pending: &mut Vec<(f64, bool)>, from: f64, to: f64| {
        let whole: f64 = pending.iter().map(|(seconds, _)| seconds).sum();
        let mut passed = 0.0;
        for (seconds, even) in pending.drain(..) {
            let at = |time: f64| if whole > 0.0 { from + (to - from) * time / whole } else { from };
            legs.push(Leg { from: at(passed), to: at(passed + seconds), seconds, even, pause: false });
            passed += seconds;
        }
    };
    while !rest.is_empty() {
        let (name, after) =
            rest.split_once('(').ok_or_else(|| format!("the schedule does not parse at {rest}"))?;
        let (value, after) =
            after.split_once(')').ok_or_else(|| format!("the schedule does not parse at {rest}"))?;
        match name.trim() {
            "rate" => {
                let (amount, unit) = value.split_once('/').unwrap_or((value, "sec"));
                let amount: f64 = amount.trim().parse().map_err(|_| format!("{value} is no rate"))?;
                let next = amount / seconds_of(&format!("1 {unit}"))?;
                settle(&mut legs, &mut pending, rate, next);
                rate = next;
            }
            "random_arrivals" => pending.push((seconds_of(value)?, false)),
            "even_arrivals" => pending.push((seconds_of(value)?, true)),
            "pause" => {
                settle(&mut legs, &mut pending, rate, rate);
                legs.push(Leg { from: 0.0, to: 0.0, seconds: seconds_of(value)?, even: false, pause: true });
            }
            other => return Err(format!("the schedule has no step {other}")),
        }
        rest = after.trim_start();
    }
    settle(&mut legs, &mut pending, rate, rate);
    Ok(legs)
}

fn seconds_of(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let amount: f64 = text[..end].parse().map_err(|_| format!("{text} is no time"))?;
    let unit = match text[end..].trim() {
        "ms" | "msec" | "millis" | "milliseconds" => 0.001,
        "" | "s" | "sec" | "second" | "seconds" => 1.0,
        "m" | "min" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        other => return Err(format!("{other} is no unit of time")),
    };
    Ok(amount * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read() {
        let legs = schedule_of("rate(0/sec) random_arrivals(2 sec) rate(10/sec) /* c */ pause(1 s) rate(60/min) even_arrivals(2 sec)").unwrap();
        let plain: Vec<(f64, f64, f64, bool, bool)> =
            legs.iter().map(|leg| (leg.from, leg.to, leg.seconds, leg.even, leg.pause)).collect();
        assert_eq!(
            plain,
            [(0.0, 10.0, 2.0, false, false), (0.0, 0.0, 1.0, false, true), (1.0, 1.0, 2.0, true, false)]
        );
        assert!(schedule_of("rate(5/sec) bogus(1 sec)").is_err() && schedule_of("rate(5").is_err());
        assert!(schedule_of("rate(x/sec)").is_err() && schedule_of("pause(1 eon)").is_err());
    }
}
