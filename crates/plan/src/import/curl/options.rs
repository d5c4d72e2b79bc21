//! The options of curl, and what each means for a request.
//!
//! Main table: [`OPTIONS`]. What only concerns output, or the transfer of one file, is known and has no effect.

/// What an option does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    Method,
    Header,
    Data,
    DataRaw,
    DataBinary,
    DataUrlEncode,
    Json,
    Form,
    FormString,
    User,
    Bearer,
    Cookie,
    Agent,
    Referer,
    Get,
    Head,
    Insecure,
    Location,
    RedirectsMax,
    Compressed,
    Address,
    Query,
    Http1,
    Http2,
    TimeMax,
    Upload,
    Range,
    Resolve,
    Fail,
    NoGlob,
    Next,
    /// It says nothing about the request.
    None,
    /// It would change what is sent, in a way that cannot be had.
    Unsupported,
}

/// An option: its long name, its letter, whether a value follows, and its effect.
pub(super) type Known = (&'static str, Option<char>, bool, Effect);

use Effect as E;

/// The options.
pub(super) static OPTIONS: &[Known] = &[
    ("anyauth", None, false, E::Unsupported),
    ("append", Some('a'), false, E::None),
    ("aws-sigv4", None, true, E::Unsupported),
    ("basic", None, false, E::None),
    ("buffer", None, false, E::None),
    ("cacert", None, true, E::Unsupported),
    ("capath", None, true, E::Unsupported),
    ("cert", Some('E'), true, E::Unsupported),
    ("cert-type", None, true, E::Unsupported),
    ("ciphers", None, true, E::Unsupported),
    ("compressed", None, false, E::Compressed),
    ("config", Some('K'), true, E::Unsupported),
    ("connect-timeout", None, true, E::None),
    ("connect-to", None, true, E::Unsupported),
    ("continue-at", Some('C'), true, E::None),
    ("cookie", Some('b'), true, E::Cookie),
    ("cookie-jar", Some('c'), true, E::None),
    ("create-dirs", None, false, E::None),
    ("data", Some('d'), true, E::Data),
    ("data-ascii", None, true, E::Data),
    ("data-binary", None, true, E::DataBinary),
    ("data-raw", None, true, E::DataRaw),
    ("data-urlencode", None, true, E::DataUrlEncode),
    ("digest", None, false, E::Unsupported),
    ("disable", Some('q'), false, E::None),
    ("dump-header", Some('D'), true, E::None),
    ("expect100-timeout", None, true, E::None),
    ("fail", Some('f'), false, E::Fail),
    ("fail-early", None, false, E::None),
    ("fail-with-body", None, false, E::Fail),
    ("form", Some('F'), true, E::Form),
    ("form-string", None, true, E::FormString),
    ("get", Some('G'), false, E::Get),
    ("globoff", Some('g'), false, E::NoGlob),
    ("head", Some('I'), false, E::Head),
    ("header", Some('H'), true, E::Header),
    ("http0.9", None, false, E::None),
    ("http1.0", Some('0'), false, E::Unsupported),
    ("http1.1", None, false, E::Http1),
    ("http2", None, false, E::Http2),
    ("http2-prior-knowledge", None, false, E::Http2),
    ("http3", None, false, E::Unsupported),
    ("http3-only", None, false, E::Unsupported),
    ("include", Some('i'), false, E::None),
    ("insecure", Some('k'), false, E::Insecure),
    ("interface", None, true, E::Unsupported),
    ("ipv4", Some('4'), false, E::None),
    ("ipv6", Some('6'), false, E::None),
    ("json", None, true, E::Json),
    ("junk-session-cookies", Some('j'), false, E::None),
    ("keepalive", None, false, E::None),
    ("keepalive-time", None, true, E::None),
    ("key", None, true, E::Unsupported),
    ("limit-rate", None, true, E::Unsupported),
    ("location", Some('L'), false, E::Location),
    ("location-trusted", None, false, E::Location),
    ("max-filesize", None, true, E::None),
    ("max-redirs", None, true, E::RedirectsMax),
    ("max-time", Some('m'), true, E::TimeMax),
    ("negotiate", None, false, E::Unsupported),
    ("netrc", Some('n'), false, E::Unsupported),
    ("next", Some(':'), false, E::Next),
    ("noproxy", None, true, E::None),
    ("ntlm", None, false, E::Unsupported),
    ("oauth2-bearer", None, true, E::Bearer),
    ("output", Some('o'), true, E::None),
    ("output-dir", None, true, E::None),
    ("parallel", Some('Z'), false, E::None),
    ("parallel-max", None, true, E::None),
    ("pass", None, true, E::None),
    ("path-as-is", None, false, E::None),
    ("post301", None, false, E::None),
    ("post302", None, false, E::None),
    ("post303", None, false, E::None),
    ("progress-bar", Some('#'), false, E::None),
    ("progress-meter", None, false, E::None),
    ("proto", None, true, E::None),
    ("proto-default", None, true, E::None),
    ("proto-redir", None, true, E::None),
    ("proxy", Some('x'), true, E::Unsupported),
    ("proxy-header", None, true, E::Unsupported),
    ("proxy-insecure", None, false, E::Unsupported),
    ("proxy-user", Some('U'), true, E::Unsupported),
    ("range", Some('r'), true, E::Range),
    ("rate", None, true, E::None),
    ("raw", None, false, E::None),
    ("referer", Some('e'), true, E::Referer),
    ("remote-header-name", Some('J'), false, E::None),
    ("remote-name", Some('O'), false, E::None),
    ("remote-name-all", None, false, E::None),
    ("remote-time", Some('R'), false, E::None),
    ("remove-on-error", None, false, E::None),
    ("request", Some('X'), true, E::Method),
    ("request-target", None, true, E::Unsupported),
    ("resolve", None, true, E::Resolve),
    ("retry", None, true, E::Unsupported),
    ("retry-all-errors", None, false, E::None),
    ("retry-connrefused", None, false, E::None),
    ("retry-delay", None, true, E::None),
    ("retry-max-time", None, true, E::None),
    ("show-error", Some('S'), false, E::None),
    ("silent", Some('s'), false, E::None),
    ("socks5", None, true, E::Unsupported),
    ("socks5-hostname", None, true, E::Unsupported),
    ("speed-limit", Some('Y'), true, E::None),
    ("speed-time", Some('y'), true, E::None),
    ("ssl-no-revoke", None, false, E::None),
    ("stderr", None, true, E::None),
    ("tcp-nodelay", None, false, E::None),
    ("tls-max", None, true, E::Unsupported),
    ("tlsv1.2", None, false, E::None),
    ("tlsv1.3", None, false, E::None),
    ("trace", None, true, E::None),
    ("trace-ascii", None, true, E::None),
    ("trace-time", None, false, E::None),
    ("unix-socket", None, true, E::Unsupported),
    ("upload-file", Some('T'), true, E::Upload),
    ("url", None, true, E::Address),
    ("url-query", None, true, E::Query),
    ("user", Some('u'), true, E::User),
    ("user-agent", Some('A'), true, E::Agent),
    ("verbose", Some('v'), false, E::None),
    ("write-out", Some('w'), true, E::None),
    ("xattr", None, false, E::None),
];

/// The option of that long name, of which curl takes any beginning that fits only one.
pub(super) fn long(name: &str) -> Option<&'static Known> {
    OPTIONS.iter().find(|option| option.0 == name).or_else(|| {
        let mut fits = OPTIONS.iter().filter(|option| option.0.starts_with(name));
        fits.next().filter(|_| !name.is_empty() && fits.next().is_none())
    })
}

/// The option of that letter.
pub(super) fn short(letter: char) -> Option<&'static Known> {
    OPTIONS.iter().find(|option| option.1 == Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_letters_are_found_once() {
        assert!(OPTIONS.is_sorted_by_key(|option| option.0));
        let mut letters: Vec<char> = OPTIONS.iter().filter_map(|option| option.1).collect();
        let count = letters.len();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), count);
        let check = |name: &str, wanted: Option<&str>| {
            assert_eq!(long(name).map(|option| option.0), wanted, "{name}");
        };
        check("data-raw", Some("data-raw"));
        check("data", Some("data"));
        check("comp", Some("compressed"));
        check("data-u", Some("data-urlencode"));
        check("re", None);
        check("", None);
        assert_eq!(short('d').map(|option| option.0), Some("data"));
    }
}
