//! Cookies: what servers set, what goes back to them, and the jar between.

mod date;
mod jar;
mod parse;

pub use jar::{Jar, SetOptions};
pub use parse::Cookie;
