//! Strings as numbers: tag names and values are compared and copied as 32 bits.
//!
//! Main types: [`Sym`] and, inside a recorder, `Symbols`. The numbers belong to one recorder; frames carry the
//! texts. Whole numbers (`200`, a user's or an iteration's number) are their own symbol and take no memory.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use model::Hidden;
use rustc_hash::FxHashMap;

/// A string of one recorder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Sym(pub(crate) u32);

/// Marks symbols that are numbers.
const NUMBER: u32 = 1 << 31;
const LARGEST_NUMBER: u32 = NUMBER - 2;

impl Sym {
    /// The text `other`, into which values are folded when there are too many.
    pub(crate) const OTHER: Self = Self(0);
    /// No text at all.
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// The number that this symbol is.
    pub(crate) const fn number(self) -> Option<u32> {
        if self.0 & NUMBER != 0 && self.0 != Self::NONE.0 { Some(self.0 & !NUMBER) } else { None }
    }
}

/// All strings of one recorder.
#[derive(Debug)]
pub(crate) struct Symbols {
    texts: Vec<Arc<str>>,
    known: FxHashMap<Arc<str>, Sym>,
    limit: usize,
    refused: u64,
    hidden: Option<Arc<Hidden>>,
}

impl Symbols {
    /// Knows `other` and has room for `limit` strings.
    pub fn new(limit: usize) -> Self {
        let mut symbols = Self {
            texts: Vec::new(),
            known: FxHashMap::default(),
            limit: limit.min(1 << 30),
            refused: 0,
            hidden: None,
        };
        symbols.insert("other");
        symbols
    }

    /// New texts are kept without what must not be shown.
    pub fn hiding(self, hidden: Option<Arc<Hidden>>) -> Self {
        Self { hidden, ..self }
    }

    /// The symbol of a text; `other` when there is no more room.
    pub fn intern(&mut self, text: &str) -> Sym {
        if let Some(number) = plain_number(text) {
            return Sym(number | NUMBER);
        }
        match self.known.get(text) {
            Some(&sym) => sym,
            None => self.insert(text),
        }
    }

    pub fn text(&self, sym: Sym) -> Text<'_> {
        match sym.number() {
            Some(number) => Text::of_number(number),
            None => Text(Kept::Text(self.texts.get(sym.0 as usize).map_or("", |text| text))),
        }
    }

    /// The text of a symbol that is not a number, shared.
    pub fn shared(&self, sym: Sym) -> Arc<str> {
        match sym.number() {
            Some(_) => Arc::from(&*self.text(sym)),
            None => self.texts.get(sym.0 as usize).cloned().unwrap_or_else(|| Arc::from("")),
        }
    }

    /// How often a text became `other`.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    #[cold]
    fn insert(&mut self, text: &str) -> Sym {
        if self.texts.len() > self.limit {
            self.refused += 1;
            return Sym::OTHER;
        }
        let sym = Sym(self.texts.len() as u32);
        let text: Arc<str> = text.into();
        let redacted = self.hidden.as_ref().and_then(|hidden| hidden.redacted(&text));
        self.texts.push(redacted.map_or_else(|| text.clone(), Arc::from));
        self.known.insert(text, sym);
        sym
    }
}

/// The number that a text is the usual decimal form of.
fn plain_number(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let usual = match bytes {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() <= 9 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !usual {
        return None;
    }
    let number = bytes.iter().fold(0_u64, |number, byte| number * 10 + u64::from(byte - b'0'));
    u32::try_from(number).ok().filter(|number| *number <= LARGEST_NUMBER)
}

/// The text of a symbol; use it as a `&str`.
pub struct Text<'a>(Kept<'a>);

enum Kept<'a> {
    Text(&'a str),
    Number { digits: [u8; 10], start: u8 },
}

impl Text<'static> {
    pub(crate) fn of_number(number: u32) -> Self {
        let (mut digits, mut start, mut rest) = ([b'0'; 10], 10, number);
        while rest > 0 || start == 10 {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        Self(Kept::Number { digits, start: start as u8 })
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Kept::Text(text) => text,
            Kept::Number { digits, start } => {
                std::str::from_utf8(&digits[usize::from(*start)..]).expect("digits are ASCII")
            }
        }
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        let mut symbols = Symbols::new(1000);
        let texts =
            ["", "other", "GET", "0", "7", "200", "0200", "007", "-1", "1.5", "2147483646", "2147483647"];
        let more = ["4294967295", "4294967296", "99999999999999999999", "::group", "é", "12a", "other "];
        for text in texts.iter().chain(&more) {
            let sym = symbols.intern(text);
            assert_eq!(symbols.text(sym), *text);
            assert_eq!(&*symbols.shared(sym), *text);
            assert_eq!(symbols.intern(text), sym, "{text:?}");
        }
        assert_eq!(symbols.intern("other"), Sym::OTHER);
        assert_eq!(symbols.texts.len(), 1 + texts.len() + more.len() - 5, "numbers and `other` take no room");
    }

    #[test]
    fn texts_beyond_the_limit_become_other() {
        let mut symbols = Symbols::new(2);
        let (a, b) = (symbols.intern("a"), symbols.intern("b"));
        assert_eq!(symbols.intern("c"), Sym::OTHER);
        assert_eq!((symbols.intern("a"), symbols.intern("b")), (a, b));
        let number = symbols.intern("404");
        assert_eq!(symbols.text(number), "404");
        assert_eq!(symbols.refused(), 1);
    }

    #[test]
    fn secrets_are_not_kept() {
        let hidden: Arc<Hidden> = Arc::default();
        let mut symbols = Symbols::new(100).hiding(Some(hidden.clone()));
        hidden.add("s3cr3t");
        let sym = symbols.intern("/?key=s3cr3t");
        assert_eq!(symbols.text(sym), "/?key=***SECRET_REDACTED***");
        assert_eq!(symbols.intern("/?key=s3cr3t"), sym);
    }
}
