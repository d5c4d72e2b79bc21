//! What the shop remembers: people, carts, orders, payments, and how JSON shows them.

use serde_json::{Value, json};

use super::catalogue::money;
use crate::clock::rfc3339;

/// What somebody may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Buys.
    Customer,
    /// Sees the admin pages too.
    Admin,
}

impl Role {
    /// The role as text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Admin => "admin",
        }
    }

    /// The role of that name; what is not `admin` is a customer.
    pub fn named(name: &str) -> Self {
        if name == "admin" { Self::Admin } else { Self::Customer }
    }
}

/// Somebody with an account.
#[derive(Clone, PartialEq, Debug)]
pub struct User {
    /// Counts from 1.
    pub id: u64,
    /// Unique, in lower case.
    pub email: String,
    /// The name on the page.
    pub name: String,
    /// In clear text: this is a target for tests. Several passwords are separated by line feeds.
    pub password: String,
    /// What they may do.
    pub role: Role,
    /// Whatever the client keeps here.
    pub preferences: Value,
    /// Milliseconds since 1970.
    pub created_ms: u64,
}

impl User {
    /// Whether this is one of the account's passwords.
    pub fn opens_with(&self, password: &str) -> bool {
        self.password.split('\n').any(|known| known == password)
    }

    /// The user without the password.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id,
            "email": self.email,
            "name": self.name,
            "role": self.role.name(),
            "preferences": self.preferences,
            "createdAt": rfc3339(self.created_ms),
        })
    }
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// In any case; kept in lower case.
    pub email: String,
    /// The name on the page.
    pub name: String,
    /// One or more passwords, separated by line feeds.
    pub password: String,
    /// What they may do.
    pub role: Role,
}

/// What a change of an account changes.
#[derive(Clone, Default, Debug)]
pub struct UserChange {
    /// A new name.
    pub name: Option<String>,
    /// A new address.
    pub email: Option<String>,
    /// New preferences, replacing the old ones whole.
    pub preferences: Option<Value>,
}

/// Some of one product in a cart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CartLine {
    /// The product.
    pub product: u32,
    /// How many.
    pub quantity: u32,
}

/// Some of one product in an order, with the price it was ordered at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderLine {
    /// The product's id as the client wrote it.
    pub product: String,
    /// The product's name then.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// The price of one in cents.
    pub price_cents: i64,
}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Made, still open for more items.
    Pending,
    /// Confirmed by its owner.
    Confirmed,
    /// Paid for.
    Paid,
    /// Called off.
    Cancelled,
}

impl Status {
    /// The status as text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Self {
        match name {
            "confirmed" => Self::Confirmed,
            "paid" => Self::Paid,
            "cancelled" => Self::Cancelled,
            _ => Self::Pending,
        }
    }
}

/// One order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Counts up from 1001.
    pub id: u64,
    /// The account it belongs to; guests have none.
    pub owner: Option<u64>,
    /// Where it stands.
    pub status: Status,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// How it is paid, once confirmed.
    pub payment_method: Option<String>,
    /// Milliseconds since 1970.
    pub created_ms: u64,
}

impl Order {
    /// The sum in cents.
    pub fn total_cents(&self) -> i64 {
        self.lines.iter().map(|line| i64::from(line.quantity) * line.price_cents).sum()
    }

    /// The order with the names that clients of either habit read.
    pub fn json(&self) -> Value {
        let total = money(self.total_cents());
        let items: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                json!({
                    "productId": line.product,
                    "name": line.name,
                    "quantity": line.quantity,
                    "price": money(line.price_cents),
                })
            })
            .collect();
        json!({
            "id": self.id,
            "orderId": self.id.to_string(),
            "customerId": self.owner,
            "status": self.status.name(),
            "items": items,
            "itemCount": self.lines.iter().map(|line| line.quantity).sum::<u32>(),
            "total": total,
            "totalAmount": total,
            "currency": "USD",
            "paymentMethod": self.payment_method,
            "createdAt": rfc3339(self.created_ms),
        })
    }
}

/// One payment.
#[derive(Clone, PartialEq, Debug)]
pub struct Payment {
    /// Counts up from 1.
    pub id: u64,
    /// The order as the client named it; it need not be one of ours.
    pub order: String,
    /// The amount in cents.
    pub amount_cents: i64,
    /// The currency as given.
    pub currency: String,
    /// The method as given.
    pub method: String,
}

impl Payment {
    /// The payment as JSON.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id,
            "paymentId": self.id.to_string(),
            "orderId": self.order,
            "amount": money(self.amount_cents),
            "currency": self.currency,
            "method": self.method,
            "status": "completed",
            "success": true,
        })
    }
}

/// What the admin pages add up.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Accounts.
    pub users: u64,
    /// Orders of any status.
    pub orders: u64,
    /// The sum of orders that are confirmed or paid, in cents.
    pub revenue_cents: i64,
    /// Payments.
    pub payments: u64,
}
