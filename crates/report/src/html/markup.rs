//! The pieces a page is made of: escaped text, tables, sections.
//!
//! Main types: [`Cell`] and [`Column`]. Whatever came from a test goes through [`escape`], or through [`data`] into
//! the part that scripts read; nothing else may write text into a page.

use serde_json::Value;

/// Text as markup: nothing in it means anything to a browser.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A value for the page's script, in a form that cannot end its element.
#[must_use]
pub fn data(id: &str, value: &Value) -> String {
    let text = value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    format!("<script type=\"application/json\" id=\"{}\">{text}</script>\n", escape(id))
}

/// How a cell stands out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tone {
    /// It does not.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Worth a look.
    Warn,
    /// Less important than the rest.
    Faint,
}

impl Tone {
    /// Its class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Faint => "faint",
        }
    }
}

/// One cell of a table.
#[derive(Clone, Default, Debug)]
pub struct Cell {
    markup: String,
    order: Option<f64>,
    tone: Tone,
}

impl Cell {
    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { markup: escape(text), ..Self::default() }
    }

    /// A number as it is shown, and as it is sorted.
    #[must_use]
    pub fn number(shown: &str, order: f64) -> Self {
        Self { markup: escape(shown), order: Some(order), tone: Tone::Plain }
    }

    /// There is nothing to show.
    #[must_use]
    pub fn none() -> Self {
        Self { markup: "–".to_owned(), order: Some(f64::NEG_INFINITY), tone: Tone::Faint }
    }

    /// What was made by this module's own functions.
    #[must_use]
    pub fn markup(markup: String, order: Option<f64>) -> Self {
        Self { markup, order, tone: Tone::Plain }
    }

    /// The cell in another tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// Words.
    Text(&'static str),
    /// Numbers, to the right.
    Number(&'static str),
}

/// A table; its first column names the rows. With an `id` readers can sort and search it.
#[must_use]
pub fn table(caption: &str, id: Option<&str>, columns: &[Column], rows: &[Vec<Cell>]) -> String {
    let titles: Vec<(String, bool)> = columns
        .iter()
        .map(|column| match column {
            Column::Text(title) => (escape(title), false),
            Column::Number(title) => (escape(title), true),
        })
        .collect();
    wide_table(caption, id, &titles, rows)
}

/// The same with titles that are not known beforehand: markup, and whether numbers stand below.
#[must_use]
pub fn wide_table(caption: &str, id: Option<&str>, titles: &[(String, bool)], rows: &[Vec<Cell>]) -> String {
    let mut out = String::from("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    out.push_str(&escape(caption));
    out.push_str("\"><table");
    if let Some(id) = id {
        out.push_str(&format!(" id=\"{}\" data-sortable", escape(id)));
    }
    out.push_str(&format!("><caption>{}</caption><thead><tr>", escape(caption)));
    for (title, is_number) in titles {
        let class = if *is_number { " class=\"n\"" } else { "" };
        out.push_str(&format!("<th scope=\"col\"{class}>{title}</th>"));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let number = titles.get(at).is_some_and(|(_, is_number)| *is_number);
            out.push_str(&cell_markup(cell, at == 0, number));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

fn cell_markup(cell: &Cell, is_head: bool, is_number: bool) -> String {
    let classes: Vec<&str> =
        [if is_number { "n" } else { "" }, cell.tone.class()].into_iter().filter(|c| !c.is_empty()).collect();
    let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
    let order = cell.order.filter(|order| order.is_finite());
    let order = order.map_or(String::new(), |order| format!(" data-order=\"{order}\""));
    let (tag, scope) = if is_head { ("th", " scope=\"row\"") } else { ("td", "") };
    format!("<{tag}{scope}{class}{order}>{}</{tag}>", cell.markup)
}

/// A part of the page with a heading that links lead to.
#[must_use]
pub fn section(id: &str, title: &str, note: &str, body: &str) -> String {
    let note =
        if note.is_empty() { String::new() } else { format!("<p class=\"note\">{}</p>\n", escape(note)) };
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{}</h2>\n{note}{body}</section>\n",
        escape(title)
    )
}

/// Something to open.
#[must_use]
pub fn details(summary: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n{body}</details>\n", escape(summary))
}

/// A chart that the page's script draws, named for those who do not see it.
#[must_use]
pub fn chart(kind: &str, run: usize, title: &str, label: &str) -> String {
    format!(
        "<figure class=\"chart\" data-chart=\"{}\" data-run=\"{run}\"><figcaption>{}</figcaption>\
         <div class=\"plot\" role=\"img\" aria-label=\"{}\"></div></figure>\n",
        escape(kind),
        escape(title),
        escape(label)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_text_becomes_markup() {
        let nasty = "</script><img src=x onerror='alert(1)'>&\"";
        let shown = escape(nasty);
        assert!(!shown.contains(['<', '>', '"', '\'']), "{shown}");
        let element = data("d", &json!({ nasty: nasty }));
        let inside = element.strip_prefix("<script type=\"application/json\" id=\"d\">").unwrap();
        let inside = inside.strip_suffix("</script>\n").unwrap();
        assert!(!inside.contains(['<', '>', '&']), "{inside}");
        assert_eq!(serde_json::from_str::<Value>(inside).unwrap(), json!({ nasty: nasty }));
        let rows = [vec![Cell::text(nasty), Cell::number("1", 1.0)]];
        let made = table(nasty, Some(nasty), &[Column::Text("a"), Column::Number("b")], &rows);
        assert!(!made.contains("<img") && !made.contains("</script"), "{made}");
        assert!(made.contains("data-order=\"1\"") && made.contains("scope=\"row\""), "{made}");
    }
}
