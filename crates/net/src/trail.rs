//! When each phase of one exchange began and ended.

use model::Nanos;

/// The edges of one exchange, on the run's clock, and its bytes on the wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trail {
    /// The request was handed over.
    pub start: Nanos,
    /// A connection was had, new or kept.
    pub got_connection: Nanos,
    /// The length of the name look-up.
    pub lookup: Nanos,
    /// The length of TCP connecting.
    pub connect: Nanos,
    /// The length of the TLS handshake.
    pub tls: Nanos,
    /// The request was written.
    pub sent: Nanos,
    /// The first byte of the response arrived.
    pub first_byte: Nanos,
    /// The last byte of the response arrived.
    pub last_byte: Nanos,
    /// The program had the response.
    pub seen: Nanos,
    /// Bytes sent, below TLS.
    pub sent_bytes: u64,
    /// Bytes received, below TLS.
    pub received_bytes: u64,
    /// Whether the connection had been used before.
    pub reused: bool,
    /// Whether arrival times are the kernel's.
    pub kernel_stamped: bool,
}

impl Trail {
    /// Waiting for a connection, with everything that making one takes.
    #[must_use]
    pub fn blocked(&self) -> Nanos {
        self.got_connection - self.start
    }

    /// Looking up the name.
    #[must_use]
    pub const fn looking_up(&self) -> Nanos {
        self.lookup
    }

    /// TCP connecting.
    #[must_use]
    pub const fn connecting(&self) -> Nanos {
        self.connect
    }

    /// The TLS handshake.
    #[must_use]
    pub const fn tls_handshaking(&self) -> Nanos {
        self.tls
    }

    /// Writing the request.
    #[must_use]
    pub fn sending(&self) -> Nanos {
        self.sent - self.got_connection
    }

    /// From the request written to the first byte of the response.
    #[must_use]
    pub fn waiting(&self) -> Nanos {
        self.first_byte - self.sent
    }

    /// From the first byte of the response to its last.
    #[must_use]
    pub fn receiving(&self) -> Nanos {
        self.last_byte - self.first_byte
    }

    /// Sending, waiting and receiving.
    #[must_use]
    pub fn duration(&self) -> Nanos {
        self.sending() + self.waiting() + self.receiving()
    }

    /// When the exchange was over.
    #[must_use]
    pub fn end(&self) -> Nanos {
        if self.seen > Nanos::ZERO {
            self.seen
        } else {
            self.last_byte.max(self.sent).max(self.got_connection)
        }
    }

    /// How long the response waited for the program after the kernel had it.
    #[must_use]
    pub fn generator_lag(&self) -> Nanos {
        self.seen - self.last_byte
    }
}
