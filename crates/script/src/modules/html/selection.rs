//! The selections that scripts hold: the members of jQuery that k6 has.

use std::ffi::CStr;
use std::rc::Rc;

use rquickjs::{Array, Ctx, Exception, Function, Object, Result, Value};

use super::dom::NodeId;
use super::element::{self, ElementObject};
use super::select::{Condition, Relation, Selection};
use super::values::{self, Datum};
use super::{HtmlClasses, field_value, number, render, text};
use crate::error;
use crate::ffi::{self, Call, Lazy, Member, Property, Table};
use crate::modules::globals;

/// What is behind a script's selection.
pub(super) struct SelectionObject(Rc<Selection>);

impl Lazy for SelectionObject {
    const CLASS: &'static CStr = c"Selection";
    const KEYS: &'static [&'static str] = &["url"];

    fn property<'js>(&self, context: &Ctx<'js>, _: usize) -> Result<Property<'js>> {
        Ok(Property::Fresh(text(context, &self.0.url)?))
    }
}

pub(super) static MEMBERS: Table = Table::new(&[
    Member::Method(c"add", 1, add),
    Member::Method(c"attr", 2, attr),
    Member::Method(c"children", 1, |call| adjacent(call, Relation::Children)),
    Member::Method(c"closest", 1, |call| by_condition(call, Selection::closest)),
    Member::Method(c"contents", 0, |call| derived(call, |this| this.related(Relation::Contents, None))),
    Member::Method(c"data", 1, data),
    Member::Method(c"each", 1, each),
    Member::Method(c"end", 0, |call| object(&call.ctx, receiver(call)?.end())),
    Member::Method(c"eq", 1, eq),
    Member::Method(c"filter", 1, |call| winnow(call, true)),
    Member::Method(c"find", 1, |call| by_condition(call, Selection::find)),
    Member::Method(c"first", 0, |call| {
        derived(call, |this| this.nodes.first().copied().into_iter().collect())
    }),
    Member::Method(c"get", 1, get),
    Member::Method(c"has", 1, |call| by_condition(call, Selection::has)),
    Member::Method(c"html", 0, html),
    Member::Method(c"index", 1, index),
    Member::Method(c"is", 1, is),
    Member::Method(c"last", 0, |call| derived(call, |this| this.nodes.last().copied().into_iter().collect())),
    Member::Method(c"map", 1, map),
    Member::Method(c"next", 1, |call| adjacent(call, Relation::Next)),
    Member::Method(c"nextAll", 1, |call| adjacent(call, Relation::NextAll)),
    Member::Method(c"nextUntil", 2, |call| adjacent_until(call, Relation::NextAll)),
    Member::Method(c"not", 1, |call| winnow(call, false)),
    Member::Method(c"parent", 1, |call| adjacent(call, Relation::Parent)),
    Member::Method(c"parents", 1, |call| adjacent(call, Relation::Parents)),
    Member::Method(c"parentsUntil", 2, |call| adjacent_until(call, Relation::Parents)),
    Member::Method(c"prev", 1, |call| adjacent(call, Relation::Prev)),
    Member::Method(c"prevAll", 1, |call| adjacent(call, Relation::PrevAll)),
    Member::Method(c"prevUntil", 2, |call| adjacent_until(call, Relation::PrevAll)),
    Member::Method(c"serialize", 0, serialize),
    Member::Method(c"serializeArray", 0, serialize_array),
    Member::Method(c"serializeObject", 0, serialize_object),
    Member::Method(c"siblings", 1, |call| adjacent(call, Relation::Siblings)),
    Member::Method(c"single", 1, single),
    Member::Method(c"size", 0, |call| Ok(number(&call.ctx, receiver(call)?.nodes.len()))),
    Member::Method(c"slice", 2, slice),
    Member::Method(c"text", 0, |call| text(&call.ctx, &receiver(call)?.text())),
    Member::Method(c"toArray", 0, to_array),
    Member::Method(c"val", 0, |call| field_value(&call.ctx, values::value(&*receiver(call)?))),
]);

/// The script's object for `selection`.
pub(crate) fn object<'js>(context: &Ctx<'js>, selection: Rc<Selection>) -> Result<Value<'js>> {
    HtmlClasses::of(context)?.selection.make(context, Box::new(SelectionObject(selection)))
}

/// The selection behind a value, when it is one.
pub(super) fn known(context: &Ctx<'_>, value: &Value<'_>) -> Result<Option<Rc<Selection>>> {
    let class = &HtmlClasses::of(context)?.selection;
    Ok(class.data::<SelectionObject>(value).map(|object| object.0.clone()))
}

fn receiver(call: &Call<'_>) -> Result<Rc<Selection>> {
    known(&call.ctx, &call.this())?
        .ok_or_else(|| Exception::throw_type(&call.ctx, "the receiver is no selection"))
}

/// What a script passes to say which nodes it means.
enum Given<'js> {
    Condition(Condition),
    Function(Function<'js>),
    Nothing,
}

fn given<'js>(call: &Call<'js>, this: &Selection, place: usize) -> Result<Given<'js>> {
    let value = call.value(place);
    if value.is_undefined() || value.is_null() {
        return Ok(Given::Nothing);
    }
    if value.is_string() {
        return Ok(Given::Condition(Condition::parse(&error::text_of(&call.ctx, &value))));
    }
    if let Some(nodes) = nodes_of(call, this, &value)? {
        return Ok(Given::Condition(Condition::Nodes(nodes)));
    }
    match value.into_function() {
        Some(function) => Ok(Given::Function(function)),
        None => Err(unusable(call, place)),
    }
}

/// The nodes of a selection or element; those of another document are none of this one's.
fn nodes_of(call: &Call<'_>, this: &Selection, value: &Value<'_>) -> Result<Option<Vec<NodeId>>> {
    if let Some(selection) = known(&call.ctx, value)? {
        let same = Rc::ptr_eq(&selection.document, &this.document);
        return Ok(Some(if same { selection.nodes.clone() } else { Vec::new() }));
    }
    Ok(element::known(&call.ctx, value)?.map(|element| {
        let same = Rc::ptr_eq(&element.document, &this.document);
        if same { vec![element.node] } else { Vec::new() }
    }))
}

/// A string is thrown, not an error: so does k6.
fn unusable(call: &Call<'_>, place: usize) -> rquickjs::Error {
    let kind = globals::go_type(&call.value(place));
    match text(&call.ctx, &format!("Invalid argument: Cannot use a {kind} as a selector")) {
        Ok(message) => call.ctx.throw(message),
        Err(error) => error,
    }
}

/// The condition at `place`, which must be there.
fn condition(call: &Call<'_>, this: &Selection, place: usize) -> Result<Condition> {
    match given(call, this, place)? {
        Given::Condition(condition) => Ok(condition),
        Given::Function(_) | Given::Nothing => Err(unusable(call, place)),
    }
}

fn derived<'js>(call: &Call<'js>, pick: fn(&Selection) -> Vec<NodeId>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    object(&call.ctx, this.then(pick(&this)))
}

fn by_condition<'js>(
    call: &Call<'js>,
    pick: fn(&Selection, &Condition) -> Vec<NodeId>,
) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let condition = condition(call, &this, 0)?;
    object(&call.ctx, this.then(pick(&this, &condition)))
}

fn add<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let condition = condition(call, &this, 0)?;
    object(&call.ctx, this.then(this.add(condition)))
}

/// The first node below that a selector finds.
fn single<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let mut nodes = this.find(&condition(call, &this, 0)?);
    nodes.truncate(1);
    object(&call.ctx, this.then(nodes))
}

fn adjacent<'js>(call: &Call<'js>, relation: Relation) -> Result<Value<'js>> {
    related(call, relation, None, 0)
}

fn adjacent_until<'js>(call: &Call<'js>, relation: Relation) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let until = match given(call, &this, 0)? {
        Given::Condition(condition) => Some(condition),
        Given::Nothing => None,
        Given::Function(_) => return Err(unusable(call, 0)),
    };
    related(call, relation, until.as_ref(), 1)
}

/// Where `relation` leads, filtered by the selector that may stand at `place`.
fn related<'js>(
    call: &Call<'js>,
    relation: Relation,
    until: Option<&Condition>,
    place: usize,
) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let mut nodes = this.related(relation, until);
    let filter = call.value(place);
    if !filter.is_undefined() && !filter.is_null() {
        let filter = Condition::parse(&error::try_text_of(&call.ctx, &filter)?);
        nodes.retain(|&node| filter.fits(&this.document, node));
    }
    object(&call.ctx, this.then(nodes))
}

/// The nodes for which a function of the script is true, or those for which it is not.
fn by_function<'js>(
    call: &Call<'js>,
    this: &Rc<Selection>,
    function: &Function<'js>,
    keep: bool,
) -> Result<Vec<NodeId>> {
    let mut nodes = Vec::new();
    for (index, &node) in this.nodes.iter().enumerate() {
        let one = object(&call.ctx, this.then(vec![node]))?;
        let answer: Value<'js> = function.call((index, one))?;
        if ffi::truthy(&answer) == keep {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

fn winnowed(call: &Call<'_>, this: &Rc<Selection>, keep: bool) -> Result<Vec<NodeId>> {
    match given(call, this, 0)? {
        Given::Function(function) => by_function(call, this, &function, keep),
        Given::Condition(condition) => Ok(this.winnow(&condition, keep)),
        Given::Nothing => Err(unusable(call, 0)),
    }
}

fn winnow<'js>(call: &Call<'js>, keep: bool) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let nodes = winnowed(call, &this, keep)?;
    object(&call.ctx, this.then(nodes))
}

fn is<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let some = !winnowed(call, &receiver(call)?, true)?.is_empty();
    Ok(Value::new_bool(call.ctx.clone(), some))
}

fn attr<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    match this.attribute(&error::try_text_of(&call.ctx, &call.value(0))?) {
        Some(value) => text(&call.ctx, value),
        None => Ok(call.value(1)),
    }
}

fn html<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let inner = this.first().map(|node| render::inner(&this.document, node));
    text(&call.ctx, &inner.unwrap_or_default())
}

/// A whole number that a script passes; what is none counts as 0.
fn whole(call: &Call<'_>, place: usize) -> Result<i64> {
    Ok(call.get::<rquickjs::Coerced<f64>>(place)?.0 as i64)
}

fn eq<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let node = this.place(whole(call, 0)?).map(|place| this.nodes[place]);
    object(&call.ctx, this.then(node.into_iter().collect()))
}

fn slice<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let end = if call.value(1).is_undefined() { None } else { Some(whole(call, 1)?) };
    object(&call.ctx, this.then(this.slice(whole(call, 0)?, end)))
}

fn get<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let make = |node| element::object(&call.ctx, ElementObject::of(&this, node));
    if call.len() > 0 {
        return this.place(whole(call, 0)?).map_or(Ok(call.undefined()), |place| make(this.nodes[place]));
    }
    list(&call.ctx, this.nodes.iter().map(|&node| make(node)))
}

fn to_array<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    list(&call.ctx, this.nodes.iter().map(|&node| object(&call.ctx, this.then(vec![node]))))
}

/// An array of values that are made one by one.
pub(super) fn list<'js>(
    context: &Ctx<'js>,
    values: impl Iterator<Item = Result<Value<'js>>>,
) -> Result<Value<'js>> {
    let array = Array::new(context.clone())?;
    for (index, value) in values.enumerate() {
        array.set(index, value?)?;
    }
    Ok(array.into_value())
}

fn index<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let place = match given(call, &this, 0)? {
        Given::Nothing => this.index(),
        Given::Condition(Condition::Nodes(nodes)) => this.index_of(nodes.first().copied()),
        // A selector asks where the first node stands among what it finds in the whole document.
        Given::Condition(selectors) => {
            let found = this.everywhere().find(&selectors);
            this.first().and_then(|first| found.iter().position(|&node| node == first))
        }
        Given::Function(_) => return Err(unusable(call, 0)),
    };
    Ok(place.map_or_else(|| Value::new_int(call.ctx.clone(), -1), |place| number(&call.ctx, place)))
}

fn each<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let Some(function) = call.value(0).into_function() else {
        return Err(error::throw(&call.ctx, "the argument to each() must be a function"));
    };
    for (index, &node) in this.nodes.iter().enumerate() {
        let element = element::object(&call.ctx, ElementObject::of(&this, node))?;
        if let Err(failure) = function.call::<_, Value<'js>>((index, element)) {
            let thrown = caught(call, failure)?;
            let message = error::brief(&call.ctx, &thrown);
            let message = format!("the function passed to each() failed: {message}");
            return Err(error::throw(&call.ctx, &message));
        }
    }
    Ok(call.this())
}

/// What a function of the script threw; what no script may catch goes on.
fn caught<'js>(call: &Call<'js>, failure: rquickjs::Error) -> Result<Value<'js>> {
    if !matches!(failure, rquickjs::Error::Exception) {
        return Err(failure);
    }
    let thrown = call.ctx.catch();
    if ffi::is_uncatchable(&thrown) || call.host.is_interrupted() {
        return Err(call.ctx.throw(thrown));
    }
    Ok(thrown)
}

/// What a function makes of each node. As in k6, where it throws there is no result.
fn map<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let Some(function) = call.value(0).into_function() else {
        return Err(error::throw(&call.ctx, "the argument to map() must be a function"));
    };
    let array = Array::new(call.ctx.clone())?;
    for (index, &node) in this.nodes.iter().enumerate() {
        let one = object(&call.ctx, this.then(vec![node]))?;
        match function.call::<_, Value<'js>>((index, one)) {
            Ok(value) => array.set(array.len(), value)?,
            Err(failure) => drop(caught(call, failure)?),
        }
    }
    Ok(array.into_value())
}

fn data<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let name = call.value(0);
    if !name.is_undefined() && !name.is_null() {
        let attribute = values::data_attribute(&error::try_text_of(&call.ctx, &name)?);
        return match this.attribute(&attribute) {
            Some(value) => datum(&call.ctx, value),
            None => Ok(call.undefined()),
        };
    }
    let Some(element) = this.first().and_then(|node| this.document.element(node)) else {
        return Ok(call.undefined());
    };
    let all = Object::new(call.ctx.clone())?;
    for attribute in &element.attributes {
        if let Some(name) = values::data_name(&attribute.name.local) {
            all.set(name, datum(&call.ctx, &attribute.value)?)?;
        }
    }
    Ok(all.into_value())
}

fn datum<'js>(context: &Ctx<'js>, value: &str) -> Result<Value<'js>> {
    Ok(match values::datum(value) {
        Datum::Null => Value::new_null(context.clone()),
        Datum::Undefined => Value::new_undefined(context.clone()),
        Datum::Bool(flag) => Value::new_bool(context.clone(), flag),
        Datum::Number(number) => Value::new_number(context.clone(), number),
        Datum::Text(value) => text(context, value)?,
        Datum::Json(value) => match context.json_parse(value) {
            Ok(parsed) => parsed,
            Err(_) => {
                context.catch();
                text(context, value)?
            }
        },
    })
}

fn serialize<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    text(&call.ctx, &values::query(values::fields(&*receiver(call)?)))
}

fn serialize_array<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let fields = values::fields(&*receiver(call)?);
    list(
        &call.ctx,
        fields.into_iter().map(|(name, value)| {
            let field = Object::new(call.ctx.clone())?;
            field.set("name", name)?;
            field.set("value", field_value(&call.ctx, value)?)?;
            Ok(field.into_value())
        }),
    )
}

fn serialize_object<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let fields = Object::new(call.ctx.clone())?;
    for (name, value) in receiver(call)?.form_fields() {
        fields.set(name, field_value(&call.ctx, value)?)?;
    }
    Ok(fields.into_value())
}
