//! Verdicts as Markdown, made for a comment on a pull request.
//!
//! The decision stands first, what is wrong or open in a table below it, and what is fine is folded away: reviewers read
//! such a comment in the time of a glance.

use std::fmt::Write;

use super::{Case, Standing, Verdicts};

/// The comment.
#[must_use]
pub fn markdown(verdicts: &Verdicts) -> String {
    let mut text = format!("### {} {}\n\n", sign(verdicts.standing), inline(&verdicts.title));
    let _ = writeln!(text, "**{}**\n", inline(&verdicts.sentence));
    for note in &verdicts.notes {
        let _ = writeln!(text, "- {}", inline(note));
    }
    if !verdicts.notes.is_empty() {
        text.push('\n');
    }
    let fine = |case: &&Case| case.standing == Standing::Passed;
    let open: Vec<&Case> = verdicts.cases.iter().filter(|case| !fine(case)).collect();
    let passed: Vec<&Case> = verdicts.cases.iter().filter(fine).collect();
    if !open.is_empty() {
        text.push_str(&table(verdicts, &open));
        text.push('\n');
    }
    if !passed.is_empty() {
        let _ = write!(
            text,
            "<details><summary>{} without a finding</summary>\n\n{}\n</details>\n",
            passed.len(),
            table(verdicts, &passed)
        );
    }
    text
}

fn table(verdicts: &Verdicts, cases: &[&Case]) -> String {
    let titles: Vec<String> = verdicts.columns.iter().map(|title| cell(title.trim())).collect();
    let rules: Vec<&str> =
        verdicts.columns.iter().map(|title| if title.starts_with(' ') { "---:" } else { "---" }).collect();
    let mut text = format!("| | {} |\n|---|{}|\n", titles.join(" | "), rules.join("|"));
    for case in cases {
        let cells: Vec<String> = case.cells.iter().map(|text| cell(text)).collect();
        let _ = writeln!(text, "| {} | {} |", sign(case.standing), cells.join(" | "));
    }
    text
}

pub(crate) const fn sign(standing: Standing) -> &'static str {
    match standing {
        Standing::Passed => "✅",
        Standing::Failed => "❌",
        Standing::Undecided => "❔",
        Standing::Skipped => "➖",
    }
}

/// A cell: on one line, without what would end it.
pub(crate) fn cell(text: &str) -> String {
    inline(text).replace('|', "\\|")
}

/// Text that Markdown and the HTML in it leave as it is. Underscores inside words mean nothing and stay.
pub(crate) fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '`' | '*' | '[' | ']' | '\\' | '#' => out.extend(['\\', character]),
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn findings_stand_first_and_the_rest_is_folded() {
        let expected = "### ❌ plimsoll gate

**1 of 4 figures got worse**

- run &lt;b&gt; is trusted

| | endpoint | figure | value |
|---|---|---|---:|
| ❌ | GET /a?x=1&amp;y=\"2\" | p95 | 1 |
| ❔ | GET /a\\|b | p50 | 1 |
| ➖ | all | errors? | 1 |

<details><summary>1 without a finding</summary>

| | endpoint | figure | value |
|---|---|---|---:|
| ✅ | GET /c | p50 | 1 |

</details>
";
        assert_eq!(markdown(&sample()), expected);
    }

    #[test]
    fn nobody_is_called_and_nothing_is_formatted() {
        assert_eq!(inline("@team *x* `y` [z](u) #1"), "&#64;team \\*x\\* \\`y\\` \\[z\\](u) \\#1");
    }
}
