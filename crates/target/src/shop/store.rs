//! Where the shop keeps things: its own memory, or a PostgreSQL database. One set of calls for both.
//!
//! Main type: [`Store`]. Memory answers at once; the database may refuse, and then the request is refused.

use std::sync::Arc;

use super::catalogue::{Catalogue, Product};
use super::memory::Memory;
use super::postgres::Postgres;
use super::records::{CartLine, NewUser, Order, OrderLine, Payment, Role, Status, Totals, User, UserChange};
use crate::body::Refusal;
use crate::error::Error;

/// The result of a call that may go to a database.
pub type Stored<T> = Result<T, Refusal>;

/// The shop's tables.
pub enum Store {
    /// In this process; lost with it.
    Memory(Box<Memory>),
    /// In a database.
    Postgres(Postgres),
}

/// Passes a call on: memory answers directly, the database is awaited.
macro_rules! pass {
    ($store:expr, $tables:ident => $memory:expr, $database:expr) => {
        match $store {
            Store::Memory($tables) => Ok($memory),
            Store::Postgres($tables) => $database.await.map_err(|error| refused(&error)),
        }
    };
}

fn refused(error: &tokio_postgres::Error) -> Refusal {
    // The error's own text is only its kind; what the server said is its cause.
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    Refusal::unavailable(format!("the database refused: {error}: {cause}"))
}

impl Store {
    /// Opens the tables and fills them with the catalogue and the demo accounts where they are empty.
    pub async fn open(catalogue: &Arc<Catalogue>, postgres: Option<&str>) -> Result<Self, Error> {
        Ok(match postgres {
            Some(url) => Self::Postgres(Postgres::open(url, catalogue, demo_users()).await?),
            None => {
                let memory = Memory::new(Arc::clone(catalogue));
                for user in demo_users() {
                    memory.add_user(user);
                }
                Self::Memory(Box::new(memory))
            }
        })
    }

    /// Whether the catalogue in memory is the truth.
    pub fn is_memory(&self) -> bool {
        matches!(self, Self::Memory(_))
    }

    /// One page of products in the order of their ids, and how many there are.
    pub async fn products(
        &self,
        category: Option<&str>,
        skip: usize,
        limit: usize,
    ) -> Stored<(Vec<Product>, usize)> {
        pass!(self, tables => {
            let all = || tables.catalogue.products().iter().filter(|p| category.is_none_or(|wanted| p.category == wanted));
            (all().skip(skip).take(limit).cloned().collect(), all().count())
        }, tables.products(category, skip, limit))
    }

    /// One product.
    pub async fn product(&self, id: u32) -> Stored<Option<Product>> {
        pass!(self, tables => tables.catalogue.get(id).cloned(), tables.product(id))
    }

    /// Products that match a search, best first.
    pub async fn search(&self, query: &str, limit: usize) -> Stored<Vec<Product>> {
        pass!(self, tables => tables.catalogue.search(query).into_iter().take(limit).cloned().collect(),
            tables.search(query, limit))
    }

    /// What is left of a product.
    pub async fn stock(&self, product: u32) -> Stored<Option<i32>> {
        pass!(self, tables => tables.stock(product), tables.stock(product))
    }

    /// Takes from the stock; what runs out is restocked.
    pub async fn take_stock(&self, product: u32, quantity: u32) -> Stored<()> {
        pass!(self, tables => tables.take_stock(product, quantity), tables.take_stock(product, quantity))
    }

    /// The account with that address.
    pub async fn user_by_email(&self, email: &str) -> Stored<Option<User>> {
        pass!(self, tables => tables.user_by_email(email), tables.user_by_email(email))
    }

    /// The account with that id.
    pub async fn user(&self, id: u64) -> Stored<Option<User>> {
        pass!(self, tables => tables.user(id), tables.user(id))
    }

    /// Some accounts, and how many there are.
    pub async fn users(&self, skip: usize, limit: usize) -> Stored<(Vec<User>, usize)> {
        pass!(self, tables => tables.users(skip, limit), tables.users(skip, limit))
    }

    /// Makes an account; none when the address is taken.
    pub async fn add_user(&self, new: NewUser) -> Stored<Option<User>> {
        pass!(self, tables => tables.add_user(new), tables.add_user(new))
    }

    /// Changes an account; none when it does not exist.
    pub async fn change_user(&self, id: u64, change: UserChange) -> Stored<Option<User>> {
        pass!(self, tables => tables.change_user(id, change), tables.change_user(id, change))
    }

    /// Removes an account; whether there was one.
    pub async fn remove_user(&self, id: u64) -> Stored<bool> {
        pass!(self, tables => tables.remove_user(id), tables.remove_user(id))
    }

    /// A cart's lines.
    pub async fn cart(&self, owner: &str) -> Stored<Vec<CartLine>> {
        pass!(self, tables => tables.cart(owner), tables.cart(owner))
    }

    /// Puts more of a product into a cart.
    pub async fn add_to_cart(&self, owner: &str, line: CartLine) -> Stored<Vec<CartLine>> {
        pass!(self, tables => tables.add_to_cart(owner, line), tables.add_to_cart(owner, line))
    }

    /// Sets how many of a product a cart holds.
    pub async fn set_in_cart(&self, owner: &str, line: CartLine) -> Stored<Vec<CartLine>> {
        pass!(self, tables => tables.set_in_cart(owner, line), tables.set_in_cart(owner, line))
    }

    /// Takes a product out of a cart.
    pub async fn remove_from_cart(&self, owner: &str, product: u32) -> Stored<Vec<CartLine>> {
        pass!(self, tables => tables.remove_from_cart(owner, product), tables.remove_from_cart(owner, product))
    }

    /// Empties a cart.
    pub async fn clear_cart(&self, owner: &str) -> Stored<()> {
        pass!(self, tables => tables.clear_cart(owner), tables.clear_cart(owner))
    }

    /// Makes an order.
    pub async fn add_order(&self, owner: Option<u64>, lines: Vec<OrderLine>) -> Stored<Order> {
        pass!(self, tables => tables.add_order(owner, lines), tables.add_order(owner, lines))
    }

    /// One order.
    pub async fn order(&self, id: u64) -> Stored<Option<Order>> {
        pass!(self, tables => tables.order(id), tables.order(id))
    }

    /// Somebody's latest orders, newest first.
    pub async fn orders_of(&self, owner: u64, limit: usize) -> Stored<Vec<Order>> {
        pass!(self, tables => tables.orders_of(owner, limit), tables.orders_of(owner, limit))
    }

    /// Adds to an order.
    pub async fn add_order_line(&self, id: u64, line: OrderLine) -> Stored<Option<Order>> {
        pass!(self, tables => tables.add_order_line(id, line), tables.add_order_line(id, line))
    }

    /// Moves an order on.
    pub async fn set_order_status(
        &self,
        id: u64,
        status: Status,
        method: Option<String>,
    ) -> Stored<Option<Order>> {
        pass!(self, tables => tables.set_order_status(id, status, method), tables.set_order_status(id, status, method))
    }

    /// Notes a payment and gives it its id.
    pub async fn add_payment(&self, payment: Payment) -> Stored<Payment> {
        pass!(self, tables => tables.add_payment(payment), tables.add_payment(payment))
    }

    /// One payment.
    pub async fn payment(&self, id: u64) -> Stored<Option<Payment>> {
        pass!(self, tables => tables.payment(id), tables.payment(id))
    }

    /// The sums for the admin pages.
    pub async fn totals(&self) -> Stored<Totals> {
        pass!(self, tables => tables.totals(), tables.totals())
    }
}

/// The accounts that every shop has: an admin, one with two passwords, and a hundred customers.
fn demo_users() -> Vec<NewUser> {
    let account = |email: String, name: &str, password: &str, role| NewUser {
        email,
        name: name.to_owned(),
        password: password.to_owned(),
        role,
    };
    let mut users = vec![
        account("admin@test.com".into(), "Admin", "admin123", Role::Admin),
        account("test@example.com".into(), "Test User", "password123\ntest-password", Role::Customer),
    ];
    users.extend((1..=100).map(|number| {
        account(format!("user{number}@test.com"), &format!("User {number}"), "password123", Role::Customer)
    }));
    users
}
