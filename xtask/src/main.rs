//! Chores of the repository: `cargo xtask demo|test|tidy|bench|docs`.

fn main() {}
