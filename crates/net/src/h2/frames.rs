//! Following the frames of one direction of an HTTP/2 connection without keeping or checking them.
//!
//! Main type: [`Scanner`], fed with the bytes as they pass in pieces of any size.

/// The header of a frame (RFC 9113, section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Bytes of payload.
    pub length: u32,
    /// The frame type's number.
    pub kind: u8,
    /// The flags, whose meaning depends on the type.
    pub flags: u8,
    /// The stream, or 0 for the connection.
    pub stream: u32,
}

impl Frame {
    pub(super) const DATA: u8 = 0;
    pub(super) const HEADERS: u8 = 1;
    pub(super) const RESET: u8 = 3;
    pub(super) const GO_AWAY: u8 = 7;
    pub(super) const CONTINUATION: u8 = 9;
    pub(super) const END_STREAM: u8 = 1;
    pub(super) const END_HEADERS: u8 = 4;

    /// Bytes of a frame header.
    pub const HEADER_BYTES: usize = 9;

    fn parse(bytes: [u8; Self::HEADER_BYTES]) -> Self {
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = bytes;
        Self {
            length: u32::from_be_bytes([0, l0, l1, l2]),
            kind,
            flags,
            // The highest bit is reserved.
            stream: u32::from_be_bytes([s0, s1, s2, s3]) & 0x7fff_ffff,
        }
    }

    /// Bytes on the wire, header included.
    #[must_use]
    pub const fn wire_bytes(&self) -> u64 {
        Self::HEADER_BYTES as u64 + self.length as u64
    }

    pub(super) const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// What passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The header of a frame is complete.
    Start(Frame),
    /// The last byte of a frame has passed.
    End(Frame),
    /// The server says that it closes; comes before the frame's end.
    GoAway {
        /// The last stream it may have acted on.
        last_stream: u32,
        /// Why, as an error code of RFC 9113.
        code: u32,
        /// The start of its explanation.
        debug: Vec<u8>,
    },
}

/// Finds the frames in a stream of bytes.
#[derive(Debug, Default)]
pub struct Scanner {
    skip: usize,
    header: [u8; Frame::HEADER_BYTES],
    header_filled: usize,
    frame: Option<Frame>,
    left: usize,
    /// The payload of a GOAWAY frame, as far as it is of interest.
    go_away: Vec<u8>,
}

/// The client's connection preface.
const PREFACE_BYTES: usize = 24;

/// The fixed part of GOAWAY and as much of its text as a message can use.
const GO_AWAY_BYTES_MAX: usize = 8 + 256;

impl Scanner {
    /// A scanner for what a client sends: the preface, then frames.
    #[must_use]
    pub fn of_client() -> Self {
        Self { skip: PREFACE_BYTES, ..Self::default() }
    }

    /// A scanner for what a server sends.
    #[must_use]
    pub fn of_server() -> Self {
        Self::default()
    }

    /// Takes the next bytes and reports what they complete, in order.
    pub fn feed(&mut self, mut bytes: &[u8], report: &mut impl FnMut(Event)) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        bytes = &bytes[skipped..];
        while !bytes.is_empty() {
            bytes = match self.frame {
                None => self.feed_header(bytes, report),
                Some(frame) => self.feed_payload(frame, bytes, report),
            };
        }
    }

    fn feed_header<'a>(&mut self, bytes: &'a [u8], report: &mut impl FnMut(Event)) -> &'a [u8] {
        let wanted = Frame::HEADER_BYTES - self.header_filled;
        let (head, rest) = bytes.split_at(wanted.min(bytes.len()));
        self.header[self.header_filled..self.header_filled + head.len()].copy_from_slice(head);
        self.header_filled += head.len();
        if self.header_filled == Frame::HEADER_BYTES {
            self.header_filled = 0;
            let frame = Frame::parse(self.header);
            self.left = frame.length as usize;
            self.frame = Some(frame);
            report(Event::Start(frame));
            self.end_if_complete(frame, report);
        }
        rest
    }

    fn feed_payload<'a>(
        &mut self,
        frame: Frame,
        bytes: &'a [u8],
        report: &mut impl FnMut(Event),
    ) -> &'a [u8] {
        let (payload, rest) = bytes.split_at(self.left.min(bytes.len()));
        self.left -= payload.len();
        if frame.kind == Frame::GO_AWAY {
            let room = GO_AWAY_BYTES_MAX - self.go_away.len();
            self.go_away.extend_from_slice(&payload[..room.min(payload.len())]);
        }
        self.end_if_complete(frame, report);
        rest
    }

    fn end_if_complete(&mut self, frame: Frame, report: &mut impl FnMut(Event)) {
        if self.left > 0 {
            return;
        }
        self.frame = None;
        if frame.kind == Frame::GO_AWAY {
            let payload = std::mem::take(&mut self.go_away);
            if let Some((&[s0, s1, s2, s3, c0, c1, c2, c3], debug)) = payload.split_first_chunk() {
                let last_stream = u32::from_be_bytes([s0, s1, s2, s3]) & 0x7fff_ffff;
                let code = u32::from_be_bytes([c0, c1, c2, c3]);
                report(Event::GoAway { last_stream, code, debug: debug.to_vec() });
            }
        }
        report(Event::End(frame));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn frame_bytes(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let length = (payload.len() as u32).to_be_bytes();
        [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
    }

    fn scan(scanner: &mut Scanner, pieces: &[&[u8]]) -> Vec<Event> {
        let mut events = Vec::new();
        pieces.iter().for_each(|piece| scanner.feed(piece, &mut |event| events.push(event)));
        events
    }

    #[test]
    fn frames_are_found_behind_the_preface() {
        let bytes = [
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            frame_bytes(4, 0, 0, b""),
            frame_bytes(Frame::HEADERS, 5, 0x8000_0001, b"abc"),
        ]
        .concat();
        let settings = Frame { length: 0, kind: 4, flags: 0, stream: 0 };
        let headers = Frame { length: 3, kind: 1, flags: 5, stream: 1 };
        let expected =
            [Event::Start(settings), Event::End(settings), Event::Start(headers), Event::End(headers)];
        assert_eq!(scan(&mut Scanner::of_client(), &[&bytes]), expected);
        assert_eq!(headers.wire_bytes(), 12);
    }

    #[test]
    fn go_away_is_read() {
        let payload = [&7u32.to_be_bytes()[..], &11u32.to_be_bytes(), &[b'x'; 1_000]].concat();
        let events = scan(&mut Scanner::of_server(), &[&frame_bytes(Frame::GO_AWAY, 0, 0, &payload)]);
        assert_eq!(events[1], Event::GoAway { last_stream: 7, code: 11, debug: vec![b'x'; 256] });
        let short = scan(&mut Scanner::of_server(), &[&frame_bytes(Frame::GO_AWAY, 0, 0, b"1234567")]);
        assert_eq!(short.len(), 2, "a short frame says nothing: {short:?}");
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            frames in prop::collection::vec((0u8..10, any::<u8>(), any::<u32>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
            cuts in prop::collection::vec(0usize..300, 0..12),
        ) {
            let bytes: Vec<u8> =
                frames.iter().flat_map(|(kind, flags, stream, payload)| frame_bytes(*kind, *flags, *stream, payload)).collect();
            let whole = scan(&mut Scanner::of_server(), &[&bytes]);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(scan(&mut Scanner::of_server(), &pieces), whole);
        }

        #[test]
        fn rubbish_is_survived(bytes in any::<Vec<u8>>()) {
            scan(&mut Scanner::of_client(), &[&bytes, &bytes]);
        }
    }
}
