//! Parts of conversion that need no test to run.

use serde_json::json;

use super::*;

#[test]
fn addresses_share_their_base() {
    let mut plan = json!({ "plimsoll": 1, "steps": [
        { "get": { "url": "http://a:1/x?y" } },
        { "loop": { "times": 2, "steps": [{ "post": { "url": "http://b/", "json": { "url": "http://b/" } } }] } },
        { "parallel": [[{ "get": { "url": "http://b/2" } }]] },
        { "get": { "url": "{{ env.HOST }}/3" } },
    ] });
    with_base(&mut plan);
    let wanted = json!({ "plimsoll": 1, "base": "http://b", "steps": [
        { "get": { "url": "http://a:1/x?y" } },
        { "loop": { "times": 2, "steps": [{ "post": { "url": "/", "json": { "url": "http://b/" } } }] } },
        { "parallel": [[{ "get": { "url": "/2" } }]] },
        { "get": { "url": "{{ env.HOST }}/3" } },
    ] });
    assert_eq!(plan.to_string(), wanted.to_string());
}

#[test]
fn paths_are_seen_from_another_folder() {
    let check = |path: &str, folder: &str, wanted: &str| {
        assert_eq!(relative(Path::new(path), Path::new(folder)).to_str(), Some(wanted), "{path} {folder}");
    };
    check("/a/b/c.csv", "/a/b", "c.csv");
    check("/a/b/../c.csv", "/a/b", "../c.csv");
    check("/a/c.csv", "/b/d", "../../a/c.csv");
}

#[test]
fn times_are_short() {
    let check = |millis: f64, wanted: &str| {
        assert_eq!(duration_text(Duration::from_secs_f64(millis / 1e3)), wanted);
    };
    check(0.0, "0s");
    check(2_000.0, "2s");
    check(1_500.0, "1500ms");
    check(0.25, "250us");
}
