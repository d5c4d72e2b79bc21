//! Helper modules that scripts import from well-known addresses, our own versions of them, so that no run
//! needs the network for them.
//!
//! [`find`] gives the source of an address, whatever its version. They are compiled only when imported.

/// A helper module: the name at the well-known address, and its source.
const MODULES: &[(&str, &str)] =
    &[("k6-utils", include_str!("k6-utils.js")), ("k6-summary", include_str!("k6-summary.js"))];
const REPORTER: &str = include_str!("k6-reporter.js");

/// The names of the modules at `https://jslib.k6.io/`.
pub(crate) fn names() -> String {
    MODULES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The source of the module at `address`, when it is one of ours.
pub(crate) fn find(address: &str) -> Option<&'static str> {
    let address = address.split(['?', '#']).next()?;
    if let Some(rest) = address.strip_prefix("https://raw.githubusercontent.com/benc-uk/k6-reporter/") {
        return rest.ends_with("/dist/bundle.js").then_some(REPORTER);
    }
    let (name, rest) = address.strip_prefix("https://jslib.k6.io/")?.split_once('/')?;
    let (version, file) = rest.split_once('/')?;
    let numbered = version.starts_with(|letter: char| letter.is_ascii_digit());
    let found = MODULES.iter().find(|(known, _)| *known == name)?;
    (numbered && file == "index.js").then_some(found.1)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn addresses_of_every_version_are_known() {
        let check = |address: &str, known: bool| assert_eq!(find(address).is_some(), known, "{address}");
        check("https://jslib.k6.io/k6-utils/1.2.0/index.js", true);
        check("https://jslib.k6.io/k6-utils/1.6.0/index.js?x", true);
        check("https://jslib.k6.io/k6-summary/0.0.1/index.js", true);
        check("https://raw.githubusercontent.com/benc-uk/k6-reporter/main/dist/bundle.js", true);
        check("https://raw.githubusercontent.com/benc-uk/k6-reporter/2.4.0/dist/bundle.js", true);
        check("https://jslib.k6.io/k6-utils/index.js", false);
        check("https://jslib.k6.io/unknown/1.0.0/index.js", false);
        check("https://example.test/k6-utils/1.2.0/index.js", false);
    }
}
