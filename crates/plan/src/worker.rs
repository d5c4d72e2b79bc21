//! What the users of one worker thread share: the recorder, the network, interned names, what is constant of requests.
//!
//! Main type: [`PlanWorker`].

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use engine::WorkerCtx;
use metrics::{HttpHop, HttpSample, HttpTags, Recorder, TagKeys, TagSetId, builtin};
use model::{Level, Logger, Nanos, Record};
use script::kept::{self, Told};

use crate::dialect::DialectWorker;
use crate::expr::Failure;
use crate::program::Program;
use crate::request::Judge;
use crate::test::RunOptions;
use crate::value::Vars;

/// Addresses that a thread remembers.
const URLS_MAX: usize = 1_024;

/// The services of one worker thread.
pub struct PlanWorker {
    /// Number of the thread, from 0.
    pub index: u32,
    /// What users do.
    pub program: Arc<Program>,
    /// The options of the run.
    pub run: Arc<RunOptions>,
    /// Where measurements of this thread go.
    pub recorder: Rc<RefCell<Recorder>>,
    /// The network side of this thread.
    pub net: Rc<net::Worker>,
    /// Where records go.
    pub log: Logger,
    /// The dialect's part of this thread.
    pub dialect: RefCell<Option<Box<dyn DialectWorker>>>,
    /// What a dialect's own steps keep for the thread, such as a JavaScript runtime; made by whoever needs it first.
    pub own: RefCell<Option<Box<dyn Any>>>,
    pub(crate) keys: TagKeys,
    first_vars: OnceCell<Vars>,
    pub(crate) run_tags: TagSetId,
    pub(crate) seed: u64,
    http_tags: RefCell<HttpTags>,
    urls: RefCell<Vec<(Box<str>, Rc<net::Url>)>>,
    constant: RefCell<Vec<Option<Rc<net::Request>>>>,
}

impl PlanWorker {
    pub(crate) fn new(
        context: &WorkerCtx,
        program: Arc<Program>,
        run: Arc<RunOptions>,
        seed: u64,
        dialect: Option<Box<dyn DialectWorker>>,
    ) -> Rc<Self> {
        let recorder = Rc::clone(&context.recorder);
        let (keys, run_tags) = {
            let mut recorder = recorder.borrow_mut();
            let pairs: Vec<_> =
                run.tags.iter().map(|(key, value)| (recorder.sym(key), recorder.sym(value))).collect();
            (TagKeys::new(&mut recorder), recorder.tag_set(&pairs))
        };
        Rc::new(Self {
            index: context.index,
            program,
            recorder,
            net: net::Worker::new(Arc::clone(&run.net)),
            log: context.log.clone(),
            dialect: RefCell::new(dialect),
            own: RefCell::new(None),
            keys,
            first_vars: OnceCell::new(),
            run_tags,
            seed,
            http_tags: RefCell::new(HttpTags::new(run.system_tags)),
            urls: RefCell::default(),
            constant: RefCell::default(),
            run,
        })
    }

    /// What users know at the start of an iteration; asked for only once the load has started.
    pub(crate) fn first_vars(&self) -> &Vars {
        self.first_vars.get_or_init(|| self.run.first_vars())
    }

    /// Now, on the run's clock.
    #[must_use]
    pub fn now(&self) -> Nanos {
        self.net.clock().now()
    }

    /// Logs a sentence.
    pub fn say(&self, level: Level, message: impl Into<String>) {
        self.log.log(Record::new(level, message));
    }

    /// A tag set with one more tag.
    #[must_use]
    pub fn tagged(&self, base: TagSetId, key: &str, value: &str) -> TagSetId {
        let mut recorder = self.recorder.borrow_mut();
        let (key, value) = (recorder.sym(key), recorder.sym(value));
        recorder.with_tag(base, key, value)
    }

    /// The address that `text` is, read now or remembered.
    pub(crate) fn url(&self, text: &str) -> Result<Rc<net::Url>, Failure> {
        let mut urls = self.urls.borrow_mut();
        // The address of the last request is the likeliest.
        if let Some((_, url)) = urls.iter().rev().take(8).find(|(known, _)| **known == *text) {
            return Ok(Rc::clone(url));
        }
        let url = net::Url::parse(text).map_err(|why| Failure::new(format!("invalid URL: {why}")))?;
        let url = Rc::new(url);
        if urls.len() >= URLS_MAX {
            urls.clear();
        }
        urls.push((text.into(), Rc::clone(&url)));
        Ok(url)
    }

    /// The remembered request of a step that is the same for all users.
    pub(crate) fn constant(&self, place: u32) -> Option<Rc<net::Request>> {
        self.constant.borrow().get(place as usize)?.clone()
    }

    /// Remembers the request of a step.
    pub(crate) fn keep_constant(&self, place: u32, request: &Rc<net::Request>) {
        let mut known = self.constant.borrow_mut();
        if known.len() <= place as usize {
            known.resize(place as usize + 1, None);
        }
        known[place as usize] = Some(Rc::clone(request));
    }

    /// Records the samples of one hop. `late` is how late its iteration started.
    pub(crate) fn record(&self, hop: &Measured<'_>, metadata: &[(metrics::Sym, metrics::Sym)]) {
        let failed = hop.failed;
        let mut recorder = self.recorder.borrow_mut();
        let labels = HttpHop {
            base: hop.base,
            name: hop.name,
            method: hop.method,
            url: hop.url,
            status: hop.status,
            proto: hop.proto,
            tls: hop.tls,
            error: hop.error,
            remote: hop.remote,
            failed,
        };
        let tags = self.http_tags.borrow_mut().of(&mut recorder, &self.keys, &labels);
        let trail = hop.trail;
        if trail.kernel_stamped {
            let lag = trail.generator_lag();
            recorder.generator_lag(lag);
            if self.run.generator_lag {
                recorder.add(builtin::GENERATOR_LAG, tags, lag.as_millis_f64(), trail.end());
            }
        } else if hop.error.is_none() {
            self.net.settings().shortages.count_unstamped();
        }
        let duration = trail.duration();
        let sample = HttpSample {
            at: trail.end(),
            duration,
            blocked: trail.blocked(),
            connecting: trail.connecting(),
            tls_handshaking: trail.tls_handshaking(),
            sending: trail.sending(),
            waiting: trail.waiting(),
            receiving: trail.receiving(),
            failed,
            // The time an iteration started late is time that a user would have waited.
            response_time: hop.late.map(|late| duration + late),
        };
        recorder.http_with_metadata(tags, &sample, metadata);
        match &hop.whole {
            Whole::Hop(whole) => kept::keep_hop(&mut recorder, whole, &sample, tags),
            Whole::Held(held) => {
                let code =
                    hop.error.map_or(if hop.status >= 400 { 1000 + hop.status } else { 0 }, |error| error.0);
                if let Some(standing) = recorder.wants_exchange(&sample, code) {
                    recorder.keep_exchange(held.told(hop, code).exchange(&sample, standing), tags);
                }
            }
        }
    }
}

/// One hop, ready to be recorded.
pub(crate) struct Measured<'a> {
    pub(crate) base: TagSetId,
    pub(crate) name: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) status: u16,
    pub(crate) proto: &'static str,
    pub(crate) tls: Option<&'static str>,
    pub(crate) error: Option<(u16, &'a dyn std::fmt::Display)>,
    pub(crate) remote: Option<std::net::IpAddr>,
    pub(crate) failed: Option<bool>,
    pub(crate) trail: &'a net::Trail,
    pub(crate) late: Option<Nanos>,
    pub(crate) whole: Whole<'a>,
}

/// Where the rest of a hop is, for the exchange that may be kept of it.
pub(crate) enum Whole<'a> {
    /// The client is just telling of it.
    Hop(&'a net::Hop<'a>),
    /// It was over before anybody knew whether it had failed.
    Held(Held<'a>),
}

/// What is left of a hop that was held back.
#[derive(Default)]
pub(crate) struct Held<'a> {
    pub(crate) request_headers: &'a [(String, String)],
    pub(crate) request_body: &'a [u8],
    pub(crate) headers: Option<&'a net::Headers>,
    pub(crate) body: &'a [u8],
}

impl Held<'_> {
    fn told<'t>(&'t self, hop: &'t Measured<'_>, code: u16) -> Told<'t> {
        Told {
            method: hop.method,
            url: hop.url,
            status: hop.status,
            code,
            error: hop.error.map(|(_, text)| text.to_string()),
            proto: hop.proto,
            remote: hop.remote,
            request_headers: self.request_headers,
            request_body: self.request_body,
            headers: self.headers,
            body: self.body,
        }
    }
}

impl<'a> Measured<'a> {
    pub(crate) fn of(
        hop: &'a net::Hop<'a>,
        base: TagSetId,
        name: Option<&'a str>,
        judge: &Judge,
        late: Option<Nanos>,
    ) -> Self {
        Self {
            base,
            name,
            method: hop.method,
            url: hop.url,
            status: hop.status,
            proto: hop.proto,
            tls: hop.tls.map(|tls| tls.version),
            error: hop.error.map(|error| (error.code(), error as &dyn std::fmt::Display)),
            remote: hop.remote.map(|remote| remote.ip()),
            // A challenge that is answered is as it should be.
            failed: judge.failed(if hop.challenge { 200 } else { hop.status }),
            trail: hop.trail,
            late,
            whole: Whole::Hop(hop),
        }
    }
}
