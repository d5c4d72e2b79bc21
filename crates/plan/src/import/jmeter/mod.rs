//! JMeter's plans (JMX), run as JMeter 5.5 runs them.
//!
//! Main function: [`import`]. `document` reads the file, `compile` makes a [`tree`] of it, and each user goes through
//! it as a `thread`: `walk` says which sampler comes next. What JMeter would not have done, and what cannot be done
//! here, is a note.

mod assertion;
mod clerk;
mod compile;
mod config;
mod convert;
mod cookies;
mod csv;
mod database;
mod decimal;
mod dialect;
pub mod document;
pub mod elements;
mod encoding;
mod entities;
mod extractor;
pub mod function;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod groups;
mod host;
mod http;
mod json;
mod jtl;
mod keystore;
mod listener;
mod parts;
pub mod properties;
mod random;
mod rewriting;
mod sample;
mod sampler;
mod saver;
mod script_element;
mod scripts;
mod socket;
mod stage;
pub mod text;
mod thread;
mod timer;
mod tree;
mod user;
mod walk;
mod zone;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{ExitCode, Options, Scenario};

use super::{Alias, Format, Leniency, Refused, Source};
use crate::note::{Kind, Note, Place};
use crate::program::{Flow, Plan, Program};
use crate::step::Step;
use clerk::Entry;
use dialect::{JMeter, Wanted};
use listener::{ResultFile, SaveConfig};
use stage::Stage;
use thread::{GroupStep, Run};
use tree::Group;
use user::Shared;

/// How long a thread may live.
const LIFE_MAX: &str = "8760h";

/// The row of the table of formats.
pub(super) const FORMAT: Format = Format {
    name: "jmeter",
    title: "JMeter",
    sniff: |look| look.extension() == "jmx" || document::is_jmx(look.head(64 * 1024)),
    import: |source| {
        import(source).map_err(|notes| {
            // What JMeter says of a plan that it cannot read, for those who look for it.
            let mut notes = notes;
            if let Some(note) = notes.iter_mut().find(|note| note.kind == Kind::Error) {
                note.message = format!("Error in NonGUIDriver: An error occurred: {}", note.message);
            }
            Refused { notes, exit: Some(ExitCode(1)) }
        })
    },
    document: convert::document,
    aliases: ALIASES,
    missing: |file| {
        let said =
            || format!("An error occurred: The file {} doesn't exist or can't be opened", file.display());
        super::has_ending(file, &["jmx"]).then(said)
    },
};

const fn valued(from: &'static str, to: &'static str) -> Alias {
    Alias { from, to, takes_value: true }
}

const fn switch(from: &'static str, to: &'static str) -> Alias {
    Alias { from, to, takes_value: false }
}

/// JMeter's words on the command line.
pub static ALIASES: &[Alias] = &[
    valued("-J", "--jmeter-property"),
    valued("--jmeterproperty", "--jmeter-property"),
    valued("-G", "--jmeter-property"),
    valued("--globalproperty", "--jmeter-property"),
    valued("-D", "--jmeter-property"),
    valued("-l", "--jtl"),
    valued("--logfile", "--jtl"),
    valued("-j", "--jmeter-log"),
    valued("--jmeterlogfile", "--jmeter-log"),
    valued("-q", "--jmeter-properties"),
    valued("--addprop", "--jmeter-properties"),
    valued("-p", "--jmeter-properties"),
    valued("--propfile", "--jmeter-properties"),
    valued("-o", "--jmeter-report"),
    valued("--reportoutputfolder", "--jmeter-report"),
    valued("-L", "--jmeter-loglevel"),
    switch("-e", "--jmeter-report-at-end"),
    switch("-f", "--jmeter-force"),
    switch("-n", "--jmeter-nongui"),
    switch("--nongui", "--jmeter-nongui"),
    switch("-t", "--jmeter-nongui"),
    switch("--testfile", "--jmeter-nongui"),
];

/// Reads a plan and makes it ready to run.
///
/// # Errors
/// With all notes when one of them keeps it from being run.
pub fn import(source: &Source) -> Result<Plan, Vec<Note>> {
    let text = String::from_utf8(source.bytes.clone())
        .unwrap_or_else(|error| encoding::decode(error.as_bytes(), "ISO-8859-1"));
    let leniency = Leniency {
        strict: source.has_flag("strict"),
        allow_unsupported: source.has_flag("allow-unsupported"),
    };
    let read = document::read(&source.name, &text).map_err(|note| vec![*note])?;
    if leniency.strict && read.notes.iter().any(|note| leniency.refuses(note.kind)) {
        return Err(read.notes);
    }
    let clerk: Arc<std::sync::OnceLock<std::sync::Weak<Run>>> = Arc::default();
    let shared = Arc::new(shared(source, &clerk)?);
    let identity = keystore::identity(&shared).map_err(|note| vec![note])?;
    let compiled = compile::compile(&read.roots, Arc::clone(&shared), leniency, read.notes)?;
    let (mut plan, mut files) = (compiled.plan, compiled.files);
    let main_file = source.flag("jtl").map(|path| {
        let save = SaveConfig::of_props(&shared);
        files.push(ResultFile { path: PathBuf::from(path), save, errors_only: false, successes_only: false });
        files.len() - 1
    });
    let shown = shared.prop("sample_variables").unwrap_or_default();
    let shown = shown.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let stage = Stage::new(&plan);
    let databases = database::Databases::new(std::mem::take(&mut plan.sources));
    let groups: Vec<Arc<Group>> = std::mem::take(&mut plan.groups).into_iter().map(Arc::new).collect();
    let run = Arc::new(Run {
        stage,
        groups,
        clerk: std::sync::OnceLock::new(),
        files,
        main_file,
        shown,
        readers: csv::Readers::default(),
        databases,
        code: host::Code::new(script::code::Code::new(script::code::CodeOptions::new(
            &plan.shared.folder,
            source.log.clone(),
            source.clock,
        ))),
        plan,
    });
    let _ = clerk.set(Arc::downgrade(&run));
    let mut made =
        Plan::new(program(&run), Options { tls_auth: identity.map(|one| vec![one]), ..options(&run) });
    made.notes = compiled.notes;
    made.dialect = Some(Arc::new(JMeter::new(run, wanted(source))));
    Ok(made)
}

/// What all users share, with the properties of files and flags.
fn shared(
    source: &Source,
    run: &Arc<std::sync::OnceLock<std::sync::Weak<Run>>>,
) -> Result<Shared, Vec<Note>> {
    let mut props = properties::defaults();
    for path in source.flag_values("jmeter-properties") {
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![Note::new(Kind::Error, Place { file: path.clone(), ..Place::default() }, error.to_string())]
        })?;
        props.extend(properties::parse(&text));
    }
    for given in source.flag_values("jmeter-property") {
        match given.split_once('=') {
            Some((name, value)) => {
                props.insert(name.to_owned(), value.to_owned());
            }
            None => {
                props.remove(given);
            }
        }
    }
    let folder = std::path::absolute(&source.folder).unwrap_or_else(|_| source.folder.clone());
    let file_name = source
        .path
        .as_ref()
        .and_then(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned());
    let (for_log, for_print) = (Arc::clone(run), Arc::clone(run));
    let tell = |run: &std::sync::OnceLock<std::sync::Weak<Run>>, entry: Entry| {
        if let Some(run) = run.get().and_then(std::sync::Weak::upgrade) {
            run.tell(entry);
        }
    };
    let zone = zone::Zone::of_run(props.get("user.timezone").map(String::as_str));
    let for_lines = zone.clone();
    Ok(Shared {
        props: Mutex::new(props),
        folder,
        // Files that properties name are the user's own choice.
        reach: source.reach().with(
            source
                .flag_values("jmeter-property")
                .iter()
                .filter_map(|given| given.split_once('=').map(|(_, value)| PathBuf::from(value))),
        ),
        file_name: file_name.unwrap_or_else(|| source.name.clone()),
        log: Arc::new(move |level, line| {
            if level >= model::Level::Info {
                tell(&for_log, Entry::Log(clerk::log_line(level, line, &for_lines)));
            }
        }),
        print: Arc::new(move |_, line| tell(&for_print, Entry::Print(line.to_owned()))),
        started_ms: function::now_ms(),
        files: Mutex::new(BTreeMap::new()),
        zone,
    })
}

fn wanted(source: &Source) -> Wanted {
    Wanted {
        log: source.flag("jmeter-log").map(PathBuf::from),
        report: source
            .flag("jmeter-report")
            .map(PathBuf::from)
            .or_else(|| source.has_flag("jmeter-report-at-end").then(|| PathBuf::from("report-output"))),
        file: source.name.clone(),
    }
}

/// One flow a group, each of a single step.
fn program(run: &Arc<Run>) -> Program {
    let flow = |at: usize| {
        let step: Arc<dyn crate::step::OwnStep> = Arc::new(GroupStep::new(Arc::clone(run), at));
        Flow { records_itself: true, ..Flow::new(format!("group-{at}"), vec![Step::Own(step)]) }
    };
    let mut flows: Vec<Flow> = (0..run.groups.len()).map(flow).collect();
    flows.push(Flow { records_itself: true, ..Flow::new("nothing", Vec::new()) });
    Program { flows, ..Program::default() }
}

/// One scenario a group: as many users as threads, each with one long iteration.
fn options(run: &Run) -> Options {
    let mut scenarios: Vec<(String, Scenario)> = Vec::new();
    let made = |name: String, exec: &str, users: usize| {
        let members = [("vus", users.into()), ("iterations", 1.into()), ("maxDuration", LIFE_MAX.into())];
        let mut scenario = Scenario::shorthand("per-vu-iterations", &members);
        scenario.graceful_stop = Duration::ZERO;
        scenario.exec = exec.to_owned();
        scenario.name.clone_from(&name);
        (name, scenario)
    };
    for (at, group) in run.groups.iter().enumerate() {
        let users = if group.open { 1 } else { group.lives.len() };
        if users > 0 {
            let name = format!("{}-{}", at + 1, group.name.raw());
            let name: String = name
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' })
                .collect();
            scenarios.push(made(name, &format!("group-{at}"), users));
        }
    }
    if scenarios.is_empty() {
        scenarios.push(made("nothing".to_owned(), "nothing", 1));
    }
    Options {
        scenarios: Some(scenarios.into_iter().collect()),
        insecure_skip_tls_verify: Some(true),
        no_cookies_reset: Some(true),
        ..Options::default()
    }
}
