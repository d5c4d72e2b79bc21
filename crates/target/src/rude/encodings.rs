//! Rude about encodings: bodies that are not what `Content-Encoding` says, or far more than they look.

use std::io::{self, Write as _};

use flate2::{Compress, Compression, Crc, FlushCompress};

use super::conn::Conn;
use super::{Behaviour, Speaks, behaviour};

const H1: Speaks = Speaks::Http1;

/// Behaviours about content encodings.
pub const TABLE: &[Behaviour] = &[
    behaviour!(H1, "gzip-garbage", "calls plain words gzip", [1701], gzip_garbage),
    behaviour!(
        H1,
        "gzip-truncated",
        "sends the first half of a gzip body, of honest length",
        [1701, 1000],
        gzip_truncated
    ),
    behaviour!(H1, "gzip-bad-checksum", "sends gzip with a false checksum", [1701], gzip_bad_checksum),
    behaviour!(H1, "gzip-bomb", "sends 1 MB of gzip that unpacks to 1 GB", [1701, 1000, 0], gzip_bomb),
    behaviour!(H1, "deflate-garbage", "calls plain words deflate", [1701], deflate_garbage),
    behaviour!(H1, "br-garbage", "calls plain words br", [1701], br_garbage),
    behaviour!(H1, "zstd-garbage", "calls plain words zstd", [1701], zstd_garbage),
    behaviour!(H1, "encoding-wrong", "sends gzip and calls it br", [1701], encoding_wrong),
    behaviour!(H1, "encoding-unknown", "calls its encoding sparkle", [0], encoding_unknown),
];

const WORDS: &[u8] = b"plain words, of which there are enough to make a body";

/// Answers with this body and encoding.
async fn answer(mut conn: Conn, encoding: &str, body: &[u8]) -> io::Result<()> {
    conn.request().await?;
    let length = body.len();
    conn.send(format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {length}\r\n\r\n"))
        .await?;
    conn.send(body).await?;
    conn.close().await
}

fn gzipped(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data)?;
    encoder.finish()
}

async fn gzip_garbage(conn: Conn) -> io::Result<()> {
    answer(conn, "gzip", WORDS).await
}

async fn gzip_truncated(conn: Conn) -> io::Result<()> {
    let whole = gzipped(WORDS)?;
    answer(conn, "gzip", &whole[..whole.len() / 2]).await
}

async fn gzip_bad_checksum(conn: Conn) -> io::Result<()> {
    let mut body = gzipped(WORDS)?;
    let checksum = body.len() - 8;
    body[checksum] ^= 0xff;
    answer(conn, "gzip", &body).await
}

async fn deflate_garbage(conn: Conn) -> io::Result<()> {
    answer(conn, "deflate", WORDS).await
}

async fn br_garbage(conn: Conn) -> io::Result<()> {
    answer(conn, "br", WORDS).await
}

async fn zstd_garbage(conn: Conn) -> io::Result<()> {
    answer(conn, "zstd", WORDS).await
}

async fn encoding_wrong(conn: Conn) -> io::Result<()> {
    answer(conn, "br", &gzipped(WORDS)?).await
}

async fn encoding_unknown(conn: Conn) -> io::Result<()> {
    answer(conn, "sparkle", WORDS).await
}

async fn gzip_bomb(conn: Conn) -> io::Result<()> {
    answer(conn, "gzip", &bomb(10)?).await
}

/// One gzip stream that unpacks to `1 << doublings` MiB of zeros: the same deflate block again and again.
fn bomb(doublings: u32) -> io::Result<Vec<u8>> {
    const MIB: usize = 1 << 20;
    let zeros = vec![0; MIB];
    let mut deflate = Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(64 << 10);
    // A full flush ends on a byte and forgets what was before, so that the block may be repeated.
    deflate.compress_vec(&zeros, &mut block, FlushCompress::Full).map_err(io::Error::other)?;
    let mut checksum = Crc::new();
    checksum.update(&zeros);
    for _ in 0..doublings {
        let mut half = Crc::new();
        half.combine(&checksum);
        checksum.combine(&half);
    }
    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    bomb.extend(block.repeat(1 << doublings));
    // An empty last block, then the checksum and the length.
    bomb.extend_from_slice(&[3, 0]);
    bomb.extend_from_slice(&checksum.sum().to_le_bytes());
    bomb.extend_from_slice(&((MIB as u32) << doublings).to_le_bytes());
    Ok(bomb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_bomb_is_honest_gzip() {
        let bomb = bomb(3).unwrap();
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&bomb[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked.len(), 8 << 20);
        assert!(unpacked.iter().all(|byte| *byte == 0));
        assert!(bomb.len() < 16 << 10);
    }
}
