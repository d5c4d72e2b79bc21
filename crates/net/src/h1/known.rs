//! Heads that came before: a server sends the same one again and again, but for a date or a number.
//!
//! Main type: [`KnownHeads`]. Recognising a head costs a comparison where reading it costs a look at each byte, and users
//! that got the same head share one copy of it.

use std::ops::Range;

use super::head::{self, Head};

/// How many are remembered: a flow has a handful of endpoints.
const KNOWN_MAX: usize = 4;
/// Larger heads are rare, and would be kept for all time.
const BYTES_MAX: usize = 4096;

/// The latest heads that came in one piece, each with what was read in it.
#[derive(Default, Debug)]
pub(crate) struct KnownHeads {
    heads: Vec<Head>,
    /// The place of the next one, once all are taken.
    next: usize,
}

impl KnownHeads {
    /// The head at the start of `input`, with its length, when it is a known one or differs from one only in values that
    /// decide nothing.
    pub(super) fn recall(&mut self, input: &[u8]) -> Option<(Head, usize)> {
        for known in &mut self.heads {
            let block = known.headers.block();
            let Some(seen) = input.get(..block.len()) else { continue };
            if seen != block {
                if !is_alike(known, seen) {
                    continue;
                }
                known.headers = known.headers.over_another(seen.to_vec());
            }
            return Some((known.clone(), seen.len()));
        }
        None
    }

    /// Remembers a head that was just read.
    pub(super) fn remember(&mut self, head: &Head) {
        if head.headers.block().len() > BYTES_MAX {
            return;
        }
        if self.heads.len() < KNOWN_MAX {
            self.heads.push(head.clone());
        } else {
            self.heads[self.next] = head.clone();
            self.next = (self.next + 1) % KNOWN_MAX;
        }
    }
}

/// Whether bytes of the same length would be read as the known head was: they differ only within values, which are as
/// good as those were and say nothing of body and connection.
fn is_alike(known: &Head, seen: &[u8]) -> bool {
    let block = known.headers.block();
    let mut at = 0;
    for (name, value) in known.headers.places() {
        if value.is_empty() {
            continue;
        }
        if seen[at..value.start] != block[at..value.start] {
            return false;
        }
        at = value.end;
        let (was, is) = (&block[value.clone()], &seen[value]);
        if was != is && (head::decides(&block[name]) || !is_value(is)) {
            return false;
        }
    }
    seen[at..] == block[at..]
}

/// Whether the bytes are a value from the first to the last, as the parser would have it.
fn is_value(bytes: &[u8]) -> bool {
    let is_blank = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    let is_text = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    !is_blank(bytes.first()) && !is_blank(bytes.last()) && bytes.iter().all(is_text)
}

/// The parts of a head that hold one header: its name and its value.
pub(crate) type Places = (Range<usize>, Range<usize>);

#[cfg(test)]
mod tests {
    use super::super::{Decoder, Expect, Limits};
    use super::*;

    fn read(known: &mut KnownHeads, text: &str) -> Head {
        let mut decoder = Decoder::new(Expect { no_body: false, discard: false, limits: Limits::default() });
        assert_eq!(decoder.feed_knowing(text.as_bytes(), Some(known)).unwrap(), text.len(), "{text}");
        decoder.end().unwrap();
        decoder.into_parts().0.expect("it is whole")
    }

    fn response(date: &str, length: usize) -> String {
        format!("HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {length}\r\n\r\n{}", "x".repeat(length))
    }

    #[test]
    fn equal_heads_are_one() {
        let mut known = KnownHeads::default();
        let place = |head: &Head| head.headers.block().as_ptr();
        let first = read(&mut known, &response("monday", 2));
        let again = read(&mut known, &response("monday", 2));
        assert_eq!((place(&again), known.heads.len()), (place(&first), 1), "an equal one shares the first's");

        // Another value that decides nothing: recognised, in a copy of its own, and known from then on.
        let friday = read(&mut known, &response("friday", 2));
        assert_ne!(place(&friday), place(&first));
        assert_eq!(friday.headers.block(), response("friday", 2).as_bytes().strip_suffix(b"xx").unwrap());
        assert_eq!(first.headers.block(), response("monday", 2).as_bytes().strip_suffix(b"xx").unwrap());
        assert_eq!(place(&read(&mut known, &response("friday", 2))), place(&friday));
        assert_eq!(known.heads.len(), 1, "neither was read anew");

        // A value that decides what follows, and another length, are read.
        for (count, text) in [(2, response("friday", 3)), (3, response("wednesday", 2))] {
            let other = read(&mut known, &text);
            assert_eq!(
                (known.heads.len(), other.headers.block().len()),
                (count, text.find("\r\n\r\n").unwrap() + 4)
            );
        }
    }

    #[test]
    fn no_more_than_a_handful_is_remembered() {
        let mut known = KnownHeads::default();
        for length in 0..3 * KNOWN_MAX {
            read(&mut known, &response("monday", length));
        }
        assert_eq!(known.heads.len(), KNOWN_MAX);
        let places = |known: &KnownHeads| -> Vec<_> {
            known.heads.iter().map(|head| head.headers.block().as_ptr()).collect()
        };
        let before = places(&known);
        read(&mut known, &response(&"d".repeat(BYTES_MAX), 1));
        assert_eq!(places(&known), before, "a large one is not kept");
    }
}
