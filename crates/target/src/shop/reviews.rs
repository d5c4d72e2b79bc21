//! What buyers say about a product: made from its number, the same every time.

use serde::Serialize;

use super::catalogue::Product;
use crate::random::mix;

/// The reviews that a product has at most.
const MAX_REVIEWS: u64 = 100;

const COMMENTS: &[&str] = &[
    "Does what it should.",
    "Better than I thought.",
    "Arrived a day late, works well.",
    "Would buy again.",
    "The colour is not quite that of the picture.",
    "My children love it.",
    "Good for the price.",
    "Broke after a month, replaced at once.",
];

/// One buyer's opinion.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Review {
    /// Counts from 1 for each product.
    pub id: u64,
    /// Whole stars, 1 to 5.
    pub rating: u64,
    /// In words.
    pub comment: &'static str,
    /// The account of the buyer.
    #[serde(rename = "userId")]
    pub user: u64,
}

/// The first reviews of a product.
pub fn of(product: &Product, limit: usize) -> Vec<Review> {
    let drawn = |salt: u64, below: u64| mix(u64::from(product.id) << 20 | salt) % below;
    let count = 3 + drawn(0, MAX_REVIEWS - 3);
    let review = |id: u64| Review {
        id,
        rating: 1 + drawn(id << 2 | 1, 5),
        comment: COMMENTS[usize::try_from(drawn(id << 2 | 2, COMMENTS.len() as u64)).unwrap_or(0)],
        user: 3 + drawn(id << 2 | 3, 100),
    };
    (1..=count).take(limit).map(review).collect()
}
