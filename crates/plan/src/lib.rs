//! Compiled plans: tests that are no JavaScript program but a list of steps.
//!
//! An importer ([`import`]) reads a test in another tool's format and says in [`note`]s what it made of each odd
//! part. This crate knows neither storage nor terminal: what is to be printed or written goes back to the caller.

pub mod groovy;
pub mod import;
pub mod note;
