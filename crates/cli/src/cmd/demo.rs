//! `plimsoll demo`: starts the shop, puts load on it, and shows the summary.

use clap::{ArgMatches, Command};
use model::ExitCode;
use target::{Shop, ShopOptions};

use super::Spec;
use super::run::with_flags;
use crate::error::Error;
use crate::load::Script;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "demo", about: "Run a load test against the demo shop", arguments, run };

const SCRIPT: &str = include_str!("../../templates/demo.js");

fn arguments(command: Command) -> Command {
    with_flags(command).after_help(target::ENDPOINTS)
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let shop = Shop::start(ShopOptions::default())
        .map_err(|e| Error::Internal(format!("could not start the shop: {e}")))?;
    let env = vec![("BASE_URL".to_owned(), shop.http_url())];
    let code = crate::run::run(session, matches, &Script::Own { name: "demo.js", text: SCRIPT, env });
    shop.stop();
    code
}
