//! HTML for what is no script: [`Page`], a parsed text in which CSS selectors find elements.

use super::dom::{Document, NodeId};
use super::parse;
use super::selector::Selectors;

/// A parsed page.
#[derive(Debug)]
pub struct Page(Document);

/// An element of a page.
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
    }
}
