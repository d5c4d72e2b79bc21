//! `plimsoll trend`: a figure over the kept runs of a test, where its level changed, and when it reaches a limit.
//!
//! The figure may also be what searches for capacity found.

mod sheet;

use clap::{Arg, ArgAction, ArgMatches, Command};
use insight::history::{Forecast, History, Stretch, forecast, history};
use model::ExitCode;
use report::quick::span;
use serde_json::{Value, json};
use stats::Interval;
use store::{Listed, Search};

use super::Spec;
use crate::error::Error;
use crate::flags::{self, Flags, judgement};
use crate::kept::figure::Figure;
use crate::kept::table::table;
use crate::kept::{Shelf, Verdict, failed, moment, now_ms, with_store};
use crate::session::Session;
use crate::sheets::{self, with_files};

/// The row.
pub const SPEC: Spec =
    Spec { name: "trend", about: "Show how a figure changed over the kept runs of a test", arguments, run };

/// The figure when nobody says.
const USUAL: &str = "http_req_duration p95";
/// The figure that is of searches: the highest load that was kept.
const CAPACITY: &str = "capacity";
/// So many runs are looked at, when nobody says.
const LOOKED_AT: &str = "100";
/// Heights of a line of runs.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const DAY_MS: f64 = 86_400_000.0;
/// The columns of the table of levels.
const TITLES: &[&str] = &["SINCE", "RUN", "COMMIT", " RUNS", " LEVEL", " CHANGE", " P", "BETWEEN COMMITS"];

fn arguments(command: Command) -> Command {
    let name = Arg::new("name")
        .value_name("name")
        .help("the test, as `runs` names it; that of the latest run unless told");
    let metric = Arg::new("metric").long("metric").value_name("figure").default_value(USUAL);
    let metric =
        metric.help("a metric and what is made of it, such as 'http_reqs rate'; or capacity, of searches");
    let most = Arg::new("most").long("most").value_name("int").default_value(LOOKED_AT);
    let most =
        most.value_parser(clap::value_parser!(usize)).help("look at so many runs, the latest; 0 for all");
    let limit = Arg::new("limit").long("limit").value_name("number");
    let limit =
        limit.help("foretell when this is reached, such as 500ms; a number where the figure is no time");
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print JSON");
    let command = flags::add_named(command, judgement::FLAGS, &["confidence"]);
    with_files(with_store(command)).arg(metric).arg(most).arg(limit).arg(json).arg(name)
}

/// One run or search of the history.
struct Entry {
    id: String,
    started_ms: i64,
    /// The repository's commit it was made with.
    commit: Option<String>,
    script_sha256: Option<String>,
    value: f64,
}

impl Entry {
    fn of(run: Listed, value: f64) -> Self {
        let Listed { id, started_ms, script_sha256, environment, .. } = run;
        Self { id, started_ms, commit: environment.commit, script_sha256, value }
    }
}

/// Runs or searches of a test, the oldest first.
#[derive(Default)]
struct Gathered {
    test: String,
    entries: Vec<Entry>,
    /// Those that were left out: their load was not honest, or they never came to their end.
    left_out: usize,
    /// The figure is a time in milliseconds.
    time: bool,
}

/// What is shown.
struct Shown<'a> {
    test: &'a str,
    figure: &'a str,
    /// The figure is a time in milliseconds.
    time: bool,
    entries: Vec<Entry>,
    history: History,
    /// Runs that were left out: their load was not honest, or they never came to their end.
    left_out: usize,
    limit: Option<f64>,
    forecast: Option<Forecast>,
    level: f64,
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let given = Flags::read(judgement::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let level = judgement::confidence(&given).map_err(Error::Usage)?;
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let figure = text("metric").unwrap_or(USUAL).trim();
    let limit = text("limit").map(limit_of).transpose()?;
    let shelf = Shelf::open(session, matches)?;
    let most = match matches.get_one::<usize>("most").copied().unwrap_or(0) {
        0 => usize::MAX,
        most => most,
    };
    let gathered = if figure == CAPACITY {
        of_searches(&shelf, text("name"), most)?
    } else {
        of_runs(&shelf, text("name"), most, &Figure::parse(figure)?, now_ms(session))?
    };
    let Gathered { test, entries, left_out, time } = gathered;
    let values: Vec<f64> = entries.iter().map(|entry| entry.value).collect();
    let history = history(&values, level);
    let days: Vec<f64> = entries.iter().map(|entry| entry.started_ms as f64 / DAY_MS).collect();
    let forecast = limit.and_then(|limit| forecast(&days, &values, &history, limit, level));
    let shown = Shown { test: &test, figure, time, entries, history, left_out, limit, forecast, level };
    sheets::write(matches, || sheet::sheet(&shown))?;
    session.print(&if matches.get_flag("json") { format!("{:#}\n", shown.to_json()) } else { shown.text() });
    Ok(ExitCode::SUCCESS)
}

/// A figure of the latest runs of a test.
fn of_runs(
    shelf: &Shelf,
    name: Option<&str>,
    most: usize,
    figure: &Figure,
    now: i64,
) -> Result<Gathered, Error> {
    let mut runs = shelf.list()?;
    let test = name.map(str::to_owned).or_else(|| runs.first().map(|run| run.name.clone()));
    let test = test.ok_or_else(|| Error::File("no run has been kept yet".to_owned()))?;
    runs.retain(|run| run.name == test);
    runs.truncate(most);
    if runs.is_empty() {
        return Err(Error::File(format!("no run of {test} is kept")));
    }
    let mut gathered = Gathered { test, ..Gathered::default() };
    for run in runs.into_iter().rev() {
        if !Verdict::of(&run, now).is_whole() || is_untrusted(&run) {
            gathered.left_out += 1;
            continue;
        }
        let found = figure.of_run(shelf.reading(), &run).map_err(|e| failed(&e))?;
        if let Some((value, is_time)) = found {
            gathered.time |= is_time;
            gathered.entries.push(Entry::of(run, value));
        }
    }
    Ok(gathered)
}

/// The highest load that the latest searches of a test found to be kept. Those that looked for something else than the
/// latest one say nothing about the same thing.
fn of_searches(shelf: &Shelf, name: Option<&str>, most: usize) -> Result<Gathered, Error> {
    let mut searches = shelf.searches()?;
    searches.retain(|search| name.is_none_or(|name| search.name == name));
    let latest = searches.first().cloned();
    let latest = latest.ok_or_else(|| match name {
        Some(name) => Error::File(format!("no search of {name} is kept")),
        None => Error::File("no search has been kept yet".to_owned()),
    })?;
    searches.retain(|search| search.name == latest.name);
    searches.truncate(most);
    let mut gathered = Gathered { test: latest.name.clone(), ..Gathered::default() };
    let alike = |search: &Search, what: &str| search.aim[what] == latest.aim[what];
    for search in searches.into_iter().rev() {
        let outcome = search.outcome.as_ref();
        let is_answer = outcome.is_some_and(|outcome| {
            ["found", "at_least", "broken", "not_broken"]
                .contains(&outcome["word"].as_str().unwrap_or_default())
        });
        let kept = outcome.and_then(|outcome| outcome["kept"].as_f64()).filter(|_| is_answer);
        let same = ["slo", "open", "poisson", "breakpoint"].into_iter().all(|what| alike(&search, what));
        let Some(value) = kept.filter(|_| same) else {
            gathered.left_out += 1;
            continue;
        };
        // What it was made with is known of its trials.
        let trial = shelf.reading().group(&search.id).map_err(|e| failed(&e))?.into_iter().next();
        let (commit, script_sha256) =
            trial.map_or((None, None), |one| (one.run.environment.commit, one.run.script_sha256));
        gathered.entries.push(Entry {
            id: search.id,
            started_ms: search.started_ms,
            commit,
            script_sha256,
            value,
        });
    }
    Ok(gathered)
}

fn is_untrusted(run: &Listed) -> bool {
    run.trust.as_ref().is_some_and(|trust| trust["trusted"] == Value::Bool(false))
}

/// A number, or a span in milliseconds.
pub(super) fn limit_of(text: &str) -> Result<f64, Error> {
    let span = || model::duration::parse(text).ok().map(|span| span.as_secs_f64() * 1e3);
    text.parse()
        .ok()
        .or_else(span)
        .ok_or_else(|| Error::Usage(format!("--limit {text} is no number and no time")))
}

impl Shown<'_> {
    fn value(&self, value: f64) -> String {
        if self.time { span(value) } else { report::format::number(value) }
    }

    fn text(&self) -> String {
        let mut lines = vec![String::new()];
        let (first, last) = (self.entries.first(), self.entries.last());
        let period = first.zip(last).map_or(String::new(), |(first, last)| {
            format!(", {} to {}", day(first.started_ms), day(last.started_ms))
        });
        let what = if self.figure == CAPACITY { "searches" } else { "runs" };
        lines.push(format!("  {} of {}: {} {what}{period}", self.figure, self.test, self.entries.len()));
        if self.left_out > 0 {
            let why = match self.figure {
                CAPACITY => "without an answer, or after something else",
                _ => "that never ended well or are not trusted",
            };
            lines.push(format!("  left out: {} {what} {why}", self.left_out));
        }
        lines.push(String::new());
        lines.push(format!("  {}", self.line()));
        lines.push(String::new());
        let rows: Vec<Vec<String>> = self.history.stretches.iter().map(|stretch| self.row(stretch)).collect();
        lines.extend(table(TITLES, &rows).lines().map(|line| format!("  {line}")));
        lines.push(String::new());
        lines.push(format!("  {}", self.finding()));
        lines.extend(self.foretold().iter().map(|line| format!("  {line}")));
        lines.push(String::new());
        lines.join("\n")
    }

    /// All runs as a line of heights.
    fn line(&self) -> String {
        let values = || self.entries.iter().map(|entry| entry.value);
        let (low, high) =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let height = |value: f64| {
            let share = if high > low { (value - low) / (high - low) } else { 0.5 };
            HEIGHTS[((share * HEIGHTS.len() as f64) as usize).min(HEIGHTS.len() - 1)]
        };
        values().map(height).collect()
    }

    fn row(&self, stretch: &Stretch) -> Vec<String> {
        let first = &self.entries[stretch.from];
        let none = || "-".to_owned();
        let between = stretch.from.checked_sub(1).map_or_else(String::new, |before| {
            format!("{}..{}", commit(&self.entries[before]), commit(first))
        });
        vec![
            day(first.started_ms),
            first.id.clone(),
            commit(first).to_owned(),
            (stretch.to - stretch.from).to_string(),
            self.value(stretch.level),
            stretch.change.map_or_else(none, |change| format!("{:+.1}%", change * 100.0)),
            stretch.p_value.map_or_else(none, |p| format!("{p:.3}")),
            between,
        ]
    }

    fn finding(&self) -> String {
        let changes = self.history.stretches.len().saturating_sub(1);
        match changes {
            0 if self.history.too_short => {
                "no change can be found yet: that takes four runs before it and four after it".to_owned()
            }
            0 => format!("no change of level at {}% confidence", self.level * 100.0),
            1 => "the level changed once; before you blame a commit, run both again".to_owned(),
            _ => format!("the level changed {changes} times; before you blame a commit, run both again"),
        }
    }

    fn foretold(&self) -> Vec<String> {
        let Some(limit) = self.limit else { return Vec::new() };
        let limit = self.value(limit);
        let Some(forecast) = &self.forecast else {
            return vec![format!(
                "nothing is foretold of {limit}: that takes five runs since the last change"
            )];
        };
        let mut lines = vec![match forecast.reached {
            None => format!("{limit} is not in sight: the figure does not move towards it"),
            Some(reached) => {
                let ends = reached.interval.map_or("no finite date at this confidence".to_owned(), |ends| {
                    format!("[{}, {}]", day_of(ends.lower), day_of(ends.upper))
                });
                let guess = if reached.extrapolated {
                    "; farther ahead than the runs reach back: a guess"
                } else {
                    ""
                };
                format!("{limit} is reached on {} {ends}{guess}", day_of(reached.at))
            }
        }];
        let held = forecast.held.map_or(String::new(), |held| {
            format!("; {:.0}% of the runs fell where those before them foretold", held * 100.0)
        });
        lines.push(format!(
            "the next run falls between {} and {}{held}",
            self.value(forecast.next.lower),
            self.value(forecast.next.upper)
        ));
        lines
    }

    fn to_json(&self) -> Value {
        let runs = self.entries.iter().map(|entry| {
            json!({
                "id": entry.id,
                "started": moment(entry.started_ms),
                "git_commit": entry.commit,
                "script_sha256": entry.script_sha256,
                "value": entry.value,
            })
        });
        let levels = self.history.stretches.iter().map(|stretch| {
            let before = stretch.from.checked_sub(1).map(|before| &self.entries[before]);
            let first = &self.entries[stretch.from];
            json!({
                "first_run": first.id,
                "since": moment(first.started_ms),
                "git_commit": first.commit,
                "last_commit_before": before.and_then(|entry| entry.commit.as_ref()),
                "runs": stretch.to - stretch.from,
                "level": stretch.level,
                "change": stretch.change,
                "p_value": stretch.p_value,
            })
        });
        json!({
            "test": self.test,
            "figure": self.figure,
            "unit": if self.time { json!("ms") } else { Value::Null },
            "confidence": self.level,
            "runs": runs.collect::<Vec<_>>(),
            "left_out": self.left_out,
            "levels": levels.collect::<Vec<_>>(),
            "limit": self.limit,
            "forecast": self.forecast.as_ref().map(forecast_json),
        })
    }
}

fn forecast_json(forecast: &Forecast) -> Value {
    let date = |days: f64| (days.abs() < 1e7).then(|| moment((days * DAY_MS) as i64));
    let ends = |interval: &Interval| json!([interval.lower, interval.upper]);
    json!({
        "runs": forecast.runs,
        "change_per_day": forecast.slope.0,
        "change_per_day_interval": ends(&forecast.slope.1),
        "next_run": ends(&forecast.next),
        "share_of_runs_as_foretold": forecast.held,
        "reached": forecast.reached.map(|reached| json!({
            "on": date(reached.at),
            "interval": reached.interval.map(|ends| json!([date(ends.lower), date(ends.upper)])),
            "guess": reached.extrapolated,
        })),
    })
}

/// The day of a moment in UTC.
fn day(unix_ms: i64) -> String {
    let text = moment(unix_ms);
    text.get(..10).unwrap_or(&text).to_owned()
}

/// A day, or the word for one that is too far away to name.
fn day_of(days: f64) -> String {
    const FAR_DAYS: f64 = 365.25 * 1000.0;
    if days.is_finite() && days < FAR_DAYS { day((days * DAY_MS) as i64) } else { "never".to_owned() }
}

fn commit(entry: &Entry) -> &str {
    entry.commit.as_deref().map_or("-", |id| id.get(..9).unwrap_or(id))
}
