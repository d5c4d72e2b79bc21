//! Child processes that are measured: CPU, wall time, resident memory over time.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a finished child cost.
pub(crate) struct Cost {
    /// User and system time, its threads included.
    pub(crate) cpu: Duration,
    /// From start to end.
    pub(crate) wall: Duration,
    /// The largest resident size seen, in bytes.
    pub(crate) rss_max: u64,
    /// Resident size over time: seconds since the start, bytes.
    pub(crate) rss: Vec<(f64, u64)>,
    /// Whether it ended with status 0.
    pub(crate) ok: bool,
    /// What it printed.
    pub(crate) stdout: String,
}

/// Runs a command to its end, looking at its memory every 20 ms.
#[expect(clippy::disallowed_methods, reason = "a chore measures wall time; the run's clock is the program's")]
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Cost, String> {
    let before = children_cpu()?;
    let start = Instant::now();
    let file = tempfile::tempfile().map_err(|error| error.to_string())?;
    let mut reader = file.try_clone().map_err(|error| error.to_string())?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{:?} cannot be started: {error}", command.get_program()))?;
    let mut rss = Vec::new();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if let Some(bytes) = resident(&child) {
            rss.push((start.elapsed().as_secs_f64(), bytes));
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{:?} took longer than {limit:?}", command.get_program()));
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let wall = start.elapsed();
    let mut stdout = String::new();
    std::io::Seek::rewind(&mut reader).map_err(|error| error.to_string())?;
    std::io::Read::read_to_string(&mut reader, &mut stdout).map_err(|error| error.to_string())?;
    Ok(Cost {
        cpu: children_cpu()?.saturating_sub(before),
        wall,
        rss_max: rss.iter().map(|sample| sample.1).max().unwrap_or(0),
        rss,
        ok: status.success(),
        stdout,
    })
}

/// CPU time of all children that have been waited for.
fn children_cpu() -> Result<Duration, String> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

/// Resident bytes of a running child.
fn resident(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
