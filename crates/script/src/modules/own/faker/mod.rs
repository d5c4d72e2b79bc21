//! `plimsoll/faker`: made-up people, addresses, texts and numbers; the same again for the same seed.
//!
//! Main type: [`Faker`], a generator of one user. The words are in `words`, what is made of them in `make`.

mod dates;
mod make;
mod words;

use rquickjs::{Array, Ctx, Object, Result, Value};

use super::{Random, float, instance, number, text, type_error};
use crate::error;
use crate::ffi::{Call, Member, Named, Table};
use crate::modules::Builtin;
use crate::modules::data::UserData;

pub(crate) const MODULE: Builtin =
    Builtin { name: "plimsoll/faker", exports: || Box::new([c"Faker", c"faker"].into_iter()), build };

/// The most letters, words or sentences of one call.
const MOST: f64 = 100_000.0;

/// A source of fake data.
pub(crate) struct Faker(Random);

static TABLE: Table = Table::new(&[
    Member::Method(c"address", 0, address),
    Member::Method(c"bool", 1, |call| {
        let likely = optional(call, 0, 0.5)?;
        let drawn = with(call, Random::unit)?;
        Ok(Value::new_bool(call.ctx.clone(), drawn < likely))
    }),
    Member::Method(c"city", 0, |call| made(call, |random| random.pick(words::CITIES).0.to_owned())),
    Member::Method(c"color", 0, |call| word(call, words::COLOURS)),
    Member::Method(c"company", 0, |call| made(call, make::company)),
    Member::Method(c"country", 0, |call| made(call, |random| random.pick(words::CITIES).1.to_owned())),
    Member::Method(c"countryCode", 0, |call| made(call, |random| random.pick(words::CITIES).2.to_owned())),
    Member::Method(c"creditCard", 0, |call| made(call, make::credit_card)),
    Member::Method(c"currency", 0, |call| word(call, words::CURRENCIES)),
    Member::Method(c"date", 2, date),
    Member::Method(c"digits", 1, |call| {
        counted(call, 6.0, |random, n| make::letters(random, b"0123456789", n))
    }),
    Member::Method(c"domain", 0, |call| word(call, words::DOMAINS)),
    Member::Method(c"email", 0, |call| made(call, make::email)),
    Member::Method(c"firstName", 0, |call| word(call, words::FIRST_NAMES)),
    Member::Method(c"float", 3, decimal),
    Member::Method(c"hex", 1, |call| counted(call, 8.0, make::hex)),
    Member::Method(c"hexColor", 0, |call| made(call, |random| format!("#{}", make::hex(random, 6)))),
    Member::Method(c"iban", 0, |call| made(call, make::iban)),
    Member::Method(c"int", 2, int),
    Member::Method(c"ip", 0, |call| made(call, make::ip)),
    Member::Method(c"ipv6", 0, |call| made(call, make::ipv6)),
    Member::Method(c"job", 0, |call| word(call, words::JOBS)),
    Member::Method(c"lastName", 0, |call| word(call, words::LAST_NAMES)),
    Member::Method(c"latitude", 0, |call| within(call, -90.0, 90.0, 6)),
    Member::Method(c"longitude", 0, |call| within(call, -180.0, 180.0, 6)),
    Member::Method(c"mac", 0, |call| made(call, make::mac)),
    Member::Method(c"name", 0, |call| made(call, make::name)),
    Member::Method(c"paragraph", 1, |call| counted(call, 4.0, make::paragraph)),
    Member::Method(c"password", 1, |call| counted(call, 12.0, make::password)),
    Member::Method(c"pattern", 1, |call| {
        let pattern = error::text_of(&call.ctx, &call.value(0));
        let made = with(call, |random| make::pattern(random, &pattern))?;
        text(call, &made)
    }),
    Member::Method(c"phone", 0, |call| made(call, make::phone)),
    Member::Method(c"pick", 1, pick),
    Member::Method(c"price", 2, |call| {
        let (least, most) = (optional(call, 0, 1.0)?, optional(call, 1, 1000.0)?);
        within(call, least, most, 2)
    }),
    Member::Method(c"product", 0, |call| made(call, make::product)),
    Member::Method(c"sentence", 1, |call| counted(call, 10.0, make::sentence)),
    Member::Method(c"shuffle", 1, shuffle),
    Member::Method(c"street", 0, |call| made(call, make::street)),
    Member::Method(c"userAgent", 0, |call| made(call, make::user_agent)),
    Member::Method(c"username", 0, |call| made(call, make::username)),
    Member::Method(c"uuid", 0, |call| made(call, make::uuid)),
    Member::Method(c"word", 0, |call| word(call, words::LATIN)),
    Member::Method(c"words", 1, |call| counted(call, 3.0, make::words)),
    Member::Method(c"zip", 0, |call| {
        made(call, |random| {
            let pattern = random.pick(words::CITIES).3;
            make::pattern(random, pattern)
        })
    }),
]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static CONSTRUCT: Named = Named::new(construct);
    let object = Object::new(context.clone())?;
    let class = super::class(context, c"Faker", 1, &CONSTRUCT, &TABLE)?;
    let constructor = class.as_constructor().expect("a class is a constructor");
    object.set("faker", constructor.construct::<_, Value<'js>>(())?)?;
    object.set("Faker", class)?;
    Ok(object)
}

/// `new Faker(seed)`: each user of the test has a stream of its own out of the seed. Without one, data are new at
/// each run.
fn construct<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let given = call.value(0);
    let seed = if given.is_undefined() {
        rand_core::RngCore::next_u64(&mut rand_core::OsRng)
    } else {
        let seed = given.as_number().filter(|seed| seed.fract() == 0.0 && seed.abs() < 9.1e15);
        (seed.ok_or_else(|| type_error(call, "the seed must be a whole number"))? as i64).cast_unsigned()
    };
    let mut fakers = UserData::of(call.host).fakers.borrow_mut();
    fakers.push(Faker(Random::new(seed, call.host.ids.in_test)));
    let number = fakers.len() - 1;
    drop(fakers);
    instance(call, number)
}

fn with<T>(call: &Call<'_>, work: impl FnOnce(&mut Random) -> T) -> Result<T> {
    let number = number(call)?;
    let mut fakers = UserData::of(call.host).fakers.borrow_mut();
    let faker = fakers.get_mut(number).ok_or_else(|| type_error(call, "there is no such faker"))?;
    Ok(work(&mut faker.0))
}

fn made<'js>(call: &Call<'js>, make: fn(&mut Random) -> String) -> Result<Value<'js>> {
    let made = with(call, make)?;
    text(call, &made)
}

fn word<'js>(call: &Call<'js>, list: &'static [&'static str]) -> Result<Value<'js>> {
    let word = with(call, |random| *random.pick(list))?;
    text(call, word)
}

/// A number that may be left out.
fn optional(call: &Call<'_>, place: usize, default: f64) -> Result<f64> {
    let given = call.value(place);
    if given.is_undefined() {
        return Ok(default);
    }
    let number = given.as_number().filter(|number| number.is_finite());
    number.ok_or_else(|| type_error(call, "a number is expected"))
}

fn counted<'js>(
    call: &Call<'js>,
    default: f64,
    make: impl FnOnce(&mut Random, usize) -> String,
) -> Result<Value<'js>> {
    let count = optional(call, 0, default)?;
    if !(0.0..=MOST).contains(&count) || count.fract() != 0.0 {
        return Err(type_error(call, "the count must be a whole number from 0 to 100,000"));
    }
    let made = with(call, |random| make(random, count as usize))?;
    text(call, &made)
}

/// `int(min, max)`: a whole number, both ends possible.
fn int<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (least, most) = (optional(call, 0, 0.0)?, optional(call, 1, f64::from(i32::MAX))?);
    let fits = |number: f64| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0;
    if !fits(least) || !fits(most) || least > most {
        return Err(type_error(call, "int(min, max) takes two whole numbers, the smaller one first"));
    }
    let range = (most as i64 - least as i64) as u64 + 1;
    let drawn = with(call, |random| random.below(range))?;
    Ok(float(call, (least as i64 + drawn as i64) as f64))
}

/// `float(min, max, digits)`
fn decimal<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (least, most, digits) = (optional(call, 0, 0.0)?, optional(call, 1, 1.0)?, optional(call, 2, 15.0)?);
    if !(0.0..=15.0).contains(&digits) {
        return Err(type_error(call, "the digits of a float are from 0 to 15"));
    }
    within(call, least, most, digits as i32)
}

fn within<'js>(call: &Call<'js>, least: f64, most: f64, digits: i32) -> Result<Value<'js>> {
    if least > most {
        return Err(type_error(call, "the smaller number comes first"));
    }
    let drawn = with(call, |random| least + random.unit() * (most - least))?;
    let scale = 10_f64.powi(digits);
    let rounded = (drawn * scale).round() / scale;
    Ok(float(call, if rounded.is_finite() { rounded.clamp(least, most) } else { drawn }))
}

/// `date(from, to)`: a time between two, as text; from 2000 to 2030 unless told.
fn date<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let read = |place: usize, default: &str| {
        let given = call.value(place);
        let time_ms = if given.is_undefined() {
            dates::parse(default)
        } else if let Some(text) = given.as_string() {
            dates::parse(&text.to_string()?)
        } else {
            // A number of milliseconds, or a Date, which converts to one.
            given
                .get::<rquickjs::Coerced<f64>>()
                .ok()
                .filter(|time| time.0.abs() < 8.64e15)
                .map(|time| time.0 as i64)
        };
        time_ms.ok_or_else(|| type_error(call, "dates are written as 2024-12-31 or 2024-12-31T23:59:59Z"))
    };
    let (from, to) = (read(0, "2000-01-01")?, read(1, "2030-01-01")?);
    if from > to {
        return Err(type_error(call, "the earlier date comes first"));
    }
    let drawn = with(call, |random| random.below((to - from) as u64 + 1))?;
    text(call, &dates::format(from + drawn as i64))
}

/// An address whose parts belong together.
fn address<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (street, place, zip) = with(call, |random| {
        let street = make::street(random);
        let place = *random.pick(words::CITIES);
        (street, place, make::pattern(random, place.3))
    })?;
    let object = Object::new(call.ctx.clone())?;
    let (city, country, code, _) = place;
    let members = [
        ("street", street.as_str()),
        ("zip", &zip),
        ("city", city),
        ("country", country),
        ("countryCode", code),
    ];
    for (name, value) in members {
        object.set(name, value)?;
    }
    Ok(object.into_value())
}

fn list<'js>(call: &Call<'js>) -> Result<Array<'js>> {
    let list = call.value(0);
    list.as_array().cloned().ok_or_else(|| type_error(call, "an array is expected"))
}

/// One element of an array.
fn pick<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    // A SharedArray is read like any object, one element only.
    let list = call.value(0);
    let Some(list) =
        list.as_object().filter(|object| object.is_array() || object.contains_key("length").unwrap_or(false))
    else {
        return Err(type_error(call, "an array is expected"));
    };
    let length: f64 = list.get("length")?;
    if length < 1.0 {
        return Err(type_error(call, "there is nothing in the array to pick from"));
    }
    let place = with(call, |random| random.below(length as u64))?;
    list.get(place as u32)
}

/// A copy of an array in another order.
fn shuffle<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let mut elements = list(call)?.iter::<Value<'js>>().collect::<Result<Vec<_>>>()?;
    with(call, |random| random.shuffle(&mut elements))?;
    let shuffled = Array::new(call.ctx.clone())?;
    for (place, element) in elements.into_iter().enumerate() {
        shuffled.set(place, element)?;
    }
    Ok(shuffled.into_value())
}
