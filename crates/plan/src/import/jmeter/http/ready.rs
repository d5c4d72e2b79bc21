//! A request as it is sent.

use std::rc::Rc;

use net::{Request, Url};

use crate::import::once::OncePerWorker;

/// A request, ready to be sent as often as anybody likes.
pub struct Ready {
    /// Where to.
    pub(super) url: Rc<Url>,
    /// What is sent.
    pub(super) request: Request,
    /// Its headers as the sample shows them.
    pub(super) headers: Rc<str>,
    /// Its query or body as the sample shows it.
    pub(super) shown: String,
}

/// Requests that are the same each time, by their calls.
pub type ReadyRequests = OncePerWorker<Ready>;
