//! `Set-Cookie`: what a server sets is sent to that server and its family alone.

#![no_main]

use libfuzzer_sys::fuzz_target;
use net::cookie::{Store, UnixMillis, parse_all};

fuzz_target!(|lines: Vec<&[u8]>| {
    let url = |text: &str| net::Url::parse(text).expect("it is a good address");
    let (home, sibling) = (url("http://a.example.com/x/y"), url("http://b.example.com/x/y"));
    let strangers =
        [url("http://example.org/x/y"), url("http://badexample.com/x/y"), url("http://127.0.0.1/x/y")];
    let mut store = Store::default();
    let now = UnixMillis(1_700_000_000_000);
    for cookie in parse_all(lines.iter().copied()) {
        store.store(&home, &cookie, now);
    }
    let lines_have_domain =
        lines.iter().any(|line| line.to_ascii_lowercase().windows(6).any(|word| word == b"domain"));
    for stranger in &strangers {
        assert!(store.cookies_for(stranger, now).is_empty(), "leaked: {lines:?}");
    }
    if !lines_have_domain {
        assert!(store.cookies_for(&sibling, now).is_empty(), "leaked to a sibling: {lines:?}");
    }
    for (name, value) in store.cookies_for(&home, now) {
        assert!(!name.is_empty() && !name.contains(['\r', '\n', ';']) && !value.contains(['\r', '\n', ';']));
    }
});
