//! A parsed document: [`Document`] holds its nodes in one vector, linked by number.
//!
//! Every walk is a loop, however deep the tree is: a virtual user's stack is small. A document does not change
//! after it was parsed.

use std::num::NonZeroU32;

use html5ever::{LocalName, QualName, ns};

/// The number of a node in its document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct NodeId(NonZeroU32);

impl NodeId {
    /// The place in a list that has one entry a node.
    pub(super) fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A node and its neighbours.
#[derive(Debug)]
pub(super) struct Node {
    parent: Option<NodeId>,
    previous: Option<NodeId>,
    next: Option<NodeId>,
    first: Option<NodeId>,
    last: Option<NodeId>,
    pub(super) content: Content,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Content {
    Document,
    Doctype { name: Box<str>, public: Box<str>, system: Box<str> },
    Text(String),
    Comment(Box<str>),
    Element(Element),
}

/// Name and attributes of an element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: QualName,
    pub(super) attributes: Vec<Attribute>,
}

/// One attribute, in the order of the source.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: QualName,
    pub(super) value: Box<str>,
}

/// The nodes of a parsed text; the root is the document itself.
#[derive(Debug)]
pub(crate) struct Document {
    nodes: Vec<Node>,
}

impl Document {
    /// A document without content.
    pub(super) fn new() -> Self {
        let mut document = Self { nodes: Vec::new() };
        document.add(Content::Document);
        document
    }

    /// The document node.
    pub(crate) fn root(&self) -> NodeId {
        NodeId(NonZeroU32::MIN)
    }

    /// How many nodes there are, detached ones too.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn content(&self, node: NodeId) -> &Content {
        &self.nodes[node.place()].content
    }

    pub(super) fn content_mut(&mut self, node: NodeId) -> &mut Content {
        &mut self.nodes[node.place()].content
    }

    pub(super) fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.place()].parent
    }

    pub(super) fn next(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.place()].next
    }

    pub(super) fn previous(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.place()].previous
    }

    pub(super) fn first_child(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.place()].first
    }

    pub(super) fn last_child(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.place()].last
    }

    /// The element at `node`, when it is one.
    pub(super) fn element(&self, node: NodeId) -> Option<&Element> {
        match self.content(node) {
            Content::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn is_element(&self, node: NodeId) -> bool {
        self.element(node).is_some()
    }

    /// Whether `node` is an element called `name`.
    pub(super) fn is_named(&self, node: NodeId, name: &str) -> bool {
        self.tag(node) == Some(name)
    }

    /// The name of the element at `node`.
    pub(super) fn tag(&self, node: NodeId) -> Option<&str> {
        self.element(node).map(|element| &*element.name.local)
    }

    /// An attribute's value; names are compared to the letter.
    pub(super) fn attribute(&self, node: NodeId, name: &str) -> Option<&str> {
        self.element(node)?.attribute(name)
    }

    /// The children, in order.
    pub(super) fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.first_child(node), |&child| self.next(child))
    }

    /// The parent and what is above it, nearest first; the document is the last.
    pub(super) fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.parent(node), |&parent| self.parent(parent))
    }

    /// The siblings behind a node, nearest first.
    pub(super) fn following(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.next(node), |&sibling| self.next(sibling))
    }

    /// The siblings before a node, nearest first.
    pub(super) fn preceding(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.previous(node), |&sibling| self.previous(sibling))
    }

    /// Everything below `top`, in the order of the source.
    pub(super) fn descendants(&self, top: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.first_child(top), move |&node| {
            if let Some(child) = self.first_child(node) {
                return Some(child);
            }
            let mut node = node;
            loop {
                if node == top {
                    return None;
                }
                if let Some(next) = self.next(node) {
                    return Some(next);
                }
                node = self.parent(node)?;
            }
        })
    }

    /// Whether `inner` stands somewhere below `outer`.
    pub(super) fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        self.ancestors(inner).any(|ancestor| ancestor == outer)
    }

    /// The text of a node and all below it, without comments.
    pub(super) fn text(&self, node: NodeId) -> String {
        let mut text = String::new();
        self.push_text(node, &mut text);
        text
    }

    /// Adds the text of a node and all below it to `text`.
    pub(super) fn push_text(&self, node: NodeId, text: &mut String) {
        for node in std::iter::once(node).chain(self.descendants(node)) {
            if let Content::Text(part) = self.content(node) {
                text.push_str(part);
            }
        }
    }

    /// Adds a node that has no place yet.
    pub(super) fn add(&mut self, content: Content) -> NodeId {
        self.nodes.push(Node { parent: None, previous: None, next: None, first: None, last: None, content });
        let number = u32::try_from(self.nodes.len()).expect("the parser bounds the number of nodes");
        NodeId(NonZeroU32::new(number).expect("there is a node now"))
    }

    /// Puts `child`, which has no place, behind the last child of `parent`.
    pub(super) fn append(&mut self, parent: NodeId, child: NodeId) {
        let last = self.nodes[parent.place()].last.replace(child);
        match last {
            Some(last) => self.nodes[last.place()].next = Some(child),
            None => self.nodes[parent.place()].first = Some(child),
        }
        let node = &mut self.nodes[child.place()];
        node.parent = Some(parent);
        node.previous = last;
    }

    /// Puts `node`, which has no place, before `sibling`, which has one.
    pub(super) fn insert_before(&mut self, sibling: NodeId, node: NodeId) {
        let (parent, previous) = (self.parent(sibling), self.previous(sibling));
        match (previous, parent) {
            (Some(previous), _) => self.nodes[previous.place()].next = Some(node),
            (None, Some(parent)) => self.nodes[parent.place()].first = Some(node),
            (None, None) => {}
        }
        self.nodes[sibling.place()].previous = Some(node);
        let node = &mut self.nodes[node.place()];
        (node.parent, node.previous, node.next) = (parent, previous, Some(sibling));
    }

    /// Takes a node with all below it out of its place.
    pub(super) fn detach(&mut self, node: NodeId) {
        let place = &mut self.nodes[node.place()];
        let (parent, previous, next) = (place.parent.take(), place.previous.take(), place.next.take());
        match previous {
            Some(previous) => self.nodes[previous.place()].next = next,
            None => {
                if let Some(parent) = parent {
                    self.nodes[parent.place()].first = next;
                }
            }
        }
        match next {
            Some(next) => self.nodes[next.place()].previous = previous,
            None => {
                if let Some(parent) = parent {
                    self.nodes[parent.place()].last = previous;
                }
            }
        }
    }
}

impl Element {
    /// An attribute's value; names are compared to the letter.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|attribute| &*attribute.name.local == name);
        found.map(|attribute| &*attribute.value)
    }

    /// The namespace as k6 has it: empty for HTML, else `svg` or `math`.
    pub(super) fn namespace(&self) -> &'static str {
        match self.name.ns {
            ns!(svg) => "svg",
            ns!(mathml) => "math",
            _ => "",
        }
    }

    pub(super) fn local(&self) -> &LocalName {
        &self.name.local
    }
}
