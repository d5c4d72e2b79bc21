//! The bytes of whole numbers, floats, texts and lists, written and read.
//!
//! Main types: `Writer` and `Reader`. A reader returns `None` for what cannot be; what the numbers mean is the
//! business of the formats that use it.

/// Counts above this cannot be added up safely by those who read many of them; nobody samples this often.
const LARGEST_COUNT: u64 = 1 << 40;

/// Appends to a list of bytes.
pub(crate) struct Writer<'a>(pub &'a mut Vec<u8>);

impl Writer<'_> {
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn number(&mut self, number: u64) {
        self.wide(u128::from(number));
    }

    pub fn signed(&mut self, number: i128) {
        self.wide((number << 1 ^ number >> 127) as u128);
    }

    pub fn float(&mut self, value: f64) {
        self.bytes(&value.to_le_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    pub fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.number(items.len() as u64);
        items.iter().for_each(|item| write(self, item));
    }

    fn wide(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }
}

/// Takes from the front of bytes.
pub(crate) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    pub fn number(&mut self) -> Option<u64> {
        u64::try_from(self.wide()?).ok()
    }

    /// A number that may be added to others of its sort without overflow.
    pub fn count(&mut self) -> Option<u64> {
        self.number().filter(|count| *count <= LARGEST_COUNT)
    }

    pub fn small(&mut self) -> Option<u32> {
        u32::try_from(self.wide()?).ok()
    }

    pub fn signed(&mut self) -> Option<i128> {
        let number = self.wide()?;
        Some((number >> 1) as i128 ^ -((number & 1) as i128))
    }

    pub fn float(&mut self) -> Option<f64> {
        let (head, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(f64::from_le_bytes(*head))
    }

    /// A float that is a number.
    pub fn real(&mut self) -> Option<f64> {
        self.float().filter(|value| !value.is_nan())
    }

    pub fn text(&mut self) -> Option<&'a str> {
        let len = usize::try_from(self.number()?).ok()?;
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(head).ok()
    }

    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let len = usize::try_from(self.number()?).ok()?;
        // Every item takes a byte at least, so that a false length cannot claim memory.
        if len > self.0.len() {
            return None;
        }
        (0..len).map(|_| read(self)).collect()
    }

    fn wide(&mut self) -> Option<u128> {
        let mut number = 0_u128;
        for shift in (0..u128::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7f);
            if shift > 121 && bits >> (u128::BITS - shift) != 0 {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_survive() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            Writer(&mut bytes).number(number);
            assert_eq!(Reader(&bytes).number(), Some(number));
        }
        for number in [0, 1, -1, 63, -64, 1 << 100, i128::MAX, i128::MIN] {
            let mut bytes = Vec::new();
            Writer(&mut bytes).signed(number);
            assert_eq!(Reader(&bytes).signed(), Some(number), "{number}");
        }
    }

    #[test]
    fn impossible_bytes_are_refused() {
        assert_eq!(Reader(&[0xff; 40]).signed(), None);
        assert_eq!(Reader(&[0x80; 3]).number(), None);
        assert_eq!(Reader(&[0xff, 0xff, 0xff, 0xff, 0x7f]).small(), None);
        assert_eq!(Reader(&[5, b'a']).text(), None);
        assert_eq!(Reader(&[2, 0xc3, 0x28]).text(), None);
        assert_eq!(Reader(&[200, 1, 0]).list(Reader::byte), None);
    }
}
