//! What the clients of one thread share.
//!
//! Main type: [`Worker`]: buffers that are only used while something is being read or written, the thread's
//! relation to the kernel's clock, counts of what this machine ran out of, and the shared pool if there is one.

use std::cell::{Cell, RefCell};
use std::net::{Ipv4Addr, UdpSocket};
use std::rc::Rc;
use std::sync::Arc;

use model::Clock;

use crate::client::{Origins, Pool};
use crate::encoding;
use crate::h1::KnownHeads;
use crate::settings::Settings;
use crate::socket::{StampClock, enable_stamps};
use crate::websocket;

/// How much one read may bring.
const SCRATCH_BYTES: usize = 64 * 1024;

/// Buffers for one read. No connection owns any, so that idle ones cost little.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) plain: Box<[u8]>,
    /// For bytes below TLS; made when first needed.
    wire: Vec<u8>,
}

impl Scratch {
    /// Room for plain bytes and for those below TLS.
    pub(crate) fn both(&mut self) -> (&mut [u8], &mut [u8]) {
        if self.wire.is_empty() {
            self.wire = vec![0; SCRATCH_BYTES];
        }
        (&mut self.plain, &mut self.wire)
    }
}

/// What this machine ran out of, and what it could not measure.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Connections that were made.
    pub dialled: u64,
    /// No more file descriptors.
    pub descriptors_exhausted: u64,
    /// No free port to call from.
    pub ports_exhausted: u64,
    /// Receive timestamps of the kernel that could not be true.
    pub stamps_refused: u64,
    /// Connections for which the kernel gives no timestamps.
    pub unstamped: u64,
}

/// The network side of one worker thread.
#[derive(Debug)]
pub struct Worker {
    pub(crate) settings: Arc<Settings>,
    pub(crate) scratch: RefCell<Scratch>,
    /// For heads of requests, while they are being written.
    head: RefCell<Vec<u8>>,
    /// Heads of responses that came before.
    pub(crate) known_heads: RefCell<KnownHeads>,
    pub(crate) stamps: StampClock,
    pub(crate) unpacker: RefCell<encoding::Decoder>,
    /// For messages of WebSockets that keep no state from one to the next.
    pub(crate) deflate: RefCell<websocket::Codec>,
    pub(crate) pool: Rc<Pool>,
    pub(crate) origins: Origins,
    pub(crate) counts: Cell<Counts>,
    dice: Cell<u64>,
    /// Keeps the kernel stamping from the start: it takes a while to begin with its first such socket.
    _stamping: Option<UdpSocket>,
}

/// A socket that does nothing but want timestamps.
fn stamping() -> Option<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    enable_stamps(&socket).then_some(socket)
}

impl Worker {
    /// The network side of the calling thread.
    #[must_use]
    pub fn new(settings: Arc<Settings>) -> Rc<Self> {
        let stamps = StampClock::new(settings.clock);
        let seed = u64::from_le_bytes(crate::auth::random_bytes());
        Rc::new(Self {
            scratch: RefCell::new(Scratch { plain: vec![0; SCRATCH_BYTES].into(), wire: Vec::new() }),
            head: RefCell::default(),
            known_heads: RefCell::default(),
            stamps,
            unpacker: RefCell::default(),
            deflate: RefCell::default(),
            pool: Rc::new(Pool::new(settings.max_idle_per_host)),
            origins: Origins::default(),
            counts: Cell::default(),
            dice: Cell::new(seed),
            _stamping: settings.kernel_timestamps.then(stamping).flatten(),
            settings,
        })
    }

    /// The settings that all workers share.
    #[must_use]
    pub fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// The run's clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.settings.clock
    }

    /// What this machine ran out of so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts { stamps_refused: self.stamps.refused(), ..self.counts.get() }
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        change(&mut counts);
        self.counts.set(counts);
    }

    /// An empty buffer for a request's head; give it back with [`return_head`](Self::return_head) once it is written.
    pub(crate) fn borrow_head(&self) -> Vec<u8> {
        let mut head = self.head.take();
        head.clear();
        head
    }

    pub(crate) fn return_head(&self, head: Vec<u8>) {
        // A head of unusual size is not kept for all time.
        if head.capacity() <= 64 * 1024 {
            self.head.replace(head);
        }
    }

    /// Any number, for choices that are to be random.
    pub(crate) fn dice(&self) -> usize {
        // SplitMix64: one addition of an odd constant, and two rounds of mixing.
        let state = self.dice.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.dice.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize
    }
}
