//! Rooms with a fixed content or a given status.

use http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::{Visit, echo};
use crate::body::{Answer, Outcome, Refusal, empty, html, json_answer, ok, text, typed};
use crate::shop;

/// `/bin`: the list of rooms.
pub fn index<'a>(rooms: impl Iterator<Item = &'a str>) -> Answer {
    json_answer(StatusCode::OK, &json!({"rooms": rooms.collect::<Vec<_>>()}))
}

/// `/bin/status/CODE`, or one of several: `/bin/status/200,503` or with weights `200:9,503:1`.
pub fn status(visit: &Visit<'_, '_>) -> Outcome {
    let codes = visit.segment(0, "a status")?;
    let bad = || Refusal::bad_request(format!("`{codes}` is not a status, nor several with weights"));
    let mut choices = Vec::new();
    for choice in codes.split(',') {
        let (code, weight) = choice.split_once(':').unwrap_or((choice, "1"));
        // Interim answers are no answer, so they cannot be asked for here.
        let code = code.parse().ok().filter(|code| (200..=999).contains(code)).ok_or_else(bad)?;
        let weight: f64 = weight.parse().map_err(|_| bad())?;
        choices.push((StatusCode::from_u16(code).map_err(|_| bad())?, weight.max(0.0)));
    }
    let total: f64 = choices.iter().map(|(_, weight)| weight).sum();
    let mut left = visit.shop.random.unit() * total;
    let chosen = choices.iter().find(|(_, weight)| {
        left -= weight;
        left < 0.0
    });
    let status = chosen.or_else(|| choices.last()).ok_or_else(bad)?.0;
    let mut answer = if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        empty(status)
    } else {
        json_answer(status, &json!({"status": status.as_u16()}))
    };
    if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
        answer.headers_mut().insert(LOCATION, HeaderValue::from_static("/bin/get"));
    }
    Ok(answer)
}

/// An answer without a body.
pub fn empty_body(_: &Visit<'_, '_>) -> Outcome {
    Ok(empty(StatusCode::OK))
}

/// `/bin/etag/TAG`: honours `If-None-Match` and `If-Match`.
pub fn etag(visit: &Visit<'_, '_>) -> Outcome {
    let tag = visit.segment(0, "a tag")?;
    let listed = |header| {
        let header = visit.exchange.header(header)?;
        Some(header.split(',').any(|one| {
            let one = one.trim();
            one == "*" || one.trim_start_matches("W/").trim_matches('"') == tag
        }))
    };
    let mut answer = if listed(IF_NONE_MATCH) == Some(true) {
        empty(StatusCode::NOT_MODIFIED)
    } else if listed(IF_MATCH) == Some(false) {
        empty(StatusCode::PRECONDITION_FAILED)
    } else {
        json_answer(StatusCode::OK, &echo::head(visit.exchange))
    };
    let shown = HeaderValue::from_str(&format!("\"{tag}\""))
        .map_err(|_| Refusal::bad_request("that cannot be a tag"))?;
    answer.headers_mut().insert(ETAG, shown);
    Ok(answer)
}

/// `/bin/cache`: 304 to any conditional request.
pub fn cache(visit: &Visit<'_, '_>) -> Outcome {
    let headers = &visit.exchange.parts.headers;
    if headers.contains_key(IF_MODIFIED_SINCE) || headers.contains_key(IF_NONE_MATCH) {
        return Ok(empty(StatusCode::NOT_MODIFIED));
    }
    let mut answer = json_answer(StatusCode::OK, &echo::head(visit.exchange));
    answer.headers_mut().insert(LAST_MODIFIED, HeaderValue::from_static("Wed, 01 Jan 2025 00:00:00 GMT"));
    answer.headers_mut().insert(ETAG, HeaderValue::from_static("\"always\""));
    Ok(answer)
}

/// A small page of HTML.
pub fn html_page(_: &Visit<'_, '_>) -> Outcome {
    const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>A page</title></head>\n\
        <body>\n<h1 id=\"title\">A page</h1>\n<p class=\"lead\">The quick brown fox jumps over the lazy dog.</p>\n\
        <ul>\n<li data-n=\"1\"><a href=\"/bin/links/3/0\">One</a></li>\n<li data-n=\"2\"><a href=\"/bin/get?n=2\">Two</a></li>\n\
        </ul>\n</body>\n</html>\n";
    Ok(html(PAGE))
}

/// `/bin/forms/post`: a form that posts to `/bin/post`.
pub fn form(_: &Visit<'_, '_>) -> Outcome {
    const FORM: &str = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>A form</title></head>\n<body>\n\
        <form method=\"post\" action=\"/bin/post\">\n\
        <label>Name <input name=\"custname\"></label>\n\
        <label>Telephone <input type=\"tel\" name=\"custtel\"></label>\n\
        <label>E-mail <input type=\"email\" name=\"custemail\"></label>\n\
        <label><input type=\"radio\" name=\"size\" value=\"small\"> Small</label>\n\
        <label><input type=\"radio\" name=\"size\" value=\"large\" checked> Large</label>\n\
        <label><input type=\"checkbox\" name=\"topping\" value=\"cheese\" checked> Cheese</label>\n\
        <label><input type=\"checkbox\" name=\"topping\" value=\"onion\"> Onion</label>\n\
        <select name=\"when\"><option value=\"now\">Now</option><option value=\"later\" selected>Later</option></select>\n\
        <textarea name=\"comments\">None</textarea>\n\
        <input type=\"hidden\" name=\"token\" value=\"hidden-value\">\n\
        <button type=\"submit\" name=\"go\" value=\"1\">Order</button>\n</form>\n</body>\n</html>\n";
    Ok(html(FORM))
}

/// A JSON document with one of everything.
pub fn json_page(_: &Visit<'_, '_>) -> Outcome {
    ok(&json!({
        "title": "A document",
        "count": 3,
        "ratio": 0.5,
        "ok": true,
        "nothing": null,
        "items": [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}, {"id": 3, "name": "drei ½ €"}],
        "nested": {"deep": {"deeper": [1, [2, [3]]]}},
    }))
}

/// A small XML document.
pub fn xml_page(_: &Visit<'_, '_>) -> Outcome {
    const PAGE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<items>\n  <item id=\"1\">one</item>\n  \
        <item id=\"2\">two</item>\n</items>\n";
    Ok(typed(StatusCode::OK, HeaderValue::from_static("application/xml"), PAGE))
}

/// A line of plain text.
pub fn text_page(_: &Visit<'_, '_>) -> Outcome {
    Ok(text("hello\n"))
}

/// Text outside ASCII.
pub fn utf8_page(_: &Visit<'_, '_>) -> Outcome {
    Ok(text("ASCII, äöü, Ελληνικά, 日本語, 🦀\n"))
}

/// `/bin/image/svg`
pub fn image(visit: &Visit<'_, '_>) -> Outcome {
    match visit.rest {
        [] | ["svg"] => {
            Ok(typed(StatusCode::OK, HeaderValue::from_static("image/svg+xml"), shop::picture(1)))
        }
        _ => Err(Refusal::not_found("only /bin/image/svg is here")),
    }
}

/// `/bin/links/N/I`: N links, the one to this page left out.
pub fn links(visit: &Visit<'_, '_>) -> Outcome {
    let count = visit.number::<usize>(0, "a number of links")?.min(1000);
    let this = visit.number::<usize>(1, "the number of this page").unwrap_or(0);
    let links: String =
        (0..count)
            .map(|n| {
                if n == this {
                    format!("{n} ")
                } else {
                    format!("<a href=\"/bin/links/{count}/{n}\">{n}</a> ")
                }
            })
            .collect();
    Ok(html(format!(
        "<!doctype html><html lang=\"en\"><head><title>Links</title></head><body>{links}</body></html>"
    )))
}

/// A random identifier.
pub fn uuid(visit: &Visit<'_, '_>) -> Outcome {
    let (high, low) = (visit.shop.random.next(), visit.shop.random.next());
    let uuid = format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    );
    let mut answer = json_answer(StatusCode::OK, &json!({"uuid": uuid}));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(answer)
}
