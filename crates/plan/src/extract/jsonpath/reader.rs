//! From the text of a path to its steps.
//!
//! Main type: [`Reader`].

use super::filter::Expression;
use super::{Dialect, Function, Invalid, Path, Step};

/// Reads a path from its beginning to its end.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
}

impl<'t> Reader<'t> {
    /// A reader of this text.
    pub(super) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self { text, at: 0, dialect }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn wrong(&self, message: &str) -> Invalid {
        Invalid { message: message.to_owned(), at: self.at }
    }

    fn eat(&mut self, token: &str) -> bool {
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    /// The path.
    pub(super) fn path(&mut self) -> Result<Path, Invalid> {
        if self.text.trim().is_empty() {
            return Err(self.wrong("an empty path"));
        }
        self.at = self.text.len() - self.text.trim_start().len();
        let mut steps = Vec::new();
        let mut function = None;
        if !self.eat("$") && !self.rest().starts_with(['.', '[']) {
            self.name(&mut steps, &mut function)?;
        }
        while !self.rest().trim_end().is_empty() {
            if function.is_some() {
                return Err(self.wrong("nothing can follow a function"));
            }
            if self.eat("..") {
                steps.push(Step::Below);
                if !self.rest().starts_with('[') {
                    self.name(&mut steps, &mut function)?;
                }
            } else if self.eat(".") {
                if !self.rest().starts_with('[') {
                    self.name(&mut steps, &mut function)?;
                }
            } else if self.rest().starts_with('[') {
                self.bracket(&mut steps)?;
            } else if self.dialect == Dialect::Plus && self.eat("^") {
                steps.push(Step::Parent);
            } else if self.dialect == Dialect::Plus && self.eat("~") {
                steps.push(Step::Keys);
            } else {
                return Err(self.wrong("expected '.' or '['"));
            }
        }
        Ok(Path { steps, dialect: self.dialect, function })
    }

    fn name(&mut self, steps: &mut Vec<Step>, function: &mut Option<Function>) -> Result<(), Invalid> {
        if self.eat("*") {
            steps.push(Step::All);
            return Ok(());
        }
        let ends = |c: char| matches!(c, '.' | '[' | '^' | '~' | '(');
        let end = self.rest().find(ends).unwrap_or(self.rest().len());
        let name = self.rest()[..end].trim_end().to_owned();
        if name.is_empty() {
            return Err(self.wrong("expected a name"));
        }
        self.at += end;
        if self.rest().starts_with('(') {
            match Function::named(&name).filter(|_| self.dialect == Dialect::Jayway) {
                Some(known) if self.eat("()") => *function = Some(known),
                _ => return Err(self.wrong(&format!("there is no function {name}"))),
            }
        } else {
            steps.push(Step::Name(name));
        }
        Ok(())
    }

    fn bracket(&mut self, steps: &mut Vec<Step>) -> Result<(), Invalid> {
        let end = matching(self.rest()).ok_or_else(|| self.wrong("a bracket is not closed"))?;
        let inside = self.rest()[1..end].trim().to_owned();
        let expression = |text: &str| Expression::parse(text, self.dialect).map_err(|why| self.wrong(&why));
        let step = if inside == "*" {
            Step::All
        } else if let Some(condition) = inside.strip_prefix('?') {
            Step::Filter(expression(condition)?)
        } else if inside.starts_with('(') && inside.ends_with(')') {
            Step::Computed(expression(&inside)?)
        } else if inside.starts_with(['\'', '"']) {
            let names =
                quoted_list(&inside).ok_or_else(|| self.wrong("names in brackets stand in quotes"))?;
            match <[String; 1]>::try_from(names) {
                Ok([name]) => Step::Name(name),
                Err(names) => Step::Names(names),
            }
        } else if inside.contains(':') {
            let mut parts = inside.split(':').map(|part| match part.trim() {
                "" => Ok(None),
                number => number.parse().map(Some).map_err(|_| self.wrong("a slice has whole numbers")),
            });
            let (start, end) = (parts.next().transpose()?.flatten(), parts.next().transpose()?.flatten());
            Step::Slice(start, end, parts.next().transpose()?.flatten().unwrap_or(1))
        } else {
            let numbers: Result<Vec<i64>, _> = inside.split(',').map(|part| part.trim().parse()).collect();
            match numbers {
                Ok(numbers) if numbers.len() == 1 => Step::Index(numbers[0]),
                Ok(numbers) => Step::Indices(numbers),
                Err(_) if inside.is_empty() => return Err(self.wrong("an empty bracket")),
                // JSONPath-plus takes names without quotes too.
                Err(_) if self.dialect == Dialect::Plus => {
                    Step::Names(inside.split(',').map(|part| part.trim().to_owned()).collect())
                }
                Err(_) => return Err(self.wrong("expected a number, a name in quotes, or a condition")),
            }
        };
        steps.push(step);
        self.at += end + 1;
        Ok(())
    }
}

/// The place of the bracket that closes the one at the beginning.
fn matching(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0usize, None, false);
    for (place, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(place);
                }
            }
            _ => {}
        }
    }
    None
}

fn quoted_list(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text.trim();
    loop {
        let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let mut name = String::new();
        let mut letters = rest.char_indices().skip(1);
        let end = loop {
            match letters.next()? {
                (_, '\\') => name.push(letters.next()?.1),
                (place, c) if c == quote => break place,
                (_, c) => name.push(c),
            }
        };
        names.push(name);
        rest = rest[end + 1..].trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return rest.is_empty().then_some(names),
        }
    }
}
