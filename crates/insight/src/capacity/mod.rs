//! How much load a system carries: from trials at levels of load to an answer that can be defended.
//!
//! Main types: [`Step`] (a trial as it was measured), [`Level`] (what it says), [`Found`] (the answer of [`search`] or
//! [`climb`]) and [`Laws`] (what the levels say of the system's nature). Who runs the trials, and how, is not known here.

mod fits;
mod levels;
mod search;

pub use fits::{Curve, Knee, Laws, Scaled, laws, little_gap, recovery};
pub use levels::{Level, Second, Settled, Starved, Step, judge_step};
pub use search::{Ask, Found, Question, Why, climb, search};
