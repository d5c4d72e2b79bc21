//! `plimsoll trace`: which services the latency of traces is made of.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use insight::traces::{Followed, Unusable, follow, shares};
use model::ExitCode;

use super::Spec;
use crate::error::Error;
use crate::flags::{self, Flags, judgement};
use crate::session::Session;
use crate::traces::{Found, Gathered, document, text};

/// The row.
pub const SPEC: Spec =
    Spec { name: "trace", about: "Show which services the latency of traces is made of", arguments, run };

/// Roots that are named when none is the one that was asked for.
const NAMED_MOST: usize = 5;

fn arguments(command: Command) -> Command {
    let root = Arg::new("root").long("root").value_name("name");
    let root = root.help("only traces whose root is this service, this operation, or 'SERVICE OPERATION'");
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print JSON");
    let files = Arg::new("file").num_args(1..).required(true).value_name("file");
    let files =
        files.help("traces of Jaeger, OpenTelemetry, Tempo or Zipkin as JSON; they may be packed with gzip");
    flags::add_named(command, judgement::FLAGS, &["confidence"]).arg(root).arg(json).arg(files)
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let flags = Flags::read(judgement::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let level = judgement::confidence(&flags).map_err(Error::Usage)?;
    let files: Vec<&String> = matches.get_many::<String>("file").into_iter().flatten().collect();
    let mut gathered = Gathered::default();
    for file in &files {
        gathered.read(Path::new(file))?;
    }
    let files = match files[..] {
        [one] => one.clone(),
        _ => format!("{} files", files.len()),
    };
    let mut traces = Vec::new();
    let mut unusable = Vec::new();
    for trace in gathered.take_traces() {
        match follow(&trace) {
            Ok(followed) => traces.push(followed),
            Err(why) => unusable.push((trace.id, why)),
        }
    }
    if let (true, Some((id, why))) = (traces.is_empty(), unusable.first()) {
        return Err(Error::File(format!("{files}: no trace has a root: {}", sentence(id, *why))));
    }
    if let Some(root) = matches.get_one::<String>("root") {
        traces = of_root(traces, root)?;
    }
    let Some(shares) = shares(&traces, level) else {
        let first = gathered.first.map_or_else(String::new, |first| format!("; {first}"));
        return Err(Error::File(format!("{files}: there are no spans{first}")));
    };
    let rootless = unusable.len() as u64;
    let found =
        Found { files: &files, traces: &traces, shares: &shares, gathered: &gathered, rootless, level };
    session.print(&if matches.get_flag("json") { format!("{:#}\n", document(&found)) } else { text(&found) });
    Ok(ExitCode::SUCCESS)
}

/// Why a trace cannot be followed.
fn sentence(id: &str, why: Unusable) -> String {
    match why {
        Unusable::Circular => format!("the spans of trace {id} are each other's parents"),
        Unusable::Timeless => format!("the root of trace {id} has no times that can be true"),
        Unusable::Empty => format!("trace {id} has no spans"),
    }
}

/// The traces whose root has this name.
fn of_root(traces: Vec<Followed>, name: &str) -> Result<Vec<Followed>, Error> {
    let full = |one: &Followed| format!("{} {}", one.root.service, one.root.operation);
    let mut others: Vec<String> = traces.iter().map(full).collect();
    let is_it = |one: &Followed| one.root.service == name || one.root.operation == name || full(one) == name;
    let wanted: Vec<Followed> = traces.into_iter().filter(is_it).collect();
    if wanted.is_empty() {
        others.sort_unstable();
        others.dedup();
        others.truncate(NAMED_MOST);
        return Err(Error::Usage(format!(
            "no trace has the root '{name}'; there are: {}",
            others.join(", ")
        )));
    }
    Ok(wanted)
}
