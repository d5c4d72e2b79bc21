//! What is worked out of a part of a plan once for each worker thread.
//!
//! Main type: [`OncePerWorker`].

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

/// What was worked out, by the address of the part that it was worked out of. Parts that are asked for must live as
/// long as the plan does.
pub struct OncePerWorker<T>(RefCell<FxHashMap<usize, Rc<T>>>);

impl<T> Default for OncePerWorker<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T> OncePerWorker<T> {
    /// What was kept for the part.
    pub fn get<P>(&self, part: &P) -> Option<Rc<T>> {
        self.0.borrow().get(&std::ptr::from_ref(part).addr()).cloned()
    }

    /// Keeps it for the part.
    pub fn keep<P>(&self, part: &P, made: &Rc<T>) {
        self.0.borrow_mut().insert(std::ptr::from_ref(part).addr(), Rc::clone(made));
    }
}
