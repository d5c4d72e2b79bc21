//! `plimsoll convert`: writes a test in another format as a plan of our own or as a k6 script.

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use model::ExitCode;
use plan::convert::{Target, convert};
use plan::import::Leniency;

use super::{Spec, one_argument};
use crate::error::Error;
use crate::flags::{self, Flags, runtime};
use crate::load;
use crate::made_file::{force_argument, write};
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "convert", about: "Write a test in another format", arguments, run };

fn arguments(command: Command) -> Command {
    let command = flags::add(command, runtime::FLAGS);
    let command = flags::OF_FORMATS.iter().fold(command, |command, table| flags::add(command, table));
    command
        .arg(super::file_argument("a plan, a recording, command lines of curl, or a test of another tool"))
        .arg(Arg::new("to").long("to").value_name("FORMAT").help("what to write: plan (plimsoll.yaml) or k6"))
        .arg(
            Arg::new("file-out")
                .long("output")
                .short('o')
                .value_name("FILE")
                .help("where to; standard output when left out"),
        )
        .arg(force_argument())
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let name = one_argument(matches, "a test in another format than that of scripts")?;
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let Some(target) = text("to").and_then(Target::named) else {
        let given = text("to").unwrap_or_default();
        return Err(Error::Usage(format!("invalid value \"{given}\" of --to: it is plan or k6")));
    };
    let runtime = Flags::read(runtime::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let output = text("file-out").filter(|output| *output != "-");
    let folder = match output {
        Some(output) => Path::new(output).parent().map_or_else(Default::default, Path::to_path_buf),
        // What is printed stands beside the test.
        None if name != "-" => Path::new(&name).parent().map_or_else(Default::default, Path::to_path_buf),
        None => std::path::PathBuf::new(),
    };
    let here = std::env::current_dir().map_err(|why| Error::File(format!("the working directory: {why}")))?;
    let (source, format) = load::foreign(session, matches, &runtime, &name)?;
    let converted = convert(&source, format, target, &here.join(folder))
        .map_err(|refused| load::refused(session, &name, format, &refused))?;
    // What is missing ends a run, but not a conversion.
    load::tell(session, &converted.notes, Leniency { strict: false, allow_unsupported: true });
    match output {
        None => session.print(&converted.text),
        Some(output) => write(output, &converted.text, matches.get_flag("force"))?,
    }
    Ok(ExitCode::SUCCESS)
}
