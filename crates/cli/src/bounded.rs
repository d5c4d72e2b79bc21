//! Reading that ends: a small file may unpack to a huge one, and a pipe may never stop.
//!
//! Main type: [`Bounded`]. What is too much is an error that says how much was allowed, never a file cut short.

use std::io::{self, BufRead, Read};

/// A reader that fails when more than so many bytes come from it.
#[derive(Debug)]
pub struct Bounded<R> {
    inner: R,
    left: u64,
    bytes_max: u64,
}

impl<R: Read> Bounded<R> {
    /// At most so many bytes of a reader.
    pub fn new(inner: R, bytes_max: u64) -> Self {
        Self { inner, left: bytes_max, bytes_max }
    }

    /// All of it.
    ///
    /// # Errors
    /// When it cannot be read, or is more than allowed.
    pub fn whole(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // One byte more than allowed is asked for, to tell the end from what goes on.
        let room = usize::try_from(self.left.saturating_add(1)).unwrap_or(usize::MAX).min(into.len());
        let count = self.inner.read(&mut into[..room])?;
        match self.left.checked_sub(count as u64) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => Err(too_much("it has", self.bytes_max)),
        }
    }
}

/// Reads up to a byte as [`BufRead::read_until`] does, behind what is in the buffer.
///
/// # Errors
/// When it cannot be read, or the buffer had to hold more than so many bytes.
pub fn read_until(
    text: &mut dyn BufRead,
    end: u8,
    buffer: &mut Vec<u8>,
    bytes_max: usize,
) -> io::Result<usize> {
    let room = bytes_max.saturating_sub(buffer.len()) as u64;
    let count = text.take(room + 1).read_until(end, buffer)?;
    if count as u64 > room { Err(too_much("one entry of it has", bytes_max as u64)) } else { Ok(count) }
}

fn too_much(what: &str, bytes_max: u64) -> io::Error {
    let text =
        if bytes_max >> 20 == 0 { format!("{bytes_max} bytes") } else { format!("{} MB", bytes_max >> 20) };
    io::Error::other(format!("{what} more than {text}, which is not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_allowed_is_read_and_no_more() {
        let check = |bytes: &[u8], bytes_max: u64, wanted: Result<&[u8], &str>| {
            let read = Bounded::new(bytes, bytes_max).whole().map_err(|why| why.to_string());
            assert_eq!(read.as_deref().map_err(String::as_str), wanted, "{bytes_max}");
        };
        check(b"", 0, Ok(b""));
        check(b"abc", 3, Ok(b"abc"));
        check(b"abc", u64::MAX, Ok(b"abc"));
        check(b"abcd", 3, Err("it has more than 3 bytes, which is not read"));
        check(&[7; (2 << 20) + 1], 2 << 20, Err("it has more than 2 MB, which is not read"));
        // What has no end is an error too.
        assert!(Bounded::new(io::repeat(0), 1 << 20).whole().is_err());
    }

    #[test]
    fn entries_have_an_end() {
        let check = |text: &str, bytes_max: usize, wanted: &[Result<&str, ()>]| {
            let mut rest = text.as_bytes();
            for wanted in wanted {
                let mut buffer = Vec::new();
                let read = read_until(&mut rest, b'\n', &mut buffer, bytes_max);
                let got = read.map(|count| {
                    assert_eq!(count, buffer.len());
                    String::from_utf8(buffer).unwrap()
                });
                assert_eq!(got.as_deref().map_err(|_| ()), *wanted, "{text:?}");
            }
        };
        check("ab\nc", 3, &[Ok("ab\n"), Ok("c"), Ok("")]);
        check("abc\nd", 3, &[Err(())]);
        check("abc", 3, &[Ok("abc"), Ok("")]);
    }
}
