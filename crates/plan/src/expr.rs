//! What is worked out each time it is used: values and texts with variables in them.
//!
//! Main types: [`Expr`] and [`Text`]. The languages in which other tools write templates are compiled to these by
//! their importers, or stand behind [`Eval`] where no common part says what they mean.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::session::Session;
use crate::value::Value;

/// Why something could not be worked out or done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What to tell the user.
    pub message: String,
}

impl Failure {
    /// A failure with this message.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// An expression in a dialect's own language.
pub trait Eval: Send + Sync {
    /// Works it out for a user.
    ///
    /// # Errors
    /// What the user of the program is to hear; the iteration fails.
    fn eval(&self, session: &mut Session) -> Result<Value, Failure>;
}

/// A value that may depend on the user.
#[derive(Clone)]
pub enum Expr {
    /// Always the same.
    Constant(Value),
    /// A variable, or a path into one.
    Variable(Arc<str>),
    /// Text with expressions in it.
    Text(Text),
    /// In a dialect's own language.
    Own(Arc<dyn Eval>),
}

impl Expr {
    /// Its value for this user.
    ///
    /// # Errors
    /// When a dialect's expression fails.
    pub fn value(&self, session: &mut Session) -> Result<Value, Failure> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Variable(name) => Ok(session.vars.at(name)),
            Self::Text(text) => Ok(Value::Text(text.render(session)?.into())),
            Self::Own(own) => own.eval(session),
        }
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(value) => write!(f, "{value:?}"),
            Self::Variable(name) => write!(f, "{{{{ {name} }}}}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Own(_) => f.write_str("own expression"),
        }
    }
}

/// A text that may depend on the user.
#[derive(Clone)]
pub enum Text {
    /// Always the same.
    Constant(Arc<str>),
    /// The parts one after the other.
    Joined(Arc<[Expr]>),
    /// In a dialect's own language.
    Own(Arc<dyn Eval>),
}

impl Text {
    /// The text if it is always the same.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        match self {
            Self::Constant(text) => Some(text),
            Self::Joined(_) | Self::Own(_) => None,
        }
    }

    /// The text for this user.
    ///
    /// # Errors
    /// When a dialect's expression fails.
    pub fn render<'a>(&'a self, session: &mut Session) -> Result<Cow<'a, str>, Failure> {
        match self {
            Self::Constant(text) => Ok(Cow::Borrowed(text)),
            Self::Own(own) => Ok(Cow::Owned(own.eval(session)?.to_text().into_owned())),
            Self::Joined(parts) => {
                let mut whole = String::new();
                for part in parts.iter() {
                    match part {
                        Expr::Constant(value) => whole.push_str(&value.to_text()),
                        part => whole.push_str(&part.value(session)?.to_text()),
                    }
                }
                Ok(Cow::Owned(whole))
            }
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Constant(text.into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Constant(text.into())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(text) => write!(f, "{text:?}"),
            Self::Joined(parts) => f.debug_list().entries(parts.iter()).finish(),
            Self::Own(_) => f.write_str("own text"),
        }
    }
}
