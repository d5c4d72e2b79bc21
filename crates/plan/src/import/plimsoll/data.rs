//! Rows of data for our own plans, from a file or written down.
//!
//! Main type: [`Table`]; [`Take`] is the step that gives a user a row of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use futures_util::future::LocalBoxFuture;

use super::reader::Reader;
use crate::session::Session;
use crate::step::{Next, OwnStep};
use crate::value::Value;
use crate::yaml::{Node, Yaml};

/// The order in which rows are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    /// One after the other, over all users, and from the start again.
    Sequential,
    /// By chance.
    Random,
    /// Each user has a row of its own for good.
    PerUser,
}

/// Rows of data.
pub(super) struct Table {
    columns: Vec<Arc<str>>,
    rows: Vec<Vec<Value>>,
    order: Order,
    next: AtomicU64,
}

/// Gives the user the next row: its columns become variables.
pub(super) struct Take(pub(super) Arc<Table>);

impl OwnStep for Take {
    fn run<'a>(&'a self, session: &'a mut Session) -> LocalBoxFuture<'a, Next> {
        let table = &self.0;
        let count = table.rows.len() as u64;
        let place = match table.order {
            Order::Sequential => table.next.fetch_add(1, Relaxed) % count,
            Order::Random => session.random.below(count),
            Order::PerUser => session.user.saturating_sub(1) % count,
        };
        for (name, value) in table.columns.iter().zip(&table.rows[place as usize]) {
            session.vars.set(name, value.clone());
        }
        Box::pin(std::future::ready(Next::Step))
    }
}

/// Reads a table; `None` when it has no rows or is no table.
pub(super) fn table(reader: &mut Reader, node: &Node) -> Option<Arc<Table>> {
    let members = reader.members(node, "data")?;
    let order = match members.get("order").map(|node| (reader.plain(node), node.at)) {
        None => Order::Sequential,
        Some((text, at)) => match text.as_str() {
            "sequential" => Order::Sequential,
            "random" => Order::Random,
            "per_user" => Order::PerUser,
            other => {
                reader.wrong(
                    at,
                    format!("there is no order '{other}'; known are sequential, random, per_user"),
                );
                return None;
            }
        },
    };
    let delimiter = members.get("delimiter").map_or_else(|| ",".to_owned(), |node| reader.plain(node));
    let delimiter = match delimiter.as_str() {
        "\\t" => '\t',
        text => text.chars().next().unwrap_or(','),
    };
    let given: Option<Vec<Arc<str>>> = members.get("columns").map(|node| {
        let items = reader.items(node).iter();
        items.map(|item| reader.plain(item).into()).collect()
    });
    let (columns, rows) = match (members.get("file"), members.get("rows")) {
        (Some(file), None) => from_file(reader, file, delimiter, given)?,
        (None, Some(rows)) => from_rows(reader, rows),
        _ => {
            reader.wrong(node.at, "data has either a file or rows");
            return None;
        }
    };
    if rows.is_empty() {
        reader.wrong(node.at, "there are no rows of data");
        return None;
    }
    Some(Arc::new(Table { columns, rows, order, next: AtomicU64::new(0) }))
}

type Rows = (Vec<Arc<str>>, Vec<Vec<Value>>);

fn from_file(
    reader: &mut Reader,
    node: &Node,
    delimiter: char,
    columns: Option<Vec<Arc<str>>>,
) -> Option<Rows> {
    let Ok(text) = String::from_utf8(reader.file(node)?) else {
        reader.wrong(node.at, "the file is not text in UTF-8");
        return None;
    };
    let mut lines = csv(text.strip_prefix('\u{feff}').unwrap_or(&text), delimiter).into_iter();
    let columns = match columns {
        Some(columns) => columns,
        None => lines.next()?.into_iter().map(|name| name.trim().into()).collect(),
    };
    let rows = lines.map(|line| line.into_iter().map(Value::from).collect());
    Some((columns, rows.collect()))
}

fn from_rows(reader: &mut Reader, node: &Node) -> Rows {
    let (mut columns, mut rows): Rows = (Vec::new(), Vec::new());
    for item in reader.items(node) {
        let Yaml::Map(members) = &item.value else {
            reader.expected(item, "a mapping of columns");
            continue;
        };
        let mut row = vec![Value::Undefined; columns.len()];
        for (name, _, value) in members {
            let value = Value::from(value.to_json());
            match columns.iter().position(|known| **known == **name) {
                Some(place) => row[place] = value,
                None => {
                    columns.push(name.as_str().into());
                    row.push(value);
                }
            }
        }
        rows.push(row);
    }
    (columns, rows)
}

/// The lines of a CSV text; fields in double quotes may hold anything. Empty lines are left out.
fn csv(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut any) = (false, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => (quoted, any) = (true, true),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                if any {
                    line.push(std::mem::take(&mut field));
                    lines.push(std::mem::take(&mut line));
                }
                any = false;
            }
            letter if letter == delimiter && !quoted => {
                line.push(std::mem::take(&mut field));
                any = true;
            }
            letter => {
                field.push(letter);
                any = true;
            }
        }
    }
    if any {
        line.push(field);
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_read_with_quotes() {
        let check = |text: &str, delimiter: char, wanted: &[&[&str]]| {
            assert_eq!(csv(text, delimiter), wanted, "{text:?}");
        };
        check("a,b\n1,2\n", ',', &[&["a", "b"], &["1", "2"]]);
        check("a;\r\n\r\n\"x;\"\"y\"\"\nz\";2", ';', &[&["a", ""], &["x;\"y\"\nz", "2"]]);
        check("", ',', &[]);
        check("\"\"\n", ',', &[&[""]]);
    }
}
