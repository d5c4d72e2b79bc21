//! `plimsoll http`: one request again and again, without a script.
//!
//! The flags are those that users of wrk, hey and oha have in their fingers. They become a plan of one request; the
//! rest is a run like any other.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;
use plan::quick::{Quick, QuickLoad};
use report::quick::Asked;

use super::Spec;
use crate::error::Error;
use crate::flags;
use crate::load::Script;
use crate::run::results::Page;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "http", about: "Send one request again and again", arguments, run };

/// Users, when nobody says how many.
const USERS: u64 = 50;
/// How long a request may take, when nobody says.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The flags with a value: name among all flags, long name, letter, help.
const VALUES: &[(&str, &str, char, &str)] = &[
    ("http-users", "users", 'c', "users, each with a connection of its own (50)"),
    ("http-requests", "requests", 'n', "requests in all"),
    ("http-time", "duration", 'd', "how long: 30s, 5m; a bare number is seconds (10s unless -n is given)"),
    ("http-rate", "rate", 'q', "requests a second in all, whatever the answers take"),
    ("http-method", "method", 'm', "the method (GET, or POST when there is a body)"),
    ("http-body", "body", 'b', "what is sent; @FILE sends a file"),
    ("http-content-type", "content-type", 'T', "the header Content-Type"),
    ("http-accept", "accept", 'A', "the header Accept"),
    ("http-auth", "basic-auth", 'a', "credentials for Basic authentication, as user:password"),
    ("http-redirects", "redirects", 'r', "how many redirects are followed (0)"),
    ("http-timeout", "timeout", 't', "how long a request may take: 5s; a bare number is seconds (20s)"),
];

/// Switches: name among all flags, long name, letter, help.
const SWITCHES: &[(&str, &str, Option<char>, &str)] = &[
    ("http-http2", "http2", None, "HTTP/2, without TLS by prior knowledge"),
    ("http-json", "json", Some('j'), "print the results as JSON and nothing else"),
];

/// Flags of other tools that ask for what is always so here.
const ACCEPTED: &[&str] = &["latency-correction", "no-tui"];

/// Flags of a run that make sense for one request, without their letters.
const OF_RUNS: &[&str] = &[
    "blacklist-ip",
    "block-hostnames",
    "dns",
    "insecure-skip-tls-verify",
    "local-ips",
    "no-connection-reuse",
    "tag",
    "user-agent",
];

fn arguments(command: Command) -> Command {
    let mut command = command.arg(Arg::new("http-url").value_name("URL").help("where to"));
    for &(id, long, short, help) in VALUES {
        let arg = Arg::new(id).long(long).short(short).help(help).num_args(1).value_name(long);
        command = command.arg(match id {
            "http-time" => arg.short_alias('z'),
            _ => arg.allow_hyphen_values(true),
        });
    }
    for &(id, long, short, help) in SWITCHES {
        command = command.arg(Arg::new(id).long(long).short(short).help(help).action(ArgAction::SetTrue));
    }
    for &name in ACCEPTED {
        command = command.arg(Arg::new(name).long(name).action(ArgAction::SetTrue).hide(true));
    }
    let header = Arg::new("http-header").long("header").short('H').action(ArgAction::Append).num_args(1);
    let command =
        command.arg(header.value_name("header").help("a header, as 'Name: value'; may be repeated"));
    // The global flags without the letters that these tools use otherwise.
    let command = flags::add_named(command, flags::global::FLAGS, &["address", "config", "quiet"]);
    let command = flags::add_named(command, flags::options::FLAGS, OF_RUNS);
    let command = flags::add_named(
        command,
        flags::runtime::RUN_FLAGS,
        &["no-exchanges", "no-store", "out", "store", "store-keep"],
    );
    flags::add_named(command, flags::runtime::FLAGS, &["fail-on-untrusted", "summary-export"])
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let quick = read(matches).map_err(Error::Usage)?;
    let plan = quick.plan().map_err(|e| Error::Usage(e.to_string()))?;
    let (users, rate) = (quick.load.users, quick.load.rate);
    let asked = Asked { method: quick.method.clone(), url: quick.url.clone(), users, rate };
    let page = Page { asked, json: matches.get_flag("http-json") };
    let script = Script::Plan {
        name: &quick.url,
        plan: Some(Box::new(plan)).into(),
        registry: metrics::Registry::new(),
        page: Some(page),
    };
    crate::run::run(session, matches, &script)
}

/// What the flags ask for.
fn read(matches: &ArgMatches) -> Result<Quick, String> {
    let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let given = text("http-url").ok_or("where to? plimsoll http URL")?;
    let url = if given.contains("://") { given.to_owned() } else { format!("http://{given}") };
    let parsed = net::Url::parse(&url).map_err(|why| format!("{given}: {why}"))?;
    if !parsed.is_http() || parsed.host().is_empty() {
        return Err(format!("{given}: an address begins with http:// or https:// and names a host"));
    }
    let body = text("http-body").map(read_body).transpose()?;
    let usual = if body.is_some() { "POST" } else { "GET" };
    Ok(Quick {
        url,
        method: text("http-method").map_or(usual.to_owned(), str::to_ascii_uppercase),
        headers: headers(matches)?,
        body,
        timeout: text("http-timeout").map(|given| time(given, "-t")).transpose()?.unwrap_or(TIMEOUT),
        redirects: match text("http-redirects") {
            Some(given) => given.parse().map_err(|_| format!("-r {given}: that is no number"))?,
            None => 0,
        },
        version: if matches.get_flag("http-http2") {
            net::VersionPreference::Http2
        } else {
            net::VersionPreference::Http1
        },
        load: load(matches)?,
    })
}

/// How much is asked for.
fn load(matches: &ArgMatches) -> Result<QuickLoad, String> {
    let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let whole = |id: &str, flag: &str| text(id).map(|given| number(given, flag)).transpose();
    let (requests, rate) = (whole("http-requests", "-n")?, whole("http-rate", "-q")?);
    let users = whole("http-users", "-c")?;
    if let (Some(users), Some(requests)) = (users, requests)
        && users > requests
        && rate.is_none()
    {
        return Err(format!(
            "-c {users} -n {requests}: with fewer requests than users, some would send none"
        ));
    }
    let duration = text("http-time").map(|given| time(given, "-d")).transpose()?;
    let users =
        users.unwrap_or(USERS).min(if rate.is_none() { requests.unwrap_or(u64::MAX) } else { u64::MAX });
    Ok(QuickLoad { users, requests, duration, rate })
}

/// The headers, those of flags of their own included.
fn headers(matches: &ArgMatches) -> Result<Vec<(String, String)>, String> {
    let mut headers = Vec::new();
    for line in matches.get_many::<String>("http-header").into_iter().flatten() {
        let (name, value) =
            line.split_once(':').ok_or(format!("-H {line:?}: a header is written 'Name: value'"))?;
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    for (id, name) in [("http-content-type", "Content-Type"), ("http-accept", "Accept")] {
        if let Some(value) = matches.get_one::<String>(id) {
            headers.push((name.to_owned(), value.clone()));
        }
    }
    if let Some(credentials) = matches.get_one::<String>("http-auth") {
        let (user, password) =
            credentials.split_once(':').ok_or("-a: credentials are written user:password")?;
        headers.push(("Authorization".to_owned(), net::auth::basic(user, password)));
    }
    Ok(headers)
}

/// A whole number above 0.
fn number(text: &str, flag: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("{flag} {text}: that is no whole number above 0"))
}

/// A time; a bare number is seconds, as in the tools whose flags these are.
fn time(text: &str, flag: &str) -> Result<Duration, String> {
    let time = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => model::duration::parse(text).ok(),
    };
    let time = time.filter(|time| *time > Duration::ZERO);
    time.ok_or_else(|| format!("{flag} {text}: that is no time; write 30s or 5m"))
}

fn read_body(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix('@') {
        None => Ok(text.as_bytes().to_vec()),
        Some(path) => std::fs::read(path).map_err(|why| format!("-b {text}: {why}")),
    }
}
