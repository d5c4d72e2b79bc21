//! Operators: arithmetic, comparison, and what they are called in the prelude.

use super::super::tree::Expr;
use super::super::{Error, Language};
use super::{Emitted, Emitter};

impl<'a> Emitter<'a> {
    pub(super) fn unary(&mut self, mark: &str, of: &'a Expr) -> Emitted {
        Ok(match mark {
            "(" => self.expr(of)?,
            "!" => format!("(!{})", self.truth(of)?),
            "~" => format!("$j.tilde({})", self.expr(of)?),
            "-" => format!("$j.neg({})", self.expr(of)?),
            _ => format!("$j.pos({})", self.expr(of)?),
        })
    }

    /// The prelude's function for an operator, which is another one in some languages.
    pub(super) fn arithmetic(&self, name: &str) -> String {
        match self.language {
            Language::Groovy | Language::JavaScript => name.to_owned(),
            Language::BeanShell => match name {
                "sum" => "jsum".to_owned(),
                "add" => "jadd".to_owned(),
                "div" => "jdiv".to_owned(),
                _ => name.to_owned(),
            },
            Language::Jexl2 => format!("x2.{name}"),
            Language::Jexl3 => format!("x3.{name}"),
        }
    }

    pub(super) fn binary(&mut self, expr: &Expr, mark: &str, left: &'a Expr, right: &'a Expr) -> Emitted {
        if mark == "<<" && self.language.is_jexl() {
            return Err(Error::unsupported(expr.at, "`<<` of JEXL"));
        }
        let (a, b) = match mark {
            // Classes compare as values.
            "==" | "!=" => (self.case_of(left)?, self.case_of(right)?),
            _ => (self.expr(left)?, self.expr(right)?),
        };
        let jexl = self.language.is_jexl();
        let name = match mark {
            "==" => "eq",
            "!=" => return Ok(format!("(!$j.{}({a},{b}))", self.comparison("eq"))),
            "<" => "lt",
            "<=" => "le",
            ">" => "gt",
            ">=" => "ge",
            "<=>" => "cmp",
            "===" => "same",
            "!==" => return Ok(format!("(!$j.same({a},{b}))")),
            "=~" if jexl => "matches",
            "!~" if jexl => return Ok(format!("(!$j.{}({a},{b}))", self.comparison("matches"))),
            "=^" => "starts",
            "!^" => return Ok(format!("(!$j.{}({a},{b}))", self.comparison("starts"))),
            "=$" => "ends",
            "!$" => return Ok(format!("(!$j.{}({a},{b}))", self.comparison("ends"))),
            "=~" => "finder",
            "==~" => "matches",
            _ => {
                let operator = operator_name(mark)
                    .ok_or_else(|| Error::unsupported(expr.at, format!("operator `{mark}`")))?;
                return Ok(format!("$j.{}({a},{b})", self.arithmetic(operator)));
            }
        };
        Ok(format!("$j.{}({a},{b})", self.comparison(name)))
    }

    pub(super) fn comparison(&self, name: &str) -> String {
        match self.language {
            Language::Jexl2 => format!("x2.{name}"),
            Language::Jexl3 => format!("x3.{name}"),
            Language::BeanShell if name == "eq" => "jeq".to_owned(),
            _ => name.to_owned(),
        }
    }
}

/// The prelude's name of an operator of arithmetic.
pub(super) fn operator_name(mark: &str) -> Option<&'static str> {
    Some(match mark {
        "+" => "add",
        "-" => "sub",
        "*" => "mul",
        "/" => "div",
        "%" => "mod",
        "**" => "pow",
        "<<" => "shl",
        ">>" => "shr",
        ">>>" => "ushr",
        "&" => "and",
        "|" => "or",
        "^" => "xor",
        _ => return None,
    })
}
