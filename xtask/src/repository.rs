//! Where the repository is and how chores look at it: its files and the programs run in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// The checked-out repository.
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository this program was built from.
    pub fn find() -> Result<Self, Failure> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("run me as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().ok_or("the manifest has no parent folder")?;
        Ok(Self { root: root.to_owned() })
    }

    /// The path of a file named from the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The program as it ships, where cargo puts it.
    pub fn program(&self) -> PathBuf {
        let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), PathBuf::from);
        folder.join("release/plimsoll")
    }

    /// The text of a file named from the root.
    pub fn read(&self, relative: &str) -> Result<String, Failure> {
        std::fs::read_to_string(self.path(relative)).map_err(|e| format!("{relative}: {e}"))
    }

    /// Every file that belongs to the repository, also new ones that git does not ignore, named from the root.
    pub fn files(&self) -> Result<Vec<String>, Failure> {
        let list = self.output(Command::new("git").args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let names = list.lines().map(str::to_owned).filter(|name| self.path(name).is_file());
        Ok(names.collect())
    }

    /// Runs a program in the root with the terminal attached.
    pub fn run(&self, command: &mut Command) -> Result<(), Failure> {
        eprintln!("+ {}", shown(command));
        let status = command.current_dir(&self.root).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{}` ended with {status}", shown(command))),
            Err(e) => Err(format!("`{}` does not start: {e}", shown(command))),
        }
    }

    /// Runs a program in the root and returns what it printed.
    pub fn output(&self, command: &mut Command) -> Result<String, Failure> {
        let output = command.current_dir(&self.root).output();
        let output = output.map_err(|e| format!("`{}` does not start: {e}", shown(command)))?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(format!("`{}` ended with {}: {stderr}", shown(command), output.status));
        }
        String::from_utf8(output.stdout).map_err(|e| format!("`{}`: {e}", shown(command)))
    }
}

/// Whether a program of this name can be started from `PATH`.
pub fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Servers live in sbin, which an ordinary user's PATH often leaves out.
    let more = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(more).any(|folder| folder.join(program).is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
