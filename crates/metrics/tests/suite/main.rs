//! Recording, merging and judging, from the outside.

mod merging;
mod recording;
mod support;
mod thresholds;
