//! Samplers that ask a database over TLS.

use super::super::jmx::*;
use super::databases::{asking, body_as, pool};
use super::*;

/// What a source is called, the rest of its address, and what a sample of it shows.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Name, user, host, parameters, and whether the connection is encrypted or why there is none.
const POSTGRES: &[Case] = &[
    ("usual", "shop", "127.0.0.1", "", "true"),
    ("disable", "shop", "127.0.0.1", "sslmode=disable", "false"),
    ("allow", "shop", "127.0.0.1", "sslmode=allow", "false"),
    ("allow when refused", "sealed", "127.0.0.1", "sslmode=allow", "true"),
    ("prefer", "shop", "127.0.0.1", "sslmode=prefer", "true"),
    ("require", "sealed", "127.0.0.2", "sslmode=require", "true"),
    ("ca", "shop", "127.0.0.2", "sslmode=verify-ca&sslrootcert=${__P(tls)}/ca.pem", "true"),
    ("full", "shop", "127.0.0.1", "ssl=true&sslrootcert=${__P(tls)}/ca.pem", "true"),
    (
        "certificate",
        "known client",
        "127.0.0.1",
        "sslmode=require&sslcert=${__P(tls)}/client.pem&sslkey=${__P(tls)}/client-key.pem",
        "true",
    ),
    (
        "store",
        "known client",
        "127.0.0.1",
        "sslmode=require&sslkey=${__P(tls)}/client.p12&sslpassword=swordfish",
        "true",
    ),
    (
        "store of java",
        "known client",
        "127.0.0.1",
        "sslmode=require&sslkey=${__P(tls)}/client.jks&sslpassword=swordfish",
        "true",
    ),
    (
        "other host",
        "shop",
        "127.0.0.2",
        "sslmode=verify-full&sslrootcert=${__P(tls)}/ca.pem",
        "Cannot create PoolableConnectionFactory (SSL error: invalid peer certificate: certificate not valid for name",
    ),
    (
        "other authority",
        "shop",
        "127.0.0.1",
        "sslmode=verify-ca&sslrootcert=${__P(tls)}/client.pem",
        "Cannot create PoolableConnectionFactory (SSL error: invalid peer certificate: UnknownIssuer",
    ),
    (
        "no authority",
        "shop",
        "127.0.0.1",
        "sslmode=verify-full",
        "Cannot create PoolableConnectionFactory (Could not open SSL root certificate file",
    ),
    (
        "refused",
        "sealed",
        "127.0.0.1",
        "sslmode=disable",
        "Cannot create PoolableConnectionFactory (FATAL: pg_hba.conf rejects connection for host",
    ),
    (
        "no certificate",
        "known client",
        "127.0.0.1",
        "sslmode=require",
        "Cannot create PoolableConnectionFactory (FATAL: connection requires a valid client certificate",
    ),
];

/// The same for MariaDB; the name begins with the scheme.
const MARIADB: &[Case] = &[
    ("mysql usual", "ann", "127.0.0.1", "", "1"),
    ("mysql disabled", "ann", "127.0.0.1", "sslMode=DISABLED", "0"),
    ("mysql old", "ann", "127.0.0.1", "useSSL=false", "0"),
    ("mysql required", "ann", "127.0.0.2", "sslMode=REQUIRED", "1"),
    (
        "mysql ca",
        "ann",
        "127.0.0.2",
        "sslMode=VERIFY_CA&trustCertificateKeyStoreType=PEM&trustCertificateKeyStoreUrl=file:${__P(tls)}/ca.pem",
        "1",
    ),
    (
        "mysql identity",
        "ann",
        "127.0.0.1",
        "sslMode=VERIFY_IDENTITY&trustCertificateKeyStoreType=PEM&trustCertificateKeyStoreUrl=file:${__P(tls)}/ca.pem",
        "1",
    ),
    (
        "mysql store",
        "known",
        "127.0.0.1",
        "sslMode=VERIFY_CA&trustCertificateKeyStoreUrl=file:${__P(tls)}/ca.p12&trustCertificateKeyStorePassword=swordfish\
         &clientCertificateKeyStoreType=PKCS12&clientCertificateKeyStoreUrl=file:${__P(tls)}/client.p12\
         &clientCertificateKeyStorePassword=swordfish",
        "1",
    ),
    (
        "mysql store of java",
        "known",
        "127.0.0.1",
        "sslMode=VERIFY_CA&trustCertificateKeyStoreUrl=file:${__P(tls)}/ca.jks&trustCertificateKeyStorePassword=swordfish\
         &clientCertificateKeyStoreUrl=file:${__P(tls)}/client.jks&clientCertificateKeyStorePassword=swordfish",
        "1",
    ),
    (
        "mysql other host",
        "ann",
        "127.0.0.2",
        "sslMode=VERIFY_IDENTITY&trustCertificateKeyStoreType=PEM&trustCertificateKeyStoreUrl=file:${__P(tls)}/ca.pem",
        "Cannot create PoolableConnectionFactory (Communications link failure",
    ),
    (
        "mysql other authority",
        "ann",
        "127.0.0.1",
        "useSSL=true&verifyServerCertificate=true",
        "Cannot create PoolableConnectionFactory (Communications link failure",
    ),
    ("mariadb usual", "ann", "127.0.0.1", "", "0"),
    ("mariadb trust", "ann", "127.0.0.2", "sslMode=trust", "1"),
    ("mariadb ca", "ann", "127.0.0.2", "sslMode=verify-ca&serverSslCert=${__P(tls)}/ca.pem", "1"),
    ("mariadb full", "ann", "127.0.0.1", "useSsl=true&serverSslCert=${__P(tls)}/ca.pem", "1"),
    (
        "mariadb other host",
        "ann",
        "127.0.0.2",
        "sslMode=verify-full&serverSslCert=${__P(tls)}/ca.pem",
        "Cannot create PoolableConnectionFactory (Socket fail to connect to 127.0.0.2:",
    ),
    ("mariadb certificate", "known", "127.0.0.1", "sslMode=trust&keyStore=${__P(tls)}/both.pem", "1"),
    (
        "mariadb store",
        "known",
        "127.0.0.1",
        "sslMode=verify-full&trustStore=${__P(tls)}/ca.p12&trustStorePassword=swordfish\
         &keyStore=${__P(tls)}/client.p12&keyStorePassword=swordfish",
        "1",
    ),
    (
        "mariadb no certificate",
        "known",
        "127.0.0.1",
        "sslMode=trust",
        "Cannot create PoolableConnectionFactory (Access denied for user 'known'@'127.0.0.1'",
    ),
];

pub fn postgres() -> (Vec<Row>, String) {
    let first = "create role sealed login; create role \"known client\" login";
    let asked = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    made(POSTGRES, first, asked, |(_, user, host, parameters, _)| {
        (format!("jdbc:postgresql://{host}:${{__P(db)}}/postgres?{parameters}"), user, "")
    })
}

pub fn mariadb() -> (Vec<Row>, String) {
    let first = "create user known@'%' require subject '/CN=known client'";
    let asked = "select variable_value <> '' as encrypted from information_schema.session_status \
                 where variable_name = 'SSL_CIPHER'";
    made(MARIADB, first, asked, |(name, user, host, parameters, _)| {
        let scheme = name.split(' ').next().unwrap_or_default();
        let password = if *user == "ann" { "s&cret" } else { "" };
        (format!("jdbc:{scheme}://{host}:${{__P(db)}}/?{parameters}"), user, password)
    })
}

fn made(
    cases: &'static [Case],
    first: &str,
    asked: &str,
    place: impl Fn(&Case) -> (String, &'static str, &'static str),
) -> (Vec<Row>, String) {
    let sample = |name: &str, source: &str, kind: &str, query: &str, below: &str| {
        asking("JDBCSampler", name, [source, kind, query], &[("variableNames", "sealed")], below)
    };
    let (mut rows, mut sources) = (Vec::new(), String::new());
    rows.push(row("first", &[sample("first", cases[0].0, "Update Statement", first, "")], &["first"]));
    for case in cases {
        let (name, .., wanted) = *case;
        let (url, user, password) = place(case);
        sources.push_str(&pool(name, &url, (user, password), "1", &[]));
        let is_refused = wanted.starts_with("Cannot");
        let told = if is_refused {
            // Only as far as it is the same everywhere.
            let cut = format!("vars.put('cut', vars.get('text').take({}))", wanted.len());
            groovy("JSR223PreProcessor", "cut", &cut)
        } else {
            String::new()
        };
        let shown = if is_refused { "${cut}" } else { "${sealed_1}" };
        let shown = el("DebugSampler", shown, &[], &told);
        let below = [sample(name, name, "Select Statement", asked, &body_as("text")), shown];
        let label: &'static str =
            if is_refused { String::leak(format!("{name} null 0 failed")) } else { name };
        rows.push(row(name, &below, &[label, wanted]));
    }
    (rows, sources)
}
