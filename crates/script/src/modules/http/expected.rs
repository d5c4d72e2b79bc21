//! Which statuses count as expected: `expectedStatuses` and `setResponseCallback`.

use std::rc::Rc;

use rquickjs::{Ctx, Object, Result, Value};

use super::state::HttpState;
use crate::error;
use crate::ffi::{self, Call};
use crate::modules::own;

/// What is expected of answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Expected {
    /// A set of statuses; `None` means that nothing is judged and `http_req_failed` is not measured.
    statuses: Option<Rc<[(u16, u16)]>>,
    /// An answer of GraphQL that holds errors has failed, whatever its status.
    graphql: bool,
}

impl Default for Expected {
    fn default() -> Self {
        Self { statuses: Some([(200, 399)].into()), graphql: false }
    }
}

impl Expected {
    /// Whether a response with this status and, when it is the last of its request, this body has failed; nothing
    /// when that is not judged.
    pub(super) fn failed(&self, status: u16, body: Option<&[u8]>) -> Option<bool> {
        let ranges = self.statuses.as_ref()?;
        let as_expected = ranges.iter().any(|&(low, high)| (low..=high).contains(&status));
        Some(!as_expected || (self.graphql && body.is_some_and(own::graphql_failed)))
    }

    /// What a `responseCallback` parameter or argument says; `null` turns judging off.
    pub(super) fn from_value(value: &Value<'_>) -> Option<Self> {
        if value.is_null() {
            return Some(Self { statuses: None, graphql: false });
        }
        let object = value.as_object()?;
        let marked: Option<Vec<Vec<u16>>> = object.get(MARK).ok()?;
        let pairs = marked?.into_iter().filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
        let graphql = object.get::<_, Option<bool>>(GRAPHQL).ok()?.unwrap_or(false);
        Some(Self { statuses: Some(pairs.collect()), graphql })
    }
}

/// The hidden property by which an object made by `expectedStatuses` is known.
const MARK: &str = "__plimsoll_expected_statuses";
/// The one by which an object made by [`graphql_answers`] is.
const GRAPHQL: &str = "__plimsoll_expected_graphql";

/// A `responseCallback` that also looks for errors inside answers of GraphQL.
pub(crate) fn graphql_answers<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::set_hidden(&object, MARK, rquickjs::IntoJs::into_js(vec![vec![200_u16, 399]], context)?)?;
    ffi::set_hidden(&object, GRAPHQL, Value::new_bool(context.clone(), true))?;
    Ok(object)
}

pub(super) fn expected_statuses<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if call.len() == 0 {
        return Err(error::throw(&call.ctx, "no arguments"));
    }
    let mut ranges = Vec::new();
    for index in 0..call.len() {
        let Some((low, high)) = range(&call.value(index))? else {
            let message = format!(
                "argument number {} to expectedStatuses was neither an integer nor an object like {{min:100, max:329}}",
                index + 1
            );
            return Err(error::throw(&call.ctx, &message));
        };
        ranges.push(vec![low, high]);
    }
    let object = Object::new(call.ctx.clone())?;
    let ranges = rquickjs::IntoJs::into_js(ranges, &call.ctx)?;
    ffi::set_hidden(&object, MARK, ranges)?;
    Ok(object.into_value())
}

fn range(value: &Value<'_>) -> Result<Option<(u16, u16)>> {
    let status = |value: &Value<'_>| {
        let number = value.as_number()?;
        (number.fract() == 0.0 && (0.0..=65_535.0).contains(&number)).then_some(number as u16)
    };
    if let Some(single) = status(value) {
        return Ok(Some((single, single)));
    }
    let Some(object) = value.as_object() else { return Ok(None) };
    let (min, max): (Value<'_>, Value<'_>) = (object.get("min")?, object.get("max")?);
    Ok(status(&min).zip(status(&max)))
}

pub(super) fn set_response_callback<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let Some(expected) = Expected::from_value(&call.value(0)) else {
        return Err(unsupported(&call.ctx));
    };
    HttpState::of(call.host).expected.replace(expected);
    Ok(call.undefined())
}

pub(super) fn unsupported(context: &Ctx<'_>) -> rquickjs::Error {
    error::throw(context, "unsupported argument, expected http.expectedStatuses")
}
