//! `k6/http`: requests, responses, batches, cookie jars.

mod batch;
mod body;
mod cookies;
mod debug;
mod expected;
mod fault;
pub(crate) mod fetching;
mod file;
mod forms;
mod methods;
mod params;
mod response;
mod send;
mod state;
mod template;

use rquickjs::{Ctx, Object, Result};

use super::Builtin;
use crate::ffi::{self, Member, Named, Table};

pub(crate) use cookies::jar_of;
pub(crate) use expected::graphql_answers;
pub(crate) use fault::Fault;
pub(crate) use params::headers_of;
pub(crate) use state::{HttpState, SharedJar};

pub(super) const MODULE: Builtin = Builtin {
    name: "k6/http",
    exports: || Box::new(TABLE.names().chain(std::iter::once(c"CookieJar"))),
    build,
};

static TABLE: Table = Table::new(&[
    Member::Method(c"asyncRequest", 4, methods::async_request),
    Member::Method(c"batch", 1, batch::batch),
    Member::Method(c"cookieJar", 0, cookies::current_jar),
    Member::Method(c"del", 3, methods::del),
    Member::Method(c"expectedStatuses", 1, expected::expected_statuses),
    Member::Method(c"file", 3, file::file),
    Member::Method(c"get", 2, methods::get),
    Member::Method(c"head", 2, methods::head),
    Member::Method(c"options", 3, methods::options),
    Member::Method(c"patch", 3, methods::patch),
    Member::Method(c"post", 3, methods::post),
    Member::Method(c"put", 3, methods::put),
    Member::Method(c"request", 4, methods::request),
    Member::Method(c"setResponseCallback", 1, expected::set_response_callback),
    Member::Method(c"url", 1, template::url),
    Member::Text(c"OCSP_REASON_AA_COMPROMISE", c"aa_compromise"),
    Member::Text(c"OCSP_REASON_AFFILIATION_CHANGED", c"affiliation_changed"),
    Member::Text(c"OCSP_REASON_CA_COMPROMISE", c"ca_compromise"),
    Member::Text(c"OCSP_REASON_CERTIFICATE_HOLD", c"certificate_hold"),
    Member::Text(c"OCSP_REASON_CESSATION_OF_OPERATION", c"cessation_of_operation"),
    Member::Text(c"OCSP_REASON_KEY_COMPROMISE", c"key_compromise"),
    Member::Text(c"OCSP_REASON_PRIVILEGE_WITHDRAWN", c"privilege_withdrawn"),
    Member::Text(c"OCSP_REASON_REMOVE_FROM_CRL", c"remove_from_crl"),
    Member::Text(c"OCSP_REASON_SUPERSEDED", c"superseded"),
    Member::Text(c"OCSP_REASON_UNSPECIFIED", c"unspecified"),
    Member::Text(c"OCSP_STATUS_GOOD", c"good"),
    Member::Text(c"OCSP_STATUS_REVOKED", c"revoked"),
    Member::Text(c"OCSP_STATUS_SERVER_FAILED", c"server_failed"),
    Member::Text(c"OCSP_STATUS_UNKNOWN", c"unknown"),
    Member::Text(c"TLS_1_0", c"tls1.0"),
    Member::Text(c"TLS_1_1", c"tls1.1"),
    Member::Text(c"TLS_1_2", c"tls1.2"),
    Member::Text(c"TLS_1_3", c"tls1.3"),
]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static JAR: Named = Named::new(cookies::new_jar);
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    object.set("CookieJar", ffi::constructor(context, c"CookieJar", 0, &JAR)?)?;
    Ok(object)
}
