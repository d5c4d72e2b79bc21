//! Modules that scripts import from the network.
//!
//! Main type: [`Remote`]. It fetches what init code imports and keeps a copy on disk, which serves when the network
//! does not answer or may not be asked. Once the test is loaded it fetches nothing: users wait for their targets
//! only. Helper modules that are built in never get here.

mod cache;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{Level, Logger, Record};

use crate::jslib;
use cache::{Cache, Copy};

/// What makes the network settings, when the first module is fetched.
pub type Connect = Box<dyn Fn() -> Result<net::Settings, String> + Send + Sync>;

/// How one module may be brought.
type Outcome = Result<Arc<[u8]>, String>;

/// The network as a place of modules.
pub struct Remote {
    connect: Connect,
    cache: Option<Cache>,
    offline: bool,
    log: Logger,
    known: Mutex<HashMap<String, Outcome>>,
    sealed: AtomicBool,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cache, offline, .. } = self;
        f.debug_struct("Remote").field("cache", cache).field("offline", offline).finish_non_exhaustive()
    }
}

/// Why nothing came.
struct Failure {
    reason: String,
    /// A copy may stand in: the server did not say that there is no such module.
    passing: bool,
}

impl Remote {
    /// Modules are fetched with the settings that `connect` makes and kept in `folder`; when `offline`, only copies
    /// are used.
    #[must_use]
    pub fn new(connect: Connect, folder: Option<PathBuf>, offline: bool, log: Logger) -> Self {
        let cache = folder.map(Cache::new);
        Self { connect, cache, offline, log, known: Mutex::default(), sealed: AtomicBool::new(false) }
    }

    /// The module at `address`, the same for as long as the process lives.
    ///
    /// # Errors
    /// The sentence for the user when it cannot be had.
    pub(crate) fn read(&self, address: &str) -> Outcome {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = known.get(address) {
            return outcome.clone();
        }
        if self.sealed.load(Ordering::Relaxed) {
            return Err(failed(address, "modules are fetched while the script is loaded, not later"));
        }
        let outcome = self.bring(address);
        known.insert(address.to_owned(), outcome.clone());
        outcome
    }

    /// Fetches nothing from now on.
    pub(crate) fn seal(&self) {
        self.sealed.store(true, Ordering::Relaxed);
    }

    fn bring(&self, address: &str) -> Outcome {
        let copy = || self.cache.as_ref().map_or(Err("there is no folder for copies"), |it| it.read(address));
        if self.offline {
            let copy = copy().map_err(|why| failed(address, &format!("{why}, and --offline is on")))?;
            return Ok(copy.bytes.into());
        }
        let (now, fetched) = std::thread::scope(|scope| {
            // On a thread of its own: the script's stack is too small for TLS, and its runtime is busy with it.
            let fetching = scope.spawn(|| self.fetch(address));
            fetching.join().unwrap_or_else(|_| {
                (0, Err(Failure { reason: "the program failed to fetch it".to_owned(), passing: true }))
            })
        });
        match fetched {
            Ok(bytes) => {
                let copy = Copy { bytes, fetched: now };
                if let Some(cache) = &self.cache {
                    cache.write(address, &copy);
                }
                Ok(copy.bytes.into())
            }
            Err(failure) => match copy() {
                Ok(copy) if failure.passing => {
                    let age = Duration::from_secs(now.saturating_sub(copy.fetched));
                    let age = model::duration::format_go(age);
                    let reason = failure.reason;
                    self.log.log(Record::new(
                        Level::Warning,
                        format!("{address} could not be fetched, the copy of {age} ago is used: {reason}"),
                    ));
                    Ok(copy.bytes.into())
                }
                _ => Err(failed(address, &failure.reason)),
            },
        }
    }

    /// Asks the network; with the time, in seconds since the Unix epoch.
    fn fetch(&self, address: &str) -> (u64, Result<Vec<u8>, Failure>) {
        let unasked = |reason: String| (0, Err(Failure { reason, passing: true }));
        let settings = match (self.connect)() {
            Ok(settings) => settings,
            Err(why) => return unasked(why),
        };
        let clock = settings.clock;
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(why) => return unasked(format!("no event loop: {why}")),
        };
        let fetched = tokio::task::LocalSet::new().block_on(&runtime, get(settings, address));
        (clock.unix_ns(clock.now()) / 1_000_000_000, fetched)
    }
}

async fn get(settings: net::Settings, address: &str) -> Result<Vec<u8>, Failure> {
    let lasting = |reason: String| Failure { reason, passing: false };
    let url = net::Url::parse(address).map_err(|e| lasting(e.to_string()))?;
    let client = net::Client::new(net::Worker::new(Arc::new(settings)), 0);
    let answer = client.send(net::Request::get(Rc::new(url)), None, &mut |_| {}).await;
    let answer = answer.map_err(|e| Failure { reason: e.detail(), passing: true })?;
    if !is_remote(answer.url.as_str()) {
        return Err(lasting(format!("it leads to {}, which is not https", answer.url.as_str())));
    }
    match answer.status {
        200 => Ok(answer.body.to_vec()),
        status => Err(Failure {
            reason: format!("{} answered with status {status}", answer.url.redacted()),
            passing: status >= 500 || status == 429,
        }),
    }
}

/// Whether a module at this address comes from the network: by https, or from this machine.
pub(crate) fn is_remote(address: &str) -> bool {
    if address.starts_with("https://") {
        return true;
    }
    if !address.starts_with("http://") {
        return false;
    }
    let Ok(url) = url::Url::parse(address) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The address in the one form by which it is known; `None` when it is none we would fetch.
pub(crate) fn canonical(address: &str) -> Option<String> {
    let mut url = url::Url::parse(address).ok()?;
    url.set_fragment(None);
    Some(url.into()).filter(|address: &String| is_remote(address))
}

/// What is said of a module on the network that cannot be had.
pub(crate) fn failed(address: &str, reason: &str) -> String {
    let mut text = format!(
        "The moduleSpecifier \"{address}\" couldn't be retrieved from the resolved url \"{address}\". Error : \
         \"{reason}\". Ways out: set HTTPS_PROXY or NO_PROXY where the network needs it. Save the file beside the \
         script and import it by its path. Import it once where the network can be reached, then use --offline."
    );
    if address.starts_with("https://jslib.k6.io/") {
        text.push_str(" Helper modules that are built in:");
        text.push_str(&jslib::addresses());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{canonical, is_remote};

    #[test]
    fn addresses_of_the_network_are_told_from_others() {
        let check = |address: &str, remote: bool| assert_eq!(is_remote(address), remote, "{address}");
        check("https://h.test/a.js", true);
        check("http://127.0.0.1:8080/a.js", true);
        check("http://localhost/a.js", true);
        check("http://[::1]/a.js", true);
        check("http://h.test/a.js", false);
        check("http://localhost.h.test/a.js", false);
        check("http://127.0.0.1.h.test/a.js", false);
        check("http://user@h.test/a.js", false);
        check("file:///a.js", false);
        check("k6/http", false);
    }

    #[test]
    fn one_module_has_one_address() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(canonical(address).as_deref(), expected, "{address}");
        };
        check("https://H.test:443/a/../b.js?v=1#x", Some("https://h.test/b.js?v=1"));
        check("http://h.test/a.js", None);
        check("https://", None);
    }
}
