//! Content codings: unpacking response bodies within a bound, and packing request bodies.
//!
//! Main types: [`Coding`], [`Decoder`]. All work is on whole bodies in memory; streaming is not attempted.

mod decode;
mod encode;
mod gzip;

pub use decode::{DecodeError, Decoder, Fault};
pub use encode::encode;

/// A content coding that scripts may ask for and that responses are unpacked from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950; a bare RFC 1951 stream is accepted in responses, as browsers do.
    Deflate,
    /// RFC 8878.
    Zstd,
    /// RFC 7932.
    Brotli,
}

/// A coding of the `compression` parameter that does not exist; its text is k6's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown compression algorithm {0}, supported algorithms are [gzip deflate zstd br]")]
pub struct UnknownCoding(pub String);

impl Coding {
    /// Its name in `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        }
    }

    /// The coding called `name`, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Gzip, Self::Deflate, Self::Zstd, Self::Brotli];
        all.into_iter().find(|coding| coding.name().eq_ignore_ascii_case(name))
    }

    /// Reads a `compression` parameter, a comma list in the order of application; an empty one asks for nothing.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, UnknownCoding> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        text.split(',')
            .map(|name| Self::from_name(name.trim()).ok_or_else(|| UnknownCoding(name.trim().to_owned())))
            .collect()
    }

    /// The `Content-Encoding` value for `codings` applied in this order.
    #[must_use]
    pub fn header(codings: &[Self]) -> String {
        codings.iter().map(|coding| coding.name()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        use Coding::{Brotli, Deflate, Gzip, Zstd};
        for (text, expected) in [
            ("gzip", vec![Gzip]),
            ("gzip, deflate", vec![Gzip, Deflate]),
            (" BR,zstd ", vec![Brotli, Zstd]),
            ("", vec![]),
        ] {
            assert_eq!(Coding::parse_list(text), Ok(expected));
        }
        assert_eq!(Coding::header(&[Gzip, Deflate]), "gzip, deflate");
        assert_eq!(
            Coding::parse_list("gzip,lzma").expect_err("lzma is unknown").to_string(),
            "unknown compression algorithm lzma, supported algorithms are [gzip deflate zstd br]"
        );
    }
}
