//! What one user keeps for HTTP: its client, its cookies, the response class.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use net::Client;
use net::cookie::Jar;
use rquickjs::{Ctx, Result};

use super::cookies::JarObject;
use super::expected::Expected;
use super::response::Response;
use crate::ffi::LazyClass;
use crate::vu::Host;

/// Addresses that a user remembers.
const URLS_MAX: usize = 8;

/// A cookie jar that requests and scripts share.
pub(crate) type SharedJar = Rc<RefCell<Jar>>;

/// The HTTP side of a virtual user, made when it is first needed.
pub(crate) struct HttpState {
    client: OnceCell<Rc<Client>>,
    pub(crate) jar: RefCell<SharedJar>,
    /// What `setResponseCallback` set.
    pub(super) expected: RefCell<Expected>,
    response_class: OnceCell<Box<LazyClass>>,
    jar_class: OnceCell<Box<LazyClass>>,
    /// Addresses that were read last, because scripts call the same ones over and over.
    urls: RefCell<Vec<Rc<net::Url>>>,
}

impl HttpState {
    fn new() -> Self {
        Self {
            client: OnceCell::new(),
            jar: RefCell::default(),
            expected: RefCell::new(Expected::default()),
            response_class: OnceCell::new(),
            jar_class: OnceCell::new(),
            urls: RefCell::default(),
        }
    }

    /// The HTTP state of a user.
    pub(crate) fn of(host: &Host) -> &Self {
        host.http.get_or_init(Self::new)
    }

    /// The user's client.
    pub(crate) fn client(&self, host: &Host) -> &Rc<Client> {
        self.client.get_or_init(|| Rc::new(Client::new(host.worker().net.clone(), host.ids.in_test)))
    }

    /// The class of response objects in this user's runtime.
    pub(super) fn response_class(&self, context: &Ctx<'_>) -> Result<&LazyClass> {
        if self.response_class.get().is_none() {
            let class = LazyClass::register::<Response>(context)?;
            let _ = self.response_class.set(class);
        }
        Ok(self.response_class.get().expect("it was set on the line above"))
    }

    /// The address that `text` is, read now or remembered.
    pub(super) fn url(&self, text: &str) -> std::result::Result<Rc<net::Url>, net::InvalidUrl> {
        let mut urls = self.urls.borrow_mut();
        if let Some(known) = urls.iter().find(|url| url.as_str() == text) {
            return Ok(known.clone());
        }
        // Parsing reaches deeper than anything else in an ordinary request, and the user's stack keeps every
        // page it has touched.
        let url = Rc::new(fiber::on_root(|| net::Url::parse(text))?);
        if urls.len() >= URLS_MAX {
            urls.remove(0);
        }
        urls.push(url.clone());
        Ok(url)
    }

    /// The class of cookie jar objects in this user's runtime.
    pub(super) fn jar_class(&self, context: &Ctx<'_>) -> Result<&LazyClass> {
        if self.jar_class.get().is_none() {
            let class = LazyClass::register::<JarObject>(context)?;
            let _ = self.jar_class.set(class);
        }
        Ok(self.jar_class.get().expect("it was set on the line above"))
    }

    /// Cookies do not outlive an iteration unless the options say so.
    pub(crate) fn begin_iteration(&self, host: &Host) {
        if !host.shared.run().no_cookies_reset {
            let jar = self.jar.borrow();
            // A jar that the script holds on to keeps its cookies; the user goes on with a new one.
            if Rc::strong_count(&jar) == 1 {
                jar.borrow_mut().clear_all();
            } else {
                drop(jar);
                self.jar.replace(SharedJar::default());
            }
        }
    }

    /// Connections do not outlive an iteration when the options say so.
    pub(crate) fn end_iteration(&self, host: &Host) {
        if host.shared.run().no_vu_connection_reuse
            && let Some(client) = self.client.get()
        {
            client.close_idle();
        }
    }

    /// Closes connections, before the runtime ends.
    pub(crate) fn close(&self) {
        if let Some(client) = self.client.get() {
            client.close_idle();
        }
    }
}
