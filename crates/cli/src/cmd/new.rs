//! `plimsoll new`: a script to start from.
//!
//! A template is a row of [`TEMPLATES`] and a file in `templates/`; a path works as a template too. With `--types` the
//! types of our own modules are written beside the script, for editors.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;

use super::Spec;
use crate::error::Error;
use crate::made_file::{force_argument, write};
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "new", about: "Create a test script", arguments, run };

/// The templates and their texts.
const TEMPLATES: &[(&str, &str)] = &[
    ("breakpoint", include_str!("../../templates/breakpoint.js")),
    ("load", include_str!("../../templates/load.js")),
    ("minimal", include_str!("../../templates/minimal.js")),
    ("protocol", include_str!("../../templates/protocol.js")),
    ("smoke", include_str!("../../templates/smoke.js")),
    ("soak", include_str!("../../templates/soak.js")),
    ("spike", include_str!("../../templates/spike.js")),
    ("stress", include_str!("../../templates/stress.js")),
];

/// The types of the modules under `plimsoll/`, and the file that they are written to.
const TYPES: (&str, &str) = ("plimsoll.d.ts", include_str!("../../types/plimsoll.d.ts"));

fn arguments(command: Command) -> Command {
    command
        .arg(Arg::new("file").help("the script to create").default_value("script.js"))
        .arg(
            Arg::new("template").long("template").default_value("minimal").help(
                "breakpoint, load, minimal, protocol, smoke, soak, spike, stress, or the path of a file",
            ),
        )
        .arg(force_argument())
        .arg(Arg::new("types").long("types").action(ArgAction::SetTrue).help(
            "write plimsoll.d.ts beside the script, the types of the modules under plimsoll/ for editors",
        ))
        .arg(Arg::new("project-id").long("project-id").hide(true))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let text = |name| matches.get_one::<String>(name).map_or("", String::as_str);
    let (file, name) = (text("file"), text("template"));
    if matches.contains_id("project-id") {
        session.say(model::Level::Warning, "--project-id names a Grafana Cloud project and is ignored");
    }
    let script = template(name)?;
    write(file, &script, matches.get_flag("force"))?;
    session.print(&format!("New script created: {file} ({name} template).\n"));
    if matches.get_flag("types") {
        let types = Path::new(file).with_file_name(TYPES.0).display().to_string();
        // They belong to the program, not to the user: an older version is replaced.
        write(&types, TYPES.1, true)?;
        session.print(&format!("Types for editors: {types}.\n"));
    }
    Ok(ExitCode::SUCCESS)
}

fn template(name: &str) -> Result<String, Error> {
    if let Some((_, text)) = TEMPLATES.iter().find(|(known, _)| *known == name) {
        return Ok((*text).to_owned());
    }
    if name == "browser" {
        return Err(Error::NotOffered {
            message: "there is no browser template, because browsers cannot be driven yet".to_owned(),
            instead: "start from --template protocol".to_owned(),
        });
    }
    let known: Vec<&str> = TEMPLATES.iter().map(|(name, _)| *name).collect();
    std::fs::read_to_string(name).map_err(|e| {
        Error::Usage(format!(
            "invalid template type {name:?}: not one of {}, and no file: {e}",
            known.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_template_and_a_wrong_name_is_refused() {
        assert!(template("smoke").unwrap().contains("export default function"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.js");
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(template(&path.display().to_string()).unwrap(), "mine");
        assert!(template("nope").unwrap_err().to_string().contains("breakpoint, load"));
        assert!(template("browser").unwrap_err().hint().is_some());
    }
}
