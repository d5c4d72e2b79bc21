//! Carries out steps.
//!
//! Main functions: [`run_steps`], and [`run_block`] for a block inside a step. A plain request of a flow costs no
//! allocation here: only blocks inside of blocks have futures of their own.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use model::{Level, Nanos};

use crate::exchange::{Exchange, Labels};
use crate::expr::{Expr, Failure, Text};
use crate::request::{Capture, Check, RequestStep};
use crate::session::Session;
use crate::step::{Block, Choice, Loop, Next, Step, Think, Times};
use crate::value::Value;
use crate::vu::Touched;

/// Rounds of a loop after which other users have their turn, for loops that never wait.
const ROUNDS_AT_ONCE: u64 = 64;

/// Does steps one after the other.
pub async fn run_steps(session: &mut Session, steps: &[Step]) -> Next {
    for step in steps {
        let next = match step {
            Step::Request(request) if request.is_constant_and_blind() && !session.is_observed() => {
                run_blindly(session, request).await
            }
            // In a box: users that think must not carry the room for an answer.
            Step::Request(request) => {
                session.touching(Touched::Request, |session| Box::pin(run_request(session, request))).await
            }
            Step::Think(think) => pause(session, think).await,
            Step::Own(own) => session.touching(Touched::Step, |session| own.run(session)).await,
            other => match at_once(session, other) {
                Some(next) => next,
                None => inside(session, other).await,
            },
        };
        if next != Next::Step {
            return next;
        }
    }
    Next::Step
}

/// Does a block inside of another step.
pub fn run_block<'a>(session: &'a mut Session, steps: &'a [Step]) -> LocalBoxFuture<'a, Next> {
    Box::pin(run_steps(session, steps))
}

/// Sends the request of a step, takes out of the answer what is wanted and checks it.
pub async fn run_request(session: &mut Session, step: &RequestStep) -> Next {
    let worker = Rc::clone(session.worker());
    let known;
    let request: net::Asked<'_> = match worker.constant(step.place) {
        Some(constant) => {
            known = constant;
            (&*known).into()
        }
        None => match step.build(session) {
            Ok(mut request) => {
                if step.is_constant() {
                    request.headers.share();
                    worker.keep_constant(step.place, &Rc::new(request.clone()));
                }
                request.into()
            }
            Err(failure) => return failed(session, &failure),
        },
    };
    let name: Option<Cow<'_, str>> = match &step.name {
        None => None,
        Some(name) => match name.render(session) {
            Ok(name) => Some(name),
            Err(failure) => return failed(session, &failure),
        },
    };
    let mut tags = session.tags;
    for (key, value) in &step.tags {
        match value.render(session) {
            Ok(value) => tags = worker.tagged(tags, key, &value),
            Err(failure) => return failed(session, &failure),
        }
    }
    let labels = Labels { name: name.as_deref(), tags: Some(tags), judge: &step.judge, ..Labels::default() };
    let exchange = session.send(request, labels).await;
    let next = look_at(session, step, &exchange);
    if step.keeps_answer() {
        session.last = Some(Box::new(exchange));
    }
    next
}

/// Sends a request that is the same for all users and whose answer nobody looks at.
async fn run_blindly(session: &mut Session, step: &RequestStep) -> Next {
    let worker = Rc::clone(session.worker());
    let request = match worker.constant(step.place) {
        Some(known) => known,
        None => match step.build(session) {
            Ok(mut request) => {
                request.headers.share();
                let request = Rc::new(request);
                worker.keep_constant(step.place, &request);
                request
            }
            Err(failure) => return failed(session, &failure),
        },
    };
    let name = step.name.as_ref().and_then(Text::constant);
    let labels = Labels { name, judge: &step.judge, ..Labels::default() };
    let status = session.send_blindly(&request, labels).await;
    let failed = step.must_succeed && step.judge.failed(status) == Some(true);
    if failed { Next::End { failed } } else { Next::Step }
}

/// What a step does with its answer.
fn look_at(session: &mut Session, step: &RequestStep, exchange: &Exchange) -> Next {
    let mut next = Next::Step;
    for check in &step.checks {
        if !apply_check(session, check, exchange) && check.must_hold {
            next = Next::End { failed: true };
        }
    }
    if step.must_succeed && step.judge.failed(exchange.status()) == Some(true) {
        return Next::End { failed: true };
    }
    // Without an answer there is nothing to take; the failure of the request has been counted.
    for capture in step.captures.iter().filter(|_| exchange.outcome.is_ok()) {
        if let Err(failure) = apply_capture(session, capture, exchange) {
            return failed(session, &failure);
        }
    }
    next
}

fn apply_check(session: &mut Session, check: &Check, exchange: &Exchange) -> bool {
    let holds = check.test.holds(exchange, session);
    match check.name.render(session) {
        Ok(name) => session.check(&name, holds),
        Err(failure) => session.say(Level::Error, failure.message),
    }
    holds
}

fn apply_capture(session: &mut Session, capture: &Capture, exchange: &Exchange) -> Result<(), Failure> {
    let found = capture.from.find(exchange, session)?;
    match found.or_else(|| capture.default.clone()) {
        Some(value) => {
            session.vars.set(&capture.into, value);
            Ok(())
        }
        None => Err(Failure::new(format!(
            "nothing to capture for '{}' in the answer of {} (status {})",
            capture.into,
            exchange.url.as_str(),
            exchange.status()
        ))),
    }
}

/// Logs a failure, which ends the iteration.
fn failed(session: &Session, failure: &Failure) -> Next {
    session.say(Level::Error, failure.message.clone());
    Next::End { failed: true }
}

async fn pause(session: &mut Session, think: &Think) -> Next {
    let time = match think {
        Think::For(time) => *time,
        Think::Between(low, high) => {
            let span = high.saturating_sub(*low);
            *low + span.mul_f64(session.random.unit())
        }
        Think::Seconds(expr) => match expr.value(session) {
            Ok(value) => seconds(value.as_number().unwrap_or(0.0)),
            Err(failure) => return failed(session, &failure),
        },
    };
    session.sleep(time).await;
    Next::Step
}

/// A number of seconds as a time; what makes no sense is none.
fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number.max(0.0)).unwrap_or_default()
}

/// Steps that never wait; `None` for the others.
fn at_once(session: &mut Session, step: &Step) -> Option<Next> {
    let done = match step {
        Step::Set(pairs) => set(session, pairs),
        Step::Log(level, text) => text.render(session).map(|text| session.say(*level, text)),
        Step::Fail(text) => match text.render(session) {
            Ok(text) => Err(Failure::new(text)),
            Err(failure) => Err(failure),
        },
        Step::Go(next) => return Some(next.clone()),
        Step::Check(check) => {
            let Some(exchange) = session.last.take() else { return Some(Next::Step) };
            let holds = apply_check(session, check, &exchange);
            session.last = Some(exchange);
            return Some(if holds || !check.must_hold { Next::Step } else { Next::End { failed: true } });
        }
        Step::Capture(capture) => {
            let Some(exchange) = session.last.take() else { return Some(Next::Step) };
            let done = apply_capture(session, capture, &exchange);
            session.last = Some(exchange);
            done
        }
        _ => return None,
    };
    Some(match done {
        Ok(()) => Next::Step,
        Err(failure) => failed(session, &failure),
    })
}

fn set(session: &mut Session, pairs: &[(Arc<str>, Expr)]) -> Result<(), Failure> {
    for (name, expr) in pairs {
        let value = expr.value(session)?;
        session.vars.set(name, value);
    }
    Ok(())
}

/// Steps with blocks inside.
fn inside<'a>(session: &'a mut Session, step: &'a Step) -> LocalBoxFuture<'a, Next> {
    match step {
        Step::Loop(round) => Box::pin(go_round(session, round)),
        Step::While(condition, body) => Box::pin(while_true(session, condition, body)),
        Step::If(condition, then, other) => Box::pin(async move {
            match condition.value(session) {
                Ok(value) if value.is_true() => run_steps(session, then).await,
                Ok(_) => run_steps(session, other).await,
                Err(failure) => failed(session, &failure),
            }
        }),
        Step::Choice(choice) => match choose(session, choice) {
            Ok(block) => run_block(session, block),
            Err(failure) => Box::pin(std::future::ready(failed(session, &failure))),
        },
        Step::Group(name, body) => Box::pin(group(session, name, body)),
        Step::Parallel(blocks, limit) => Box::pin(side_by_side(session, blocks, *limit)),
        _ => Box::pin(std::future::ready(Next::Step)),
    }
}

async fn group(session: &mut Session, name: &Text, body: &[Step]) -> Next {
    let outer = match name.render(session) {
        Ok(name) => session.enter_group(&name),
        Err(failure) => return failed(session, &failure),
    };
    let next = run_steps(session, body).await;
    session.leave_group(outer);
    next
}

fn choose<'a>(session: &mut Session, choice: &'a Choice) -> Result<&'a [Step], Failure> {
    match choice {
        Choice::Weighted(blocks) => {
            let whole = blocks.iter().map(|(weight, _)| u64::from(*weight)).sum();
            let mut drawn = session.random.below(whole);
            let chosen = blocks.iter().find(|(weight, _)| {
                let here = drawn < u64::from(*weight);
                drawn = drawn.saturating_sub(u64::from(*weight));
                here
            });
            Ok(chosen.map_or(&[], |(_, block)| block))
        }
        Choice::Switch(expr, cases, other) => {
            let value = expr.value(session)?;
            let text = value.to_text();
            let case = cases.iter().find(|(case, _)| **case == *text);
            Ok(case.map_or(other, |(_, block)| block))
        }
    }
}

/// What a round of a loop means for the loop: go on, or end with this.
fn after_round(next: Next) -> Result<(), Next> {
    match next {
        Next::Step | Next::Continue => Ok(()),
        Next::Break => Err(Next::Step),
        other => Err(other),
    }
}

async fn while_true(session: &mut Session, condition: &Expr, body: &[Step]) -> Next {
    let mut round = 0;
    loop {
        match condition.value(session) {
            Ok(value) if value.is_true() => {}
            Ok(_) => return Next::Step,
            Err(failure) => return failed(session, &failure),
        }
        if let Err(next) = after_round(run_steps(session, body).await) {
            return next;
        }
        breathe(&mut round).await;
    }
}

/// Lets other users have their turn now and then: a loop that never waits must not hold the thread.
async fn breathe(round: &mut u64) {
    *round += 1;
    if round.is_multiple_of(ROUNDS_AT_ONCE) {
        tokio::task::yield_now().await;
    }
}

async fn go_round(session: &mut Session, round: &Loop) -> Next {
    let (mut items, mut element) = (Vec::new(), None);
    let mut until = Nanos::MAX;
    let times = match &round.times {
        Times::Forever => u64::MAX,
        Times::Count(expr) => match expr.value(session) {
            Ok(value) => value.as_number().map_or(0, |number| number.max(0.0) as u64),
            Err(failure) => return failed(session, &failure),
        },
        Times::Over(expr, name) => match expr.value(session) {
            Ok(list) => {
                items = items_of(list);
                element = Some(name);
                items.len() as u64
            }
            Err(failure) => return failed(session, &failure),
        },
        Times::For(time) => {
            until = session.now() + Nanos::from(*time);
            u64::MAX
        }
    };
    let mut breath = 0;
    for number in 0..times {
        if session.now() >= until {
            break;
        }
        if let Some(name) = element {
            session.vars.set(name, std::mem::take(&mut items[number as usize]));
        }
        if let Some(counter) = &round.counter {
            session.vars.set(counter, Value::Number(number as f64));
        }
        if let Err(next) = after_round(run_steps(session, &round.body).await) {
            return next;
        }
        breathe(&mut breath).await;
    }
    Next::Step
}

/// The items of a list; anything else is a list of itself, and nothing is none.
fn items_of(list: Value) -> Vec<Value> {
    match list {
        Value::Json(json) => match &*json {
            serde_json::Value::Array(items) => items.iter().cloned().map(Value::from).collect(),
            _ => vec![Value::Json(json)],
        },
        Value::Undefined | Value::Null => Vec::new(),
        other => vec![other],
    }
}

/// Does blocks side by side. The first that is to end something decides what comes next, once all are through.
async fn side_by_side(session: &mut Session, blocks: &[Block], limit: usize) -> Next {
    let before = session.vars.clone();
    let limit = if limit == 0 { blocks.len() } else { limit };
    let mut waiting = blocks.iter();
    let mut running = FuturesUnordered::new();
    let mut forks: Vec<Session> = blocks.iter().map(|_| session.fork()).rev().collect();
    let mut outcome = Next::Step;
    loop {
        while running.len() < limit {
            let (Some(block), Some(mut fork)) = (waiting.next(), forks.pop()) else { break };
            running.push(async move {
                let next = run_steps(&mut fork, block).await;
                (fork, next)
            });
        }
        let Some((fork, next)) = running.next().await else { return outcome };
        session.join(&fork, &before);
        if outcome == Next::Step {
            outcome = next;
        }
    }
}
