//! The globals of the web platform, by tables: an expression of a script and what it comes to, as JSON or as the
//! error that it throws. The real binary runs them, a table a run.

mod events;
mod fetching;
#[path = "../program/mod.rs"]
mod program;
mod urls;
mod words;

use std::path::Path;

use program::{folder, plimsoll, said, write};

/// Runs a script; its exit status and log.
fn run(folder: &Path, script: &str, base: &str, args: &[&str]) -> (i32, String) {
    write(folder, "t.js", script);
    let args = [&["run", "-q", "--log-format", "raw"], args, &["t.js"]].concat();
    let (code, _, log) = said(plimsoll(folder, &args).env("TZ", "UTC").env("BASE", base));
    (code, log)
}

/// Evaluates the left sides behind `prelude` and compares with the right sides.
fn check_at(base: &str, prelude: &str, cases: &[(&str, &str)]) {
    let tests: Vec<String> = cases.iter().map(|(test, _)| format!("async () => ({test})")).collect();
    let script = format!(
        "{prelude}
        const BASE = __ENV.BASE;
        export default async function () {{
            for (const test of [{}]) {{
                let shown;
                try {{ shown = JSON.stringify(await test()); }} catch (e) {{ shown = `${{e.name}}: ${{e.message}}`; }}
                console.log(shown);
            }}
        }}",
        tests.join(",\n")
    );
    let folder = folder();
    let (code, log) = run(folder.path(), &script, base, &["--summary-mode", "disabled"]);
    assert_eq!(code, 0, "{log}");
    let got: Vec<&str> = log.lines().collect();
    assert_eq!(got.len(), cases.len(), "{log}");
    let wrong: Vec<String> = cases
        .iter()
        .zip(got)
        .filter(|((_, expected), got)| expected != got)
        .map(|((test, expected), got)| format!("{test}\n  expected {expected}\n  found    {got}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(prelude: &str, cases: &[(&str, &str)]) {
    check_at("", prelude, cases);
}

#[test]
fn values_are_cloned_or_refused() {
    check(
        "const same = (value, of) => { const c = structuredClone(value); return [c !== value, of(c)]; };",
        &[
            ("structuredClone({ a: [1, { b: null }], u: undefined, s: 'x', t: true }).a", "[1,{\"b\":null}]"),
            ("same(new Date(5), (c) => [c instanceof Date, c.getTime()])", "[true,[true,5]]"),
            (
                "same(/a+/gi, (c) => [c instanceof RegExp, `${c}`, c.lastIndex])",
                r#"[true,[true,"/a+/gi",0]]"#,
            ),
            (
                "same(new Map([[{ k: 1 }, new Set([2])]]), (c) => [...c].map(([k, v]) => [k, [...v]]))",
                r#"[true,[[{"k":1},[2]]]]"#,
            ),
            (
                "same(new Uint16Array([1, 2, 3]).subarray(1), (c) => [c.constructor.name, [...c], c.buffer.byteLength])",
                r#"[true,["Uint16Array",[2,3],6]]"#,
            ),
            (
                "same(new DataView(new ArrayBuffer(4), 1, 2), (c) => [c instanceof DataView, c.byteOffset, c.byteLength])",
                "[true,[true,1,2]]",
            ),
            ("same(new ArrayBuffer(3), (c) => c.byteLength)", "[true,3]"),
            (
                "same(new RangeError('r', { cause: 1 }), (c) => [c instanceof RangeError, c.name, c.message, c.cause])",
                r#"[true,[true,"RangeError","r",1]]"#,
            ),
            (
                "same(Object.assign(new Error('x'), { name: 'Own' }), (c) => [c.name, c.constructor === Error])",
                r#"[true,["Error",true]]"#,
            ),
            (
                "same(new DOMException('m', 'AbortError'), (c) => [c instanceof DOMException, c.name, c.code])",
                r#"[true,[true,"AbortError",20]]"#,
            ),
            ("same(Object(5), (c) => [typeof c, c.valueOf()])", r#"[true,["object",5]]"#),
            ("[1, 'a', null, true].map((v) => structuredClone(v) === v)", "[true,true,true,true]"),
            (
                "[structuredClone(undefined) === undefined, Object.is(structuredClone(-0), -0), structuredClone(5n) === 5n]",
                "[true,true,true]",
            ),
            (
                "(() => { const a = { list: [] }; a.list.push(a); const c = structuredClone(a); return c.list[0] === c && c !== a; })()",
                "true",
            ),
            ("(() => { const s = {}; const c = structuredClone([s, s]); return c[0] === c[1]; })()", "true"),
            ("(() => { const c = structuredClone([1, , 3]); return [c.length, 1 in c]; })()", "[3,false]"),
            (
                "structuredClone(new (class P { constructor() { this.x = 1; } get y() { return 2; } })())",
                r#"{"x":1}"#,
            ),
            ("structuredClone({ get a() { return 7; } })", r#"{"a":7}"#),
            ("structuredClone(Object.create({ inherited: 1 }))", "{}"),
            ("structuredClone({ f() {} })", "DataCloneError: f could not be cloned."),
            ("structuredClone(Symbol('s'))", "DataCloneError: Symbol(s) could not be cloned."),
            ("structuredClone(Promise.resolve())", "DataCloneError: [object Promise] could not be cloned."),
            ("structuredClone(new WeakMap())", "DataCloneError: [object WeakMap] could not be cloned."),
            ("structuredClone(new Proxy({}, {}))", "DataCloneError: [object Object] could not be cloned."),
            ("structuredClone({ get a() { throw new RangeError('mine'); } })", "RangeError: mine"),
            (
                "(() => { const b = new ArrayBuffer(4); const c = structuredClone({ b }, { transfer: [b] }); return [b.byteLength, c.b.byteLength]; })()",
                "[0,4]",
            ),
            (
                "structuredClone(1, { transfer: [{}] })",
                "DataCloneError: [object Object] could not be cloned.",
            ),
            ("(async () => { const b = new Blob(['x']); return structuredClone({ b }).b === b; })()", "true"),
        ],
    );
}

/// Scripts may put their own in the place of each global, and see them where they look for them.
#[test]
fn scripts_may_bring_their_own() {
    check(
        "globalThis.URL = class { constructor() { this.mine = 1; } };
         Object.defineProperty(globalThis, 'Headers', { value: 5, writable: true, configurable: true });
         Event = 'assigned';
         class Request {}",
        &[
            ("new URL('x').mine", "1"),
            (
                "[Headers, Event, Request.name, delete globalThis.Event, typeof Event]",
                r#"[5,"assigned","Request",true,"undefined"]"#,
            ),
            ("new URLSearchParams('a=1').get('a')", r#""1""#),
            ("Object.keys(globalThis).includes('fetch')", "false"),
            ("'fetch' in globalThis", "true"),
            ("typeof structuredClone", r#""function""#),
            ("Object.getOwnPropertyDescriptor(globalThis, 'structuredClone').configurable", "true"),
        ],
    );
}

#[test]
fn the_console_counts_groups_and_draws() {
    let folder = folder();
    let script = "
        export default function () {
            console.group('outer', 1); console.log('in\\nside'); console.group(); console.warn({ a: 1 }); console.groupEnd(); console.groupEnd(); console.groupEnd();
            console.count(); console.count('x'); console.count(); console.countReset(); console.count(); console.countReset('none');
            console.time('t'); console.time('t'); console.timeEnd('none');
            console.assert(true, 'no'); console.assert(false); console.assert(0, 'because', { a: 1 }); console.assert('', { a: 1 });
            console.dir({ a: { b: 1 } }, { depth: 0 });
            console.table([{ a: 1, b: 'x' }, 5], ['b', 'none']); console.table('text');
            (function inner() { console.trace('here'); })();
        }";
    let (code, log) = run(folder.path(), script, "", &["--summary-mode", "disabled"]);
    assert_eq!(code, 0, "{log}");
    let expected = "\
outer 1
  in
  side
    { a: 1 }
default: 1
x: 1
default: 2
default: 1
Count for 'none' does not exist
Label 't' already exists for console.time()
No such label 'none' for console.timeEnd()
Assertion failed
Assertion failed: because { a: 1 }
Assertion failed { a: 1 }
{ a: { b: 1 } }
┌─────────┬─────┬────────┐
│ (index) │ b   │ Values │
├─────────┼─────┼────────┤
│ 0       │ 'x' │        │
│ 1       │     │ 5      │
└─────────┴─────┴────────┘
text
Trace: here
\tat inner (file://FOLDER/t.js:9:";
    let log = log.replace(&folder.path().display().to_string(), "FOLDER");
    assert!(log.starts_with(expected), "{log}");
}
