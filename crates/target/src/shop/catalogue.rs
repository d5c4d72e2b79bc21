//! The seeded products: the same seed and count give the same catalogue, in memory and in the database.
//!
//! Main type: [`Catalogue`]. It also keeps every product's JSON written out, because the plain pages are
//! what load generators are measured against.

use bytes::Bytes;
use serde::Serialize;

use crate::random::mix;

/// The categories, in the order of their first product.
pub const CATEGORIES: &[&str] =
    &["books", "clothing", "electronics", "garden", "grocery", "home", "sports", "toys"];

const QUALITIES: &[&str] = &[
    "Amber", "Brisk", "Calm", "Classic", "Compact", "Deluxe", "Eager", "Fine", "Gentle", "Handy", "Ideal",
    "Jolly", "Keen", "Light", "Modern", "Noble", "Plain", "Quiet", "Rapid", "Solid", "Tidy", "Vivid", "Warm",
    "Young",
];

const THINGS: &[[&str; 6]] = &[
    ["Atlas", "Cookbook", "Diary", "Novel", "Primer", "Songbook"],
    ["Boots", "Cap", "Coat", "Gloves", "Jumper", "Scarf"],
    ["Camera", "Headphones", "Keyboard", "Lamp", "Phone", "Speaker"],
    ["Bench", "Hose", "Planter", "Rake", "Shears", "Trellis"],
    ["Biscuits", "Coffee", "Honey", "Olives", "Pasta", "Tea"],
    ["Blanket", "Chair", "Clock", "Kettle", "Mirror", "Shelf"],
    ["Ball", "Bicycle", "Helmet", "Kayak", "Racket", "Tent"],
    ["Blocks", "Kite", "Puppet", "Puzzle", "Robot", "Train"],
];

/// One thing to buy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Product {
    /// Counts from 1.
    pub id: u32,
    /// The stock-keeping unit, such as `SKU-0007`.
    pub sku: String,
    /// The name on the page.
    pub name: String,
    /// One of [`CATEGORIES`].
    pub category: String,
    /// The price in cents.
    pub price_cents: i64,
    /// The rating in tenths of a star, 10 to 50.
    pub rating_tenths: i32,
    /// What is left of it at the start.
    pub stock: i32,
}

/// How lists show a product.
#[derive(Serialize)]
struct Row<'a> {
    id: u32,
    sku: &'a str,
    name: &'a str,
    category: &'a str,
    price: f64,
    rating: f64,
}

/// How its own page shows a product.
#[derive(Serialize)]
struct Page<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    currency: &'static str,
    description: String,
    available: bool,
    images: [String; 2],
}

/// Cents as the decimal number that JSON shows.
pub fn money(cents: i64) -> f64 {
    cents as f64 / 100.0
}

impl Product {
    fn row(&self) -> Row<'_> {
        Row {
            id: self.id,
            sku: &self.sku,
            name: &self.name,
            category: &self.category,
            price: money(self.price_cents),
            rating: f64::from(self.rating_tenths) / 10.0,
        }
    }

    /// What its page says about it.
    pub fn description(&self) -> String {
        format!("{}, from our {} shelf. Rated by people who bought it.", self.name, self.category)
    }

    /// The JSON of a list row.
    pub fn row_json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.row()).expect("text and numbers always serialise")
    }

    /// The JSON of the product's page.
    pub fn page_json(&self) -> Vec<u8> {
        let page = Page {
            row: self.row(),
            currency: "USD",
            description: self.description(),
            available: true,
            images: [
                format!("/static/product-{}.svg", self.id),
                format!("/static/product-{}.svg?view=back", self.id),
            ],
        };
        serde_json::to_vec(&page).expect("text and numbers always serialise")
    }
}

/// All products, with their JSON.
pub struct Catalogue {
    products: Vec<Product>,
    rows: Vec<Bytes>,
    pages: Vec<Bytes>,
    first_page: Bytes,
}

/// Rows of a list when the request does not say how many.
pub const PAGE_ROWS: usize = 20;

impl Catalogue {
    /// Makes `count` products from `seed`.
    pub fn new(seed: u64, count: usize) -> Self {
        let products: Vec<Product> = (1..=count.max(1)).map(|id| product(seed, id)).collect();
        let rows: Vec<Bytes> = products.iter().map(|product| product.row_json().into()).collect();
        let pages = products.iter().map(|product| product.page_json().into()).collect();
        let first: Vec<&[u8]> = rows.iter().take(PAGE_ROWS).map(AsRef::as_ref).collect();
        let first_page = list_json(&first, 1, PAGE_ROWS, products.len());
        Self { products, rows, pages, first_page }
    }

    /// All products in the order of their ids.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The product with that id.
    pub fn get(&self, id: u32) -> Option<&Product> {
        self.products.get(index(id)?)
    }

    /// The JSON of a product's page.
    pub fn page(&self, id: u32) -> Option<Bytes> {
        self.pages.get(index(id)?).cloned()
    }

    /// The JSON of the list that most requests ask for: no filter, page 1, [`PAGE_ROWS`] rows.
    pub fn first_page(&self) -> Bytes {
        self.first_page.clone()
    }

    /// The JSON of one page of the list, of one category or of all.
    pub fn list(&self, category: Option<&str>, page: usize, limit: usize) -> Bytes {
        let skip = page.saturating_sub(1).saturating_mul(limit);
        match category {
            None => {
                let rows: Vec<&[u8]> = self.rows.iter().skip(skip).take(limit).map(AsRef::as_ref).collect();
                list_json(&rows, page, limit, self.products.len())
            }
            Some(category) => {
                let all: Vec<&[u8]> = self
                    .products
                    .iter()
                    .zip(&self.rows)
                    .filter(|(product, _)| product.category == category)
                    .map(|(_, row)| row.as_ref())
                    .collect();
                let shown: Vec<&[u8]> = all.iter().copied().skip(skip).take(limit).collect();
                list_json(&shown, page, limit, all.len())
            }
        }
    }

    /// Products with a word in name, category or unit that starts like one of `query`; those with most first.
    pub fn search(&self, query: &str) -> Vec<&Product> {
        let words: Vec<String> =
            query.split_whitespace().map(|word| format!(" {}", word.to_lowercase())).collect();
        let score = |product: &Product| {
            let text = format!(" {} {} {}", product.name, product.category, product.sku).to_lowercase();
            words.iter().filter(|word| text.contains(word.as_str())).count()
        };
        let mut found: Vec<(usize, &Product)> = self
            .products
            .iter()
            .map(|product| (score(product), product))
            .filter(|(score, _)| *score > 0)
            .collect();
        found.sort_by_key(|(score, product)| (std::cmp::Reverse(*score), product.id));
        found.into_iter().map(|(_, product)| product).collect()
    }
}

/// Reads an identifier as clients write it: `7`, `p7`, `product-7`, `SKU-0007`.
pub fn product_id(text: &str) -> Option<u32> {
    let digits = text
        .trim_start_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '-' || letter == '_');
    digits.parse().ok()
}

fn index(id: u32) -> Option<usize> {
    usize::try_from(id).ok()?.checked_sub(1)
}

/// A page of rows that are JSON already. The rows stand under `data` and under `products`: clients of both
/// habits are out there.
pub fn list_json(rows: &[&[u8]], page: usize, limit: usize, total: usize) -> Bytes {
    let size: usize = rows.iter().map(|row| row.len() + 1).sum();
    let mut json = Vec::with_capacity(size * 2 + 128);
    for (key, open) in [("data", '{'), ("products", ',')] {
        json.extend_from_slice(format!("{open}\"{key}\":[").as_bytes());
        for (place, row) in rows.iter().enumerate() {
            if place > 0 {
                json.push(b',');
            }
            json.extend_from_slice(row);
        }
        json.push(b']');
    }
    let pages = total.div_ceil(limit.max(1));
    let tail = format!(",\"page\":{page},\"limit\":{limit},\"total\":{total},\"totalPages\":{pages}}}");
    json.extend_from_slice(tail.as_bytes());
    json.into()
}

fn product(seed: u64, id: usize) -> Product {
    let roll = |salt: u64, bound: usize| {
        let drawn = mix(seed ^ mix((id as u64) << 8 | salt));
        usize::try_from(drawn % bound.max(1) as u64).unwrap_or(0)
    };
    let category = (id - 1) % CATEGORIES.len();
    let name = format!("{} {}", QUALITIES[roll(1, QUALITIES.len())], THINGS[category][roll(2, 6)]);
    Product {
        id: u32::try_from(id).unwrap_or(u32::MAX),
        sku: format!("SKU-{id:04}"),
        name,
        category: CATEGORIES[category].to_owned(),
        price_cents: 199 + 100 * roll(3, 250) as i64,
        rating_tenths: 25 + i32::try_from(roll(4, 26)).unwrap_or(0),
        stock: 20 + i32::try_from(roll(5, 480)).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides() {
        let (one, same, other) = (Catalogue::new(1, 200), Catalogue::new(1, 200), Catalogue::new(2, 200));
        assert_eq!(one.products(), same.products());
        assert_ne!(one.products(), other.products());
        assert!(one.products().iter().all(|product| product.price_cents > 0 && product.stock > 0));
    }

    #[test]
    fn lists_are_cut_into_pages() {
        let catalogue = Catalogue::new(1, 50);
        let check = |category, page, limit, ids: &[u64], total: u64| {
            let json: serde_json::Value =
                serde_json::from_slice(&catalogue.list(category, page, limit)).unwrap();
            let found: Vec<u64> =
                json["data"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect();
            assert_eq!(found, ids, "{category:?} page {page} of {limit}");
            assert_eq!(json["total"], total);
            assert_eq!(json["data"], json["products"]);
        };
        check(None, 1, 3, &[1, 2, 3], 50);
        check(None, 17, 3, &[49, 50], 50);
        check(None, 99, 3, &[], 50);
        check(Some("clothing"), 1, 3, &[2, 10, 18], 7);
        check(Some("nothing"), 1, 3, &[], 0);
        assert_eq!(catalogue.first_page(), catalogue.list(None, 1, PAGE_ROWS));
    }

    #[test]
    fn ids_are_read_in_every_habit() {
        for (text, expected) in [
            ("7", Some(7)),
            ("p7", Some(7)),
            ("product-7", Some(7)),
            ("SKU-0007", Some(7)),
            ("seven", None),
            ("", None),
        ] {
            assert_eq!(product_id(text), expected, "{text}");
        }
    }

    #[test]
    fn search_ranks_by_words() {
        let catalogue = Catalogue::new(1, 200);
        let found = catalogue.search("books");
        assert!(!found.is_empty() && found.iter().all(|product| product.category == "books"));
        assert!(catalogue.search("quartz xylophone").is_empty());
    }
}
