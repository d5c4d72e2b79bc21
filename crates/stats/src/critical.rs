//! The critical path of a trace: which of its spans its latency is made of.
//!
//! *Question*: when a request took 200 ms, whose milliseconds were they? The path is found from the end: of the children of
//! a span, the one that returned last held it up; before that one began, another did; and so on. What is left of the span
//! is its own time. Own times on the path add up to the length of the root, always.
//!
//! A child that starts a moment before another ends is still taken for its predecessor: clocks of two machines differ, and
//! a span is closed a little after its answer left. A hundredth of the parent is forgiven, and only when nothing else
//! begins or ends in between. Children are clipped to their parent, and those wholly outside of it are left out.
//!
//! *Misleads* when a share is read as savings: a span that gets shorter by x makes the trace shorter by x **at most**, as
//! another path may take over. It also misleads when clocks are far apart, or when spans are missing: time of a callee
//! without a span is time of its caller.
//!
//! Source: Zhang et al., "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures", USENIX ATC 2022.

use std::cmp::Reverse;

/// A span of time in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The span that waited for it, by its place in the list; none for the root, and for spans that nothing waited for.
    pub parent: Option<usize>,
    /// When it began, in nanoseconds on the clock of the trace.
    pub start_ns: i64,
    /// When it ended; not before it began.
    pub end_ns: i64,
}

/// A span on the critical path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The span, by its place in the list.
    pub span: usize,
    /// When it began, no earlier than its parent did.
    pub start_ns: i64,
    /// When it ended, no later than its parent did.
    pub end_ns: i64,
    /// Its own time: its length without the children on the path, in nanoseconds.
    pub own_ns: i64,
}

/// The critical path under a root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path {
    /// The spans on it: the root first, and parents before their children.
    pub steps: Vec<Step>,
    /// Spans on it that were clipped, since they began before their parent or ended after it.
    pub clipped: usize,
    /// Children of spans on the path that were left out, since they lie wholly outside of their parent.
    pub outside: usize,
}

/// A hundredth of the parent may overlap.
const FORGIVEN: i128 = 100;

/// A child of a span on the path, clipped to it.
#[derive(Clone, Copy)]
struct Child {
    span: usize,
    start: i64,
    end: i64,
}

/// The critical path from `root` down. Spans that no chain of parents connects with `root` are not looked at, so parents
/// may be wrong in any way: they may name each other in a circle, or spans that are not there.
///
/// # Panics
/// When `root` is not a place in `spans`.
pub fn path(spans: &[Span], root: usize) -> Path {
    let family = Family::new(spans, root);
    let mut found = Path::default();
    let mut open = vec![Child { span: root, start: spans[root].start_ns, end: spans[root].end_ns }];
    while let Some(parent) = open.pop() {
        let children: Vec<Child> =
            family.children(parent.span).iter().filter_map(|&span| clip(span, spans, parent)).collect();
        found.outside += family.children(parent.span).len() - children.len();
        let chosen = choose(children, parent);
        let theirs: i64 = chosen.iter().map(|child| child.end - child.start).sum();
        let Child { span, start, end } = parent;
        found.clipped += usize::from((start, end) != (spans[span].start_ns, spans[span].end_ns));
        found.steps.push(Step { span, start_ns: start, end_ns: end, own_ns: end - start - theirs });
        open.extend(chosen);
    }
    found
}

/// The children of each span, in one list.
struct Family {
    first: Vec<usize>,
    members: Vec<usize>,
}

impl Family {
    fn new(spans: &[Span], root: usize) -> Self {
        // Whatever the root's own parent is, the path does not come back to it.
        let parent = |at: usize| spans[at].parent.filter(|&parent| parent < spans.len() && at != root);
        let mut first = vec![0; spans.len() + 1];
        for at in 0..spans.len() {
            if let Some(parent) = parent(at) {
                first[parent + 1] += 1;
            }
        }
        for at in 0..spans.len() {
            first[at + 1] += first[at];
        }
        let mut free = first.clone();
        let mut members = vec![0; first[spans.len()]];
        for at in 0..spans.len() {
            if let Some(parent) = parent(at) {
                members[free[parent]] = at;
                free[parent] += 1;
            }
        }
        Self { first, members }
    }

    fn children(&self, span: usize) -> &[usize] {
        &self.members[self.first[span]..self.first[span + 1]]
    }
}

/// The part of a span that lies in its parent; none when there is none.
fn clip(span: usize, spans: &[Span], parent: Child) -> Option<Child> {
    let Span { start_ns, end_ns, .. } = spans[span];
    let (start, end) = (start_ns.max(parent.start), end_ns.min(parent.end));
    // One that only touches its parent took no part in it, unless it took no time at all.
    let inside = if start_ns == end_ns { start <= end } else { start < end };
    inside.then_some(Child { span, start, end })
}

/// The children on the path, the last one first.
fn choose(mut children: Vec<Child>, parent: Child) -> Vec<Child> {
    // Of those that end together the one that began first: it explains the most.
    children.sort_unstable_by_key(|child| (Reverse(child.end), child.start, child.span));
    let length = i128::from(parent.end) - i128::from(parent.start);
    let mut moments: Option<Moments> = None;
    let mut chosen: Vec<Child> = Vec::new();
    for &child in &children {
        let fits = chosen.last().is_none_or(|next| {
            let overlap = i128::from(child.end) - i128::from(next.start);
            let forgiven = overlap * FORGIVEN <= length && child.start < next.start;
            overlap <= 0
                || forgiven
                    && moments.get_or_insert_with(|| Moments::new(&children)).are_quiet(next.start, child.end)
        });
        if fits {
            chosen.push(child);
        }
    }
    let theirs: i128 = chosen.iter().map(|child| i128::from(child.end) - i128::from(child.start)).sum();
    if theirs > length {
        // Each overlap is small, but all of them are more than the parent has: each moment goes to the later child.
        for at in 1..chosen.len() {
            chosen[at].end = chosen[at].end.min(chosen[at - 1].start);
        }
    }
    chosen
}

/// When the children of a span began and ended.
struct Moments {
    starts: Vec<i64>,
    ends: Vec<i64>,
}

impl Moments {
    fn new(children: &[Child]) -> Self {
        let mut starts: Vec<i64> = children.iter().map(|child| child.start).collect();
        let mut ends: Vec<i64> = children.iter().map(|child| child.end).collect();
        starts.sort_unstable();
        ends.sort_unstable();
        Self { starts, ends }
    }

    /// Whether none begins or ends between the start of one child and the end of the one before it. One that ends exactly
    /// at that start is the true predecessor; others that begin there have the same predecessor.
    fn are_quiet(&self, from: i64, to: i64) -> bool {
        let begun = |moment: i64| self.starts.partition_point(|&start| start < moment);
        let ended = |moment: i64| self.ends.partition_point(|&end| end < moment);
        self.starts.partition_point(|&start| start <= from) == begun(to) && ended(from) == ended(to)
    }
}
