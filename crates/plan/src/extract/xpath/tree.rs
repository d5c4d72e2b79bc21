//! Documents as trees of numbered nodes.
//!
//! Main type: [`Tree`].

use script::{Page, PageContent};

use super::Mode;

/// The number of a node; they follow the order of the document.
pub type Id = usize;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The whole document.
    Root,
    /// An element.
    Element,
    /// An attribute of its parent.
    Attribute,
    /// A run of text.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    Instruction,
}

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its prefix; empty without one.
    pub prefix: String,
    /// Its name without the prefix.
    pub name: String,
    /// Its namespace; empty without one.
    pub namespace: String,
    /// Its own text.
    pub value: String,
    /// What it stands in.
    pub parent: Option<Id>,
    /// What stands in it.
    pub children: Vec<Id>,
    /// Its attributes.
    pub attributes: Vec<Id>,
    /// Prefixes and namespaces that it declares.
    pub declared: Vec<(String, String)>,
}

/// A document.
#[derive(Debug)]
pub struct Tree {
    /// By number; 0 is the root.
    pub nodes: Vec<Node>,
}

/// Nodes of one document.
const NODES_MAX: u32 = 5_000_000;

impl Tree {
    fn new() -> Self {
        let mut tree = Self { nodes: Vec::new() };
        tree.nodes.push(Tree::node(Kind::Root, None));
        tree
    }

    fn node(kind: Kind, parent: Option<Id>) -> Node {
        Node {
            kind,
            prefix: String::new(),
            name: String::new(),
            namespace: String::new(),
            value: String::new(),
            parent,
            children: Vec::new(),
            attributes: Vec::new(),
            declared: Vec::new(),
        }
    }

    fn add(&mut self, parent: Id, kind: Kind) -> Id {
        let id = self.nodes.len();
        self.nodes.push(Self::node(kind, Some(parent)));
        if kind == Kind::Attribute {
            self.nodes[parent].attributes.push(id);
        } else {
            self.nodes[parent].children.push(id);
        }
        id
    }

    /// Reads XML.
    ///
    /// # Errors
    /// With place and reason when it is not well-formed.
    pub fn xml(text: &str) -> Result<Self, String> {
        let options =
            roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: NODES_MAX, ..Default::default() };
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let document =
            roxmltree::Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
        let mut tree = Self::new();
        let mut work: Vec<(roxmltree::Node<'_, '_>, Id)> = vec![(document.root(), 0)];
        // Depth first, so that numbers follow the document.
        while let Some((node, id)) = work.pop() {
            if node.is_element() {
                tree.take_element(&node, id);
            }
            let mut below = Vec::new();
            for child in node.children() {
                below.push(child);
            }
            // Children are numbered when they are reached; the order is kept by a stack of parents.
            if below.is_empty() {
                continue;
            }
            tree.take_children(&below, id, &mut work);
        }
        tree.renumber();
        Ok(tree)
    }

    fn take_element(&mut self, node: &roxmltree::Node<'_, '_>, id: Id) {
        for attribute in node.attributes() {
            let at = self.add(id, Kind::Attribute);
            attribute.name().clone_into(&mut self.nodes[at].name);
            attribute.value().clone_into(&mut self.nodes[at].value);
            let namespace = attribute.namespace().unwrap_or_default();
            namespace.clone_into(&mut self.nodes[at].namespace);
            let prefix = attribute.namespace().and_then(|uri| node.lookup_prefix(uri)).unwrap_or_default();
            prefix.clone_into(&mut self.nodes[at].prefix);
        }
        let outer: Vec<(Option<&str>, &str)> = node
            .parent_element()
            .map(|parent| parent.namespaces().map(|space| (space.name(), space.uri())).collect())
            .unwrap_or_default();
        for space in node.namespaces() {
            if !outer.contains(&(space.name(), space.uri())) && space.name() != Some("xml") {
                let pair = (space.name().unwrap_or_default().to_owned(), space.uri().to_owned());
                self.nodes[id].declared.push(pair);
            }
        }
    }

    fn take_children<'a, 'i>(
        &mut self,
        below: &[roxmltree::Node<'a, 'i>],
        id: Id,
        work: &mut Vec<(roxmltree::Node<'a, 'i>, Id)>,
    ) {
        let first = work.len();
        for child in below {
            let kind = match child.node_type() {
                roxmltree::NodeType::Element => Kind::Element,
                roxmltree::NodeType::Text => Kind::Text,
                roxmltree::NodeType::Comment => Kind::Comment,
                roxmltree::NodeType::PI => Kind::Instruction,
                roxmltree::NodeType::Root => continue,
            };
            let at = self.add(id, kind);
            self.nodes[at].value =
                child.text().filter(|_| kind != Kind::Element).unwrap_or_default().to_owned();
            if kind == Kind::Element {
                let name = child.tag_name();
                name.name().clone_into(&mut self.nodes[at].name);
                name.namespace().unwrap_or_default().clone_into(&mut self.nodes[at].namespace);
                let prefix = name.namespace().and_then(|uri| child.lookup_prefix(uri)).unwrap_or_default();
                prefix.clone_into(&mut self.nodes[at].prefix);
                work.push((*child, at));
            }
        }
        work[first..].reverse();
    }

    /// Reads HTML as a browser would.
    #[must_use]
    pub fn html(text: &str) -> Self {
        let mut tree = Self::new();
        // Markup that no browser would take either has no nodes.
        if let Some(page) = Page::parse(text) {
            tree.take_html(&page);
        }
        tree.renumber();
        tree
    }

    fn take_html(&mut self, page: &Page) {
        let mut work = vec![(page.root(), 0)];
        while let Some((from, id)) = work.pop() {
            for child in page.children(from) {
                let (kind, value) = match page.content(child) {
                    PageContent::Document => continue,
                    PageContent::Text(text) => (Kind::Text, text),
                    PageContent::Comment(text) => (Kind::Comment, text),
                    PageContent::Element(name, attributes) => {
                        let at = self.add(id, Kind::Element);
                        name.clone_into(&mut self.nodes[at].name);
                        for (key, value) in attributes {
                            let own = self.add(at, Kind::Attribute);
                            key.clone_into(&mut self.nodes[own].name);
                            value.clone_into(&mut self.nodes[own].value);
                        }
                        work.push((child, at));
                        continue;
                    }
                };
                let at = self.add(id, kind);
                value.clone_into(&mut self.nodes[at].value);
            }
        }
    }

    /// Numbers the nodes anew in the order of the document.
    fn renumber(&mut self) {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut work = vec![0];
        while let Some(id) = work.pop() {
            order.push(id);
            work.extend(self.nodes[id].children.iter().rev());
            work.extend(self.nodes[id].attributes.iter().rev());
        }
        let mut place = vec![0; self.nodes.len()];
        order.iter().enumerate().for_each(|(at, id)| place[*id] = at);
        let mut nodes: Vec<Node> = Vec::with_capacity(order.len());
        for id in &order {
            let mut node = std::mem::replace(&mut self.nodes[*id], Self::node(Kind::Root, None));
            node.parent = node.parent.map(|id| place[id]);
            node.children.iter_mut().chain(&mut node.attributes).for_each(|id| *id = place[*id]);
            nodes.push(node);
        }
        self.nodes = nodes;
    }

    /// The text of a node and all below it.
    #[must_use]
    pub fn text(&self, id: Id) -> String {
        let node = &self.nodes[id];
        if !matches!(node.kind, Kind::Element | Kind::Root) {
            return node.value.clone();
        }
        let (mut out, mut work) = (String::new(), vec![id]);
        while let Some(id) = work.pop() {
            let node = &self.nodes[id];
            if node.kind == Kind::Text {
                out.push_str(&node.value);
            }
            work.extend(node.children.iter().rev());
        }
        out
    }

    /// A node as a result.
    #[must_use]
    pub fn shown(&self, id: Id, mode: &Mode) -> String {
        let node = &self.nodes[id];
        if !matches!(node.kind, Kind::Element | Kind::Root) {
            return node.value.clone();
        }
        if mode.fragment {
            let mut out = String::new();
            self.markup(id, &self.spaces(id), if mode.indent { Some(0) } else { None }, &mut out);
            return out;
        }
        if mode.whole_text {
            return self.text(id);
        }
        node.children.first().map(|child| self.nodes[*child].value.clone()).unwrap_or_default()
    }

    /// The namespaces in scope at a node.
    fn spaces(&self, id: Id) -> Vec<(String, String)> {
        let (mut found, mut at): (Vec<(String, String)>, _) = (Vec::new(), Some(id));
        while let Some(id) = at {
            for pair in &self.nodes[id].declared {
                if !found.iter().any(|(prefix, _)| *prefix == pair.0) {
                    found.push(pair.clone());
                }
            }
            at = self.nodes[id].parent;
        }
        found
    }

    fn markup(&self, id: Id, spaces: &[(String, String)], indent: Option<usize>, out: &mut String) {
        let node = &self.nodes[id];
        match node.kind {
            Kind::Root => node.children.iter().for_each(|child| self.markup(*child, &[], indent, out)),
            Kind::Text | Kind::Attribute => out.push_str(&escape(&node.value)),
            Kind::Comment => out.push_str(&format!("<!--{}-->", node.value)),
            Kind::Instruction => {}
            Kind::Element => {
                let name = self.qualified(id);
                out.push_str(&format!("<{name}"));
                for (prefix, uri) in spaces {
                    let colon = if prefix.is_empty() { "" } else { ":" };
                    out.push_str(&format!(" xmlns{colon}{prefix}=\"{}\"", escape(uri)));
                }
                for attribute in &node.attributes {
                    let value = escape(&self.nodes[*attribute].value).replace('"', "&quot;");
                    out.push_str(&format!(" {}=\"{value}\"", self.qualified(*attribute)));
                }
                if node.children.is_empty() {
                    out.push_str("/>");
                    return;
                }
                out.push('>');
                let only_elements = node.children.iter().all(|child| self.nodes[*child].kind != Kind::Text);
                let inner = indent.filter(|_| only_elements).map(|depth| depth + 1);
                for child in &node.children {
                    if let Some(depth) = inner {
                        out.push('\n');
                        out.push_str(&"   ".repeat(depth));
                    }
                    self.markup(*child, &self.nodes[*child].declared, inner.or(indent), out);
                }
                if let Some(depth) = inner {
                    out.push('\n');
                    out.push_str(&"   ".repeat(depth - 1));
                }
                out.push_str(&format!("</{name}>"));
            }
        }
    }

    /// Prefix and name.
    #[must_use]
    pub fn qualified(&self, id: Id) -> String {
        let node = &self.nodes[id];
        if node.prefix.is_empty() { node.name.clone() } else { format!("{}:{}", node.prefix, node.name) }
    }

    /// The namespace that a prefix stands for anywhere in the document.
    #[must_use]
    pub fn namespace(&self, prefix: &str) -> Option<&str> {
        let mut declared = self.nodes.iter().flat_map(|node| &node.declared);
        declared.find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str())
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
