//! Values on their way into a database and out of it.
//!
//! Main types: [`Cell`], and [`Row`] with [`Row::get`].

use crate::error::Error;

/// A value of a database.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row that answers a query.
#[derive(Debug)]
pub struct Row(pub(super) Vec<Cell>);

impl Row {
    /// The value in a column, the first of which is 0.
    ///
    /// # Errors
    /// When something else stands there, or nothing and `T` takes no nothing.
    pub fn get<T: FromCell>(&self, column: usize) -> Result<T, Error> {
        let cell = self.0.get(column).unwrap_or(&Cell::Null);
        T::from_cell(cell)
            .ok_or_else(|| Error::lasting("the database is damaged: a value is of another kind"))
    }
}

/// What a cell can be read as.
pub trait FromCell: Sized {
    /// The value, if it is one of this kind.
    fn from_cell(cell: &Cell) -> Option<Self>;
}

impl FromCell for i64 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if let Cell::Int(value) = cell { Some(*value) } else { None }
    }
}

/// Numbers that are kept as whole numbers.
macro_rules! ints {
    ($($kind:ty),*) => {$(
        impl FromCell for $kind {
            fn from_cell(cell: &Cell) -> Option<Self> {
                <$kind>::try_from(i64::from_cell(cell)?).ok()
            }
        }
        impl From<$kind> for Cell {
            fn from(value: $kind) -> Self {
                Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
            }
        }
    )*};
}
ints!(u8, u16, u32, u64, usize);

impl FromCell for bool {
    fn from_cell(cell: &Cell) -> Option<Self> {
        i64::from_cell(cell).map(|value| value != 0)
    }
}

impl FromCell for f64 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Real(value) => Some(*value),
            Cell::Int(value) => Some(*value as Self),
            _ => None,
        }
    }
}

impl FromCell for String {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if let Cell::Text(text) = cell { Some(text.clone()) } else { None }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if let Cell::Bytes(bytes) = cell { Some(bytes.clone()) } else { None }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if *cell == Cell::Null { Some(None) } else { T::from_cell(cell).map(Some) }
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        // SQLite has no such number, and both kinds of database are to give back the same.
        if value.is_nan() { Self::Null } else { Self::Real(value) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        // PostgreSQL has no texts with this character in them.
        Self::Text(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() })
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.contains('\0') { Self::from(text.as_str()) } else { Self::Text(text) }
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Vec<u8>> for Cell {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T> From<Option<T>> for Cell
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

impl From<&Option<String>> for Cell {
    fn from(value: &Option<String>) -> Self {
        Self::from(value.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let row =
            Row(vec![7_u64.into(), (-1_i64).into(), Some("a").into(), Cell::Null, 2.5.into(), true.into()]);
        assert_eq!((row.get(0).ok(), row.get(1).ok()), (Some(7_u8), Some(-1_i64)));
        assert_eq!(row.get::<Option<String>>(2).unwrap().as_deref(), Some("a"));
        assert_eq!(row.get::<Option<String>>(3).unwrap(), None);
        assert_eq!((row.get(4).ok(), row.get(5).ok(), row.get(0).ok()), (Some(2.5), Some(true), Some(7.0)));
        assert!(row.get::<u64>(1).is_err() && row.get::<String>(0).is_err() && row.get::<i64>(9).is_err());
    }

    #[test]
    fn what_no_database_has_becomes_something_else() {
        assert_eq!(Cell::from(f64::NAN), Cell::Null);
        assert_eq!(Cell::from("a\0b"), Cell::Text("a\u{fffd}b".to_owned()));
        assert_eq!(Cell::from(u64::MAX), Cell::Int(i64::MAX));
    }
}
