//! The formats that compile to a plan, one folder each.
