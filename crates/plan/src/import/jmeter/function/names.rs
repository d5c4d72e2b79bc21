//! Functions that tell where a user stands, and those of the log.

use std::net::UdpSocket;

use model::Level;

use super::super::text::{Call, Fault};
use super::super::user::User;

pub(super) fn thread_num(_: &Call, user: &mut User) -> Result<String, Fault> {
    Ok(user.number.to_string())
}

pub(super) fn iteration_num(_: &Call, user: &mut User) -> Result<String, Fault> {
    Ok(user.iteration.to_string())
}

pub(super) fn thread_group_name(_: &Call, user: &mut User) -> Result<String, Fault> {
    Ok(user.group_name.to_string())
}

pub(super) fn test_plan_name(_: &Call, user: &mut User) -> Result<String, Fault> {
    Ok(user.shared.file_name.clone())
}

pub(super) fn sampler_name(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = user.sampler_name.to_string();
    call.keep(0, name, user)
}

pub(super) fn machine_name(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = match name.trim() {
        "" => std::env::var("HOSTNAME").unwrap_or_else(|_| "localhost".to_owned()),
        name => name.to_owned(),
    };
    call.keep(0, name, user)
}

pub(super) fn machine_ip(call: &Call, user: &mut User) -> Result<String, Fault> {
    // Connecting a datagram socket sends nothing, but chooses the address that would be sent from.
    let address = UdpSocket::bind("0.0.0.0:0")
        .and_then(|socket| socket.connect("198.51.100.1:9").and_then(|()| socket.local_addr()));
    let text = address.map_or_else(|_| "127.0.0.1".to_owned(), |address| address.ip().to_string());
    call.keep(0, text, user)
}

fn level(word: &str) -> Option<Level> {
    Some(match word.trim().to_ascii_uppercase().as_str() {
        "ERROR" => Level::Error,
        "WARN" => Level::Warning,
        "DEBUG" | "TRACE" => Level::Debug,
        _ => Level::Info,
    })
}

fn write(call: &Call, user: &mut User) -> Result<String, Fault> {
    let text = call.arg(0, user)?.into_owned();
    let word = call.arg(1, user)?.into_owned();
    if matches!(word.trim(), "OUT" | "ERR") {
        (user.shared.print)(Level::Info, &text);
    } else if let Some(level) = level(&word) {
        let name = user.name.to_string();
        user.shared.say(level, &format!("{name}: {text}"));
    }
    Ok(text)
}

pub(super) fn log(call: &Call, user: &mut User) -> Result<String, Fault> {
    write(call, user)
}

pub(super) fn logn(call: &Call, user: &mut User) -> Result<String, Fault> {
    write(call, user)?;
    Ok(String::new())
}
