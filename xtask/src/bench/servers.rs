//! The servers that the generators talk to: nginx from the distribution, and the shop.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Its port on loopback.
    pub(crate) port: u16,
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    /// The address of a path on the server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free now.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

/// nginx with one worker and one small JSON answer.
pub(crate) fn nginx() -> Result<Server, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let port = free_port()?;
    let root = folder.path().display();
    let configuration = format!(
        "daemon off; master_process off; pid {root}/pid; error_log {root}/error.log crit;\n\
         worker_rlimit_nofile 65536;\n\
         events {{ worker_connections 40000; }}\n\
         http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 300s;\n\
           client_body_temp_path {root}/b; proxy_temp_path {root}/p; fastcgi_temp_path {root}/f;\n\
           uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;\n\
           server {{ listen 127.0.0.1:{port} backlog=40000; default_type application/json;\n\
             location / {{ return 200 '{{\"ok\":true,\"id\":7}}'; }} }} }}\n"
    );
    let path = folder.path().join("nginx.conf");
    std::fs::write(&path, configuration).map_err(|error| error.to_string())?;
    let child = Command::new("nginx")
        .arg("-c")
        .arg(&path)
        .arg("-p")
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("nginx cannot be started (apt-get install nginx-light): {error}"))?;
    let server = Server { child, port, _folder: Some(folder) };
    wait_for(port)?;
    Ok(server)
}

/// The built-in shop.
pub(crate) fn shop(program: &Path) -> Result<Server, String> {
    let port = free_port()?;
    let mut child = Command::new(program)
        .args(["target", "--addr", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("the shop cannot be started: {error}"))?;
    // It says so when it listens; the rest of its output is drained so that it never blocks.
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || BufReader::new(stdout).lines().for_each(drop));
    }
    let server = Server { child, port, _folder: None };
    wait_for(port)?;
    Ok(server)
}

fn wait_for(port: u16) -> Result<(), String> {
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Err(format!("nothing listens on port {port} after five seconds"))
}
