//! Functions whose argument is a script.

use super::super::scripts::Language;
use super::super::text::{Call, Fault};
use super::super::user::User;

fn run(call: &Call, language: Language, user: &mut User) -> Result<String, Fault> {
    let source = call.arg(0, user)?.into_owned();
    let value = match user.scripts.clone() {
        Some(scripts) => scripts.expression(language, &source, user),
        None => Err("scripts cannot run while the plan is being read".to_owned()),
    };
    let value = match value {
        Ok(Some(value)) => value,
        Ok(None) if language == Language::JavaScript => "null".to_owned(),
        Ok(None) => String::new(),
        Err(error) => {
            user.shared.say(model::Level::Warning, &format!("{}: {source}: {error}", user.name));
            String::new()
        }
    };
    call.keep(1, value, user)
}

pub(super) fn groovy(call: &Call, user: &mut User) -> Result<String, Fault> {
    run(call, Language::Groovy, user)
}

pub(super) fn bean_shell(call: &Call, user: &mut User) -> Result<String, Fault> {
    run(call, Language::BeanShell, user)
}

pub(super) fn jexl(call: &Call, user: &mut User) -> Result<String, Fault> {
    run(call, Language::Jexl, user)
}

pub(super) fn java_script(call: &Call, user: &mut User) -> Result<String, Fault> {
    run(call, Language::JavaScript, user)
}
