//! Which language features a program can reach, so that its users need not hold the others.
//!
//! Each feature costs every user kilobytes. A feature is left out only when none of its names occurs anywhere
//! in the program's modules, and nothing occurs by which a name could be made up.

use std::collections::HashSet;

use crate::ffi::Intrinsics;
use crate::modules::web::{NAMES, intl};

/// Words by which a program could reach anything.
const OPEN_DOORS: [&str; 8] =
    ["globalThis", "global", "eval", "Function", "constructor", "require", "Reflect", "window"];
const TYPED_ARRAYS: [&str; 20] = [
    "ArrayBuffer",
    "SharedArrayBuffer",
    "DataView",
    "Atomics",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "BigInt64Array",
    "BigUint64Array",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    // What the host hands out buffers for.
    "compression",
    "responseType",
    "open",
    "file",
];
const PROXY: [&str; 4] = ["Proxy", "exec", "SharedArray", "execution"];
const MAP_SET: [&str; 5] = ["Map", "Set", "WeakMap", "WeakSet", "groupBy"];
const WEAK_REF: [&str; 2] = ["WeakRef", "FinalizationRegistry"];
const DATE: [&str; 1] = ["Date"];
const COMMONJS: [&str; 2] = ["module", "exports"];
/// What makes regular expressions without a literal.
const REGEXP: [&str; 4] = ["RegExp", "match", "matchAll", "search"];
/// Modules of the host that hand out buffers or proxies.
const HEAVY_MODULES: [&str; 6] = ["crypto", "encoding", "data", "websockets", "ws", "experimental"];

/// The features that modules with these sources can reach.
pub(crate) fn features<'a>(sources: impl IntoIterator<Item = &'a [u8]>) -> Intrinsics {
    let mut words: HashSet<&[u8]> = HashSet::new();
    let mut slashes = false;
    for source in sources {
        slashes |= has_slash(source);
        words.extend(source.split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))));
    }
    let any = |names: &[&str]| names.iter().any(|name| words.contains(name.as_bytes()));
    if any(&OPEN_DOORS) || any(&HEAVY_MODULES) {
        return Intrinsics::ALL;
    }
    let named = NAMES.iter().enumerate().filter(|(_, name)| words.contains(name.as_bytes()));
    Intrinsics {
        typed_arrays: any(&TYPED_ARRAYS),
        proxy: any(&PROXY),
        map_set: any(&MAP_SET),
        weak_ref: any(&WEAK_REF),
        // A number's method brings the dates' with it.
        date: any(&DATE) || any(&intl::METHODS),
        regexp: slashes || any(&REGEXP),
        locales: any(&intl::METHODS),
        web_globals: named.fold(0, |names, (place, _)| names | 1 << place),
        commonjs_names: any(&COMMONJS),
        console: any(&["console"]),
        import_meta: any(&["meta"]),
        ..Intrinsics::ALL
    }
}

/// Whether a slash stands in the code itself, outside strings, templates and comments: a division or the start
/// of a regular expression. Which of the two it is does not matter here, so nothing after it needs to be
/// understood, and everything before it is easily told apart.
pub(crate) fn has_slash(source: &[u8]) -> bool {
    // One entry a template that is open: how many braces its substitution has open.
    let mut templates: Vec<u32> = Vec::new();
    let mut rest = source;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match (byte, after.first()) {
            (b'/', Some(b'/')) => after_any(after, &[b"\n", b"\r", b"\xe2\x80\xa8", b"\xe2\x80\xa9"]),
            (b'/', Some(b'*')) => after_any(&after[1..], &[b"*/"]),
            (b'/', _) => return true,
            (b'\'' | b'"', _) => after_quoted(after, byte).1,
            (b'`', _) => after_template(after, &mut templates),
            (b'{', _) => {
                templates.last_mut().into_iter().for_each(|braces| *braces += 1);
                after
            }
            (b'}', _) => match templates.last_mut() {
                Some(0) => {
                    templates.pop();
                    after_template(after, &mut templates)
                }
                Some(braces) => {
                    *braces -= 1;
                    after
                }
                None => after,
            },
            _ => after,
        };
    }
    false
}

/// What follows the first of `ends`; nothing when there is none.
fn after_any<'a>(text: &'a [u8], ends: &[&[u8]]) -> &'a [u8] {
    let end = (0..text.len())
        .find_map(|at| ends.iter().find(|end| text[at..].starts_with(end)).map(|end| at + end.len()));
    &text[end.unwrap_or(text.len())..]
}

/// What ended a quoted text, and what follows: its quote, or `$` for a template's `${`.
fn after_quoted(text: &[u8], quote: u8) -> (u8, &[u8]) {
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'\\' => after.get(1..).unwrap_or_default(),
            b'$' if quote == b'`' && after.first() == Some(&b'{') => return (b'$', &after[1..]),
            _ if byte == quote => return (quote, after),
            _ => after,
        };
    }
    (quote, rest)
}

fn after_template<'a>(text: &'a [u8], templates: &mut Vec<u32>) -> &'a [u8] {
    let (end, rest) = after_quoted(text, b'`');
    if end == b'$' {
        templates.push(0);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_are_seen_in_code_only() {
        let check =
            |source: &str, expected: bool| assert_eq!(has_slash(source.as_bytes()), expected, "{source}");
        check("const a = 'x/y' + \"/\" + `/${b}/`; // a/b", false);
        check("/* a/b */ f('it\\'s /x/')", false);
        check("// a\n/b/.test(c)", true);
        check("// a\u{2028}/b/.test(c)", true);
        check("`${/b/.test(c)}`", true);
        check("`${ {a: `${1}/`} }/` + '/'", false);
        check("`${ {a: `${1}/`} / 2}`", true);
        check("a / b", true);
        check("a /= b", true);
        check("'unfinished /", false);
        check("/* unfinished /", false);
    }

    #[test]
    fn only_what_cannot_be_named_is_left_out() {
        let of = |source: &str| features([source.as_bytes()]);
        let plain = of("import http from 'k6/http'; export default () => http.get('http://h/').json('ok');");
        assert!(
            !plain.typed_arrays && !plain.proxy && !plain.map_set && !plain.date && plain.web_globals == 0
        );
        assert!(plain.promise && !plain.regexp);
        assert!(of("'a'.match('b')").regexp);
        assert!(of("new Map()").map_set);
        assert!(of("Date.now()").date);
        assert!(of("const b = open('f', 'b');").typed_arrays);
        assert!(of("import exec from 'k6/execution';").proxy);
        assert!(!plain.console && of("console.log(1)").console);
        assert!(!plain.import_meta && of("import.meta.resolve('./a')").import_meta);
        assert!(!plain.commonjs_names && of("typeof module").commonjs_names);
        assert_eq!(of("new TextEncoder()").web_globals.count_ones(), 1);
        assert_eq!(of("new URL('http://h').searchParams").web_globals.count_ones(), 1);
        assert_eq!(of("globalThis['Da' + 'te']"), Intrinsics::ALL);
        assert_eq!(of("[].constructor.constructor('x')()"), Intrinsics::ALL);
        assert_eq!(of("import { b64decode } from 'k6/encoding';"), Intrinsics::ALL);
    }
}
