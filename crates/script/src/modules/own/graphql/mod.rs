//! `plimsoll/graphql`: operations over HTTP and WebSocket, measured as operations and not only as requests.
//!
//! The objects are in `graphql.js`, which a user loads when its script imports the module, and in `subscribe.js`,
//! which it loads with its first subscription. Here is what they ask the host: to read documents ([`document`]) and
//! schemas ([`schema`]), once in the process, and to judge answers ([`answer`]).

mod answer;
mod document;
mod schema;

use std::collections::HashMap;
use std::sync::Arc;

use rquickjs::{Ctx, Object, Result, Value};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{float, hash_of, text, type_error};
use crate::error;
use crate::ffi::{self, Call, Member, Table};
use crate::modules::data::lock;
use crate::modules::web::chunk::Chunk;
use crate::modules::{Builtin, find, http};

pub(crate) use answer::has_failed;
pub use document::OperationKind;
pub(crate) use schema::Schemas;

pub(crate) const MODULE: Builtin = Builtin {
    name: "plimsoll/graphql",
    exports: || Box::new([c"Client", c"GraphQLError", c"gql"].into_iter()),
    build,
};

static CHUNK: Chunk = Chunk::of_whole_language("plimsoll:graphql", include_str!("graphql.js"), &NATIVE);
static SUBSCRIBE: Chunk =
    Chunk::of_whole_language("plimsoll:subscribe", include_str!("subscribe.js"), &NATIVE);

/// The most documents that a process remembers; scripts may make up any number.
const MAX_DOCUMENTS: usize = 10_000;

/// What the process knows of documents, as the JSON that users get, by text.
pub(crate) type Documents = HashMap<Box<str>, Arc<str>>;

static NATIVE: Table = Table::new(&[
    Member::Method(c"hash", 1, hash),
    Member::Method(c"judge", 0, |call| Ok(http::graphql_answers(&call.ctx)?.into_value())),
    Member::Method(c"module", 1, module),
    Member::Method(c"ms", 1, milliseconds),
    Member::Method(c"now", 0, |call| Ok(float(call, call.host.now().0 as f64 / 1e6))),
    Member::Method(c"read", 1, read),
    Member::Method(c"schema", 1, learn),
    Member::Method(c"subscribing", 0, |call| Ok(SUBSCRIBE.made(&call.ctx)?.into_value())),
]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    lock(&ffi::host(context).shared.shelf.schemas).used = true;
    CHUNK.made(context)
}

/// `hash(text)`: the SHA-256 of a document in hexadecimal digits.
fn hash<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let digest = Sha256::digest(error::text_of(&call.ctx, &call.value(0)).as_bytes());
    text(call, &digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// `module(name)`: a module of the host, the object that scripts share.
fn module<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let name = error::text_of(&call.ctx, &call.value(0));
    let module = find(&name).expect("the sources beside this file name modules that exist");
    Ok(module.object(&call.ctx)?.into_value())
}

/// `ms(time)`: a time as milliseconds, given as such or as text like `1m30s`.
fn milliseconds<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let given = call.value(0);
    let ms = match given.as_number() {
        Some(number) => Some(number),
        None => model::duration::parse(&error::text_of(&call.ctx, &given))
            .ok()
            .map(|time| time.as_secs_f64() * 1e3),
    };
    let ms = ms.filter(|ms| ms.is_finite() && *ms > 0.0);
    let shown = error::text_of(&call.ctx, &given);
    ms.map(|ms| float(call, ms)).ok_or_else(|| {
        type_error(call, &format!("{shown:?} is no time: a number of milliseconds or text like '5s'"))
    })
}

/// `read(text)`: what there is to know of a document's operations. Throws when it cannot be read.
fn read<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let source = error::text_of(&call.ctx, &call.value(0));
    let documents = &call.host.shared.shelf.documents;
    let known = lock(documents).get(source.as_str()).cloned();
    if let Some(known) = known {
        return call.ctx.json_parse(&*known);
    }
    // The parser calls itself for each level, and the user's stack keeps every page it has touched.
    let document = fiber::on_root(|| document::parse(&source))
        .map_err(|wrong| error::throw_named(&call.ctx, "GraphQLSyntaxError", &wrong.shown(&source)))?;
    let operations = document.operations.iter().map(|operation| {
        let fields = operation.fields.iter().map(|field| {
            let conditions = field.conditions.iter();
            json!([
                field.name,
                conditions.map(|one| json!([one.variable, one.wanted, one.default])).collect::<Vec<_>>()
            ])
        });
        json!({
            "name": operation.name,
            "type": operation.kind.name(),
            "depth": operation.depth.to_string(),
            "complexity": operation.complexity.to_string(),
            "fields": fields.collect::<Vec<_>>(),
        })
    });
    let json = json!(operations.collect::<Vec<_>>()).to_string();
    let mut known = lock(documents);
    if known.len() < MAX_DOCUMENTS {
        known.insert(source.into(), json.as_str().into());
    }
    drop(known);
    call.ctx.json_parse(json)
}

/// `schema(text)`: learns which fields there are. A text that was seen is not read again.
fn learn<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let source = error::text_of(&call.ctx, &call.value(0));
    let schemas = &call.host.shared.shelf.schemas;
    if lock(schemas).is_new(hash_of(&source)) {
        let fields = fiber::on_root(|| schema::root_fields(&source));
        let fields =
            fields.map_err(|message| error::throw_named(&call.ctx, "GraphQLSchemaError", &message))?;
        lock(schemas).add(fields);
    }
    Ok(call.undefined())
}
