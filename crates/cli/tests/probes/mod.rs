//! Probes of another tool, run with the built program and compared with the recorded behaviour of that tool.
//!
//! Main type: [`Oracle`], a folder with probes, records, `check.py` that compares them, and `differences.txt`. A probe that
//! differs must be listed there with its reason; one that no longer differs must be removed from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The word of a probe that is as recorded.
const PASS: &str = "pass";

/// The probes of a tool.
pub struct Oracle {
    /// Their folder below `tests`.
    pub folder: &'static str,
    /// The words of probes that differ. Where there are several, the list says of each probe which one it is.
    pub kinds: &'static [&'static str],
    /// What is given to `--skip`: a word, or a list of the folder with probes that hang on the speed of the machine.
    pub skip: Option<&'static str>,
}

impl Oracle {
    /// Runs the probes of an area, which is a folder of them, and compares what differs with the list.
    #[track_caller]
    pub fn check(&self, area: &str) {
        let (listed, got) = (self.differences(area), self.verdicts(area));
        let records =
            std::fs::read_dir(self.path("expected").join(area)).expect("the area has records").count();
        let skipped = self.skipped().map_or(0, |list| lines(&list, area).len());
        assert_eq!(got.len() + skipped, records, "every record of {area} must be checked");
        let as_listed = |name: &str, word: &str| match listed.get(name) {
            None => word == PASS,
            Some(wanted) => word == wanted || wanted.is_empty() && word != PASS,
        };
        let wrong: Vec<String> = got
            .iter()
            .filter(|(name, word)| !as_listed(name, word))
            .map(|(name, word)| format!("{name}: listed as {:?}, found {word}", listed.get(name)))
            .collect();
        let count = wrong.len();
        assert!(wrong.is_empty(), "{count} of {records} probes differ from the list:\n{}", wrong.join("\n"));
        for name in listed.keys() {
            assert!(got.contains_key(name), "differences.txt names {name}, which does not exist");
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(self.folder).join(name)
    }

    /// The list of probes that are left out, where it is one.
    fn skipped(&self) -> Option<PathBuf> {
        self.skip.map(|name| self.path(name)).filter(|path| path.exists())
    }

    /// The listed differences of an area: the word of each, which is empty where there is only one.
    #[track_caller]
    fn differences(&self, area: &str) -> BTreeMap<String, String> {
        let mut listed = lines(&self.path("differences.txt"), area);
        for (name, rest) in &mut listed {
            let (word, reason) = match self.kinds {
                [_] => ("", &**rest),
                _ => rest.split_once(' ').unwrap_or((rest, "")),
            };
            assert!(word.is_empty() || self.kinds.contains(&word), "differences.txt: {name} is no {word}");
            assert!(!reason.trim().is_empty(), "differences.txt: no reason given: {name}");
            *rest = word.to_owned();
        }
        listed
    }

    /// Runs the probes of an area and reads the word of each.
    #[track_caller]
    fn verdicts(&self, area: &str) -> BTreeMap<String, String> {
        let mut command = Command::new("python3");
        command.arg("-B").arg(self.path("check.py"));
        command.args(["--verdicts", "--diff", "--area", area, "--bin", env!("CARGO_BIN_EXE_plimsoll")]);
        if let Some(word) = self.skip {
            command.arg("--skip").arg(self.skipped().unwrap_or_else(|| word.into()));
        }
        let output = command.output().expect("python3 is installed; `cargo xtask test` sees to it");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "check.py failed: {}", String::from_utf8_lossy(&output.stderr));
        print!("{text}");
        let mut words = rows(&text, area);
        words.retain(|_, word| word == PASS || self.kinds.contains(&word.as_str()));
        words
    }
}

/// The lines of a list that are about probes of an area: the name, and what stands behind it.
#[track_caller]
fn lines(list: &Path, area: &str) -> BTreeMap<String, String> {
    rows(&std::fs::read_to_string(list).expect("the list is in the repository"), area)
}

fn rows(text: &str, area: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| line.starts_with(&format!("{area}/")));
    let named = |line: &str| {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        (name.to_owned(), rest.trim().to_owned())
    };
    lines.map(named).collect()
}
