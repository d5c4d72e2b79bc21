//! Texts in quotes: reading those of scripts, and writing them as JavaScript. Main function: [`quoted`].

use super::lexer::{Lexer, starts_a_name};
use super::token::{Piece, Token, Word};
use super::{Error, Language};

/// A text as a JavaScript string literal.
pub(super) fn quoted(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Gathers the parts of a text.
#[derive(Default)]
struct Parts {
    pieces: Vec<Piece>,
    text: String,
}

impl Parts {
    fn code(&mut self, code: Piece) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text)));
        }
        self.pieces.push(code);
    }

    fn token(mut self) -> Token {
        if self.pieces.is_empty() {
            return Token::Text(self.text);
        }
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(self.text));
        }
        Token::Template(self.pieces)
    }
}

impl Lexer<'_> {
    /// A text in single or double quotes, once or three times.
    pub(super) fn quoted(&mut self, quote: char) -> Result<Token, Error> {
        let at = self.at;
        let groovy = self.language == Language::Groovy;
        let triple = groovy && self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        let close: String = std::iter::repeat_n(quote, if triple { 3 } else { 1 }).collect();
        self.skip(close.len());
        if triple && self.looking_at("\\\n") {
            self.skip(2);
        }
        let mut parts = Parts::default();
        loop {
            if self.looking_at(&close) {
                self.skip(close.len());
                break;
            }
            match self.peek(0) {
                None => return Err(Error::syntax(at, "a text is not closed")),
                Some('\n') if groovy && !triple => {
                    return Err(Error::syntax(at, "a text is not closed on its line"));
                }
                Some('\\') => self.escape(&mut parts.text)?,
                Some('$') if groovy && quote == '"' => self.reference(&mut parts, true)?,
                Some('\r') if self.peek(1) == Some('\n') => {
                    self.bump();
                }
                Some(letter) => {
                    parts.text.push(letter);
                    self.bump();
                }
            }
        }
        if quote == '\'' && self.language == Language::BeanShell {
            let mut letters = parts.text.chars();
            return match (letters.next(), letters.next()) {
                (Some(letter), None) => Ok(Token::Char(letter)),
                _ => Err(Error::syntax(at, "single quotes hold one character")),
            };
        }
        Ok(parts.token())
    }

    /// A text between slashes, in which a backslash is a backslash.
    pub(super) fn slashy(&mut self) -> Result<Token, Error> {
        let at = self.at;
        self.bump();
        let mut parts = Parts::default();
        loop {
            match self.peek(0) {
                None => return Err(Error::syntax(at, "a text between slashes is not closed")),
                Some('/') => {
                    self.bump();
                    return Ok(parts.token());
                }
                Some('\\') if self.peek(1) == Some('/') => {
                    self.skip(2);
                    parts.text.push('/');
                }
                Some('$') => self.reference(&mut parts, false)?,
                Some(letter) => {
                    parts.text.push(letter);
                    self.bump();
                }
            }
        }
    }

    /// A text between `$/` and `/$`.
    pub(super) fn dollar_slashy(&mut self) -> Result<Token, Error> {
        let at = self.at;
        self.skip(2);
        let mut parts = Parts::default();
        loop {
            if self.looking_at("/$") {
                self.skip(2);
                return Ok(parts.token());
            }
            match (self.peek(0), self.peek(1)) {
                (None, _) => {
                    return Err(Error::syntax(at, "a text between dollars and slashes is not closed"));
                }
                (Some('$'), Some(letter @ ('$' | '/'))) => {
                    self.skip(2);
                    parts.text.push(letter);
                }
                (Some('$'), _) => self.reference(&mut parts, false)?,
                (Some(letter), _) => {
                    parts.text.push(letter);
                    self.bump();
                }
            }
        }
    }

    /// `$name.name` or `${…}`; a dollar that begins neither is text where that is allowed.
    fn reference(&mut self, parts: &mut Parts, strict: bool) -> Result<(), Error> {
        let at = self.at;
        self.bump();
        match self.peek(0) {
            Some('{') => {
                self.bump();
                let code = self.code()?;
                parts.code(code);
            }
            Some(letter) if starts_a_name(letter) && letter != '$' => {
                let mut words = Vec::new();
                loop {
                    let word = |token| Word { token, at, after_newline: false, after_space: false };
                    words.push(word(Token::Name(self.plain_name())));
                    if self.peek(0) == Some('.') && self.peek(1).is_some_and(|l| starts_a_name(l) && l != '$')
                    {
                        self.bump();
                        words.push(word(Token::Mark(".")));
                    } else {
                        words.push(word(Token::End));
                        break;
                    }
                }
                parts.code(Piece::Code(words));
            }
            _ if strict => {
                return Err(Error::syntax(
                    at,
                    "a dollar in a text must be followed by a name or a brace, or be escaped",
                ));
            }
            _ => parts.text.push('$'),
        }
        Ok(())
    }

    fn plain_name(&mut self) -> String {
        let mut name = String::new();
        while let Some(letter) = self.peek(0).filter(|letter| letter.is_alphanumeric() || *letter == '_') {
            name.push(letter);
            self.bump();
        }
        name
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Error> {
        let at = self.at;
        self.bump();
        let letter = self.bump().ok_or_else(|| Error::syntax(at, "a text is not closed"))?;
        match letter {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            '\\' | '\'' | '"' | '$' => out.push(letter),
            // Groovy lets a backslash swallow a space too.
            '\n' | ' ' if self.language == Language::Groovy => {}
            'u' => {
                while self.peek(0) == Some('u') {
                    self.bump();
                }
                let code = self.unicode().ok_or_else(|| Error::syntax(at, "malformed unicode escape"))?;
                out.push(code);
            }
            '0'..='7' => {
                let mut code = letter.to_digit(8).expect("an octal digit");
                while let Some(digit) = self.peek(0).and_then(|next| next.to_digit(8)).filter(|_| code < 0o40)
                {
                    code = code * 8 + digit;
                    self.bump();
                }
                out.push(char::from_u32(code).expect("three octal digits stay below a surrogate"));
            }
            _ if self.language.is_jexl() => {
                out.push('\\');
                out.push(letter);
            }
            _ => return Err(Error::syntax(at, format!("unknown escape `\\{}`", letter.escape_default()))),
        }
        Ok(())
    }

    /// Four hexadecimal digits, or two times four that make a pair.
    fn unicode(&mut self) -> Option<char> {
        let high = self.four()?;
        if let Some(letter) = char::from_u32(high) {
            return Some(letter);
        }
        if (0xd800..0xdc00).contains(&high) && self.looking_at("\\u") {
            self.skip(2);
            let low = self.four()?;
            if (0xdc00..0xe000).contains(&low) {
                return char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            }
        }
        Some('\u{fffd}')
    }

    fn four(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code * 16 + self.bump()?.to_digit(16)?;
        }
        Some(code)
    }
}
