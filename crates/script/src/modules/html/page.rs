//! HTML for the rest of the program: a document that is parsed and searched without any script.
//!
//! Main type: [`Page`].

use super::dom::{Content, Document, NodeId};
use super::parse;
use super::selector::Selectors;

/// A parsed document.
#[derive(Debug)]
pub struct Page(Document);

/// A node of a [`Page`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PageNode(NodeId);

/// What a node is.
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

impl Page {
    /// Parses a text as a browser does.
    ///
    /// # Errors
    /// When elements nest too deep or repairs make too many of them.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        parse::parse(text).map(Self)
    }

    /// The document itself.
    #[must_use]
    pub fn root(&self) -> PageNode {
        PageNode(self.0.root())
    }

    /// What a node is.
    #[must_use]
    pub fn content(&self, node: PageNode) -> PageContent<'_> {
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
    pub fn children(&self, node: PageNode) -> impl Iterator<Item = PageNode> {
        self.0.children(node.0).map(PageNode)
    }

    /// All below a node, in the order of the document.
    pub fn descendants(&self, node: PageNode) -> impl Iterator<Item = PageNode> {
        self.0.descendants(node.0).map(PageNode)
    }

    /// The elements that a CSS selector means, in the order of the document; nothing when it is none.
    #[must_use]
    pub fn select(&self, selector: &str) -> Option<Vec<PageNode>> {
        let selectors = Selectors::parse(selector)?;
        let all = self.0.descendants(self.0.root()).filter(|node| self.0.is_element(*node));
        Some(all.filter(|node| selectors.matches(&self.0, *node)).map(PageNode).collect())
    }

    /// The text of a node and all below it.
    #[must_use]
    pub fn text(&self, node: PageNode) -> String {
        self.0.text(node.0)
    }

    /// An attribute of an element.
    #[must_use]
    pub fn attribute(&self, node: PageNode, name: &str) -> Option<&str> {
        self.0.attribute(node.0, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_searched_without_a_script() {
        let page = Page::parse("<ul><li class=i>one<li class=i>two <b>bold</b></ul><a href=/x>y</a>").unwrap();
        let texts = |selector: &str| -> Vec<String> {
            page.select(selector).unwrap().into_iter().map(|node| page.text(node)).collect()
        };
        assert_eq!(texts("li.i"), ["one", "two bold"]);
        assert_eq!(texts("ul > li:last-child b"), ["bold"]);
        let link = page.select("a").unwrap()[0];
        assert_eq!((page.attribute(link, "href"), page.attribute(link, "id")), (Some("/x"), None));
        assert_eq!(page.content(link), PageContent::Element("a", vec![("href", "/x")]));
        assert!(page.select("li[").is_none());
    }
}
