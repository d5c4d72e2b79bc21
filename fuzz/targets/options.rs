//! Options as scripts write them: whatever is accepted can be merged, judged and written out, and what was
//! written out is accepted again and means the same.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return };
    let Ok((options, _)) = model::Options::from_script(&value) else { return };
    let _ = model::Options::default().overlay(options.clone());
    let Ok((whole, _)) = options.consolidate() else { return };
    let problems = whole.validate(&|name| name == "default");
    if !problems.is_empty() {
        return;
    }
    let written = serde_json::Value::Object(whole.to_json());
    let (again, _) = model::Options::from_script(&written)
        .unwrap_or_else(|error| panic!("not accepted again: {error}\n{text}\n{written}"));
    let (again, _) =
        again.consolidate().unwrap_or_else(|error| panic!("not whole again: {error}\n{text}\n{written}"));
    assert_eq!(serde_json::Value::Object(again.to_json()), written, "{text}");
});
