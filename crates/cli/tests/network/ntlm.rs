//! NTLM, against a server that wants its three steps on one connection.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::run;

/// A challenge of a server that speaks NTLM: no name, no information about the domain.
const NTLM_CHALLENGE: &str =
    "TlRMTVNTUAACAAAAAAAAADgAAAABAogAASNFZ4mrze8AAAAAAAAAAAQABAA4AAAAAAAAAAAAAAAAAAAA";

/// A server that lets in whoever goes through the three steps of NTLM on one connection; what was sent to it.
fn ntlm_server() -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let served = std::thread::spawn(move || {
        let mut seen = Vec::new();
        let Ok((mut client, _)) = listener.accept() else { return seen };
        for step in 0..3 {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if client.read_exact(&mut byte).is_err() {
                    return seen;
                }
                head.extend(byte);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let said = head.lines().find_map(|line| line.strip_prefix("Authorization: ")).unwrap_or_default();
            seen.push(said.chars().take(21).collect());
            let answer = match step {
                0 => "401 Unauthorized\r\nWWW-Authenticate: NTLM".to_owned(),
                1 => format!("401 Unauthorized\r\nWWW-Authenticate: NTLM {NTLM_CHALLENGE}"),
                _ => "200 OK".to_owned(),
            };
            let _ = write!(client, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
        }
        seen
    });
    (port, served)
}

#[test]
fn ntlm_is_spoken_on_one_connection() {
    let (port, served) = ntlm_server();
    let script = format!(
        "import http from 'k6/http';
         export default function () {{
           console.log('got ' + http.get('http://ann:secret@127.0.0.1:{port}/', {{ auth: 'ntlm' }}).status + '.');
         }}"
    );
    let (_, log) = run(&script, &[]);
    assert!(log.contains("got 200."), "{log}");
    // NTLMSSP and the type of the message: the first, then the third.
    assert_eq!(served.join().expect("it ends")[1..], ["NTLM TlRMTVNTUAABAAAA", "NTLM TlRMTVNTUAADAAAA"]);
}
