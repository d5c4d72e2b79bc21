//! `k6/experimental/streams`: streams of chunks between parts of a script.
//!
//! All of it is JavaScript, `readable.js` and `writable.js`; a user that does not import the module has none of it.

use rquickjs::{Ctx, Function, Object, Result};

use super::Builtin;

pub(super) const MODULE: Builtin = Builtin {
    name: "k6/experimental/streams",
    exports: || {
        Box::new(
            [
                c"ByteLengthQueuingStrategy",
                c"CountQueuingStrategy",
                c"ReadableStream",
                c"ReadableStreamDefaultController",
                c"ReadableStreamDefaultReader",
                c"TransformStream",
                c"WritableStream",
                c"WritableStreamDefaultController",
                c"WritableStreamDefaultWriter",
            ]
            .into_iter(),
        )
    },
    build,
};

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let readable: Object<'js> = context.eval(include_str!("readable.js"))?;
    let add: Function<'js> = context.eval(include_str!("writable.js"))?;
    add.call((readable,))
}
