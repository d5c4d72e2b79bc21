//! HAR: what a browser recorded.
//!
//! Main item: [`FORMAT`]. Requests are sent one after the other with the pauses of the recording. A value that a
//! recorded answer brought and a later request sent is captured and sent anew, with the recorded one where the answer
//! has none; each of these is a note.

mod correlate;

use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Document, Format, Look, Refused, Source, plimsoll};
use crate::convert::{duration_text, escaped};
use crate::note::{Kind, Note, Place};
use crate::program::Plan;
use correlate::Correlation;

/// The row.
pub const FORMAT: Format =
    Format { name: "har", title: "HAR", sniff, import, document, aliases: &[], missing: |_| None };

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
    let document = document(source)?;
    let plan = plimsoll::of_document(source, &document.json)?;
    Ok(Plan { notes: document.notes, ..plan })
}

/// The recording as a plan of our own.
fn document(source: &Source) -> Result<Document, Refused> {
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
    let mut plan = json!({ "plimsoll": 1, "steps": steps });
    crate::convert::with_base(&mut plan);
    Ok(Document { json: plan, notes: reader.notes })
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

    fn steps(&mut self, entries: &[(usize, Entry<'_>)]) -> Vec<Json> {
        let mut requests: Vec<(Option<Duration>, Recorded)> = Vec::new();
        let mut free_from: Option<OffsetDateTime> = None;
        let mut overlaps = false;
        for (at, entry) in entries {
            let Some(mut request) = self.request(*at, entry.json) else { continue };
            let pause = free_from.zip(entry.started).map(|(free, started)| started - free);
            overlaps |= pause.is_some_and(time::Duration::is_negative);
            let pause = pause.and_then(|pause| Duration::try_from(pause).ok());
            free_from = free_from.max(entry.started.map(|started| started + entry.took));
            for used in self.correlation.apply(&mut request.step) {
                if let Some((_, source)) = requests.get_mut(used.request) {
                    source.capture(&used);
                    let text = format!(
                        "'{}' comes from the answer of {} ({}) and is sent as each user gets it",
                        used.shown(),
                        source.address,
                        used.from
                    );
                    self.say(Kind::Emulated, *at, text);
                }
            }
            self.correlation.learn(requests.len(), &entry.json["response"]);
            requests.push((pause.filter(|pause| *pause >= PAUSE_LEAST), request));
        }
        if overlaps {
            let text = "requests that the browser sent side by side are sent one after the other";
            self.say(Kind::Emulated, entries.first().map_or(0, |(at, _)| *at), text);
        }
        let steps = requests.into_iter().flat_map(|(pause, request)| {
            pause
                .map(|pause| json!({ "think": duration_text(pause) }))
                .into_iter()
                .chain([super::curl::step_of(&request.method, request.step)])
        });
        steps.collect()
    }

    fn request(&mut self, at: usize, entry: &Json) -> Option<Recorded> {
        let recorded = &entry["request"];
        let url = recorded["url"].as_str().unwrap_or_default();
        if !net::Url::parse(url).is_ok_and(|url| url.is_http() && !url.host().is_empty()) {
            let scheme = url.split(':').next().unwrap_or_default();
            self.say(Kind::Ignored, at, format!("this is no request of HTTP but of '{scheme}'"));
            return None;
        }
        let address = url.split('#').next().unwrap_or_default();
        let mut step = Map::from_iter([("url".to_owned(), Json::from(escaped(address)))]);
        // What followed a redirect is an entry of its own.
        step.insert("redirects".to_owned(), 0.into());
        let mut headers = Map::new();
        for (name, value) in pairs(&recorded["headers"]) {
            if !name.is_empty()
                && !name.starts_with(':')
                && !OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str())
            {
                headers.insert(name.to_owned(), escaped(value).into());
            }
        }
        if !headers.is_empty() {
            step.insert("headers".to_owned(), Json::Object(headers));
        }
        self.body(at, &recorded["postData"], &mut step);
        let status = entry["response"]["status"].as_u64().filter(|status| *status < 1_000);
        // A browser's cache answers 304 to what is asked for the first time here.
        if let Some(status) = status.filter(|status| ![0, 304].contains(status)) {
            step.insert("expect".to_owned(), status.into());
        }
        let method =
            recorded["method"].as_str().filter(|method| !method.is_empty()).unwrap_or("GET").to_owned();
        Some(Recorded { method, address: address.to_owned(), step })
    }

    fn body(&mut self, at: usize, data: &Json, step: &mut Map<String, Json>) {
        if let Some(text) = data["text"].as_str().filter(|text| !text.is_empty()) {
            step.insert("body".to_owned(), escaped(text).into());
            return;
        }
        let kind = data["mimeType"].as_str().unwrap_or_default();
        let form: Map<String, Json> =
            pairs(&data["params"]).map(|(name, value)| (name.to_owned(), escaped(value).into())).collect();
        if form.is_empty() {
            return;
        }
        if kind.starts_with("multipart/") {
            self.say(Kind::Unsupported, at, "the recording has no text of this form with files");
        } else {
            step.insert("form".to_owned(), Json::Object(form));
        }
    }
}

/// A recorded request as a step.
struct Recorded {
    method: String,
    address: String,
    /// What stands below the method.
    step: Map<String, Json>,
}

impl Recorded {
    fn capture(&mut self, used: &correlate::Used) {
        let captures = self.step.entry("capture").or_insert_with(|| Json::Object(Map::new()));
        let mut capture = match &used.from {
            correlate::From::Json(path) => json!({ "json": path }),
            correlate::From::Header(name) => json!({ "header": name }),
            correlate::From::Field(_, pattern) => json!({ "regex": pattern }),
        };
        capture["default"] = used.value.as_str().into();
        captures[&*used.variable] = capture;
    }
}

/// `name` and `value` of each item.
fn pairs(list: &Json) -> impl Iterator<Item = (&str, &str)> {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|item| Some((item["name"].as_str()?, item["value"].as_str()?)))
}

#[cfg(test)]
mod tests;
