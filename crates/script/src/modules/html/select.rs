//! [`Selection`]: some nodes of a document, and the ways from them to others.
//!
//! Names, order and what happens at the edges are those of goquery, on which k6's selections stand. Nothing
//! here knows of JavaScript.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::dom::{Document, NodeId};
use super::selector::Selectors;

/// Nodes of one document, each once.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(super) document: Rc<Document>,
    /// The address that links of the document are relative to; empty when there is none.
    pub(super) url: Rc<str>,
    pub(super) nodes: Vec<NodeId>,
    /// What the selection was made from.
    previous: Option<Rc<Self>>,
}

/// What nodes are compared with.
#[derive(Debug)]
pub(super) enum Condition {
    /// Selectors; those that are not understood fit nothing.
    Selectors(Option<Selectors>),
    /// Being one of these.
    Nodes(Vec<NodeId>),
}

/// Where to go from a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Relation {
    Children,
    /// Children that are no elements too.
    Contents,
    Parent,
    Parents,
    Siblings,
    Next,
    NextAll,
    Prev,
    PrevAll,
}

/// Nodes in the order in which they were found, each once.
#[derive(Default)]
struct Unique {
    nodes: Vec<NodeId>,
    seen: FxHashSet<NodeId>,
}

impl Unique {
    fn add(&mut self, node: NodeId) {
        if self.seen.insert(node) {
            self.nodes.push(node);
        }
    }
}

impl Condition {
    /// The condition that a selector's text is.
    pub(super) fn parse(selector: &str) -> Self {
        Self::Selectors(Selectors::parse(selector))
    }

    pub(super) fn fits(&self, document: &Document, node: NodeId) -> bool {
        match self {
            Self::Selectors(selectors) => {
                selectors.as_ref().is_some_and(|selectors| selectors.matches(document, node))
            }
            Self::Nodes(nodes) => nodes.contains(&node),
        }
    }
}

impl Selection {
    /// The document node alone.
    pub(super) fn whole(document: Document, url: &str) -> Rc<Self> {
        let nodes = vec![document.root()];
        Rc::new(Self { document: Rc::new(document), url: Rc::from(url), nodes, previous: None })
    }

    /// A selection of nodes of `document` that was made from no other.
    pub(super) fn of(document: Rc<Document>, url: Rc<str>, nodes: Vec<NodeId>) -> Rc<Self> {
        Rc::new(Self { document, url, nodes, previous: None })
    }

    /// A selection made from this one.
    pub(super) fn then(self: &Rc<Self>, nodes: Vec<NodeId>) -> Rc<Self> {
        let (document, url) = (self.document.clone(), self.url.clone());
        Rc::new(Self { document, url, nodes, previous: Some(self.clone()) })
    }

    /// What this one was made from; without that, nothing is selected.
    pub(super) fn end(&self) -> Rc<Self> {
        let empty = || Self::of(self.document.clone(), self.url.clone(), Vec::new());
        self.previous.clone().unwrap_or_else(empty)
    }

    /// The first node.
    pub(super) fn first(&self) -> Option<NodeId> {
        self.nodes.first().copied()
    }

    /// The place that an index means, negative ones counting from the end.
    pub(super) fn place(&self, index: i64) -> Option<usize> {
        let length = i64::try_from(self.nodes.len()).unwrap_or(i64::MAX);
        let index = if index < 0 { index.saturating_add(length) } else { index };
        usize::try_from(index).ok().filter(|&index| index < self.nodes.len())
    }

    /// The nodes from `start` up to before `end`; negative places count from the end.
    pub(super) fn slice(&self, start: i64, end: Option<i64>) -> Vec<NodeId> {
        let length = i64::try_from(self.nodes.len()).unwrap_or(i64::MAX);
        let place = |place: i64| {
            let place = if place < 0 { place.saturating_add(length) } else { place };
            usize::try_from(place.clamp(0, length)).unwrap_or_default()
        };
        let (start, end) = (place(start), place(end.unwrap_or(length)));
        self.nodes.get(start..end).unwrap_or_default().to_vec()
    }

    /// An attribute of the first node.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.document.attribute(self.first()?, name)
    }

    /// The text of all nodes.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for &node in &self.nodes {
            self.document.push_text(node, &mut text);
        }
        text
    }

    /// What lies below the nodes and fits.
    pub(super) fn find(&self, condition: &Condition) -> Vec<NodeId> {
        let mut found = Unique::default();
        match condition {
            Condition::Selectors(None) => {}
            Condition::Selectors(Some(selectors)) => {
                for &top in &self.nodes {
                    for node in self.document.descendants(top) {
                        if selectors.matches(&self.document, node) {
                            found.add(node);
                        }
                    }
                }
            }
            Condition::Nodes(nodes) => {
                let tops: FxHashSet<NodeId> = self.nodes.iter().copied().collect();
                for &node in nodes {
                    if self.document.ancestors(node).any(|ancestor| tops.contains(&ancestor)) {
                        found.add(node);
                    }
                }
            }
        }
        found.nodes
    }

    /// The nodes, with more behind them.
    pub(super) fn add(&self, condition: Condition) -> Vec<NodeId> {
        let more = match condition {
            Condition::Nodes(nodes) => nodes,
            selectors @ Condition::Selectors(_) => self.everywhere().find(&selectors),
        };
        let mut all = Unique::default();
        for node in self.nodes.iter().copied().chain(more) {
            all.add(node);
        }
        all.nodes
    }

    /// The document of the selection.
    pub(super) fn everywhere(&self) -> Rc<Self> {
        Self::of(self.document.clone(), self.url.clone(), vec![self.document.root()])
    }

    /// The nodes that fit, or those that do not.
    pub(super) fn winnow(&self, condition: &Condition, keep: bool) -> Vec<NodeId> {
        let kept = |&node: &NodeId| condition.fits(&self.document, node) == keep;
        self.nodes.iter().copied().filter(kept).collect()
    }

    /// The nodes that have something fitting below them.
    pub(super) fn has(&self, condition: &Condition) -> Vec<NodeId> {
        let inner = match condition {
            Condition::Nodes(nodes) => nodes.clone(),
            Condition::Selectors(_) => self.find(condition),
        };
        let tops: FxHashSet<NodeId> =
            inner.into_iter().flat_map(|node| self.document.ancestors(node)).collect();
        self.nodes.iter().copied().filter(|node| tops.contains(node)).collect()
    }

    /// For each node, the nearest that fits: itself or above it.
    pub(super) fn closest(&self, condition: &Condition) -> Vec<NodeId> {
        let mut found = Unique::default();
        for &node in &self.nodes {
            let mut line = std::iter::once(node).chain(self.document.ancestors(node));
            if let Some(node) = line.find(|&node| condition.fits(&self.document, node)) {
                found.add(node);
            }
        }
        found.nodes
    }

    /// Where `relation` leads from the nodes, each way ending before what fits `until`.
    pub(super) fn related(&self, relation: Relation, until: Option<&Condition>) -> Vec<NodeId> {
        let mut found = Unique::default();
        let document = &self.document;
        let goes_on = |&node: &NodeId| !until.is_some_and(|until| until.fits(document, node));
        let is_element = |&node: &NodeId| document.is_element(node);
        for &node in &self.nodes {
            match relation {
                Relation::Contents => document.children(node).for_each(|node| found.add(node)),
                Relation::Children => {
                    document.children(node).filter(is_element).for_each(|node| found.add(node));
                }
                Relation::Parent => {
                    document.parent(node).filter(is_element).into_iter().for_each(|node| found.add(node));
                }
                Relation::Parents => document
                    .ancestors(node)
                    .filter(is_element)
                    .take_while(goes_on)
                    .for_each(|node| found.add(node)),
                Relation::Siblings => document
                    .parent(node)
                    .into_iter()
                    .flat_map(|parent| document.children(parent))
                    .filter(|&sibling| sibling != node && document.is_element(sibling))
                    .for_each(|node| found.add(node)),
                Relation::Next => {
                    document.following(node).find(is_element).into_iter().for_each(|node| found.add(node));
                }
                Relation::Prev => {
                    document.preceding(node).find(is_element).into_iter().for_each(|node| found.add(node));
                }
                Relation::NextAll => document
                    .following(node)
                    .filter(is_element)
                    .take_while(goes_on)
                    .for_each(|node| found.add(node)),
                Relation::PrevAll => document
                    .preceding(node)
                    .filter(is_element)
                    .take_while(goes_on)
                    .for_each(|node| found.add(node)),
            }
        }
        found.nodes
    }

    /// The place of the first node among its siblings.
    pub(super) fn index(&self) -> Option<usize> {
        let first = self.first()?;
        Some(self.document.preceding(first).filter(|&node| self.document.is_element(node)).count())
    }

    /// The place of `node` in the selection.
    pub(super) fn index_of(&self, node: Option<NodeId>) -> Option<usize> {
        self.nodes.iter().position(|&known| Some(known) == node)
    }
}

/// A chain of selections made from each other may be as long as a script likes; letting go of it link by link
/// would need as much stack.
impl Drop for Selection {
    fn drop(&mut self) {
        let mut previous = self.previous.take();
        while let Some(mut selection) = previous.and_then(Rc::into_inner) {
            previous = selection.previous.take();
        }
    }
}
