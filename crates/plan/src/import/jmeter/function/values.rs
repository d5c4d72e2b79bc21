//! Functions of variables and properties.

use super::super::text::{Call, Fault, Text};
use super::super::user::User;

pub(super) fn p(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    if let Some(value) = user.shared.prop(&name) {
        return Ok(value);
    }
    if call.len() < 2 {
        return Ok("1".to_owned());
    }
    Ok(call.arg(1, user)?.trim().to_owned())
}

pub(super) fn property(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    let default = if call.len() > 2 { call.arg(2, user)? } else { name.clone() };
    let value = user.shared.prop(&name).unwrap_or_else(|| default.into_owned());
    call.keep(1, value, user)
}

pub(super) fn set_property(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (name, value) = (call.arg(0, user)?, call.arg(1, user)?);
    let tells = call.arg(2, user)?.trim().eq_ignore_ascii_case("true");
    let old = user.shared.set_prop(&name, &value);
    Ok(if tells { old.unwrap_or_else(|| "null".to_owned()) } else { String::new() })
}

pub(super) fn is_prop_defined(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    Ok(user.shared.prop(&name).is_some().to_string())
}

pub(super) fn is_var_defined(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    Ok(user.vars.get(&name).is_some().to_string())
}

pub(super) fn is_defined(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    let there = user.vars.text(&name).is_some_and(|text| !text.is_empty());
    Ok(u8::from(there).to_string())
}

pub(super) fn v(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    if let Some(value) = user.vars.text(&name) {
        return Ok(value.into_owned());
    }
    Ok(if call.len() > 1 { call.arg(1, user)?.into_owned() } else { name.into_owned() })
}

pub(super) fn eval(call: &Call, user: &mut User) -> Result<String, Fault> {
    let text = call.arg(0, user)?;
    evaluate(&text, user)
}

pub(super) fn eval_var(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    let value = user.vars.text(&name).map(std::borrow::Cow::into_owned);
    value.map_or(Ok(String::new()), |value| evaluate(&value, user))
}

/// A text that only now is known to be a template.
fn evaluate(text: &str, user: &mut User) -> Result<String, Fault> {
    match Text::parse(text) {
        Ok(text) => Ok(text.eval(user)?.into_owned()),
        Err(_) => Ok(text.to_owned()),
    }
}

pub(super) fn split(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (whole, name) = (call.arg(0, user)?, call.arg(1, user)?);
    let delimiter = if call.len() > 2 { call.arg(2, user)? } else { ",".into() };
    user.vars.put(&name, &whole);
    let parts: Vec<&str> = if whole.is_empty() {
        Vec::new()
    } else if delimiter.is_empty() {
        vec![&whole]
    } else {
        whole.split(&*delimiter).collect()
    };
    user.vars.put(&format!("{name}_n"), &parts.len().to_string());
    for (at, part) in parts.iter().enumerate() {
        user.vars.put(&format!("{name}_{}", at + 1), if part.is_empty() { "?" } else { part });
    }
    user.vars.remove(&format!("{name}_{}", parts.len() + 1));
    Ok(whole.into_owned())
}

pub(super) fn random_from_vars(call: &Call, user: &mut User) -> Result<String, Fault> {
    let names = call.arg(0, user)?;
    let mut found: Vec<String> = Vec::new();
    for name in names.split('|') {
        let matches = user.vars.text(&format!("{name}_matchNr")).and_then(|text| text.parse::<usize>().ok());
        match matches {
            Some(count) => {
                found.extend((1..=count).filter_map(|at| {
                    user.vars.text(&format!("{name}_{at}")).map(std::borrow::Cow::into_owned)
                }));
            }
            None => found.extend(user.vars.text(name).map(std::borrow::Cow::into_owned)),
        }
    }
    if found.is_empty() {
        return Ok(String::new());
    }
    let at = user.random.below(found.len() as i32);
    call.keep(1, found.swap_remove(at as usize), user)
}

pub(super) fn env(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?;
    let default = if call.len() > 2 { call.arg(2, user)? } else { name.clone() };
    let value = std::env::var(&*name).unwrap_or_else(|_| default.into_owned());
    call.keep(1, value, user)
}

pub(super) fn choose(call: &Call, user: &mut User) -> Result<String, Fault> {
    let same = call.arg(0, user)? == call.arg(1, user)?;
    let value = call.arg(if same { 2 } else { 3 }, user)?.into_owned();
    call.keep(4, value, user)
}
