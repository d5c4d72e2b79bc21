//! Requests of HTTP: what elements say, what a request becomes, and how it is sent.
//!
//! Main types: [`HttpSampler`] and [`HttpTexts`], as the plan has them, and [`Call`], worked out for one sample.

mod body;
mod fault;
mod network;
mod page;
mod ready;
mod send;
mod uri;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use super::config::Config;
use super::text::{Fault, Text};
use super::tree::{Part, Scope, Scoped};
use super::user::{Shared, User};

pub use network::Network;
pub use ready::ReadyRequests;
pub use send::perform;

/// An argument of a request.
#[derive(Debug)]
pub struct Argument {
    /// Its name; blank for a part of a raw body.
    pub name: Text,
    /// Its value.
    pub value: Text,
    /// Name and value are encoded.
    pub encode: bool,
    /// What stands between them.
    pub equals: bool,
    /// The type of a part of a multipart body.
    pub content_type: Text,
}

/// A file of a request.
#[derive(Debug)]
pub struct File {
    /// Where it is.
    pub path: Text,
    /// The name of its part; blank when it is the whole body.
    pub name: Text,
    /// Its type.
    pub content_type: Text,
}

/// What a sampler says, or defaults do.
#[derive(Debug)]
pub struct HttpTexts {
    /// The host.
    pub domain: Text,
    /// The port.
    pub port: Text,
    /// `http` or `https`.
    pub protocol: Text,
    /// The path, or a whole address.
    pub path: Text,
    /// The method.
    pub method: Text,
    /// The character set of what is sent.
    pub encoding: Text,
    /// For connecting, in ms.
    pub connect_timeout: Text,
    /// For the answer, in ms.
    pub response_timeout: Text,
    /// Which resources are fetched.
    pub embedded: Text,
    /// Which are not.
    pub embedded_not: Text,
    /// Resources of a page are fetched; nothing when it is not said.
    pub images: Option<bool>,
    /// Only the hash of the answer is kept.
    pub md5: Option<bool>,
    /// Arguments.
    pub arguments: Vec<Argument>,
}

/// A sampler of HTTP.
#[derive(Debug)]
pub struct HttpSampler {
    /// What defaults may complete.
    pub texts: HttpTexts,
    /// The body is the values of the arguments.
    pub raw: bool,
    /// Redirects are followed, each as a sample.
    pub follow: bool,
    /// Redirects are followed silently.
    pub auto: bool,
    /// The connection is kept.
    pub keep_alive: bool,
    /// The body has parts.
    pub multipart: bool,
    /// Parts have no more headers than browsers give them.
    pub browser: bool,
    /// Files.
    pub files: Vec<File>,
    /// The request, when it is the same each time.
    pub fixed: OnceLock<Option<Box<Call>>>,
}

/// A pair of a form or a query, ready.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pair {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Both are encoded.
    pub encode: bool,
    /// With an equals sign.
    pub equals: bool,
    /// The type of its part.
    pub content_type: String,
}

/// One request, worked out.
#[derive(Clone, Default, Debug)]
pub struct Call {
    /// The method.
    pub method: String,
    /// The address as it was put together, without any check.
    pub url: SmolStr,
    /// Protocol, domain, port and path, which it is put together from.
    pub parts: [String; 4],
    /// Why there is none: the class and the message of Java's exception.
    pub bad_url: Option<(&'static str, String)>,
    /// The character set of what is sent; blank when not given.
    pub encoding: String,
    /// Arguments.
    pub pairs: Vec<Pair>,
    /// The body is the values.
    pub raw: bool,
    /// Path on this machine, name of the part, type.
    pub files: Vec<[String; 3]>,
    /// Why one of the files may not be read.
    pub file_outside: Option<Box<str>>,
    /// The body has parts.
    pub multipart: bool,
    /// Parts as browsers give them.
    pub browser: bool,
    /// Redirects are samples.
    pub follow: bool,
    /// Redirects are silent.
    pub auto: bool,
    /// The connection is kept.
    pub keep_alive: bool,
    /// For connecting and for the answer, in ms; 0 for no limit.
    pub timeouts: (u64, u64),
    /// Resources are fetched: those that fit, and not those that fit this.
    pub resources: Option<(String, String)>,
    /// Only the hash is kept.
    pub md5: bool,
    /// Headers of all managers, merged.
    pub headers: Vec<(String, String)>,
    /// Which cookie manager is in force.
    pub cookies: Option<usize>,
    /// Which cache manager, and whether answers may expire.
    pub cache: Option<(usize, bool)>,
    /// Name, password, and whether by Digest.
    pub credentials: Option<(String, String, bool)>,
}

impl HttpSampler {
    /// Works out a request for a user, with all settings in scope.
    ///
    /// # Errors
    /// When a function throws.
    pub fn call(
        &self,
        scope: &Scope,
        parts: &[Arc<Scoped>],
        user: &mut User,
    ) -> Result<Cow<'_, Call>, Fault> {
        let fixed = self.fixed.get_or_init(|| {
            let call = self.is_fixed(scope, parts).then(|| self.work_out(scope, parts, user))?;
            call.ok().map(Box::new)
        });
        match fixed {
            Some(call) => Ok(Cow::Borrowed(call)),
            None => self.work_out(scope, parts, user).map(Cow::Owned),
        }
    }

    /// Whether it is the same request for all users at all times.
    fn is_fixed(&self, scope: &Scope, parts: &[Arc<Scoped>]) -> bool {
        let of_scope = |config: &Config| match config {
            Config::Defaults(texts) => texts.is_fixed(),
            Config::Headers(list) => list.iter().all(|(name, value)| name.is_fixed() && value.is_fixed()),
            Config::Auth(list) => list
                .iter()
                .all(|entry| entry.url.is_fixed() && entry.user.is_fixed() && entry.password.is_fixed()),
            _ => true,
        };
        self.files.is_empty()
            && self.texts.is_fixed()
            && scope.configs.iter().all(|at| match &parts[*at].part {
                Part::Config(config) => of_scope(config),
                _ => true,
            })
    }

    fn work_out(&self, scope: &Scope, parts: &[Arc<Scoped>], user: &mut User) -> Result<Call, Fault> {
        let defaults: Vec<&HttpTexts> = scope
            .configs
            .iter()
            .filter_map(|at| match &parts[*at].part {
                Part::Config(Config::Defaults(texts)) => Some(&**texts),
                _ => None,
            })
            .collect();
        let filled = |pick: fn(&HttpTexts) -> &Text, user: &mut User| -> Result<String, Fault> {
            let own = std::iter::once(&self.texts).chain(defaults.iter().copied());
            for texts in own {
                let text = pick(texts);
                if !text.is_blank() {
                    return Ok(text.eval(user)?.into_owned());
                }
            }
            Ok(String::new())
        };
        let said = |pick: fn(&HttpTexts) -> Option<bool>| {
            std::iter::once(&self.texts).chain(defaults.iter().copied()).find_map(pick).unwrap_or(false)
        };
        let method = filled(|texts| &texts.method, user)?;
        let mut call = Call {
            method: if method.is_empty() { "GET".to_owned() } else { method },
            encoding: filled(|texts| &texts.encoding, user)?.trim().to_owned(),
            multipart: self.multipart,
            browser: self.browser,
            follow: self.follow,
            auto: self.auto,
            keep_alive: self.keep_alive,
            md5: said(|texts| texts.md5),
            ..Call::default()
        };
        let millis = |text: String| text.trim().parse().unwrap_or(0);
        call.timeouts.0 = millis(filled(|texts| &texts.connect_timeout, user)?);
        call.timeouts.1 = millis(filled(|texts| &texts.response_timeout, user)?);
        if said(|texts| texts.images) {
            call.resources =
                Some((filled(|texts| &texts.embedded, user)?, filled(|texts| &texts.embedded_not, user)?));
        }
        let all = std::iter::once(&self.texts).chain(defaults.iter().copied());
        for argument in all.flat_map(|texts| &texts.arguments) {
            call.pairs.push(argument.pair(user)?);
        }
        call.raw = self.raw || (!call.pairs.is_empty() && call.pairs.iter().all(|pair| pair.name.is_empty()));
        for file in &self.files {
            let path = file.path.eval(user)?.into_owned();
            if path.is_empty() {
                continue;
            }
            let (name, kind) =
                (file.name.eval(user)?.into_owned(), file.content_type.eval(user)?.into_owned());
            call.add_file(&path, name, kind, &user.shared);
        }
        call.place(scope, parts, user)?;
        let parts_of_url = [
            filled(|texts| &texts.protocol, user)?,
            filled(|texts| &texts.domain, user)?,
            filled(|texts| &texts.port, user)?,
            filled(|texts| &texts.path, user)?,
        ];
        call.address(&parts_of_url);
        call.authorize(scope, parts, user)?;
        Ok(call)
    }
}

impl HttpTexts {
    fn is_fixed(&self) -> bool {
        let own = [
            &self.domain,
            &self.port,
            &self.protocol,
            &self.path,
            &self.method,
            &self.encoding,
            &self.connect_timeout,
            &self.response_timeout,
            &self.embedded,
            &self.embedded_not,
        ];
        own.into_iter().all(Text::is_fixed)
            && self.arguments.iter().all(|argument| {
                argument.name.is_fixed() && argument.value.is_fixed() && argument.content_type.is_fixed()
            })
    }
}

impl Argument {
    fn pair(&self, user: &mut User) -> Result<Pair, Fault> {
        Ok(Pair {
            name: self.name.eval(user)?.into_owned(),
            value: self.value.eval(user)?.into_owned(),
            encode: self.encode,
            equals: self.equals,
            content_type: self.content_type.eval(user)?.into_owned(),
        })
    }
}

impl Call {
    /// One more file, by its path beside the plan.
    fn add_file(&mut self, path: &str, name: String, kind: String, shared: &Shared) {
        let place = shared.beside_plan(path);
        if let Err(why) = shared.reach.check(&place, path) {
            self.file_outside = Some(why.into());
        }
        self.files.push([place.display().to_string(), name, kind]);
    }

    /// Other files than those of the plan.
    pub fn set_files(&mut self, files: &[[String; 3]], shared: &Shared) {
        self.files.clear();
        self.file_outside = None;
        for [path, name, kind] in files {
            self.add_file(path, name.clone(), kind.clone(), shared);
        }
    }

    /// Headers, and which managers are in force: of headers the nearest, of all others the farthest.
    fn place(&mut self, scope: &Scope, parts: &[Arc<Scoped>], user: &mut User) -> Result<(), Fault> {
        for at in &scope.configs {
            match &parts[*at].part {
                Part::Config(Config::Headers(list)) => {
                    let known = self.headers.len();
                    for (name, value) in list {
                        let name = name.eval(user)?.into_owned();
                        let value = value.eval(user)?.into_owned();
                        if !name.is_empty()
                            && !self.headers[..known].iter().any(|(key, _)| key.eq_ignore_ascii_case(&name))
                        {
                            self.headers.push((name, value));
                        }
                    }
                }
                Part::Config(Config::Cookies(_)) => self.cookies = Some(*at),
                Part::Config(Config::Cache(cache)) => self.cache = Some((*at, cache.use_expires)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts the address together anew, with what a script changed of it.
    pub fn rebuild(
        &mut self,
        protocol: Option<&str>,
        domain: Option<&str>,
        port: Option<&str>,
        path: Option<&str>,
    ) {
        let mut parts = self.parts.clone();
        for (part, given) in parts.iter_mut().zip([protocol, domain, port, path]) {
            if let Some(given) = given {
                given.clone_into(part);
            }
        }
        self.bad_url = None;
        self.address(&parts);
    }

    /// Puts the address together.
    fn address(&mut self, parts: &[String; 4]) {
        self.parts.clone_from(parts);
        let [protocol, domain, port, path] = parts;
        let whole = |text: &str| {
            let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
            lower.starts_with("http://") || lower.starts_with("https://")
        };
        let path: Cow<'_, str> = path.replace(' ', "%20").into();
        let mut url = if whole(&path) {
            path.into_owned()
        } else {
            let protocol = if protocol.trim().is_empty() { "http" } else { protocol.trim() };
            if !matches!(protocol.to_ascii_lowercase().as_str(), "http" | "https" | "file") {
                self.bad_url =
                    Some(("java.net.MalformedURLException", format!("unknown protocol: {protocol}")));
                return;
            }
            let (protocol, domain, rest) = split_domain(protocol, domain.trim());
            let number = port.trim().parse::<u32>().ok().filter(|number| {
                !(*number == 0
                    || (protocol == "http" && *number == 80)
                    || (protocol == "https" && *number == 443))
            });
            let slash = if path.starts_with('/') || path.is_empty() { "" } else { "/" };
            let path = if path.is_empty() && rest.is_empty() { "/" } else { &path };
            match number.filter(|_| !domain.contains(':') || domain.starts_with('[')) {
                Some(number) => format!("{protocol}://{domain}:{number}{rest}{slash}{path}"),
                None => format!("{protocol}://{domain}{rest}{slash}{path}"),
            }
        };
        if matches!(self.method.as_str(), "GET" | "DELETE" | "OPTIONS") && !self.raw && self.files.is_empty()
        {
            let query = self.query();
            if !query.is_empty() {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(&query);
            }
        }
        if let Some((class, message)) = uri::fault(&url) {
            self.bad_url = Some((class, message));
        }
        self.url = url.into();
    }

    /// Which credentials belong to the address.
    fn authorize(&mut self, scope: &Scope, parts: &[Arc<Scoped>], user: &mut User) -> Result<(), Fault> {
        for at in &scope.configs {
            if let Part::Config(Config::Auth(list)) = &parts[*at].part {
                for entry in list {
                    let url = entry.url.eval(user)?.into_owned();
                    if !url.is_empty() && self.url.starts_with(&url) {
                        let name = entry.user.eval(user)?.into_owned();
                        let password = entry.password.eval(user)?.into_owned();
                        self.credentials = Some((name, password, entry.digest));
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A domain that holds more than a host: scheme, port or path. JMeter would not have understood it.
fn split_domain<'t>(protocol: &'t str, domain: &'t str) -> (&'t str, &'t str, &'t str) {
    let Some((scheme, rest)) = domain.split_once("://") else { return (protocol, domain, "") };
    let end = rest.find('/').unwrap_or(rest.len());
    (scheme, &rest[..end], rest[end..].trim_end_matches('/'))
}
