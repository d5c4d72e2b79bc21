//! Cuts a script into words. Main function: [`tokens`].
//!
//! A text with expressions keeps the words of its expressions, so nothing is read twice.

use super::token::{At, Piece, Token, Word};
use super::{Error, Language};

/// How deep texts may stand in expressions of texts.
const DEPTH_MAX: usize = 16;

/// Longest first.
const MARKS: &[&str] = &[
    "==~", "<=>", "**=", "<<=", "...", "..<", "===", "!==", "?.", "?:", "?[", "?=", "*.", ".&", ".@", "::",
    "->", "=~", "==", "!=", "<=", ">=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=",
    "^=", "**", "..", "<<", "!~", "(", ")", "[", "]", "{", "}", ";", ",", ".", "?", ":", "=", "<", ">", "!",
    "~", "+", "-", "*", "/", "%", "&", "|", "^", "@",
];

/// Marks of JEXL that no other language has.
const JEXL_MARKS: &[&str] = &["=^", "!^", "=$", "!$", "??"];

/// All words of a script, the last of them [`Token::End`].
pub(super) fn tokens(source: &str, language: Language) -> Result<Vec<Word>, Error> {
    let letters: Vec<char> = source.chars().collect();
    let mut lexer = Lexer { letters: &letters, next: 0, at: At { line: 1, column: 1 }, language, depth: 0 };
    if letters.starts_with(&['#', '!']) {
        lexer.skip_line();
    }
    lexer.words(false)
}

/// The state of reading.
pub(super) struct Lexer<'a> {
    pub(super) letters: &'a [char],
    pub(super) next: usize,
    pub(super) at: At,
    pub(super) language: Language,
    depth: usize,
}

impl Lexer<'_> {
    pub(super) fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.next + ahead).copied()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let letter = self.peek(0)?;
        self.next += 1;
        if letter == '\n' {
            self.at = At { line: self.at.line + 1, column: 1 };
        } else {
            self.at.column += 1;
        }
        Some(letter)
    }

    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.bump();
        }
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, letter)| self.peek(i) == Some(letter))
    }

    fn skip_line(&mut self) {
        while self.peek(0).is_some_and(|letter| letter != '\n') {
            self.bump();
        }
    }

    /// Words up to the end, or up to the brace that closes an expression in a text.
    fn words(&mut self, inside_text: bool) -> Result<Vec<Word>, Error> {
        let mut words: Vec<Word> = Vec::new();
        let mut braces = 0_usize;
        // Brackets that are open. Inside round and square ones a new line means nothing in Groovy.
        let mut open: Vec<&'static str> = Vec::new();
        loop {
            let (newline, after_space) = self.skip_blank()?;
            let after_newline = newline && open.last().is_none_or(|bracket| *bracket != "(");
            let at = self.at;
            let word = |token| Word { token, at, after_newline, after_space };
            let Some(letter) = self.peek(0) else {
                if inside_text {
                    return Err(Error::syntax(at, "an expression in a text is not closed"));
                }
                words.push(word(Token::End));
                return Ok(words);
            };
            if inside_text && letter == '}' && braces == 0 {
                self.bump();
                words.push(word(Token::End));
                return Ok(words);
            }
            match letter {
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                _ => {}
            }
            let value_before = words.last().is_some_and(|word| ends_a_value(&word.token));
            let token = self.token(letter, value_before)?;
            match &token {
                Token::Mark("(" | "[" | "?[") if self.language == Language::Groovy => {
                    // The resources of a `try` may stand on lines of their own.
                    let of_try = words.last().is_some_and(|word| is_name(&word.token, "try"));
                    open.push(if of_try { "{" } else { "(" });
                }
                Token::Mark("{") => open.push("{"),
                Token::Mark(")" | "]" | "}") => {
                    open.pop();
                }
                _ => {}
            }
            words.push(word(token));
        }
    }

    fn skip_blank(&mut self) -> Result<(bool, bool), Error> {
        let (mut newline, start) = (false, self.next);
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('\n'), _) => {
                    newline = true;
                    self.bump();
                }
                (Some('\\'), Some('\n')) => self.skip(2),
                (Some('\\'), Some('\r')) if self.peek(2) == Some('\n') => self.skip(3),
                (Some(letter), _) if letter.is_whitespace() || letter == '\u{feff}' => {
                    self.bump();
                }
                (Some('/'), Some('/')) => self.skip_line(),
                (Some('#'), Some('#')) if self.language.is_jexl() => self.skip_line(),
                (Some('/'), Some('*')) => {
                    let at = self.at;
                    self.skip(2);
                    while !self.looking_at("*/") {
                        if self.bump().ok_or_else(|| Error::syntax(at, "a comment is not closed"))? == '\n' {
                            newline = true;
                        }
                    }
                    self.skip(2);
                }
                _ => return Ok((newline, self.next > start)),
            }
        }
    }

    fn token(&mut self, letter: char, value_before: bool) -> Result<Token, Error> {
        let groovy = self.language == Language::Groovy;
        match letter {
            '"' | '\'' => self.quoted(letter),
            '/' if groovy && !value_before => self.slashy(),
            '$' if groovy && self.peek(1) == Some('/') && !value_before => self.dollar_slashy(),
            '0'..='9' => self.number(),
            '.' if !groovy && self.peek(1).is_some_and(|next| next.is_ascii_digit()) && !value_before => {
                self.number()
            }
            _ if starts_a_name(letter) => Ok(Token::Name(self.name())),
            _ => self.mark(letter),
        }
    }

    fn mark(&mut self, letter: char) -> Result<Token, Error> {
        let jexl = if self.language.is_jexl() { JEXL_MARKS } else { &[] };
        for mark in jexl.iter().chain(MARKS) {
            // `a ?[1] : 2` and `a ? .5 : 1` are rare enough; `?.` before a digit is not the operator.
            if self.looking_at(mark) {
                self.skip(mark.chars().count());
                return Ok(Token::Mark(mark));
            }
        }
        Err(Error::syntax(self.at, format!("unexpected character `{}`", letter.escape_default())))
    }

    pub(super) fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(letter) = self.peek(0).filter(|letter| continues_a_name(*letter)) {
            name.push(letter);
            self.bump();
        }
        name
    }

    /// The words of `${…}`, after its opening brace.
    pub(super) fn code(&mut self) -> Result<Piece, Error> {
        if self.depth == DEPTH_MAX {
            return Err(Error::unsupported(self.at, "a text nested this deep"));
        }
        self.depth += 1;
        let words = self.words(true)?;
        self.depth -= 1;
        Ok(Piece::Code(words))
    }

    fn number(&mut self) -> Result<Token, Error> {
        let at = self.at;
        let radix = match (self.peek(0), self.peek(1)) {
            (Some('0'), Some('x' | 'X')) => 16,
            (Some('0'), Some('b' | 'B')) => 2,
            _ => 10,
        };
        if radix != 10 {
            self.skip(2);
            let digits = self.digits(radix);
            return self.whole(&digits, radix, at);
        }
        let mut digits = self.digits(10);
        let mut fraction = false;
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|next| next.is_ascii_digit()) {
            fraction = true;
            self.bump();
            digits.push('.');
            digits += &self.digits(10);
        }
        let signed =
            matches!(self.peek(1), Some('+' | '-')) && self.peek(2).is_some_and(|d| d.is_ascii_digit());
        if matches!(self.peek(0), Some('e' | 'E'))
            && (signed || self.peek(1).is_some_and(|d| d.is_ascii_digit()))
        {
            fraction = true;
            self.bump();
            digits.push('e');
            if signed {
                digits.extend(self.bump());
            }
            digits += &self.digits(10);
        }
        let double = |digits: &str| digits.parse().map_err(|_| Error::syntax(at, "malformed number"));
        match self.peek(0) {
            Some('d' | 'D') => {
                self.bump();
                Ok(Token::Double(double(&digits)?))
            }
            Some('f' | 'F') => {
                self.bump();
                Ok(Token::Float(double(&digits)?))
            }
            Some('g' | 'G') if fraction => {
                self.bump();
                Ok(Token::Decimal(digits))
            }
            Some('b' | 'B') if self.language.is_jexl() => {
                self.bump();
                Ok(Token::Decimal(digits))
            }
            _ if fraction && self.language == Language::Groovy => Ok(Token::Decimal(digits)),
            _ if fraction => Ok(Token::Double(double(&digits)?)),
            _ => {
                let octal = digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|d| d < b'8');
                self.whole(&digits, if octal { 8 } else { 10 }, at)
            }
        }
    }

    fn digits(&mut self, radix: u32) -> String {
        let mut digits = String::new();
        while let Some(letter) = self.peek(0) {
            if letter.is_digit(radix) {
                digits.push(letter);
            } else if letter != '_' || !self.peek(1).is_some_and(|next| next.is_digit(radix) || next == '_') {
                break;
            }
            self.bump();
        }
        digits
    }

    fn whole(&mut self, digits: &str, radix: u32, at: At) -> Result<Token, Error> {
        let suffix = self.peek(0).map(|letter| letter.to_ascii_lowercase());
        if matches!(suffix, Some('l' | 'i' | 'g' | 'h')) {
            self.bump();
        }
        if self.peek(0).is_some_and(continues_a_name) {
            return Err(Error::syntax(at, "malformed number"));
        }
        let big = || match radix {
            10 => Ok(digits.to_owned()),
            16 => Ok(format!("0x{digits}")),
            _ => Err(Error::syntax(at, "number is too large")),
        };
        if matches!(suffix, Some('g' | 'h')) {
            return Ok(Token::Big(big()?));
        }
        if digits.is_empty() {
            return Err(Error::syntax(at, "malformed number"));
        }
        // A hexadecimal int may name its bits: 0xFFFFFFFF is -1.
        if radix != 10
            && suffix != Some('l')
            && let Ok(bits) = u32::from_str_radix(digits, radix)
        {
            return Ok(Token::Int(i64::from(bits.cast_signed())));
        }
        match i64::from_str_radix(digits, radix) {
            Ok(value) if suffix == Some('l') => Ok(Token::Long(value)),
            Ok(value) if value <= i64::from(i32::MAX) + 1 => Ok(Token::Int(value)),
            Ok(value) => Ok(Token::Long(value)),
            Err(_) if self.language == Language::Groovy => Ok(Token::Big(big()?)),
            Err(_) => Err(Error::syntax(at, "number is too large")),
        }
    }
}

/// Whether a `/` behind it divides.
fn is_name(token: &Token, name: &str) -> bool {
    matches!(token, Token::Name(found) if found == name)
}

fn ends_a_value(token: &Token) -> bool {
    match token {
        Token::Name(name) => {
            !matches!(name.as_str(), "return" | "in" | "case" | "assert" | "throw" | "as" | "else")
        }
        Token::Mark(mark) => matches!(*mark, ")" | "]" | "}" | "++" | "--"),
        _ => true,
    }
}

/// Whether a name can begin with it.
pub(super) fn starts_a_name(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_' || letter == '$'
}

/// Whether a name can go on with it.
pub(super) fn continues_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}
