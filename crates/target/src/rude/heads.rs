//! Rude about the head of an answer: status lines and headers that are not what they should be.

use std::io;

use super::conn::Conn;
use super::{Behaviour, Speaks, behaviour};

const H1: Speaks = Speaks::Http1;

/// Behaviours about status lines and headers.
pub const TABLE: &[Behaviour] = &[
    behaviour!(H1, "bare-lf", "ends its lines with a line feed alone", [0, 1000], bare_lf),
    behaviour!(H1, "cookie-flood", "sets 5,000 cookies", [0, 1000], cookie_flood),
    behaviour!(H1, "endless-headers", "sends header lines without end", [1000], endless_headers),
    behaviour!(H1, "folded-header", "goes on with a header in the next line", [0, 1000], folded_header),
    behaviour!(
        H1,
        "header-without-colon",
        "sends a header line without a colon",
        [1000],
        header_without_colon
    ),
    behaviour!(H1, "http-0.9", "answers with a page and no head", [1000], http_0_9),
    behaviour!(H1, "huge-header-line", "sends one header of 20 MB", [1000], huge_header_line),
    behaviour!(H1, "interim-flood", "sends 100 Continue without end", [1000], interim_flood),
    behaviour!(H1, "interim-answers", "sends 102 and 103 before the answer, as it may", [0], interim_answers),
    behaviour!(H1, "no-final-crlf", "closes before the head's blank line", [1000], no_final_crlf),
    behaviour!(H1, "nul-in-header", "sends a header with a NUL in it", [1000, 0], nul_in_header),
    behaviour!(H1, "redirect-loop", "redirects to itself for ever", [0], redirect_loop),
    behaviour!(H1, "redirect-nowhere", "redirects to what is no URL", [1000, 1020, 0], redirect_nowhere),
    behaviour!(H1, "status-garbage", "sends a status line that is none", [1000], status_garbage),
    behaviour!(H1, "status-not-a-number", "sends words for a status", [1000], status_not_a_number),
    behaviour!(H1, "status-of-four-digits", "sends status 2000", [1000], status_of_four_digits),
    behaviour!(
        H1,
        "switching-unasked",
        "answers 101 to a request that did not ask for it",
        [0, 1000],
        switching_unasked
    ),
    behaviour!(H1, "ten-thousand-headers", "sends 10,000 headers", [0, 1000], ten_thousand_headers),
    behaviour!(H1, "version-3.7", "answers in HTTP/3.7", [0, 1000], version_3_7),
];

/// Reads a request, sends an answer as it stands, and closes.
async fn answer(mut conn: Conn, answer: impl AsRef<[u8]>) -> io::Result<()> {
    conn.request().await?;
    conn.send(answer).await?;
    conn.close().await
}

async fn bare_lf(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello").await
}

async fn cookie_flood(conn: Conn) -> io::Result<()> {
    let cookies: String = (0..5000).map(|n| format!("Set-Cookie: c{n}={n}; Path=/\r\n")).collect();
    answer(conn, format!("HTTP/1.1 200 OK\r\n{cookies}Content-Length: 5\r\n\r\nhello")).await
}

async fn endless_headers(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 200 OK\r\n").await?;
    conn.flood(b"X-And-Another: one of a great many header lines that never come to an end\r\n").await?;
    conn.close().await
}

async fn folded_header(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\nContent-Length: 5\r\n\r\nhello").await
}

async fn header_without_colon(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 5\r\n\r\nhello").await
}

async fn http_0_9(conn: Conn) -> io::Result<()> {
    answer(conn, "<html><body>a page without a head</body></html>\n").await
}

async fn huge_header_line(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 200 OK\r\nX-Huge: ").await?;
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..20 {
        conn.send(&piece).await?;
    }
    conn.send("\r\nContent-Length: 5\r\n\r\nhello").await?;
    conn.close().await
}

async fn interim_flood(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.flood(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    conn.close().await
}

async fn interim_answers(conn: Conn) -> io::Result<()> {
    let interim =
        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
    answer(conn, format!("{interim}HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")).await
}

async fn no_final_crlf(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n").await
}

async fn nul_in_header(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 5\r\n\r\nhello").await
}

async fn redirect_loop(mut conn: Conn) -> io::Result<()> {
    /// Far more than any client follows.
    const ROUNDS: usize = 1000;
    for _ in 0..ROUNDS {
        conn.request().await?;
        conn.send("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n").await?;
    }
    conn.close().await
}

async fn redirect_nowhere(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 302 Found\r\nLocation: http://[::bad%zz/\r\nContent-Length: 0\r\n\r\n").await
}

async fn status_garbage(conn: Conn) -> io::Result<()> {
    answer(conn, "What is it?\r\nContent-Length: 5\r\n\r\nhello").await
}

async fn status_not_a_number(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 fine OK\r\nContent-Length: 5\r\n\r\nhello").await
}

async fn status_of_four_digits(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 2000 OK\r\nContent-Length: 5\r\n\r\nhello").await
}

async fn switching_unasked(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: sparkle\r\n\r\nsparkle")
        .await
}

async fn ten_thousand_headers(conn: Conn) -> io::Result<()> {
    let headers: String = (0..10_000).map(|n| format!("X-{n}: {n}\r\n")).collect();
    answer(conn, format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 5\r\n\r\nhello")).await
}

async fn version_3_7(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/3.7 200 OK\r\nContent-Length: 5\r\n\r\nhello").await
}
