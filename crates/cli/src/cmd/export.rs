//! `plimsoll export`: the measurements of a kept run for other programs.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use clap::{Arg, ArgMatches, Command};
use model::ExitCode;
use report::summary::Mode;

use super::Spec;
use crate::error::Error;
use crate::kept::export::{FORMS, Failure, Source};
use crate::kept::summary::{document, summary};
use crate::kept::{Shelf, exchanges, now_ms, with_store};
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "export", about: "Write the measurements of a kept run for other programs", arguments, run };

fn arguments(command: Command) -> Command {
    let forms: Vec<String> = FORMS.iter().map(|form| format!("{}: {}", form.name, form.about)).collect();
    let form = Arg::new("form").long("format").value_name("string").default_value("json");
    let form = form.value_parser(FORMS.iter().map(|form| form.name).collect::<Vec<_>>());
    let form = form.hide_possible_values(true).help(forms.join("; "));
    let file = Arg::new("output").long("output").short('o').value_name("file");
    let file = file.help("where it goes; standard output when left out");
    let run = Arg::new("run").required(true).value_name("run");
    let run = run.help("the run: its id, the first letters of it, or latest");
    with_store(command).arg(form).arg(file).arg(run)
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let mut shelf = Shelf::open(session, matches)?;
    let now = now_ms(session);
    let kept = shelf.load(shelf.find(text("run").unwrap_or_default())?)?;
    let mut document = document(&kept, &summary(session, &kept, Mode::Full, now), now);
    document["exchanges"] = exchanges::document(&shelf.exchanges(&kept.listed)?);
    let source = Source { library: shelf.library(), run: &kept.listed, document };
    let wanted = text("form").unwrap_or_default();
    let form = FORMS.iter().find(|form| form.name == wanted);
    let form = form.ok_or_else(|| Error::Usage(format!("there is no format {wanted}")))?;
    let written = match text("output") {
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            (form.write)(&source, &mut out).and_then(|()| Ok(out.flush()?))
        }
        Some(path) => File::create(path).map_err(Failure::from).and_then(|file| {
            let mut out = BufWriter::new(file);
            (form.write)(&source, &mut out).and_then(|()| Ok(out.flush()?))
        }),
    };
    match written {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // A reader that went away is no error.
        Err(Failure::File(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(Failure::File(error)) => Err(Error::File(format!(
            "could not write {}: {error}",
            text("output").unwrap_or("standard output")
        ))),
        Err(Failure::Store(error)) => Err(Error::File(error.to_string())),
    }
}
