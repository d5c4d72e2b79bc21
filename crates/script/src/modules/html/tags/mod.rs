//! The members that elements of each tag have beside the common ones: one row a tag in [`ROWS`].
//!
//! Names are k6's. Values follow the DOM: an attribute that is missing reads as empty text, `false` or the
//! default that HTML gives it.

mod content;
mod forms;
mod tables;

use crate::ffi::Table;

/// The members of a tag.
pub(super) struct Row {
    tag: &'static str,
    /// The name under which a user keeps the prototype.
    pub(super) key: &'static str,
    pub(super) members: &'static Table,
}

/// The members of a table: those that k6's elements have by being built on others, which read as the element
/// itself, then functions.
macro_rules! members {
    ([$($part:literal),*] $($name:literal => $function:expr),* $(,)?) => {
        crate::ffi::Table::new(&[
            $(crate::ffi::Member::Getter($part, |call| Ok(call.this())),)*
            $(crate::ffi::Member::Method($name, 0, $function),)*
        ])
    };
}
use members;

macro_rules! rows {
    ($($tag:literal => $members:expr),* $(,)?) => {
        &[$(Row { tag: $tag, key: concat!("html.", $tag), members: &$members }),*]
    };
}

static ROWS: &[Row] = rows! {
    "a" => content::LINK,
    "area" => content::LINK,
    "audio" => content::MEDIA,
    "base" => content::BASE,
    "button" => forms::BUTTON,
    "canvas" => content::CANVAS,
    "col" => tables::COLUMN,
    "colgroup" => tables::COLUMN,
    "data" => content::DATA,
    "datalist" => forms::DATALIST,
    "del" => content::CHANGE,
    "embed" => content::EMBED,
    "fieldset" => forms::FIELDSET,
    "form" => forms::FORM,
    "iframe" => content::FRAME,
    "img" => content::IMAGE,
    "input" => forms::INPUT,
    "ins" => content::CHANGE,
    "keygen" => forms::KEYGEN,
    "label" => forms::LABEL,
    "legend" => forms::LEGEND,
    "li" => content::ITEM,
    "link" => content::RELATION,
    "map" => content::MAP,
    "meta" => content::META,
    "meter" => forms::METER,
    "object" => content::OBJECT,
    "ol" => content::ORDERED,
    "optgroup" => forms::GROUP,
    "option" => forms::OPTION,
    "output" => forms::OUTPUT,
    "param" => content::PARAMETER,
    "pre" => content::PARAMETER,
    "progress" => forms::PROGRESS,
    "q" => content::QUOTE,
    "script" => content::SCRIPT,
    "select" => forms::SELECT,
    "source" => content::SOURCE,
    "style" => content::STYLE,
    "table" => tables::TABLE,
    "tbody" => tables::SECTION,
    "td" => tables::CELL,
    "textarea" => forms::AREA,
    "tfoot" => tables::SECTION,
    "th" => tables::HEADER,
    "thead" => tables::SECTION,
    "time" => content::TIME,
    "title" => content::TITLE,
    "tr" => tables::ROW,
    "track" => content::TRACK,
    "ul" => content::UNORDERED,
    "video" => content::MEDIA,
};

/// The row of a tag that has members of its own.
pub(super) fn row(tag: &str) -> Option<&'static Row> {
    ROWS.binary_search_by(|row| row.tag.cmp(tag)).ok().map(|place| &ROWS[place])
}

#[cfg(test)]
mod tests {
    use super::{ROWS, row};

    #[test]
    fn each_row_is_found() {
        for each in ROWS {
            assert_eq!(row(each.tag).map(|found| found.key), Some(each.key), "{} is out of order", each.tag);
        }
        assert!(row("div").is_none());
    }
}
