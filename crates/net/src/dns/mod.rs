//! Names to addresses: one resolver and one cache for the whole process.
//!
//! Main type: [`Resolver`]. Lookups run on a thread of their own, because every worker thread has its own
//! runtime and a lookup must not hang with the one that happened to ask first. Which names may be looked up
//! at all is decided by the dialler.

mod hosts;
mod policy;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::LookupIpStrategy;
use model::{Clock, Nanos};
use tokio::sync::{mpsc, oneshot};

pub use hosts::{Destination, HostMap, HostPatterns, IpRange};
use policy::Addresses;
pub use policy::{DnsSettings, Policy, Select};

use crate::error::Kind;

/// Looks names up and remembers the answers.
#[derive(Debug)]
pub struct Resolver {
    settings: DnsSettings,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

type Answer = Result<Arc<Addresses>, Kind>;

#[derive(Default, Debug)]
struct State {
    known: HashMap<String, (Arc<Addresses>, Nanos)>,
    /// Who waits for a name that is being looked up: many users want the same one at once.
    waiting: HashMap<String, Vec<oneshot::Sender<Answer>>>,
    /// The thread that looks up, once it is needed.
    thread: Option<mpsc::UnboundedSender<String>>,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Resolver {
    /// A resolver that has looked nothing up yet.
    #[must_use]
    pub fn new(settings: DnsSettings, clock: Clock) -> Self {
        Self { settings, clock, state: Arc::default() }
    }

    /// An address of `host`; `dice` decides where the choice is random.
    ///
    /// # Errors
    /// When the name does not exist or cannot be looked up.
    pub async fn resolve(&self, host: &str, dice: usize) -> Result<IpAddr, Kind> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let addresses = match well_known(&host) {
            Some(answer) => Arc::new(Addresses::new(self.settings.policy.filter(answer))),
            None => self.look_up(&host).await?,
        };
        addresses.pick(self.settings.select, dice).ok_or(Kind::NoSuchHost(host))
    }

    /// Forgets all answers.
    pub fn clear(&self) {
        locked(&self.state).known.clear();
    }

    async fn look_up(&self, host: &str) -> Answer {
        let answer = {
            let mut state = locked(&self.state);
            if let Some((addresses, expires)) = state.known.get(host) {
                if *expires > self.clock.now() {
                    return Ok(Arc::clone(addresses));
                }
            }
            let (sender, answer) = oneshot::channel();
            match state.waiting.get_mut(host) {
                Some(others) => others.push(sender),
                None => {
                    state.waiting.insert(host.to_owned(), vec![sender]);
                    self.ask(&mut state, host);
                }
            }
            answer
        };
        let failed = |reason: &str| Kind::Lookup { host: host.to_owned(), reason: reason.to_owned() };
        answer.await.unwrap_or_else(|_| Err(failed("the resolver stopped")))
    }

    fn ask(&self, state: &mut State, host: &str) {
        let thread = state.thread.get_or_insert_with(|| {
            let (sender, names) = mpsc::unbounded_channel();
            let shared = Looker { settings: self.settings, clock: self.clock, state: Arc::clone(&self.state) };
            // Without a thread the senders are dropped, and everybody who waits is told.
            let _ = std::thread::Builder::new().name("resolver".to_owned()).spawn(move || shared.run(names));
            sender
        });
        if thread.send(host.to_owned()).is_err() {
            state.waiting.remove(host);
        }
    }
}

/// Names that RFC 6761 takes out of the hands of name servers.
fn well_known(host: &str) -> Option<Vec<IpAddr>> {
    let top = host.rsplit('.').next().unwrap_or(host);
    match top {
        "localhost" => Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]),
        "invalid" => Some(Vec::new()),
        _ => None,
    }
}

/// The side that does the work.
struct Looker {
    settings: DnsSettings,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

impl Looker {
    fn run(self, mut names: mpsc::UnboundedReceiver<String>) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            locked(&self.state).waiting.clear();
            return;
        };
        let looker = Arc::new(self);
        runtime.block_on(async {
            // Without a configuration of name servers there is still the C library's way.
            let resolver = looker.name_servers();
            while let Some(host) = names.recv().await {
                let (looker, resolver) = (Arc::clone(&looker), resolver.clone());
                tokio::spawn(async move {
                    let answer = looker.answer(resolver, &host).await;
                    looker.tell(&host, answer);
                });
            }
        });
    }

    fn name_servers(&self) -> Option<TokioResolver> {
        let mut builder = TokioResolver::builder_tokio().ok()?;
        let options = builder.options_mut();
        // How long answers live is our option, not the records'.
        options.cache_size = 0;
        options.ip_strategy = match self.settings.policy {
            Policy::OnlyIpv4 => LookupIpStrategy::Ipv4Only,
            Policy::OnlyIpv6 => LookupIpStrategy::Ipv6Only,
            Policy::PreferIpv4 => LookupIpStrategy::Ipv4thenIpv6,
            Policy::PreferIpv6 => LookupIpStrategy::Ipv6thenIpv4,
            Policy::Any => LookupIpStrategy::Ipv4AndIpv6,
        };
        builder.build().ok()
    }

    async fn answer(&self, resolver: Option<TokioResolver>, host: &str) -> Answer {
        let found = match resolver {
            Some(resolver) => match resolver.lookup_ip(host).await {
                Ok(found) => Ok(found.iter().collect()),
                Err(error) if error.is_no_records_found() && host.contains('.') => {
                    Err(Kind::NoSuchHost(host.to_owned()))
                }
                Err(hickory_resolver::net::NetError::Timeout) => {
                    Err(Kind::Lookup { host: host.to_owned(), reason: "i/o timeout".to_owned() })
                }
                // Names of one label may be known to the machine by other ways than name servers.
                Err(_) => system_lookup(host).await,
            },
            None => system_lookup(host).await,
        };
        let addresses = self.settings.policy.filter(found?);
        if addresses.is_empty() {
            return Err(Kind::NoSuchHost(host.to_owned()));
        }
        Ok(Arc::new(Addresses::new(addresses)))
    }

    /// Remembers an answer and tells it to all who wait.
    fn tell(&self, host: &str, answer: Answer) {
        let waiting = {
            let mut state = locked(&self.state);
            if let Ok(addresses) = &answer {
                let expires = match self.settings.ttl {
                    Some(ttl) => self.clock.now() + Nanos::from(ttl),
                    None => Nanos::MAX,
                };
                state.known.insert(host.to_owned(), (Arc::clone(addresses), expires));
            }
            state.waiting.remove(host).unwrap_or_default()
        };
        for sender in waiting {
            // Who gave up in the meantime needs no answer.
            let _ = sender.send(answer.clone());
        }
    }
}

/// Asks the C library, which knows the machine's other sources of names.
async fn system_lookup(host: &str) -> Result<Vec<IpAddr>, Kind> {
    match tokio::net::lookup_host((host, 0)).await {
        Ok(found) => {
            let mut addresses: Vec<IpAddr> = Vec::new();
            for address in found.map(|address| address.ip()) {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
            Ok(addresses)
        }
        // The library's error is a sentence; "not known" is how each libc says that there is no such name.
        Err(error) if error.to_string().contains("not known") => Err(Kind::NoSuchHost(host.to_owned())),
        Err(error) => Err(Kind::Lookup { host: host.to_owned(), reason: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn resolver(policy: Policy) -> Resolver {
        Resolver::new(DnsSettings { policy, ..DnsSettings::default() }, Clock::start())
    }

    #[tokio::test]
    async fn reserved_names_need_no_name_server() {
        let check = async |policy, host: &str, expected: Result<&str, Kind>| {
            let found = resolver(policy).resolve(host, 0).await;
            assert_eq!(found, expected.map(|ip| ip.parse().unwrap()), "{host}");
        };
        check(Policy::PreferIpv4, "localhost", Ok("127.0.0.1")).await;
        check(Policy::OnlyIpv6, "LOCALHOST.", Ok("::1")).await;
        check(Policy::Any, "a.localhost", Ok("127.0.0.1")).await;
        check(Policy::Any, "nope.invalid", Err(Kind::NoSuchHost("nope.invalid".into()))).await;
    }

    #[tokio::test]
    async fn answers_are_remembered_for_their_time() {
        let resolver = resolver(Policy::Any);
        let keep = |ip: &str, expires| {
            let addresses = Arc::new(Addresses::new(vec![ip.parse().unwrap()]));
            locked(&resolver.state).known.insert("kept.test".to_owned(), (addresses, expires));
        };
        keep("1.2.3.4", Nanos::MAX);
        assert_eq!(resolver.resolve("Kept.test", 3).await.unwrap().to_string(), "1.2.3.4");
        resolver.clear();
        assert!(locked(&resolver.state).known.is_empty());
    }

    #[test]
    fn everybody_who_waits_is_told_and_the_answer_is_kept() {
        let state = Arc::<Mutex<State>>::default();
        let settings = DnsSettings { ttl: Some(Duration::from_secs(9)), ..DnsSettings::default() };
        let looker = Looker { settings, clock: Clock::start(), state: Arc::clone(&state) };
        let (sender, mut answer) = oneshot::channel();
        let (other, _gone) = oneshot::channel();
        locked(&state).waiting.insert("a.test".to_owned(), vec![other, sender]);
        looker.tell("a.test", Ok(Arc::new(Addresses::new(vec!["9.9.9.9".parse().unwrap()]))));
        assert!(answer.try_recv().unwrap().is_ok());
        assert!(locked(&state).waiting.is_empty());
        let expires = locked(&state).known["a.test"].1;
        assert!(expires > Nanos::from_secs(8) && expires < Nanos::from_secs(10));
    }
}
