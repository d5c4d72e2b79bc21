//! Where formatted lines end: a standard stream, a file, or nowhere.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write, stderr, stdout};
use std::path::Path;
use std::sync::Arc;

use model::Level;

use super::Target;
use crate::screen::Screen;

/// An open destination.
pub struct Destination {
    sink: Sink,
    /// Records below this level are left out.
    level: Level,
}

enum Sink {
    Stderr(Arc<Screen>),
    Stdout(Arc<Screen>),
    File(BufWriter<File>),
    Nowhere,
}

impl Destination {
    /// Opens what the user asked for.
    pub fn open(target: &Target, screen: Arc<Screen>) -> Result<Self, String> {
        let sink = match target {
            Target::Stderr => Sink::Stderr(screen),
            Target::Stdout => Sink::Stdout(screen),
            Target::None => Sink::Nowhere,
            Target::File { path, level } => {
                let file = Self::file(path).map_err(|e| format!("failed to open logfile {path}: {e}"))?;
                return Ok(Self { level: *level, ..file });
            }
        };
        Ok(Self { sink, level: Level::Trace })
    }

    /// Opens a file for appending, for records of every level.
    pub fn file(path: &str) -> std::io::Result<Self> {
        if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self { sink: Sink::File(BufWriter::new(file)), level: Level::Trace })
    }

    /// Whether records of this level are written.
    pub fn takes(&self, level: Level) -> bool {
        level >= self.level && !matches!(self.sink, Sink::Nowhere)
    }

    /// Writes lines. A failure has nowhere to be reported to: this is where failures are reported.
    pub fn write(&mut self, lines: &str) {
        let bytes = lines.as_bytes();
        let _ = match &mut self.sink {
            Sink::Stderr(screen) => screen.above_progress(|| stderr().write_all(bytes)),
            Sink::Stdout(screen) => screen.above_progress(|| {
                let mut out = stdout().lock();
                out.write_all(bytes)?;
                out.flush()
            }),
            Sink::File(file) => file.write_all(bytes),
            Sink::Nowhere => Ok(()),
        };
    }

    /// Hands everything to the operating system.
    pub fn flush(&mut self) {
        if let Sink::File(file) = &mut self.sink {
            let _ = file.flush();
        }
    }
}
