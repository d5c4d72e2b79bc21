//! Functions of numbers.

use std::sync::atomic::Ordering::Relaxed;

use super::super::text::{Call, Fault};
use super::super::user::User;
use super::fault;

fn not_a_number(text: &str) -> Fault {
    fault(format!("For input string: \"{text}\""))
}

pub(super) fn random(call: &Call, user: &mut User) -> Result<String, Fault> {
    let mut bound = |at| -> Result<i64, Fault> {
        let text = call.arg(at, user)?;
        text.trim().parse().map_err(|_| not_a_number(&text))
    };
    let (least, most) = (bound(0)?, bound(1)?);
    let value = user.random.between(least, most).to_string();
    call.keep(2, value, user)
}

/// The numbers among the arguments, and the name of a variable if the last one is none.
fn terms(call: &Call, user: &mut User) -> Result<(Vec<String>, Option<String>), Fault> {
    let mut list = Vec::new();
    for at in 0..call.len() {
        list.push(call.arg(at, user)?.trim().to_owned());
    }
    let name = list.last().is_some_and(|last| last.parse::<f64>().is_err()).then(|| list.pop()).flatten();
    Ok((list, name.filter(|name| !name.is_empty())))
}

fn keep(value: String, name: Option<String>, user: &mut User) -> String {
    if let Some(name) = name {
        user.vars.put(&name, &value);
    }
    value
}

pub(super) fn int_sum(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (list, name) = terms(call, user)?;
    let mut sum = 0i32;
    for text in &list {
        sum = sum.wrapping_add(text.parse().map_err(|_| not_a_number(text))?);
    }
    Ok(keep(sum.to_string(), name, user))
}

pub(super) fn long_sum(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (list, name) = terms(call, user)?;
    let mut sum = 0i64;
    for text in &list {
        sum = sum.wrapping_add(text.parse().map_err(|_| not_a_number(text))?);
    }
    Ok(keep(sum.to_string(), name, user))
}

pub(super) fn double_sum(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (list, name) = terms(call, user)?;
    let mut sum = 0f64;
    for text in &list {
        sum += text.parse::<f64>().map_err(|_| not_a_number(text))?;
    }
    Ok(keep(format!("{sum:?}"), name, user))
}

pub(super) fn counter(call: &Call, user: &mut User) -> Result<String, Fault> {
    let own = call.arg(0, user)?.trim().eq_ignore_ascii_case("true");
    let value = if own {
        let count = user.counters.entry(std::ptr::from_ref(call) as usize).or_default();
        *count += 1;
        *count
    } else {
        call.count.fetch_add(1, Relaxed) + 1
    };
    call.keep(1, value.to_string(), user)
}

/// The timer leaves its need in a property; before its first need the start value counts.
pub(super) fn tst_feedback(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    let mut bound = |at| -> Result<i64, Fault> {
        let text = call.arg(at, user)?;
        text.trim().parse().map_err(|_| not_a_number(&text))
    };
    let (start, most, spare) = (bound(1)?, bound(2)?, bound(3)?);
    let need = user.shared.prop(&format!("plimsoll.tst.{name}")).and_then(|text| text.parse::<i64>().ok());
    Ok(need.map_or(start, |need| need + spare).min(most).to_string())
}
