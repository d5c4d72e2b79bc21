//! Recordings and what is made of them.

use super::*;
use crate::step::Step;

fn source(json: &Json) -> Source {
    Source {
        name: "t.har".to_owned(),
        bytes: json.to_string().into_bytes(),
        path: None,
        folder: std::path::PathBuf::new(),
        env: std::collections::BTreeMap::new(),
        flags: std::collections::BTreeMap::new(),
        registry: metrics::Registry::new(),
        log: std::sync::Arc::new(model::log::Memory::default()),
        clock: model::Clock::start(),
        only_looks: false,
    }
}

fn recorded(second: &str, took: f64, request: &Json, answer: &str) -> Json {
    json!({
        "startedDateTime": format!("2026-01-01T00:00:{second}Z"),
        "time": took,
        "request": request,
        "response": { "status": 200, "content": { "mimeType": "application/json", "text": answer } },
    })
}

#[test]
fn what_an_answer_brought_is_captured_and_sent() {
    let login = json!({ "method": "POST", "url": "http://shop/login", "headers": [
            { "name": "Content-Length", "value": "2" }, { "name": "X-App", "value": "a" }],
        "postData": { "mimeType": "application/json", "text": "{}" } });
    let cart = json!({ "method": "GET", "url": "http://shop/cart/cart-0001-abc?x=1#top", "headers": [
        { "name": "Authorization", "value": "Bearer token-12345" }] });
    let again = json!({ "method": "GET", "url": "http://shop/me", "headers": [
        { "name": "Authorization", "value": "Bearer token-12345" }] });
    let har = json!({ "log": { "creator": {}, "entries": [
        recorded("02.500", 10.0, &again, ""),
        recorded("00.000", 500.0, &login, r#"{"token":"token-12345","carts":[{"id":"cart-0001-abc"}],"n":"short"}"#),
        recorded("02.000", 100.0, &cart, ""),
    ] } });
    assert!(sniff(&Look { name: "t.har", bytes: har.to_string().as_bytes() }));
    let plan = import(&source(&har)).unwrap_or_else(|refused| panic!("{:#?}", refused.notes));
    let shown = format!("{:?}", plan.program.flows[0].steps);
    let wanted = "[Request(\"POST\" \"http://shop/login\"), For(1.5s), \
        Request(\"GET\" [Text(\"http://shop/cart/\"), {{ captured2 }}, Text(\"?x=1\")]), For(400ms), \
        Request(\"GET\" \"http://shop/me\")]";
    assert_eq!(shown, wanted);
    let Step::Request(login) = &plan.program.flows[0].steps[0] else { panic!("{shown}") };
    let captures: Vec<&str> = login.captures.iter().map(|capture| &*capture.into).collect();
    assert_eq!((captures, login.headers.len(), login.checks.len()), (vec!["captured1", "captured2"], 1, 1));
    let notes: Vec<String> = plan.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 2, "{notes:#?}");
    assert_eq!(
        notes[0],
        "t.har (log.entries[2]): emulated: 'toke…' comes from the answer of http://shop/login (token) and is sent as \
         each user gets it"
    );
}

#[test]
fn headers_and_hidden_fields_bring_values_too() {
    let page = r#"<form><input type="hidden" name="csrf.t" value="field-000001"><input value="field-000002" name="b" type="hidden">
        <input name="seen" value="field-000003"></form>"#;
    let mut first = recorded("00.000", 10.0, &json!({ "method": "GET", "url": "http://shop/form" }), page);
    first["response"]["content"]["mimeType"] = "text/html".into();
    first["response"]["headers"] = json!([{ "name": "X-Token", "value": "header-000001" }, { "name": "Set-Cookie", "value": "cookie-000001" }]);
    let second = json!({ "method": "POST", "url": "http://shop/form", "headers": [{ "name": "X-Token", "value": "header-000001" }],
        "postData": { "mimeType": "application/x-www-form-urlencoded", "text": "a=field-000001&b=field-000002&c=field-000003&d=cookie-000001" } });
    let har = json!({ "log": { "entries": [first, recorded("00.020", 10.0, &second, "")] } });
    let made = document(&source(&har)).unwrap_or_else(|refused| panic!("{:#?}", refused.notes));
    let captures = json!({
        "captured1": { "header": "X-Token", "default": "header-000001" },
        "captured2": { "regex": r#"name="csrf\.t"[^>]* value="([^"]*)""#, "default": "field-000001" },
        "captured3": { "regex": r#"value="([^"]*)"[^>]* name="b""#, "default": "field-000002" },
    });
    assert_eq!(made.json["steps"][0]["get"]["capture"], captures);
    assert_eq!(
        made.json["steps"][1]["post"]["body"],
        "a={{ captured2 }}&b={{ captured3 }}&c=field-000003&d=cookie-000001"
    );
    assert!(made.notes[0].message.contains("(header X-Token)"), "{:?}", made.notes);
    import(&source(&har)).map(|_| ()).unwrap_or_else(|refused| panic!("{:#?}", refused.notes));
}

#[test]
fn what_is_no_recording_is_refused() {
    let check = |json: &Json, part: &str| {
        let refused = import(&source(json)).map(|_| ()).expect_err(part);
        assert!(refused.notes[0].message.contains(part), "{:?}", refused.notes);
    };
    check(&json!({ "log": {} }), "no log.entries");
    check(&json!({ "log": { "entries": [{}] } }), "no request that can be sent");
    check(
        &json!({ "log": { "entries": [{ "request": { "url": "ws://h/" } }] } }),
        "no request that can be sent",
    );
}
