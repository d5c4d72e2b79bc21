//! A TCP socket that knows when its bytes arrived.
//!
//! On Linux the kernel stamps received data (`SO_TIMESTAMPING`, software, which TCP supports through
//! `recvmsg`); a busy program then still reports when the byte was there, not when it found the time to look.
//! Elsewhere, and where the option is refused, arrival is when the program read.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::task::{Context, Poll, ready};
use std::time::{SystemTime, UNIX_EPOCH};

use model::{Clock, Nanos};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, TimestampingFlag, recvmsg, setsockopt, sockopt::Timestamping,
};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// A connected socket.
pub(crate) struct Socket {
    stream: TcpStream,
    clock: Clock,
    stamped: bool,
    pub(crate) remote: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(crate) sent_bytes: u64,
    pub(crate) received_bytes: u64,
}

/// Some bytes that arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    /// How many; none means that the other side has closed.
    pub(crate) bytes: usize,
    /// When the last of them was in the kernel.
    pub(crate) at: Nanos,
}

impl Socket {
    /// Takes over a connected stream.
    pub(crate) fn new(stream: TcpStream, clock: Clock, kernel_timestamps: bool) -> io::Result<Self> {
        let (remote, local) = (stream.peer_addr()?, stream.local_addr()?);
        stream.set_nodelay(true)?;
        let wanted =
            TimestampingFlag::SOF_TIMESTAMPING_SOFTWARE | TimestampingFlag::SOF_TIMESTAMPING_RX_SOFTWARE;
        let stamped = kernel_timestamps && setsockopt(&stream, Timestamping, &wanted).is_ok();
        Ok(Self { stream, clock, stamped, remote, local, sent_bytes: 0, received_bytes: 0 })
    }

    /// Whether arrivals are stamped by the kernel.
    pub(crate) const fn is_stamped(&self) -> bool {
        self.stamped
    }

    /// Waits for bytes and reads some.
    pub(crate) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<Arrival> {
        let arrival = loop {
            self.stream.readable().await?;
            match self.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => break other?,
            }
        };
        self.received_bytes += arrival.bytes as u64;
        Ok(arrival)
    }

    /// Reads some bytes once there are any.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<Arrival>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(arrival) => {
                    self.received_bytes += arrival.bytes as u64;
                    return Poll::Ready(Ok(arrival));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Writes some bytes once there is room for them.
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(cx))?;
            match self.stream.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(count) => {
                    self.sent_bytes += count as u64;
                    return Poll::Ready(Ok(count));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Tells the other side that nothing more will come.
    pub(crate) fn shut_down(&self) -> io::Result<()> {
        nix::sys::socket::shutdown(self.stream.as_raw_fd(), nix::sys::socket::Shutdown::Write)
            .map_err(io::Error::from)
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<Arrival> {
        let length = buffer.len();
        let arrival = self.stream.try_io(Interest::READABLE, || receive(&self.stream, buffer, self.clock))?;
        // A short read has emptied the socket: saying so spares the system call that would find that out.
        if arrival.bytes > 0 && arrival.bytes < length {
            let _ = self.stream.try_io(Interest::READABLE, || Err::<(), _>(io::ErrorKind::WouldBlock.into()));
        }
        Ok(arrival)
    }

    /// Whether a kept connection is still usable: the other side has neither closed it nor said anything.
    pub(crate) fn is_quiet(&self) -> bool {
        let mut byte = [0u8; 1];
        matches!(self.stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Writes everything.
    pub(crate) async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.sent_bytes += count as u64;
                    bytes = &bytes[count..];
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn receive(stream: &TcpStream, buffer: &mut [u8], clock: Clock) -> io::Result<Arrival> {
    // Room for one timestamp message (three timespecs) and its header.
    let mut control = [0u8; 96];
    let mut parts = [IoSliceMut::new(buffer)];
    let message = recvmsg::<()>(stream.as_raw_fd(), &mut parts, Some(&mut control), MsgFlags::empty())?;
    let now = clock.now();
    let mut at = now;
    if let Ok(messages) = message.cmsgs() {
        for message in messages {
            if let ControlMessageOwned::ScmTimestampsns(stamps) = message {
                let stamp = stamps.system;
                if stamp.tv_sec() > 0 {
                    let stamp_ns = stamp.tv_sec() as u64 * 1_000_000_000 + stamp.tv_nsec() as u64;
                    let wall_ns =
                        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
                    // The stamp is wall time; its age is the same on every clock.
                    at = now - Nanos(wall_ns.saturating_sub(stamp_ns));
                }
            }
        }
    }
    Ok(Arrival { bytes: message.bytes, at })
}
