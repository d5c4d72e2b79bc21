//! Ways to take parts out of texts, each in a module of its own; the importers share them.

pub mod boundary;
pub mod jsonpath;
pub mod regex;
pub mod xpath;
