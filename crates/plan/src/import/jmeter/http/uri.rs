//! What Java takes for an address.

use std::borrow::Cow;

/// Why an address is none: the class and the message of the exception.
#[must_use]
pub fn fault(url: &str) -> Option<(&'static str, String)> {
    const SYNTAX: &str = "java.net.URISyntaxException";
    let scheme = url.find("://").map_or(0, |at| at + 3);
    let path = url[scheme..].find(['/', '?', '#']).map_or(url.len(), |at| scheme + at);
    let query = url.find('?').unwrap_or(url.len());
    let fragment = url.find('#').unwrap_or(url.len());
    let authority = &url[scheme..path];
    if !authority.chars().all(|c| c.is_alphanumeric() || "-._~!$&'()*+,;=:@[]%".contains(c)) {
        return Some((SYNTAX, format!("Illegal character in authority at index {scheme}: {url}")));
    }
    if authority.is_empty() || authority.starts_with(':') {
        let class = "org.apache.http.client.ClientProtocolException";
        return Some((class, format!("URI does not specify a valid host name: {url}")));
    }
    let bytes = url.as_bytes();
    let mut index = url[..path].encode_utf16().count();
    for (at, current) in url[path..].char_indices() {
        let at = path + at;
        let (part, allowed) = if at > fragment {
            ("fragment", "_-!.~'()*,;:$&+=?/[]@")
        } else if at > query {
            ("query", "_-!.~'()*,;:$&+=?/[]@")
        } else {
            ("path", "_-!.~'()*,;:$&+=/@")
        };
        let is_mark = (at == query && current == '?') || (at == fragment && current == '#');
        let is_plain = current.is_ascii_alphanumeric() || allowed.contains(current);
        let is_other = !current.is_ascii() && !current.is_control() && !current.is_whitespace();
        if current == '%' {
            let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
            if !(digit(at + 1) && digit(at + 2)) {
                return Some((SYNTAX, format!("Malformed escape pair at index {index}: {url}")));
            }
        } else if !(is_mark || is_plain || is_other) {
            return Some((SYNTAX, format!("Illegal character in {part} at index {index}: {url}")));
        }
        index += current.len_utf16();
    }
    None
}

/// An address as it is sent: what is not ASCII is encoded, and the fragment stays behind.
#[must_use]
pub fn sent(url: &str) -> Cow<'_, str> {
    let url = url.split('#').next().unwrap_or_default();
    if url.is_ascii() {
        return Cow::Borrowed(url);
    }
    let mut out = String::with_capacity(url.len());
    for current in url.chars() {
        if current.is_ascii() {
            out.push(current);
        } else {
            current.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_javas() {
        let check = |url: &str, wanted: Option<&str>| {
            let got = fault(url).map(|(_, message)| message);
            let got = got.as_deref().map(|text| text.split(": http").next().unwrap_or_default());
            assert_eq!(got, wanted, "{url}");
        };
        check("http://h/a;b=1?x=[1]&y='", None);
        check("http://h/a?x={", Some("Illegal character in query at index 13"));
        check("http://h/${n}", Some("Illegal character in path at index 10"));
        check("http://h/%zz", Some("Malformed escape pair at index 9"));
        check("http://h/é", None);
        check("http://${x}/", Some("Illegal character in authority at index 7"));
        check("http://:80/", Some("URI does not specify a valid host name"));
        assert_eq!(sent("http://h/é?a=1#f"), "http://h/%C3%A9?a=1");
    }
}
