//! GraphQL's objects and what their fields hold.
//!
//! Main types: [`Object`] and [`Found`]. The rules of buying are the shop's own: this only calls them.

use serde_json::{Value, json};

use crate::body::Refusal;
use crate::exchange::{Fields, id_text};
use crate::shop::catalogue::{CATEGORIES, Product, money, product_id};
use crate::shop::records::{CartLine, Order, OrderLine, User, UserChange};
use crate::shop::reviews::{self, Review};
use crate::shop::session::Asker;
use crate::shop::{Shop, auth, carts, orders, products, users};

use super::news::News;
use super::types::{bare, types};

/// Something with fields.
pub enum Object {
    /// `Query`, `Mutation` or `Subscription`.
    Root(&'static str),
    /// A product.
    Product(Product),
    /// One of a product's variants, from 1.
    Variant(Product, u32),
    /// What is left of a product.
    Inventory(u32, i32),
    /// Where it lies.
    Warehouse(u32),
    /// A review.
    Review(Review),
    /// An account.
    User(User),
    /// How much an account has ordered.
    OrderHistory(Vec<Order>),
    /// A cart's lines.
    Cart(Vec<CartLine>),
    /// One of them.
    CartItem(CartLine),
    /// An order.
    Order(Order),
    /// One of its lines.
    OrderItem(OrderLine),
    /// A token and its account.
    Session(String, User),
    /// A price that moved.
    PriceChange(News),
    /// `Subscription`, with what there is to tell.
    News(News),
    /// An object that is only a record: its type and its fields.
    Record(&'static str, Value),
}

/// What a field holds.
pub enum Found {
    /// Null.
    Nothing,
    /// A plain value.
    Leaf(Value),
    /// An object.
    One(Box<Object>),
    /// A list of objects.
    Many(Vec<Object>),
}

impl Object {
    /// The name of its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Root(kind) | Self::Record(kind, _) => kind,
            Self::Product(_) => "Product",
            Self::Variant(..) => "Variant",
            Self::Inventory(..) => "Inventory",
            Self::Warehouse(_) => "Warehouse",
            Self::Review(_) => "Review",
            Self::User(_) => "User",
            Self::OrderHistory(_) => "OrderHistory",
            Self::Cart(_) => "Cart",
            Self::CartItem(_) => "CartItem",
            Self::Order(_) => "Order",
            Self::OrderItem(_) => "OrderItem",
            Self::Session(..) => "Session",
            Self::PriceChange(_) => "PriceChange",
            Self::News(_) => "Subscription",
        }
    }
}

fn leaf(value: impl Into<Value>) -> Result<Found, Refusal> {
    Ok(Found::Leaf(value.into()))
}

fn one(object: Object) -> Result<Found, Refusal> {
    Ok(Found::One(Box::new(object)))
}

fn maybe<T>(value: Option<T>, object: impl FnOnce(T) -> Object) -> Result<Found, Refusal> {
    value.map_or(Ok(Found::Nothing), |value| one(object(value)))
}

fn many<T>(values: Vec<T>, object: impl FnMut(T) -> Object) -> Result<Found, Refusal> {
    Ok(Found::Many(values.into_iter().map(object).collect()))
}

/// A field of an object. The schema has been checked, so what no arm knows is a gap in this file.
pub async fn field(
    shop: &Shop,
    asker: &Asker,
    object: &Object,
    name: &str,
    arguments: &Value,
) -> Result<Found, Refusal> {
    match object {
        Object::Root("Mutation") => mutation(shop, asker, name, arguments).await,
        Object::Root(_) => query(shop, asker, name, arguments).await,
        Object::Product(product) => product_field(shop, product, name, arguments).await,
        Object::Variant(product, number) => match name {
            "id" => leaf(format!("{}-{number}", product.id)),
            "inventory" => inventory(shop, product.id).await,
            "name" => leaf(format!("{} {number}", product.name)),
            "price" => leaf(money(product.price_cents)),
            "sku" => leaf(format!("{}-{number}", product.sku)),
            _ => gap(object, name),
        },
        Object::Inventory(product, quantity) => match name {
            "productId" => leaf(product.to_string()),
            "quantity" => leaf(*quantity),
            "warehouse" => one(Object::Warehouse(*product)),
            _ => gap(object, name),
        },
        Object::Warehouse(product) => match name {
            "capacity" => leaf(10_000),
            "location" => leaf(["North", "East", "South", "West"][(*product % 4) as usize]),
            _ => gap(object, name),
        },
        Object::Review(review) => match name {
            "comment" => leaf(review.comment),
            "id" => leaf(review.id.to_string()),
            "rating" => leaf(review.rating),
            "user" => maybe(shop.store.user(review.user).await?, Object::User),
            _ => gap(object, name),
        },
        Object::User(user) => user_field(shop, user, name, arguments).await,
        Object::OrderHistory(orders) => match name {
            "totalOrders" => leaf(orders.len()),
            "totalSpent" => leaf(money(orders.iter().map(Order::total_cents).sum())),
            _ => gap(object, name),
        },
        Object::Cart(lines) => cart_field(shop, lines, name).await,
        Object::CartItem(line) => match name {
            "price" => {
                leaf(shop.store.product(line.product).await?.map(|product| money(product.price_cents)))
            }
            "product" => maybe(shop.store.product(line.product).await?, Object::Product),
            "productId" => leaf(line.product.to_string()),
            "quantity" => leaf(line.quantity),
            _ => gap(object, name),
        },
        Object::Order(order) => match name {
            "id" | "orderId" => leaf(order.id.to_string()),
            "items" => many(order.lines.clone(), Object::OrderItem),
            _ => leaf(order.json()[name].take()),
        },
        Object::OrderItem(line) => match name {
            "name" => leaf(line.name.clone()),
            "price" => leaf(money(line.price_cents)),
            "productId" => leaf(line.product.clone()),
            "quantity" => leaf(line.quantity),
            _ => gap(object, name),
        },
        Object::Session(token, user) => match name {
            "token" => leaf(token.clone()),
            _ => one(Object::User(user.clone())),
        },
        Object::News(news) => one(news.object()),
        Object::PriceChange(news) => price_field(news, name),
        Object::Record(kind, value) => record_field(kind, value, name),
    }
}

fn price_field(news: &News, name: &str) -> Result<Found, Refusal> {
    let News::Price { number, product, cents, previous_cents } = news else { return Ok(Found::Nothing) };
    match name {
        "number" => leaf(*number),
        "price" => leaf(money(*cents)),
        "previous" => leaf(money(*previous_cents)),
        _ => one(Object::Product(product.clone())),
    }
}

/// A field of a record: plain, or a record again, as the schema says. A type that another only names is looked up.
fn record_field(kind: &'static str, value: &Value, name: &str) -> Result<Found, Refusal> {
    let found = match value.get(name) {
        None if kind == "__Type" => {
            types().introspected_type(value["name"].as_str().unwrap_or_default())[name].take()
        }
        found => found.cloned().unwrap_or_default(),
    };
    let inner = types().field(kind, name).map(bare).filter(|inner| types().has_fields(inner));
    match (inner, found) {
        (None, plain) => leaf(plain),
        (Some(_), Value::Null) => Ok(Found::Nothing),
        (Some(inner), Value::Array(list)) => many(list, |one| Object::Record(inner, one)),
        (Some(inner), one_value) => one(Object::Record(inner, one_value)),
    }
}

fn gap(object: &Object, name: &str) -> Result<Found, Refusal> {
    Err(Refusal::not_found(format!("nothing resolves {}.{name}", object.kind())))
}

/// A whole number among the arguments, within bounds.
fn number(arguments: &Value, names: &[&str], default: usize, most: usize) -> usize {
    let given = names.iter().find_map(|name| arguments[name].as_u64());
    given.and_then(|number| usize::try_from(number).ok()).unwrap_or(default).min(most)
}

fn id(arguments: &Value, name: &str) -> Result<String, Refusal> {
    id_text(&arguments[name]).ok_or_else(|| Refusal::bad_request(format!("the argument `{name}` is needed")))
}

async fn query(shop: &Shop, asker: &Asker, name: &str, arguments: &Value) -> Result<Found, Refusal> {
    match name {
        "__schema" => one(Object::Record("__Schema", types().introspected().clone())),
        "__type" => match types().introspected_type(arguments["name"].as_str().unwrap_or_default()) {
            Value::Null => Ok(Found::Nothing),
            found => one(Object::Record("__Type", found)),
        },
        "fail" => {
            let message = arguments["message"].as_str().unwrap_or("failed, as asked");
            Err(Refusal::bad_request(message.to_owned()))
        }
        "health" => leaf("ok"),
        "categories" => leaf(CATEGORIES.to_vec()),
        "product" => {
            let id = product_id(&id(arguments, "id")?);
            let found = match id {
                Some(id) => shop.store.product(id).await?,
                None => None,
            };
            maybe(found, Object::Product)
        }
        "products" => product_list(shop, arguments).await,
        "search" => {
            let words =
                ["q", "query", "term"].iter().find_map(|name| arguments[name].as_str()).unwrap_or_default();
            many(
                shop.store.search(words, number(arguments, &["limit", "first"], 20, 200)).await?,
                Object::Product,
            )
        }
        "user" => {
            let id = id(arguments, "id")?;
            let found = match id.trim_start_matches("user-").parse() {
                Ok(id) => shop.store.user(id).await?,
                Err(_) => shop.store.user_by_email(&id.to_lowercase()).await?,
            };
            maybe(found, Object::User)
        }
        "users" => {
            let limit = number(arguments, &["limit", "first"], 20, 200);
            let page = number(arguments, &["page"], 1, 1_000_000).max(1);
            many(shop.store.users((page - 1) * limit, limit).await?.0, Object::User)
        }
        "me" => maybe(
            match asker.id() {
                Some(id) => shop.store.user(id).await?,
                None => None,
            },
            Object::User,
        ),
        "cart" => one(Object::Cart(shop.store.cart(&owner(asker)?.key).await?)),
        "order" => match orders::own(shop, asker, &id(arguments, "id")?).await {
            Ok(order) => one(Object::Order(order)),
            Err(refusal) if refusal.code() == "not_found" => Ok(Found::Nothing),
            Err(refusal) => Err(refusal),
        },
        "orders" => {
            let id = asker.id().ok_or_else(|| Refusal::unauthorized("this needs a login"))?;
            many(
                shop.store.orders_of(id, number(arguments, &["limit", "first"], 20, 100)).await?,
                Object::Order,
            )
        }
        "brands" => many((1..=BRANDS.len()).collect(), brand),
        "looksSummary" => one(looks(arguments)),
        _ => many((1..=12).collect(), |place| assignment(arguments, place)),
    }
}

async fn product_list(shop: &Shop, arguments: &Value) -> Result<Found, Refusal> {
    // The filters may stand in an object of their own or directly among the arguments.
    let filters = if arguments["filters"].is_object() { &arguments["filters"] } else { arguments };
    let limit = number(arguments, &["limit", "first"], number(filters, &["limit", "first"], 20, 200), 200);
    let page = number(arguments, &["page"], 1, 1_000_000).max(1);
    let skip = number(arguments, &["offset", "skip"], (page - 1) * limit, 1_000_000);
    if let Some(words) = filters["search"].as_str().or_else(|| filters["q"].as_str()) {
        return many(shop.store.search(words, limit).await?, Object::Product);
    }
    let category = filters["category"].as_str().map(str::to_lowercase);
    many(shop.store.products(category.as_deref(), skip, limit).await?.0, Object::Product)
}

async fn mutation(shop: &Shop, asker: &Asker, name: &str, arguments: &Value) -> Result<Found, Refusal> {
    // Clients send the arguments as they are or wrapped in `input`.
    let input = if arguments["input"].is_object() { &arguments["input"] } else { arguments };
    let fields = Fields(input.clone());
    match name {
        "login" | "register" => {
            let user = if name == "login" {
                auth::known(shop, &fields).await?
            } else {
                auth::made(shop, &fields).await?
            };
            one(Object::Session(shop.token_for(&user), user))
        }
        "addToCart" => one(Object::Cart(carts::add(shop, &owner(asker)?, &fields).await?)),
        "removeFromCart" => {
            let product = products::find(shop, &id(input, "productId")?).await?;
            one(Object::Cart(shop.store.remove_from_cart(&owner(asker)?.key, product.id).await?))
        }
        "clearCart" => {
            shop.store.clear_cart(&owner(asker)?.key).await?;
            one(Object::Cart(Vec::new()))
        }
        "checkout" => one(Object::Order(orders::from_cart(shop, &owner(asker)?, asker).await?)),
        "createOrder" => {
            let lines = orders::lines_of(shop, &fields).await?;
            one(Object::Order(orders::placed(shop, asker, lines).await?))
        }
        "confirmOrder" => {
            let order = orders::own(shop, asker, &id(input, "id").or_else(|_| id(input, "orderId"))?).await?;
            let method = fields.text("paymentMethod").map(str::to_owned);
            one(Object::Order(orders::confirm(shop, order, method).await?))
        }
        "cancelOrder" => {
            let order = orders::own(shop, asker, &id(input, "id").or_else(|_| id(input, "orderId"))?).await?;
            one(Object::Order(orders::cancel(shop, &order).await?))
        }
        _ => {
            let id = asker.id().ok_or_else(|| Refusal::unauthorized("this needs a login"))?;
            let change = UserChange {
                name: fields.text("name").map(str::to_owned),
                email: None,
                preferences: fields.get("preferences").cloned(),
            };
            shop.store.change_user(id, change).await?;
            one(Object::User(users::known(shop, id).await?))
        }
    }
}

fn owner(asker: &Asker) -> Result<carts::Owner, Refusal> {
    asker.id().map(carts::Owner::account).ok_or_else(|| Refusal::unauthorized("a cart needs a login"))
}

async fn inventory(shop: &Shop, product: u32) -> Result<Found, Refusal> {
    maybe(shop.store.stock(product).await?, |quantity| Object::Inventory(product, quantity))
}

async fn product_field(
    shop: &Shop,
    product: &Product,
    name: &str,
    arguments: &Value,
) -> Result<Found, Refusal> {
    match name {
        "available" => leaf(true),
        "category" => leaf(product.category.clone()),
        "currency" => leaf("USD"),
        "description" => leaf(product.description()),
        "id" => leaf(product.id.to_string()),
        "inventory" => inventory(shop, product.id).await,
        "name" => leaf(product.name.clone()),
        "price" => leaf(money(product.price_cents)),
        "rating" => leaf(f64::from(product.rating_tenths) / 10.0),
        "reviews" => {
            many(reviews::of(product, number(arguments, &["limit", "first"], 10, 100)), Object::Review)
        }
        "sku" => leaf(product.sku.clone()),
        _ => many((1..=3).collect(), |place| Object::Variant(product.clone(), place)),
    }
}

async fn user_field(shop: &Shop, user: &User, name: &str, arguments: &Value) -> Result<Found, Refusal> {
    match name {
        "cart" => one(Object::Cart(shop.store.cart(&carts::Owner::account(user.id).key).await?)),
        "id" => leaf(user.id.to_string()),
        "orderHistory" => one(Object::OrderHistory(shop.store.orders_of(user.id, 100).await?)),
        "orders" => many(
            shop.store.orders_of(user.id, number(arguments, &["limit", "first"], 20, 100)).await?,
            Object::Order,
        ),
        _ => leaf(user.json()[name].take()),
    }
}

async fn cart_field(shop: &Shop, lines: &[CartLine], name: &str) -> Result<Found, Refusal> {
    match name {
        "items" => many(lines.to_vec(), Object::CartItem),
        _ => leaf(carts::shown(shop, lines).await?[name].take()),
    }
}

const BRANDS: &[&str] = &["Northwind", "Harbour", "Meadow", "Summit"];
const DIVISIONS: &[&str] = &["women", "men", "kids"];

fn brand(place: usize) -> Object {
    Object::Record(
        "Brand",
        json!({"id": place.to_string(), "name": BRANDS[place - 1], "divisions": DIVISIONS}),
    )
}

fn looks(arguments: &Value) -> Object {
    let looks: Vec<Value> = (1..=8)
        .map(|look| json!({"id": look.to_string(), "name": format!("Look {look}"), "styleCount": 3 + look % 4}))
        .collect();
    let summary = json!({
        "brand": arguments["brand"],
        "division": arguments["division"],
        "season": arguments["season"],
        "totalLooks": looks.len(),
        "looks": looks,
    });
    Object::Record("LooksSummary", summary)
}

fn assignment(arguments: &Value, place: usize) -> Object {
    let assignment = json!({
        "id": place.to_string(),
        "styleSeasonCode": arguments["styleSeasonCode"],
        "brand": BRANDS[place % BRANDS.len()],
        "division": DIVISIONS[place % DIVISIONS.len()],
        "style": format!("Style {place}"),
    });
    Object::Record("SeasonalAssignment", assignment)
}
