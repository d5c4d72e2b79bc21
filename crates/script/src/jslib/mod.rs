//! Helper modules that scripts import from well-known addresses, our own versions of them, so that no run
//! needs the network for them.
//!
//! [`find`] gives the source of an address, whatever its version. They are compiled only when imported.

/// The home of most of them: `https://jslib.k6.io/NAME/VERSION/FILE`.
const HOME: &str = "https://jslib.k6.io/";

/// The modules at [`HOME`]: the name, the file and the source. A version that behaves differently asks for its
/// own address.
const MODULES: &[(&str, &str, &str)] = &[
    ("ajv", "index.js", include_str!("ajv.js")),
    ("aws", "aws.js", include_str!("aws/aws.js")),
    ("aws", "client.js", include_str!("aws/client.js")),
    ("aws", "event-bridge.js", AWS_SERVICES),
    ("aws", "kinesis.js", AWS_SERVICES),
    ("aws", "kms.js", AWS_SERVICES),
    ("aws", "lambda.js", AWS_SERVICES),
    ("aws", "s3.js", include_str!("aws/s3.js")),
    ("aws", "secrets-manager.js", include_str!("aws/secrets-manager.js")),
    ("aws", "services.js", AWS_SERVICES),
    ("aws", "signature.js", include_str!("aws/signature.js")),
    ("aws", "sqs.js", AWS_SERVICES),
    ("aws", "ssm.js", AWS_SERVICES),
    ("expect", "index.js", include_str!("expect.js")),
    ("form-urlencoded", "index.js", include_str!("form-urlencoded.js")),
    ("formdata", "index.js", include_str!("formdata.js")),
    ("http-instrumentation-pyroscope", "index.js", include_str!("http-instrumentation-pyroscope.js")),
    ("http-instrumentation-tempo", "index.js", include_str!("http-instrumentation-tempo.js")),
    ("httpx", "index.js", include_str!("httpx.js")),
    ("jsonpath", "index.js", include_str!("jsonpath.js")),
    ("k6-summary", "index.js", include_str!("k6-summary.js")),
    ("k6-testing", "index.js", include_str!("k6-testing.js")),
    ("k6-utils", "index.js", include_str!("k6-utils.js")),
    ("k6chaijs", "index.js", include_str!("k6chaijs.js")),
    ("k6chaijs-contracts", "index.js", include_str!("k6chaijs-contracts.js")),
    ("papaparse", "index.js", include_str!("papaparse.js")),
    ("plimsoll", "values.js", include_str!("values.js")),
    ("totp", "index.js", include_str!("totp.js")),
];
const AWS_SERVICES: &str = include_str!("aws/services.js");

/// Where k6-reporter is imported from; a branch or version stands in between.
const REPORTER_HOMES: [&str; 3] = [
    "https://raw.githubusercontent.com/benc-uk/k6-reporter/",
    "https://cdn.jsdelivr.net/gh/benc-uk/k6-reporter",
    "https://github.com/benc-uk/k6-reporter/raw/",
];
const REPORTER: &str = include_str!("k6-reporter.js");

/// The names of the modules at `https://jslib.k6.io/` that scripts may import.
pub(crate) fn names() -> String {
    let mut names: Vec<&str> =
        MODULES.iter().map(|(name, ..)| *name).filter(|name| *name != "plimsoll").collect();
    names.dedup();
    names.join(", ")
}

/// The source of the module at `address`, when it is one of ours.
pub(crate) fn find(address: &str) -> Option<&'static str> {
    let address = address.split(['?', '#']).next()?;
    if REPORTER_HOMES.iter().any(|home| address.starts_with(home)) {
        return address.ends_with("/dist/bundle.js").then_some(REPORTER);
    }
    let (name, rest) = address.strip_prefix(HOME)?.split_once('/')?;
    let (version, file) = rest.split_once('/')?;
    let numbered = version.starts_with(|letter: char| letter.is_ascii_digit());
    let found = MODULES.iter().find(|(known, known_file, _)| *known == name && *known_file == file)?;
    numbered.then_some(found.2)
}

/// Words that look as if a program could reach anything through them; in our sources they do not.
const HARMLESS: [&str; 7] = ["constructor", "data", "file", "Function", "open", "Reflect", "window"];

/// What the module at `address` can reach by its words, when `text` is ours: users need not pay for what a
/// `constructor` of ours might do in other hands.
pub(crate) fn reached(address: &str, text: &[u8]) -> Option<String> {
    let own = find(address).filter(|own| own.as_bytes() == text)?;
    let words = own.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$')));
    Some(words.filter(|word| !HARMLESS.contains(word)).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::{find, names, reached};

    #[test]
    fn only_our_own_words_are_harmless() {
        let address = "https://jslib.k6.io/httpx/0.1.0/index.js";
        let own = find(address).expect("it is in the table");
        let words = reached(address, own.as_bytes()).expect("it is ours");
        assert!(own.contains("constructor") && !words.contains("constructor"), "{words}");
        assert_eq!(reached(address, b"globalThis.constructor"), None);
        assert_eq!(reached("https://example.test/httpx.js", own.as_bytes()), None);
    }

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
        check("https://cdn.jsdelivr.net/gh/benc-uk/k6-reporter@latest/dist/bundle.js", true);
        check("https://raw.githubusercontent.com/other/k6-reporter/main/dist/bundle.js", false);
        check("https://jslib.k6.io/k6-utils/index.js", false);
        check("https://jslib.k6.io/k6-utils/1.2.0/other.js", false);
        check("https://jslib.k6.io/unknown/1.0.0/index.js", false);
        check("https://example.test/k6-utils/1.2.0/index.js", false);
    }

    #[test]
    fn each_name_is_told_once() {
        assert_eq!(names().matches("aws").count(), 1, "{}", names());
        assert!(!names().contains("plimsoll"), "{}", names());
    }
}
