//! A sheet as Markdown, made for a comment on a pull request: without its charts.

use std::fmt::Write;

use super::{Part, Sheet};
use crate::verdicts::{cell, inline, sign};

/// The comment.
#[must_use]
pub fn markdown(sheet: &Sheet) -> String {
    let mut text = format!("### {} {}\n\n", sign(sheet.standing), inline(&sheet.title));
    let _ = writeln!(text, "**{}**\n", inline(&sheet.sentence));
    list(&mut text, &sheet.facts);
    list(&mut text, &sheet.lines);
    if !sheet.facts.is_empty() || !sheet.lines.is_empty() {
        text.push('\n');
    }
    sheet.parts.iter().for_each(|one| part(&mut text, one));
    text
}

fn list(text: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(text, "- {}", inline(line));
    }
}

fn part(text: &mut String, part: &Part) {
    let _ = writeln!(text, "#### {}\n", inline(part.title));
    if !part.rows.is_empty() {
        let titles: Vec<String> = part.columns.iter().map(|title| cell(title.trim())).collect();
        let rules: Vec<&str> =
            part.columns.iter().map(|title| if title.starts_with(' ') { "---:" } else { "---" }).collect();
        let _ = writeln!(text, "| {} |\n|{}|", titles.join(" | "), rules.join("|"));
        for row in &part.rows {
            let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text.push('\n');
    }
    list(text, &part.lines);
    if !part.lines.is_empty() {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdicts::Standing;

    #[test]
    fn findings_stand_first_and_nothing_is_markup() {
        let part = Part {
            id: "levels",
            title: "Levels",
            columns: vec!["load".to_owned(), " done".to_owned()],
            rows: vec![vec!["a|b".to_owned(), "1".to_owned()]],
            lines: vec!["it *bends*".to_owned()],
            ..Part::default()
        };
        let sheet = Sheet {
            title: "capacity of <x>".to_owned(),
            facts: vec!["open model".to_owned()],
            word: "Found".to_owned(),
            standing: Standing::Passed,
            sentence: "kept at 5/s".to_owned(),
            lines: Vec::new(),
            parts: vec![part],
        };
        let expected = "### ✅ capacity of &lt;x&gt;

**kept at 5/s**

- open model

#### Levels

| load | done |
|---|---:|
| a\\|b | 1 |

- it \\*bends\\*

";
        assert_eq!(markdown(&sheet), expected);
    }
}
