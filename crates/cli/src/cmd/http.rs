//! `plimsoll http`: one request again and again, without a script.
//!
//! The flags are those that users of wrk, hey and oha have in their fingers. They become a plan of one request; the
//! rest is a run like any other.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;
use plan::quick::{Quick, QuickLoad};

use super::Spec;
use crate::error::Error;
use crate::flags;
use crate::load::Script;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "http", about: "Send one request again and again", arguments, run };

/// Users, when nobody says how many.
const USERS: u64 = 50;

/// The flags with a value: name among all flags, long name, letter, help.
const VALUES: &[(&str, &str, char, &str)] = &[
    ("http-users", "users", 'c', "users, each with a connection of its own (50)"),
    ("http-requests", "requests", 'n', "requests in all"),
    ("http-time", "duration", 'd', "how long: 30s, 5m; a bare number is seconds (10s unless -n is given)"),
    ("http-rate", "rate", 'q', "requests a second in all, whatever the answers take"),
    ("http-method", "method", 'm', "the method (GET, or POST when there is a body)"),
    ("http-body", "body", 'b', "what is sent; @FILE sends a file"),
    ("http-content-type", "content-type", 'T', "the header Content-Type"),
    ("http-timeout", "timeout", 't', "how long a request may take: 5s; a bare number is seconds (20s)"),
];

fn arguments(command: Command) -> Command {
    let mut command = command.arg(Arg::new("http-url").required(true).value_name("URL").help("where to"));
    for &(id, long, short, help) in VALUES {
        let arg = Arg::new(id).long(long).short(short).help(help).num_args(1);
        command = command.arg(arg.value_name(long).allow_hyphen_values(true));
    }
    let header = Arg::new("http-header").long("header").short('H').action(ArgAction::Append).num_args(1);
    let header = header.value_name("header").help("a header, as 'Name: value'; may be repeated");
    let http2 = Arg::new("http-http2").long("http2").action(ArgAction::SetTrue);
    let http2 = http2.help("HTTP/2, without TLS by prior knowledge");
    // The global flags without the letters that these tools use otherwise.
    let command = command.arg(header).arg(http2);
    let command = flags::add_named(command, flags::global::FLAGS, &["address", "config", "quiet"]);
    flags::add_named(command, flags::runtime::FLAGS, &["summary-export", "summary-mode", "fail-on-untrusted"])
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let quick = read(matches).map_err(Error::Usage)?;
    let plan = quick.plan().map_err(|e| Error::Usage(e.to_string()))?;
    let script = Script::Plan { name: &quick.url, plan: Some(plan).into() };
    crate::run::run(session, matches, &script)
}

/// What the flags ask for.
fn read(matches: &ArgMatches) -> Result<Quick, String> {
    let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let whole = |id: &str, flag: &str| {
        text(id)
            .map(|text| number(text).ok_or(format!("{flag} {text}: that is no number above 0")))
            .transpose()
    };
    let span = |id: &str, flag: &str| {
        text(id)
            .map(|text| time(text).ok_or(format!("{flag} {text}: that is no time, write 30s or 5m")))
            .transpose()
    };
    let mut headers = Vec::new();
    for line in matches.get_many::<String>("http-header").into_iter().flatten() {
        let (name, value) =
            line.split_once(':').ok_or(format!("-H {line:?}: a header is written 'Name: value'"))?;
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    if let Some(kind) = text("http-content-type") {
        headers.push(("Content-Type".to_owned(), kind.to_owned()));
    }
    let body = text("http-body").map(read_body).transpose()?;
    let usual = if body.is_some() { "POST" } else { "GET" };
    let url = text("http-url").unwrap_or_default();
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    Ok(Quick {
        url,
        method: text("http-method").map_or(usual.to_owned(), str::to_ascii_uppercase),
        headers,
        body,
        timeout: span("http-timeout", "-t")?.unwrap_or(Duration::from_secs(20)),
        redirects: 0,
        version: if matches.get_flag("http-http2") {
            net::VersionPreference::Http2
        } else {
            net::VersionPreference::Http1
        },
        load: QuickLoad {
            users: whole("http-users", "-c")?.unwrap_or(USERS),
            requests: whole("http-requests", "-n")?,
            duration: span("http-time", "-d")?,
            rate: whole("http-rate", "-q")?,
        },
    })
}

/// A whole number above 0.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number > 0)
}

/// A time; a bare number is seconds, as in the tools whose flags these are.
fn time(text: &str) -> Option<Duration> {
    let time = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        Err(_) => model::duration::parse(text).ok()?,
    };
    (time > Duration::ZERO).then_some(time)
}

fn read_body(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix('@') {
        None => Ok(text.as_bytes().to_vec()),
        Some(path) => std::fs::read(path).map_err(|why| format!("-b {text}: {why}")),
    }
}
