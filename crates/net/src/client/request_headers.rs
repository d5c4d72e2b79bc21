//! The headers of a request as the caller gives them.
//!
//! Main type: [`RequestHeaders`].

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use super::{Method, Note};
use crate::url::Url;

/// Names and values in their order. A request that is sent again and again keeps them in one place, however often it
/// is cloned.
#[derive(Clone, Debug)]
pub enum RequestHeaders {
    /// One request's own.
    Own(Vec<(String, String)>),
    /// The same for all clones.
    Shared(Rc<Common>),
}

/// Headers that several requests have.
#[derive(Debug)]
pub struct Common {
    list: Box<[(String, String)]>,
    checked: Cell<bool>,
    /// What the last request with them was sent as.
    written: RefCell<Option<Rc<WrittenHead>>>,
}

/// The head of a request over HTTP/1.1, and what it was written for. It is worth keeping when nothing in it is one user's.
#[derive(Debug)]
pub(crate) struct WrittenHead {
    pub(crate) method: Method,
    pub(crate) url: Rc<Url>,
    pub(crate) body_bytes: usize,
    pub(crate) bytes: Box<[u8]>,
    /// It asks to close the connection.
    pub(crate) close: bool,
    /// It has a key that lets the server see the request twice.
    pub(crate) has_key: bool,
    /// What the response tells of the headers; nothing when it is not to tell.
    pub(crate) shown: Vec<(String, String)>,
    /// What else there is to say of them.
    pub(crate) notes: Vec<Note>,
}

impl WrittenHead {
    /// Whether the request may be sent again when nobody knows whether the server has seen it.
    pub(crate) fn is_replayable(&self) -> bool {
        self.has_key || Method::is_safe(self.method.as_str())
    }
}

impl Default for RequestHeaders {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

impl RequestHeaders {
    /// Adds one at the end.
    pub fn push(&mut self, header: (String, String)) {
        match self {
            Self::Own(list) => list.push(header),
            Self::Shared(common) => *self = Self::Own(common.list.iter().cloned().chain([header]).collect()),
        }
    }

    /// From now on clones share the list.
    pub fn share(&mut self) {
        if let Self::Own(list) = self {
            let list = std::mem::take(list).into();
            *self = Self::Shared(Rc::new(Common {
                list,
                checked: Cell::new(false),
                written: RefCell::default(),
            }));
        }
    }

    /// Whether clones share the list.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// The head that a request with the same list was sent with, if it fits this one.
    pub(crate) fn written(
        &self,
        method: &Method,
        url: &Rc<Url>,
        body_bytes: usize,
    ) -> Option<Rc<WrittenHead>> {
        let Self::Shared(common) = self else { return None };
        let written = common.written.borrow();
        let known = written.as_ref()?;
        let fits = Rc::ptr_eq(&known.url, url) && known.body_bytes == body_bytes && known.method == *method;
        fits.then(|| Rc::clone(known))
    }

    /// Keeps the head for other requests with the same list.
    pub(crate) fn keep_written(&self, head: &Rc<WrittenHead>) {
        if let Self::Shared(common) = self {
            common.written.replace(Some(Rc::clone(head)));
        }
    }

    /// Whether one of the requests that share the list was found fit to be sent.
    pub(crate) fn are_checked(&self) -> bool {
        match self {
            Self::Own(_) => false,
            Self::Shared(common) => common.checked.get(),
        }
    }

    /// The list was found fit to be sent.
    pub(crate) fn set_checked(&self) {
        if let Self::Shared(common) = self {
            common.checked.set(true);
        }
    }
}

impl Deref for RequestHeaders {
    type Target = [(String, String)];

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Own(list) => list,
            Self::Shared(common) => &common.list,
        }
    }
}

impl From<Vec<(String, String)>> for RequestHeaders {
    fn from(list: Vec<(String, String)>) -> Self {
        Self::Own(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_to_a_clone_is_its_own() {
        let pair = |name: &str| (name.to_owned(), "v".to_owned());
        let mut one = RequestHeaders::from(vec![pair("a")]);
        one.share();
        let mut two = one.clone();
        two.push(pair("b"));
        assert_eq!((one.len(), two.len()), (1, 2));
        assert!(matches!(one, RequestHeaders::Shared(_)) && matches!(two, RequestHeaders::Own(_)));
    }
}
