//! What the clients of one worker thread share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::buffer::Buffer;
use crate::client::Idle;
use crate::multiplexed::Multiplexed;
use crate::settings::Settings;

/// Buffers that a thread keeps for the next exchange.
const BUFFERS_MAX: usize = 64;

/// The services of one worker thread.
pub struct Worker {
    pub(crate) settings: Arc<Settings>,
    buffers: RefCell<Vec<Buffer>>,
    pub(crate) shared: RefCell<Vec<Idle>>,
    pub(crate) multiplexed: RefCell<Vec<Multiplexed>>,
    pub(crate) exhausted: Cell<u64>,
    pub(crate) unstamped: Cell<u64>,
}

impl Worker {
    /// The services of a thread.
    #[must_use]
    pub fn new(settings: Arc<Settings>) -> Rc<Self> {
        Rc::new(Self {
            settings,
            buffers: RefCell::default(),
            shared: RefCell::default(),
            multiplexed: RefCell::default(),
            exhausted: Cell::new(0),
            unstamped: Cell::new(0),
        })
    }

    /// A buffer for one exchange.
    pub(crate) fn buffer(&self) -> Buffer {
        self.buffers.borrow_mut().pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(crate) fn recycle(&self, mut buffer: Buffer) {
        buffer.clear();
        let mut buffers = self.buffers.borrow_mut();
        if buffers.len() < BUFFERS_MAX {
            buffers.push(buffer);
        }
    }

    /// Connections that could not be made because ports or file descriptors ran out.
    #[must_use]
    pub fn exhausted(&self) -> u64 {
        self.exhausted.get()
    }

    /// Exchanges whose arrival times are the program's, not the kernel's.
    #[must_use]
    pub fn unstamped(&self) -> u64 {
        self.unstamped.get()
    }
}
