//! A page about more than a run: a history, a search for a limit. What it says, before it has a form.
//!
//! Main type: [`Sheet`]. [`crate::html::sheet`] makes a file for browsers of it, [`markdown`] a comment for a pull
//! request. What is found, and in which words, is the caller's business.

mod markdown;

pub use markdown::markdown;

use crate::verdicts::Standing;

/// The page.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What it is about, such as `http_req_duration p95 of shop.js`.
    pub title: String,
    /// What stands beside the title, in a word or two each.
    pub facts: Vec<String>,
    /// The finding in a word.
    pub word: String,
    /// How good that is.
    pub standing: Standing,
    /// The finding in a sentence without a full stop.
    pub sentence: String,
    /// What readers have to know with it: sentences without full stops.
    pub lines: Vec<String>,
    /// Everything below.
    pub parts: Vec<Part>,
}

/// A part of the page under a heading of its own.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// How links name it.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What its readers have to know.
    pub note: String,
    /// Its charts. What they show has to stand in the table too.
    pub plots: Vec<Plot>,
    /// The titles of its table's columns. A title that begins with a space is of numbers.
    pub columns: Vec<String>,
    /// The rows of its table.
    pub rows: Vec<Vec<String>>,
    /// Findings, a sentence without a full stop each.
    pub lines: Vec<String>,
}

/// A chart of some values over another.
#[derive(Clone, Debug, Default)]
pub struct Plot {
    /// What it shows.
    pub title: String,
    /// What goes to the right.
    pub x: Axis,
    /// What goes up.
    pub y: Axis,
    /// What is drawn, the first below the others.
    pub marks: Vec<Marks>,
}

/// An axis.
#[derive(Clone, Debug, Default)]
pub struct Axis {
    /// What it measures, in a word or two.
    pub title: String,
    /// In which unit.
    pub unit: Unit,
}

/// How values are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Unit {
    /// As they are.
    #[default]
    Number,
    /// Milliseconds, as a span of time.
    Milliseconds,
    /// Shares between 0 and 1, as a percentage.
    Share,
}

/// Points that are drawn alike.
#[derive(Clone, Debug)]
pub struct Marks {
    /// What they are.
    pub name: String,
    /// How they are drawn.
    pub shape: Shape,
    /// How good what they stand for is.
    pub standing: Option<Standing>,
    /// Where they are, from left to right.
    pub points: Vec<Point>,
}

/// How points are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A dot each, with a bar where there is an interval.
    Dots,
    /// A line through them.
    Line,
    /// The same, broken: something that was not measured.
    Dashes,
}

/// A point.
#[derive(Clone, Debug)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// The ends of its interval.
    pub interval: Option<(f64, f64)>,
    /// What is said of it besides, such as the run it stands for.
    pub label: String,
}

impl Point {
    /// A point of which only its place is known.
    #[must_use]
    pub const fn at(x: f64, y: f64) -> Self {
        Self { x, y, interval: None, label: String::new() }
    }
}
