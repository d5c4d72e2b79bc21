//! The layout of `console.table`: rows and columns between lines.

/// A table in the making: the cells of a column are found by its name.
#[derive(Default)]
pub(super) struct Grid {
    columns: Vec<String>,
    rows: Vec<(String, Vec<(usize, String)>)>,
    /// What the rows that are no objects hold.
    values: Vec<Option<String>>,
}

impl Grid {
    /// Begins a row.
    pub(super) fn row(&mut self, name: String) {
        self.rows.push((name, Vec::new()));
        self.values.push(None);
    }

    /// Adds a cell to the last row.
    pub(super) fn cell(&mut self, column: &str, text: String) {
        let at = self.columns.iter().position(|known| known == column).unwrap_or_else(|| {
            self.columns.push(column.to_owned());
            self.columns.len() - 1
        });
        self.rows.last_mut().expect("a row was begun").1.push((at, text));
    }

    /// The last row is a value of its own.
    pub(super) fn value(&mut self, text: String) {
        *self.values.last_mut().expect("a row was begun") = Some(text);
    }

    /// The table as lines.
    pub(super) fn draw(mut self) -> String {
        let own = self.columns.len();
        if self.values.iter().any(Option::is_some) {
            self.columns.push("Values".to_owned());
        }
        let mut lines = vec![[vec!["(index)".to_owned()], self.columns.clone()].concat()];
        for ((name, cells), value) in self.rows.into_iter().zip(self.values) {
            let mut line = vec![String::new(); self.columns.len() + 1];
            line[0] = name;
            cells.into_iter().for_each(|(at, text)| line[at + 1] = text);
            if let Some(value) = value {
                line[own + 1] = value;
            }
            lines.push(line);
        }
        let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..=self.columns.len()).map(width).collect();
        let rule = |left: &str, middle: &str, right: &str| {
            let bars: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
            format!("{left}{}{right}", bars.join(middle))
        };
        let content = |line: &Vec<String>| {
            let cells: Vec<String> =
                line.iter().zip(&widths).map(|(text, &width)| format!(" {text:width$} ")).collect();
            format!("│{}│", cells.join("│"))
        };
        let mut drawn = vec![rule("┌", "┬", "┐"), content(&lines[0]), rule("├", "┼", "┤")];
        drawn.extend(lines[1..].iter().map(content));
        drawn.push(rule("└", "┴", "┘"));
        drawn.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn rows_of_different_columns_stand_side_by_side() {
        let mut grid = Grid::default();
        grid.row("0".to_owned());
        grid.cell("a", "1".to_owned());
        grid.row("1".to_owned());
        grid.cell("name", "'é'".to_owned());
        grid.row("2".to_owned());
        grid.value("true".to_owned());
        let expected = "\
┌─────────┬───┬──────┬────────┐
│ (index) │ a │ name │ Values │
├─────────┼───┼──────┼────────┤
│ 0       │ 1 │      │        │
│ 1       │   │ 'é'  │        │
│ 2       │   │      │ true   │
└─────────┴───┴──────┴────────┘";
        assert_eq!(grid.draw(), expected);
        assert_eq!(Grid::default().draw(), "┌─────────┐\n│ (index) │\n├─────────┤\n└─────────┘");
    }
}
