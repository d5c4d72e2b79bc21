//! Where the latency of traces comes from: the share of each service and operation of the critical path.
//!
//! Main types: [`Trace`] (spans in, as a file told them), [`Followed`] (one trace: whose time its root was) and [`Shares`]
//! (all traces together). The critical path itself is [`stats::critical`]; here names become a tree, whatever the file did
//! wrong with them, and trees become shares. How files are read and how shares are shown is for others.

mod shares;
mod tree;

pub use shares::{Share, Shares, Slow, shares};
pub use tree::{Followed, Part, Unusable, follow};

/// Which end of a call a span stands for. Some tracers give both ends the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The caller's.
    Client,
    /// The callee's.
    Server,
    /// Neither, or not told.
    Other,
}

/// The operation of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
}

/// A span as a file told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its id.
    pub id: String,
    /// The id of the span that caused it, where it names one.
    pub parent: Option<String>,
    /// Whether the span that caused it waits for it.
    pub awaited: bool,
    /// Which end of a call it is.
    pub side: Side,
    /// What was done, and where.
    pub place: Place,
    /// When it began and ended, in nanoseconds since 1970, neither below 0; none when the file tells none that can be true.
    pub extent_ns: Option<(i64, i64)>,
}

/// The spans of one trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// Its id.
    pub id: String,
    /// Its spans, in any order.
    pub spans: Vec<Span>,
}
