//! A thread's own handle on a value that all threads share.

use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

/// A handle on a shared value whose copies concern one thread only.
///
/// A copy of an `Arc` changes a count that all threads write to, which costs a hot path more than the work it does: the
/// count moves between the processors' caches. Copies of this count by themselves, and hold the `Arc` once.
#[derive(Debug)]
pub struct Own<T: ?Sized>(Rc<Arc<T>>);

impl<T: ?Sized> Own<T> {
    /// The thread's handle.
    #[must_use]
    pub fn new(shared: &Arc<T>) -> Self {
        Self(Rc::new(Arc::clone(shared)))
    }

    /// What the threads share.
    #[must_use]
    pub fn shared(&self) -> &Arc<T> {
        &self.0
    }
}

impl<T: ?Sized> Clone for Own<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for Own<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_do_not_touch_the_shared_count() {
        let shared = Arc::new(7);
        let own = Own::new(&shared);
        let copies: Vec<Own<i32>> = (0..5).map(|_| own.clone()).collect();
        assert_eq!((Arc::strong_count(&shared), *copies[4], **own.shared()), (2, 7, 7));
        drop((own, copies));
        assert_eq!(Arc::strong_count(&shared), 1);
    }
}
