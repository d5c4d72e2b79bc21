//! The virtual users of a run: what they have to know of the options, and their source for the engine.

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use engine::{Control, VuMaker, VuSource, WorkerCtx};
use model::Options;
use script::{HttpDebug, RunOptions, SystemTags};
use serde_json::{Value, json};

use super::options::Settled;
use crate::load::Test;

/// Redirects that are followed unless the user says otherwise.
const MAX_REDIRECTS: u32 = 10;
/// Parallel requests of a batch, in all and to one host.
const BATCH: (usize, usize) = (20, 6);

/// A source that worker threads wait for: they start before the options, which need their controls, are settled.
#[derive(Default)]
pub struct LateSource(OnceLock<Arc<dyn VuSource>>);

impl LateSource {
    /// Lets the workers go on.
    pub fn set(&self, source: Arc<dyn VuSource>) {
        // A second source changes nothing; there is only one call.
        let _ = self.0.set(source);
    }
}

impl VuSource for LateSource {
    fn worker(&self, worker: &Rc<WorkerCtx>) -> Box<dyn VuMaker> {
        self.0.wait().worker(worker)
    }
}

/// Tells the users of a test what they need to know of the options.
pub fn configure(test: &Test, settled: &Settled, net: Arc<net::Settings>, control: Arc<Control>) {
    match test {
        Test::Script(test) => test.configure(of_script(settled, net, control)),
        Test::Plan(test) => test.configure(of_plan(settled, net, control)),
    }
}

/// The most users that there can be in the whole test.
fn users(settled: &Settled) -> u64 {
    model::requirements::max_possible(&settled.scenarios(), &model::SegmentTuple::full())
}

/// This instance's share of data.
fn share(settled: &Settled) -> model::Share {
    match (settled.options.execution_segment, &settled.options.execution_segment_sequence) {
        (Some(segment), None) => model::Share::Spread(segment),
        _ => model::Share::Dealt(settled.segment.stripe()),
    }
}

/// Whether samples carry the number of a stage.
fn wants_stage(options: &Options) -> bool {
    options.thresholds.as_ref().is_some_and(model::stages::are_judged)
}

fn of_plan(settled: &Settled, net: Arc<net::Settings>, control: Arc<Control>) -> plan::RunOptions {
    let options = &settled.options;
    plan::RunOptions {
        net,
        tags: options.tags.clone().unwrap_or_default(),
        system_tags: system_tags(settled.system_tags()),
        no_cookies_reset: options.no_cookies_reset.unwrap_or(false),
        no_vu_connection_reuse: options.no_vu_connection_reuse.unwrap_or(false),
        min_iteration_duration: options.min_iteration_duration.map(Into::into),
        time_scale: settled.time_scale.map_or(1.0, model::TimeScale::factor),
        stage_tag: wants_stage(options),
        generator_lag: wants_generator_lag(options),
        users: users(settled),
        share: share(settled),
        control,
        first_vars: std::sync::Mutex::default(),
    }
}

fn of_script(settled: &Settled, net: Arc<net::Settings>, control: Arc<Control>) -> RunOptions {
    let options = &settled.options;
    RunOptions {
        net,
        tags: options.tags.clone().unwrap_or_default(),
        system_tags: system_tags(settled.system_tags()),
        throw: options.throw.unwrap_or(false),
        discard_response_bodies: options.discard_response_bodies.unwrap_or(false),
        batch: size(options.batch, BATCH.0),
        batch_per_host: size(options.batch_per_host, BATCH.1),
        max_redirects: redirects(options),
        no_cookies_reset: options.no_cookies_reset.unwrap_or(false),
        no_vu_connection_reuse: options.no_vu_connection_reuse.unwrap_or(false),
        users: users(settled),
        share: share(settled),
        min_iteration_duration: options.min_iteration_duration.map(Into::into),
        time_scale: settled.time_scale.map_or(1.0, model::TimeScale::factor),
        stage_tag: wants_stage(options),
        http_debug: match options.http_debug.as_deref() {
            None | Some("" | "false") => HttpDebug::Off,
            Some("full") => HttpDebug::Full,
            Some(_) => HttpDebug::Headers,
        },
        generator_lag: wants_generator_lag(options),
        options: shown_to_scripts(settled),
        // A command makes one run.
        ends_process: true,
        control,
    }
}

/// The lag of the generator is a metric when a threshold judges it or the script asks for it: k6 has no such metric,
/// and readers of its forms are not to be surprised.
fn wants_generator_lag(options: &Options) -> bool {
    let name = "generator_lag";
    let judged =
        |key: &String| key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('{'));
    options.thresholds.iter().flatten().any(|(key, _)| judged(key))
        || options.plimsoll.as_ref().is_some_and(|own| own.generator_lag)
}

/// `exec.test.options`: without the shorthand, which is a scenario by now, and with what only flags can set.
fn shown_to_scripts(settled: &Settled) -> Value {
    let mut shown = settled.shown();
    if let Value::Object(members) = &mut shown {
        for shorthand in ["vus", "duration", "iterations", "stages"] {
            members.shift_remove(shorthand);
        }
        members.insert("consoleOutput".to_owned(), json!(settled.options.console_output));
        members.insert("localIPs".to_owned(), json!(settled.options.local_ips));
    }
    shown
}

fn size(given: Option<i64>, default: usize) -> usize {
    given.map_or(default, |given| usize::try_from(given).unwrap_or(0))
}

/// How many redirects are followed, and whether that is only the default.
fn redirects(options: &Options) -> (u32, bool) {
    match options.max_redirects {
        Some(most) => (u32::try_from(most).unwrap_or(0), false),
        None => (MAX_REDIRECTS, true),
    }
}

fn system_tags(tags: model::SystemTags) -> SystemTags {
    SystemTags {
        proto: tags.has("proto"),
        subproto: tags.has("subproto"),
        status: tags.has("status"),
        method: tags.has("method"),
        url: tags.has("url"),
        name: tags.has("name"),
        group: tags.has("group"),
        check: tags.has("check"),
        error: tags.has("error"),
        error_code: tags.has("error_code"),
        tls_version: tags.has("tls_version"),
        scenario: tags.has("scenario"),
        expected_response: tags.has("expected_response"),
        vu: tags.has("vu"),
        iter: tags.has("iter"),
        ocsp_status: tags.has("ocsp_status"),
        ip: tags.has("ip"),
    }
}
