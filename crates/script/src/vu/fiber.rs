//! A session on its coroutine, driven from outside by commands and replies.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};

use fiber::Fiber;

use super::Host;
use super::session::{self, Command, Reply};
use crate::error::{Error, ErrorKind};

/// The mailbox between a session and its driver; both run on one thread, so cells do.
pub(crate) struct Mailbox {
    command: RefCell<Option<Command>>,
    reply: RefCell<Option<Reply>>,
    busy: Cell<bool>,
}

impl Mailbox {
    /// Waits inside the coroutine for the next command.
    pub(crate) fn next(&self) -> Command {
        fiber::block_on(poll_fn(|_| self.command.borrow_mut().take().map_or(Poll::Pending, Poll::Ready)))
    }

    /// Hands a result to the driver.
    pub(crate) fn answer(&self, reply: Reply) {
        self.busy.set(false);
        self.reply.borrow_mut().replace(reply);
    }
}

/// A virtual user's coroutine. Dropping it asks the session to end first.
pub(crate) struct VuFiber {
    fiber: Fiber<()>,
    mailbox: Rc<Mailbox>,
    host: Rc<Host>,
    /// Whether the fiber knows what to fetch ahead.
    warm: bool,
}

impl VuFiber {
    /// A user that evaluates its init code when it is first polled, and then answers [`Reply::Ready`].
    ///
    /// # Errors
    /// When no stack can be had.
    pub(crate) fn new(host: Host) -> Result<Self, Error> {
        let stack = host.shared.stacks.take().map_err(|error| {
            Error::new(ErrorKind::Internal, format!("no stack for another virtual user: {error}"))
        })?;
        let usable = stack.usable_bytes();
        let host = host.into_shared();
        let mailbox = Rc::new(Mailbox {
            command: RefCell::new(None),
            reply: RefCell::new(None),
            busy: Cell::new(true),
        });
        let fiber = Fiber::new(stack, {
            let (host, mailbox) = (host.clone(), mailbox.clone());
            move || session::run(&host, &mailbox, usable)
        });
        Ok(Self { fiber, mailbox, host, warm: false })
    }

    /// The user's state.
    pub(crate) fn host(&self) -> &Rc<Host> {
        &self.host
    }

    /// Gives the session work. The previous work must have been answered.
    pub(crate) fn send(&self, command: Command) {
        debug_assert!(!self.mailbox.busy.get(), "one command at a time");
        self.mailbox.busy.set(true);
        self.mailbox.command.borrow_mut().replace(command);
    }

    /// Runs the session until it answers or waits.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Reply> {
        if self.fiber.is_done() {
            return Poll::Ready(Reply::Gone);
        }
        let ended = self.fiber.poll(context).is_ready();
        if !self.warm && self.mailbox.reply.borrow().is_some() {
            self.warm = true;
            self.name_warm_memory();
        }
        match self.mailbox.reply.borrow_mut().take() {
            Some(reply) => Poll::Ready(reply),
            None if ended => Poll::Ready(Reply::Gone),
            None => Poll::Pending,
        }
    }
}

impl VuFiber {
    /// Tells the fiber what every resume touches.
    fn name_warm_memory(&mut self) {
        let [runtime, context] = self.host.engine_memory.get();
        self.fiber.keep_warm(&[
            runtime,
            context,
            (Rc::as_ptr(&self.host) as usize, size_of::<Host>()),
            (Rc::as_ptr(&self.mailbox) as usize, size_of::<Mailbox>()),
        ]);
    }
}

impl Drop for VuFiber {
    fn drop(&mut self) {
        if self.fiber.is_done() {
            return;
        }
        // The coroutine holds C frames, which only return when the session is told to: first whatever it is
        // doing is interrupted, then it is closed. It never waits after that, so a few polls are enough.
        self.host.interrupt();
        let mut context = Context::from_waker(std::task::Waker::noop());
        for _ in 0..64 {
            if !self.mailbox.busy.get() {
                self.send(Command::Close);
            }
            let unwound =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.fiber.poll(&mut context)));
            if self.fiber.is_done() || unwound.is_err() {
                break;
            }
            self.mailbox.reply.borrow_mut().take();
        }
        debug_assert!(
            self.fiber.is_done(),
            "a session ends when it is told to, in stage {:?}",
            self.host.stage.get()
        );
    }
}
