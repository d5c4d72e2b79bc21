//! The commands: one row of [`COMMANDS`] and one file each.

mod ab;
mod archive;
mod baseline;
mod calibrate;
mod capacity;
mod check;
mod cloud;
mod compare;
mod completion;
mod convert;
mod demo;
mod export;
mod gate;
mod http;
mod import;
mod inspect;
mod new;
mod pause;
mod report;
mod resume;
mod rm;
mod run;
mod runs;
mod scale;
mod show;
mod soak;
mod stats;
mod status;
mod target;
mod trace;
mod trend;
mod version;

use clap::{ArgMatches, Command};
use model::ExitCode;

use crate::error::Error;
use crate::flags;
use crate::session::Session;

pub use version::K6_COMPATIBLE;

/// A command: a row of the table.
pub struct Spec {
    /// What the user types.
    pub name: &'static str,
    /// One line of help.
    pub about: &'static str,
    /// Adds its flags and arguments.
    pub arguments: fn(Command) -> Command,
    /// Does it.
    pub run: fn(&Session, &ArgMatches) -> Result<ExitCode, Error>,
}

/// Every command, in alphabetical order.
pub static COMMANDS: &[Spec] = &[
    ab::SPEC,
    archive::SPEC,
    baseline::SPEC,
    calibrate::SPEC,
    capacity::SPEC,
    check::SPEC,
    cloud::SPEC,
    compare::SPEC,
    completion::SPEC,
    convert::SPEC,
    demo::SPEC,
    export::SPEC,
    gate::SPEC,
    http::SPEC,
    import::SPEC,
    inspect::SPEC,
    new::SPEC,
    pause::SPEC,
    report::SPEC,
    resume::SPEC,
    rm::SPEC,
    run::SPEC,
    runs::SPEC,
    scale::SPEC,
    show::SPEC,
    soak::SPEC,
    stats::SPEC,
    status::SPEC,
    target::SPEC,
    trace::SPEC,
    trend::SPEC,
    version::SPEC,
];

/// The whole command line.
#[must_use]
pub fn command() -> Command {
    let root = Command::new("plimsoll")
        .about("Plimsoll runs k6 scripts, measures what really happened, and judges it.")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(true)
        .arg(
            clap::Arg::new("version")
                .long("version")
                .action(clap::ArgAction::Version)
                .help("print the version"),
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args_override_self(true);
    let commands = COMMANDS.iter().map(|spec| {
        let command = Command::new(spec.name).about(spec.about).args_override_self(true);
        (spec.arguments)(command)
    });
    let root = root.subcommands(commands);
    // Global flags may stand before or after the command.
    flags::add_global(root, flags::global::FLAGS)
}

/// The row and the arguments of the command that was given.
///
/// # Panics
/// When the matches do not come from [`command`].
#[must_use]
pub fn find(matches: &ArgMatches) -> (&'static Spec, &ArgMatches) {
    let (name, arguments) = matches.subcommand().expect("a command is required");
    let spec = COMMANDS.iter().find(|spec| spec.name == name).expect("subcommands are made from the table");
    (spec, arguments)
}

/// The single positional argument of a command, or k6's complaint about their number.
fn one_argument(matches: &ArgMatches, wanted: &str) -> Result<String, Error> {
    let given: Vec<&String> = matches.get_many::<String>("file").into_iter().flatten().collect();
    match given[..] {
        [one] => Ok(one.clone()),
        _ => Err(Error::Usage(format!("accepts 1 arg(s), received {}: {wanted}", given.len()))),
    }
}

/// A positional argument whose number is checked by [`one_argument`], in k6's words.
fn file_argument(help: &'static str) -> clap::Arg {
    clap::Arg::new("file").num_args(0..).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_clap_accepts_it() {
        assert!(COMMANDS.is_sorted_by_key(|spec| spec.name));
        command().debug_assert();
    }

    #[test]
    fn global_flags_stand_anywhere() {
        for line in ["plimsoll -q run -v x.js", "plimsoll run x.js -qv", "plimsoll run -q x.js --verbose"] {
            let matches = command().try_get_matches_from(line.split(' ')).unwrap();
            let (spec, arguments) = find(&matches);
            let flags =
                flags::Flags::read(flags::global::FLAGS, arguments, &std::collections::BTreeMap::new())
                    .unwrap();
            assert!(spec.name == "run" && flags.on("quiet") && flags.on("verbose"), "{line}");
            assert_eq!(one_argument(arguments, "").unwrap(), "x.js");
        }
    }
}
