//! Where single samples go: makes the outputs that were asked for and keeps them while the run goes on.

use std::collections::BTreeMap;
use std::sync::Arc;

use metrics::{RawSample, Registry};
use report::output::{Setup, create};
use report::sink::{Closing, Limits, Outputs, Sink, Zone};

use super::options::Settled;
use crate::error::Error;
use crate::flags::Flags;
use crate::session::Session;

/// The outputs before they are opened.
pub struct Asked(Vec<Box<dyn Sink>>);

impl Asked {
    /// Reads `--out`, or the variables that stand in for it.
    ///
    /// # Errors
    /// When there is no such output, or its argument makes no sense.
    pub fn read(
        session: &Session,
        flags: &Flags,
        settled: &Settled,
        registry: &Arc<Registry>,
    ) -> Result<Self, Error> {
        let none = BTreeMap::new();
        let setup = Setup {
            argument: "",
            env: &session.env,
            system_tags: settled.system_tags(),
            thresholds: settled.options.thresholds.as_ref().unwrap_or(&none),
            registry,
            clock: session.clock,
            zone: &Zone::local(&session.env),
        };
        // A format's own report is the format's business.
        let ours = |text: &&String| plan::import::named(text.split('=').next().unwrap_or_default()).is_none();
        let wanted = flags.list("out").iter().filter(ours).filter(|text| page(text).is_none());
        let sinks: Result<Vec<_>, _> = wanted.map(|text| create(text, &setup)).collect();
        sinks.map(Self).map_err(|e| Error::Usage(e.to_string()))
    }

    /// How the banner names them, and the pages that are made when the run has ended.
    #[must_use]
    pub fn names(&self, pages: &[String]) -> Vec<String> {
        let pages = pages.iter().map(|path| format!("{PAGE} ({path})"));
        self.0.iter().map(|sink| sink.describe()).chain(pages).collect()
    }

    /// Opens them and starts their threads.
    ///
    /// # Errors
    /// When a destination cannot be opened.
    pub fn start(self, session: &Session) -> Result<Stream, Error> {
        let outputs = Outputs::start(self.0, Limits::default(), session.clock, &session.logger());
        outputs.map(|outputs| Stream(Some(outputs))).map_err(|e| Error::File(e.to_string()))
    }
}

/// The output that is made of the whole run at its end.
const PAGE: &str = "html";
/// Where it goes when nobody says.
const PAGE_FILE: &str = "report.html";

/// The file of the page that an output of this name asks for.
fn page(text: &str) -> Option<&str> {
    match text.split_once('=') {
        None => (text == PAGE).then_some(PAGE_FILE),
        Some((name, path)) => (name == PAGE).then_some(if path.is_empty() { PAGE_FILE } else { path }),
    }
}

/// The files of all pages that are to be made when the run has ended.
#[must_use]
pub fn pages(flags: &Flags) -> Vec<String> {
    flags.list("out").iter().filter_map(|text| page(text)).map(str::to_owned).collect()
}

/// The running outputs, until they have finished.
pub struct Stream(Option<Outputs>);

impl Stream {
    /// Whether anybody wants samples.
    #[must_use]
    pub fn wants_samples(&self) -> bool {
        self.0.as_ref().is_some_and(|outputs| !outputs.is_empty())
    }

    /// Hands samples to every output.
    pub fn send(&self, samples: Vec<RawSample>) {
        if let Some(outputs) = &self.0 {
            outputs.samples(samples);
        }
    }

    /// Lets them finish; they take nothing more. None when they have been told before.
    #[must_use]
    pub fn close(&mut self) -> Option<Closing> {
        self.0.take().map(Outputs::close)
    }
}
