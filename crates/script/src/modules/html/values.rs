//! What form fields and `data-` attributes stand for, and what a form would send.

use super::dom::{Document, NodeId};
use super::render;
use super::select::{Condition, Selection};

/// The value of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum FieldValue {
    /// It is no field.
    Absent,
    One(String),
    /// Of a `select` with `multiple`.
    Many(Vec<String>),
}

/// Fields that are sent.
const FIELDS: &str = "input,select,textarea,keygen";

/// The value of a selection: that of its first node.
pub(super) fn value(selection: &Selection) -> FieldValue {
    selection.first().map_or(FieldValue::Absent, |node| value_of(&selection.document, node))
}

/// The value of one node.
pub(super) fn value_of(document: &Document, node: NodeId) -> FieldValue {
    let attribute = |name: &str| document.attribute(node, name);
    let one = |text: &str| FieldValue::One(text.to_owned());
    match document.tag(node) {
        Some("input") => match attribute("value") {
            Some(value) => one(value),
            None if matches!(attribute("type"), Some("checkbox" | "radio")) => one("on"),
            None => one(""),
        },
        Some("button") => one(attribute("value").unwrap_or_default()),
        Some("textarea") => FieldValue::One(render::inner(document, node)),
        Some("option") => FieldValue::One(option(document, node)),
        Some("select") => {
            let mut selected = options(document, node, true).map(|node| option(document, node));
            if attribute("multiple").is_some() {
                FieldValue::Many(selected.collect())
            } else {
                FieldValue::One(selected.next().unwrap_or_default())
            }
        }
        _ => FieldValue::Absent,
    }
}

/// The options of a `select` or `datalist`; only those marked `selected` when that is asked.
pub(super) fn options(document: &Document, node: NodeId, selected: bool) -> impl Iterator<Item = NodeId> {
    document.descendants(node).filter(move |&node| {
        document.is_named(node, "option") && (!selected || document.attribute(node, "selected").is_some())
    })
}

/// The value of an option, which is its content when it has none of its own.
pub(super) fn option(document: &Document, node: NodeId) -> String {
    match document.attribute(node, "value") {
        Some(value) => value.to_owned(),
        None => render::inner(document, node),
    }
}

/// Names and values of the fields that would be sent: those in the forms of the selection, or else those of
/// the selection.
///
/// As in k6, only `disabled="disabled"` keeps a field back, and a box or radio button is sent only when it says
/// `checked="checked"`.
pub(super) fn fields(selection: &Selection) -> Vec<(String, FieldValue)> {
    let document = &selection.document;
    let wanted = Condition::parse(FIELDS);
    let nodes = if selection.nodes.iter().any(|&node| document.is_named(node, "form")) {
        selection.find(&wanted)
    } else {
        selection.winnow(&wanted, true)
    };
    let mut fields = Vec::new();
    for node in nodes {
        let attribute = |name: &str| document.attribute(node, name).unwrap_or_default();
        let kind = attribute("type");
        let checked = attribute("checked") == "checked" || !matches!(kind, "checkbox" | "radio");
        let sent = attribute("disabled") != "disabled"
            && checked
            && !matches!(kind, "submit" | "button" | "reset" | "image" | "file");
        if sent && !attribute("name").is_empty() {
            fields.push((attribute("name").to_owned(), value_of(document, node)));
        }
    }
    fields
}

/// Each field once, the last value winning, in the order of first mention.
pub(super) fn last_wins(fields: Vec<(String, FieldValue)>) -> Vec<(String, FieldValue)> {
    let mut unique: Vec<(String, FieldValue)> = Vec::new();
    for (name, value) in fields {
        match unique.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => unique.push((name, value)),
        }
    }
    unique
}

/// Fields as a query, ordered by name.
pub(super) fn query(fields: Vec<(String, FieldValue)>) -> String {
    let mut pairs = Vec::new();
    for (name, value) in fields {
        match value {
            FieldValue::Absent => pairs.push((name, String::new())),
            FieldValue::One(text) => pairs.push((name, text)),
            FieldValue::Many(texts) => pairs.extend(texts.into_iter().map(|text| (name.clone(), text))),
        }
    }
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    net::form::urlencode(&pairs)
}

/// A `data-` attribute's value as scripts get it.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Datum<'a> {
    Null,
    Undefined,
    Bool(bool),
    Number(f64),
    Text(&'a str),
    /// To be parsed; it stays text when it cannot be.
    Json(&'a str),
}

/// What the text of a `data-` attribute stands for.
pub(super) fn datum(text: &str) -> Datum<'_> {
    match text {
        "true" => Datum::Bool(true),
        "false" => Datum::Bool(false),
        "null" => Datum::Null,
        "undefined" => Datum::Undefined,
        _ if text.starts_with(['{', '[']) => Datum::Json(text),
        _ => match text.parse::<f64>() {
            // Only what says that it is infinite may be so; a number that is too large stays text.
            Ok(number) if number.is_finite() || !text.contains(|letter: char| letter.is_ascii_digit()) => {
                Datum::Number(number)
            }
            _ => Datum::Text(text),
        },
    }
}

/// `camelName` or `camel-name` as the attribute `data-camel-name`.
pub(super) fn data_attribute(name: &str) -> String {
    let mut attribute = String::from("data-");
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            attribute.push('-');
        }
        attribute.push(letter.to_ascii_lowercase());
    }
    attribute
}

/// The attribute `data-camel-name` as `camelName`; nothing when it is no `data-` attribute.
pub(super) fn data_name(attribute: &str) -> Option<String> {
    let mut words = attribute.strip_prefix("data-")?.split('-');
    let mut name = words.next()?.to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    (!name.is_empty()).then_some(name)
}
