//! From words to a tree. Main function: [`script`].
//!
//! One parser reads all three grammars: they are Java's, with more or less of it. Nesting and the height of
//! expressions are bounded, so that nothing that walks the tree can run out of stack.

mod class;
mod declaration;
mod expression;
mod flow;
mod primary;
mod statement;
mod types;

use super::token::{At, Token, Word};
use super::tree::{Arg, Expr, ExprKind, Import, MapKey, Member, Part, Script};
use super::{Error, Language};

/// How deep brackets, blocks and operators that wait for their right side may nest.
const DEPTH_MAX: u32 = 120;
/// How high the tree of an expression may be.
const HEIGHT_MAX: u32 = 150;

/// Whether a type's name is one of the primitives.
pub(super) fn is_primitive(name: &str) -> bool {
    types::PRIMITIVES.contains(&name)
}

/// The tree of a script.
pub(super) fn script(words: &[Word], language: Language) -> Result<Script, Error> {
    let mut script = Script::default();
    let mut parser = Parser::new(words, language, 0);
    parser.statements_of_script(&mut script)?;
    script.assigned = parser.assigned;
    Ok(script)
}

/// The state of reading: a position among words, and what bounds the tree.
struct Parser<'a> {
    words: &'a [Word],
    /// For each opening bracket, where its partner stands.
    partner: Vec<usize>,
    next: usize,
    language: Language,
    depth: u32,
    /// The highest expression read so far, of the innermost closure.
    high: u32,
    /// Names that are assigned to.
    assigned: Vec<String>,
}

type Parsed<T> = Result<T, Error>;

impl<'a> Parser<'a> {
    fn new(words: &'a [Word], language: Language, depth: u32) -> Self {
        Self { words, partner: partners(words), next: 0, language, depth, high: 0, assigned: Vec::new() }
    }

    fn word(&self) -> &'a Word {
        &self.words[self.next.min(self.words.len() - 1)]
    }

    fn ahead(&self, count: usize) -> &'a Word {
        &self.words[(self.next + count).min(self.words.len() - 1)]
    }

    fn at(&self) -> At {
        self.word().at
    }

    fn bump(&mut self) -> &'a Word {
        let word = self.word();
        self.next = (self.next + 1).min(self.words.len() - 1);
        word
    }

    fn is(&self, mark: &str) -> bool {
        matches!(self.word().token, Token::Mark(found) if found == mark)
    }

    fn is_ahead(&self, count: usize, mark: &str) -> bool {
        matches!(self.ahead(count).token, Token::Mark(found) if found == mark)
    }

    fn is_word(&self, name: &str) -> bool {
        matches!(&self.word().token, Token::Name(found) if found == name)
    }

    fn name_ahead(&self, count: usize) -> Option<&'a str> {
        match &self.ahead(count).token {
            Token::Name(name) => Some(name),
            _ => None,
        }
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        if found {
            self.bump();
        }
        found
    }

    fn take_word(&mut self, name: &str) -> bool {
        let found = self.is_word(name);
        if found {
            self.bump();
        }
        found
    }

    fn expect(&mut self, mark: &str) -> Parsed<()> {
        if self.take(mark) { Ok(()) } else { Err(self.unexpected(&format!("`{mark}`"))) }
    }

    fn expect_name(&mut self) -> Parsed<String> {
        match &self.word().token {
            Token::Name(name) => {
                self.bump();
                Ok(name.clone())
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    fn unexpected(&self, wanted: &str) -> Error {
        let word = self.word();
        let found = match &word.token {
            Token::Name(name) => format!("`{name}`"),
            Token::Mark(mark) => format!("`{mark}`"),
            Token::End => "the end".to_owned(),
            Token::Text(_) | Token::Template(_) | Token::Char(_) => "a text".to_owned(),
            _ => "a number".to_owned(),
        };
        Error::syntax(word.at, format!("expected {wanted}, found {found}"))
    }

    /// Runs a reader one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH_MAX {
            return Err(Error::unsupported(self.at(), "nesting this deep"));
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    /// An expression, one higher than the highest of its parts.
    fn node(&mut self, at: At, kind: ExprKind) -> Parsed<Expr> {
        self.node_above(at, kind, 0)
    }

    /// The same, above parts that are of the given height at least.
    fn node_above(&mut self, at: At, kind: ExprKind, below: u32) -> Parsed<Expr> {
        let height = 1 + below.max(highest(&kind));
        if height > HEIGHT_MAX {
            return Err(Error::unsupported(at, "an expression this long"));
        }
        self.high = self.high.max(height);
        Ok(Expr { kind, at, height })
    }

    /// Reads something that holds statements; returns it and the height of the highest expression in it.
    fn enclosed<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<(T, u32)> {
        let outer = std::mem::take(&mut self.high);
        let found = self.deeper(read);
        let height = std::mem::replace(&mut self.high, outer);
        Ok((found?, height + 1))
    }

    /// An import or a package declaration, after its keyword.
    fn import(&mut self) -> Parsed<Import> {
        let is_static = self.take_word("static");
        let mut path = self.expect_name()?;
        while self.take(".") {
            path.push('.');
            if self.take("*") {
                path.push('*');
                break;
            }
            path += &self.expect_name()?;
        }
        let alias = if self.take_word("as") { Some(self.expect_name()?) } else { None };
        Ok(Import { path, alias, is_static })
    }
}

/// For each opening bracket, the index of its partner (or of the end).
fn partners(words: &[Word]) -> Vec<usize> {
    let mut partner = vec![words.len() - 1; words.len()];
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let Token::Mark(mark) = word.token else { continue };
        match mark {
            "(" => open.push((index, ")")),
            "[" | "?[" => open.push((index, "]")),
            "{" => open.push((index, "}")),
            ")" | "]" | "}" if open.last().is_some_and(|(_, close)| *close == mark) => {
                let (start, _) = open.pop().expect("it was just looked at");
                partner[start] = index;
            }
            _ => {}
        }
    }
    partner
}

/// The height of the highest part.
fn highest(kind: &ExprKind) -> u32 {
    use ExprKind as E;
    let of_args = |args: &[Arg]| args.iter().map(arg_height).max().unwrap_or(0);
    let of_member = |member: &Member| match member {
        Member::Named(_) => 0,
        Member::Computed(expr) => expr.height,
    };
    let of_all = |all: &[Expr]| all.iter().map(|expr| expr.height).max().unwrap_or(0);
    match kind {
        E::Template(parts) => {
            let height = |part: &Part| match part {
                Part::Text(_) => 0,
                Part::Value(expr) | Part::Lazy(expr) => expr.height,
            };
            parts.iter().map(height).max().unwrap_or(0)
        }
        E::List(args) | E::New(_, args, _) | E::Chain(_, args) => of_args(args),
        E::Map(entries) => {
            entries.iter().map(|(key, value)| value.height.max(key_height(key))).max().unwrap_or(0)
        }
        E::Set(all) | E::Braces(all) | E::Sum(all) | E::Logic(_, all) => of_all(all),
        E::Range(a, b, _) | E::Binary(_, a, b) | E::Elvis(a, b) | E::Assign(_, a, b) | E::In(a, b, _) => {
            a.height.max(b.height)
        }
        E::Prop(of, member, _) => of.height.max(of_member(member)),
        E::Index(of, indexes, _) => of.height.max(of_all(indexes)),
        E::Call(of, member, _, args) => {
            of.as_ref().map_or(0, |of| of.height).max(of_member(member)).max(of_args(args))
        }
        E::Invoke(of, args) => of.height.max(of_args(args)),
        E::MethodRef(of, _)
        | E::Unary(_, of)
        | E::Step(_, _, of)
        | E::Cast(_, of, _)
        | E::InstanceOf(of, _, _) => of.height,
        E::NewArray(_, sizes, values) => of_all(sizes).max(of_all(values.as_deref().unwrap_or_default())),
        E::Ternary(a, b, c) => a.height.max(b.height).max(c.height),
        E::MultiAssign(targets, value) => value.height.max(of_all(targets)),
        _ => 0,
    }
}

fn arg_height(arg: &Arg) -> u32 {
    match arg {
        Arg::Plain(expr) | Arg::Spread(expr) => expr.height,
        Arg::Named(key, expr) => expr.height.max(key_height(key)),
    }
}

fn key_height(key: &MapKey) -> u32 {
    match key {
        MapKey::Expr(expr) => expr.height,
        MapKey::Text(_) | MapKey::Spread => 0,
    }
}
