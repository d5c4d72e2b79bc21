//! Small blocks of users' heaps, packed in steps of eight bytes.
//!
//! Nine tenths of a heap are blocks of a few dozen bytes, thousands a user. A general allocator rounds them up by
//! an eighth and keeps them wherever there is room; here the users of a thread share slabs of one size each, which
//! lie side by side in one region of addresses. So a block is known by its address, large pages hold little else,
//! and nobody but the thread that owns the blocks touches them: no atomic operation, no lock.
//!
//! Main type: [`Pool`], the slabs of one thread.

use std::cell::{Cell, RefCell};
use std::num::NonZeroUsize;
use std::ptr::{NonNull, null_mut};
use std::rc::Rc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, Once, PoisonError};

use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, mprotect};

/// Sizes of blocks are multiples of this, bytes; so are their addresses.
const STEP_BYTES: usize = 8;
/// The largest block, bytes.
pub(super) const BLOCK_MAX_BYTES: usize = 512;
const SIZES: usize = BLOCK_MAX_BYTES / STEP_BYTES;
/// A slab, bytes, and what its address is a multiple of.
const SLAB_BYTES: usize = 16 << 10;
/// What a thread takes of the region at once, bytes: one huge page.
const CHUNK_BYTES: usize = 2 << 20;
/// Addresses that are set aside; memory is only what is used of them.
const REGION_BYTES: usize = 64 << 30;
/// Empty slabs that a thread keeps for its next users; what is more goes back to the system.
const SPARE_MAX: usize = 256;

/// Where the region begins; no pointer is near this before there is one.
static START: AtomicUsize = AtomicUsize::new(usize::MAX / 2);
/// How much of the region has been given to threads, bytes.
static TAKEN: AtomicUsize = AtomicUsize::new(REGION_BYTES);
/// Slabs that threads have given back.
static RETURNED: Mutex<Vec<SlabAt>> = Mutex::new(Vec::new());

/// The address of a slab that belongs to nobody.
struct SlabAt(NonNull<Slab>);

// SAFETY: nobody else uses a slab that belongs to nobody.
unsafe impl Send for SlabAt {}

/// A block that nobody uses.
struct Free {
    next: *mut Self,
}

/// The head of a slab; its blocks follow.
struct Slab {
    /// Its neighbours among the slabs of its size that have room.
    next: *mut Self,
    previous: *mut Self,
    free: *mut Free,
    /// Where the blocks begin that were never used, bytes from the slab's own address.
    fresh: usize,
    /// Blocks in use.
    live: usize,
    /// Bytes of a block.
    size: usize,
}

impl Slab {
    fn is_full(&self) -> bool {
        self.free.is_null() && self.fresh + self.size > SLAB_BYTES
    }
}

/// Whether a block is one of a pool's, rather than the general allocator's.
pub(super) fn holds(block: *const u8) -> bool {
    block.addr().wrapping_sub(START.load(Relaxed)) < REGION_BYTES
}

/// The bytes of a block.
///
/// # Safety
/// A pool must have given the block, and not taken it back.
pub(super) unsafe fn bytes_of(block: *const u8) -> usize {
    // SAFETY: guaranteed by the caller: a slab's head stands where its blocks' addresses say.
    unsafe { (*slab_of(block.cast_mut())).size }
}

fn slab_of(block: *mut u8) -> *mut Slab {
    block.map_addr(|address| address & !(SLAB_BYTES - 1)).cast()
}

/// The slabs of one thread.
pub(super) struct Pool {
    /// By size: the first slab that has room.
    open: [Cell<*mut Slab>; SIZES],
    /// Slabs without blocks in use.
    spare: RefCell<Vec<NonNull<Slab>>>,
    /// The rest of the chunk that was taken last: where it begins, and its bytes.
    chunk: Cell<(*mut u8, usize)>,
    /// The system gave nothing when it was last asked.
    barren: Cell<bool>,
}

impl Pool {
    /// The pool of this thread.
    pub(super) fn of_thread() -> Rc<Self> {
        thread_local! {
            static POOL: Rc<Pool> = Rc::new(Pool::new());
        }
        // A thread that is ending has none any more.
        POOL.try_with(Rc::clone).unwrap_or_else(|_| Rc::new(Self::new()))
    }

    fn new() -> Self {
        Self {
            open: [const { Cell::new(null_mut()) }; SIZES],
            spare: RefCell::default(),
            chunk: Cell::new((null_mut(), 0)),
            barren: Cell::new(false),
        }
    }

    /// A block of at least `bytes`, which are at most [`BLOCK_MAX_BYTES`]; null when the system has no room.
    pub(super) fn take(&self, bytes: usize) -> *mut u8 {
        let place = bytes.saturating_sub(1) / STEP_BYTES;
        let mut slab = self.open[place].get();
        if slab.is_null() {
            slab = self.new_slab(place);
            if slab.is_null() {
                return null_mut();
            }
        }
        // SAFETY: open slabs are this pool's, their heads are valid and they have room; a free block has been
        // written by `give_back`.
        unsafe {
            let head = &mut *slab;
            let block: *mut u8 = if head.free.is_null() {
                let block = slab.cast::<u8>().add(head.fresh);
                head.fresh += head.size;
                block
            } else {
                let block = head.free;
                head.free = (*block).next;
                block.cast()
            };
            head.live += 1;
            if head.is_full() {
                self.unlink(slab, place);
            }
            block
        }
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// This pool must have given the block, and nobody may use it any more.
    pub(super) unsafe fn give_back(&self, block: *mut u8) {
        let slab = slab_of(block);
        // SAFETY: guaranteed by the caller: the slab's head is valid and the block is large enough for a pointer.
        unsafe {
            let place = (*slab).size / STEP_BYTES - 1;
            if (*slab).is_full() {
                self.link(slab, place);
            }
            let head = &mut *slab;
            let block: *mut Free = block.cast();
            block.write(Free { next: head.free });
            head.free = block;
            head.live -= 1;
            // The last one of its size stays, so that one block that comes and goes costs nothing.
            if head.live == 0 && !(head.next.is_null() && head.previous.is_null()) {
                self.unlink(slab, place);
                self.put_aside(slab);
            }
        }
    }

    /// # Safety
    /// The slab must be this pool's, with the size of this place, and not be linked.
    unsafe fn link(&self, slab: *mut Slab, place: usize) {
        let first = self.open[place].replace(slab);
        // SAFETY: guaranteed by the caller; linked slabs are valid.
        unsafe {
            (*slab).previous = null_mut();
            (*slab).next = first;
            if let Some(first) = first.as_mut() {
                first.previous = slab;
            }
        }
    }

    /// # Safety
    /// The slab must be this pool's, with the size of this place, and be linked.
    unsafe fn unlink(&self, slab: *mut Slab, place: usize) {
        // SAFETY: guaranteed by the caller; linked slabs are valid.
        unsafe {
            let (previous, next) = ((*slab).previous, (*slab).next);
            match previous.as_mut() {
                Some(previous) => previous.next = next,
                None => self.open[place].set(next),
            }
            if let Some(next) = next.as_mut() {
                next.previous = previous;
            }
            (*slab).previous = null_mut();
            (*slab).next = null_mut();
        }
    }

    #[cold]
    #[inline(never)]
    fn new_slab(&self, place: usize) -> *mut Slab {
        if self.barren.get() {
            return null_mut();
        }
        let spare = self.spare.borrow_mut().pop();
        let Some(slab) = spare.or_else(|| self.cut_slab()) else {
            self.barren.set(true);
            return null_mut();
        };
        let slab = slab.as_ptr();
        // SAFETY: the slab belongs to nobody, and its memory can be written.
        unsafe {
            slab.write(Slab {
                next: null_mut(),
                previous: null_mut(),
                free: null_mut(),
                // Addresses of blocks are multiples of a step.
                fresh: size_of::<Slab>().next_multiple_of(STEP_BYTES),
                live: 0,
                size: (place + 1) * STEP_BYTES,
            });
            self.link(slab, place);
        }
        slab
    }

    /// A slab that was never used, or that another thread gave back.
    fn cut_slab(&self) -> Option<NonNull<Slab>> {
        let (mut start, mut rest) = self.chunk.get();
        if rest == 0 {
            if let Some(SlabAt(slab)) = RETURNED.lock().unwrap_or_else(PoisonError::into_inner).pop() {
                return Some(slab);
            }
            (start, rest) = (take_chunk()?, CHUNK_BYTES);
        }
        // SAFETY: at least one slab of the chunk is left.
        self.chunk.set((unsafe { start.add(SLAB_BYTES) }, rest - SLAB_BYTES));
        NonNull::new(start.cast())
    }

    /// Keeps a slab without blocks for later, or gives its memory back to the system.
    #[cold]
    #[inline(never)]
    fn put_aside(&self, slab: *mut Slab) {
        let Some(slab) = NonNull::new(slab) else { return };
        self.barren.set(false);
        let mut spare = self.spare.borrow_mut();
        if spare.len() < SPARE_MAX { spare.push(slab) } else { return_slab(slab) }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for slab in self.spare.take() {
            return_slab(slab);
        }
        for open in &self.open {
            let mut slab = open.get();
            // SAFETY: linked slabs are valid.
            while let Some(head) = unsafe { slab.as_ref() } {
                let next = head.next;
                if head.live == 0
                    && let Some(slab) = NonNull::new(slab)
                {
                    return_slab(slab);
                }
                slab = next;
            }
        }
        let (start, rest) = self.chunk.get();
        for offset in (0..rest).step_by(SLAB_BYTES) {
            // SAFETY: the rest of the chunk is this pool's.
            let slab = unsafe { start.add(offset) };
            let returned = NonNull::new(slab.cast()).map(SlabAt);
            RETURNED.lock().unwrap_or_else(PoisonError::into_inner).extend(returned);
        }
    }
}

/// Gives the memory of a slab back to the system, and its addresses to whoever needs some.
fn return_slab(slab: NonNull<Slab>) {
    // SAFETY: nobody uses the slab; it reads as zeros when it is next used. Should the system refuse, it keeps its
    // memory.
    let _ = unsafe { madvise(slab.cast(), SLAB_BYTES, MmapAdvise::MADV_DONTNEED) };
    RETURNED.lock().unwrap_or_else(PoisonError::into_inner).push(SlabAt(slab));
}

/// Memory for more slabs; `None` when the region is full, or the system gives none.
fn take_chunk() -> Option<*mut u8> {
    static RESERVED: Once = Once::new();
    RESERVED.call_once(reserve);
    let offset = TAKEN.fetch_add(CHUNK_BYTES, Relaxed);
    if offset > REGION_BYTES - CHUNK_BYTES {
        // It stays full, however often it is asked.
        TAKEN.store(REGION_BYTES, Relaxed);
        return None;
    }
    let chunk = std::ptr::with_exposed_provenance_mut::<u8>(START.load(Relaxed) + offset);
    let start = NonNull::new(chunk)?.cast();
    // SAFETY: the chunk lies in the region, and nobody else has it.
    unsafe {
        mprotect(start, CHUNK_BYTES, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE).ok()?;
        // Whether there are huge pages at all is decided elsewhere.
        #[cfg(target_os = "linux")]
        let _ = madvise(start, CHUNK_BYTES, MmapAdvise::MADV_HUGEPAGE);
    }
    Some(chunk)
}

/// Sets the region's addresses aside.
fn reserve() {
    let length = NonZeroUsize::MIN.saturating_add(REGION_BYTES + CHUNK_BYTES - 1);
    let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE;
    // SAFETY: the system chooses the place, so that no other memory is touched.
    if let Ok(region) = unsafe { mmap_anonymous(None, length, ProtFlags::PROT_NONE, flags) } {
        let start = region.as_ptr().expose_provenance();
        START.store(start.next_multiple_of(CHUNK_BYTES), Relaxed);
        TAKEN.store(0, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_apart_and_come_back() {
        let pool = Pool::new();
        let mut random = 1_u32;
        let mut held: Vec<(*mut u8, usize, u8)> = Vec::new();
        for step in 0..40_000_u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = (random >> 16) as usize;
            // It grows in the first half, and shrinks in the second.
            if (number % 8 < 5) == (step < 20_000) {
                let bytes = number % BLOCK_MAX_BYTES + 1;
                let block = pool.take(bytes);
                assert!(!block.is_null() && holds(block) && block.addr().is_multiple_of(STEP_BYTES));
                // SAFETY: the pool gave the block.
                unsafe {
                    assert_eq!(bytes_of(block), bytes.next_multiple_of(STEP_BYTES));
                    block.write_bytes(step as u8, bytes);
                }
                held.push((block, bytes, step as u8));
            } else if !held.is_empty() {
                let (block, bytes, content) = held.swap_remove(number % held.len());
                // SAFETY: the pool gave the block, and it goes back once.
                unsafe {
                    let now = std::slice::from_raw_parts(block, bytes);
                    assert!(now.iter().all(|byte| *byte == content), "another block was written over it");
                    pool.give_back(block);
                }
            }
        }
        for (block, ..) in held {
            // SAFETY: as above.
            unsafe { pool.give_back(block) };
        }
        let slabs = pool.open.iter().filter_map(|open| NonNull::new(open.get()));
        for slab in slabs {
            // SAFETY: linked slabs are valid.
            unsafe {
                assert_eq!(slab.as_ref().live, 0);
                assert!(slab.as_ref().next.is_null(), "empty slabs are put aside but for one of a size");
            }
        }
        assert!(!holds(std::ptr::from_ref(&pool).cast()) && !holds(null_mut()));
    }

    #[test]
    fn what_a_thread_leaves_another_uses() {
        let ten_megabytes = || {
            let pool = Pool::new();
            let blocks: Vec<_> = (0..20_000).map(|_| pool.take(BLOCK_MAX_BYTES)).collect();
            // SAFETY: the pool gave them.
            blocks.into_iter().for_each(|block| unsafe { pool.give_back(block) });
        };
        ten_megabytes();
        let before = TAKEN.load(Relaxed);
        (0..16).for_each(|_| ten_megabytes());
        assert!(TAKEN.load(Relaxed) - before < 64 << 20);
    }
}
