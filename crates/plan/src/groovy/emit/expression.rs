//! Expressions in JavaScript. Operators are in `operator`, what changes a name or a place in `assignment`.

use super::super::text::quoted;
use super::super::tree::{Arg, Closure, Expr, ExprKind, MapKey, Member, Part, Reach, Type};
use super::super::{Error, Language};
use super::statement::turn;
use super::{Emitted, Emitter, Home, names, turned, written};

impl<'a> Emitter<'a> {
    /// An expression whose value is used. It calls itself through chains of members, so it keeps little on the stack.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Emitted {
        use ExprKind as E;
        match &expr.kind {
            E::Name(name) => self.name(name, expr),
            E::Prop(of, member, reach) => self.prop(expr, of, member, *reach),
            E::Index(of, indexes, safe) => self.index(of, indexes, *safe),
            E::Call(of, member, reach, args) => self.call(expr, of.as_deref(), member, *reach, args),
            E::Unary(mark, of) => self.unary(mark, of),
            E::Binary(mark, left, right) => self.binary(expr, mark, left, right),
            E::Assign(mark, target, value) => self.assign(mark, target, value),
            E::Closure(closure) => self.closure(closure, expr),
            E::New(ty, args, class) => self.creation(ty, args, class.as_deref()),
            E::Cast(ty, of, by_as) => self.cast(ty, of, *by_as),
            E::Step(by, before, of) => self.step(*by, *before, of),
            E::List(items) => self.list(items),
            E::Map(entries) => self.map(entries),
            E::Template(parts) => self.template(parts),
            E::Invoke(..) | E::Range(..) | E::InstanceOf(..) | E::In(..) | E::Set(_) | E::NewArray(..) => {
                self.operation(expr)
            }
            E::Sum(_) | E::Logic(..) | E::Ternary(..) | E::Elvis(..) => self.choice(expr),
            _ => self.rest(expr),
        }
    }

    fn choice(&mut self, expr: &'a Expr) -> Emitted {
        use ExprKind as E;
        Ok(match &expr.kind {
            E::Sum(parts) => format!("$j.{}({})", self.arithmetic("sum"), self.joined(parts)?),
            E::Logic(mark, parts) => {
                let parts = parts.iter().map(|part| self.truth(part)).collect::<Result<Vec<_>, _>>()?;
                format!("({})", parts.join(mark))
            }
            E::Ternary(cond, then, other) => {
                format!("({}?{}:{})", self.truth(cond)?, self.expr(then)?, self.expr(other)?)
            }
            E::Elvis(value, other) => format!("$j.elvis({},()=>{})", self.expr(value)?, self.expr(other)?),
            _ => unreachable!("the caller passes these only"),
        })
    }

    fn operation(&mut self, expr: &'a Expr) -> Emitted {
        use ExprKind as E;
        Ok(match &expr.kind {
            E::Invoke(callee, args) => format!("$j.invoke({},{})", self.expr(callee)?, self.args(args)?),
            E::Range(from, to, closed) => {
                format!("$j.range({},{},{closed})", self.expr(from)?, self.expr(to)?)
            }
            E::InstanceOf(of, ty, negated) => {
                let bang = if *negated { "!" } else { "" };
                format!("({bang}$j.isa({},[{}]))", self.expr(of)?, self.class_of(ty)?)
            }
            E::In(of, list, negated) => {
                let bang = if *negated { "!" } else { "" };
                format!("({bang}$j.isCase({},{}))", self.case_of(list)?, self.expr(of)?)
            }
            E::Set(items) => format!("$j.set([{}])", self.joined(items)?),
            E::NewArray(ty, sizes, values) => match values {
                Some(values) => self.array_values(ty, values)?,
                None => format!("$j.newArray({},[{}])", quoted(&written(ty)), self.joined(sizes)?),
            },
            _ => unreachable!("the caller passes these only"),
        })
    }

    /// Literals, and what stands rarely inside of other expressions.
    fn rest(&mut self, expr: &'a Expr) -> Emitted {
        use ExprKind as E;
        Ok(match &expr.kind {
            E::Null => "null".to_owned(),
            E::Bool(value) => value.to_string(),
            E::Int(value) if i32::try_from(*value).is_err() => format!("{value}n"),
            E::Int(value) if *value < 0 => format!("({value})"),
            E::Int(value) => value.to_string(),
            E::Long(value) if *value < 0 => format!("({value}n)"),
            E::Long(value) => format!("{value}n"),
            E::Big(digits) => format!("$j.big({digits}n)"),
            E::Decimal(digits) => format!("$j.dec({})", quoted(digits)),
            E::Double(value) => format!("$j.dbl({})", number(*value)),
            E::Float(value) => format!("$j.flt({})", number(*value)),
            E::Text(text) => quoted(text),
            E::Char(letter) => format!("$j.chr({})", quoted(&letter.to_string())),
            E::This if self.home == Home::Class => "this".to_owned(),
            E::This => "$d.me()".to_owned(),
            E::Super => return Err(Error::unsupported(expr.at, "`super` here")),
            E::MethodRef(of, name) => self.method_ref(of, name)?,
            E::Braces(values) => format!("[{}]", self.joined(values)?),
            E::Chain(parent, args) => self.chain(expr, *parent, args)?,
            E::MultiAssign(targets, value) => self.multi_assign(targets, value)?,
            _ => unreachable!("the other kinds have functions of their own"),
        })
    }

    pub(super) fn case_of(&mut self, expr: &'a Expr) -> Emitted {
        match self.class_at(expr)? {
            Some(class) => Ok(class),
            None => self.expr(expr),
        }
    }

    /// An expression whose value is not used.
    pub(super) fn effect(&mut self, expr: &'a Expr) -> Emitted {
        match &expr.kind {
            ExprKind::Step(by, _, of) => self.step(*by, true, of),
            _ => self.expr(expr),
        }
    }

    /// An expression as a condition.
    pub(super) fn truth(&mut self, expr: &'a Expr) -> Emitted {
        let value = self.expr(expr)?;
        let is_flag = match &expr.kind {
            ExprKind::Bool(_) | ExprKind::Logic(..) | ExprKind::InstanceOf(..) | ExprKind::In(..) => true,
            ExprKind::Unary(mark, _) => *mark == "!",
            ExprKind::Binary(mark, ..) => {
                matches!(*mark, "==" | "!=" | "<" | "<=" | ">" | ">=" | "===" | "!==" | "==~")
            }
            _ => false,
        };
        if is_flag && !self.language.is_jexl() {
            return Ok(value);
        }
        Ok(format!("$j.truth({value})"))
    }

    pub(super) fn joined(&mut self, all: &'a [Expr]) -> Emitted {
        let parts = all.iter().map(|expr| self.expr(expr)).collect::<Result<Vec<_>, _>>()?;
        Ok(parts.join(","))
    }

    fn template(&mut self, parts: &'a [Part]) -> Emitted {
        let mut list = Vec::new();
        for part in parts {
            list.push(match part {
                Part::Text(text) => format!("$j.raw({})", quoted(text)),
                Part::Value(code) => self.expr(code)?,
                Part::Lazy(code) => format!("$j.lazy(()=>{})", self.expr(code)?),
            });
        }
        Ok(format!("$j.gstr([{}])", list.join(",")))
    }

    fn list(&mut self, items: &'a [Arg]) -> Emitted {
        let mut list = Vec::new();
        for item in items {
            match item {
                Arg::Plain(expr) => list.push(self.expr(expr)?),
                Arg::Spread(expr) => list.push(format!("...$j.items({})", self.expr(expr)?)),
                Arg::Named(..) => unreachable!("the parser makes a map of these"),
            }
        }
        // Arrays are Java's in JEXL and lists elsewhere.
        Ok(format!("[{}]", list.join(",")))
    }

    fn map(&mut self, entries: &'a [(MapKey, Expr)]) -> Emitted {
        let mut list = Vec::new();
        for (key, value) in entries {
            let value = self.expr(value)?;
            list.push(match key {
                MapKey::Text(text) => format!("[{},{value}]", quoted(text)),
                MapKey::Expr(key) => format!("[{},{value}]", self.expr(key)?),
                MapKey::Spread => format!("...$j.entries({value})"),
            });
        }
        Ok(format!("$j.map([{}])", list.join(",")))
    }

    fn name(&mut self, name: &str, expr: &Expr) -> Emitted {
        if let Some(local) = self.find(name) {
            return Ok(local.js.clone());
        }
        if self.home != Home::Class && self.language == Language::Groovy && self.methods.contains(name) {
            // A method is no value; only a property of that name would be.
            return Ok(self.free_name(name));
        }
        if let Some(class) = self.class_at(expr)? {
            return Ok(class);
        }
        if !self.static_classes.is_empty() && self.home != Home::Class {
            let classes: Vec<String> =
                self.static_classes.iter().map(|class| format!("$j.c[{}]", quoted(class))).collect();
            return Ok(format!("$j.constant($d,[{}],{})", classes.join(","), quoted(name)));
        }
        Ok(self.free_name(name))
    }

    fn prop(&mut self, expr: &'a Expr, of: &'a Expr, member: &'a Member, reach: Reach) -> Emitted {
        if let Some(class) = self.class_at(expr)? {
            return Ok(class);
        }
        if matches!(of.kind, ExprKind::This)
            && self.home != Home::Class
            && let Member::Named(name) = member
        {
            return Ok(self.free_name(name));
        }
        let name = self.member(member)?;
        if let Some(class) = self.class_at(of)? {
            if matches!(member, Member::Named(name) if name == "class") {
                return Ok(class);
            }
            return Ok(format!("$j.get({class},{name})"));
        }
        self.refuse_unknown_class(of)?;
        let value = self.expr(of)?;
        Ok(match reach {
            Reach::Plain => format!("$j.get({value},{name})"),
            Reach::Safe => format!("$j.safe({value},($o)=>$j.get($o,{name}))"),
            Reach::Spread => format!("$j.spread({value},($o)=>$j.get($o,{name}))"),
            Reach::Field => format!("$j.field({value},{name})"),
        })
    }

    /// The name of a member, as JavaScript.
    pub(super) fn member(&mut self, member: &'a Member) -> Emitted {
        match member {
            Member::Named(name) => Ok(quoted(name)),
            Member::Computed(expr) => Ok(format!("$j.str({})", self.expr(expr)?)),
        }
    }

    pub(super) fn indexes(&mut self, indexes: &'a [Expr]) -> Emitted {
        let list = self.joined(indexes)?;
        Ok(if indexes.len() == 1 { list } else { format!("[{list}]") })
    }

    fn index(&mut self, of: &'a Expr, indexes: &'a [Expr], safe: bool) -> Emitted {
        let (value, index) = (self.expr(of)?, self.indexes(indexes)?);
        Ok(if safe {
            format!("$j.safe({value},($o)=>$j.at_($o,{index}))")
        } else {
            format!("$j.at_({value},{index})")
        })
    }

    fn cast(&mut self, ty: &Type, of: &'a Expr, by_as: bool) -> Emitted {
        if let ExprKind::Braces(values) = &of.kind {
            return self.array_values(ty, values);
        }
        let value = self.expr(of)?;
        let name = written(ty);
        if by_as {
            let class = if turned(ty).is_some() { "null".to_owned() } else { self.class_of(ty)? };
            return Ok(format!("$j.as({},{class},{value})", quoted(&name)));
        }
        if turned(ty).is_some() {
            return Ok(format!("$j.cast({},{value})", quoted(&name)));
        }
        let class = self.class_of(ty)?;
        Ok(format!("$j.castTo({class},{value})"))
    }

    /// An array of a declared type from its values; arrays of arrays from braces in braces.
    pub(super) fn array_values(&mut self, ty: &Type, values: &'a [Expr]) -> Emitted {
        let mut list = Vec::new();
        for value in values {
            list.push(match &value.kind {
                ExprKind::Braces(inner) => {
                    let element = Type { dimensions: ty.dimensions.saturating_sub(1), ..ty.clone() };
                    self.array_values(&element, inner)?
                }
                _ => self.expr(value)?,
            });
        }
        Ok(turn(
            Some(&Type { dimensions: ty.dimensions.max(1), ..ty.clone() }),
            format!("[{}]", list.join(",")),
        ))
    }

    pub(super) fn closure(&mut self, closure: &'a Closure, expr: &Expr) -> Emitted {
        self.closures += 1;
        let written = self.function(|emitter| {
            let (head, params, count) = match &closure.params {
                None => {
                    emitter
                        .scopes
                        .last_mut()
                        .expect("a scope is always open")
                        .insert("it".to_owned(), super::Local { js: "v$it".to_owned(), ty: None });
                    ("v$it=null".to_owned(), String::new(), -1)
                }
                Some(params) => {
                    let written = emitter.params(params, expr.at)?;
                    (written.list, written.turn, i32::try_from(params.len()).unwrap_or(i32::MAX))
                }
            };
            let body = emitter.body(&closure.body, true)?;
            let params_of = closure.params.as_deref().unwrap_or_default();
            let required = params_of.iter().filter(|param| param.default.is_none() && !param.rest).count();
            let rest = params_of.last().is_some_and(|param| param.rest);
            Ok(format!("$j.fn($d,{count},{required},{rest},($d)=>({head})=>{{{params}{body}return null;}})"))
        });
        self.closures -= 1;
        written
    }

    fn method_ref(&mut self, of: &'a Expr, name: &str) -> Emitted {
        if matches!(of.kind, ExprKind::This) && self.home != Home::Class && self.methods.contains(name) {
            return Ok(format!("$j.method_ref(m${})", names::mangled(name)));
        }
        let owner = self.owner_of(of)?;
        Ok(format!("$j.ref({owner},{})", quoted(name)))
    }
}

fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:?}") } else { "Infinity".to_owned() }
}
