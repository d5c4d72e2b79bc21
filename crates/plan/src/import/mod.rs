//! Importers: from a file in another tool's format to a [`Plan`](crate::Plan).

pub mod jmeter;
