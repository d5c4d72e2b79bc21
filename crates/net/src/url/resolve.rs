//! Relative references (RFC 3986, section 5.2), as `Location` headers carry them.

use super::Url;
use super::parse::{InvalidUrl, Pieces, pieces};

pub(super) fn join(base: &Url, reference: &str) -> Result<Url, InvalidUrl> {
    let mut found = pieces(reference)?;
    if !found.scheme.is_empty() {
        found.path = merged("", &found.path);
        return Ok(found.into_url());
    }
    let base = pieces(base.as_str())?;
    found.scheme.clone_from(&base.scheme);
    if found.has_authority {
        found.path = merged("", &found.path);
        return Ok(found.into_url());
    }
    take_authority(&mut found, &base);
    if found.path.is_empty() {
        if found.query.is_none() {
            found.query.clone_from(&base.query);
            if found.fragment.is_none() {
                found.fragment.clone_from(&base.fragment);
            }
        }
        found.path.clone_from(&base.path);
    } else {
        found.path = merged(&base.path, &found.path);
    }
    Ok(found.into_url())
}

fn take_authority(found: &mut Pieces, base: &Pieces) {
    // As in Go, a URL that was found at another has room for a host, even if there is none.
    found.has_authority = base.has_authority || !base.scheme.is_empty();
    found.host.clone_from(&base.host);
    found.port.clone_from(&base.port);
    found.user.clone_from(&base.user);
}

/// The path that `reference` means next to `base`, without `.` and `..`.
fn merged(base: &str, reference: &str) -> String {
    let full = if reference.starts_with('/') || base.is_empty() {
        reference.to_owned()
    } else {
        format!("{}{reference}", &base[..base.rfind('/').map_or(0, |at| at + 1)])
    };
    if full.is_empty() {
        return full;
    }
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for segment in full.strip_prefix('/').unwrap_or(&full).split('/') {
        ends_in_folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let mut path = format!("/{}", segments.join("/"));
    if ends_in_folder && !path.ends_with('/') {
        path.push('/');
    }
    path
}
