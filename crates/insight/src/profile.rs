//! What counts as a change: a minimum effect for each kind of figure.

use crate::Kind;
use stats::compare::{Design, Question, Scale, Worse};
use stats::multiple::Family;

/// How a kind of figure is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Which way is worse.
    pub worse: Worse,
    /// Smallest relative change that matters, such as 0.05.
    pub relative: f64,
    /// For rates that may be 0: smallest difference that matters as well, in the figure's unit.
    pub absolute: f64,
}

/// Rules for all kinds, and how sure findings must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// For shares of failures.
    pub errors: Rule,
    /// For durations.
    pub latency: Rule,
    /// For memory of the target.
    pub memory: Rule,
    /// For requests a second.
    pub throughput: Rule,
    /// Two-sided confidence of each finding.
    pub level: f64,
    /// The same for the gate, which stops people from working when it is wrong.
    pub alarm_level: f64,
    /// How much figures of two runs of one build are taken to differ where that cannot be measured, as a share (one
    /// standard deviation).
    pub run_noise: f64,
    /// How the family of all series is protected from chance.
    pub family: Family,
}

impl Default for Profile {
    /// Five percent either way; errors by a tenth of a percent point.
    fn default() -> Self {
        let higher = Rule { worse: Worse::Higher, relative: 0.05, absolute: 0.001 };
        Self {
            errors: higher,
            latency: higher,
            memory: higher,
            throughput: Rule { worse: Worse::Lower, ..higher },
            level: 0.95,
            alarm_level: 0.99,
            run_noise: 0.05,
            family: Family::BenjaminiHochberg,
        }
    }
}

impl Profile {
    /// The usual gates of the field: response time +20 %, throughput −15 %, errors +50 %, memory +25 %.
    pub fn field() -> Self {
        let of = |worse, relative| Rule { worse, relative, absolute: 0.001 };
        Self {
            errors: of(Worse::Higher, 0.5),
            latency: of(Worse::Higher, 0.2),
            memory: of(Worse::Higher, 0.25),
            // A fall by 15 % is 1 / 0.85 − 1 the other way round, which is how margins are counted.
            throughput: of(Worse::Lower, 1.0 / 0.85 - 1.0),
            ..Self::default()
        }
    }

    /// Changes of two percent, where noise is low and none is to be had.
    pub fn strict() -> Self {
        Self::default().with_minimum_effect(0.02)
    }

    /// The same with another minimum effect for everything, as a share.
    #[must_use]
    pub fn with_minimum_effect(mut self, relative: f64) -> Self {
        for rule in [&mut self.errors, &mut self.latency, &mut self.memory, &mut self.throughput] {
            rule.relative = relative;
        }
        self
    }

    /// The same at the confidence of the gate.
    #[must_use]
    pub fn for_alarms(&self) -> Self {
        Self { level: self.alarm_level, ..*self }
    }

    /// The rule for a kind of figure.
    pub fn rule(&self, kind: Kind) -> Rule {
        match kind {
            Kind::Errors => self.errors,
            Kind::Latency => self.latency,
            Kind::Memory => self.memory,
            Kind::Throughput => self.throughput,
        }
    }

    /// What is asked of a series: shares of failures by their difference, all else by ratio.
    ///
    /// The margin of a share is the larger of the absolute one and the relative one of what it was before.
    pub(crate) fn question(&self, kind: Kind, design: Design, before: f64) -> Question {
        let rule = self.rule(kind);
        let (scale, minimum_effect) = match kind {
            Kind::Errors => (Scale::Absolute, rule.absolute.max(rule.relative * before)),
            _ => (Scale::Relative, rule.relative),
        };
        Question { worse: rule.worse, design, scale, minimum_effect, level: self.level }
    }
}
