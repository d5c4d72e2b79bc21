//! The address of a link, resolved and taken apart.

use url::Url;

/// The parts of an address, as the DOM names them; empty where there is none.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Link {
    /// With the colon.
    pub(super) protocol: String,
    pub(super) username: String,
    pub(super) password: String,
    pub(super) hostname: String,
    /// Digits; empty when it is the protocol's own.
    pub(super) port: String,
    pub(super) pathname: String,
    /// With the question mark.
    pub(super) search: String,
    /// With the number sign.
    pub(super) hash: String,
}

/// `reference` relative to `base`; as it stands when there is no base or it makes no sense there.
pub(super) fn resolve(base: &str, reference: &str) -> String {
    let absolute = Url::parse(base).ok().and_then(|base| base.join(reference).ok());
    absolute.map_or_else(|| reference.to_owned(), String::from)
}

impl Link {
    /// Takes an address apart, which may be relative.
    pub(super) fn parse(address: &str) -> Self {
        match Url::parse(address) {
            Ok(url) => Self::absolute(&url),
            Err(_) => Self::relative(address),
        }
    }

    fn absolute(url: &Url) -> Self {
        let marked = |mark: char, part: Option<&str>| {
            part.filter(|part| !part.is_empty()).map(|part| format!("{mark}{part}")).unwrap_or_default()
        };
        Self {
            protocol: format!("{}:", url.scheme()),
            username: url.username().to_owned(),
            password: url.password().unwrap_or_default().to_owned(),
            hostname: url.host_str().unwrap_or_default().to_owned(),
            port: url.port().map(|port| port.to_string()).unwrap_or_default(),
            pathname: url.path().to_owned(),
            search: marked('?', url.query()),
            hash: marked('#', url.fragment()),
        }
    }

    fn relative(address: &str) -> Self {
        let (rest, hash) = address.split_at(address.find('#').unwrap_or(address.len()));
        let (path, search) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let part = |part: &str| if part.len() > 1 { part.to_owned() } else { String::new() };
        Self {
            protocol: ":".to_owned(),
            pathname: path.to_owned(),
            search: part(search),
            hash: part(hash),
            ..Self::default()
        }
    }

    /// Host name and port.
    pub(super) fn host(&self) -> String {
        if self.port.is_empty() { self.hostname.clone() } else { format!("{}:{}", self.hostname, self.port) }
    }

    /// Protocol and host; empty for a relative address.
    pub(super) fn origin(&self) -> String {
        if self.hostname.is_empty() { String::new() } else { format!("{}//{}", self.protocol, self.host()) }
    }
}
