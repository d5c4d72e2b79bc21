//! Latencies on the wire: a capture by tcpdump, read back.
//!
//! On each connection a latency runs from the first packet of a request to the last packet of its answer,
//! which is what `http_req_duration` claims to be. Loopback packets carry the time at which the kernel
//! handled them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A capture under way.
pub(super) struct Capture {
    child: Child,
    file: PathBuf,
    port: u16,
}

impl Capture {
    /// Captures the packets of a port on loopback.
    pub(super) fn start(port: u16, folder: &Path) -> Result<Self, String> {
        let file = folder.join("capture.pcap");
        let child = Command::new("tcpdump")
            .args(["-i", "lo", "-s", "96", "-B", "65536", "-w"])
            .arg(&file)
            .args(["-Z", "root", "tcp", "port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("tcpdump cannot be started (apt-get install tcpdump): {error}"))?;
        // It has no sign for "I am listening"; its file exists once it is.
        for _ in 0..100 {
            std::thread::sleep(Duration::from_millis(20));
            if std::fs::metadata(&file).is_ok_and(|meta| meta.len() > 0) {
                break;
            }
        }
        std::thread::sleep(Duration::from_millis(300));
        Ok(Self { child, file, port })
    }

    /// Ends the capture and gives each request's latency in milliseconds.
    pub(super) fn latencies(mut self) -> Result<Vec<f64>, String> {
        std::thread::sleep(Duration::from_millis(500));
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).map_err(|error| error.to_string())?;
        self.child.wait().map_err(|error| error.to_string())?;
        let bytes = std::fs::read(&self.file).map_err(|error| error.to_string())?;
        read(&bytes, self.port)
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a connection is between a request and its answer.
#[derive(Default)]
struct Exchange {
    asked_ns: u64,
    answered_ns: u64,
}

fn read(bytes: &[u8], port: u16) -> Result<Vec<f64>, String> {
    let word = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let unit_ns = match word(0) {
        Some(0xa1b2_c3d4) => 1_000,
        Some(0xa1b2_3c4d) => 1,
        _ => return Err("not a capture file in this machine's byte order".to_owned()),
    };
    let mut open: HashMap<u16, Exchange> = HashMap::new();
    let mut latencies = Vec::new();
    let mut at = 24;
    while let (Some(seconds), Some(fraction), Some(length)) = (word(at), word(at + 4), word(at + 8)) {
        let start = at + 16;
        let Some(packet) = bytes.get(start..start + length as usize) else { break };
        at = start + length as usize;
        let time_ns = u64::from(seconds) * 1_000_000_000 + u64::from(fraction) * unit_ns;
        let Some((source, destination, payload)) = tcp(packet) else { continue };
        if payload == 0 {
            continue;
        }
        if destination == port {
            let exchange = open.entry(source).or_default();
            // A new request on the connection ends the exchange before it.
            if exchange.answered_ns > 0 {
                latencies.push((exchange.answered_ns - exchange.asked_ns) as f64 / 1e6);
                *exchange = Exchange::default();
            }
            if exchange.asked_ns == 0 {
                exchange.asked_ns = time_ns;
            }
        } else if source == port
            && let Some(exchange) = open.get_mut(&destination).filter(|exchange| exchange.asked_ns > 0)
        {
            exchange.answered_ns = time_ns;
        }
    }
    latencies.extend(
        open.values()
            .filter(|exchange| exchange.answered_ns > 0)
            .map(|exchange| (exchange.answered_ns - exchange.asked_ns) as f64 / 1e6),
    );
    Ok(latencies)
}

/// Ports and payload length of a TCP packet over IPv4 on an Ethernet-like link, as loopback is.
fn tcp(packet: &[u8]) -> Option<(u16, u16, usize)> {
    let ip = packet.get(14..)?;
    if ip.first()? >> 4 != 4 || *ip.get(9)? != 6 {
        return None;
    }
    let header = usize::from(ip[0] & 15) * 4;
    let total = usize::from(u16::from_be_bytes([*ip.get(2)?, *ip.get(3)?]));
    let tcp = ip.get(header..)?;
    let source = u16::from_be_bytes([*tcp.first()?, *tcp.get(1)?]);
    let destination = u16::from_be_bytes([*tcp.get(2)?, *tcp.get(3)?]);
    let offset = usize::from(tcp.get(12)? >> 4) * 4;
    Some((source, destination, total.saturating_sub(header + offset)))
}
