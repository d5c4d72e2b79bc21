//! Every statement that the shop sends to its database, and the schema.
//!
//! A new statement is a name in [`Sql`] and a row in [`SQL`].

/// Makes the tables where they are missing.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Names the statements; the order is that of [`SQL`], so that a name is an index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sql {
    AddPayment,
    AddOrder,
    AddOrderLine,
    AddToCart,
    AddUser,
    Cart,
    ChangeUser,
    ClearCart,
    CountProducts,
    CountUsers,
    Order,
    OrdersOf,
    Payment,
    Product,
    Products,
    RemoveFromCart,
    RemoveUser,
    Search,
    SetInCart,
    SetOrderStatus,
    Stock,
    TakeStock,
    Totals,
    User,
    UserByEmail,
    Users,
}

/// The statements.
pub const SQL: &[(Sql, &str)] = &[
    (
        Sql::AddPayment,
        "INSERT INTO payments (order_name, amount_cents, currency, method) VALUES ($1, $2, $3, $4) RETURNING id",
    ),
    (
        Sql::AddOrder,
        "WITH made AS (INSERT INTO orders (owner, created_ms) VALUES ($1, $2) RETURNING id), \
         lines AS (INSERT INTO order_lines (order_id, product, name, quantity, price_cents) \
           SELECT made.id, line.* FROM made, unnest($3::text[], $4::text[], $5::int4[], $6::int8[]) AS line) \
         SELECT id FROM made",
    ),
    (
        Sql::AddOrderLine,
        "INSERT INTO order_lines (order_id, product, name, quantity, price_cents) \
         SELECT id, $2, $3, $4, $5 FROM orders WHERE id = $1",
    ),
    (
        Sql::AddToCart,
        "INSERT INTO cart_lines (owner, product, quantity) VALUES ($1, $2, $3) \
         ON CONFLICT (owner, product) DO UPDATE SET quantity = cart_lines.quantity + excluded.quantity",
    ),
    (
        Sql::AddUser,
        "INSERT INTO users (email, name, password, role, created_ms) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (email) DO NOTHING \
         RETURNING id, email, name, password, role, preferences::text, created_ms",
    ),
    (Sql::Cart, "SELECT product, quantity FROM cart_lines WHERE owner = $1 ORDER BY position"),
    (
        Sql::ChangeUser,
        "UPDATE users SET name = coalesce($2, name), \
           preferences = coalesce($3::text::jsonb, preferences), \
           email = CASE WHEN $4::text IS NULL OR EXISTS (SELECT 1 FROM users AS other WHERE other.email = $4) \
             THEN email ELSE $4 END \
         WHERE id = $1 RETURNING id, email, name, password, role, preferences::text, created_ms",
    ),
    (Sql::ClearCart, "DELETE FROM cart_lines WHERE owner = $1"),
    (Sql::CountProducts, "SELECT count(*) FROM products WHERE $1::text IS NULL OR category = $1"),
    (Sql::CountUsers, "SELECT count(*) FROM users"),
    (
        Sql::Order,
        "SELECT o.id, o.owner, o.status, o.payment_method, o.created_ms, l.product, l.name, l.quantity, l.price_cents \
         FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id WHERE o.id = $1 ORDER BY l.position",
    ),
    (
        Sql::OrdersOf,
        "SELECT o.id, o.owner, o.status, o.payment_method, o.created_ms, l.product, l.name, l.quantity, l.price_cents \
         FROM (SELECT * FROM orders WHERE owner = $1 ORDER BY id DESC LIMIT $2) o \
         LEFT JOIN order_lines l ON l.order_id = o.id ORDER BY o.id DESC, l.position",
    ),
    (Sql::Payment, "SELECT id, order_name, amount_cents, currency, method FROM payments WHERE id = $1"),
    (
        Sql::Product,
        "SELECT id, sku, name, category, price_cents, rating_tenths, stock FROM products WHERE id = $1",
    ),
    (
        Sql::Products,
        "SELECT id, sku, name, category, price_cents, rating_tenths, stock FROM products \
         WHERE $1::text IS NULL OR category = $1 ORDER BY id OFFSET $2 LIMIT $3",
    ),
    (Sql::RemoveFromCart, "DELETE FROM cart_lines WHERE owner = $1 AND product = $2"),
    (Sql::RemoveUser, "DELETE FROM users WHERE id = $1"),
    (
        Sql::Search,
        "SELECT id, sku, name, category, price_cents, rating_tenths, stock FROM \
           (SELECT *, (SELECT count(*) FROM unnest($1::text[]) AS word \
             WHERE position(word IN lower(' ' || name || ' ' || category || ' ' || sku)) > 0) AS score FROM products) AS scored \
         WHERE score > 0 ORDER BY score DESC, id LIMIT $2",
    ),
    (Sql::SetInCart, "UPDATE cart_lines SET quantity = $3 WHERE owner = $1 AND product = $2"),
    (
        Sql::SetOrderStatus,
        "UPDATE orders SET status = $2, payment_method = coalesce($3, payment_method) WHERE id = $1",
    ),
    (Sql::Stock, "SELECT stock FROM products WHERE id = $1"),
    (
        Sql::TakeStock,
        "UPDATE products SET stock = CASE WHEN stock >= $2 THEN stock - $2 ELSE full_stock END WHERE id = $1",
    ),
    (
        Sql::Totals,
        "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM orders), (SELECT count(*) FROM payments), \
           (SELECT coalesce(sum(l.quantity * l.price_cents), 0)::int8 FROM orders o \
             JOIN order_lines l ON l.order_id = o.id WHERE o.status IN ('confirmed', 'paid'))",
    ),
    (
        Sql::User,
        "SELECT id, email, name, password, role, preferences::text, created_ms FROM users WHERE id = $1",
    ),
    (
        Sql::UserByEmail,
        "SELECT id, email, name, password, role, preferences::text, created_ms FROM users WHERE email = $1",
    ),
    (
        Sql::Users,
        "SELECT id, email, name, password, role, preferences::text, created_ms FROM users \
         ORDER BY id OFFSET $1 LIMIT $2",
    ),
];
