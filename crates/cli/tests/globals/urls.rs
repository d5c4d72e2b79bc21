//! `URL` and `URLSearchParams`.

use super::check;

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
