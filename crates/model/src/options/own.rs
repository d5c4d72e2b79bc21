//! Options that k6 does not have, under `options.plimsoll`.

use serde_json::Value;

use crate::json::{self, Fields};
use crate::{Error, Sla};

/// What our own program offers beyond k6, under `options.plimsoll`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PlimsollOptions {
    /// All users of a worker thread share one pool of connections.
    pub shared_connections: bool,
    /// A threshold whose metric has no samples fails.
    pub no_data_fails: bool,
    /// Receive timestamps are taken in the program, not from the kernel.
    pub no_kernel_timestamps: bool,
    /// HTTP/2 without TLS is spoken with prior knowledge.
    pub h2c: bool,
    /// Each user resumes its TLS sessions.
    pub tls_resumption: bool,
    /// Authorities in PEM that are trusted in place of the machine's; plans set it, options of scripts do not.
    pub tls_authorities: String,
    /// The lag of the generator is a metric too.
    pub generator_lag: bool,
    /// SLAs, which are judged at a confidence.
    pub slas: Vec<String>,
}

/// Reads `options.plimsoll`.
///
/// # Errors
/// For unknown members, which are probably misspelt.
pub(super) fn plimsoll(value: &Value) -> Result<Option<PlimsollOptions>, Error> {
    let Value::Object(members) = value else {
        return if value.is_null() { Ok(None) } else { Err(json::mismatch(value, "options.plimsoll")) };
    };
    let mut fields = Fields::new(members.clone());
    let pool = fields.text("connectionPool")?;
    if let Some(unknown) = pool.as_deref().filter(|pool| !matches!(*pool, "vu" | "worker")) {
        return Err(Error::new(format!(
            "options.plimsoll.connectionPool is 'vu' or 'worker', not '{unknown}'"
        )));
    }
    let options = PlimsollOptions {
        shared_connections: pool.as_deref() == Some("worker"),
        no_data_fails: fields.flag("noDataFails")?.unwrap_or(false),
        no_kernel_timestamps: fields.flag("kernelTimestamps")? == Some(false),
        h2c: fields.flag("h2c")?.unwrap_or(false),
        tls_resumption: fields.flag("tlsResumption")?.unwrap_or(false),
        tls_authorities: String::new(),
        generator_lag: fields.flag("generatorLag")?.unwrap_or(false),
        slas: json::texts(&fields.take("slas"))?.unwrap_or_default(),
    };
    for sla in &options.slas {
        Sla::parse(sla)?;
    }
    match fields.left().first() {
        Some(unknown) => {
            let nearest = crate::nearest::nearest(
                unknown,
                &[
                    "connectionPool",
                    "generatorLag",
                    "h2c",
                    "kernelTimestamps",
                    "noDataFails",
                    "slas",
                    "tlsResumption",
                ],
            );
            let hint = nearest.map_or(String::new(), |name| format!("; did you mean '{name}'?"));
            Err(Error::new(format!("options.plimsoll has no member '{unknown}'{hint}")))
        }
        None => Ok(Some(options)),
    }
}
