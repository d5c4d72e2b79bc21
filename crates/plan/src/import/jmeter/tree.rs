//! A plan made ready to run: groups, controllers, samplers, and what is in scope of each sampler.
//!
//! Main types: [`Plan`], [`Group`] and [`Node`]. All users of the process share them.

use std::sync::Arc;

use super::assertion::Assertion;
use super::config::Config;
use super::database::{Query, Source};
use super::extractor::Extractor;
use super::http::HttpSampler;
use super::listener::Listener;
use super::rewriting::Rewriting;
use super::script_element::Script;
use super::socket::SocketSampler;
use super::text::Text;
use super::timer::Timer;
use super::user::Shared;

/// The number of a node in its group.
pub type NodeId = usize;

/// When a group runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Before all others.
    Setup,
    /// In the test itself.
    Main,
    /// After all others.
    Teardown,
}

/// What a failed sample leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnError {
    /// Nothing.
    Continue,
    /// The next iteration of the group.
    NextLoop,
    /// The thread ends.
    StopThread,
    /// The test ends.
    StopTest,
    /// The test ends at once.
    StopNow,
}

/// When one thread of a group lives, in ms from the group's start.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Life {
    /// When it starts.
    pub start_ms: u64,
    /// When it ends at the latest.
    pub end_ms: Option<u64>,
}

/// Users.
#[derive(Debug)]
pub struct Group {
    /// When it runs.
    pub phase: Phase,
    /// Its name.
    pub name: Text,
    /// Its number among the groups of its phase, from 1.
    pub number: u32,
    /// Its threads; of an open group the arrivals.
    pub lives: Vec<Life>,
    /// Threads are made as they arrive.
    pub open: bool,
    /// Threads at once in an open group.
    pub most: Option<usize>,
    /// What a failed sample leads to.
    pub on_error: OnError,
    /// Cookies and connections outlive an iteration.
    pub same_user: bool,
    /// Controllers and samplers; the first is the group's own loop.
    pub nodes: Vec<Node>,
    /// What stands in scope.
    pub parts: Vec<Arc<Scoped>>,
}

/// A controller or a sampler.
#[derive(Debug)]
pub struct Node {
    /// What it does.
    pub kind: NodeKind,
    /// Its name.
    pub name: Text,
    /// What stands in it.
    pub children: Vec<NodeId>,
    /// What it stands in.
    pub parent: Option<NodeId>,
    /// What ticks when it begins an iteration, in this order; places in [`Group::parts`].
    pub ticks: Vec<usize>,
    /// What is in scope of it, when it makes samples.
    pub scope: Scope,
}

/// What a node does.
#[derive(Debug)]
pub enum NodeKind {
    /// Only groups.
    Simple,
    /// Repeats.
    Loop { count: Text, forever: bool },
    /// Runs when a condition holds.
    If { condition: Text, each: bool, script: bool },
    /// Repeats while a condition holds.
    While { condition: Text },
    /// Runs for name_1, name_2 and so on.
    Foreach { input: Text, output: Text, separator: bool, start: Option<Text>, end: Option<Text> },
    /// Runs once.
    Once,
    /// One child each time.
    Interleave { whole: bool, random: bool, across: Option<Arc<std::sync::atomic::AtomicUsize>> },
    /// All children in any order.
    RandomOrder,
    /// One child by index or name.
    Switch { value: Text },
    /// One child each time, in shares: names of children with their weights.
    Weighted { shares: Vec<(Text, Text)> },
    /// So many times, or a share of them.
    Throughput(Box<Throughput>),
    /// For some seconds.
    Runtime { seconds: Text },
    /// A sample of its children together.
    Transaction { parent: bool, timers: bool },
    /// One thread at a time.
    Critical { lock: Text },
    /// A request.
    Http(Box<HttpSampler>),
    /// Shows variables.
    Debug { variables: bool, props: bool },
    /// Pauses, stops, or leaves a loop.
    Action { action: i64, whole_test: bool, duration: Text },
    /// Runs a script.
    Script(Box<Script>),
    /// A sample of given values.
    Dummy(Box<Dummy>),
    /// Speaks over a WebSocket.
    Socket(Box<SocketSampler>),
    /// Asks a database.
    Query(Box<Query>),
    /// All children at once; to what stands around it, it is one sampler.
    Parallel(Box<Parallel>),
    /// Sets variables, and makes no sample.
    Assign(Vec<(Text, Text)>),
    /// Cannot run here; its samples fail.
    Unsupported(String),
}

impl NodeKind {
    /// Whether it makes samples.
    #[must_use]
    pub fn is_sampler(&self) -> bool {
        matches!(
            self,
            Self::Http(_)
                | Self::Debug { .. }
                | Self::Action { .. }
                | Self::Script(_)
                | Self::Dummy(_)
                | Self::Socket(_)
                | Self::Query(_)
                | Self::Parallel(_)
                | Self::Assign(_)
                | Self::Unsupported(_)
        )
    }
}

/// A throughput controller.
#[derive(Debug)]
pub struct Throughput {
    /// The share of the passes in percent, else a number of passes.
    pub percent: bool,
    /// How many, or which share.
    pub value: Text,
    /// Each thread counts for itself.
    pub per_thread: bool,
    /// Passes that ran, and all passes, of all threads.
    pub counts: std::sync::Mutex<(u64, u64)>,
}

/// A parallel controller.
#[derive(Debug)]
pub struct Parallel {
    /// It is the parent of its samples.
    pub parent: bool,
    /// Children at once; nothing for all of them.
    pub most: Option<Text>,
}

/// A dummy sampler.
#[derive(Debug)]
pub struct Dummy {
    /// Whether it succeeds.
    pub success: Text,
    /// Code, message, response, request and address.
    pub texts: [Text; 5],
    /// How long it takes, in ms.
    pub millis: Text,
    /// Whether that time really passes.
    pub waits: bool,
}

/// Places in [`Group::parts`], by what they are.
#[derive(Clone, Default, Debug)]
pub struct Scope {
    /// Settings, the nearest first.
    pub configs: Vec<usize>,
    /// Before the sampler.
    pub pre: Vec<usize>,
    /// Waits.
    pub timers: Vec<usize>,
    /// After the sampler.
    pub post: Vec<usize>,
    /// Judges.
    pub assertions: Vec<usize>,
    /// Those that get samples.
    pub listeners: Vec<usize>,
    /// Transactions that count its samples, the innermost first.
    pub transactions: Vec<NodeId>,
}

/// An element that applies to samplers.
#[derive(Debug)]
pub struct Scoped {
    /// A number of its own in the plan.
    pub id: usize,
    /// Its name.
    pub name: Text,
    /// What it does.
    pub part: Part,
}

/// What an element in scope does.
#[derive(Debug)]
pub enum Part {
    /// Settings.
    Config(Config),
    /// A script before the sampler.
    PreScript(Script),
    /// Waits.
    Timer(Timer),
    /// Takes something out of the sample.
    Extract(Extractor),
    /// A script after the sampler.
    PostScript(Script),
    /// Asks a database: before the sampler, or after it.
    Ask(Box<Query>, bool),
    /// Parameters of the request out of matches: the variable, and the groups of names and of values.
    Matches([Text; 3]),
    /// A session id of the last answer goes into the request.
    Rewrite(Box<Rewriting>),
    /// How long the sampler may take, in ms.
    Limit(Text),
    /// Shows variables, properties or both in a sub-sample.
    Show { variables: bool, props: bool },
    /// What follows a failed sample.
    OnFailure(i64),
    /// Judges the sample.
    Assert(Assertion),
    /// Gets samples.
    Listen(Listener),
}

/// A whole plan.
#[derive(Debug)]
pub struct Plan {
    /// All groups in their order.
    pub groups: Vec<Group>,
    /// What users share.
    pub shared: Arc<Shared>,
    /// What every user knows to begin with.
    pub variables: Vec<(String, String)>,
    /// Pools of connections to databases.
    pub sources: Vec<Source>,
    /// Groups run one after another.
    pub serial: bool,
    /// Tear-down groups run after a stop.
    pub teardown_after_stop: bool,
    /// Something may look at a thread's last sample after the next sampler has begun.
    pub looks_back: bool,
}
