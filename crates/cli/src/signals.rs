//! Ctrl-C and the signal TERM: who hears of them.
//!
//! Both signals are blocked in every thread and awaited by one, so that no code ever runs inside a signal handler.
//! Whoever subscribed hears of them; while nobody has, they end the program as usual.

use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::signal::{SigSet, Signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The thread that awaits signals.
#[derive(Clone, Default)]
pub struct Signals(Arc<Mutex<Listener>>);

/// Who hears of signals, and how many there were since it began to listen.
#[derive(Default)]
struct Listener {
    sender: Option<UnboundedSender<Signal>>,
    heard: u32,
}

/// So many signals end the program whatever it is doing: script code that never waits can keep a listener busy.
const PATIENCE: u32 = 3;

impl Signals {
    /// Blocks the signals in this thread and those it starts from now on, and starts the thread that awaits them.
    /// To be called before any other thread exists.
    #[must_use]
    pub fn watch() -> Self {
        let signals = Self::default();
        let mut set = SigSet::empty();
        set.add(Signal::SIGINT);
        set.add(Signal::SIGTERM);
        if set.thread_block().is_err() {
            // They then keep their usual meaning, which is to end the program.
            return signals;
        }
        let heard = signals.clone();
        let await_all = move || {
            while let Ok(signal) = set.wait() {
                heard.pass_on(signal);
            }
        };
        if std::thread::Builder::new().name("signals".to_owned()).spawn(await_all).is_err() {
            let _ = set.thread_unblock();
        }
        signals
    }

    /// From now on signals arrive here, until the receiver is dropped.
    #[must_use]
    pub fn subscribe(&self) -> UnboundedReceiver<Signal> {
        let (sender, receiver) = unbounded_channel();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Listener { sender: Some(sender), heard: 0 };
        receiver
    }

    fn pass_on(&self, signal: Signal) {
        let mut listener = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listener.heard += 1;
        let heard = listener.sender.as_ref().is_some_and(|sender| sender.send(signal).is_ok());
        if !heard || listener.heard >= PATIENCE {
            // What a shell expects of a program that a signal ended.
            std::process::exit(128 + signal as i32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_hears_of_signals() {
        let signals = Signals::default();
        let mut heard = signals.subscribe();
        signals.pass_on(Signal::SIGINT);
        signals.pass_on(Signal::SIGTERM);
        assert_eq!([heard.try_recv(), heard.try_recv()], [Ok(Signal::SIGINT), Ok(Signal::SIGTERM)]);
    }
}
