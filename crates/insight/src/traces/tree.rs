//! From the spans of a trace to a tree, and from that to whose time its root was.
//!
//! Main type: [`Followed`]. Files are believed as far as they can be: what cannot be placed is left out and counted, and
//! only a trace without any root is refused.

use std::collections::HashMap;

use stats::critical;

use super::{Place, Side, Span, Trace};

/// Why a trace cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It has no spans.
    Empty,
    /// Every span names another one of the trace as its parent: they go round in a circle.
    Circular,
    /// The only spans that could be the root have no times that can be true.
    Timeless,
}

/// What of a trace is one operation's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The operation.
    pub place: Place,
    /// How much of the root's latency is its own, in nanoseconds.
    pub own_ns: i64,
    /// Spans on the critical path.
    pub on_path: u64,
    /// Spans in the trace, on the path or not.
    pub spans: u64,
}

/// A trace whose critical path was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// What its root is.
    pub root: Place,
    /// The latency of the root, in nanoseconds: the sum of what its parts own.
    pub root_ns: i64,
    /// Its operations, in alphabetical order.
    pub parts: Vec<Part>,
    /// Spans that have the id of another one, and are not the other end of its call; the earliest of them counts.
    pub repeated: u64,
    /// Spans that nothing connects with the root: they belong to other roots, their parent is missing or has no times that
    /// can be true, or they are each other's parents.
    pub unconnected: u64,
    /// Spans that nothing waited for, as they only follow from another, and what is below them.
    pub not_awaited: u64,
    /// Spans on the path that began before their parent or ended after it, and were clipped.
    pub clipped: u64,
    /// Spans that lie wholly outside of their parent on the path, and were left out.
    pub outside: u64,
    /// Spans without parents besides the root.
    pub other_roots: u64,
}

/// Finds the critical path of a trace.
///
/// The root is the span that names no parent; of several the longest. When each names one, it is the longest of those
/// whose parent is not in the trace: the caller's own span is often kept elsewhere.
///
/// # Errors
/// When no span can be the root.
pub fn follow(trace: &Trace) -> Result<Followed, Unusable> {
    if trace.spans.is_empty() {
        return Err(Unusable::Empty);
    }
    let tree = Tree::new(trace);
    let root = tree.root()?;
    let reached = tree.reached(root.at, true);
    let connected = tree.reached(root.at, false);
    let intervals: Vec<critical::Span> = (0..tree.spans.len()).map(|at| tree.interval(at)).collect();
    let path = critical::path(&intervals, root.at);
    let mut parts: HashMap<&Place, (i64, u64, u64)> = HashMap::new();
    for span in &tree.spans {
        parts.entry(&span.place).or_default().2 += 1;
    }
    for step in &path.steps {
        let (own, on_path, _) = parts.entry(&tree.spans[step.span].place).or_default();
        *own += step.own_ns;
        *on_path += 1;
    }
    let part = |(place, (own_ns, on_path, spans)): (&Place, _)| Part {
        place: place.clone(),
        own_ns,
        on_path,
        spans,
    };
    let mut parts: Vec<Part> = parts.into_iter().map(part).collect();
    parts.sort_unstable_by(|a, b| a.place.cmp(&b.place));
    let (start_ns, end_ns) = root.extent_ns;
    Ok(Followed {
        root: tree.spans[root.at].place.clone(),
        root_ns: end_ns - start_ns,
        parts,
        repeated: (trace.spans.len() - tree.spans.len()) as u64,
        unconnected: connected.iter().filter(|reached| !**reached).count() as u64,
        not_awaited: connected.iter().zip(&reached).filter(|(any, awaited)| **any && !**awaited).count()
            as u64,
        clipped: path.clipped as u64,
        outside: path.outside as u64,
        other_roots: root.others as u64,
    })
}

/// The root of a trace.
struct Root {
    at: usize,
    extent_ns: (i64, i64),
    /// How many others could have been it.
    others: usize,
}

/// What a span names as its parent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    /// None.
    Nobody,
    /// One that is not in the trace.
    Missing,
    /// This one.
    Known(usize),
}

struct Tree<'a> {
    /// By id, so that the order of the file does not matter.
    spans: Vec<&'a Span>,
    parents: Vec<Parent>,
}

/// The spans that share an id: the two ends of a call, or the only one.
#[derive(Clone, Copy)]
struct Ends {
    client: Option<usize>,
    /// The server's end, or the only span.
    main: usize,
}

impl<'a> Tree<'a> {
    fn new(trace: &'a Trace) -> Self {
        let mut all: Vec<&Span> = trace.spans.iter().collect();
        let key = |span: &'a Span| (&span.id, span.side, span.extent_ns, &span.place, &span.parent);
        all.sort_by(|a, b| key(a).cmp(&key(b)));
        // Two spans of one id are two ends of a call; any other that has an id again is a copy, or a mistake.
        all.dedup_by(|later, kept| {
            later.id == kept.id && !(kept.side == Side::Client && later.side == Side::Server)
        });
        let mut ends: HashMap<&str, Ends> = HashMap::new();
        for (at, span) in all.iter().enumerate() {
            ends.entry(&span.id)
                .and_modify(|ends| *ends = Ends { client: Some(ends.main), main: at })
                .or_insert(Ends { client: None, main: at });
        }
        let parents = all.iter().enumerate().map(|(at, span)| parent(at, span, &all, &ends)).collect();
        Self { spans: all, parents }
    }

    fn root(&self) -> Result<Root, Unusable> {
        let of = |wanted: Parent| -> Vec<usize> {
            (0..self.spans.len()).filter(|&at| self.parents[at] == wanted).collect()
        };
        let mut candidates = of(Parent::Nobody);
        if candidates.is_empty() {
            candidates = of(Parent::Missing);
        }
        let others = candidates.len().checked_sub(1).ok_or(Unusable::Circular)?;
        let timed = candidates.into_iter().filter_map(|at| Some((at, self.spans[at].extent_ns?)));
        let longest = timed.max_by_key(|&(at, (start, end))| (end - start, -start, std::cmp::Reverse(at)));
        let (at, extent_ns) = longest.ok_or(Unusable::Timeless)?;
        Ok(Root { at, extent_ns, others })
    }

    /// A span for the search of the path. One that nobody waits for has no parent there.
    fn interval(&self, at: usize) -> critical::Span {
        let span = self.spans[at];
        let parent = match self.parents[at] {
            Parent::Known(parent) if span.awaited && span.extent_ns.is_some() => Some(parent),
            _ => None,
        };
        let (start_ns, end_ns) = span.extent_ns.unwrap_or_default();
        critical::Span { parent, start_ns, end_ns }
    }

    /// Which spans a chain of parents connects with `root`: of such that are waited for, or of any.
    fn reached(&self, root: usize, awaited: bool) -> Vec<bool> {
        let mut known: Vec<Option<bool>> = vec![None; self.spans.len()];
        known[root] = Some(true);
        let mut way = Vec::new();
        for first in 0..self.spans.len() {
            let mut at = first;
            let verdict = loop {
                if let Some(verdict) = known[at] {
                    break verdict;
                }
                // Whoever comes by here again goes round in a circle.
                known[at] = Some(false);
                way.push(at);
                let span = self.spans[at];
                match self.parents[at] {
                    Parent::Known(parent) if span.extent_ns.is_some() && (span.awaited || !awaited) => {
                        at = parent;
                    }
                    _ => break false,
                }
            };
            way.drain(..).for_each(|at| known[at] = Some(verdict));
        }
        known.into_iter().map(|verdict| verdict == Some(true)).collect()
    }
}

fn parent(at: usize, span: &Span, all: &[&Span], ends: &HashMap<&str, Ends>) -> Parent {
    let own = ends[span.id.as_str()];
    if let (Some(client), true) = (own.client, own.main == at) {
        return Parent::Known(client);
    }
    let Some(name) = &span.parent else { return Parent::Nobody };
    match ends.get(name.as_str()) {
        None => Parent::Missing,
        Some(Ends { client: Some(client), main })
            if all[*client].place.service == span.place.service
                && all[*main].place.service != span.place.service =>
        {
            // Both ends have the id: what the caller's service does is beside the call, not in it.
            Parent::Known(*client)
        }
        Some(ends) => Parent::Known(ends.main),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trace written as `ID<PARENT SERVICE START-END`, with `c:` or `s:` for an end of a call before the id, `~` instead
    /// of `<` for one that nobody waits for, and `?` for times that cannot be true.
    fn trace(text: &str) -> Trace {
        let span = |text: &str| {
            let words: Vec<&str> = text.split(' ').collect();
            let (side, who) = match words[0].split_once(':') {
                Some(("c", who)) => (Side::Client, who),
                Some((_, who)) => (Side::Server, who),
                None => (Side::Other, words[0]),
            };
            let (id, parent) =
                who.split_once(['<', '~']).map_or((who, None), |(id, parent)| (id, Some(parent)));
            let times = words[2].split_once('-');
            let time = |text: &str| text.parse::<i64>().unwrap();
            Span {
                id: id.to_owned(),
                parent: parent.map(str::to_owned),
                awaited: !who.contains('~'),
                side,
                place: Place { service: words[1].to_owned(), operation: "do".to_owned() },
                extent_ns: times.map(|(start, end)| (time(start), time(end))),
            }
        };
        Trace { id: "t".to_owned(), spans: text.split(", ").map(span).collect() }
    }

    /// What each service owns, those without a span on the path left out.
    fn owned(followed: &Followed) -> String {
        let on_path = followed.parts.iter().filter(|part| part.on_path > 0);
        let texts: Vec<String> =
            on_path.map(|part| format!("{} {}", part.place.service, part.own_ns)).collect();
        texts.join(", ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) -> Followed {
        let mut trace = trace(text);
        let found = follow(&trace).unwrap();
        assert_eq!(owned(&found), expected, "{text}");
        assert_eq!(found.parts.iter().map(|part| part.own_ns).sum::<i64>(), found.root_ns, "{text}");
        trace.spans.reverse();
        assert_eq!(follow(&trace).as_ref(), Ok(&found), "{text}, in another order");
        found
    }

    #[test]
    fn names_become_a_tree() {
        check("a web 0-90, b<a db 20-50", "db 30, web 60");
        check("b<a db 20-50, a web 0-90, c<b disk 30-40", "db 20, disk 10, web 60");
        // The caller's span is kept elsewhere.
        check("a<x web 0-90, b<a db 20-50", "db 30, web 60");
    }

    #[test]
    fn of_several_roots_the_longest_counts() {
        let found = check("a web 0-90, b<a db 20-50, c mail 0-40", "db 30, web 60");
        assert_eq!((found.other_roots, found.unconnected), (1, 1));
        // One that names no parent goes before one whose parent is missing, and the earlier before the later.
        let found = check("a web 0-90, b<x db 20-500", "web 90");
        assert_eq!((found.other_roots, found.unconnected), (0, 1));
        assert_eq!(check("a late 10-90, b early 0-80", "early 80").other_roots, 1);
    }

    #[test]
    fn both_ends_of_a_call_may_have_one_id() {
        check("a web 0-90, c:b<a web 10-70, s:b<a db 20-60, d<b disk 30-40", "db 30, disk 10, web 50");
        // What the calling service did meanwhile is beside the call.
        check("a web 0-90, c:b<a web 10-70, s:b<a db 20-60, d<b web 62-68", "db 40, web 50");
        let found = check("a web 0-90, b<a db 10-40, b<a db 10-40, b<a db 10-50", "db 30, web 60");
        assert_eq!(found.repeated, 2);
    }

    #[test]
    fn what_nobody_waits_for_is_not_on_the_path() {
        let found = check("a web 0-90, b~a queue 10-80, c<b worker 20-70, d<a db 5-25", "db 20, web 70");
        assert_eq!((found.not_awaited, found.unconnected), (2, 0));
    }

    #[test]
    fn what_cannot_be_placed_is_left_out_and_counted() {
        let found = check("a web 0-90, b<c x 0-10, c<b x 0-10, d<d y 5-6, e<b z 1-2", "web 90");
        assert_eq!(found.unconnected, 4);
        let found = check("a web 0-90, b<a db ?, c<b disk 20-30", "web 90");
        assert_eq!(found.unconnected, 2);
        let refused = |text: &str| follow(&trace(text)).unwrap_err();
        assert_eq!(refused("b<c x 0-10, c<b x 0-10"), Unusable::Circular);
        assert_eq!(refused("a web ?, b<a db 0-10"), Unusable::Timeless);
        assert_eq!(follow(&Trace::default()), Err(Unusable::Empty));
    }

    #[test]
    fn a_chain_may_be_deep() {
        let span = |at: usize| Span {
            id: at.to_string(),
            parent: at.checked_sub(1).map(|parent| parent.to_string()),
            awaited: true,
            side: Side::Other,
            place: Place { service: format!("s{}", at % 3), operation: "do".to_owned() },
            extent_ns: Some((at as i64, 300_000 - at as i64)),
        };
        let found = follow(&Trace { id: "t".to_owned(), spans: (0..100_000).map(span).collect() }).unwrap();
        assert_eq!(found.parts.iter().map(|part| part.on_path).sum::<u64>(), 100_000);
        assert_eq!(found.parts.iter().map(|part| part.own_ns).sum::<i64>(), 300_000);
    }
}
