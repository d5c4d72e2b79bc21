//! What members of elements of a certain tag are made of: attributes as text, numbers, choices and addresses, and
//! the relations of form fields.

use rquickjs::{Result, Value};

use super::dom::NodeId;
use super::element::{ElementObject, receiver};
use super::link::{self, Link};
use super::selection::list;
use super::{number, text, values};
use crate::ffi::Call;

/// What a form takes as its elements.
const LISTED: &[&str] = &["button", "fieldset", "input", "keygen", "object", "output", "select", "textarea"];

/// An attribute as it stands; empty when it is missing.
pub(super) fn words<'js>(call: &Call<'js>, name: &str) -> Result<Value<'js>> {
    text_or(call, name, "")
}

pub(super) fn text_or<'js>(call: &Call<'js>, name: &str, default: &str) -> Result<Value<'js>> {
    text(&call.ctx, receiver(call)?.attribute(name).unwrap_or(default))
}

pub(super) fn constant<'js>(call: &Call<'js>, value: &str) -> Result<Value<'js>> {
    text(&call.ctx, value)
}

/// Whether an attribute is there.
pub(super) fn flag<'js>(call: &Call<'js>, name: &str) -> Result<Value<'js>> {
    Ok(Value::new_bool(call.ctx.clone(), receiver(call)?.attribute(name).is_some()))
}

/// A whole number.
pub(super) fn int<'js>(call: &Call<'js>, name: &str, default: i32) -> Result<Value<'js>> {
    let value = receiver(call)?.attribute(name).and_then(|value| value.trim().parse().ok());
    Ok(Value::new_int(call.ctx.clone(), value.unwrap_or(default)))
}

/// The number that an attribute is, when it is one.
pub(super) fn float_of(element: &ElementObject, name: &str) -> Option<f64> {
    element.attribute(name)?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

pub(super) fn float<'js>(call: &Call<'js>, name: &str, default: f64) -> Result<Value<'js>> {
    let value = float_of(&receiver(call)?, name).unwrap_or(default);
    Ok(Value::new_number(call.ctx.clone(), value))
}

/// One of some words, the first of which stands for anything else.
pub(super) fn choice<'js>(call: &Call<'js>, name: &str, choices: &[&str]) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let given = this.attribute(name).unwrap_or_default();
    let known = choices.iter().find(|choice| choice.eq_ignore_ascii_case(given));
    text(&call.ctx, known.or(choices.first()).copied().unwrap_or_default())
}

/// Like [`choice`], but `undefined` when the attribute is missing.
pub(super) fn choice_if_any<'js>(call: &Call<'js>, name: &str, choices: &[&str]) -> Result<Value<'js>> {
    if receiver(call)?.attribute(name).is_none() {
        return Ok(call.undefined());
    }
    choice(call, name, choices)
}

pub(super) fn cross_origin<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    choice_if_any(call, "crossorigin", &["anonymous", "use-credentials"])
}

pub(super) fn referrer_policy<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let policies = [
        "",
        "no-referrer",
        "no-referrer-when-downgrade",
        "same-origin",
        "origin",
        "strict-origin",
        "origin-when-cross-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    ];
    choice(call, "referrerpolicy", &policies)
}

/// The words of an attribute, as an array.
pub(super) fn tokens<'js>(call: &Call<'js>, name: &str) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let words = this.attribute(name).unwrap_or_default().split_whitespace();
    list(&call.ctx, words.map(|word| text(&call.ctx, word)))
}

/// An address, resolved where the document's own is known.
pub(super) fn address<'js>(call: &Call<'js>, name: &str) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let resolved = this.attribute(name).map(|reference| link::resolve(&this.url, reference));
    text(&call.ctx, &resolved.unwrap_or_default())
}

/// An address that is the document's own when the attribute is missing.
pub(super) fn address_or_own<'js>(call: &Call<'js>, name: &str) -> Result<Value<'js>> {
    let this = receiver(call)?;
    match this.attribute(name) {
        Some(reference) => text(&call.ctx, &link::resolve(&this.url, reference)),
        None => text(&call.ctx, &this.url),
    }
}

/// A part of the address in `href`.
pub(super) fn part<'js>(call: &Call<'js>, of: fn(&Link) -> String) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let link = match this.attribute("href") {
        Some(reference) => Link::parse(&link::resolve(&this.url, reference)),
        None => Link::default(),
    };
    text(&call.ctx, &of(&link))
}

/// The elements below that a selector finds.
pub(super) fn below<'js>(call: &Call<'js>, selector: &str) -> Result<Value<'js>> {
    let this = receiver(call)?;
    this.list(&call.ctx, this.find(selector))
}

/// How many elements below a selector finds.
pub(super) fn count_below<'js>(call: &Call<'js>, selector: &str) -> Result<Value<'js>> {
    Ok(number(&call.ctx, receiver(call)?.find(selector).len()))
}

/// The first element below that a selector finds.
pub(super) fn first_below<'js>(call: &Call<'js>, selector: &str) -> Result<Value<'js>> {
    let this = receiver(call)?;
    this.optional(&call.ctx, this.find(selector).first().copied())
}

/// The element with an id, anywhere in the document.
pub(super) fn by_id(element: &ElementObject, id: &str) -> Option<NodeId> {
    let document = &element.document;
    document.descendants(document.root()).find(|&node| document.attribute(node, "id") == Some(id))
}

/// The form that a field belongs to: the one that it names, or the one around it.
pub(super) fn form<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let form = match this.attribute("form") {
        Some(id) => by_id(&this, id).filter(|&node| this.document.is_named(node, "form")),
        None => this.closest("form"),
    };
    this.optional(&call.ctx, form)
}

/// The labels of a field: those that name it, and those around it.
pub(super) fn labels<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let document = &this.document;
    let id = this.attribute("id");
    let labels = document.descendants(document.root()).filter(|&node| {
        document.is_named(node, "label")
            && match document.attribute(node, "for") {
                Some(wanted) => id == Some(wanted),
                None => document.contains(node, this.node),
            }
    });
    this.list(&call.ctx, labels)
}

/// What a label is for: the element that it names, or the first field in it.
pub(super) fn control<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let field = match this.attribute("for") {
        Some(id) => by_id(&this, id),
        None => this.find("button,input,keygen,meter,output,progress,select,textarea").first().copied(),
    };
    this.optional(&call.ctx, field)
}

/// The fields of a form or field set.
pub(super) fn listed(element: &ElementObject) -> Vec<NodeId> {
    let document = &element.document;
    let is_listed = |&node: &NodeId| document.tag(node).is_some_and(|tag| LISTED.contains(&tag));
    document.descendants(element.node).filter(is_listed).collect()
}

pub(super) fn elements<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    this.list(&call.ctx, listed(&this))
}

/// Where a node stands among `nodes`, from 0; -1 when it does not.
pub(super) fn place<'js>(call: &Call<'js>, nodes: &[NodeId], node: NodeId) -> Value<'js> {
    match nodes.iter().position(|&known| known == node) {
        Some(place) => number(&call.ctx, place),
        None => Value::new_int(call.ctx.clone(), -1),
    }
}

/// The value that a field stands for.
pub(super) fn value<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    super::field_value(&call.ctx, values::value_of(&this.document, this.node))
}
