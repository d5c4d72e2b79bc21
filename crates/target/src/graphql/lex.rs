//! GraphQL's tokens.
//!
//! Main type: [`Lexer`]. Commas, comments and the byte order mark count as space.

/// One token.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    /// `{`, `$`, `...` and the like.
    Punctuation(&'static str),
    /// A name or keyword.
    Name(String),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text, its escapes undone.
    Text(String),
    /// The end of the document.
    End,
}

impl Token {
    /// How messages show the token.
    pub fn shown(&self) -> String {
        match self {
            Self::Punctuation(sign) => format!("\"{sign}\""),
            Self::Name(name) => format!("Name \"{name}\""),
            Self::Int(number) => format!("Int \"{number}\""),
            Self::Float(number) => format!("Float \"{number}\""),
            Self::Text(text) => format!("String \"{text}\""),
            Self::End => "<EOF>".to_owned(),
        }
    }
}

/// A place in the document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Counts from 1.
    pub line: usize,
    /// Counts from 1, in characters.
    pub column: usize,
}

/// What is wrong with a document, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// In words.
    pub message: String,
    /// Where.
    pub place: Place,
}

impl Error {
    /// As the answer shows it.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "message": format!("Syntax Error: {}", self.message),
            "locations": [{"line": self.place.line, "column": self.place.column}],
        })
    }
}

/// Cuts a document into tokens.
pub struct Lexer<'a> {
    rest: &'a str,
    place: Place,
}

const SIGNS: &[&str] = &["...", "!", "$", "&", "(", ")", ":", "=", "@", "[", "]", "{", "|", "}"];

impl<'a> Lexer<'a> {
    /// Starts at the beginning.
    pub fn new(document: &'a str) -> Self {
        Self { rest: document, place: Place { line: 1, column: 1 } }
    }

    fn advance(&mut self, bytes: usize) {
        for letter in self.rest[..bytes].chars() {
            if letter == '\n' {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        self.rest = &self.rest[bytes..];
    }

    fn skip_space(&mut self) {
        loop {
            let space = |letter: char| letter.is_ascii_whitespace() || letter == ',' || letter == '\u{feff}';
            let bytes = self.rest.find(|letter| !space(letter)).unwrap_or(self.rest.len());
            self.advance(bytes);
            if !self.rest.starts_with('#') {
                return;
            }
            self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    /// The next token and where it starts.
    pub fn next(&mut self) -> Result<(Token, Place), Error> {
        self.skip_space();
        let place = self.place;
        let Some(first) = self.rest.chars().next() else { return Ok((Token::End, place)) };
        if let Some(sign) = SIGNS.iter().find(|sign| self.rest.starts_with(**sign)) {
            self.advance(sign.len());
            return Ok((Token::Punctuation(sign), place));
        }
        let token = match first {
            'a'..='z' | 'A'..='Z' | '_' => self.name(),
            '0'..='9' | '-' => self.number(place)?,
            '"' => Token::Text(self.text(place)?),
            other => {
                return Err(Error { message: format!("Unexpected character: \"{other}\"."), place });
            }
        };
        Ok((token, place))
    }

    fn name(&mut self) -> Token {
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let name = self.rest[..end.unwrap_or(self.rest.len())].to_owned();
        self.advance(name.len());
        Token::Name(name)
    }

    fn number(&mut self, place: Place) -> Result<Token, Error> {
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"+-.".contains(letter));
        let text = &self.rest[..end.unwrap_or(self.rest.len())];
        let token = text.parse().map(Token::Int).or_else(|_| text.parse().map(Token::Float));
        let token = token.map_err(|_| Error { message: format!("Invalid number: \"{text}\"."), place })?;
        let bytes = text.len();
        self.advance(bytes);
        Ok(token)
    }

    fn text(&mut self, place: Place) -> Result<String, Error> {
        let open = || Error { message: "Unterminated string.".to_owned(), place };
        if let Some(block) = self.rest.strip_prefix("\"\"\"") {
            let end = block.find("\"\"\"").ok_or_else(open)?;
            let text = block[..end].trim().to_owned();
            self.advance(end + 6);
            return Ok(text);
        }
        let mut escaped = false;
        let end = self.rest[1..].find(|letter| {
            let closes = !escaped && (letter == '"' || letter == '\n');
            escaped = !escaped && letter == '\\';
            closes
        });
        let end = end.ok_or_else(open)? + 1;
        if !self.rest[end..].starts_with('"') {
            return Err(open());
        }
        // The escapes are those of JSON.
        let text = serde_json::from_str(&self.rest[..=end]);
        let text =
            text.map_err(|_| Error { message: "Invalid character escape sequence.".to_owned(), place })?;
        self.advance(end + 1);
        Ok(text)
    }
}
