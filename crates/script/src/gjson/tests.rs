//! The path syntax, case by case, and the promise that no input panics.

use super::*;

const DOC: &str = r#"{
  "name": {"first": "Tom", "last": "Anderson"},
  "age": 37,
  "children": ["Sara", "Alex", "Jack"],
  "fav.movie": "Deer Hunter",
  "friends": [
    {"first": "Dale", "last": "Murphy", "age": 44, "nets": ["ig", "fb", "tw"]},
    {"first": "Roger", "last": "Craig", "age": 68, "nets": ["fb", "tw"]},
    {"first": "Jane", "last": "Murphy", "age": 47, "nets": ["ig", "tw"]}
  ],
  "esc\"aped": "a\nb\u00e9",
  "none": null, "yes": true, "empty": []
}"#;

/// What `path` finds, as JSON; `-` for nothing.
fn found(text: &str, path: &str) -> String {
    match get(text.as_bytes(), path) {
        None => "-".to_owned(),
        Some(Found::Null) => "null".to_owned(),
        Some(Found::Bool(flag)) => flag.to_string(),
        Some(Found::Number(number)) => number.to_string(),
        Some(Found::Text(text)) => serde_json::Value::from(text.as_ref()).to_string(),
        Some(Found::Json(json)) => {
            serde_json::from_str::<serde_json::Value>(&json).expect("what is found is JSON").to_string()
        }
    }
}

#[test]
fn paths() {
    let table = [
        ("name.last", r#""Anderson""#),
        ("age", "37"),
        ("none", "null"),
        ("yes", "true"),
        ("missing", "-"),
        ("name.missing.deeper", "-"),
        ("age.deeper", "-"),
        ("children", r#"["Sara","Alex","Jack"]"#),
        ("children.#", "3"),
        ("children.1", r#""Alex""#),
        ("children.9", "-"),
        ("child*.2", r#""Jack""#),
        ("c?ildren.0", r#""Sara""#),
        (r"fav\.movie", r#""Deer Hunter""#),
        ("friends.#.first", r#"["Dale","Roger","Jane"]"#),
        ("friends.1.last", r#""Craig""#),
        ("friends.#.missing", "[]"),
        ("friends.#.nets.0", r#"["ig","fb","ig"]"#),
        ("friends.#.nets.#", "[3,2,2]"),
        (r#"friends.#(last=="Murphy").first"#, r#""Dale""#),
        (r#"friends.#(last=="Murphy")#.first"#, r#"["Dale","Jane"]"#),
        (r#"friends.#(last=="Murphy")#|#"#, "2"),
        (r#"friends.#(last=="Murphy")#|0.first"#, r#""Dale""#),
        ("friends.#(age>45)#.last", r#"["Craig","Murphy"]"#),
        ("friends.#(age<=44).first", r#""Dale""#),
        (r#"friends.#(first%"D*").last"#, r#""Murphy""#),
        (r#"friends.#(first!%"D*").last"#, r#""Craig""#),
        (r#"friends.#(first!="Dale")#.age"#, "[68,47]"),
        (r#"friends.#(nets.#(=="fb"))#.first"#, r#"["Dale","Roger"]"#),
        (r#"children.#(%"*a*")#"#, r#"["Sara","Jack"]"#),
        ("friends.#(missing)", "-"),
        ("friends.#(nets)#.age", "[44,68,47]"),
        ("children|@reverse", r#"["Jack","Alex","Sara"]"#),
        ("children.@reverse.0", r#""Jack""#),
        ("@this.age", "37"),
        ("name.@keys", r#"["first","last"]"#),
        ("name.@values", r#"["Tom","Anderson"]"#),
        ("children|@tostr", r#""[\"Sara\", \"Alex\", \"Jack\"]""#),
        ("[age,name.first]", r#"[37,"Tom"]"#),
        ("{age,name.first}", r#"{"age":37,"first":"Tom"}"#),
        (r#"{age,"n":name.first}"#, r#"{"age":37,"n":"Tom"}"#),
        (r#"friends.#.{first,age}|0"#, r#"{"first":"Dale","age":44}"#),
        (r#"[age,!"x"]"#, r#"[37,"x"]"#),
        (r#"esc"aped"#, r#""a\nbé""#),
        ("empty.#", "0"),
        ("empty.0", "-"),
        ("", "-"),
    ];
    for (path, expected) in table {
        assert_eq!(found(DOC, path), expected, "{path}");
    }
}

#[test]
fn modifiers_and_lines() {
    let table = [
        ("[1,[2,[3]]]", "@flatten", "[1,2,[3]]"),
        ("[1,[2,[3]]]", r#"@flatten:{"deep":true}"#, "[1,2,3]"),
        (r#"[{"a":1},{"b":2}]"#, "@join", r#"{"a":1,"b":2}"#),
        (r#"{"id":[1,2],"v":["x","y"]}"#, "@group", r#"[{"id":1,"v":"x"},{"id":2,"v":"y"}]"#),
        (r#"{"a":{"b":1},"b":2}"#, "@dig:b", "[2,1]"),
        (r#""{\"a\":1}""#, "@fromstr.a", "1"),
        ("{\"a\":1}\n{\"a\":2}", "..#.a", "[1,2]"),
        ("{\"a\":1}\n{\"a\":2}", "..1.a", "2"),
        (r#"{"@key":1}"#, "@key", "1"),
        (r#"[{"a":true},{"a":0},{}]"#, "#(a==~false)#", r#"[{"a":0},{}]"#),
    ];
    for (text, path, expected) in table {
        assert_eq!(found(text, path), expected, "{text} {path}");
    }
}

#[test]
fn faults_are_told_as_go_tells_them() {
    let table = [
        ("plain", "line 1, character 1 , error: invalid character 'p' looking for beginning of value"),
        ("", "line 1, character 0 , error: unexpected end of JSON input"),
        (r#"{"a":1,"b""#, "line 1, character 10 , error: unexpected end of JSON input"),
        (
            "{\n  \"a\": oops}",
            "line 2, character 8 , error: invalid character 'o' looking for beginning of value",
        ),
        ("[1,]", "line 1, character 4 , error: invalid character ']' looking for beginning of value"),
        ("tru", "line 1, character 3 , error: unexpected end of JSON input"),
        ("1 2", "line 1, character 3 , error: invalid character '2' after top-level value"),
    ];
    for (text, expected) in table {
        let message = syntax_error(text.as_bytes()).expect("it is not JSON");
        assert_eq!(message.strip_prefix("cannot parse json due to an error at "), Some(expected), "{text}");
    }
    assert_eq!(syntax_error(br#"{"a":[1,-2.5e3,"\u00e9",null,true]}"#), None);
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in ".{0,60}", path in r#"[a-c#@!.|*?(){}\[\]"\\=<>%~,:0-9]{0,24}"#) {
        let _ = get(text.as_bytes(), &path);
        let _ = get(DOC.as_bytes(), &path);
        let _ = syntax_error(text.as_bytes());
    }

    #[test]
    fn validity_agrees_with_a_parser(text in r#"[\[\]{}",:0-9a-z. \\-]{0,24}"#) {
        let parser = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        // A number too large for the parser is still JSON.
        proptest::prop_assert!(is_valid(text.as_bytes()) == parser || text.contains(|c: char| c.is_ascii_digit()));
    }
}
