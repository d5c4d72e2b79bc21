//! What is around the content: style, script, navigation, and the rules that keep the page to itself.
//!
//! Main function: [`document`]. The script was made by `cargo xtask web` before this crate was built, or there is none.

use base64::Engine;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Parts;
use super::markup::{data, escape};

/// How everything looks.
const STYLE: &str = include_str!("../../../../web/src/report.css");
/// What draws charts; none when the program was built without it.
const SCRIPT: Option<&str> = include!(concat!(env!("OUT_DIR"), "/charts.rs"));

/// The whole file.
pub fn document(parts: &Parts, data_of_charts: &Value) -> String {
    let mut out = String::with_capacity(256 << 10);
    out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str(&format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", policy()));
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    out.push_str(&format!("<meta name=\"generator\" content=\"plimsoll {}\">\n", env!("CARGO_PKG_VERSION")));
    out.push_str(&format!("<title>{}</title>\n<link rel=\"icon\" href=\"{ICON}\">\n", escape(&parts.title)));
    out.push_str(&format!("<style>\n{STYLE}</style>\n</head>\n<body>\n"));
    out.push_str("<a class=\"skip\" href=\"#content\">Skip to the results</a>\n");
    out.push_str(&bar());
    out.push_str(&format!("<header class=\"page-head\">\n{}</header>\n", parts.head));
    out.push_str("<div class=\"columns\">\n<nav class=\"contents\" aria-label=\"Sections\"><ul>\n");
    for section in &parts.sections {
        out.push_str(&format!("<li><a href=\"#{}\">{}</a></li>\n", section.id, escape(section.title)));
    }
    out.push_str("</ul></nav>\n<main id=\"content\" tabindex=\"-1\">\n");
    if SCRIPT.is_none() {
        out.push_str(WITHOUT_CHARTS);
    }
    parts.sections.iter().for_each(|section| out.push_str(&section.markup));
    out.push_str("</main>\n</div>\n");
    out.push_str(&foot(&parts.about));
    if let Some(script) = SCRIPT {
        out.push_str(&data("data", data_of_charts));
        out.push_str(&format!("<script>{script}</script>\n"));
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// Nothing is fetched from anywhere, and no script runs but the one of this program: text of a test that found its
/// way into the page could not do anything.
fn policy() -> String {
    let script = SCRIPT.map_or(String::new(), |script| {
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(script));
        format!(" script-src 'sha256-{digest}';")
    });
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:;{script} base-uri 'none'; form-action 'none'"
    )
}

/// A load line: a circle and a line through it.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cg fill='none' \
    stroke='%230b6e78' stroke-width='3'%3E%3Ccircle cx='16' cy='16' r='10'/%3E%3Cpath d='M1 16h30'/%3E%3C/g%3E%3C/svg%3E";

/// Who speaks, and the switch between dark and light.
fn bar() -> String {
    "<div class=\"bar\"><span class=\"mark\"><svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><g fill=\"none\" \
     stroke=\"currentColor\" stroke-width=\"2.6\"><circle cx=\"16\" cy=\"16\" r=\"10\"/><path d=\"M1 16h30\"/></g></svg>\
     Plimsoll</span><button type=\"button\" class=\"theme\" id=\"theme\" hidden>Dark</button></div>\n"
        .to_owned()
}

const WITHOUT_CHARTS: &str = "<p class=\"note missing\">This program was built without charts: \
    <code>cargo xtask web</code> makes them, before <code>cargo build</code>. All numbers are here as tables.</p>\n";

fn foot(about: &str) -> String {
    let of = if about.is_empty() { String::new() } else { format!(" of {}", escape(about)) };
    format!(
        "<footer>Report{of} by plimsoll {}. This file is complete in itself and loads nothing.</footer>\n",
        env!("CARGO_PKG_VERSION")
    )
}
