//! Assignments: to names, members, items and several at once, with and without an operator.

use super::super::Error;
use super::super::text::quoted;
use super::super::tree::{Expr, ExprKind, Reach};
use super::operator::operator_name;
use super::{Emitted, Emitter, Home};

impl<'a> Emitter<'a> {
    /// What an assignment with an operator stores, given the value before.
    pub(super) fn combined(&mut self, mark: &str, before: &str, value: &str, at: super::At) -> Emitted {
        if mark == "?" {
            return Ok(format!("$j.elvis({before},()=>{value})"));
        }
        let operator =
            operator_name(mark).ok_or_else(|| Error::unsupported(at, format!("operator `{mark}=`")))?;
        Ok(format!("$j.{}({before},{value})", self.arithmetic(operator)))
    }

    pub(super) fn assign(&mut self, mark: &str, target: &'a Expr, value: &'a Expr) -> Emitted {
        let new = self.expr(value)?;
        self.store(
            target,
            &|emitter, before| {
                if mark == "=" { Ok(new.clone()) } else { emitter.combined(mark, before, &new, target.at) }
            },
            mark == "=",
        )
    }

    /// `i++` and the like; the value is the one before unless `before` is set.
    pub(super) fn step(&mut self, by: i8, before: bool, of: &'a Expr) -> Emitted {
        let name = if by > 0 { "up" } else { "down" };
        if let ExprKind::Name(variable) = &of.kind
            && let Some(local) = self.find(variable).cloned()
        {
            let next = match &local.ty {
                Some(ty) => format!("$j.to({},$j.{name}({}))", quoted(ty), local.js),
                None => format!("$j.{name}({})", local.js),
            };
            return Ok(if before {
                format!("({}={next})", local.js)
            } else {
                format!("[{},{}={next}][0]", local.js, local.js)
            });
        }
        // The target is written once: targets may hold further steps.
        Ok(match &of.kind {
            ExprKind::Prop(owner, _, _)
                if matches!(owner.kind, ExprKind::This) && self.home != Home::Class =>
            {
                let ExprKind::Prop(_, member, _) = &of.kind else { unreachable!("it was just matched") };
                format!("$j.stepName($d,{},$j.{name},{before})", self.member(member)?)
            }
            ExprKind::Prop(owner, member, _) => {
                format!("$j.stepProp({},{},$j.{name},{before})", self.owner_of(owner)?, self.member(member)?)
            }
            ExprKind::Index(owner, indexes, _) => {
                format!("$j.stepAt({},{},$j.{name},{before})", self.expr(owner)?, self.indexes(indexes)?)
            }
            ExprKind::Name(variable) => format!("$j.stepName($d,{},$j.{name},{before})", quoted(variable)),
            _ => return Err(Error::syntax(of.at, "only a variable can be counted up or down")),
        })
    }

    /// Stores into a variable, a property or an index what a writer makes of the value before.
    pub(super) fn store(
        &mut self,
        target: &'a Expr,
        make: &dyn Fn(&mut Self, &str) -> Emitted,
        plain: bool,
    ) -> Emitted {
        match &target.kind {
            ExprKind::Name(name) => {
                if let Some(local) = self.find(name).cloned() {
                    let value = make(self, &local.js)?;
                    return Ok(match &local.ty {
                        Some(ty) => format!("({}=$j.to({},{value}))", local.js, quoted(ty)),
                        None => format!("({}={value})", local.js),
                    });
                }
                let before = if plain { String::new() } else { self.free_name(name) };
                let value = make(self, &before)?;
                Ok(format!("$d.set({},{value})", quoted(name)))
            }
            ExprKind::Prop(of, member, reach) => {
                let name = self.member(member)?;
                if matches!(of.kind, ExprKind::This) && self.home != Home::Class {
                    let value = make(self, &format!("$d.get({name})"))?;
                    return Ok(format!("$d.set({name},{value})"));
                }
                let owner = self.owner_of(of)?;
                if *reach == Reach::Field {
                    let value = make(self, &format!("$j.field($o,{name})"))?;
                    return Ok(format!("$j.with({owner},($o)=>$j.setField($o,{name},{value}))"));
                }
                if plain {
                    let value = make(self, "")?;
                    let set = if *reach == Reach::Safe { "safeSet" } else { "put" };
                    return Ok(format!("$j.{set}({owner},{name},{value})"));
                }
                let value = make(self, &format!("$j.get($o,{name})"))?;
                Ok(format!("$j.with({owner},($o)=>$j.put($o,{name},{value}))"))
            }
            ExprKind::Index(of, indexes, _) => {
                let (owner, index) = (self.expr(of)?, self.indexes(indexes)?);
                if plain {
                    let value = make(self, "")?;
                    return Ok(format!("$j.putAt({owner},{index},{value})"));
                }
                let value = make(self, "$j.at_($o,$i)")?;
                Ok(format!("$j.with2({owner},{index},($o,$i)=>$j.putAt($o,$i,{value}))"))
            }
            _ => Err(Error::syntax(target.at, "the left side cannot be assigned to")),
        }
    }

    pub(super) fn owner_of(&mut self, of: &'a Expr) -> Emitted {
        match self.class_at(of)? {
            Some(class) => Ok(class),
            None => {
                self.refuse_unknown_class(of)?;
                self.expr(of)
            }
        }
    }

    pub(super) fn multi_assign(&mut self, targets: &'a [Expr], value: &'a Expr) -> Emitted {
        let list = self.expr(value)?;
        let mut stores = Vec::new();
        for (index, target) in targets.iter().enumerate() {
            stores.push(self.store(target, &|_, _| Ok(format!("$j.item($l,{index})")), true)?);
        }
        Ok(format!("$j.with({list},($l)=>({},$l))", stores.join(",")))
    }
}
