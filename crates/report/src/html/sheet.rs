//! A [`Sheet`] as a file for browsers: the same frame as that of runs, with charts of points.
//!
//! Main function: [`sheet`].

use serde_json::{Value, json};

use super::compare::word_tone;
use super::data::{VERSION, short};
use super::markup::{Cell, chart, escape, wide_table};
use super::words::{capital, unbroken};
use super::{Parts, Section, frame};
use crate::sheet::{Axis, Marks, Part, Plot, Shape, Sheet, Unit};
use crate::verdicts::Standing;

/// The page.
#[must_use]
pub fn sheet(sheet: &Sheet) -> String {
    let mut plots = Vec::new();
    let sections = sheet.parts.iter().filter_map(|one| {
        let body = body(one, plots.len());
        plots.extend(one.plots.iter().map(plot));
        Section::new(one.id, one.title, &unbroken(&one.note), &body)
    });
    let parts = Parts {
        title: format!("{} · {}", sheet.word, sheet.title),
        sections: sections.collect(),
        head: head(sheet),
        about: String::new(),
    };
    frame::document(&parts, &json!({ "version": VERSION, "runs": [], "plots": plots }))
}

fn head(sheet: &Sheet) -> String {
    let facts: String = sheet.facts.iter().map(|fact| format!("<span>{}</span>", escape(fact))).collect();
    let mut out = format!(
        "<p class=\"what\"><span class=\"name\">{}</span>{facts}</p>\n\
         <div class=\"verdict {}\"><p class=\"word\">{}</p><h1>{}</h1>\n",
        escape(&sheet.title),
        word_tone(sheet.standing).class(),
        escape(&sheet.word),
        escape(&unbroken(&sentence(&sheet.sentence)))
    );
    for line in &sheet.lines {
        out.push_str(&format!("<p class=\"lead\">{}</p>\n", escape(&unbroken(&sentence(line)))));
    }
    out.push_str("</div>\n");
    out
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    format!("{}.", capital(text.trim()))
}

/// Charts, then the table with their numbers, then what it says. Charts are counted from `first` on.
fn body(part: &Part, first: usize) -> String {
    let mut out = String::new();
    for (at, plot) in part.plots.iter().enumerate() {
        let label = format!(
            "{}: {} over {}. The numbers are in the table below.",
            plot.title, plot.y.title, plot.x.title
        );
        out.push_str(&chart("plot", first + at, &plot.title, &label));
    }
    if !part.rows.is_empty() {
        let titles: Vec<(String, bool)> = part
            .columns
            .iter()
            .map(|title| (escape(&capital(title.trim_start())), title.starts_with(' ')))
            .collect();
        let rows: Vec<Vec<Cell>> = part
            .rows
            .iter()
            .map(|row| row.iter().map(|text| Cell::text(&unbroken(text))).collect())
            .collect();
        out.push_str(&wide_table(part.title, None, &titles, &rows));
    }
    if !part.lines.is_empty() {
        out.push_str("<ul class=\"reasons\">\n");
        for line in &part.lines {
            out.push_str(&format!("<li>{}</li>\n", escape(&unbroken(&sentence(line)))));
        }
        out.push_str("</ul>\n");
    }
    out
}

fn plot(plot: &Plot) -> Value {
    let axis = |axis: &Axis| {
        let unit = match axis.unit {
            Unit::Number => "number",
            Unit::Milliseconds => "ms",
            Unit::Share => "share",
        };
        json!({ "title": axis.title, "unit": unit })
    };
    let marks: Vec<Value> = plot.marks.iter().map(marks).collect();
    json!({ "x": axis(&plot.x), "y": axis(&plot.y), "marks": marks })
}

fn marks(marks: &Marks) -> Value {
    let shape = match marks.shape {
        Shape::Dots => "dots",
        Shape::Line => "line",
        Shape::Dashes => "dashes",
    };
    let colour = match marks.standing {
        None => "--p50",
        Some(Standing::Passed) => "--good",
        Some(Standing::Failed) => "--bad",
        Some(Standing::Undecided) => "--warn",
        Some(Standing::Skipped) => "--soft",
    };
    let points: Vec<Value> = marks
        .points
        .iter()
        .map(|point| {
            let (low, high) = point.interval.unzip();
            let end = |end: Option<f64>| end.map_or(Value::Null, short);
            json!([short(point.x), short(point.y), end(low), end(high)])
        })
        .collect();
    let labels: Vec<&str> = marks.points.iter().map(|point| point.label.as_str()).collect();
    json!({ "name": marks.name, "shape": shape, "colour": colour, "points": points, "labels": labels })
}
