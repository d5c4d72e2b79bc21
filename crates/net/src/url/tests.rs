//! Tables of URLs.

use super::*;
use proptest::prelude::*;

#[test]
fn parts_are_kept_as_typed() {
    let check = |text: &str, authority: &str, port: u16, target: &str| {
        let url = Url::parse(text).unwrap();
        let (slash, rest) = url.target();
        assert_eq!(
            (url.authority(), url.port(), format!("{slash}{rest}").as_str()),
            (authority, Some(port), target)
        );
    };
    check("http://h/request-target?a=1&b=2", "h", 80, "/request-target?a=1&b=2");
    check("http://h:8080?x=a b", "h:8080", 8080, "/?x=a b");
    check("https://h/p?x=%20é", "h", 443, "/p?x=%20é");
    check("http://h/a%2Fb", "h", 80, "/a%2Fb");
    check("http://h/p?e=&f", "h", 80, "/p?e=&f");
    check("http://h/p#frag", "h", 80, "/p");
    check("http://h/a b", "h", 80, "/a%20b");
    check("http://h/p?q={x}[1]|^\\'", "h", 80, "/p?q={x}[1]|^\\'");
    check("http://[::1]:81/x", "[::1]:81", 81, "/x");
    check("HTTP://h/(x)[y]", "h", 80, "/(x)[y]");
    check("http://h/é", "h", 80, "/%C3%A9");
    check("http://bücher.test:9/", "xn--bcher-kva.test:9", 9, "/");
}

#[test]
fn hosts_lose_brackets_and_ports() {
    let check = |text: &str, host: &str| assert_eq!(Url::parse(text).unwrap().host(), host);
    check("http://[::1]:81/x", "::1");
    check("http://[::1]/", "::1");
    check("http://a.test:80", "a.test");
    check("http://bücher.test:9/", "xn--bcher-kva.test");
    check("http://ä:/", "xn--4ca");
    check("http://a:/", "a");
    check("http://[::1]:/", "::1");
    check("nonsense", "");
}

#[test]
fn faults_are_told_in_gos_words() {
    let check = |text: &str, message: &str| {
        assert_eq!(
            Url::parse(text).unwrap_err().to_string(),
            format!("parse {}: {message}", quoted(text.as_bytes()))
        );
    };
    check("http://a b/", "invalid character \" \" in host name");
    check("http://[::1", "missing ']' in host");
    check("http://%zz/", "invalid URL escape \"%zz\"");
    check("http://h:x/", "invalid port \":x\" after host");
    check(":x", "missing protocol scheme");
    check("a:b/c\n", "net/url: invalid control character in URL");
    check("1a:b", "first path segment in URL cannot contain colon");
    check("http://h/%", "invalid URL escape \"%\"");
}

#[test]
fn odd_urls_are_written_as_go_writes_them() {
    let check = |text: &str, scheme: &str, written: &str| {
        let url = Url::parse(text).unwrap();
        assert_eq!((url.scheme(), url.as_str()), (scheme, written));
    };
    check("", "", "");
    check("nonsense", "", "nonsense");
    check("bad url", "", "bad%20url");
    check("/relative", "", "/relative");
    check("http://", "http", "http:");
    check("ftp://127.0.0.1/", "ftp", "ftp://127.0.0.1/");
    check("mailto:a@b", "mailto", "mailto:a@b");
    check("HTTP://H/a b?c d#e f", "http", "http://H/a%20b?c d#e%20f");
    check("http://h/?", "http", "http://h/?");
}

#[test]
fn a_port_may_be_too_large_to_dial() {
    let url = Url::parse("http://127.0.0.1:99999/").unwrap();
    assert_eq!((url.given_port(), url.port()), (Some(99999), None));
}

#[test]
fn credentials_are_unescaped_masked_and_removed() {
    let url = Url::parse("http://ann:p%40w@h:1/x?y").unwrap();
    assert_eq!(url.credentials(), Some(("ann".to_owned(), Some("p@w".to_owned()))));
    assert_eq!(url.masked(), "http://****:****@h:1/x?y");
    assert_eq!(url.redacted(), "http://ann:***@h:1/x?y");
    assert_eq!(url.without_credentials().as_str(), "http://h:1/x?y");
    assert_eq!(url.authority(), "h:1");
}

#[test]
fn references_resolve_as_in_rfc_3986() {
    let base = Url::parse("http://a/b/c/d;p?q").unwrap();
    let check = |reference: &str, expected: &str| {
        assert_eq!(base.join(reference).unwrap().as_str(), expected, "for {reference}");
    };
    check("g:h", "g:h");
    check("g", "http://a/b/c/g");
    check("./g", "http://a/b/c/g");
    check("g/", "http://a/b/c/g/");
    check("/g", "http://a/g");
    check("//g", "http://g");
    check("?y", "http://a/b/c/d;p?y");
    check("g?y", "http://a/b/c/g?y");
    check("#s", "http://a/b/c/d;p?q#s");
    check("", "http://a/b/c/d;p?q");
    check(".", "http://a/b/c/");
    check("..", "http://a/b/");
    check("../..", "http://a/");
    check("../../../g", "http://a/g");
    check("/redirect/2?code=302", "http://a/redirect/2?code=302");
}

#[test]
fn zones_of_addresses_are_written_as_they_came() {
    let url = Url::parse("http://[fe80::1%25eth0]:80/a").unwrap();
    assert_eq!((url.host(), url.as_str()), ("fe80::1%eth0", "http://[fe80::1%25eth0]:80/a"));
    assert_eq!(url.join("b").unwrap().as_str(), "http://[fe80::1%25eth0]:80/b");
}

#[test]
fn no_path_turns_into_a_host() {
    let check = |base: &str, reference: &str, path: &str, expected: &str| {
        let found = Url::parse(base).unwrap().join(reference).unwrap();
        assert_eq!(
            (found.as_str(), found.host(), found.path()),
            (expected, "", path),
            "{reference} at {base}"
        );
    };
    check("ht:/b", "///a", "///a", "ht://///a");
    check("ht:/b", "ht:/x/..//a", "//a", "ht:////a");
    check("/b", "/..//a", "/a", "/a");
    check("/b", "///a", "///a", "///a");
}

#[test]
fn quoting_is_gos() {
    let check = |bytes: &[u8], shown: &str| assert_eq!(quoted(bytes), shown);
    check(b"not", "\"not\"");
    check(b"a\"\\\n\x01", "\"a\\\"\\\\\\n\\x01\"");
    check(b"\xff\xc3\xa9", "\"\\xffé\"");
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "(http|https|ftp)?:?/{0,2}[a-zA-Z0-9@:%\\[\\]/?# .é]{0,40}") {
        if let Ok(url) = Url::parse(&text) {
            let _ = (url.host(), url.authority(), url.path(), url.query(), url.port(), url.masked(), url.redacted());
            let _ = url.join(&text);
        }
    }

    #[test]
    fn a_written_url_reads_as_itself(
        host in "[a-z]{1,9}", path in "(/[a-z0-9%A ]{0,5}){0,3}", query in "[a-z=& {}]{0,9}",
    ) {
        if let Ok(url) = Url::parse(&format!("http://{host}{path}?{query}")) {
            prop_assert_eq!(Url::parse(url.as_str()).unwrap(), url);
        }
    }
}
