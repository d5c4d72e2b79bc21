//! `k6/crypto/x509`: what a certificate says of itself. Nothing is verified.

use std::collections::BTreeMap;

use rquickjs::{Ctx, Object, Result, Value};
use serde_json::json;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

use super::hashes::Hash;
use crate::error;
use crate::ffi::{self, Call, Member, Table};
use crate::modules::Builtin;

pub(in crate::modules) const MODULE: Builtin =
    Builtin { name: "k6/crypto/x509", exports: || Box::new(TABLE.names()), build };

static TABLE: Table = Table::new(&[
    Member::Method(c"getAltNames", 1, |call| answer(call, |certificate, _| json!(alt_names(certificate)))),
    Member::Method(c"getIssuer", 1, |call| answer(call, |certificate, _| issuer(certificate))),
    Member::Method(c"getSubject", 1, |call| answer(call, |certificate, _| subject(certificate.subject()))),
    Member::Method(c"parse", 1, |call| answer(call, describe)),
]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

/// Parses the argument and gives the script what `read` makes of it.
fn answer<'js>(
    call: &Call<'js>,
    read: fn(&X509Certificate<'_>, &[u8]) -> serde_json::Value,
) -> Result<Value<'js>> {
    let text = error::text_of(&call.ctx, &call.value(0));
    let found = parsed(&text, read).map_err(|message| error::throw(&call.ctx, &message))?;
    call.ctx.json_parse(found.to_string())
}

fn parsed<T>(pem: &str, read: fn(&X509Certificate<'_>, &[u8]) -> T) -> std::result::Result<T, String> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes())
        .map_err(|_| "failed to decode certificate PEM file".to_owned())?;
    let (_, certificate) = X509Certificate::from_der(&pem.contents)
        .map_err(|failure| format!("failed to parse certificate: {failure}"))?;
    Ok(read(&certificate, &pem.contents))
}

fn describe(certificate: &X509Certificate<'_>, der: &[u8]) -> serde_json::Value {
    json!({
        "subject": subject(certificate.subject()),
        "issuer": issuer(certificate),
        "notBefore": instant(&certificate.validity().not_before),
        "notAfter": instant(&certificate.validity().not_after),
        "altNames": alt_names(certificate),
        "signatureAlgorithm": signature(certificate),
        "fingerPrint": Hash::Sha1.of(der),
        "publicKey": public_key(certificate),
    })
}

/// The values of a name's attribute, in order.
fn values<'a>(name: &'a X509Name<'_>, oid: &'a str) -> impl Iterator<Item = &'a str> {
    name.iter_attributes()
        .filter(move |attribute| attribute.attr_type().to_id_string() == oid)
        .filter_map(|attribute| attribute.as_str().ok())
}

fn first<'a>(name: &'a X509Name<'_>, oid: &'a str) -> &'a str {
    values(name, oid).next().unwrap_or_default()
}

const COMMON_NAME: &str = "2.5.4.3";
const COUNTRY: &str = "2.5.4.6";
const LOCALITY: &str = "2.5.4.7";
const STATE: &str = "2.5.4.8";
const STREET: &str = "2.5.4.9";
const ORGANIZATION: &str = "2.5.4.10";
const UNIT: &str = "2.5.4.11";
const POSTAL_CODE: &str = "2.5.4.17";

fn names(name: &X509Name<'_>) -> Vec<serde_json::Value> {
    name.iter_attributes()
        .map(|attribute| {
            json!({
                "type": attribute.attr_type().to_id_string(),
                "value": attribute.as_str().unwrap_or_default(),
            })
        })
        .collect()
}

fn subject(name: &X509Name<'_>) -> serde_json::Value {
    let mut fields = entity(name);
    fields.insert("organizationalUnitName", json!(values(name, UNIT).collect::<Vec<_>>()));
    fields.insert("postalCode", json!(first(name, POSTAL_CODE)));
    fields.insert("streetAddress", json!(first(name, STREET)));
    json!(fields)
}

fn issuer(certificate: &X509Certificate<'_>) -> serde_json::Value {
    json!(entity(certificate.issuer()))
}

/// What is told of subjects and issuers alike, in the order of the names.
fn entity(name: &X509Name<'_>) -> BTreeMap<&'static str, serde_json::Value> {
    BTreeMap::from([
        ("commonName", json!(first(name, COMMON_NAME))),
        ("country", json!(first(name, COUNTRY))),
        ("localityName", json!(first(name, LOCALITY))),
        ("names", json!(names(name))),
        ("organizationName", json!(first(name, ORGANIZATION))),
        ("stateOrProvinceName", json!(first(name, STATE))),
    ])
}

/// Host names, then mail addresses, then IP addresses, then URIs, whatever order the certificate has.
fn alt_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let mut found: Vec<(u8, String)> = extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((0, (*name).to_owned())),
            GeneralName::RFC822Name(name) => Some((1, (*name).to_owned())),
            GeneralName::IPAddress(bytes) => address(bytes).map(|address| (2, address)),
            GeneralName::URI(uri) => Some((3, (*uri).to_owned())),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, name)| name).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| std::net::Ipv6Addr::from(sixteen).to_string())
}

/// An instant as ISO 8601 in UTC.
fn instant(time: &ASN1Time) -> String {
    let time = time.to_datetime();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

fn signature(certificate: &X509Certificate<'_>) -> &'static str {
    match certificate.signature_algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.2" => "MD2-RSA",
        "1.2.840.113549.1.1.4" => "MD5-RSA",
        "1.2.840.113549.1.1.5" => "SHA1-RSA",
        "1.2.840.113549.1.1.11" => "SHA256-RSA",
        "1.2.840.113549.1.1.12" => "SHA384-RSA",
        "1.2.840.113549.1.1.13" => "SHA512-RSA",
        "1.2.840.10040.4.3" => "DSA-SHA1",
        "2.16.840.1.101.3.4.3.2" => "DSA-SHA256",
        "1.2.840.10045.4.1" => "ECDSA-SHA1",
        "1.2.840.10045.4.3.2" => "ECDSA-SHA256",
        "1.2.840.10045.4.3.3" => "ECDSA-SHA384",
        "1.2.840.10045.4.3.4" => "ECDSA-SHA512",
        "1.3.101.112" => "Ed25519",
        _ => "UnknownSignatureAlgorithm",
    }
}

fn public_key(certificate: &X509Certificate<'_>) -> serde_json::Value {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => {
            let modulus: &[u8] = key.modulus;
            let first = modulus.iter().position(|&byte| byte != 0).unwrap_or_default();
            json!({
                "algorithm": "RSA",
                "key": { "e": key.try_exponent().unwrap_or_default(), "n": &modulus[first..] },
            })
        }
        Ok(PublicKey::EC(point)) => {
            let data = point.data();
            let half = data.len().saturating_sub(1) / 2;
            let (x, y) = data.get(1..).unwrap_or_default().split_at(half);
            let curve = match half {
                32 => "P-256",
                48 => "P-384",
                66 => "P-521",
                _ => "",
            };
            json!({ "algorithm": "ECDSA", "key": { "curve": curve, "x": x, "y": y } })
        }
        Ok(PublicKey::DSA(key)) => json!({ "algorithm": "DSA", "key": { "y": key } }),
        _ => json!({ "algorithm": "UnknownPublicKeyAlgorithm", "key": {} }),
    }
}
