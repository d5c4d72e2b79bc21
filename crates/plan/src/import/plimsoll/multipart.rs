//! Forms with files, as browsers send them.
//!
//! Main function: [`body`].

use super::reader::Reader;
use crate::expr::{Expr, Text};
use crate::request::{Body, Header};
use crate::value::Value;
use crate::yaml::Node;

/// What one part of the body is.
enum Piece {
    Bytes(Vec<u8>),
    Text(Text),
}

/// The body of a form, and the header that says how it is cut.
pub(super) fn body(reader: &mut Reader, node: &Node, headers: &mut Vec<Header>) -> Body {
    let mut parts = Vec::new();
    for (at, item) in reader.items(node).iter().enumerate() {
        parts.extend(reader.within(&format!("[{at}]"), |reader| part(reader, item)));
    }
    let boundary = boundary(&parts);
    let mut pieces: Vec<Piece> = Vec::new();
    for (head, content) in parts {
        pieces.push(Piece::Text(format!("--{boundary}\r\n").into()));
        pieces.extend(head.into_iter().map(Piece::Text));
        pieces.push(Piece::Text("\r\n\r\n".into()));
        pieces.push(content);
        pieces.push(Piece::Text("\r\n".into()));
    }
    pieces.push(Piece::Text(format!("--{boundary}--\r\n").into()));
    let kind = format!("multipart/form-data; boundary={boundary}");
    headers.retain(|header| {
        !header.name.constant().is_some_and(|name| name.eq_ignore_ascii_case("content-type"))
    });
    headers.push(Header { name: "Content-Type".into(), value: kind.into() });
    joined(reader, node, pieces)
}

fn joined(reader: &mut Reader, node: &Node, pieces: Vec<Piece>) -> Body {
    let is_constant = |piece: &Piece| !matches!(piece, Piece::Text(text) if text.constant().is_none());
    if pieces.iter().all(is_constant) {
        let bytes = pieces.iter().flat_map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.as_slice(),
            Piece::Text(text) => text.constant().unwrap_or_default().as_bytes(),
        });
        return Body::Bytes(bytes.copied().collect::<Vec<u8>>().into());
    }
    let mut parts = Vec::new();
    for piece in pieces {
        parts.push(match piece {
            Piece::Text(text) => Expr::Text(text),
            Piece::Bytes(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Expr::Constant(Value::from(text)),
                Err(_) => {
                    let text = "a form with expressions in it can only send files that are text in UTF-8";
                    reader.wrong(node.at, text);
                    return Body::None;
                }
            },
        });
    }
    Body::Text(Text::Joined(parts.into()))
}

/// The lines above a part, and its content.
fn part(reader: &mut Reader, node: &Node) -> Option<(Vec<Text>, Piece)> {
    let members = reader.members(node, "part")?;
    let Some(name) = members.get("name") else {
        reader.wrong(node.at, "'name' is missing here");
        return None;
    };
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "%22").replace(['\r', '\n'], " ");
    let mut head: Vec<Text> = Vec::new();
    let name = quoted(&reader.plain(name));
    head.push(reader.text_of(node.at, &format!("Content-Disposition: form-data; name=\"{name}\"")));
    let kind = members.get("type").map(|node| reader.text(node));
    let content = match (members.get("value"), members.get("file")) {
        (Some(value), None) => Piece::Text(reader.text(value)),
        (None, Some(file)) => {
            let path = reader.plain(file);
            let shown = members.get("filename").map(|node| reader.plain(node));
            let shown =
                shown.unwrap_or_else(|| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned());
            head.push(reader.text_of(node.at, &format!("; filename=\"{}\"", quoted(&shown))));
            Piece::Bytes(reader.file(file)?)
        }
        _ => {
            reader.wrong(node.at, "a part has either a value or a file");
            return None;
        }
    };
    let usual = matches!(content, Piece::Bytes(_)).then(|| Text::from("application/octet-stream"));
    if let Some(kind) = kind.or(usual) {
        head.push("\r\nContent-Type: ".into());
        head.push(kind);
    }
    Some((head, content))
}

/// A line that is in none of the parts.
fn boundary(parts: &[(Vec<Text>, Piece)]) -> String {
    let mut boundary = "plimsoll-form-5b1f0c9e".to_owned();
    let holds = |boundary: &str| {
        parts.iter().any(|(_, content)| match content {
            Piece::Bytes(bytes) => bytes.windows(boundary.len()).any(|window| window == boundary.as_bytes()),
            Piece::Text(text) => text.constant().is_some_and(|text| text.contains(boundary)),
        })
    };
    while holds(&boundary) {
        boundary.push('x');
    }
    boundary
}
