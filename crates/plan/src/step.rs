//! The steps of a flow. All users of the process share them; nothing in them changes during a run.
//!
//! Main type: [`Step`]. How a step is carried out stands in `run`; what no common step means, a dialect does itself
//! behind [`OwnStep`].

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use model::Level;

use crate::expr::{Expr, Text};
use crate::request::{Capture, Check, RequestStep};
use crate::session::Session;

/// Steps that are done one after the other.
pub type Block = Arc<[Step]>;

/// What comes after a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// The next step.
    Step,
    /// The innermost loop is left.
    Break,
    /// The innermost loop begins its next round.
    Continue,
    /// The iteration is over.
    End {
        /// Whether it counts as failed.
        failed: bool,
    },
    /// The user does nothing more in this run.
    StopUser,
    /// The test ends, as by a script's `exec.test.abort()` with this message.
    StopTest(String),
}

/// One step.
#[derive(Clone)]
pub enum Step {
    /// Sends a request.
    Request(Arc<RequestStep>),
    /// Waits.
    Think(Think),
    /// Does a block again and again.
    Loop(Loop),
    /// Does a block for as long as something holds.
    While(Expr, Block),
    /// Does the first block when something holds, else the second.
    If(Expr, Block, Block),
    /// Does one of several blocks.
    Choice(Choice),
    /// Does blocks side by side, at most so many at once; 0 means all.
    Parallel(Arc<[Block]>, usize),
    /// Does a block as a group whose duration is measured.
    Group(Text, Block),
    /// Sets variables.
    Set(Arc<[(Arc<str>, Expr)]>),
    /// Takes something out of the last answer.
    Capture(Arc<Capture>),
    /// Checks the last answer.
    Check(Arc<Check>),
    /// Logs a line.
    Log(Level, Text),
    /// Fails the iteration with a message.
    Fail(Text),
    /// Leaves a loop, the iteration or the test.
    Go(Next),
    /// What only a dialect knows.
    Own(Arc<dyn OwnStep>),
}

/// How long to wait.
#[derive(Clone, Debug)]
pub enum Think {
    /// Always the same.
    For(Duration),
    /// Evenly between two times.
    Between(Duration, Duration),
    /// So many seconds.
    Seconds(Expr),
}

/// A loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// How often.
    pub times: Times,
    /// The variable that holds the number of the round, from 0.
    pub counter: Option<Arc<str>>,
    /// What is done.
    pub body: Block,
}

/// How often a loop goes round.
#[derive(Clone, Debug)]
pub enum Times {
    /// Until something ends it.
    Forever,
    /// So often; not at all when it is no number.
    Count(Expr),
    /// Once for each item of a list, which the variable holds.
    Over(Expr, Arc<str>),
    /// Until so much time has passed.
    For(Duration),
}

/// A choice between blocks.
#[derive(Clone, Debug)]
pub enum Choice {
    /// By chance, each with its weight.
    Weighted(Arc<[(u32, Block)]>),
    /// By the value of an expression; the last block when none fits.
    Switch(Expr, Arc<[(Arc<str>, Block)]>, Block),
}

/// A step in a dialect's own way.
pub trait OwnStep: Send + Sync {
    /// Does it for a user. The future may be dropped at any point where it waits: the user was interrupted.
    fn run<'a>(&'a self, session: &'a mut Session) -> LocalBoxFuture<'a, Next>;
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Request(request) => write!(f, "Request({:?} {:?})", request.method, request.url),
            Self::Think(think) => write!(f, "{think:?}"),
            Self::Loop(round) => write!(f, "{round:?}"),
            Self::While(condition, body) => write!(f, "While({condition:?}, {body:?})"),
            Self::If(condition, then, other) => write!(f, "If({condition:?}, {then:?}, {other:?})"),
            Self::Choice(choice) => write!(f, "{choice:?}"),
            Self::Parallel(blocks, limit) => write!(f, "Parallel({blocks:?}, {limit})"),
            Self::Group(name, body) => write!(f, "Group({name:?}, {body:?})"),
            Self::Set(pairs) => write!(f, "Set({pairs:?})"),
            Self::Capture(capture) => write!(f, "Capture({:?})", capture.into),
            Self::Check(check) => write!(f, "Check({:?})", check.name),
            Self::Log(level, text) => write!(f, "Log({level:?}, {text:?})"),
            Self::Fail(text) => write!(f, "Fail({text:?})"),
            Self::Go(next) => write!(f, "Go({next:?})"),
            Self::Own(_) => f.write_str("Own"),
        }
    }
}
