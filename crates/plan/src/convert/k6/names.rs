//! Names of variables and functions as JavaScript takes them.
//!
//! Main type: [`Names`].

/// What the script itself, k6 or the language calls so.
const TAKEN: &[&str] = &[
    "http",
    "check",
    "group",
    "sleep",
    "fail",
    "exec",
    "encoding",
    "papaparse",
    "SharedArray",
    "options",
    "res",
    "data",
    "setup",
    "teardown",
    "BASE",
    "headers",
    "answers",
    "__ENV",
    "__ITER",
    "__VU",
    "encodeURIComponent",
    "contains",
    "jsonAt",
    "matched",
    "pick",
    "letters",
    "randomWhole",
    "r",
    "round",
    "end",
    "draw",
    "open",
    "console",
    "crypto",
    "Math",
    "Date",
    "JSON",
    "Number",
    "String",
    "Array",
    "Object",
    "undefined",
    "NaN",
    "Infinity",
    "globalThis",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "async",
    "of",
    "eval",
    "arguments",
    "handleSummary",
];

/// Names of the plan and what they are called in the script.
#[derive(Default)]
pub(super) struct Names(Vec<(String, String)>);

impl Names {
    /// What a name is called, if it was taken in.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, own)| own.as_str())
    }

    /// Says what a name is called.
    pub(super) fn fix(&mut self, name: &str, own: &str) {
        self.0.push((name.to_owned(), own.to_owned()));
    }

    /// Takes a name in.
    pub(super) fn add(&mut self, name: &str) -> String {
        if let Some(own) = self.get(name) {
            return own.to_owned();
        }
        let mut own = identifier(name);
        while TAKEN.contains(&own.as_str()) || is_file(&own) || self.0.iter().any(|(_, known)| *known == own)
        {
            own.push('_');
        }
        self.0.push((name.to_owned(), own.clone()));
        own
    }
}

/// Whether a name is one of the constants that have the bytes of files: `file1` and so on.
fn is_file(name: &str) -> bool {
    name.strip_prefix("file").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a text can be a name as it is.
pub(super) fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '_' | '$'))
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$'))
}

/// The nearest name to a text, with its words put together.
fn identifier(text: &str) -> String {
    if is_identifier(text) {
        return text.to_owned();
    }
    let mut made = String::new();
    let mut begins_word = false;
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            if begins_word && !made.is_empty() {
                made.push(letter.to_ascii_uppercase());
            } else {
                made.push(letter);
            }
            begins_word = false;
        } else {
            begins_word = true;
        }
    }
    if !made.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        made.insert(0, '_');
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_fit_and_stay_apart() {
        let mut names = Names::default();
        let mut check = |name: &str, wanted: &str| assert_eq!(names.add(name), wanted, "{name}");
        check("token", "token");
        check("user-id", "userId");
        check("user.id", "userId_");
        check("http", "http_");
        check("file2", "file2_");
        check("files", "files");
        check("1st", "_1st");
        check("ä", "_");
        check("Browse & buy", "BrowseBuy");
        check("token", "token");
    }
}
