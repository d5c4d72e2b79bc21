//! Verdicts as a JUnit report, in the dialect that Jenkins, GitLab, GitHub actions and Azure read alike.
//!
//! Undecided and skipped questions are `skipped` tests with the reason as their message: a report that showed them as
//! passed would say more than is known.

use std::fmt::Write;

use super::{Case, Standing, Verdicts};

/// The report, a suite for each of `all`. It has no times and no host, so that equal verdicts are equal files.
#[must_use]
pub fn junit(all: &[Verdicts]) -> String {
    let name = match all {
        [one] => escaped(&one.title),
        _ => "plimsoll".to_owned(),
    };
    let tests: usize = all.iter().map(|one| one.cases.len()).sum();
    let failed: usize = all.iter().map(|one| one.count(Standing::Failed)).sum();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\">\n"
    );
    all.iter().for_each(|one| text.push_str(&suite(one)));
    text.push_str("</testsuites>\n");
    text
}

fn suite(verdicts: &Verdicts) -> String {
    let skipped = verdicts.count(Standing::Undecided) + verdicts.count(Standing::Skipped);
    let failed = verdicts.count(Standing::Failed);
    let (name, tests) = (escaped(&verdicts.title), verdicts.cases.len());
    let mut text = format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">\n"
    );
    for case in &verdicts.cases {
        text.push_str(&test_case(&verdicts.title, case));
    }
    text.push_str("    <system-out>");
    for line in std::iter::once(&verdicts.sentence).chain(&verdicts.notes) {
        let _ = writeln!(text, "{}", escaped(line));
    }
    text.push_str("</system-out>\n  </testsuite>\n");
    text
}

fn test_case(suite: &str, case: &Case) -> String {
    let (group, name) = (escaped(&case.group), escaped(&case.name));
    let head = format!("    <testcase classname=\"{}.{group}\" name=\"{name}\"", escaped(suite));
    let message = escaped(&case.message);
    match case.standing {
        Standing::Passed => format!("{head}/>\n"),
        Standing::Failed => {
            let first = escaped(case.message.lines().next().unwrap_or_default());
            format!("{head}>\n      <failure message=\"{first}\">{message}</failure>\n    </testcase>\n")
        }
        Standing::Undecided => {
            format!("{head}>\n      <skipped message=\"inconclusive: {message}\"/>\n    </testcase>\n")
        }
        Standing::Skipped => format!("{head}>\n      <skipped message=\"{message}\"/>\n    </testcase>\n"),
    }
}

/// Text as XML has it; characters that XML 1.0 cannot have at all become a question mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
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
    fn every_answer_has_its_element() {
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="plimsoll gate" tests="4" failures="1" errors="0">
  <testsuite name="plimsoll gate" tests="4" failures="1" errors="0" skipped="2">
    <testcase classname="plimsoll gate.GET /a?x=1&amp;y=&quot;2&quot;" name="p95">
      <failure message="p95 is 15 % worse">p95 is 15 % worse&#10;(50%, sure)</failure>
    </testcase>
    <testcase classname="plimsoll gate.GET /a|b" name="p50">
      <skipped message="inconclusive: the runs do not tell"/>
    </testcase>
    <testcase classname="plimsoll gate.GET /c" name="p50"/>
    <testcase classname="plimsoll gate.all" name="errors?">
      <skipped message="nothing to compare"/>
    </testcase>
    <system-out>1 of 4 figures got worse
run &lt;b&gt; is trusted
</system-out>
  </testsuite>
</testsuites>
"#;
        assert_eq!(junit(&[sample()]), expected);
        let two = junit(&[sample(), sample()]);
        let head = "<testsuites name=\"plimsoll\" tests=\"8\" failures=\"2\" errors=\"0\">";
        assert!(two.contains(head) && two.matches("<testsuite ").count() == 2, "{two}");
    }
}
