//! Commands and what is made of them.

use super::*;

fn source(text: &str) -> Source {
    Source {
        name: "t.curl".to_owned(),
        bytes: text.as_bytes().to_vec(),
        path: None,
        folder: std::env::temp_dir().join("no-such-folder"),
        env: std::collections::BTreeMap::from([("TOKEN".to_owned(), "t0k".to_owned())]),
        flags: std::collections::BTreeMap::new(),
        registry: metrics::Registry::new(),
        log: std::sync::Arc::new(model::log::Memory::default()),
        clock: model::Clock::start(),
        only_looks: false,
    }
}

fn steps(text: &str) -> (Json, Vec<String>) {
    let made = document(&source(text)).unwrap_or_else(|refused| panic!("{text}: {:#?}", refused.notes));
    (made.json["steps"].clone(), made.notes.iter().map(ToString::to_string).collect())
}

#[test]
fn commands_become_requests() {
    let check = |text: &str, wanted: Json| {
        let (mut steps, _) = steps(text);
        // Said of every request, and so left out of the cases.
        for (_, request) in steps
            .as_array_mut()
            .expect("a list")
            .iter_mut()
            .flat_map(|step| step.as_object_mut().expect("a step"))
        {
            let request = request.as_object_mut().expect("a request");
            if request.get("redirects") == Some(&json!(0)) {
                request.shift_remove("redirects");
            }
        }
        assert_eq!(steps, wanted, "{text}\n{steps}");
        import(&source(text)).map(|_| ()).unwrap_or_else(|refused| panic!("{text}: {:#?}", refused.notes));
    };
    check("curl http://h/a", json!([{ "get": { "url": "/a" } }]));
    check("curl h", json!([{ "get": { "url": "/" } }]));
    check("curl -XDELETE --url 'http://h/a?b=c d#e'", json!([{ "delete": { "url": "/a?b=c%20d" } }]));
    check("curl -sSLI http://h/", json!([{ "head": { "url": "/", "redirects": 50 } }]));
    check(
        "curl http://h/ -H 'A: b' -H 'A: c' -H 'X-Empty;' -H 'Accept:' -H 'Host: x' -A me -e http://r/ -b 'a=1; b=2' --compressed",
        json!([{ "get": { "url": "/", "headers": { "A": "b, c", "X-Empty": "", "User-Agent": "me", "Referer": "http://r/",
            "Accept-Encoding": "gzip, deflate, br", "Cookie": "a=1; b=2" } } }]),
    );
    check(
        "curl http://h/ -d a=1 -d b=2",
        json!([{ "post": { "url": "/", "headers": { "Content-Type": "application/x-www-form-urlencoded" }, "body": "a=1&b=2" } }]),
    );
    check(
        "curl -G http://h/?x=1 -d a=1 --data-urlencode 'q=a b&c' --data-urlencode 'd e'",
        json!([{ "get": { "url": "/?x=1&a=1&q=a%20b%26c&d%20e" } }]),
    );
    check(
        r#"curl 'http://h/l' -H 'content-type: application/json' --data-raw '{"a":"{{x}}","b":[1]}'"#,
        json!([{ "post": { "url": "/l", "headers": { "content-type": "application/json" }, "json": { "a": "{{ '{{' }}x}}", "b": [1] } } }]),
    );
    check(
        r#"curl http://h/l --json '{ "a": 1 }'"#,
        json!([{ "post": { "url": "/l", "headers": { "Accept": "application/json", "Content-Type": "application/json" }, "body": "{ \"a\": 1 }" } }]),
    );
    check(
        "curl -u me:pw -m 1.5 -f --http1.1 http://h/ http://h/2 --next -k --oauth2-bearer \"$TOKEN\" http://h/3",
        json!([
            { "get": { "url": "/", "auth": "me:pw", "timeout": "1500ms", "version": "1.1", "stop_if_failed": true } },
            { "get": { "url": "/2", "auth": "me:pw", "timeout": "1500ms", "version": "1.1", "stop_if_failed": true } },
            { "get": { "url": "/3", "headers": { "Authorization": "Bearer {{ env.TOKEN }}" } } },
        ]),
    );
    check(
        "curl http://h/ -F a=b -F 'c=d;type=text/x' --form-string '@e=@f'",
        json!([{ "post": { "url": "/", "multipart": [
            { "name": "a", "value": "b" }, { "name": "c", "type": "text/x", "value": "d" }, { "name": "@e", "value": "@f" }] } }]),
    );
    check("curl -X PROPFIND http://h/", json!([{ "request": { "url": "/", "method": "PROPFIND" } }]));
}

#[test]
fn settings_hold_for_the_whole_file() {
    let made = document(&source("curl -k https://h/ --resolve h:443:127.0.0.1")).expect("it is fine");
    let wanted = json!({ "insecureSkipTLSVerify": true, "hosts": { "h:443": "127.0.0.1:443" } });
    assert_eq!(made.json["options"], wanted);
}

#[test]
fn what_has_no_effect_is_told_once() {
    let (_, notes) = steps("curl -s -o x http://h/ | jq .\ncurl -s http://h/2 > out");
    assert_eq!(
        notes,
        [
            "t.curl:1:6: ignored: '--silent' says nothing about the requests of a test",
            "t.curl:1:9: ignored: '--output' says nothing about the requests of a test",
            "t.curl:1:26: ignored: 'jq' is another program, which is not run",
            "t.curl:1:1: emulated: each user keeps the cookies that answers set, which curl forgets between its commands",
        ]
    );
    let (_, notes) = steps("curl http://h/a[1-3] -x http://proxy");
    assert!(notes[0].contains("'--proxy' cannot be had here"), "{notes:?}");
    assert!(notes[1].contains("several addresses"), "{notes:?}");
}

#[test]
fn mistakes_have_their_place() {
    let check = |text: &str, wanted: &str| {
        let refused = document(&source(text)).map(|_| ()).expect_err(text);
        let notes: Vec<String> = refused.notes.iter().map(ToString::to_string).collect();
        assert!(notes.iter().any(|note| note == wanted), "{text}: {notes:#?}");
    };
    check(
        "curl http://h/\ncurl --hedaer x http://h/",
        "t.curl:2:6: error: '--hedaer' is no option of curl that is known here",
    );
    check("curl -H", "t.curl:1:6: error: '--header' is followed by a value");
    check(
        "curl -d @../../../etc/passwd http://h/",
        "t.curl:1:9: error: '../../../etc/passwd' lies outside of the folders of the test and of the working directory, and is not read; --outside-files allows it",
    );
    check("curl -s", "t.curl:1:1: error: this command names no address");
    check("echo a", "t.curl:1:1: error: there is no command of curl that sends a request");
    check("curl ftp://h/", "t.curl:1:1: error: there is no command of curl that sends a request");
}

#[test]
fn files_are_known_by_their_first_word() {
    let check = |name: &str, text: &str, wanted: bool| {
        assert_eq!(sniff(&Look { name, bytes: text.as_bytes() }), wanted, "{text}");
    };
    check("a.txt", "# c\n\n$ curl 'http://h/' \\\n", true);
    check("a.sh", "#!/bin/bash\ncurl http://h/\n", true);
    check("a.curl", "curl\n", true);
    check("a.txt", "curling is a sport", false);
    check("a.yml", "config:\n  curl: 1\n", false);
}
