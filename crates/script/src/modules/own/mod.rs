//! Modules of our own, under `plimsoll/`: rows that are taken once, fake data, GraphQL, state that users share.
//!
//! Their names and members are in `crates/cli/types/plimsoll.d.ts`, too.

pub(super) mod faker;
pub(super) mod graphql;
pub(super) mod rows;
pub(super) mod state;

pub(crate) use faker::Faker;
pub use graphql::OperationKind;
pub(crate) use graphql::{Documents, Schemas, has_failed as graphql_failed};
pub(crate) use rows::{Taker, Taking};
pub(crate) use state::{Queue, Tally};

use rquickjs::{Ctx, Object, Result, Value};

use crate::error;
use crate::ffi::{self, Call, Named, Table};

/// The hidden property by which an object of these modules is known to the host.
const NUMBER: &std::ffi::CStr = c"plimsollNumber";

fn key() -> &'static str {
    NUMBER.to_str().expect("the name is ASCII")
}

/// A constructor whose objects have the members of `table`.
fn class<'js>(
    context: &Ctx<'js>,
    name: &'static std::ffi::CStr,
    length: u8,
    construct: &'static Named,
    table: &'static Table,
) -> Result<Value<'js>> {
    let class = ffi::constructor(context, name, length, construct)?;
    let members = class.as_object().expect("a constructor is an object");
    let prototype: Object<'js> = members.get("prototype")?;
    ffi::define(context, &prototype, table)?;
    prototype.set("constructor", class.clone())?;
    Ok(class)
}

/// An object of the class that is being constructed, standing for the host's number `number`.
fn instance<'js>(call: &Call<'js>, number: usize) -> Result<Value<'js>> {
    let Some(class) = call.this().into_object().filter(|this| this.as_value().is_constructor()) else {
        return Err(error::throw_named(&call.ctx, "TypeError", "objects of this class are made with new"));
    };
    let prototype: Object<'js> = class.get("prototype")?;
    let object = Object::new_proto(call.ctx.clone(), Some(&prototype))?;
    ffi::set_hidden(&object, key(), Value::new_number(call.ctx.clone(), number as f64))?;
    Ok(object.into_value())
}

/// The number of the object whose method is called.
fn number(call: &Call<'_>) -> Result<usize> {
    let this = call.this();
    let number = this.as_object().and_then(|object| object.get::<_, Option<usize>>(key()).ok().flatten());
    number.ok_or_else(|| type_error(call, "the method was called without its object"))
}

fn type_error(call: &Call<'_>, message: &str) -> rquickjs::Error {
    error::throw_named(&call.ctx, "TypeError", message)
}

fn failure(call: &Call<'_>, message: &str) -> rquickjs::Error {
    error::throw_named(&call.ctx, "Error", message)
}

/// The name that a shared thing is given as its first argument.
fn name_of(call: &Call<'_>, what: &str) -> Result<String> {
    let name = call.value(0).as_string().and_then(|name| name.to_string().ok()).unwrap_or_default();
    if name.is_empty() {
        return Err(type_error(call, &format!("{what} needs a name, by which all users share it")));
    }
    Ok(name)
}

fn text<'js>(call: &Call<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(call.ctx.clone(), text)?.into_value())
}

fn float<'js>(call: &Call<'js>, number: f64) -> Value<'js> {
    Value::new_number(call.ctx.clone(), number)
}

/// Random numbers that the same seed gives again, on any machine: the generator known as `SplitMix64`.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The generator of a seed and a stream: two streams of one seed have nothing in common.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut streams = Self(stream ^ 0x706c_696d_736f_6c6c);
        let mut random = Self(seed ^ streams.next());
        random.next();
        random
    }

    /// Any number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which must not be zero, all equally likely but for one part in 2^64.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// A number from 0 up to but without 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of several; the list must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }

    /// Puts a list into another order, all orders equally likely.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

/// A number made of a name: the hash known as FNV-1a.
fn hash_of(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_repeat_and_streams_differ() {
        let of = |seed, stream| {
            let mut random = Random::new(seed, stream);
            [random.next(), random.next(), random.next()]
        };
        assert_eq!(of(1, 2), of(1, 2));
        let all = [of(1, 2), of(2, 1), of(1, 1), of(0, 0), of(0, 1)];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other != one));
        }
        let mut random = Random::new(7, 7);
        let mut seen = [0_u32; 6];
        for _ in 0..60_000 {
            seen[random.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (9_500..10_500).contains(&count)), "{seen:?}");
        let mut list: Vec<u32> = (0..100).collect();
        random.shuffle(&mut list);
        assert_ne!(list, (0..100).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
    }
}
