//! The value of an expression at a node.
//!
//! Main type: [`Value`].

use super::parse::{Axis, Expr, Step, Test};
use super::tree::{Id, Kind, Tree};

/// A value of XPath 1.0.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Nodes in the order of the document, each once.
    Nodes(Vec<Id>),
    /// A truth value.
    Truth(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// A number as XPath writes it.
#[must_use]
pub fn number_text(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 { "0".to_owned() } else { format!("{number}") }
}

/// The value at the root of a document.
///
/// # Errors
/// For functions that do not exist and values of the wrong kind.
pub fn evaluate(tree: &Tree, expr: &Expr, namespaces: &[(String, String)]) -> Result<Value, String> {
    Evaluator { tree, namespaces }.value(expr, Place { node: 0, position: 1, size: 1 })
}

#[derive(Clone, Copy)]
struct Place {
    node: Id,
    position: usize,
    size: usize,
}

struct Evaluator<'a> {
    tree: &'a Tree,
    namespaces: &'a [(String, String)],
}

impl Evaluator<'_> {
    fn value(&self, expr: &Expr, place: Place) -> Result<Value, String> {
        Ok(match expr {
            Expr::Number(number) => Value::Number(*number),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Minus(inner) => Value::Number(-self.number(&self.value(inner, place)?)),
            Expr::Call(name, args) => self.call(name, args, place)?,
            Expr::Pair(operator, left, right) => self.pair(operator, left, right, place)?,
            Expr::Path { absolute, from, filters, steps } => {
                let mut nodes = match from {
                    Some(from) => match self.value(from, place)? {
                        Value::Nodes(nodes) => nodes,
                        other if filters.is_empty() && steps.is_empty() => return Ok(other),
                        _ => return Err("a path can only begin with nodes".to_owned()),
                    },
                    None if *absolute => vec![0],
                    None => vec![place.node],
                };
                for filter in filters {
                    nodes = self.filter(nodes, filter)?;
                }
                for step in steps {
                    nodes = self.step(&nodes, step)?;
                }
                Value::Nodes(nodes)
            }
        })
    }

    fn step(&self, nodes: &[Id], step: &Step) -> Result<Vec<Id>, String> {
        let mut found = Vec::new();
        for node in nodes {
            let mut reached = self.along(*node, step.axis);
            let mut wrong = None;
            reached.retain(|id| match self.passes(*id, step) {
                Ok(passes) => passes,
                Err(error) => {
                    wrong = Some(error);
                    false
                }
            });
            if let Some(error) = wrong {
                return Err(error);
            }
            for filter in &step.filters {
                reached = self.filter(reached, filter)?;
            }
            found.extend(reached);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Nodes in the order of the axis.
    fn along(&self, id: Id, axis: Axis) -> Vec<Id> {
        let node = &self.tree.nodes[id];
        let siblings = |after: bool| -> Vec<Id> {
            let Some(parent) = node.parent.filter(|_| node.kind != Kind::Attribute) else {
                return Vec::new();
            };
            let all = self.tree.nodes[parent].children.iter().copied();
            if after {
                all.filter(|other| *other > id).collect()
            } else {
                all.filter(|other| *other < id).rev().collect()
            }
        };
        match axis {
            Axis::Itself => vec![id],
            Axis::Child => node.children.clone(),
            Axis::Attribute => node.attributes.clone(),
            Axis::Parent => node.parent.into_iter().collect(),
            Axis::Descendant => self.below(id),
            Axis::DescendantOrSelf => std::iter::once(id).chain(self.below(id)).collect(),
            Axis::Ancestor => self.above(id),
            Axis::AncestorOrSelf => std::iter::once(id).chain(self.above(id)).collect(),
            Axis::FollowingSibling => siblings(true),
            Axis::PrecedingSibling => siblings(false),
            Axis::Following => {
                let last = self.below(id).last().copied().unwrap_or(id);
                (last + 1..self.tree.nodes.len())
                    .filter(|id| self.tree.nodes[*id].kind != Kind::Attribute)
                    .collect()
            }
            Axis::Preceding => {
                let above = self.above(id);
                let before = (0..id).rev().filter(|id| self.tree.nodes[*id].kind != Kind::Attribute);
                before.filter(|id| !above.contains(id)).collect()
            }
        }
    }

    fn below(&self, id: Id) -> Vec<Id> {
        let (mut found, mut work) = (Vec::new(), self.tree.nodes[id].children.clone());
        work.reverse();
        while let Some(id) = work.pop() {
            found.push(id);
            work.extend(self.tree.nodes[id].children.iter().rev());
        }
        found
    }

    fn above(&self, id: Id) -> Vec<Id> {
        std::iter::successors(self.tree.nodes[id].parent, |id| self.tree.nodes[*id].parent).collect()
    }

    fn passes(&self, id: Id, step: &Step) -> Result<bool, String> {
        let node = &self.tree.nodes[id];
        let principal = if step.axis == Axis::Attribute { Kind::Attribute } else { Kind::Element };
        Ok(match &step.test {
            Test::Node => true,
            Test::Text => node.kind == Kind::Text,
            Test::Comment => node.kind == Kind::Comment,
            Test::Instruction => node.kind == Kind::Instruction,
            Test::Any => node.kind == principal,
            Test::Space(prefix) => node.kind == principal && node.namespace == self.namespace(prefix)?,
            Test::Name(prefix, name) if prefix.is_empty() => {
                // Without a prefix only the name counts, so that a default namespace is no obstacle.
                node.kind == principal && node.name == *name
            }
            Test::Name(prefix, name) => {
                node.kind == principal && node.name == *name && node.namespace == self.namespace(prefix)?
            }
        })
    }

    fn namespace(&self, prefix: &str) -> Result<&str, String> {
        let known = self.namespaces.iter().find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str());
        known
            .or_else(|| self.tree.namespace(prefix))
            .ok_or_else(|| format!("the prefix {prefix} stands for no namespace"))
    }

    fn filter(&self, nodes: Vec<Id>, filter: &Expr) -> Result<Vec<Id>, String> {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (at, node) in nodes.into_iter().enumerate() {
            let keep = match self.value(filter, Place { node, position: at + 1, size })? {
                Value::Number(number) => number == (at + 1) as f64,
                other => self.truth(&other),
            };
            if keep {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    fn truth(&self, value: &Value) -> bool {
        match value {
            Value::Nodes(nodes) => !nodes.is_empty(),
            Value::Truth(truth) => *truth,
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
        }
    }

    fn text(&self, value: &Value) -> String {
        match value {
            Value::Nodes(nodes) => nodes.first().map(|id| self.tree.text(*id)).unwrap_or_default(),
            Value::Truth(truth) => truth.to_string(),
            Value::Number(number) => number_text(*number),
            Value::Text(text) => text.clone(),
        }
    }

    fn number(&self, value: &Value) -> f64 {
        match value {
            Value::Number(number) => *number,
            Value::Truth(truth) => f64::from(u8::from(*truth)),
            other => self.text(other).trim().parse().unwrap_or(f64::NAN),
        }
    }

    fn pair(&self, operator: &str, left: &Expr, right: &Expr, place: Place) -> Result<Value, String> {
        let first = self.value(left, place)?;
        match operator {
            "or" if self.truth(&first) => return Ok(Value::Truth(true)),
            "and" if !self.truth(&first) => return Ok(Value::Truth(false)),
            _ => {}
        }
        let second = self.value(right, place)?;
        let numbers = || (self.number(&first), self.number(&second));
        Ok(match operator {
            "or" | "and" => Value::Truth(self.truth(&second)),
            "|" => {
                let (Value::Nodes(mut nodes), Value::Nodes(more)) = (first, second) else {
                    return Err("only nodes can be united".to_owned());
                };
                nodes.extend(more);
                nodes.sort_unstable();
                nodes.dedup();
                Value::Nodes(nodes)
            }
            "+" => Value::Number(numbers().0 + numbers().1),
            "-" => Value::Number(numbers().0 - numbers().1),
            "*" => Value::Number(numbers().0 * numbers().1),
            "div" => Value::Number(numbers().0 / numbers().1),
            "mod" => Value::Number(numbers().0 % numbers().1),
            _ => Value::Truth(self.compare(operator, &first, &second)),
        })
    }

    fn compare(&self, operator: &str, left: &Value, right: &Value) -> bool {
        let each = |value: &Value| match value {
            Value::Nodes(nodes) => nodes.iter().map(|id| Value::Text(self.tree.text(*id))).collect(),
            other => vec![other.clone()],
        };
        if let (Value::Truth(truth), other) | (other, Value::Truth(truth)) = (left, right) {
            let same = *truth == self.truth(other);
            return match operator {
                "=" => same,
                "!=" => !same,
                _ => self.ordered(operator, left, right),
            };
        }
        each(left).iter().any(|left| {
            each(right).iter().any(|right| match operator {
                "=" | "!=" => {
                    let numeric = matches!(left, Value::Number(_)) || matches!(right, Value::Number(_));
                    let same = if numeric {
                        self.number(left) == self.number(right)
                    } else {
                        self.text(left) == self.text(right)
                    };
                    same == (operator == "=")
                }
                _ => self.ordered(operator, left, right),
            })
        })
    }

    fn ordered(&self, operator: &str, left: &Value, right: &Value) -> bool {
        let (left, right) = (self.number(left), self.number(right));
        match operator {
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            _ => left >= right,
        }
    }

    fn call(&self, name: &str, args: &[Expr], place: Place) -> Result<Value, String> {
        let values = args.iter().map(|arg| self.value(arg, place)).collect::<Result<Vec<_>, _>>()?;
        let own = Value::Nodes(vec![place.node]);
        let first = values.first().unwrap_or(&own);
        let text = |at: usize| values.get(at).map(|value| self.text(value)).unwrap_or_default();
        let node = || match first {
            Value::Nodes(nodes) => nodes.first().copied(),
            _ => None,
        };
        let needs = |count: usize| {
            if values.len() < count { Err(format!("{name}() needs {count} arguments")) } else { Ok(()) }
        };
        Ok(match name {
            "last" => Value::Number(place.size as f64),
            "position" => Value::Number(place.position as f64),
            "count" => match first {
                Value::Nodes(nodes) if !values.is_empty() => Value::Number(nodes.len() as f64),
                _ => return Err("count() needs nodes".to_owned()),
            },
            "sum" => match first {
                Value::Nodes(nodes) => {
                    Value::Number(nodes.iter().map(|id| self.number(&Value::Text(self.tree.text(*id)))).sum())
                }
                _ => return Err("sum() needs nodes".to_owned()),
            },
            "name" => Value::Text(node().map(|id| self.tree.qualified(id)).unwrap_or_default()),
            "local-name" => {
                Value::Text(node().map(|id| self.tree.nodes[id].name.clone()).unwrap_or_default())
            }
            "namespace-uri" => {
                Value::Text(node().map(|id| self.tree.nodes[id].namespace.clone()).unwrap_or_default())
            }
            "string" => Value::Text(self.text(first)),
            "number" => Value::Number(self.number(first)),
            "boolean" | "exists" => Value::Truth(self.truth(first)),
            "not" | "empty" => Value::Truth(!self.truth(first)),
            "true" => Value::Truth(true),
            "false" => Value::Truth(false),
            "concat" => Value::Text(values.iter().map(|value| self.text(value)).collect()),
            "starts-with" => needs(2).map(|()| Value::Truth(text(0).starts_with(&text(1))))?,
            "ends-with" => needs(2).map(|()| Value::Truth(text(0).ends_with(&text(1))))?,
            "contains" => needs(2).map(|()| Value::Truth(text(0).contains(&text(1))))?,
            "matches" => Value::Truth(crate::extract::regex::compile(&text(1))?.is_in(&text(0))?),
            "substring-before" => {
                Value::Text(text(0).split_once(&text(1)).map(|(left, _)| left.to_owned()).unwrap_or_default())
            }
            "substring-after" => Value::Text(
                text(0).split_once(&text(1)).map(|(_, right)| right.to_owned()).unwrap_or_default(),
            ),
            "substring" => {
                needs(2)?;
                let from = self.number(&values[1]).round();
                let to = values.get(2).map_or(f64::INFINITY, |length| from + self.number(length).round());
                let chars = text(0)
                    .chars()
                    .enumerate()
                    .filter(|(at, _)| {
                        let at = *at as f64 + 1.0;
                        at >= from && at < to
                    })
                    .map(|(_, c)| c)
                    .collect();
                Value::Text(chars)
            }
            "string-length" => Value::Number(self.text(first).chars().count() as f64),
            "normalize-space" => {
                Value::Text(self.text(first).split_whitespace().collect::<Vec<_>>().join(" "))
            }
            "translate" => {
                let (from, to): (Vec<char>, Vec<char>) =
                    (text(1).chars().collect(), text(2).chars().collect());
                let map = |c: char| match from.iter().position(|known| *known == c) {
                    Some(at) => to.get(at).copied(),
                    None => Some(c),
                };
                Value::Text(text(0).chars().filter_map(map).collect())
            }
            "floor" => Value::Number(self.number(first).floor()),
            "ceiling" => Value::Number(self.number(first).ceil()),
            "round" => Value::Number((self.number(first) + 0.5).floor()),
            "abs" => Value::Number(self.number(first).abs()),
            "upper-case" => Value::Text(self.text(first).to_uppercase()),
            "lower-case" => Value::Text(self.text(first).to_lowercase()),
            "string-join" => {
                let parts: Vec<String> = match first {
                    Value::Nodes(nodes) => nodes.iter().map(|id| self.tree.text(*id)).collect(),
                    other => vec![self.text(other)],
                };
                Value::Text(parts.join(&text(1)))
            }
            other => return Err(format!("no such function: {other}()")),
        })
    }
}
