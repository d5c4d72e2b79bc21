//! Verdicts as workflow commands of GitHub actions, which become annotations of the run.
//!
//! GitHub shows ten annotations of a kind a step, so the summary comes first and the worst case second.

use super::{Case, Standing, Verdicts};

/// Lines for standard output: an error a failure, a warning for what is undecided, a notice for what it comes to.
#[must_use]
pub fn annotations(verdicts: &Verdicts) -> String {
    let kind = match verdicts.standing {
        Standing::Failed => "error",
        Standing::Passed => "notice",
        Standing::Undecided | Standing::Skipped => "warning",
    };
    let mut text = command(kind, &verdicts.title, &verdicts.sentence);
    for case in &verdicts.cases {
        match case.standing {
            Standing::Failed => text.push_str(&of_case("error", case)),
            Standing::Undecided => text.push_str(&of_case("warning", case)),
            Standing::Passed | Standing::Skipped => {}
        }
    }
    text
}

fn of_case(kind: &str, case: &Case) -> String {
    command(kind, &format!("{} {}", case.group, case.name), &case.message)
}

fn command(kind: &str, title: &str, message: &str) -> String {
    let title = escaped(title).replace(':', "%3A").replace(',', "%2C");
    format!("::{kind} title={title}::{}\n", escaped(message))
}

/// The escapes of workflow commands.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn failures_are_errors_and_open_questions_warnings() {
        let expected = "::error title=plimsoll gate::1 of 4 figures got worse
::error title=GET /a?x=1&y=\"2\" p95::p95 is 15 %25 worse%0A(50%25, sure)
::warning title=GET /a|b p50::the runs do not tell
";
        assert_eq!(annotations(&sample()), expected);
        assert_eq!(escaped("a:b,c"), "a:b,c");
        assert_eq!(command("notice", "http://a, b", "x"), "::notice title=http%3A//a%2C b::x\n");
    }
}
