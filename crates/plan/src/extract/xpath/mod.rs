//! XPath 1.0, with the string functions of 2.0 that plans use, over XML and over HTML as browsers read it.
//!
//! Main functions: [`find`] and [`evaluate`]. External entities are never fetched, and entities that a document
//! defines are expanded within narrow limits only.

mod eval;
mod parse;
mod tree;

pub use tree::Tree;

/// How to read the document, and what to give back.
#[derive(Clone, Default, Debug)]
pub struct Mode {
    /// The document is HTML.
    pub tolerant: bool,
    /// Elements come as markup instead of text.
    pub fragment: bool,
    /// Markup is indented.
    pub indent: bool,
    /// An element is its whole text, not that of its first child.
    pub whole_text: bool,
    /// Prefixes and their namespaces.
    pub namespaces: Vec<(String, String)>,
}

/// What an expression gives.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// Nodes, each as its text.
    Nodes(Vec<String>),
    /// A truth value.
    Truth(bool),
    /// A number or a text, as text.
    Text(String),
}

/// The value of an expression.
///
/// # Errors
/// When the document or the expression is malformed.
pub fn evaluate(document: &str, expression: &str, mode: &Mode) -> Result<Outcome, String> {
    let tree = if mode.tolerant { Tree::html(document) } else { Tree::xml(document)? };
    let parsed = parse::parse(expression)?;
    let value = eval::evaluate(&tree, &parsed, &mode.namespaces)?;
    Ok(match value {
        eval::Value::Nodes(nodes) => {
            Outcome::Nodes(nodes.iter().map(|node| tree.shown(*node, mode)).collect())
        }
        eval::Value::Truth(truth) => Outcome::Truth(truth),
        eval::Value::Number(number) => Outcome::Text(eval::number_text(number)),
        eval::Value::Text(text) => Outcome::Text(text),
    })
}

/// All that an expression finds, as texts.
///
/// # Errors
/// When the document or the expression is malformed.
pub fn find(document: &str, expression: &str, mode: &Mode) -> Result<Vec<String>, String> {
    Ok(match evaluate(document, expression, mode)? {
        Outcome::Nodes(list) => list,
        Outcome::Truth(truth) => vec![truth.to_string()],
        Outcome::Text(text) => vec![text],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: &str = r#"<?xml version="1.0"?>
<feed xmlns:a="urn:a"><title>News</title><item id="1"><name>One</name><price>1.50</price></item><item id="2"><name>Two</name><price>2.50</price></item><a:note lang="en">hi</a:note><empty/></feed>"#;

    #[test]
    fn expressions_find_what_they_say() {
        let check = |expression: &str, wanted: &[&str]| {
            assert_eq!(find(FEED, expression, &Mode::default()).unwrap(), wanted, "{expression}");
        };
        check("/feed/title", &["News"]);
        check("//item[2]/name/text()", &["Two"]);
        check("//item/@id", &["1", "2"]);
        check("count(//item)", &["2"]);
        check("sum(//price)", &["4"]);
        check("//none", &[]);
        check("//item[price > 2]/name", &["Two"]);
        check("//item[last()]/name | //title", &["News", "Two"]);
        check("//name[contains(., 'w')]/../@id", &["2"]);
        check("//item[@id='1']/following-sibling::item/name", &["Two"]);
        check("//item[not(@id = '1')]/name", &["Two"]);
        check("string-length(/feed/title) * 2 + 1", &["9"]);
        check("7 div 2", &["3.5"]);
        check("-7 mod 3", &["-1"]);
        check("concat('a', \"b\", 1)", &["ab1"]);
        check("normalize-space('  a  b ')", &["a b"]);
        check("substring('12345', 2, 3)", &["234"]);
        check("translate('bar', 'abc', 'AB')", &["BAr"]);
        check("string-join(//name, '+')", &["One+Two"]);
        check("upper-case(/feed/title)", &["NEWS"]);
        check("name(//*[local-name() = 'note'])", &["a:note"]);
        check("boolean(//item) and count(//item) = 2", &["true"]);
        check("//item[1]", &[""]);
    }

    #[test]
    fn namespaces_and_markup() {
        let spaces = vec![("b".to_owned(), "urn:a".to_owned())];
        let mode = Mode { namespaces: spaces, ..Mode::default() };
        assert_eq!(find(FEED, "//b:note", &mode).unwrap(), ["hi"]);
        let mode = Mode { fragment: true, ..Mode::default() };
        let markup = r#"<item xmlns:a="urn:a" id="1"><name>One</name><price>1.50</price></item>"#;
        assert_eq!(find(FEED, "//item[1]", &mode).unwrap(), [markup]);
    }

    #[test]
    fn html_is_read_as_it_is() {
        let mode = Mode { tolerant: true, ..Mode::default() };
        let page = "<form><input name=csrf value=t-1><ul><li>one<li>two <b>bold</b></ul>";
        assert_eq!(find(page, "//input[@name='csrf']/@value", &mode).unwrap(), ["t-1"]);
        assert_eq!(find(page, "//li[2]", &mode).unwrap(), ["two "]);
    }

    #[test]
    fn what_is_malformed_is_told() {
        let check = |document: &str, expression: &str| {
            assert!(find(document, expression, &Mode::default()).is_err(), "{expression}");
        };
        check("<a><b></a>", "//b");
        check("<a/>", "//[");
        check("<a/>", "nope()");
        check("<a/>", "");
        check("<a/>", "a[");
        check("<a/>", &format!("{}a", "-(".repeat(5_000)));
        let bomb = format!(
            "<!DOCTYPE a [<!ENTITY x \"{}\"><!ENTITY y \"{}\">]><a>{}</a>",
            "l".repeat(1000),
            "&x;".repeat(1000),
            "&y;".repeat(100_000)
        );
        assert!(find(&bomb, "//a", &Mode::default()).is_err());
    }
}
