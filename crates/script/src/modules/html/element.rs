//! The elements that scripts hold, and their members that do not depend on the tag. All members are functions,
//! as in k6.

use std::ffi::CStr;
use std::rc::Rc;

use rquickjs::{Ctx, Exception, Object, Persistent, Result, Value};

use super::dom::{Content, Document, NodeId};
use super::select::{Condition, Selection};
use super::selection::{self, list};
use super::{HtmlClasses, number, render, tags, text};
use crate::error;
use crate::ffi::{self, Call, Lazy, Member, Property, Table};

/// What is behind a script's element, which may be any node.
#[derive(Clone)]
pub(super) struct ElementObject {
    pub(super) document: Rc<Document>,
    /// The address that links are relative to; empty when there is none.
    pub(super) url: Rc<str>,
    pub(super) node: NodeId,
}

impl Lazy for ElementObject {
    const CLASS: &'static CStr = c"Element";
    const KEYS: &'static [&'static str] = &[];

    fn property<'js>(&self, context: &Ctx<'js>, _: usize) -> Result<Property<'js>> {
        Ok(Property::Fresh(Value::new_undefined(context.clone())))
    }
}

pub(super) static MEMBERS: Table = Table::new(&[
    Member::Method(c"attributes", 0, attributes),
    Member::Method(c"childElementCount", 0, |call| {
        let this = receiver(call)?;
        let count =
            this.document.children(this.node).filter(|&child| this.document.is_element(child)).count();
        Ok(number(&call.ctx, count))
    }),
    Member::Method(c"childNodes", 0, |call| {
        let this = receiver(call)?;
        this.list(&call.ctx, this.document.children(this.node))
    }),
    Member::Method(c"children", 0, |call| {
        let this = receiver(call)?;
        let document = &this.document;
        this.list(&call.ctx, document.children(this.node).filter(|&child| document.is_element(child)))
    }),
    Member::Method(c"classList", 0, |call| {
        let this = receiver(call)?;
        let classes = this.attribute("class").unwrap_or_default().split_whitespace();
        list(&call.ctx, classes.map(|class| text(&call.ctx, class)))
    }),
    Member::Method(c"className", 0, |call| own_text(call, "class")),
    Member::Method(c"contains", 1, |call| {
        let this = receiver(call)?;
        flag(call, this.other(call)?.is_some_and(|other| this.document.contains(this.node, other)))
    }),
    Member::Method(c"firstChild", 0, |call| step(call, Document::first_child)),
    Member::Method(c"firstElementChild", 0, |call| {
        step(call, |document, node| document.children(node).find(|&child| document.is_element(child)))
    }),
    Member::Method(c"getAttribute", 1, |call| {
        let name = error::try_text_of(&call.ctx, &call.value(0))?;
        receiver(call)?.attribute(&name).map_or(Ok(call.undefined()), |value| text(&call.ctx, value))
    }),
    Member::Method(c"getAttributeNode", 1, attribute_node),
    Member::Method(c"getElementsByClassName", 1, |call| search(call, ".")),
    Member::Method(c"getElementsByTagName", 1, |call| search(call, "")),
    Member::Method(c"hasAttribute", 1, |call| {
        let name = error::try_text_of(&call.ctx, &call.value(0))?;
        flag(call, receiver(call)?.attribute(&name).is_some())
    }),
    Member::Method(c"hasAttributes", 0, |call| {
        let this = receiver(call)?;
        flag(call, this.document.element(this.node).is_some_and(|element| !element.attributes.is_empty()))
    }),
    Member::Method(c"hasChildNodes", 0, |call| {
        let this = receiver(call)?;
        flag(call, this.document.first_child(this.node).is_some())
    }),
    Member::Method(c"id", 0, |call| own_text(call, "id")),
    Member::Method(c"innerHTML", 0, |call| {
        let this = receiver(call)?;
        text(&call.ctx, &render::inner(&this.document, this.node))
    }),
    Member::Method(c"isDefaultNamespace", 0, |call| flag(call, namespace(&receiver(call)?).is_empty())),
    Member::Method(c"isEqualNode", 1, is_equal),
    Member::Method(c"isSameNode", 1, |call| {
        let this = receiver(call)?;
        flag(call, this.other(call)? == Some(this.node))
    }),
    Member::Method(c"lang", 0, |call| own_text(call, "lang")),
    Member::Method(c"lastChild", 0, |call| step(call, Document::last_child)),
    Member::Method(c"lastElementChild", 0, |call| {
        step(call, |document, node| {
            let mut children = document
                .last_child(node)
                .into_iter()
                .flat_map(|last| std::iter::once(last).chain(document.preceding(last)));
            children.find(|&child| document.is_element(child))
        })
    }),
    Member::Method(c"matches", 1, |call| {
        let this = receiver(call)?;
        let condition = Condition::parse(&error::try_text_of(&call.ctx, &call.value(0))?);
        flag(call, condition.fits(&this.document, this.node))
    }),
    Member::Method(c"namespaceURI", 0, |call| text(&call.ctx, namespace(&receiver(call)?))),
    Member::Method(c"nextElementSibling", 0, |call| {
        step(call, |document, node| document.following(node).find(|&node| document.is_element(node)))
    }),
    Member::Method(c"nextSibling", 0, |call| step(call, Document::next)),
    Member::Method(c"nodeName", 0, |call| text(&call.ctx, name(&receiver(call)?))),
    Member::Method(c"nodeType", 0, node_type),
    Member::Method(c"nodeValue", 0, node_value),
    Member::Method(c"ownerDocument", 0, |call| {
        step(call, |document, node| Some(document.root()).filter(|&root| root != node))
    }),
    Member::Method(c"parentElement", 0, |call| {
        step(call, |document, node| document.parent(node).filter(|&parent| document.is_element(parent)))
    }),
    Member::Method(c"parentNode", 0, |call| step(call, Document::parent)),
    Member::Method(c"previousElementSibling", 0, |call| {
        step(call, |document, node| document.preceding(node).find(|&node| document.is_element(node)))
    }),
    Member::Method(c"previousSibling", 0, |call| step(call, Document::previous)),
    Member::Method(c"querySelector", 1, |call| {
        let this = receiver(call)?;
        let found = this.find(&error::try_text_of(&call.ctx, &call.value(0))?);
        this.optional(&call.ctx, found.first().copied())
    }),
    Member::Method(c"querySelectorAll", 1, |call| search(call, "")),
    Member::Method(c"selection", 0, |call| selection::object(&call.ctx, receiver(call)?.selection())),
    Member::Method(c"textContent", 0, text_content),
    Member::Method(c"toString", 0, |call| {
        let this = receiver(call)?;
        if this.document.is_element(this.node) {
            return text(&call.ctx, "[object html.Node]");
        }
        text(&call.ctx, &format!("[object {}]", name(&this)))
    }),
]);

/// The script's object for `element`, with the members of its tag.
pub(super) fn object<'js>(context: &Ctx<'js>, element: ElementObject) -> Result<Value<'js>> {
    let class = &HtmlClasses::of(context)?.element;
    let row = element.document.tag(element.node).and_then(tags::row);
    let value = class.make(context, Box::new(element))?;
    if let (Some(row), Some(object)) = (row, value.as_object()) {
        object.set_prototype(Some(&prototype(context, row, &class.prototype(context)?)?))?;
    }
    Ok(value)
}

/// The prototype of a tag's elements, made once in a user.
fn prototype<'js>(context: &Ctx<'js>, row: &'static tags::Row, common: &Object<'js>) -> Result<Object<'js>> {
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get(row.key) {
        return known.clone().restore(context);
    }
    let made = Object::new(context.clone())?;
    made.set_prototype(Some(common))?;
    ffi::define(context, &made, row.members)?;
    host.builtins.borrow_mut().insert(row.key, Persistent::save(context, made.clone()));
    Ok(made)
}

/// The element behind a value, when it is one.
pub(super) fn known(context: &Ctx<'_>, value: &Value<'_>) -> Result<Option<ElementObject>> {
    Ok(HtmlClasses::of(context)?.element.data::<ElementObject>(value).cloned())
}

/// The element that a member is called on.
pub(super) fn receiver(call: &Call<'_>) -> Result<ElementObject> {
    known(&call.ctx, &call.this())?
        .ok_or_else(|| Exception::throw_type(&call.ctx, "the receiver is no element"))
}

impl ElementObject {
    /// `node` of a selection's document.
    pub(super) fn of(selection: &Selection, node: NodeId) -> Self {
        Self { document: selection.document.clone(), url: selection.url.clone(), node }
    }

    /// The element alone, as a selection.
    pub(super) fn selection(&self) -> Rc<Selection> {
        Selection::of(self.document.clone(), self.url.clone(), vec![self.node])
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.document.attribute(self.node, name)
    }

    /// What `selector` finds below the element.
    pub(super) fn find(&self, selector: &str) -> Vec<NodeId> {
        self.selection().find(&Condition::parse(selector))
    }

    /// The nearest element called `name`, from this one upwards.
    pub(super) fn closest(&self, name: &str) -> Option<NodeId> {
        let mut line = std::iter::once(self.node).chain(self.document.ancestors(self.node));
        line.find(|&node| self.document.is_named(node, name))
    }

    /// The script's object for another node of the document; `undefined` for none.
    pub(super) fn optional<'js>(&self, context: &Ctx<'js>, node: Option<NodeId>) -> Result<Value<'js>> {
        match node {
            Some(node) => object(context, Self { node, ..self.clone() }),
            None => Ok(Value::new_undefined(context.clone())),
        }
    }

    /// An array of nodes of the document.
    pub(super) fn list<'js>(
        &self,
        context: &Ctx<'js>,
        nodes: impl IntoIterator<Item = NodeId>,
    ) -> Result<Value<'js>> {
        list(context, nodes.into_iter().map(|node| self.optional(context, Some(node))))
    }

    /// The node of this document that the first argument is.
    fn other(&self, call: &Call<'_>) -> Result<Option<NodeId>> {
        let other = known(&call.ctx, &call.value(0))?;
        Ok(other.filter(|other| Rc::ptr_eq(&other.document, &self.document)).map(|other| other.node))
    }
}

fn flag<'js>(call: &Call<'js>, flag: bool) -> Result<Value<'js>> {
    Ok(Value::new_bool(call.ctx.clone(), flag))
}

/// An attribute as text; empty when it is missing.
fn own_text<'js>(call: &Call<'js>, name: &str) -> Result<Value<'js>> {
    text(&call.ctx, receiver(call)?.attribute(name).unwrap_or_default())
}

fn step<'js>(call: &Call<'js>, go: fn(&Document, NodeId) -> Option<NodeId>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    this.optional(&call.ctx, go(&this.document, this.node))
}

fn search<'js>(call: &Call<'js>, prefix: &str) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let selector = error::try_text_of(&call.ctx, &call.value(0))?;
    this.list(&call.ctx, this.find(&format!("{prefix}{selector}")))
}

pub(super) fn text_content<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    text(&call.ctx, &this.document.text(this.node))
}

fn name(element: &ElementObject) -> &str {
    match element.document.content(element.node) {
        Content::Document => "#document",
        Content::Doctype { name, .. } => name,
        Content::Text(_) => "#text",
        Content::Comment(_) => "#comment",
        Content::Element(element) => &element.name.local,
    }
}

fn node_type<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let kind = match this.document.content(this.node) {
        Content::Element(_) => 1,
        Content::Text(_) => 3,
        Content::Comment(_) => 8,
        Content::Document => 9,
        Content::Doctype { .. } => 10,
    };
    Ok(Value::new_int(call.ctx.clone(), kind))
}

fn node_value<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    match this.document.content(this.node) {
        Content::Text(value) => text(&call.ctx, value),
        Content::Comment(value) => text(&call.ctx, value),
        _ => Ok(call.undefined()),
    }
}

fn namespace(element: &ElementObject) -> &'static str {
    element.document.element(element.node).map_or("", super::dom::Element::namespace)
}

fn attributes<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let all = Object::new(call.ctx.clone())?;
    let element = this.document.element(this.node);
    for attribute in element.map(|element| &*element.attributes).unwrap_or_default() {
        let name = &attribute.name.local;
        all.set(&**name, attribute_object(call, &this, name, &attribute.value)?)?;
    }
    Ok(all.into_value())
}

fn attribute_node<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let name = error::try_text_of(&call.ctx, &call.value(0))?;
    match this.attribute(&name) {
        Some(value) => attribute_object(call, &this, &name, value),
        None => Ok(call.undefined()),
    }
}

static ATTRIBUTE: Table = Table::new(&[
    Member::Method(c"localName", 0, |call| {
        call.this().as_object().map_or(Ok(call.undefined()), |this| this.get("name"))
    }),
    Member::Method(c"namespaceURI", 0, |call| text(&call.ctx, "")),
    Member::Method(c"prefix", 0, |call| text(&call.ctx, "")),
]);

fn attribute_object<'js>(
    call: &Call<'js>,
    owner: &ElementObject,
    name: &str,
    value: &str,
) -> Result<Value<'js>> {
    let object = Object::new(call.ctx.clone())?;
    object.set("owner_element", owner.optional(&call.ctx, Some(owner.node))?)?;
    object.set("name", name)?;
    object.set("value", value)?;
    let host = ffi::host(&call.ctx);
    let known = host.builtins.borrow().get("html.attribute").cloned();
    let prototype = match known {
        Some(known) => known.restore(&call.ctx)?,
        None => {
            let made = Object::new(call.ctx.clone())?;
            ffi::define(&call.ctx, &made, &ATTRIBUTE)?;
            let kept = Persistent::save(&call.ctx, made.clone());
            host.builtins.borrow_mut().insert("html.attribute", kept);
            made
        }
    };
    object.set_prototype(Some(&prototype))?;
    Ok(object.into_value())
}

/// Whether two nodes read the same, wherever they stand.
fn is_equal<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let Some(other) = known(&call.ctx, &call.value(0))? else { return flag(call, false) };
    let rendered = |element: &ElementObject| match element.document.content(element.node) {
        // The text of a comment must not pass for markup.
        Content::Comment(text) => format!("#comment {text}"),
        _ => format!("{} {}", name(element), render::outer(&element.document, element.node)),
    };
    flag(call, rendered(&this) == rendered(&other))
}

/// How many siblings before an element have one of these names.
pub(super) fn preceding_named(element: &ElementObject, names: &[&str]) -> usize {
    let document = &element.document;
    let is_named = |node: &NodeId| document.tag(*node).is_some_and(|tag| names.contains(&tag));
    document.preceding(element.node).filter(is_named).count()
}
