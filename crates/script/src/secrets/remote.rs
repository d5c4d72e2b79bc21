//! Secrets of a server: one request a key, kept for the run.
//!
//! Main type: [`RemoteSecrets`]. All requests are made on one thread of its own, so that a thousand users that want
//! the same key at the same moment cause one request, and none of them measures it.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::Nanos;
use tokio::sync::{mpsc, oneshot};

use crate::gjson::{self, Found};

/// How a server is asked.
#[derive(Clone, PartialEq, Debug)]
pub struct RemoteSettings {
    /// The address, in which `{key}` stands for the key.
    pub template: String,
    /// The HTTP method.
    pub method: String,
    /// Headers of each request.
    pub headers: Vec<(String, String)>,
    /// Where in a JSON answer the secret is; the whole answer when not given.
    pub response_path: Option<String>,
    /// How long one request may take.
    pub timeout: Duration,
    /// Requests a minute; more wait.
    pub per_minute: u32,
    /// Requests that may be made at once before that limit counts.
    pub burst: u32,
    /// How often a request is made again that failed by the network, a status of 429, or one from 500 on.
    pub retries: u32,
    /// The pause before the first repetition; it doubles with each.
    pub backoff: Duration,
}

impl Default for RemoteSettings {
    fn default() -> Self {
        Self {
            template: String::new(),
            method: "GET".to_owned(),
            headers: Vec::new(),
            response_path: None,
            timeout: Duration::from_secs(30),
            per_minute: 300,
            burst: 10,
            retries: 3,
            backoff: Duration::from_secs(1),
        }
    }
}

/// A key and where its value is wanted.
type Wanted = (String, oneshot::Sender<Result<String, String>>);

/// A server of secrets.
#[derive(Debug)]
pub struct RemoteSecrets {
    settings: RemoteSettings,
    net: Arc<net::Settings>,
    known: Arc<Mutex<HashMap<String, String>>>,
    thread: Mutex<Option<mpsc::UnboundedSender<Wanted>>>,
}

impl RemoteSecrets {
    /// A server that will be asked in this way. Nothing is sent before the first key is wanted.
    #[must_use]
    pub fn new(settings: RemoteSettings, net: Arc<net::Settings>) -> Self {
        Self { settings, net, known: Arc::default(), thread: Mutex::new(None) }
    }

    pub(super) async fn get(&self, key: &str) -> Result<String, String> {
        if let Some(value) = lock(&self.known).get(key) {
            return Ok(value.clone());
        }
        let (sender, receiver) = oneshot::channel();
        self.ask((key.to_owned(), sender))?;
        receiver.await.unwrap_or_else(|_| Err("the thread that fetches secrets has ended".to_owned()))
    }

    /// Hands a key to the thread, which is started for the first.
    fn ask(&self, wanted: Wanted) -> Result<(), String> {
        let mut thread = lock(&self.thread);
        if thread.is_none() {
            // As many keys wait as there are users: each waits for its own.
            let (sender, receiver) = mpsc::unbounded_channel();
            let (settings, net, known) = (self.settings.clone(), self.net.clone(), self.known.clone());
            std::thread::Builder::new()
                .name("secrets".to_owned())
                .spawn(move || serve(&settings, net, &known, receiver))
                .map_err(|e| format!("no thread to fetch secrets: {e}"))?;
            *thread = Some(sender);
        }
        let sent = thread.as_ref().is_some_and(|sender| sender.send(wanted).is_ok());
        if sent { Ok(()) } else { Err("the thread that fetches secrets has ended".to_owned()) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread: answers one key after the other until nobody can ask any more.
fn serve(
    settings: &RemoteSettings,
    net: Arc<net::Settings>,
    known: &Mutex<HashMap<String, String>>,
    mut wanted: mpsc::UnboundedReceiver<Wanted>,
) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let clock = net.clock;
        let client = net::Client::new(net::Worker::new(net), 0);
        let mut allowance = Allowance::new(settings, clock.now());
        while let Some((key, answer)) = wanted.recv().await {
            let before = lock(known).get(&key).cloned();
            let value = match before {
                Some(value) => Ok(value),
                None => fetch(settings, &client, &mut allowance, &key).await,
            };
            if let Ok(value) = &value {
                lock(known).insert(key, value.clone());
            }
            // A user that was stopped meanwhile wants it no more.
            let _ = answer.send(value);
        }
    });
}

/// How many requests may be made now: a bucket that fills with time.
struct Allowance {
    interval: Nanos,
    most: Nanos,
    /// The bucket is full from then on.
    full_at: Nanos,
}

impl Allowance {
    fn new(settings: &RemoteSettings, now: Nanos) -> Self {
        let interval = Nanos(60_000_000_000 / u64::from(settings.per_minute.max(1)));
        let burst = u64::from(settings.burst.max(1));
        Self { interval, most: Nanos(interval.0 * (burst - 1)), full_at: now }
    }

    /// Takes one request out and says how long it has to wait.
    fn take(&mut self, now: Nanos) -> Duration {
        let full_at = self.full_at.max(now);
        self.full_at = full_at + self.interval;
        Duration::from_nanos(full_at.since(now).0.saturating_sub(self.most.0))
    }
}

async fn fetch(
    settings: &RemoteSettings,
    client: &net::Client,
    allowance: &mut Allowance,
    key: &str,
) -> Result<String, String> {
    let encoded: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    let address = settings.template.replace("{key}", &encoded.replace('+', "%20"));
    let url = Rc::new(net::Url::parse(&address).map_err(|e| format!("the address of secrets: {e}"))?);
    let mut pause = settings.backoff;
    for attempt in 0..=settings.retries {
        tokio::time::sleep(allowance.take(client.worker().clock().now())).await;
        let mut request = net::Request::new(net::Method::new(&settings.method), url.clone());
        request.headers = settings.headers.clone().into();
        request.timeout = settings.timeout;
        let failure = match client.send(request, None, &mut |_| ()).await {
            Ok(answer) if (200..300).contains(&answer.status) => return extract(settings, &answer.body),
            Ok(answer) if answer.status == 429 || answer.status >= 500 => {
                format!("the secret source answered with status {}", answer.status)
            }
            Ok(answer) => return Err(format!("the secret source answered with status {}", answer.status)),
            Err(error) => format!("the secret source could not be asked: {error}"),
        };
        if attempt == settings.retries {
            return Err(failure);
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2);
    }
    Err("the secret source was not asked".to_owned())
}

/// The secret in an answer.
fn extract(settings: &RemoteSettings, body: &[u8]) -> Result<String, String> {
    let Some(path) = &settings.response_path else {
        return String::from_utf8(body.to_vec()).map_err(|_| "the secret is not text".to_owned());
    };
    if !gjson::is_valid(body) {
        return Err("the secret source did not answer with JSON".to_owned());
    }
    match gjson::get(body, path) {
        Some(Found::Text(text) | Found::Json(text)) => Ok(text.into_owned()),
        Some(Found::Number(number)) => Ok(number.to_string()),
        Some(Found::Bool(flag)) => Ok(flag.to_string()),
        Some(Found::Null) | None => {
            Err(format!("there is nothing at {path:?} in the secret source's answer"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_wait_once_the_burst_is_used_up() {
        let settings = RemoteSettings { per_minute: 60, burst: 3, ..RemoteSettings::default() };
        let mut allowance = Allowance::new(&settings, Nanos::ZERO);
        let waits: Vec<_> = (0..5).map(|_| allowance.take(Nanos::ZERO).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2]);
        assert_eq!(allowance.take(Nanos::from_secs(60)), Duration::ZERO);
    }

    #[test]
    fn the_secret_is_found_in_the_answer() {
        let check = |path: Option<&str>, body: &str, expected: Result<&str, &str>| {
            let settings =
                RemoteSettings { response_path: path.map(str::to_owned), ..RemoteSettings::default() };
            assert_eq!(
                extract(&settings, body.as_bytes()),
                expected.map(str::to_owned).map_err(str::to_owned),
                "{body}"
            );
        };
        check(None, " as it is\n", Ok(" as it is\n"));
        check(Some("data.value"), r#"{"data":{"value":"a\"b"}}"#, Ok("a\"b"));
        check(Some("n"), r#"{"n":12}"#, Ok("12"));
        check(Some("x"), r#"{"n":12}"#, Err("there is nothing at \"x\" in the secret source's answer"));
        check(Some("x"), "nope", Err("the secret source did not answer with JSON"));
    }
}
