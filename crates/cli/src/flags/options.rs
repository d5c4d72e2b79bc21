//! Flags that set options of the test, as the options object that a script would export.
//!
//! Making that object, rather than filling fields, keeps one reader for options: the flags are one more tier.

use serde_json::{Map, Value, json};

use super::{Flag, Flags, Given, Kind};

/// A row: the flag and the option it sets.
struct OptionFlag {
    option: &'static str,
    value: fn(&Given) -> Result<Value, String>,
}

/// The table.
pub const FLAGS: &[Flag] = &[
    flag("batch", None, Kind::Int, "max parallel batch requests"),
    flag("batch-per-host", None, Kind::Int, "max parallel batch requests per host"),
    flag("blacklist-ip", None, Kind::List, "IP range that must not be called; may be repeated"),
    flag("block-hostnames", None, Kind::List, "host name pattern that must not be called; may be repeated"),
    flag("console-output", None, Kind::Text, "redirect console messages to this file"),
    flag("discard-response-bodies", None, Kind::Bool, "read response bodies but do not keep them"),
    flag("dns", None, Kind::Text, "DNS settings: ttl=5m,select=random,policy=preferIPv4"),
    flag("duration", Some('d'), Kind::Duration, "how long the test runs"),
    flag("execution-segment", None, Kind::Text, "the part of the test that this instance executes: 1/3:2/3"),
    flag("execution-segment-sequence", None, Kind::Text, "all parts of the test: 0,1/3,2/3,1"),
    flag("features", None, Kind::List, "experimental features to turn on"),
    flag("http-debug", None, Kind::TextOr("headers"), "log all requests and responses; =full with bodies"),
    flag("insecure-skip-tls-verify", None, Kind::Bool, "skip verification of TLS certificates"),
    flag("iterations", Some('i'), Kind::Int, "total iterations, shared by all VUs"),
    flag("local-ips", None, Kind::Text, "source addresses: 192.168.1.0/24,10.0.0.1-10.0.0.9"),
    flag("max-redirects", None, Kind::Int, "follow at most n redirects"),
    flag("min-iteration-duration", None, Kind::Duration, "the least time an iteration takes"),
    flag("no-connection-reuse", None, Kind::Bool, "disable keep-alive connections"),
    flag("no-setup", None, Kind::Bool, "do not run setup()"),
    flag("no-teardown", None, Kind::Bool, "do not run teardown()"),
    flag("no-vu-connection-reuse", None, Kind::Bool, "do not keep connections between iterations"),
    flag("paused", Some('p'), Kind::Bool, "start the test in a paused state"),
    flag("rps", None, Kind::Int, "limit requests per second; prefer an arrival-rate executor"),
    flag("stage", Some('s'), Kind::List, "add a stage, as [duration]:[target]; may be repeated"),
    flag("summary-time-unit", None, Kind::Text, "unit of times in the summary: s, ms or us"),
    flag("summary-trend-stats", None, Kind::List, "statistics of trend metrics: avg,min,med,max,count,p(N)"),
    flag("system-tags", None, Kind::List, "system tags to set on metrics"),
    flag("tag", None, Kind::Many, "add a tag to all samples, as [name]=[value]; may be repeated"),
    flag("throw", Some('w'), Kind::Bool, "throw errors for failed HTTP requests"),
    flag("user-agent", None, Kind::Text, "the User-Agent header of HTTP requests"),
    flag("vus", Some('u'), Kind::Int, "number of virtual users"),
];

const fn flag(long: &'static str, short: Option<char>, kind: Kind, help: &'static str) -> Flag {
    Flag { long, short, kind, env: "", help }
}

/// How a flag becomes an option. The name is the flag's in camel case unless said otherwise here.
fn row(long: &str) -> OptionFlag {
    let row = |option, value| OptionFlag { option, value };
    match long {
        "blacklist-ip" => row("blacklistIPs", plain),
        "dns" => row("dns", dns),
        "insecure-skip-tls-verify" => row("insecureSkipTLSVerify", plain),
        "local-ips" => row("localIPs", plain),
        "no-vu-connection-reuse" => row("noVUConnectionReuse", plain),
        "stage" => row("stages", stages),
        "tag" => row("tags", tags),
        _ => row("", plain),
    }
}

/// Makes the options object from flags that were given, as a script would export it.
///
/// # Errors
/// The sentence for the user when a value does not have the option's form.
pub fn object(flags: &Flags) -> Result<Map<String, Value>, String> {
    let mut options = Map::new();
    for flag in FLAGS {
        let Some(given) = flags.get(flag.long) else { continue };
        let row = row(flag.long);
        let option = if row.option.is_empty() { camel_case(flag.long) } else { row.option.to_owned() };
        options.insert(option, (row.value)(given)?);
    }
    Ok(options)
}

fn camel_case(long: &str) -> String {
    let mut words = long.split('-');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        name.push_str(&word[..1].to_uppercase());
        name.push_str(&word[1..]);
    }
    name
}

#[expect(clippy::unnecessary_wraps, reason = "a row's function may fail")]
fn plain(given: &Given) -> Result<Value, String> {
    Ok(match given {
        Given::Bool(on) => json!(on),
        Given::Int(number) => json!(number),
        Given::Duration(_, text) | Given::Text(text) => json!(text),
        Given::List(list) => json!(list),
    })
}

fn texts(given: &Given) -> &[String] {
    match given {
        Given::List(list) => list,
        Given::Text(text) => std::slice::from_ref(text),
        _ => &[],
    }
}

/// `10s:5` is a duration and a target; either may be left out.
fn stages(given: &Given) -> Result<Value, String> {
    let stage = |(at, text): (usize, &String)| {
        let wrong = |why: &str| format!("error for stage {at}: {why}");
        let (duration, target) =
            text.split_once(':').ok_or_else(|| wrong("expected [duration]:[target], such as 10s:5"))?;
        let mut stage = Map::new();
        if !duration.is_empty() {
            model::duration::parse(duration).map_err(|e| wrong(&e.to_string()))?;
            stage.insert("duration".to_owned(), json!(duration));
        }
        if !target.is_empty() {
            let target: i64 = target.parse().map_err(|_| wrong(&format!("{target:?} is not a number")))?;
            stage.insert("target".to_owned(), json!(target));
        }
        Ok(Value::Object(stage))
    };
    let stages: Result<Vec<Value>, String> = texts(given).iter().enumerate().map(stage).collect();
    Ok(Value::Array(stages?))
}

fn tags(given: &Given) -> Result<Value, String> {
    let mut tags = Map::new();
    for text in texts(given) {
        let wrong = |why: &str| format!("error parsing tag '{text}': {why}");
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        match (name, value) {
            ("", "") => return Err(wrong("invalid tag, empty string")),
            ("", _) => return Err(wrong("invalid tag, empty name")),
            (_, "") => return Err(wrong("invalid tag, empty value")),
            _ => tags.insert(name.to_owned(), json!(value)),
        };
    }
    Ok(Value::Object(tags))
}

/// `ttl=5m,select=random,policy=preferIPv4`.
fn dns(given: &Given) -> Result<Value, String> {
    let Given::Text(text) = given else { return plain(given) };
    let mut settings = Map::new();
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("unknown DNS setting: {pair}"))?;
        if !matches!(name, "ttl" | "select" | "policy") {
            return Err(format!("unknown DNS setting: {name}"));
        }
        settings.insert(name.to_owned(), json!(value));
    }
    Ok(Value::Object(settings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::add;

    fn given(args: &str) -> Result<Map<String, Value>, String> {
        let matches = add(clap::Command::new("t"), FLAGS)
            .try_get_matches_from(std::iter::once("t").chain(args.split_whitespace()))
            .map_err(|e| e.to_string())?;
        object(&Flags::read(FLAGS, &matches, &std::collections::BTreeMap::new())?)
    }

    #[test]
    fn flags_become_the_object_a_script_would_export() {
        let check = |args: &str, options: Value| {
            assert_eq!(Value::Object(given(args).unwrap()), options, "{args}");
        };
        check("", json!({}));
        check("-u 2 -d 1m30s", json!({"duration": "1m30s", "vus": 2}));
        check(
            "-s 1s:3,2s:0",
            json!({"stages": [{"duration": "1s", "target": 3}, {"duration": "2s", "target": 0}]}),
        );
        check("--tag a=b --tag c=d=e", json!({"tags": {"a": "b", "c": "d=e"}}));
        check(
            "--no-vu-connection-reuse --batch-per-host 3",
            json!({"batchPerHost": 3, "noVUConnectionReuse": true}),
        );
        check("--dns ttl=5m,select=first", json!({"dns": {"ttl": "5m", "select": "first"}}));
        check(
            "--http-debug=full --insecure-skip-tls-verify",
            json!({"httpDebug": "full", "insecureSkipTLSVerify": true}),
        );
        check(
            "--console-output x --local-ips 10.0.0.1",
            json!({"consoleOutput": "x", "localIPs": "10.0.0.1"}),
        );
    }

    #[test]
    fn malformed_values_are_refused() {
        for args in
            ["--stage nope", "--stage 1s:many", "--tag novalue", "--tag =x", "--dns nope=1", "-d soon"]
        {
            assert!(given(args).is_err(), "{args}");
        }
    }
}
