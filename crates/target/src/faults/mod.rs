//! Faults on demand: delays, errors, resets, stalls, cut and broken answers.
//!
//! A request brings its own in the header `x-fault`, rules set them for paths and times ([`Rule`], by option
//! or by `/admin/faults`). [`Faults`] holds the rules; what one request gets is decided in `effects`.
//! Wire-level rudeness is not here but in [`crate::rude`].

mod effects;
mod rule;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use http::HeaderMap;
use http::request::Parts;
use model::Nanos;

use crate::shop::Shop;
pub(crate) use effects::{Effects, Hangup};
pub(crate) use rule::rules_from_json;
pub use rule::{Fault, Rule};

/// The header that carries a request's own faults.
const HEADER: &str = "x-fault";

/// The most rules that are kept.
const MAX_RULES: usize = 1000;

/// A rule and the moment its time window counts from.
#[derive(Clone, Debug)]
struct Placed {
    rule: Rule,
    since: Nanos,
}

/// The rules in force.
pub(crate) struct Faults {
    armed: AtomicBool,
    rules: RwLock<Arc<Vec<Placed>>>,
}

impl Faults {
    /// Rules that count from the shop's start.
    pub fn new(rules: Vec<Rule>) -> Self {
        let faults = Self { armed: AtomicBool::new(false), rules: RwLock::default() };
        faults.set(rules, true, Nanos::ZERO);
        faults
    }

    /// Adds rules, or replaces all with them; their time windows count from `now`.
    pub fn set(&self, rules: Vec<Rule>, replace: bool, now: Nanos) {
        let mut kept = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        let earlier = if replace { Vec::new() } else { kept.as_ref().clone() };
        let placed = rules.into_iter().map(|rule| Placed { rule, since: now });
        let all: Vec<Placed> = earlier.into_iter().chain(placed).take(MAX_RULES).collect();
        self.armed.store(!all.is_empty(), Ordering::Relaxed);
        *kept = Arc::new(all);
    }

    /// The rules as they were written.
    pub fn shown(&self) -> Vec<String> {
        self.rules().iter().map(|placed| placed.rule.to_string()).collect()
    }

    /// Whether a request with these headers could be concerned at all: two loads, for the common no.
    #[inline]
    pub fn concern(&self, headers: &HeaderMap) -> bool {
        self.armed.load(Ordering::Relaxed) || headers.contains_key(HEADER)
    }

    /// What befalls this request.
    pub fn effects(&self, parts: &Parts, shop: &Shop) -> Effects {
        let mut effects = Effects::default();
        if !self.concern(&parts.headers) {
            return effects;
        }
        if let Some(spec) = parts.headers.get(HEADER) {
            let spec = String::from_utf8_lossy(spec.as_bytes());
            match spec.parse::<Fault>() {
                Ok(fault) => effects.draw(&fault, &shop.random),
                Err(reason) => effects.refuse(format!("bad `{HEADER}` header: {reason}")),
            }
        }
        let now = shop.clock.now();
        let path = parts.uri.path();
        // A shop whose faults could not be lifted would be stuck with them.
        if path.ends_with("/admin/faults") {
            return effects;
        }
        for placed in self.rules().iter() {
            if placed.rule.concerns(path, now - placed.since) {
                effects.draw(&placed.rule.fault, &shop.random);
            }
        }
        effects
    }

    fn rules(&self) -> Arc<Vec<Placed>> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }
}
