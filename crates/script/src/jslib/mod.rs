//! Helper modules that scripts import from well-known addresses, our own versions of them, so that no run
//! needs the network for them.
//!
//! One row in [`HELPERS`] and one file beside this one is a helper module; [`find`] gives the source of an
//! address. They are compiled only when imported, and may import `k6…` modules and each other by address. What
//! few users call of a module stands in `later/` and is loaded by those, see `modules/later.rs`.

/// A helper module.
struct Helper {
    /// Where scripts import it from, with `*` where the version stands.
    address: &'static str,
    /// The versions that the source stands for, each a prefix such as `1.` or `5.1.1`; none means every version.
    versions: &'static [&'static str],
    /// What runs.
    source: &'static str,
}

/// A helper module whose source stands for every version.
const fn helper(address: &'static str, source: &'static str) -> Helper {
    Helper { address, versions: &[], source }
}

/// All helper modules, by address; of several rows that fit, the first is taken.
static HELPERS: &[Helper] = &[
    helper("https://cdn.jsdelivr.net/gh/benc-uk/k6-reporter*/dist/bundle.js", REPORTER),
    helper("https://github.com/benc-uk/k6-reporter/raw/*/dist/bundle.js", REPORTER),
    helper("https://jslib.k6.io/ajv/*/index.js", include_str!("ajv.js")),
    helper("https://jslib.k6.io/aws/*/aws.js", include_str!("aws/aws.js")),
    Helper {
        address: "https://jslib.k6.io/aws/*/blocking.js",
        versions: &["0.1.", "0.2.", "0.3.", "0.4.", "0.5.", "0.6.", "0.7.", "0.8."],
        source: "// Operations of this version wait for their answers themselves.\nexport default true;\n",
    },
    helper(
        "https://jslib.k6.io/aws/*/blocking.js",
        "// Operations of this version return promises.\nexport default false;\n",
    ),
    helper("https://jslib.k6.io/aws/*/client.js", include_str!("aws/client.js")),
    helper("https://jslib.k6.io/aws/*/event-bridge.js", AWS_SERVICES),
    helper("https://jslib.k6.io/aws/*/kinesis.js", AWS_SERVICES),
    helper("https://jslib.k6.io/aws/*/kms.js", AWS_SERVICES),
    helper("https://jslib.k6.io/aws/*/lambda.js", AWS_SERVICES),
    helper("https://jslib.k6.io/aws/*/s3.js", include_str!("aws/s3.js")),
    helper("https://jslib.k6.io/aws/*/secrets-manager.js", include_str!("aws/secrets-manager.js")),
    helper("https://jslib.k6.io/aws/*/services.js", AWS_SERVICES),
    helper("https://jslib.k6.io/aws/*/signature.js", include_str!("aws/signature.js")),
    helper("https://jslib.k6.io/aws/*/sqs.js", AWS_SERVICES),
    helper("https://jslib.k6.io/aws/*/ssm.js", AWS_SERVICES),
    helper("https://jslib.k6.io/expect/*/index.js", include_str!("expect.js")),
    helper("https://jslib.k6.io/form-urlencoded/*/index.js", include_str!("form-urlencoded.js")),
    helper("https://jslib.k6.io/formdata/*/index.js", include_str!("formdata.js")),
    helper(
        "https://jslib.k6.io/http-instrumentation-pyroscope/*/index.js",
        include_str!("http-instrumentation-pyroscope.js"),
    ),
    helper(
        "https://jslib.k6.io/http-instrumentation-tempo/*/index.js",
        include_str!("http-instrumentation-tempo.js"),
    ),
    helper("https://jslib.k6.io/httpx/*/index.js", include_str!("httpx.js")),
    helper("https://jslib.k6.io/jsonpath/*/index.js", include_str!("jsonpath.js")),
    helper("https://jslib.k6.io/k6-summary/*/index.js", include_str!("k6-summary.js")),
    helper("https://jslib.k6.io/k6-testing/*/index.js", include_str!("k6-testing.js")),
    helper("https://jslib.k6.io/k6-utils/*/index.js", include_str!("k6-utils.js")),
    helper("https://jslib.k6.io/k6chaijs-contracts/*/index.js", include_str!("k6chaijs-contracts.js")),
    helper("https://jslib.k6.io/k6chaijs/*/index.js", include_str!("k6chaijs.js")),
    helper("https://jslib.k6.io/papaparse/*/index.js", include_str!("papaparse.js")),
    helper("https://jslib.k6.io/plimsoll/*/ajv.js", include_str!("later/ajv.js")),
    helper("https://jslib.k6.io/plimsoll/*/jsonpath.js", include_str!("later/jsonpath.js")),
    helper("https://jslib.k6.io/plimsoll/*/k6-reporter.js", include_str!("later/k6-reporter.js")),
    helper("https://jslib.k6.io/plimsoll/*/k6-summary.js", include_str!("later/k6-summary.js")),
    helper("https://jslib.k6.io/plimsoll/*/k6-utils.js", include_str!("later/k6-utils.js")),
    helper("https://jslib.k6.io/plimsoll/*/papaparse.js", include_str!("later/papaparse.js")),
    helper("https://jslib.k6.io/plimsoll/*/values.js", include_str!("values.js")),
    helper("https://jslib.k6.io/totp/*/index.js", include_str!("totp.js")),
    helper("https://jslib.k6.io/url/*/index.js", include_str!("url.js")),
    helper("https://raw.githubusercontent.com/benc-uk/k6-reporter/*/dist/bundle.js", REPORTER),
];
const AWS_SERVICES: &str = include_str!("aws/services.js");
const REPORTER: &str = include_str!("k6-reporter.js");

/// Where the parts stand that are no helper modules themselves; `/FILE` follows.
pub(crate) const PARTS: &str = "https://jslib.k6.io/plimsoll/1.0.0";

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
    let part = |address: &&str| address.contains("/plimsoll/") || address.ends_with("/blocking.js");
    HELPERS
        .iter()
        .map(|helper| helper.address)
        .filter(|address| !part(address))
        .fold(String::new(), |list, address| list + "\n    " + address)
}

/// The source of the module at `address`, when it is one of ours.
pub(crate) fn find(address: &str) -> Option<&'static str> {
    let address = address.split(['?', '#']).next()?;
    HELPERS.iter().find(|helper| helper.answers(address)).map(|helper| helper.source)
}

/// Words that look as if a program could reach anything through them; in our sources they do not.
const HARMLESS: [&str; 7] = ["constructor", "data", "file", "Function", "open", "Reflect", "window"];

/// What the module at `address` can reach by its words, when `text` is ours: users need not pay for what a
/// `constructor` of ours might do in other hands.
pub(crate) fn reached(address: &str, text: &[u8]) -> Option<String> {
    let own = find(address).filter(|own| own.as_bytes() == text)?;
    let words = own.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$')));
    let mut words = words.filter(|word| !HARMLESS.contains(word)).collect::<Vec<_>>().join(" ");
    if crate::reach::has_slash(own.as_bytes()) {
        words.push('/');
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    /// Parts of the module `aws`.
    const INSIDE: [&str; 3] = ["/aws/*/blocking.js", "/aws/*/client.js", "/aws/*/services.js"];

    use super::{HELPERS, Helper, PARTS, addresses, find, reached};

    #[test]
    fn addresses_of_every_version_are_known() {
        let check = |address: &str, known: bool| assert_eq!(find(address).is_some(), known, "{address}");
        check("https://jslib.k6.io/k6-utils/1.2.0/index.js", true);
        check("https://jslib.k6.io/k6-utils/1.6.0/index.js?x", true);
        check("https://jslib.k6.io/k6-summary/0.0.1/index.js", true);
        check("https://jslib.k6.io/aws/0.11.0/sqs.js", true);
        check("https://jslib.k6.io/aws/0.11.0/index.js", false);
        check("https://raw.githubusercontent.com/benc-uk/k6-reporter/main/dist/bundle.js", true);
        check("https://raw.githubusercontent.com/benc-uk/k6-reporter/2.4.0/dist/bundle.js", true);
        check("https://raw.githubusercontent.com/other/k6-reporter/main/dist/bundle.js", false);
        check("https://cdn.jsdelivr.net/gh/benc-uk/k6-reporter@latest/dist/bundle.js", true);
        check("https://jslib.k6.io/k6-utils/index.js", false);
        check("https://jslib.k6.io/k6-utils//index.js", false);
        check("https://jslib.k6.io/k6-utils/1.2.0/other.js", false);
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
    fn each_helper_module_has_a_list_of_its_members() {
        let listed = crate::testing::documented();
        let told = |address: &str| {
            !address.contains("/plimsoll/") && !INSIDE.iter().any(|part| address.ends_with(part))
        };
        for helper in HELPERS.iter().filter(|helper| told(helper.address)) {
            let same = HELPERS.iter().filter(|other| other.source == helper.source);
            let addresses: Vec<&str> = same.map(|other| other.address).collect();
            let described = listed.iter().any(|title| addresses.contains(&title.as_str()));
            assert!(described, "docs/*.md have no `members` of {}", helper.address);
        }
        for title in listed.iter().filter(|title| title.starts_with("https://")) {
            let known = HELPERS.iter().any(|helper| helper.address == title);
            assert!(known, "docs/*.md describe {title}, which there is not");
        }
    }

    #[test]
    fn rows_stand_in_the_order_of_their_addresses() {
        assert!(HELPERS.is_sorted_by_key(|helper| helper.address));
    }

    #[test]
    fn parts_are_found_but_not_told() {
        assert!(find(&format!("{PARTS}/ajv.js")).is_some());
        assert!(
            addresses().contains("/ajv/*/index.js") && !addresses().contains("plimsoll"),
            "{}",
            addresses()
        );
    }

    #[test]
    fn what_a_part_uses_is_named_in_front_of_it() {
        // Words that `reach` looks for; users are made before a part is loaded.
        const USED: [&str; 8] =
            ["ArrayBuffer", "Date", "Map", "Proxy", "Set", "Uint8Array", "WeakMap", "execution"];
        let words = |source: &str| -> Vec<String> {
            source.split(|letter: char| !letter.is_ascii_alphanumeric()).map(str::to_owned).collect()
        };
        let check = |front: &str, parts: &[&str]| {
            let told = words(find(front).expect("it is in the table"));
            for part in parts {
                let used = words(find(&format!("{PARTS}/{part}.js")).expect("it is in the table"));
                for word in USED.iter().filter(|word| used.iter().any(|one| one == *word)) {
                    assert!(told.iter().any(|one| one == word), "{front} says nothing of {word}");
                }
            }
        };
        check("https://jslib.k6.io/ajv/6.12.5/index.js", &["ajv", "values"]);
        check("https://jslib.k6.io/jsonpath/1.0.2/index.js", &["jsonpath"]);
        check("https://jslib.k6.io/k6-summary/0.0.1/index.js", &["k6-summary"]);
        check("https://jslib.k6.io/k6-utils/1.4.0/index.js", &["k6-utils"]);
        check("https://jslib.k6.io/papaparse/5.1.1/index.js", &["papaparse"]);
        check("https://raw.githubusercontent.com/benc-uk/k6-reporter/main/dist/bundle.js", &["k6-reporter"]);
    }

    #[test]
    fn only_our_own_words_are_harmless() {
        let address = "https://jslib.k6.io/httpx/0.1.0/index.js";
        let own = find(address).expect("it is in the table");
        let words = reached(address, own.as_bytes()).expect("it is ours");
        assert!(own.contains("constructor") && !words.contains("constructor"), "{words}");
        assert_eq!(reached(address, b"globalThis.constructor"), None);
        assert_eq!(reached("https://example.test/httpx.js", own.as_bytes()), None);
    }
}
