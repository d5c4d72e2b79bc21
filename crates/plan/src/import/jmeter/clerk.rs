//! The thread that writes result files and counts samples for the summary lines.
//!
//! Main types: [`Clerk`] and the [`Entry`]s it gets. Users wait for it only when the disk cannot keep up at all. What
//! only counts is counted by each worker thread in [`Counts`], which are added to the clerk's once a second.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::function::now_ms;
use super::jtl::{self, Shown};
use super::listener::ResultFile;
use super::sample::Sample;
use super::thread::Run;
use super::zone::Zone;

/// Entries that may wait to be written.
const QUEUE: usize = 1_024;
/// Lines are handed over by so many bytes, and about once a second.
const BATCH_BYTES: usize = 32 << 10;

/// What the clerk is told.
pub enum Entry {
    /// Lines for a file, by its number.
    Lines(usize, String),
    /// A line of the log, ready.
    Log(String),
    /// A line for standard output.
    Print(String),
    /// Threads that started (or ended, when negative).
    Threads(i64),
    /// The run is over.
    Close,
}

/// What counts of a sample.
#[derive(Clone, Debug)]
pub struct Tally<'a> {
    /// Its name.
    pub label: &'a str,
    /// In ms.
    pub elapsed_ms: i64,
    /// It succeeded.
    pub success: bool,
    /// Received.
    pub bytes: u64,
    /// Sent.
    pub sent_bytes: u64,
    /// When it started, in ms since 1970.
    pub started_ms: i64,
    /// When it ended, in ms since 1970.
    pub ended_ms: i64,
    /// It is a transaction controller's, which summary lines leave out.
    pub transaction: bool,
}

/// Counts of samples.
#[derive(Clone, Default, Debug)]
pub struct Count {
    /// How many.
    pub samples: u64,
    /// How many failed.
    pub errors: u64,
    /// Their times together, in ms.
    pub total_ms: i64,
    /// The least, in ms.
    pub least_ms: Option<i64>,
    /// The greatest, in ms.
    pub most_ms: Option<i64>,
    /// How often each time came.
    pub times: BTreeMap<i64, u64>,
    /// Received.
    pub bytes: u64,
    /// Sent.
    pub sent_bytes: u64,
    /// When the first started.
    pub first_ms: Option<i64>,
    /// When the last ended.
    pub last_ms: Option<i64>,
}

impl Count {
    fn add(&mut self, tally: &Tally<'_>, keep_times: bool) {
        self.samples += 1;
        self.errors += u64::from(!tally.success);
        self.total_ms += tally.elapsed_ms;
        self.least_ms = Some(self.least_ms.map_or(tally.elapsed_ms, |least| least.min(tally.elapsed_ms)));
        self.most_ms = Some(self.most_ms.map_or(tally.elapsed_ms, |most| most.max(tally.elapsed_ms)));
        if keep_times {
            *self.times.entry(tally.elapsed_ms).or_default() += 1;
        }
        self.bytes += tally.bytes;
        self.sent_bytes += tally.sent_bytes;
        self.first_ms = Some(self.first_ms.map_or(tally.started_ms, |first| first.min(tally.started_ms)));
        self.last_ms = Some(self.last_ms.map_or(tally.ended_ms, |last| last.max(tally.ended_ms)));
    }

    /// Adds what was counted elsewhere.
    fn merge(&mut self, other: &Self) {
        let both = |one: Option<i64>, two: Option<i64>, of: fn(i64, i64) -> i64| match (one, two) {
            (Some(one), Some(two)) => Some(of(one, two)),
            (one, two) => one.or(two),
        };
        self.samples += other.samples;
        self.errors += other.errors;
        self.total_ms += other.total_ms;
        self.least_ms = both(self.least_ms, other.least_ms, i64::min);
        self.most_ms = both(self.most_ms, other.most_ms, i64::max);
        for (time, count) in &other.times {
            *self.times.entry(*time).or_default() += count;
        }
        self.bytes += other.bytes;
        self.sent_bytes += other.sent_bytes;
        self.first_ms = both(self.first_ms, other.first_ms, i64::min);
        self.last_ms = both(self.last_ms, other.last_ms, i64::max);
    }

    /// The time that so many percent of the samples stayed within.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> f64 {
        let wanted = (percent / 100.0 * (self.samples as f64 + 1.0)).clamp(1.0, self.samples.max(1) as f64);
        let at = |rank: f64| {
            let mut passed = 0;
            let found = self.times.iter().find(|(_, count)| {
                passed += **count;
                passed as f64 >= rank
            });
            found.map_or(0.0, |(time, _)| *time as f64)
        };
        let (low, high) = (at(wanted.floor()), at(wanted.ceil()));
        low + (high - low) * wanted.fract()
    }
}

/// What the samples of one worker thread came to since they were last handed over.
#[derive(Clone, Default, Debug)]
pub struct Counts {
    whole: Count,
    /// By name and whether it is a transaction's, when that is kept.
    by_label: Option<BTreeMap<String, (Count, bool)>>,
}

impl Counts {
    /// Nothing yet; counts are kept by name too if they are asked for.
    #[must_use]
    pub fn new(by_label: bool) -> Self {
        Self { whole: Count::default(), by_label: by_label.then(BTreeMap::new) }
    }

    /// Counts a sample.
    pub fn add(&mut self, tally: &Tally<'_>) {
        if !tally.transaction {
            self.whole.add(tally, self.by_label.is_some());
        }
        if let Some(by_label) = &mut self.by_label {
            if !by_label.contains_key(tally.label) {
                by_label.insert(tally.label.to_owned(), (Count::default(), false));
            }
            if let Some((count, transaction)) = by_label.get_mut(tally.label) {
                *transaction = tally.transaction;
                count.add(tally, true);
            }
        }
    }

    /// Adds everything to the book and begins anew.
    pub fn hand_over(&mut self, book: &mut Book) {
        let whole = std::mem::take(&mut self.whole);
        book.whole.merge(&whole);
        book.lately.merge(&Count { times: BTreeMap::new(), ..whole });
        for (label, (count, transaction)) in self.by_label.iter_mut().flat_map(std::mem::take) {
            let known = book.by_label.entry(label).or_default();
            known.0.merge(&count);
            known.1 = transaction;
        }
    }
}

/// Lines of result files that one worker thread has gathered, by the number of the file.
#[derive(Default, Debug)]
pub struct Lines(Vec<String>);

impl Lines {
    /// Adds the lines of a sample for those files that want it.
    pub fn write(&mut self, run: &Run, files: impl Iterator<Item = usize>, sample: &Sample, shown: &Shown) {
        for at in files {
            let file = &run.files[at];
            if file.errors_only && sample.success || file.successes_only && !sample.success {
                continue;
            }
            if self.0.len() <= at {
                self.0.resize_with(at + 1, String::new);
            }
            jtl::write(&mut self.0[at], sample, &file.save, shown);
            if self.0[at].len() >= BATCH_BYTES {
                run.tell(Entry::Lines(at, std::mem::take(&mut self.0[at])));
            }
        }
    }

    /// Hands over what was gathered.
    pub fn hand_over(&mut self, clerk: &Clerk) {
        for (at, text) in self.0.iter_mut().enumerate().filter(|(_, text)| !text.is_empty()) {
            clerk.tell(Entry::Lines(at, std::mem::take(text)));
        }
    }
}

/// What was counted so far.
#[derive(Clone, Default, Debug)]
pub struct Book {
    /// Since the last summary line.
    pub lately: Count,
    /// Since the start.
    pub whole: Count,
    /// By name, when a report is asked for.
    pub by_label: BTreeMap<String, (Count, bool)>,
    /// Threads that run, and all that started.
    pub threads: (i64, i64),
    /// Lines for standard output.
    pub out: Vec<String>,
    /// Lines of the log.
    pub log: Vec<String>,
}

/// The thread, from outside.
pub struct Clerk {
    entries: SyncSender<Entry>,
    book: Arc<Mutex<Book>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What a clerk is to keep.
pub struct Duties {
    /// Files, by number.
    pub files: Vec<ResultFile>,
    /// Names of the variables that lines show.
    pub variables: Vec<String>,
    /// Where log lines go, instead of to the book.
    pub log: Option<PathBuf>,
}

impl Clerk {
    /// Starts the thread.
    ///
    /// # Errors
    /// When a file cannot be opened, or there can be no thread.
    pub fn start(duties: Duties) -> Result<Self, String> {
        let mut files = Vec::new();
        for file in &duties.files {
            files.push(open(file, &duties.variables)?);
        }
        let log = match &duties.log {
            Some(path) => Some(BufWriter::new(
                File::create(path).map_err(|error| format!("{}: {error}", path.display()))?,
            )),
            None => None,
        };
        let (entries, inbox) = sync_channel(QUEUE);
        let book = Arc::new(Mutex::new(Book::default()));
        let work = Work { files, duties, log, book: Arc::clone(&book) };
        let thread = std::thread::Builder::new()
            .name("jtl".to_owned())
            .spawn(move || work.run(&inbox))
            .map_err(|error| error.to_string())?;
        Ok(Self { entries, book, thread: Mutex::new(Some(thread)) })
    }

    /// Hands an entry over.
    pub fn tell(&self, entry: Entry) {
        // After the end nobody listens, and nothing is lost that could still be shown.
        let _ = self.entries.send(entry);
    }

    /// What was counted; lines that wait to be shown are taken.
    pub fn look<T>(&self, look: impl FnOnce(&mut Book) -> T) -> T {
        look(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes what is left and ends the thread.
    pub fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            self.tell(Entry::Close);
            // A panic there was told on standard error.
            let _ = thread.join();
        }
    }
}

fn open(file: &ResultFile, variables: &[String]) -> Result<BufWriter<File>, String> {
    let said = |error: std::io::Error| format!("{}: {error}", file.path.display());
    let mut options = OpenOptions::new();
    let opened = options.create(true).append(true).open(&file.path).map_err(said)?;
    let fresh = opened.metadata().map_err(said)?.len() == 0;
    let mut out = BufWriter::new(opened);
    if fresh || file.save.xml {
        out.write_all(jtl::opening(&file.save, variables).as_bytes()).map_err(said)?;
    }
    out.flush().map_err(said)?;
    Ok(out)
}

struct Work {
    files: Vec<BufWriter<File>>,
    duties: Duties,
    log: Option<BufWriter<File>>,
    book: Arc<Mutex<Book>>,
}

impl Work {
    fn run(mut self, inbox: &Receiver<Entry>) {
        loop {
            match inbox.recv_timeout(Duration::from_millis(500)) {
                Ok(Entry::Close) | Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Ok(entry) => self.take(entry),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => self.flush(),
            }
        }
        for (file, duty) in self.files.iter_mut().zip(&self.duties.files) {
            let _ = file.write_all(jtl::closing(&duty.save).as_bytes());
        }
        self.flush();
    }

    fn take(&mut self, entry: Entry) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        match entry {
            Entry::Lines(at, text) => {
                drop(book);
                if let Some(Err(error)) = self.files.get_mut(at).map(|file| file.write_all(text.as_bytes())) {
                    let line = format!("a result file cannot be written: {error}");
                    self.book.lock().unwrap_or_else(PoisonError::into_inner).log.push(line);
                }
            }
            Entry::Log(line) => match &mut self.log {
                Some(log) => {
                    let _ = writeln!(log, "{line}");
                }
                None => book.log.push(line),
            },
            Entry::Print(line) => book.out.push(line),
            Entry::Threads(change) => {
                book.threads.0 += change;
                book.threads.1 += change.max(0);
            }
            Entry::Close => {}
        }
    }

    /// A file that cannot be written was told when its line failed.
    fn flush(&mut self) {
        self.files.iter_mut().for_each(|file| drop(file.flush()));
        if let Some(log) = &mut self.log {
            let _ = log.flush();
        }
    }
}

/// A summary line; `sign` is `+` for the last interval and `=` for the whole.
#[must_use]
pub fn summary_line(sign: char, count: &Count, elapsed_ms: i64, threads: Option<(i64, i64)>) -> String {
    let seconds = (elapsed_ms + 500) / 1000;
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let rate = if elapsed_ms > 0 && count.samples > 0 {
        format!("{:6.1}", count.samples as f64 * 1000.0 / elapsed_ms as f64)
    } else {
        "******".to_owned()
    };
    let average = if count.samples == 0 { 0 } else { count.total_ms / count.samples as i64 };
    let percent = if count.samples == 0 { 0.0 } else { count.errors as f64 * 100.0 / count.samples as f64 };
    let mut line = format!(
        "summary {sign} {:6} in {clock} = {rate}/s Avg: {average:5} Min: {:5} Max: {:5} Err: {:5} ({percent:.2}%)",
        count.samples,
        count.least_ms.unwrap_or(i64::MAX),
        count.most_ms.unwrap_or(i64::MIN),
        count.errors
    );
    if let Some((active, started)) = threads {
        line.push_str(&format!(" Active: {active} Started: {started} Finished: {}", started - active));
    }
    line
}

/// `statistics.json` of the report.
#[must_use]
pub fn statistics(book: &Book) -> String {
    let mut out = serde_json::Map::new();
    let mut put = |name: &str, count: &Count| {
        let span = (count.last_ms.unwrap_or(0) - count.first_ms.unwrap_or(0)).max(1) as f64 / 1000.0;
        let samples = count.samples.max(1) as f64;
        let row = serde_json::json!({
            "transaction": name,
            "sampleCount": count.samples,
            "errorCount": count.errors,
            "errorPct": count.errors as f64 * 100.0 / samples,
            "meanResTime": count.total_ms as f64 / samples,
            "medianResTime": count.percentile(50.0),
            "minResTime": count.least_ms.unwrap_or(0) as f64,
            "maxResTime": count.most_ms.unwrap_or(0) as f64,
            "pct1ResTime": count.percentile(90.0),
            "pct2ResTime": count.percentile(95.0),
            "pct3ResTime": count.percentile(99.0),
            "throughput": count.samples as f64 / span,
            "receivedKBytesPerSec": count.bytes as f64 / 1024.0 / span,
            "sentKBytesPerSec": count.sent_bytes as f64 / 1024.0 / span,
        });
        out.insert(name.to_owned(), row);
    };
    book.by_label.iter().for_each(|(label, (count, _))| put(label, count));
    put("Total", &book.whole);
    serde_json::to_string_pretty(&out).unwrap_or_default()
}

/// A line of the log in JMeter's form, with the time on the clocks of a zone.
#[must_use]
pub fn log_line(level: model::Level, text: &str, zone: &Zone) -> String {
    let word = match level {
        model::Level::Error => "ERROR",
        model::Level::Warning => "WARN",
        model::Level::Debug => "DEBUG",
        _ => "INFO",
    };
    let time = super::function::format_java("yyyy-MM-dd HH:mm:ss,SSS", now_ms(), "en", zone);
    let time = time.unwrap_or_default();
    format!("{time} {word} o.a.j: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_lines_are_jmeters() {
        let none = summary_line('=', &Count::default(), 0, None);
        let wanted = "summary =      0 in 00:00:00 = ******/s Avg:     0 Min: 9223372036854775807 Max: -9223372036854775808 Err:     0 (0.00%)";
        assert_eq!(none, wanted);
        let mut book = Book::default();
        // As two worker threads count them.
        for (elapsed_ms, success) in [(10, true), (30, false)] {
            let mut counts = Counts::new(true);
            let tally = Tally {
                label: "a",
                elapsed_ms,
                success,
                bytes: 1,
                sent_bytes: 1,
                started_ms: 0,
                ended_ms: 1000,
                transaction: false,
            };
            counts.add(&tally);
            counts.hand_over(&mut book);
        }
        let Book { lately, whole, by_label, .. } = book;
        assert_eq!((lately.samples, lately.times.len(), by_label["a"].0.samples), (2, 0, 2));
        let count = whole;
        let wanted = "summary +      2 in 00:00:01 =    2.0/s Avg:    20 Min:    10 Max:    30 Err:     1 (50.00%) Active: 1 Started: 3 Finished: 2";
        assert_eq!(summary_line('+', &count, 1000, Some((1, 3))), wanted);
        assert_eq!((count.percentile(50.0), count.percentile(99.0)), (20.0, 30.0));
    }
}
