//! The life of one user, from its arrival to its end.
//!
//! Main types: [`Life`], the one step of an Artillery test's flow, and [`User`], what a user is made of beside its
//! session. Requests are in [`super::http`], WebSockets in [`super::ws`], code in [`super::hooks`].

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::future::{LocalBoxFuture, join_all};
use model::Nanos;
use serde_json::Value;

use super::counter::{counting, counting_at};
use super::flow::{Act, Engine, Loop};
use super::phases;
use super::stats::Stats;
use super::template::{Scope, Template, Tree};
use super::vars::Vars;
use super::world::{Scenario, World};
use super::{functions, hooks, http, js, socketio, ws};
use crate::random::Random;
use crate::session::Session;
use crate::step::{Next, OwnStep};
use crate::vu::Touched;

/// Rounds of a loop after which other users have their turn.
const ROUNDS_AT_ONCE: u64 = 32;

/// Which life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A user of the load.
    User,
    /// `before`.
    Before,
    /// `after`.
    After,
}

/// The one step of a flow: everything a user does.
pub struct Life {
    /// The test.
    pub world: Arc<World>,
    /// Which life.
    pub part: Part,
}

/// A user beside its session.
pub struct User {
    /// The test.
    pub world: Arc<World>,
    /// Its variables.
    pub vars: RefCell<Vars>,
    /// Its random numbers.
    pub random: RefCell<Random>,
    /// Its scenario.
    pub place: Place,
    /// Its identifier.
    pub uid: String,
    /// Whether its doings are in the report.
    pub counted: bool,
    /// Cookies that requests set themselves, and whether the server has set any.
    pub cookies: RefCell<(Vec<(String, String)>, bool)>,
    /// One request at a time: a user has one connection.
    pub turn: tokio::sync::Mutex<()>,
    /// Its context in JavaScript, once it was needed.
    pub code: RefCell<Option<hooks::UserCode>>,
    /// Its WebSocket.
    pub socket: RefCell<Option<ws::Socket>>,
    /// Its connection of Socket.IO.
    pub line: RefCell<Option<Box<socketio::Line>>>,
}

/// Where a user's scenario stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the list.
    Nth(usize),
    /// `before`.
    Before,
    /// `after`.
    After,
}

/// Why a user ends before its flow does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stop(pub String);

/// What a step came to.
pub type Done = Result<(), Stop>;

impl OwnStep for Life {
    fn run<'a>(&'a self, session: &'a mut Session) -> LocalBoxFuture<'a, Next> {
        Box::pin(async move {
            match self.part {
                Part::User => arrive(&self.world, session).await,
                Part::Before => before(&self.world, session).await,
                Part::After => after(&self.world, session).await,
            }
        })
    }
}

impl User {
    fn new(world: &Arc<World>, session: &mut Session, place: Place) -> Self {
        let mut random = Random::new(session.random.next(), session.user);
        let uid = functions::make_uuid(&mut random);
        let mut vars = Vars::new(Arc::clone(&world.shared));
        // What `before` left lies below a user's own rows of data, and both below `config.variables`.
        for (name, value) in world.inherited.get().into_iter().flatten() {
            vars.set(name, Some(value.clone()));
        }
        let counted = matches!(place, Place::Nth(_));
        for payload in &world.payloads {
            let row = if counted { payload.deal(&mut random) } else { payload.lend(&mut random) };
            for (name, value) in row {
                vars.set(name, Some(value));
            }
        }
        for (name, items) in &world.picks {
            vars.set(name, items.get(random.below(items.len() as u64) as usize).cloned());
        }
        for (name, value) in world.shared.iter().filter(|(name, _)| !is_built_in(name)) {
            if vars.get(name).as_deref() != Some(value) {
                vars.set(name, Some(value.clone()));
            }
        }
        vars.set("$uuid", Some(Value::from(uid.as_str())));
        Self {
            world: Arc::clone(world),
            vars: RefCell::new(vars),
            random: RefCell::new(random),
            place,
            uid,
            counted,
            cookies: RefCell::default(),
            turn: tokio::sync::Mutex::new(()),
            code: RefCell::new(None),
            socket: RefCell::new(None),
            line: RefCell::new(None),
        }
    }

    /// Its scenario.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        let part = match self.place {
            Place::Nth(nth) => self.world.scenarios.get(nth),
            Place::Before => self.world.before.as_ref(),
            Place::After => self.world.after.as_ref(),
        };
        part.expect("a user is made for a scenario that there is")
    }

    /// Does something with what templates are filled from.
    pub fn scoped<T>(&self, with: impl FnOnce(&mut Scope<'_>) -> T) -> T {
        let (vars, mut random) = (self.vars.borrow(), self.random.borrow_mut());
        with(&mut Scope { vars: &vars, functions: &self.world.functions, random: &mut random })
    }

    /// A template as text, `undefined` in words.
    #[must_use]
    pub fn text(&self, template: &Template) -> String {
        self.scoped(|scope| template.text(scope).map_or_else(|| "undefined".to_owned(), Cow::into_owned))
    }

    /// The value of JSON with templates.
    #[must_use]
    pub fn value(&self, tree: &Tree) -> Option<Value> {
        self.scoped(|scope| tree.value(scope))
    }

    /// Counts, if the user's doings are in the report.
    pub fn count(&self, session: &Session, count: impl FnOnce(u64, &mut Stats)) {
        if self.counted {
            counting(session, count);
        }
    }

    /// Counts what happened at that moment, if the user's doings are in the report.
    pub fn count_at(&self, session: &Session, moment: Nanos, count: impl FnOnce(u64, &mut Stats)) {
        if self.counted {
            counting_at(session, moment, count);
        }
    }

    /// Counts an error by its name.
    pub fn count_error(&self, session: &Session, error: &str) {
        self.count(session, |now, stats| stats.count(now, &format!("errors.{error}"), 1.0));
    }
}

/// Whether a variable is there before any other, so that all others of its name go first.
fn is_built_in(name: &str) -> bool {
    name == "target" || name.starts_with('$')
}

/// A user of the load.
async fn arrive(world: &Arc<World>, session: &mut Session) -> Next {
    let begun = session.now();
    let since_start = session.iteration.intended.unwrap_or(begun);
    let begin =
        session.scenario().and_then(|scenario| session.worker().run.control.scenario(scenario.index).begin());
    let at_ms = begin.map_or(0, |begin| since_start.since(begin).0 / 1_000_000);
    if let Some(most) = world.limit_at(at_ms)
        && world.active.load(Relaxed) >= most
    {
        counting(session, |now, stats| stats.count(now, "vusers.skipped", 1.0));
        return Next::Step;
    }
    let here = Presence::new(world);
    let place = Place::Nth(pick(world, session));
    session.forget();
    let user = Rc::new(User::new(world, session, place));
    session.touches(Touched::Own, fiber::ahead::Place::of(&*user));
    counting(session, |now, stats| {
        stats.count(now, "vusers.created", 1.0);
        stats.count(now, &format!("vusers.created_by_name.{}", user.scenario().name), 1.0);
        stats.count(now, "vusers.failed", 0.0);
    });
    let done = whole(session, &user).await;
    Box::pin(hang_up(&user)).await;
    let took = session.now() - begun;
    match &done {
        Ok(()) => counting(session, |now, stats| {
            stats.count(now, "vusers.completed", 1.0);
            stats.measure(now, "vusers.session_length", took.as_millis_f64());
        }),
        Err(stop) => {
            user.count_error(session, &stop.0);
            counting(session, |now, stats| stats.count(now, "vusers.failed", 1.0));
        }
    }
    session.forget();
    drop(here);
    Next::End { failed: done.is_err() }
}

/// Counts a user as there for as long as it is kept, interruptions included.
struct Presence(Arc<World>);

impl Presence {
    fn new(world: &Arc<World>) -> Self {
        world.active.fetch_add(1, Relaxed);
        Self(Arc::clone(world))
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Relaxed);
    }
}

/// The scenario of the next user.
fn pick(world: &World, session: &mut Session) -> usize {
    let whole: f64 = world.scenarios.iter().map(|scenario| scenario.weight).sum();
    let mut drawn = session.random.unit() * whole;
    let chosen = world.scenarios.iter().position(|scenario| {
        drawn -= scenario.weight;
        drawn < 0.0
    });
    chosen.or_else(|| world.scenarios.iter().rposition(|scenario| scenario.weight > 0.0)).unwrap_or(0)
}

async fn before(world: &Arc<World>, session: &mut Session) -> Next {
    let user = Rc::new(User::new(world, session, Place::Before));
    let done = whole(session, &user).await;
    Box::pin(hang_up(&user)).await;
    session.forget();
    match done {
        Ok(()) => {
            let mut left = user.vars.borrow().own();
            for name in ["$uuid", "$loopCount", "$loopElement"] {
                left.shift_remove(name);
            }
            // It is set once, before any user of the load is there.
            let _ = world.inherited.set(left);
            Next::Step
        }
        Err(stop) => {
            world.before_failed.store(true, Relaxed);
            session.say(model::Level::Error, format!("before failed: {}", stop.0));
            Next::End { failed: true }
        }
    }
}

async fn after(world: &Arc<World>, session: &mut Session) -> Next {
    let user = Rc::new(User::new(world, session, Place::After));
    let done = whole(session, &user).await;
    Box::pin(hang_up(&user)).await;
    session.forget();
    if let Err(stop) = &done {
        world.after_failed.store(true, Relaxed);
        session.say(model::Level::Error, format!("after failed: {}", stop.0));
    }
    Next::End { failed: done.is_err() }
}

/// Closes what a user left open beside its HTTP connections.
async fn hang_up(user: &Rc<User>) {
    ws::hang_up(user).await;
    socketio::hang_up(user).await;
}

/// A scenario with the functions around it.
async fn whole(session: &mut Session, user: &Rc<User>) -> Done {
    let scenario = user.scenario();
    for name in &scenario.hooks.before_scenario {
        Box::pin(hooks::function(session, user, name)).await?;
    }
    match scenario.engine {
        Engine::Http => {}
        Engine::Ws => Box::pin(ws::begin(session, user, scenario.acts.first())).await?,
        Engine::SocketIo => Box::pin(socketio::begin(session, user)).await?,
    }
    acts(session, user, &scenario.acts).await?;
    for name in &scenario.hooks.after_scenario {
        Box::pin(hooks::function(session, user, name)).await?;
    }
    Ok(())
}

/// Does steps one after the other.
pub async fn acts(session: &mut Session, user: &Rc<User>, list: &[Act]) -> Done {
    for act in list {
        match act {
            // In boxes: users that think must not carry the room for a request, nor those that wait for an answer the
            // room for all else.
            Act::Request(request) => {
                let request = |session| Box::pin(http::request(session, user, request));
                session.touching(Touched::Request, request).await?;
            }
            Act::Think(time) => Box::pin(think(session, user, time)).await?,
            Act::Log(text) => user.world.lines.print(&user.text(text)),
            Act::Function(name) => Box::pin(hooks::function(session, user, name)).await?,
            Act::Loop(round) => {
                let round = |session| Box::pin(go_round(session, user, round));
                session.touching(Touched::More, round).await?;
            }
            Act::Parallel(lists) => Box::pin(side_by_side(session, user, lists)).await?,
            Act::Socket(step) => Box::pin(ws::step(session, user, step)).await?,
            Act::Emit(step) => Box::pin(socketio::emit(session, user, step)).await?,
            Act::NoAddress => return Err(Stop("an URL must be specified".to_owned())),
        }
    }
    Ok(())
}

async fn think(session: &mut Session, user: &Rc<User>, time: &Tree) -> Done {
    let value = user.value(time);
    let ms = think_ms(value.as_ref());
    let Some(ms) = ms else {
        return Err(Stop(format!("Invalid think time: {}", js::text_of(value.as_ref()))));
    };
    let jitter = user.world.jitter.as_ref().map_or(0.0, |jitter| jitter_ms(jitter, ms));
    let unit = user.random.borrow_mut().unit();
    let ms = (ms + (unit * 2.0 - 1.0) * jitter).clamp(0.0, 1e12);
    let time = Duration::from_micros((ms * 1000.0) as u64);
    match user.scenario().engine {
        Engine::Http => session.sleep(time).await,
        Engine::Ws => tokio::select! {
            () = session.sleep(time) => {}
            () = ws::idle(user) => {}
        },
        Engine::SocketIo => tokio::select! {
            () = session.sleep(time) => {}
            () = socketio::idle(user) => {}
        },
    }
    Ok(())
}

/// A think time in milliseconds: whole numbers are seconds, others milliseconds.
fn think_ms(value: Option<&Value>) -> Option<f64> {
    let text = match value? {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let ms = match text.parse::<f64>() {
        Ok(number) if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(number * 1000.0),
        Ok(number) => Some(number),
        Err(_) => phases::unit_ms(&text),
    };
    ms.filter(|ms| ms.is_finite() && *ms >= 0.0)
}

/// How much a think time may be longer or shorter: per cent, or milliseconds.
fn jitter_ms(jitter: &Value, ms: f64) -> f64 {
    let text = js::text_of(Some(jitter));
    match text.trim().strip_suffix('%') {
        Some(percent) => ms * js::number_in(percent).max(0.0) / 100.0,
        None => phases::unit_ms(&text).unwrap_or_else(|| js::number_in(&text).max(0.0)),
    }
}

/// What a loop goes through.
struct Rounds {
    from: i64,
    /// Behind the last; nothing when there is no end.
    to: Option<i64>,
    items: Option<Vec<Value>>,
}

impl Rounds {
    fn of(user: &User, round: &Loop) -> Self {
        if let Some(over) = &round.over {
            let items = match over {
                Value::Array(items) => items.clone(),
                Value::String(name) => {
                    let found = match user.scoped(|scope| Template::new(name, scope.functions).value(scope)) {
                        Some(Value::String(name)) => user.vars.borrow().get(&name).map(Cow::into_owned),
                        other => other,
                    };
                    match found {
                        Some(Value::Array(items)) => items,
                        _ => Vec::new(),
                    }
                }
                _ => Vec::new(),
            };
            return Self { from: 0, to: Some(items.len() as i64), items: Some(items) };
        }
        let count = round.count.as_ref().and_then(|count| user.value(count));
        let (from, to) = match count {
            Some(Value::String(text)) => match text.split_once('-').filter(|(from, _)| !from.is_empty()) {
                Some((from, to)) => (js::number_in(from), Some(js::number_in(to))),
                None => (0.0, Some(js::number_in(&text))),
            },
            Some(Value::Number(number)) => (0.0, number.as_f64()),
            // A template that gave nothing, or what is no number, is no round.
            _ => (0.0, round.count.is_some().then_some(0.0)),
        };
        // A part of a round is a round.
        let to = to.map(|to| if to.is_nan() { 0 } else { to.ceil() as i64 }).filter(|to| *to >= 0);
        Self { from: if from.is_nan() { 0 } else { from as i64 }, to, items: None }
    }
}

async fn go_round(session: &mut Session, user: &Rc<User>, round: &Loop) -> Done {
    let rounds = Rounds::of(user, round);
    let element = |nth: i64| match &rounds.items {
        Some(items) => usize::try_from(nth).ok().and_then(|nth| items.get(nth)).cloned(),
        None => Some(Value::from(rounds.from)),
    };
    let set = |nth: i64, count: Value| {
        let mut vars = user.vars.borrow_mut();
        vars.set(&round.value, Some(count));
        if rounds.items.is_some() || nth == rounds.from {
            vars.set(&round.element, element(nth));
        }
    };
    let mut nth = rounds.from;
    set(nth, Value::from(nth));
    let mut while_true = round.while_true.as_deref();
    while while_true.is_some() || rounds.to.is_none_or(|to| nth < to) {
        acts(session, user, &round.body).await?;
        nth += 1;
        // The variable counts on from what the steps left in it, which may be the count of a loop within.
        let count = js::number_of(user.vars.borrow().get(&round.value).as_deref()) + 1.0;
        set(nth, js::number(count));
        if let Some(name) = while_true {
            match Box::pin(hooks::goes_on(session, user, name)).await? {
                Some(true) => {}
                Some(false) => break,
                // Without the function the loop is as long as it says otherwise.
                None if rounds.to.is_some() => while_true = None,
                None => break,
            }
        }
        if ((nth - rounds.from) as u64).is_multiple_of(ROUNDS_AT_ONCE) {
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}

/// All lists at once; the user goes on when all are through, and ends when one of them failed.
async fn side_by_side(session: &mut Session, user: &Rc<User>, lists: &[Vec<Act>]) -> Done {
    let forks: Vec<Session> = lists.iter().map(|_| session.fork()).collect();
    let running = lists.iter().zip(forks).map(|(list, mut fork)| async move {
        let done = acts(&mut fork, user, list).await;
        (fork, done)
    });
    let before = session.vars.clone();
    let mut outcome = Ok(());
    for (fork, done) in join_all(running).await {
        session.join(&fork, &before);
        outcome = outcome.and(done);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn think_times_are_read_as_recorded() {
        let check = |value: Value, wanted: Option<f64>| assert_eq!(think_ms(Some(&value)), wanted, "{value}");
        check(json!(1), Some(1000.0));
        check(json!("1"), Some(1000.0));
        check(json!(0.5), Some(0.5));
        check(json!("500ms"), Some(500.0));
        check(json!("0.5s"), Some(500.0));
        check(json!("2 minutes"), Some(120_000.0));
        check(json!("soon"), None);
        check(json!(null), None);
        check(json!(-1), None);
    }

    #[test]
    fn jitter_is_a_part_or_a_time() {
        assert_eq!(jitter_ms(&json!("20%"), 1000.0), 200.0);
        assert_eq!(jitter_ms(&json!("300"), 1000.0), 300.0);
        assert_eq!(jitter_ms(&json!("1s"), 1000.0), 1000.0);
    }
}
