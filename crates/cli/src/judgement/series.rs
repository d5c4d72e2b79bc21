//! Runs that are made to be compared: in rounds, in a random order that favours no side, each in a process of its own.
//!
//! Main types: [`Plan`], what is run, and [`Order`], when. Processes share nothing but the store, so no run warms up
//! another. What is made of the runs is not known here.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use model::{ExitCode, Level};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use stats::rng::Random;
use store::{Library, Place};

use super::Party;
use crate::error::Error;
use crate::kept::{failed, now_ms};
use crate::run::keeping::GROUP_VARIABLE;
use crate::session::Session;

/// How often it is looked whether a run has ended.
const LOOK: Duration = Duration::from_millis(20);

/// The variable that stands in for `--store`.
const STORE_VARIABLE: &str = "PLIMSOLL_STORE";

/// One of the two things that are compared.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What it is called: A or B.
    pub letter: &'static str,
    /// The test's file.
    pub script: String,
    /// Flags of its runs alone.
    pub flags: Vec<String>,
}

/// What is run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The two sides.
    pub variants: [Variant; 2],
    /// How often either is run.
    pub rounds: u32,
    /// Decides the order.
    pub seed: u64,
    /// Flags of all runs.
    pub flags: Vec<String>,
    /// Where the runs are kept.
    pub store: Place,
}

/// Which side is run in which round, in the order of time: every two rounds are ABBA or BAAB, by lot. So a drift that
/// goes on steadily weighs on both sides alike, and nothing that comes at intervals can follow the order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order(Vec<(usize, u32)>);

impl Order {
    /// The order that belongs to a seed.
    #[must_use]
    pub fn new(rounds: u32, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut order = Vec::new();
        let mut first = 0;
        for round in 1..=rounds {
            // The second round of a pair mirrors the first.
            first = if round % 2 == 1 { random.below(2) } else { 1 - first };
            order.extend([(first, round), (1 - first, round)]);
        }
        Self(order)
    }
}

/// Makes all runs of a plan, and gives both sides with their runs by round.
///
/// # Errors
/// When a run cannot be started or kept, ends with another status than that of failed thresholds, or is interrupted.
pub fn play(session: &Session, plan: &Plan) -> Result<[Party; 2], Error> {
    let mut flags = plan.flags.iter().chain(plan.variants.iter().flat_map(|variant| &variant.flags));
    if flags.any(|flag| flag == "--no-store") {
        return Err(Error::Usage("--no-store: runs that are not kept cannot be compared".to_owned()));
    }
    let program = std::env::current_exe()
        .map_err(|why| Error::Internal(format!("this program's own file is not known: {why}")))?;
    let group = format!("{:x}-{:x}", now_ms(session), std::process::id());
    let mut signals = session.signals.subscribe();
    for (variant, round) in &Order::new(plan.rounds, plan.seed).0 {
        let variant = &plan.variants[*variant];
        let Variant { letter, script, flags } = variant;
        session.say(Level::Info, format!("round {round} of {}, {letter}: {script}", plan.rounds));
        let mut command = Command::new(&program);
        command.args(["run", "--quiet"]).args(&plan.flags).args(flags).arg(script);
        command.env(GROUP_VARIABLE, format!("{group}/{letter}/{round}"));
        // Not as a flag: every user of the machine reads command lines, and an address can have a password.
        match &plan.store {
            Place::File(path) => command.env(STORE_VARIABLE, path),
            Place::Server(address) => command.env(STORE_VARIABLE, address.as_str()),
        };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let child = child.map_err(|why| Error::Internal(format!("a run cannot be started: {why}")))?;
        let what = format!("round {round}, {letter}: {script}");
        await_end(child, &mut signals, &what)?;
    }
    let kept =
        Library::open(&plan.store).and_then(|library| library.group(&group)).map_err(|e| failed(&e))?;
    let side = |variant: &Variant| {
        let runs: Vec<_> =
            kept.iter().filter(|one| one.variant == variant.letter).map(|one| one.run.clone()).collect();
        if runs.len() < plan.rounds as usize {
            let text = format!("of {} runs of {}, {} were kept", plan.rounds, variant.script, runs.len());
            return Err(Error::File(text));
        }
        Ok(Party::new(variant.name(), runs))
    };
    let [a, b] = &plan.variants;
    Ok([side(a)?, side(b)?])
}

impl Variant {
    /// The test with the flags of this side.
    fn name(&self) -> String {
        std::iter::once(&self.script).chain(&self.flags).cloned().collect::<Vec<_>>().join(" ")
    }
}

type Heard = tokio::sync::mpsc::UnboundedReceiver<Signal>;

/// Waits for a run, and passes on what the terminal does not: Ctrl-C reaches the whole group of processes by itself.
fn await_end(mut child: Child, signals: &mut Heard, what: &str) -> Result<(), Error> {
    let mut stopped = false;
    let status = loop {
        while let Ok(signal) = signals.try_recv() {
            stopped = true;
            if signal == Signal::SIGTERM
                && let Ok(id) = i32::try_from(child.id())
            {
                // A run that has just ended cannot hear it any more.
                let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
            }
        }
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => std::thread::sleep(LOOK),
            Err(why) => return Err(Error::Internal(format!("{what}: {why}"))),
        }
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    match code {
        _ if stopped => Err(Error::run(ExitCode::EXTERNAL_ABORT, format!("{what} was interrupted"))),
        Some(0) => Ok(()),
        Some(code) if code == ExitCode::THRESHOLDS_FAILED.0 => Ok(()),
        Some(code) => Err(Error::run(ExitCode(code), format!("{what} ended with status {code}"))),
        None => Err(Error::run(ExitCode::GENERIC, format!("{what} was killed"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_balanced_and_repeat() {
        for seed in 0..50 {
            let order = Order::new(6, seed);
            assert_eq!(order, Order::new(6, seed));
            for four in order.0.chunks(4) {
                let sides: Vec<usize> = four.iter().map(|(side, _)| *side).collect();
                assert!(sides == [0, 1, 1, 0] || sides == [1, 0, 0, 1], "{sides:?}");
            }
            for round in 1..=6 {
                assert_eq!(order.0.iter().filter(|(_, one)| *one == round).count(), 2);
            }
        }
        assert!((0..50).any(|seed| Order::new(2, seed).0[0].0 == 1), "either side may come first");
        assert_eq!(Order::new(3, 1).0.len(), 6);
    }
}
