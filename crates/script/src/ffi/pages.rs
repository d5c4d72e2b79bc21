//! File contents that users share until they write to them.
//!
//! Main types: [`Pages`], the bytes of a file in memory that has a descriptor, and [`Mapping`], a private view of
//! them: what nobody writes to is one copy for the whole process, and a write copies its page for that user only.

use std::io;
use std::num::NonZeroUsize;
use std::os::fd::OwnedFd;
use std::ptr::NonNull;

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use rquickjs::{ArrayBuffer, Ctx, Result, qjs};

/// Bytes that never change, from which private views are mapped.
pub(crate) struct Pages {
    memory: OwnedFd,
    length: NonZeroUsize,
}

impl Pages {
    /// Keeps a copy of `bytes`, of which there must be at least one.
    pub(crate) fn new(bytes: &[u8]) -> io::Result<Self> {
        let length = NonZeroUsize::new(bytes.len()).ok_or(io::ErrorKind::InvalidInput)?;
        let memory = memfd_create(c"plimsoll-file", MFdFlags::MFD_CLOEXEC)?;
        let mut written = 0;
        while written < bytes.len() {
            written += nix::unistd::write(&memory, &bytes[written..])?;
        }
        Ok(Self { memory, length })
    }

    /// A view of a user's own.
    pub(crate) fn map(&self) -> io::Result<Mapping> {
        let (read_write, private) = (ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_PRIVATE);
        // SAFETY: the kernel chooses the place, so that no other memory is touched; the descriptor is open and
        // the memory behind it never shrinks.
        let start = unsafe { mmap(None, self.length, read_write, private, &self.memory, 0)? };
        Ok(Mapping { start: start.cast(), length: self.length.get() })
    }
}

/// A private view of [`Pages`]; unmapped when dropped.
pub(crate) struct Mapping {
    start: NonNull<u8>,
    length: usize,
}

impl Mapping {
    /// Where it lies in memory.
    pub(crate) fn start(&self) -> *const u8 {
        self.start.as_ptr()
    }

    /// An `ArrayBuffer` over the view, which lives as long as the buffer.
    pub(crate) fn into_buffer<'js>(self, context: &Ctx<'js>) -> Result<ArrayBuffer<'js>> {
        let (start, length) = (self.start.as_ptr(), self.length);
        // The buffer's end is told in the opaque pointer; nothing is kept beside the memory itself.
        std::mem::forget(self);
        // SAFETY: the view is mapped until `unmap` runs, which QuickJS calls once with these very values: scripts
        // cannot resize or transfer buffers that they did not make, see `new_context`.
        let made = unsafe {
            let value = qjs::JS_NewArrayBuffer(
                context.as_raw().as_ptr(),
                start,
                length as _,
                Some(unmap),
                std::ptr::without_provenance_mut(length),
                false,
            );
            super::own(context, value)
        };
        if made.is_err() {
            // SAFETY: QuickJS did not take the view over.
            unsafe { unmap_raw(start, length) };
        }
        Ok(ArrayBuffer::from_value(made?).expect("QuickJS made a buffer"))
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the view was mapped by `Pages::map` and `into_buffer` forgets views that it gives away.
        unsafe { unmap_raw(self.start.as_ptr(), self.length) };
    }
}

unsafe extern "C" fn unmap(
    _: *mut qjs::JSRuntime,
    opaque: *mut std::ffi::c_void,
    start: *mut std::ffi::c_void,
) {
    // SAFETY: `into_buffer` made the buffer of a view at this place with this length.
    unsafe { unmap_raw(start.cast(), opaque.addr()) };
}

/// # Safety
/// `start` and `length` must be those of a view that is mapped and not used any more.
unsafe fn unmap_raw(start: *mut u8, length: usize) {
    let Some(start) = NonNull::new(start) else { return };
    // SAFETY: guaranteed by the caller. It fails only for values that `mmap` did not give.
    let done = unsafe { munmap(start.cast(), length) };
    debug_assert!(done.is_ok(), "a view is unmapped once");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_user_writes_another_does_not_see() {
        let content: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
        let pages = Pages::new(&content).unwrap();
        let (a, b) = (pages.map().unwrap(), pages.map().unwrap());
        // SAFETY: both views are mapped and belong to this test.
        unsafe {
            let view = |mapping: &Mapping| std::slice::from_raw_parts(mapping.start(), content.len());
            assert_eq!(view(&a), content);
            a.start.as_ptr().add(50_000).write(255 - content[50_000]);
            assert_ne!(view(&a), content);
            assert_eq!(view(&b), content);
        }
        assert_eq!(Pages::new(&[]).err().map(|e| e.kind()), Some(io::ErrorKind::InvalidInput));
    }
}
