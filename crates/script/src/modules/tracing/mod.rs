//! `k6/experimental/tracing`, which k6 has removed: requests carry the identifiers of traces.
//!
//! All of it is JavaScript over the script's own `k6/http` and the global `crypto`.

use rquickjs::{Ctx, Function, Object, Result, Value};

use super::{Builtin, find};
use crate::ffi;

pub(super) const MODULE: Builtin = Builtin {
    name: "k6/experimental/tracing",
    exports: || Box::new([c"Client", c"instrumentHTTP"].into_iter()),
    build,
};

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    ffi::host(context).shared.warn_once(
        "k6/experimental/tracing was removed from k6 and is kept here for scripts that import it; new ones should use \
         the module http-instrumentation-tempo.",
    );
    let http = find("k6/http").expect("it is in the table").object(context)?;
    let crypto: Value<'js> = context.globals().get("crypto")?;
    let make: Function<'js> = context.eval(include_str!("tracing.js"))?;
    make.call((http, crypto))
}
