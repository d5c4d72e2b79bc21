//! Scripts as elements of a plan.
//!
//! Main type: [`Script`].

use super::scripts::Language;
use super::text::Text;

/// A script of an element.
#[derive(Debug)]
pub struct Script {
    /// Its language.
    pub language: Language,
    /// The language as the plan names it, when it is unknown.
    pub unknown: Option<String>,
    /// The text.
    pub source: Text,
    /// A file that holds it instead.
    pub file: Text,
    /// Words that the script gets.
    pub parameters: Text,
    /// It is an element of BeanShell, whose variables live on.
    pub bean_shell: bool,
    /// Its variables are forgotten after each run.
    pub reset: bool,
    /// It is compiled once for each thread, from what its text says then.
    pub cached: bool,
    /// A number of its own.
    pub id: usize,
}

/// Where a script stands, which decides what it can see.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stand {
    /// It is the sampler.
    Sampler,
    /// Before a sampler.
    Pre,
    /// After one.
    Post,
    /// An assertion.
    Assertion,
    /// A listener.
    Listener,
    /// A timer.
    Timer,
}
