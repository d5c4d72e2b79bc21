//! `plimsoll/data`: rows of data that users share out among themselves.
//!
//! Main type: [`Taking`], the order of the rows of a name and how many are taken; it is shared by all users of the
//! process. Machines that run segments of one test take disjoint rows without talking to each other: what is counted
//! here is each machine's own share, see [`Share`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use model::Share;
use rquickjs::{Ctx, Object, Result, Value};

use super::{Random, failure, float, hash_of, instance, name_of, number, type_error};
use crate::error;
use crate::ffi::{Call, Member, Named, Table};
use crate::modules::Builtin;
use crate::modules::data::{Rows, UserData, elements, freeze, lock};

pub(crate) const MODULE: Builtin =
    Builtin { name: "plimsoll/data", exports: || Box::new(std::iter::once(c"Rows")), build };

static TABLE: Table = Table::new(&[
    Member::Method(c"at", 1, at),
    Member::Method(c"mine", 0, mine),
    Member::Method(c"next", 0, next),
    Member::Getter(c"length", |call| {
        with(call, |call, taker| Ok(float(call, taker.taking.rows.len() as f64)))
    }),
    Member::Getter(c"taken", |call| {
        with(call, |call, taker| Ok(float(call, taker.taking.taken.load(Relaxed) as f64)))
    }),
]);

/// In which order rows are given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Sequential,
    Shuffled,
    Random,
}

/// What a script says about how rows are given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Manner {
    order: Order,
    seed: u64,
    /// Each user has rows of its own.
    by_user: bool,
    /// No row is given out again.
    once: bool,
}

/// The rows of a name, and how many of them are given out.
pub(crate) struct Taking {
    rows: Arc<Rows>,
    manner: Manner,
    /// The row of each position, when that is not the position itself.
    shuffled: Option<Box<[u32]>>,
    taken: AtomicU64,
    /// The position that is looked at next.
    position: AtomicU64,
}

/// One user's hand on rows.
pub(crate) struct Taker {
    name: String,
    taking: Arc<Taking>,
    /// How many rows of its own the user has taken.
    own_taken: u64,
}

/// Why there is no row.
#[derive(Debug, PartialEq, Eq)]
enum Nothing {
    AllTaken,
    FewerThanUsers,
}

impl Taking {
    fn new(rows: Arc<Rows>, manner: Manner, name: &str) -> Self {
        let shuffled = (manner.order == Order::Shuffled).then(|| {
            let mut order: Vec<u32> = (0..rows.len() as u32).collect();
            Random::new(manner.seed, hash_of(name)).shuffle(&mut order);
            order.into_boxed_slice()
        });
        Self { rows, manner, shuffled, taken: AtomicU64::new(0), position: AtomicU64::new(0) }
    }

    /// The row of a position; positions are counted over all machines of a test, and start again at the end.
    fn row(&self, position: u64) -> usize {
        let length = self.rows.len() as u64;
        let place = match self.manner.order {
            // Each position has a random number of its own, whoever comes to it first.
            Order::Random => Random::new(self.manner.seed, position).below(length),
            _ => position % length,
        };
        self.shuffled.as_ref().map_or(place, |order| u64::from(order[place as usize])) as usize
    }

    /// The next row for anyone on this machine: positions that are other machines' are passed over.
    fn next(&self, share: &Share) -> std::result::Result<usize, Nothing> {
        loop {
            let position = self.position.fetch_add(1, Relaxed);
            if share.is_empty() || (self.manner.once && position >= self.rows.len() as u64) {
                return Err(Nothing::AllTaken);
            }
            if share.owns(position) {
                self.taken.fetch_add(1, Relaxed);
                return Ok(self.row(position));
            }
        }
    }

    /// The `nth` row of user `user`, one of `users` in the whole test: they are dealt like cards.
    fn own(&self, user: u64, users: u64, nth: u64) -> std::result::Result<usize, Nothing> {
        let (length, first) = (self.rows.len() as u64, user - 1);
        if first >= length {
            return Err(Nothing::FewerThanUsers);
        }
        let users = users.max(user);
        let own = (length - first).div_ceil(users);
        if self.manner.once && nth >= own {
            return Err(Nothing::AllTaken);
        }
        Ok(self.row(first + nth % own * users))
    }
}

impl Manner {
    fn read(options: &Value<'_>) -> std::result::Result<Self, String> {
        let mut manner = Self { order: Order::Sequential, seed: 0, by_user: false, once: false };
        if options.is_undefined() || options.is_null() {
            return Ok(manner);
        }
        let options = options.as_object().ok_or("the options of Rows must be an object")?;
        for entry in options.props::<String, Value<'_>>() {
            let (key, value) = entry.map_err(|_| "the options of Rows could not be read".to_owned())?;
            let text = value.as_string().and_then(|text| text.to_string().ok()).unwrap_or_default();
            match (key.as_str(), text.as_str()) {
                (_, _) if value.is_undefined() => {}
                ("order", "sequential") => manner.order = Order::Sequential,
                ("order", "shuffled") => manner.order = Order::Shuffled,
                ("order", "random") => manner.order = Order::Random,
                ("order", _) => return Err("order is one of sequential, shuffled, random".to_owned()),
                ("partition", "none") => manner.by_user = false,
                ("partition", "users") => manner.by_user = true,
                ("partition", _) => return Err("partition is one of none, users".to_owned()),
                ("once", _) => {
                    manner.once = value.as_bool().ok_or("once must be true or false")?;
                }
                ("seed", _) => {
                    let seed = value.as_number().filter(|seed| seed.fract() == 0.0 && seed.abs() < 9.1e15);
                    manner.seed = (seed.ok_or("seed must be a whole number")? as i64).cast_unsigned();
                }
                _ => {
                    return Err(format!(
                        "Rows has no option {key}; there are order, seed, partition and once"
                    ));
                }
            }
        }
        if manner.order == Order::Random && (manner.once || manner.by_user) {
            return Err("rows in random order may come twice: use order: 'shuffled' with once and partition"
                .to_owned());
        }
        Ok(manner)
    }
}

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static CONSTRUCT: Named = Named::new(construct);
    let object = Object::new(context.clone())?;
    object.set("Rows", super::class(context, c"Rows", 3, &CONSTRUCT, &TABLE)?)?;
    Ok(object)
}

/// `new Rows(name, rows, options)`
fn construct<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let name = name_of(call, "Rows")?;
    if !call.host.in_init() {
        return Err(failure(call, "new Rows must be called in the init context"));
    }
    let manner = Manner::read(&call.value(2)).map_err(|why| type_error(call, &why))?;
    let known = lock(&call.host.shared.shelf.takings).get(&name).cloned();
    let taking = match known {
        Some(known) if known.manner == manner => known,
        Some(_) => {
            return Err(failure(call, &format!("there are Rows called {name:?} with other options already")));
        }
        None => {
            let made = Arc::new(Taking::new(source(call, &name)?, manner, &name));
            lock(&call.host.shared.shelf.takings).entry(name.clone()).or_insert(made).clone()
        }
    };
    let mut takers = UserData::of(call.host).takers.borrow_mut();
    takers.push(Taker { name, taking, own_taken: 0 });
    let number = takers.len() - 1;
    drop(takers);
    instance(call, number)
}

/// The rows that the script gives, itself or by a function.
fn source(call: &Call<'_>, name: &str) -> Result<Arc<Rows>> {
    let given = call.value(1);
    let value = match given.as_function() {
        Some(function) => function.call::<_, Value<'_>>(())?,
        None => given,
    };
    let rows = elements(&value)?
        .ok_or_else(|| type_error(call, "the rows must be an array, or a function that gives one"))?;
    if rows.len() == 0 {
        return Err(failure(call, &format!("there are no rows in {name:?}")));
    }
    if u32::try_from(rows.len()).is_err() {
        return Err(failure(call, &format!("{name:?} has more than 4,294,967,295 rows")));
    }
    Ok(rows)
}

fn with<'js>(
    call: &Call<'js>,
    work: impl FnOnce(&Call<'js>, &mut Taker) -> Result<Value<'js>>,
) -> Result<Value<'js>> {
    let number = number(call)?;
    let mut takers = UserData::of(call.host).takers.borrow_mut();
    let taker = takers.get_mut(number).ok_or_else(|| type_error(call, "there are no such rows"))?;
    work(call, taker)
}

/// The row at a place of the list as it was given.
fn at<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let place: f64 = call.get(0)?;
    let row = with(call, |call, taker| {
        let length = taker.taking.rows.len() as f64;
        let place = if place < 0.0 { place + length } else { place };
        if place.fract() == 0.0 && (0.0..length).contains(&place) {
            taker.taking.rows.parse(&call.ctx, place as usize)
        } else {
            Ok(call.undefined())
        }
    });
    freeze(row?)
}

/// The row that is this user's throughout the test.
fn mine<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let user = user(call, "mine()")?;
    let row = with(call, |call, taker| {
        if taker.taking.manner.order == Order::Random {
            return Err(type_error(call, "rows in random order are nobody's own: use order: 'shuffled'"));
        }
        let found = taker.taking.own(user, u64::MAX, 0);
        give(call, taker, &found)
    });
    freeze(row?)
}

fn next<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if call.host.in_init() {
        let why =
            "rows are taken in iterations: init code runs again for each user, and would take some each time";
        return Err(failure(call, why));
    }
    let run = call.host.shared.run();
    let row = with(call, |call, taker| {
        let found = if taker.taking.manner.by_user {
            let user = user(call, "next() of rows that are partitioned by users")?;
            let nth = taker.own_taken;
            let found = taker.taking.own(user, run.users, nth);
            if found.is_ok() {
                taker.own_taken += 1;
                taker.taking.taken.fetch_add(1, Relaxed);
            }
            found
        } else {
            taker.taking.next(&run.share)
        };
        give(call, taker, &found)
    });
    freeze(row?)
}

/// The number of the user in the test, from 1. Machines that do not know each other's segments number their users
/// by themselves, which is told.
fn user(call: &Call<'_>, what: &str) -> Result<u64> {
    let user = call.host.ids.in_test;
    if user == 0 {
        let why = "is for users: setup(), teardown() and init code have no rows of their own";
        return Err(failure(call, &format!("{what} {why}")));
    }
    if call.host.in_init() {
        return Err(failure(call, &format!("{what} can be used in iterations only")));
    }
    if matches!(call.host.shared.run().share, Share::Spread(_)) {
        call.host.shared.warn_once(
            "users of other machines may have the same numbers, and so the same rows: give all machines \
             --execution-segment-sequence",
        );
    }
    Ok(user)
}

fn give<'js>(
    call: &Call<'js>,
    taker: &Taker,
    found: &std::result::Result<usize, Nothing>,
) -> Result<Value<'js>> {
    let (name, length) = (&taker.name, taker.taking.rows.len());
    match found {
        Ok(row) => taker.taking.rows.parse(&call.ctx, *row),
        Err(Nothing::AllTaken) => Err(error::throw_named(
            &call.ctx,
            "RangeError",
            &format!(
                "all rows of {name:?} that are for this {} are taken",
                if taker.taking.manner.by_user { "user" } else { "machine" }
            ),
        )),
        Err(Nothing::FewerThanUsers) => Err(error::throw_named(
            &call.ctx,
            "RangeError",
            &format!("user {} has no row of its own: {name:?} has {length}", call.host.ids.in_test),
        )),
    }
}

#[cfg(test)]
mod tests {
    use model::{SegmentTuple, Stripe};

    use super::*;
    use crate::modules::data::RowsBuilder;

    fn taking(rows: u64, order: Order, once: bool) -> Taking {
        let mut builder = RowsBuilder::default();
        (0..rows).for_each(|row| builder.push(&row.to_string()));
        Taking::new(builder.finish(), Manner { order, seed: 5, by_user: false, once }, "rows")
    }

    #[test]
    fn segments_of_a_test_take_disjoint_rows_and_all_of_them() {
        for order in [Order::Sequential, Order::Shuffled] {
            for count in [1, 2, 3, 7] {
                let mut all = Vec::new();
                for part in SegmentTuple::full().split(count) {
                    let (taking, share) = (taking(100, order, true), Share::Dealt(part.stripe()));
                    while let Ok(row) = taking.next(&share) {
                        all.push(row);
                    }
                    assert_eq!(taking.next(&share), Err(Nothing::AllTaken));
                }
                all.sort_unstable();
                assert_eq!(all, (0..100).collect::<Vec<_>>(), "{order:?} {count}");
            }
        }
    }

    #[test]
    fn rows_start_again_unless_they_are_taken_once() {
        let share = Share::Dealt(Stripe::full());
        let sequential = taking(3, Order::Sequential, false);
        let got: Vec<_> = (0..7).map(|_| sequential.next(&share).unwrap()).collect();
        assert_eq!(got, [0, 1, 2, 0, 1, 2, 0]);
        let pass = |order| {
            let taking = taking(50, order, false);
            (0..50).map(|_| taking.next(&share).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(pass(Order::Shuffled), pass(Order::Shuffled), "a seed gives one order");
        assert_ne!(pass(Order::Shuffled), pass(Order::Sequential));
        assert_eq!(pass(Order::Random), pass(Order::Random));
        assert!(pass(Order::Random).iter().all(|&row| row < 50));
    }

    #[test]
    fn users_are_dealt_rows_of_their_own() {
        let shuffled = taking(10, Order::Shuffled, true);
        let mut all = Vec::new();
        for user in 1..=4 {
            let own: Vec<_> = (0..).map_while(|nth| shuffled.own(user, 4, nth).ok()).collect();
            assert_eq!(own.len(), if user <= 2 { 3 } else { 2 });
            all.extend(own);
        }
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
        let again = taking(10, Order::Sequential, false);
        assert_eq!((0..4).map(|nth| again.own(3, 4, nth).unwrap()).collect::<Vec<_>>(), [2, 6, 2, 6]);
        assert_eq!(again.own(11, 11, 0), Err(Nothing::FewerThanUsers));
        assert_eq!(again.own(10, u64::MAX, 0), Ok(9));
    }
}
