//! Helper modules that scripts import from well-known addresses, our own versions of them, so that no run
//! needs the network for them.
//!
//! One row in [`HELPERS`] and one file beside this one is a helper module; [`find`] gives the source of an
//! address. They are compiled only when imported, and may import `k6…` modules and each other by address.

/// A helper module.
struct Helper {
    /// Where scripts import it from, with `*` where the version stands.
    address: &'static str,
    /// The versions that the source stands for, each a prefix such as `1.` or `5.1.1`; none means every version.
    versions: &'static [&'static str],
    /// What runs.
    source: &'static str,
}

/// All helper modules, by address; of several rows that fit, the first is taken.
static HELPERS: &[Helper] = &[
    Helper {
        address: "https://jslib.k6.io/k6-summary/*/index.js",
        versions: &[],
        source: include_str!("k6-summary.js"),
    },
    Helper {
        address: "https://jslib.k6.io/k6-utils/*/index.js",
        versions: &[],
        source: include_str!("k6-utils.js"),
    },
    Helper {
        address: "https://raw.githubusercontent.com/benc-uk/k6-reporter/*/dist/bundle.js",
        versions: &[],
        source: include_str!("k6-reporter.js"),
    },
];

impl Helper {
    fn answers(&self, address: &str) -> bool {
        let (before, after) = self.address.split_once('*').unwrap_or((self.address, ""));
        let version = address.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        version.is_some_and(|version| {
            let any =
                self.versions.is_empty() || self.versions.iter().any(|known| version.starts_with(known));
            any && (version.is_empty() != self.address.contains('*')) && !version.contains("//")
        })
    }
}

/// The addresses of all helper modules, one a line, `*` where the version stands.
pub(crate) fn addresses() -> String {
    HELPERS.iter().map(|helper| format!("\n    {}", helper.address)).collect()
}

/// The source of the module at `address`, when it is one of ours.
pub(crate) fn find(address: &str) -> Option<&'static str> {
    let address = address.split(['?', '#']).next()?;
    HELPERS.iter().find(|helper| helper.answers(address)).map(|helper| helper.source)
}

#[cfg(test)]
mod tests {
    use super::{HELPERS, Helper, find};

    #[test]
    fn addresses_of_every_version_are_known() {
        let check = |address: &str, known: bool| assert_eq!(find(address).is_some(), known, "{address}");
        check("https://jslib.k6.io/k6-utils/1.2.0/index.js", true);
        check("https://jslib.k6.io/k6-utils/1.6.0/index.js?x", true);
        check("https://jslib.k6.io/k6-summary/0.0.1/index.js", true);
        check("https://raw.githubusercontent.com/benc-uk/k6-reporter/main/dist/bundle.js", true);
        check("https://raw.githubusercontent.com/benc-uk/k6-reporter/2.4.0/dist/bundle.js", true);
        check("https://jslib.k6.io/k6-utils/index.js", false);
        check("https://jslib.k6.io/k6-utils//index.js", false);
        check("https://jslib.k6.io/unknown/1.0.0/index.js", false);
        check("https://example.test/k6-utils/1.2.0/index.js", false);
    }

    #[test]
    fn a_row_can_be_of_some_versions_or_of_none() {
        let check = |address: &'static str, versions: &'static [&'static str], asked: &str, wanted: bool| {
            let helper = Helper { address, versions, source: "" };
            assert_eq!(helper.answers(asked), wanted, "{address} {versions:?} {asked}");
        };
        check("https://h/a/*/b.js", &["1.", "2.0.3"], "https://h/a/1.9/b.js", true);
        check("https://h/a/*/b.js", &["1.", "2.0.3"], "https://h/a/2.0.3/b.js", true);
        check("https://h/a/*/b.js", &["1.", "2.0.3"], "https://h/a/2.0.2/b.js", false);
        check("https://h/a.js", &[], "https://h/a.js", true);
        check("https://h/a.js", &[], "https://h/a.jsx", false);
    }

    #[test]
    fn rows_stand_in_the_order_of_their_addresses() {
        assert!(HELPERS.is_sorted_by_key(|helper| helper.address));
    }
}
