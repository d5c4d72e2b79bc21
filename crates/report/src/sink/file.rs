//! Files that outputs write: plain, compressed when the name ends in `.gz`, or standard output.

use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Error;

/// Bytes gathered before the operating system is asked to take them.
const BUFFER: usize = 64 * 1024;

/// A destination by its name; opened by [`Destination::open`].
pub(crate) struct Destination {
    name: String,
    open: Option<Stream>,
}

enum Stream {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
    Stdout(BufWriter<Stdout>),
}

impl Destination {
    /// The file `name`; an empty name and `-` mean standard output.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), open: None }
    }

    /// The name for people.
    pub fn describe(&self) -> &str {
        if self.is_stdout() { "stdout" } else { &self.name }
    }

    /// Creates the file, or empties it.
    pub fn open(&mut self) -> Result<(), Error> {
        let stream = if self.is_stdout() {
            Stream::Stdout(BufWriter::with_capacity(BUFFER, io::stdout()))
        } else {
            let file = File::create(&self.name).map_err(|error| self.error("open", error))?;
            let file = BufWriter::with_capacity(BUFFER, file);
            if self.name.ends_with(".gz") {
                Stream::Gzip(Box::new(GzEncoder::new(file, Compression::default())))
            } else {
                Stream::Plain(file)
            }
        };
        self.open = Some(stream);
        Ok(())
    }

    /// Appends `bytes`.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.with("write", |stream| match stream {
            Stream::Plain(file) => file.write_all(bytes),
            Stream::Gzip(file) => file.write_all(bytes),
            Stream::Stdout(out) => out.write_all(bytes),
        })
    }

    /// Hands everything to the operating system.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.with("write", |stream| match stream {
            Stream::Plain(file) => file.flush(),
            Stream::Gzip(file) => file.flush(),
            Stream::Stdout(out) => out.flush(),
        })
    }

    /// Writes what is left and closes the file.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.with("write", |stream| match stream {
            Stream::Gzip(file) => file.try_finish().and_then(|()| file.get_mut().flush()),
            Stream::Plain(file) => file.flush(),
            Stream::Stdout(out) => out.flush(),
        })?;
        self.open = None;
        Ok(())
    }

    fn is_stdout(&self) -> bool {
        matches!(self.name.as_str(), "" | "-")
    }

    fn with(&mut self, verb: &str, act: impl FnOnce(&mut Stream) -> io::Result<()>) -> Result<(), Error> {
        match &mut self.open {
            Some(stream) => act(stream).map_err(|error| self.error(verb, error)),
            None => Ok(()),
        }
    }

    fn error(&self, verb: &str, error: io::Error) -> Error {
        Error::io(format!("{verb} {}", self.describe()), error)
    }
}
