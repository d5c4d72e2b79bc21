//! Reading a JMX file into a tree of elements with their properties and places.
//!
//! Main type: [`Element`]. Nothing here knows what an element means, only how classes are called; unknown ones are kept with their names.
//! Document types are refused, so that no entity is ever expanded or fetched.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use roxmltree::{Document, Node, ParsingOptions};

use super::elements;
use crate::note::{Kind, Note, Place};

/// How deep elements may stand in each other.
const DEPTH_MAX: usize = 200;
/// How many properties a file may write by pointing to others.
const REFERENCES_MAX: usize = 20_000;

/// A property's value.
#[derive(Clone, PartialEq, Debug)]
pub enum Prop {
    /// A text, number or truth value, as written.
    Text(String),
    /// An element that stands in a property.
    Element(Box<Element>),
    /// A list.
    List(Vec<Prop>),
    /// Named texts: what a listener saves.
    Map(Vec<(String, String)>),
}

/// One element of a plan.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Element {
    /// The tag: an alias or a full class name.
    pub class: String,
    /// The class of its form, which tells elements of one class apart.
    pub gui: String,
    /// What the user called it.
    pub name: String,
    /// Whether it takes part.
    pub enabled: bool,
    /// Properties in the order of the file.
    pub props: Vec<(String, Prop)>,
    /// What stands below it.
    pub children: Vec<Element>,
    /// Line of the file, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// The file it came from.
    pub file: Arc<str>,
}

impl Element {
    /// The property of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Prop> {
        self.props.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of a property; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Prop::Text(text)) => text,
            _ => "",
        }
    }

    /// The text of a property, when it is there.
    #[must_use]
    pub fn text_if(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Prop::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A truth value: `true` in any case; `default` when it is not there.
    #[must_use]
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.text_if(name).map_or(default, |text| text.trim().eq_ignore_ascii_case("true"))
    }

    /// A whole number; `default` when it is not there or none.
    #[must_use]
    pub fn number(&self, name: &str, default: i64) -> i64 {
        self.text_if(name).and_then(|text| text.trim().parse().ok()).unwrap_or(default)
    }

    /// The list of that name; empty when there is none.
    #[must_use]
    pub fn list(&self, name: &str) -> &[Prop] {
        match self.get(name) {
            Some(Prop::List(list)) => list,
            _ => &[],
        }
    }

    /// The element in a property.
    #[must_use]
    pub fn inner(&self, name: &str) -> Option<&Element> {
        match self.get(name) {
            Some(Prop::Element(element)) => Some(element),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn elements(&self, name: &str) -> impl Iterator<Item = &Element> {
        self.list(name).iter().filter_map(|prop| match prop {
            Prop::Element(element) => Some(&**element),
            _ => None,
        })
    }

    /// The texts of a list.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.list(name).iter().filter_map(|prop| match prop {
            Prop::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Sets or replaces a property.
    pub fn set(&mut self, name: &str, value: Prop) {
        match self.props.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.props.push((name.to_owned(), value)),
        }
    }

    /// Where it stands, with its name as the path.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { file: self.file.to_string(), line: self.line, column: self.column, path: self.name.clone() }
    }

    /// Calls `look` for every text of its properties, those of inner elements included.
    pub fn each_text(&self, look: &mut dyn FnMut(&str)) {
        fn walk(prop: &Prop, look: &mut dyn FnMut(&str)) {
            match prop {
                Prop::Text(text) => look(text),
                Prop::Element(element) => element.each_text(look),
                Prop::List(list) => list.iter().for_each(|prop| walk(prop, look)),
                Prop::Map(_) => {}
            }
        }
        look(&self.name);
        self.props.iter().for_each(|(_, prop)| walk(prop, look));
    }
}

/// A plan as it was read.
#[derive(Debug)]
pub struct Read {
    /// What stands at the top: one test plan, or a fragment.
    pub roots: Vec<Element>,
    /// What there is to say of the file.
    pub notes: Vec<Note>,
}

/// Whether a text looks like a plan of JMeter.
#[must_use]
pub fn is_jmx(text: &str) -> bool {
    text.contains("<jmeterTestPlan")
}

/// Reads a plan.
///
/// # Errors
/// With a note when the file is no plan: not XML, cut off, or without the element `jmeterTestPlan`.
pub fn read(file: &str, text: &str) -> Result<Read, Box<Note>> {
    let file: Arc<str> = file.into();
    let mut notes = Vec::new();
    let text = text.trim_start_matches('\u{feff}');
    // Whatever stands before the declaration makes the file unreadable to an XML parser.
    let start = text.find("<?xml").unwrap_or(0);
    if !text[..start].is_empty() {
        let place = Place { file: file.to_string(), line: 1, column: 1, path: String::new() };
        let message = "something stands before the XML declaration; JMeter would have refused the file";
        notes.push(Note::new(Kind::Lenient, place, message));
    }
    let skipped = text[..start].matches('\n').count() as u32;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 20_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&text[start..], options).map_err(|error| {
        let mut at = error.pos();
        // The parser does not say where declarations of entities begin.
        if matches!(error, roxmltree::Error::DtdDetected) {
            let before = text[start..].split("<!DOCTYPE").next().unwrap_or_default();
            let (lines, last) =
                (before.matches('\n').count(), before.rsplit('\n').next().unwrap_or_default());
            at = roxmltree::TextPos::new(lines as u32 + 1, last.chars().count() as u32 + 1);
        }
        let place =
            Place { file: file.to_string(), line: at.row + skipped, column: at.col, path: String::new() };
        Box::new(Note::new(Kind::Error, place, format!("the plan is no well-formed XML: {error}")))
    })?;
    let root = document.root_element();
    let reader =
        Reader { document: &document, file, skipped, notes: RefCell::new(notes), pointed: Cell::new(0) };
    if root.tag_name().name() != "jmeterTestPlan" {
        let place = reader.place(root);
        let message = format!("a plan begins with jmeterTestPlan, not with {}", root.tag_name().name());
        return Err(Box::new(Note::new(Kind::Error, place, message)));
    }
    let mut roots = Vec::new();
    for tree in root.children().filter(|node| node.has_tag_name("hashTree")) {
        roots.extend(reader.tree(tree, 0)?);
    }
    Ok(Read { roots, notes: reader.notes.into_inner() })
}

struct Reader<'a> {
    document: &'a Document<'a>,
    file: Arc<str>,
    /// Lines before the part that was parsed.
    skipped: u32,
    /// What there is to say.
    notes: RefCell<Vec<Note>>,
    /// Properties that pointed to others so far.
    pointed: Cell<usize>,
}

impl Reader<'_> {
    fn position(&self, node: Node<'_, '_>) -> (u32, u32) {
        let at = self.document.text_pos_at(node.range().start);
        (at.row + self.skipped, at.col)
    }

    fn place(&self, node: Node<'_, '_>) -> Place {
        let (line, column) = self.position(node);
        Place { file: self.file.to_string(), line, column, path: String::new() }
    }

    /// The elements of a `hashTree`: each is followed by the tree of what stands below it.
    fn tree(&self, tree: Node<'_, '_>, depth: usize) -> Result<Vec<Element>, Box<Note>> {
        if depth > DEPTH_MAX {
            let message = format!("elements stand more than {DEPTH_MAX} deep in each other");
            return Err(Box::new(Note::new(Kind::Error, self.place(tree), message)));
        }
        let mut list: Vec<Element> = Vec::new();
        for node in tree.children().filter(Node::is_element) {
            if node.has_tag_name("hashTree") {
                let children = self.tree(node, depth + 1)?;
                match list.last_mut() {
                    Some(last) => last.children.extend(children),
                    None => list.extend(children),
                }
            } else {
                let mut element = self.element(node, depth)?;
                self.settle(&mut element, node);
                list.push(element);
            }
        }
        Ok(list)
    }

    /// One name for each class: the tag may be its short name or its full one. A tag that names no class is made up, and
    /// then the attribute may tell.
    fn settle(&self, element: &mut Element, node: Node<'_, '_>) {
        if let Some(row) = elements::find(&element.class) {
            row.class.clone_into(&mut element.class);
        } else if let Some(row) = node.attribute("testclass").and_then(elements::find) {
            let message = format!(
                "{} is no class; JMeter would have refused the file, and the attribute testclass is taken: {}",
                element.class, row.class
            );
            self.notes.borrow_mut().push(Note::new(Kind::Lenient, element.place(), message));
            row.class.clone_into(&mut element.class);
        }
    }

    fn element(&self, node: Node<'_, '_>, depth: usize) -> Result<Element, Box<Note>> {
        if depth > DEPTH_MAX {
            return Err(Box::new(Note::new(
                Kind::Error,
                self.place(node),
                "properties stand too deep in each other",
            )));
        }
        let (line, column) = self.position(node);
        let mut element = Element {
            class: node.tag_name().name().to_owned(),
            gui: node.attribute("guiclass").unwrap_or_default().to_owned(),
            name: node.attribute("testname").unwrap_or_default().to_owned(),
            enabled: node.attribute("enabled").is_none_or(|text| !text.trim().eq_ignore_ascii_case("false")),
            line,
            column,
            file: Arc::clone(&self.file),
            ..Element::default()
        };
        for child in node.children().filter(Node::is_element) {
            if let Some((name, prop)) = self.prop(child, depth + 1)? {
                if name == "TestElement.name"
                    && element.name.is_empty()
                    && let Prop::Text(text) = &prop
                {
                    element.name.clone_from(text);
                }
                element.props.push((name, prop));
            }
        }
        Ok(element)
    }

    /// The property that is meant by one: where an object stands twice in a plan, the second time is a path to the
    /// first, such as `../../collectionProp/stringProp[3]`.
    fn meant<'n, 'i>(&self, node: Node<'n, 'i>) -> Result<Node<'n, 'i>, Box<Note>> {
        let Some(path) = node.attribute("reference") else { return Ok(node) };
        let told = |message: String| Box::new(Note::new(Kind::Error, self.place(node), message));
        self.pointed.set(self.pointed.get() + 1);
        if self.pointed.get() > REFERENCES_MAX {
            return Err(told(format!("more than {REFERENCES_MAX} properties point to others")));
        }
        let mut at = node;
        for step in path.split('/') {
            let (name, place) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
                Some((name, place)) => (name, place.parse().unwrap_or(0_usize)),
                None => (step, 1),
            };
            let next = match name {
                ".." => at.parent_element(),
                name => at.children().filter(|child| child.has_tag_name(name)).nth(place.wrapping_sub(1)),
            };
            at = next.ok_or_else(|| told(format!("there is no property at {path}")))?;
        }
        if at.attribute("reference").is_some() || node.ancestors().any(|outer| outer == at) {
            return Err(told(format!("the property at {path} is no value")));
        }
        Ok(at)
    }

    fn prop(&self, node: Node<'_, '_>, depth: usize) -> Result<Option<(String, Prop)>, Box<Note>> {
        if depth > DEPTH_MAX {
            let message = "properties stand too deep in each other";
            return Err(Box::new(Note::new(Kind::Error, self.place(node), message)));
        }
        let node = self.meant(node)?;
        let name = node.attribute("name").unwrap_or_default().to_owned();
        let tag = node.tag_name().name();
        Ok(match tag {
            "elementProp" | "testElementProp" => {
                let mut element = self.element(node, depth)?;
                element.class = node.attribute("elementType").unwrap_or_default().to_owned();
                Some((name, Prop::Element(Box::new(element))))
            }
            "collectionProp" | "mapProp" => {
                let mut list = Vec::new();
                for child in node.children().filter(Node::is_element) {
                    if let Some((_, prop)) = self.prop(child, depth + 1)? {
                        list.push(prop);
                    }
                }
                Some((name, Prop::List(list)))
            }
            "objProp" | "doubleProp" | "FloatProperty" | "floatProp" if node.has_children() => {
                self.named(node)
            }
            _ if tag.ends_with("Prop") || tag.ends_with("Property") => {
                Some((name, Prop::Text(all_text(node))))
            }
            _ => None,
        })
    }

    /// A property whose name and value are elements of their own.
    fn named(&self, node: Node<'_, '_>) -> Option<(String, Prop)> {
        let child = |tag: &str| node.children().find(|child| child.has_tag_name(tag));
        let Some(value) = child("value") else {
            return Some((node.attribute("name")?.to_owned(), Prop::Text(all_text(node))));
        };
        let name = child("name").map(all_text).unwrap_or_default();
        let parts: Vec<(String, String)> = value
            .children()
            .filter(Node::is_element)
            .map(|part| (part.tag_name().name().to_owned(), all_text(part)))
            .collect();
        let prop = if parts.is_empty() { Prop::Text(all_text(value)) } else { Prop::Map(parts) };
        Some((name, prop))
    }
}

fn all_text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"<jmeterTestPlan><hashTree><TestPlan testname="P"><stringProp name="a">x</stringProp>
<elementProp name="e" elementType="Arguments"><collectionProp name="l"><stringProp name="">1</stringProp></collectionProp></elementProp>
</TestPlan><hashTree><ThreadGroup testname="G" enabled="false"/><hashTree/></hashTree></hashTree></jmeterTestPlan>"#;

    #[test]
    fn children_stand_in_the_tree_that_follows() {
        let read = read("p.jmx", PLAN).unwrap();
        let plan = &read.roots[0];
        assert_eq!((plan.name.as_str(), plan.text("a"), plan.children.len()), ("P", "x", 1));
        assert_eq!(plan.inner("e").unwrap().texts("l").collect::<Vec<_>>(), ["1"]);
        assert!(!plan.children[0].enabled && plan.enabled);
        assert_eq!((plan.line, plan.column), (1, 27));
    }

    #[test]
    fn what_is_no_plan_is_refused_with_its_place() {
        let check = |text: &str, part: &str| {
            let note = read("p.jmx", text).unwrap_err();
            assert!(note.message.contains(part), "{}", note.message);
        };
        check("this is no plan", "no well-formed XML");
        check("", "no well-formed XML");
        check(&PLAN[..100], "no well-formed XML");
        check("<a/>", "begins with jmeterTestPlan");
        check("<!DOCTYPE a [<!ENTITY x \"y\">]><jmeterTestPlan>&x;</jmeterTestPlan>", "DTD");
        check(&format!("{}{}", "<jmeterTestPlan>", "<hashTree>".repeat(5000)), "XML");
    }

    #[test]
    fn a_property_may_point_to_another() {
        let read_props = |inner: &str| {
            let text = format!(
                "<jmeterTestPlan><hashTree><TestPlan><collectionProp name=\"l\">{inner}</collectionProp></TestPlan>\
                 </hashTree></jmeterTestPlan>"
            );
            read("p.jmx", &text).map(|read| read.roots[0].get("l").cloned())
        };
        let texts =
            |list: &[&str]| Prop::List(list.iter().map(|text| Prop::Text((*text).to_owned())).collect());
        let rows = "<collectionProp name=\"1\"><stringProp name=\"a\">x</stringProp><stringProp>y</stringProp>\
             <stringProp reference=\"../stringProp\"/></collectionProp>\
             <collectionProp><stringProp reference=\"../../collectionProp/stringProp[2]\"/></collectionProp>";
        let want = Prop::List(vec![texts(&["x", "y", "x"]), texts(&["y"])]);
        assert_eq!(read_props(rows).unwrap(), Some(want));
        for wrong in ["../../nope", "..", "../stringProp[9]", "../stringProp"] {
            let note = read_props(&format!("<stringProp reference=\"{wrong}\"/>")).unwrap_err();
            assert!(note.message.contains("the property at") || note.message.contains("no property at"));
        }
    }

    #[test]
    fn junk_before_the_declaration_is_tolerated_and_told() {
        let text = format!("<!-- c -->\n<?xml version=\"1.0\"?>\n{PLAN}");
        let read = read("p.jmx", &text).unwrap();
        assert_eq!((read.notes.len(), read.notes[0].kind, read.roots[0].line), (1, Kind::Lenient, 3));
    }
}
