//! nginx, which tells what it saw: a server that is not ours, with a TLS library that is not ours.
//!
//! Main type: [`Nginx`].

use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use crate::program::folder;

/// Files of the test: an authority, a server and a client that it knows. They are good for a hundred years.
pub fn pem(name: &str) -> String {
    format!("{}/tests/tls/{name}.pem", env!("CARGO_MANIFEST_DIR"))
}

/// nginx, which tells what it saw of each request: a real server with a TLS library of its own.
pub struct Nginx {
    process: std::process::Child,
    /// Where it listens.
    pub port: u16,
    _folder: tempfile::TempDir,
}

/// What it answers, member by member.
const SEEN: &str = r#"{"protocol":"$server_protocol","ip":"$remote_addr","tls":"$ssl_protocol","cipher":"$ssl_cipher",
    "reused":"$ssl_session_reused","client":"$ssl_client_s_dn","agent":"$http_user_agent","connection":$connection}"#;

impl Nginx {
    /// Starts it on a free port.
    pub fn start() -> Self {
        let folder = folder();
        let here = folder.path().display();
        let free = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = free.local_addr().expect("it is bound").port();
        drop(free);
        let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {here}/{name}; "))
            .collect();
        let seen = SEEN.replace("\n    ", "");
        let settings = format!(
            "daemon off; master_process off; pid {here}/pid; error_log {here}/error.log;
             events {{ worker_connections 512; }}
             http {{
               access_log off; {places}
               server {{
                 listen 127.0.0.1:{port} ssl http2;
                 ssl_certificate {}; ssl_certificate_key {};
                 ssl_client_certificate {}; ssl_verify_client optional;
                 ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:seen:1m;
                 location / {{ default_type application/json; return 200 '{seen}'; }}
               }}
             }}",
            pem("server"),
            pem("server-key"),
            pem("ca"),
        );
        let path = folder.path().join("nginx.conf");
        std::fs::write(&path, settings).expect("a temporary folder can be written");
        let process = Command::new("nginx")
            .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
            .args(["-p", &here.to_string(), "-c"])
            .arg(&path)
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed; `cargo xtask test` sees to it");
        let nginx = Self { process, port, _folder: folder };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return nginx;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("nginx does not listen");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
