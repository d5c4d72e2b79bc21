//! System tags: what the program itself says of each sample.

use crate::Error;

/// All names, in order.
pub const NAMES: [&str; 18] = [
    "check",
    "error",
    "error_code",
    "expected_response",
    "group",
    "ip",
    "iter",
    "method",
    "name",
    "ocsp_status",
    "proto",
    "scenario",
    "service",
    "status",
    "subproto",
    "tls_version",
    "url",
    "vu",
];
/// Those that samples do not have by default.
const OPT_IN: [&str; 4] = ["ip", "iter", "ocsp_status", "vu"];

/// A set of system tags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SystemTags(u32);

impl Default for SystemTags {
    fn default() -> Self {
        let names = NAMES.iter().filter(|name| !OPT_IN.contains(*name));
        Self::from_names(names.copied()).expect("the names are known")
    }
}

impl SystemTags {
    /// The set of these names.
    ///
    /// # Errors
    /// For an unknown name.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let mut set = 0;
        for name in names.into_iter().map(str::trim).filter(|name| !name.is_empty()) {
            let place = NAMES.binary_search(&name);
            let place =
                place.map_err(|_| Error::new(format!("{name} does not belong to SystemTag values")))?;
            set |= 1 << place;
        }
        Ok(Self(set))
    }

    /// Whether samples have this tag.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        NAMES.binary_search(&name).is_ok_and(|place| self.0 & (1 << place) != 0)
    }

    /// The names in the set, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        NAMES.iter().copied().filter(|name| self.has(name)).collect()
    }
}
