//! What came of running a script in a folder of its own.
//!
//! Main type: [`Ran`].

use std::collections::BTreeMap;
use std::process::Output;

use serde_json::{Value, json};

pub use crate::program::shop;
use crate::program::{folder, plimsoll};

/// A folder with files, and what came of running the first of them there.
pub struct Ran {
    pub output: Output,
    pub folder: tempfile::TempDir,
}

impl Ran {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    pub fn report(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join("report.json"));
        let text = text.unwrap_or_else(|_| panic!("there is no report\n{}\n{}", self.out(), self.log()));
        serde_json::from_str(&text).expect("the report is JSON")
    }

    /// Compares counters, each by its name. A count of none is the same as no counter.
    #[track_caller]
    pub fn counters(&self, wanted: &[(&str, u64)]) {
        let report = self.report();
        let counters = &report["aggregate"]["counters"];
        for (name, count) in wanted {
            let got = counters[name].as_u64().unwrap_or(0);
            assert_eq!(got, *count, "{name} in {counters:#}\n{}\n{}", self.out(), self.log());
        }
    }

    /// Compares all counters whose names have this beginning, which the wanted names leave out.
    #[track_caller]
    pub fn all_counters(&self, beginning: &str, wanted: &[(&str, u64)]) {
        let report = self.report();
        let counters = report["aggregate"]["counters"].as_object().cloned().unwrap_or_default();
        let got: BTreeMap<&str, &Value> = counters
            .iter()
            .filter_map(|(name, count)| Some((name.strip_prefix(beginning)?, count)))
            .collect();
        let counts: Vec<(&str, Value)> = wanted.iter().map(|(name, count)| (*name, json!(count))).collect();
        let wanted: BTreeMap<&str, &Value> = counts.iter().map(|(name, count)| (*name, count)).collect();
        assert_eq!(got, wanted, "{}\n{}", self.out(), self.log());
    }

    /// The lines of standard output that scripts printed: those that begin with this mark, without it.
    pub fn lines(&self, mark: &str) -> Vec<String> {
        self.out().lines().filter_map(|line| line.strip_prefix(mark)).map(str::to_owned).collect()
    }
}

/// Writes files into a new folder and runs the first of them there.
pub fn run(files: &[(&str, &str)], args: &[&str]) -> Ran {
    run_with(files, args, &[])
}

/// The same with an environment.
pub fn run_with(files: &[(&str, &str)], args: &[&str], env: &[(&str, &str)]) -> Ran {
    let folder = folder();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("folders can be made");
        std::fs::write(path, text).expect("a temporary folder can be written");
    }
    let mut command = plimsoll(folder.path(), &["run", "-q", "--out", "artillery=report.json"]);
    command.args(args).arg(files[0].0).env("WORKERS", "1").envs(env.iter().copied());
    let output = command.output().expect("it starts");
    Ran { output, folder }
}
