//! Behaviour of the jar over sequences of responses, requests and script calls.

use super::*;
use proptest::prelude::*;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

fn url(text: &str) -> Url {
    Url::parse(text).expect(text)
}

fn sent(jar: &Store, to: &str) -> String {
    let pairs = jar.cookies_for(&url(to), NOW);
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// Stores each `(url, set-cookie)` and compares what each url is sent afterwards.
fn check(stored: &[(&str, &str)], expected: &[(&str, &str)]) {
    let mut jar = Store::new();
    for (from, line) in stored {
        jar.store_lines(&url(from), [line], NOW);
    }
    for (to, cookies) in expected {
        assert_eq!(sent(&jar, to), *cookies, "{stored:?} to {to}");
    }
}

#[test]
fn hosts_and_domains() {
    check(
        &[("http://www.shop.test/", "a=1"), ("http://www.shop.test/", "b=2; Domain=shop.test")],
        &[
            ("http://www.shop.test/", "a=1; b=2"),
            ("http://shop.test/", "b=2"),
            ("http://x.www.shop.test/", "b=2"),
            ("http://otherwww.shop.test/", "b=2"),
            ("http://bad-shop.test/", ""),
            ("https://www.shop.test:8443/", "a=1; b=2"),
            ("ws://www.shop.test/", ""),
        ],
    );
    check(
        &[("http://a.test/", "x=1; Domain=other.test")],
        &[("http://other.test/", ""), ("http://a.test/", "")],
    );
    check(
        &[("http://shop.test/", "x=1; Domain=test")],
        &[
            ("http://shop.test/", "x=1"),
            ("http://www.shop.test/", "x=1"),
            ("http://b.test/", ""),
            ("http://test/", ""),
        ],
    );
    check(
        &[("http://127.0.0.1:81/", "x=1; Domain=127.0.0.1")],
        &[("http://127.0.0.1:82/", "x=1"), ("http://127.0.0.2/", "")],
    );
}

#[test]
fn paths_and_order() {
    check(
        &[
            ("http://a.test/x/y/z", "dir=0"),
            ("http://a.test/", "root=1"),
            ("http://a.test/", "deep=2; Path=/x/y/z"),
            ("http://a.test/", "odd=3; Path=x"),
            ("http://a.test/", "root=4"),
        ],
        &[
            ("http://a.test/", "root=4; odd=3"),
            ("http://a.test/x/y", "dir=0; root=4; odd=3"),
            ("http://a.test/x/y/z/", "deep=2; dir=0; root=4; odd=3"),
            ("http://a.test/x/yy", "root=4; odd=3"),
        ],
    );
}

#[test]
fn secure_cookies() {
    check(
        &[("http://a.test/", "s=1; Secure"), ("http://127.0.0.1/", "s=1; Secure")],
        &[("http://a.test/", ""), ("https://a.test/", "s=1"), ("http://127.0.0.1/", "s=1")],
    );
}

#[test]
fn expiry_and_deletion() {
    let a = "http://a.test/";
    for (line, cookies) in [
        ("k=1; Max-Age=10", "k=1"),
        ("k=1; Max-Age=0", ""),
        ("k=1; Max-Age=-1", ""),
        ("k=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT", "k=1"),
        ("k=1; Expires=Mon, 02 Jan 2006 15:04:05 GMT", ""),
        ("k=1; Max-Age=10; Expires=Mon, 02 Jan 2006 15:04:05 GMT", "k=1"),
        ("k=1; Max-Age=-1; Expires=Wed, 21 Oct 2099 07:28:00 GMT", ""),
        ("k=1; Expires=rubbish", "k=1"),
    ] {
        check(&[(a, "k=0"), (a, line)], &[(a, cookies)]);
    }
    let mut jar = Store::new();
    jar.store_lines(&url(a), ["k=1; Max-Age=10"], NOW);
    assert_eq!(jar.cookies_for(&url(a), UnixMillis(NOW.0 + 9_999)).len(), 1);
    assert_eq!(jar.cookies_for(&url(a), UnixMillis(NOW.0 + 10_000)).len(), 0);
}

#[test]
fn scripts_set_delete_and_clear() {
    let here = url("http://127.0.0.1:8080/cookies");
    let mut jar = Store::new();
    jar.set(&here, "a", "1", &Attributes::default(), NOW);
    jar.set(&here, "b", "2", &Attributes { path: "/other".into(), ..Attributes::default() }, NOW);
    jar.set(&here, "c", "3", &Attributes { path: "/".into(), max_age_s: 100, ..Attributes::default() }, NOW);
    assert_eq!(jar.cookies_for(&here, NOW), [("a", "1"), ("c", "3")]);
    jar.delete(&here, "a", NOW);
    assert_eq!(jar.cookies_for(&here, NOW), [("c", "3")]);
    jar.clear(&here, NOW);
    assert!(jar.cookies_for(&here, NOW).is_empty());
    assert_eq!(sent(&jar, "http://127.0.0.1/other"), "b=2");
    jar.reset();
    assert!(jar.is_empty());
}

#[test]
fn options_of_a_script() {
    let here = url("http://127.0.0.1/cookies");
    let visible = |attributes: &Attributes| {
        let mut jar = Store::new();
        jar.set(&here, "k", "v", attributes, NOW);
        !jar.cookies_for(&here, NOW).is_empty()
    };
    let with_expires = |text: &str| {
        let mut attributes = Attributes::default();
        attributes.set_expires(text).map(|()| visible(&attributes)).map_err(|error| error.to_string())
    };
    assert_eq!(with_expires("Wed, 21 Oct 2099 07:28:00 GMT"), Ok(true));
    assert_eq!(with_expires("Mon, 02 Jan 2006 15:04:05 MST"), Ok(false));
    assert_eq!(with_expires(""), Ok(true));
    assert!(with_expires("rubbish").is_err());
    let base = Attributes::default;
    for (attributes, expected) in [
        (Attributes { secure: true, ..base() }, true),
        (Attributes { domain: "other.test".into(), ..base() }, false),
        (Attributes { max_age_s: 0, ..base() }, true),
        (Attributes { max_age_s: -1, ..base() }, false),
        (Attributes { http_only: true, ..base() }, true),
    ] {
        assert_eq!(visible(&attributes), expected, "{attributes:?}");
    }
}

#[test]
fn the_jar_is_bounded() {
    let here = url("http://a.test/");
    let mut jar = Store::new();
    assert_eq!(jar.entries.capacity(), 0, "an empty jar owns no memory");
    let large = "x".repeat(MAX_COOKIE_BYTES);
    jar.set(&here, "large", &large, &Attributes::default(), NOW);
    assert_eq!((jar.len(), jar.lost()), (0, 1));
    for count in 0..=MAX_COOKIES {
        jar.set(&here, &format!("n{count}"), "", &Attributes::default(), NOW);
    }
    assert_eq!((jar.len(), jar.lost()), (MAX_COOKIES, 2));
    assert_eq!(jar.cookies_for(&here, NOW)[0].0, "n1", "the oldest made room");
}

proptest! {
    #[test]
    fn any_traffic_is_survived(
        lines in prop::collection::vec("[a-c]=[a-z]{0,3}(; (path=/[ab]{0,2}|domain=[a.]{0,3}test|max-age=[0-2]|secure|[ -~]{0,9}))*", 0..12),
        path in "[/ab%2]{0,6}",
    ) {
        let Ok(here) = Url::parse(&format!("http://a.a.test/{path}")) else { return Ok(()) };
        let mut jar = Store::new();
        jar.store_lines(&here, &lines, NOW);
        let before = jar.cookies_for(&here, NOW).len();
        prop_assert!(before <= lines.len());
        // Storing the same again changes nothing.
        let first: Vec<_> = jar.cookies_for(&here, NOW).into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        jar.store_lines(&here, &lines, NOW);
        let second: Vec<_> = jar.cookies_for(&here, NOW).into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let sorted = |mut list: Vec<(String, String)>| { list.sort(); list };
        prop_assert_eq!(sorted(first), sorted(second));
    }
}
