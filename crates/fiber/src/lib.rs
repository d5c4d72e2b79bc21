//! Stackful coroutines on pooled stacks that await futures.
//!
//! A [`Fiber`] runs a blocking-looking closure on a stack of its own. Inside it, [`block_on`] waits for a
//! future by switching back to whoever polls the fiber, so that a virtual user's script can call
//! `http.get()` as if it blocked while its thread serves other users.
//!
//! Futures are polled on the thread's own stack, not on the fiber's: a TLS handshake needs far more stack
//! than a script does, and what a fiber's stack never touches is never resident.
//!
//! With thousands of users on a thread, [`ahead`] fetches the memory of the one that runs next.
//!
//! This crate knows nothing of JavaScript, HTTP or async runtimes.

pub mod ahead;
mod stack;
#[cfg(feature = "valgrind")]
mod valgrind;

use std::cell::Cell;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::{Pin, pin};
use std::ptr;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use corosensei::{Coroutine, CoroutineResult, Yielder};

use ahead::{Herald, PLACES, Place};
pub use stack::{Stack, StackPool};

/// What a resume hands to the fiber: the context of the poll that resumed it.
type Wake = *mut Context<'static>;
type Switch = Yielder<Wake, ()>;

/// How much of a stack's top a resumed fiber touches, bytes: what a script's `http.get()` and `check()` need.
const HOT_STACK_BYTES: usize = 8 << 10;
/// How much of the task that polls a fiber it touches to do so, bytes.
const OWNER_BYTES: usize = 512;

/// The part of a fiber that code running inside it needs to find.
struct Link {
    /// The lowest usable address of the fiber's stack.
    low: usize,
    switch: Cell<*const Switch>,
    context: Cell<Wake>,
}

thread_local! {
    /// The fiber that runs on this thread right now; null on the thread's own stack.
    static CURRENT: Cell<*const Link> = const { Cell::new(ptr::null()) };
}

/// Puts the previous current fiber back when a switch ends, also when it ends by unwinding.
struct Restore(*const Link);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// A closure that runs on a stack of its own and may wait for futures in the middle.
///
/// Poll it like a future. Its result is that of the closure; a panic inside it unwinds out of [`poll`].
///
/// A fiber that is dropped while it waits cannot be unwound (there may be C frames on its stack), so its
/// stack is leaked on purpose; [`Fiber::is_done`] tells whether that would happen. End a fiber by resuming
/// it with something that makes its closure return.
///
/// [`poll`]: Fiber::poll
pub struct Fiber<T: 'static> {
    coroutine: ManuallyDrop<Coroutine<Wake, (), T, Stack>>,
    link: Box<Link>,
    done: bool,
    /// What a resume is known to touch.
    warm: [Place; PLACES],
    herald: Option<(Arc<Herald>, Waker)>,
}

impl<T: 'static> Fiber<T> {
    /// A fiber that will run `body` on `stack` when it is first polled.
    pub fn new(stack: Stack, body: impl FnOnce() -> T + 'static) -> Self {
        let link = Box::new(Link {
            low: stack.low(),
            switch: Cell::new(ptr::null()),
            context: Cell::new(ptr::null_mut()),
        });
        let shared: *const Link = &raw const *link;
        let mut warm = [Place::default(); PLACES];
        warm[0] = Place::at(stack.low() + stack.usable_bytes() - HOT_STACK_BYTES, HOT_STACK_BYTES);
        let coroutine = Coroutine::with_stack(stack, move |switch: &Switch, wake: Wake| {
            // SAFETY: `shared` points into the box that the fiber owns; the fiber outlives its coroutine's
            // execution, because a fiber dropped in mid-run never resumes the coroutine again.
            let link = unsafe { &*shared };
            link.switch.set(switch);
            link.context.set(wake);
            body()
        });
        Self { coroutine: ManuallyDrop::new(coroutine), link, done: false, warm, herald: None }
    }

    /// Names memory that the fiber touches whenever it is resumed, so that it can be fetched while another
    /// fiber runs. `ranges` are addresses and bytes; those beyond the first few are ignored. It is advice:
    /// the memory need not stay valid.
    pub fn keep_warm(&mut self, ranges: &[(usize, usize)]) {
        for (place, &(start, bytes)) in self.warm[1..].iter_mut().zip(ranges) {
            *place = Place::at(start, bytes);
        }
        self.herald = None;
    }

    /// Runs the fiber until it finishes or waits for a future that is not ready.
    ///
    /// # Panics
    /// When polled after it finished, and when the closure panics.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<T> {
        assert!(!self.done, "a fiber must not be polled after it finished");
        let here = ptr::from_ref(self) as usize;
        let (herald, waker) = match &mut self.herald {
            Some(known) if known.0.serves(context.waker()) => known,
            other => {
                let mut warm = self.warm;
                warm[PLACES - 3] = Place::of(&*self.link);
                warm[PLACES - 2] = Place::at(here, size_of::<Self>());
                // A waker's data are those of the task that polls, with its future near by.
                warm[PLACES - 1] = Place::at(context.waker().data() as usize, OWNER_BYTES);
                let herald = Herald::new(context.waker().clone(), warm);
                let waker = Waker::from(herald.clone());
                other.insert((herald, waker))
            }
        };
        herald.polled();
        let mut context = Context::from_waker(waker);
        let wake: Wake = ptr::from_mut(&mut context).cast();
        // A panic inside marks the fiber done: its stack has been unwound by then.
        let finish = Finish(&mut self.done);
        let result = {
            let _restore = Restore(CURRENT.replace(&raw const *self.link));
            self.coroutine.resume(wake)
        };
        match result {
            CoroutineResult::Yield(()) => {
                std::mem::forget(finish);
                Poll::Pending
            }
            CoroutineResult::Return(value) => Poll::Ready(value),
        }
    }

    /// Whether the closure has returned or unwound.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.done
    }
}

/// Marks a fiber finished unless it is forgotten.
struct Finish<'a>(&'a mut bool);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        *self.0 = true;
    }
}

impl<T: 'static> Drop for Fiber<T> {
    fn drop(&mut self) {
        // Never started or finished: nothing of the closure is on the stack, so the stack can go back.
        if self.done || !self.coroutine.started() {
            // SAFETY: the field is not used again; this is the only drop of it.
            unsafe { ManuallyDrop::drop(&mut self.coroutine) };
        } else {
            stack::count_leak();
            // The link must stay valid for as long as the suspended frames may be looked at by debuggers
            // and leak checkers; a few bytes next to a leaked stack.
            std::mem::forget(std::mem::replace(
                &mut self.link,
                Box::new(Link {
                    low: 0,
                    switch: Cell::new(ptr::null()),
                    context: Cell::new(ptr::null_mut()),
                }),
            ));
        }
    }
}

impl<T: 'static> Future for Fiber<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        Self::poll(self.get_mut(), context)
    }
}

impl<T: 'static> Unpin for Fiber<T> {}

/// Whether the caller runs inside a fiber.
#[must_use]
pub fn in_fiber() -> bool {
    !CURRENT.get().is_null()
}

/// Waits for `future` from inside a fiber; other work of the thread goes on meanwhile.
///
/// # Panics
/// Outside a fiber, and while a future is being polled by another `block_on` (polls run on the thread's own
/// stack, which cannot be switched away from).
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        let link = CURRENT.get();
        assert!(!link.is_null(), "block_on must be called inside a fiber");
        // SAFETY: a non-null CURRENT points to the link of the fiber that runs on this thread now, which is
        // alive because it is being polled.
        let (switch, wake) = unsafe { (&*(*link).switch.get(), (*link).context.get()) };
        let poll = {
            let _restore = Restore(CURRENT.replace(ptr::null()));
            let poll = AssertSend(|| {
                // SAFETY: `wake` is the context of the poll that is running this fiber right now; the
                // reference does not outlive this closure, which returns before that poll does.
                future.as_mut().poll(unsafe { &mut *wake })
            });
            switch.on_parent_stack(move || poll.call())
        };
        match poll {
            Poll::Ready(output) => return output,
            Poll::Pending => {
                let wake = switch.suspend(());
                // SAFETY: as above; the fiber has just been resumed by its owner.
                unsafe { (*link).context.set(wake) };
            }
        }
    }
}

/// Runs `work` on the thread's own stack: for native work that needs more stack than a fiber has.
///
/// Outside a fiber it simply calls `work`. `work` must not call [`block_on`].
pub fn on_root<R>(work: impl FnOnce() -> R) -> R {
    let link = CURRENT.get();
    if link.is_null() {
        return work();
    }
    // SAFETY: see `block_on`.
    let switch = unsafe { &*(*link).switch.get() };
    let _restore = Restore(CURRENT.replace(ptr::null()));
    let work = AssertSend(work);
    switch.on_parent_stack(move || work.call())
}

/// Carries a closure over `on_parent_stack`, whose `Send` bound keeps `Yielder`s off the parent stack.
struct AssertSend<F>(F);

// SAFETY: the closure runs on the same thread. The bound exists so that no reference to a `Yielder` reaches
// code on the parent stack; ours only reach it through CURRENT, which is null while the closure runs.
unsafe impl<F> Send for AssertSend<F> {}

impl<F: FnOnce() -> R, R> AssertSend<F> {
    fn call(self) -> R {
        (self.0)()
    }
}

/// Gives back the memory of the running fiber's stack that lies below its present depth, after something that
/// went deeper than what follows will. Outside a fiber it does nothing.
pub fn trim_stack() {
    let link = CURRENT.get();
    if !link.is_null() {
        // SAFETY: a non-null CURRENT is the link of the fiber that runs now; see `block_on`.
        let low = unsafe { (*link).low };
        stack::trim(low);
    }
}

/// How many stacks were leaked because a waiting fiber was dropped. Anything but zero is a bug in the owner.
#[must_use]
pub fn leaked_stacks() -> u64 {
    stack::leaked()
}
