//! What Artillery's scripts may say, row by row: each with the smallest script that says it and what must be seen.
//!
//! Main types: [`Row`], some steps and the lines they must print, and [`Group`], rows that one user goes through in one
//! run. What a request looks like to the server is seen by the shop's rooms, which tell it back.

mod captures;
mod configuration;
mod endings;
mod flow;
mod plugins;
mod requests;
mod templates;
mod websocket;

use super::ran::{Ran, run_with, shop};

/// Some steps of a flow, and what they print.
pub struct Row {
    /// What the row is about.
    pub about: &'static str,
    /// A list of steps in YAML. What they log begins with `> `.
    pub steps: &'static str,
    /// The lines, without their beginning.
    pub lines: &'static [&'static str],
}

/// Shorthand for a row.
pub const fn row(about: &'static str, steps: &'static str, lines: &'static [&'static str]) -> Row {
    Row { about, steps, lines }
}

/// Rows that one user goes through.
#[derive(Default)]
pub struct Group<'a> {
    /// Members of `config`, in YAML.
    pub config: &'a str,
    /// Members of the scenario beside its flow, in YAML.
    pub scenario: &'a str,
    /// Files beside the script.
    pub files: &'a [(&'a str, &'a str)],
    /// Arguments beside the target.
    pub args: &'a [&'a str],
    /// The environment.
    pub env: &'a [(&'a str, &'a str)],
    /// The exit status.
    pub code: i32,
    /// The rows.
    pub rows: &'a [Row],
}

fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{indent}{line}\n")).collect()
}

impl Group<'_> {
    /// The script of all rows.
    fn script(&self) -> String {
        let steps: String = self
            .rows
            .iter()
            .map(|row| format!("      - log: \"== {}\"\n{}", row.about, indented(row.steps, 6)))
            .collect();
        format!(
            "config:\n  phases: [{{duration: 20ms, arrivalCount: 1}}]\n{}scenarios:\n  - name: rows\n{}    flow:\n{steps}",
            indented(self.config, 2),
            indented(self.scenario, 4),
        )
    }

    /// Runs the rows and compares what each printed.
    #[track_caller]
    pub fn check(&self) -> Ran {
        let shop = shop();
        let script = self.script();
        let files: Vec<(&str, &str)> =
            std::iter::once(("rows.yml", script.as_str())).chain(self.files.iter().copied()).collect();
        let url = shop.http_url();
        let args: Vec<&str> = ["-t", &url].into_iter().chain(self.args.iter().copied()).collect();
        let ran = run_with(&files, &args, self.env);
        let out = ran.out();
        let mut printed: Vec<(&str, Vec<&str>)> = Vec::new();
        for line in out.lines() {
            if let Some(about) = line.strip_prefix("== ") {
                printed.push((about, Vec::new()));
            } else if let (Some(line), Some((_, lines))) = (line.strip_prefix("> "), printed.last_mut()) {
                lines.push(line);
            }
        }
        let wanted: Vec<(&str, Vec<&str>)> =
            self.rows.iter().map(|row| (row.about, row.lines.to_vec())).collect();
        for (place, wanted) in wanted.iter().enumerate() {
            let got = printed.get(place);
            assert_eq!(got, Some(wanted), "of {} rows\n{out}\n{}", self.rows.len(), ran.log());
        }
        assert_eq!(ran.code(), Some(self.code), "{out}\n{}", ran.log());
        ran
    }
}
