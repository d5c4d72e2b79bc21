//! What holds for any input: the functions here panic when it does not.
//!
//! The fuzz targets call them, and the tests here replay their seeds and past findings. No part of the
//! program's interface.

mod addresses;
mod auth;

pub use crate::tls::pkcs12;
pub use crate::websocket::websocket;
pub use addresses::addresses;
pub use auth::auth;

use crate::Url;
use crate::cookie::{Store, UnixMillis, parse_all};
use crate::encoding::{Coding, Decoder as BodyDecoder, encode};
use crate::h1::{Decoder, Expect, KnownHeads, Limits};

/// Status with its words, whether the connection stays, block of headers and body; or the words of the failure.
type Outcome = Result<(String, bool, Vec<u8>, Vec<u8>), String>;

fn response<'a>(pieces: impl Iterator<Item = &'a [u8]>, expect: Expect) -> Outcome {
    let mut decoder = Decoder::new(expect);
    for piece in pieces {
        let taken = decoder.feed(piece).map_err(|kind| kind.to_string())?;
        assert!(taken == piece.len() || decoder.is_done(), "bytes are left over only behind a response");
    }
    decoder.end().map_err(|kind| kind.to_string())?;
    let (head, body) = decoder.into_parts();
    let head = head.expect("a whole response has a head");
    Ok((head.status_text(), head.keep_alive, head.headers.block().to_vec(), body.to_vec()))
}

/// The same with heads that came before.
fn response_knowing(bytes: &[u8], expect: Expect, known: &mut KnownHeads) -> Outcome {
    let mut decoder = Decoder::new(expect);
    decoder.feed_knowing(bytes, Some(known)).map_err(|kind| kind.to_string())?;
    decoder.end().map_err(|kind| kind.to_string())?;
    let (head, body) = decoder.into_parts();
    let head = head.expect("a whole response has a head");
    Ok((head.status_text(), head.keep_alive, head.headers.block().to_vec(), body.to_vec()))
}

/// A response is the same however its bytes are cut and whatever came before, no larger than what came, and within the
/// limits.
///
/// The input: a byte of flags (1 no body, 2 discard, 4 narrow limits), a byte with the number of cuts, a byte
/// for each with a length, then the response.
pub fn http1(input: &[u8]) {
    let [flags, count, rest @ ..] = input else { return };
    let (cuts, bytes) = rest.split_at(usize::from(count % 16).min(rest.len()));
    let narrow = Limits { head_bytes: 200, headers: 4, body_bytes: 40, ..Limits::default() };
    let limits = if flags & 4 == 0 { Limits::default() } else { narrow };
    let expect = Expect { no_body: flags & 1 != 0, discard: flags & 2 != 0, limits };
    let whole = response(std::iter::once(bytes), expect);
    let mut pieces = Vec::new();
    let mut left = bytes;
    for cut in cuts {
        let (piece, after) = left.split_at(usize::from(*cut).min(left.len()));
        pieces.push(piece);
        left = after;
    }
    pieces.push(left);
    let shown = String::from_utf8_lossy(bytes);
    assert_eq!(whole, response(pieces.into_iter(), expect), "cut as {cuts:?}: {shown:?}");
    assert_eq!(whole, response(bytes.chunks(1), expect), "byte by byte: {shown:?}");
    // First heads that are like this one but for some bytes, then the head itself, twice.
    let mut known = KnownHeads::default();
    for change in [b'7', b' ', b'\r', b':'] {
        let mut other = bytes.to_vec();
        for cut in cuts.iter().filter(|cut| usize::from(**cut) < bytes.len()) {
            other[usize::from(*cut)] = change;
        }
        let alone = response(std::iter::once(&*other), expect);
        assert_eq!(
            alone,
            response_knowing(&other, expect, &mut known),
            "{:?}",
            String::from_utf8_lossy(&other)
        );
    }
    for _ in 0..2 {
        assert_eq!(whole, response_knowing(bytes, expect, &mut known), "after others like it: {shown:?}");
    }
    if let Ok((status, _, head, body)) = whole {
        assert!(status.chars().count() <= head.len(), "{status:?} of {shown:?}");
        assert!(head.len() + body.len() <= bytes.len(), "more than came: {shown:?}");
        assert!(head.len() <= limits.head_bytes && body.len() as u64 <= limits.body_bytes, "{shown:?}");
    }
}

/// A host as cookies see it: in lower case, without the dot at its end; addresses in their usual spelling.
fn plain(host: &str) -> String {
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host.parse::<std::net::IpAddr>().map_or(name, |address| address.to_string())
}

/// Whether any cookie of one host may ever reach the other: they are the same, or names under one top label.
fn related(one: &str, other: &str) -> bool {
    let is_address = |host: &str| host.parse::<std::net::IpAddr>().is_ok();
    let top = |host: &str| host.rsplit('.').next().map(str::to_owned);
    one == other || (!is_address(one) && !is_address(other) && top(one) == top(other))
}

/// What a server sets is sent to that server and its family alone, the latter only where it says a domain.
///
/// The input: a line with the URL that sets, one with the URL that is asked, then lines of `Set-Cookie`.
pub fn cookies(input: &[u8]) {
    let mut lines = input.split(|&byte| byte == b'\n');
    let mut url = || Url::parse(std::str::from_utf8(lines.next()?).ok()?).ok();
    let (Some(home), Some(asked)) = (url(), url()) else { return };
    let lines: Vec<&[u8]> = lines.collect();
    let now = UnixMillis(1_700_000_000_000);
    let mut store = Store::default();
    for cookie in parse_all(lines.iter().copied()) {
        store.store(&home, &cookie, now);
    }
    let says_domain =
        lines.iter().any(|line| line.to_ascii_lowercase().windows(6).any(|word| word == b"domain"));
    let (host, asked_host) = (plain(home.host()), plain(asked.host()));
    let sent = store.cookies_for(&asked, now);
    assert!(sent.is_empty() || related(&host, &asked_host), "{home} leaked to {asked}");
    assert!(sent.is_empty() || host == asked_host || says_domain, "{home} leaked to its sibling {asked}");
    for (name, value) in sent {
        assert!(!name.is_empty() && !name.contains(['\r', '\n', ';']) && !value.contains(['\r', '\n', ';']));
    }
}

/// A URL is the same once it was written out and read again, and so is one found at another.
///
/// The input: a line with a URL, then a reference.
pub fn urls(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (base, reference) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(base) = Url::parse(base) else { return };
    let found = base.join(reference).ok();
    for url in std::iter::once(&base).chain(&found) {
        let written = url.to_string();
        let again = Url::parse(&written).unwrap_or_else(|error| panic!("{written:?} is refused: {error}"));
        assert_eq!(again.to_string(), written);
        assert_eq!((again.host(), again.given_port()), (url.host(), url.given_port()), "{written:?}");
        assert_eq!((again.path(), again.query()), (url.path(), url.query()), "{written:?}");
        assert!(!url.host().contains(['/', '@', '\r', '\n', ' ']), "{written:?} has host {:?}", url.host());
        // A space in the query goes out as it is, as in Go.
        assert!(!url.target().1.contains(['\r', '\n']), "{written:?} breaks the request line");
        assert!(!url.without_credentials().has_credentials(), "{written:?} keeps its credentials");
    }
}

/// No decoder goes past its limit, and what is packed comes back.
///
/// The input: a byte that picks coding and limit, then the body.
pub fn bodies(input: &[u8]) {
    let Some((&pick, body)) = input.split_first() else { return };
    let coding = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd][usize::from(pick) % 4];
    let limit = [1 << 20, 1 << 10, 16, 0][usize::from(pick) / 4 % 4];
    let mut decoder = BodyDecoder::new();
    if let Ok(unpacked) = decoder.decode_one(body, coding, limit) {
        assert!(unpacked.len() <= limit, "{} bytes where {limit} are allowed", unpacked.len());
    }
    let packed = encode(body, &[coding]);
    let back = decoder.decode_one(&packed, coding, limit);
    if body.len() <= limit {
        assert_eq!(back.as_deref(), Ok(body));
    } else {
        assert!(back.is_err(), "{} bytes came through a limit of {limit}", body.len());
    }
}

#[cfg(test)]
mod tests {
    type Property = fn(&[u8]);

    #[test]
    fn seeds_and_findings_hold() {
        let fuzz = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");
        let all: [(&str, Property); 8] = [
            ("http1", super::http1),
            ("cookies", super::cookies),
            ("urls", super::urls),
            ("bodies", super::bodies),
            ("auth", super::auth),
            ("addresses", super::addresses),
            ("websocket", super::websocket),
            ("pkcs12", super::pkcs12),
        ];
        for (target, property) in all {
            let mut inputs = 0;
            for folder in ["seeds", "found"] {
                let Ok(files) = std::fs::read_dir(format!("{fuzz}/{folder}/{target}")) else { continue };
                for file in files {
                    property(&std::fs::read(file.expect("it is listed").path()).expect("it is readable"));
                    inputs += 1;
                }
            }
            assert!(inputs > 0, "there is nothing to replay for {target}");
        }
    }
}
