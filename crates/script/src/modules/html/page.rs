//! HTML for what is no script: [`Page`], a parsed text in which CSS selectors find elements.

use super::dom::{Content, Document, NodeId};
use super::parse;
use super::selector::Selectors;

/// A parsed page.
#[derive(Debug)]
pub struct Page(Document);

/// What a node of a page is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PageContent<'p> {
    /// The whole document, or its type.
    Document,
    /// A run of text.
    Text(&'p str),
    /// A comment.
    Comment(&'p str),
    /// An element: its name and its attributes in their order.
    Element(&'p str, Vec<(&'p str, &'p str)>),
}

/// An element, or another node, of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Element(NodeId);

impl Page {
    /// Parses a text, as browsers repair it; nothing when it nests beyond reason.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        parse::parse(text).ok().map(Self)
    }

    /// The elements that the selector finds, in the order of the document; none when it is no selector.
    #[must_use]
    pub fn select(&self, selector: &str) -> Option<Vec<Element>> {
        let selectors = Selectors::parse(selector)?;
        let all = self.0.descendants(self.0.root());
        Some(all.filter(|&node| selectors.matches(&self.0, node)).map(Element).collect())
    }

    /// The document itself.
    #[must_use]
    pub fn root(&self) -> Element {
        Element(self.0.root())
    }

    /// What a node is.
    #[must_use]
    pub fn content(&self, node: Element) -> PageContent<'_> {
        match self.0.content(node.0) {
            Content::Document | Content::Doctype { .. } => PageContent::Document,
            Content::Text(text) => PageContent::Text(text),
            Content::Comment(text) => PageContent::Comment(text),
            Content::Element(element) => {
                let attributes = element.attributes.iter().map(|a| (&*a.name.local, &*a.value));
                PageContent::Element(&element.name.local, attributes.collect())
            }
        }
    }

    /// What stands in a node.
    pub fn children(&self, node: Element) -> impl Iterator<Item = Element> {
        self.0.children(node.0).map(Element)
    }

    /// All below a node, in the order of the document.
    pub fn descendants(&self, node: Element) -> impl Iterator<Item = Element> {
        self.0.descendants(node.0).map(Element)
    }

    /// An attribute of an element.
    #[must_use]
    pub fn attribute(&self, element: Element, name: &str) -> Option<&str> {
        self.0.attribute(element.0, name)
    }

    /// The text of an element and of all below it.
    #[must_use]
    pub fn text(&self, element: Element) -> String {
        self.0.text(element.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_find_elements_of_a_page() {
        let page =
            Page::parse("<ul id=m><li><a href=/a>A</a><li><a href=/b>B<b>!</b></a></ul>").expect("small");
        let found = page.select("#m a").expect("a selector");
        let seen: Vec<_> = found.iter().map(|&e| (page.attribute(e, "href"), page.text(e))).collect();
        assert_eq!(seen, [(Some("/a"), "A".to_owned()), (Some("/b"), "B!".to_owned())]);
        assert_eq!(page.select("#none"), Some(Vec::new()));
        assert_eq!(page.select("a[["), None);
        assert_eq!(page.content(found[0]), PageContent::Element("a", vec![("href", "/a")]));
    }
}
