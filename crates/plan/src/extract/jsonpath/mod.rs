//! JSONPath, in the dialects of the libraries that other tools use.
//!
//! Main type: [`Path`], read once and used again and again. It is read by [`reader`]; expressions in brackets are in [`filter`]. Nothing is
//! evaluated as code.

mod filter;
mod reader;

use std::fmt;

use serde_json::Value;

use filter::Expression;
use reader::Reader;

/// Whose rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// JSONPath-plus, of JavaScript: a negative index is a name that nothing has, lists and texts have a `length`,
    /// `^` and `~` lead to parents and keys.
    Plus,
    /// Jayway's, of Java: negative indices count from the end, functions such as `.length()` stand at the end.
    Jayway,
}

/// A path.
#[derive(Clone, Debug)]
pub struct Path {
    steps: Vec<Step>,
    dialect: Dialect,
    function: Option<Function>,
}

#[derive(Clone, Debug)]
enum Step {
    Name(String),
    Names(Vec<String>),
    Index(i64),
    Indices(Vec<i64>),
    Slice(Option<i64>, Option<i64>, i64),
    All,
    /// Everything below, this included; what follows is looked for in each.
    Below,
    Filter(Expression),
    Computed(Expression),
    Parent,
    Keys,
}

/// What is made of all results together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Function {
    Length,
    Min,
    Max,
    Sum,
    Avg,
    Keys,
}

/// Why a text is no path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the beginning.
    pub at: usize,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.at + 1)
    }
}

/// A place in the document.
#[derive(Clone)]
struct Found<'d> {
    value: At<'d>,
    parent: Option<&'d Value>,
    key: Option<Key<'d>>,
}

#[derive(Clone)]
enum At<'d> {
    Kept(&'d Value),
    Made(Value),
}

#[derive(Clone, Copy, Debug)]
enum Key<'d> {
    Name(&'d str),
    Index(usize),
}

impl Key<'_> {
    fn to_value(self) -> Value {
        match self {
            Self::Name(name) => Value::from(name),
            Self::Index(index) => Value::from(index),
        }
    }
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, Invalid> {
        Reader::new(text, dialect).path()
    }

    /// The same path in our own plans, `a.b[0]`; nothing when it can lead to several places.
    #[must_use]
    pub fn plain(&self) -> Option<String> {
        let mut path = String::new();
        for step in &self.steps {
            match step {
                Step::Name(name)
                    if !name.is_empty() && !name.contains(['.', '[', ']', '\'', '"', '{', '}']) =>
                {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Step::Index(index) if *index >= 0 => path.push_str(&format!("[{index}]")),
                _ => return None,
            }
        }
        self.function.is_none().then_some(path)
    }

    /// Whether it can have one result only: names and indices all the way.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        // What contains something is one, however it was found.
        let from = self.steps.iter().rposition(|step| matches!(step, Step::Parent)).unwrap_or(0);
        self.steps[from..].iter().all(|step| {
            matches!(step, Step::Name(_) | Step::Index(_) | Step::Computed(_) | Step::Parent | Step::Keys)
        })
    }

    /// What it leads to, in the order of the document.
    #[must_use]
    pub fn find(&self, document: &Value) -> Vec<Value> {
        let mut found = vec![Found { value: At::Kept(document), parent: None, key: None }];
        for step in &self.steps {
            let mut next = Vec::new();
            for place in found {
                self.follow(step, &place, document, &mut next);
            }
            found = next;
        }
        let values = found.into_iter().map(|place| match place.value {
            At::Kept(value) => value.clone(),
            At::Made(value) => value,
        });
        let values: Vec<Value> = values.collect();
        match self.function {
            None => values,
            Some(function) => function.of(&values, self.is_definite()).into_iter().collect(),
        }
    }

    fn follow<'d>(&self, step: &Step, place: &Found<'d>, root: &'d Value, next: &mut Vec<Found<'d>>) {
        let At::Kept(value) = place.value else { return };
        match step {
            Step::Name(name) => self.member(value, name, next),
            Step::Names(names) => names.iter().for_each(|name| self.member(value, name, next)),
            Step::Index(index) => self.item(value, *index, next),
            Step::Indices(indices) => indices.iter().for_each(|index| self.item(value, *index, next)),
            Step::Slice(start, end, step) => slice(value, *start, *end, *step, next),
            Step::All => next.extend(children(value)),
            Step::Below => below(place, value, next),
            Step::Filter(condition) => {
                next.extend(children(value).filter(|child| {
                    let At::Kept(inner) = child.value else { return false };
                    condition.holds(&filter::Here {
                        this: inner,
                        root,
                        key: child.key.map(Key::to_value),
                        parent: Some(value),
                    })
                }));
            }
            Step::Computed(expression) => {
                let key = place.key.map(Key::to_value);
                match expression.value(&filter::Here { this: value, root, key, parent: place.parent }) {
                    Some(Value::Number(number)) => {
                        if let Some(index) = number.as_i64() {
                            self.item(value, index, next);
                        }
                    }
                    Some(Value::String(name)) => self.member(value, &name, next),
                    _ => {}
                }
            }
            Step::Parent => next.extend(place.parent.map(|parent| Found {
                value: At::Kept(parent),
                parent: None,
                key: None,
            })),
            Step::Keys => {
                next.extend(place.key.map(|key| Found {
                    value: At::Made(match key {
                        Key::Index(index) => Value::from(index.to_string()),
                        Key::Name(name) => Value::from(name),
                    }),
                    parent: None,
                    key: None,
                }));
            }
        }
    }

    fn member<'d>(&self, value: &'d Value, name: &str, next: &mut Vec<Found<'d>>) {
        match value {
            Value::Object(members) => {
                if let Some((key, inner)) = members.get_key_value(name) {
                    next.push(Found {
                        value: At::Kept(inner),
                        parent: Some(value),
                        key: Some(Key::Name(key)),
                    });
                }
            }
            Value::Array(items) => {
                if let Ok(index) = name.parse::<usize>() {
                    if let Some(inner) = items.get(index) {
                        next.push(Found {
                            value: At::Kept(inner),
                            parent: Some(value),
                            key: Some(Key::Index(index)),
                        });
                    }
                } else if name == "length" && self.dialect == Dialect::Plus {
                    next.push(Found {
                        value: At::Made(Value::from(items.len())),
                        parent: Some(value),
                        key: None,
                    });
                }
            }
            Value::String(text) if name == "length" && self.dialect == Dialect::Plus => next.push(Found {
                value: At::Made(Value::from(text.encode_utf16().count())),
                parent: Some(value),
                key: None,
            }),
            _ => {}
        }
    }

    fn item<'d>(&self, value: &'d Value, index: i64, next: &mut Vec<Found<'d>>) {
        let Value::Array(items) = value else { return self.member(value, &index.to_string(), next) };
        let index =
            if index < 0 && self.dialect == Dialect::Jayway { index + items.len() as i64 } else { index };
        if let Ok(index) = usize::try_from(index)
            && let Some(inner) = items.get(index)
        {
            next.push(Found { value: At::Kept(inner), parent: Some(value), key: Some(Key::Index(index)) });
        }
    }
}

fn children<'d>(value: &'d Value) -> Box<dyn Iterator<Item = Found<'d>> + 'd> {
    match value {
        Value::Object(members) => Box::new(members.iter().map(move |(key, inner)| Found {
            value: At::Kept(inner),
            parent: Some(value),
            key: Some(Key::Name(key)),
        })),
        Value::Array(items) => Box::new(items.iter().enumerate().map(move |(index, inner)| Found {
            value: At::Kept(inner),
            parent: Some(value),
            key: Some(Key::Index(index)),
        })),
        _ => Box::new(std::iter::empty()),
    }
}

/// The place and all that is below it, the outer before the inner.
fn below<'d>(place: &Found<'d>, value: &'d Value, next: &mut Vec<Found<'d>>) {
    let mut waiting = vec![Found { value: At::Kept(value), ..place.clone() }];
    while let Some(place) = waiting.pop() {
        let At::Kept(value) = place.value else { continue };
        next.push(place);
        let start = waiting.len();
        waiting.extend(
            children(value)
                .filter(|child| matches!(child.value, At::Kept(Value::Array(_) | Value::Object(_)))),
        );
        waiting[start..].reverse();
    }
}

fn slice<'d>(value: &'d Value, start: Option<i64>, end: Option<i64>, step: i64, next: &mut Vec<Found<'d>>) {
    let Value::Array(items) = value else { return };
    let length = items.len() as i64;
    let place = |place: i64| if place < 0 { (place + length).max(0) } else { place.min(length) };
    let (mut at, end) = (place(start.unwrap_or(0)), place(end.unwrap_or(length)));
    while at < end && step > 0 {
        let index = at as usize;
        next.push(Found {
            value: At::Kept(&items[index]),
            parent: Some(value),
            key: Some(Key::Index(index)),
        });
        at += step;
    }
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "length" | "size" => Self::Length,
            "min" => Self::Min,
            "max" => Self::Max,
            "sum" => Self::Sum,
            "avg" => Self::Avg,
            "keys" => Self::Keys,
            _ => return None,
        })
    }

    fn of(self, values: &[Value], definite: bool) -> Option<Value> {
        let items: Vec<&Value> = match values {
            [Value::Array(items)] if definite => items.iter().collect(),
            _ => values.iter().collect(),
        };
        let numbers: Vec<f64> = items.iter().filter_map(|item| item.as_f64()).collect();
        match self {
            Self::Length => match values {
                [Value::String(text)] if definite => Some(Value::from(text.chars().count())),
                [Value::Object(members)] if definite => Some(Value::from(members.len())),
                _ => Some(Value::from(items.len())),
            },
            Self::Keys => match values {
                [Value::Object(members)] => Some(members.keys().cloned().collect()),
                _ => None,
            },
            Self::Min => numbers.into_iter().reduce(f64::min).map(Value::from),
            Self::Max => numbers.into_iter().reduce(f64::max).map(Value::from),
            Self::Sum => Some(Value::from(numbers.iter().sum::<f64>())),
            Self::Avg if numbers.is_empty() => None,
            Self::Avg => Some(Value::from(numbers.iter().sum::<f64>() / numbers.len() as f64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shop() -> Value {
        json!({
            "name": {"first": "Tom"},
            "age": 37,
            "fav.movie": "Deer Hunter",
            "children": ["Sara", "Alex", "Jack"],
            "friends": [
                {"first": "Dale", "age": 44, "nets": ["ig", "fb"]},
                {"first": "Roger", "age": 68, "nets": ["fb"]},
                {"first": "Jane", "age": 47, "nets": []},
            ],
        })
    }

    #[test]
    fn paths_lead_where_they_say() {
        let check = |dialect, path: &str, wanted: Value| {
            let found =
                Path::parse(path, dialect).unwrap_or_else(|why| panic!("{path}: {why}")).find(&shop());
            assert_eq!(Value::from(found), wanted, "{path}");
        };
        for dialect in [Dialect::Plus, Dialect::Jayway] {
            check(dialect, "$.name.first", json!(["Tom"]));
            check(dialect, "name.first", json!(["Tom"]));
            check(dialect, "$['fav.movie']", json!(["Deer Hunter"]));
            check(dialect, "$.children[1]", json!(["Alex"]));
            check(dialect, "$.children[0,2]", json!(["Sara", "Jack"]));
            check(dialect, "$.children[1:3]", json!(["Alex", "Jack"]));
            check(dialect, "$.children[-1:]", json!(["Jack"]));
            check(dialect, "$.children[::2]", json!(["Sara", "Jack"]));
            check(dialect, "$.friends[*].first", json!(["Dale", "Roger", "Jane"]));
            check(dialect, "$..nets", json!([["ig", "fb"], ["fb"], []]));
            check(dialect, "$.friends[?(@.age > 60)].first", json!(["Roger"]));
            check(dialect, "$.friends[?(@.age > 45 && @.first != 'Jane')].first", json!(["Roger"]));
            check(dialect, "$.friends[(@.length-1)].first", json!(["Jane"]));
            check(dialect, "$['name','age']", json!([{"first": "Tom"}, 37]));
            check(dialect, "$.nope.deeper", json!([]));
            check(dialect, "$", json!([shop()]));
            check(dialect, "$..first", json!(["Tom", "Dale", "Roger", "Jane"]));
        }
        check(Dialect::Plus, "$.children.length", json!([3]));
        check(Dialect::Plus, "$.children[*].length", json!([4, 4, 4]));
        check(Dialect::Plus, "$.friends[?(@.age === '44')].first", json!([]));
        check(Dialect::Plus, "$.friends[?(@.age == '44')].first", json!(["Dale"]));
        check(Dialect::Plus, "$.children[-1]", json!([]));
        check(Dialect::Plus, "$.name.first^", json!([{"first": "Tom"}]));
        check(Dialect::Plus, "$.name.*~", json!(["first"]));
        check(Dialect::Plus, "$.children[1]~", json!(["1"]));
        check(Dialect::Jayway, "$.children[-1]", json!(["Jack"]));
        check(Dialect::Jayway, "$.children.length()", json!([3]));
        check(Dialect::Jayway, "$.friends[*].age.max()", json!([68.0]));
    }

    #[test]
    fn mistakes_have_a_place() {
        let check = |path: &str, at: usize| {
            let wrong = Path::parse(path, Dialect::Jayway).expect_err(path);
            assert_eq!(wrong.at, at, "{path}: {wrong}");
        };
        check("", 0);
        check("$.a[", 3);
        check("$.a[?(@.x ==)]", 3);
        check("$.", 2);
        check("$x", 1);
    }
}
