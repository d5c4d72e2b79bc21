//! Captures: where values come from, and what counts as found.

use super::{Group, Row, row};

#[test]
fn captures_find_what_they_say() {
    Group { config: "variables: {place: [2], word: [lazy]}", rows: ROWS, ..Group::default() }.check();
}

const ROWS: &[Row] = &[
    row(
        "json keeps types",
        "- get: {url: /bin/json, capture: [{json: $.count, as: n}, {json: $.ok, as: t}, {json: $.ratio, as: r}, {json: '$.items[0]', as: o}]}\n- post: {url: /bin/anything, json: {n: '{{ n }}', t: '{{ t }}', r: '{{ r }}', o: '{{ o }}'}, capture: {json: $.json, as: sent}}\n- log: '> {{ sent }}'",
        &[r#"{"n":3,"t":true,"r":0.5,"o":{"id":1,"name":"one"}}"#],
    ),
    row(
        "json with filters, recursion and several hits",
        "- get: {url: /bin/json, capture: [{json: '$.items[?(@.id==2)].name', as: a}, {json: '$.items[*].id', as: all, multiple: false}, {json: '$.items[-1:].id', as: last}, {json: '$..deeper[0]', as: deep}]}\n- log: '> {{ a }} {{ all }} {{ last }} {{ deep }}'",
        &["two [1,2,3] 3 1"],
    ),
    row(
        "json with a template in its path",
        "- get: {url: /bin/json, capture: {json: '$.items[{{ place }}].id', as: t}}\n- log: '> {{ t }}'",
        &["3"],
    ),
    row(
        "null, false and zero are found",
        "- post: {url: /bin/echo, json: {z: 0, f: false, n: null}, capture: [{json: $.z, as: z}, {json: $.f, as: f}, {json: $.n, as: n}]}\n- log: '> {{ z }} {{ f }}'",
        &["0 false"],
    ),
    row(
        "regexp with groups and flags",
        "- get: {url: /bin/html, capture: [{regexp: 'quick (\\w+) fox', group: 1, as: a}, {regexp: '<H1 ID=\"(?<id>\\w+)\"', group: id, flags: i, as: b}, {regexp: '{{ word }} dog', as: c}]}\n- log: '> {{ a }} {{ b }} {{ c }}'",
        &["brown title lazy dog"],
    ),
    row(
        "header in small letters",
        "- get: {url: '/bin/response-headers?X-Tag=t1', capture: {header: x-tag, as: h}}\n- log: '> {{ h }}'",
        &["t1"],
    ),
    row(
        "selector with attr and index",
        "- get: {url: /bin/html, capture: [{selector: 'li a', attr: href, as: a}, {selector: 'li a', index: last, as: b, attr: href}, {selector: li, attr: data-n, index: 1, as: c}]}\n- log: '> {{ a }} {{ b }} {{ c }}'",
        &["/bin/links/3/0 /bin/get?n=2 2"],
    ),
    row(
        "selector without attr",
        "- get: {url: /bin/html, capture: [{selector: 'li', index: 1, as: a}]}\n- log: '> {{ a }}'",
        &[r#"{"data-n":"2"}"#],
    ),
    row(
        "xpath",
        "- get: {url: /bin/xml, capture: [{xpath: '//item[{{ place }}]', as: a}, {xpath: '//item[1]/@id', as: b}]}\n- log: '> {{ a }} {{ b }}'",
        &["two 1"],
    ),
    row(
        "what is not strict may find nothing",
        "- get: {url: /bin/json, capture: [{json: $.nope, as: gone, strict: false}, {json: $.count, as: there}]}\n- log: '> {{ gone }} {{ there }}'",
        &["undefined 3"],
    ),
    row(
        "names may be paths",
        "- get: {url: /bin/json, capture: {json: $.count, as: user.count}}\n- log: '> {{ user.count }}'",
        &["3"],
    ),
    row(
        "one in place of a list",
        "- get: {url: /bin/json, capture: {json: $.title, as: one}, match: [{json: $.count, value: 3}]}\n- log: '> {{ one }}'",
        &["A document"],
    ),
];
