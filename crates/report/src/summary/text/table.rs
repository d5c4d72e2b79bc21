//! Rows of a name, dots, and aligned values.
//!
//! Columns are as wide as their widest cell among all rows of a table, separately for trends and for the
//! rest. Where a width is given, a row that would pass it continues below its first value.

use super::ink::Ink;

/// One row before it is aligned.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// What the dots lead away from, with its indentation inside the table.
    pub label: String,
    /// Columns of a trend (`avg=…`) or of another metric.
    pub cells: Cells,
}

/// The values of a row.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    /// Statistics of a trend: names and values.
    Trend(Vec<(String, String)>),
    /// A value and further facts.
    Plain(Vec<String>),
}

impl Cells {
    fn widths(&self) -> Vec<usize> {
        match self {
            Self::Trend(stats) => stats.iter().map(|(name, value)| width(name) + 1 + width(value)).collect(),
            Self::Plain(cells) => cells.iter().map(|cell| width(cell)).collect(),
        }
    }

    fn painted(&self, ink: Ink) -> Vec<String> {
        match self {
            Self::Trend(stats) => {
                stats.iter().map(|(name, value)| format!("{name}={}", ink.cyan(value))).collect()
            }
            Self::Plain(cells) => cells.iter().map(|cell| ink.cyan(cell)).collect(),
        }
    }
}

/// The widths that rows share.
#[derive(Debug)]
pub(super) struct Layout {
    label: usize,
    trend: Vec<usize>,
    plain: Vec<usize>,
}

impl Layout {
    /// The layout in which all of `rows` align.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut layout = Self { label: 0, trend: Vec::new(), plain: Vec::new() };
        for row in rows {
            layout.label = layout.label.max(width(&row.label) + 3);
            let columns = match &row.cells {
                Cells::Trend(_) => &mut layout.trend,
                Cells::Plain(_) => &mut layout.plain,
            };
            widen(columns, &row.cells.widths());
        }
        layout
    }

    /// The row as lines that begin with `indent` blanks and keep to `limit` characters where that is possible.
    pub fn lines(&self, row: &Row, indent: usize, limit: Option<usize>, ink: Ink) -> Vec<String> {
        let columns = match &row.cells {
            Cells::Trend(_) => &self.trend,
            Cells::Plain(_) => &self.plain,
        };
        let dots = ".".repeat(self.label - width(&row.label));
        let start = indent + self.label + 2;
        let mut line = format!("{:indent$}{}{} ", "", row.label, ink.faint(&format!("{dots}:")));
        let mut lines = Vec::new();
        let (mut used, mut gap) = (start, 0);
        for ((cell, cell_width), column) in
            row.cells.painted(ink).iter().zip(row.cells.widths()).zip(columns.iter())
        {
            if gap > 0 && limit.is_some_and(|limit| used + gap + cell_width > limit) && used > start {
                lines.push(std::mem::replace(&mut line, " ".repeat(start)));
                (used, gap) = (start, 0);
            }
            line.push_str(&" ".repeat(gap));
            line.push_str(cell);
            used += gap + cell_width;
            gap = column - cell_width + 1;
        }
        lines.push(line);
        lines
    }
}

fn widen(columns: &mut Vec<usize>, widths: &[usize]) {
    columns.resize(columns.len().max(widths.len()), 0);
    for (column, width) in columns.iter_mut().zip(widths) {
        *column = (*column).max(*width);
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}
