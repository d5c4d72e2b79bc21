//! `k6/html` and forms, as scripts of the real binary see them: tables of expressions and their values.

mod program;

use program::{folder, plimsoll, said, shop, write};

/// What the script logs, line by line.
fn lines(script: &str, base: &str) -> Vec<String> {
    let folder = folder();
    write(folder.path(), "t.js", script);
    let args = ["run", "-q", "--log-format", "raw", "t.js"];
    let (code, _, log) = said(plimsoll(folder.path(), &args).env("BASE", base));
    assert_eq!(code, 0, "{log}");
    log.lines().map(str::to_owned).collect()
}

/// Evaluates expressions in one user, after `prepare`, and compares their JSON; `!` stands before what is
/// thrown.
#[track_caller]
fn check(prepare: &str, cases: &[(&str, &str)], base: &str) {
    let functions: String = cases.iter().map(|(expression, _)| format!("() => {expression},\n")).collect();
    let script = format!(
        "import {{ parseHTML }} from 'k6/html';
         import http from 'k6/http';
         export default function () {{
           {prepare}
           for (const expression of [{functions}]) {{
             let shown;
             try {{ shown = String(JSON.stringify(expression())); }} catch (e) {{ shown = '! ' + e; }}
             console.log(__ENV.BASE ? shown.split(__ENV.BASE).join('BASE') : shown);
           }}
         }}"
    );
    let lines = lines(&script, base);
    assert_eq!(lines.len(), cases.len(), "{lines:#?}");
    let wrong: Vec<_> = cases.iter().zip(&lines).filter(|((_, expected), line)| expected != line).collect();
    assert!(wrong.is_empty(), "(expression, expected), got: {wrong:#?}");
}

const LIST: &str = r#"
    const doc = parseHTML(`<div id=top class="box  wide" lang=de data-a=1 data-b-c='{"x":[1]}' data-bad="{" data-no=null>
        <ul><li id=a class=x>1</li><li id=b>2 <b>two</b></li><li id=c class=x>3</li></ul><!--note--><p title="">end</p></div>`);
    const other = parseHTML('<ul><li id=a>1</li></ul>');
    const ids = (selection) => selection.toArray().map((one) => one.attr('id') || one.get(0).nodeName()).join();
    const li = doc.find('li'), top = doc.find('#top').get(0);
"#;

#[test]
fn selections() {
    let cases = [
        ("ids(li)", r#""a,b,c""#),
        ("[li.length, li.size(), doc.size()]", "[null,3,1]"),
        ("[li.eq(-1), li.eq(3), li.eq(-4), li.eq('1')].map(ids)", r#"["c","","","b"]"#),
        (
            "[li.slice(1), li.slice(-2, -1), li.slice(5), li.slice(2, 1), li.slice(0, 9)].map(ids)",
            r#"["b,c","b","","","a,b,c"]"#,
        ),
        ("[li.get(0).id(), li.get(-1).id(), li.get(7), li.get().length]", r#"["a","c",null,3]"#),
        ("li.get(7) === undefined && li.attr('nope') === undefined", "true"),
        (
            "[li.attr('id'), li.attr('ID'), li.attr('no', 5), doc.find('p').attr('title', 'd'), doc.attr('x', 'd')]",
            r#"["a",null,5,"","d"]"#,
        ),
        (
            "[ids(doc.find('#b, b')), ids(doc.find(li)), ids(doc.find(li.get(1))), ids(li.find(li))]",
            r#"["b,b","a,b,c","b",""]"#,
        ),
        ("ids(doc.find(other.find('li')))", r#""""#),
        ("doc.find()", "! Invalid argument: Cannot use a <nil> as a selector"),
        ("doc.find(5)", "! Invalid argument: Cannot use a int64 as a selector"),
        ("li.closest([])", "! Invalid argument: Cannot use a []interface {} as a selector"),
        (
            "[li.filter('.x'), li.filter(li.eq(1)), li.filter(top), li.filter((i, e) => e.text() === '3')].map(ids)",
            r#"["a,c","b","","c"]"#,
        ),
        (
            "[li.not('.x'), li.not('!!'), li.not(li.last()), li.not((i) => i > 0)].map(ids)",
            r#"["b","a,b,c","a,b","a"]"#,
        ),
        ("li.filter(() => { throw new Error('oops'); })", "! Error: oops"),
        (
            "[li.is('.x'), li.is('p'), li.is(li.eq(2)), li.is((i) => i === 2), li.is('!!'), doc.is('div')]",
            "[true,false,true,true,false,false]",
        ),
        (
            "[li.has('b'), li.has(doc.find('b')), doc.find('div, li').has('li')].map(ids)",
            r#"["b","b","top"]"#,
        ),
        (
            "[li.add('p'), li.eq(2).add('li'), li.add(top), li.add(li)].map(ids)",
            r#"["a,b,c,p","c,a,b","a,b,c,top","a,b,c"]"#,
        ),
        ("[li.find('b').end(), li.end().end(), doc.end().end()].map(ids)", r##"["a,b,c","",""]"##),
        (
            "[doc.find('b').closest('li'), doc.find('b').closest('b'), doc.find('b').closest(top), li.closest('table')].map(ids)",
            r#"["b","b","top",""]"#,
        ),
        (
            "[li.index(), li.eq(2).index(), doc.find('none').index(), li.index('.x'), li.index(li.get(2)), li.index(li.last()), li.eq(2).index('.x'), li.index(top)]",
            "[0,2,-1,0,2,2,1,-1]",
        ),
        (
            "[li.next(), li.next('#c'), li.eq(0).nextAll(), li.eq(0).nextUntil('#c'), li.eq(0).nextUntil(li.get(2)), li.eq(0).nextUntil(null, '.x'), li.eq(2).prevUntil('#a')].map(ids)",
            r#"["b,c","c","b,c","b","b","c","b"]"#,
        ),
        (
            "[li.prev(), li.eq(2).prevAll(), li.eq(1).siblings(), li.siblings('.x')].map(ids)",
            r#"["a,b","b,a","a,c","c,a"]"#,
        ),
        (
            "[li.parent(), li.parents(), li.parents('div'), li.parentsUntil('body'), li.parentsUntil(top)].map(ids)",
            r#"["ul","ul,top,body,html","top","ul,top","ul"]"#,
        ),
        (
            "[doc.find('#b').contents().size(), doc.find('#b').contents().first().get(0).nodeName(), ids(doc.children())]",
            r##"[2,"#text","html"]"##,
        ),
        (
            "[li.text(), li.eq(1).html(), doc.find('none').html(), doc.find('none').text()]",
            r#"["12 two3","2 <b>two</b>","",""]"#,
        ),
        ("[ids(doc.single('li')), ids(doc.single('none'))]", r#"["a",""]"#),
        ("doc.find('#top').data()", r#"{"a":1,"bC":{"x":[1]},"bad":"{","no":null}"#),
        (
            "[doc.find('#top').data('bC'), doc.find('#top').data('b-c'), doc.find('#top').data('nope'), doc.data()]",
            r#"[{"x":[1]},{"x":[1]},null,null]"#,
        ),
        ("li.map((i, e) => i + e.attr('id'))", r#"["0a","1b","2c"]"#),
        ("li.map(1)", "! GoError: the argument to map() must be a function"),
        ("li.each()", "! GoError: the argument to each() must be a function"),
        ("ids(li.each(() => false))", r#""a,b,c""#),
        ("li.each(() => { throw 'plain'; })", "! GoError: the function passed to each() failed: plain"),
        ("doc", r#"{"url":""}"#),
        ("doc.find.call({}, 'p')", "! TypeError: the receiver is no selection"),
        ("parseHTML('<div>'.repeat(100000))", "! GoError: html: open stack of elements exceeds 512 nodes"),
        ("parseHTML('<p>'.repeat(100000)).find('p').size()", "100000"),
        (
            "(() => { let s = li; for (let i = 0; i < 100000; i++) s = s.first(); return ids(s); })()",
            r#""a""#,
        ),
        (
            "[parseHTML().text(), parseHTML(null).text(), parseHTML({}).text(), parseHTML(12).text()]",
            r#"["","null","[object Object]","12"]"#,
        ),
    ];
    check(LIST, &cases, "");
}

#[test]
fn elements() {
    let cases = [
        (
            "[top.nodeName(), top.nodeType(), top.id(), top.className(), top.classList(), top.lang()]",
            r#"["div",1,"top","box  wide",["box","wide"],"de"]"#,
        ),
        ("[li.get(0).lang(), li.get(1).className(), li.get(1).classList()]", r#"["","",[]]"#),
        (
            "[String(top), String(top.firstChild()), String(top.ownerDocument())]",
            r##"["[object html.Node]","[object #text]","[object #document]"]"##,
        ),
        (
            "[top.firstChild().nodeType(), top.firstElementChild().nodeName(), top.lastChild().nodeName(), top.children().length, top.childElementCount()]",
            r#"[3,"ul","p",2,2]"#,
        ),
        ("top.childNodes().map((n) => n.nodeName())", r##"["#text","ul","#comment","p"]"##),
        (
            "[top.childNodes()[2].nodeValue(), top.childNodes()[2].nodeType(), top.nodeValue() === undefined]",
            r#"["note",8,true]"#,
        ),
        (
            "[top.nextSibling(), top.previousSibling(), top.ownerDocument().parentNode(), top.ownerDocument().ownerDocument()]",
            "[null,null,null,null]",
        ),
        (
            "[top.parentElement().nodeName(), top.parentNode().parentNode().parentElement(), top.parentNode().parentNode().parentNode().nodeType()]",
            r#"["body",null,9]"#,
        ),
        (
            "[li.get(0).nextElementSibling().id(), li.get(2).previousElementSibling().id(), li.get(2).nextElementSibling() === undefined]",
            r#"["b","b",true]"#,
        ),
        (
            "[top.contains(li.get(0)), top.contains(top), li.get(0).contains(top), top.contains(other.find('li').get(0)), top.contains(1)]",
            "[true,false,false,false,false]",
        ),
        (
            "[li.get(0).isSameNode(li.get(0)), li.get(0).isEqualNode(li.get(1)), other.find('ul').get(0).isEqualNode(parseHTML('<ul><li id=a>1').find('ul').get(0))]",
            "[true,false,true]",
        ),
        (
            "[top.hasAttribute('data-a'), top.hasAttribute('x'), top.hasAttributes(), doc.find('ul').get(0).hasAttributes(), top.hasChildNodes()]",
            "[true,false,true,false,true]",
        ),
        (
            "[top.getAttribute('data-a'), top.getAttribute('x') === undefined, top.getAttributeNode('x') === undefined]",
            r#"["1",true,true]"#,
        ),
        (
            "[top.getAttributeNode('lang').value, top.attributes().id.name, top.attributes().id.owner_element.id(), top.attributes().id.localName(), top.attributes().id.prefix()]",
            r#"["de","id","top","id",""]"#,
        ),
        (
            "[top.querySelector('.x').id(), top.querySelector('!!') === undefined, top.querySelectorAll('li').length]",
            r#"["a",true,3]"#,
        ),
        (
            "[top.getElementsByTagName('li').length, top.getElementsByClassName('x').length, top.matches('.wide'), top.matches('body *')]",
            "[3,2,true,true]",
        ),
        (
            "[top.namespaceURI(), top.isDefaultNamespace(), ids(top.selection()), top.innerHTML().length > 50, top.textContent().trim()]",
            r#"["",true,"top",true,"12 two3end"]"#,
        ),
        ("parseHTML('<svg><a/></svg>').find('svg').get(0).namespaceURI()", r#""svg""#),
        ("typeof top.href", r#""undefined""#),
        ("top.nodeName.call({})", "! TypeError: the receiver is no element"),
    ];
    check(LIST, &cases, "");
}

#[test]
fn elements_of_each_tag() {
    let prepare = r#"
        const page = parseHTML(`<form id=f name=n method=POST action=/go><fieldset><legend>L</legend>
            <label for=i>I</label><input id=i type=EMAIL maxlength=5 list=d tabindex=x><datalist id=d><option>1</datalist></fieldset>
            <label>B <button formmethod=post>go</button></label>
            <select id=s><optgroup disabled><option>1</optgroup><option value=2 selected label=two>zwei</select>
            <select id=m multiple><option selected>x<option selected>y</select><select id=e><option>z</select>
            <textarea>some &amp; text</textarea><output for="a b">42</output><progress max=4 value=1></progress><meter max=10></meter></form>
            <input id=far form=f><input id=lost form=none>
            <table><caption>C<thead><tr><th scope=ROW>H<tbody><tr><td>1<td colspan=2 headers="a b">2</table>
            <a id=full href="https://me:pw@h.org:8443/p/q?x=1#y" rel="next nofollow">t</a><a id=rel href="../z">r</a><a id=none>n</a>
            <video muted src=v.mp4 crossorigin><track kind=captions></video><ol><li value=7></ol><img src=i.png width=20><script async>let a;</script>
            <meta http-equiv=Refresh><canvas></canvas><map name=m><area href=/a></map>`);
        const at = (selector) => page.find(selector).get(0);
        const all = (element, ...names) => names.map((name) => { const v = element[name](); return v && v.nodeName ? v.nodeName() : v; });
    "#;
    let cases = [
        (
            "all(at('form'), 'action', 'method', 'name', 'enctype', 'autocomplete', 'length', 'target', 'noValidate')",
            r#"["/go","post","n","application/x-www-form-urlencoded","on",8,"",false]"#,
        ),
        (
            "at('form').elements().map((e) => e.nodeName()).join()",
            r#""fieldset,input,button,select,select,select,textarea,output""#,
        ),
        (
            "all(at('#i'), 'type', 'maxLength', 'list', 'tabIndex', 'value', 'form', 'disabled', 'size')",
            r#"["email",5,"datalist",0,"","form",false,20]"#,
        ),
        (
            "[at('#i').labels().length, at('button').labels()[0].textContent().trim(), at('label').control().id(), at('label:has(button)').control().nodeName()]",
            r#"[1,"B go","i","button"]"#,
        ),
        ("all(at('button'), 'type', 'formMethod', 'formAction', 'value')", r#"["submit","post","",""]"#),
        (
            "[at('#far').form().id(), at('#lost').form() === undefined, at('legend').form().id()]",
            r#"["f",true,"f"]"#,
        ),
        (
            "all(at('#s'), 'value', 'selectedIndex', 'length', 'type', 'size', 'multiple')",
            r#"["2",1,2,"select-one",1,false]"#,
        ),
        ("all(at('#m'), 'value', 'type', 'size')", r#"["x","select-multiple",4]"#),
        ("[at('#m').selectedOptions().length, at('#e').selectedIndex(), at('#e').value()]", r#"[2,-1,""]"#),
        (
            "all(at('#s').options()[0], 'disabled', 'index', 'label', 'text', 'value', 'selected')",
            r#"[true,0,"1","1","1",false]"#,
        ),
        (
            "all(at('#s').options()[1], 'disabled', 'index', 'label', 'text', 'value', 'selected', 'form')",
            r#"[false,1,"two","zwei","2",true,"form"]"#,
        ),
        (
            "all(at('textarea'), 'value', 'defaultValue', 'length', 'cols', 'rows', 'type')",
            r#"["","some & text",11,20,2,"textarea"]"#,
        ),
        (
            "[...all(at('output'), 'value', 'htmlFor', 'type'), ...all(at('progress'), 'max', 'value', 'position'), ...all(at('meter'), 'max', 'optimum')]",
            r#"["42","a b","output",4,1,0.25,10,5]"#,
        ),
        (
            "[...all(at('table'), 'caption', 'tHead', 'tFoot'), at('table').rows().length, at('tbody').rows().length]",
            r#"["caption","thead",null,2,1]"#,
        ),
        ("[...all(at('tbody tr'), 'rowIndex', 'sectionRowIndex'), at('tbody tr').cells().length]", "[1,0,2]"),
        (
            "[...all(page.find('td').get(1), 'cellIndex', 'colSpan', 'rowSpan', 'headers'), at('th').scope()]",
            r#"[1,2,1,["a","b"],"row"]"#,
        ),
        (
            "all(at('#full'), 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'origin')",
            r##"["https:","me","pw","h.org:8443","h.org","8443","/p/q","?x=1","#y","https://h.org:8443"]"##,
        ),
        (
            "[at('#full').relList(), at('#rel').href(), at('#rel').pathname(), at('#none').href(), String(at('#rel')), at('#rel').text()]",
            r#"[["next","nofollow"],"../z","../z","","../z","r"]"#,
        ),
        (
            "[...all(at('video'), 'src', 'muted', 'autoplay', 'crossOrigin', 'preload'), at('video').textTracks()[0].kind()]",
            r#"["v.mp4",true,false,"anonymous","auto","captions"]"#,
        ),
        (
            "[at('li').value(), at('ol').start(), at('img').width(), at('img').height(), at('canvas').width()]",
            "[7,1,20,0,300]",
        ),
        (
            "[at('script').async(), at('script').text(), at('meta').httpEquiv(), at('map').areas()[0].href(), at('img').crossOrigin() === undefined]",
            r#"[true,"let a;","refresh","/a",true]"#,
        ),
        ("at('#full').element.id()", r#""full""#),
    ];
    check(prepare, &cases, "");
}

/// A page of our own in the place of one that was received, and what is sent from it.
const FORMS: &str = r#"
    const page = (body, path = '/bin/html') => { const r = http.get(__ENV.BASE + path); r.body = body; return r; };
    const sent = (r) => [r.request.method, r.request.url, r.request.body];
    const fields = '<input name=a value="1 2"><select name=s multiple><option selected>x<option selected>y</select>';
    const posting = `<form id=one method=post action=/bin/post>${fields}<button type=submit name=go value=now>x</button></form>
        <form id=two action="/bin/get?old=1#part">${fields}</form>`;
    const links = '<a name=x>no</a><a href="/bin/get?n=1">one</a><a id=b href="get?n=2">two</a><a id=c href="http://[::1">bad</a>';
"#;

#[test]
fn forms_and_links() {
    let shop = shop();
    let cases = [
        (
            "sent(page(posting).submitForm({ formSelector: '#one' }))",
            r#"["POST","BASE/bin/post","a=1+2&go=now&s=%5Bx+y%5D"]"#,
        ),
        (
            "sent(page(posting).submitForm({ formSelector: '#two' }))",
            r##"["GET","BASE/bin/get?a=1+2&s=x%2Cy#part",""]"##,
        ),
        (
            "sent(page(posting).submitForm({ formSelector: '#one', fields: { a: 5, b: ['p', 'q'], s: null } }))",
            r#"["POST","BASE/bin/post","a=5&b=p&b=q&go=now&s="]"#,
        ),
        (
            "sent(page(posting).submitForm({ formSelector: '#two', fields: { a: null, s: ['p', 'q'] } }))",
            r##"["GET","BASE/bin/get?a=null&s=p%2Cq#part",""]"##,
        ),
        (
            "sent(page(posting).submitForm({ formSelector: '#one', submitSelector: 'input[name=a]' }))",
            r#"["POST","BASE/bin/post","a=1+2&s=%5Bx+y%5D"]"#,
        ),
        (
            "page(posting).submitForm({ formSelector: '#one', fields: { f: http.file('data', 'n.txt') } }).json('files')",
            r#"{"f":"data"}"#,
        ),
        (
            "page(posting).submitForm({ formSelector: '#one', params: { headers: { 'X-Own': 'yes' } } }).json('headers.X-Own')",
            r#""yes""#,
        ),
        (
            "sent(page('<form method=delete action=/bin/delete></form>').submitForm())",
            r#"["DELETE","BASE/bin/delete",""]"#,
        ),
        (
            "sent(page('<form method=\"\"><input name=q value=1></form>', '/bin/html?old=1').submitForm())",
            r#"["GET","BASE/bin/html?q=1",""]"#,
        ),
        (
            "sent(page('<form action=../bin/get></form>', '/bin/html?old=1').submitForm())",
            r#"["GET","BASE/bin/get",""]"#,
        ),
        (
            "page('<p>').submitForm()",
            "! GoError: no form found for selector 'form' in response 'BASE/bin/html'",
        ),
        (
            "page(posting).submitForm({ formSelector: '!!' })",
            "! GoError: no form found for selector '!!' in response 'BASE/bin/html'",
        ),
        ("sent(page(links).clickLink())", r#"["GET","BASE/bin/get?n=1",""]"#),
        ("sent(page(links).clickLink({ selector: '#b' }))", r#"["GET","BASE/bin/get?n=2",""]"#),
        (
            "page(links).clickLink({ selector: 'a', params: {} })",
            "! GoError: no valid href attribute value found on element 'a' in response 'BASE/bin/html'",
        ),
        (
            "page(links).clickLink({ selector: 'i' })",
            "! GoError: no element found for selector 'i' in response 'BASE/bin/html'",
        ),
        (
            "page(links).clickLink({ selector: '#c' })",
            "! GoError: parse \"http://[::1\": invalid IPv6 address",
        ),
        (
            "[page(links).html().url, page(links).html('a').size(), page(links).html('#b').get(0).href(), page(links).html('#b').attr('href')]",
            r#"["BASE/bin/html",4,"BASE/bin/get?n=2","get?n=2"]"#,
        ),
        (
            "[page(posting).html('form').get(0).action(), page('<form>').html('form').get(0).action()]",
            r#"["BASE/bin/post","BASE/bin/html"]"#,
        ),
        (
            "page(null).html()",
            "! GoError: the body is null so we can't transform it to HTML - this likely was because of a request error getting the response",
        ),
        ("http.get(`${__ENV.BASE}/bin/html`, { responseType: 'binary' }).html('h1').text()", r#""A page""#),
        (
            "http.get(`${__ENV.BASE}/bin/html`, { responseType: 'none' }).submitForm()",
            "! GoError: the body is null so we can't transform it to HTML - this likely was because of a request error getting the response",
        ),
        ("http.batch([`${__ENV.BASE}/bin/html`])[0].html('li').data('n')", "1"),
    ];
    check(FORMS, &cases, &shop.http_url());
}

#[test]
fn a_test_that_is_aborted_in_a_callback_ends() {
    let script = "
        import { parseHTML } from 'k6/html';
        import { test } from 'k6/execution';
        export default function () {
          parseHTML('<p>').find('p').map(() => test.abort('enough'));
          console.log('not reached');
        }";
    let folder = folder();
    write(folder.path(), "t.js", script);
    let (code, _, log) = said(&mut plimsoll(folder.path(), &["run", "-q", "t.js"]));
    assert_eq!(code, 108, "{log}");
    assert!(log.contains("enough") && !log.contains("not reached"), "{log}");
}
