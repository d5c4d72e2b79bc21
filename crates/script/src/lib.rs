//! The JavaScript host: QuickJS, the module loader, the event loop and the k6 modules.
//!
//! [`Test`] is a loaded script; [`Test::users`] gives the engine its virtual users, [`Lifecycle`] runs setup,
//! teardown and `handleSummary`. Each user has a runtime and globals of its own on a coroutine, so that a
//! script's blocking calls let the thread serve others. Storage and the terminal are not known here.

mod advice;
pub mod code;
mod error;
mod ffi;
mod gjson;
mod imports;
mod jslib;
pub mod kept;
mod lifecycle;
mod modules;
mod packages;
mod places;
mod program;
mod reach;
mod remote;
mod secrets;
mod source;
mod syntax;
mod test;
#[cfg(debug_assertions)]
#[doc(hidden)]
pub mod testing;
mod typescript;
mod vu;

pub use error::{Error, ErrorKind};
pub use lifecycle::{Lifecycle, Performed};
pub use modules::html::{Element, Page, PageContent};
pub use modules::own::OperationKind;
pub use remote::{Connect, Remote};
pub use secrets::{RemoteSecrets, RemoteSettings, SecretSource, Secrets};
pub use source::{Source, address, path_of};
pub use syntax::fault_of_module;
pub use test::{Export, HttpDebug, LoadOptions, RunOptions, SystemTags, Test};
