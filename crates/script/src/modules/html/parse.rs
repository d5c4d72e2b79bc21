//! From text to a [`Document`], by the rules that browsers repair markup with.
//!
//! How deep elements nest and how many nodes a text can make is bounded: some markup makes the rules go over
//! all open elements again at each new one.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::{LocalName, Namespace, ParseOpts, QualName};

use super::dom::{Attribute, Content, Document, Element, NodeId};

/// How many elements may be open at once, as in k6.
const OPEN_MAX: u32 = 512;
/// How much of the text is parsed between looks at the bounds, bytes.
const STEP_BYTES: usize = 1024;

/// Parses a text, which may be a fragment: what is missing around it is added.
///
/// # Errors
/// What a script is told when a bound is met.
pub(super) fn parse(text: &str) -> Result<Document, &'static str> {
    // Honest markup makes less than a node a byte; only repairs of nested mistakes make more.
    let nodes_max = (text.len() + 4096).min(u32::MAX as usize / 2);
    let mut parser = html5ever::parse_document(Builder::new(), ParseOpts::default());
    let mut rest = text;
    while !rest.is_empty() {
        let (step, behind) = rest.split_at(rest.floor_char_boundary(STEP_BYTES.min(rest.len())));
        parser.process(StrTendril::from_slice(step));
        rest = behind;
        let builder = &parser.tokenizer.sink.sink;
        if builder.deepest.get() > OPEN_MAX {
            return Err("html: open stack of elements exceeds 512 nodes");
        }
        if builder.document.borrow().len() > nodes_max {
            return Err("html: repairing the markup makes too many elements");
        }
    }
    Ok(parser.finish())
}

/// Makes the document while the parser tells what comes.
struct Builder {
    document: RefCell<Document>,
    /// How deep each node stands; the document itself at 0.
    depths: RefCell<Vec<u32>>,
    deepest: Cell<u32>,
}

/// The name of an element; the parser may hold on to it while the document changes.
#[derive(Debug)]
struct Name(QualName);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl Builder {
    fn new() -> Self {
        Self { document: RefCell::new(Document::new()), depths: RefCell::new(vec![0]), deepest: Cell::new(0) }
    }

    fn add(&self, content: Content) -> NodeId {
        self.depths.borrow_mut().push(0);
        self.document.borrow_mut().add(content)
    }

    /// Notes how deep `child` stands below `parent`.
    fn sink_below(&self, parent: NodeId, child: NodeId) {
        let mut depths = self.depths.borrow_mut();
        let depth = depths[parent.place()] + 1;
        depths[child.place()] = depth;
        if self.document.borrow().is_element(child) {
            self.deepest.set(self.deepest.get().max(depth));
        }
    }

    /// Adds `text` to the text node at `neighbour`; not, when that is something else.
    fn extend(&self, neighbour: Option<NodeId>, text: &str) -> bool {
        let mut document = self.document.borrow_mut();
        let Some(neighbour) = neighbour else { return false };
        let Content::Text(known) = document.content_mut(neighbour) else { return false };
        known.push_str(text);
        true
    }
}

fn attributes(given: Vec<html5ever::Attribute>) -> Vec<Attribute> {
    given
        .into_iter()
        .map(|attribute| Attribute { name: attribute.name, value: Box::from(&*attribute.value) })
        .collect()
}

impl TreeSink for Builder {
    type Handle = NodeId;
    type Output = Document;
    type ElemName<'a> = Name;

    fn finish(self) -> Document {
        self.document.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.document.borrow().root()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Name {
        let document = self.document.borrow();
        Name(document.element(*target).expect("the parser asks for names of elements").name.clone())
    }

    fn create_element(&self, name: QualName, given: Vec<html5ever::Attribute>, _: ElementFlags) -> NodeId {
        self.add(Content::Element(Element { name, attributes: attributes(given) }))
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.add(Content::Comment(Box::from(&*text)))
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.add(Content::Comment(format!("?{target} {data}").into()))
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let child = match child {
            NodeOrText::AppendNode(child) => child,
            NodeOrText::AppendText(text) => {
                let last = self.document.borrow().last_child(*parent);
                if self.extend(last, &text) {
                    return;
                }
                self.add(Content::Text(text.to_string()))
            }
        };
        self.document.borrow_mut().append(*parent, child);
        self.sink_below(*parent, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let has_parent = self.document.borrow().parent(*element).is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        let text = |part: StrTendril| Box::from(&*part);
        let doctype = Content::Doctype { name: text(name), public: text(public), system: text(system) };
        let node = self.add(doctype);
        let mut document = self.document.borrow_mut();
        let root = document.root();
        document.append(root, node);
    }

    /// As in k6, what a template holds stands below it like the content of any element.
    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        *target
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, new: NodeOrText<NodeId>) {
        let (previous, parent) = {
            let document = self.document.borrow();
            (document.previous(*sibling), document.parent(*sibling))
        };
        let node = match new {
            NodeOrText::AppendNode(node) => {
                self.document.borrow_mut().detach(node);
                node
            }
            NodeOrText::AppendText(text) => {
                if self.extend(previous, &text) {
                    return;
                }
                self.add(Content::Text(text.to_string()))
            }
        };
        self.document.borrow_mut().insert_before(*sibling, node);
        if let Some(parent) = parent {
            self.sink_below(parent, node);
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, given: Vec<html5ever::Attribute>) {
        let mut document = self.document.borrow_mut();
        if let Content::Element(element) = document.content_mut(*target) {
            for attribute in attributes(given) {
                if element.attributes.iter().all(|known| known.name != attribute.name) {
                    element.attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.document.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        loop {
            let Some(child) = self.document.borrow().first_child(*node) else { return };
            {
                let mut document = self.document.borrow_mut();
                document.detach(child);
                document.append(*new_parent, child);
            }
            self.sink_below(*new_parent, child);
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &NodeId) -> bool {
        let document = self.document.borrow();
        let Some(element) = document.element(*node) else { return false };
        let encoding = element.attribute("encoding").unwrap_or_default();
        &**element.local() == "annotation-xml"
            && ["text/html", "application/xhtml+xml"].iter().any(|kind| encoding.eq_ignore_ascii_case(kind))
    }
}
