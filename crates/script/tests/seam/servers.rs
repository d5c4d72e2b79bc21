//! Servers that scripts of the seam wait for.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use sha1::Digest as _;

/// A server that accepts and never answers; it holds the newest connections only.
pub fn stalling_server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut held = VecDeque::new();
        while let Ok((stream, _)) = listener.accept() {
            held.push_back(stream);
            if held.len() > 64 {
                held.pop_front();
            }
        }
    });
    address
}

/// A server that opens WebSockets, says hello and then only listens, to each for as long as it stays.
pub fn chatting_server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            // A user may take any time between dialling and asking, and may be dropped there.
            std::thread::spawn(move || {
                greet(&mut stream).and_then(|()| std::io::copy(&mut stream, &mut std::io::sink()))
            });
        }
    });
    address
}

fn greet(stream: &mut std::net::TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head);
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap_or_default();
    let proof = sha1::Sha1::new().chain_update(key).chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let proof = base64::engine::general_purpose::STANDARD.encode(proof.finalize());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {proof}\r\n\r\n\u{1}\u{5}hello"
    );
    // The greeting comes in two frames, with a ping between them.
    stream.write_all(answer.as_bytes())?;
    stream.write_all(b"\x89\x01!\x80\x01!")
}
