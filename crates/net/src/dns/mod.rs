//! Names to addresses: one resolver and one cache for the whole process.
//!
//! Main type: [`Resolver`]. Lookups run on a thread of their own, because every worker thread has its own
//! runtime and a lookup must not hang with the one that happened to ask first. Which names may be looked up
//! at all is decided by the dialler.

mod hosts;
mod lookup;
mod policy;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{Clock, Nanos};
use tokio::sync::{mpsc, oneshot};

pub use hosts::{Destination, HostMap, HostPatterns, IpRange};
use lookup::Lookup;
use policy::Addresses;
pub use policy::{DnsSettings, Policy, Select};

use crate::error::Kind;

/// Looks names up and remembers the answers.
#[derive(Debug)]
pub struct Resolver {
    settings: DnsSettings,
    clock: Clock,
    /// Whom to ask; the machine's name servers when empty.
    servers: Vec<SocketAddr>,
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
        Self { settings, clock, servers: Vec::new(), state: Arc::default() }
    }

    /// The same resolver, asking these name servers instead of the machine's.
    #[must_use]
    pub fn with_servers(mut self, servers: Vec<SocketAddr>) -> Self {
        self.servers = servers;
        self
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
            let known = state.known.get(host).filter(|(_, expires)| *expires > self.clock.now());
            if let Some((addresses, _)) = known {
                return Ok(Arc::clone(addresses));
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
            let lookup = Lookup {
                policy: self.settings.policy,
                servers: self.servers.clone(),
                memory: Memory { ttl: self.settings.ttl, clock: self.clock, state: Arc::clone(&self.state) },
            };
            // Without a thread the channel has no other end, and who asks is told so.
            let _ = std::thread::Builder::new().name("resolver".to_owned()).spawn(move || lookup.run(names));
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

/// What the lookups leave behind, as the thread that makes them sees it.
#[derive(Clone, Debug)]
struct Memory {
    ttl: Option<Duration>,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

impl Memory {
    /// Remembers an answer and tells it to all who wait.
    fn tell(&self, host: &str, answer: &Answer) {
        let waiting = {
            let mut state = locked(&self.state);
            if let Ok(addresses) = answer {
                let expires = match self.ttl {
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

    /// Tells everybody who waits that there will be no answer, by dropping their channels.
    fn give_up(&self) {
        locked(&self.state).waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let memory = Memory { ttl: settings.ttl, clock: Clock::start(), state: Arc::clone(&state) };
        let (sender, mut answer) = oneshot::channel();
        let (other, _gone) = oneshot::channel();
        locked(&state).waiting.insert("a.test".to_owned(), vec![other, sender]);
        memory.tell("a.test", &Ok(Arc::new(Addresses::new(vec!["9.9.9.9".parse().unwrap()]))));
        assert!(answer.try_recv().unwrap().is_ok());
        assert!(locked(&state).waiting.is_empty());
        let expires = locked(&state).known["a.test"].1;
        assert!(expires > Nanos::from_secs(8) && expires < Nanos::from_secs(10));
    }

    /// A name server that knows `a.test` and nothing else; says how often it was asked.
    async fn name_server() -> (SocketAddr, Arc<std::sync::atomic::AtomicUsize>) {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::<std::sync::atomic::AtomicUsize>::default();
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut query = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut query).await {
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let question_end = 12 + query[12..length].iter().position(|&byte| byte == 0).unwrap() + 5;
                let known = query[12..question_end].starts_with(b"\x01a\x04test\0\0\x01");
                let mut answer = query[..question_end].to_vec();
                // A response without authority, one question; NXDOMAIN for the unknown.
                answer[2..12].copy_from_slice(&[
                    0x81,
                    if known { 0x80 } else { 0x83 },
                    0,
                    1,
                    0,
                    u8::from(known),
                    0,
                    0,
                    0,
                    0,
                ]);
                if known {
                    answer.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04\x0a\x01\x02\x03");
                }
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        (address, asked)
    }

    #[tokio::test]
    async fn name_servers_are_asked_once_for_all() {
        let (address, asked) = name_server().await;
        let settings = DnsSettings { policy: Policy::OnlyIpv4, ..DnsSettings::default() };
        let resolver = Resolver::new(settings, Clock::start()).with_servers(vec![address]);
        let (one, other) = tokio::join!(resolver.resolve("a.test", 0), resolver.resolve("A.test.", 1));
        let expected: IpAddr = "10.1.2.3".parse().unwrap();
        assert_eq!((one, other), (Ok(expected), Ok(expected)));
        assert_eq!(resolver.resolve("a.test", 2).await, Ok(expected));
        assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
        assert_eq!(resolver.resolve("b.test", 0).await, Err(Kind::NoSuchHost("b.test".into())));
    }
}
