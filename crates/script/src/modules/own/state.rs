//! `plimsoll/state`: a counter and a queue that all users of the process share.
//!
//! Main types: [`Tally`] and [`Queue`]. Other machines of the same test have their own.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rquickjs::{Ctx, Object, Result, Value};
use tokio::sync::Notify;

use super::{failure, float, instance, name_of, number, type_error};
use crate::ffi::{Call, Member, Named, Table};
use crate::modules::Builtin;
use crate::modules::data::{UserData, lock};

pub(crate) const MODULE: Builtin = Builtin {
    name: "plimsoll/state",
    exports: || Box::new([c"SharedCounter", c"SharedQueue"].into_iter()),
    build,
};

/// How many values a queue holds unless the script says otherwise.
const CAPACITY: usize = 10_000;
/// The largest whole number that scripts can tell from its neighbours.
const LARGEST: i64 = (1 << 53) - 1;

/// A number that all users add to.
#[derive(Default)]
pub(crate) struct Tally(AtomicI64);

/// Values that some users put in and others take out, as JSON.
pub(crate) struct Queue {
    waiting: Mutex<VecDeque<Box<str>>>,
    capacity: usize,
    /// Rung once for each value that is put in.
    bell: Notify,
}

static COUNTER: Table = Table::new(&[
    Member::Method(c"add", 1, add),
    Member::Method(c"set", 1, set),
    Member::Getter(c"value", |call| Ok(float(call, tally(call)?.0.load(Relaxed) as f64))),
]);

static QUEUE: Table = Table::new(&[
    Member::Method(c"clear", 0, |call| {
        lock(&queue(call)?.waiting).clear();
        Ok(call.undefined())
    }),
    Member::Method(c"pop", 0, pop),
    Member::Method(c"push", 1, push),
    Member::Method(c"wait", 1, wait),
    Member::Getter(c"capacity", |call| Ok(float(call, queue(call)?.capacity as f64))),
    Member::Getter(c"length", |call| Ok(float(call, lock(&queue(call)?.waiting).len() as f64))),
]);

impl Queue {
    fn new(capacity: usize) -> Self {
        Self { waiting: Mutex::default(), capacity, bell: Notify::new() }
    }

    /// Puts a value in; `false` when there is no room.
    fn push(&self, json: Box<str>) -> bool {
        let mut waiting = lock(&self.waiting);
        if waiting.len() >= self.capacity {
            return false;
        }
        waiting.push_back(json);
        drop(waiting);
        self.bell.notify_one();
        true
    }

    fn pop(&self) -> Option<Box<str>> {
        lock(&self.waiting).pop_front()
    }

    /// The first value, now or as soon as there is one.
    async fn wait(&self) -> Box<str> {
        loop {
            let rung = self.bell.notified();
            if let Some(json) = self.pop() {
                return json;
            }
            rung.await;
        }
    }
}

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static NEW_COUNTER: Named = Named::new(new_counter);
    static NEW_QUEUE: Named = Named::new(new_queue);
    let object = Object::new(context.clone())?;
    object.set("SharedCounter", super::class(context, c"SharedCounter", 1, &NEW_COUNTER, &COUNTER)?)?;
    object.set("SharedQueue", super::class(context, c"SharedQueue", 2, &NEW_QUEUE, &QUEUE)?)?;
    Ok(object)
}

/// `new SharedCounter(name)`
fn new_counter<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let name = name_of(call, "SharedCounter")?;
    let tally = lock(&call.host.shared.shelf.tallies).entry(name).or_default().clone();
    let mut tallies = UserData::of(call.host).tallies.borrow_mut();
    let number = place_of(&mut tallies, tally);
    drop(tallies);
    instance(call, number)
}

/// `new SharedQueue(name, { capacity })`
fn new_queue<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let name = name_of(call, "SharedQueue")?;
    let capacity = match call.value(1).as_object() {
        Some(options) => options.get::<_, Option<f64>>("capacity")?,
        None => None,
    };
    let capacity = match capacity {
        None => CAPACITY,
        Some(given) if given >= 1.0 && given.fract() == 0.0 && given < 1e9 => given as usize,
        Some(_) => return Err(type_error(call, "capacity must be a whole number, 1 or more")),
    };
    let queue = {
        let mut queues = lock(&call.host.shared.shelf.queues);
        queues.entry(name.clone()).or_insert_with(|| Arc::new(Queue::new(capacity))).clone()
    };
    if queue.capacity != capacity {
        return Err(failure(call, &format!("there is a SharedQueue called {name:?} with another capacity")));
    }
    let mut queues = UserData::of(call.host).queues.borrow_mut();
    let number = place_of(&mut queues, queue);
    drop(queues);
    instance(call, number)
}

/// The place of a shared thing in a user's list: a script that makes it in each iteration gets the same.
fn place_of<T>(list: &mut Vec<Arc<T>>, thing: Arc<T>) -> usize {
    list.iter().position(|known| Arc::ptr_eq(known, &thing)).unwrap_or_else(|| {
        list.push(thing);
        list.len() - 1
    })
}

fn tally(call: &Call<'_>) -> Result<Arc<Tally>> {
    let tally = UserData::of(call.host).tallies.borrow().get(number(call)?).cloned();
    tally.ok_or_else(|| type_error(call, "there is no such counter"))
}

fn queue(call: &Call<'_>) -> Result<Arc<Queue>> {
    let queue = UserData::of(call.host).queues.borrow().get(number(call)?).cloned();
    queue.ok_or_else(|| type_error(call, "there is no such queue"))
}

fn whole(call: &Call<'_>, value: &Value<'_>) -> Result<i64> {
    let number = value.as_number().filter(|number| number.fract() == 0.0 && number.abs() <= LARGEST as f64);
    number.map(|number| number as i64).ok_or_else(|| type_error(call, "counters count in whole numbers"))
}

/// Nothing is counted or queued by init code, which runs again for each user.
fn in_run(call: &Call<'_>) -> Result<()> {
    if call.host.in_init() {
        let why = "shared state is changed in setup() and iterations: init code runs again for each user";
        return Err(failure(call, why));
    }
    Ok(())
}

/// Adds, one by default, and gives the value that it comes to.
fn add<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    in_run(call)?;
    let given = call.value(0);
    let by = if given.is_undefined() { 1 } else { whole(call, &given)? };
    let tally = tally(call)?;
    let before = tally.0.fetch_add(by, Relaxed);
    let now = before.wrapping_add(by);
    if now.abs() > LARGEST {
        tally.0.fetch_sub(by, Relaxed);
        return Err(super::error::throw_named(&call.ctx, "RangeError", "the counter would get too large"));
    }
    Ok(float(call, now as f64))
}

fn set<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    in_run(call)?;
    tally(call)?.0.store(whole(call, &call.value(0))?, Relaxed);
    Ok(call.undefined())
}

/// Puts a value in, and tells whether there was room.
fn push<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    in_run(call)?;
    let Some(json) = call.ctx.json_stringify(call.value(0))? else {
        return Err(type_error(call, "queues take what JSON can hold"));
    };
    let pushed = queue(call)?.push(json.to_string()?.into_boxed_str());
    Ok(Value::new_bool(call.ctx.clone(), pushed))
}

/// Takes the first value out; `undefined` when there is none.
fn pop<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    in_run(call)?;
    match queue(call)?.pop() {
        Some(json) => call.ctx.json_parse(json.into_string()),
        None => Ok(call.undefined()),
    }
}

/// Takes the first value out, waiting for one as long as it is told, in seconds; other users run meanwhile.
fn wait<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    in_run(call)?;
    let seconds: Option<f64> = call.get(0)?;
    let limit = match seconds {
        None => None,
        Some(seconds) if seconds >= 0.0 => Duration::try_from_secs_f64(seconds).ok(),
        Some(_) => return Err(type_error(call, "wait takes a number of seconds, 0 or more")),
    };
    let queue = queue(call)?;
    let found = call.host.wait_in(&call.ctx, async {
        match limit {
            Some(limit) => tokio::time::timeout(limit, queue.wait()).await.ok(),
            None => Some(queue.wait().await),
        }
    })?;
    match found {
        Some(json) => call.ctx.json_parse(json.into_string()),
        None => Ok(call.undefined()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_queue_is_bounded_ordered_and_can_be_waited_for() {
        let queue = Arc::new(Queue::new(2));
        assert!(queue.push("1".into()) && queue.push("2".into()));
        assert!(!queue.push("3".into()));
        assert_eq!(&*queue.wait().await, "1");
        assert_eq!(queue.pop().as_deref(), Some("2"));
        assert_eq!(queue.pop(), None);
        let other = queue.clone();
        let putting = std::thread::spawn(move || other.push("4".into()));
        assert_eq!(&*queue.wait().await, "4");
        assert!(putting.join().unwrap());
    }
}
