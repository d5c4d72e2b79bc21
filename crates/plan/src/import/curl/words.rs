//! Command lines as bash reads them, as far as copied commands need it.
//!
//! Main function: [`commands`]. Quotes of all three kinds, escapes, lines that go on, comments, and what ends a
//! command. Nothing is run: variables of the environment are kept as [`variable`]s, and what other commands would
//! print is told as a mistake.

use crate::yaml::Spot;

/// What stands around the name of a variable in a text; nobody types these.
const MARKS: (char, char) = ('\u{f8f0}', '\u{f8f1}');
/// Commands in one file, at most.
const COMMANDS_MAX: usize = 20_000;

/// One word of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    /// Without its quotes; variables of the environment stand between marks.
    pub text: String,
    /// Where it begins.
    pub at: Spot,
    /// It was written without quotes and escapes, so that signs in it mean something.
    pub is_bare: bool,
}

/// A command: its words.
pub(super) type Command = Vec<Word>;

/// What cannot be read, and where.
pub(super) type Fault = (Spot, String);

/// The commands of a text, and what is odd in it.
pub(super) fn commands(text: &str) -> Result<(Vec<Command>, Vec<Fault>), Fault> {
    let mut reader = Reader {
        letters: text.chars().collect(),
        at: 0,
        spot: Spot { line: 1, column: 1 },
        faults: Vec::new(),
        commands: Vec::new(),
        words: Vec::new(),
    };
    reader.read()?;
    Ok((reader.commands, reader.faults))
}

/// A text as a template of our plans: variables become `{{ env.NAME }}`, braces that are there stay braces.
pub(super) fn template(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(MARKS.0) {
        let Some(end) = rest[begin..].find(MARKS.1).map(|length| begin + length) else { break };
        made.push_str(&crate::convert::escaped(&rest[..begin]));
        made.push_str(&format!("{{{{ env.{} }}}}", &rest[begin + MARKS.0.len_utf8()..end]));
        rest = &rest[end + MARKS.1.len_utf8()..];
    }
    made.push_str(&crate::convert::escaped(rest));
    made
}

/// Whether there are variables in a text.
pub(super) fn has_variables(text: &str) -> bool {
    text.contains(MARKS.0)
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    spot: Spot,
    faults: Vec<Fault>,
    commands: Vec<Command>,
    words: Command,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek(0)?;
        self.at += 1;
        if letter == '\n' {
            self.spot = Spot { line: self.spot.line + 1, column: 1 };
        } else {
            self.spot.column += 1;
        }
        Some(letter)
    }

    fn end_command(&mut self) {
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }

    fn read(&mut self) -> Result<(), Fault> {
        while let Some(letter) = self.peek(0) {
            if self.commands.len() > COMMANDS_MAX {
                return Err((self.spot, format!("a file may have {COMMANDS_MAX} commands")));
            }
            match letter {
                '\\' if self.peek(1) == Some('\n') => {
                    self.next();
                    self.next();
                }
                '\\' if self.peek(1) == Some('\r') && self.peek(2) == Some('\n') => {
                    self.next();
                    self.next();
                    self.next();
                }
                '\n' | ';' | '&' | '|' => {
                    self.next();
                    self.end_command();
                }
                '#' => {
                    while self.peek(0).is_some_and(|letter| letter != '\n') {
                        self.next();
                    }
                }
                letter if letter.is_whitespace() || matches!(letter, '(' | ')') => {
                    self.next();
                }
                '^' if matches!(self.peek(1), Some('\n' | '\r' | '"')) => {
                    let text = "this is written for the command prompt of Windows; copy it 'as cURL (bash)'";
                    return Err((self.spot, text.to_owned()));
                }
                _ => {
                    let word = self.word()?;
                    self.words.push(word);
                }
            }
        }
        self.end_command();
        Ok(())
    }

    fn word(&mut self) -> Result<Word, Fault> {
        let at = self.spot;
        let (mut text, mut is_bare) = (String::new(), true);
        while let Some(letter) = self.peek(0) {
            match letter {
                letter if letter.is_whitespace() || matches!(letter, ';' | '&' | '|' | ')') => break,
                '\\' => {
                    is_bare = false;
                    self.next();
                    match self.next() {
                        None | Some('\n') => {}
                        Some('\r') if self.peek(0) == Some('\n') => drop(self.next()),
                        Some(escaped) => text.push(escaped),
                    }
                }
                '\'' => {
                    is_bare = false;
                    self.next();
                    self.single(at, &mut text)?;
                }
                '"' => {
                    is_bare = false;
                    self.next();
                    self.double(at, &mut text)?;
                }
                '$' if self.peek(1) == Some('\'') => {
                    is_bare = false;
                    self.next();
                    self.next();
                    self.escaped(at, &mut text)?;
                }
                '$' if self.peek(1) == Some('"') => drop(self.next()),
                '$' | '`' => self.expansion(&mut text)?,
                _ => text.extend(self.next()),
            }
        }
        Ok(Word { text, at, is_bare })
    }

    fn single(&mut self, at: Spot, text: &mut String) -> Result<(), Fault> {
        loop {
            match self.next() {
                None => return Err((at, "a quote is not closed".to_owned())),
                Some('\'') => return Ok(()),
                Some(letter) => text.push(letter),
            }
        }
    }

    fn double(&mut self, at: Spot, text: &mut String) -> Result<(), Fault> {
        loop {
            match self.peek(0) {
                None => return Err((at, "a quote is not closed".to_owned())),
                Some('"') => {
                    self.next();
                    return Ok(());
                }
                Some('\\') if matches!(self.peek(1), Some('"' | '\\' | '$' | '`' | '\n')) => {
                    self.next();
                    text.extend(self.next().filter(|letter| *letter != '\n'));
                }
                // Bash keeps a history sign with its escape.
                Some('$' | '`') => self.expansion(text)?,
                Some(_) => text.extend(self.next()),
            }
        }
    }

    /// `$'…'`, with the escapes of C.
    fn escaped(&mut self, at: Spot, text: &mut String) -> Result<(), Fault> {
        // Escapes of bytes may make up one letter.
        let mut bytes: Vec<u8> = Vec::new();
        let flush = |bytes: &mut Vec<u8>, text: &mut String| {
            text.push_str(&String::from_utf8_lossy(bytes));
            bytes.clear();
        };
        loop {
            let Some(letter) = self.next() else { return Err((at, "a quote is not closed".to_owned())) };
            if letter == '\'' {
                flush(&mut bytes, text);
                return Ok(());
            }
            if letter != '\\' {
                flush(&mut bytes, text);
                text.push(letter);
                continue;
            }
            let Some(kind) = self.next() else { return Err((at, "a quote is not closed".to_owned())) };
            let simple = match kind {
                'n' => Some(b'\n'),
                't' => Some(b'\t'),
                'r' => Some(b'\r'),
                'a' => Some(7),
                'b' => Some(8),
                'e' | 'E' => Some(27),
                'f' => Some(12),
                'v' => Some(11),
                '\\' | '\'' | '"' | '?' => u8::try_from(kind).ok(),
                'x' => self.number(16, 2).and_then(|number| u8::try_from(number).ok()),
                digit @ '0'..='7' => {
                    let first = digit.to_digit(8).unwrap_or(0);
                    let more = self.digits(8, 2);
                    let number = more.iter().fold(first, |sum, digit| sum * 8 + digit);
                    Some((number & 0xff) as u8)
                }
                _ => None,
            };
            match (simple, kind) {
                (Some(byte), _) => bytes.push(byte),
                (None, 'u' | 'U') => {
                    flush(&mut bytes, text);
                    let most = if kind == 'u' { 4 } else { 8 };
                    text.push(self.unicode(most));
                }
                (None, other) => {
                    flush(&mut bytes, text);
                    text.push('\\');
                    text.push(other);
                }
            }
        }
    }

    /// A letter by its number; halves of a pair, as browsers write them, are put together.
    fn unicode(&mut self, most: usize) -> char {
        let number = self.number(16, most).unwrap_or(0);
        let is_high = (0xd800..0xdc00).contains(&number);
        if is_high && self.peek(0) == Some('\\') && self.peek(1) == Some('u') {
            self.next();
            self.next();
            let low = self.number(16, 4).unwrap_or(0);
            if (0xdc00..0xe000).contains(&low) {
                let whole = 0x10000 + ((number - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
        }
        char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn digits(&mut self, radix: u32, most: usize) -> Vec<u32> {
        let mut digits = Vec::new();
        while digits.len() < most
            && let Some(digit) = self.peek(0).and_then(|letter| letter.to_digit(radix))
        {
            self.next();
            digits.push(digit);
        }
        digits
    }

    fn number(&mut self, radix: u32, most: usize) -> Option<u32> {
        let digits = self.digits(radix, most);
        if digits.is_empty() {
            return None;
        }
        Some(digits.iter().fold(0_u32, |sum, digit| sum.wrapping_mul(radix).wrapping_add(*digit)))
    }

    /// `$NAME` and `${NAME}`; other expansions are no part of a test.
    fn expansion(&mut self, text: &mut String) -> Result<(), Fault> {
        let at = self.spot;
        let sign = self.next();
        if sign == Some('`') || self.peek(0) == Some('(') {
            let closing = if sign == Some('`') { '`' } else { ')' };
            while let Some(letter) = self.next() {
                if letter == closing {
                    let message = "what another command prints cannot be had: it is left out here";
                    self.faults.push((at, message.to_owned()));
                    return Ok(());
                }
            }
            return Err((at, "a command in a command is not closed".to_owned()));
        }
        let braced = self.peek(0) == Some('{');
        let start = usize::from(braced);
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let mut name = String::new();
        while let Some(letter) = self.peek(start + name.len()).filter(|letter| is_name(*letter)) {
            name.push(letter);
        }
        let ends = !braced || self.peek(start + name.len()) == Some('}');
        if name.is_empty() || !ends || name.starts_with(|first: char| first.is_ascii_digit()) {
            // A lone dollar stands for itself.
            text.push('$');
            return Ok(());
        }
        for _ in 0..start + name.len() + usize::from(braced) {
            self.next();
        }
        text.push(MARKS.0);
        text.push_str(&name);
        text.push(MARKS.1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_bash() {
        let check = |text: &str, wanted: &[&[&str]]| {
            let (commands, faults) = commands(text).expect(text);
            let shown: Vec<Vec<String>> = commands
                .iter()
                .map(|words| words.iter().map(|word| template(&word.text)).collect())
                .collect();
            assert_eq!(shown, wanted, "{text}");
            assert_eq!(faults, [], "{text}");
        };
        check("curl 'a b' \"c d\" e\\ f", &[&["curl", "a b", "c d", "e f"]]);
        check("curl a \\\n  -H 'b' \\\r\n  c\n\ncurl d", &[&["curl", "a", "-H", "b", "c"], &["curl", "d"]]);
        check(
            "# one\ncurl a # b\ncurl c;curl d && curl e | jq",
            &[&["curl", "a"], &["curl", "c"], &["curl", "d"], &["curl", "e"], &["jq"]],
        );
        check(r#"curl "a\"b\\c\$d\e" 'x'"'"'y'"#, &[&["curl", "a\"b\\c$d\\e", "x'y"]]);
        check(r"curl $'a\nb\'c\x41\u00e4\ud83d\ude00\101\q'", &[&["curl", "a\nb'cAä\u{1f600}A\\q"]]);
        check(r"curl $'\xc3\xa4'", &[&["curl", "ä"]]);
        check("curl \"$TOKEN/${A_1}x$\" '$b' $", &[&["curl", "{{ env.TOKEN }}/{{ env.A_1 }}x$", "$b", "$"]]);
        check("curl '{{ a }}'", &[&["curl", "{{ '{{' }} a }}"]]);
        check("curl ''", &[&["curl", ""]]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let check = |text: &str, line: u32, column: u32, part: &str| {
            let (at, why) = commands(text).expect_err(text);
            assert!((at.line, at.column) == (line, column) && why.contains(part), "{text}: {at:?} {why}");
        };
        check("curl a\n  'b", 2, 3, "not closed");
        check("curl \"a", 1, 6, "not closed");
        check("curl $(a", 1, 6, "not closed");
        check("curl ^\"http://h^\" ^\n", 1, 6, "Windows");
        let (_, faults) = commands("curl $(date) `x`").expect("it can be read");
        assert_eq!(faults.len(), 2);
    }
}
