//! Where a test's secrets come from.
//!
//! Main type: [`Secrets`], the sources of a run by name. What a script has asked for is hidden from logs and
//! results from then on. Reading flags and files is the caller's.

mod remote;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Hidden;

pub use remote::{RemoteSecrets, RemoteSettings};

/// What secrets are looked up in.
#[derive(Debug)]
pub enum SecretSource {
    /// Values that are known already, by key.
    Known(BTreeMap<String, String>),
    /// A server that is asked for each key once.
    Remote(RemoteSecrets),
}

/// The sources of a run.
#[derive(Default, Debug)]
pub struct Secrets {
    sources: Vec<(String, SecretSource)>,
    default: Option<usize>,
    hidden: Arc<Hidden>,
}

impl Secrets {
    /// No sources yet; what is read out of them will be hidden by `hidden`.
    #[must_use]
    pub fn new(hidden: Arc<Hidden>) -> Self {
        Self { sources: Vec::new(), default: None, hidden }
    }

    /// Adds a source. A single one is the default without being told.
    ///
    /// # Errors
    /// When there is a source of that name, or another default.
    pub fn add(&mut self, name: &str, source: SecretSource, default: bool) -> Result<(), String> {
        if self.sources.iter().any(|(known, _)| known == name) {
            return Err(format!("there are two secret sources called {name:?}"));
        }
        if default && self.default.is_some() {
            return Err("there are two default secret sources".to_owned());
        }
        if default {
            self.default = Some(self.sources.len());
        }
        self.sources.push((name.to_owned(), source));
        Ok(())
    }

    /// The number of a source; the default one's without a name.
    pub(crate) fn find(&self, name: Option<&str>) -> Result<usize, String> {
        if self.sources.is_empty() {
            return Err("no secret sources are configured".to_owned());
        }
        match name {
            Some(name) => self
                .sources
                .iter()
                .position(|(known, _)| known == name)
                .ok_or_else(|| format!("no secret source with name {name:?} is configured")),
            None if self.sources.len() == 1 => Ok(0),
            None => self.default.ok_or_else(|| "no default secret source is configured".to_owned()),
        }
    }

    /// The value of a key in a source. It is hidden before it is given out.
    pub(crate) async fn get(&self, source: usize, key: &str) -> Result<String, String> {
        let value = match self.sources.get(source) {
            Some((_, SecretSource::Known(values))) => values.get(key).cloned().ok_or("no value".to_owned()),
            Some((_, SecretSource::Remote(remote))) => remote.get(key).await,
            None => Err("no secret sources are configured".to_owned()),
        }?;
        self.hidden.add(&value);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_by_name() {
        let known = || SecretSource::Known(BTreeMap::new());
        let mut secrets = Secrets::default();
        assert_eq!(secrets.find(None).unwrap_err(), "no secret sources are configured");
        secrets.add("a", known(), false).unwrap();
        assert_eq!(secrets.find(None), Ok(0), "a single source is the default");
        secrets.add("b", known(), false).unwrap();
        assert_eq!(secrets.find(None).unwrap_err(), "no default secret source is configured");
        secrets.add("c", known(), true).unwrap();
        assert_eq!((secrets.find(None), secrets.find(Some("b"))), (Ok(2), Ok(1)));
        assert_eq!(secrets.find(Some("d")).unwrap_err(), "no secret source with name \"d\" is configured");
        assert!(secrets.add("a", known(), false).is_err());
        assert!(secrets.add("d", known(), true).is_err());
    }
}
