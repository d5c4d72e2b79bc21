//! Addresses of MySQL and MariaDB, as their drivers for Java read them.
//!
//! Main type: [`Address`]. What the parameters say about TLS is read by `tls`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::{Refusal, Source};
use super::Driver;

/// What a JDBC address says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// Whose words and ways are wanted.
    pub driver: Driver,
    /// Hosts and ports, which are tried in this order.
    pub hosts: Vec<(String, u16)>,
    /// The database; nothing when none is chosen.
    pub name: Option<String>,
    /// The user.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Names in lower case, as the drivers do not tell them apart by case, and values.
    parameters: BTreeMap<String, String>,
}

impl Address {
    /// Reads the address of a source.
    ///
    /// # Errors
    /// When it is none of these databases, or is written in a form that is not read.
    pub fn of(source: &Source) -> Result<Self, Refusal> {
        let bad = || {
            let message = format!("Cannot create JDBC driver of class '' for connect URL '{}'", source.url);
            Refusal::plain(message)
        };
        let (driver, rest) = driver_of(&source.url).ok_or_else(bad)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let place = place.strip_prefix("//").ok_or_else(bad)?;
        let (hosts, name) = place.split_once('/').unwrap_or((place, ""));
        let mut parameters: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned()))
            .collect();
        let (login, hosts) = hosts.rsplit_once('@').unwrap_or(("", hosts));
        let hosts: Option<Vec<_>> = hosts.split(',').map(host_of).collect();
        let (login_user, login_password) = login.split_once(':').unwrap_or((login, ""));
        let mut chosen = |name: &str, login: &str, own: &str| {
            let given = parameters.remove(name).unwrap_or_default();
            // What stands in the element wins over the address.
            [own, &given, login].into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
        };
        let user = chosen("user", login_user, &source.user);
        let password = chosen("password", login_password, &source.password);
        let name = (!name.is_empty()).then(|| percent_decoded(name));
        Ok(Self { driver, hosts: hosts.ok_or_else(bad)?, name, user, password, parameters })
    }

    /// The value of a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// Whether a parameter says yes; `usual` when it is not there.
    pub fn flag(&self, name: &str, usual: bool) -> bool {
        match self.text(name).map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "yes" | "1") => true,
            Some("false" | "no" | "0") => false,
            _ => usual,
        }
    }

    /// For connecting, when the address says.
    pub fn connecting(&self) -> Option<Duration> {
        let millis: u64 = self.text("connectTimeout")?.parse().ok()?;
        (millis > 0).then(|| Duration::from_millis(millis))
    }

    /// What the drivers say first on each connection.
    pub fn first(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.flag("jdbcCompliantTruncation", true) {
            all.push("SET sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')".to_owned());
        }
        if let Some(variables) = self.text("sessionVariables").filter(|text| !text.trim().is_empty()) {
            all.push(format!("SET SESSION {}", variables.replace(';', ",")));
        }
        all
    }
}

/// Whether an address is one of these databases.
#[must_use]
pub fn is_address(url: &str) -> bool {
    driver_of(url).is_some()
}

fn driver_of(url: &str) -> Option<(Driver, &str)> {
    let url = url.trim();
    let mysql = url.strip_prefix("jdbc:mysql:").map(|rest| (Driver::MySql, rest));
    mysql.or_else(|| url.strip_prefix("jdbc:mariadb:").map(|rest| (Driver::MariaDb, rest)))
}

fn host_of(text: &str) -> Option<(String, u16)> {
    let text = text.trim();
    // Lists of properties in brackets are another form of the same, which is rare.
    if text.contains(['(', '=']) {
        return None;
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
        _ => (text, 3306),
    };
    let host = host.trim_matches(['[', ']']);
    Some((if host.is_empty() { "localhost" } else { host }.to_owned(), port))
}

fn percent_decoded(text: &str) -> String {
    let plain = text.replace('+', "%2B");
    let (name, _) = url::form_urlencoded::parse(plain.as_bytes()).next().unwrap_or_default();
    name.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(url: &str) -> Source {
        Source::for_tests(url)
    }

    #[test]
    fn addresses_are_read() {
        let check = |url: &str, wanted: &str| {
            let got = Address::of(&source(url)).map(|address| {
                let hosts: Vec<String> =
                    address.hosts.iter().map(|(host, port)| format!("{host}:{port}")).collect();
                let name = address.name.unwrap_or_else(|| "-".to_owned());
                format!(
                    "{:?} {} {name} {}:{}",
                    address.driver,
                    hosts.join(","),
                    address.user,
                    address.password
                )
            });
            assert_eq!(
                got.unwrap_or_else(|refusal| refusal.message.split(' ').next().unwrap().to_owned()),
                wanted
            );
        };
        check("jdbc:mysql://db.test:3307/shop?user=ann&password=s%26", "MySql db.test:3307 shop ann:s&");
        check("jdbc:mariadb://bob:x@a,[::1]:33/a%20b", "MariaDb a:3306,::1:33 a b bob:x");
        check("jdbc:mysql:///", "MySql localhost:3306 - :");
        check("jdbc:mysql://(host=a,port=1)/x", "Cannot");
        check("jdbc:mysql:loadbalance://a/x", "Cannot");
        check("jdbc:mysql://a:b/x", "Cannot");
        check("jdbc:oracle:thin:@a", "Cannot");
    }

    #[test]
    fn parameters_are_named_in_any_case() {
        let address = Address::of(&source(
            "jdbc:mysql://h/x?USEAFFECTEDROWS=true&connectTimeout=1500&sessionVariables=a=1",
        ));
        let address = address.unwrap();
        assert!(address.flag("useAffectedRows", false));
        assert_eq!(address.connecting(), Some(Duration::from_millis(1500)));
        assert_eq!(address.first()[1], "SET SESSION a=1");
    }
}
