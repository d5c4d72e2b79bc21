//! What a test's format does beside making load: reports at intervals, reports at the end, an exit status of its own.

use std::time::Duration;

use model::{ExitCode, Level, Record};
use plan::{Artifact, Facts};

use super::Conductor;
use crate::error::Error;

impl Conductor<'_> {
    /// Reports that come at intervals.
    pub(super) fn tick_dialect(&mut self, elapsed: Duration) {
        if let Some(dialect) = self.loaded.test.dialect() {
            let artifacts = dialect.tick(&self.facts(elapsed, ExitCode::SUCCESS));
            self.keep(&artifacts);
        }
    }

    /// Whether the format's own report stands in place of our summary.
    pub(super) fn dialect_replaces_summary(&self) -> bool {
        self.loaded.test.dialect().is_some_and(|dialect| dialect.replaces_summary())
    }

    /// Reports of the end, and the exit status where the format has one of its own.
    pub(super) fn finish_dialect(
        &self,
        elapsed: Duration,
        ended: Result<ExitCode, Error>,
    ) -> Result<ExitCode, Error> {
        let Some(dialect) = self.loaded.test.dialect() else { return ended };
        let exit = ended.as_ref().map_or_else(Error::code, |code| *code);
        let facts = self.facts(elapsed, exit);
        self.keep(&dialect.finish(&facts));
        match dialect.exit_code(&facts).filter(|own| *own != exit) {
            None => ended,
            Some(own) => {
                if let Err(error) = ended {
                    self.session.logger().log(error.record());
                }
                Ok(own)
            }
        }
    }

    fn facts(&self, elapsed: Duration, exit: ExitCode) -> Facts<'_> {
        Facts { aggregate: self.judge.aggregate(), control: &self.control, elapsed, exit }
    }

    /// Shows and writes what a format made.
    fn keep(&self, artifacts: &[Artifact]) {
        for artifact in artifacts {
            match artifact {
                Artifact::Stdout(text) => self.session.print(text),
                Artifact::Stderr(text) => self.session.screen.above_progress(|| eprint!("{text}")),
                Artifact::File { path, bytes } => {
                    // A report may have a folder of its own, which nobody has made yet.
                    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
                    if let Err(why) = folder.and_then(|()| std::fs::write(path, bytes)) {
                        let text = format!("could not write {}: {why}", path.display());
                        self.session.logger().log(Record::new(Level::Error, text));
                    }
                }
            }
        }
    }
}
