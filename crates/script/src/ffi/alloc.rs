//! An allocator for one runtime: counts its bytes and enforces a limit, which QuickJS's own limit does not do
//! with a custom allocator.
//!
//! QuickJS survives a refused allocation where it is large: a string, a buffer, the room of an array. Where a
//! small one fails, in the middle of compiling or of freeing, it does not everywhere. So only large ones are
//! refused at the limit; small ones go on into a reserve, and the user is stopped at its next check.
//!
//! Small blocks are packed tightly by `slabs`. For the others it calls mimalloc directly, because only mimalloc can
//! say how large a block is; a header in front of each block would cost a user some 30 KB.

use std::cell::Cell;
use std::rc::Rc;

#[cfg(not(feature = "valgrind"))]
use libmimalloc_sys::{mi_free, mi_malloc, mi_realloc, mi_usable_size, mi_zalloc};
use rquickjs::allocator::Allocator;

use super::slabs::{self, Pool};

/// The system's allocator in mimalloc's place: valgrind knows its blocks one by one.
#[cfg(feature = "valgrind")]
mod system {
    pub(super) use libc::{
        free as mi_free, malloc as mi_malloc, malloc_usable_size as mi_usable_size, realloc as mi_realloc,
    };

    pub(super) unsafe extern "C" fn mi_zalloc(bytes: usize) -> *mut libc::c_void {
        // SAFETY: any size is allowed.
        unsafe { libc::calloc(1, bytes) }
    }
}
#[cfg(feature = "valgrind")]
use system::{mi_free, mi_malloc, mi_realloc, mi_usable_size, mi_zalloc};

/// Blocks up to this size, bytes, are packed in slabs; valgrind is to see each of them.
const SMALL_MAX_BYTES: usize = if cfg!(feature = "valgrind") { 0 } else { slabs::BLOCK_MAX_BYTES };
/// Allocations from this size on are refused at the limit, bytes.
const LARGE_BYTES: usize = 16 << 10;
/// What small allocations may take beyond the limit, bytes: QuickJS checks whether it should stop every 10,000
/// steps, each of which may allocate.
const RESERVE_BYTES: usize = 256 << 20;

/// Bytes that a runtime holds, and how many it may hold.
pub(crate) struct MemoryGauge {
    used: Cell<usize>,
    limit: usize,
    exceeded: Cell<bool>,
    /// A test wants the limit to be passed.
    #[cfg(debug_assertions)]
    forced: Cell<bool>,
}

impl MemoryGauge {
    /// A gauge with a limit in bytes.
    pub(crate) fn new(limit: usize) -> Rc<Self> {
        Rc::new(Self {
            used: Cell::new(0),
            limit,
            exceeded: Cell::new(false),
            #[cfg(debug_assertions)]
            forced: Cell::new(false),
        })
    }

    /// The limit in bytes.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// How many bytes are held.
    pub(crate) fn used(&self) -> usize {
        self.used.get()
    }

    /// Whether the limit was met since the last call.
    pub(crate) fn take_exceeded(&self) -> bool {
        #[cfg(debug_assertions)]
        self.forced.set(false);
        self.exceeded.replace(false)
    }

    /// Whether more is held now than there may be.
    pub(crate) fn is_over(&self) -> bool {
        #[cfg(debug_assertions)]
        if self.forced.get() {
            return true;
        }
        self.used.get() > self.limit
    }

    fn admits(&self, more: usize) -> bool {
        let wanted = self.used.get().saturating_add(more);
        let fits = wanted <= self.limit;
        #[cfg(debug_assertions)]
        let fits = fits && !self.is_forced();
        if !fits {
            self.exceeded.set(true);
        }
        fits || (more < LARGE_BYTES && wanted <= self.limit.saturating_add(RESERVE_BYTES))
    }

    #[cfg(debug_assertions)]
    fn is_forced(&self) -> bool {
        let forced = crate::testing::refuses_allocation();
        self.forced.set(self.forced.get() || forced);
        forced
    }

    fn add(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_add(bytes));
    }

    fn remove(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_sub(bytes));
    }
}

/// Address and bytes of a block.
///
/// # Safety
/// `block` must be one that a [`CountingAllocator`] gave and has not taken back.
pub(crate) unsafe fn extent(block: *const std::ffi::c_void) -> (usize, usize) {
    // SAFETY: guaranteed by the caller.
    (block as usize, unsafe { usable_bytes(block.cast_mut().cast()) })
}

/// # Safety
/// As for [`extent`].
unsafe fn usable_bytes(block: *mut u8) -> usize {
    // SAFETY: guaranteed by the caller; a block is a pool's or mimalloc's.
    unsafe { if slabs::holds(block) { slabs::bytes_of(block) } else { mi_usable_size(block.cast()) } }
}

/// The allocator of one runtime, which stays on the thread that made it.
pub(crate) struct CountingAllocator {
    gauge: Rc<MemoryGauge>,
    pool: Rc<Pool>,
}

impl CountingAllocator {
    /// An allocator that counts in `gauge`.
    pub(crate) fn new(gauge: Rc<MemoryGauge>) -> Self {
        Self { gauge, pool: Pool::of_thread() }
    }

    /// A block that is not counted yet; null when there is none.
    fn uncounted(&self, size: usize) -> *mut u8 {
        if size <= SMALL_MAX_BYTES {
            let block = self.pool.take(size);
            if !block.is_null() {
                return block;
            }
        }
        // SAFETY: it takes any size and returns null on failure.
        unsafe { mi_malloc(size).cast() }
    }

    /// # Safety
    /// As for [`Allocator::dealloc`]; the block is not counted any more.
    unsafe fn free(&self, block: *mut u8) {
        // SAFETY: guaranteed by the caller; a block is this thread's pool's or mimalloc's.
        unsafe { if slabs::holds(block) { self.pool.give_back(block) } else { mi_free(block.cast()) } }
    }

    fn count(&self, block: *mut u8) -> *mut u8 {
        if !block.is_null() {
            // SAFETY: the block was just given.
            self.gauge.add(unsafe { usable_bytes(block) });
        }
        block
    }

    /// Another block with the content of `block`, which is freed; null, and nothing done, when there is none.
    ///
    /// # Safety
    /// As for [`Allocator::realloc`]; `old` must be the bytes of the block.
    unsafe fn moved(&self, block: *mut u8, old: usize, size: usize) -> *mut u8 {
        // SAFETY: guaranteed by the caller; the blocks are apart and each has the bytes that are copied.
        unsafe {
            if !slabs::holds(block) && size > SMALL_MAX_BYTES {
                return mi_realloc(block.cast(), size).cast();
            }
            let new = self.uncounted(size);
            if !new.is_null() && !block.is_null() {
                block.copy_to_nonoverlapping(new, old.min(size));
                self.free(block);
            }
            new
        }
    }
}

// SAFETY: blocks come from the pool or from mimalloc, whose alignment is at least that of a pointer, and go back to
// where they came from.
unsafe impl Allocator for CountingAllocator {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if self.gauge.admits(size) { self.count(self.uncounted(size)) } else { std::ptr::null_mut() }
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        let Some(bytes) = count.checked_mul(size).filter(|bytes| self.gauge.admits(*bytes)) else {
            return std::ptr::null_mut();
        };
        if bytes > SMALL_MAX_BYTES {
            // SAFETY: it takes any size and returns null on failure.
            return self.count(unsafe { mi_zalloc(bytes).cast() });
        }
        let block = self.uncounted(bytes);
        if !block.is_null() {
            // SAFETY: the block has that many bytes at least.
            unsafe { block.write_bytes(0, bytes) };
        }
        self.count(block)
    }

    unsafe fn dealloc(&mut self, pointer: *mut u8) {
        // SAFETY: the pointer is a block that this allocator gave.
        unsafe {
            self.gauge.remove(usable_bytes(pointer));
            self.free(pointer);
        }
    }

    unsafe fn realloc(&mut self, pointer: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: the pointer is null or a block that this allocator gave; on failure it stays valid and counted.
        unsafe {
            let old = if pointer.is_null() { 0 } else { usable_bytes(pointer) };
            // What shrinks by less than half stays where it is.
            if size <= old && size > old / 2 {
                return pointer;
            }
            if !self.gauge.admits(size.saturating_sub(old)) {
                return std::ptr::null_mut();
            }
            let moved = self.moved(pointer, old, size);
            if !moved.is_null() {
                self.gauge.remove(old);
            }
            self.count(moved)
        }
    }

    unsafe fn usable_size(pointer: *mut u8) -> usize {
        // SAFETY: the pointer is a block that an allocator of this kind gave.
        unsafe { usable_bytes(pointer) }
    }
}
