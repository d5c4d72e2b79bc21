//! The shop's tables in PostgreSQL: the schema, the seed rows and one or two statements per call.
//!
//! Main type: [`Postgres`]. Statements are prepared once per connection; the driver pipelines what several
//! requests send at once, so a few connections are enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, Row, Statement};

use super::catalogue::{Catalogue, Product};
use super::records::{CartLine, NewUser, Order, OrderLine, Payment, Role, Status, Totals, User, UserChange};
use super::sql::{SCHEMA, SQL, Sql};
use crate::clock::unix_ms;

/// Connections to the database.
const CONNECTIONS: usize = 8;

/// Held while one shop makes the schema, so that two that start at once do not collide.
const SCHEMA_LOCK: &str = "SELECT pg_advisory_lock(720019)";
const SCHEMA_UNLOCK: &str = "SELECT pg_advisory_unlock(720019)";

struct Connection {
    client: Client,
    statements: Vec<Statement>,
}

/// The tables in a database.
pub struct Postgres {
    connections: Vec<Connection>,
    turn: AtomicUsize,
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Postgres {
    /// Connects, makes the schema and the seed rows where they are missing, and prepares the statements.
    /// The connections' tasks run on the runtime that this is called on.
    pub async fn open(url: &str, catalogue: &Arc<Catalogue>, users: Vec<NewUser>) -> Result<Self, Error> {
        let first = connect(url).await?;
        first.batch_execute(SCHEMA_LOCK).await?;
        first.batch_execute(SCHEMA).await?;
        seed_products(&first, catalogue.products()).await?;
        first.batch_execute(SCHEMA_UNLOCK).await?;
        let mut connections = vec![prepared(first).await?];
        while connections.len() < CONNECTIONS {
            connections.push(prepared(connect(url).await?).await?);
        }
        let tables = Self { connections, turn: AtomicUsize::new(0) };
        for user in users {
            tables.add_user(user).await?;
        }
        Ok(tables)
    }

    fn next(&self) -> &Connection {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        &self.connections[turn % self.connections.len()]
    }

    async fn rows(&self, sql: Sql, parameters: Parameters<'_>) -> Result<Vec<Row>, Error> {
        let connection = self.next();
        connection.client.query(&connection.statements[sql as usize], parameters).await
    }

    async fn row(&self, sql: Sql, parameters: Parameters<'_>) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, parameters).await?.into_iter().next())
    }

    async fn execute(&self, sql: Sql, parameters: Parameters<'_>) -> Result<u64, Error> {
        let connection = self.next();
        connection.client.execute(&connection.statements[sql as usize], parameters).await
    }

    async fn count(&self, sql: Sql, parameters: Parameters<'_>) -> Result<usize, Error> {
        let count = self.row(sql, parameters).await?.map_or(0, |row| row.get::<_, i64>(0));
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// See [`super::store::Store::products`].
    pub async fn products(
        &self,
        category: Option<&str>,
        skip: usize,
        limit: usize,
    ) -> Result<(Vec<Product>, usize), Error> {
        let rows = self.rows(Sql::Products, &[&category, &big(skip), &big(limit)]).await?;
        Ok((rows.iter().map(product).collect(), self.count(Sql::CountProducts, &[&category]).await?))
    }

    /// See [`super::store::Store::product`].
    pub async fn product(&self, id: u32) -> Result<Option<Product>, Error> {
        Ok(self.row(Sql::Product, &[&int(id)]).await?.as_ref().map(product))
    }

    /// See [`super::store::Store::search`].
    pub async fn search(&self, query: &str, limit: usize) -> Result<Vec<Product>, Error> {
        let words: Vec<String> =
            query.split_whitespace().map(|word| format!(" {}", word.to_lowercase())).collect();
        Ok(self.rows(Sql::Search, &[&words, &big(limit)]).await?.iter().map(product).collect())
    }

    /// See [`super::store::Store::stock`].
    pub async fn stock(&self, product: u32) -> Result<Option<i32>, Error> {
        Ok(self.row(Sql::Stock, &[&int(product)]).await?.map(|row| row.get(0)))
    }

    /// See [`super::store::Store::take_stock`].
    pub async fn take_stock(&self, product: u32, quantity: u32) -> Result<(), Error> {
        self.execute(Sql::TakeStock, &[&int(product), &int(quantity)]).await.map(drop)
    }

    /// See [`super::store::Store::user_by_email`].
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, Error> {
        Ok(self.row(Sql::UserByEmail, &[&email]).await?.as_ref().map(user))
    }

    /// See [`super::store::Store::user`].
    pub async fn user(&self, id: u64) -> Result<Option<User>, Error> {
        Ok(self.row(Sql::User, &[&long(id)]).await?.as_ref().map(user))
    }

    /// See [`super::store::Store::users`].
    pub async fn users(&self, skip: usize, limit: usize) -> Result<(Vec<User>, usize), Error> {
        let rows = self.rows(Sql::Users, &[&big(skip), &big(limit)]).await?;
        Ok((rows.iter().map(user).collect(), self.count(Sql::CountUsers, &[]).await?))
    }

    /// See [`super::store::Store::add_user`].
    pub async fn add_user(&self, new: NewUser) -> Result<Option<User>, Error> {
        let parameters: Parameters<'_> =
            &[&new.email, &new.name, &new.password, &new.role.name(), &long(unix_ms())];
        Ok(self.row(Sql::AddUser, parameters).await?.as_ref().map(user))
    }

    /// See [`super::store::Store::change_user`].
    pub async fn change_user(&self, id: u64, change: UserChange) -> Result<Option<User>, Error> {
        let preferences = change.preferences.map(|value| value.to_string());
        let parameters: Parameters<'_> = &[&long(id), &change.name, &preferences, &change.email];
        Ok(self.row(Sql::ChangeUser, parameters).await?.as_ref().map(user))
    }

    /// See [`super::store::Store::remove_user`].
    pub async fn remove_user(&self, id: u64) -> Result<bool, Error> {
        Ok(self.execute(Sql::RemoveUser, &[&long(id)]).await? > 0)
    }

    /// See [`super::store::Store::cart`].
    pub async fn cart(&self, owner: &str) -> Result<Vec<CartLine>, Error> {
        let rows = self.rows(Sql::Cart, &[&owner]).await?;
        let line = |row: &Row| CartLine { product: unsigned(row.get(0)), quantity: unsigned(row.get(1)) };
        Ok(rows.iter().map(line).collect())
    }

    /// See [`super::store::Store::add_to_cart`].
    pub async fn add_to_cart(&self, owner: &str, line: CartLine) -> Result<Vec<CartLine>, Error> {
        self.execute(Sql::AddToCart, &[&owner, &int(line.product), &int(line.quantity)]).await?;
        self.cart(owner).await
    }

    /// See [`super::store::Store::set_in_cart`].
    pub async fn set_in_cart(&self, owner: &str, line: CartLine) -> Result<Vec<CartLine>, Error> {
        self.execute(Sql::SetInCart, &[&owner, &int(line.product), &int(line.quantity)]).await?;
        self.cart(owner).await
    }

    /// See [`super::store::Store::remove_from_cart`].
    pub async fn remove_from_cart(&self, owner: &str, product: u32) -> Result<Vec<CartLine>, Error> {
        self.execute(Sql::RemoveFromCart, &[&owner, &int(product)]).await?;
        self.cart(owner).await
    }

    /// See [`super::store::Store::clear_cart`].
    pub async fn clear_cart(&self, owner: &str) -> Result<(), Error> {
        self.execute(Sql::ClearCart, &[&owner]).await.map(drop)
    }

    /// See [`super::store::Store::add_order`].
    pub async fn add_order(&self, owner: Option<u64>, lines: Vec<OrderLine>) -> Result<Order, Error> {
        let created_ms = unix_ms();
        let products: Vec<&str> = lines.iter().map(|line| line.product.as_str()).collect();
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        let quantities: Vec<i32> = lines.iter().map(|line| int(line.quantity)).collect();
        let prices: Vec<i64> = lines.iter().map(|line| line.price_cents).collect();
        let parameters: Parameters<'_> =
            &[&owner.map(long), &long(created_ms), &products, &names, &quantities, &prices];
        let id = self.row(Sql::AddOrder, parameters).await?.map_or(0, |row| row.get::<_, i64>(0));
        Ok(Order {
            id: id.cast_unsigned(),
            owner,
            status: Status::Pending,
            lines,
            payment_method: None,
            created_ms,
        })
    }

    /// See [`super::store::Store::order`].
    pub async fn order(&self, id: u64) -> Result<Option<Order>, Error> {
        Ok(orders(&self.rows(Sql::Order, &[&long(id)]).await?).pop())
    }

    /// See [`super::store::Store::orders_of`].
    pub async fn orders_of(&self, owner: u64, limit: usize) -> Result<Vec<Order>, Error> {
        Ok(orders(&self.rows(Sql::OrdersOf, &[&long(owner), &big(limit)]).await?))
    }

    /// See [`super::store::Store::add_order_line`].
    pub async fn add_order_line(&self, id: u64, line: OrderLine) -> Result<Option<Order>, Error> {
        let parameters: Parameters<'_> =
            &[&long(id), &line.product, &line.name, &int(line.quantity), &line.price_cents];
        self.execute(Sql::AddOrderLine, parameters).await?;
        self.order(id).await
    }

    /// See [`super::store::Store::set_order_status`].
    pub async fn set_order_status(
        &self,
        id: u64,
        status: Status,
        method: Option<String>,
    ) -> Result<Option<Order>, Error> {
        self.execute(Sql::SetOrderStatus, &[&long(id), &status.name(), &method]).await?;
        self.order(id).await
    }

    /// See [`super::store::Store::add_payment`].
    pub async fn add_payment(&self, payment: Payment) -> Result<Payment, Error> {
        let parameters: Parameters<'_> =
            &[&payment.order, &payment.amount_cents, &payment.currency, &payment.method];
        let id = self.row(Sql::AddPayment, parameters).await?.map_or(0, |row| row.get::<_, i64>(0));
        Ok(Payment { id: id.cast_unsigned(), ..payment })
    }

    /// See [`super::store::Store::payment`].
    pub async fn payment(&self, id: u64) -> Result<Option<Payment>, Error> {
        Ok(self.row(Sql::Payment, &[&long(id)]).await?.map(|row| Payment {
            id: row.get::<_, i64>(0).cast_unsigned(),
            order: row.get(1),
            amount_cents: row.get(2),
            currency: row.get(3),
            method: row.get(4),
        }))
    }

    /// See [`super::store::Store::totals`].
    pub async fn totals(&self) -> Result<Totals, Error> {
        let Some(row) = self.row(Sql::Totals, &[]).await? else { return Ok(Totals::default()) };
        let count = |column| row.get::<_, i64>(column).cast_unsigned();
        Ok(Totals { users: count(0), orders: count(1), payments: count(2), revenue_cents: row.get(3) })
    }
}

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        // When the connection breaks, the calls that use it fail, and those report it.
        let _ = connection.await;
    });
    Ok(client)
}

async fn prepared(client: Client) -> Result<Connection, Error> {
    let mut statements = Vec::with_capacity(SQL.len());
    for (place, (sql, text)) in SQL.iter().enumerate() {
        debug_assert_eq!(*sql as usize, place, "SQL is in the order of its names");
        statements.push(client.prepare(text).await?);
    }
    Ok(Connection { client, statements })
}

/// Inserts the catalogue, unless the table has rows: what a database holds is the truth.
async fn seed_products(client: &Client, products: &[Product]) -> Result<(), Error> {
    if client.query_one("SELECT EXISTS (SELECT 1 FROM products)", &[]).await?.get(0) {
        return Ok(());
    }
    let insert = client
        .prepare(
            "INSERT INTO products (id, sku, name, category, price_cents, rating_tenths, stock, full_stock) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        )
        .await?;
    for product in products {
        let id = int(product.id);
        let parameters: Parameters<'_> = &[
            &id,
            &product.sku,
            &product.name,
            &product.category,
            &product.price_cents,
            &product.rating_tenths,
            &product.stock,
        ];
        client.execute(&insert, parameters).await?;
    }
    Ok(())
}

fn product(row: &Row) -> Product {
    Product {
        id: unsigned(row.get(0)),
        sku: row.get(1),
        name: row.get(2),
        category: row.get(3),
        price_cents: row.get(4),
        rating_tenths: row.get(5),
        stock: row.get(6),
    }
}

fn user(row: &Row) -> User {
    User {
        id: row.get::<_, i64>(0).cast_unsigned(),
        email: row.get(1),
        name: row.get(2),
        password: row.get(3),
        role: Role::named(row.get(4)),
        preferences: serde_json::from_str(row.get(5)).unwrap_or_default(),
        created_ms: row.get::<_, i64>(6).cast_unsigned(),
    }
}

/// Orders from rows of an order and one of its lines each; an order without lines is one row of nulls.
fn orders(rows: &[Row]) -> Vec<Order> {
    let mut orders: Vec<Order> = Vec::new();
    for row in rows {
        let id = row.get::<_, i64>(0).cast_unsigned();
        if orders.last().is_none_or(|order| order.id != id) {
            orders.push(Order {
                id,
                owner: row.get::<_, Option<i64>>(1).map(i64::cast_unsigned),
                status: Status::named(row.get(2)),
                payment_method: row.get(3),
                created_ms: row.get::<_, i64>(4).cast_unsigned(),
                lines: Vec::new(),
            });
        }
        if let (Some(order), Some(product)) = (orders.last_mut(), row.get::<_, Option<String>>(5)) {
            order.lines.push(OrderLine {
                product,
                name: row.get(6),
                quantity: unsigned(row.get(7)),
                price_cents: row.get(8),
            });
        }
    }
    orders
}

fn int(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

fn long(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn big(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}
