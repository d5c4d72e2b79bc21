//! CSS selectors as k6 understands them: [`Selectors`] is a group of them, parsed once, matched against nodes.
//!
//! The dialect has `:contains()`, `:has()`, `:haschild()`, `:matches()`, `:input`, `[name!=value]` and `[name#=(pattern)]`
//! beside what CSS has. What is not of the dialect is no error for scripts: it matches nothing.

mod parse;
#[cfg(test)]
mod tests;

use regex_lite::Regex;

use super::dom::{Content, Document, Element, NodeId};

/// Selectors of which one must match.
#[derive(Debug)]
pub(crate) struct Selectors(Vec<Selector>);

/// The last compound, which is about the node itself, and those before it, nearest first.
#[derive(Debug)]
struct Selector {
    last: Compound,
    before: Vec<(Combinator, Compound)>,
}

/// How a compound is related to the one behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Combinator {
    Descendant,
    Child,
    Adjacent,
    Sibling,
}

type Compound = Vec<Simple>;

/// One condition on an element.
#[derive(Debug)]
enum Simple {
    Any,
    Type(String),
    Id(String),
    Class(String),
    Attribute { name: String, test: Test, value: String, fold_case: bool },
    AttributePattern { name: String, pattern: Regex },
    Not(Selectors),
    Has(Selectors),
    HasChild(Selectors),
    Contains { text: String, own: bool },
    Matches { pattern: Regex, own: bool },
    Nth { step: i32, offset: i32, from_end: bool, of_type: bool },
    Only { of_type: bool },
    Input,
    Empty,
    Root,
    Link,
    Lang(String),
    Enabled,
    Disabled,
    Checked,
    Never,
}

/// What is asked of an attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Test {
    Present,
    Equal,
    Different,
    Word,
    Dash,
    Prefix,
    Suffix,
    Part,
}

/// What is known when the compounds before a node were tried. Knowing that a failure is final keeps long
/// selectors from trying every combination of ancestors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Matched,
    /// Other siblings may still match.
    FailedHere,
    /// Other ancestors may still match.
    FailedSiblings,
    /// Nothing higher up can match.
    Failed,
}

impl Selectors {
    /// Reads a group of selectors; nothing when it is not of the dialect.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse::group(text)
    }

    /// Whether the node is an element that one of the selectors fits.
    pub(crate) fn matches(&self, document: &Document, node: NodeId) -> bool {
        self.0.iter().any(|selector| selector.matches(document, node))
    }
}

impl Selector {
    fn matches(&self, document: &Document, node: NodeId) -> bool {
        fits(&self.last, document, node) && before(&self.before, document, node) == Outcome::Matched
    }
}

fn fits(compound: &Compound, document: &Document, node: NodeId) -> bool {
    let Some(element) = document.element(node) else { return false };
    compound.iter().all(|simple| simple.fits(document, node, element))
}

fn fits_before(
    compound: &Compound,
    rest: &[(Combinator, Compound)],
    document: &Document,
    node: NodeId,
) -> Outcome {
    if fits(compound, document, node) { before(rest, document, node) } else { Outcome::FailedHere }
}

/// Tries the compounds that stand before one that fits `node`.
fn before(steps: &[(Combinator, Compound)], document: &Document, node: NodeId) -> Outcome {
    let Some(((combinator, compound), rest)) = steps.split_first() else { return Outcome::Matched };
    match combinator {
        Combinator::Child => match document.parent(node) {
            None => Outcome::Failed,
            Some(parent) => match fits_before(compound, rest, document, parent) {
                outcome @ (Outcome::Matched | Outcome::Failed) => outcome,
                Outcome::FailedHere | Outcome::FailedSiblings => Outcome::FailedSiblings,
            },
        },
        Combinator::Descendant => {
            for ancestor in document.ancestors(node) {
                let outcome = fits_before(compound, rest, document, ancestor);
                if matches!(outcome, Outcome::Matched | Outcome::Failed) {
                    return outcome;
                }
            }
            Outcome::Failed
        }
        Combinator::Adjacent => match previous_element(document, node) {
            None => Outcome::FailedSiblings,
            Some(previous) => fits_before(compound, rest, document, previous),
        },
        Combinator::Sibling => {
            for sibling in document.preceding(node).filter(|&sibling| document.is_element(sibling)) {
                let outcome = fits_before(compound, rest, document, sibling);
                if outcome != Outcome::FailedHere {
                    return outcome;
                }
            }
            Outcome::FailedSiblings
        }
    }
}

fn previous_element(document: &Document, node: NodeId) -> Option<NodeId> {
    document.preceding(node).find(|&sibling| document.is_element(sibling))
}

impl Simple {
    fn fits(&self, document: &Document, node: NodeId, element: &Element) -> bool {
        match self {
            Self::Any => true,
            Self::Type(name) => **element.local() == **name,
            Self::Id(id) => element.attribute("id") == Some(id),
            Self::Class(class) => has_word(element.attribute("class").unwrap_or_default(), class),
            Self::Attribute { name, test, value, fold_case } => {
                test.passes(element.attribute(name), value, *fold_case)
            }
            Self::AttributePattern { name, pattern } => {
                element.attribute(name).is_some_and(|value| pattern.is_match(value))
            }
            Self::Not(inner) => !inner.matches(document, node),
            Self::Has(inner) => document.descendants(node).any(|below| inner.matches(document, below)),
            Self::HasChild(inner) => document.children(node).any(|child| inner.matches(document, child)),
            Self::Contains { text, own } => {
                text_of(document, node, *own).to_lowercase().contains(text.as_str())
            }
            Self::Matches { pattern, own } => pattern.is_match(&text_of(document, node, *own)),
            &Self::Nth { step, offset, from_end, of_type } => {
                is_nth(document, node, (step, offset), from_end, of_type)
            }
            Self::Only { of_type } => {
                document.parent(node).is_some()
                    && !alike(document, document.preceding(node), element, *of_type)
                    && !alike(document, document.following(node), element, *of_type)
            }
            Self::Input => matches!(&**element.local(), "button" | "input" | "select" | "textarea"),
            Self::Empty => document
                .children(node)
                .all(|child| !matches!(document.content(child), Content::Element(_) | Content::Text(_))),
            Self::Root => document.parent(node) == Some(document.root()),
            Self::Link => is_link(element),
            Self::Lang(lang) => std::iter::once(node)
                .chain(document.ancestors(node))
                .find_map(|node| document.attribute(node, "lang"))
                .is_some_and(|value| has_dash_prefix(value, lang)),
            Self::Enabled => is_enabled(document, node, element),
            Self::Disabled => is_disabled(document, node, element),
            Self::Checked => is_checked(element),
            Self::Never => false,
        }
    }
}

impl Test {
    fn passes(self, given: Option<&str>, wanted: &str, fold_case: bool) -> bool {
        let Some(given) = given else { return self == Self::Different };
        let folded: (String, String);
        let (given, wanted) = if fold_case {
            folded = (given.to_lowercase(), wanted.to_lowercase());
            (folded.0.as_str(), folded.1.as_str())
        } else {
            (given, wanted)
        };
        // A part of nothing would be in everything.
        let something = !wanted.trim().is_empty();
        match self {
            Self::Present => true,
            Self::Equal => given == wanted,
            Self::Different => given != wanted,
            Self::Word => has_word(given, wanted),
            Self::Dash => has_dash_prefix(given, wanted),
            Self::Prefix => something && given.starts_with(wanted),
            Self::Suffix => something && given.ends_with(wanted),
            Self::Part => something && given.contains(wanted),
        }
    }
}

fn has_word(list: &str, word: &str) -> bool {
    list.split([' ', '\t', '\r', '\n', '\x0c']).any(|known| known == word) && !word.is_empty()
}

fn has_dash_prefix(value: &str, prefix: &str) -> bool {
    value.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The text of an element; only that which stands in it directly when `own`.
fn text_of(document: &Document, node: NodeId, own: bool) -> String {
    if !own {
        return document.text(node);
    }
    let mut text = String::new();
    for child in document.children(node) {
        if let Content::Text(part) = document.content(child) {
            text.push_str(part);
        }
    }
    text
}

/// Whether there is an element among `nodes`, of the same name when that counts.
fn alike(
    document: &Document,
    mut nodes: impl Iterator<Item = NodeId>,
    element: &Element,
    of_type: bool,
) -> bool {
    nodes.any(|node| {
        document.element(node).is_some_and(|other| !of_type || other.name.local == element.name.local)
    })
}

fn is_nth(
    document: &Document,
    node: NodeId,
    (step, offset): (i32, i32),
    from_end: bool,
    of_type: bool,
) -> bool {
    let Some(element) = document.element(node).filter(|_| document.parent(node).is_some()) else {
        return false;
    };
    let counts = |&other: &NodeId| {
        document.element(other).is_some_and(|other| !of_type || other.name.local == element.name.local)
    };
    let others = if from_end {
        document.following(node).filter(counts).count()
    } else {
        document.preceding(node).filter(counts).count()
    };
    let place = i64::try_from(others).unwrap_or(i64::MAX) + 1;
    let distance = place - i64::from(offset);
    let step = i64::from(step);
    if step == 0 { distance == 0 } else { distance % step == 0 && distance / step >= 0 }
}

fn is_link(element: &Element) -> bool {
    matches!(&**element.local(), "a" | "area" | "link") && element.attribute("href").is_some()
}

fn is_enabled(document: &Document, node: NodeId, element: &Element) -> bool {
    match &**element.local() {
        "a" | "area" | "link" => element.attribute("href").is_some(),
        "optgroup" | "menuitem" | "fieldset" => element.attribute("disabled").is_none(),
        "button" | "input" | "select" | "textarea" | "option" => {
            element.attribute("disabled").is_none() && !in_disabled_fieldset(document, node)
        }
        _ => false,
    }
}

fn is_disabled(document: &Document, node: NodeId, element: &Element) -> bool {
    match &**element.local() {
        "optgroup" | "menuitem" | "fieldset" => element.attribute("disabled").is_some(),
        "button" | "input" | "select" | "textarea" | "option" => {
            element.attribute("disabled").is_some() || in_disabled_fieldset(document, node)
        }
        _ => false,
    }
}

/// A disabled fieldset disables what is in it, except in its first legend.
pub(super) fn in_disabled_fieldset(document: &Document, node: NodeId) -> bool {
    let mut below = node;
    for ancestor in document.ancestors(node) {
        if document.is_named(ancestor, "fieldset") && document.attribute(ancestor, "disabled").is_some() {
            let legend = document.children(ancestor).find(|&child| document.is_named(child, "legend"));
            if legend != Some(below) {
                return true;
            }
        }
        below = ancestor;
    }
    false
}

fn is_checked(element: &Element) -> bool {
    match &**element.local() {
        "input" => {
            element.attribute("checked").is_some()
                && element.attribute("type").is_some_and(|kind| {
                    kind.eq_ignore_ascii_case("checkbox") || kind.eq_ignore_ascii_case("radio")
                })
        }
        "option" => element.attribute("selected").is_some(),
        _ => false,
    }
}
