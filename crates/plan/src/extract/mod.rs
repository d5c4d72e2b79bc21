//! Taking values out of answers: what importers share.

pub mod jsonpath;
