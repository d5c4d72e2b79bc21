//! The section on GraphQL: fields that were asked for with their counts, then those that were not.

use super::Page;
use super::table::{Cells, Row};
use crate::summary::Mode;
use crate::summary::coverage::{Coverage, Field};

/// The most fields of a kind that the compact text names as not asked for.
const MAX_MISSED: usize = 30;

impl Page<'_> {
    pub(super) fn coverage(&mut self, coverage: &Coverage) {
        self.section("GRAPHQL");
        let mut rows = Vec::new();
        if coverage.has_schema {
            let (covered, total) = coverage.covered();
            let share = format!("{:.2}%", covered as f64 * 100.0 / total.max(1) as f64);
            rows.push(plain("schema_coverage", vec![share, format!("{covered} out of {total} fields")]));
        }
        for field in coverage.fields.iter().filter(|field| field.count > 0) {
            let label = format!("{} {}", field.kind, field.name);
            let mut cells = vec![field.count.to_string()];
            if coverage.has_schema && !field.in_schema {
                cells.push("not in the schema".to_owned());
            }
            rows.push(plain(&label, cells));
        }
        self.table(&rows, 4);
        self.gap();
        for kind in ["query", "mutation", "subscription"] {
            let missed: Vec<&Field> =
                coverage.fields.iter().filter(|field| field.kind == kind && field.count == 0).collect();
            if missed.is_empty() {
                continue;
            }
            let most = if self.mode == Mode::Full { missed.len() } else { missed.len().min(MAX_MISSED) };
            let names: Vec<&str> = missed[..most].iter().map(|field| field.name.as_str()).collect();
            let more = match missed.len() - most {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let line =
                format!("    {} {kind} never asked for: {}{more}", self.ink.mark(false), names.join(", "));
            self.lines.push(line);
        }
        self.gap();
    }
}

fn plain(label: &str, cells: Vec<String>) -> Row {
    Row { label: label.to_owned(), cells: Cells::Plain(cells) }
}
