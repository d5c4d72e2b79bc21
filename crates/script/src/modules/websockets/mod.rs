//! `k6/websockets`: the `WebSocket` and `Blob` of browsers, on the user's event loop.
//!
//! What `k6/ws` needs too, opening connections and recording their samples, is in [`link`] and [`params`].

mod blob;
mod events;
pub(super) mod link;
pub(super) mod params;
mod run;
mod socket;
mod state;

use rquickjs::{Ctx, Object, Persistent, Result, Value};

use super::Builtin;
use crate::ffi::{self, Named};

pub(crate) use blob::bytes_of as blob_bytes;
pub(crate) use state::{Sockets, kit, mark, number_of};

const NAMES: [&std::ffi::CStr; 2] = [c"Blob", c"WebSocket"];

pub(super) const MODULE: Builtin =
    Builtin { name: "k6/websockets", exports: || Box::new(NAMES.into_iter()), build };
pub(super) const OLD_NAME: Builtin = Builtin {
    name: "k6/experimental/websockets",
    exports: || Box::new(NAMES.into_iter()),
    build: |context| {
        ffi::host(context).shared.warn_once(
            "k6/experimental/websockets is deprecated and will be removed in a future release. Please use \
             k6/websockets instead.",
        );
        build(context)
    },
};

/// What both modules say in the init code.
pub(super) const NOT_IN_INIT: &str = "using websockets in the init context is not supported";

/// The constructor of blobs, one in a user.
pub(crate) fn blob_constructor<'js>(context: &Ctx<'js>) -> Result<Value<'js>> {
    static BLOB: Named = Named::new(blob::construct);
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get("Blob") {
        return Ok(known.clone().restore(context)?.into_value());
    }
    let constructor = ffi::constructor(context, c"Blob", 2, &BLOB)?;
    let object = constructor.clone().into_object().expect("a constructor is an object");
    host.builtins.borrow_mut().insert("Blob", Persistent::save(context, object));
    Ok(constructor)
}

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static WEBSOCKET: Named = Named::new(socket::construct);
    let object = Object::new(context.clone())?;
    object.set("Blob", blob_constructor(context)?)?;
    let constructor = ffi::constructor(context, c"WebSocket", 3, &WEBSOCKET)?;
    let members = constructor.as_object().expect("a constructor is an object");
    for (name, state) in socket::STATES {
        members.set(name, state)?;
    }
    ffi::define(context, &members.get("prototype")?, &socket::TABLE)?;
    object.set("WebSocket", constructor)?;
    Ok(object)
}
