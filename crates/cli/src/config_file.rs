//! The JSON configuration file: where it is, and what is wrong with it in familiar words.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::flags::Flags;

const CONTEXT: &str = "failed to load the configuration file from the local file system";

/// Reads the file that was named, or else the user's own if there is one.
///
/// # Errors
/// The sentence for the user when a named file does not exist, or a file is not JSON.
pub fn read(flags: &Flags, env: &BTreeMap<String, String>) -> Result<Option<Value>, String> {
    let (path, named) = match flags.text("config") {
        Some(path) => (PathBuf::from(path), true),
        None => match default_path(env) {
            Some(path) => (path, false),
            None => return Ok(None),
        },
    };
    let shown = path.display();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let missing = format!("{CONTEXT}: stat {shown}: no such file or directory");
            return if named { Err(missing) } else { Ok(None) };
        }
        Err(e) => return Err(format!("{CONTEXT}: couldn't load the configuration from \"{shown}\": {e}")),
    };
    parse(&text)
        .map(Some)
        .map_err(|why| format!("{CONTEXT}: couldn't parse the configuration from \"{shown}\": {why}"))
}

fn default_path(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    let folder = env.get("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| env.get("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(folder.join("plimsoll/config.json"))
}

/// Parses JSON and words mistakes as Go does.
fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            return "unexpected end of JSON input".to_owned();
        }
        let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
        let at = line.chars().nth(error.column().saturating_sub(1));
        let Some(letter) = at else { return error.to_string() };
        let place = match error.to_string() {
            why if why.starts_with("expected `,` or `}`") => "after object key:value pair",
            why if why.starts_with("expected `,` or `]`") => "after array element",
            why if why.starts_with("expected `:`") => "after object key",
            why if why.starts_with("key must be a string") => "looking for beginning of object key string",
            why if why.starts_with("trailing characters") => "after top-level value",
            why if why.starts_with("trailing comma") && letter == '}' => {
                "looking for beginning of object key string"
            }
            _ => "looking for beginning of value",
        };
        format!("invalid character '{letter}' {place}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_worded_as_users_know_them() {
        let check = |text: &str, why: &str| assert_eq!(parse(text).unwrap_err(), why, "{text}");
        check("hello", "invalid character 'h' looking for beginning of value");
        check("{\"a\": 1 \"b\"}", "invalid character '\"' after object key:value pair");
        check("[1 2]", "invalid character '2' after array element");
        check("{} x", "invalid character 'x' after top-level value");
        check("{\"a\": ", "unexpected end of JSON input");
        check("", "unexpected end of JSON input");
    }
}
