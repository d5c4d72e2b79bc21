//! `plimsoll target`: the demo shop in the foreground, so that there is something to put load on.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use model::ExitCode;
use target::{Shop, ShopOptions};

use super::Spec;
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "target", about: "Run the demo shop, something to put load on", arguments, run };

/// Where the shop listens unless told otherwise; the templates and the documentation use it.
const ADDRESS: &str = "127.0.0.1:3000";

fn arguments(command: Command) -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name);
    command
        .after_help(target::ENDPOINTS)
        .arg(
            flag("addr")
                .default_value(ADDRESS)
                .value_parser(value_parser!(SocketAddr))
                .help("where plain connections are taken; port 0 takes a free one"),
        )
        .arg(flag("tls-addr").value_parser(value_parser!(SocketAddr)).help("where TLS connections are taken"))
        .arg(
            flag("tls-dir")
                .value_parser(value_parser!(PathBuf))
                .help("a folder that keeps the certificate authority"),
        )
        .arg(flag("postgres").help("a postgres:// URL; the shop then keeps everything in that database"))
        .arg(
            flag("seed")
                .default_value("1")
                .value_parser(value_parser!(u64))
                .help("decides the catalogue and random faults"),
        )
        .arg(
            flag("products")
                .default_value("200")
                .value_parser(value_parser!(usize))
                .help("products in the catalogue"),
        )
        .arg(flag("threads").default_value("1").value_parser(value_parser!(usize)).help("server threads"))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let mut stop = session.signals.subscribe();
    let shop = Shop::start(options(matches))
        .map_err(|e| Error::Internal(format!("could not start the shop: {e}")))?;
    session.print(&format!("the shop is open at {}\n", shop.http_url()));
    if let Some(url) = shop.https_url() {
        session.print(&format!("and at {url}; its certificate authority:\n{}", shop.ca_pem));
    }
    // Nothing comes when nobody watches for signals, and then there is nothing to wait for.
    let _ = stop.blocking_recv();
    shop.stop();
    Ok(ExitCode::SUCCESS)
}

fn options(matches: &ArgMatches) -> ShopOptions {
    let defaults = ShopOptions::default();
    ShopOptions {
        addr: matches.get_one("addr").copied().unwrap_or(defaults.addr),
        tls_addr: matches.get_one("tls-addr").copied(),
        tls_dir: matches.get_one("tls-dir").cloned(),
        postgres: matches.get_one("postgres").cloned(),
        seed: matches.get_one("seed").copied().unwrap_or(defaults.seed),
        products: matches.get_one("products").copied().unwrap_or(defaults.products),
        threads: matches.get_one("threads").copied().unwrap_or(defaults.threads),
        ..defaults
    }
}
