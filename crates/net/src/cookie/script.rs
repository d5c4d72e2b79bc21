//! Cookies and jars in the form in which scripts deal with them.
//!
//! Main type: [`Jar`]. The rules are [`Store`]'s; here the time is the machine's.

use super::{Attributes, DateError, SetCookie, Store, UnixMillis};
use crate::url::Url;

/// A cookie of a response.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The attribute as sent; empty when absent.
    pub domain: String,
    /// The attribute as sent; empty when absent.
    pub path: String,
    /// Hidden from scripts in a browser.
    pub http_only: bool,
    /// Only for secure origins.
    pub secure: bool,
    /// Seconds to live; 0 when absent, −1 for at once.
    pub max_age: i64,
    /// Milliseconds since the Unix epoch, in k6's reckoning.
    pub expires_ms: i64,
}

impl From<SetCookie> for Cookie {
    fn from(cookie: SetCookie) -> Self {
        Self {
            expires_ms: cookie.expires_ms(),
            max_age: cookie.max_age_s,
            name: cookie.name,
            value: cookie.value,
            domain: cookie.domain,
            path: cookie.path,
            http_only: cookie.http_only,
            secure: cookie.secure,
        }
    }
}

/// What a script says of a cookie that it sets.
#[derive(Clone, Default, Debug)]
pub struct SetOptions {
    /// The domain; this host only when absent.
    pub domain: Option<String>,
    /// The path; the folder of the URL when absent.
    pub path: Option<String>,
    /// A date as in RFC 1123.
    pub expires: Option<String>,
    /// Seconds to live.
    pub max_age: Option<i64>,
    /// Only for secure origins.
    pub secure: bool,
    /// Hidden from scripts in a browser.
    pub http_only: bool,
}

/// A jar of cookies. An empty one holds no memory.
#[derive(Default, Debug)]
pub struct Jar {
    pub(crate) store: Store,
}

impl Jar {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.store.is_empty()
    }

    /// Name and value of each cookie that goes to `url`, in the order of sending.
    #[must_use]
    pub fn cookies_for(&self, url: &Url) -> Vec<(String, String)> {
        let found = self.store.cookies_for(url, UnixMillis::of_machine());
        found.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Sets a cookie on behalf of a script.
    ///
    /// # Errors
    /// For a date that is none.
    pub fn set(&mut self, url: &Url, name: &str, value: &str, options: &SetOptions) -> Result<(), DateError> {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let mut attributes = Attributes {
            domain: text(&options.domain),
            path: text(&options.path),
            max_age_s: options.max_age.unwrap_or_default(),
            secure: options.secure,
            http_only: options.http_only,
            ..Attributes::default()
        };
        attributes.set_expires(options.expires.as_deref().unwrap_or_default())?;
        self.store.set(url, name, value, &attributes, UnixMillis::of_machine());
        Ok(())
    }

    /// Removes one cookie that was set for `url`.
    pub fn delete(&mut self, url: &Url, name: &str) {
        self.store.delete(url, name, UnixMillis::of_machine());
    }

    /// Removes the cookies that go to `url`.
    pub fn clear(&mut self, url: &Url) {
        self.store.clear(url, UnixMillis::of_machine());
    }

    /// Removes all cookies.
    pub fn clear_all(&mut self) {
        self.store.reset();
    }
}
