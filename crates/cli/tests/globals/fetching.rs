//! `fetch`, and what it takes and gives: `Headers`, `Request`, `Response`.

use super::{check, check_at, run};
use crate::program::{folder, shop};

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
