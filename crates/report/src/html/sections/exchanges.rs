//! Single requests that were kept whole: those that failed, and the slowest.

use crate::html::markup::{details, escape};
use crate::html::{Exchange, Run};
use crate::quick::span;

/// What they are.
pub const NOTE: &str = "The first failures of each kind and the slowest requests, with what was sent and what came, as far \
                        as it is kept. Credentials are left out by their names.";

/// All of them.
pub fn all(run: &Run) -> String {
    let part = |title: &str, is_failure: bool| {
        let of: String = run.exchanges.iter().filter(|one| one.is_failure == is_failure).map(one).collect();
        if of.is_empty() { String::new() } else { format!("<h3>{title}</h3>\n{of}") }
    };
    part("Failed", true) + &part("Slowest", false)
}

fn one(exchange: &Exchange) -> String {
    let summary = format!(
        "{} · {} · {} · {}",
        span(exchange.duration_ms),
        exchange.outcome,
        exchange.request,
        exchange.moment
    );
    let facts: String = exchange
        .facts
        .iter()
        .map(|(name, text)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(text)))
        .collect();
    let mut body = String::new();
    if !facts.is_empty() {
        body.push_str(&format!("<dl class=\"facts\">\n{facts}</dl>\n"));
    }
    for (name, text) in [("Sent", &exchange.sent), ("Received", &exchange.received)] {
        if !text.is_empty() {
            // Those who have no mouse scroll it with the keyboard.
            body.push_str(&format!(
                "<p class=\"small\">{name}</p>\n<pre tabindex=\"0\" aria-label=\"{name}\">{}</pre>\n",
                escape(text)
            ));
        }
    }
    details(&summary, &body)
}
