//! The behaviour of fibers: waiting, panics, nesting, reuse of stacks.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use plimsoll_fiber::{Fiber, StackPool, block_on, in_fiber, leaked_stacks, on_root};

/// A future that is ready at its `n`-th poll.
struct After(u32);

impl Future for After {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        Poll::Pending
    }
}

fn pool() -> StackPool {
    StackPool::new(128 * 1024)
}

fn poll<T>(fiber: &mut Fiber<T>) -> Poll<T> {
    fiber.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn waits_and_returns() {
    let mut fiber = Fiber::new(pool().take().unwrap(), || {
        assert!(in_fiber());
        block_on(After(2));
        block_on(async { 40 }) + 2
    });
    assert!(poll(&mut fiber).is_pending());
    assert!(!in_fiber());
    assert!(poll(&mut fiber).is_pending());
    assert_eq!(poll(&mut fiber), Poll::Ready(42));
    assert!(fiber.is_done());
}

#[test]
fn futures_and_root_work_run_on_the_thread_stack() {
    fn address() -> usize {
        let local = 0u8;
        &raw const local as usize
    }
    let outside = address();
    let mut fiber =
        Fiber::new(pool().take().unwrap(), || (address(), block_on(async { address() }), on_root(address)));
    let Poll::Ready((inside, polled, rooted)) = poll(&mut fiber) else { panic!("nothing to wait for") };
    let near = |a: usize| a.abs_diff(outside) < 1 << 20;
    assert!(!near(inside), "the closure has a stack of its own");
    assert!(near(polled) && near(rooted));
}

#[test]
fn a_panic_unwinds_to_the_poll_and_frees_the_stack() {
    let dropped = Rc::new(Cell::new(false));
    struct Flag(Rc<Cell<bool>>);
    impl Drop for Flag {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let flag = Flag(dropped.clone());
    let mut fiber = Fiber::<()>::new(pool().take().unwrap(), move || {
        let _flag = flag;
        block_on(After(1));
        panic!("on purpose");
    });
    assert!(poll(&mut fiber).is_pending());
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| poll(&mut fiber)));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
    assert!(dropped.get() && fiber.is_done());
    assert!(!in_fiber());
}

#[test]
fn a_panic_in_a_polled_future_reaches_the_fiber() {
    let mut fiber = Fiber::new(pool().take().unwrap(), || {
        let result = std::panic::catch_unwind(|| block_on(async { panic!("in the future") }));
        assert!(in_fiber());
        result.is_err()
    });
    assert_eq!(poll(&mut fiber), Poll::Ready(true));
}

#[test]
fn blocking_inside_a_poll_is_refused() {
    let mut fiber = Fiber::new(pool().take().unwrap(), || {
        std::panic::catch_unwind(|| block_on(async { block_on(async {}) })).is_err()
    });
    assert_eq!(poll(&mut fiber), Poll::Ready(true));
}

#[test]
fn a_fiber_may_poll_another() {
    let pool = pool();
    let inner = RefCell::new(Fiber::new(pool.take().unwrap(), || {
        block_on(After(1));
        7
    }));
    let mut outer = Fiber::new(pool.take().unwrap(), move || {
        block_on(std::future::poll_fn(|context| inner.borrow_mut().poll(context)))
    });
    assert!(poll(&mut outer).is_pending());
    assert_eq!(poll(&mut outer), Poll::Ready(7));
}

#[test]
fn stacks_are_reused_and_never_leak_when_fibers_finish() {
    let pool = pool();
    for round in 0..2_000u32 {
        let mut fibers: Vec<_> = (0..8)
            .map(|index| {
                Fiber::new(pool.take().unwrap(), move || {
                    block_on(After(index % 3));
                    index + round
                })
            })
            .collect();
        for (index, fiber) in fibers.iter_mut().enumerate() {
            let value = loop {
                if let Poll::Ready(value) = poll(fiber) {
                    break value;
                }
            };
            assert_eq!(value, u32::try_from(index).unwrap() + round);
        }
    }
    assert_eq!(leaked_stacks(), 0);
}

#[test]
fn an_unstarted_fiber_gives_its_stack_back() {
    let pool = pool();
    for _ in 0..1_000 {
        drop(Fiber::new(pool.take().unwrap(), || ()));
    }
}

#[test]
fn many_stacks_fit_in_few_mappings() {
    let pool = StackPool::new(256 * 1024);
    let before = std::fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    let stacks: Vec<_> = (0..10_000).map(|_| pool.take().unwrap()).collect();
    let after = std::fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    assert!(after - before < 2 * stacks.len() + 100);
}
