//! Recording, merging and judging, from the outside.

mod acceptance;
mod merging;
mod recording;
mod support;
mod thresholds;
