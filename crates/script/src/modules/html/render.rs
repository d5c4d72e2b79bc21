//! From a [`Document`] back to text, letter for letter as Go's `html.Render` writes it.

use super::dom::{Content, Document, Element, NodeId};

/// Elements without content or end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "keygen", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements whose text is not escaped.
const RAW: &[&str] = &["iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "xmp"];

/// What stands between the tags of `node`.
pub(super) fn inner(document: &Document, node: NodeId) -> String {
    let mut out = String::new();
    for child in document.children(node) {
        push(document, child, &mut out);
    }
    out
}

/// `node` with its tags.
pub(super) fn outer(document: &Document, node: NodeId) -> String {
    let mut out = String::new();
    push(document, node, &mut out);
    out
}

fn push(document: &Document, top: NodeId, out: &mut String) {
    let mut node = top;
    loop {
        open(document, node, top, out);
        if let Some(child) = document.first_child(node) {
            node = child;
            continue;
        }
        loop {
            close(document, node, out);
            if node == top {
                return;
            }
            if let Some(next) = document.next(node) {
                node = next;
                break;
            }
            node = document.parent(node).expect("the walk began at a node above");
        }
    }
}

fn open(document: &Document, node: NodeId, top: NodeId, out: &mut String) {
    match document.content(node) {
        Content::Document => {}
        Content::Doctype { name, public, system } => doctype(name, public, system, out),
        Content::Comment(text) => {
            out.push_str("<!--");
            out.push_str(text);
            out.push_str("-->");
        }
        Content::Text(text) => {
            // On its own, the text of a script is text like any other.
            let raw = node != top
                && document
                    .parent(node)
                    .and_then(|parent| document.element(parent))
                    .is_some_and(|parent| is_one_of(parent, RAW));
            if raw { out.push_str(text) } else { escape(text, out) }
        }
        Content::Element(element) => start_tag(document, node, element, out),
    }
}

fn start_tag(document: &Document, node: NodeId, element: &Element, out: &mut String) {
    out.push('<');
    out.push_str(&element.name.local);
    for attribute in &element.attributes {
        out.push(' ');
        if let Some(prefix) = attribute.name.prefix.as_ref().filter(|prefix| !prefix.is_empty()) {
            out.push_str(prefix);
            out.push(':');
        }
        out.push_str(&attribute.name.local);
        out.push_str("=\"");
        escape(&attribute.value, out);
        out.push('"');
    }
    if is_one_of(element, VOID) {
        out.push_str("/>");
        return;
    }
    out.push('>');
    // The parser drops a line feed that comes first in these.
    if is_one_of(element, &["listing", "pre", "textarea"])
        && let Some(first) = document.first_child(node)
        && matches!(document.content(first), Content::Text(text) if text.starts_with('\n'))
    {
        out.push('\n');
    }
}

fn close(document: &Document, node: NodeId, out: &mut String) {
    if let Some(element) = document.element(node).filter(|element| !is_one_of(element, VOID)) {
        out.push_str("</");
        out.push_str(&element.name.local);
        out.push('>');
    }
}

fn is_one_of(element: &Element, names: &[&str]) -> bool {
    element.namespace().is_empty() && names.contains(&&**element.local())
}

fn doctype(name: &str, public: &str, system: &str, out: &mut String) {
    out.push_str("<!DOCTYPE ");
    escape(name, out);
    if !public.is_empty() {
        out.push_str(" PUBLIC \"");
        out.push_str(public);
        out.push('"');
    } else if !system.is_empty() {
        out.push_str(" SYSTEM");
    }
    if !system.is_empty() {
        let quote = if system.contains('"') { '\'' } else { '"' };
        out.extend([' ', quote]);
        out.push_str(system);
        out.push(quote);
    }
    out.push('>');
}

fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(place) = rest.find(['&', '\'', '<', '>', '"', '\r']) {
        out.push_str(&rest[..place]);
        out.push_str(match rest.as_bytes()[place] {
            b'&' => "&amp;",
            b'\'' => "&#39;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&#34;",
            _ => "&#13;",
        });
        rest = &rest[place + 1..];
    }
    out.push_str(rest);
}
