//! Statements with their arguments written into them, as both drivers for Java do it unless they are told otherwise.
//!
//! Main functions: [`filled`], and [`Call::of`] for calls in the escaped form of JDBC.

use super::super::answer::is_out;
use super::super::{Asked, Refusal};
use super::Driver;

/// An argument that stands for nothing.
const NULL: &str = "]NULL[";

/// What a statement is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece<'a> {
    /// As it is: words, and what stands in quotes.
    Plain(&'a str),
    /// A comment.
    Comment(&'a str),
    /// A question mark.
    Mark,
    /// The end of a statement.
    End,
}

/// Takes the next piece off the front.
fn piece<'a>(rest: &mut &'a str) -> Option<Piece<'a>> {
    let text = *rest;
    let first = text.chars().next()?;
    let (length, piece): (usize, fn(&'a str) -> Piece<'a>) = match first {
        '\'' | '"' | '`' => (quoted(text, first), Piece::Plain),
        '#' => (text.find('\n').unwrap_or(text.len()), Piece::Comment),
        '-' if is_dashes(text) => (text.find('\n').unwrap_or(text.len()), Piece::Comment),
        '/' if text.starts_with("/*") => (text.find("*/").map_or(text.len(), |at| at + 2), Piece::Comment),
        '?' => (1, |_| Piece::Mark),
        ';' => (1, |_| Piece::End),
        other => {
            let from = other.len_utf8();
            let next = text[from..].find(['\'', '"', '`', '#', '-', '/', '?', ';']);
            (next.map_or(text.len(), |at| from + at), Piece::Plain)
        }
    };
    let (taken, left) = text.split_at(length);
    *rest = left;
    Some(piece(taken))
}

/// Two dashes begin a comment only before a space.
fn is_dashes(text: &str) -> bool {
    text.strip_prefix("--").is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace))
}

/// The length of what stands in quotes, with them; a backslash takes the next letter's meaning except in names.
fn quoted(text: &str, quote: char) -> usize {
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if quote != '`' => {
                letters.next();
            }
            // Two of them are one more letter: what follows then is taken as quoted by its own right.
            letter if letter == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether a second statement stands behind a semicolon.
pub fn is_several(statement: &str) -> bool {
    let (mut rest, mut ended) = (statement, false);
    while let Some(piece) = piece(&mut rest) {
        match piece {
            Piece::End => ended = true,
            Piece::Comment(_) => {}
            Piece::Plain(text) if text.trim().is_empty() => {}
            Piece::Plain(_) | Piece::Mark if ended => return true,
            Piece::Plain(_) | Piece::Mark => {}
        }
    }
    false
}

/// A statement with something else in the place of each question mark, which are counted from 0; how many there were.
fn replaced(
    statement: &str,
    put: &mut dyn FnMut(usize) -> Result<String, Refusal>,
) -> Result<(String, usize), Refusal> {
    let (mut text, mut count, mut rest) = (String::with_capacity(statement.len() + 16), 0, statement);
    while let Some(piece) = piece(&mut rest) {
        match piece {
            Piece::Plain(plain) | Piece::Comment(plain) => text.push_str(plain),
            Piece::End => text.push(';'),
            Piece::Mark => {
                text.push_str(&put(count)?);
                count += 1;
            }
        }
    }
    Ok((text, count))
}

/// A statement with its arguments.
///
/// # Errors
/// For arguments that do not fit their types, and when there are too few or too many.
pub fn filled(asked: &Asked, driver: Driver) -> Result<String, Refusal> {
    let literals = literals(asked)?;
    let given = literals.len();
    let (text, count) = replaced(&asked.text, &mut |at| {
        literals.get(at).cloned().ok_or_else(|| driver.without_argument(at + 1))
    })?;
    if given > count { Err(driver.without_place(count + 1, count)) } else { Ok(text) }
}

fn literals(asked: &Asked) -> Result<Vec<String>, Refusal> {
    asked.arguments.iter().zip(&asked.types).map(|(value, kind)| literal(value, kind)).collect()
}

/// A call, as the statements that make it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// What gives the parameters that go in and come out their values.
    pub before: Option<String>,
    /// The call itself.
    pub text: String,
    /// What tells the parameters that were set; nothing when none is, and for functions, whose call tells it.
    pub after: Option<String>,
    /// It is a function, and what it gives is set to the first parameter.
    pub is_function: bool,
}

impl Call {
    /// Reads `{call name(?)}`, `{? = call name(?)}`, or the same without braces.
    pub fn of(asked: &Asked, driver: Driver) -> Result<Self, Refusal> {
        let literals = literals(asked)?;
        let trimmed = asked.text.trim();
        let braced = trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let inner = braced.unwrap_or(trimmed).trim();
        let returned = inner.strip_prefix('?').map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
        let is_function = returned.is_some();
        let inner = returned.unwrap_or(inner).trim();
        let name = match inner.get(..4) {
            Some(word) if word.eq_ignore_ascii_case("call") => inner[4..].trim(),
            _ => inner,
        };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let first = usize::from(is_function);
        let (text, count) = replaced(name, &mut |at| {
            let at = at + first;
            let (Some(literal), Some(kind)) = (literals.get(at), asked.types.get(at)) else {
                return Err(driver.without_argument(at + 1));
            };
            if !is_out(kind) {
                return Ok(literal.clone());
            }
            let variable = format!("@plimsoll_{}", at + 1);
            let goes_in = !kind.to_ascii_uppercase().starts_with("OUT ");
            before.push(format!("{variable} = {}", if goes_in { literal } else { "NULL" }));
            after.push(variable.clone());
            Ok(variable)
        })?;
        if literals.len() > count + first {
            return Err(driver.without_place(count + first + 1, count + first));
        }
        let joined =
            |list: &[String], verb: &str| (!list.is_empty()).then(|| format!("{verb} {}", list.join(", ")));
        let verb = match (is_function, braced.is_some() || trimmed.len() != name.len()) {
            (true, _) => "SELECT ",
            (false, true) => "CALL ",
            (false, false) => "",
        };
        Ok(Self {
            before: joined(&before, "SET"),
            text: format!("{verb}{text}"),
            after: joined(&after, "SELECT"),
            is_function,
        })
    }
}

/// An argument as it is written in a statement.
///
/// # Errors
/// As Java throws them, for numbers that are none and for types that it does not know.
fn literal(value: &str, kind: &str) -> Result<String, Refusal> {
    let upper = kind.trim().to_ascii_uppercase();
    let (way, name) = upper.split_once(' ').unwrap_or(("", &upper));
    if value == NULL || way == "OUT" {
        return Ok("NULL".to_owned());
    }
    let no_number =
        || Refusal::thrown("java.lang.NumberFormatException", format!("For input string: \"{value}\""));
    let whole = |least: i64, most: i64| match value.parse::<i64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
        _ => Err(no_number()),
    };
    let real = || value.trim().parse::<f64>().map(|_| value.trim().to_owned()).map_err(|_| no_number());
    match name.trim() {
        "TINYINT" => whole(i8::MIN.into(), i8::MAX.into()),
        "SMALLINT" => whole(i16::MIN.into(), i16::MAX.into()),
        "INTEGER" => whole(i32::MIN.into(), i32::MAX.into()),
        "BIGINT" => whole(i64::MIN, i64::MAX),
        "REAL" | "FLOAT" | "DOUBLE" | "NUMERIC" | "DECIMAL" => real(),
        "BIT" | "BOOLEAN" => Ok(if value.eq_ignore_ascii_case("true") { "1" } else { "0" }.to_owned()),
        "BINARY" | "VARBINARY" | "LONGVARBINARY" | "BLOB" => {
            let digits: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
            Ok(format!("x'{digits}'"))
        }
        "NULL" => Ok("NULL".to_owned()),
        "CHAR" | "VARCHAR" | "LONGVARCHAR" | "NCHAR" | "NVARCHAR" | "LONGNVARCHAR" | "CLOB" | "NCLOB"
        | "DATE" | "TIME" | "TIMESTAMP" | "OTHER" | "JAVA_OBJECT" | "SQLXML" => Ok(text(value)),
        other if other.parse::<i32>().is_ok() => Ok(text(value)),
        _ => Err(Refusal::plain(format!("Invalid data type: {}", kind.trim()))),
    }
}

/// A text in quotes.
fn text(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('\'');
    for letter in value.chars() {
        match letter {
            '\0' => text.push_str("\\0"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\\' => text.push_str("\\\\"),
            '\'' => text.push_str("\\'"),
            '"' => text.push_str("\\\""),
            '\x1a' => text.push_str("\\Z"),
            letter => text.push(letter),
        }
    }
    text.push('\'');
    text
}

#[cfg(test)]
mod tests {
    use super::super::super::Kind;
    use super::*;

    fn asked(text: &str, arguments: &[(&str, &str)]) -> Asked {
        Asked {
            kind: Kind::PreparedSelect,
            text: text.to_owned(),
            arguments: arguments.iter().map(|(value, _)| (*value).to_owned()).collect(),
            types: arguments.iter().map(|(_, kind)| (*kind).to_owned()).collect(),
            timeout: None,
        }
    }

    #[test]
    fn arguments_take_the_place_of_question_marks() {
        let check = |text: &str, arguments: &[(&str, &str)], wanted: &str| {
            let got = filled(&asked(text, arguments), Driver::MySql);
            let got = got.unwrap_or_else(|refusal| format!("{} {}", refusal.code(), refusal.message));
            assert_eq!(got, wanted, "{text}");
        };
        let (one, two) = (("1", "INTEGER"), ("it's", "VARCHAR"));
        check("select ? + ?", &[one, ("2.5", "DECIMAL")], "select 1 + 2.5");
        check("select '?', \"?\", `?`, ?", &[two], "select '?', \"?\", `?`, 'it\\'s'");
        check("select 'it''s ?', 'a\\'?', ?", &[one], "select 'it''s ?', 'a\\'?', 1");
        check("select ? -- why?\n, 1--?", &[one, one], "select 1 -- why?\n, 1--1");
        check("select ? # why?", &[one], "select 1 # why?");
        check("select /* ? */ 'ü?', ? /* open ?", &[one], "select /* ? */ 'ü?', 1 /* open ?");
        check("select ?", &[("]NULL[", "INTEGER")], "select NULL");
        check("select ?", &[("True", "BOOLEAN")], "select 1");
        check("select ?", &[("a\\b\n", "VARCHAR")], "select 'a\\\\b\\n'");
        check("select ?", &[("aZ", "BINARY")], "select x'615a'");
        check("select ?", &[("x", "INTEGER")], "000 For input string: \"x\"");
        check("select ?", &[("300", "TINYINT")], "000 For input string: \"300\"");
        check("select ?", &[("x", "FOO")], "null 0 Invalid data type: FOO");
        check("select ?, ?", &[one], "07001 0 No value specified for parameter 2");
        let out_of_range = "S1009 0 Parameter index out of range (2 > number of parameters, which is 1).";
        check("select ?", &[one, one], out_of_range);
    }

    #[test]
    fn calls_become_statements() {
        let call = |text: &str, arguments: &[(&str, &str)]| {
            let call = Call::of(&asked(text, arguments), Driver::MySql).unwrap();
            [call.before, Some(call.text), call.after].map(Option::unwrap_or_default).join("|")
        };
        let (one, out) = (("1", "INTEGER"), ("x", "OUT INTEGER"));
        assert_eq!(call("{call p(?, 2)}", &[one]), "|CALL p(1, 2)|");
        assert_eq!(call("call p(?)", &[one]), "|CALL p(1)|");
        assert_eq!(
            call("{ call p(?, ?) }", &[one, out]),
            "SET @plimsoll_2 = NULL|CALL p(1, @plimsoll_2)|SELECT @plimsoll_2"
        );
        assert_eq!(
            call("{call p(?)}", &[("5", "INOUT INTEGER")]),
            "SET @plimsoll_1 = 5|CALL p(@plimsoll_1)|SELECT @plimsoll_1"
        );
        assert_eq!(call("{? = call f(?)}", &[out, one]), "|SELECT f(1)|");
        assert_eq!(call("insert into t values (?)", &[one]), "|insert into t values (1)|");
    }

    #[test]
    fn several_statements_are_seen() {
        let check = |text: &str, wanted: bool| assert_eq!(is_several(text), wanted, "{text}");
        check("select 1", false);
        check("select 1; ", false);
        check("select ';'; -- end", false);
        check("select 1; select 2", true);
        check("select 1;;?", true);
        check("/* ; */ select `;`", false);
    }
}
