//! Members of tables, their rows and cells.

use rquickjs::{Result, Value};

use super::super::element::{preceding_named, receiver};
use super::super::fields::{below, choice, first_below, flag, int, place, tokens, words};
use super::super::number;
use super::members;
use crate::ffi::{Call, Table};

pub(super) static TABLE: Table = members! { [c"element"]
    c"caption" => |call| first_below(call, "caption"),
    c"rows" => |call| below(call, "tr"),
    c"sortable" => |call| flag(call, "sortable"),
    c"tBodies" => |call| below(call, "tbody"),
    c"tFoot" => |call| first_below(call, "tfoot"),
    c"tHead" => |call| first_below(call, "thead"),
};

pub(super) static SECTION: Table = members! { [c"element", c"table_section_element"]
    c"rows" => |call| below(call, "tr"),
};

pub(super) static ROW: Table = members! { [c"element"]
    c"cells" => |call| below(call, "td,th"),
    c"rowIndex" => |call| row_place(call, &["table"]),
    c"sectionRowIndex" => |call| row_place(call, &["thead", "tbody", "tfoot"]),
};

pub(super) static COLUMN: Table = members! { [c"element"]
    c"span" => |call| int(call, "span", 1),
};

pub(super) static CELL: Table = members! { [c"element", c"table_cell_element"]
    c"cellIndex" => cell_index,
    c"colSpan" => |call| int(call, "colspan", 1),
    c"headers" => |call| tokens(call, "headers"),
    c"rowSpan" => |call| int(call, "rowspan", 1),
};

pub(super) static HEADER: Table = members! { [c"element", c"table_cell_element"]
    c"abbr" => |call| words(call, "abbr"),
    c"cellIndex" => cell_index,
    c"colSpan" => |call| int(call, "colspan", 1),
    c"headers" => |call| tokens(call, "headers"),
    c"rowSpan" => |call| int(call, "rowspan", 1),
    c"scope" => |call| choice(call, "scope", &["", "row", "col", "colgroup", "rowgroup"]),
    c"sorted" => |call| flag(call, "sorted"),
};

/// Where a row stands in what it is part of.
fn row_place<'js>(call: &Call<'js>, parts: &[&str]) -> Result<Value<'js>> {
    let this = receiver(call)?;
    let document = &this.document;
    let part = document
        .ancestors(this.node)
        .find(|&node| document.tag(node).is_some_and(|tag| parts.contains(&tag)));
    let Some(part) = part else { return Ok(Value::new_int(call.ctx.clone(), -1)) };
    let rows: Vec<_> = document.descendants(part).filter(|&node| document.is_named(node, "tr")).collect();
    Ok(place(call, &rows, this.node))
}

fn cell_index<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    Ok(number(&call.ctx, preceding_named(&receiver(call)?, &["td", "th"])))
}
