//! `--secret-source`: from `TYPE=CONFIGURATION` to the sources that scripts ask.
//!
//! A configuration is a list between commas, in which `name=NAME` and `default` belong to the source itself and the
//! rest to its type: a path for `file`, pairs for `mock`, settings for `url`.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Options, duration};
use script::{RemoteSecrets, RemoteSettings, SecretSource, Secrets};

use crate::error::Error;
use crate::session::Session;

/// The sources that the flags and the environment name.
///
/// # Errors
/// When one is written wrongly or its file cannot be read.
pub fn sources(session: &Session) -> Result<Secrets, Error> {
    let mut secrets = Secrets::new(Arc::clone(session.logs.hidden()));
    let flags = session.flags.list("secret-source");
    let from_env = ["PLIMSOLL_SECRET_SOURCE", "K6_SECRET_SOURCE"];
    let from_env = from_env.iter().find_map(|name| session.env.get(*name)).filter(|_| flags.is_empty());
    for text in flags.iter().chain(from_env) {
        let spec = Spec::parse(text);
        let source = spec.open(session)?;
        secrets.add(&spec.name, source, spec.default).map_err(Error::Usage)?;
    }
    Ok(secrets)
}

/// A source as it was written.
#[derive(PartialEq, Debug)]
struct Spec {
    kind: String,
    name: String,
    default: bool,
    rest: Vec<String>,
}

impl Spec {
    fn parse(text: &str) -> Self {
        let (kind, configuration) = text.split_once('=').unwrap_or((text, ""));
        let mut spec =
            Self { kind: kind.to_owned(), name: kind.to_owned(), default: false, rest: Vec::new() };
        for part in configuration.split(',').filter(|part| !part.is_empty()) {
            match part.strip_prefix("name=") {
                Some(name) => name.clone_into(&mut spec.name),
                None if part == "default" => spec.default = true,
                None => spec.rest.push(part.to_owned()),
            }
        }
        spec
    }

    fn open(&self, session: &Session) -> Result<SecretSource, Error> {
        match self.kind.as_str() {
            "file" => {
                let path = self.rest.join(",");
                let path = path.strip_prefix("filename=").unwrap_or(&path);
                let text = std::fs::read_to_string(path)
                    .map_err(|e| Error::File(format!("the file of secrets {path}: {e}")))?;
                lines(&text)
                    .map(SecretSource::Known)
                    .map_err(|line| Error::File(format!("{path}: line {line} is not KEY=VALUE")))
            }
            "mock" => {
                let pairs: Option<_> = self.rest.iter().map(|part| pair(part)).collect();
                pairs.map(SecretSource::Known).ok_or_else(|| self.wrong("mock takes KEY=VALUE pairs"))
            }
            "url" => {
                let settings = remote(&self.rest, &session.env).map_err(|why| self.wrong(&why))?;
                let builder = net::SettingsBuilder {
                    clock: session.clock,
                    options: &Options::default(),
                    env: &session.env,
                    user_agent: net::USER_AGENT,
                };
                let net = builder.build().map_err(Error::Config)?;
                Ok(SecretSource::Remote(RemoteSecrets::new(settings, Arc::new(net))))
            }
            "cloud" => Err(Error::NotOffered {
                message: "the secret source cloud is a service of Grafana Cloud".to_owned(),
                instead: "use a source of type file, mock or url".to_owned(),
            }),
            _ => Err(self.wrong("there are the types file, mock and url")),
        }
    }

    fn wrong(&self, why: &str) -> Error {
        Error::Usage(format!("the secret source {}: {why}", self.name))
    }
}

fn pair(text: &str) -> Option<(String, String)> {
    text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()))
}

/// The pairs of a file, one a line; the number of the line that is none. Empty lines are skipped.
fn lines(text: &str) -> Result<BTreeMap<String, String>, usize> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| pair(line).ok_or(at + 1)).collect()
}

/// How a server is asked: the defaults, under the environment, under a file, under what is written in the flag.
fn remote(parts: &[String], env: &BTreeMap<String, String>) -> Result<RemoteSettings, String> {
    let mut settings = RemoteSettings::default();
    from_env(&mut settings, env)?;
    let mut written = Vec::new();
    for part in parts {
        let (key, value) = pair(part).ok_or_else(|| format!("{part:?} is no setting: write KEY=VALUE"))?;
        if key == "config" {
            from_file(&mut settings, &value)?;
        } else {
            written.push((key, value));
        }
    }
    for (key, value) in written {
        set(&mut settings, &key, &value)?;
    }
    if settings.template.is_empty() {
        return Err("urlTemplate is missing".to_owned());
    }
    if !settings.template.contains("{key}") {
        return Err("urlTemplate has no {key} in it".to_owned());
    }
    Ok(settings)
}

fn from_env(settings: &mut RemoteSettings, env: &BTreeMap<String, String>) -> Result<(), String> {
    const NAMES: [(&str, &str); 8] = [
        ("URL_TEMPLATE", "urlTemplate"),
        ("METHOD", "method"),
        ("RESPONSE_PATH", "responsePath"),
        ("TIMEOUT", "timeout"),
        ("MAX_RETRIES", "maxRetries"),
        ("RETRY_BACKOFF", "retryBackoff"),
        ("REQUESTS_PER_MINUTE_LIMIT", "requestsPerMinuteLimit"),
        ("REQUESTS_BURST", "requestsBurst"),
    ];
    for (name, value) in env {
        let rest = ["PLIMSOLL_", "K6_"].iter().find_map(|prefix| name.strip_prefix(prefix));
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix("SECRET_SOURCE_URL_")) else { continue };
        if let Some(header) = rest.strip_prefix("HEADER_") {
            set(settings, &format!("headers.{}", header.replace('_', "-")), value)?;
        } else if let Some((_, key)) = NAMES.iter().find(|(known, _)| *known == rest) {
            set(settings, key, value)?;
        }
    }
    Ok(())
}

fn from_file(settings: &mut RemoteSettings, path: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| format!("{path}: {e}"))?;
    let members = value.as_object().ok_or_else(|| format!("{path} must hold an object"))?;
    let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (key, value) in members {
        match value.as_object().filter(|_| key == "headers") {
            Some(headers) => {
                for (name, value) in headers {
                    set(settings, &format!("headers.{name}"), &plain(value))?;
                }
            }
            None => set(settings, key, &plain(value))?,
        }
    }
    Ok(())
}

fn set(settings: &mut RemoteSettings, key: &str, value: &str) -> Result<(), String> {
    let number = || value.parse::<u32>().map_err(|_| format!("{key} must be a whole number, not {value:?}"));
    let time = || duration::parse(value).map_err(|e| format!("{key}: {e}"));
    match key {
        "urlTemplate" => value.clone_into(&mut settings.template),
        "method" => value.clone_into(&mut settings.method),
        "responsePath" => settings.response_path = Some(value.to_owned()).filter(|path| !path.is_empty()),
        "timeout" => settings.timeout = time()?,
        "requestsPerMinuteLimit" => settings.per_minute = number()?.max(1),
        "requestsBurst" => settings.burst = number()?.max(1),
        "maxRetries" => settings.retries = number()?,
        "retryBackoff" => settings.backoff = time()?,
        _ => {
            let name = key.strip_prefix("headers.").ok_or_else(|| format!("there is no setting {key}"))?;
            settings.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            settings.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_written_as_k6_has_them() {
        let check = |text: &str, kind: &str, name: &str, default: bool, rest: &[&str]| {
            let rest = rest.iter().map(|part| (*part).to_owned()).collect();
            let expected = Spec { kind: kind.to_owned(), name: name.to_owned(), default, rest };
            assert_eq!(Spec::parse(text), expected, "{text}");
        };
        check("url", "url", "url", false, &[]);
        check("file=/a/b", "file", "file", false, &["/a/b"]);
        check("file=name=x,/a,b", "file", "x", false, &["/a", "b"]);
        check("mock=name=two,default,k=v=w,l=", "mock", "two", true, &["k=v=w", "l="]);
    }

    #[test]
    fn files_hold_a_pair_a_line() {
        let wanted = BTreeMap::from([("a".to_owned(), "1=2".to_owned()), ("b".to_owned(), String::new())]);
        assert_eq!(lines("a=1=2\r\n\nb=\n"), Ok(wanted));
        assert_eq!(lines("a=1\n\nnonsense"), Err(3));
    }

    #[test]
    fn what_is_written_wins_over_the_file_and_that_over_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("url.json");
        let file = r#"{"method":"POST","maxRetries":1,"timeout":"2s","headers":{"X-A":"file"}}"#;
        std::fs::write(&path, file).unwrap();
        let env = [
            ("K6_SECRET_SOURCE_URL_URL_TEMPLATE", "http://h/{key}"),
            ("K6_SECRET_SOURCE_URL_METHOD", "PUT"),
            ("K6_SECRET_SOURCE_URL_HEADER_X_B", "env"),
            ("K6_OTHER", "x"),
        ];
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let parts = [format!("config={}", path.display()), "timeout=5s".to_owned()];
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = RemoteSettings {
            template: "http://h/{key}".to_owned(),
            method: "POST".to_owned(),
            headers: vec![header("X-B", "env"), header("X-A", "file")],
            timeout: std::time::Duration::from_secs(5),
            retries: 1,
            ..RemoteSettings::default()
        };
        assert_eq!(remote(&parts, &env), Ok(expected));
        let wrong = |part: &str| remote(&[part.to_owned()], &env).unwrap_err();
        assert_eq!(wrong("urlTemplate=http://h/"), "urlTemplate has no {key} in it");
        assert_eq!(wrong("maxRetries=x"), "maxRetries must be a whole number, not \"x\"");
        assert_eq!(wrong("colour=red"), "there is no setting colour");
    }
}
