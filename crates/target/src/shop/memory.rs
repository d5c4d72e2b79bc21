//! The shop's memory without a database: plain tables behind one lock each, bounded.
//!
//! Main type: [`Memory`]. Old rows give way to new ones, so that a soak of days does not grow for ever.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::catalogue::Catalogue;
use super::records::{CartLine, NewUser, Order, OrderLine, Payment, Status, Totals, User, UserChange};
use crate::clock::unix_ms;

/// Rows that each table keeps.
const MAX_ROWS: usize = 200_000;

/// The tables.
pub struct Memory {
    /// The products, which never change.
    pub catalogue: Arc<Catalogue>,
    stock: Vec<AtomicI32>,
    users: Mutex<Users>,
    carts: Mutex<HashMap<String, Vec<CartLine>>>,
    orders: Mutex<Orders>,
    payments: Mutex<BTreeMap<u64, Payment>>,
}

#[derive(Default)]
struct Users {
    rows: BTreeMap<u64, User>,
    by_email: HashMap<String, u64>,
    last: u64,
}

struct Orders {
    rows: BTreeMap<u64, Order>,
    last: u64,
    revenue_cents: i64,
}

fn lock<T>(table: &Mutex<T>) -> MutexGuard<'_, T> {
    // Rows are replaced whole, so a table is sound even after a panic elsewhere.
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for one more row by dropping the oldest.
fn make_room<V>(rows: &mut BTreeMap<u64, V>) -> Option<V> {
    if rows.len() < MAX_ROWS { None } else { rows.pop_first().map(|(_, row)| row) }
}

impl Memory {
    /// Tables with nothing but the catalogue.
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let stock = catalogue.products().iter().map(|product| AtomicI32::new(product.stock)).collect();
        Self {
            catalogue,
            stock,
            users: Mutex::default(),
            carts: Mutex::default(),
            orders: Mutex::new(Orders { rows: BTreeMap::new(), last: 1000, revenue_cents: 0 }),
            payments: Mutex::default(),
        }
    }

    /// What is left of a product.
    pub fn stock(&self, product: u32) -> Option<i32> {
        let index = usize::try_from(product).ok()?.checked_sub(1)?;
        self.stock.get(index).map(|left| left.load(Ordering::Relaxed))
    }

    /// Takes from the stock; a product that would run out is restocked, because a load test never ends.
    pub fn take_stock(&self, product: u32, quantity: u32) {
        let Some(index) = usize::try_from(product).ok().and_then(|id| id.checked_sub(1)) else { return };
        let (Some(left), Some(product)) = (self.stock.get(index), self.catalogue.get(product)) else {
            return;
        };
        let quantity = i32::try_from(quantity).unwrap_or(i32::MAX);
        let taken = left.fetch_sub(quantity, Ordering::Relaxed).saturating_sub(quantity);
        if taken < 0 {
            left.store(product.stock, Ordering::Relaxed);
        }
    }

    /// The account with that address.
    pub fn user_by_email(&self, email: &str) -> Option<User> {
        let users = lock(&self.users);
        users.rows.get(users.by_email.get(email)?).cloned()
    }

    /// The account with that id.
    pub fn user(&self, id: u64) -> Option<User> {
        lock(&self.users).rows.get(&id).cloned()
    }

    /// Some accounts in the order of their ids, and how many there are.
    pub fn users(&self, skip: usize, limit: usize) -> (Vec<User>, usize) {
        let users = lock(&self.users);
        (users.rows.values().skip(skip).take(limit).cloned().collect(), users.rows.len())
    }

    /// Makes an account; none when the address is taken.
    pub fn add_user(&self, new: NewUser) -> Option<User> {
        let mut users = lock(&self.users);
        if users.by_email.contains_key(&new.email) {
            return None;
        }
        if let Some(gone) = make_room(&mut users.rows) {
            users.by_email.remove(&gone.email);
        }
        users.last += 1;
        let user = User {
            id: users.last,
            email: new.email,
            name: new.name,
            password: new.password,
            role: new.role,
            preferences: serde_json::json!({}),
            created_ms: unix_ms(),
        };
        users.by_email.insert(user.email.clone(), user.id);
        users.rows.insert(user.id, user.clone());
        Some(user)
    }

    /// Changes an account; none when it does not exist. A taken address is left as it was.
    pub fn change_user(&self, id: u64, change: UserChange) -> Option<User> {
        let mut users = lock(&self.users);
        let mut user = users.rows.get(&id)?.clone();
        if let Some(name) = change.name {
            user.name = name;
        }
        if let Some(preferences) = change.preferences {
            user.preferences = preferences;
        }
        if let Some(email) = change.email
            && !users.by_email.contains_key(&email)
        {
            users.by_email.remove(&user.email);
            users.by_email.insert(email.clone(), id);
            user.email = email;
        }
        users.rows.insert(id, user.clone());
        Some(user)
    }

    /// Removes an account; whether there was one.
    pub fn remove_user(&self, id: u64) -> bool {
        let mut users = lock(&self.users);
        let Some(user) = users.rows.remove(&id) else { return false };
        users.by_email.remove(&user.email);
        true
    }

    /// A cart's lines.
    pub fn cart(&self, owner: &str) -> Vec<CartLine> {
        lock(&self.carts).get(owner).cloned().unwrap_or_default()
    }

    /// Puts more of a product into a cart.
    pub fn add_to_cart(&self, owner: &str, line: CartLine) -> Vec<CartLine> {
        let mut carts = lock(&self.carts);
        if carts.len() >= MAX_ROWS {
            // As many carts as this are abandoned ones.
            carts.clear();
        }
        let cart = carts.entry(owner.to_owned()).or_default();
        match cart.iter_mut().find(|known| known.product == line.product) {
            Some(known) => known.quantity = known.quantity.saturating_add(line.quantity),
            None => cart.push(line),
        }
        cart.clone()
    }

    /// Sets how many of a product a cart holds.
    pub fn set_in_cart(&self, owner: &str, line: CartLine) -> Vec<CartLine> {
        let mut carts = lock(&self.carts);
        let cart = carts.entry(owner.to_owned()).or_default();
        if let Some(known) = cart.iter_mut().find(|known| known.product == line.product) {
            known.quantity = line.quantity;
        }
        cart.clone()
    }

    /// Takes a product out of a cart.
    pub fn remove_from_cart(&self, owner: &str, product: u32) -> Vec<CartLine> {
        let mut carts = lock(&self.carts);
        let Some(cart) = carts.get_mut(owner) else { return Vec::new() };
        cart.retain(|line| line.product != product);
        cart.clone()
    }

    /// Empties a cart.
    pub fn clear_cart(&self, owner: &str) {
        lock(&self.carts).remove(owner);
    }

    /// Makes an order.
    pub fn add_order(&self, owner: Option<u64>, lines: Vec<OrderLine>) -> Order {
        let mut orders = lock(&self.orders);
        make_room(&mut orders.rows);
        orders.last += 1;
        let order = Order {
            id: orders.last,
            owner,
            status: Status::Pending,
            lines,
            payment_method: None,
            created_ms: unix_ms(),
        };
        orders.rows.insert(order.id, order.clone());
        order
    }

    /// One order.
    pub fn order(&self, id: u64) -> Option<Order> {
        lock(&self.orders).rows.get(&id).cloned()
    }

    /// Somebody's latest orders, newest first.
    pub fn orders_of(&self, owner: u64, limit: usize) -> Vec<Order> {
        /// How far back one look goes: a bounded cost for people who never ordered.
        const LOOK_BACK: usize = 10_000;
        let orders = lock(&self.orders);
        let latest = orders.rows.values().rev().take(LOOK_BACK);
        latest.filter(|order| order.owner == Some(owner)).take(limit).cloned().collect()
    }

    /// Adds to an order.
    pub fn add_order_line(&self, id: u64, line: OrderLine) -> Option<Order> {
        let mut orders = lock(&self.orders);
        let order = orders.rows.get_mut(&id)?;
        order.lines.push(line);
        Some(order.clone())
    }

    /// Moves an order on.
    pub fn set_order_status(&self, id: u64, status: Status, payment_method: Option<String>) -> Option<Order> {
        let mut orders = lock(&self.orders);
        let order = orders.rows.get_mut(&id)?;
        let counted = matches!(order.status, Status::Confirmed | Status::Paid);
        order.status = status;
        if payment_method.is_some() {
            order.payment_method = payment_method;
        }
        let order = order.clone();
        if !counted && matches!(status, Status::Confirmed | Status::Paid) {
            orders.revenue_cents += order.total_cents();
        }
        Some(order)
    }

    /// Notes a payment and gives it its id.
    pub fn add_payment(&self, mut payment: Payment) -> Payment {
        let mut payments = lock(&self.payments);
        payment.id = payments.last_key_value().map_or(0, |(id, _)| *id) + 1;
        make_room(&mut payments);
        payments.insert(payment.id, payment.clone());
        payment
    }

    /// One payment.
    pub fn payment(&self, id: u64) -> Option<Payment> {
        lock(&self.payments).get(&id).cloned()
    }

    /// The sums, counting what has been dropped to make room.
    pub fn totals(&self) -> Totals {
        let users = lock(&self.users).rows.len() as u64;
        let payments = lock(&self.payments).last_key_value().map_or(0, |(id, _)| *id);
        let orders = lock(&self.orders);
        Totals { users, payments, orders: orders.last - 1000, revenue_cents: orders.revenue_cents }
    }
}
