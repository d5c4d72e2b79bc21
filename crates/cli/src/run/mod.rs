//! One run, from a loaded script to an exit status.
//!
//! [`run`] prepares everything that can be wrong before there is load; [`conductor::Conductor`] then leads the run
//! through its stages. What each stage does stands in a file of its own.

mod conductor;
mod judge;
pub mod keeping;
mod lifecycle;
mod live;
pub mod options;
mod outputs;
pub mod profile;
mod progress;
pub mod results;
mod selection;
mod slas;
pub mod trial;
mod trust;
mod users;
mod verdict;

use std::sync::Arc;

use clap::ArgMatches;
use metrics::thresholds::Evaluator;
use model::{ExitCode, Level};
use report::progress::Header;
use report::summary::Mode;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::LocalSet;

use crate::api::{Question, server};
use crate::error::Error;
use crate::flags::{Flags, judgement, runtime};
use crate::load::{self, Loaded, Script};
use crate::pages;
use crate::session::Session;
use conductor::{Conductor, Parts};
use options::Settled;
use results::Wanted;

/// Runs a script as `plimsoll run` does.
///
/// # Errors
/// Whatever keeps the run from starting, and how it ended unless that is a success.
pub fn run(session: &Session, matches: &ArgMatches, script: &Script) -> Result<ExitCode, Error> {
    let flags = Flags::read(runtime::RUN_FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let mut wanted = wanted(session, matches)?;
    wanted.trust |= matches!(script, Script::Own { .. });
    if let Script::Plan { page, .. } = script {
        wanted.page.clone_from(page);
    }
    let loaded = load::load(session, matches, script, true)?;
    let settled = options::settle(session, matches, &loaded)?.scaled(session, matches)?;
    if let Some(scale) = settled.time_scale {
        session.say(Level::Info, scale.sentence());
    }
    let evaluator = thresholds(&loaded, &settled)?;
    let judged = Flags::read(judgement::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let slas = slas::Slas::read(&judged, &settled, &loaded.registry)?;
    let net = Arc::new(network(session, &settled)?);
    if let Some(path) = &settled.options.console_output {
        session.logs.console_to(path).map_err(Error::File)?;
    }
    let address = session.flags.text("address").filter(|address| !address.is_empty());
    if settled.options.paused.unwrap_or(false) && address.is_none() {
        return Err(Error::Usage(
            "a paused test can only be resumed through the REST API: give it an --address".to_owned(),
        ));
    }
    let asked = outputs::Asked::read(session, &flags, &settled, &loaded.registry)?;
    let names = asked.names(&outputs::pages(&flags));
    // From here on a signal ends the run in good order; outputs have been promised their last samples.
    let signals = session.signals.subscribe();
    let (sender, questions) = tokio::sync::mpsc::unbounded_channel();
    if let Some(address) = address {
        serve(session, address, sender)?;
    }
    let outputs = asked.start(session)?;
    // A page of its own says at its head what was run.
    if !session.flags.on("quiet") && wanted.page.is_none() {
        session.print(&banner(&loaded, &settled, &names));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Error::Internal(format!("no event loop: {e}")))?;
    let lingers = flags.on("linger");
    let keeping = keeping::Keeping::start(session, &flags, &loaded, &settled, None)?;
    let parts =
        Parts { evaluator, slas, watch: None, net, outputs, keeping, wanted, signals, questions, lingers };
    pages::for_users(settled.max_vus());
    let conductor = Conductor::start(session, loaded, settled, parts)?;
    LocalSet::new().block_on(&runtime, conductor.conduct())
}

/// The thresholds of the run, read and checked against its metrics.
///
/// # Errors
/// When one cannot be evaluated.
pub fn thresholds(loaded: &Loaded, settled: &Settled) -> Result<Option<Evaluator>, Error> {
    if loaded.runtime.on("no-thresholds") {
        return Ok(None);
    }
    let none = std::collections::BTreeMap::new();
    let thresholds = settled.options.thresholds.as_ref().unwrap_or(&none);
    let no_data_fails = settled.options.plimsoll.as_ref().is_some_and(|own| own.no_data_fails);
    let thresholds = model::stages::judged_by_stage(thresholds, &settled.scenarios())?;
    Ok(Some(Evaluator::new(&thresholds, &loaded.registry, no_data_fails)?))
}

/// Opens the REST API.
///
/// # Errors
/// When the address cannot be had.
fn serve(session: &Session, address: &str, questions: UnboundedSender<Question>) -> Result<(), Error> {
    let bound = server::open(address, questions).map_err(|why| {
        let message = format!("Error from API server: listen tcp {address}: {why}");
        Error::run(ExitCode::API_CANNOT_START, message)
            .with_hint("another run may have the address; give each its own --address")
    })?;
    // A port that the system chose is worth knowing.
    let level = if address.ends_with(":0") { Level::Info } else { Level::Debug };
    session.say(level, format!("Starting the REST API server on {bound}"));
    Ok(())
}

fn wanted(session: &Session, matches: &ArgMatches) -> Result<Wanted, Error> {
    let flags = Flags::read(runtime::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let judged = Flags::read(judgement::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let mode = Mode::parse(flags.text("summary-mode").unwrap_or("compact"));
    Ok(Wanted {
        mode: mode.ok_or_else(|| Error::Usage("invalid summary mode".to_owned()))?,
        machine_readable: flags.on("new-machine-readable-summary"),
        export: flags.text("summary-export").map(str::to_owned),
        page: None,
        trust: session.flags.on("verbose"),
        trust_exported: flags.on("summary-trust"),
        fail_on_exceptions: flags.on("fail-on-exceptions"),
        fail_on_checks: flags.on("fail-on-checks"),
        fail_on_inconclusive: judged.on("fail-on-inconclusive"),
        fail_on_untrusted: flags.on("fail-on-untrusted"),
    })
}

fn network(session: &Session, settled: &Settled) -> Result<net::Settings, Error> {
    let user_agent = format!("Plimsoll/{}", env!("CARGO_PKG_VERSION"));
    let builder = net::SettingsBuilder {
        clock: session.clock,
        options: &settled.options,
        env: &session.env,
        user_agent: &user_agent,
    };
    builder.build().map_err(Error::Config)
}

fn banner(loaded: &Loaded, settled: &Settled, outputs: &[String]) -> String {
    Header::of(&loaded.name, outputs, &settled.scenarios(), &settled.segment, settled.share()).text()
}
