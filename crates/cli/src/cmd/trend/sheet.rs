//! A history as a page: the runs as points, the levels as lines, what is foretold.
//!
//! Main function: [`sheet`].

use report::sheet::{Axis, Marks, Part, Plot, Point, Shape, Sheet, Unit};
use report::verdicts::Standing;

use super::{Shown, TITLES, commit, day};
use crate::kept::moment;

/// The page.
pub fn sheet(shown: &Shown<'_>) -> Sheet {
    let changes = shown.history.stretches.len().saturating_sub(1);
    let (word, standing) = match changes {
        0 if shown.history.too_short => ("Too few runs", Standing::Skipped),
        0 => ("Steady", Standing::Passed),
        _ => ("Changed", Standing::Undecided),
    };
    let mut facts = vec![format!("{} runs", shown.entries.len())];
    if let (Some(first), Some(last)) = (shown.entries.first(), shown.entries.last()) {
        facts.push(format!("{} to {}", day(first.started_ms), day(last.started_ms)));
    }
    if shown.left_out > 0 {
        facts.push(format!("{} left out: never ended well or not trusted", shown.left_out));
    }
    Sheet {
        title: format!("{} of {}", shown.figure, shown.test),
        facts,
        word: word.to_owned(),
        standing,
        sentence: shown.finding(),
        lines: shown.foretold(),
        parts: vec![levels(shown), runs(shown)],
    }
}

fn levels(shown: &Shown<'_>) -> Part {
    let unit = if shown.time { Unit::Milliseconds } else { Unit::Number };
    let plot = Plot {
        title: shown.figure.to_owned(),
        x: Axis { title: "runs, the first to the left".to_owned(), unit: Unit::Number },
        y: Axis { title: shown.figure.to_owned(), unit },
        marks: marks(shown),
    };
    Part {
        id: "levels",
        title: "Levels",
        note: format!(
            "A level is the median of the runs between two changes; a change is one at {}% confidence.",
            report::format::number(shown.level * 100.0)
        ),
        plots: if shown.entries.is_empty() { Vec::new() } else { vec![plot] },
        columns: TITLES.iter().map(|title| title.to_lowercase()).collect(),
        rows: shown.history.stretches.iter().map(|stretch| shown.row(stretch)).collect(),
        ..Part::default()
    }
}

fn marks(shown: &Shown<'_>) -> Vec<Marks> {
    let place = |at: usize| (at + 1) as f64;
    let last = shown.entries.len();
    let lines = shown.history.stretches.iter().map(|stretch| Marks {
        name: "level".to_owned(),
        shape: Shape::Line,
        standing: None,
        points: vec![
            Point::at(place(stretch.from) - 0.4, stretch.level),
            Point::at(place(stretch.to) - 0.6, stretch.level),
        ],
    });
    let mut marks: Vec<Marks> = lines.collect();
    marks.extend(shown.limit.map(|limit| Marks {
        name: "limit".to_owned(),
        shape: Shape::Dashes,
        standing: Some(Standing::Failed),
        points: vec![Point::at(0.6, limit), Point::at(last as f64 + 0.4, limit)],
    }));
    let next = shown.forecast.as_ref().map(|forecast| (forecast.next.lower, forecast.next.upper));
    marks.extend(next.filter(|(low, high)| low.is_finite() && high.is_finite()).map(|(low, high)| {
        let middle = Point {
            interval: Some((low, high)),
            label: "foretold".to_owned(),
            ..Point::at(place(last), f64::midpoint(low, high))
        };
        Marks {
            name: "next run, foretold".to_owned(),
            shape: Shape::Dots,
            standing: Some(Standing::Undecided),
            points: vec![middle],
        }
    }));
    let points = shown.entries.iter().enumerate().map(|(at, one)| Point {
        label: format!("{}, run {}, commit {}", day(one.started_ms), one.id, commit(one)),
        ..Point::at(place(at), one.value)
    });
    marks.push(Marks {
        name: "run".to_owned(),
        shape: Shape::Dots,
        standing: Some(Standing::Skipped),
        points: points.collect(),
    });
    marks
}

fn runs(shown: &Shown<'_>) -> Part {
    let rows = shown.entries.iter().map(|one| {
        vec![moment(one.started_ms), one.id.clone(), commit(one).to_owned(), shown.value(one.value)]
    });
    Part {
        id: "runs",
        title: "Runs",
        columns: ["started", "run", "commit", " value"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
        ..Part::default()
    }
}
