//! An allocator for one runtime: counts its bytes and enforces a limit, which QuickJS's own limit does not do
//! with a custom allocator.
//!
//! QuickJS survives a refused allocation where it is large: a string, a buffer, the room of an array. Where a
//! small one fails, in the middle of compiling or of freeing, it does not everywhere. So only large ones are
//! refused at the limit; small ones go on into a reserve, and the user is stopped at its next check.
//!
//! It calls mimalloc directly because only mimalloc can say how large a block is; a header in front of each
//! block would cost a user some 30 KB.

use std::cell::Cell;
use std::rc::Rc;

#[cfg(not(feature = "valgrind"))]
use libmimalloc_sys::{mi_free, mi_malloc, mi_realloc, mi_usable_size, mi_zalloc};
use rquickjs::allocator::Allocator;

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
    (block as usize, unsafe { mi_usable_size(block.cast_mut()) })
}

/// The allocator of one runtime.
pub(crate) struct CountingAllocator(pub(crate) Rc<MemoryGauge>);

impl CountingAllocator {
    fn block(&self, size: usize, get: unsafe extern "C" fn(usize) -> *mut std::ffi::c_void) -> *mut u8 {
        if !self.0.admits(size) {
            return std::ptr::null_mut();
        }
        // SAFETY: both functions take any size and return null on failure; the size of null is 0.
        unsafe {
            let block = get(size);
            self.0.add(mi_usable_size(block));
            block.cast()
        }
    }
}

// SAFETY: blocks come from mimalloc, whose alignment is at least that of a pointer, and go back to it.
unsafe impl Allocator for CountingAllocator {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        self.block(size, mi_malloc)
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        count.checked_mul(size).map_or(std::ptr::null_mut(), |bytes| self.block(bytes, mi_zalloc))
    }

    unsafe fn dealloc(&mut self, pointer: *mut u8) {
        // SAFETY: the pointer is a block of mimalloc's.
        unsafe {
            self.0.remove(mi_usable_size(pointer.cast()));
            mi_free(pointer.cast());
        }
    }

    unsafe fn realloc(&mut self, pointer: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: the pointer is a block of mimalloc's; on failure it stays valid and counted.
        unsafe {
            let old = mi_usable_size(pointer.cast());
            if !self.0.admits(size.saturating_sub(old)) {
                return std::ptr::null_mut();
            }
            let moved = mi_realloc(pointer.cast(), size);
            if !moved.is_null() {
                self.0.remove(old);
                self.0.add(mi_usable_size(moved));
            }
            moved.cast()
        }
    }

    unsafe fn usable_size(pointer: *mut u8) -> usize {
        // SAFETY: the pointer is a block of mimalloc's.
        unsafe { mi_usable_size(pointer.cast()) }
    }
}
