//! The certificate that users show: the first of the key store that the property `javax.net.ssl.keyStore` names.
//!
//! Main function: [`identity`]. Another one for each thread, by the aliases of a Keystore Configuration, is not picked.

use model::TlsAuth;

use super::user::Shared;
use crate::note::{Kind, Note, Place};

/// What Java calls the store, and what opens it.
const STORE: &str = "javax.net.ssl.keyStore";
const PASSWORD: &str = "javax.net.ssl.keyStorePassword";

/// The certificate with its key; nothing when no store is named.
///
/// # Errors
/// For a store that cannot be read, and for one without a key.
pub fn identity(shared: &Shared) -> Result<Option<TlsAuth>, Note> {
    let Some(path) = shared.prop(STORE).filter(|path| !matches!(path.as_str(), "" | "NONE")) else {
        return Ok(None);
    };
    let wrong = |why: String| {
        let place = Place { file: path.clone(), ..Place::default() };
        Note::new(Kind::Error, place, format!("{STORE}: {why}"))
    };
    let bytes = std::fs::read(&path).map_err(|why| wrong(format!("it cannot be read: {why}")))?;
    let password = shared.prop(PASSWORD).unwrap_or_default();
    let store = net::Store::read(&bytes, &password).map_err(wrong)?;
    let key = store.key.ok_or_else(|| wrong("there is no key in it".to_owned()))?;
    Ok(Some(TlsAuth { cert: store.certs, key, password: None, domains: Vec::new() }))
}
