//! Globals of the web platform, made when a script first touches them.
//!
//! A program gets the getters of those that it names, see [`NAMES`] and `reach`; the read of one makes its value
//! and puts that in the getter's place. What is written in JavaScript stands in a [`Chunk`], which is compiled
//! once per process and evaluated by the users that need it. Scripts may put their own in the place of each.

pub(in crate::modules) mod chunk;
mod clone;
mod events;
mod fetch;
pub(crate) mod intl;
mod multipart;
mod text;
mod url;

use rquickjs::{Ctx, Object, Result, Value};

use self::chunk::Chunk;
pub(crate) use self::chunk::NOWHERE;
use super::{Builtin, crypto, websockets};
use crate::ffi::{self, Call, Intrinsics, Member, Table};

/// The module that the global `crypto` was once.
pub(super) const OLD_CRYPTO: Builtin = Builtin {
    name: "k6/experimental/webcrypto",
    exports: || Box::new(std::iter::once(c"crypto")),
    build: |context| {
        ffi::host(context).shared.warn_once(
            "k6/experimental/webcrypto was removed from k6 and is an alias of the global crypto here; the import can be \
             removed.",
        );
        let object = Object::new(context.clone())?;
        object.set("crypto", context.globals().get::<_, Value<'_>>("crypto")?)?;
        Ok(object)
    },
};

/// Where a global comes from.
enum From {
    /// A member of what the chunk makes.
    Chunk(&'static Chunk),
    /// A function of the host.
    Native(for<'js> fn(&Ctx<'js>) -> Result<Value<'js>>),
}

/// The names, each with its getter; a program that has none of these words cannot reach them.
macro_rules! globals {
    ($($name:ident $text:literal $from:expr;)*) => {
        /// The names of the globals; the position of each is its bit in [`Names`].
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];
        static GETTERS: [Table; NAMES.len()] = [
            $(Table::new(&[Member::Lazy($text, |call| settle(call, stringify!($name), &$from))])),*
        ];
    };
}

globals! {
    AbortController c"AbortController" From::Chunk(&events::CHUNK);
    AbortSignal c"AbortSignal" From::Chunk(&events::CHUNK);
    Blob c"Blob" From::Native(websockets::blob_constructor);
    CustomEvent c"CustomEvent" From::Chunk(&events::CHUNK);
    DOMException c"DOMException" From::Chunk(&events::CHUNK);
    Event c"Event" From::Chunk(&events::CHUNK);
    EventTarget c"EventTarget" From::Chunk(&events::CHUNK);
    File c"File" From::Chunk(&fetch::FORM);
    FormData c"FormData" From::Chunk(&fetch::FORM);
    Headers c"Headers" From::Chunk(&fetch::CHUNK);
    Intl c"Intl" From::Chunk(&intl::CHUNK);
    Request c"Request" From::Chunk(&fetch::CHUNK);
    Response c"Response" From::Chunk(&fetch::CHUNK);
    TextDecoder c"TextDecoder" From::Chunk(&text::CHUNK);
    TextEncoder c"TextEncoder" From::Chunk(&text::CHUNK);
    URL c"URL" From::Chunk(&url::CHUNK);
    URLSearchParams c"URLSearchParams" From::Chunk(&url::CHUNK);
    atob c"atob" From::Chunk(&text::CHUNK);
    btoa c"btoa" From::Chunk(&text::CHUNK);
    crypto c"crypto" From::Native(crypto::web::build);
    fetch c"fetch" From::Chunk(&fetch::CHUNK);
    performance c"performance" From::Chunk(&text::CHUNK);
    queueMicrotask c"queueMicrotask" From::Chunk(&text::CHUNK);
    structuredClone c"structuredClone" From::Chunk(&clone::CHUNK);
}

/// A set of the globals, a bit each.
pub(crate) type Names = u64;

/// The chunks by name, for those that build on others.
static CHUNKS: [&Chunk; 7] =
    [&clone::CHUNK, &events::CHUNK, &fetch::CHUNK, &fetch::FORM, &intl::CHUNK, &text::CHUNK, &url::CHUNK];

/// Adds the getters of those in `names` to a fresh context.
pub(crate) fn install(context: &Ctx<'_>, names: Names) -> Result<()> {
    let globals = context.globals();
    for (place, getter) in GETTERS.iter().enumerate() {
        if names & (1 << place) != 0 {
            ffi::define(context, &globals, getter)?;
        }
    }
    Ok(())
}

/// The read of a lazy global makes its value and puts it in the getter's place; a write does the same with
/// the script's own value.
fn settle<'js>(call: &Call<'js>, name: &str, from: &From) -> Result<Value<'js>> {
    let value = match from {
        _ if call.len() > 0 => call.value(0),
        From::Chunk(chunk) => chunk.made(&call.ctx)?.get(name)?,
        From::Native(make) => {
            ffi::complete(&call.ctx, Intrinsics::ALL)?;
            make(&call.ctx)?
        }
    };
    ffi::set_hidden(&call.ctx.globals(), name, value.clone())?;
    Ok(value)
}

/// The address of a `URL` of this user; nothing for other values.
pub(crate) fn address_of(value: &Value<'_>) -> Option<String> {
    url::address_of(value)
}
