//! A PostgreSQL server of a test's own: its own folder and port, gone afterwards.

#![allow(dead_code, reason = "every test file uses its own part of this")]

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server; the user is `shop`, without a password.
pub struct Server {
    process: Child,
    pub port: u16,
    _folder: tempfile::TempDir,
}

/// Where the server's programs are: the newest installed version.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    bins.filter(|bin| bin.join("initdb").exists()).max()
}

/// The ids of the user `postgres` where the test runs as root, which the server refuses to run as.
fn account() -> Option<(u32, u32)> {
    let id = |flags: &[&str]| {
        let output = Command::new("id").args(flags).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) == Some(0) { Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?)) } else { None }
}

fn command(program: &Path, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).current_dir("/");
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}

impl Server {
    /// Starts a server and waits until it takes connections; nothing where the environment leaves it out.
    pub fn start() -> Option<Self> {
        Self::start_with(&[], &[])
    }

    /// The same with files in its folder and settings of its own.
    pub fn start_with(files: &[(&str, &[u8])], settings: &[&str]) -> Option<Self> {
        if std::env::var_os("PLIMSOLL_SKIP_POSTGRES").is_some() {
            eprintln!("left out: PLIMSOLL_SKIP_POSTGRES is set");
            return None;
        }
        let programs = programs().expect(
            "PostgreSQL is under /usr/lib/postgresql (apt-get install postgresql), or PLIMSOLL_SKIP_POSTGRES=1 is set",
        );
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let account = account();
        if let Some((user, group)) = account {
            chown(folder.path(), Some(user), Some(group)).expect("root may give a folder away");
        }
        let data = folder.path().join("data");
        let made = command(&programs.join("initdb"), account)
            .args(["-A", "trust", "-U", "shop", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        for (name, content) in files {
            use std::os::unix::fs::PermissionsExt as _;
            let path = data.join(name);
            std::fs::write(&path, content).expect("the folder is ours");
            // The server refuses keys that others may read.
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
                .expect("the file is ours");
            if let Some((user, group)) = account {
                chown(&path, Some(user), Some(group)).expect("root may give a file away");
            }
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port")
            .port();
        let process = command(&programs.join("postgres"), account)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1,127.0.0.2", "-c", "fsync=off"])
            .args(settings.iter().flat_map(|setting| ["-c", *setting]))
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres starts");
        let server = Self { process, port, _folder: folder };
        for _ in 0..400 {
            let asked = command(&programs.join("pg_isready"), None)
                .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
                .status();
            if asked.is_ok_and(|status| status.success()) {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the database server did not come up in 20 s");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT is a fast shutdown, which cleans up; the standard library can only kill.
        let _ = Command::new("kill").arg("-INT").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}
