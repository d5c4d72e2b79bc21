CREATE TABLE IF NOT EXISTS products (
    id            INTEGER PRIMARY KEY,
    sku           TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    category      TEXT    NOT NULL,
    price_cents   BIGINT  NOT NULL,
    rating_tenths INTEGER NOT NULL,
    stock         INTEGER NOT NULL,
    full_stock    INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS products_by_category ON products (category, id);

CREATE TABLE IF NOT EXISTS users (
    id          BIGSERIAL PRIMARY KEY,
    email       TEXT   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    password    TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    preferences JSONB  NOT NULL DEFAULT '{}',
    created_ms  BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS cart_lines (
    position BIGSERIAL,
    owner    TEXT    NOT NULL,
    product  INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (owner, product)
);

CREATE SEQUENCE IF NOT EXISTS order_ids START 1001;
CREATE TABLE IF NOT EXISTS orders (
    id             BIGINT PRIMARY KEY DEFAULT nextval('order_ids'),
    owner          BIGINT,
    status         TEXT   NOT NULL DEFAULT 'pending',
    payment_method TEXT,
    created_ms     BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_by_owner ON orders (owner, id);

CREATE TABLE IF NOT EXISTS order_lines (
    position    BIGSERIAL PRIMARY KEY,
    order_id    BIGINT  NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    product     TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    quantity    INTEGER NOT NULL,
    price_cents BIGINT  NOT NULL
);
CREATE INDEX IF NOT EXISTS order_lines_by_order ON order_lines (order_id, position);

CREATE TABLE IF NOT EXISTS payments (
    id           BIGSERIAL PRIMARY KEY,
    order_name   TEXT   NOT NULL,
    amount_cents BIGINT NOT NULL,
    currency     TEXT   NOT NULL,
    method       TEXT   NOT NULL
);
