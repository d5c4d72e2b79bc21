//! When each phase of one request began and ended, and how many bytes went over the wire.
//!
//! Main type: [`Trail`]. It only holds edges; how a phase is cut out of them is written down here once, so
//! that every protocol reports alike.

use model::Nanos;

/// The edges of one request on the run's clock. An edge that was never reached is zero.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Trail {
    /// The request was handed to the client.
    pub start: Nanos,
    /// A connection was there to write to.
    pub connected: Nanos,
    /// Looking up the name began and ended; zero when nothing was looked up.
    pub lookup: Phase,
    /// The TCP handshake began and ended; zero on a reused connection.
    pub connect: Phase,
    /// The TLS handshake began and ended; zero on a reused connection and without TLS.
    pub handshake: Phase,
    /// The last byte of the request was given to the kernel.
    pub sent: Nanos,
    /// The first byte of the response reached this machine, as far as is known.
    pub first_byte: Nanos,
    /// The last byte of the response reached this machine, or the request failed.
    pub done: Nanos,
    /// Our code had the whole response.
    pub seen: Nanos,
    /// Bytes given to the kernel for this request: headers, and TLS handshakes and framing too.
    pub sent_bytes: u64,
    /// Bytes taken from the kernel for this request, below TLS.
    pub received_bytes: u64,
    /// The connection had carried a request before.
    pub reused: bool,
    /// `first_byte` and `done` are the kernel's receive timestamps, not the moments our code looked.
    pub kernel_stamped: bool,
}

/// The two ends of a phase.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Phase {
    /// Where it began.
    pub from: Nanos,
    /// Where it ended.
    pub to: Nanos,
}

impl Phase {
    /// How long it lasted; zero when it did not happen or did not end.
    #[must_use]
    pub fn length(&self) -> Nanos {
        self.to - self.from
    }
}

impl Trail {
    /// A trail of a request that is handed over at `start`.
    #[must_use]
    pub fn begin(start: Nanos) -> Self {
        Self { start, ..Self::default() }
    }

    /// The request is sent once more, on another connection.
    pub(crate) fn begin_again(&mut self) {
        (self.sent, self.first_byte) = (Nanos::ZERO, Nanos::ZERO);
    }

    /// Waiting for a connection: for a free slot, and for lookup, TCP and TLS when one is dialled. It
    /// overlaps those phases, as in k6.
    #[must_use]
    pub fn blocked(&self) -> Nanos {
        if self.connected == Nanos::ZERO { self.done - self.start } else { self.connected - self.start }
    }

    /// Looking up the host name.
    #[must_use]
    pub fn looking_up(&self) -> Nanos {
        self.lookup.length()
    }

    /// The TCP handshake.
    #[must_use]
    pub fn connecting(&self) -> Nanos {
        self.connect.length()
    }

    /// The TLS handshake.
    #[must_use]
    pub fn tls_handshaking(&self) -> Nanos {
        self.handshake.length()
    }

    /// From having a connection to having written the request; up to the failure when writing failed.
    #[must_use]
    pub fn sending(&self) -> Nanos {
        if self.connected == Nanos::ZERO {
            return Nanos::ZERO;
        }
        let end = if self.sent == Nanos::ZERO { self.done } else { self.sent };
        end - self.connected
    }

    /// From having written the request to the first byte of the response; up to the failure when none came.
    #[must_use]
    pub fn waiting(&self) -> Nanos {
        if self.sent == Nanos::ZERO {
            return Nanos::ZERO;
        }
        let end = if self.first_byte == Nanos::ZERO { self.done } else { self.first_byte };
        end - self.sent
    }

    /// From the first byte of the response to its last.
    #[must_use]
    pub fn receiving(&self) -> Nanos {
        if self.first_byte == Nanos::ZERO {
            return Nanos::ZERO;
        }
        // A response that starts before the request is written counts from when it was.
        self.done - self.first_byte.max(self.sent)
    }

    /// Sending, waiting and receiving: what a request costs once there is a connection.
    #[must_use]
    pub fn duration(&self) -> Nanos {
        self.sending() + self.waiting() + self.receiving()
    }

    /// When the request was over, for the time of its samples.
    #[must_use]
    pub fn end(&self) -> Nanos {
        self.done
    }

    /// How much later than the network our code had the whole response: the generator's own delay. Only
    /// kernel timestamps can tell; zero without them.
    #[must_use]
    pub fn generator_lag(&self) -> Nanos {
        if self.kernel_stamped { self.seen - self.done } else { Nanos::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Trail {
        Trail {
            start: Nanos(100),
            lookup: Phase { from: Nanos(100), to: Nanos(110) },
            connect: Phase { from: Nanos(110), to: Nanos(130) },
            handshake: Phase { from: Nanos(130), to: Nanos(170) },
            connected: Nanos(175),
            sent: Nanos(180),
            first_byte: Nanos(250),
            done: Nanos(260),
            seen: Nanos(300),
            kernel_stamped: true,
            ..Trail::default()
        }
    }

    #[test]
    fn phases_are_cut_at_the_edges() {
        let trail = full();
        let phases = [
            trail.blocked(),
            trail.looking_up(),
            trail.connecting(),
            trail.tls_handshaking(),
            trail.sending(),
            trail.waiting(),
            trail.receiving(),
            trail.duration(),
            trail.generator_lag(),
        ];
        assert_eq!(phases, [75, 10, 20, 40, 5, 70, 10, 85, 40].map(Nanos));
    }

    #[test]
    fn a_failure_ends_the_phase_it_happened_in() {
        let refused = Trail { start: Nanos(10), done: Nanos(30), ..Trail::default() };
        assert_eq!((refused.blocked(), refused.duration()), (Nanos(20), Nanos::ZERO));
        let unwritten = Trail { connected: Nanos(20), ..refused };
        assert_eq!((unwritten.sending(), unwritten.duration()), (Nanos(10), Nanos(10)));
        let unanswered = Trail { sent: Nanos(22), ..unwritten };
        assert_eq!((unanswered.waiting(), unanswered.duration()), (Nanos(8), Nanos(10)));
    }

    #[test]
    fn an_answer_before_the_end_of_the_request_keeps_the_sum() {
        let early = Trail { first_byte: Nanos(178), ..full() };
        assert_eq!(
            (early.waiting(), early.receiving(), early.duration()),
            (Nanos::ZERO, Nanos(80), Nanos(85))
        );
    }

    #[test]
    fn without_kernel_stamps_there_is_no_lag_to_tell() {
        assert_eq!(Trail { kernel_stamped: false, ..full() }.generator_lag(), Nanos::ZERO);
    }
}
