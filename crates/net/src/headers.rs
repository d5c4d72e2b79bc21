//! The headers of a response, kept as they came.
//!
//! Main type: [`Headers`]: one block of bytes and marks into it, because most responses are never asked for
//! more than one or two of their headers.

use std::cell::Cell;
use std::rc::Rc;

use smallvec::SmallVec;

use crate::h1::Places;

/// Headers in the order in which the server sent them.
// Behind a pointer: an answer is handed from one owner to the next a dozen times. Shared, as a server gives the same head
// to many users.
#[derive(Clone, Default)]
pub struct Headers(Option<Rc<Marked>>);

/// A block with the marks into it.
#[derive(Clone, Default)]
struct Marked {
    block: Vec<u8>,
    fields: SmallVec<[Field; 10]>,
    /// Whether nothing in it asks the client to do something, once somebody wanted to know.
    plain: Cell<Option<bool>>,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    name: (u32, u32),
    value: (u32, u32),
}

impl Headers {
    /// Headers whose text will be found in `block`.
    pub(crate) fn over(block: Vec<u8>) -> Self {
        Self(Some(Rc::new(Marked { block, ..Marked::default() })))
    }

    /// The same marks in another block of the same length, with the same names.
    pub(crate) fn over_another(&self, block: Vec<u8>) -> Self {
        debug_assert_eq!(block.len(), self.block().len(), "marks must stay within their block");
        let plain = Cell::new(self.0.as_ref().and_then(|marked| marked.plain.get()));
        Self(Some(Rc::new(Marked { block, fields: self.fields().into(), plain })))
    }

    /// Where names and values stand in the block; an empty one may stand anywhere.
    pub(crate) fn places(&self) -> impl Iterator<Item = Places> {
        let range = |(at, length): (u32, u32)| at as usize..at as usize + length as usize;
        self.fields().iter().map(move |field| (range(field.name), range(field.value)))
    }

    fn own(&mut self) -> &mut Marked {
        Rc::make_mut(self.0.get_or_insert_default())
    }

    /// Marks one header in the block.
    pub(crate) fn mark(&mut self, name: (usize, usize), value: (usize, usize)) {
        // A block is limited to far less than what 32 bits can count.
        let pair = |(at, length): (usize, usize)| (at as u32, length as u32);
        let own = self.own();
        own.plain.set(None);
        own.fields.push(Field { name: pair(name), value: pair(value) });
    }

    /// Adds a header that is not in the block yet.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let block = &mut self.own().block;
        let at = block.len();
        block.extend_from_slice(name);
        block.extend_from_slice(value);
        self.mark((at, name.len()), (at + name.len(), value.len()));
    }

    /// Replaces the line breaks of folded values by spaces.
    pub(crate) fn unfold(&mut self) {
        let Marked { block, fields, .. } = self.own();
        for field in fields.iter() {
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

    /// Whether they neither set cookies nor say that the body is packed.
    pub(crate) fn are_plain(&self) -> bool {
        let Some(marked) = &self.0 else { return true };
        let look = || self.get("Set-Cookie").is_none() && self.get("Content-Encoding").is_none();
        let plain = marked.plain.get().unwrap_or_else(look);
        marked.plain.set(Some(plain));
        plain
    }

    /// Names and values as they came.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields().iter().map(|field| (self.text(field.name), self.text(field.value)))
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
        self.fields().iter().filter(|field| self.is_named(field, name)).map(|field| self.text(field.value))
    }

    /// The first value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let field = self.fields().iter().find(|field| self.is_named(field, name))?;
        Some(self.text(field.value))
    }

    fn is_named(&self, field: &Field, name: &str) -> bool {
        // The length rules out nearly all of them without a look at the block.
        field.name.1 as usize == name.len() && self.text(field.name).eq_ignore_ascii_case(name.as_bytes())
    }

    fn text(&self, (at, length): (u32, u32)) -> &[u8] {
        &self.block()[at as usize..at as usize + length as usize]
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
