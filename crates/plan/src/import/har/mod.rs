//! HAR: what a browser recorded.
//!
//! Main item: [`FORMAT`]. Requests are sent one after the other with the pauses of the recording. A value that a
//! recorded answer brought and a later request sent is captured and sent anew, with the recorded one where the answer
//! has none; each of these is a note.

mod correlate;

use std::time::Duration;

use model::Options;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Format, Look, Refused, Source};
use crate::expr::Text;
use crate::note::{Kind, Note, Place};
use crate::program::{Flow, Plan, Program};
use crate::request::{Body, Check, Header, RequestStep};
use crate::step::{Step, Think};
use correlate::Correlation;

/// The row.
pub const FORMAT: Format = Format { name: "har", title: "HAR", sniff, import, aliases: &[] };

/// Shorter pauses are those of a browser, not of a person.
const PAUSE_LEAST: Duration = Duration::from_millis(100);
/// Headers that the client sends its own way.
const OWN_HEADERS: [&str; 8] = [
    "host",
    "connection",
    "content-length",
    "cookie",
    "accept-encoding",
    "transfer-encoding",
    "if-none-match",
    "if-modified-since",
];

fn sniff(look: &Look<'_>) -> bool {
    let head: String = look.head(4 * 1024).split_whitespace().collect();
    head.trim_start_matches('\u{feff}').starts_with("{\"log\":{")
        && (look.extension() == "har" || head.contains("\"creator\"") || head.contains("\"entries\""))
}

/// One recorded request and its answer.
struct Entry<'a> {
    json: &'a Json,
    started: Option<OffsetDateTime>,
    took: Duration,
}

fn import(source: &Source) -> Result<Plan, Refused> {
    let wrong = |message: String| {
        let place = Place { file: source.name.clone(), ..Place::default() };
        Refused::because(Note::new(Kind::Error, place, message))
    };
    let text =
        std::str::from_utf8(&source.bytes).map_err(|_| wrong("the file is not text in UTF-8".to_owned()))?;
    let whole: Json = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|why| wrong(format!("this is not JSON: {why}")))?;
    let entries =
        whole["log"]["entries"].as_array().ok_or_else(|| wrong("there are no log.entries".to_owned()))?;
    let mut entries: Vec<(usize, Entry<'_>)> = entries.iter().map(entry).enumerate().collect();
    entries.sort_by_key(|(_, entry)| entry.started);
    let mut reader = Reader { file: &source.name, notes: Vec::new(), correlation: Correlation::default() };
    let steps = reader.steps(&entries);
    if steps.is_empty() {
        return Err(wrong("there is no request that can be sent".to_owned()));
    }
    let program =
        Program { flows: vec![Flow::new("recording", steps)], log_failures: true, ..Program::default() };
    let options =
        json!({ "scenarios": { "default": { "executor": "per-vu-iterations", "exec": "recording" } } });
    let (options, _) = Options::from_script(&options).map_err(|why| wrong(why.to_string()))?;
    Ok(Plan { notes: reader.notes, ..Plan::new(program, options) })
}

fn entry(json: &Json) -> Entry<'_> {
    let started =
        json["startedDateTime"].as_str().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    let took = json["time"].as_f64().unwrap_or(0.0).clamp(0.0, 3.6e6);
    Entry { json, started, took: Duration::from_micros((took * 1e3) as u64) }
}

struct Reader<'a> {
    file: &'a str,
    notes: Vec<Note>,
    correlation: Correlation,
}

impl Reader<'_> {
    fn say(&mut self, kind: Kind, at: usize, message: impl Into<String>) {
        let path = format!("log.entries[{at}]");
        let place = Place { file: self.file.to_owned(), path, ..Place::default() };
        self.notes.push(Note::new(kind, place, message));
    }

    fn steps(&mut self, entries: &[(usize, Entry<'_>)]) -> Vec<Step> {
        let mut requests: Vec<(Option<Duration>, RequestStep)> = Vec::new();
        let mut free_from: Option<OffsetDateTime> = None;
        let mut overlaps = false;
        for (at, entry) in entries {
            let Some(mut request) = self.request(*at, entry.json) else { continue };
            let pause = free_from.zip(entry.started).map(|(free, started)| started - free);
            overlaps |= pause.is_some_and(time::Duration::is_negative);
            let pause = pause.and_then(|pause| Duration::try_from(pause).ok());
            free_from = free_from.max(entry.started.map(|started| started + entry.took));
            for used in self.correlation.apply(&mut request) {
                if let Some((_, source)) = requests.get_mut(used.request) {
                    source.captures.push(used.capture());
                    let text = format!(
                        "'{}' comes from the answer of {} ({}) and is sent as each user gets it",
                        used.shown(),
                        source.url.constant().unwrap_or("an earlier request"),
                        used.path
                    );
                    self.say(Kind::Emulated, *at, text);
                }
            }
            self.correlation.learn(requests.len(), &entry.json["response"]["content"]);
            requests.push((pause.filter(|pause| *pause >= PAUSE_LEAST), request));
        }
        if overlaps {
            let text = "requests that the browser sent side by side are sent one after the other";
            self.say(Kind::Emulated, entries.first().map_or(0, |(at, _)| *at), text);
        }
        let steps = requests.into_iter().flat_map(|(pause, request)| {
            pause
                .map(|pause| Step::Think(Think::For(pause)))
                .into_iter()
                .chain([Step::Request(request.into())])
        });
        steps.collect()
    }

    fn request(&mut self, at: usize, entry: &Json) -> Option<RequestStep> {
        let recorded = &entry["request"];
        let url = recorded["url"].as_str().unwrap_or_default();
        if !net::Url::parse(url).is_ok_and(|url| url.is_http() && !url.host().is_empty()) {
            let scheme = url.split(':').next().unwrap_or_default();
            self.say(Kind::Ignored, at, format!("this is no request of HTTP but of '{scheme}'"));
            return None;
        }
        let address = url.split('#').next().unwrap_or_default();
        let mut step = RequestStep::new(recorded["method"].as_str().unwrap_or("GET"), address);
        // What followed a redirect is an entry of its own.
        step.redirects = 0;
        for (name, value) in pairs(&recorded["headers"]) {
            if !name.starts_with(':') && !OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                step.headers.push(Header { name: name.into(), value: value.into() });
            }
        }
        step.body = self.body(at, &recorded["postData"]);
        let status = entry["response"]["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        // A browser's cache answers 304 to what is asked for the first time here.
        if let Some(status) = status.filter(|status| ![0, 304].contains(status)) {
            let test = move |exchange: &crate::Exchange, _: &mut crate::Session| exchange.status() == status;
            let name = Text::from(format!("status is {status}"));
            step.checks.push(Check { name, test: std::sync::Arc::new(test), must_hold: false });
        }
        Some(step)
    }

    fn body(&mut self, at: usize, data: &Json) -> Body {
        if let Some(text) = data["text"].as_str().filter(|text| !text.is_empty()) {
            return Body::Text(text.into());
        }
        let kind = data["mimeType"].as_str().unwrap_or_default();
        let form: Vec<(Text, Text)> =
            pairs(&data["params"]).map(|(name, value)| (name.into(), value.into())).collect();
        match form.is_empty() {
            true => Body::None,
            false if kind.starts_with("multipart/") => {
                self.say(Kind::Unsupported, at, "the recording has no text of this form with files");
                Body::None
            }
            false => Body::Form(form),
        }
    }
}

/// `name` and `value` of each item.
fn pairs(list: &Json) -> impl Iterator<Item = (&str, &str)> {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|item| Some((item["name"].as_str()?, item["value"].as_str()?)))
}

#[cfg(test)]
mod tests;
