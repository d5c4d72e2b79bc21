//! Regular expressions in the manner of Perl 5, as JMeter's extractors and assertions take them.
//!
//! Main types: [`Regex`] and [`Template`]. Matching backtracks where it must, with a limit on its steps, so that no
//! pattern can hold a user for ever.

use fancy_regex::RegexBuilder;

/// Steps of one search.
const STEPS_MAX: usize = 1_000_000;

/// One match: the whole and its groups; a group that took no part is nothing.
pub type Match = Vec<Option<String>>;

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Regex(fancy_regex::Regex);

/// Compiles an expression.
///
/// # Errors
/// With the reason in words when it is none.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let translated = translate(pattern);
    let built = RegexBuilder::new(&translated).backtrack_limit(STEPS_MAX).build();
    built.map(Regex).map_err(|error| error.to_string())
}

impl Regex {
    /// All matches in order.
    ///
    /// # Errors
    /// When a search took too many steps.
    pub fn all(&self, text: &str) -> Result<Vec<Match>, String> {
        self.first_of(text, usize::MAX)
    }

    /// The first so many matches.
    ///
    /// # Errors
    /// When a search took too many steps.
    pub fn first_of(&self, text: &str, most: usize) -> Result<Vec<Match>, String> {
        let mut found = Vec::new();
        for captures in self.0.captures_iter(text).take(most) {
            let captures = captures.map_err(|error| error.to_string())?;
            let groups = captures.iter().map(|group| group.map(|group| group.as_str().to_owned()));
            found.push(groups.collect());
        }
        Ok(found)
    }

    /// The text with every match replaced, as `String.replaceAll` of Java does: `$1` in the replacement stands for a
    /// group, a backslash takes the letter behind it as it is. At most so many bytes are made.
    ///
    /// # Errors
    /// When a search took too many steps, the replacement names a group that is not there, or the text grows too long.
    pub fn replaced(&self, text: &str, replacement: &str, bytes_max: usize) -> Result<String, String> {
        let (mut made, mut from) = (String::new(), 0);
        for captures in self.0.captures_iter(text) {
            let captures = captures.map_err(|error| error.to_string())?;
            let whole = captures.get(0).ok_or("a match without a place")?;
            made.push_str(&text[from..whole.start()]);
            from = whole.end();
            let mut letters = replacement.chars().peekable();
            while let Some(letter) = letters.next() {
                match letter {
                    '\\' => made.push(letters.next().ok_or("character to be escaped is missing")?),
                    '$' => {
                        let digit = letters.next().and_then(|letter| letter.to_digit(10));
                        let mut group = digit.ok_or("Illegal group reference")? as usize;
                        // More digits belong to it as long as there is such a group.
                        while let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(10)) {
                            let longer = group.saturating_mul(10).saturating_add(digit as usize);
                            if longer >= captures.len() {
                                break;
                            }
                            group = longer;
                            letters.next();
                        }
                        if group >= captures.len() {
                            return Err(format!("No group {group}"));
                        }
                        made.push_str(captures.get(group).map_or("", |found| found.as_str()));
                    }
                    letter => made.push(letter),
                }
            }
            if made.len() > bytes_max {
                return Err(format!("it would make more than {} MB", bytes_max >> 20));
            }
        }
        made.push_str(&text[from..]);
        Ok(made)
    }

    /// Whether it is found anywhere.
    ///
    /// # Errors
    /// When the search took too many steps.
    pub fn is_in(&self, text: &str) -> Result<bool, String> {
        self.0.is_match(text).map_err(|error| error.to_string())
    }

    /// Whether it matches the whole text.
    ///
    /// # Errors
    /// When the search took too many steps.
    pub fn is_all_of(&self, text: &str) -> Result<bool, String> {
        let whole = RegexBuilder::new(&format!("\\A(?:{})\\z", self.0.as_str()))
            .backtrack_limit(STEPS_MAX)
            .build()
            .map_err(|error| error.to_string())?;
        whole.is_match(text).map_err(|error| error.to_string())
    }
}

/// The same expression in the words of the engine: braces and brackets that Perl takes to the letter are escaped, and
/// `$` at the end also stands before a last line end.
fn translate(pattern: &str) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let (mut out, mut at, mut class) = (String::with_capacity(pattern.len() + 8), 0, None::<usize>);
    while at < chars.len() {
        let current = chars[at];
        if current == '\\' && at + 1 < chars.len() {
            match chars[at + 1] {
                next @ ('<' | '>' | '"' | '\'' | '/' | ' ' | '=' | ':' | ';' | ',' | '_' | '@' | '%'
                | '`') => out.push(next),
                'Z' => out.push_str("(?=\\n?\\z)"),
                next => {
                    out.extend(['\\', next]);
                    // Braces behind these name a class, a character or a group.
                    if matches!(next, 'p' | 'P' | 'x' | 'k' | 'u') && chars.get(at + 2) == Some(&'{') {
                        let length = chars[at + 2..].iter().position(|c| *c == '}').map_or(0, |end| end + 1);
                        out.extend(&chars[at + 2..at + 2 + length]);
                        at += length;
                    }
                }
            }
            at += 2;
            continue;
        }
        match (current, class) {
            ('[', None) => {
                class = Some(at);
                out.push('[');
                if chars.get(at + 1) == Some(&'^') {
                    out.push('^');
                    at += 1;
                    class = Some(at);
                }
                if chars.get(at + 1) == Some(&']') {
                    out.push_str("\\]");
                    at += 1;
                }
            }
            ('[', Some(_)) if chars.get(at + 1) == Some(&':') => out.push('['),
            ('[', Some(_)) => out.push_str("\\["),
            ('&' | '~', Some(_)) => out.extend(['\\', current]),
            (']', Some(from)) if at > from => {
                // A named class such as [:alpha:] closes itself.
                let named = at > 0
                    && chars[at - 1] == ':'
                    && out.rfind("[:").is_some_and(|open| !out[open + 2..].contains(']'));
                if !named {
                    class = None;
                }
                out.push(']');
            }
            ('{', None) if !is_quantifier(&chars[at..]) || at == 0 => out.push_str("\\{"),
            ('}', None) if !closes_quantifier(&chars[..at]) => out.push_str("\\}"),
            ('$', None) if at + 1 == chars.len() && !pattern.contains("(?m") && !pattern.contains("(?sm") => {
                out.push_str("(?=\\n?\\z)");
            }
            _ => out.push(current),
        }
        at += 1;
    }
    out
}

fn is_quantifier(rest: &[char]) -> bool {
    let text: String = rest.iter().skip(1).take_while(|c| **c != '}').collect();
    let closed = rest.get(text.chars().count() + 1) == Some(&'}');
    let mut parts = text.splitn(2, ',');
    let (least, most) = (parts.next().unwrap_or_default(), parts.next());
    closed
        && !least.is_empty()
        && least.chars().all(|c| c.is_ascii_digit())
        && most.is_none_or(|most| most.chars().all(|c| c.is_ascii_digit()))
}

fn closes_quantifier(before: &[char]) -> bool {
    let open = before.iter().rposition(|c| !(c.is_ascii_digit() || *c == ','));
    open.is_some_and(|open| {
        let counts = open + 1 < before.len() && before[open + 1] != ',';
        open > 0 && before[open] == '{' && counts && before[open - 1] != '\\'
    })
}

/// A template such as `$1$-$2$`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template(Vec<Piece>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Literal(String),
    Group(usize),
}

impl Template {
    /// Reads a template; what is no group is literal.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find('$') {
            literal.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            match after[..digits].parse() {
                Ok(group) if after[digits..].starts_with('$') => {
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    pieces.push(Piece::Group(group));
                    rest = &after[digits + 1..];
                }
                _ => {
                    literal.push('$');
                    rest = after;
                }
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Self(pieces)
    }

    /// The template filled with a match; nothing when it names a group that the expression does not have.
    #[must_use]
    pub fn fill(&self, found: &Match) -> Option<String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Group(group) => out.push_str(found.get(*group)?.as_deref().unwrap_or_default()),
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_perls() {
        let text = "token=aa1; token=bb2\nid=[42] {\"a\":{\"b\":1}} end\n";
        let check = |pattern: &str, wanted: Option<&str>| {
            let found = compile(pattern).unwrap().all(text).unwrap();
            let got = found.first().and_then(|found| found.last().cloned().flatten());
            assert_eq!(got.as_deref(), wanted, "{pattern}");
        };
        check("token=(\\w+)", Some("aa1"));
        check("^(id.*)$", None);
        check("(?m)^(id)", Some("id"));
        check("(end)$", Some("end"));
        check("(\\w)\\1", Some("a"));
        check("token=(\\w+)(?=\\n)", Some("bb2"));
        check("{\"a\":{(\"b\")", Some("\"b\""));
        check("id=[^\\d]*([0-9]{2})", Some("42"));
        check("id=[[](\\d+)[]]", Some("42"));
        check("\\\"b\\\":(\\d)}", Some("1"));
        check("([[:alpha:]]{3}) *$", Some("end"));
        assert!(compile("pl(in").is_err());
        assert!(compile("a.c").unwrap().is_all_of("abc").unwrap());
        assert!(!compile("a").unwrap().is_all_of("abc").unwrap());
        assert!(compile("\\p{L}+x{2,3}").unwrap().is_in("axx").unwrap());
    }

    #[test]
    fn a_pattern_that_would_never_end_is_stopped() {
        let regex = compile("(a+)+(?=\\1)b").unwrap();
        assert!(regex.is_in(&"a".repeat(60)).is_err());
    }

    #[test]
    fn templates_fill() {
        let check = |template: &str, wanted: Option<&str>| {
            let found = vec![Some("w".to_owned()), Some("one".to_owned()), None];
            assert_eq!(Template::parse(template).fill(&found).as_deref(), wanted, "{template}");
        };
        check("$1$", Some("one"));
        check("$1$-$0$", Some("one-w"));
        check("<$2$>", Some("<>"));
        check("$3$", None);
        check("fixed $ 5", Some("fixed $ 5"));
        check("", Some(""));
    }
}
