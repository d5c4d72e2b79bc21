//! `module`: `require` for ECMAScript modules.

use rquickjs::Array;

use super::{Builtin, MODULES};
use crate::code::require::require_of;
use crate::error;
use crate::ffi::{Member, Table};

pub(super) const MODULE: Builtin =
    Builtin::new("module", "`createRequire`, `builtinModules`, `isBuiltin`", include_str!("module.js"))
        .with(&NATIVE);

static NATIVE: Table = Table::new(&[
    Member::Method(c"requireOf", 1, |call| {
        let path = error::text_of(&call.ctx, &call.value(0));
        Ok(require_of(&call.ctx, &format!("file://{path}"))?.into_value())
    }),
    Member::Getter(c"names", |call| {
        let list = Array::new(call.ctx.clone())?;
        let names = MODULES.iter().filter(|builtin| !builtin.is_internal());
        for (index, builtin) in names.enumerate() {
            list.set(index, builtin.name)?;
        }
        Ok(list.into_value())
    }),
]);
