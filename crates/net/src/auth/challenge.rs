//! Reading `WWW-Authenticate`, where several challenges and their parameters share one list of commas.
//!
//! Main type: [`Challenge`]. What cannot be understood is skipped, as servers write much that no grammar allows.

use crate::header::is_token_byte;

/// One challenge of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Challenge {
    /// As written: `Digest`, `NTLM`.
    pub scheme: String,
    /// The text that some schemes carry in place of parameters (NTLM's messages).
    pub token: Option<String>,
    /// Names in lower case; values without quotes.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// All challenges of one header value, in order.
    #[must_use]
    pub fn parse_all(value: &str) -> Vec<Self> {
        let mut scanner = Scanner { rest: value };
        let mut list: Vec<Self> = Vec::new();
        while let Some(word) = scanner.word() {
            if scanner.eat_equals() {
                let parameter = (word.to_ascii_lowercase(), scanner.value());
                // A parameter before any scheme belongs to nothing.
                if let Some(challenge) = list.last_mut() {
                    challenge.parameters.push(parameter);
                }
            } else {
                let token = scanner.token68().map(str::to_owned);
                list.push(Self { scheme: word.to_owned(), token, parameters: Vec::new() });
            }
        }
        list
    }

    /// Whether its scheme is `scheme`, in any case.
    #[must_use]
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The first parameter called `name` (lower case).
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

struct Scanner<'a> {
    rest: &'a str,
}

const BLANKS: [char; 2] = [' ', '\t'];

impl<'a> Scanner<'a> {
    /// The next token, past commas and whatever cannot start one.
    fn word(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start_matches(|char: char| !is_token_char(char));
        let end = self.rest.find(|char: char| !is_token_char(char)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn eat_equals(&mut self) -> bool {
        let after = self.rest.trim_start_matches(BLANKS);
        let found = after.strip_prefix('=');
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    /// A quoted string, or all up to the next comma.
    fn value(&mut self) -> String {
        self.rest = self.rest.trim_start_matches(BLANKS);
        if let Some(quoted) = self.rest.strip_prefix('"') {
            return self.quoted(quoted);
        }
        let end = self.rest.find(',').unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at(end);
        self.rest = rest;
        value.trim_end_matches(BLANKS).to_owned()
    }

    fn quoted(&mut self, text: &'a str) -> String {
        let mut value = String::new();
        let mut chars = text.char_indices();
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => {
                    self.rest = &text[at + 1..];
                    return value;
                }
                '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
                _ => value.push(char),
            }
        }
        self.rest = "";
        value
    }

    /// Base64 text that stands alone up to a comma or the end; otherwise the cursor stays.
    fn token68(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_start_matches(BLANKS);
        if text.len() == self.rest.len() {
            return None;
        }
        let is_body =
            |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_' | '~' | '+' | '/');
        let body = text.find(|char: char| !is_body(char)).unwrap_or(text.len());
        let padding = text[body..].bytes().take_while(|&byte| byte == b'=').count();
        let (token, rest) = text.split_at(body + padding);
        let after = rest.trim_start_matches(BLANKS);
        if body == 0 || !(after.is_empty() || after.starts_with(',')) {
            return None;
        }
        self.rest = rest;
        Some(token)
    }
}

fn is_token_char(char: char) -> bool {
    u8::try_from(char).is_ok_and(is_token_byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Renders challenges in one canonical line, so that cases read as text.
    fn check(header: &str, expected: &str) {
        let shown = Challenge::parse_all(header).into_iter().map(|challenge| {
            let token = challenge.token.map(|token| format!(" <{token}>")).unwrap_or_default();
            let parameters: String =
                challenge.parameters.iter().map(|(name, value)| format!(" {name}={value:?}")).collect();
            format!("{}{token}{parameters}", challenge.scheme)
        });
        assert_eq!(shown.collect::<Vec<_>>().join(" | "), expected, "{header}");
    }

    #[test]
    fn challenges_are_told_apart() {
        check("", "");
        check("Negotiate", "Negotiate");
        check("NTLM TlRMTVNTUAAC==", "NTLM <TlRMTVNTUAAC==>");
        check("NTLM TlRM/+x, Basic realm=x", "NTLM <TlRM/+x> | Basic realm=\"x\"");
        check("Basic realm=\"a, b=c\", charset=UTF-8", "Basic realm=\"a, b=c\" charset=\"UTF-8\"");
        check(
            "Negotiate, NTLM, Digest realm=\"r\" , nonce = n ,",
            "Negotiate | NTLM | Digest realm=\"r\" nonce=\"n\"",
        );
        check(
            "Digest Realm=\"a\\\"b\\\\\",,qop=\"auth,auth-int\"",
            r#"Digest realm="a\"b\\" qop="auth,auth-int""#,
        );
    }

    #[test]
    fn oddities_are_survived() {
        check("realm=x", "");
        check("Digest realm=\"never closed", "Digest realm=\"never closed\"");
        check("Digest realm=a b, nonce=\"n\" opaque=\"o\"", "Digest realm=\"a b\" nonce=\"n\" opaque=\"o\"");
        check("Digest nonce=ab==, x", "Digest nonce=\"ab==\" | x");
        check("\"Digest\" = ", "Digest");
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in any::<String>(), likely in "([A-Za-z]{1,6} ?|=|\"|,|\\\\| ){0,30}") {
            let _ = Challenge::parse_all(&text);
            let _ = Challenge::parse_all(&likely);
        }
    }
}
