//! Records of comma-separated text, by the rules of Go's reader: blank lines are skipped, quotes may span lines,
//! all records have as many fields as the first.
//!
//! Main type: [`Reader`]. It knows no headers and no options but the delimiter.

use std::fmt;
use std::sync::Arc;

/// Reads records out of bytes in memory.
pub(super) struct Reader {
    bytes: Arc<[u8]>,
    offset: usize,
    delimiter: [u8; 4],
    delimiter_bytes: usize,
    /// Lines read so far.
    line: usize,
    /// How many fields the first record had.
    fields: Option<usize>,
}

/// One record; its memory is used again.
#[derive(Default, Debug)]
pub(super) struct Record {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Record {
    /// The fields in order.
    pub(super) fn fields(&self) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| String::from_utf8_lossy(&self.text[start..end]))
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn end_field(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// Why text is no record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// The line on which the record began, and that of the fault, from 1.
    lines: (usize, usize),
    /// The byte of the line at which the fault is, from 1.
    column: usize,
    fault: Fault,
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Fault {
    BareQuote,
    Quote,
    Fields,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, line) = self.lines;
        let fault = match self.fault {
            Fault::Fields => return write!(f, "record on line {start}: wrong number of fields"),
            Fault::BareQuote => "bare \" in non-quoted field",
            Fault::Quote => "extraneous or missing \" in quoted-field",
        };
        if start != line {
            write!(f, "record on line {start}; ")?;
        }
        write!(f, "parse error on line {line}, column {}: {fault}", self.column)
    }
}

/// A line without its end, and whether it had one.
struct Line {
    start: usize,
    end: usize,
    ended: bool,
}

impl Reader {
    /// Reads `bytes` from `offset` on.
    pub(super) fn new(bytes: Arc<[u8]>, offset: usize, delimiter: char) -> Self {
        let mut encoded = [0; 4];
        let delimiter_bytes = delimiter.encode_utf8(&mut encoded).len();
        Self { bytes, offset, delimiter: encoded, delimiter_bytes, line: 0, fields: None }
    }

    /// Reads the next record; `false` at the end.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, Malformed> {
        record.clear();
        let first = loop {
            match self.next_line() {
                None => return Ok(false),
                Some(line) if line.start == line.end => {}
                Some(line) => break line,
            }
        };
        let start = self.line;
        self.parse(first, record).map_err(|(fault, column)| Malformed {
            lines: (start, self.line),
            column,
            fault,
        })?;
        let fields = *self.fields.get_or_insert(record.ends.len());
        if fields != record.ends.len() {
            return Err(Malformed { lines: (start, self.line), column: 1, fault: Fault::Fields });
        }
        Ok(true)
    }

    fn next_line(&mut self) -> Option<Line> {
        let rest = &self.bytes[self.offset..];
        if rest.is_empty() {
            return None;
        }
        let start = self.offset;
        let (mut end, ended) = match rest.iter().position(|&byte| byte == b'\n') {
            Some(at) => (start + at, true),
            None => (self.bytes.len(), false),
        };
        self.offset = end + usize::from(ended);
        if self.bytes[start..end].last() == Some(&b'\r') {
            end -= 1;
        }
        self.line += 1;
        Some(Line { start, end, ended })
    }

    fn parse(&mut self, mut line: Line, record: &mut Record) -> Result<(), (Fault, usize)> {
        let mut at = line.start;
        loop {
            if self.bytes.get(at) == Some(&b'"') && at < line.end {
                at = self.quoted(&mut line, at + 1, record)?;
            } else {
                let field = &self.bytes[at..line.end];
                let length = self.find_delimiter(field).unwrap_or(field.len());
                if let Some(quote) = field[..length].iter().position(|&byte| byte == b'"') {
                    return Err((Fault::BareQuote, at + quote - line.start + 1));
                }
                record.text.extend_from_slice(&field[..length]);
                record.end_field();
                at += length;
            }
            if at >= line.end {
                return Ok(());
            }
            at += self.delimiter_bytes;
        }
    }

    fn delimiter(&self) -> &[u8] {
        &self.delimiter[..self.delimiter_bytes]
    }

    fn find_delimiter(&self, text: &[u8]) -> Option<usize> {
        match self.delimiter() {
            &[byte] => text.iter().position(|&other| other == byte),
            several => text.windows(several.len()).position(|window| window == several),
        }
    }

    /// Reads a quoted field from behind its first quote, over as many lines as it has, and gives the place behind
    /// its last quote.
    fn quoted(
        &mut self,
        line: &mut Line,
        mut at: usize,
        record: &mut Record,
    ) -> Result<usize, (Fault, usize)> {
        loop {
            let rest = &self.bytes[at..line.end];
            let Some(quote) = rest.iter().position(|&byte| byte == b'"') else {
                record.text.extend_from_slice(rest);
                let column = line.end - line.start + 1;
                if line.ended {
                    record.text.push(b'\n');
                }
                *line = self.next_line().ok_or((Fault::Quote, column))?;
                at = line.start;
                continue;
            };
            record.text.extend_from_slice(&rest[..quote]);
            let behind = &rest[quote + 1..];
            at += quote + 1;
            if behind.first() == Some(&b'"') {
                record.text.push(b'"');
                at += 1;
            } else if behind.is_empty() || behind.starts_with(self.delimiter()) {
                record.end_field();
                return Ok(at);
            } else {
                return Err((Fault::Quote, at - line.start));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, delimiter: char, expected: Result<&[&[&str]], &str>) {
        let mut reader = Reader::new(text.as_bytes().into(), 0, delimiter);
        let mut record = Record::default();
        let mut rows: Vec<Vec<String>> = Vec::new();
        let got = loop {
            match reader.next(&mut record) {
                Ok(true) => rows.push(record.fields().map(std::borrow::Cow::into_owned).collect()),
                Ok(false) => break Ok(()),
                Err(malformed) => break Err(malformed.to_string()),
            }
        };
        match expected {
            Ok(expected) => {
                got.unwrap();
                assert_eq!(rows, expected, "{text:?}");
            }
            Err(expected) => assert_eq!(got.unwrap_err(), expected, "{text:?}"),
        }
    }

    #[test]
    fn records_are_read_as_go_reads_them() {
        check("", ',', Ok(&[]));
        check("a,b\n1,2", ',', Ok(&[&["a", "b"], &["1", "2"]]));
        check("a,b\r\n\r\n\n1,2\r\n", ',', Ok(&[&["a", "b"], &["1", "2"]]));
        check("a,\n,b\n,\n", ',', Ok(&[&["a", ""], &["", "b"], &["", ""]]));
        check("\"a,\"\"b\",\"c\nd\r\ne\"\n", ',', Ok(&[&["a,\"b", "c\nd\ne"]]));
        check("\"\"\n", ',', Ok(&[&[""]]));
        check("\"a\",\n", ',', Ok(&[&["a", ""]]));
        check("a;b,c", ';', Ok(&[&["a", "b,c"]]));
        check("aébé\n", 'é', Ok(&[&["a", "b", ""]]));
        check(" a , b", ',', Ok(&[&[" a ", " b"]]));
    }

    #[test]
    fn what_is_no_record_is_told_with_its_place() {
        check("a,b\n1", ',', Err("record on line 2: wrong number of fields"));
        check("a\nb\"c\n", ',', Err("parse error on line 2, column 2: bare \" in non-quoted field"));
        check(
            "\"a\"b",
            ',',
            Err("parse error on line 1, column 3: extraneous or missing \" in quoted-field"),
        );
        check(
            "\"a\nb",
            ',',
            Err(
                "record on line 1; parse error on line 2, column 2: extraneous or missing \" in quoted-field",
            ),
        );
    }

    #[test]
    fn nothing_makes_it_panic() {
        let letters = [b'"', b',', b'\n', b'\r', b'a', 0xff];
        for number in 0..letters.len().pow(6) {
            let text: Vec<u8> =
                (0..6).map(|place| letters[number / letters.len().pow(place) % letters.len()]).collect();
            let mut reader = Reader::new(text.into(), 0, ',');
            let mut record = Record::default();
            for _ in 0..8 {
                if !matches!(reader.next(&mut record), Ok(true)) {
                    break;
                }
                assert!(record.fields().count() > 0);
            }
        }
    }
}
