//! `plimsoll archive`: packs a script with everything it needs into one file.

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;

use super::{Spec, file_argument, one_argument};
use crate::archive_file::Archive;
use crate::cmd::run::SCRIPT_WANTED;
use crate::error::Error;
use crate::load::Script;
use crate::run::options;
use crate::session::Session;
use crate::{flags, load};

/// The row.
pub const SPEC: Spec = Spec { name: "archive", about: "Create an archive", arguments, run };

fn arguments(command: Command) -> Command {
    let command = flags::add(command, flags::options::FLAGS);
    flags::add(command, flags::runtime::FLAGS)
        .arg(file_argument("the script"))
        .arg(
            Arg::new("archive-out")
                .long("archive-out")
                .short('O')
                .default_value("archive.tar")
                .help("the archive's file; - for standard output"),
        )
        .arg(
            Arg::new("exclude-env-vars")
                .long("exclude-env-vars")
                .action(ArgAction::SetTrue)
                .help("do not put the script's environment into the archive"),
        )
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let name = one_argument(matches, SCRIPT_WANTED)?;
    let loaded = load::load(session, matches, &Script::Named(&name), false)?;
    let settled = options::settle(session, matches, &loaded)?;
    let script = loaded.source.read(&loaded.source.main).map_err(|e| Error::File(format!("{name}: {e}")))?;
    let test = loaded.test.script().ok_or_else(|| Error::Usage("only scripts can be archived".to_owned()))?;
    let archive = Archive {
        main: loaded.source.main.clone(),
        folder: format!("file://{}", loaded.source.folder.display()),
        script,
        files: test.files().into_iter().collect(),
        options: settled.shown(),
        env: if matches.get_flag("exclude-env-vars") { Default::default() } else { loaded.env },
    };
    let packed = archive.pack().map_err(|e| Error::File(format!("could not make the archive: {e}")))?;
    let out = matches.get_one::<String>("archive-out").map_or("archive.tar", String::as_str);
    let written = match out {
        "-" => std::io::Write::write_all(&mut std::io::stdout().lock(), &packed),
        path => std::fs::write(path, &packed),
    };
    written.map_err(|e| Error::File(format!("could not write {out}: {e}")))?;
    Ok(ExitCode::SUCCESS)
}
