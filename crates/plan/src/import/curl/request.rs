//! What one command of curl asks for, as steps of a plan of our own.
//!
//! Main type: [`Asked`].

use serde_json::{Map, Value as Json, json};

use super::Reader;
use super::options::Effect;
use super::words::{Word, has_variables, template};
use crate::convert::{escaped, percent};
use crate::import::Source;
use crate::note::Kind;
use crate::yaml::Spot;

/// curl's own bound when it follows redirects.
const REDIRECTS: u64 = 50;
const FORM: &str = "application/x-www-form-urlencoded";

/// What one request is to be like.
pub(super) struct Asked {
    at: Spot,
    /// What was named without an option, and by `--url`.
    pub addresses: Vec<Word>,
    method: Option<String>,
    headers: Vec<Word>,
    data: Vec<(Effect, Word)>,
    form: Vec<(Effect, Word)>,
    queries: Vec<Word>,
    cookies: Vec<Word>,
    user: Option<Word>,
    bearer: Option<Word>,
    agent: Option<Word>,
    referer: Option<Word>,
    range: Option<Word>,
    upload: Option<Word>,
    is_get: bool,
    is_head: bool,
    follows: bool,
    redirects_max: Option<Word>,
    compressed: bool,
    version: Option<&'static str>,
    time_max: Option<Word>,
    must_succeed: bool,
    no_glob: bool,
}

/// `HOST:PORT:ADDRESS` as a host and what it stands for.
pub(super) fn resolved(text: &str) -> Option<(String, String)> {
    let (host, rest) = text.trim_start_matches(['+', '*']).split_once(':')?;
    let (port, address) = rest.split_once(':')?;
    let address = address.split(',').next().filter(|address| !address.is_empty())?;
    port.parse::<u16>().ok()?;
    Some((format!("{host}:{port}"), format!("{address}:{port}")))
}

impl Asked {
    pub(super) fn new(at: Spot) -> Self {
        Self {
            at,
            addresses: Vec::new(),
            method: None,
            headers: Vec::new(),
            data: Vec::new(),
            form: Vec::new(),
            queries: Vec::new(),
            cookies: Vec::new(),
            user: None,
            bearer: None,
            agent: None,
            referer: None,
            range: None,
            upload: None,
            is_get: false,
            is_head: false,
            follows: false,
            redirects_max: None,
            compressed: false,
            version: None,
            time_max: None,
            must_succeed: false,
            no_glob: false,
        }
    }

    /// Takes an option in.
    pub(super) fn option(&mut self, effect: Effect, value: Word) {
        match effect {
            Effect::Method => self.method = Some(value.text),
            Effect::Header => self.headers.push(value),
            Effect::Data | Effect::DataRaw | Effect::DataBinary | Effect::DataUrlEncode | Effect::Json => {
                self.data.push((effect, value));
            }
            Effect::Form | Effect::FormString => self.form.push((effect, value)),
            Effect::Query => self.queries.push(value),
            Effect::User => self.user = Some(value),
            Effect::Bearer => self.bearer = Some(value),
            Effect::Cookie => self.cookies.push(value),
            Effect::Agent => self.agent = Some(value),
            Effect::Referer => self.referer = Some(value),
            Effect::Range => self.range = Some(value),
            Effect::Upload => self.upload = Some(value),
            Effect::Address => self.addresses.push(value),
            Effect::Get => self.is_get = true,
            Effect::Head => self.is_head = true,
            Effect::Location => self.follows = true,
            Effect::RedirectsMax => self.redirects_max = Some(value),
            Effect::Compressed => self.compressed = true,
            Effect::Http1 => self.version = Some("1.1"),
            Effect::Http2 => self.version = Some("2"),
            Effect::TimeMax => self.time_max = Some(value),
            Effect::Fail => self.must_succeed = true,
            Effect::NoGlob => self.no_glob = true,
            Effect::Insecure | Effect::Resolve | Effect::Next | Effect::None | Effect::Unsupported => {}
        }
    }

    /// A step for each address.
    pub(super) fn steps(&self, reader: &mut Reader<'_>, source: &Source) -> Vec<Json> {
        if self.addresses.is_empty() {
            reader.say(Kind::Error, self.at, "this command names no address");
        }
        self.addresses.iter().filter_map(|address| self.step(reader, source, address)).collect()
    }

    fn step(&self, reader: &mut Reader<'_>, source: &Source, address: &Word) -> Option<Json> {
        let mut request = Map::new();
        let mut url = self.address(reader, address)?;
        let mut headers = self.headers(reader, source);
        let body = self.body(reader, source, &mut headers);
        for query in &self.queries {
            push_query(&mut url, &encoded_pair(reader, source, query));
        }
        let mut body = body;
        if self.is_get {
            // With -G the data goes into the address.
            if let Some(Json::String(text)) = body.take().and_then(|(_, body)| body.get("body").cloned()) {
                push_query(&mut url, &text);
            }
        }
        request.insert("url".to_owned(), url.into());
        let method = match (&self.method, self.is_head, &body, &self.upload) {
            (Some(method), ..) => method.clone(),
            (None, true, ..) => "HEAD".to_owned(),
            (None, _, _, Some(_)) => "PUT".to_owned(),
            (None, _, Some(_), _) => "POST".to_owned(),
            _ => "GET".to_owned(),
        };
        if let Some((kind, _)) = &body
            && let Some(kind) = kind
            && !has(&headers, "content-type")
        {
            headers.push(("Content-Type".to_owned(), (*kind).to_owned()));
        }
        if !headers.is_empty() {
            request.insert("headers".to_owned(), merged(headers));
        }
        for (key, value) in body.map(|(_, body)| body).unwrap_or_default() {
            request.insert(key, value);
        }
        self.settings(reader, &mut request);
        Some(step_of(&method, request))
    }

    fn settings(&self, reader: &mut Reader<'_>, request: &mut Map<String, Json>) {
        if let Some(user) = &self.user {
            let text = if user.text.contains(':') { user.text.clone() } else { format!("{}:", user.text) };
            request.insert("auth".to_owned(), template(&text).into());
            if has_variables(&text) {
                reader.say(Kind::Error, user.at, "credentials with variables: write the header yourself");
            }
        }
        let redirects = match (&self.redirects_max, self.follows) {
            (_, false) => 0,
            (None, true) => REDIRECTS,
            (Some(most), true) => match most.text.parse::<i64>() {
                Ok(most) => u64::try_from(most).unwrap_or(1_000),
                Err(_) => {
                    reader.say(Kind::Error, most.at, format!("'{}' is no number", most.text));
                    0
                }
            },
        };
        request.insert("redirects".to_owned(), redirects.into());
        if let Some(time) = &self.time_max {
            match time.text.parse::<f64>().ok().filter(|time| *time > 0.0 && *time < 1e9) {
                Some(time) => {
                    let text = crate::convert::duration_text(std::time::Duration::from_secs_f64(time));
                    request.insert("timeout".to_owned(), text.into());
                }
                None => reader.say(Kind::Error, time.at, format!("'{}' is no time in seconds", time.text)),
            }
        }
        if let Some(version) = self.version {
            request.insert("version".to_owned(), version.into());
        }
        if self.must_succeed {
            request.insert("stop_if_failed".to_owned(), true.into());
        }
    }

    fn address(&self, reader: &mut Reader<'_>, word: &Word) -> Option<String> {
        let text = word.text.split('#').next().unwrap_or_default();
        let text = match text.split_once("://") {
            // A variable at the beginning may bring its own scheme.
            None if has_variables(text.split('/').next().unwrap_or_default()) => text.to_owned(),
            None => format!("http://{text}"),
            Some((scheme, _)) if ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) => {
                text.to_owned()
            }
            Some((scheme, _)) if has_variables(scheme) => text.to_owned(),
            Some((scheme, _)) => {
                reader.say(Kind::Ignored, word.at, format!("this is no request of HTTP but of '{scheme}'"));
                return None;
            }
        };
        let (host, path) = match text.find("://") {
            Some(at) => {
                let end = text[at + 3..].find(['/', '?']).map_or(text.len(), |end| at + 3 + end);
                text.split_at(end)
            }
            None => ("", text.as_str()),
        };
        let is_range =
            |path: &str| path.contains('[') && path.contains(']') || path.contains('{') && path.contains('}');
        if !self.no_glob && is_range(path) {
            let message = "curl would send this to several addresses; it is sent once, as it is written";
            reader.say(Kind::Unsupported, word.at, message);
        }
        let path = if path.is_empty() { "/" } else { path };
        // Whatever may not stand in an address is escaped, as curl's users expect it of the shell.
        let whole = template(&format!("{host}{path}"));
        Some(if whole.contains(' ') && !has_variables(&text) { whole.replace(' ', "%20") } else { whole })
    }

    fn headers(&self, reader: &mut Reader<'_>, source: &Source) -> Vec<(String, String)> {
        let mut headers: Vec<(String, String)> = Vec::new();
        for word in &self.headers {
            if let Some(file) = word.text.strip_prefix('@') {
                match text_of_file(source, file) {
                    Ok(text) => {
                        let lines = text.lines().filter_map(|line| line.split_once(':'));
                        headers.extend(
                            lines.map(|(name, value)| (name.trim().to_owned(), escaped(value.trim()))),
                        );
                    }
                    Err(why) => reader.say(Kind::Error, word.at, why),
                }
                continue;
            }
            match word.text.split_once(':') {
                Some((name, value)) if !name.trim().is_empty() => {
                    // Without a value it takes away what curl would have sent of its own accord.
                    if !value.trim().is_empty() {
                        headers.push((name.trim().to_owned(), template(value.trim())));
                    }
                }
                Some(_) => {
                    let message = "a header that begins with a colon is the client's own business";
                    reader.say(Kind::Ignored, word.at, message);
                }
                None => match word.text.strip_suffix(';') {
                    Some(name) => headers.push((name.trim().to_owned(), String::new())),
                    None => reader.say(Kind::Error, word.at, format!("'{}' is no header", word.text)),
                },
            }
        }
        let length = headers.len();
        headers.retain(|(name, _)| !["content-length", "host"].contains(&name.to_ascii_lowercase().as_str()));
        if headers.len() < length {
            let message = "the headers Host and Content-Length are made from the address and the body";
            reader.say(Kind::Ignored, self.at, message);
        }
        let mut own = |name: &str, value: String| {
            if !has(&headers, name) {
                headers.push((name.to_owned(), value));
            }
        };
        for (name, word) in [("User-Agent", &self.agent), ("Referer", &self.referer)] {
            if let Some(word) = word {
                own(name, template(word.text.trim_end_matches(";auto")));
            }
        }
        if let Some(word) = &self.bearer {
            own("Authorization", format!("Bearer {}", template(&word.text)));
        }
        if let Some(word) = &self.range {
            own("Range", format!("bytes={}", template(&word.text)));
        }
        if self.compressed {
            own("Accept-Encoding", "gzip, deflate, br".to_owned());
        }
        let mut cookies: Vec<String> = Vec::new();
        for word in &self.cookies {
            if word.text.contains('=') {
                cookies.push(template(&word.text));
            } else if !word.text.is_empty() {
                reader.say(Kind::Unsupported, word.at, "a file of cookies cannot be had here");
            }
        }
        if !cookies.is_empty() {
            own("Cookie", cookies.join("; "));
        }
        headers
    }

    /// The body and its usual type.
    fn body(
        &self,
        reader: &mut Reader<'_>,
        source: &Source,
        headers: &mut Vec<(String, String)>,
    ) -> Option<(Option<&'static str>, Map<String, Json>)> {
        let one = |key: &str, value: Json| Map::from_iter([(key.to_owned(), value)]);
        if let Some(file) = &self.upload {
            return Some((None, one("file", file.text.clone().into())));
        }
        if !self.form.is_empty() {
            let parts = self.form.iter().filter_map(|(effect, word)| part(reader, source, *effect, word));
            return Some((None, one("multipart", parts.collect())));
        }
        if self.data.is_empty() {
            return None;
        }
        let is_json = self.data.iter().any(|(effect, _)| *effect == Effect::Json);
        if is_json && !has(headers, "accept") {
            headers.push(("Accept".to_owned(), "application/json".to_owned()));
        }
        let usual = if is_json { "application/json" } else { FORM };
        // A file that is sent as it is stays a file.
        if let [(Effect::DataBinary, word)] = &self.data[..]
            && let Some(file) = word.text.strip_prefix('@')
        {
            return Some((Some(usual), one("file", file.into())));
        }
        let mut whole = String::new();
        for (effect, word) in &self.data {
            if !whole.is_empty() && *effect != Effect::Json {
                whole.push('&');
            }
            whole.push_str(&data(reader, source, *effect, word));
        }
        let named = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let kind = named.map_or(usual, |(_, value)| value.as_str());
        let parsed = (kind.contains("json") && !self.is_get)
            .then(|| serde_json::from_str::<Json>(&whole))
            .and_then(Result::ok);
        let body = match parsed {
            // Only where the bytes stay what they are.
            Some(parsed @ (Json::Object(_) | Json::Array(_)))
                if is_written(&parsed, &whole) && has_plain_keys(&parsed) =>
            {
                one("json", parsed)
            }
            _ => one("body", whole.into()),
        };
        Some((Some(usual), body))
    }
}

fn has(headers: &[(String, String)], name: &str) -> bool {
    headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// Headers by name; several of one name are one, as they are to those who read them.
fn merged(headers: Vec<(String, String)>) -> Json {
    let mut map: Map<String, Json> = Map::new();
    for (name, value) in headers {
        let known =
            map.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)).map(|(known, _)| known.clone());
        match known.and_then(|known| map.get_mut(&known)) {
            Some(Json::String(before)) => {
                before.push_str(if name.eq_ignore_ascii_case("cookie") { "; " } else { ", " });
                before.push_str(&value);
            }
            _ => drop(map.insert(name, value.into())),
        }
    }
    Json::Object(map)
}

/// A step with this method.
pub(crate) fn step_of(method: &str, mut request: Map<String, Json>) -> Json {
    const KINDS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];
    match KINDS.iter().find(|kind| kind.to_uppercase() == method) {
        Some(kind) => json!({ *kind: request }),
        None => {
            request.insert("method".to_owned(), escaped(method).into());
            json!({ "request": request })
        }
    }
}

fn push_query(url: &mut String, pair: &str) {
    if !pair.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(pair);
    }
}

fn text_of_file(source: &Source, file: &str) -> Result<String, String> {
    let bytes = source.read_beside(file)?;
    String::from_utf8(bytes).map_err(|_| format!("'{file}' is not text in UTF-8"))
}

fn data(reader: &mut Reader<'_>, source: &Source, effect: Effect, word: &Word) -> String {
    if effect == Effect::DataUrlEncode {
        return encoded_pair(reader, source, word);
    }
    let Some(file) = word.text.strip_prefix('@').filter(|_| effect != Effect::DataRaw) else {
        return template(&word.text);
    };
    match text_of_file(source, file) {
        // Only --data takes line ends out.
        Ok(text) if effect == Effect::Data => escaped(&text.replace(['\r', '\n'], "")),
        Ok(text) => escaped(&text),
        Err(why) => {
            reader.say(Kind::Error, word.at, why);
            String::new()
        }
    }
}

/// `content`, `=content`, `name=content`, `@file` or `name@file`, of which the content is encoded.
fn encoded_pair(reader: &mut Reader<'_>, source: &Source, word: &Word) -> String {
    let text = &word.text;
    let (name, content) = match text.find(['=', '@']) {
        None => ("", Ok(text.clone())),
        Some(at) if text[at..].starts_with('=') => (&text[..at], Ok(text[at + 1..].to_owned())),
        Some(at) => (&text[..at], text_of_file(source, &text[at + 1..])),
    };
    let content = content.unwrap_or_else(|why| {
        reader.say(Kind::Error, word.at, why);
        String::new()
    });
    let encoded = if has_variables(&content) {
        reader.say(Kind::Emulated, word.at, "the values of variables are sent as they are, not encoded");
        template(&content)
    } else {
        percent(&content)
    };
    if name.is_empty() { encoded } else { format!("{}={encoded}", template(name)) }
}

/// Whether a text is what this would be written as.
fn is_written(json: &Json, text: &str) -> bool {
    let written = json.to_string();
    written == text
}

/// Whether no key of a structure has an expression in it.
fn has_plain_keys(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().all(has_plain_keys),
        Json::Object(members) => {
            members.iter().all(|(key, member)| !key.contains("{{") && has_plain_keys(member))
        }
        _ => true,
    }
}

/// A part of a form: `name=value`, `name=@file`, `name=<file`, with `;type=` and `;filename=` behind it.
fn part(reader: &mut Reader<'_>, source: &Source, effect: Effect, word: &Word) -> Option<Json> {
    let Some((name, value)) = word.text.split_once('=') else {
        reader.say(Kind::Error, word.at, format!("'{}' is no part of a form: NAME=VALUE", word.text));
        return None;
    };
    let mut part = Map::from_iter([("name".to_owned(), Json::from(template(name)))]);
    if effect == Effect::FormString {
        part.insert("value".to_owned(), template(value).into());
        return Some(Json::Object(part));
    }
    let mut pieces = value.split(';');
    let first = pieces.next().unwrap_or_default();
    let mut rest = String::new();
    for piece in pieces {
        let unquoted = |text: &str| text.trim_matches('"').to_owned();
        match piece.trim().split_once('=') {
            Some(("type", kind)) => drop(part.insert("type".to_owned(), unquoted(kind).into())),
            Some(("filename", file)) => drop(part.insert("filename".to_owned(), unquoted(file).into())),
            _ => {
                rest.push(';');
                rest.push_str(piece);
            }
        }
    }
    let whole = format!("{first}{rest}");
    if let Some(file) = whole.strip_prefix('@') {
        part.insert("file".to_owned(), file.trim_matches('"').into());
    } else if let Some(file) = whole.strip_prefix('<') {
        match text_of_file(source, file) {
            Ok(text) => drop(part.insert("value".to_owned(), escaped(&text).into())),
            Err(why) => reader.say(Kind::Error, word.at, why),
        }
    } else {
        part.insert("value".to_owned(), template(whole.trim_matches('"')).into());
    }
    Some(Json::Object(part))
}
