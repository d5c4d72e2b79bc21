//! The fixed pages: health, the shop's front page and its static files, the counters.

use bytes::Bytes;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};

use super::Shop;
use super::catalogue::{money, product_id};
use crate::body::{Answer, Outcome, Refusal, html, json_bytes, text, typed};

/// `/health`
pub fn health() -> Answer {
    json_bytes(StatusCode::OK, Bytes::from_static(br#"{"status":"ok","service":"shop"}"#))
}

/// `/`: a small page with a style sheet, a script and pictures, so that browsers have something to load.
pub async fn front(shop: &Shop) -> Outcome {
    let (products, _) = shop.store.products(None, 0, 12).await?;
    let mut cards = String::new();
    for product in &products {
        cards.push_str(&format!(
            "<li class=\"card\"><a href=\"/products/{id}\"><img src=\"/static/product-{id}.svg\" width=\"160\" height=\"120\" \
             alt=\"\"><b>{name}</b></a><span>{price:.2} USD</span></li>\n",
            id = product.id,
            name = product.name,
            price = money(product.price_cents),
        ));
    }
    Ok(html(FRONT.replace("<!--cards-->", &cards)))
}

const FRONT: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Demo shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/shop.css">
<script src="/static/shop.js" defer></script>
</head>
<body>
<h1>Demo shop</h1>
<form id="search" action="/search" method="get"><input name="q" aria-label="Search"><button type="submit">Search</button></form>
<form id="login" action="/api/auth/login" method="post">
<input name="email" type="email" value="test@example.com" aria-label="E-mail">
<input name="password" type="password" value="password123" aria-label="Password">
<button type="submit">Log in</button>
</form>
<ul class="cards">
<!--cards-->
</ul>
<p id="count" data-count="0">Your cart is empty.</p>
</body>
</html>
"#;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\n\
    .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:1rem;list-style:none;padding:0}\n\
    .card{border:1px solid #ccc;border-radius:6px;padding:.5rem}\n.card span{display:block}\n";

const SCRIPT: &str = "fetch('/api/cart').then((r) => r.json()).then((cart) => {\n  \
    const count = document.getElementById('count');\n  count.dataset.count = cart.itemCount;\n  \
    if (cart.itemCount) count.textContent = `${cart.itemCount} in your cart.`;\n});\n";

/// `/static/NAME`
pub fn file(name: &str) -> Outcome {
    let mut answer = match name {
        "shop.css" => typed(StatusCode::OK, HeaderValue::from_static("text/css; charset=utf-8"), STYLE),
        "shop.js" => {
            typed(StatusCode::OK, HeaderValue::from_static("text/javascript; charset=utf-8"), SCRIPT)
        }
        _ => {
            let id = name.strip_suffix(".svg").and_then(product_id);
            let id = id.ok_or_else(|| Refusal::not_found(format!("no file `{name}`")))?;
            typed(StatusCode::OK, HeaderValue::from_static("image/svg+xml"), picture(id))
        }
    };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(answer)
}

/// A product's picture: a coloured field with its number.
pub fn picture(id: u32) -> String {
    let hue = id.wrapping_mul(47) % 360;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 160 120\"><rect width=\"160\" height=\"120\" \
         fill=\"hsl({hue},60%,70%)\"/><text x=\"80\" y=\"70\" font-size=\"32\" text-anchor=\"middle\">{id}</text></svg>"
    )
}

/// `/metrics` and `/stats/prometheus`
pub fn counters(shop: &Shop) -> Answer {
    text(shop.metrics.prometheus())
}
