//! Tags, recorders, histograms, frames, merging and threshold evaluation.
