//! Receiving on Linux, with the kernel's software receive timestamps.

use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd};

use nix::sys::socket::Timestamps;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, TimestampingFlag, cmsg_space, recv, recvmsg, setsockopt, sockopt,
};

use super::WallNanos;

/// Room for one timestamping control message, aligned as the kernel writes it.
#[repr(C, align(8))]
struct Control([u8; cmsg_space::<Timestamps>()]);

/// Asks for receive timestamps on a socket; says whether the kernel will give them.
pub(crate) fn enable_stamps(socket: &impl AsFd) -> bool {
    let flags = TimestampingFlag::SOF_TIMESTAMPING_SOFTWARE | TimestampingFlag::SOF_TIMESTAMPING_RX_SOFTWARE;
    setsockopt(socket, sockopt::Timestamping, &flags).is_ok()
}

/// Receives once; with the time at which the kernel got the newest of these bytes.
pub(super) fn receive(
    socket: &impl AsRawFd,
    stamped: bool,
    buffer: &mut [u8],
) -> io::Result<(usize, Option<WallNanos>)> {
    if !stamped {
        return Ok((recv(socket.as_raw_fd(), buffer, MsgFlags::empty())?, None));
    }
    let mut control = Control([0; cmsg_space::<Timestamps>()]);
    let mut parts = [IoSliceMut::new(buffer)];
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut control.0), MsgFlags::empty())?;
    let mut stamp = None;
    // Control messages that did not fit mean no stamp, which the trail then says.
    for part in message.cmsgs().into_iter().flatten() {
        if let ControlMessageOwned::ScmTimestampsns(times) = part {
            let time = times.system;
            stamp = (time.tv_sec() > 0).then(|| {
                WallNanos(time.tv_sec().unsigned_abs() * 1_000_000_000 + time.tv_nsec().unsigned_abs())
            });
        }
    }
    Ok((message.bytes, stamp))
}

/// Looks at what is there without taking it.
pub(super) fn peek(socket: &impl AsRawFd, buffer: &mut [u8]) -> io::Result<usize> {
    Ok(recv(socket.as_raw_fd(), buffer, MsgFlags::MSG_PEEK)?)
}
