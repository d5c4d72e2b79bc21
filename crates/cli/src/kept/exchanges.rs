//! The slowest and the failed exchanges of a kept run, for people and for programs.
//!
//! Main functions: [`page`] and [`document`].

use metrics::Standing;
use report::quick::span;
use serde_json::{Value, json};
use store::KeptExchange;

use super::moment;
use super::table::table;

/// How many of either kind are shown where nobody asks for all of them.
const SHOWN: usize = 5;
/// Characters of an address in a table.
const URL_CHARACTERS: usize = 60;
/// The phases in the order in which they happen.
const PHASES: [&str; 6] = ["blocked", "connecting", "tls_handshaking", "sending", "waiting", "receiving"];

/// What is shown below a summary; nothing when no exchange was kept. `whole` prints all of them with what was sent and
/// what came.
#[must_use]
pub fn page(exchanges: &[KeptExchange], whole: bool) -> String {
    if exchanges.is_empty() {
        return String::new();
    }
    if whole {
        return exchanges.iter().map(one).collect();
    }
    let of = |standing| exchanges.iter().filter(move |one| one.standing == standing);
    let shown: Vec<&KeptExchange> =
        of(Standing::Failed).take(SHOWN).chain(of(Standing::Slow).take(SHOWN)).collect();
    let rows: Vec<Vec<String>> = shown.iter().map(|one| row(one)).collect();
    let mut lines = vec![String::new()];
    let titles = ["KEPT", "AT", " DURATION", " STATUS", "REQUEST"];
    lines.extend(table(&titles, &rows).lines().map(|line| format!("  {line}")));
    let more = exchanges.len() - shown.len();
    let also = if more > 0 { format!("{more} more, ") } else { String::new() };
    lines.push(format!("  {also}headers and bodies: plimsoll show --exchanges"));
    lines.push(String::new());
    lines.join("\n")
}

fn row(one: &KeptExchange) -> Vec<String> {
    vec![
        one.standing.name().to_owned(),
        moment(one.unix_ms).get(11..19).unwrap_or_default().to_owned(),
        span(one.duration_ns as f64 / 1e6),
        outcome(one),
        format!("{} {}", one.method, shortened(&one.url)),
    ]
}

fn shortened(url: &str) -> String {
    match url.char_indices().nth(URL_CHARACTERS) {
        Some((at, _)) => format!("{}…", &url[..at]),
        None => url.to_owned(),
    }
}

/// One exchange with everything that was kept of it.
fn one(exchange: &KeptExchange) -> String {
    let mut lines = vec![
        String::new(),
        format!(
            "  {} · {} · {} {} · {}",
            exchange.standing.name(),
            moment(exchange.unix_ms),
            exchange.method,
            exchange.url,
            span(exchange.duration_ns as f64 / 1e6)
        ),
    ];
    lines.extend(facts(exchange).into_iter().map(|(title, text)| format!("    {title}: {text}")));
    let marked = |mark: &str, text: &str| format!("    {mark}{text}").trim_end().to_owned();
    lines.extend(sent(exchange).iter().map(|line| marked("> ", line)));
    lines.extend(received(exchange).iter().map(|line| marked("< ", line)));
    lines.push(String::new());
    lines.join("\n")
}

/// The exchanges as reports show them.
#[must_use]
pub fn told(exchanges: &[KeptExchange]) -> Vec<report::html::Exchange> {
    let one = |exchange: &KeptExchange| report::html::Exchange {
        is_failure: exchange.standing == Standing::Failed,
        moment: moment(exchange.unix_ms).get(11..19).unwrap_or_default().to_owned(),
        duration_ms: exchange.duration_ns as f64 / 1e6,
        outcome: outcome(exchange),
        request: format!("{} {}", exchange.method, exchange.url),
        facts: facts(exchange),
        sent: sent(exchange).join("\n"),
        received: received(exchange).join("\n"),
    };
    exchanges.iter().map(one).collect()
}

/// The status, or the code of a request without one.
fn outcome(exchange: &KeptExchange) -> String {
    match exchange.status {
        0 => format!("code {}", exchange.code),
        status => status.to_string(),
    }
}

/// What is known of an exchange beside its messages.
fn facts(exchange: &KeptExchange) -> Vec<(String, String)> {
    let detail = &exchange.detail;
    let mut facts = Vec::new();
    let phases: Vec<String> = PHASES
        .iter()
        .filter_map(|phase| {
            let took = detail["phases"][*phase].as_f64().filter(|took| *took > 0.0)?;
            Some(format!("{phase} {}", span(took)))
        })
        .collect();
    if !phases.is_empty() {
        facts.push(("phases".to_owned(), phases.join(", ")));
    }
    let mut add = |title: &str, text: &Value| {
        if let Some(text) = text.as_str().filter(|text| !text.is_empty()) {
            facts.push((title.to_owned(), text.to_owned()));
        }
    };
    for (title, name) in [("error", "error"), ("trace", "trace_id"), ("server", "remote")] {
        add(title, &detail[name]);
    }
    for (name, value) in detail["tags"].as_object().into_iter().flatten() {
        if matches!(name.as_str(), "scenario" | "group" | "name") {
            add(name, value);
        }
    }
    facts
}

/// The lines of what was sent.
fn sent(exchange: &KeptExchange) -> Vec<String> {
    message(&format!("{} {}", exchange.method, exchange.url), &exchange.detail["request"])
}

/// The lines of what came; none when nothing did.
fn received(exchange: &KeptExchange) -> Vec<String> {
    if exchange.status == 0 {
        return Vec::new();
    }
    let proto = exchange.detail["proto"].as_str().unwrap_or_default();
    message(format!("{proto} {}", exchange.status).trim(), &exchange.detail["response"])
}

fn message(first: &str, message: &Value) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    for header in message["headers"].as_array().into_iter().flatten() {
        let part = |at: usize| header[at].as_str().unwrap_or_default();
        lines.push(format!("{}: {}", part(0), part(1)));
    }
    let body = message["body"].as_str().unwrap_or_default();
    let bytes = message["body_bytes"].as_u64().unwrap_or_default();
    if bytes > 0 {
        lines.push(String::new());
    }
    lines.extend(body.lines().map(str::to_owned));
    if bytes as usize > body.len() {
        lines.push(format!("… {bytes} bytes in all"));
    }
    lines
}

/// The exchanges for programs.
#[must_use]
pub fn document(exchanges: &[KeptExchange]) -> Value {
    exchanges
        .iter()
        .map(|one| {
            let mut value = json!({
                "kept_as": one.standing.name(),
                "ended": moment(one.unix_ms),
                "ended_unix_ms": one.unix_ms,
                "duration": one.duration_ns as f64 / 1e6,
                "method": one.method,
                "url": one.url,
                "status": one.status,
                "error_code": one.code,
            });
            for (name, part) in one.detail.as_object().into_iter().flatten() {
                value[name] = part.clone();
            }
            value
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(standing: Standing, status: u16) -> KeptExchange {
        KeptExchange {
            standing,
            unix_ms: 1_700_000_000_000,
            duration_ns: 12_500_000,
            method: "POST".to_owned(),
            url: "http://h/a".to_owned(),
            status,
            code: if status == 0 { 1050 } else { 1000 + status },
            detail: json!({
                "error": if status == 0 { json!("request timeout") } else { Value::Null },
                "proto": "HTTP/1.1",
                "trace_id": "abc",
                "tags": { "name": "buy", "method": "POST" },
                "phases": { "waiting": 12.0, "sending": 0.5, "connecting": 0.0 },
                "request": { "headers": [["Accept", "*/*"]], "body": "a=1", "body_bytes": 3 },
                "response": { "headers": [], "body": "no\nroom", "body_bytes": 5000 },
            }),
        }
    }

    #[test]
    fn exchanges_are_shown() {
        assert_eq!(page(&[], false), "");
        let all = vec![exchange(Standing::Failed, 0), exchange(Standing::Slow, 503)];
        let short = page(&all, false);
        for wanted in ["failed  22:13:20", " 12.5 ms", "code 1050  POST http://h/a"] {
            assert!(short.contains(wanted), "{short}");
        }
        assert!(short.contains("503") && short.contains("--exchanges") && !short.contains("more"), "{short}");
        let many = vec![exchange(Standing::Slow, 200); 8];
        assert!(page(&many, false).contains("3 more, headers"));
        let long = page(&all, true);
        for wanted in [
            "phases: sending 500 µs, waiting 12 ms",
            "error: request timeout",
            "trace: abc",
            "name: buy",
            "> POST http://h/a\n    > Accept: */*\n    >\n    > a=1\n",
            "< HTTP/1.1 503\n    <\n    < no\n    < room\n    < … 5000 bytes in all\n",
        ] {
            assert!(long.contains(wanted), "{wanted:?} in {long}");
        }
        let document = document(&all);
        assert_eq!((&document[0]["duration"], &document[1]["status"]), (&json!(12.5), &json!(503)));
        assert_eq!(document[0]["request"]["body"], "a=1");
    }
}
