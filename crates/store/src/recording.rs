//! Writes a run that is over already: one that was imported.
//!
//! Main type: [`Recording`]. It writes where it is called and says what goes wrong; runs that go on are kept by
//! [`crate::Keeper`], which does neither.

use std::sync::Arc;

use metrics::{Deltas, Frame, Registry};

use crate::error::Error;
use crate::place::Place;
use crate::record::{Closing, Opening};
use crate::writer::Writer;

/// A run on its way into the store.
pub struct Recording {
    writer: Writer,
    deltas: Deltas,
}

impl Recording {
    /// Opens the store, makes it when it is not there, and begins a run.
    ///
    /// # Errors
    /// When the store cannot be opened or written.
    pub fn begin(place: impl Into<Place>, opening: &Opening, registry: Arc<Registry>) -> Result<Self, Error> {
        Ok(Self { writer: Writer::begin(&place.into(), opening)?, deltas: Deltas::new(registry) })
    }

    /// The id by which the run will be found.
    #[must_use]
    pub fn id(&self) -> &str {
        self.writer.id()
    }

    /// Adds what was measured in a second of the run. Frames of a worker have to come in their order.
    pub fn add(&mut self, frame: &Frame, second: i64) {
        self.deltas.apply(frame, second);
    }

    /// Writes what was added.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn commit(&mut self, written_ms: i64) -> Result<(), Error> {
        let rows = self.deltas.take();
        self.writer.write(&self.deltas, &rows, None, written_ms)
    }

    /// Writes the rest, and how the run ended.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn end(mut self, closing: &Closing) -> Result<(), Error> {
        self.commit(closing.ended_ms)?;
        self.writer.close(closing, 0)
    }

    /// Leaves nothing of the run in the store.
    ///
    /// # Errors
    /// When the store cannot be written; then there is a run in it that never ended.
    pub fn abandon(self) -> Result<(), Error> {
        self.writer.remove()
    }
}
