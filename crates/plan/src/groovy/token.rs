//! The words of a script. Main type: [`Word`].

/// Where in the script, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct At {
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

/// What a word is.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Token {
    /// A name or a keyword.
    Name(String),
    /// A whole number that an int can hold, or was meant to be one.
    Int(i64),
    /// A whole number marked as a long, or too large for an int.
    Long(i64),
    /// A whole number of any size.
    Big(String),
    /// A decimal number, as written.
    Decimal(String),
    /// A double.
    Double(f64),
    /// A float.
    Float(f64),
    /// A text without expressions.
    Text(String),
    /// A character in Java's quotes.
    Char(char),
    /// A text with expressions.
    Template(Vec<Piece>),
    /// An operator, a bracket, a separator. `>` always stands alone.
    Mark(&'static str),
    /// The end of the script.
    End,
}

/// A part of a text with expressions.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Piece {
    /// Text as it is.
    Text(String),
    /// The words of an expression, with an end.
    Code(Vec<Word>),
}

/// A token and how it stands.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Word {
    /// What.
    pub token: Token,
    /// Where.
    pub at: At,
    /// A line ended before it.
    pub after_newline: bool,
    /// Something separated it from the word before.
    pub after_space: bool,
}
