//! The slowest and the failed exchanges of a run: those of all workers made one list, written, and read back.
//!
//! Main types: [`Gathered`], what there is while the run goes on, and [`KeptExchange`], one that was read. Each worker
//! hands in what was worth keeping among its own requests; what is worth it among all of them is decided here.

use std::sync::Arc;

use metrics::{Exchange, FAILED_EACH, KINDS_MOST, Message, SLOW_MOST, Standing};
use model::Nanos;
use serde_json::{Map, Value, json};

use crate::database::{Cell, Database, cells};
use crate::error::Error;
use crate::library::{Library, Listed};
use crate::pack::{Press, unpress};

/// The columns of a row behind the run and the place.
const COLUMNS: [&str; 10] =
    ["run", "place", "standing", "unix_ms", "duration_ns", "method", "url", "status", "code", "detail"];

/// What the workers handed in, as far as it is worth keeping.
#[derive(Default)]
pub struct Gathered {
    /// Slowest first.
    slow: Vec<One>,
    /// By time.
    failed: Vec<One>,
    /// Whether there is something that was not written yet.
    changed: bool,
}

struct One {
    unix_ms: i64,
    exchange: Arc<Exchange>,
}

impl Gathered {
    /// Takes an exchange that ended then.
    pub fn add(&mut self, exchange: &Arc<Exchange>, unix_ms: i64) {
        let one = One { unix_ms, exchange: Arc::clone(exchange) };
        self.changed = true;
        match exchange.standing {
            Standing::Slow => {
                let duration = exchange.sample.duration;
                let at = self.slow.partition_point(|other| other.exchange.sample.duration >= duration);
                self.slow.insert(at, one);
                self.slow.truncate(SLOW_MOST);
            }
            Standing::Failed => {
                let at = self.failed.partition_point(|other| other.exchange.sample.at <= exchange.sample.at);
                self.failed.insert(at, one);
                self.keep_the_first();
            }
        }
    }

    /// Lets go of failures of which there are enough.
    fn keep_the_first(&mut self) {
        let mut kinds: Vec<(u16, u8)> = Vec::with_capacity(KINDS_MOST);
        self.failed.retain(|one| {
            let code = one.exchange.code;
            if let Some((_, count)) = kinds.iter_mut().find(|(known, _)| *known == code) {
                *count += 1;
                return *count <= FAILED_EACH;
            }
            let is_wanted = kinds.len() < KINDS_MOST;
            if is_wanted {
                kinds.push((code, 1));
            }
            is_wanted
        });
    }

    /// Whether there is something to write.
    pub const fn is_changed(&self) -> bool {
        self.changed
    }

    /// Everything has been written.
    pub fn written(&mut self) {
        self.changed = false;
    }

    /// Writes all of them in place of what was written before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn write(&self, store: &Database, run: i64, press: &mut Press) -> Result<(), Error> {
        store.execute("DELETE FROM exchanges WHERE run = ?1", &cells![run])?;
        let all = self.failed.iter().chain(&self.slow);
        let rows = (0_i64..).zip(all).map(|(place, one)| -> Vec<Cell> {
            let exchange = &one.exchange;
            let detail = press.press(detail(exchange).to_string().as_bytes());
            cells![
                run,
                place,
                exchange.standing.name(),
                one.unix_ms,
                exchange.sample.duration.0,
                &exchange.method,
                &exchange.url,
                exchange.status,
                exchange.code,
                detail,
            ]
            .to_vec()
        });
        store.insert("exchanges", &COLUMNS, rows)
    }
}

/// What the columns do not say.
fn detail(exchange: &Exchange) -> Value {
    let sample = &exchange.sample;
    let tags: Map<String, Value> =
        exchange.tags.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let millis = |phase: Nanos| phase.as_millis_f64();
    json!({
        "error": exchange.error,
        "failed": sample.failed,
        "proto": exchange.proto,
        "remote": exchange.remote.map(|remote| remote.to_string()),
        "trace_id": exchange.trace_id,
        "tags": tags,
        "phases": {
            "blocked": millis(sample.blocked),
            "connecting": millis(sample.connecting),
            "tls_handshaking": millis(sample.tls_handshaking),
            "sending": millis(sample.sending),
            "waiting": millis(sample.waiting),
            "receiving": millis(sample.receiving),
        },
        "response_time": sample.response_time.map(millis),
        "request": message(&exchange.request),
        "response": message(&exchange.response),
    })
}

fn message(message: &Message) -> Value {
    json!({ "headers": message.headers, "body": message.body, "body_bytes": message.body_bytes })
}

/// An exchange that was kept.
#[derive(Clone, PartialEq, Debug)]
pub struct KeptExchange {
    /// Why it was kept.
    pub standing: Standing,
    /// When it ended, in milliseconds since 1970.
    pub unix_ms: i64,
    /// Sending, waiting and receiving together, in nanoseconds.
    pub duration_ns: u64,
    /// The method.
    pub method: String,
    /// Where it went.
    pub url: String,
    /// The status; 0 when there was no answer.
    pub status: u16,
    /// The code of the failure, or 1000 and the status from 400 on; 0 for none.
    pub code: u16,
    /// `error`, `failed`, `proto`, `remote`, `trace_id`, `tags`, `phases` and `response_time` in milliseconds, and the two
    /// messages, `request` and `response`, each with `headers`, the beginning of its `body`, and `body_bytes`.
    pub detail: Value,
}

impl Library {
    /// The exchanges that were kept of a run: failures in the order in which they came, then the slowest, slowest first.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    pub fn exchanges(&self, run: &Listed) -> Result<Vec<KeptExchange>, Error> {
        let query = "SELECT standing, unix_ms, duration_ns, method, url, status, code, detail FROM exchanges \
             WHERE run = ?1 ORDER BY place";
        self.told(self.store().all(query, &cells![run.key()], |row| {
            let damaged = || Error::lasting(format!("an exchange of run {} is damaged", run.id));
            let (standing, detail): (String, Vec<u8>) = (row.get(0)?, row.get(7)?);
            let detail = unpress(&detail).and_then(|bytes| serde_json::from_slice(&bytes).ok());
            Ok(KeptExchange {
                standing: Standing::parse(&standing).ok_or_else(damaged)?,
                unix_ms: row.get(1)?,
                duration_ns: row.get(2)?,
                method: row.get(3)?,
                url: row.get(4)?,
                status: row.get(5)?,
                code: row.get(6)?,
                detail: detail.ok_or_else(damaged)?,
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::HttpSample;

    fn exchange(standing: Standing, millis: u64, code: u16, at: u64) -> Arc<Exchange> {
        let (duration, at) = (Nanos::from_millis(millis), Nanos::from_millis(at));
        Arc::new(Exchange {
            standing,
            sample: HttpSample { duration, at, ..HttpSample::default() },
            method: "GET".to_owned(),
            url: format!("http://h/{code}"),
            status: 0,
            code,
            error: None,
            proto: "",
            remote: None,
            trace_id: None,
            tags: Vec::new(),
            request: Message::default(),
            response: Message::default(),
        })
    }

    #[test]
    fn the_lists_of_workers_become_one() {
        let mut all = Gathered::default();
        for millis in 0..30 {
            all.add(&exchange(Standing::Slow, (millis * 7) % 30, 0, millis), 0);
        }
        let kept: Vec<u64> = all.slow.iter().map(|one| one.exchange.sample.duration.0 / 1_000_000).collect();
        assert_eq!(kept, [29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
        // A worker that is heard later may have been earlier.
        for at in (0..10).rev() {
            all.add(&exchange(Standing::Failed, 1, 1500, at), 0);
        }
        let first: Vec<u64> = all.failed.iter().map(|one| one.exchange.sample.at.0 / 1_000_000).collect();
        assert_eq!(first, [0, 1, 2]);
        (0..40).for_each(|code| all.add(&exchange(Standing::Failed, 1, code, 100), 0));
        assert_eq!(all.failed.len(), 3 + KINDS_MOST - 1);
    }
}
