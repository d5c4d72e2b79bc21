//! What the parameters of an address of MySQL or MariaDB say about TLS.
//!
//! Main function: [`wanted`].

use super::super::tls::{self, Belief, Identity, Opened, Roots, Wanted, Wish};
use super::Driver;
use super::address::Address;

/// What an address wants of TLS.
#[must_use]
pub fn wanted(address: &Address) -> Wanted {
    match address.driver {
        Driver::MySql => of_mysql(address),
        Driver::MariaDb => of_mariadb(address),
    }
}

fn of_mysql(address: &Address) -> Wanted {
    let mut unsupported = Vec::new();
    let mode = address.text("sslMode").map(str::to_ascii_uppercase);
    let mode = mode.unwrap_or_else(|| {
        // What these meant before there was a mode.
        let mode = match () {
            () if !address.flag("useSSL", true) => "DISABLED",
            () if address.flag("verifyServerCertificate", false) => "VERIFY_CA",
            () if address.flag("requireSSL", false) => "REQUIRED",
            () => "PREFERRED",
        };
        mode.to_owned()
    });
    let (wish, belief) = match mode.as_str() {
        "DISABLED" => (Wish::Never, Belief::All),
        "PREFERRED" => (Wish::IfOffered, Belief::All),
        "REQUIRED" => (Wish::Must, Belief::All),
        "VERIFY_CA" => (Wish::Must, Belief::Authority),
        "VERIFY_IDENTITY" => (Wish::Must, Belief::Host),
        other => {
            unsupported.push(format!("sslMode={other} is not known"));
            (Wish::Must, Belief::Host)
        }
    };
    let mut opened = |kind: &str| {
        let url = address.text(&format!("{kind}Url"))?;
        let form = address.text(&format!("{kind}Type")).unwrap_or("JKS").to_ascii_uppercase();
        // What it is shows when it is opened: Java reads either under the name of the other.
        if !matches!(form.as_str(), "JKS" | "PKCS12" | "PEM") || tls::is_unread(url) {
            unsupported.push(format!("the store {url} is not read; JKS, PKCS#12 and PEM are"));
        }
        let password = address.text(&format!("{kind}Password")).map(str::to_owned);
        Some((form == "PEM", Opened { path: path_of(url), password }))
    };
    let trusted = if belief == Belief::All { None } else { opened("trustCertificateKeyStore") };
    let roots = match trusted {
        None => Roots::Machine,
        Some((true, file)) => Roots::File(file.path),
        Some((false, store)) => Roots::Store(store),
    };
    let shown = if wish == Wish::Never { None } else { opened("clientCertificateKeyStore") };
    let identity = shown.map(|(is_pem, file)| match is_pem {
        true => Identity::Pair(file.path.clone(), file),
        false => Identity::Store(file),
    });
    unsupported.extend(not_read(address, &["enabledTLSProtocols", "enabledSSLCipherSuites", "tlsVersions"]));
    Wanted { wish, belief, roots, identity, unsupported }
}

fn of_mariadb(address: &Address) -> Wanted {
    let mut unsupported = Vec::new();
    let mode = address.text("sslMode").map(|mode| mode.to_ascii_lowercase().replace('_', "-"));
    let mode = mode.unwrap_or_else(|| {
        let mode = match () {
            () if !address.flag("useSsl", false) => "disable",
            () if address.flag("trustServerCertificate", false) => "trust",
            () if address.flag("disableSslHostnameVerification", false) => "verify-ca",
            () => "verify-full",
        };
        mode.to_owned()
    });
    let (wish, belief) = match mode.as_str() {
        "disable" | "disabled" => (Wish::Never, Belief::All),
        "trust" | "required" => (Wish::Must, Belief::All),
        "verify-ca" => (Wish::Must, Belief::Authority),
        "verify-full" | "verify-identity" => (Wish::Must, Belief::Host),
        other => {
            unsupported.push(format!("sslMode={other} is not known"));
            (Wish::Must, Belief::Host)
        }
    };
    let mut opened = |url: &str, password: &str| {
        if tls::is_unread(url) {
            unsupported.push(format!("the store {url} is not read; JKS, PKCS#12 and PEM are"));
        }
        Opened { path: path_of(url), password: address.text(password).map(str::to_owned) }
    };
    let roots = match (address.text("serverSslCert"), address.text("trustStore")) {
        (None, None) => Roots::Machine,
        (Some(text), _) if text.contains("-----BEGIN") => Roots::Text(text.to_owned()),
        (Some(path), _) => Roots::File(path_of(path)),
        (None, Some(url)) => Roots::Store(opened(url, "trustStorePassword")),
    };
    let store = address.text("keyStore").filter(|_| wish == Wish::Must);
    let identity = store.map(|url| {
        let file = opened(url, "keyStorePassword");
        // A store of another kind is PEM, with the certificate and the key in it.
        if tls::is_store(url) { Identity::Store(file) } else { Identity::Pair(file.path.clone(), file) }
    });
    unsupported.extend(not_read(address, &["enabledSslProtocolSuites", "enabledSslCipherSuites"]));
    Wanted { wish, belief, roots, identity, unsupported }
}

/// Parameters that are there and have no effect.
fn not_read(address: &Address, names: &[&str]) -> Vec<String> {
    names.iter().filter_map(|name| Some(format!("{name}={} is not supported", address.text(name)?))).collect()
}

/// The file of a `file:` address, or of a path.
fn path_of(url: &str) -> String {
    let path = url.strip_prefix("file:").unwrap_or(url);
    // `file:///etc/x` and `file:/etc/x` are the same.
    path.strip_prefix("//").filter(|path| path.starts_with('/')).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::super::Source;
    use super::*;

    #[test]
    fn both_drivers_say_what_they_want() {
        let check = |scheme: &str, query: &str, wanted_of: (Wish, Belief, usize)| {
            let source = Source::for_tests(&format!("jdbc:{scheme}://h/x?{query}"));
            let tls = wanted(&Address::of(&source).unwrap());
            assert_eq!((tls.wish, tls.belief, tls.unsupported.len()), wanted_of, "{query}");
        };
        check("mysql", "", (Wish::IfOffered, Belief::All, 0));
        check("mysql", "sslMode=disabled", (Wish::Never, Belief::All, 0));
        check("mysql", "useSSL=false", (Wish::Never, Belief::All, 0));
        check("mysql", "useSSL=true&requireSSL=true", (Wish::Must, Belief::All, 0));
        check("mysql", "requireSSL=true&verifyServerCertificate=true", (Wish::Must, Belief::Authority, 0));
        check(
            "mysql",
            "sslMode=VERIFY_IDENTITY&trustCertificateKeyStoreUrl=file:/a.jceks",
            (Wish::Must, Belief::Host, 1),
        );
        check("mysql", "clientCertificateKeyStoreUrl=file:/a.jks", (Wish::IfOffered, Belief::All, 0));
        check("mysql", "clientCertificateKeyStoreUrl=file:/a.p12", (Wish::IfOffered, Belief::All, 0));
        check("mariadb", "", (Wish::Never, Belief::All, 0));
        check("mariadb", "useSSL=true", (Wish::Must, Belief::Host, 0));
        check("mariadb", "useSsl=true&trustServerCertificate=true", (Wish::Must, Belief::All, 0));
        check("mariadb", "sslMode=VERIFY_CA&serverSslCert=/ca.pem", (Wish::Must, Belief::Authority, 0));
        check("mariadb", "sslMode=trust&keyStore=a.jks&trustStore=b.jceks", (Wish::Must, Belief::All, 1));
        check("mariadb", "sslMode=why", (Wish::Must, Belief::Host, 1));
    }

    #[test]
    fn files_have_addresses() {
        for url in ["file:///etc/x", "file:/etc/x", "/etc/x"] {
            assert_eq!(path_of(url), "/etc/x");
        }
    }
}
