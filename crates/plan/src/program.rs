//! A plan: what users do, and the options of the run.
//!
//! Main types: [`Plan`], which an importer returns, and its [`Program`]. Nothing here runs.

use std::sync::Arc;

use model::Options;

use crate::dialect::Dialect;
use crate::note::Note;
use crate::random::Random;
use crate::step::Block;

/// A test that was read from a file, or made from flags.
pub struct Plan {
    /// What users do.
    pub program: Program,
    /// Scenarios with executors, thresholds, tags and the rest, as a script's `options` would say it.
    pub options: Options,
    /// What the importer has to say.
    pub notes: Vec<Note>,
    /// What the format does beside making load: reports of its own, an exit status of its own.
    pub dialect: Option<Arc<dyn Dialect>>,
}

impl Plan {
    /// A plan without notes or a dialect.
    #[must_use]
    pub fn new(program: Program, options: Options) -> Self {
        Self { program, options, notes: Vec::new(), dialect: None }
    }
}

/// What users do, by name. A scenario's `exec` names a flow or a mix.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The flows.
    pub flows: Vec<Flow>,
    /// Choices between flows, made at the start of each iteration.
    pub mixes: Vec<Mix>,
    /// A flow that is run once before the load starts; its variables are every user's to begin with.
    pub before: Option<usize>,
    /// A flow that is run once after the load.
    pub after: Option<usize>,
    /// Where random numbers start; chosen at random when there is none.
    pub seed: Option<u64>,
    /// Variables outlive an iteration; otherwise each begins with those that all users begin with.
    pub keeps_vars: bool,
    /// Requests that fail are logged, as scripts do.
    pub log_failures: bool,
}

/// The name by which scenarios without an `exec` mean the test.
const DEFAULT: &str = "default";

/// Steps with a name.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name.
    pub name: Arc<str>,
    /// Its steps.
    pub steps: Block,
    /// It records its iterations itself: what the engine counts as one is a whole life of a user.
    pub records_itself: bool,
}

impl Flow {
    /// A flow whose iterations are the engine's.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, steps: impl Into<Block>) -> Self {
        Self { name: name.into(), steps: steps.into(), records_itself: false }
    }
}

/// A choice between flows.
#[derive(Clone, Debug)]
pub struct Mix {
    /// Its name.
    pub name: Arc<str>,
    /// Weights and places of flows.
    pub parts: Vec<(f64, usize)>,
}

/// What a scenario's users start with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// Always the same flow.
    Flow(usize),
    /// One flow of a mix.
    Mix(usize),
}

impl Program {
    /// What the name means; flows go before mixes.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Start> {
        let flow = self.flows.iter().position(|flow| *flow.name == *name).map(Start::Flow);
        let known = flow.or_else(|| self.mixes.iter().position(|mix| *mix.name == *name).map(Start::Mix));
        // What `--vus` and `--duration` on the command line mean by the test.
        known.or_else(|| (name == DEFAULT).then(|| self.first()).flatten())
    }

    /// What a test does that is asked for no more: everything by weight, or the first flow.
    fn first(&self) -> Option<Start> {
        let around = [self.before, self.after];
        let flow = || (0..self.flows.len()).find(|place| !around.contains(&Some(*place))).map(Start::Flow);
        if self.mixes.is_empty() { flow() } else { Some(Start::Mix(0)) }
    }

    /// The flow of the next iteration.
    #[must_use]
    pub fn pick(&self, start: Start, random: &mut Random) -> &Flow {
        match start {
            Start::Flow(place) => &self.flows[place],
            Start::Mix(place) => {
                let parts = &self.mixes[place].parts;
                let whole: f64 = parts.iter().map(|(weight, _)| weight).sum();
                let mut drawn = random.unit() * whole;
                let chosen = parts.iter().find(|(weight, _)| {
                    drawn -= weight;
                    drawn < 0.0
                });
                let last = parts.iter().rev().find(|(weight, _)| *weight > 0.0);
                let (_, flow) = chosen.or(last).or(parts.last()).copied().unwrap_or((1.0, 0));
                &self.flows[flow]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_follows_its_weights() {
        let flow = |name: &str| Flow::new(name, Vec::new());
        let program = Program {
            flows: vec![flow("a"), flow("b"), flow("never")],
            mixes: vec![Mix { name: "both".into(), parts: vec![(3.0, 0), (1.0, 1), (0.0, 2)] }],
            ..Program::default()
        };
        let mut random = Random::new(1, 1);
        let mut counts = [0; 3];
        for _ in 0..4_000 {
            let name = &program.pick(program.find("both").unwrap(), &mut random).name;
            counts[program.flows.iter().position(|flow| flow.name == *name).unwrap()] += 1;
        }
        assert_eq!(counts[2], 0);
        assert!((2_800..3_200).contains(&counts[0]), "{counts:?}");
        assert_eq!((program.find("b"), program.find("c")), (Some(Start::Flow(1)), None));
        assert_eq!(program.find("default"), Some(Start::Mix(0)));
    }
}
