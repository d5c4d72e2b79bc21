//! Rows of texts in columns, for people.

/// Spaces between columns.
const GAP: usize = 2;

/// Lines of columns under their titles. Columns whose title begins with a space are aligned to the right.
#[must_use]
pub fn table(titles: &[&str], rows: &[Vec<String>]) -> String {
    let titles_shown: Vec<String> = titles.iter().map(|title| title.trim().to_owned()).collect();
    let all = || std::iter::once(&titles_shown).chain(rows);
    let widths: Vec<usize> = (0..titles.len())
        .map(|at| all().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in all() {
        let mut line = String::new();
        for ((cell, width), title) in row.iter().zip(&widths).zip(titles) {
            let padding = " ".repeat(width - cell.chars().count());
            let gap = " ".repeat(GAP);
            if title.starts_with(' ') {
                line.extend([padding.as_str(), cell, &gap]);
            } else {
                line.extend([cell, padding.as_str(), &gap]);
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let shown = table(&["ID", " COUNT", "END"], &[row(&["abc", "1", "é"]), row(&["d", "1,000", "xyz"])]);
        assert_eq!(shown, "ID   COUNT  END\nabc      1  é\nd    1,000  xyz\n");
    }
}
