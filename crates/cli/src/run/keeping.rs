//! Keeping the run in the store: where, and what is told of it.
//!
//! Main type: [`Keeping`], which does nothing when the user wants no store or has no place for one. Whatever is written
//! passes [`clean`] first: secrets stay out. The writing itself is the business of the crate `store`. Reports of the
//! run are made of its entry, so without a store it has one for as long as it lasts.

use std::path::{Path, PathBuf};

use metrics::Frame;
use metrics::thresholds::Outcome;
use model::Hidden;
use model::{ExitCode, Level, Nanos, Record};
use report::html::Story;
use report::summary::{Group, Mode, Summary, machine_readable};
use serde_json::{Value, json};
use store::{Check, Closing, Keeper, Library, Membership, Opening, Place, Retention, ScriptText, Threshold};
use tempfile::TempDir;

use super::options::Settled;
use super::outputs;
use crate::error::Error;
use crate::flags::Flags;
use crate::kept::story::tell;
use crate::kept::{failed, now_ms};
use crate::load::{Loaded, Test};
use crate::session::Session;

/// What stands in place of values that may be secrets.
const INSTEAD: &str = "***";

/// The variable in which `ab` and `calibrate` tell the runs that they start which group they belong to.
pub const GROUP_VARIABLE: &str = "PLIMSOLL_INTERNAL_GROUP";

/// Reads `GROUP/VARIANT/ROUND`.
fn membership(text: &str) -> Option<Membership> {
    let mut parts = text.split('/');
    let (group, variant) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some(Membership { group, variant, round: parts.next()?.parse().ok()? })
}

/// The run's entry in the store, if it has one.
#[derive(Default)]
pub struct Keeping {
    keeper: Option<Keeper>,
    pages: Pages,
    /// Whether the slowest and the failed exchanges are kept with it.
    exchanges: bool,
}

/// The reports that are made of the entry when the run has ended.
#[derive(Default)]
struct Pages {
    /// Where they go.
    files: Vec<String>,
    /// The store that has the run.
    store: Option<Place>,
    /// The folder of a store that nobody needs longer than this.
    folder: Option<TempDir>,
}

/// How a run ended.
pub struct End<'a> {
    /// Its results.
    pub summary: &'a Summary,
    /// How long there was load.
    pub load: Nanos,
    /// The exit status of the program.
    pub exit: ExitCode,
    /// How the thresholds stood.
    pub outcomes: Vec<Outcome>,
}

/// Where runs are kept; none when the user wants none or has no place for them.
///
/// # Errors
/// When the place is none that can be had.
pub fn place(session: &Session, flags: &Flags) -> Result<Option<Place>, Error> {
    if flags.on("no-store") {
        return Ok(None);
    }
    match flags.text("store").filter(|text| !text.is_empty()) {
        Some(text) => Place::parse(text).map(Some).map_err(|why| Error::Usage(format!("--store: {why}"))),
        None => Ok(store::default_place(&session.env)),
    }
}

/// Which runs stay, as far as the user says.
///
/// # Errors
/// When the policy is none.
pub fn retention(flags: &Flags) -> Result<Option<Retention>, Error> {
    let text = flags.text("store-keep").filter(|text| !text.is_empty());
    let policy =
        text.map(|text| Retention::parse(text).map_err(|why| Error::Usage(format!("--store-keep: {why}"))));
    policy.transpose()
}

/// What the store calls a test.
pub struct Named {
    /// As the user named it.
    pub name: String,
    /// Its file, when it is one.
    pub path: Option<String>,
}

/// What the store calls a test.
#[must_use]
pub fn named(session: &Session, loaded: &Loaded) -> Named {
    let folder = std::env::current_dir().unwrap_or_default();
    let name = clean_text(&without_credentials(&loaded.name), session.logs.hidden());
    Named { name, path: script(loaded, &folder).0 }
}

impl Keeping {
    /// Keeps nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Begins to keep the run, unless the user wants none of it. It is a member of `group`, or of the one that the
    /// environment names.
    ///
    /// # Errors
    /// When the place is none that can be had, or the policy is none.
    pub fn start(
        session: &Session,
        flags: &Flags,
        loaded: &Loaded,
        settled: &Settled,
        group: Option<Membership>,
    ) -> Result<Self, Error> {
        let mut pages = Pages { files: outputs::pages(flags), ..Pages::default() };
        let own = loaded.test.dialect().and_then(|dialect| dialect.page());
        pages.files.extend(own.map(|path| path.display().to_string()));
        let place = match place(session, flags)? {
            None if !pages.files.is_empty() => Some(pages.borrow()?),
            place => place,
        };
        let Some(path) = place else {
            if !flags.on("no-store") {
                session.say(
                    Level::Debug,
                    "this run is not kept: there is no data folder, or the home folder is a temporary one; --store says where",
                );
            }
            return Ok(Self::none());
        };
        let mut opening = opening(session, loaded, settled);
        opening.group = group.or(opening.group);
        opening.retention = retention(flags)?;
        let registry = loaded.registry.clone();
        pages.store = Some(path.clone());
        let keeper = Keeper::start(&path, opening, registry, session.clock, &session.logger());
        Ok(Self { keeper: Some(keeper), pages, exchanges: !flags.on("no-exchanges") })
    }

    /// Whether workers are to look for the slowest and the failed exchanges.
    #[must_use]
    pub const fn wants_exchanges(&self) -> bool {
        self.exchanges
    }

    /// Takes what a worker measured.
    pub fn frame(&mut self, frame: &Frame, load_began: Option<Nanos>) {
        if let Some(keeper) = &mut self.keeper {
            keeper.frame(frame, load_began);
        }
    }

    /// Ends the entry, and makes the reports that were asked for.
    pub fn finish(&mut self, session: &Session, end: &End<'_>) {
        let Some(keeper) = self.keeper.take() else { return };
        let id = keeper.finish(closing(session, end));
        let pages = std::mem::take(&mut self.pages);
        if !pages.files.is_empty() {
            pages.write(session, id.as_deref());
        }
    }
}

impl Pages {
    /// A store for this run alone, which ends with the program.
    fn borrow(&mut self) -> Result<Place, Error> {
        let folder = tempfile::Builder::new().prefix("plimsoll-").tempdir();
        let folder = folder.map_err(|why| Error::File(format!("no room for the report's numbers: {why}")))?;
        let path = folder.path().join(store::FILE_NAME);
        self.folder = Some(folder);
        Ok(Place::File(path))
    }

    /// Makes the reports. One that cannot be made changes nothing else about the run.
    fn write(&self, session: &Session, id: Option<&str>) {
        let made = match id {
            None => Err(Error::File("its measurements could not be kept until its end".to_owned())),
            Some(id) => self.make(session, id),
        };
        for file in &self.files {
            let written = match &made {
                Err(error) => Err(error.to_string()),
                Ok(page) => write(Path::new(file), page).map_err(|why| why.to_string()),
            };
            if let Err(why) = written {
                let record = Record::new(Level::Error, format!("could not write the report {file}"));
                session.logger().log(record.with("error", why));
            }
        }
    }

    fn make(&self, session: &Session, id: &str) -> Result<String, Error> {
        let place = self.store.as_ref().ok_or_else(|| Error::Internal("the run has no store".to_owned()))?;
        let library = Library::open(place).map_err(|e| failed(&e))?;
        let listed = library.find(id).map_err(|e| failed(&e))?;
        let mut run = tell(session, &library, listed, now_ms(session))?;
        if self.folder.is_some() {
            // Nobody could find the run by it.
            run.id = None;
        }
        Ok(report::html::page(&Story { runs: vec![run], compared: Vec::new() }))
    }
}

/// Writes a page into a folder that may not be there yet.
fn write(file: &Path, page: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, page)
}

fn opening(session: &Session, loaded: &Loaded, settled: &Settled) -> Opening {
    let folder = std::env::current_dir().unwrap_or_default();
    let hidden = session.logs.hidden();
    let (script_path, script) = script(loaded, &folder);
    Opening {
        name: clean_text(&without_credentials(&loaded.name), hidden),
        script_path,
        script,
        options: clean(without_keys(settled.shown()), hidden),
        scenarios: settled.scenarios().into_iter().map(|scenario| scenario.name).collect(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        folder,
        environment: None,
        started_ms: now_ms(session),
        retention: None,
        group: session.env.get(GROUP_VARIABLE).and_then(|text| membership(text)),
    }
}

/// Where the test is, and what it says.
fn script(loaded: &Loaded, folder: &Path) -> (Option<String>, Option<ScriptText>) {
    let file = match &loaded.test {
        Test::Plan(_) => Some(folder.join(&loaded.name)),
        Test::Script(_) if loaded.source.text.is_none() => loaded
            .source
            .main
            .starts_with("file://")
            .then(|| PathBuf::from(script::path_of(&loaded.source.main))),
        Test::Script(_) => None,
    };
    match file.filter(|file| file.is_file()) {
        Some(file) => (Some(file.display().to_string()), Some(ScriptText::File(file))),
        None => {
            let text = loaded.source.text.clone().filter(|text| !text.is_empty());
            (None, text.map(ScriptText::Text))
        }
    }
}

fn closing(session: &Session, end: &End<'_>) -> Closing {
    let hidden = session.logs.hidden();
    let summary = end.summary;
    let mut trust = summary.trust.to_json();
    trust["shown"] = json!(summary.trust.evidence);
    let mut figures = machine_readable(summary, Mode::Full);
    figures["config"]["script"] = without_credentials(&summary.state.script).into();
    if let Some(coverage) = &summary.graphql {
        figures["graphql"] = coverage.to_json();
    }
    if let Some(slas) = &summary.slas {
        figures["slas"] = slas.to_json();
    }
    let mut checks = Vec::new();
    collect_checks(&summary.root_group, &mut checks);
    let thresholds = end.outcomes.iter().map(|outcome| Threshold {
        metric: clean_text(&outcome.metric, hidden),
        source: outcome.source.clone(),
        ok: outcome.ok,
        value: outcome.value,
    });
    Closing {
        ended_ms: now_ms(session),
        load_ns: end.load.0,
        exit_code: end.exit.0,
        incomplete: summary.incomplete.as_deref().map(|why| clean_text(why, hidden)),
        trust: clean(trust, hidden),
        checks,
        thresholds: thresholds.collect(),
        summary: clean(figures, hidden),
    }
}

/// The checks of a group and of those inside it.
pub fn collect_checks(group: &Group, checks: &mut Vec<Check>) {
    checks.extend(group.checks.iter().map(|check| Check {
        group: group.path.clone(),
        name: check.name.clone(),
        passes: check.passes,
        fails: check.fails,
    }));
    group.groups.iter().for_each(|group| collect_checks(group, checks));
}

/// Options without what is there to be secret: keys of certificates, variables of scenarios, settings of services.
fn without_keys(mut options: Value) -> Value {
    for auth in options["tlsAuth"].as_array_mut().into_iter().flatten() {
        for secret in ["key", "password"] {
            if auth[secret].is_string() {
                auth[secret] = INSTEAD.into();
            }
        }
    }
    for scenario in options["scenarios"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        let env = scenario.get_mut("env").and_then(Value::as_object_mut);
        for value in env.into_iter().flat_map(|all| all.values_mut()) {
            *value = INSTEAD.into();
        }
    }
    if let Some(options) = options.as_object_mut() {
        options.retain(|name, value| !value.is_null() && !matches!(name.as_str(), "ext" | "cloud"));
    }
    options
}

/// A document in which no secret that scripts have asked for stands.
fn clean(value: Value, hidden: &Hidden) -> Value {
    match value {
        Value::String(text) => clean_text(&text, hidden).into(),
        Value::Array(all) => all.into_iter().map(|one| clean(one, hidden)).collect(),
        Value::Object(all) => {
            all.into_iter().map(|(name, one)| (clean_text(&name, hidden), clean(one, hidden))).collect()
        }
        other => other,
    }
}

fn clean_text(text: &str, hidden: &Hidden) -> String {
    hidden.redacted(text).unwrap_or_else(|| text.to_owned())
}

/// An address without user and password; other texts as they are.
fn without_credentials(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let host_ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..host_ends].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_taken_out_of_addresses() {
        let check = |text: &str, expected: &str| assert_eq!(without_credentials(text), expected);
        check("test.js", "test.js");
        check("http://h/a?b=c@d", "http://h/a?b=c@d");
        check("http://user:pass@h:80/a", "http://h:80/a");
        check("https://a@b:c@h", "https://h");
    }

    #[test]
    fn options_are_kept_without_what_is_secret() {
        let hidden = Hidden::default();
        hidden.add("hunter22");
        let given = json!({
            "vus": 2,
            "tlsAuth": [{ "cert": "C", "key": "K", "password": "P" }],
            "scenarios": { "a": { "env": { "TOKEN": "T" }, "vus": 1 }, "b": { "vus": 1 } },
            "ext": { "service": { "token": "T" } },
            "tags": { "who": "is hunter22" },
            "rps": null,
        });
        let expected = json!({
            "vus": 2,
            "tlsAuth": [{ "cert": "C", "key": "***", "password": "***" }],
            "scenarios": { "a": { "env": { "TOKEN": "***" }, "vus": 1 }, "b": { "vus": 1 } },
            "tags": { "who": "is ***SECRET_REDACTED***" },
        });
        assert_eq!(clean(without_keys(given), &hidden), expected);
    }
}
