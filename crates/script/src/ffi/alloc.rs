//! An allocator for one runtime: counts its bytes and enforces a limit, which QuickJS's own limit does not do
//! with a custom allocator.
//!
//! It calls mimalloc directly because only mimalloc can say how large a block is; a header in front of each
//! block would cost a user some 30 KB.

use std::cell::Cell;
use std::rc::Rc;

use libmimalloc_sys::{mi_free, mi_malloc, mi_realloc, mi_usable_size, mi_zalloc};
use rquickjs::allocator::Allocator;

/// Bytes that a runtime holds, and how many it may hold.
pub(crate) struct MemoryGauge {
    used: Cell<usize>,
    limit: usize,
    exceeded: Cell<bool>,
}

impl MemoryGauge {
    /// A gauge with a limit in bytes.
    pub(crate) fn new(limit: usize) -> Rc<Self> {
        Rc::new(Self { used: Cell::new(0), limit, exceeded: Cell::new(false) })
    }

    /// The limit in bytes.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Whether an allocation was refused since the last call.
    pub(crate) fn take_exceeded(&self) -> bool {
        self.exceeded.replace(false)
    }

    fn admits(&self, more: usize) -> bool {
        let fits = self.used.get().saturating_add(more) <= self.limit;
        #[cfg(debug_assertions)]
        let fits = fits && !crate::testing::refuses_allocation();
        if !fits {
            self.exceeded.set(true);
        }
        fits
    }

    fn add(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_add(bytes));
    }

    fn remove(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_sub(bytes));
    }
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
