//! End-of-test summaries and outputs.
