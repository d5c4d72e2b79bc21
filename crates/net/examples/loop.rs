//! Many users that each send one request after the other, and what that costs this machine.
//!
//!     cargo run --release --example loop -- http://127.0.0.1:8080/ [users] [requests per user]
//!
//! Prints the processor time per request, to compare with other load generators on the same server.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use model::{Clock, Nanos};
use net::{Client, Request, Settings, TlsSettings, Trail, Url, Worker};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use plimsoll_net as net;

#[derive(Default)]
struct Totals {
    requests: Cell<u64>,
    failed: Cell<u64>,
    unstamped: Cell<u64>,
    durations: RefCell<Vec<Nanos>>,
    lag: Cell<Nanos>,
}

impl Totals {
    fn add(&self, trail: &Trail, ok: bool) {
        self.requests.set(self.requests.get() + 1);
        self.failed.set(self.failed.get() + u64::from(!ok));
        self.unstamped.set(self.unstamped.get() + u64::from(!trail.kernel_stamped));
        self.lag.set(self.lag.get() + trail.generator_lag());
        self.durations.borrow_mut().push(trail.duration());
    }
}

async fn user(worker: Rc<Worker>, number: u64, url: Rc<Url>, count: u64, totals: Rc<Totals>) {
    let client = Client::new(worker, number);
    for _ in 0..count {
        let mut on_hop = |hop: &net::Hop<'_>| totals.add(hop.trail, hop.error.is_none());
        if let Err(error) = client.send(Request::get(Rc::clone(&url)), None, &mut on_hop).await {
            eprintln!("{}", error.detail());
            return;
        }
    }
}

fn cpu_seconds(usage: &Usage) -> (f64, f64) {
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    (seconds(usage.user_time()), seconds(usage.system_time()))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("which URL?")?;
    let users: u64 = arguments.next().map_or(Ok(50), |text| text.parse())?;
    let count: u64 = arguments.next().map_or(Ok(2000), |text| text.parse())?;
    let clock = Clock::start();
    let tls = TlsSettings { insecure: true, ..TlsSettings::default() };
    let mut settings = Settings::new(clock, tls, net::dns::DnsSettings::default())?;
    settings.kernel_timestamps = std::env::var_os("NO_STAMPS").is_none();
    let url = Rc::new(Url::parse(&url)?);
    let totals = Rc::new(Totals::default());
    totals.durations.borrow_mut().reserve((users * count) as usize);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let worker = Worker::new(Arc::new(settings));
    let start = clock.now();
    runtime.block_on(tokio::task::LocalSet::new().run_until(async {
        let tasks: Vec<_> = (1..=users)
            .map(|number| {
                let task = user(Rc::clone(&worker), number, Rc::clone(&url), count, Rc::clone(&totals));
                tokio::task::spawn_local(task)
            })
            .collect();
        for task in tasks {
            let _ = task.await;
        }
    }));
    let seconds = (clock.now() - start).as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let requests = totals.requests.get().max(1) as f64;
    let (in_user, in_kernel) = cpu_seconds(&usage);
    let micros = |seconds: f64| seconds * 1e6 / requests;
    let mut durations = totals.durations.borrow_mut();
    durations.sort_unstable();
    println!(
        "{requests} requests in {seconds:.2} s: {:.0}/s, {} failed",
        requests / seconds,
        totals.failed.get()
    );
    println!(
        "{:.2} µs of processor time a request: {:.2} user, {:.2} kernel",
        micros(in_user + in_kernel),
        micros(in_user),
        micros(in_kernel)
    );
    println!(
        "median duration {:?}, {} without kernel stamps",
        durations[durations.len() / 2],
        totals.unstamped.get()
    );
    println!("mean generator lag {:?}", Nanos((totals.lag.get().0 as f64 / requests) as u64));
    println!("peak memory {} KiB, {:?}", usage.max_rss(), worker.counts());
    Ok(())
}
