//! Receive buffers, lent by the worker thread for one exchange.

use bytes::Bytes;

/// Bytes that were received and not yet used.
#[derive(Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

/// What a read is offered at least.
const CHUNK: usize = 16 * 1024;
/// From this size on a buffer grows by a quarter.
const LARGE: usize = 4 << 20;

impl Buffer {
    /// The bytes received.
    pub(crate) fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Room for more, at least a chunk of it.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        if self.bytes.len() - self.filled < CHUNK {
            // Doubling is for small buffers; a large one would hold far more than it ever fills.
            let held = self.bytes.len();
            let step = if held > LARGE { held / 4 } else { held };
            let longer = (held + step).max(self.filled + CHUNK);
            self.bytes.reserve_exact(longer - held);
            self.bytes.resize(longer, 0);
        }
        &mut self.bytes[self.filled..]
    }

    /// Counts bytes that were written into the room.
    pub(crate) fn advance(&mut self, count: usize) {
        self.filled += count;
        debug_assert!(self.filled <= self.bytes.len());
    }

    /// Empties the buffer; an outsized one gives its memory back.
    pub(crate) fn clear(&mut self) {
        self.filled = 0;
        if self.bytes.len() > 64 * CHUNK {
            self.bytes = Vec::new();
        }
    }

    /// Everything that was received; an outsized buffer is handed over and not copied.
    pub(crate) fn take(&mut self) -> Bytes {
        if self.filled <= 64 * CHUNK {
            return Bytes::copy_from_slice(self.filled());
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.truncate(std::mem::take(&mut self.filled));
        bytes.into()
    }

    /// Removes the first `count` bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}
