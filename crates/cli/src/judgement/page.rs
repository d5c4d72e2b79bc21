//! A comparison as people see it on a terminal, and as programs read it.
//!
//! Main functions: [`page`] and [`document`]. Trust stands first: without it the rest means nothing. Narrow terminals get
//! endpoints as headings, wide ones a table.

use insight::{Finding, Open, Outcome};
use serde_json::{Value, json};
use stats::compare::{Basis, Change, Design, Scale};
use store::Listed;

use super::words::{basis, effect, percent, place, refusal, value, verdict};
use super::{Judged, Sides};
use crate::kept::given::imported;
use crate::kept::{moment, table::table};

/// From so many columns on there is room for a table with endpoints.
const WIDE: usize = 112;
/// Ids that are shown of a side.
const IDS_SHOWN: usize = 6;
/// The columns of the table.
const TITLES: &[&str] = &["ENDPOINT", "FIGURE", " BEFORE", " AFTER", " CHANGE", "INTERVAL", "VERDICT"];

/// How it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether there are colours.
    pub color: bool,
}

/// The page for people.
#[must_use]
pub fn page(judged: &Judged<'_>, look: Look) -> String {
    let mut text = head(judged.sides);
    let report = judged.report;
    text.push('\n');
    if report.findings.is_empty() {
        text.push_str("nothing to compare: both sides together have no figure in common\n");
    } else if look.width >= WIDE {
        text.push_str(&painted_table(&report.findings, look));
    } else {
        text.push_str(&blocks(&report.findings, look));
    }
    for (what, keys) in [("only before", &report.gone), ("only after", &report.new)] {
        for key in keys {
            let place = if key.endpoint.is_empty() { "(whole run)" } else { &key.endpoint };
            text.push_str(&format!("{what}: {} of {place}\n", key.figure));
        }
    }
    text.push('\n');
    for line in footer(judged) {
        text.push_str(&wrapped(&line, look.width));
    }
    text
}

/// What has to be known before the findings.
fn head(sides: &Sides) -> String {
    let mut text = String::new();
    for (letter, side, runs) in [("A", &sides.before, &sides.runs.0), ("B", &sides.after, &sides.runs.1)] {
        let trusted = side.trusted().count();
        let trust = match (trusted, runs.len()) {
            (all, of)
                if all == of
                    && sides.doubts.is_empty()
                    && !runs.iter().any(|run| imported(run).is_some()) =>
            {
                "trusted".to_owned()
            }
            (all, of) if all == of => "compared".to_owned(),
            (some, of) => format!("only {some} of {of} compared"),
        };
        text.push_str(&format!(
            "{letter}  {}: {} · {trust} · {}\n",
            side.name,
            count(runs.len(), "run"),
            ids(runs)
        ));
    }
    for sentence in sides.doubts.iter().chain(&sides.warnings) {
        text.push_str(&format!("!  {sentence}\n"));
    }
    text
}

fn ids(runs: &[Listed]) -> String {
    let shown: Vec<&str> = runs.iter().take(IDS_SHOWN).map(|run| run.id.as_str()).collect();
    let more = if runs.len() > IDS_SHOWN { " …" } else { "" };
    format!("{}{more}", shown.join(" "))
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn row(finding: &Finding) -> Vec<String> {
    let (change, interval) = effect(finding);
    vec![
        place(finding).to_owned(),
        finding.key.figure.clone(),
        value(finding.kind, finding.before),
        value(finding.kind, finding.after),
        change,
        interval,
        verdict(finding).to_owned(),
    ]
}

fn painted_table(findings: &[Finding], look: Look) -> String {
    let rows: Vec<Vec<String>> = findings.iter().map(row).collect();
    let plain = table(TITLES, &rows);
    let mut text = String::new();
    for (at, line) in plain.lines().enumerate() {
        let finding = at.checked_sub(1).and_then(|at| findings.get(at));
        text.push_str(&finding.map_or_else(|| line.to_owned(), |finding| paint(line, finding, look.color)));
        text.push('\n');
    }
    text
}

/// Endpoints as headings, their figures below them; the worst endpoint first.
fn blocks(findings: &[Finding], look: Look) -> String {
    let mut places: Vec<&str> = Vec::new();
    for finding in findings {
        if !places.contains(&place(finding)) {
            places.push(place(finding));
        }
    }
    // Columns of one width for all endpoints.
    let rows: Vec<Vec<String>> = findings.iter().map(|finding| row(finding)[1..].to_vec()).collect();
    let plain = table(&TITLES[1..], &rows);
    let mut lines = plain.lines();
    let mut text = format!("  {}\n", lines.next().unwrap_or_default());
    let lines: Vec<&str> = lines.collect();
    for at in places {
        text.push_str(&format!("{}\n", shortened(at, look.width)));
        for (finding, line) in findings.iter().zip(&lines).filter(|(finding, _)| place(finding) == at) {
            text.push_str(&format!("  {}\n", paint(line, finding, look.color)));
        }
    }
    text
}

/// A text that fits, cut in the middle: the end of a path says more than its beginning.
fn shortened(text: &str, most: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= most || most < 8 {
        return text.to_owned();
    }
    let tail = most / 2;
    let head: String = characters[..most - tail - 1].iter().collect();
    let tail: String = characters[characters.len() - tail..].iter().collect();
    format!("{head}…{tail}")
}

fn paint(line: &str, finding: &Finding, color: bool) -> String {
    let code = match (&finding.outcome, finding.change()) {
        (Outcome::Refused(_), _) | (_, Change::Same) => return line.to_owned(),
        (_, Change::Worse) => "31",
        (_, Change::Better) => "32",
        (_, Change::Inconclusive) => "33",
    };
    if color { format!("\x1b[{code}m{line}\x1b[0m") } else { line.to_owned() }
}

/// What it comes to, what it rests on, and what would decide the rest.
fn footer(judged: &Judged<'_>) -> Vec<String> {
    let report = judged.report;
    let mut lines = vec![tally(judged)];
    let compared = report.findings.iter().find_map(|finding| match &finding.outcome {
        Outcome::Compared { comparison, .. } => Some(comparison.basis),
        Outcome::Refused(_) => None,
    });
    let counts = judged.sides.counts();
    if let Some(found) = compared {
        lines.push(format!("rests on: {}", basis(found, counts, judged.asked.profile.run_noise)));
    }
    lines.extend(decide(judged, compared));
    lines
}

/// The verdicts in a sentence.
#[must_use]
pub fn tally(judged: &Judged<'_>) -> String {
    let report = judged.report;
    let refused = report.findings.iter().filter(|f| matches!(f.outcome, Outcome::Refused(_))).count();
    let number = |change| report.count(change);
    let mut parts = vec![
        format!("{} worse", number(Change::Worse)),
        format!("{} better", number(Change::Better)),
        format!("{} the same", number(Change::Same)),
        format!("{} inconclusive", number(Change::Inconclusive) - refused),
    ];
    if refused > 0 {
        parts.push(format!("{refused} not judged"));
    }
    let profile = &judged.asked.profile;
    let (latency, throughput) = (profile.latency.relative, profile.throughput.relative);
    let effect = if (latency - throughput).abs() < 1e-9 {
        format!("changes below {} do not matter", percent(latency))
    } else {
        // A fall is counted the other way round, see the profile.
        format!(
            "response time +{}, throughput -{}, errors +{}, memory +{} matter",
            percent(latency),
            percent(1.0 - 1.0 / (1.0 + throughput)),
            percent(profile.errors.relative),
            percent(profile.memory.relative)
        )
    };
    format!("{}; {} confidence, {effect}", parts.join(", "), percent(judged.level))
}

/// What would decide what the runs do not tell.
#[must_use]
pub fn decide(judged: &Judged<'_>, compared: Option<Basis>) -> Vec<String> {
    let report = judged.report;
    let mut lines = Vec::new();
    let open = report.findings.iter().filter(|f| f.change() == Change::Inconclusive);
    let few = open
        .filter(|f| matches!(f.outcome, Outcome::Compared { .. }) && f.runs_to_decide().is_none())
        .count();
    if let Some(runs) = report.runs_to_decide() {
        let what = if judged.design == Design::Rounds { "rounds" } else { "runs a side" };
        lines.push(format!(
            "to decide: about {runs} {what} like these would find a change of the minimum effect in nine of ten cases"
        ));
    }
    if few > 0 {
        lines.push(format!(
            "{few} inconclusive for lack of requests or for too much noise: longer runs, or a larger --min-effect or \
             --min-errors"
        ));
    }
    let because =
        |why: Open| report.findings.iter().filter(|f| f.open_for(judged.level) == Some(why)).count();
    let asked = report.findings.iter().filter(|f| matches!(f.outcome, Outcome::Compared { .. })).count();
    match because(Open::Family) {
        0 => {}
        open => lines.push(format!(
            "{open} inconclusive although the interval leaves out 0: {asked} figures are asked about at once, and of so many \
             some look so by chance; fewer --figures, or more runs"
        )),
    }
    match because(Open::Size) {
        0 => {}
        open => lines.push(format!(
            "{open} inconclusive although the interval leaves out 0: there is a change, but it may be smaller than matters"
        )),
    }
    if let Some(Basis::Slices { own_share }) = compared
        && own_share > 0.5
    {
        lines.push("longer runs would help too: most of the doubt is within the runs".to_owned());
    }
    let refused = report.findings.iter().find_map(|finding| match finding.outcome {
        Outcome::Refused(why) => Some(why),
        Outcome::Compared { .. } => None,
    });
    if let Some(why) = refused {
        lines.push(format!("not judged: {}", refusal(why)));
    }
    lines
}

/// A sentence in lines of at most so many characters.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a first line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("  {word}"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The comparison for programs.
#[must_use]
pub fn document(judged: &Judged<'_>) -> Value {
    let sides = judged.sides;
    let side = |side: &insight::Side, runs: &[Listed]| {
        let runs = runs.iter().zip(&side.runs).map(|(listed, run)| {
            json!({
                "id": listed.id,
                "name": listed.name,
                "started": moment(listed.started_ms),
                "git_commit": listed.environment.commit,
                "trusted": listed.trust.as_ref().and_then(|trust| trust["trusted"].as_bool()).unwrap_or(false),
                "compared": run.trusted,
            })
        });
        json!({ "name": side.name, "runs": runs.collect::<Vec<_>>() })
    };
    let keys = |keys: &[insight::Key]| -> Value {
        keys.iter().map(|key| json!({ "endpoint": key.endpoint, "figure": key.figure })).collect()
    };
    json!({
        "a": side(&sides.before, &sides.runs.0),
        "b": side(&sides.after, &sides.runs.1),
        "doubts": sides.doubts,
        "warnings": sides.warnings,
        "design": if judged.design == Design::Rounds { "rounds" } else { "separate" },
        "confidence": judged.level,
        "summary": tally(judged),
        "runs_to_decide": judged.report.runs_to_decide(),
        "findings": judged.report.findings.iter().map(|one| of_finding(one, judged.level)).collect::<Vec<_>>(),
        "only_a": keys(&judged.report.gone),
        "only_b": keys(&judged.report.new),
    })
}

fn of_finding(finding: &Finding, level: f64) -> Value {
    let mut value = json!({
        "endpoint": finding.key.endpoint,
        "figure": finding.key.figure,
        "kind": match finding.kind {
            insight::Kind::Errors => "share",
            insight::Kind::Latency => "milliseconds",
            insight::Kind::Memory => "bytes",
            insight::Kind::Throughput => "per_second",
        },
        "a": finding.before,
        "b": finding.after,
        "verdict": verdict(finding).replace(' ', "_"),
    });
    match &finding.outcome {
        Outcome::Refused(why) => value["reason"] = refusal(*why).into(),
        Outcome::Compared { comparison, adjusted_p, scale } => {
            let scale = if *scale == Scale::Relative { "ratio" } else { "difference" };
            let (name, own_share) = match comparison.basis {
                Basis::Ranks => ("ranks", None),
                Basis::Rounds => ("rounds", None),
                Basis::Student => ("student", None),
                Basis::Slices { own_share } => ("slices", Some(own_share)),
            };
            value["effect"] = json!({
                "as": scale,
                "value": comparison.effect,
                "lower": comparison.interval.lower,
                "upper": comparison.interval.upper,
                "confidence": comparison.interval.level,
            });
            value["open_for"] = match finding.open_for(level) {
                Some(Open::Family) => "family".into(),
                Some(Open::Size) => "size".into(),
                None => Value::Null,
            };
            value["certain"] = comparison.certain.into();
            value["p_value"] = comparison.p_value.into();
            value["adjusted_p_value"] = (*adjusted_p).into();
            value["basis"] = name.into();
            value["doubt_within_runs"] = json!(own_share);
            value["runs_to_decide"] = json!(comparison.runs_to_decide);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_fit() {
        assert_eq!(shortened("GET /a", 80), "GET /a");
        let short = shortened(&format!("GET /api/{}/end", "x".repeat(90)), 40);
        assert_eq!(short.chars().count(), 40);
        assert!(short.starts_with("GET /api/") && short.ends_with("x/end"), "{short}");
        assert_eq!(wrapped("one two three", 8), "one two\n  three\n");
    }
}
