//! What `setup()` returned as the JSON that users, `teardown()` and the summary get, by the rules of Go, which k6
//! follows: a function or a number that is none is refused, `undefined` is `null`, bytes are Base64, the entries of
//! a map are pairs, members are in the order of their names, and no `toJSON` is asked
//! where an object has members.
//!
//! Main function: [`encode`]. It does not parse what it wrote.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rquickjs::function::This;
use rquickjs::{Array, Ctx, Function, Object, Result, Value};

use crate::modules::globals;
use crate::{error, ffi};

/// What became of a value: nothing more to say, or why it has no JSON.
type Encoded = Result<std::result::Result<(), String>>;

/// `value` as JSON, or why it cannot be written, in Go's words.
///
/// # Errors
/// What a getter or iterator of the value threw.
pub(super) fn encode<'js>(
    context: &Ctx<'js>,
    value: &Value<'js>,
) -> Result<std::result::Result<String, String>> {
    let mut encoder =
        Encoder { context, text: String::new(), open: Vec::new(), todo: vec![Step::Value(value.clone())] };
    while let Some(step) = encoder.todo.pop() {
        if let Err(refusal) = encoder.take(step)? {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(encoder.text))
}

/// A part of what is still to be written.
enum Step<'js> {
    Value(Value<'js>),
    /// A comma, or the name of a member.
    Text(String),
    /// The end of the innermost open list or object.
    Close(char),
}

/// Works from a list and not by recursion: a script nests as deeply as it likes, on a small stack.
struct Encoder<'a, 'js> {
    context: &'a Ctx<'js>,
    text: String,
    /// The values around the one that is being written.
    open: Vec<Value<'js>>,
    /// What comes next is last.
    todo: Vec<Step<'js>>,
}

impl<'js> Encoder<'_, 'js> {
    fn take(&mut self, step: Step<'js>) -> Encoded {
        match step {
            Step::Value(value) => return self.value(&value),
            Step::Text(text) => self.text.push_str(&text),
            Step::Close(bracket) => {
                self.text.push(bracket);
                self.open.pop();
            }
        }
        Ok(Ok(()))
    }

    fn value(&mut self, value: &Value<'js>) -> Encoded {
        if let Some(flag) = value.as_bool() {
            self.text.push_str(if flag { "true" } else { "false" });
        } else if let Some(number) = value.as_number() {
            return Ok(self.number(number));
        } else if value.is_string() {
            self.by_javascript(value)?;
        } else if let Some(symbol) = value.as_symbol() {
            self.todo.push(Step::Value(symbol.description()?));
        } else if value.is_object() {
            return self.nested(value);
        } else if value.is_undefined() || value.is_null() {
            self.text.push_str("null");
        } else {
            // A big integer.
            let digits = error::try_text_of(self.context, value)?;
            self.text.push_str(&digits);
        }
        Ok(Ok(()))
    }

    fn number(&mut self, number: f64) -> std::result::Result<(), String> {
        /// From here on not every whole number is its own.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.is_nan() {
            return Err("json: unsupported value: NaN".to_owned());
        }
        if number.is_infinite() {
            let sign = if number > 0.0 { '+' } else { '-' };
            return Err(format!("json: unsupported value: {sign}Inf"));
        }
        if number.fract() == 0.0 && number.abs() < EXACT && (number != 0.0 || number.is_sign_positive()) {
            self.text.push_str(&(number as i64).to_string());
        } else {
            self.text.push_str(&serde_json::Value::from(number).to_string());
        }
        Ok(())
    }

    /// `JSON.stringify`.
    fn by_javascript(&mut self, value: &Value<'js>) -> Result<()> {
        match self.context.json_stringify(value.clone())? {
            Some(json) => self.text.push_str(&json.to_string()?),
            None => self.text.push_str("null"),
        }
        Ok(())
    }

    fn nested(&mut self, value: &Value<'js>) -> Encoded {
        if value.is_function() {
            return Ok(Err(format!("json: unsupported type: {}", globals::go_type(value))));
        }
        if self.open.contains(value) {
            let kind = globals::go_type(value);
            return Ok(Err(format!("json: unsupported value: encountered a cycle via {kind}")));
        }
        let object = value.as_object().expect("only objects are nested");
        match ffi::kind_of(value) {
            "array" => self.list(value, value.as_array().expect("its kind says so").iter())?,
            "date" => return self.date(object),
            "map" | "set" => {
                let from: Function<'js> =
                    self.context.globals().get::<_, Object<'js>>("Array")?.get("from")?;
                let entries: Array<'js> = from.call((value.clone(),))?;
                self.list(value, entries.iter())?;
            }
            "typedarray" if ffi::is_byte_array(value) => {
                let bytes = globals::bytes_of(value).unwrap_or_default();
                self.text.push('"');
                STANDARD.encode_string(&bytes, &mut self.text);
                self.text.push('"');
            }
            "typedarray" => {
                let length: u32 = object.get("length")?;
                self.list(value, (0..length).map(|index| object.get(index)))?;
            }
            "object" | "error" => self.members(object)?,
            "arraybuffer" | "regexp" => self.text.push_str("{}"),
            _ => self.by_javascript(value)?,
        }
        Ok(Ok(()))
    }

    fn list(&mut self, list: &Value<'js>, items: impl Iterator<Item = Result<Value<'js>>>) -> Result<()> {
        let start = self.begin(list, '[', ']');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.todo.push(Step::Text(",".to_owned()));
            }
            self.todo.push(Step::Value(item?));
        }
        self.todo[start..].reverse();
        Ok(())
    }

    fn members(&mut self, object: &Object<'js>) -> Result<()> {
        let mut names = object.keys::<String>().collect::<Result<Vec<_>>>()?;
        if names.is_empty() && object.get::<_, Value<'js>>("toJSON")?.is_function() {
            // A class that keeps its state to itself, such as URL, would lose it.
            return self.by_javascript(object.as_value());
        }
        names.sort_unstable();
        let start = self.begin(object.as_value(), '{', '}');
        for (index, name) in names.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            self.todo.push(Step::Text(format!("{comma}{}:", serde_json::Value::from(name.as_str()))));
            self.todo.push(Step::Value(object.get(name.as_str())?));
        }
        self.todo[start..].reverse();
        Ok(())
    }

    /// Opens a list or an object; its parts go into `todo` from the place that is returned on.
    fn begin(&mut self, value: &Value<'js>, bracket: char, end: char) -> usize {
        self.text.push(bracket);
        self.open.push(value.clone());
        self.todo.push(Step::Close(end));
        self.todo.len()
    }

    /// A moment without the zeros at the end of its fraction, in UTC. One that is none is `null`.
    fn date(&mut self, date: &Object<'js>) -> Encoded {
        let call = |name: &str| -> Result<Value<'js>> {
            let function: Function<'js> = date.get(name)?;
            function.call((This(date.clone()),))
        };
        if call("getTime")?.as_number().is_none_or(f64::is_nan) {
            self.text.push_str("null");
            return Ok(Ok(()));
        }
        let shown = error::try_text_of(self.context, &call("toISOString")?)?;
        if shown.starts_with(['+', '-']) {
            return Ok(Err(
                "json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: year outside \
                           of range [0,9999]"
                    .to_owned(),
            ));
        }
        // There is always a fraction, at whose point the zeros end.
        let moment = shown.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
        self.text.push_str(&serde_json::Value::from(format!("{moment}Z")).to_string());
        Ok(Ok(()))
    }
}
