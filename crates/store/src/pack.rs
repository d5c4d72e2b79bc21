//! Makes the details of points smaller.
//!
//! Main type: [`Press`]. Bytes that do not get smaller stay as they are; the first byte tells.

use crate::error::Error;

/// As they are.
const PLAIN: u8 = 0;
/// Pressed, behind their length in four bytes.
const PRESSED: u8 = 1;
/// Fewer bytes are not worth the trouble.
const LEAST: usize = 64;
/// More than the details of any point take.
const MOST: usize = 1 << 28;
/// Fast, and the numbers are small already.
const LEVEL: i32 = 1;

/// Presses one detail after the other.
pub struct Press(zstd::bulk::Compressor<'static>);

impl Press {
    /// A press.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new() -> Result<Self, Error> {
        zstd::bulk::Compressor::new(LEVEL).map(Self).map_err(|error| Error::lasting(error.to_string()))
    }

    /// The smaller form.
    pub fn press(&mut self, detail: &[u8]) -> Vec<u8> {
        let pressed = if detail.len() < LEAST { None } else { self.0.compress(detail).ok() };
        match pressed.filter(|pressed| pressed.len() + 4 < detail.len()) {
            Some(pressed) => {
                let mut bytes = Vec::with_capacity(pressed.len() + 5);
                bytes.push(PRESSED);
                bytes.extend_from_slice(&(detail.len() as u32).to_le_bytes());
                bytes.extend_from_slice(&pressed);
                bytes
            }
            None => {
                let mut bytes = Vec::with_capacity(detail.len() + 1);
                bytes.push(PLAIN);
                bytes.extend_from_slice(detail);
                bytes
            }
        }
    }
}

/// What was pressed; `None` when it was not.
pub fn unpress(bytes: &[u8]) -> Option<Vec<u8>> {
    let (&form, rest) = bytes.split_first()?;
    match form {
        PLAIN => Some(rest.to_vec()),
        PRESSED => {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            let length = u32::from_le_bytes(*length) as usize;
            zstd::bulk::decompress(rest, length.min(MOST)).ok().filter(|bytes| bytes.len() == length)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn repetition_gets_smaller_and_nonsense_is_refused() {
        let mut press = Press::new().unwrap();
        assert!(press.press(&[7; 4000]).len() < 100);
        for bytes in [&[][..], &[9, 1], &[PRESSED, 1], &[PRESSED, 255, 255, 255, 255, 1]] {
            assert_eq!(unpress(bytes), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn details_survive(bytes in proptest::collection::vec(0..6_u8, 0..2000)) {
            let pressed = Press::new().unwrap().press(&bytes);
            prop_assert!(pressed.len() <= bytes.len() + 1);
            prop_assert_eq!(unpress(&pressed), Some(bytes));
        }
    }
}
