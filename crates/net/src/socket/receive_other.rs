//! Receiving where the kernel has no receive timestamps to give.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

use nix::sys::socket::{MsgFlags, recv};

use super::WallNanos;

/// Says that there are no receive timestamps.
pub(crate) fn enable_stamps(_socket: &impl AsFd) -> bool {
    false
}

/// Receives once, without a time.
pub(super) fn receive(
    socket: &impl AsRawFd,
    _stamped: bool,
    buffer: &mut [u8],
) -> io::Result<(usize, Option<WallNanos>)> {
    Ok((recv(socket.as_raw_fd(), buffer, MsgFlags::empty())?, None))
}

/// Looks at what is there without taking it.
pub(super) fn peek(socket: &impl AsRawFd, buffer: &mut [u8]) -> io::Result<usize> {
    Ok(recv(socket.as_raw_fd(), buffer, MsgFlags::MSG_PEEK)?)
}
