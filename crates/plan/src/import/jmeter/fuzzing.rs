//! What holds for any text with references: the function here panics when it does not. For fuzz targets and tests only.

use std::sync::Arc;

use super::text::Text;
use super::user::{Shared, User};

/// What functions give is no longer than this and in proportion to what they get.
const LENGTH_MAX: usize = 64 << 20;
/// What one function may add.
const ADDED_MAX: usize = 40_000_000;

/// A text is read or refused with a reason; what is read can be evaluated, and comes to an end.
pub(crate) fn text(input: &str) {
    let (variables, source) = crate::fuzzing::with_variables(input);
    let mut user = User::loading(Arc::new(Shared::for_tests()));
    for (name, value) in variables {
        user.vars.put(name, value);
    }
    match Text::parse(source) {
        Err(why) => assert!(!why.to_string().is_empty()),
        Ok(text) => {
            if text.is_fixed() {
                assert!(text.eval(&mut user).is_ok());
            }
            text.each_call(&mut |function, args| {
                assert!((function.min..=function.max).contains(&args.len()), "{}", function.name);
            });
            match text.eval(&mut user) {
                Ok(value) => {
                    let most = LENGTH_MAX + source.matches("__").count() * ADDED_MAX;
                    assert!(value.len() <= most, "{} of {input:?}", value.len());
                }
                Err(fault) => assert!(!fault.to_string().is_empty()),
            }
        }
    }
}
