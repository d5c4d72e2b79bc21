//! `plimsoll soak`: whether a kept run aged: latency that crept up, errors, memory that was never freed.

use clap::{Arg, ArgAction, ArgMatches, Command};
use insight::soak::{Ageing, Nature, age};
use metrics::Kind;
use model::ExitCode;
use report::quick::span;
use serde_json::{Value, json};
use stats::leak::Growth;
use store::{Library, Listed};

use super::Spec;
use crate::error::Error;
use crate::flags::{self, Flags, judgement};
use crate::kept::figure::Figure;
use crate::kept::table::table;
use crate::kept::{Shelf, failed, with_store};
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "soak", about: "Judge whether a kept run degraded or leaked", arguments, run };

/// What is looked at when nobody says, where the run has it.
const USUAL: &[&str] =
    &["http_req_duration p95", "http_req_duration med", "iteration_duration p95", "http_req_failed rate"];

fn arguments(command: Command) -> Command {
    let run = Arg::new("run").value_name("run").default_value("latest");
    let run = run.help("a run: its id, the first letters of it, or latest");
    let metric = Arg::new("metric").long("metric").value_name("figure").action(ArgAction::Append);
    let metric = metric.help("a figure, such as 'http_req_duration p95' or 'heap value'; may be repeated");
    let limit = Arg::new("limit").long("limit").value_name("number");
    let limit = limit.help("say when the figures will reach this, such as 500ms");
    let fail = Arg::new("fail-on-growth").long("fail-on-growth").action(ArgAction::SetTrue);
    let fail = fail.help("end with 99 when something grew and did not flatten");
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print JSON");
    let command = flags::add_named(command, judgement::FLAGS, &["confidence"]);
    with_store(command).arg(metric).arg(limit).arg(fail).arg(json).arg(run)
}

/// One figure of the run, judged.
struct Judged {
    figure: Figure,
    time: bool,
    seconds: usize,
    ageing: Ageing,
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let given = Flags::read(judgement::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let level = judgement::confidence(&given).map_err(Error::Usage)?;
    let limit = matches.get_one::<String>("limit").map(|text| super::trend::limit_of(text)).transpose()?;
    let asked: Vec<&String> = matches.get_many::<String>("metric").into_iter().flatten().collect();
    let mut shelf = Shelf::open(session, matches)?;
    let run = shelf.find(matches.get_one::<String>("run").map_or("latest", String::as_str))?;
    let library = shelf.library();
    let mut figures = Vec::new();
    for text in &asked {
        figures.push(Figure::parse(text)?);
    }
    if asked.is_empty() {
        figures = usual(library, &run)?;
    }
    let mut all = Vec::new();
    for figure in figures {
        let series = figure.by_second(library, &run).map_err(|e| failed(&e))?;
        let Some((kind, series)) = series else {
            if asked.is_empty() {
                continue;
            }
            return Err(Error::Usage(format!("run {} has nothing of '{}'", run.id, figure.name)));
        };
        let time = figure.is_time(library, &run).map_err(|e| failed(&e))?;
        let nature = if kind == Kind::Gauge { Nature::Stock } else { Nature::Level };
        let ageing = age(&series, nature, limit, level);
        all.push(Judged { figure, time, seconds: series.len(), ageing });
    }
    if all.is_empty() {
        return Err(Error::Usage(format!("run {} has no figures by second to judge", run.id)));
    }
    session.print(&if matches.get_flag("json") {
        format!("{:#}\n", json!({ "run": run.id, "confidence": level, "limit": limit, "figures": all.iter().map(to_json).collect::<Vec<_>>() }))
    } else {
        text(&run, &all, level)
    });
    let grew: Vec<&str> = all
        .iter()
        .filter(|one| one.ageing.growth == Growth::Steady)
        .map(|one| one.figure.name.as_str())
        .collect();
    if matches.get_flag("fail-on-growth") && !grew.is_empty() {
        let text = format!("the run aged: {} grew and did not flatten", grew.join(", "));
        return Err(Error::run(ExitCode::THRESHOLDS_FAILED, text));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is looked at when nobody says: latency, errors, and every gauge of the script.
fn usual(library: &Library, run: &Listed) -> Result<Vec<Figure>, Error> {
    let mut names: Vec<String> = USUAL.iter().map(|name| (*name).to_owned()).collect();
    for series in library.series(run).map_err(|e| failed(&e))? {
        let name = format!("{} value", series.metric);
        let ours = matches!(series.metric.as_str(), "vus" | "vus_max");
        if series.kind == Kind::Gauge && !ours && !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().map(|name| Figure::parse(name)).collect()
}

fn word(growth: Growth) -> &'static str {
    match growth {
        Growth::None => "no growth",
        Growth::StillWarming => "still warming up",
        Growth::Steady => "STEADY GROWTH",
        Growth::Inconclusive => "inconclusive",
    }
}

fn text(run: &Listed, all: &[Judged], level: f64) -> String {
    let titles =
        ["FIGURE", " SECONDS", "VERDICT", " A MINUTE", "AT CONFIDENCE", " IN ALL", "LIMIT REACHED AFTER"];
    let row = |one: &Judged| {
        let value = |value: f64| {
            let text = if one.time { span(value.abs()) } else { report::format::number(value.abs()) };
            format!("{}{text}", if value < 0.0 { "-" } else { "+" })
        };
        let ageing = &one.ageing;
        let (growth, ends) = ageing.per_second.map_or_else(
            || ("-".to_owned(), String::new()),
            |(slope, ends)| {
                (value(60.0 * slope), format!("[{}, {}]", value(60.0 * ends.lower), value(60.0 * ends.upper)))
            },
        );
        let whole = if ageing.per_second.is_some() && ageing.relative.is_finite() {
            format!("{:+.1}%", 100.0 * ageing.relative)
        } else {
            "-".to_owned()
        };
        let limit = ageing.seconds_to_limit.map_or(String::new(), |(earliest, likely, latest)| {
            format!("{} [{}, {}]", span(likely * 1e3), span(earliest * 1e3), span(latest * 1e3))
        });
        vec![
            one.figure.name.clone(),
            one.seconds.to_string(),
            word(ageing.growth).to_owned(),
            growth,
            ends,
            whole,
            limit,
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let mut lines = vec![String::new(), format!("  SOAK of run {} · {}", run.id, run.name), String::new()];
    lines.extend(table(&titles, &rows).lines().map(|line| format!("  {line}")));
    lines.push(String::new());
    lines.push(format!(
        "  at {}% confidence; the first quarter of the run is left out as warm-up",
        level * 100.0
    ));
    if all.iter().any(|one| one.ageing.growth == Growth::Inconclusive) {
        lines.push("  inconclusive: a run of 160 seconds or more can tell".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}

fn to_json(one: &Judged) -> Value {
    let ageing = &one.ageing;
    let verdict = match ageing.growth {
        Growth::None => "none",
        Growth::StillWarming => "still_warming",
        Growth::Steady => "steady",
        Growth::Inconclusive => "inconclusive",
    };
    json!({
        "figure": one.figure.name,
        "unit": if one.time { json!("ms") } else { Value::Null },
        "seconds": one.seconds,
        "verdict": verdict,
        "growth_per_second": ageing.per_second.map(|(slope, _)| slope),
        "growth_interval": ageing.per_second.map(|(_, ends)| [ends.lower, ends.upper]),
        "relative_growth": Some(ageing.relative).filter(|share| share.is_finite()),
        "p_value": ageing.p_value,
        "seconds_to_limit": ageing.seconds_to_limit.map(|(earliest, likely, latest)| {
            json!({ "earliest": earliest, "likely": likely, "latest": latest })
        }),
    })
}
