//! `plimsoll runs`: the kept runs and searches, one a line.

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;
use report::quick::{span, thousands};
use report::sink::Zone;
use serde_json::{Value, json};

use super::Spec;
use crate::capacity::Standing;
use crate::error::Error;
use crate::kept::search::{Entry, search_head, search_seconds, search_word};
use crate::kept::{Glance, Shelf, Verdict, head, now_ms, seconds, table::table, with_store};
use crate::session::Session;
use store::{Kept, Search};

/// The row.
pub const SPEC: Spec = Spec { name: "runs", about: "List the runs that were kept", arguments, run };

/// So many runs are listed, when nobody says.
const LISTED: &str = "20";
/// What people see of an id; the first letters of it are enough for every command.
const TITLES: &[&str] = &["ID", "STARTED", "NAME", " DURATION", " REQUESTS", " P95", " FAILED", "VERDICT"];

fn arguments(command: Command) -> Command {
    let most = Arg::new("most").long("most").value_name("int").default_value(LISTED);
    let most = most.value_parser(clap::value_parser!(usize)).help("list so many runs, the latest; 0 for all");
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print JSON");
    with_store(command).arg(most).arg(json)
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let shelf = Shelf::open(session, matches)?;
    let mut entries = shelf.entries()?;
    match matches.get_one::<usize>("most").copied().unwrap_or(0) {
        0 => {}
        most => entries.truncate(most),
    }
    let (now, zone) = (now_ms(session), Zone::local(&session.env));
    if matches.get_flag("json") {
        let all: Result<Value, Error> = entries
            .into_iter()
            .map(|entry| match entry {
                Entry::Run(run) => Ok(document(&shelf.glance(*run)?, now)),
                Entry::Search(search) => Ok(search_head(&search, shelf.standing(&search, now)?)),
            })
            .collect();
        session.print(&format!("{:#}\n", all?));
    } else {
        let rows: Result<Vec<Vec<String>>, Error> = entries
            .into_iter()
            .map(|entry| match entry {
                Entry::Run(run) => Ok(row(&shelf.glance(*run)?, &zone, now)),
                Entry::Search(search) => Ok(search_row(&search, shelf.standing(&search, now)?, &zone)),
            })
            .collect();
        session.print(&table(TITLES, &rows?));
    }
    Ok(ExitCode::SUCCESS)
}

fn row(kept: &Kept, zone: &Zone, now: i64) -> Vec<String> {
    let (run, glance) = (&kept.listed, Glance::of(kept));
    let none = || "-".to_owned();
    vec![
        run.id.clone(),
        local(run.started_ms, zone),
        run.name.clone(),
        span(seconds(kept) * 1000.0),
        glance.requests.map_or_else(none, thousands),
        glance.p95_ms.map_or_else(none, span),
        glance.failed.map_or_else(none, |share| format!("{:.2}%", share * 100.0)),
        Verdict::of(run, now).name().to_owned(),
    ]
}

fn search_row(search: &Search, standing: Standing, zone: &Zone) -> Vec<String> {
    let none = || "-".to_owned();
    vec![
        search.id.clone(),
        local(search.started_ms, zone),
        format!("capacity of {}", search.name),
        span(search_seconds(search) * 1000.0),
        format!("{} trials", search.trials),
        none(),
        none(),
        search_word(search, standing).to_owned(),
    ]
}

/// A moment as the clocks here show it, to the minute.
fn local(unix_ms: i64, zone: &Zone) -> String {
    let ahead = zone.offset_at(unix_ms / 1000);
    let full = crate::logs::timestamp(unix_ms.max(0) as u64 * 1_000_000, ahead);
    full.get(..16).unwrap_or(&full).replace('T', " ")
}

fn document(kept: &Kept, now: i64) -> Value {
    let glance = Glance::of(kept);
    let mut run = head(kept, now);
    run["requests"] = json!(glance.requests);
    run["iterations"] = json!(glance.iterations);
    run["http_req_duration_p95_ms"] = json!(glance.p95_ms);
    run["http_req_failed_share"] = json!(glance.failed);
    run
}
