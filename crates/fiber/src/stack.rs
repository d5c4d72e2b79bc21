//! Pooled stacks: slabs of equal stacks, each with a guard below it, handed out and taken back.
//!
//! A guard page made with `mprotect` splits a memory mapping in three, and Linux allows 65,530 mappings a
//! process by default: 32,000 users. Where the kernel has lightweight guards (`MADV_GUARD_INSTALL`, Linux
//! 6.13), guards cost no mapping and one slab is one mapping, so that 100,000 users fit without root. Where
//! it has not, slabs fall back to `mprotect` until half of the limit is used, then fail with a clear error.

use std::io;
use std::num::NonZeroUsize;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use corosensei::stack::StackPointer;

/// Stacks in a slab. One slab of 256 KiB stacks reserves 64 MiB of address space, none of it resident.
const SLAB_STACKS: usize = 256;
/// The guard at the low end of each stack; a page would do, more catches large frames that skip a page.
const GUARD_BYTES: usize = 16 * 1024;
/// `MADV_GUARD_INSTALL`, not yet named by `libc` on all targets.
const MADV_GUARD_INSTALL: libc::c_int = 102;
/// Of the default 65,530 mappings, how many `mprotect` guards may use: two each, half of the limit.
const MPROTECT_GUARDS_MAX: usize = 16_000;

static LEAKED: AtomicU64 = AtomicU64::new(0);

pub(crate) fn count_leak() {
    LEAKED.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn leaked() -> u64 {
    LEAKED.load(Ordering::Relaxed)
}

/// A shared source of equal stacks. Clones share the same stacks.
#[derive(Clone)]
pub struct StackPool(Arc<Inner>);

struct Inner {
    stack_bytes: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    free: Vec<usize>,
    slabs: Vec<usize>,
    mprotect_guards: usize,
}

impl StackPool {
    /// A pool of stacks of `stack_bytes` each (rounded up to whole pages), the guard included.
    #[must_use]
    pub fn new(stack_bytes: usize) -> Self {
        let stack_bytes = stack_bytes.max(4 * GUARD_BYTES).next_multiple_of(page_bytes());
        Self(Arc::new(Inner { stack_bytes, state: Mutex::default() }))
    }

    /// Bytes of one stack that code may use.
    #[must_use]
    pub fn usable_bytes(&self) -> usize {
        self.0.stack_bytes - GUARD_BYTES
    }

    /// Takes a stack from the pool, mapping a new slab when none is free.
    ///
    /// # Errors
    /// When the kernel refuses more memory or more guards.
    pub fn take(&self) -> io::Result<Stack> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.free.is_empty() {
            self.0.grow(&mut state)?;
        }
        let low = state.free.pop().expect("grow adds a slab of stacks or fails");
        Ok(Stack { low, pool: self.clone() })
    }
}

impl Inner {
    fn grow(&self, state: &mut State) -> io::Result<()> {
        let bytes = self.stack_bytes * SLAB_STACKS;
        // SAFETY: a fresh private anonymous mapping touches no memory of ours.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK,
                -1,
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // Huge pages would make each touched stack resident as a whole.
        // SAFETY: the range is the mapping made above; the advice cannot invalidate it.
        unsafe { libc::madvise(base, bytes, libc::MADV_NOHUGEPAGE) };
        let base = base as usize;
        for index in 0..SLAB_STACKS {
            if let Err(error) = guard(base + index * self.stack_bytes, &mut state.mprotect_guards) {
                // SAFETY: nothing of the new slab has been handed out.
                unsafe { libc::munmap(base as *mut libc::c_void, bytes) };
                return Err(error);
            }
        }
        #[cfg(feature = "valgrind")]
        for low in (0..SLAB_STACKS).map(|index| base + index * self.stack_bytes) {
            crate::valgrind::register(low + GUARD_BYTES, low + self.stack_bytes);
        }
        state.slabs.push(base);
        // Low addresses first, so that few users touch few page tables.
        state.free.extend((0..SLAB_STACKS).rev().map(|index| base + index * self.stack_bytes));
        Ok(())
    }
}

/// Makes the lowest bytes of a stack inaccessible.
fn guard(low: usize, mprotect_guards: &mut usize) -> io::Result<()> {
    let start = low as *mut libc::c_void;
    // SAFETY: the range is the low end of a stack that nobody uses yet.
    if unsafe { libc::madvise(start, GUARD_BYTES, MADV_GUARD_INSTALL) } == 0 {
        return Ok(());
    }
    if *mprotect_guards >= MPROTECT_GUARDS_MAX {
        return Err(io::Error::other(
            "too many guarded stacks for vm.max_map_count: use Linux 6.13 or newer, or raise the limit",
        ));
    }
    *mprotect_guards += 1;
    // SAFETY: as above.
    match unsafe { libc::mprotect(start, GUARD_BYTES, libc::PROT_NONE) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        // A leaked stack holds a clone of the pool, so reaching this point means that all stacks are back.
        for &base in &state.slabs {
            // SAFETY: every stack of the slab is in the free list; nobody refers to it.
            unsafe { libc::munmap(base as *mut libc::c_void, self.stack_bytes * SLAB_STACKS) };
        }
    }
}

/// One stack, given back to its pool on drop.
pub struct Stack {
    low: usize,
    pool: StackPool,
}

impl Stack {
    /// Bytes that code may use.
    #[must_use]
    pub fn usable_bytes(&self) -> usize {
        self.pool.usable_bytes()
    }
}

impl Stack {
    /// The lowest address that code may use.
    pub(crate) const fn low(&self) -> usize {
        self.low + GUARD_BYTES
    }
}

/// Gives back the pages of a stack between its lowest usable address and the caller's frame.
#[inline(never)]
pub(crate) fn trim(low: usize) {
    let here = 0u8;
    let page = page_bytes();
    // A page stays below this frame's: the call that gives back the rest needs some of it.
    let end = ((&raw const here as usize) & !(page - 1)).saturating_sub(page);
    if end > low {
        // SAFETY: stacks grow downwards, so what lies below the running frame and above the guard is dead.
        unsafe { libc::madvise(low as *mut libc::c_void, end - low, libc::MADV_DONTNEED) };
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let usable = self.low + GUARD_BYTES;
        // The next user of the stack, if any, should pay only for what it touches itself.
        // SAFETY: the range lies within this stack above its guard, and no code runs on it any more.
        unsafe {
            libc::madvise(usable as *mut libc::c_void, self.pool.usable_bytes(), libc::MADV_DONTNEED);
        }
        self.pool.0.state.lock().unwrap_or_else(PoisonError::into_inner).free.push(self.low);
    }
}

// SAFETY: base and limit delimit one page-aligned readable and writable range that belongs to this stack
// alone until it is dropped; below the limit lies its guard.
unsafe impl corosensei::stack::Stack for Stack {
    fn base(&self) -> StackPointer {
        NonZeroUsize::new(self.low + self.pool.0.stack_bytes).expect("no mapping ends at address zero")
    }

    fn limit(&self) -> StackPointer {
        NonZeroUsize::new(self.low).expect("no mapping begins at address zero")
    }
}

fn page_bytes() -> usize {
    // SAFETY: sysconf has no preconditions.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}
