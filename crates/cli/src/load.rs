//! From the name of a script to a loaded test: reading it, its environment, and the words for what goes wrong.
//!
//! [`Loaded`] is what `run`, `inspect`, `archive` and `check` begin with. How options are merged is in
//! [`crate::run::options`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use engine::VuSource;
use metrics::Registry;
use model::ExitCode;
use model::{Options, Warning};
use plan::import::{self, Format, Look};
use plan::{Dialect, Plan, PlanTest};
use script::{ErrorKind, LoadOptions, Remote, Source, path_of};
use serde_json::Value;

use crate::archive_file::{Archive, is_archive};
use crate::bounded::Bounded;
use crate::error::Error;
use crate::flags::{Flags, runtime};
use crate::run::results::Page;
use crate::session::Session;

mod plans;

/// Neither a script nor a plan, an archive or a recording is larger.
const BYTES_MAX: u64 = 1 << 30;

pub use plans::{refused_file as refused, tell};

/// Which script a command is about.
pub enum Script<'a> {
    /// A file, an archive, or `-` for standard input.
    Named(&'a str),
    /// A script of our own, with variables for it.
    Own {
        /// How messages name it.
        name: &'a str,
        /// Its text.
        text: &'a str,
        /// Variables of `__ENV`.
        env: Vec<(String, String)>,
    },
    /// A plan that was made from flags.
    Plan {
        /// How messages name it.
        name: &'a str,
        /// It; whoever loads it takes it out.
        plan: RefCell<Option<Box<Plan>>>,
        /// The metrics that it uses.
        registry: Arc<Registry>,
        /// How its results are shown, when not as a summary.
        page: Option<Page>,
    },
}

impl Script<'_> {
    /// How messages name it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) | Self::Own { name, .. } | Self::Plan { name, .. } => name,
        }
    }
}

/// What users do.
pub enum Test {
    /// They run a script.
    Script(script::Test),
    /// They carry out a plan.
    Plan(Arc<PlanTest>),
}

impl Test {
    /// Whether a scenario can start with this function or flow.
    #[must_use]
    pub fn has_function(&self, name: &str) -> bool {
        match self {
            Self::Script(test) => test.has_function(name),
            Self::Plan(test) => test.has(name),
        }
    }

    /// Whether there is something to do before the load, after it.
    #[must_use]
    pub fn around(&self) -> (bool, bool) {
        match self {
            Self::Script(test) => (test.has_function("setup"), test.has_function("teardown")),
            Self::Plan(test) => (test.program().before.is_some(), test.program().after.is_some()),
        }
    }

    /// What the test's format does beside making load.
    #[must_use]
    pub fn dialect(&self) -> Option<&Arc<dyn Dialect>> {
        match self {
            Self::Script(_) => None,
            Self::Plan(test) => test.dialect(),
        }
    }

    /// The script, when it is one.
    #[must_use]
    pub fn script(&self) -> Option<&script::Test> {
        match self {
            Self::Script(test) => Some(test),
            Self::Plan(_) => None,
        }
    }

    /// The source of the test's users.
    #[must_use]
    pub fn users(&self) -> Arc<dyn VuSource> {
        match self {
            Self::Script(test) => test.users(),
            Self::Plan(test) => test.users(),
        }
    }
}

/// A loaded test and what the user said about it.
pub struct Loaded {
    /// The test.
    pub test: Test,
    /// The run's metrics, with those of the script.
    pub registry: Arc<Registry>,
    /// The script as it was named.
    pub name: String,
    /// Where its files come from.
    pub source: Source,
    /// Its options: those of the archive, else those it exports.
    pub options: Options,
    /// What was odd about them.
    pub warnings: Vec<Warning>,
    /// The flags about loading and results.
    pub runtime: Flags,
    /// The environment of the script.
    pub env: BTreeMap<String, String>,
}

/// Reads and loads the script that a command names.
///
/// # Errors
/// Whatever is wrong with the script, its options or the flags about it.
pub fn load(
    session: &Session,
    matches: &ArgMatches,
    script: &Script,
    system_env: bool,
) -> Result<Loaded, Error> {
    let runtime = Flags::read(runtime::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let name = script.name();
    let (mut source, archive) = match script {
        Script::Named(name) if is_address(name) => {
            let source = Source::remote(name, &here()?).map_err(|e| Error::File(e.to_string()))?;
            (source, None)
        }
        Script::Named(name) => {
            let bytes = bytes_of_file(name)?;
            match content(name, runtime.text("type"), &bytes)? {
                Content::Archive => {
                    let archive = Archive::unpack(&bytes).map_err(Error::File)?;
                    (archived(&archive), Some(archive))
                }
                Content::Script => (script_source(name, bytes)?, None),
                Content::Plan(format) => {
                    return plans::load(session, matches, runtime, (name, bytes), format, system_env);
                }
            }
        }
        Script::Own { text, .. } => (Source::stdin(text.as_bytes().to_vec(), &here()?), None),
        Script::Plan { plan, registry, .. } => {
            let plan = plan.take().ok_or_else(|| Error::Internal("a plan is loaded once".to_owned()))?;
            let env = script_env(&session.env, &runtime, system_env).map_err(Error::Usage)?;
            return plans::loaded(runtime, name, plan, Arc::clone(registry), env);
        }
    };
    let mut env = archive.as_ref().map(|archive| archive.env.clone()).unwrap_or_default();
    if let Script::Own { env: own, .. } = script {
        env.extend(own.iter().cloned());
    }
    env.extend(script_env(&session.env, &runtime, system_env).map_err(Error::Usage)?);
    source.remote = Some(Arc::new(network(session, &runtime)));
    let registry = Registry::new();
    let options = LoadOptions {
        log: session.logger(),
        env: env.clone(),
        registry: Arc::clone(&registry),
        clock: session.clock,
        secrets: Arc::new(crate::secrets::sources(session)?),
        memory_limit: memory_limit(&runtime)?,
    };
    let address = source.main.clone();
    let test = script::Test::load(source.clone(), options).map_err(|e| script_failed(name, &address, &e))?;
    let in_script = |why: &dyn std::fmt::Display| not_initialised(name, &address, why);
    if !test.exports().iter().any(|export| export.is_function) {
        return Err(Error::run(ExitCode::GENERIC, in_script(&"no exported functions in script")));
    }
    let exported = archive.map_or_else(|| test.options().clone(), |archive| archive.options);
    let (options, warnings) = match exported {
        Value::Null => (Options::default(), Vec::new()),
        exported => Options::from_script(&exported)
            .map_err(|e| Error::run(e.exit_code(), in_script(&e)).with_help(e.help().map(str::to_owned)))?,
    };
    let test = Test::Script(test);
    Ok(Loaded { test, registry, name: name.to_owned(), source, options, warnings, runtime, env })
}

/// What is said when the init code or the options of a script are wrong.
fn not_initialised(name: &str, address: &str, why: &dyn std::fmt::Display) -> String {
    format!("could not initialize '{name}': could not load JS test '{address}': {why}")
}

/// The error of a script's init code.
fn script_failed(name: &str, address: &str, error: &script::Error) -> Error {
    match error.kind {
        // Thrown by the script itself: the message has its own stack.
        ErrorKind::Exception | ErrorKind::Rejection => thrown(error),
        ErrorKind::Aborted => Error::run(ExitCode::SCRIPT_ABORTED, not_initialised(name, address, error)),
        ErrorKind::Internal => Error::Internal(not_initialised(name, address, error)),
        _ => Error::run(ExitCode::SCRIPT_EXCEPTION, not_initialised(name, address, error)),
    }
}

/// An exception of the script, anywhere.
#[must_use]
pub fn thrown(error: &script::Error) -> Error {
    Error::run(ExitCode::SCRIPT_EXCEPTION, error.message.clone())
        .with_hint("script exception")
        .with_help(error.advice())
        .with_code_frame(error.code_frame.clone())
}

/// A plan and the metrics that it uses.
pub type Imported = (Box<Plan>, Arc<Registry>);

/// Imports a file in another format and prints what the importer made of it; nothing for scripts and archives.
///
/// # Errors
/// When the file cannot be read, or cannot be run as strictly as the user wants.
pub fn imported(session: &Session, matches: &ArgMatches, name: &str) -> Result<Option<Imported>, Error> {
    let runtime = Flags::read(runtime::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    if name == "-" {
        return Ok(None);
    }
    let bytes = bytes_of_file(name)?;
    match content(name, runtime.text("type"), &bytes)? {
        Content::Plan(format) => plans::report(session, matches, &runtime, (name, bytes), format).map(Some),
        Content::Archive | Content::Script => Ok(None),
    }
}

/// A file in another format than that of scripts, with what its importer may want to know.
///
/// # Errors
/// When it cannot be read, or is a script or an archive.
pub fn foreign(
    session: &Session,
    matches: &ArgMatches,
    runtime: &Flags,
    name: &str,
) -> Result<(import::Source, &'static Format), Error> {
    let bytes = bytes_of_file(name)?;
    match content(name, runtime.text("type"), &bytes)? {
        Content::Plan(format) => {
            let (mut source, _) = plans::source(session, matches, runtime, (name, bytes), true)?;
            source.only_looks = true;
            Ok((source, format))
        }
        Content::Archive | Content::Script => {
            let known: Vec<&str> = import::FORMATS.iter().map(|format| format.name).collect();
            let text = format!("{name} is a script, or in no format that is known: {}", known.join(", "));
            Err(Error::run(ExitCode::INVALID_CONFIG, text).with_hint("--type says which it is"))
        }
    }
}

/// What a file turns out to be.
enum Content {
    Archive,
    Script,
    Plan(&'static Format),
}

/// What a file is: as the user says, else as it looks.
fn content(name: &str, kind: Option<&str>, bytes: &[u8]) -> Result<Content, Error> {
    match kind {
        Some("archive") => Ok(Content::Archive),
        Some("js") => Ok(Content::Script),
        Some(other) => match import::named(other) {
            Some(format) => Ok(Content::Plan(format)),
            None => Err(Error::Usage(format!("unknown -t value '{other}'"))),
        },
        None if is_archive(bytes) => Ok(Content::Archive),
        None => Ok(import::recognise(&Look { name, bytes }).map_or(Content::Script, Content::Plan)),
    }
}

/// The content of the file, or of standard input.
fn bytes_of_file(name: &str) -> Result<Vec<u8>, Error> {
    if name == "-" {
        let read = Bounded::new(std::io::stdin(), BYTES_MAX).whole();
        return read.map_err(|e| Error::File(format!("could not read standard input: {e}")));
    }
    let file = std::fs::File::open(here()?.join(path_of_name(name)));
    file.and_then(|file| Bounded::new(file, BYTES_MAX).whole()).map_err(|e| unreadable(name, &e))
}

/// Whether the script is on the network.
fn is_address(name: &str) -> bool {
    name.starts_with("https://") || name.starts_with("http://")
}

/// The path that the user named.
fn path_of_name(name: &str) -> &Path {
    Path::new(name.strip_prefix("file://").unwrap_or(name))
}

fn script_source(name: &str, bytes: Vec<u8>) -> Result<Source, Error> {
    let here = here()?;
    Ok(match name {
        "-" => Source::stdin(bytes, &here),
        _ => Source::file(path_of_name(name), &here),
    })
}

/// Where modules come from that a script imports by address, and where copies of them are kept.
fn network(session: &Session, runtime: &Flags) -> Remote {
    let env = session.env.clone();
    let clock = session.clock;
    let connect = move || {
        let options = Options::default();
        let user_agent = net::USER_AGENT;
        net::SettingsBuilder { clock, options: &options, env: &env, user_agent }.build()
    };
    Remote::new(Box::new(connect), copies(&session.env), runtime.on("offline"), session.logger())
}

/// The folder for copies of modules in the user's cache.
fn copies(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    // A relative path is not to be heeded, says the convention.
    let folder = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(cache.join("plimsoll/modules"))
}

fn here() -> Result<PathBuf, Error> {
    std::env::current_dir().map_err(|e| Error::File(format!("the working directory: {e}")))
}

/// The files of an archive as the script's world.
fn archived(archive: &Archive) -> Source {
    let files = archive.files.iter().map(|(address, bytes)| (path_of(address).to_owned(), bytes.clone()));
    let folder = match path_of(&archive.folder) {
        "" => Path::new(path_of(&archive.main)).parent().unwrap_or(Path::new("/")).to_owned(),
        folder => PathBuf::from(folder),
    };
    Source {
        main: archive.main.clone(),
        folder,
        text: Some(archive.script.clone()),
        files: Some(Arc::new(files.collect())),
        remote: None,
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Error {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Error::File(format!("could not read {name}: {error}"));
    }
    let path = path_of_name(name);
    if let Some((_, text)) = import::missing(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned())) {
        return Error::run(ExitCode(1), text);
    }
    Error::File(format!(
        "The moduleSpecifier \"{name}\" couldn't be found on local disk. Make sure that you've specified the right \
         path to the file. If you're running k6 using the Docker image make sure you have mounted the local directory \
         (-v /local/path/:/inside/docker/path) containing your script and modules so that they're accessible by k6 from \
         inside of the container, see \
         https://grafana.com/docs/k6/latest/using-k6/modules/#use-modules-with-docker."
    ))
}

/// `__ENV`: the system's variables unless they are left out, then those of `--env`.
fn script_env(
    system: &BTreeMap<String, String>,
    runtime: &Flags,
    system_by_default: bool,
) -> Result<BTreeMap<String, String>, String> {
    let include = match runtime.get("include-system-env-vars") {
        None => system_by_default,
        Some(_) => runtime.on("include-system-env-vars"),
    };
    let mut env = if include { system.clone() } else { BTreeMap::new() };
    for pair in runtime.list("env") {
        let (name, value) = match pair.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            // A bare name is an empty variable, whatever the system's is.
            None => (pair.as_str(), String::new()),
        };
        let mut letters = name.chars();
        let first = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !first || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!("invalid environment variable name '{name}'"));
        }
        env.insert(name.to_owned(), value);
    }
    Ok(env)
}

/// What one virtual user may hold, bytes.
fn memory_limit(runtime: &Flags) -> Result<Option<usize>, Error> {
    /// Less than this and no script gets through its init code.
    const LEAST: usize = 1 << 20;
    let Some(text) = runtime.text("vu-memory-limit") else { return Ok(None) };
    match bytes_of(text) {
        Some(bytes) if bytes >= LEAST => Ok(Some(bytes)),
        Some(_) => Err(Error::Usage(format!("--vu-memory-limit {text} is too little: a user needs 1MB"))),
        None => Err(Error::Usage(format!(
            "--vu-memory-limit {text} is no size: write a number with a unit, such as 64MB or 1GB"
        ))),
    }
}

/// A size as people write it: `64MB`, `1.5g`, `4096`. Units are powers of 1,024.
fn bytes_of(text: &str) -> Option<usize> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|char: char| char.is_ascii_alphabetic()).trim_end();
    let shift = match lower[digits.len()..].trim() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return None,
    };
    let number: f64 = digits.parse().ok()?;
    let bytes = number * f64::from(1_u32 << shift);
    (number.is_finite() && number >= 0.0 && bytes < 2_f64.powi(50)).then_some(bytes as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags;

    #[test]
    fn the_environment_of_a_script() {
        let check = |args: &str, wanted: Result<&[(&str, &str)], &str>| {
            let command = flags::add(clap::Command::new("t"), runtime::FLAGS);
            let matches = command.get_matches_from(std::iter::once("t").chain(args.split_whitespace()));
            let runtime = Flags::read(runtime::FLAGS, &matches, &BTreeMap::new()).unwrap();
            let system = BTreeMap::from([("S".to_owned(), "1".to_owned())]);
            let wanted =
                wanted.map(|pairs| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
            assert_eq!(script_env(&system, &runtime, true), wanted.map_err(str::to_owned), "{args}");
        };
        check("", Ok(&[("S", "1")]));
        check("-e A=b=c -e S=2", Ok(&[("A", "b=c"), ("S", "2")]));
        check("--include-system-env-vars=false -e S -e T", Ok(&[("S", ""), ("T", "")]));
        check("-e 1bad=x", Err("invalid environment variable name '1bad'"));
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("4096", Some(4096)),
            ("64MB", Some(64 << 20)),
            ("64 mb", Some(64 << 20)),
            ("1.5g", Some(3 << 29)),
            ("2KiB", Some(2048)),
            ("0b", Some(0)),
            ("", None),
            ("MB", None),
            ("-1MB", None),
            ("64MX", None),
            ("1e99g", None),
            ("nan", None),
        ] {
            assert_eq!(bytes_of(text), wanted, "{text:?}");
        }
    }
}
