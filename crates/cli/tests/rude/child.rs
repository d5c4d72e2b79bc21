//! The program as a child that is looked at from outside: its memory and its sockets.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// How often the child is asked whether it has ended.
const STEP: Duration = Duration::from_millis(20);

/// What the program said and what it held when it was done with the load.
pub struct Watched {
    /// Exit status; −1 for a signal.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub log: String,
    /// The most memory it ever held, bytes; none when it never came to its teardown.
    pub peak: Option<u64>,
    /// Remote ports of the TCP sockets that were open when the load was over, one a socket.
    pub ports: Vec<u16>,
    /// How long it ran, at least.
    pub took: Duration,
}

/// Runs it to its end and looks at it when it says `torn down`; kills what is not done within `limit`.
pub fn watch(mut command: Command, limit: Duration) -> Watched {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let pid = child.id();
    let mut stdout = child.stdout.take().expect("it is piped");
    let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let out = thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).expect("it writes text");
        text
    });
    let log = thread::spawn(move || {
        let (mut text, mut seen) = (String::new(), (None, Vec::new()));
        for line in stderr.lines().map_while(Result::ok) {
            if line.contains("torn down") {
                seen = (peak(pid), ports(pid));
            }
            text.push_str(&line);
            text.push('\n');
        }
        (text, seen)
    });
    let mut took = Duration::ZERO;
    let code = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status.code().unwrap_or(-1);
        }
        if took > limit {
            child.kill().expect("it can be killed");
        }
        thread::sleep(STEP);
        took += STEP;
    };
    let (log, (peak, ports)) = log.join().expect("the reader ends");
    Watched { code, out: out.join().expect("the reader ends"), log, peak, ports, took }
}

fn peak(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok().map(|kib| kib << 10)
}

fn ports(pid: u32) -> Vec<u16> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let inodes: HashSet<String> = entries
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok()?.to_str().map(str::to_owned))
        .filter_map(|link| link.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned))
        .collect();
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    table.lines().skip(1).filter_map(|line| remote_port(line, &inodes)).collect()
}

fn remote_port(line: &str, inodes: &HashSet<String>) -> Option<u16> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    if !inodes.contains(*fields.get(9)?) {
        return None;
    }
    u16::from_str_radix(fields.get(2)?.split_once(':')?.1, 16).ok().filter(|port| *port > 0)
}
