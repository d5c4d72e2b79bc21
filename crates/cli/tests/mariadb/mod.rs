//! A MariaDB server of a test's own: its own folder and port, gone afterwards.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What the server does before it takes connections: the database `shop`; `ann`, who has a password, and `ed`, who signs.
const FIRST: &str = "CREATE DATABASE shop CHARACTER SET utf8mb4;
INSTALL SONAME 'auth_ed25519';
CREATE USER 'ann'@'%' IDENTIFIED BY 's&cret';
CREATE USER 'ed'@'%' IDENTIFIED VIA ed25519 USING PASSWORD('s&cret');
GRANT ALL ON *.* TO 'ann'@'%';
GRANT ALL ON *.* TO 'ed'@'%';
";

/// A running server.
pub struct Server {
    process: Child,
    pub port: u16,
    _folder: tempfile::TempDir,
}

/// The ids of the user `mysql` where the test runs as root, which the server refuses to run as.
fn account() -> Option<(u32, u32)> {
    let id = |flags: &[&str]| {
        let output = Command::new("id").args(flags).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) == Some(0) { Some((id(&["-u", "mysql"])?, id(&["-g", "mysql"])?)) } else { None }
}

fn command(program: &str, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    // Its programs stand beside those of the system's administrator.
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .current_dir("/")
        .env("PATH", path);
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}

/// A file that the server may read, and nobody else.
fn given(folder: &Path, name: &str, content: &[u8], account: Option<(u32, u32)>) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    fs::write(&path, content).expect("the folder is ours");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the file is ours");
    if let Some((user, group)) = account {
        chown(&path, Some(user), Some(group)).expect("root may give a file away");
    }
    path
}

impl Server {
    /// Starts a server and waits until it takes connections; nothing where the environment leaves it out.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// The same; each of `files` is a setting of the server whose value is a file of this content.
    pub fn start_with(files: &[(&str, &[u8])]) -> Option<Self> {
        if std::env::var_os("PLIMSOLL_SKIP_MARIADB").is_some() {
            eprintln!("left out: PLIMSOLL_SKIP_MARIADB is set");
            return None;
        }
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let account = account();
        if let Some((user, group)) = account {
            chown(folder.path(), Some(user), Some(group)).expect("root may give a folder away");
        }
        let data = format!("--datadir={}", folder.path().join("data").display());
        let made = command("mariadb-install-db", account)
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", &data])
            .output()
            .expect(
                "MariaDB is installed (apt-get install mariadb-server), or PLIMSOLL_SKIP_MARIADB=1 is set",
            );
        assert!(made.status.success(), "mariadb-install-db: {}", String::from_utf8_lossy(&made.stderr));
        let first = given(folder.path(), "first.sql", FIRST.as_bytes(), account);
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port")
            .port();
        let log = folder.path().join("log");
        let mut server = command("mariadbd", account);
        server
            .args([
                "--no-defaults",
                "--bind-address=127.0.0.1,127.0.0.2",
                "--skip-name-resolve",
                "--skip-log-bin",
                &data,
            ])
            .arg(format!("--port={port}"))
            .arg(format!("--socket={}", folder.path().join("socket").display()))
            .arg(format!("--pid-file={}", folder.path().join("pid").display()))
            .arg(format!("--init-file={}", first.display()))
            .arg(format!("--log-error={}", log.display()))
            // Drivers ask for strictness by themselves.
            .arg("--sql-mode=")
            .args(["--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0"])
            .stderr(Stdio::null());
        for (setting, content) in files {
            let path = given(folder.path(), setting, content, account);
            server.arg(format!("--{setting}={}", path.display()));
        }
        let process = server.spawn().expect("mariadbd starts");
        let server = Self { process, port, _folder: folder };
        for _ in 0..600 {
            if greets(port) {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!(
            "the database server did not come up in 30 s:\n{}",
            fs::read_to_string(log).unwrap_or_default()
        );
    }
}

/// Whether the server says its first word, which it does once it has done what it does before.
fn greets(port: u16) -> bool {
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut head = [0; 5];
    // The tenth version of the protocol stands behind the length.
    stream.read_exact(&mut head).is_ok() && head[4] == 10
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM shuts it down; the standard library can only kill.
        let _ = Command::new("kill").arg("-TERM").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}
