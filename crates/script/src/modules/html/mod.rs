//! `k6/html`: HTML as scripts look into it, with jQuery-like selections and DOM-like elements.
//!
//! [`dom`] holds a parsed document, [`parse`] makes it, [`render`] writes it again, [`selector`] and [`select`]
//! find nodes, [`values`] reads forms: these know nothing of scripts. [`selection`] and [`element`] are what
//! scripts hold; both keep their whole document alive and are gone, with it, when the script lets go of them.

mod dom;
mod element;
mod fields;
mod link;
mod page;
mod parse;
mod render;
mod select;
mod selection;
mod selector;
mod tags;
#[cfg(test)]
mod tests;
mod values;

use std::rc::Rc;

use rquickjs::{Ctx, Object, Result, Value};

use super::Builtin;
use crate::error;
use crate::ffi::{self, Call, LazyClass, Member, Table};

pub use page::{Element, Page, PageContent};
pub(crate) use select::Selection;
pub(crate) use selection::object as selection_object;
pub(crate) use values::FieldValue;

pub(super) const MODULE: Builtin = Builtin { name: "k6/html", exports: || Box::new(TABLE.names()), build };

static TABLE: Table = Table::new(&[Member::Method(c"parseHTML", 1, parse_html)]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

/// The classes of selections and elements in one user's runtime, made at the first document.
pub(crate) struct HtmlClasses {
    selection: Box<LazyClass>,
    element: Box<LazyClass>,
}

impl HtmlClasses {
    fn of<'a>(context: &'a Ctx<'_>) -> Result<&'a Self> {
        let cell = &ffi::host(context).html;
        if cell.get().is_none() {
            let selection = LazyClass::register::<selection::SelectionObject>(context)?;
            ffi::define(context, &selection.prototype(context)?, &selection::MEMBERS)?;
            let element = LazyClass::register::<element::ElementObject>(context)?;
            ffi::define(context, &element.prototype(context)?, &element::MEMBERS)?;
            let _ = cell.set(Box::new(Self { selection, element }));
        }
        Ok(cell.get().expect("it was set on the line above"))
    }
}

fn parse_html<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let text = if call.len() == 0 { String::new() } else { error::try_text_of(&call.ctx, &call.value(0))? };
    let selection = document(&call.ctx, &text, "")?;
    selection_object(&call.ctx, selection)
}

/// The selection of the document that `text` is; its links are relative to `url`.
pub(crate) fn document(context: &Ctx<'_>, text: &str, url: &str) -> Result<Rc<Selection>> {
    let document = parse::parse(text).map_err(|message| error::throw(context, message))?;
    Ok(Selection::whole(document, url))
}

/// What forms need of a selection.
impl Selection {
    /// What `selector` finds below the selected nodes.
    pub(crate) fn search(self: &Rc<Self>, selector: &str) -> Rc<Self> {
        self.then(self.find(&select::Condition::parse(selector)))
    }

    /// Whether nothing is selected.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// An attribute of the first node.
    pub(crate) fn first_attribute(&self, name: &str) -> Option<&str> {
        self.attribute(name)
    }

    /// The value of the first node.
    pub(crate) fn value(&self) -> FieldValue {
        values::value(self)
    }

    /// The fields that the form would send, each once.
    pub(crate) fn form_fields(&self) -> Vec<(String, FieldValue)> {
        values::last_wins(values::fields(self))
    }
}

/// A string of the script.
fn text<'js>(context: &Ctx<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(context.clone(), text)?.into_value())
}

/// A whole number of the script.
fn number<'js>(context: &Ctx<'js>, number: usize) -> Value<'js> {
    Value::new_number(context.clone(), number as f64)
}

/// The value of a field as scripts get it.
fn field_value<'js>(context: &Ctx<'js>, value: FieldValue) -> Result<Value<'js>> {
    use rquickjs::IntoJs as _;
    match value {
        FieldValue::Absent => Ok(Value::new_undefined(context.clone())),
        FieldValue::One(value) => text(context, &value),
        FieldValue::Many(values) => values.into_js(context),
    }
}
