//! `plimsoll import`: results that another tool wrote, taken into the store as a run.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use model::{ExitCode, Level};
use report::quick::{span, thousands};

use super::Spec;
use crate::error::Error;
use crate::flags::{Flags, runtime};
use crate::kept::with_store;
use crate::results::{FORMATS, Wanted, detect, import};
use crate::run::keeping;
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "import", about: "Keep results of another tool as a run", arguments, run };

fn arguments(command: Command) -> Command {
    let formats: Vec<String> =
        FORMATS.iter().map(|format| format!("{}: {}", format.name, format.title)).collect();
    let from = Arg::new("from").long("from").value_name("string");
    let from = from.value_parser(FORMATS.iter().map(|format| format.name).collect::<Vec<_>>());
    let from = from.hide_possible_values(true);
    let from =
        from.help(format!("what the file is, where its beginning does not tell; {}", formats.join("; ")));
    let name = Arg::new("name").long("name").value_name("string");
    let name =
        name.help("the test that it was a run of, as `runs` is to name it; the file's name unless told");
    let file = Arg::new("file").required(true).value_name("file");
    let file = file.help("the results; they may be packed with gzip");
    with_store(command).arg(from).arg(name).arg(file)
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let flags = Flags::read(runtime::RUN_FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let place = keeping::place(session, &flags)?.ok_or_else(|| {
        Error::Usage("there is no data folder, so say with --store where runs are kept".to_owned())
    })?;
    let path = PathBuf::from(text("file").unwrap_or_default());
    let format = match text("from") {
        Some(wanted) => FORMATS.iter().find(|format| format.name == wanted),
        None => detect(&path).map_err(|why| Error::File(format!("{}: {why}", path.display())))?,
    };
    let format = format.ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        Error::File(format!(
            "{} does not begin like results that are known; --from says what it is: {}",
            path.display(),
            names.join(", ")
        ))
    })?;
    let own = || path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let name = text("name").map_or_else(own, str::to_owned);
    let imported = import(session, &Wanted { path, format, name: name.clone(), place })?;
    if imported.skipped > 0 {
        let first = imported.first_skipped.unwrap_or_default();
        let text = format!("{} lines could not be read and are left out; {first}", imported.skipped);
        session.say(Level::Warning, &text);
    }
    if imported.guessed_time {
        session.say(
            Level::Warning,
            "the file does not say when the run was: it is taken to have ended when the file was written",
        );
    }
    let what = match imported.samples {
        0 => "figures of the whole run".to_owned(),
        samples => format!("{} samples", thousands(samples)),
    };
    session.print(&format!(
        "{} {name}: {}, {what}, {}\n  not in it: {}\n",
        imported.id,
        format.title,
        span(imported.length_ms),
        format.limits
    ));
    Ok(ExitCode::SUCCESS)
}
