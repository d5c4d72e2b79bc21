//! What subscriptions tell: real orders, and things that the shop makes up at the connection's pace.
//!
//! Main type: [`Subscription`]. How it is packed for the wire is the business of `subscribe`.

use serde_json::{Map, Value as Json, json};

use super::execute;
use super::parse::{Document, Operation};
use super::resolve::Object;
use crate::exchange::id_text;
use crate::shop::Shop;
use crate::shop::catalogue::{Product, product_id};
use crate::shop::records::Order;
use crate::shop::session::Asker;

/// One thing to tell.
#[derive(Clone, Debug)]
pub enum News {
    /// The number of a message and what it says.
    Message(u64, String),
    /// A product, and how much of it there is.
    Stock(u32, i32),
    /// An order that was made.
    Order(Order),
    /// A product's price, and the one before.
    Price {
        /// Counts up from 1.
        number: u64,
        /// Whose price it is.
        product: Product,
        /// The price now.
        cents: i64,
        /// The price before.
        previous_cents: i64,
    },
}

impl News {
    /// The object that the subscription's field holds.
    pub fn object(&self) -> Object {
        match self {
            Self::Message(number, content) => {
                Object::Record("Message", json!({"id": number.to_string(), "content": content}))
            }
            Self::Stock(product, quantity) => Object::Inventory(*product, *quantity),
            Self::Order(order) => Object::Order(order.clone()),
            Self::Price { .. } => Object::PriceChange(self.clone()),
        }
    }
}

/// What a subscription is about.
#[derive(Clone, Debug)]
enum Topic {
    Messages,
    Stocks,
    Orders,
    Prices(Option<Product>),
}

/// A running subscription.
pub struct Subscription {
    /// The client's name for it.
    pub id: String,
    /// `data` or `next`.
    says: &'static str,
    topic: Topic,
    told: u64,
    left: u64,
    document: Document,
    operation: Operation,
    variables: Map<String, Json>,
}

impl Subscription {
    /// A subscription to a field with its arguments; `count` is how many messages there are.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    pub fn new(
        shop: &Shop,
        (id, says): (String, &'static str),
        (field, arguments): (&str, &Json),
        (document, operation, variables): (Document, Operation, Map<String, Json>),
    ) -> Result<Self, String> {
        let topic = match field {
            "orderCreated" => Topic::Orders,
            "inventoryChanged" => Topic::Stocks,
            "priceChanged" => Topic::Prices(match id_text(&arguments["id"]) {
                None => None,
                Some(id) => {
                    let wanted = product_id(&id);
                    let found = shop.catalogue.products().iter().find(|product| Some(product.id) == wanted);
                    Some(found.ok_or_else(|| format!("no product `{id}`"))?.clone())
                }
            }),
            _ => Topic::Messages,
        };
        let left = match &arguments["count"] {
            Json::Null => u64::MAX,
            count => {
                let count = count.as_u64().filter(|count| *count > 0);
                count.ok_or("the argument `count` is a whole number, 1 or more")?
            }
        };
        Ok(Self { id, says, topic, told: 0, left, document, operation, variables })
    }

    /// Whether it is told of orders, and nothing at the connection's pace.
    pub fn wants_orders(&self) -> bool {
        matches!(self.topic, Topic::Orders)
    }

    /// Whether all has been told.
    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    /// The messages for its next news.
    pub async fn tell(&mut self, shop: &Shop, asker: &Asker, order: Option<&Order>) -> Vec<Json> {
        self.told += 1;
        self.left -= 1;
        let root = Object::News(self.news(shop, order));
        let (data, errors) =
            execute::operation(shop, asker, &self.document, &self.operation, &self.variables, root).await;
        let mut payload = json!({"data": data});
        if !errors.is_empty() {
            payload["errors"] = errors.into();
        }
        let mut said = vec![json!({"id": self.id, "type": self.says, "payload": payload})];
        if self.is_over() {
            said.push(json!({"id": self.id, "type": "complete"}));
        }
        said
    }

    fn news(&self, shop: &Shop, order: Option<&Order>) -> News {
        let products = shop.catalogue.products();
        let product = &products[usize::try_from(self.told).unwrap_or(0) % products.len()];
        match (&self.topic, order) {
            (Topic::Orders, Some(order)) => News::Order(order.clone()),
            (Topic::Stocks, _) => News::Stock(product.id, product.stock),
            (Topic::Prices(wanted), _) => {
                let product = wanted.as_ref().unwrap_or(product);
                let cents = |turn| swung(product.price_cents, turn);
                News::Price {
                    number: self.told,
                    product: product.clone(),
                    cents: cents(self.told),
                    previous_cents: cents(self.told - 1),
                }
            }
            _ => News::Message(self.told, format!("{} is selling well", product.name)),
        }
    }
}

/// A price at its n-th change: up to a tenth above or below the listed one, the same in each run.
fn swung(cents: i64, turn: u64) -> i64 {
    let steps = [0, 4, -3, 9, -10, 6, -7, 2];
    let step = steps[usize::try_from(turn).unwrap_or(0) % steps.len()];
    cents + cents * step / 100
}
