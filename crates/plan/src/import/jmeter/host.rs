//! Scripts of plans in the JavaScript host, one runtime a worker thread.
//!
//! Main type: [`Code`]. A plan without scripts has no runtime at all.

use std::rc::Rc;

use super::script_element::Script;
use super::scripts::{Language, Ran, Scene, Scripts, Thrown};
use super::user::User;
use crate::session::Session;

/// The scripts of a process.
#[derive(Debug, Default)]
pub struct Code;

impl Code {
    /// The scripts of this thread.
    #[must_use]
    pub fn on(&self, _session: &Session) -> Rc<dyn Scripts> {
        Rc::new(None_)
    }
}

struct None_;

impl Scripts for None_ {
    fn expression(&self, _: Language, source: &str, user: &mut User) -> Result<Option<String>, String> {
        let _ = user;
        Err(format!("scripts do not run yet: {source}"))
    }

    fn run(&self, _: &Script, _: &str, _: &str, _: &mut Scene<'_>, _: &mut User) -> Result<Ran, Thrown> {
        Err(Thrown { text: "scripts do not run yet".to_owned(), is_error: false })
    }
}
