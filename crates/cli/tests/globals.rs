//! The globals of the web platform, by tables: an expression of a script and what it comes to, as JSON or as the
//! error that it throws. The real binary runs them, a table a run.

mod program;

use std::path::Path;

use program::{folder, plimsoll, said, shop, write};

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
fn urls_are_read_and_written() {
    check(
        "const part = (url, base) => { const u = new URL(url, base); return [u.protocol, u.username, u.password,
            u.host, u.hostname, u.port, u.pathname, u.search, u.hash, u.origin]; };
         const set = (url, name, value) => { const u = new URL(url); u[name] = value; return u.href; };",
        &[
            ("new URL('HTTP://Ex.COM:80/a/./b/../c?q#f').href", r#""http://ex.com/a/c?q#f""#),
            (
                "part('https://u:p%20@h:8443/a b?x=1#y')",
                r##"["https:","u","p%20","h:8443","h","8443","/a%20b","?x=1","#y","https://h:8443"]"##,
            ),
            (
                "part('mailto:a@b')",
                r#"["mailto:","","","","","","a@b","","","null"]"#,
            ),
            ("new URL('//other/x', 'https://h/a').href", r#""https://other/x""#),
            ("new URL('../x?y#z', 'http://h/a/b/c?d').href", r#""http://h/a/x?y#z""#),
            ("new URL('?n', 'http://h/a?o#p').href", r#""http://h/a?n""#),
            ("new URL('', 'http://h/a?o#p').href", r#""http://h/a?o""#),
            ("new URL('\\t http://h/ \\n').href", r#""http://h/""#),
            ("new URL('http://[::1]:3000/').host", r#""[::1]:3000""#),
            ("new URL('http://0x7f.1/').hostname", r#""127.0.0.1""#),
            ("new URL('http://bücher.example/ü?ü#ü').href", r#""http://xn--bcher-kva.example/%C3%BC?%C3%BC#%C3%BC""#),
            ("new URL('file:///C:/a/../b').href", r#""file:///C:/b""#),
            ("new URL('data:text/plain,hi').pathname", r#""text/plain,hi""#),
            ("new URL('nope')", "TypeError: Invalid URL: 'nope'"),
            ("new URL('/a', 'nope')", "TypeError: Invalid URL: '/a' with base 'nope'"),
            ("new URL('http://h:99999/')", "TypeError: Invalid URL: 'http://h:99999/'"),
            ("new URL('http://a b/')", "TypeError: Invalid URL: 'http://a b/'"),
            ("new URL()", "TypeError: URL needs 1 argument, got 0"),
            ("[URL.canParse('http://h'), URL.canParse('x'), URL.canParse('x', 'http://h')]", "[true,false,true]"),
            ("[URL.parse('x'), URL.parse('x', 'http://h/y').href]", r#"[null,"http://h/x"]"#),
            ("set('http://h/', 'protocol', 'https')", r#""https://h/""#),
            ("set('http://h/', 'protocol', 'mailto')", r#""http://h/""#),
            ("set('http://h/', 'host', 'other:81')", r#""http://other:81/""#),
            ("set('http://h:81/', 'port', '')", r#""http://h/""#),
            ("set('http://h/', 'port', '99999')", r#""http://h/""#),
            ("set('http://h/', 'hostname', 'a b')", r#""http://h/""#),
            ("set('http://h/', 'pathname', 'x y')", r#""http://h/x%20y""#),
            ("set('http://h/', 'search', 'a=b c')", r#""http://h/?a=b%20c""#),
            ("set('http://h/?a', 'search', '')", r#""http://h/""#),
            ("set('http://h/', 'hash', 'x')", r##""http://h/#x""##),
            ("set('http://h/', 'username', 'u:')", r#""http://u%3A@h/""#),
            ("set('http://h/', 'href', 'nope')", "TypeError: Invalid URL: 'nope'"),
            ("JSON.parse(JSON.stringify({ u: new URL('http://h') }))", r#"{"u":"http://h/"}"#),
            ("`${new URL('http://h')}`", r#""http://h/""#),
            ("Object.prototype.toString.call(new URL('http://h'))", r#""[object URL]""#),
            (
                "(() => { const u = new URL('http://h/?a=1'); u.searchParams.append('b', ' &'); return u.href; })()",
                r#""http://h/?a=1&b=+%26""#,
            ),
            (
                "(() => { const u = new URL('http://h/?a=1'); const p = u.searchParams; u.search = '?c=2';
                    return [p === u.searchParams, [...p]]; })()",
                r#"[true,[["c","2"]]]"#,
            ),
            (
                "(() => { const u = new URL('http://h/?a=1'); u.searchParams.delete('a'); return u.href; })()",
                r#""http://h/""#,
            ),
        ],
    );
}

#[test]
fn queries_are_lists_of_pairs() {
    check(
        "const P = (init) => new URLSearchParams(init);
         const after = (init, change) => { const p = P(init); change(p); return `${p}`; };",
        &[
            ("`${P('?a=b&a=c&d')}`", r#""a=b&a=c&d=""#),
            ("`${P('a=b=c&&=x')}`", r#""a=b%3Dc&=x""#),
            ("[...P('a+b=%20%zz%F0%9F%98%80')]", r#"[["a b"," %zz😀"]]"#),
            ("`${P({ a: 1, b: 'ü*-._~' })}`", r#""a=1&b=%C3%BC*-._%7E""#),
            ("`${P([['a', 'b'], ['c', 'd']])}`", r#""a=b&c=d""#),
            ("`${P(new Map([['x', 1]]))}`", r#""x=1""#),
            ("`${P(P('a=1'))}`", r#""a=1""#),
            ("`${P(undefined)}|${P(null)}`", r#""|null=""#),
            ("P([['a']])", "TypeError: each pair of a query must be an iterable of name and value"),
            ("P([1])", "TypeError: each pair of a query must be an iterable of name and value"),
            ("P('a=1&a=2&b').getAll('a')", r#"["1","2"]"#),
            ("[P('a=1').get('a'), P('').get('a'), P('a').get('a')]", r#"["1",null,""]"#),
            ("[P('a=1').has('a'), P('a=1').has('a', '2'), P('a=1').has('b')]", "[true,false,false]"),
            ("after('a=1&b=2&a=3', (p) => p.set('a', 9))", r#""a=9&b=2""#),
            ("after('a=1', (p) => p.set('b', 2))", r#""a=1&b=2""#),
            ("after('a=1&a=2&b', (p) => p.delete('a'))", r#""b=""#),
            ("after('a=1&a=2', (p) => p.delete('a', '1'))", r#""a=2""#),
            ("after('z=1&a=2&z=0&é=3&😀=4', (p) => p.sort())", r#""a=2&z=1&z=0&%C3%A9=3&%F0%9F%98%80=4""#),
            (
                "[[...P('a=1&b').keys()], [...P('a=1&b').values()], P('a&b').size]",
                r#"[["a","b"],["1",""],2]"#,
            ),
            (
                "(() => { const all = []; P('a=1&b=2').forEach((value, name) => all.push(name + value)); return all; })()",
                r#"["a1","b2"]"#,
            ),
            ("P('a').append('b')", "TypeError: append needs 2 arguments, got 1"),
            ("`${P('a=\\ud800')}`", r#""a=%EF%BF%BD""#),
            ("URLSearchParams.prototype[Symbol.iterator] === URLSearchParams.prototype.entries", "true"),
        ],
    );
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

#[test]
fn events_reach_their_listeners() {
    check(
        "const heard = (use) => { const all = []; const t = new EventTarget(); use(t, (e) => all.push(e.type), all); return all; };",
        &[
            (
                "heard((t, f) => { t.addEventListener('a', f); t.addEventListener('a', f); t.dispatchEvent(new Event('a')); t.dispatchEvent(new Event('b')); })",
                r#"["a"]"#,
            ),
            (
                "heard((t, f) => { t.addEventListener('a', f, { once: true }); t.dispatchEvent(new Event('a')); t.dispatchEvent(new Event('a')); })",
                r#"["a"]"#,
            ),
            (
                "heard((t, f) => { t.addEventListener('a', f); t.removeEventListener('a', f); t.dispatchEvent(new Event('a')); })",
                "[]",
            ),
            (
                "heard((t, f, all) => { t.addEventListener('a', { handleEvent(e) { all.push(e.target === t); } }); t.dispatchEvent(new Event('a')); })",
                "[true]",
            ),
            (
                "heard((t, f, all) => { t.addEventListener('a', () => all.push(2)); t.addEventListener('a', () => all.push(1), true); t.dispatchEvent(new Event('a')); })",
                "[1,2]",
            ),
            (
                "heard((t, f) => { t.addEventListener('a', (e) => e.stopImmediatePropagation()); t.addEventListener('a', f); t.dispatchEvent(new Event('a')); })",
                "[]",
            ),
            (
                "heard((t, f) => { const c = new AbortController(); t.addEventListener('a', f, { signal: c.signal }); c.abort(); t.dispatchEvent(new Event('a')); })",
                "[]",
            ),
            (
                "heard((t, f, all) => { t.addEventListener('a', (e) => e.preventDefault()); all.push(t.dispatchEvent(new Event('a', { cancelable: true })), t.dispatchEvent(new Event('a'))); })",
                "[false,true]",
            ),
            (
                "heard((t, f, all) => { t.addEventListener('a', (e) => e.preventDefault(), { passive: true }); all.push(t.dispatchEvent(new Event('a', { cancelable: true }))); })",
                "[true]",
            ),
            ("new CustomEvent('a', { detail: { x: 1 } }).detail", r#"{"x":1}"#),
            (
                "(() => { const e = new Event('a'); const t = new EventTarget(); let said; t.addEventListener('a', () => { try { t.dispatchEvent(e); } catch (f) { said = f.name; } }); t.dispatchEvent(e); return said; })()",
                r#""InvalidStateError""#,
            ),
            ("new EventTarget().dispatchEvent({})", "TypeError: dispatchEvent takes an Event"),
            ("new Event()", "TypeError: an event needs a type"),
            ("[Event.AT_TARGET, new Event('x').isTrusted, new Event('x').timeStamp >= 0]", "[2,false,true]"),
            (
                "(() => { class Own extends EventTarget {} const o = new Own(); let n = 0; o.addEventListener('a', () => n++); o.dispatchEvent(new Event('a')); return n; })()",
                "1",
            ),
            (
                "(() => { const e = new DOMException('m', 'DataCloneError'); return [e instanceof Error, e.code, `${e}`, DOMException.DATA_CLONE_ERR, new DOMException().name]; })()",
                r#"[true,25,"DataCloneError: m",25,"Error"]"#,
            ),
        ],
    );
}

#[test]
fn signals_abort() {
    check(
        "const later = (ms) => new Promise((done) => setTimeout(done, ms));",
        &[
            (
                "(() => { const c = new AbortController(); let n = 0; c.signal.onabort = () => n++; c.signal.addEventListener('abort', (e) => (n += e.isTrusted ? 10 : 0)); c.abort(); c.abort(); return [n, c.signal.aborted, `${c.signal.reason}`]; })()",
                r#"[11,true,"AbortError: This operation was aborted"]"#,
            ),
            ("AbortSignal.abort('why').reason", r#""why""#),
            ("AbortSignal.abort().throwIfAborted()", "AbortError: This operation was aborted"),
            (
                "new AbortSignal()",
                "TypeError: Illegal constructor: an AbortSignal comes from an AbortController",
            ),
            (
                "AbortSignal.timeout(-1)",
                "TypeError: AbortSignal.timeout takes a number of milliseconds from 0",
            ),
            (
                "(async () => { const s = AbortSignal.timeout(5); await later(50); return [s.aborted, s.reason.name]; })()",
                r#"[true,"TimeoutError"]"#,
            ),
            (
                "(() => { const c = new AbortController(); const any = AbortSignal.any([c.signal, AbortSignal.timeout(1e6)]); c.abort(7); return [any.aborted, any.reason]; })()",
                "[true,7]",
            ),
            ("AbortSignal.any([AbortSignal.abort(1), AbortSignal.abort(2)]).reason", "1"),
            ("AbortSignal.any([]).aborted", "false"),
            ("AbortSignal.any([1])", "TypeError: AbortSignal.any takes signals"),
        ],
    );
}

/// A signal with a deadline does not keep its iteration from ending, and what a listener throws fails it.
#[test]
fn iterations_end_without_their_deadlines_and_fail_with_their_listeners() {
    let folder = folder();
    let script = "export default function () { AbortSignal.timeout(60000); console.log('done'); }";
    let (code, log) = run(
        folder.path(),
        script,
        "",
        &["--summary-mode", "disabled", "--duration", "30s", "--iterations", "1"],
    );
    assert_eq!((code, log.as_str()), (0, "done\n"));
    let script = "export default function () {
        const t = new EventTarget();
        t.addEventListener('a', () => { throw new Error('from a listener'); });
        t.addEventListener('a', () => console.log('the next one'));
        t.dispatchEvent(new Event('a'));
        console.log('and the script');
    }";
    let (code, log) = run(folder.path(), script, "", &["--summary-mode", "disabled"]);
    assert_eq!(code, 0, "{log}");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(&lines[..2], ["the next one", "and the script"]);
    assert!(lines[2].contains("Uncaught (in promise) Error: from a listener"), "{log}");
    assert!(log.contains("t.js:3:") && !log.contains("null"), "{log}");
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
fn headers_are_combined_and_checked() {
    check(
        "const H = (init) => new Headers(init);",
        &[
            ("[...H([['b', '2'], ['A', '1'], ['a', '  x\\t']])]", r#"[["a","1, x"],["b","2"]]"#),
            ("[...H({ 'Content-Type': 'a/b', X: 5 })]", r#"[["content-type","a/b"],["x","5"]]"#),
            (
                "(() => { const h = H(); h.append('Set-Cookie', 'a=1'); h.append('set-cookie', 'b=2'); return [h.getSetCookie(), h.get('set-cookie'), [...h].length]; })()",
                r#"[["a=1","b=2"],"a=1, b=2",2]"#,
            ),
            (
                "(() => { const h = H({ a: 1 }); h.append('A', 2); h.set('a', 3); h.delete('nope'); return [h.get('A'), h.has('a'), h.get('b')]; })()",
                r#"["3",true,null]"#,
            ),
            ("H({ 'a b': 1 })", "TypeError: 'a b' is not a valid header name"),
            ("H({ '': 1 })", "TypeError: '' is not a valid header name"),
            (
                "H([['a', 'x\\ny']])",
                "TypeError: the value of header 'a' has a character that may not be sent",
            ),
            ("H([['a', '€']])", "TypeError: the value of header 'a' has a character that may not be sent"),
            ("H([['a']])", "TypeError: each pair of headers must be an iterable of name and value"),
            ("H('a')", "TypeError: headers come from an object, a list of pairs or Headers"),
            ("[[...H({ b: 1, a: 2 }).keys()], [...H({ b: 1, a: 2 }).values()]]", r#"[["a","b"],["2","1"]]"#),
            ("[...H(H({ q: 'x' }))]", r#"[["q","x"]]"#),
        ],
    );
}

#[test]
fn requests_and_responses_hold_bodies() {
    check(
        "const R = (body, init) => new Response(body, init);
         const form = () => { const f = new FormData(); f.append('a', '1'); f.append('f', new Blob(['x'], { type: 't/x' }), 'n\"\\n.txt'); return f; };",
        &[
            ("R('text').text()", r#""text""#),
            ("R('{\"a\":[1]}').json()", r#"{"a":[1]}"#),
            ("R('{bad').json().catch((e) => e.name)", r#""SyntaxError""#),
            ("R('é').arrayBuffer().then((b) => b.byteLength)", "2"),
            ("R(new Uint8Array([1, 2, 3]).subarray(1)).bytes().then((b) => [...b])", "[2,3]"),
            ("R('\\ufeffx').text()", r#""x""#),
            ("R(new Blob(['b'], { type: 'x/y' })).blob().then((b) => [b.type, b.size])", r#"["x/y",1]"#),
            ("R(null).text()", r#""""#),
            ("[R(null).body, R('').body === null]", "[null,false]"),
            ("['x', new URLSearchParams('a=1'), new Blob(['x']), new Blob(['x'], { type: 'a/b' }), new Uint8Array(1)].map((b) => R(b).headers.get('content-type'))", r#"["text/plain;charset=UTF-8","application/x-www-form-urlencoded;charset=UTF-8",null,"a/b",null]"#),
            ("R('x', { headers: { 'content-type': 'own' } }).headers.get('content-type')", r#""own""#),
            ("(async () => { const r = R('x'); const before = r.bodyUsed; await r.text(); return [before, r.bodyUsed]; })()", "[false,true]"),
            ("(async () => { const r = R('x'); await r.text(); return r.text(); })()", "TypeError: the body has been read already"),
            ("(async () => { const r = R('x'); await r.text(); return r.clone(); })()", "TypeError: the body has been read already"),
            ("(async () => { const r = R('x', { status: 201, statusText: 'Made' }); const c = r.clone(); return [await r.text(), await c.text(), c.status, c.statusText, c.ok]; })()", r#"["x","x",201,"Made",true]"#),
            ("(async () => { const r = R('abc'); const reader = r.body.getReader(); const { value } = await reader.read(); return [[...value], (await reader.read()).done, r.bodyUsed]; })()", "[[97,98,99],true,true]"),
            ("(async () => { const f = await R(form()).formData(); const file = f.get('f'); return [f.get('a'), file.name, file.type, await file.text(), file instanceof File, file instanceof Blob]; })()", r#"["1","n\"\n.txt","t/x","x",true,true]"#),
            ("R(new URLSearchParams('a=1&b=%20')).formData().then((f) => [...f])", r#"[["a","1"],["b"," "]]"#),
            ("R('x').formData()", "TypeError: the body is not a form"),
            ("R('x', { status: 204 })", "TypeError: a response of status 204 cannot have a body"),
            ("R('x', { status: 600 })", "RangeError: the status of a response is 200 to 599, not 600"),
            ("(async () => { const r = Response.json({ a: 1 }, { status: 201 }); return [r.status, r.headers.get('content-type'), await r.json()]; })()", r#"[201,"application/json",{"a":1}]"#),
            ("[Response.redirect('http://h/x', 307).headers.get('location'), Response.error().type, Response.error().status]", r#"["http://h/x","error",0]"#),
            ("Response.redirect('http://h', 200)", "RangeError: 200 is not the status of a redirect"),
            ("(() => { const r = new Request('http://h/a#b', { method: 'post', body: 'x', headers: { A: 'b' } }); return [r.url, r.method, r.headers.get('a'), r.redirect, r.credentials]; })()", r##"["http://h/a#b","POST","b","follow","same-origin"]"##),
            ("(async () => { const q = new Request('http://h/', { method: 'PUT', body: 'x' }); const r = new Request(q, { headers: { n: '1' } }); return [q.bodyUsed, r.method, await r.text(), r.headers.get('n')]; })()", r#"[true,"PUT","x","1"]"#),
            ("(async () => { const q = new Request('http://h/', { method: 'PUT', body: 'x' }); const c = q.clone(); return [await q.text(), await c.text()]; })()", r#"["x","x"]"#),
            ("new Request('/relative')", "TypeError: Invalid URL: '/relative'"),
            ("new Request('http://h/', { body: 'x' })", "TypeError: a GET request cannot have a body"),
            ("new Request('http://h/', { method: 'CONNECT' })", "TypeError: 'CONNECT' cannot be fetched"),
            ("new Request('http://h/', { method: 'a b' })", "TypeError: 'a b' is not a valid method"),
            ("new Request('http://h/', { redirect: 'x' })", "TypeError: 'x' is not a redirect mode: follow, error, manual"),
            ("(() => { const f = form(); f.append('a', '2'); f.set('f', 'now text'); f.delete('none'); return [[...f], f.getAll('a'), f.has('b'), f.get('b')]; })()", r#"[[["a","1"],["f","now text"],["a","2"]],["1","2"],false,null]"#),
            ("new FormData().append('a', 'x', 'name.txt')", "TypeError: a filename needs a Blob"),
            ("(() => { const f = new File(['ab'], 'n', { type: 'a/b', lastModified: 5 }); return [f.name, f.size, f.type, f.lastModified]; })()", r#"["n",2,"a/b",5]"#),
        ],
    );
}

#[test]
fn fetch_speaks_to_servers() {
    let shop = shop();
    check_at(
        &shop.http_url(),
        "const failing = async (work) => { try { await work; return 'no failure'; } catch (e) { return `${e.name}: ${e.message}`; } };
         const bin = (path, init) => fetch(`${__ENV.BASE}/bin/${path}`, init);",
        &[
            ("(async () => { const r = await bin('json'); return [r.status, r.ok, r.type, r.redirected, r.url === `${BASE}/bin/json`, typeof await r.json()]; })()", r#"[200,true,"basic",false,true,"object"]"#),
            ("(async () => { const r = await fetch(new URL('/bin/status/404', BASE)); return [r.ok, r.status, r.statusText]; })()", r#"[false,404,"Not Found"]"#),
            ("(async () => { const r = await bin('status/204'); return [r.status, r.body, await r.text()]; })()", r#"[204,null,""]"#),
            ("(async () => (await bin('echo', { method: 'POST', body: 'hällo' })).text())()", r#""hällo""#),
            ("(async () => (await bin('echo', { method: 'PATCH', body: new Uint8Array([104, 105]) })).text())()", r#""hi""#),
            ("(async () => (await bin('echo', { method: 'POST', body: new Blob(['blob']) })).text())()", r#""blob""#),
            ("(async () => (await bin('echo', { method: 'POST', body: new URLSearchParams({ q: 'a b' }) })).text())()", r#""q=a+b""#),
            ("(async () => { const f = new FormData(); f.append('n', 'v'); f.append('file', new File(['data'], 'f.txt', { type: 'text/x' })); const r = await bin('echo', { method: 'POST', body: f }); const back = await r.formData(); return [back.get('n'), back.get('file').name, await back.get('file').text()]; })()", r#"["v","f.txt","data"]"#),
            ("(async () => (await (await bin('headers', { headers: { 'X-Own': 'here' } })).text()).includes('here'))()", "true"),
            ("(async () => { const r = await bin('redirect/2'); return [r.status, r.redirected]; })()", "[200,true]"),
            ("(async () => { const r = await bin('redirect/1', { redirect: 'manual' }); return [r.status, r.headers.has('location'), r.ok]; })()", "[302,true,false]"),
            ("failing(bin('redirect/1', { redirect: 'error' }))", r#""TypeError: fetch failed: a redirect, which the request does not allow""#),
            ("failing(bin('redirect/30'))", r#""TypeError: fetch failed: too many redirects""#),
            ("failing(fetch('http://127.0.0.1:1/'))", r#""TypeError: fetch failed: dial: connection refused""#),
            ("fetch('http://127.0.0.1:1/').catch((e) => e.cause.code)", "1212"),
            ("failing(fetch('nope'))", r#""TypeError: Invalid URL: 'nope'""#),
            ("failing(fetch())", r#""TypeError: fetch needs 1 argument, got 0""#),
            ("failing(bin('delay/5', { signal: AbortSignal.timeout(30) }))", r#""TimeoutError: The operation was aborted due to timeout""#),
            ("(async () => { const c = new AbortController(); setTimeout(() => c.abort(new RangeError('mine')), 30); return failing(bin('delay/5', { signal: c.signal })); })()", r#""RangeError: mine""#),
            ("failing(bin('json', { signal: AbortSignal.abort() }))", r#""AbortError: This operation was aborted""#),
            ("failing(bin('delay/5', { params: { timeout: 30 } }))", r#""TypeError: fetch failed: request timeout""#),
            ("(async () => { const r = await bin('json'); r.headers.set('a', 'b'); })()", "TypeError: the headers of an answer cannot be changed"),
            ("(async () => { const all = await Promise.all([1, 2, 3].map((n) => bin('echo', { method: 'POST', body: `${n}` }).then((r) => r.text()))); return all; })()", r#"["1","2","3"]"#),
            ("(async () => { const q = new Request(`${BASE}/bin/echo`, { method: 'POST', body: 'again' }); const a = await (await fetch(q.clone())).text(); return [a, await (await fetch(q)).text(), await failing(fetch(q))]; })()", r#"["again","again","TypeError: the body has been read already"]"#),
        ],
    );
}

/// A fetch is a request like those of `k6/http`: same samples, same tags; one that is aborted was sent, and failed.
#[test]
fn fetch_is_measured_like_any_request() {
    let shop = shop();
    let folder = folder();
    let script = "
        import { group } from 'k6';
        export const options = { thresholds: {
            'http_reqs{name:mine}': ['count==2'],
            'http_reqs{own:tag}': ['count==1'],
            'http_reqs{error_code:1000}': ['count==1'],
            'http_reqs{group:::g}': ['count==1'],
            'http_req_failed{status:0}': ['rate==1'],
            http_reqs: ['count==4'],
        } };
        export default async function () {
            const url = `${__ENV.BASE}/bin/json`;
            await fetch(url, { params: { tags: { name: 'mine', own: 'tag' } } });
            await fetch(new Request(url, { params: { tags: { name: 'mine' } } }));
            let open;
            group('g', () => { open = fetch(url); });
            await open;
            await fetch(`${__ENV.BASE}/bin/delay/5`, { signal: AbortSignal.timeout(50) }).catch(() => 1);
        }";
    let (code, log) = run(folder.path(), script, &shop.http_url(), &["--summary-mode", "disabled"]);
    assert_eq!(code, 0, "{log}");
    let script = "fetch('http://127.0.0.1:1/'); export default function () {}";
    let (code, log) = run(folder.path(), script, "", &[]);
    assert_eq!(code, 107, "{log}");
    assert!(log.contains("Making http requests in the init context is not supported"), "{log}");
}

#[test]
fn numbers_are_written_in_english() {
    check(
        "const N = (value, options) => new Intl.NumberFormat('en-US', options).format(value);
         const $ = (value, options) => N(value, { style: 'currency', currency: 'USD', ...options });",
        &[
            ("(1234567.891).toLocaleString()", r#""1234567.891""#),
            ("(1234567.891).toLocaleString('en-US')", r#""1,234,567.891""#),
            (
                "(0.256).toLocaleString(undefined, { style: 'percent', maximumFractionDigits: 1 })",
                r#""25.6%""#,
            ),
            (
                "[N(0), N(-0), N(NaN), N(-Infinity), N(1234.5678), N(1e21), N(12345678901234567890n)]",
                r#"["0","-0","NaN","-∞","1,234.568","1,000,000,000,000,000,000,000","12,345,678,901,234,567,890"]"#,
            ),
            (
                "[N(1.5, { minimumFractionDigits: 2 }), N(2.5, { maximumFractionDigits: 0 }), N(1234.5, { useGrouping: false }), N(5, { minimumIntegerDigits: 2 })]",
                r#"["1.50","3","1234.5","05"]"#,
            ),
            (
                "[N(123456, { maximumSignificantDigits: 3 }), N(0.000123, { maximumSignificantDigits: 2 }), N(5, { minimumSignificantDigits: 3 })]",
                r#"["123,000","0.00012","5.00"]"#,
            ),
            (
                "[$(1234.5), $(-1.5), $(-1.5, { currencySign: 'accounting' }), $(1, { currency: 'JPY' }), $(1, { currency: 'CHF' }), $(2, { currencyDisplay: 'name' })]",
                r#"["$1,234.50","-$1.50","($1.50)","¥1","CHF 1.00","2.00 US dollars"]"#,
            ),
            ("[5, -5, 0].map((v) => N(v, { signDisplay: 'exceptZero' }))", r#"["+5","-5","0"]"#),
            (
                "[0, 12, 999, 999.6, 1000, 1234, 12345, 999499, 999999, 1234567, 1.5e9].map((v) => N(v, { notation: 'compact' }))",
                r#"["0","12","999","1K","1K","1.2K","12K","999K","1M","1.2M","1.5B"]"#,
            ),
            ("N(1234, { notation: 'compact', compactDisplay: 'long' })", r#""1.2 thousand""#),
            (
                "new Intl.NumberFormat('en').formatToParts(-1234.5).map((p) => p.type)",
                r#"["minusSign","integer","group","integer","decimal","fraction"]"#,
            ),
            ("Intl.NumberFormat('de').resolvedOptions().locale", r#""en-US""#),
            ("$(1, { currency: undefined })", "TypeError: a style of currency needs a currency"),
            (
                "N(1, { style: 'unit' })",
                "RangeError: 'unit' is out of range for style: decimal, percent, currency",
            ),
            (
                "N(1, { minimumFractionDigits: 101 })",
                "RangeError: minimumFractionDigits is 0 to 100, not 101",
            ),
            (
                "Intl.getCanonicalLocales(['EN-us', 'zh-hans-cn', 'en-US', 'de-u-CO-phonebk'])",
                r#"["en-US","zh-Hans-CN","de-u-co-phonebk"]"#,
            ),
            ("new Intl.NumberFormat('x')", "RangeError: Incorrect locale information provided: 'x'"),
            (
                "[1, 2, 3, 4, 11, 21, 112, 113].map((n) => new Intl.PluralRules('en', { type: 'ordinal' }).select(n))",
                r#"["one","two","few","other","other","one","other","other"]"#,
            ),
            (
                "[0, 1, 1.5, 2].map((n) => new Intl.PluralRules('en').select(n))",
                r#"["other","one","other","other"]"#,
            ),
        ],
    );
}

#[test]
fn dates_are_written_in_english() {
    check(
        "const d = new Date(Date.UTC(2024, 1, 29, 13, 4, 5, 6));
         const D = (options) => new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(d);",
        &[
            (
                "[d.toLocaleString(), d.toLocaleDateString(), d.toLocaleTimeString()]",
                r#"["02/29/2024, 13:04:05","02/29/2024","13:04:05"]"#,
            ),
            (
                "[d.toLocaleString('en-US'), d.toLocaleDateString('en-US'), d.toLocaleTimeString('en-US')]",
                r#"["2/29/2024, 1:04:05 PM","2/29/2024","1:04:05 PM"]"#,
            ),
            (
                "d.toLocaleDateString('en-US', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })",
                r#""Thursday, February 29, 2024""#,
            ),
            ("d.toLocaleTimeString('en-US', { hour: '2-digit', minute: '2-digit' })", r#""01:04 PM""#),
            (
                "d.toLocaleString('en-US', { timeZone: '-05:00', timeZoneName: 'short' })",
                r#""2/29/2024, 8:04:05 AM GMT-5""#,
            ),
            (
                "[new Date(NaN).toLocaleString('en'), new Date(NaN).toLocaleString()]",
                r#"["Invalid Date","Invalid Date"]"#,
            ),
            (
                "['full', 'long', 'medium', 'short'].map((s) => D({ dateStyle: s, timeStyle: s }))",
                r#"["Thursday, February 29, 2024 at 1:04:05 PM Coordinated Universal Time","February 29, 2024 at 1:04:05 PM UTC","Feb 29, 2024, 1:04:05 PM","2/29/24, 1:04 PM"]"#,
            ),
            (
                "[D(), D({ hour: 'numeric' }), D({ hour: '2-digit', minute: '2-digit', hour12: false }), D({ month: 'long' })]",
                r#"["2/29/2024","1 PM","13:04","February"]"#,
            ),
            (
                "[D({ month: 'short', day: 'numeric' }), D({ weekday: 'short', month: 'numeric', day: 'numeric' }), D({ month: 'long', year: 'numeric' })]",
                r#"["Feb 29","Thu, 2/29","February 2024"]"#,
            ),
            (
                "[D({ year: 'numeric', month: '2-digit', day: '2-digit' }), D({ second: 'numeric', fractionalSecondDigits: 3 })]",
                r#"["02/29/2024","5.006"]"#,
            ),
            ("D({ timeZone: '+05:30', timeStyle: 'long' })", r#""6:34:05 PM GMT+5:30""#),
            ("Intl.DateTimeFormat().resolvedOptions().timeZone", r#""UTC""#),
            (
                "D({ timeZone: 'Nowhere/X' })",
                "RangeError: time zone 'Nowhere/X' is not offered: there are UTC, offsets such as +05:30 and the machine's own",
            ),
            (
                "D({ dateStyle: 'full', hour: 'numeric' })",
                "TypeError: dateStyle and timeStyle go without single fields",
            ),
            ("Intl.DateTimeFormat().format(NaN)", "RangeError: Invalid time value"),
            ("Date.prototype.toLocaleString.call({})", "TypeError: not a Date object"),
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
