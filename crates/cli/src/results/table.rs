//! Rows of a table in CSV, one after the other.
//!
//! Main type: [`Rows`]. Fields may be quoted, and have delimiters, quotes and line ends in them then.

use std::io::{self, BufRead};

use super::{ENTRY_BYTES_MAX, read_until};

/// The rows of a text.
pub struct Rows<'a> {
    text: &'a mut dyn BufRead,
    delimiter: u8,
    /// The number of the line that was read last, from 1.
    pub line: u64,
    buffer: Vec<u8>,
}

impl<'a> Rows<'a> {
    /// The rows of `text`.
    pub fn of(text: &'a mut dyn BufRead, delimiter: u8) -> Self {
        Self { text, delimiter, line: 0, buffer: Vec::new() }
    }

    /// Reads the next row into `fields`; whether there was one. Empty lines are none.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn next(&mut self, fields: &mut Vec<String>) -> io::Result<bool> {
        loop {
            self.buffer.clear();
            // Inside of quotes the line end is part of the field.
            let mut inside = false;
            loop {
                let before = self.buffer.len();
                if read_until(self.text, b'\n', &mut self.buffer, ENTRY_BYTES_MAX)? == 0 {
                    break;
                }
                self.line += 1;
                inside ^= self.buffer[before..].iter().filter(|byte| **byte == b'"').count() % 2 == 1;
                if !inside {
                    break;
                }
            }
            if self.buffer.is_empty() {
                return Ok(false);
            }
            while matches!(self.buffer.last(), Some(b'\n' | b'\r')) {
                self.buffer.pop();
            }
            if !self.buffer.is_empty() {
                split(&String::from_utf8_lossy(&self.buffer), char::from(self.delimiter), fields);
                return Ok(true);
            }
        }
    }
}

/// Cuts a row at its delimiters. Fields that are there already are used again.
pub fn split(row: &str, delimiter: char, fields: &mut Vec<String>) {
    let mut used = 0;
    let mut rest = row.trim_start_matches('\u{feff}').chars().peekable();
    loop {
        if used == fields.len() {
            fields.push(String::new());
        }
        let field = &mut fields[used];
        field.clear();
        used += 1;
        let is_quoted = rest.next_if_eq(&'"').is_some();
        let mut inside = is_quoted;
        loop {
            match rest.next() {
                Some('"') if inside => match rest.next_if_eq(&'"') {
                    Some(quote) => field.push(quote),
                    None => inside = false,
                },
                Some(letter) if letter == delimiter && !inside => break,
                Some(letter) => field.push(letter),
                None => {
                    fields.truncate(used);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read() {
        let mut text = "\u{feff}a,\"b,\"\"c\"\"\r\nd\",\r\n\r\n1,2,3,4\n\"cut".as_bytes();
        let mut rows = Rows::of(&mut text, b',');
        let (mut fields, mut all) = (Vec::new(), Vec::new());
        while rows.next(&mut fields).unwrap() {
            all.push((rows.line, fields.join("|")));
        }
        assert_eq!(
            all,
            [(2, "a|b,\"c\"\r\nd|".to_owned()), (4, "1|2|3|4".to_owned()), (5, "cut".to_owned())]
        );
    }
}
