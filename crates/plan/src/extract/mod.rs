//! Taking values out of answers: what importers share, each way in a module of its own.

pub mod boundary;
pub mod jmespath;
pub mod jsonpath;
pub mod regex;
pub mod xpath;
