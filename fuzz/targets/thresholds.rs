//! Threshold expressions, aggregations and metric selectors.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = model::Expression::parse(text);
    let _ = model::Aggregation::parse(text);
    if let Ok(selector) = model::Selector::parse(text) {
        assert!(text.contains(&selector.metric), "{text}");
        // Each tag takes two bytes at least: a colon, and a comma or a brace.
        assert!(selector.tags.len() * 2 <= text.len(), "{text}");
    }
});
