//! Which nodes selectors find.

use super::Selectors;
use crate::modules::html::parse::parse;

const PAGE: &str = r#"<!DOCTYPE html><html lang="en-GB"><body class="page main">
<ul id="menu"><li class="item first" id="1a">One</li><li class="item">Two <b>bold</b></li><li class="item last"><a href="/x" hreflang="en-US">Three</a></li></ul>
<p>only text</p><p></p><p><!-- note --></p><div lang="de"><i>hallo</i></div>
<form><fieldset disabled><legend><input name="a"></legend><input name="b"><button>c</button></fieldset>
<select name="s"><option selected>1<option>2</select><input type="checkbox" checked name="d"><input type="CheckBox" checked name="e">
<input name="f" checked disabled value="A b"><textarea></textarea></form>
<table><tr><td>1<td>2<tr><td>3</table></body></html>"#;

/// What `selector` finds in the page, as names with ids, classes or names; `None` when it is not understood.
fn found(selector: &str) -> Option<Vec<String>> {
    let document = parse(PAGE).expect("the page is small");
    let selectors = Selectors::parse(selector)?;
    let matching = document.descendants(document.root()).filter(|&node| selectors.matches(&document, node));
    let shown = matching.map(|node| {
        let label = ["id", "name", "class"].iter().find_map(|name| document.attribute(node, name));
        format!(
            "{}{}",
            document.tag(node).unwrap_or_default(),
            label.map_or(String::new(), |label| format!("={label}"))
        )
    });
    Some(shown.collect())
}

#[track_caller]
fn check(selector: &str, expected: &[&str]) {
    assert_eq!(found(selector).unwrap_or_else(|| panic!("{selector} is understood")), expected, "{selector}");
}

#[track_caller]
fn count(selector: &str, expected: usize) {
    assert_eq!(found(selector).map(|found| found.len()), Some(expected), "{selector}");
}

#[test]
fn compounds_and_combinators() {
    check("li.first", &["li=1a"]);
    check("LI.first", &["li=1a"]);
    check("#menu > li.item.last", &["li=item last"]);
    check("#1a", &["li=1a"]);
    check("#\\31 a", &["li=1a"]);
    check("body a", &["a"]);
    check("html > a", &[]);
    check("li + li", &["li=item", "li=item last"]);
    check("li.first ~ li.last", &["li=item last"]);
    check("li.first + li.last", &[]);
    check("ul, a /* and */ , b", &["ul=menu", "b", "a"]);
    check("body>ul>li>b", &["b"]);
    check("ul ~ div i", &["i"]);
    count("*", 34);
    check("body.page.main > ul *.first", &["li=1a"]);
}

#[test]
fn attributes() {
    check("[href]", &["a"]);
    check("a[href='/x']", &["a"]);
    check("[hreflang|=en]", &["a"]);
    check("[hreflang|=\"en-U\"]", &[]);
    check("[class~=last]", &["li=item last"]);
    check("[class^=it]", &["li=1a", "li=item", "li=item last"]);
    check("[class$=st]", &["li=1a", "li=item last"]);
    check("[class*='m f']", &["li=1a"]);
    check("[class*='']", &[]);
    check("li[class!=item]", &["li=1a", "li=item last"]);
    check("p[class!=item]", &["p", "p", "p"]);
    check("[value='a B' i]", &["input=f"]);
    check("[value='a B']", &[]);
    check("[ NAME = s ]", &["select=s"]);
}

#[test]
fn pseudo_classes() {
    check("li:first-child", &["li=1a"]);
    check("li:last-of-type", &["li=item last"]);
    check("li:nth-child(2n+1)", &["li=1a", "li=item last"]);
    check("li:nth-child( even )", &["li=item"]);
    check("li:nth-child(-n+2)", &["li=1a", "li=item"]);
    check("li:nth-last-child(1)", &["li=item last"]);
    check("li:nth-child(0)", &[]);
    check("b:only-child", &["b"]);
    check("div:only-of-type", &["div"]);
    count("p:empty", 2);
    check(":root", &["html"]);
    check(":link", &["a"]);
    check("i:lang(de)", &["i"]);
    check("b:lang(en)", &["b"]);
    check("li:not(.first, .last)", &["li=item"]);
    check("ul:has(li > a)", &["ul=menu"]);
    check("body:haschild(ul)", &["body=page main"]);
    check("html:haschild(ul)", &[]);
    check("li:contains('TWO')", &["li=item"]);
    check("li:contains(bold)", &["li=item"]);
    check("li:containsOwn(bold)", &[]);
    check("li:matches(^T[a-z]+$)", &["li=item last"]);
    check("li:matches((one|TWO))", &[]);
    check("li:matchesOwn(^Two $)", &["li=item"]);
    check("[class#=(fir|la)st$]", &["li=1a", "li=item last"]);
    check(":checked", &["option", "input=d", "input=e"]);
    check("input:disabled", &["input=b", "input=f"]);
    check("input:enabled", &["input=a", "input=d", "input=e"]);
    count(":input", 8);
    check("a:hover", &[]);
}

#[test]
fn what_is_not_understood() {
    for selector in [
        "",
        " ",
        "!!",
        "li:first",
        "li:eq(1)",
        "option:selected",
        "> li",
        "li >",
        "li,",
        ",li",
        "[x",
        "[x=]",
        "[x=1]",
        "a::before",
        ":not()",
        ":nth-child(x)",
        ":nth-child(2n+)",
        ":has(> a)",
        "li)",
        "[x#=*]",
        "a:matches(b",
        ".1a",
        "\"a\"",
        "a:is(b)",
    ] {
        assert!(found(selector).is_none(), "{selector:?} is not of the dialect");
    }
    let nested = |depth: usize| format!("{}a{}", ":not(".repeat(depth), ")".repeat(depth));
    assert!(found(&nested(15)).is_some());
    assert!(found(&nested(100_000)).is_none());
    assert!(found(&"a ".repeat(100_000)).is_none());
}

#[test]
fn a_long_selector_does_not_try_every_combination() {
    let page = "<div>".repeat(400);
    let document = parse(&page).expect("not too deep");
    let selectors = Selectors::parse(&format!("x {} i", "div ".repeat(60))).expect("it is one");
    let found = document.descendants(document.root()).filter(|&node| selectors.matches(&document, node));
    assert_eq!(found.count(), 0);
    // The last step fits everywhere, and each of the steps before it at every height.
    let selectors = Selectors::parse(&format!("x {} div", "div ".repeat(60))).expect("it is one");
    let found = document.descendants(document.root()).filter(|&node| selectors.matches(&document, node));
    assert_eq!(found.count(), 0);
}
