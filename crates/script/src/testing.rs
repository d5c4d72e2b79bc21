//! Faults that tests place between a script and its host: [`arm`] makes one happen some host calls, or some
//! allocations, from now on this thread. Nothing here exists in a release build.

use std::cell::Cell;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The host function panics.
    Panic,
    /// The user is told to stop just before the host function runs.
    Interrupt,
    /// An allocation of the user's runtime meets its limit: a large one is refused, a small one passes it.
    NoMemory,
}

thread_local! {
    static ARMED: Cell<Option<(Fault, u32)>> = const { Cell::new(None) };
}

/// Makes `fault` happen after `skip` more host calls, or allocations, of this thread. It happens once.
pub fn arm(fault: Fault, skip: u32) {
    ARMED.set(Some((fault, skip)));
}

/// What is armed on this thread, for a thread that it starts.
pub(crate) fn armed() -> Option<(Fault, u32)> {
    ARMED.get()
}

/// Takes back what [`arm`] asked for; the answer tells whether it has happened already.
pub fn disarm() -> bool {
    ARMED.take().is_none()
}

/// Counts one occasion for faults that `fits` accepts and gives the fault whose turn has come.
fn turn(fits: impl FnOnce(Fault) -> bool) -> Option<Fault> {
    let (fault, left) = ARMED.get()?;
    if !fits(fault) {
        return None;
    }
    ARMED.set((left > 0).then(|| (fault, left - 1)));
    (left == 0).then_some(fault)
}

/// Called at each host call.
pub(crate) fn host_call(host: &crate::vu::Host) {
    match turn(|fault| fault != Fault::NoMemory) {
        Some(Fault::Panic) => panic!("a fault that a test asked for"),
        Some(Fault::Interrupt) => host.interrupt(),
        Some(Fault::NoMemory) | None => {}
    }
}

/// Called at each allocation; whether it is to meet the limit.
pub(crate) fn refuses_allocation() -> bool {
    turn(|fault| fault == Fault::NoMemory).is_some()
}

/// What the pages in `docs/` of this crate list the members of: modules by name, objects by what they are called.
#[cfg(test)]
pub(crate) fn documented() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    let pages = std::fs::read_dir(folder).expect("the pages are a folder");
    let texts = pages.map(|page| std::fs::read_to_string(page.expect("it can be listed").path()));
    let title = |line: &str| {
        let title = line.strip_prefix("```members ")?;
        Some(title.split_once(" = ").map_or(title, |(title, _)| title).to_owned())
    };
    texts.flat_map(|text| text.expect("it is text").lines().filter_map(title).collect::<Vec<_>>()).collect()
}
