//! A borrow that functions of the host reach while a script runs.
//!
//! Main type: [`LentHost`]. Whoever runs a script lends its [`CodeHost`] for that time; functions of the host that
//! the script calls find it without a reference of their own, which they could not hold.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::code::CodeHost;

type Pointer = NonNull<dyn CodeHost + 'static>;

/// The place of a borrowed host; empty when none is lent.
#[derive(Default)]
pub(crate) struct LentHost(Cell<Option<Pointer>>);

/// Puts back what was there before.
struct Back<'a>(&'a LentHost, Option<Pointer>);

impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.0.0.set(self.1);
    }
}

impl LentHost {
    /// Lends `host` while `work` runs.
    pub(crate) fn lend<R>(&self, host: &mut (dyn CodeHost + '_), work: impl FnOnce() -> R) -> R {
        // SAFETY: only the lifetime changes. The pointer is taken away by `Back` before the borrow ends, also when
        // `work` panics, and `with` hands out references that end before `lend` does.
        let pointer = NonNull::from(unsafe {
            std::mem::transmute::<&mut (dyn CodeHost + '_), &mut (dyn CodeHost + 'static)>(host)
        });
        let _back = Back(self, self.0.replace(Some(pointer)));
        work()
    }

    /// What `work` makes of the lent host; nothing when none is lent, or when it is in use.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut dyn CodeHost) -> R) -> Option<R> {
        let pointer = self.0.take()?;
        let _back = Back(self, Some(pointer));
        // SAFETY: the pointer is that of a `lend` that has not returned, whose borrow is exclusive; it was taken
        // out of the cell, so nobody makes a second reference meanwhile.
        Some(work(unsafe { &mut *pointer.as_ptr() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(i64);

    impl CodeHost for Counter {
        fn call(&mut self, _: &str, _: &[serde_json::Value]) -> Result<serde_json::Value, String> {
            self.0 += 1;
            Ok(self.0.into())
        }
    }

    #[test]
    fn a_host_is_lent_for_a_time_and_to_one_at_once() {
        let lent = LentHost::default();
        assert!(lent.with(|_| ()).is_none());
        let mut counter = Counter(0);
        let inner = lent.lend(&mut counter, || {
            lent.with(|host| {
                host.call("a", &[]).unwrap();
                lent.with(|_| ()).is_none()
            })
        });
        assert_eq!(inner, Some(true));
        assert!(lent.with(|_| ()).is_none());
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            lent.lend(&mut counter, || panic!("of a test"));
        }));
        assert!(panicked.is_err() && lent.with(|_| ()).is_none());
        assert_eq!(counter.0, 1);
    }
}
