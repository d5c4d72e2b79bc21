//! What a run ran on: enough to tell whether two runs can be compared.

use std::fs;
use std::path::Path;

use crate::git;

/// The surroundings of a run. What could not be found out is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Environment {
    /// The version of the program.
    pub program: String,
    /// The commit of the working directory.
    pub commit: Option<String>,
    /// The name of the machine.
    pub host: String,
    /// The operating system and the version of its kernel.
    pub kernel: String,
    /// The model of the processors.
    pub cpu: String,
    /// How many of them the program may use.
    pub cpus: u64,
}

impl Environment {
    /// Looks at the machine and at the repository around `folder`.
    #[must_use]
    pub fn look(program: &str, folder: &Path) -> Self {
        let line = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        let release = line("/proc/sys/kernel/osrelease");
        Self {
            program: program.to_owned(),
            commit: git::commit_of(folder),
            host: line("/proc/sys/kernel/hostname"),
            kernel: if release.is_empty() {
                std::env::consts::OS.to_owned()
            } else {
                format!("{} {release}", line("/proc/sys/kernel/ostype"))
            },
            cpu: model(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()).to_owned(),
            cpus: std::thread::available_parallelism().map_or(1, |count| count.get() as u64),
        }
    }
}

/// The model in a description of processors.
fn model(description: &str) -> &str {
    let rows = description.lines().filter_map(|line| line.split_once(':'));
    let mut models = rows.filter(|(name, _)| matches!(name.trim(), "model name" | "Model" | "cpu model"));
    models.next().map_or("", |(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_the_first_named() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Fast 9\n\nmodel name\t: Slow"), "Fast 9");
        assert_eq!(model("processor\t: 0\n"), "");
    }

    #[test]
    fn what_is_known_is_filled_in() {
        let here = Environment::look("1.2.3", Path::new("/"));
        assert_eq!(here.program, "1.2.3");
        assert!(here.cpus > 0 && !here.kernel.is_empty());
    }
}
