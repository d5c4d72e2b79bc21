//! `plimsoll show`: the summary of a kept run, or what a search decided, worked out again from what was measured.

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;
use report::summary::{Mode, Style, text};

use super::Spec;
use crate::error::Error;
use crate::flags::{self, Flags, runtime};
use crate::kept::search::{Entry, search_json, search_page};
use crate::kept::summary::{document, summary};
use crate::kept::{Shelf, Verdict, exchanges, given, moment, now_ms, runs_argument, with_store};
use crate::session::Session;
use store::Kept;

/// The row.
pub const SPEC: Spec = Spec { name: "show", about: "Show the summary of a kept run", arguments, run };

fn arguments(command: Command) -> Command {
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print JSON");
    let exchanges = Arg::new("exchanges").long("exchanges").action(ArgAction::SetTrue);
    let exchanges = exchanges.help("print the slowest and the failed requests whole, with their answers");
    let command = flags::add_named(command, runtime::FLAGS, &["summary-mode"]);
    with_store(command).arg(exchanges).arg(json).arg(runs_argument())
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let flags = Flags::read(runtime::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let mode = Mode::parse(flags.text("summary-mode").unwrap_or("compact"));
    let mode = mode.ok_or_else(|| Error::Usage("invalid summary mode".to_owned()))?;
    let (shelf, now) = (Shelf::open(session, matches)?, now_ms(session));
    for name in matches.get_many::<String>("run").into_iter().flatten() {
        let run = match shelf.entry(name)? {
            Entry::Run(run) => *run,
            Entry::Search(search) => {
                let page = if matches.get_flag("json") { search_json } else { search_page };
                session.print(&page(&shelf, &search, now)?);
                continue;
            }
        };
        let kept = shelf.load(run)?;
        let exchanges = shelf.exchanges(&kept.listed)?;
        if matches.get_flag("json") {
            let summary = summary(session, &kept, Mode::Full, now);
            let mut document = document(&kept, &summary, now);
            document["exchanges"] = exchanges::document(&exchanges);
            session.print(&format!("{document:#}\n"));
        } else {
            let summary = summary(session, &kept, mode, now);
            // Nobody watched the generator of imported results.
            let trust = session.flags.on("verbose") && given::imported(&kept.listed).is_none();
            let style = Style { color: session.coloured(), trust, ..Style::default() };
            let exchanges = exchanges::page(&exchanges, matches.get_flag("exchanges"));
            session.print(&format!("{}{}{exchanges}", heading(&kept, now), text(&summary, mode, style)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What was run, where and when.
fn heading(kept: &Kept, now: i64) -> String {
    let (run, environment) = (&kept.listed, &kept.listed.environment);
    if let Some(imported) = given::imported(run) {
        let text = |name: &str| imported[name].as_str().unwrap_or_default();
        return format!(
            "\n     run: {} · {} · {}\n started: {}\nimported: {} · {}\n  limits: {}; whether its load generator kept pace is not known\n",
            run.id,
            run.name,
            Verdict::of(run, now).name(),
            moment(run.started_ms),
            text("from"),
            text("file"),
            text("limits"),
        );
    }
    let mut machine = environment.host.clone();
    for part in [&environment.kernel, &environment.cpu] {
        if !part.is_empty() {
            machine.push_str(" · ");
            machine.push_str(part);
        }
    }
    let commit = environment
        .commit
        .as_ref()
        .map_or(String::new(), |id| format!(", commit {}", id.get(..12).unwrap_or(id)));
    let lost = match run.lost_frames {
        0 => String::new(),
        lost => format!(
            "    lost: {lost} frames of measurements are missing, because the store could not keep up\n"
        ),
    };
    format!(
        "\n     run: {} · {} · {}\n started: {}\n machine: {machine} · {} processors\n program: plimsoll {}{commit}\n{lost}",
        run.id,
        run.name,
        Verdict::of(run, now).name(),
        moment(run.started_ms),
        environment.cpus,
        environment.program,
    )
}
