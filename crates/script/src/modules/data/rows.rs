//! Rows of data in one piece of memory, shared by all users of the process.
//!
//! Main type: [`Rows`]. Each row is the JSON of one element; a user parses those that it reads. Which user reads
//! which row is decided elsewhere.

use std::sync::Arc;

use rquickjs::{Ctx, Result, Value};

/// Rows that never change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    text: Box<str>,
    /// Where each row ends in `text`, bytes.
    ends: Box<[usize]>,
}

impl Rows {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The JSON of the row at `index`.
    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    /// The row at `index`, made anew in this user.
    pub(crate) fn parse<'js>(&self, context: &Ctx<'js>, index: usize) -> Result<Value<'js>> {
        match self.get(index) {
            Some(json) => context.json_parse(json),
            None => Ok(Value::new_undefined(context.clone())),
        }
    }
}

/// Rows in the making.
#[derive(Default)]
pub(crate) struct RowsBuilder {
    pub(crate) text: String,
    ends: Vec<usize>,
}

impl RowsBuilder {
    /// Ends the row whose JSON was appended to `text`.
    pub(crate) fn end_row(&mut self) {
        self.ends.push(self.text.len());
    }

    /// Appends a row.
    pub(crate) fn push(&mut self, json: &str) {
        self.text.push_str(json);
        self.end_row();
    }

    /// The rows, without spare room.
    pub(crate) fn finish(self) -> Arc<Rows> {
        Arc::new(Rows { text: self.text.into_boxed_str(), ends: self.ends.into_boxed_slice() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_order() {
        let check = |rows: &[&str]| {
            let mut builder = RowsBuilder::default();
            rows.iter().for_each(|row| builder.push(row));
            let made = builder.finish();
            assert_eq!(made.len(), rows.len());
            let got: Vec<_> = (0..rows.len()).filter_map(|at| made.get(at)).collect();
            assert_eq!(got, rows);
            assert_eq!(made.get(rows.len()), None);
        };
        check(&[]);
        check(&["1"]);
        check(&["", "{\"a\":\"é\"}", "", "[]"]);
    }
}
