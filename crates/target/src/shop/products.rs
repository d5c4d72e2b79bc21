//! The catalogue's pages: lists, single products, search, categories, stock.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::catalogue::{CATEGORIES, PAGE_ROWS, Product, list_json, product_id};
use super::{Shop, reviews};
use crate::body::{Answer, Outcome, Refusal, json_bytes, ok};
use crate::exchange::{Exchange, decode};
use crate::form;

/// The most rows that one page of a list has.
const MAX_ROWS: usize = 200;

/// Which page of which list a query asks for.
struct Wanted {
    category: Option<String>,
    page: usize,
    limit: usize,
}

impl Wanted {
    fn read(query: &str) -> Self {
        let mut wanted = Self { category: None, page: 1, limit: PAGE_ROWS };
        let mut offset = None;
        for (name, value) in form::pairs(query) {
            match name.as_ref() {
                "category" if !value.is_empty() => wanted.category = Some(value.to_lowercase()),
                "page" => wanted.page = value.parse().unwrap_or(1).max(1),
                "limit" | "per_page" | "pageSize" => {
                    wanted.limit = value.parse().unwrap_or(PAGE_ROWS).clamp(1, MAX_ROWS);
                }
                "offset" => offset = value.parse::<usize>().ok(),
                _ => {}
            }
        }
        if let Some(offset) = offset {
            wanted.page = offset / wanted.limit + 1;
        }
        wanted
    }

    fn skip(&self) -> usize {
        (self.page - 1).saturating_mul(self.limit)
    }
}

/// The list straight from memory.
pub fn quick_list(shop: &Shop, query: Option<&str>) -> Option<Answer> {
    let json = match query {
        None | Some("" | "limit=20" | "page=1&limit=20") => shop.catalogue.first_page(),
        Some(query) => {
            let wanted = Wanted::read(query);
            shop.catalogue.list(wanted.category.as_deref(), wanted.page, wanted.limit)
        }
    };
    Some(json_bytes(StatusCode::OK, json))
}

/// A product's page straight from memory; none when it takes the long way to say that there is no such thing.
pub fn quick_page(shop: &Shop, id: &str) -> Option<Answer> {
    Some(json_bytes(StatusCode::OK, shop.catalogue.page(product_id(id)?)?))
}

/// `/products`
pub async fn list(shop: &Shop, exchange: &Exchange<'_>) -> Outcome {
    let wanted = Wanted::read(exchange.query());
    let (products, total) =
        shop.store.products(wanted.category.as_deref(), wanted.skip(), wanted.limit).await?;
    Ok(json_bytes(StatusCode::OK, rows(&products, wanted.page, wanted.limit, total)))
}

fn rows(products: &[Product], page: usize, limit: usize, total: usize) -> Bytes {
    let rows: Vec<Vec<u8>> = products.iter().map(Product::row_json).collect();
    let rows: Vec<&[u8]> = rows.iter().map(AsRef::as_ref).collect();
    list_json(&rows, page, limit, total)
}

/// `/products/ID`
pub async fn page(shop: &Shop, id: &str) -> Outcome {
    let product = find(shop, id).await?;
    Ok(json_bytes(StatusCode::OK, product.page_json().into()))
}

/// The product that `id` names, in any of the ways clients write it.
pub async fn find(shop: &Shop, id: &str) -> Result<Product, Refusal> {
    let missing = || Refusal::not_found(format!("no product `{id}`"));
    let number = product_id(&decode(id)).ok_or_else(missing)?;
    shop.store.product(number).await?.ok_or_else(missing)
}

/// `/search?q=`: what matches, best first. When nothing does, some products are suggested instead and said
/// to be so.
pub async fn search(shop: &Shop, exchange: &Exchange<'_>) -> Outcome {
    let query = exchange.arg("q").or_else(|| exchange.arg("query")).unwrap_or_default();
    let limit = exchange.arg_or("limit", PAGE_ROWS).clamp(1, MAX_ROWS);
    let found = shop.store.search(&query, limit).await?;
    let total = found.len();
    let suggested = found.is_empty();
    let shown = if suggested { shop.store.products(None, 0, limit.min(5)).await?.0 } else { found };
    let results: Vec<Value> =
        shown.iter().filter_map(|product| serde_json::from_slice(&product.row_json()).ok()).collect();
    ok(&json!({"query": query, "results": results, "total": total, "suggested": suggested}))
}

/// `/categories`
pub fn categories() -> Outcome {
    ok(&json!({"data": CATEGORIES, "categories": CATEGORIES}))
}

/// `/inventory/ID`. Any number is answered for: warehouses know more products than the shop shows.
pub async fn inventory(shop: &Shop, id: &str) -> Outcome {
    let number = product_id(id).ok_or_else(|| Refusal::not_found(format!("no product `{id}`")))?;
    let stock = shop.store.stock(number).await?;
    let quantity = stock.unwrap_or(0);
    ok(&json!({
        "productId": id,
        "quantity": quantity,
        "inStock": quantity > 0,
        "listed": stock.is_some(),
        "warehouse": {"location": "North", "capacity": 10_000},
    }))
}

/// `/products/ID/reviews`
pub async fn opinions(shop: &Shop, id: &str, exchange: &Exchange<'_>) -> Outcome {
    let product = find(shop, id).await?;
    let limit = exchange.arg_or("limit", 10_usize).clamp(1, 100);
    let reviews = reviews::of(&product, limit);
    ok(&json!({"data": reviews, "total": reviews.len()}))
}
