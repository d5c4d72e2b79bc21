//! Functions of a script's processor.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::life::{Done, Stop, User};
use crate::exchange::Exchange;
use crate::session::Session;

/// A processor.
#[derive(Clone, Debug)]
pub struct Processor {
    /// Its file.
    pub file: PathBuf,
}

/// What a user keeps in JavaScript.
pub struct UserCode;

impl Processor {
    /// The processor in a file.
    #[must_use]
    pub fn new(_source: &crate::import::Source, folder: &Path, path: &str) -> Self {
        Self { file: super::load::absolute(folder, Path::new(path)) }
    }
}

pub fn any(_session: &mut Session, _user: &Rc<User>, _names: &[&str]) -> bool {
    false
}

pub async fn function(session: &mut Session, user: &Rc<User>, name: &str) -> Done {
    user.count_error(session, &format!("Undefined function \"{name}\""));
    Ok(())
}

pub async fn around(_session: &mut Session, _user: &Rc<User>, _name: &str) -> Done {
    Ok(())
}

pub async fn goes_on(_session: &mut Session, _user: &Rc<User>, _name: &str) -> Result<bool, Stop> {
    Ok(false)
}

pub async fn condition(_session: &mut Session, _user: &Rc<User>, _name: &str) -> Option<bool> {
    None
}

pub async fn before_request(_session: &mut Session, _user: &Rc<User>, _name: &str, object: Map<String, Value>) -> Result<Map<String, Value>, Stop> {
    Ok(object)
}

pub async fn after_response(_session: &mut Session, _user: &Rc<User>, _name: &str, _object: &mut Map<String, Value>, _response: &mut Value) -> Done {
    Ok(())
}

pub async fn on_error(_session: &mut Session, _user: &Rc<User>, _name: &str, _error: (&str, &str), _object: &Map<String, Value>) {}

pub fn response(_exchange: &Exchange, _text: &str) -> Value {
    Value::Null
}
