//! Functions that templates may call.
//!
//! Main types: [`Functions`], what there is in a test, and [`Expression`], a call as people write it though
//! Artillery's templates know no such form. [`BUILT_IN`] are Artillery's own, [`EXTENSIONS`] those that many scripts
//! call in vain.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::template::Scope;
use super::{fake, js};
use crate::random::Random;

/// What a function makes of its arguments; `None` is undefined.
pub type Make = fn(&[Option<Value>], &mut Random) -> Option<Value>;

/// A function with what the documentation says of it.
pub struct Function {
    /// Its name, with the `$`.
    pub name: &'static str,
    /// What it makes.
    pub does: &'static str,
    make: Make,
}

/// Artillery's own.
pub static BUILT_IN: &[Function] = &[
    Function {
        name: "$randomNumber",
        does: "a whole number from the first to the second argument, as text",
        make: random_number,
    },
    Function {
        name: "$randomString",
        does: "letters and digits, ten or as many as asked for",
        make: random_string,
    },
    Function { name: "$template", does: "nothing in a template, where it gets no text", make: |_, _| None },
];

/// What scripts call though Artillery has it not.
pub static EXTENSIONS: &[Function] = &[
    Function {
        name: "$randomInt",
        does: "a whole number from the first to the second argument",
        make: random_int,
    },
    Function { name: "$randomFloat", does: "a number between the arguments", make: random_float },
    Function {
        name: "$randomItem",
        does: "an item of a list: of `config.variables` the whole list",
        make: random_item,
    },
    Function { name: "$randomElement", does: "the same", make: random_item },
    Function { name: "$randomArrayElement", does: "the same", make: random_item },
    Function { name: "$randomFromArray", does: "the same", make: random_item },
    Function { name: "$randomChoice", does: "the same", make: random_item },
    Function { name: "$pick", does: "the same", make: random_item },
    Function {
        name: "$randomBoolean",
        does: "true or false",
        make: |_, random| Some(Value::Bool(random.below(2) == 1)),
    },
    Function {
        name: "$randomEmail",
        does: "an e-mail address",
        make: |_, random| fake::call("$internetEmail", random),
    },
    Function { name: "$randomDate", does: "a day of the last year", make: random_date },
    Function { name: "$randomUUID", does: "a UUID", make: uuid },
    Function { name: "$randomUuid", does: "a UUID", make: uuid },
    Function {
        name: "$uuid",
        does: "a UUID, another each time; without brackets it is the user's",
        make: uuid,
    },
    Function { name: "$guid", does: "a UUID", make: uuid },
    Function {
        name: "$randomFirstName",
        does: "a first name",
        make: |_, random| fake::call("$personFirstName", random),
    },
    Function {
        name: "$randomLastName",
        does: "a last name",
        make: |_, random| fake::call("$personLastName", random),
    },
    Function {
        name: "$randomFullName",
        does: "both",
        make: |_, random| fake::call("$personFullName", random),
    },
    Function { name: "$randomName", does: "both", make: |_, random| fake::call("$personFullName", random) },
    Function {
        name: "$randomUserName",
        does: "a name to log in with",
        make: |_, random| fake::call("$internetUserName", random),
    },
    Function {
        name: "$randomPassword",
        does: "a password",
        make: |_, random| fake::call("$internetPassword", random),
    },
    Function {
        name: "$randomPhoneNumber",
        does: "a telephone number",
        make: |_, random| fake::call("$phoneNumber", random),
    },
    Function {
        name: "$randomProductName",
        does: "the name of a product",
        make: |_, random| fake::call("$commerceProductName", random),
    },
    Function {
        name: "$randomCity",
        does: "the name of a city",
        make: |_, random| fake::call("$locationCity", random),
    },
    Function {
        name: "$randomCountry",
        does: "the name of a country",
        make: |_, random| fake::call("$locationCountry", random),
    },
    Function { name: "$randomWord", does: "a word", make: |_, random| fake::call("$loremWord", random) },
    Function {
        name: "$timestamp",
        does: "seconds since 1970",
        make: |_, _| Some(Value::from(model_seconds())),
    },
    Function {
        name: "$isoTimestamp",
        does: "the time by ISO 8601",
        make: |_, _| Some(Value::from(iso(model_seconds()))),
    },
];

/// The functions of one test.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    fake: bool,
    strict: bool,
    /// Values in place of others that are missing are understood, though nothing else of ours is.
    choices: bool,
    /// `config.variables` as it is written, for functions that take a whole list.
    lists: Arc<Map<String, Value>>,
}

impl Functions {
    /// Artillery's own, those of fake-data when `fake`, and unless `strict` ours.
    #[must_use]
    pub fn new(fake: bool, strict: bool, lists: Map<String, Value>) -> Self {
        Self { fake, strict, choices: !strict, lists: Arc::new(lists) }
    }

    /// Those of the configuration, which is read once for all users: Artillery's own, and unless `strict` values in
    /// place of others that are missing.
    #[must_use]
    pub fn of_configuration(fake: bool, strict: bool) -> Self {
        Self { fake, strict: true, choices: !strict, lists: Arc::default() }
    }

    /// Whether nothing of ours is to work.
    #[must_use]
    pub fn has_nothing_of_ours(&self) -> bool {
        self.strict && !self.choices
    }

    /// Whether Artillery would have it.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        BUILT_IN.iter().any(|function| function.name == name) || (self.fake && fake::has(name))
    }

    /// Their names, as hooks see them.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let fake = if self.fake { fake::names() } else { Vec::new() };
        BUILT_IN.iter().map(|function| function.name).chain(fake).collect()
    }

    /// Calls a function that Artillery would have; nothing at all when it has not.
    pub fn call(
        &self,
        name: &str,
        arguments: &[Option<Value>],
        random: &mut Random,
    ) -> Option<Option<Value>> {
        if let Some(function) = BUILT_IN.iter().find(|function| function.name == name) {
            return Some((function.make)(arguments, random));
        }
        (self.fake && fake::has(name)).then(|| fake::call(name, random))
    }
}

/// A call of an extension, with what is taken of its result: `$randomItem(users)[0]`.
#[derive(Clone, Debug)]
pub struct Expression {
    /// As it was written.
    pub source: Box<str>,
    name: Box<str>,
    extension: Option<Make>,
    arguments: Vec<Argument>,
    path: Vec<String>,
    /// It is written without brackets, as a variable would be; one of that name goes first.
    bare: bool,
    /// Not a call but values of which the first that is true counts: `$env.URL || 'http://localhost'`.
    choices: Vec<Argument>,
}

#[derive(Clone, Debug)]
enum Argument {
    Value(Value),
    Name(Box<str>),
}

impl Expression {
    /// Reads a call; nothing when it is none of a function that there is.
    #[must_use]
    pub fn parse(source: &str, functions: &Functions) -> Option<Self> {
        if source.contains("||") {
            return Self::choice(source, functions);
        }
        if functions.strict {
            return None;
        }
        let Some(open) = source.find('(') else { return Self::bare(source, functions) };
        let name = source[..open].trim();
        let close = closing(source, open)?;
        let known = functions.has(name);
        let extension =
            EXTENSIONS.iter().find(|function| function.name == name).map(|function| function.make);
        // What both forms understand, the original's rules do.
        if !known && extension.is_none() {
            return None;
        }
        let path = source[close + 1..].trim();
        if !(path.is_empty() || path.starts_with(['.', '['])) {
            return None;
        }
        let arguments =
            split(&source[open + 1..close]).into_iter().map(argument).collect::<Option<Vec<_>>>()?;
        let extension = if known { None } else { extension };
        let (source, name) = (source.into(), name.into());
        let path = js::keys(path.trim_start_matches('.'));
        Some(Self { source, name, extension, arguments, path, bare: false, choices: Vec::new() })
    }

    /// Values of which one takes the place of the other.
    fn choice(source: &str, functions: &Functions) -> Option<Self> {
        let choices = source.split("||").map(argument).collect::<Option<Vec<_>>>()?;
        functions.choices.then(|| Self {
            source: source.into(),
            name: "".into(),
            extension: None,
            arguments: Vec::new(),
            path: Vec::new(),
            bare: false,
            choices,
        })
    }

    /// A function's name without brackets, which many scripts write: `{{ $timestamp }}`.
    fn bare(name: &str, functions: &Functions) -> Option<Self> {
        let mut known = EXTENSIONS.iter().chain(BUILT_IN.iter().filter(|own| own.name == "$randomString"));
        let function = known.find(|function| function.name == name)?;
        // What a script defines is its own.
        if functions.lists.contains_key(name) {
            return None;
        }
        Some(Self {
            source: name.into(),
            name: name.into(),
            extension: Some(function.make),
            arguments: Vec::new(),
            path: Vec::new(),
            bare: true,
            choices: Vec::new(),
        })
    }

    /// Whether only we have it.
    #[must_use]
    pub fn is_extension(&self) -> bool {
        self.extension.is_some() || !self.choices.is_empty()
    }

    /// The value.
    #[must_use]
    pub fn value(&self, scope: &mut Scope<'_>) -> Option<Value> {
        if self.bare
            && let Some(value) = scope.vars.get(&self.name)
        {
            return Some(value.into_owned());
        }
        if let Some((last, others)) = self.choices.split_last() {
            let variable = |choice: &Argument| match choice {
                Argument::Value(value) => Some(value.clone()),
                Argument::Name(name) => scope.vars.get(name).map(std::borrow::Cow::into_owned),
            };
            let found = others.iter().map(variable).find(|value| js::is_true(value.as_ref()));
            return found.unwrap_or_else(|| variable(last));
        }
        let arguments: Vec<Option<Value>> = self
            .arguments
            .iter()
            .map(|argument| match argument {
                Argument::Value(value) => Some(value.clone()),
                Argument::Name(name) => match scope.functions.lists.get(&**name) {
                    Some(list @ Value::Array(_)) => Some(list.clone()),
                    _ => scope.vars.get(name).map(std::borrow::Cow::into_owned),
                },
            })
            .collect();
        let mut value = match self.extension {
            Some(make) => make(&arguments, scope.random)?,
            None => scope.functions.call(&self.name, &arguments, scope.random)??,
        };
        for key in &self.path {
            value = js::member(&value, key)?.to_value();
        }
        Some(value)
    }
}

/// The place of the bracket that closes the one at `open`; texts in quotes are passed over.
fn closing(source: &str, open: usize) -> Option<usize> {
    let (mut depth, mut quote) = (0usize, None);
    for (place, c) in source.char_indices().skip_while(|(place, _)| *place < open) {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return (c == ')').then_some(place);
                }
            }
            _ => {}
        }
    }
    None
}

fn split(inside: &str) -> Vec<&str> {
    if inside.trim().is_empty() {
        return Vec::new();
    }
    let (mut depth, mut quote, mut from) = (0i32, None, 0);
    let mut parts = Vec::new();
    for (place, c) in inside.char_indices() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&inside[from..place]);
                from = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[from..]);
    parts
}

fn argument(text: &str) -> Option<Argument> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Some(Argument::Value(Value::from(inner)));
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let items = split(inner).into_iter().map(argument).collect::<Option<Vec<_>>>()?;
        let items =
            items.into_iter().map(|item| if let Argument::Value(value) = item { Some(value) } else { None });
        return Some(Argument::Value(Value::Array(items.collect::<Option<_>>()?)));
    }
    if let Ok(value) = serde_json::from_str(text) {
        return Some(Argument::Value(js::normal(value)));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.' | '[' | ']' | '-');
    (!text.is_empty() && text.chars().all(is_name)).then(|| Argument::Name(text.into()))
}

fn number_at(arguments: &[Option<Value>], place: usize) -> f64 {
    js::number_of(arguments.get(place).and_then(Option::as_ref))
}

fn random_number(arguments: &[Option<Value>], random: &mut Random) -> Option<Value> {
    let (low, high) = (number_at(arguments, 0), number_at(arguments, 1));
    if low.is_nan() || high.is_nan() {
        return Some(Value::from("NaN"));
    }
    Some(Value::from(random.between(low as i64, high as i64)))
}

fn random_int(arguments: &[Option<Value>], random: &mut Random) -> Option<Value> {
    let (low, high) = (number_at(arguments, 0), number_at(arguments, 1));
    let (low, high) = match (low.is_nan(), high.is_nan()) {
        (false, false) => (low, high),
        (false, true) => (0.0, low),
        _ => (0.0, 100.0),
    };
    Some(Value::from(random.between(low.min(high) as i64, low.max(high) as i64)))
}

fn random_float(arguments: &[Option<Value>], random: &mut Random) -> Option<Value> {
    let (low, high) = (number_at(arguments, 0), number_at(arguments, 1));
    let (low, high) = if low.is_nan() || high.is_nan() { (0.0, 1.0) } else { (low, high) };
    Some(js::number(low + (high - low) * random.unit()))
}

fn random_string(arguments: &[Option<Value>], random: &mut Random) -> Option<Value> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let length = number_at(arguments, 0);
    let length = if length.is_nan() { 10 } else { length.clamp(0.0, 1e6) as usize };
    let letters = (0..length).map(|_| char::from(LETTERS[random.below(62) as usize]));
    Some(Value::from(letters.collect::<String>()))
}

fn random_item(arguments: &[Option<Value>], random: &mut Random) -> Option<Value> {
    match arguments.first().and_then(Option::as_ref)? {
        Value::Array(items) => items.get(random.below(items.len() as u64) as usize).cloned(),
        one if arguments.len() == 1 => Some(one.clone()),
        _ => arguments.get(random.below(arguments.len() as u64) as usize).cloned().flatten(),
    }
}

fn random_date(_: &[Option<Value>], random: &mut Random) -> Option<Value> {
    const YEAR_S: u64 = 365 * 24 * 3600;
    let at = model_seconds().saturating_sub(random.below(YEAR_S));
    Some(Value::from(iso(at)[..10].to_owned()))
}

fn uuid(_: &[Option<Value>], random: &mut Random) -> Option<Value> {
    Some(Value::from(make_uuid(random)))
}

/// A random UUID.
#[must_use]
pub fn make_uuid(random: &mut Random) -> String {
    let high = random.next() & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = random.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// Seconds since 1970.
fn model_seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A time by ISO 8601, from seconds since 1970.
fn iso(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // The civil calendar from days, counted in eras of 400 years that begin in March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.000Z", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let check = |seconds, wanted: &str| assert_eq!(iso(seconds), wanted);
        check(0, "1970-01-01T00:00:00.000Z");
        check(951_782_400, "2000-02-29T00:00:00.000Z");
        check(1_735_689_599, "2024-12-31T23:59:59.000Z");
    }

    #[test]
    fn uuids_have_their_form() {
        let uuid = make_uuid(&mut Random::new(1, 1));
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
        assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"), "{uuid}");
    }
}
