//! What stands in the head of a hop: the caller's headers, cookies, and what the way that lies behind has changed.
//!
//! Main functions: [`fields`], [`cookie`] and [`Client::first_head`], the head of a request that has not been anywhere.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use model::Level;

use super::request_headers::WrittenHead;
use super::response::Note;
use super::{Client, Request, redirect};
use crate::cookie::{self, Jar, UnixMillis};
use crate::error::Kind;
use crate::h1::request::{self, Fields};
use crate::url::Url;

/// What the way that lies behind a request changes in its headers; nothing for its first hop.
#[derive(Default)]
pub(super) struct Behind<'a> {
    /// Where redirects have led.
    pub(super) led_to: Option<&'a Url>,
    /// A redirect left the body behind.
    pub(super) left_body: bool,
    /// A redirect left the first site; secrets are not told any more.
    pub(super) left_site: bool,
    /// The value of `Content-Encoding` for the packed body.
    pub(super) packed_as: Option<&'a str>,
    /// The value of `Referer`.
    pub(super) referer: Option<&'a str>,
    /// The value of `Authorization`.
    pub(super) authorization: Option<&'a str>,
}

/// The headers of a hop.
///
/// # Errors
/// For names and values that cannot be sent.
pub(super) fn fields<'f>(
    request: &'f Request,
    cookie: Option<&'f str>,
    behind: &Behind<'f>,
) -> Result<Fields<'f>, Kind> {
    if request.verbatim {
        let own = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut fields = Fields::verbatim(own, request.headers.are_checked())?;
        request.headers.set_checked();
        if let Some(value) = behind.authorization {
            fields.others.push((Cow::Borrowed("Authorization"), Cow::Borrowed(value)));
        }
        return Ok(fields);
    }
    let goes_along = |name: &str| {
        !(behind.left_body && redirect::describes_body(name) || behind.left_site && redirect::is_secret(name))
    };
    let own = request.headers.iter().filter(|(name, _)| goes_along(name));
    let mut fields = Fields::collect(own.map(|(name, value)| (name.as_str(), value.as_str())))?;
    if let Some(url) = behind.led_to {
        // What the script said the host is was meant for the first one.
        fields.host = fields.host.filter(|_| redirect::same_site(&request.url, url));
    }
    match cookie {
        Some(cookie) => fields.set("Cookie", Cow::Borrowed(cookie)),
        None => fields.others.retain(|(name, _)| name != "Cookie"),
    }
    let added = [
        ("Content-Encoding", behind.packed_as),
        ("Referer", behind.referer),
        ("Authorization", behind.authorization),
    ];
    for (name, value) in added {
        if let Some(value) = value.filter(|_| fields.get(name).is_none()) {
            fields.set(name, Cow::Borrowed(value));
        }
    }
    Ok(fields)
}

/// The value of the `Cookie` header of a hop to that address, and what there is to say about it.
pub(super) fn cookie(
    client: &Client,
    request: &Request,
    jar: Option<&RefCell<Jar>>,
    url: &Url,
    left_site: bool,
) -> (Option<String>, Vec<Note>) {
    if request.verbatim {
        return (None, Vec::new());
    }
    let own = request.headers.iter().rfind(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let own = own.map(|(_, value)| value.as_str()).filter(|_| !left_site);
    let jar = jar.map(RefCell::borrow);
    if own.is_none() && request.cookies.is_empty() && jar.as_ref().is_none_or(|jar| jar.store.is_empty()) {
        return (None, Vec::new());
    }
    let given: Vec<cookie::RequestCookie<'_>> = request
        .cookies
        .iter()
        .map(|(name, value, replace)| cookie::RequestCookie { name, value, replace: *replace })
        .collect();
    let now = UnixMillis::now(&client.worker.clock());
    let header = cookie::request_header(own, &given, jar.as_deref().map(|jar| &jar.store), url, now);
    let note = |dropped: &cookie::DroppedByte| Note { level: Level::Info, text: dropped.to_string() };
    (header.value, header.dropped.iter().map(note).collect())
}

impl Client {
    /// The head of a request that has not been anywhere, over HTTP/1.1 and without a proxy; nothing when it cannot be
    /// sent.
    pub(super) fn first_head(
        &self,
        request: &Request,
        jar: Option<&RefCell<Jar>>,
    ) -> Option<Rc<WrittenHead>> {
        let (headers, body_bytes) = (&request.headers, request.body_bytes());
        let (cookie, notes) = cookie(self, request, jar, &request.url, false);
        let is_everybodys =
            headers.is_shared() && cookie.is_none() && notes.is_empty() && !request.tell_headers;
        if is_everybodys && let Some(known) = headers.written(&request.method, &request.url, body_bytes) {
            return Some(known);
        }
        request::check_method(request.method.as_str()).ok()?;
        let fields = fields(request, cookie.as_deref(), &Behind::default()).ok()?;
        let mut head = self.written_head(&request.method, &request.url, &fields, body_bytes);
        if request.tell_headers {
            head.shown = fields.shown();
        }
        head.notes = notes;
        let head = Rc::new(head);
        if is_everybodys {
            headers.keep_written(&head);
        }
        Some(head)
    }
}
