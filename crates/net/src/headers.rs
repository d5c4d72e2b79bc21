//! The headers of a response, kept as they came.
//!
//! Main type: [`Headers`]: one block of bytes and marks into it, because most responses are never asked for
//! more than one or two of their headers.

use smallvec::SmallVec;

/// Headers in the order in which the server sent them.
// In a box: an answer is handed from one owner to the next a dozen times.
#[derive(Clone, Default)]
pub struct Headers(Option<Box<Marked>>);

/// A block with the marks into it.
#[derive(Clone, Default)]
struct Marked {
    block: Vec<u8>,
    fields: SmallVec<[Field; 10]>,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    name: (u32, u32),
    value: (u32, u32),
}

impl Headers {
    /// Headers whose text will be found in `block`.
    pub(crate) fn over(block: Vec<u8>) -> Self {
        Self(Some(Box::new(Marked { block, fields: SmallVec::new() })))
    }

    /// Marks one header in the block.
    pub(crate) fn mark(&mut self, name: (usize, usize), value: (usize, usize)) {
        // A block is limited to far less than what 32 bits can count.
        let pair = |(at, length): (usize, usize)| (at as u32, length as u32);
        self.0.get_or_insert_default().fields.push(Field { name: pair(name), value: pair(value) });
    }

    /// Adds a header that is not in the block yet.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let block = &mut self.0.get_or_insert_default().block;
        let at = block.len();
        block.extend_from_slice(name);
        block.extend_from_slice(value);
        self.mark((at, name.len()), (at + name.len(), value.len()));
    }

    /// Replaces the line breaks of folded values by spaces.
    pub(crate) fn unfold(&mut self) {
        let Some(Marked { block, fields }) = self.0.as_deref_mut() else { return };
        for field in fields {
            let (at, length) = field.value;
            for byte in &mut block[at as usize..at as usize + length as usize] {
                if matches!(byte, b'\r' | b'\n') {
                    *byte = b' ';
                }
            }
        }
    }

    fn fields(&self) -> &[Field] {
        self.0.as_ref().map_or(&[], |marked| &marked.fields)
    }

    /// The whole block; for HTTP/1 that is the head of the response, status line included.
    #[must_use]
    pub fn block(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |marked| &marked.block)
    }

    /// Names and values as they came.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let block = self.block();
        let text = move |(at, length): (u32, u32)| &block[at as usize..at as usize + length as usize];
        self.fields().iter().map(move |field| (text(field.name), text(field.value)))
    }

    /// How many headers there are, repeats counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().is_empty()
    }

    /// All values of a header, in order; the name's case does not matter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }

    /// The first value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let wanted = name.as_bytes();
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    }

    /// The first value of a header, when it is text.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// Headers as scripts see them: canonical names in order, repeats joined by a comma. How the body was
    /// cut for the way is left out.
    #[must_use]
    pub fn joined(&self) -> Vec<(String, String)> {
        let framing = |name: &[u8]| {
            name.eq_ignore_ascii_case(b"Transfer-Encoding") || name.eq_ignore_ascii_case(b"Trailer")
        };
        crate::header::joined(self.iter().filter(|(name, _)| !framing(name)))
    }
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        f.debug_map().entries(self.iter().map(|(name, value)| (text(name), text(value)))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_ignore_case_and_keep_order() {
        let mut headers = Headers::default();
        headers.push(b"x-multi", b"a");
        headers.push(b"Content-Length", b"2");
        headers.push(b"X-MULTI", b"b");
        assert_eq!(headers.get("X-Multi"), Some(&b"a"[..]));
        assert_eq!(headers.all("x-multi").collect::<Vec<_>>(), [b"a", b"b"]);
        assert_eq!(headers.text_of("content-length"), Some("2"));
        assert_eq!((headers.get("nope"), headers.len()), (None, 3));
        let joined = headers.joined();
        assert_eq!(joined[1], ("X-Multi".to_owned(), "a, b".to_owned()));
    }
}
