//! Header names and values by Go's rules.

/// A name in Go's canonical form: `content-type` becomes `Content-Type`. What is no header name stays as it is.
#[must_use]
pub fn canonical(name: &str) -> String {
    if !is_name(name) {
        return name.to_owned();
    }
    let mut upper = true;
    name.chars()
        .map(|c| {
            let c = if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            upper = c == '-';
            c
        })
        .collect()
}

/// Whether a name may stand in a header.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether a value may stand in a header.
#[must_use]
pub fn is_value(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'\t' || (byte >= 0x20 && byte != 0x7f))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn names() {
        for (name, expected) in
            [("x-lOWER", "X-Lower"), ("ETag", "Etag"), ("bad name", "bad name"), ("a", "A")]
        {
            assert_eq!(canonical(name), expected);
        }
    }
}
