//! The demo shop: its options, its start, and the way from a request to an answer.
//!
//! Main types: [`ShopOptions`] and [`Shop`]. Each area of the API is a file of its own; [`route`] is the map.

mod admin;
pub(crate) mod auth;
pub(crate) mod carts;
pub(crate) mod catalogue;
mod memory;
pub(crate) mod orders;
mod pages;
mod payments;
mod postgres;
pub(crate) mod products;
pub(crate) mod records;
mod reports;
pub(crate) mod reviews;
mod route;
pub(crate) mod session;
mod sql;
pub(crate) mod store;
mod token;
pub(crate) mod users;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use http::{Method, Request};
use hyper::body::Incoming;
use model::Clock;
use tokio::sync::broadcast;
use tokio_rustls::TlsAcceptor;

use crate::body::Answer;
use crate::error::Error;
use crate::exchange::{Exchange, Line, Segments};
use crate::faults::{Faults, Hangup, Rule};
use crate::graphql;
use crate::metrics::Metrics;
use crate::queue::Stations;
use crate::random::Random;
use crate::running::{Running, StopHandle};
use crate::server::{self, Door};
use crate::socketio;
use crate::timer::Timer;
use crate::tls::{Authority, Leaf};
use catalogue::Catalogue;
use store::Store;
use token::Signer;

pub(crate) use pages::picture;

/// Orders that a slow listener may be behind before it misses some.
const ORDERS_WAITING: usize = 1024;

/// What the shop is started with.
#[derive(Clone, Debug)]
pub struct ShopOptions {
    /// Where plain connections are taken; port 0 lets the system choose.
    pub addr: SocketAddr,
    /// Where TLS connections are taken, if anywhere.
    pub tls_addr: Option<SocketAddr>,
    /// A directory that keeps the certificate authority from run to run.
    pub tls_dir: Option<PathBuf>,
    /// What the TLS certificate is like.
    pub certificate: Leaf,
    /// A `postgres://` URL; the shop then keeps everything in that database.
    pub postgres: Option<String>,
    /// Decides the catalogue, the token secret and the run of random faults.
    pub seed: u64,
    /// Products in the catalogue.
    pub products: usize,
    /// Server threads.
    pub threads: usize,
    /// Faults from the start; more can be set while the shop runs.
    pub faults: Vec<Rule>,
    /// Whether a login with an unknown address makes the account, so that any test data works.
    pub auto_register: bool,
}

impl Default for ShopOptions {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls_addr: None,
            tls_dir: None,
            certificate: Leaf::Good,
            postgres: None,
            seed: 1,
            products: 200,
            threads: 1,
            faults: Vec::new(),
            auto_register: true,
        }
    }
}

/// The shop's state, shared by its threads. Start one with [`Shop::start`].
pub struct Shop {
    pub(crate) clock: Clock,
    pub(crate) timer: Timer,
    pub(crate) metrics: Metrics,
    pub(crate) random: Random,
    pub(crate) faults: Faults,
    pub(crate) stations: Stations,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) store: Store,
    /// Every order as it is made.
    pub(crate) orders_placed: broadcast::Sender<records::Order>,
    /// GraphQL documents that clients have left here, by their hash.
    pub(crate) documents: graphql::Documents,
    /// Sessions of Socket.IO that began with polling.
    pub(crate) sockets: socketio::Sessions,
    signer: Signer,
    auto_register: bool,
}

impl Shop {
    /// Starts a shop on threads of its own. May be called from anywhere, also from async code.
    pub fn start(options: ShopOptions) -> Result<Running, Error> {
        server::outside(|| Self::open(options))
    }

    fn open(options: ShopOptions) -> Result<Running, Error> {
        let runtime = server::runtime()?;
        let (tls, ca_pem) = match options.tls_addr {
            None => (None, String::new()),
            Some(_) => {
                let authority = options.tls_dir.as_deref().map_or_else(Authority::new, Authority::kept_in)?;
                let config = authority.server_config(options.certificate, &[b"h2", b"http/1.1"])?;
                (Some(TlsAcceptor::from(config)), authority.pem().to_owned())
            }
        };
        let mut doors = vec![Door::open(options.addr, None)?];
        if let Some(addr) = options.tls_addr {
            doors.push(Door::open(addr, tls)?);
        }
        let (http, https) = (doors[0].addr, doors.get(1).map(|door| door.addr));

        let catalogue = Arc::new(Catalogue::new(options.seed, options.products));
        let store = runtime.block_on(Store::open(&catalogue, options.postgres.as_deref()))?;
        let clock = Clock::start();
        let (timer, timer_thread) = Timer::start(clock)?;
        let shop = Arc::new(Self {
            clock,
            timer: timer.clone(),
            metrics: Metrics::new(clock),
            random: Random::new(options.seed),
            faults: Faults::new(options.faults),
            stations: Stations::default(),
            catalogue,
            store,
            orders_placed: broadcast::channel(ORDERS_WAITING).0,
            documents: graphql::Documents::default(),
            sockets: socketio::Sessions::default(),
            signer: Signer::new(options.seed),
            auto_register: options.auto_register,
        });
        let (stop, stopped) = StopHandle::new();
        let workers = match server::start(&shop, doors, runtime, options.threads, &stopped) {
            Ok(workers) => workers,
            Err(error) => {
                timer.end();
                return Err(error.into());
            }
        };
        let end = end_timer_last(timer, timer_thread, workers)?;
        Ok(Running::new(http, https, ca_pem, stop, vec![end]))
    }
}

/// Ends the timer once the workers are gone: one more thread that only waits, so that the handle need not
/// know what a server consists of.
fn end_timer_last(
    timer: Timer,
    timer_thread: std::thread::JoinHandle<()>,
    workers: Vec<std::thread::JoinHandle<()>>,
) -> std::io::Result<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().name("target-end".into()).spawn(move || {
        for worker in workers {
            // A worker that panicked has printed why.
            let _ = worker.join();
        }
        timer.end();
        let _ = timer_thread.join();
    })
}

/// Answers one request: faults first, then the cheap pages without a detour, then the map.
pub(crate) async fn answer(
    shop: Arc<Shop>,
    request: Request<Incoming>,
    line: Arc<Line>,
) -> Result<Answer, Hangup> {
    line.count_request();
    let mut in_flight = shop.metrics.request();
    if !shop.faults.concern(request.headers())
        && let Some(answer) = quick(&shop, &request)
    {
        in_flight.answered(answer.status());
        return Ok(answer);
    }
    // Boxed, so that connections which only ask for cheap pages stay small.
    let answer = Box::pin(considered(&shop, request, &line)).await?;
    in_flight.answered(answer.status());
    Ok(answer)
}

/// The pages that load generators are measured against: no allocation beyond the answer itself.
fn quick(shop: &Shop, request: &Request<Incoming>) -> Option<Answer> {
    if request.method() != Method::GET {
        return None;
    }
    let segments = Segments::of(request.uri().path());
    match segments.without_api_prefix() {
        ["health"] => Some(pages::health()),
        ["products"] if shop.store.is_memory() => products::quick_list(shop, request.uri().query()),
        ["products", id] if shop.store.is_memory() => products::quick_page(shop, id),
        _ => None,
    }
}

async fn considered(shop: &Arc<Shop>, request: Request<Incoming>, line: &Line) -> Result<Answer, Hangup> {
    let (parts, body) = request.into_parts();
    let effects = shop.faults.effects(&parts, shop);
    if let Some(answer) = effects.before(shop, line, parts.version).await? {
        return Ok(answer);
    }
    let mut exchange = Exchange::new(&parts, body, line);
    let outcome = route::answer(shop, &mut exchange).await;
    let answer = outcome.unwrap_or_else(crate::body::Refusal::into_answer);
    Ok(effects.after(answer))
}
