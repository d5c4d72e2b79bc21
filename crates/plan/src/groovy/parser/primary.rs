//! Values, and what may follow one: members, indexes, calls.

use super::super::token::{Piece, Token};
use super::super::tree::{Arg, Closure, Expr, ExprKind, MapKey, Member, Param, Part, Reach};
use super::super::{Error, Language};
use super::types::is_keyword;
use super::{At, Parsed, Parser};

impl Parser<'_> {
    /// A value and all that follows it.
    pub(super) fn postfix(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let mut expr = self.primary()?;
        loop {
            let word = self.word();
            let groovy = self.language == Language::Groovy;
            let same_line = !word.after_newline || !self.language.minds_newlines();
            let Token::Mark(mark) = word.token else { return Ok(expr) };
            expr = match mark {
                "." | "?." | "*." | ".@" => self.member(at, expr, mark)?,
                ".&" | "::" if !self.language.is_jexl() => {
                    self.bump();
                    let name = self.expect_name()?;
                    self.node(at, ExprKind::MethodRef(Box::new(expr), name))?
                }
                "[" if same_line => self.index(at, expr, false)?,
                // Only Groovy's safe index when something can be indexed and no `:` follows.
                "?[" if groovy && same_line && !self.is_ternary_list() => self.index(at, expr, true)?,
                "(" if same_line => self.call(at, expr)?,
                "{" if groovy && same_line && matches!(expr.kind, ExprKind::Name(_) | ExprKind::Prop(..)) => {
                    self.call(at, expr)?
                }
                "++" | "--" if same_line => {
                    self.bump();
                    self.step(at, if mark == "++" { 1 } else { -1 }, false, Box::new(expr))?
                }
                _ => return Ok(expr),
            };
        }
    }

    /// Whether `?[` here is a `?` and a list: a `:` stands behind the bracket.
    fn is_ternary_list(&self) -> bool {
        let behind = self.partner[self.next] + 1;
        self.words.get(behind).is_some_and(|word| word.token == Token::Mark(":"))
    }

    fn member(&mut self, at: At, of: Expr, mark: &str) -> Parsed<Expr> {
        self.bump();
        let reach = match mark {
            "?." => Reach::Safe,
            "*." => Reach::Spread,
            ".@" => Reach::Field,
            _ => Reach::Plain,
        };
        if self.is("<") {
            self.skip_type_arguments();
        }
        let field = if reach == Reach::Plain && self.take("@") { Reach::Field } else { reach };
        let name = match &self.word().token {
            Token::Name(name) => Member::Named(name.clone()),
            Token::Text(name) => Member::Named(name.clone()),
            Token::Int(index) if self.language.is_jexl() => Member::Named(index.to_string()),
            Token::Template(pieces) => {
                let computed = self.template(at, pieces)?;
                Member::Computed(Box::new(computed))
            }
            Token::Mark("(") if self.language == Language::Groovy => {
                self.bump();
                let computed = self.expression()?;
                if !self.is(")") {
                    return Err(self.unexpected("`)`"));
                }
                Member::Computed(Box::new(computed))
            }
            _ => return Err(self.unexpected("a name")),
        };
        self.bump();
        self.node(at, ExprKind::Prop(Box::new(of), name, field))
    }

    fn index(&mut self, at: At, of: Expr, safe: bool) -> Parsed<Expr> {
        self.bump();
        let indexes = self.deeper(|parser| {
            let mut indexes = Vec::new();
            while !parser.is("]") {
                indexes.push(parser.expression()?);
                if !parser.take(",") {
                    break;
                }
            }
            Ok(indexes)
        })?;
        self.expect("]")?;
        if indexes.is_empty() {
            return Err(self.unexpected("an index"));
        }
        self.node(at, ExprKind::Index(Box::new(of), indexes, safe))
    }

    /// A call of what was read: brackets, closures behind them, or both.
    fn call(&mut self, at: At, callee: Expr) -> Parsed<Expr> {
        let mut args = if self.is("(") { self.bracketed_args()? } else { Vec::new() };
        while self.language == Language::Groovy && self.is("{") && !self.word().after_newline {
            args.push(Arg::Plain(self.closure()?));
        }
        let kind = match callee.kind {
            ExprKind::Name(name) => ExprKind::Call(None, Member::Named(name), Reach::Plain, args),
            ExprKind::Prop(of, name, reach) if reach != Reach::Field => {
                ExprKind::Call(Some(of), name, reach, args)
            }
            ExprKind::This => ExprKind::Chain(false, args),
            ExprKind::Super => ExprKind::Chain(true, args),
            kind => ExprKind::Invoke(Box::new(Expr { kind, ..callee }), args),
        };
        self.node(at, kind)
    }

    /// `(a, b: c, *d)`
    pub(super) fn bracketed_args(&mut self) -> Parsed<Vec<Arg>> {
        self.expect("(")?;
        let args = self.deeper(|parser| parser.args_until(")"))?;
        self.expect(")")?;
        Ok(args)
    }

    fn args_until(&mut self, close: &str) -> Parsed<Vec<Arg>> {
        let mut args = Vec::new();
        while !self.is(close) {
            args.push(self.arg()?);
            if !self.take(",") {
                break;
            }
        }
        Ok(args)
    }

    pub(super) fn arg(&mut self) -> Parsed<Arg> {
        if self.language == Language::Groovy {
            if self.is("*") {
                self.bump();
                if self.take(":") {
                    return Ok(Arg::Named(MapKey::Spread, self.expression()?));
                }
                return Ok(Arg::Spread(self.expression()?));
            }
            if let Some(key) = self.maybe_key()? {
                return Ok(Arg::Named(key, self.expression()?));
            }
        }
        Ok(Arg::Plain(self.expression()?))
    }

    /// `key:` of an entry, when one stands here.
    fn maybe_key(&mut self) -> Parsed<Option<MapKey>> {
        let jexl = self.language.is_jexl();
        if self.is_ahead(1, ":") {
            let key = match &self.word().token {
                Token::Name(name) => MapKey::Text(name.clone()),
                Token::Text(text) => MapKey::Text(text.clone()),
                Token::Int(_) | Token::Long(_) | Token::Decimal(_) | Token::Double(_) => {
                    MapKey::Expr(self.literal()?)
                }
                Token::Template(pieces) => {
                    let at = self.at();
                    let key = self.template(at, pieces)?;
                    self.bump();
                    self.expect(":")?;
                    return Ok(Some(MapKey::Expr(key)));
                }
                _ => return Ok(None),
            };
            if !matches!(key, MapKey::Expr(_)) {
                self.bump();
            }
            self.expect(":")?;
            return Ok(Some(key));
        }
        let behind = self.words.get(self.partner[self.next] + 1);
        if self.is("(") && !jexl && behind.is_some_and(|word| word.token == Token::Mark(":")) {
            self.bump();
            let key = self.expression()?;
            self.expect(")")?;
            self.expect(":")?;
            return Ok(Some(MapKey::Expr(key)));
        }
        Ok(None)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let at = self.at();
        match &self.word().token {
            Token::Name(name) => self.named(at, name),
            Token::Template(pieces) => {
                let expr = self.template(at, pieces)?;
                self.bump();
                Ok(expr)
            }
            Token::Mark("(") => {
                if self
                    .words
                    .get(self.partner[self.next] + 1)
                    .is_some_and(|word| word.token == Token::Mark("->"))
                {
                    return self.lambda();
                }
                self.bump();
                let expr = self.deeper(Self::expression)?;
                self.expect(")")?;
                // A sum in brackets stays apart from the sum around it.
                if matches!(
                    expr.kind,
                    ExprKind::Sum(_) | ExprKind::Logic(..) | ExprKind::Name(_) | ExprKind::Prop(..)
                ) {
                    return self.node(at, ExprKind::Unary("(", Box::new(expr)));
                }
                Ok(expr)
            }
            Token::Mark("[") => self.list_or_map(),
            Token::Mark("{") if self.language == Language::Groovy => self.closure(),
            Token::Mark("{") if self.language.is_jexl() => self.jexl_braces(),
            Token::Mark("{") if self.language == Language::BeanShell => self.braces(),
            Token::Mark(_) | Token::End => Err(self.unexpected("a value")),
            _ => self.literal(),
        }
    }

    fn literal(&mut self) -> Parsed<Expr> {
        let word = self.bump();
        let kind = match &word.token {
            Token::Int(value) => ExprKind::Int(*value),
            Token::Long(value) => ExprKind::Long(*value),
            Token::Big(digits) => ExprKind::Big(digits.clone()),
            Token::Decimal(digits) => ExprKind::Decimal(digits.clone()),
            Token::Double(value) => ExprKind::Double(*value),
            Token::Float(value) => ExprKind::Float(*value),
            Token::Text(text) => ExprKind::Text(text.clone()),
            Token::Char(letter) => ExprKind::Char(*letter),
            _ => return Err(Error::syntax(word.at, "expected a value")),
        };
        self.node(word.at, kind)
    }

    fn named(&mut self, at: At, name: &str) -> Parsed<Expr> {
        if self.is_ahead(1, "->") && !is_keyword(name) {
            return self.lambda();
        }
        let kind = match name {
            "null" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "this" => ExprKind::This,
            "super" => ExprKind::Super,
            "new" if self.language.is_jexl() => ExprKind::Name("new".to_owned()),
            "new" => return self.creation(at),
            _ if is_keyword(name)
                && !(self.language.is_jexl() && matches!(name, "in" | "def" | "default")) =>
            {
                return Err(self.unexpected("a value"));
            }
            _ => {
                let ends = self.ahead(1);
                // `int[].class` and `String[]::new`
                let ty = if matches!(ends.token, Token::Mark("[")) && self.is_ahead(2, "]") {
                    Some(self.ty()?)
                } else {
                    None
                };
                match ty {
                    Some(ty) => {
                        let name = format!("{}{}", ty.name, "[]".repeat(ty.dimensions as usize));
                        return self.node(at, ExprKind::Name(name));
                    }
                    None => ExprKind::Name(name.to_owned()),
                }
            }
        };
        self.bump();
        self.node(at, kind)
    }

    /// `new …`
    fn creation(&mut self, at: At) -> Parsed<Expr> {
        self.bump();
        let mut ty = self.ty()?;
        if ty.dimensions > 0 {
            let values = if self.is("{") {
                match self.braces()?.kind {
                    ExprKind::Braces(values) => Some(values),
                    _ => None,
                }
            } else {
                return Err(self.unexpected("the values of the array"));
            };
            return self.node(at, ExprKind::NewArray(ty, Vec::new(), values));
        }
        if self.is("[") {
            let mut sizes = Vec::new();
            while self.take("[") {
                if !self.is("]") {
                    sizes.push(self.expression()?);
                }
                self.expect("]")?;
                ty.dimensions += 1;
            }
            return self.node(at, ExprKind::NewArray(ty, sizes, None));
        }
        let args = self.bracketed_args()?;
        if self.is("{") && (self.language != Language::Groovy || !self.word().after_newline) {
            let (class, height) = self.nameless_class(ty.clone())?;
            return self.node_above(at, ExprKind::New(ty, args, Some(Box::new(class))), height);
        }
        self.node(at, ExprKind::New(ty, args, None))
    }

    /// `{1, 2}` of an array, which may hold more of them.
    pub(super) fn braces(&mut self) -> Parsed<Expr> {
        let at = self.at();
        self.expect("{")?;
        let values = self.deeper(|parser| {
            let mut values = Vec::new();
            while !parser.is("}") {
                values.push(if parser.is("{") { parser.braces()? } else { parser.expression()? });
                if !parser.take(",") {
                    break;
                }
            }
            Ok(values)
        })?;
        self.expect("}")?;
        self.node(at, ExprKind::Braces(values))
    }

    fn list_or_map(&mut self) -> Parsed<Expr> {
        let at = self.at();
        self.expect("[")?;
        if self.is(":") && self.is_ahead(1, "]") {
            self.bump();
            self.bump();
            return self.node(at, ExprKind::Map(Vec::new()));
        }
        let items = self.deeper(|parser| parser.args_until("]"))?;
        self.expect("]")?;
        if !items.iter().any(|item| matches!(item, Arg::Named(..))) {
            return self.node(at, ExprKind::List(items));
        }
        let entries = items.into_iter().map(|item| match item {
            Arg::Named(key, value) => Ok((key, value)),
            Arg::Plain(_) | Arg::Spread(_) => Err(Error::syntax(at, "a map and a list cannot be mixed")),
        });
        let entries = entries.collect::<Parsed<Vec<_>>>()?;
        self.node(at, ExprKind::Map(entries))
    }

    /// Whether the brace here begins a map or a set of JEXL.
    pub(super) fn is_jexl_literal(&self) -> bool {
        self.is_ahead(1, ":") || self.is_ahead(2, ":") || self.is_ahead(2, ",")
    }

    fn jexl_braces(&mut self) -> Parsed<Expr> {
        let at = self.at();
        self.expect("{")?;
        if self.take(":") {
            self.expect("}")?;
            return self.node(at, ExprKind::Map(Vec::new()));
        }
        let (mut entries, mut items) = (Vec::new(), Vec::new());
        while !self.is("}") {
            if let Some(key) = self.maybe_key()? {
                entries.push((key, self.expression()?));
            } else {
                items.push(self.expression()?);
            }
            if !self.take(",") {
                break;
            }
        }
        self.expect("}")?;
        match (entries.is_empty(), items.is_empty()) {
            (true, _) => self.node(at, ExprKind::Set(items)),
            (false, true) => self.node(at, ExprKind::Map(entries)),
            (false, false) => Err(Error::syntax(at, "a map and a set cannot be mixed")),
        }
    }

    /// Whether the brace here begins a closure that names its parameters.
    pub(super) fn closure_has_params(&self) -> bool {
        let mut ahead = self.next + 1;
        for _ in 0..64 {
            let Some(word) = self.words.get(ahead) else { return false };
            match &word.token {
                Token::Mark("->") => return true,
                Token::Mark("(" | "[") => ahead = self.partner[ahead],
                Token::Mark("," | "." | "<" | ">" | "?" | "..." | "=" | "@" | "]" | "-") | Token::Name(_) => {
                }
                Token::Mark(_) | Token::End => return false,
                _ => {}
            }
            ahead += 1;
        }
        false
    }

    pub(super) fn closure(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let (closure, height) = self.enclosed(|parser| {
            let has_params = parser.closure_has_params();
            parser.expect("{")?;
            let params = if has_params { Some(parser.params("->")?) } else { None };
            if has_params {
                parser.expect("->")?;
            }
            let body = parser.statements_until("}")?;
            parser.expect("}")?;
            Ok(Closure { params, body })
        })?;
        self.node_above(at, ExprKind::Closure(closure), height)
    }

    /// `x -> …` and `(x, y) -> …`
    fn lambda(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let (closure, height) = self.enclosed(|parser| {
            let params = if parser.take("(") {
                let params = parser.params(")")?;
                parser.expect(")")?;
                params
            } else {
                vec![Param { name: parser.expect_name()?, ty: None, default: None, rest: false }]
            };
            parser.expect("->")?;
            let body = if parser.is("{") {
                parser.block()?
            } else {
                let at = parser.at();
                let value = parser.expression()?;
                vec![super::super::tree::Stmt { kind: super::super::tree::StmtKind::Return(Some(value)), at }]
            };
            Ok(Closure { params: Some(params), body })
        })?;
        self.node_above(at, ExprKind::Closure(closure), height)
    }

    /// A text with expressions in it.
    fn template(&mut self, at: At, pieces: &[Piece]) -> Parsed<Expr> {
        let mut parts = Vec::new();
        let mut height = 0;
        for piece in pieces {
            match piece {
                Piece::Text(text) => parts.push(Part::Text(text.clone())),
                Piece::Code(words) => {
                    let mut inner = Parser::new(words, self.language, self.depth);
                    let lazy = inner.take("->");
                    let expr = inner.deeper(|inner| {
                        if inner.word().token == Token::End {
                            return inner.node(at, ExprKind::Null);
                        }
                        inner.command()
                    })?;
                    if inner.word().token != Token::End {
                        return Err(inner.unexpected("the end of the expression in a text"));
                    }
                    height = height.max(inner.high);
                    parts.push(if lazy { Part::Lazy(expr) } else { Part::Value(expr) });
                }
            }
        }
        self.node_above(at, ExprKind::Template(parts), height)
    }
}
